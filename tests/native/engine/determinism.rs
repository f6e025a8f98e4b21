//! Same seed and same input: the same bytes.

use crate::conformance;
use crate::conformance::play::Server;
use crate::conformance::runner::{Fresh, play_all};
use crate::wire::bson;
use crate::{array, doc};

/// Commands whose replies depend on the clock, on random numbers and on the order in which
/// things are kept.
fn replies(seed: u64) -> Vec<Vec<u8>> {
    let names = || (0..40).map(|i| doc! { "name" => format!("n{i}"), "a" => i % 7 });
    let group = |stage| array![doc! { "$group" => stage }];
    let commands = [
        doc! { "insert" => "c", "documents" => names().collect::<Vec<_>>() },
        doc! { "createIndexes" => "c", "indexes" => array![
            doc! { "key" => doc! { "a" => 1 }, "name" => "a" },
            doc! { "key" => doc! { "name" => 1 }, "name" => "n" },
        ] },
        doc! { "find" => "c", "batchSize" => 3 },
        doc! { "find" => "c", "filter" => doc! { "a" => doc! { "$gt" => 3 } } },
        doc! { "aggregate" => "c", "cursor" => doc! {}, "pipeline" => group(doc! {
            "_id" => "$a", "names" => doc! { "$addToSet" => "$name" }
        }) },
        doc! { "aggregate" => "c", "cursor" => doc! {}, "pipeline" => array![
            doc! { "$sample" => doc! { "size" => 5 } },
            doc! { "$addFields" => doc! { "r" => doc! { "$rand" => doc! {} }, "n" => "$$NOW" } },
        ] },
        doc! { "distinct" => "c", "key" => "a" },
        doc! { "update" => "c", "updates" => array![doc! {
            "q" => doc! { "x" => 1 }, "u" => doc! { "$currentDate" => doc! { "at" => true } },
            "upsert" => true
        }] },
        doc! { "listCollections" => 1 },
        doc! { "listDatabases" => 1 },
        doc! { "hello" => 1 },
    ];
    let mut engine = Fresh::new(seed);
    let run = |mut command: crate::wire::Document| {
        command.extend(doc! { "$db" => "admin" });
        engine.run(&bson::encode(&command))
    };
    commands.into_iter().map(run).collect()
}

#[test]
fn the_same_seed_gives_the_same_replies() {
    for seed in 0..20 {
        assert!(replies(seed) == replies(seed), "seed {seed}");
    }
    assert!(replies(1) != replies(2), "ids are drawn from the seed");
}

/// Every published vector, twice: the second engine differs in nothing but its addresses.
#[test]
fn published_vectors_are_answered_the_same_twice() {
    let Some(jobs) = conformance::published_jobs() else {
        return;
    };
    let again = conformance::published_jobs().unwrap_or_default();
    let pairs = play_all(jobs, true).into_iter().zip(play_all(again, true));
    let differing: Vec<String> = pairs
        .filter(|((_, one), (_, two))| one.trace != two.trace)
        .map(|((area, played), _)| format!("{area}: {}", played.id))
        .collect();
    assert!(
        differing.is_empty(),
        "{} are answered in two ways:\n{}",
        differing.len(),
        differing.join("\n")
    );
}
