//! MongoDB's limits, with MongoDB's numbers: the one place for them.
//!
//! Source: the MongoDB manual, "MongoDB Limits and Thresholds", and the reply of
//! the `hello` command.

/// Bytes of a stored document (`maxBsonObjectSize`).
pub const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of a document inside the engine (a reply, or between two stages).
pub const INTERNAL_DOCUMENT_BYTES_MAX: usize = DOCUMENT_BYTES_MAX + 16 * 1024;
/// Bytes of one command (`maxMessageSizeBytes`).
pub const MESSAGE_BYTES_MAX: usize = 48_000_000;
/// Levels of nesting of a command or document the server takes in.
pub const NESTING_DEPTH_MAX: usize = 180;
/// Levels of documents and arrays in a command that stores none of them.
pub const COMMAND_DEPTH_MAX: usize = 201;
/// Statements of one write command (`maxWriteBatchSize`).
pub const WRITE_BATCH_MAX: usize = 100_000;
/// Documents in the first batch when no batch size is given.
pub const FIRST_BATCH_DEFAULT: usize = 101;
/// Bytes of documents in one batch.
pub const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Stages of one pipeline.
pub const PIPELINE_STAGES_MAX: usize = 1000;
/// Levels of pipelines inside pipelines.
pub const SUB_PIPELINE_DEPTH_MAX: usize = 20;
/// Documents that one `$densify` may make.
pub const DENSIFY_DOCUMENTS_MAX: usize = 500_000;
/// Bytes that one blocking stage may hold.
pub const STAGE_MEMORY_BYTES_MAX: usize = 100 * 1024 * 1024;
/// Bytes of a string that an expression builds.
pub const STRING_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Fields of a compound index, and keys of a sort.
pub const KEY_FIELDS_MAX: usize = 32;
/// Indexes of one collection, `_id` included.
pub const INDEXES_MAX: usize = 64;
/// Bytes of `database.collection`.
pub const NAMESPACE_BYTES_MAX: usize = 255;
/// Bytes of a database's name must be fewer than this.
pub const DATABASE_NAME_BYTES_END: usize = 64;
/// Components of a field path.
pub const PATH_COMPONENTS_MAX: usize = 200;
/// Bytes of a regular expression's pattern.
pub const REGEX_PATTERN_BYTES_MAX: usize = 16_384;
/// Milliseconds after which an idle cursor is closed.
pub const CURSOR_IDLE_MS_MAX: u64 = 10 * 60 * 1000;

/// Lines of the log that `getLog` gives.
pub const LOG_LINES_MAX: usize = 1024;

/// Bytes of documents in a collection that the profiler fills.
pub const PROFILE_BYTES_MAX: u64 = 1 << 20;

/// A command of more bytes is not profiled whole.
pub const PROFILED_COMMAND_BYTES_MAX: usize = 50 * 1024;
/// Levels of views over views.
pub const VIEW_DEPTH_MAX: usize = 20;
/// Bytes of a capped collection: a pebibyte.
pub const CAPPED_BYTES_MAX: i64 = 1 << 50;

/// Minutes after which a session that is not used is forgotten.
pub const SESSION_TIMEOUT_MINUTES: i32 = 30;

/// The longest span of a bucket of a time series: a year.
pub const BUCKET_SECONDS_MAX: i64 = 31_536_000;
