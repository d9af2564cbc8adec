//! For a person: what holds in a line each, then what was not checked, then what is broken, why that matters, and how to see it
//! again. The worst and the sum come last, where the eye is when it ends.

use super::{Counts, count};
use crate::outcome::{Failure, Judged, Outcome, Report};
use crate::rule::Severity;
use std::fmt::Write as _;

/// So many breaks of one rule are shown: who mends the first often mends them all.
const SHOWN: usize = 5;

/// The report as lines, without one break of a line at its end.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let counts = Counts::of(report);
    let width = report.rules.iter().map(|judged| judged.rule.name.len()).max().unwrap_or_default();
    // Writing to a string does not fail, here and below.
    let _ = writeln!(text, "{}", clean(&report.url));
    let _ = writeln!(text, "{}, {}", count(report.requests, "request"), looked(report));
    if counts.holds > 0 {
        text.push('\n');
    }
    for judged in &report.rules {
        if matches!(judged.outcome, Outcome::Holds) {
            let rule = judged.rule;
            let _ = writeln!(text, "holds  {:width$}  {}", rule.name, rule.title);
        }
    }
    for judged in &report.rules {
        if let Outcome::NotChecked(reason) = &judged.outcome {
            let _ = writeln!(text, "\nNOT CHECKED  {}: {}", judged.rule.name, judged.rule.title);
            let _ = writeln!(text, "  {}", indented(reason, 2));
        }
    }
    let mut broken: Vec<(&Judged, &[Failure])> = report
        .rules
        .iter()
        .filter_map(|judged| match &judged.outcome {
            Outcome::Broken(failures) => Some((judged, &failures[..])),
            _ => None,
        })
        .collect();
    // The order of rules stays among those of one severity.
    broken.sort_by_key(|(judged, _)| judged.rule.severity);
    for (judged, failures) in broken {
        write_broken(&mut text, judged, failures);
    }
    let _ = write!(text, "\n{}", sum(counts));
    text
}

/// Whether tags were seen.
fn looked(report: &Report) -> &'static str {
    if report.effects {
        "the tags looked at after each"
    } else {
        "by their answers alone: nobody looked at the tags"
    }
}

fn write_broken(text: &mut String, judged: &Judged, failures: &[Failure]) {
    let rule = judged.rule;
    let _ = writeln!(text, "\nBROKEN  {}: {}", rule.name, rule.title);
    let _ = writeln!(text, "  {}: {}", rule.severity.name(), consequence(rule.severity));
    let _ = writeln!(text, "  contract: {}", place(&rule.row));
    let _ = writeln!(text, "  {} of {}", failures.len(), count(judged.cases, "case"));
    for failure in failures.iter().take(SHOWN) {
        let _ = writeln!(text, "\n  {}: {}", clean(&failure.case), indented(&failure.why, 4));
        let _ = writeln!(text, "    expected: {}", indented(&failure.expected, 14));
        let _ = writeln!(text, "    got:      {}", indented(&failure.got, 14));
        // At the start of its line, and as it is, so that it can be copied.
        let _ = writeln!(text, "{}", clean(&failure.reproduction));
    }
    if let more @ 1.. = failures.len().saturating_sub(SHOWN) {
        let _ = writeln!(text, "\n  and {more} more, which the other forms of this report have");
    }
}

/// What breaking a rule means for whoever calls.
fn consequence(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "tags can be lost that nobody named, or a caller gets what is not theirs",
        Severity::Major => "a client that keeps to the contract fails",
        Severity::Minor => "whoever looks for a mistake is misled",
    }
}

/// Where a rule comes from, in words: numbers are those of the table of decisions.
fn place(row: &str) -> String {
    let is_number = row.starts_with(|first: char| first.is_ascii_digit());
    if is_number { format!("decision {row} in openapi/README.md") } else { row.to_owned() }
}

fn sum(counts: Counts) -> String {
    let mut parts = vec![format!("{} held", counts.holds)];
    if counts.not_checked > 0 {
        parts.push(format!("{} NOT CHECKED", counts.not_checked));
    }
    if counts.broken > 0 {
        parts.push(format!("{} BROKEN", counts.broken));
    }
    format!("{}: {}", count(counts.all(), "rule"), parts.join(", "))
}

/// A text whose further lines start below its first one.
fn indented(text: &str, by: usize) -> String {
    clean(text).replace('\n', &format!("\n{:by$}", ""))
}

/// A text that does nothing to the terminal that it is printed on: a server may have answered with anything.
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        // The others turn the direction of writing around, so that what follows reads as something else.
        let turns = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if turns || (character.is_control() && character != '\n') {
            clean.extend(character.escape_default());
        } else {
            clean.push(character);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn nothing_reaches_a_terminal_that_moves_it() {
        assert_eq!(
            clean("a\u{1b}[2J\rb\nc\u{9b}1m\t中\u{202e}d"),
            "a\\u{1b}[2J\\rb\nc\\u{9b}1m\\t中\\u{202e}d"
        );
    }
}
