//! For a program: one object, whose members stay what they are within a major version of this crate.

use super::Counts;
use crate::outcome::{Judged, Outcome, Report};
use serde_json::{Value, json};

/// The report as JSON.
///
/// | member | value |
/// |---|---|
/// | `url` | the server |
/// | `requests` | how many were sent |
/// | `effects` | whether the tags were looked at |
/// | `counts` | how many rules there are with each outcome: `holds`, `broken`, `not_checked` |
/// | `rules` | the rules, in the order of [`rules`](crate::rules) |
///
/// A rule has `name`, `title`, `row`, `severity` (`minor`, `major` or `critical`), `cases` (how many were sent), `unseen` (how many
/// of these were judged by the answer alone), and `outcome`: `holds`; `broken`, with `failures`, each of which has `case`, `why`,
/// `expected`, `got` and `reproduction`; or `not_checked`, with `reason`. All of these are texts.
#[must_use]
pub fn json(report: &Report) -> Value {
    let counts = Counts::of(report);
    json!({
        "url": report.url,
        "requests": report.requests,
        "effects": report.effects,
        "counts": { "holds": counts.holds, "broken": counts.broken, "not_checked": counts.not_checked },
        "rules": report.rules.iter().map(rule).collect::<Vec<_>>(),
    })
}

fn rule(judged: &Judged) -> Value {
    let rule = judged.rule;
    let mut object = json!({
        "name": rule.name,
        "title": rule.title,
        "row": rule.row,
        "severity": rule.severity.name(),
        "cases": judged.cases,
        "unseen": judged.unseen,
    });
    match &judged.outcome {
        Outcome::Holds => object["outcome"] = json!("holds"),
        Outcome::Broken(failures) => {
            object["outcome"] = json!("broken");
            let failures = failures.iter().map(|failure| {
                json!({
                    "case": failure.case,
                    "why": failure.why,
                    "expected": failure.expected,
                    "got": failure.got,
                    "reproduction": failure.reproduction,
                })
            });
            object["failures"] = failures.collect();
        }
        Outcome::NotChecked(reason) => {
            object["outcome"] = json!("not_checked");
            object["reason"] = json!(reason);
        }
    }
    object
}
