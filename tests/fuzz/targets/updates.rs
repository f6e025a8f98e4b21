//! An update of documents with indexes: all or nothing, and the indexes hold.

use tussock::value::{ArrayBuf, DocumentBuf};

use super::recipe::Recipe;
use super::shell::Shell;

pub fn run(data: &[u8]) {
    let mut recipe = Recipe::new(data);
    let mut shell = Shell::new();
    let documents: Vec<DocumentBuf> = (0..4).map(|_| recipe.document(0)).collect();
    shell.insert(&documents);
    let keys = recipe.keys();
    let unique = recipe.flag();
    shell.create_index(&keys, "i", unique);
    for _ in 0..3 {
        let mut statement = DocumentBuf::new();
        let filter = match recipe.flag() {
            true => recipe.filter(1),
            false => DocumentBuf::new(),
        };
        statement.append("q", &filter);
        statement.append("u", recipe.update().as_ref());
        statement.append("multi", recipe.flag());
        statement.append("upsert", recipe.flag());
        if recipe.flag() {
            statement.append_array("arrayFilters", |list| {
                list.document().append("x", recipe.value(3).as_ref());
            });
        }
        let updates: ArrayBuf = [&statement].into_iter().collect();
        let mut command = DocumentBuf::new();
        command.append("update", "c");
        command.append("updates", &updates);
        shell.run(command, "test");
        shell.check("c");
    }
}
