//! A filter over documents: every plan gives the documents that a natural scan gives.

use std::collections::BTreeSet;

use tussock::value::DocumentBuf;

use super::recipe::Recipe;
use super::shell::{Shell, first_batch, is_ok};

pub fn run(data: &[u8]) {
    let mut recipe = Recipe::new(data);
    let mut shell = Shell::new();
    let documents: Vec<DocumentBuf> = (0..recipe.below(6)).map(|_| recipe.document(0)).collect();
    shell.insert(&documents);
    for name in ["one", "two"] {
        let keys = recipe.keys();
        shell.create_index(&keys, name, false);
    }
    let filter = recipe.filter(0);
    let find = |shell: &mut Shell, natural: bool| {
        let mut command = DocumentBuf::new();
        command.append("find", "c");
        command.append("filter", &filter);
        if natural {
            command.append_document("hint", |hint| hint.append("$natural", 1));
        }
        let reply = shell.run(command, "test");
        is_ok(&reply).then(|| {
            let batch = first_batch(&reply)
                .into_iter()
                .flat_map(|batch| batch.iter());
            let documents = batch.filter_map(|document| document.as_document());
            let all: Vec<Vec<u8>> = documents.map(|it| it.as_bytes().to_vec()).collect();
            let set: BTreeSet<Vec<u8>> = all.iter().cloned().collect();
            assert_eq!(set.len(), all.len(), "a document comes once: {filter}");
            set
        })
    };
    // An expression that fails may lie where a plan does not look.
    if !filter.to_string().contains("$expr") {
        let (scanned, planned) = (find(&mut shell, true), find(&mut shell, false));
        assert!(
            scanned == planned,
            "another plan, other documents: {filter}"
        );
    } else {
        find(&mut shell, false);
    }
    shell.check("c");
}
