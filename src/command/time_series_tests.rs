//! Whole commands on time series.

use super::testing::Shell;

const CREATE: &str = "{create: 's', timeseries: {timeField: 't', metaField: 'm'}}";

/// Four measurements of two sensors, a minute apart.
fn shell() -> Shell {
    let mut shell = Shell::new();
    shell.succeed(CREATE);
    shell.insert(
        "s",
        "[{_id: 1, t: date(0), m: {k: 'a'}, v: 1}, {_id: 2, t: date(60000), m: {k: 'b'}, v: 2},
          {_id: 3, t: date(120000), m: {k: 'a'}, v: 3}, {_id: 3, t: date(180000), m: {k: 'b'}, v: 4}]",
    );
    shell
}

#[test]
fn what_create_refuses() {
    let mut shell = Shell::new();
    for (options, code) in [
        ("timeseries: {}", 40414),
        ("timeseries: {metaField: 'm'}", 40414),
        ("timeseries: {timeField: null}", 40414),
        ("timeseries: {timeField: 1}", 14),
        ("timeseries: {timeField: 't', metaField: 1}", 14),
        ("timeseries: {timeField: 't', x: 1}", 40415),
        ("timeseries: {timeField: 't', granularity: 'days'}", 2),
        ("timeseries: {timeField: 't', granularity: 1}", 14),
        ("timeseries: {timeField: 'a.b'}", 72),
        ("timeseries: {timeField: 't', metaField: 'a.b'}", 72),
        ("timeseries: {timeField: 't', metaField: 't'}", 72),
        ("timeseries: {timeField: 't', metaField: '_id'}", 72),
        ("timeseries: {timeField: 't', bucketMaxSpanSeconds: 60}", 72),
        (
            "timeseries: {timeField: 't', bucketRoundingSeconds: 60}",
            72,
        ),
        (
            "timeseries: {timeField: 't', bucketMaxSpanSeconds: 60, bucketRoundingSeconds: 61}",
            72,
        ),
        (
            "timeseries: {timeField: 't', bucketMaxSpanSeconds: 0, bucketRoundingSeconds: 0}",
            2,
        ),
        (
            "timeseries: {timeField: 't', granularity: 'hours', bucketMaxSpanSeconds: 60}",
            72,
        ),
        (
            "timeseries: {timeField: 't', granularity: 'hours', bucketRoundingSeconds: 60}",
            72,
        ),
        ("timeseries: {timeField: 't'}, capped: true, size: 1000", 72),
        ("timeseries: {timeField: 't'}, validator: {a: 1}", 72),
        ("timeseries: {timeField: 't'}, validationLevel: 'off'", 72),
        ("timeseries: {timeField: 't'}, viewOn: 'd'", 72),
        ("timeseries: {timeField: 't'}, pipeline: []", 72),
        (
            "timeseries: {timeField: 't'}, clusteredIndex: {key: {_id: 1}, unique: true}",
            72,
        ),
        (
            "timeseries: {timeField: 't'}, idIndex: {key: {_id: 1}, name: '_id_'}",
            72,
        ),
        ("timeseries: {timeField: 't'}, expireAfterSeconds: -1", 72),
        (
            "timeseries: {timeField: 't'}, expireAfterSeconds: 9000000000",
            72,
        ),
        (
            "timeseries: {timeField: 't'}, expireAfterSeconds: 'off'",
            14,
        ),
        ("timeseries: 1", 14),
        ("timeseries: {timeField: 't'}, capped: true, size: 1", 72),
    ] {
        shell.check_error(&format!("{{create: 's', {options}}}"), code);
    }
}

#[test]
fn options_are_shown_with_their_defaults() {
    for (given, shown) in [
        (
            "timeField: 't'",
            "timeField: 't', granularity: 'seconds', bucketMaxSpanSeconds: 3600",
        ),
        (
            "metaField: 'm', timeField: 't', granularity: 'minutes'",
            "timeField: 't', metaField: 'm', granularity: 'minutes', bucketMaxSpanSeconds: 86400",
        ),
        (
            "timeField: 't', bucketMaxSpanSeconds: 90.9, bucketRoundingSeconds: 90L",
            "timeField: 't', bucketRoundingSeconds: 90, bucketMaxSpanSeconds: 90",
        ),
    ] {
        let mut shell = Shell::new();
        let create = format!("{{create: 's', timeseries: {{{given}}}}}");
        shell.succeed(&create);
        // Again it changes nothing.
        shell.succeed(&create);
        shell.check_error("{create: 's'}", 48);
        shell.check(
            "{listCollections: 1, filter: {type: 'timeseries'}}",
            "cursor.firstBatch",
            &format!(
                "[{{name: 's', type: 'timeseries', options: {{timeseries: {{{shown}}}}}, info: {{readOnly: false}}}}]"
            ),
        );
        // As a restore makes it.
        shell.succeed(&format!(
            "{{create: 'copy', timeseries: {{{shown}}}, capped: false}}"
        ));
        shell.check(
            "{listCollections: 1, filter: {name: 'copy'}}",
            "cursor.firstBatch.0.options.timeseries",
            &format!("{{{shown}}}"),
        );
        shell.succeed("{drop: 'copy'}");
        shell.check(
            "{listCollections: 1, nameOnly: true}",
            "cursor.firstBatch",
            "[{name: 's', type: 'timeseries'}, {name: 'system.buckets.s', type: 'collection'}]",
        );
    }
}

#[test]
fn measurements_have_a_time_and_no_unique_id() {
    let mut shell = shell();
    for time in [
        "",
        "t: null",
        "t: 1",
        "t: 'x'",
        "t: [date(0)]",
        "t: {x: date(0)}",
    ] {
        let command = format!("{{insert: 's', documents: [{{{time}}}]}}");
        shell.check(&command, "writeErrors.0.code", "2");
    }
    let some = "{insert: 's', ordered: false, documents: [{t: 1}, {t: date(5), v: 9}, {}]}";
    shell.check(some, "n", "1");
    shell.check(some, "writeErrors.1.index", "2");
    shell.check("{count: 's', query: {_id: 3}}", "n", "2");
    shell.check("{count: 's'}", "n", "6");
}

#[test]
fn queries_use_the_order_of_time_that_nobody_sees() {
    let mut shell = shell();
    for (rest, expected) in [
        ("", "[{v: 1}, {v: 2}, {v: 3}, {v: 4}]"),
        ("filter: {t: {$gt: date(60000)}}", "[{v: 3}, {v: 4}]"),
        ("sort: {t: -1}, limit: 2", "[{v: 4}, {v: 3}]"),
        ("filter: {_id: 3}", "[{v: 3}, {v: 4}]"),
        ("filter: {'m.k': 'b', t: {$gte: date(60001)}}", "[{v: 4}]"),
        ("filter: {m: {k: 'a'}}, sort: {t: -1}", "[{v: 3}, {v: 1}]"),
        ("hint: 'm_1_t_1', filter: {m: {k: 'b'}}", "[{v: 2}, {v: 4}]"),
        ("hint: {$natural: -1}, limit: 1", "[{v: 4}]"),
    ] {
        let rest = if rest.is_empty() {
            String::new()
        } else {
            format!(", {rest}")
        };
        let command = format!("{{find: 's', projection: {{_id: 0, v: 1}}{rest}}}");
        shell.check_batch(&command, expected);
    }
    let explain = "{explain: {find: 's', filter: {t: {$gt: date(60000)}}}}";
    shell.check(explain, "executionStats.totalKeysExamined", "2");
    for hint in ["'*'", "{t: 1}", "'t_1'"] {
        shell.check_error(&format!("{{find: 's', hint: {hint}}}"), 2);
    }
    shell.check(
        "{aggregate: 's', pipeline: [{$indexStats: {}}], cursor: {}}",
        "cursor.firstBatch.0.name",
        "'m_1_t_1'",
    );
    shell.check("{collStats: 's'}", "nindexes", "1");
    shell.check(
        "{collStats: 's'}",
        "timeseries.bucketsNs",
        "'d.system.buckets.s'",
    );
    shell.check(
        "{aggregate: 's', pipeline: [{$collStats: {storageStats: {}}}], cursor: {}}",
        "cursor.firstBatch.0.storageStats.timeseries",
        "{bucketsNs: 'd.system.buckets.s'}",
    );
    shell.check("{validate: 's'}", "keysPerIndex", "{m_1_t_1: 4}");
    shell.check("{validate: 's'}", "valid", "true");
    shell.check("{distinct: 's', key: 'm.k'}", "values", "['a', 'b']");
}

#[test]
fn updates_touch_metadata_only() {
    let mut shell = shell();
    for statement in [
        "q: {}, u: {$set: {m: 1}}",
        "q: {}, u: {$set: {m: 1}}, multi: true, upsert: true",
        "q: {}, u: {m: 1}, multi: true",
        "q: {}, u: [{$set: {m: 1}}], multi: true",
        "q: {}, u: {$set: {v: 1}}, multi: true",
        "q: {}, u: {$set: {m: 1, t: date(0)}}, multi: true",
        "q: {}, u: {$set: {mm: 1}}, multi: true",
        "q: {}, u: {$rename: {'m.k': 'k'}}, multi: true",
        "q: {v: 1}, u: {$set: {m: 1}}, multi: true",
        "q: {$or: [{m: 1}, {t: date(0)}]}, u: {$set: {m: 1}}, multi: true",
        "q: {$expr: {$eq: ['$v', 1]}}, u: {$set: {m: 1}}, multi: true",
        "q: {$expr: {$eq: ['$$ROOT.m', 1]}}, u: {$set: {m: 1}}, multi: true",
        "q: {$where: 'true'}, u: {$set: {m: 1}}, multi: true",
    ] {
        let command = format!("{{update: 's', updates: [{{{statement}}}]}}");
        shell.check(&command, "writeErrors.0.code", "72");
    }
    for (statement, n) in [
        ("q: {'m.k': 'a'}, u: {$set: {'m.x': 1}}, multi: true", 2),
        ("q: {}, u: {$inc: {'m.x': 1}}, multi: true", 4),
        (
            "q: {$expr: {$eq: ['$m.x', 2]}}, u: {$rename: {'m.x': 'm.y'}}, multi: true",
            2,
        ),
        (
            "q: {$and: [{m: {k: 'a', y: 2}}, {$comment: 'c'}]}, u: {$set: {m: 'a'}}, multi: true",
            2,
        ),
    ] {
        let command = format!("{{update: 's', updates: [{{{statement}}}]}}");
        shell.check(&command, "n", &n.to_string());
    }
    shell.check(
        "{distinct: 's', key: 'm'}",
        "values",
        "['a', {k: 'b', x: 1}]",
    );
    shell.check("{validate: 's'}", "valid", "true");
    for command in [
        "{findAndModify: 's', query: {m: 'a'}, update: {$set: {m: 1}}}",
        "{findAndModify: 's', query: {m: 'a'}, remove: true, sort: {t: 1}}",
    ] {
        shell.check_error(command, 72);
    }
    shell.check(
        "{findAndModify: 's', query: {v: 1}, remove: true}",
        "value.v",
        "1",
    );
    shell.check(
        "{delete: 's', deletes: [{q: {v: {$gt: 2}}, limit: 1}]}",
        "n",
        "1",
    );
    shell.check(
        "{delete: 's', deletes: [{q: {m: {k: 'b', x: 1}}, limit: 0}]}",
        "n",
        "2",
    );
    shell.check("{count: 's'}", "n", "0");
    shell.succeed("{create: 'p', timeseries: {timeField: 't'}}");
    let command = "{update: 'p', updates: [{q: {}, u: {$set: {m: 1}}, multi: true}]}";
    shell.check(command, "writeErrors.0.code", "72");
}

#[test]
fn which_indexes_there_may_be() {
    let mut shell = shell();
    for (index, code) in [
        ("key: {m: 1}, unique: true", 72),
        ("key: {_id: 1}, unique: true", 72),
        ("key: {m: 'text'}", 72),
        (
            "key: {m: 1}, partialFilterExpression: {m: 1}, collation: {locale: 'en'}",
            85,
        ),
        ("key: {v: 'hashed'}", 67),
        ("key: {'$**': 1}", 67),
        ("key: {'v.$**': 1}", 67),
        ("key: {v: 1}, sparse: true", 72),
        ("key: {t: 1}, expireAfterSeconds: 1", 72),
        (
            "key: {t: 1}, expireAfterSeconds: 1, partialFilterExpression: {v: 1}",
            72,
        ),
        (
            "key: {m: 1}, expireAfterSeconds: 1, partialFilterExpression: {m: 1}",
            72,
        ),
    ] {
        let command = format!("{{createIndexes: 's', indexes: [{{{index}, name: 'i'}}]}}");
        shell.check_error(&command, code);
    }
    for (index, after) in [
        ("key: {t: 1}", 2),
        ("key: {v: -1}", 3),
        ("key: {'m.k': 1, v: 1}, sparse: false", 4),
        ("key: {m: 'hashed'}", 5),
        ("key: {'m.$**': 1}", 6),
        ("key: {'m.k': 1}, sparse: true", 7),
        ("key: {v: 1}, partialFilterExpression: {v: {$gt: 1}}", 8),
        (
            "key: {t: -1}, expireAfterSeconds: 1, partialFilterExpression: {'m.k': 'a'}",
            9,
        ),
    ] {
        let command = format!("{{createIndexes: 's', indexes: [{{{index}, name: 'i{after}'}}]}}");
        shell.check(&command, "numIndexesAfter", &after.to_string());
    }
    shell.check(
        "{listIndexes: 'system.buckets.s'}",
        "cursor.firstBatch.2.key",
        "{'control.max.v': -1, 'control.min.v': -1}",
    );
    shell.check("{tussockExpire: 1}", "n", "1L");
    shell.check_error("{dropIndexes: 's', index: {x: 1}}", 27);
    shell.check("{dropIndexes: 's', index: '*'}", "nIndexesWas", "9");
    shell.check("{listIndexes: 's'}", "cursor.firstBatch", "[]");
    shell.check("{validate: 's'}", "valid", "true");
    shell.check_batch(
        "{find: 's', filter: {t: {$lte: date(60000)}}, projection: {_id: 0, v: 1}}",
        "[{v: 2}]",
    );
}

#[test]
fn arrays_are_not_in_indexes_of_measured_fields() {
    let mut shell = shell();
    let create =
        |key: &str| format!("{{createIndexes: 's', indexes: [{{key: {{{key}}}, name: 'i'}}]}}");
    shell.insert("s", "[{t: date(1), m: {l: [1, 2]}, a: [1, 2], b: {c: 1}}]");
    shell.check_error(&create("a: 1"), 5930501);
    shell.check_error(&create("t: 1, 'a.x': 1"), 5930501);
    shell.succeed(&create("'m.l': 1, 'b.c': 1"));
    let insert = "{insert: 's', documents: [{t: date(2), b: DOCUMENT}]}";
    for (document, n) in [
        ("{c: [1]}", "0"),
        ("[{c: 1}]", "0"),
        ("{c: 2, d: [1]}", "1"),
    ] {
        shell.check(&insert.replace("DOCUMENT", document), "n", n);
    }
    shell.check(
        &insert.replace("DOCUMENT", "[]"),
        "writeErrors.0.code",
        "5930501",
    );
    shell.check("{validate: 's'}", "valid", "true");
}

#[test]
fn ids_are_fields_as_others_are() {
    let mut shell = shell();
    shell.check_error(
        "{createIndexes: 's', indexes: [{key: {_id: 1}, name: '_id_'}]}",
        2,
    );
    shell.succeed("{createIndexes: 's', indexes: [{key: {_id: 1}, name: 'own'}]}");
    shell.check_batch(
        "{find: 's', hint: 'own', filter: {_id: 3}, projection: {_id: 0, v: 1}}",
        "[{v: 3}, {v: 4}]",
    );
    shell.check("{dropIndexes: 's', index: 'own'}", "nIndexesWas", "2");
}

#[test]
fn what_else_is_refused() {
    let mut shell = shell();
    shell.succeed("{create: 'c'}");
    for (command, code) in [
        ("{convertToCapped: 's', size: 1000}", 166),
        (
            "{cloneCollectionAsCapped: 's', toCollection: 'd', size: 1000}",
            166,
        ),
        ("{reIndex: 's'}", 166),
        (
            "{aggregate: 's', pipeline: [{$merge: 's'}], cursor: {}}",
            166,
        ),
        ("{find: 's', tailable: true}", 168),
        ("{collMod: 's', validator: {a: 1}}", 72),
        (
            "{collMod: 's', index: {name: 'm_1_t_1', prepareUnique: true}}",
            72,
        ),
        ("{collMod: 's', isTimeseriesNamespace: true}", 5916400),
        ("{find: 's', showRecordId: true}", 167),
        ("{find: 's', hint: 'm_1_t_1', min: {m: 1, t: date(0)}}", 167),
        ("{renameCollection: 'd.s', to: 'd.x', $db: 'admin'}", 166),
        (
            "{renameCollection: 'd.c', to: 'd.s', dropTarget: true, $db: 'admin'}",
            48,
        ),
        (
            "{createIndexes: 'system.buckets.x', indexes: [{key: {a: 1}, name: 'a'}]}",
            73,
        ),
        (
            "{aggregate: 's', pipeline: [{$planCacheStats: {}}], cursor: {}}",
            40602,
        ),
        ("{collMod: 's', cappedSize: 1}", 72),
        ("{collMod: 's', viewOn: 'd', pipeline: []}", 72),
        ("{collMod: 's', expireAfterSeconds: 'on'}", 72),
        ("{collMod: 's', timeseries: {granularity: 'days'}}", 2),
        ("{find: 's', filter: {'m.x': {$near: [0, 0]}}}", 5626500),
        (
            "{find: 's', filter: {$or: [{m: {$nearSphere: [0, 0]}}]}}",
            5626500,
        ),
        ("{find: 'system.buckets.s'}", 238),
        ("{insert: 'system.buckets.s', documents: [{}]}", 238),
        (
            "{aggregate: 'system.buckets.s', pipeline: [], cursor: {}}",
            238,
        ),
        (
            "{aggregate: 's', pipeline: [{$lookup: {from: 'system.buckets.s', as: 'x', pipeline: []}}], cursor: {}}",
            238,
        ),
    ] {
        shell.check_error(command, code);
    }
    shell.succeed("{drop: 'c'}");
    shell.succeed("{create: 'system.buckets.s'}");
    shell.succeed("{drop: 'system.buckets.s'}");
    shell.check("{listCollections: 1}", "cursor.firstBatch", "[]");
}

#[test]
fn buckets_become_only_wider() {
    let mut shell = Shell::new();
    shell.succeed("{create: 's', timeseries: {timeField: 't', granularity: 'minutes'}}");
    for (change, code) in [
        ("granularity: 'seconds'", 72),
        (
            "bucketMaxSpanSeconds: 86399, bucketRoundingSeconds: 86399",
            72,
        ),
        ("timeField: 't'", 40415),
    ] {
        shell.check_error(&format!("{{collMod: 's', timeseries: {{{change}}}}}"), code);
    }
    for (change, shown) in [
        (
            "granularity: 'minutes'",
            "granularity: 'minutes', bucketMaxSpanSeconds: 86400",
        ),
        (
            "granularity: 'hours'",
            "granularity: 'hours', bucketMaxSpanSeconds: 2592000",
        ),
        (
            "bucketMaxSpanSeconds: 2592001, bucketRoundingSeconds: 2592001",
            "bucketRoundingSeconds: 2592001, bucketMaxSpanSeconds: 2592001",
        ),
    ] {
        shell.succeed(&format!("{{collMod: 's', timeseries: {{{change}}}}}"));
        shell.check(
            "{listCollections: 1, filter: {name: 's'}}",
            "cursor.firstBatch.0.options.timeseries",
            &format!("{{timeField: 't', {shown}}}"),
        );
    }
}

#[test]
fn measurements_expire() {
    for name in ["t", "$t"] {
        let mut shell = Shell::new();
        let now_ms = shell.engine().env.now_ms();
        let create = "{create: 's', expireAfterSeconds: 1, timeseries: {timeField: 'TIME'}}";
        shell.succeed(&create.replace("TIME", name));
        let document = |ms: i64| format!("{{_id: {}, '{name}': date({ms})}}", now_ms - ms);
        let all = [now_ms - 20_000, now_ms - 500, now_ms + 500].map(document);
        shell.insert("s", &format!("[{}]", all.join(", ")));
        shell.check("{tussockExpire: 1}", "n", "1L");
        shell.succeed("{collMod: 's', expireAfterSeconds: 'off'}");
        shell.check("{tussockExpire: 1}", "n", "0L");
        shell.succeed("{collMod: 's', expireAfterSeconds: 0}");
        shell.check("{tussockExpire: 1}", "n", "1L");
        shell.check("{count: 's'}", "n", "1");
    }
}

#[test]
fn out_makes_and_fills_time_series() {
    let mut shell = shell();
    let out = |options: &str| {
        format!(
            "{{aggregate: 's', pipeline: [{{$out: {{db: 'd', coll: 'o'{options}}}}}], cursor: {{}}}}"
        )
    };
    shell.succeed(&out(", timeseries: {timeField: 't', metaField: 'm'}"));
    shell.check("{count: 'o'}", "n", "4");
    shell.check(
        "{listIndexes: 'o'}",
        "cursor.firstBatch.0.name",
        "'m_1_t_1'",
    );
    // Without the option the target stays what it is.
    shell.succeed(&out(""));
    shell.check("{count: 'o', query: {t: {$gt: date(0)}}}", "n", "3");
    shell.check_error(&out(", timeseries: {timeField: 'v'}"), 7406103);
    shell.succeed("{drop: 'o'}");
    shell.check_error(&out(", timeseries: {timeField: 'v'}"), 2);
    shell.check(
        "{listCollections: 1, filter: {name: 'o'}}",
        "cursor.firstBatch",
        "[]",
    );
    shell.succeed("{create: 'o'}");
    shell.check_error(&out(", timeseries: {timeField: 't'}"), 7268700);
}

#[test]
fn fields_may_have_odd_names() {
    for (time, meta) in [("", "m"), ("t", ""), ("$t", "$m"), ("_id", "m"), ("t", "0")] {
        let mut shell = Shell::new();
        shell.succeed(&format!(
            "{{create: 's', timeseries: {{timeField: '{time}', metaField: '{meta}'}}}}"
        ));
        shell.insert(
            "s",
            &format!("[{{'{time}': date(5), '{meta}': [1, {{x: 2}}], v: 1}}, {{'{time}': date(1), v: 2}}]"),
        );
        let insert = format!("{{insert: 's', documents: [{{'{time}': 5}}]}}");
        shell.check(&insert, "writeErrors.0.code", "2");
        shell.check("{validate: 's'}", "valid", "true");
        let mut find = |filter: &str, expected: &str| {
            let rest = "projection: {_id: 0, v: 1}, sort: {v: 1}";
            shell.check_batch(
                &format!("{{find: 's', filter: {filter}, {rest}}}"),
                expected,
            );
        };
        find("{v: {$gt: 0}}", "[{v: 1}, {v: 2}]");
        if !time.starts_with('$') {
            find(&format!("{{'{time}': {{$lt: date(5)}}}}"), "[{v: 2}]");
            find(&format!("{{'{meta}': 1}}"), "[{v: 1}]");
        }
    }
}
