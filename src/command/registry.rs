//! Which commands there are: one line each.

use super::request::Request;
use super::{
    aggregate, create, create_indexes, delete, drop, drop_indexes, find, get_more, handshake, insert,
    kill_cursors, list_collections, list_databases, list_indexes, rename_collection, statistics,
};
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
    command("aggregate", aggregate::run),
    Command {
        name: "buildInfo",
        aliases: &["buildinfo"],
        run: handshake::build_info,
    },
    Command {
        name: "collStats",
        aliases: &["collstats"],
        run: statistics::collection,
    },
    command("create", create::run),
    command("createIndexes", create_indexes::run),
    Command {
        name: "dbStats",
        aliases: &["dbstats"],
        run: statistics::database,
    },
    command("delete", delete::run),
    command("drop", drop::run),
    command("dropDatabase", drop::run_database),
    Command {
        name: "dropIndexes",
        aliases: &["deleteIndexes"],
        run: drop_indexes::run,
    },
    command("endSessions", handshake::end_sessions),
    command("find", find::run),
    command("getMore", get_more::run),
    Command {
        name: "hello",
        aliases: &["isMaster", "ismaster"],
        run: handshake::hello,
    },
    command("insert", insert::run),
    command("killCursors", kill_cursors::run),
    command("listCollections", list_collections::run),
    command("listDatabases", list_databases::run),
    command("listIndexes", list_indexes::run),
    command("ping", handshake::ping),
    command("renameCollection", rename_collection::run),
];

/// The command with this name.
pub(super) fn find_command(name: &str) -> Option<&'static Command> {
    COMMANDS
        .iter()
        .find(|command| command.name == name || command.aliases.contains(&name))
}
