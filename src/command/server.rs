//! connectionStatus, currentOp, fsync, getCmdLineOpts, getLog, hostInfo, killOp, listCommands and their
//! like: what little there is to say of the server itself.
//!
//! Source: the manual's pages of the same names.

use super::arguments::{Arguments, Field, Takes, is_generic, optional, required};
use super::registry::COMMANDS;
use super::request::Request;
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::value::{BinaryRef, DocumentBuf, ValueRef};

/// The name of the only host.
pub(super) const HOST: &str = "tussock";

/// Errors: `Unauthorized` (13) outside `admin`.
pub(super) fn check_admin(request: &Request<'_>) -> Result<()> {
    if request.database == "admin" {
        return Ok(());
    }
    Err(Error::new(
        codes::UNAUTHORIZED,
        format_args!(
            "{} may only be run against the admin database.",
            request.name
        ),
    ))
}

/// Errors: `LockTimeout` (24) for a write while `fsync` has locked writes out: nothing can unlock
/// them while one command runs, so there is nothing to wait for.
#[inline]
pub(super) fn check_write_lock(engine: &Engine, request: &Request<'_>) -> Result<()> {
    if engine.status.write_locks > 0 && super::accounting::writes(request) {
        let message = "writes are locked by fsync; fsyncUnlock ends that";
        return Err(Error::new(codes::LOCK_TIMEOUT, message));
    }
    Ok(())
}

/// Bytes that tell this run of the engine from another: when it began.
fn run_id(engine: &Engine) -> [u8; 16] {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(engine.status.started_ms / 1_000).to_be_bytes());
    id[8..].copy_from_slice(&engine.status.started_ms.to_be_bytes());
    // Version 8 (of one's own making), variant 1.
    id[6] = id[6] & 0x0f | 0x80;
    id[8] = id[8] & 0x3f | 0x80;
    id
}

/// The id of the process, as `hello` gives it.
pub(super) fn process_id(engine: &Engine) -> [u8; 12] {
    let mut id = [0; 12];
    id.copy_from_slice(&run_id(engine)[4..]);
    id
}

/// connectionStatus: nobody has to say who they are, so there are no users.
pub(super) fn connection_status(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    const FIELDS: &[Field] = &[optional("showPrivileges", Takes::Truth)];
    let arguments = Arguments::of(request, FIELDS)?;
    let mut reply = DocumentBuf::new();
    reply.append_document("authInfo", |info| {
        info.array("authenticatedUsers");
        info.array("authenticatedUserRoles");
        if arguments.truth("showPrivileges").unwrap_or(false) {
            info.array("authenticatedUserPrivileges");
        }
    });
    let uuid = BinaryRef {
        subtype: 4,
        bytes: &run_id(engine),
    };
    reply.append("uuid", uuid);
    Ok(reply)
}

/// connPoolStats: there is no other server to connect to.
pub(super) fn connection_pools(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of_lenient(request, &[])?;
    let mut reply = DocumentBuf::new();
    for name in [
        "numClientConnections",
        "numAScopedConnections",
        "totalInUse",
        "totalAvailable",
        "totalLeased",
        "totalCreated",
        "totalRefreshing",
    ] {
        reply.append(name, 0);
    }
    for name in ["pools", "hosts", "replicaSets"] {
        reply.append_document(name, |_| {});
    }
    Ok(reply)
}

/// killOp: one command runs at a time, so no other is there to be ended; as on any server, naming
/// an operation that is not there is no error.
///
/// Errors: `Unauthorized` (13) outside `admin`.
pub(super) fn kill_op(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of_lenient(request, &[])?;
    let Some(op) = request.document.get("op") else {
        return Err(Error::new(codes::NO_SUCH_KEY, "killOp needs an op"));
    };
    if !op.is_number() {
        return Err(Error::type_mismatch("killOp takes a number as op"));
    }
    let Some(whole) = op.to_i64_exact() else {
        return Err(Error::bad_value(format_args!(
            "op is a 64-bit integer, not {op}"
        )));
    };
    if i32::try_from(whole).is_err() {
        return Err(Error::new(26823, format_args!("invalid op: {op}")));
    }
    let mut reply = DocumentBuf::new();
    reply.append("info", "attempting to kill op");
    Ok(reply)
}

/// currentOp: the only operation that runs is this one.
///
/// Errors: `Unauthorized` (13) outside `admin`.
pub(super) fn current_op(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of_lenient(request, &[])?;
    let mut row = DocumentBuf::new();
    row.append("host", HOST);
    row.append("type", "op");
    row.append("active", true);
    row.append("op", "command");
    row.append("ns", "admin.$cmd");
    row.append("command", ValueRef::Document(request.document));
    // Whatever else is in the command is a condition on what is shown.
    const OPTIONS: [&str; 4] = ["currentOp", "$all", "$ownOps", "$truncateOps"];
    let mut filter = DocumentBuf::new();
    for element in request.document.elements() {
        if !OPTIONS.contains(&element.name) && !is_generic(element.name) {
            filter.append_element(&element);
        }
    }
    let scope = crate::expression::ParseScope::of(&request.context);
    let matcher = crate::matcher::Matcher::parse(filter.as_ref(), &scope)?;
    let is_shown = matcher.matches(row.as_ref(), &request.context)?;
    let mut reply = DocumentBuf::new();
    reply.append_array("inprog", |list| {
        if is_shown {
            list.push(&row);
        }
    });
    Ok(reply)
}

/// listCommands: the commands by their names.
pub(super) fn list_commands(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of_lenient(request, &[])?;
    let mut reply = DocumentBuf::new();
    reply.append_document("commands", |list| {
        for command in COMMANDS {
            let mut about = list.document(command.name);
            let mut names = about.array("aliases");
            command.aliases.iter().for_each(|name| names.push(*name));
        }
    });
    Ok(reply)
}

/// Whether a command that names users or roles names any: there are none.
pub(super) fn no_users(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of_lenient(request, &[])?;
    let mut reply = DocumentBuf::new();
    match request.name {
        "usersInfo" => reply.append_array("users", |_| {}),
        "rolesInfo" => reply.append_array("roles", |_| {}),
        "dropAllUsersFromDatabase" | "dropAllRolesFromDatabase" => reply.append("n", 0),
        _ => {}
    }
    Ok(reply)
}

/// getCmdLineOpts: the engine was started without any.
///
/// Errors: `Unauthorized` (13) outside `admin`.
pub(super) fn command_line(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of(request, &[])?;
    let mut reply = DocumentBuf::new();
    reply.append_array("argv", |list| list.push(HOST));
    reply.append_document("parsed", |_| {});
    Ok(reply)
}

/// getLog: the last lines of the log.
///
/// Errors: `Unauthorized` (13) outside `admin`, `TypeMismatch` (14), `OperationFailed` (96) for a
/// log that is not there.
pub(super) fn get_log(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of(request, &[])?;
    let name = match request.target {
        ValueRef::String(name) => name,
        ref other if other.is_nullish() => {
            let message = "BSON field 'getLog.getLog' is missing but a required field";
            return Err(Error::new(40414, message));
        }
        ref other => {
            return Err(Error::type_mismatch(format_args!(
                "getLog takes a string, not {}",
                other.kind().alias()
            )));
        }
    };
    let mut reply = DocumentBuf::new();
    let log = &engine.status.log;
    match name {
        "*" => reply.append_array("names", |names| {
            names.push("global");
            names.push("startupWarnings");
        }),
        "global" => {
            reply.append("totalLinesWritten", log.written as i64);
            reply.append_array("log", |list| log.lines().for_each(|line| list.push(line)));
        }
        "startupWarnings" => {
            reply.append("totalLinesWritten", 0i64);
            reply.append_array("log", |_| {});
        }
        other => {
            return Err(Error::new(
                codes::OPERATION_FAILED,
                format_args!("there is no log named '{other}'"),
            ));
        }
    }
    Ok(reply)
}

/// Bytes of memory in use, and a page of it.
pub(super) fn memory(engine: &Engine) -> (u64, u64) {
    #[cfg(target_arch = "wasm32")]
    {
        let _ = engine;
        let page = 64 * 1024;
        (core::arch::wasm32::memory_size(0) as u64 * page, page)
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        let collections = engine.catalog().iter();
        let bytes = collections.map(|found| found.records.data_size() + found.index_bytes());
        (bytes.sum(), 4096)
    }
}

/// hostInfo: the machine that the engine is compiled for, which is all that it can see.
pub(super) fn host_info(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, &[])?;
    let (bytes, page) = memory(engine);
    let megabytes = (bytes >> 20).max(1) as i64;
    let mut reply = DocumentBuf::new();
    reply.append_document("system", |system| {
        system.append("currentTime", ValueRef::Date(request.context.now_ms));
        system.append("hostname", HOST);
        system.append("cpuAddrSize", usize::BITS as i32);
        system.append("memSizeMB", megabytes);
        system.append("memLimitMB", megabytes);
        for one in ["numCores", "numCoresAvailableToProcess", "numPhysicalCores"] {
            system.append(one, 1);
        }
        system.append("numCpuSockets", 1);
        system.append("cpuArch", std::env::consts::ARCH);
        system.append("numaEnabled", false);
        system.append("numNumaNodes", 1);
    });
    reply.append_document("os", |os| {
        let name = match std::env::consts::OS {
            "" | "unknown" => "WebAssembly",
            other => other,
        };
        os.append("type", name);
        os.append("name", name);
        os.append("version", "");
    });
    reply.append_document("extra", |extra| {
        extra.append(
            "versionString",
            concat!("tussock ", env!("CARGO_PKG_VERSION")),
        );
        extra.append("pageSize", page as i64);
    });
    Ok(reply)
}

/// whatsmyuri: the client is in the same process.
pub(super) fn my_uri(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of_lenient(request, &[])?;
    let mut reply = DocumentBuf::new();
    reply.append("you", "127.0.0.1:0");
    Ok(reply)
}

/// lockInfo: one command runs at a time; the only lock is that of `fsync`.
///
/// Errors: `Unauthorized` (13) outside `admin`.
pub(super) fn lock_info(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of(request, &[])?;
    let mut reply = DocumentBuf::new();
    reply.append_array("lockInfo", |list| {
        if engine.status.write_locks > 0 {
            let mut lock = list.document();
            lock.append("resourceId", "{Global, fsync}");
            let mut granted = lock.array("granted");
            granted.document().append("mode", "R");
            drop(granted);
            lock.array("pending");
        }
    });
    Ok(reply)
}

/// fsync: what was acknowledged is on the disk anyway; with `lock` writes are refused until
/// `fsyncUnlock`.
///
/// Errors: `Unauthorized` (13) outside `admin`.
pub(super) fn fsync(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    const FIELDS: &[Field] = &[
        optional("lock", Takes::Truth),
        optional("fsyncLockAcquisitionTimeoutMillis", Takes::Number),
    ];
    check_admin(request)?;
    let arguments = Arguments::of(request, FIELDS)?;
    let mut reply = DocumentBuf::new();
    if !arguments.truth("lock").unwrap_or(false) {
        reply.append("numFiles", 1);
        return Ok(reply);
    }
    engine.status.write_locks += 1;
    reply.append("info", "writes are refused until fsyncUnlock");
    reply.append("lockCount", engine.status.write_locks);
    Ok(reply)
}

/// fsyncUnlock: takes one lock back.
///
/// Errors: `Unauthorized` (13) outside `admin`, `IllegalOperation` (20) when there is none.
pub(super) fn fsync_unlock(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of(request, &[])?;
    if engine.status.write_locks == 0 {
        let message = "fsyncUnlock called when not locked";
        return Err(Error::new(codes::ILLEGAL_OPERATION, message));
    }
    engine.status.write_locks -= 1;
    let mut reply = DocumentBuf::new();
    reply.append("info", "fsyncUnlock completed");
    reply.append("lockCount", engine.status.write_locks);
    Ok(reply)
}

/// setFeatureCompatibilityVersion: there is one version.
///
/// Errors: `Unauthorized` (13) outside `admin`, `TypeMismatch` (14), 4926900 for another version,
/// 7369100 without `confirm`.
pub(super) fn compatibility(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    const FIELDS: &[Field] = &[optional("confirm", Takes::Bool)];
    check_admin(request)?;
    let arguments = Arguments::of(request, FIELDS)?;
    match request.target {
        ValueRef::String(COMPATIBILITY_VERSION) => {}
        ValueRef::String(other) => {
            return Err(Error::new(
                4926900,
                format_args!("the version is {COMPATIBILITY_VERSION} and cannot be '{other}'"),
            ));
        }
        ref other => {
            return Err(Error::type_mismatch(format_args!(
                "a version is a string, not {}",
                other.kind().alias()
            )));
        }
    }
    if arguments.truth("confirm") != Some(true) {
        let message = "setting the version needs confirm: true";
        return Err(Error::new(7369100, message));
    }
    Ok(DocumentBuf::new())
}

/// The version whose behaviour the engine has.
pub(super) const COMPATIBILITY_VERSION: &str = "8.0";

/// compactStructuredEncryptionData, cleanupStructuredEncryptionData: no collection is encrypted.
///
/// Errors: `NamespaceNotFound` (26), `CommandNotSupportedOnView` (166), 6346807.
pub(super) fn encrypted_data(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    const COMPACT: &[Field] = &[
        required("compactionTokens", Takes::Document),
        optional("encryptionInformation", Takes::Document),
        optional("compactionOptions", Takes::Document),
    ];
    const CLEAN_UP: &[Field] = &[required("cleanupTokens", Takes::Document)];
    let fields = match request.name {
        "compactStructuredEncryptionData" => COMPACT,
        _ => CLEAN_UP,
    };
    Arguments::of(request, fields)?;
    let namespace = match request.target {
        ValueRef::String(name) if !name.is_empty() => {
            crate::catalog::Namespace::new(request.database, name)
        }
        _ => request.namespace()?,
    };
    match engine.catalog().regular(&namespace)? {
        Some(_) => Err(Error::new(
            6346807,
            format_args!("{namespace} is not an encrypted collection"),
        )),
        None => Err(Error::new(
            codes::NAMESPACE_NOT_FOUND,
            format_args!("there is no collection {namespace}"),
        )),
    }
}
