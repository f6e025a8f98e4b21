//! What the tests print: tables by area, and failures in groups.

use std::collections::BTreeMap;

use super::runner::{Outcome, Played};

/// Counts of one area.
#[derive(Clone, Copy, Default)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    pub does_not_apply: usize,
}

impl Count {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::DoesNotApply => self.does_not_apply += 1,
        }
    }

    fn row(&self, name: &str) -> String {
        let applicable = self.passed + self.failed;
        let percent = match applicable {
            0 => "-".to_owned(),
            _ => format!("{:.1}", (self.passed * 1000 / applicable) as f64 / 10.0),
        };
        format!(
            "| {name:<26} | {:>6} | {applicable:>10} | {percent:>5} | {:>7} |\n",
            self.passed, self.does_not_apply
        )
    }
}

/// A Markdown table: passed, applicable, percentage and skipped by area, and the sum.
pub fn table(results: &[(String, Played)]) -> String {
    let mut areas: BTreeMap<&str, Count> = BTreeMap::new();
    let mut sum = Count::default();
    for (area, played) in results {
        areas.entry(area).or_default().add(&played.outcome);
        sum.add(&played.outcome);
    }
    let mut out = format!(
        "| {:<26} | passed | applicable |     % | skipped |\n|{:-<28}|-------:|-----------:|------:|--------:|\n",
        "area", ""
    );
    for (area, count) in &areas {
        out.push_str(&count.row(area));
    }
    out.push_str(&sum.row("all"));
    out
}

struct Group<'a> {
    count: usize,
    areas: BTreeMap<&'a str, usize>,
    samples: Vec<&'a str>,
    detail: &'a str,
}

/// Failures by their reason, the most frequent first, with examples.
pub fn by_reason(results: &[(String, Played)], groups_max: usize, examples: usize) -> String {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for (area, played) in results {
        let Outcome::Failed(verdict) = &played.outcome else {
            continue;
        };
        let group = groups.entry(&verdict.reason).or_insert_with(|| Group {
            count: 0,
            areas: BTreeMap::new(),
            samples: Vec::new(),
            detail: &verdict.detail,
        });
        group.count += 1;
        *group.areas.entry(area).or_default() += 1;
        if group.samples.len() < examples {
            group.samples.push(&played.id);
        }
    }
    let mut sorted: Vec<(&str, Group)> = groups.into_iter().collect();
    sorted.sort_by(|a, b| b.1.count.cmp(&a.1.count).then(a.0.cmp(b.0)));
    let mut out = format!("{} reasons of failure\n", sorted.len());
    for (reason, group) in sorted.iter().take(groups_max) {
        out.push_str(&format!("{:>5}  {reason}\n", group.count));
        if group.areas.len() > 1 {
            let mut areas: Vec<_> = group.areas.iter().collect();
            areas.sort_by(|a, b| b.1.cmp(a.1));
            let areas: Vec<String> = areas
                .iter()
                .take(6)
                .map(|(area, count)| format!("{area} {count}"))
                .collect();
            out.push_str(&format!("         areas: {}\n", areas.join(", ")));
        }
        for sample in &group.samples {
            out.push_str(&format!("         {sample}\n"));
        }
        if examples > 0 {
            for line in group.detail.lines() {
                let line: String = line.chars().take(400).collect();
                out.push_str(&format!("           {line}\n"));
            }
        }
    }
    if sorted.len() > groups_max {
        out.push_str(&format!(
            "       and {} more reasons\n",
            sorted.len() - groups_max
        ));
    }
    out
}

/// Failures by the source's folder and file, the most first.
pub fn by_source(results: &[(String, Played)], rows_max: usize) -> String {
    let mut files: BTreeMap<&str, Count> = BTreeMap::new();
    for (_, played) in results {
        let file = played.id.split("::").next().unwrap_or(&played.id);
        files.entry(file).or_default().add(&played.outcome);
    }
    let mut failing: Vec<_> = files
        .into_iter()
        .filter(|(_, count)| count.failed > 0)
        .collect();
    failing.sort_by(|a, b| b.1.failed.cmp(&a.1.failed).then(a.0.cmp(b.0)));
    let mut out = format!("{} source files with failures\n", failing.len());
    for (file, count) in failing.iter().take(rows_max) {
        let applicable = count.passed + count.failed;
        out.push_str(&format!("{:>5} of {applicable:<5} {file}\n", count.failed));
    }
    out
}

/// Each failing vector with what was sent, what came, and what was wrong.
pub fn in_full(results: &[(String, Played)], vectors_max: usize) -> String {
    let mut out = String::new();
    let mut shown = 0;
    for (area, played) in results {
        let Outcome::Failed(verdict) = &played.outcome else {
            continue;
        };
        shown += 1;
        if shown > vectors_max {
            continue;
        }
        out.push_str(&format!("--- {area}: {}\n", played.id));
        out.push_str(played.trace.as_deref().unwrap_or(""));
        out.push_str(&format!("  {}\n  {}\n\n", verdict.reason, verdict.detail));
    }
    if shown > vectors_max {
        out.push_str(&format!(
            "{shown} failed, {vectors_max} are shown; TUSSOCK_VECTORS_SHOW=n shows more\n"
        ));
    }
    out
}
