//! MongoDB's error codes and their names: the one table.
//!
//! Source: the MongoDB manual, "Error Codes". A code that is not in the table is a
//! "location" code, whose name is `Location` and the number.

macro_rules! codes {
    ($($constant:ident = $code:literal, $name:literal;)*) => {
        $(#[doc = concat!("`", $name, "`")] pub const $constant: i32 = $code;)*

        /// A code and its name a line: as one text, since a table of texts is a third larger in the module.
        static NAMES: &str = concat!($($code, " ", $name, "\n"),*);
    };
}

codes! {
    INTERNAL_ERROR = 1, "InternalError";
    BAD_VALUE = 2, "BadValue";
    NO_SUCH_KEY = 4, "NoSuchKey";
    GRAPH_CONTAINS_CYCLE = 5, "GraphContainsCycle";
    UNKNOWN_ERROR = 8, "UnknownError";
    FAILED_TO_PARSE = 9, "FailedToParse";
    USER_NOT_FOUND = 11, "UserNotFound";
    UNSUPPORTED_FORMAT = 12, "UnsupportedFormat";
    UNAUTHORIZED = 13, "Unauthorized";
    TYPE_MISMATCH = 14, "TypeMismatch";
    OVERFLOW = 15, "Overflow";
    INVALID_LENGTH = 16, "InvalidLength";
    PROTOCOL_ERROR = 17, "ProtocolError";
    AUTHENTICATION_FAILED = 18, "AuthenticationFailed";
    ILLEGAL_OPERATION = 20, "IllegalOperation";
    EMPTY_ARRAY_OPERATION = 21, "EmptyArrayOperation";
    INVALID_BSON = 22, "InvalidBSON";
    ALREADY_INITIALIZED = 23, "AlreadyInitialized";
    LOCK_TIMEOUT = 24, "LockTimeout";
    NAMESPACE_NOT_FOUND = 26, "NamespaceNotFound";
    INDEX_NOT_FOUND = 27, "IndexNotFound";
    PATH_NOT_VIABLE = 28, "PathNotViable";
    NON_EXISTENT_PATH = 29, "NonExistentPath";
    INVALID_PATH = 30, "InvalidPath";
    ROLE_NOT_FOUND = 31, "RoleNotFound";
    CANNOT_BACKFILL_ARRAY = 34, "CannotBackfillArray";
    REMOTE_CHANGE_DETECTED = 36, "RemoteChangeDetected";
    FILE_RENAME_FAILED = 37, "FileRenameFailed";
    CONFLICTING_UPDATE_OPERATORS = 40, "ConflictingUpdateOperators";
    CURSOR_NOT_FOUND = 43, "CursorNotFound";
    LOCK_BUSY = 46, "LockBusy";
    NO_MATCHING_DOCUMENT = 47, "NoMatchingDocument";
    NAMESPACE_EXISTS = 48, "NamespaceExists";
    MAX_TIME_MS_EXPIRED = 50, "MaxTimeMSExpired";
    DOLLAR_PREFIXED_FIELD_NAME = 52, "DollarPrefixedFieldName";
    INVALID_ID_FIELD = 53, "InvalidIdField";
    NOT_SINGLE_VALUE_FIELD = 54, "NotSingleValueField";
    INVALID_DB_REF = 55, "InvalidDBRef";
    EMPTY_FIELD_NAME = 56, "EmptyFieldName";
    DOTTED_FIELD_NAME = 57, "DottedFieldName";
    COMMAND_NOT_FOUND = 59, "CommandNotFound";
    SHARD_KEY_NOT_FOUND = 61, "ShardKeyNotFound";
    STALE_SHARD_VERSION = 63, "StaleShardVersion";
    WRITE_CONCERN_TIMEOUT = 64, "WriteConcernTimeout";
    MULTIPLE_ERRORS_OCCURRED = 65, "MultipleErrorsOccurred";
    IMMUTABLE_FIELD = 66, "ImmutableField";
    CANNOT_CREATE_INDEX = 67, "CannotCreateIndex";
    INDEX_ALREADY_EXISTS = 68, "IndexAlreadyExists";
    SHARD_NOT_FOUND = 70, "ShardNotFound";
    REPLICA_SET_NOT_FOUND = 71, "ReplicaSetNotFound";
    INVALID_OPTIONS = 72, "InvalidOptions";
    INVALID_NAMESPACE = 73, "InvalidNamespace";
    NODE_NOT_FOUND = 74, "NodeNotFound";
    NO_REPLICATION_ENABLED = 76, "NoReplicationEnabled";
    UNKNOWN_REPL_WRITE_CONCERN = 79, "UnknownReplWriteConcern";
    ROLE_DATA_INCONSISTENT = 80, "RoleDataInconsistent";
    INDEX_OPTIONS_CONFLICT = 85, "IndexOptionsConflict";
    INDEX_KEY_SPECS_CONFLICT = 86, "IndexKeySpecsConflict";
    CANNOT_SPLIT = 87, "CannotSplit";
    NETWORK_TIMEOUT = 89, "NetworkTimeout";
    CALLBACK_CANCELED = 90, "CallbackCanceled";
    SHUTDOWN_IN_PROGRESS = 91, "ShutdownInProgress";
    NOT_YET_INITIALIZED = 94, "NotYetInitialized";
    OPERATION_FAILED = 96, "OperationFailed";
    NO_PROJECTION_FOUND = 97, "NoProjectionFound";
    DB_PATH_IN_USE = 98, "DBPathInUse";
    UNSATISFIABLE_WRITE_CONCERN = 100, "UnsatisfiableWriteConcern";
    OUTDATED_CLIENT = 101, "OutdatedClient";
    LOCK_FAILED = 107, "LockFailed";
    NOT_EXACT_VALUE_FIELD = 111, "NotExactValueField";
    WRITE_CONFLICT = 112, "WriteConflict";
    COMMAND_NOT_SUPPORTED = 115, "CommandNotSupported";
    DOC_TOO_LARGE_FOR_CAPPED = 116, "DocTooLargeForCapped";
    CONFLICTING_OPERATION_IN_PROGRESS = 117, "ConflictingOperationInProgress";
    DOCUMENT_VALIDATION_FAILURE = 121, "DocumentValidationFailure";
    NOT_A_REPLICA_SET = 123, "NotAReplicaSet";
    COMMAND_FAILED = 125, "CommandFailed";
    FAILED_TO_SATISFY_READ_PREFERENCE = 133, "FailedToSatisfyReadPreference";
    READ_CONCERN_MAJORITY_NOT_AVAILABLE_YET = 134, "ReadConcernMajorityNotAvailableYet";
    CAPPED_POSITION_LOST = 136, "CappedPositionLost";
    JS_INTERPRETER_FAILURE = 139, "JSInterpreterFailure";
    CURSOR_IN_USE = 143, "CursorInUse";
    EXCEEDED_MEMORY_LIMIT = 146, "ExceededMemoryLimit";
    Z_LIB_ERROR = 147, "ZLibError";
    READ_CONCERN_MAJORITY_NOT_ENABLED = 148, "ReadConcernMajorityNotEnabled";
    MUST_UPGRADE = 158, "MustUpgrade";
    DURATION_OVERFLOW = 159, "DurationOverflow";
    INCOMPATIBLE_COLLATION_VERSION = 161, "IncompatibleCollationVersion";
    COLLECTION_IS_EMPTY = 162, "CollectionIsEmpty";
    VIEW_DEPTH_LIMIT_EXCEEDED = 165, "ViewDepthLimitExceeded";
    COMMAND_NOT_SUPPORTED_ON_VIEW = 166, "CommandNotSupportedOnView";
    OPTION_NOT_SUPPORTED_ON_VIEW = 167, "OptionNotSupportedOnView";
    INVALID_PIPELINE_OPERATOR = 168, "InvalidPipelineOperator";
    CANNOT_INDEX_PARALLEL_ARRAYS = 171, "CannotIndexParallelArrays";
    QUERY_PLAN_KILLED = 175, "QueryPlanKilled";
    AMBIGUOUS_INDEX_KEY_PATTERN = 181, "AmbiguousIndexKeyPattern";
    INVALID_VIEW_DEFINITION = 182, "InvalidViewDefinition";
    CLIENT_METADATA_MISSING_FIELD = 183, "ClientMetadataMissingField";
    CLIENT_METADATA_CANNOT_BE_MUTATED = 186, "ClientMetadataCannotBeMutated";
    LINEARIZABLE_READ_CONCERN_ERROR = 187, "LinearizableReadConcernError";
    PRIMARY_STEPPED_DOWN = 189, "PrimarySteppedDown";
    FAIL_POINT_ENABLED = 192, "FailPointEnabled";
    VIEW_PIPELINE_MAX_SIZE_EXCEEDED = 195, "ViewPipelineMaxSizeExceeded";
    INVALID_INDEX_SPECIFICATION_OPTION = 197, "InvalidIndexSpecificationOption";
    CANNOT_BUILD_INDEX_KEYS = 201, "CannotBuildIndexKeys";
    NO_SUCH_SESSION = 206, "NoSuchSession";
    INVALID_UUID = 207, "InvalidUUID";
    KEY_NOT_FOUND = 211, "KeyNotFound";
    DUPLICATE_SESSION = 213, "DuplicateSession";
    DATABASE_DROP_PENDING = 215, "DatabaseDropPending";
    INCOMPLETE_TRANSACTION_HISTORY = 217, "IncompleteTransactionHistory";
    UPDATE_OPERATION_FAILED = 218, "UpdateOperationFailed";
    CLOSE_CHANGE_STREAM = 222, "CloseChangeStream";
    QUERY_FEATURE_NOT_ALLOWED = 224, "QueryFeatureNotAllowed";
    TRANSACTION_TOO_OLD = 225, "TransactionTooOld";
    ATOMICITY_FAILURE = 226, "AtomicityFailure";
    MAX_SUB_PIPELINE_DEPTH_EXCEEDED = 232, "MaxSubPipelineDepthExceeded";
    RETRY_CHANGE_STREAM = 234, "RetryChangeStream";
    CURSOR_KILLED = 237, "CursorKilled";
    NOT_IMPLEMENTED = 238, "NotImplemented";
    SNAPSHOT_TOO_OLD = 239, "SnapshotTooOld";
    CONVERSION_FAILURE = 241, "ConversionFailure";
    CANNOT_CREATE_COLLECTION = 242, "CannotCreateCollection";
    SNAPSHOT_UNAVAILABLE = 246, "SnapshotUnavailable";
    NO_SUCH_TRANSACTION = 251, "NoSuchTransaction";
    TRANSACTION_COMMITTED = 256, "TransactionCommitted";
    TRANSACTION_TOO_LARGE = 257, "TransactionTooLarge";
    UNKNOWN_FEATURE_COMPATIBILITY_VERSION = 258, "UnknownFeatureCompatibilityVersion";
    INVALID_RESUME_TOKEN = 260, "InvalidResumeToken";
    TOO_MANY_LOGICAL_SESSIONS = 261, "TooManyLogicalSessions";
    EXCEEDED_TIME_LIMIT = 262, "ExceededTimeLimit";
    OPERATION_NOT_SUPPORTED_IN_TRANSACTION = 263, "OperationNotSupportedInTransaction";
    FAIL_POINT_SET_FAILED = 266, "FailPointSetFailed";
    PREPARED_TRANSACTION_IN_PROGRESS = 267, "PreparedTransactionInProgress";
    MIGRATION_CONFLICT = 272, "MigrationConflict";
    INDEX_BUILD_ABORTED = 276, "IndexBuildAborted";
    CHANGE_STREAM_FATAL_ERROR = 280, "ChangeStreamFatalError";
    INDEX_BUILD_ALREADY_IN_PROGRESS = 285, "IndexBuildAlreadyInProgress";
    CHANGE_STREAM_HISTORY_LOST = 286, "ChangeStreamHistoryLost";
    TRANSACTION_EXCEEDED_LIFETIME_LIMIT_SECONDS = 290, "TransactionExceededLifetimeLimitSeconds";
    NO_QUERY_EXECUTION_PLANS = 291, "NoQueryExecutionPlans";
    QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED = 292, "QueryExceededMemoryLimitNoDiskUseAllowed";
    DATA_CORRUPTION_DETECTED = 301, "DataCorruptionDetected";
    OBJECT_IS_BUSY = 314, "ObjectIsBusy";
    API_VERSION_ERROR = 322, "APIVersionError";
    API_STRICT_ERROR = 323, "APIStrictError";
    API_DEPRECATION_ERROR = 324, "APIDeprecationError";
    MECHANISM_UNAVAILABLE = 334, "MechanismUnavailable";
    CHANGE_STREAM_INVALIDATED = 346, "ChangeStreamInvalidated";
    API_MISMATCH_ERROR = 347, "APIMismatchError";
    CHANGE_STREAM_START_AFTER_INVALIDATE = 351, "ChangeStreamStartAfterInvalidate";
    TXN_RETRY_COUNTER_TOO_OLD = 356, "TxnRetryCounterTooOld";
    INVALID_BSON_TYPE = 357, "InvalidBSONType";
    CANNOT_CONVERT_INDEX_TO_UNIQUE = 359, "CannotConvertIndexToUnique";
    COLLECTION_UUID_MISMATCH = 361, "CollectionUUIDMismatch";
    TEMPORARILY_UNAVAILABLE = 365, "TemporarilyUnavailable";
    USER_WRITES_BLOCKED = 371, "UserWritesBlocked";
    CHANGE_STREAM_NOT_ENABLED = 376, "ChangeStreamNotEnabled";
    NON_CONFORMANT_BSON = 378, "NonConformantBSON";
    DUPLICATE_KEY_ID = 386, "DuplicateKeyId";
    TRANSACTION_TOO_LARGE_FOR_CACHE = 388, "TransactionTooLargeForCache";
    INDEX_INFORMATION_TOO_LARGE = 396, "IndexInformationTooLarge";
    RESOURCE_EXHAUSTED = 402, "ResourceExhausted";
    QUERY_REJECTED_BY_SETTINGS = 411, "QueryRejectedBySettings";
    OBJECT_ALREADY_EXISTS = 447, "ObjectAlreadyExists";
    SOCKET_EXCEPTION = 9001, "SocketException";
    CANNOT_GROW_DOCUMENT_IN_CAPPED_NAMESPACE = 10003, "CannotGrowDocumentInCappedNamespace";
    NOT_WRITABLE_PRIMARY = 10107, "NotWritablePrimary";
    BSON_OBJECT_TOO_LARGE = 10334, "BSONObjectTooLarge";
    DUPLICATE_KEY = 11000, "DuplicateKey";
    INTERRUPTED_AT_SHUTDOWN = 11600, "InterruptedAtShutdown";
    INTERRUPTED = 11601, "Interrupted";
    INTERRUPTED_DUE_TO_REPL_STATE_CHANGE = 11602, "InterruptedDueToReplStateChange";
    BACKGROUND_OPERATION_IN_PROGRESS_FOR_DATABASE = 12586, "BackgroundOperationInProgressForDatabase";
    BACKGROUND_OPERATION_IN_PROGRESS_FOR_NAMESPACE = 12587, "BackgroundOperationInProgressForNamespace";
    MERGE_STAGE_NO_MATCHING_DOCUMENT = 13113, "MergeStageNoMatchingDocument";
    DATABASE_DIFFER_CASE = 13297, "DatabaseDifferCase";
    STALE_CONFIG = 13388, "StaleConfig";
    NOT_PRIMARY_NO_SECONDARY_OK = 13435, "NotPrimaryNoSecondaryOk";
    NOT_PRIMARY_OR_SECONDARY = 13436, "NotPrimaryOrSecondary";
    OUT_OF_DISK_SPACE = 14031, "OutOfDiskSpace";
    SEARCH_NOT_ENABLED = 31082, "SearchNotEnabled";
    IDL_DUPLICATE_FIELD = 40413, "IDLDuplicateField";
    IDL_FAILED_TO_PARSE = 40414, "IDLFailedToParse";
    IDL_UNKNOWN_FIELD = 40415, "IDLUnknownField";
    CLIENT_MARKED_KILLED = 46841, "ClientMarkedKilled";
    NOT_A_RETRYABLE_WRITE_COMMAND = 50768, "NotARetryableWriteCommand";
}

/// The name of a code, as `codeName` in a reply gives it.
pub fn name(code: i32) -> String {
    let head = format!("{code} ");
    let name = NAMES.lines().find_map(|line| line.strip_prefix(&head));
    name.map_or_else(|| format!("Location{code}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_and_names_are_found() {
        let code = |line: &str| line.split_once(' ').unwrap().0.parse::<i32>().unwrap();
        assert!(NAMES.lines().map(code).is_sorted_by(|one, next| one < next));
        assert!(NAMES.lines().count() > 180);
        assert_eq!(name(INTERNAL_ERROR), "InternalError");
        assert_eq!(
            name(NOT_A_RETRYABLE_WRITE_COMMAND),
            "NotARetryableWriteCommand"
        );
        assert_eq!(name(0), "Location0");
        assert_eq!(name(BAD_VALUE), "BadValue");
        assert_eq!(name(6), "Location6");
        assert_eq!(name(31254), "Location31254");
    }
}
