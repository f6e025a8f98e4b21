//! Which commands there are: one line each.

use super::request::Request;
use crate::engine::Engine;
use crate::error::Result;
use crate::value::DocumentBuf;

/// A command.
pub struct Command {
    pub name: &'static str,
    /// Other spellings that drivers use.
    pub aliases: &'static [&'static str],
    /// Runs it; the reply is without `ok`.
    pub run: fn(&mut Engine, &Request<'_>) -> Result<DocumentBuf>,
}

const fn command(
    name: &'static str,
    run: fn(&mut Engine, &Request<'_>) -> Result<DocumentBuf>,
) -> Command {
    Command {
        name,
        aliases: &[],
        run,
    }
}

/// Every command, in the order of their names.
pub static COMMANDS: &[Command] = &[
    command("aggregate", super::aggregate::run),
    Command {
        name: "buildInfo",
        aliases: &["buildinfo"],
        run: super::handshake::build_info,
    },
    command("cloneCollectionAsCapped", super::capped_copy::clone),
    command("collMod", super::coll_mod::run),
    Command {
        name: "collStats",
        aliases: &["collstats"],
        run: super::statistics::collection,
    },
    command("compact", super::compact::run),
    command("convertToCapped", super::capped_copy::convert),
    command("connectionStatus", super::server::connection_status),
    command("connPoolStats", super::server::connection_pools),
    command(
        "compactStructuredEncryptionData",
        super::server::encrypted_data,
    ),
    command(
        "cleanupStructuredEncryptionData",
        super::server::encrypted_data,
    ),
    command("count", super::count::run),
    command("create", super::create::run),
    command("currentOp", super::server::current_op),
    command("createIndexes", super::create_indexes::run),
    Command {
        name: "dataSize",
        aliases: &["datasize"],
        run: super::data_size::run,
    },
    Command {
        name: "dbStats",
        aliases: &["dbstats"],
        run: super::statistics::database,
    },
    command("dbHash", super::db_hash::run),
    command("bulkWrite", super::bulk_write::run),
    command("delete", super::delete::run),
    command("distinct", super::distinct::run),
    command("drop", super::drop::run),
    command("dropDatabase", super::drop::run_database),
    Command {
        name: "dropIndexes",
        aliases: &["deleteIndexes"],
        run: super::drop_indexes::run,
    },
    command("dropAllRolesFromDatabase", super::server::no_users),
    command("dropAllUsersFromDatabase", super::server::no_users),
    command("endSessions", super::sessions::kill),
    command("explain", super::explain::run),
    command("filemd5", super::file_md5::run),
    command("find", super::find::run),
    Command {
        name: "findAndModify",
        aliases: &["findandmodify"],
        run: super::find_and_modify::run,
    },
    command("fsync", super::server::fsync),
    command("fsyncUnlock", super::server::fsync_unlock),
    command("getClusterParameter", super::cluster_parameters::get),
    command("getCmdLineOpts", super::server::command_line),
    command("getLog", super::server::get_log),
    command("getMore", super::get_more::run),
    command("getParameter", super::parameters::get),
    Command {
        name: "hello",
        aliases: &["isMaster", "ismaster"],
        run: super::handshake::hello,
    },
    command("hostInfo", super::server::host_info),
    command("invalidateUserCache", super::server::no_users),
    command("insert", super::insert::run),
    command("killAllSessions", super::sessions::kill_all),
    command(
        "killAllSessionsByPattern",
        super::sessions::kill_all_by_pattern,
    ),
    command("killCursors", super::kill_cursors::run),
    command("killOp", super::server::kill_op),
    command("killSessions", super::sessions::kill),
    command("listCollections", super::list_collections::run),
    command("listCommands", super::server::list_commands),
    command("listDatabases", super::list_databases::run),
    command("listIndexes", super::list_indexes::run),
    command("lockInfo", super::server::lock_info),
    command("logout", super::server::no_users),
    command("ping", super::handshake::ping),
    command("planCacheClear", super::plan_cache::clear),
    command("planCacheClearFilters", super::plan_cache::clear_filters),
    command("planCacheListFilters", super::plan_cache::list_filters),
    command("planCacheSetFilter", super::plan_cache::set_filter),
    command("profile", super::profile::run),
    command("reIndex", super::re_index::run),
    command("refreshSessions", super::sessions::refresh),
    command("renameCollection", super::rename_collection::run),
    command("rolesInfo", super::server::no_users),
    command("serverStatus", super::server_status::run),
    command("setClusterParameter", super::cluster_parameters::set),
    command(
        "setFeatureCompatibilityVersion",
        super::server::compatibility,
    ),
    command("setParameter", super::parameters::set),
    command("startSession", super::sessions::start),
    command("top", super::server_status::top),
    command("tussockExpire", super::expire::run),
    command("tussockSnapshot", super::snapshot::run),
    command("update", super::update::run),
    command("usersInfo", super::server::no_users),
    command("validate", super::validate::run),
    command("validateDBMetadata", super::validate_metadata::run),
    command("whatsmyuri", super::server::my_uri),
];

/// The command with this name.
pub(super) fn find_command(name: &str) -> Option<&'static Command> {
    COMMANDS
        .iter()
        .find(|command| command.name == name || command.aliases.contains(&name))
}
