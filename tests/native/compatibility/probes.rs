//! Commands that use an entry of MongoDB's language, so that the reply tells whether it is here.

/// What is there before each probe.
pub const SETUP: &str = r#"{"insert": "c", "documents": [{"_id": 1, "a": 1, "l": [1, 2], "s": "x", "t": {"$date": "2020-01-01T00:00:00Z"}}]}
{"createIndexes": "c", "indexes": [{"key": {"a": 1}, "name": "a_1"}]}"#;

fn find(filter: &str) -> String {
    format!(r#"{{"find": "c", "filter": {filter}}}"#)
}

fn aggregate(stages: &str) -> String {
    format!(r#"{{"aggregate": "c", "pipeline": [{stages}], "cursor": {{}}}}"#)
}

/// The value under a name, in a table of lines `name value`.
fn value<'t>(table: &'t str, name: &str) -> Option<&'t str> {
    let lines = table.lines().map(str::trim);
    lines
        .filter_map(|line| line.split_once(' '))
        .find(|(first, _)| *first == name)
        .map(|(_, value)| value)
}

pub fn command(name: &str, _: &str) -> Option<String> {
    Some(format!(r#"{{"{name}": 1, "$db": "admin"}}"#))
}

pub fn query(name: &str, _: &str) -> Option<String> {
    const FIELDS: &str = r#"$in [1]
        $nin [1]
        $not {"$gt": 1}
        $exists true
        $type "int"
        $regex "x"
        $options "i"
        $mod [2, 1]
        $all [1]
        $size 1
        $elemMatch {"$gt": 0}
        $bitsAllSet 1
        $bitsAllClear 1
        $bitsAnySet 1
        $bitsAnyClear 1
        $geoWithin {"$box": [[0, 0], [1, 1]]}
        $within {"$box": [[0, 0], [1, 1]]}
        $geoIntersects {"$geometry": {"type": "Point", "coordinates": [0, 0]}}
        $near [0, 0]
        $nearSphere [0, 0]"#;
    const DOCUMENTS: &str = r#"$and [{"a": 1}]
        $or [{"a": 1}]
        $nor [{"a": 1}]
        $expr true
        $jsonSchema {}
        $where "true"
        $text {"$search": "x"}
        $comment "x"
        $alwaysTrue 1
        $alwaysFalse 1
        $sampleRate 0.5
        $rand {}"#;
    const WITHIN: &str = r#"$geometry {"type": "Point", "coordinates": [0, 0]}
        $box [[0, 0], [1, 1]]
        $center [[0, 0], 1]
        $centerSphere [[0, 0], 1]
        $polygon [[0, 0], [1, 1], [1, 0]]
        $uniqueDocs true
        $maxDistance 1
        $minDistance 1"#;
    if name == "$rand" {
        return Some(find(r#"{"$expr": {"$lt": [{"$rand": {}}, 2]}}"#));
    }
    if name == "$options" {
        return Some(find(r#"{"s": {"$regex": "x", "$options": "i"}}"#));
    }
    if let Some(value) = value(DOCUMENTS, name) {
        return Some(find(&format!(r#"{{"{name}": {value}}}"#)));
    }
    if let Some(value) = value(WITHIN, name) {
        let geo = format!(r#"{{"a": {{"$geoWithin": {{"{name}": {value}}}}}}}"#);
        return Some(find(&geo));
    }
    let value = value(FIELDS, name).unwrap_or("1");
    Some(find(&format!(r#"{{"a": {{"{name}": {value}}}}}"#)))
}

pub fn projection(name: &str, _: &str) -> Option<String> {
    let (filter, projection) = match name {
        "$elemMatch" => ("{}", r#"{"l": {"$elemMatch": {"$gt": 1}}}"#.to_owned()),
        "$slice" => ("{}", r#"{"l": {"$slice": 1}}"#.to_owned()),
        "$meta" => ("{}", r#"{"k": {"$meta": "indexKey"}}"#.to_owned()),
        "<array>.$" => (r#"{"l": 1}"#, r#"{"l.$": 1}"#.to_owned()),
        _ if name.contains("computed") || name.contains("expression") => {
            ("{}", r#"{"b": {"$add": ["$a", 1]}}"#.to_owned())
        }
        _ if name.contains("true") => ("{}", r#"{"a": true, "l": 1}"#.to_owned()),
        _ if name.contains("false") => ("{}", r#"{"a": false, "l": 0}"#.to_owned()),
        _ => ("{}", format!(r#"{{"l": {{"{name}": 1}}}}"#)),
    };
    Some(format!(
        r#"{{"find": "c", "filter": {filter}, "projection": {projection}}}"#
    ))
}

fn change(update: &str) -> Option<String> {
    Some(format!(
        r#"{{"update": "c", "updates": [{{"q": {{"l": 1}}, "u": {update}}}]}}"#
    ))
}

pub fn update(name: &str, _: &str) -> Option<String> {
    match name {
        "$" => change(r#"{"$set": {"l.$": 3}}"#),
        "$[]" => change(r#"{"$set": {"l.$[]": 3}}"#),
        "$rename" => change(r#"{"$rename": {"a": "b"}}"#),
        _ if name.starts_with("$[") => Some(
            r#"{"update": "c", "updates": [{"q": {}, "u": {"$set": {"l.$[e]": 3}}, "arrayFilters": [{"e": 1}]}]}"#
                .to_owned(),
        ),
        _ => change(&format!(r#"{{"{name}": {{"a": 1}}}}"#)),
    }
}

pub fn modifier(name: &str, _: &str) -> Option<String> {
    change(&match name {
        "$each" => r#"{"$push": {"l": {"$each": [1]}}}"#.to_owned(),
        _ => format!(r#"{{"$push": {{"l": {{"$each": [1], "{name}": 1}}}}}}"#),
    })
}

pub fn stage(name: &str, _: &str) -> Option<String> {
    Some(aggregate(&format!(r#"{{"{name}": {{}}}}"#)))
}

pub fn expression(name: &str, _: &str) -> Option<String> {
    Some(aggregate(&format!(
        r#"{{"$project": {{"x": {{"{name}": "$a"}}}}}}"#
    )))
}

pub fn accumulator(name: &str, _: &str) -> Option<String> {
    Some(aggregate(&format!(
        r#"{{"$group": {{"_id": null, "x": {{"{name}": "$a"}}}}}}"#
    )))
}

pub fn window(name: &str, group: &str) -> Option<String> {
    let top = r#"{"output": "$a", "sortBy": {"a": 1}}"#;
    let top_n = r#"{"output": "$a", "sortBy": {"a": 1}, "n": 1}"#;
    let pair = r#"["$a", "$a"]"#;
    let argument = match name {
        "$count" | "$denseRank" | "$documentNumber" | "$rank" => "{}",
        "$bottom" | "$top" => top,
        "$bottomN" | "$topN" => top_n,
        "$firstN" | "$lastN" | "$maxN" | "$minN" => r#"{"input": "$a", "n": 1}"#,
        "$median" => r#"{"input": "$a", "method": "approximate"}"#,
        "$percentile" => r#"{"input": "$a", "method": "approximate", "p": [0.5]}"#,
        "$shift" => r#"{"output": "$a", "by": 1}"#,
        "$covariancePop" | "$covarianceSamp" => pair,
        "$derivative" | "$integral" => r#"{"input": "$a"}"#,
        "$expMovingAvg" => r#"{"input": "$a", "N": 2}"#,
        "$concatArrays" | "$setUnion" => r#""$l""#,
        "$minMaxScaler" => r#"{"input": "$a"}"#,
        "$mergeObjects" => r#"{"b": 1}"#,
        _ => r#""$a""#,
    };
    let bounds = match (group, name) {
        ("calculus", "$derivative" | "$integral") => {
            r#", "window": {"documents": ["unbounded", "current"]}"#
        }
        _ => "",
    };
    Some(aggregate(&format!(
        r#"{{"$setWindowFields": {{"sortBy": {{"a": 1}}, "output": {{"x": {{"{name}": {argument}{bounds}}}}}}}}}"#
    )))
}

pub fn variable(name: &str, _: &str) -> Option<String> {
    let name = name.trim_start_matches('$');
    Some(match name {
        "DESCEND" | "PRUNE" | "KEEP" => aggregate(&format!(r#"{{"$redact": "$${name}"}}"#)),
        "this" | "value" => aggregate(&format!(
            r#"{{"$project": {{"x": {{"$reduce": {{"input": "$l", "initialValue": 0, "in": "$${name}"}}}}}}}}"#
        )),
        "new" => {
            aggregate(r#"{"$merge": {"into": "c", "whenMatched": [{"$set": {"b": "$$new.a"}}]}}"#)
        }
        _ => aggregate(&format!(r#"{{"$project": {{"x": "$${name}"}}}}"#)),
    })
}

fn index(key: &str, options: &str) -> Option<String> {
    Some(format!(
        r#"{{"createIndexes": "d", "indexes": [{{"key": {key}, "name": "i"{options}}}]}}"#
    ))
}

pub fn index_type(name: &str, _: &str) -> Option<String> {
    match name {
        "single field" | "_id" => index(r#"{"a": 1}"#, ""),
        "compound" => index(r#"{"a": 1, "b": -1}"#, ""),
        "multikey" => Some(
            r#"{"createIndexes": "c", "indexes": [{"key": {"l": 1}, "name": "i"}]}"#.to_owned(),
        ),
        "wildcard" => index(r#"{"$**": 1}"#, ""),
        "compound wildcard" => index(r#"{"a": 1, "b.$**": 1}"#, ""),
        "clustered" => Some(
            r#"{"create": "d", "clusteredIndex": {"key": {"_id": 1}, "unique": true}}"#.to_owned(),
        ),
        other => index(&format!(r#"{{"a": "{other}"}}"#), ""),
    }
}

pub fn index_property(name: &str, _: &str) -> Option<String> {
    const VALUES: &str = r#"unique true
        sparse true
        partialFilterExpression {"a": 1}
        expireAfterSeconds 10
        hidden true
        collation {"locale": "en"}
        v 2
        background true
        prepareUnique true
        storageEngine {"wiredTiger": {}}"#;
    match name {
        "name" => index(r#"{"a": 1}"#, ""),
        "weights" => index(r#"{"a": "text"}"#, r#", "weights": {"a": 2}"#),
        "default_language" | "language_override" => {
            index(r#"{"a": "text"}"#, &format!(r#", "{name}": "english""#))
        }
        "textIndexVersion" => index(r#"{"a": "text"}"#, r#", "textIndexVersion": 3"#),
        "2dsphereIndexVersion" => index(r#"{"a": "2dsphere"}"#, r#", "2dsphereIndexVersion": 3"#),
        "bits" | "min" | "max" => index(r#"{"a": "2d"}"#, &format!(r#", "{name}": 20"#)),
        "wildcardProjection" => index(r#"{"$**": 1}"#, r#", "wildcardProjection": {"a": 1}"#),
        "commitQuorum" => Some(
            r#"{"createIndexes": "d", "indexes": [{"key": {"a": 1}, "name": "i"}], "commitQuorum": "majority"}"#
                .to_owned(),
        ),
        _ => {
            let value = value(VALUES, name).unwrap_or("1");
            index(r#"{"a": 1}"#, &format!(r#", "{name}": {value}"#))
        }
    }
}

pub fn schema(name: &str, _: &str) -> Option<String> {
    const VALUES: &str = r#"additionalItems true
        additionalProperties true
        allOf [{}]
        anyOf [{}]
        oneOf [{}]
        not {}
        bsonType "object"
        type "object"
        dependencies {"a": ["l"]}
        description "x"
        title "x"
        encrypt {}
        encryptMetadata {}
        enum [1]
        items {}
        pattern "x"
        patternProperties {"x": {}}
        properties {"a": {}}
        required ["a"]
        uniqueItems true"#;
    let value = match name {
        "exclusiveMaximum" => r#"true, "maximum": 1"#,
        "exclusiveMinimum" => r#"true, "minimum": 1"#,
        _ => value(VALUES, name).unwrap_or("1"),
    };
    Some(find(&format!(
        r#"{{"$jsonSchema": {{"{name}": {value}}}}}"#
    )))
}

/// Values of options that are no number, by their names.
const OPTIONS: &str = r#"filter {"a": 1}
    query {"a": 1}
    q {"a": 1}
    projection {"a": 1}
    fields {"a": 1}
    sort {"a": 1}
    let {"v": 1}
    comment "x"
    hint {"a": 1}
    collation {"locale": "en"}
    readConcern {"level": "local"}
    writeConcern {"w": 1}
    singleBatch true
    returnKey true
    showRecordId true
    noCursorTimeout true
    allowDiskUse true
    allowPartialResults true
    oplogReplay true
    ordered true
    bypassDocumentValidation true
    upsert true
    new true
    errorsOnly true
    validator {"a": 1}
    validationLevel "strict"
    validationAction "error"
    changeStreamPreAndPostImages {"enabled": true}
    storageEngine {"wiredTiger": {}}
    indexOptionDefaults {}
    autoIndexId true
    encryptedFields {"fields": []}
    lsid {"id": {"$uuid": "00000000-0000-4000-8000-000000000000"}}
    $readPreference {"mode": "primary"}
    $clusterTime {}
    apiVersion "1"
    startTransaction true
    autocommit false
    txnNumber {"$numberLong": "1"}"#;

fn write_option(name: &str, group: &str) -> Option<String> {
    let value = value(OPTIONS, name).unwrap_or("1");
    Some(match (group, name) {
        ("insert", "documents") => r#"{"insert": "d", "documents": [{"_id": 1}]}"#.to_owned(),
        ("insert", _) => {
            format!(r#"{{"insert": "d", "documents": [{{"_id": 1}}], "{name}": {value}}}"#)
        }
        ("update", "u") => return change(r#"{"$set": {"a": 2}}"#),
        ("update", "c") => {
            r#"{"update": "c", "updates": [{"q": {}, "u": [{"$set": {"b": "$$v"}}], "c": {"v": 1}}]}"#
                .to_owned()
        }
        ("update", "multi") => {
            r#"{"update": "c", "updates": [{"q": {}, "u": {"$set": {"a": 2}}, "multi": true}]}"#
                .to_owned()
        }
        ("update", "arrayFilters") => return update("$[e]", ""),
        ("update", "q") => return change(r#"{"$set": {"b": 1}}"#),
        ("update", "ordered" | "let" | "bypassDocumentValidation") => format!(
            r#"{{"update": "c", "updates": [{{"q": {{}}, "u": {{"$set": {{"b": 1}}}}}}], "{name}": {value}}}"#
        ),
        ("update", _) => format!(
            r#"{{"update": "c", "updates": [{{"q": {{}}, "u": {{"$set": {{"b": 1}}}}, "{name}": {value}}}]}}"#
        ),
        ("delete", "q" | "limit") => {
            r#"{"delete": "c", "deletes": [{"q": {"a": 1}, "limit": 1}]}"#.to_owned()
        }
        ("delete", "ordered" | "let") => format!(
            r#"{{"delete": "c", "deletes": [{{"q": {{}}, "limit": 1}}], "{name}": {value}}}"#
        ),
        ("delete", _) => format!(
            r#"{{"delete": "c", "deletes": [{{"q": {{}}, "limit": 1, "{name}": {value}}}]}}"#
        ),
        ("findAndModify", "remove") => {
            r#"{"findAndModify": "c", "query": {"a": 1}, "remove": true}"#.to_owned()
        }
        ("findAndModify", "update") => {
            r#"{"findAndModify": "c", "update": {"$set": {"b": 1}}}"#.to_owned()
        }
        ("findAndModify", "arrayFilters") => {
            r#"{"findAndModify": "c", "update": {"$set": {"l.$[e]": 3}}, "arrayFilters": [{"e": 1}]}"#
                .to_owned()
        }
        ("findAndModify", _) => format!(
            r#"{{"findAndModify": "c", "update": {{"$set": {{"b": 1}}}}, "{name}": {value}}}"#
        ),
        ("bulkWrite", "collectionUUID") => bulk_write(
            r#"{"ns": "test.d", "collectionUUID": {"$uuid": "00000000-0000-4000-8000-000000000000"}}"#,
            "",
        ),
        ("bulkWrite", "encryptionInformation") => {
            bulk_write(r#"{"ns": "test.d", "encryptionInformation": {}}"#, "")
        }
        ("bulkWrite", "ops" | "nsInfo") => bulk_write(r#"{"ns": "test.d"}"#, ""),
        ("bulkWrite", "cursor.batchSize") => {
            bulk_write(r#"{"ns": "test.d"}"#, r#", "cursor": {"batchSize": 1}"#)
        }
        ("bulkWrite", _) => {
            bulk_write(r#"{"ns": "test.d"}"#, &format!(r#", "{name}": {value}"#))
        }
        _ => return None,
    })
}

fn bulk_write(namespace: &str, options: &str) -> String {
    format!(
        r#"{{"bulkWrite": 1, "ops": [{{"insert": 0, "document": {{"_id": 1}}}}], "nsInfo": [{namespace}]{options}, "$db": "admin"}}"#
    )
}

fn collection_option(name: &str, group: &str) -> Option<String> {
    let value = value(OPTIONS, name).unwrap_or("1");
    let series =
        |more: &str| format!(r#"{{"create": "d", "timeseries": {{"timeField": "t"{more}}}}}"#);
    Some(match (group, name) {
        ("create", "capped" | "size") => {
            r#"{"create": "d", "capped": true, "size": 4096}"#.to_owned()
        }
        ("create", "max") => {
            r#"{"create": "d", "capped": true, "size": 4096, "max": 2}"#.to_owned()
        }
        ("create", "timeseries.timeField") => series(""),
        ("create", "timeseries.metaField") => series(r#", "metaField": "m""#),
        ("create", "timeseries.granularity") => series(r#", "granularity": "hours""#),
        ("create", "timeseries.bucketMaxSpanSeconds" | "timeseries.bucketRoundingSeconds") => {
            series(r#", "bucketMaxSpanSeconds": 60, "bucketRoundingSeconds": 60"#)
        }
        ("create", "expireAfterSeconds") => {
            r#"{"create": "d", "timeseries": {"timeField": "t"}, "expireAfterSeconds": 60}"#
                .to_owned()
        }
        ("create", "clusteredIndex") => return index_type("clustered", ""),
        ("create", "viewOn" | "pipeline") => {
            r#"{"create": "d", "viewOn": "c", "pipeline": [{"$match": {"a": 1}}]}"#.to_owned()
        }
        ("create", _) => format!(r#"{{"create": "d", "{name}": {value}}}"#),
        ("collMod", "index.hidden") => of_index(r#""hidden": true"#),
        ("collMod", "index.prepareUnique") => of_index(r#""prepareUnique": true"#),
        ("collMod", "index.unique") => of_index(r#""unique": true"#),
        ("collMod", "index.expireAfterSeconds") => format!(
            "{}\n{}",
            r#"{"createIndexes": "c", "indexes": [{"key": {"t": 1}, "name": "t", "expireAfterSeconds": 9}]}"#,
            r#"{"collMod": "c", "index": {"name": "t", "expireAfterSeconds": 60}}"#
        ),
        ("collMod", "viewOn" | "pipeline") => format!(
            "{}\n{}",
            r#"{"create": "d", "viewOn": "c"}"#,
            r#"{"collMod": "d", "viewOn": "c", "pipeline": []}"#
        ),
        ("collMod", "cappedSize" | "cappedMax") => format!(
            "{}\n{{\"collMod\": \"d\", \"{name}\": 4096}}",
            r#"{"create": "d", "capped": true, "size": 4096}"#
        ),
        ("collMod", "timeseries" | "expireAfterSeconds") => format!(
            "{}\n{}",
            series(""),
            match name {
                "timeseries" => r#"{"collMod": "d", "timeseries": {"granularity": "hours"}}"#,
                _ => r#"{"collMod": "d", "expireAfterSeconds": 60}"#,
            }
        ),
        ("collMod", _) => format!(r#"{{"collMod": "c", "{name}": {value}}}"#),
        _ => return None,
    })
}

fn of_index(option: &str) -> String {
    format!(r#"{{"collMod": "c", "index": {{"name": "a_1", {option}}}}}"#)
}

pub fn option(name: &str, group: &str) -> Option<String> {
    let value = value(OPTIONS, name).unwrap_or("1");
    Some(match (group, name) {
        // Those of the driver, which are no fields of commands.
        ("find", "timeoutMS / timeoutMode") | ("getMore", _) => return None,
        ("find", "min" | "max") => format!(
            r#"{{"find": "c", "hint": {{"a": 1}}, "{name}": {{"a": 1}}}}"#
        ),
        ("find", "tailable" | "awaitData" | "maxAwaitTimeMS") => format!(
            "{}\n{}\n{}",
            r#"{"create": "d", "capped": true, "size": 4096}"#,
            r#"{"insert": "d", "documents": [{"_id": 1}]}"#,
            r#"{"find": "d", "tailable": true, "awaitData": true}"#
        ),
        ("find" | "count" | "distinct" | "aggregate", "explain") => {
            r#"{"explain": {"find": "c"}, "verbosity": "queryPlanner"}"#.to_owned()
        }
        ("aggregate", "pipeline" | "cursor") => aggregate(""),
        ("distinct", "key") => reader(group, ""),
        ("find" | "count" | "distinct" | "aggregate", _) => {
            reader(group, &format!(r#", "{name}": {value}"#))
        }
        ("every command", "$db") => r#"{"ping": 1}"#.to_owned(),
        ("every command", "apiStrict" | "apiDeprecationErrors") => {
            format!(r#"{{"find": "c", "apiVersion": "1", "{name}": true}}"#)
        }
        ("every command", "txnNumber" | "startTransaction" | "autocommit") => {
            r#"{"find": "c", "lsid": {"id": {"$uuid": "00000000-0000-4000-8000-000000000000"}}, "txnNumber": {"$numberLong": "1"}, "startTransaction": true, "autocommit": false}"#
                .to_owned()
        }
        ("every command", "writeConcern") => {
            r#"{"insert": "d", "documents": [{"_id": 1}], "writeConcern": {"w": 1}}"#.to_owned()
        }
        ("every command", _) => reader("find", &format!(r#", "{name}": {value}"#)),
        ("create" | "collMod", _) => return collection_option(name, group),
        _ => return write_option(name, group),
    })
}

fn reader(command: &str, options: &str) -> String {
    let needed = match command {
        "aggregate" => r#", "pipeline": [], "cursor": {}"#,
        "distinct" => r#", "key": "a""#,
        _ => "",
    };
    format!(r#"{{"{command}": "c"{needed}{options}}}"#)
}

pub fn explain(name: &str, _: &str) -> Option<String> {
    Some(format!(
        r#"{{"explain": {{"find": "c"}}, "verbosity": "{name}"}}"#
    ))
}

pub fn kind(name: &str, _: &str) -> Option<String> {
    let options = match name {
        "capped" => r#", "capped": true, "size": 4096"#,
        "clustered" => r#", "clusteredIndex": {"key": {"_id": 1}, "unique": true}"#,
        "timeseries" => r#", "timeseries": {"timeField": "t"}"#,
        "view" => r#", "viewOn": "c""#,
        _ => "",
    };
    Some(format!(r#"{{"create": "d"{options}}}"#))
}

/// Limits are numbers in one file of the engine, and vectors of their own test them.
pub fn limit(_: &str, _: &str) -> Option<String> {
    None
}
