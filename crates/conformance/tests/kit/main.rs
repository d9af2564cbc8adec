//! The kit by itself: what it is made of, what it sends, and what it makes of servers that are none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod credentials;
mod rules;
mod server;
mod state;
mod targets;
mod tls;
mod troubles;

use untag_conformance::{Auth, Outcome, Report, Target};

/// A target behind an address, with every credential.
fn target(url: &str) -> Target {
    let auth =
        r#"{"token": "a-Tenant", "op_service_token": "the-Service", "ak": "KEY", "sk": "secret-of-the-key"}"#;
    Target {
        url: url.parse().unwrap(),
        project_id: "project-of-the-fixtures-0123456789".to_owned(),
        desktop_id: "own desktop/1".to_owned(),
        resource_type: "own-type".to_owned(),
        resource_id: "own-resource".to_owned(),
        credentials: Auth::from_json(auth.as_bytes()).unwrap(),
    }
}

/// What came, in each break of a rule.
fn got<'r>(report: &'r Report, rule: &str) -> Vec<&'r str> {
    match &report.rule(rule).unwrap().outcome {
        Outcome::Broken(failures) => failures.iter().map(|failure| failure.got.as_str()).collect(),
        other => panic!("{rule}: {other:?}"),
    }
}
