//! The three forms of a report, made by hand, with everything in it that a server could have answered.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod junit_readers;

use serde_json::json;
use untag_conformance::{Failure, Judged, Outcome, Report, Rule, report, rules};

/// What text forms and XML must not pass on as it is.
const ODD: &str = "<a b=\"c\">&amp;]]>\u{0}\u{1b}[2J\r\nnext\t\u{fffe}中👩";

fn rule(name: &str) -> &'static Rule {
    rules().iter().find(|rule| rule.name == name).unwrap()
}

fn judged(name: &str, outcome: Outcome) -> Judged {
    Judged { rule: rule(name), cases: 7, unseen: 0, outcome }
}

fn failure(case: &str, got: &str) -> Failure {
    Failure {
        case: case.to_owned(),
        why: "The value decides.".to_owned(),
        expected: "204".to_owned(),
        got: got.to_owned(),
        reproduction: "curl -H \"X-Auth-Token: $TOKEN\" 'http://127.0.0.1:1/'".to_owned(),
    }
}

/// One rule holds, one is broken by seven cases, one was not checked, and one that matters less is broken, too.
fn sample() -> Report {
    let many = (0..7).map(|number| failure(&format!("case-{number}"), ODD)).collect();
    Report {
        url: "http://127.0.0.1:1/a&b".to_owned(),
        requests: 28,
        effects: false,
        rules: vec![
            judged("named-tag-is-removed", Outcome::Holds),
            judged("value-must-match", Outcome::Broken(many)),
            judged(
                "signature",
                Outcome::NotChecked("there is no access key; add \"ak\" & \"sk\"".to_owned()),
            ),
            judged("request-id", Outcome::Broken(vec![failure("one", "nothing")])),
        ],
    }
}

#[test]
fn text_says_the_worst_last_and_leaves_nothing_out_unsaid() {
    let text = report::text(&sample());
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words:?} in {text}"));
    let order = [
        "http://127.0.0.1:1/a&b",
        "28 requests, by their answers alone: nobody looked at the tags",
        "holds  named-tag-is-removed",
        "NOT CHECKED  signature",
        "there is no access key",
        "BROKEN  request-id",
        "minor: ",
        "BROKEN  value-must-match",
        "critical: tags can be lost",
        "decision 4, 8 in openapi/README.md",
        "7 of 7 cases",
        "case-4: The value decides.",
        "and 2 more",
        "4 rules: 1 held, 1 NOT CHECKED, 2 BROKEN",
    ];
    assert!(order.map(at).is_sorted(), "{text}");
    assert!(!text.contains("case-5"), "{text}");
    assert!(text.lines().any(|line| line == failure("", "").reproduction), "a line to copy: {text}");
    assert!(!text.contains(|character: char| character.is_control() && character != '\n'), "{text:?}");
}

#[test]
fn text_is_short_where_everything_holds() {
    let mut report = sample();
    report.rules.truncate(1);
    report.effects = true;
    let text = report::text(&report);
    assert!(text.ends_with("\n\n1 rule: 1 held") && text.contains("the tags looked at"), "{text}");
    assert_eq!(text.lines().count(), 6, "{text}");
    // And no shorter than it must be where nothing does.
    let mut report = sample();
    report.rules.remove(0);
    assert!(!report::text(&report).contains("\n\n\n"));
}

#[test]
fn json_has_everything_as_it_is() {
    let report = report::json(&sample());
    assert_eq!(report["counts"], json!({ "holds": 1, "broken": 2, "not_checked": 1 }));
    assert_eq!(report["effects"], false);
    let rules = report["rules"].as_array().unwrap();
    let outcomes: Vec<_> = rules.iter().map(|rule| rule["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["holds", "broken", "not_checked", "broken"]);
    assert_eq!(rules[1]["failures"].as_array().unwrap().len(), 7);
    assert_eq!(rules[1]["failures"][6]["got"], ODD);
    assert_eq!(rules[1]["severity"], "critical");
    assert!(rules[2]["reason"].as_str().unwrap().contains("no access key"));
    assert_eq!(rules[0].get("failures"), None);
}
