//! The other case of a character, one character to one.
//!
//! The table is 2 KB, where the standard library's is 24 KB since it also holds what becomes
//! several characters. It lists runs of characters that all move by the same distance, first those that
//! have an upper case, then, behind a zero, those that have a lower one. A run is four numbers: what
//! lies between the end of the run before and its own first character, plus one; how many characters
//! it has; one or two, for every character or every other; the distance, its sign in the lowest bit.
//! A number has seven bits in a byte, the lowest first, and the highest bit while more follow.

use std::cell::OnceCell;

static TABLE: &[u8] = include_bytes!("case.bin");

struct Run {
    first: u32,
    count: u32,
    step: u32,
    distance: i32,
}

impl Run {
    fn end(&self) -> u32 {
        self.first + (self.count - 1) * self.step + 1
    }

    fn map(&self, code: u32) -> Option<char> {
        let within = code < self.end() && (code - self.first).is_multiple_of(self.step);
        let moved = code.checked_add_signed(self.distance);
        moved.filter(|_| within).and_then(char::from_u32)
    }
}

struct Cases {
    upper: Vec<Run>,
    lower: Vec<Run>,
}

thread_local! {
    static CASES: OnceCell<Cases> = const { OnceCell::new() };
}

/// The upper case of a character; itself if there is none or it is several characters.
pub(super) fn upper(c: char) -> char {
    CASES.with(|cases| other(&cases.get_or_init(read).upper, c))
}

/// The lower case of a character; itself if there is none or it is several characters.
pub(super) fn lower(c: char) -> char {
    CASES.with(|cases| other(&cases.get_or_init(read).lower, c))
}

fn other(runs: &[Run], c: char) -> char {
    let code = u32::from(c);
    let behind = runs.partition_point(|run| run.first <= code);
    let run = behind.checked_sub(1).and_then(|at| runs.get(at));
    run.and_then(|run| run.map(code)).unwrap_or(c)
}

fn read() -> Cases {
    let mut bytes = TABLE.iter().copied();
    Cases {
        upper: read_runs(&mut bytes),
        lower: read_runs(&mut bytes),
    }
}

fn read_runs(bytes: &mut impl Iterator<Item = u8>) -> Vec<Run> {
    let mut number = || {
        let (mut all, mut shift) = (0, 0);
        for byte in bytes.by_ref() {
            all |= u32::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                break;
            }
        }
        all
    };
    let (mut runs, mut end) = (Vec::new(), 0);
    loop {
        let gap = number();
        if gap == 0 {
            return runs;
        }
        let (first, count, step, distance) = (end + gap - 1, number(), number(), number());
        let size = (distance >> 1) as i32;
        let run = Run {
            first,
            count,
            step,
            distance: if distance & 1 == 1 { -size } else { size },
        };
        end = run.end();
        runs.push(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single(mut mapped: impl Iterator<Item = char>, c: char) -> char {
        let first = mapped.next().unwrap_or(c);
        if mapped.next().is_none() { first } else { c }
    }

    fn write_number(out: &mut Vec<u8>, mut number: u32) {
        while number > 127 {
            out.push(number as u8 & 127 | 128);
            number >>= 7;
        }
        out.push(number as u8);
    }

    fn table(map: impl Fn(char) -> char) -> Vec<u8> {
        let all = ('\0'..=char::MAX).filter_map(|c| {
            let distance = u32::from(map(c)) as i32 - u32::from(c) as i32;
            (distance != 0).then_some((u32::from(c), distance))
        });
        let mut runs: Vec<Run> = Vec::new();
        for (code, distance) in all {
            if let Some(run) = runs.last_mut().filter(|run| run.distance == distance) {
                let last = run.end() - 1;
                let step = code - last;
                if step == run.step || run.count == 1 && step <= 2 {
                    (run.step, run.count) = (step, run.count + 1);
                    continue;
                }
            }
            runs.push(Run {
                first: code,
                count: 1,
                step: 1,
                distance,
            });
        }
        let (mut out, mut end) = (Vec::new(), 0);
        for run in runs {
            let sign = u32::from(run.distance < 0);
            for number in [
                run.first - end + 1,
                run.count,
                run.step,
                run.distance.unsigned_abs() << 1 | sign,
            ] {
                write_number(&mut out, number);
            }
            end = run.end();
        }
        out.push(0);
        out
    }

    /// The table is made from the standard library's; `TUSSOCK_ACCEPT=1` writes it anew.
    #[test]
    fn the_table_is_the_standard_librarys() {
        let mut bytes = table(|c| single(c.to_uppercase(), c));
        bytes.extend(table(|c| single(c.to_lowercase(), c)));
        if std::env::var_os("TUSSOCK_ACCEPT").is_some() {
            let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/regex/case.bin");
            assert!(std::fs::write(file, &bytes).is_ok());
        }
        assert!(
            bytes == TABLE,
            "case.bin is not that of this compiler's library"
        );
    }

    #[test]
    fn cases() {
        for c in '\0'..=char::MAX {
            assert_eq!(upper(c), single(c.to_uppercase(), c), "{c:?}");
            assert_eq!(lower(c), single(c.to_lowercase(), c), "{c:?}");
        }
    }
}
