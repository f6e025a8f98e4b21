//! Puts functions that resemble each other side by side, so that the module compresses better.
//!
//! The compiler's order says nothing to brotli. Here the next function is the one that shares most with those just
//! before it, measured by runs of bytes that are in few functions: 8 KB of the download, at no cost of speed.
//! wasm-opt sorts functions by their names, so the order is told to it as a section of names.

use crate::module::{CODE, CUSTOM, FUNCTION, HEAD_BYTES, IMPORTS, Reader, number, text};
use crate::process::Outcome;
use std::collections::HashMap;

/// How many bytes in a row are compared.
const RUN_BYTES: usize = 6;
/// Runs that are in more functions tell nothing of any of them.
const SHARERS_MAX: usize = 80;
/// What is left of the resemblance to a function with every one that follows it.
const DECAY: f64 = 0.9;
/// Less than this is none.
const RESEMBLANCE_MIN: f64 = 1e-6;
/// As if every function had so many more runs: else the shortest resemble everything.
const RUNS_MIN: usize = 20;

/// The module with names that sort its functions; names that it had are gone.
///
/// Errors: a module that is cut off, or an import of an unknown kind.
pub fn named(module: &[u8]) -> Outcome<Vec<u8>> {
    let mut reader = Reader { bytes: module };
    let mut out = reader.take(HEAD_BYTES)?.to_vec();
    let (mut imports, mut bodies) = (0, Vec::new());
    while !reader.bytes.is_empty() {
        let before = reader.bytes;
        let id = reader.byte()?;
        let length = reader.number()?;
        let mut section = Reader {
            bytes: reader.take(length)?,
        };
        match id {
            CUSTOM if section.text()? == "name" => continue,
            IMPORTS => imports = functions_among(&mut section)?,
            CODE => {
                for _ in 0..section.number()? {
                    let length = section.number()?;
                    bodies.push(section.take(length)?);
                }
            }
            _ => {}
        }
        out.extend_from_slice(&before[..before.len() - reader.bytes.len()]);
    }
    let names = names(imports, &order(&bodies));
    out.push(CUSTOM);
    number(names.len(), &mut out);
    out.extend_from_slice(&names);
    Ok(out)
}

fn functions_among(imports: &mut Reader) -> Outcome<usize> {
    let mut functions = 0;
    for _ in 0..imports.number()? {
        imports.text()?;
        imports.text()?;
        functions += usize::from(imports.bytes.first() == Some(&FUNCTION));
        imports.import()?;
    }
    Ok(functions)
}

/// A section of names: those of functions after each other in the order that is given.
fn names(imports: usize, order: &[usize]) -> Vec<u8> {
    let mut places = vec![0; order.len()];
    for (place, &function) in order.iter().enumerate() {
        places[function] = place;
    }
    let mut map = Vec::new();
    number(imports + order.len(), &mut map);
    let imported = (0..imports).map(|place| format!("import{place:06}"));
    let own = places.iter().map(|place| format!("own{place:06}"));
    for (index, name) in imported.chain(own).enumerate() {
        number(index, &mut map);
        text(&name, &mut map);
    }
    let mut section = Vec::new();
    text("name", &mut section);
    section.push(1);
    number(map.len(), &mut section);
    section.extend(map);
    section
}

/// The functions in an order in which each resembles those before it, the last one most.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let sharers = sharers(bodies);
    let mut runs = vec![Vec::new(); bodies.len()];
    for (run, functions) in sharers.iter().enumerate() {
        for &function in functions {
            runs[function].push(run);
        }
    }
    // What the functions share with those that have their place; a run counts the more the fewer have it.
    let mut shared = vec![0.0; bodies.len()];
    let mut left = vec![true; bodies.len()];
    let mut order = Vec::with_capacity(bodies.len());
    let mut next = (!bodies.is_empty()).then_some(0);
    while let Some(function) = next {
        left[function] = false;
        order.push(function);
        shared.iter_mut().for_each(|shared| *shared *= DECAY);
        for &run in &runs[function] {
            for &other in &sharers[run] {
                shared[other] += 1.0 / sharers[run].len() as f64;
            }
        }
        let nearest = (0..bodies.len())
            .filter(|&other| left[other] && shared[other] > RESEMBLANCE_MIN)
            .map(|other| (other, shared[other] / weight(&runs[other])))
            // Of two that are as near, the first.
            .reduce(|best, other| if other.1 > best.1 { other } else { best });
        next = nearest
            .map(|(other, _)| other)
            .or_else(|| left.iter().position(|&left| left));
    }
    order
}

fn weight(runs: &[usize]) -> f64 {
    ((runs.len() + RUNS_MIN) as f64).sqrt()
}

/// For every run of bytes that tells something, the functions that have it, in order.
fn sharers(bodies: &[&[u8]]) -> Vec<Vec<usize>> {
    let mut places = HashMap::new();
    let mut sharers: Vec<Vec<usize>> = Vec::new();
    for (function, body) in bodies.iter().enumerate() {
        for run in body.windows(RUN_BYTES) {
            let place = *places.entry(run).or_insert_with(|| {
                sharers.push(Vec::new());
                sharers.len() - 1
            });
            if sharers[place].last() != Some(&function) {
                sharers[place].push(function);
            }
        }
    }
    sharers.retain(|functions| (2..=SHARERS_MAX).contains(&functions.len()));
    sharers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bodies: &[&str], expected: &[usize]) {
        let bodies: Vec<&[u8]> = bodies.iter().map(|body| body.as_bytes()).collect();
        assert_eq!(order(&bodies), expected, "{bodies:?}");
    }

    #[test]
    fn each_resembles_the_one_before() {
        check(&[], &[]);
        check(&["alone"], &[0]);
        check(
            &[
                "first one",
                "another",
                "first two",
                "another too",
                "first one two",
            ],
            &[0, 4, 2, 1, 3],
        );
        // Nothing in common: the order stays.
        check(&["abcdefgh", "ijklmnop", "qrstuvwx"], &[0, 1, 2]);
        // As near as each other: the first of them.
        check(
            &["abcdefgh", "ABCDEFGH", "abcdefgh", "abcdefgh"],
            &[0, 2, 3, 1],
        );
    }

    #[test]
    fn names_tell_the_order() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        let mut imports = vec![2];
        for kind in [[FUNCTION, 0].as_slice(), &[2, 0, 1]] {
            text("glue", &mut imports);
            text("it", &mut imports);
            imports.extend_from_slice(kind);
        }
        let mut code = vec![3];
        for body in ["function one", "something else", "function two"] {
            text(body, &mut code);
        }
        let mut old = Vec::new();
        text("name", &mut old);
        for (id, section) in [(IMPORTS, &imports), (CODE, &code), (CUSTOM, &old)] {
            module.push(id);
            number(section.len(), &mut module);
            module.extend_from_slice(section);
        }
        let kept = module.len() - old.len() - 2;
        let named = named(&module).unwrap();
        assert_eq!(named[..kept], module[..kept]);
        let expected = names(1, &[0, 2, 1]);
        assert_eq!(named[kept..kept + 2], [CUSTOM, expected.len() as u8]);
        assert_eq!(named[kept + 2..], expected);
        let text = String::from_utf8_lossy(&expected).replace(|c: char| c.is_control(), " ");
        assert!(text.contains("import000000"), "{text}");
        assert!(text.ends_with("own000000  own000002  own000001"), "{text}");
        assert!(super::named(&module[..kept - 3]).is_err());
    }
}
