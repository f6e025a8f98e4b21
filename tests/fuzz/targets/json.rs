//! Extended JSON: no text crashes the reader, and what is written is read back as it was.

use tussock::value::DocumentBuf;
use tussock::value::extended_json::{Mode, parse, write};

use super::recipe::Recipe;

pub fn run(data: &[u8]) {
    let mut recipe = Recipe::new(data);
    if recipe.flag() {
        if let Ok(text) = std::str::from_utf8(recipe.rest())
            && let Ok(document) = parse(text)
        {
            check(&document);
        }
        return;
    }
    check(&recipe.document(0));
    check(&recipe.filter(0));
}

fn check(document: &DocumentBuf) {
    let canonical = write(document.as_ref(), Mode::Canonical);
    match parse(&canonical) {
        // The one thing that text does not keep is which NaN it was.
        Ok(again) => assert_eq!(write(again.as_ref(), Mode::Canonical), canonical),
        Err(error) => {
            // Names that Extended JSON gives a meaning of its own cannot be told apart.
            assert!(
                canonical.contains("\"$"),
                "{canonical}: {}",
                error.message()
            );
        }
    }
    let relaxed = write(document.as_ref(), Mode::Relaxed);
    let _ = parse(&relaxed);
}
