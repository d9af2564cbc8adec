//! The conformance kit against every server of this repository, byte by byte over a socket: the written cases and those
//! derived from the contract, each with a look at the tags afterwards. Nothing that these servers promise may be left out, so the
//! kit holds them to more than the contract says: words of messages, request ids, answers outside the contract.

use crate::support::dev::Dev;
use crate::support::example::Example;
use crate::support::kit::{self, unchecked};
use crate::support::service::{Service, serve};
use std::collections::BTreeMap;
use untag_conformance::{Selection, rules, run};
use untag_fixtures::generated::tag_deletion::server::router;

/// Rules that take an access key.
const SIGNATURES: [&str; 2] = ["signature", "signature-covers-the-request"];

fn everything() -> Selection {
    Selection::all().reference()
}

#[test]
fn untagd_keeps_every_rule() {
    let dev = Dev::start("", "cargo run --quiet -p untag-service -- dev");
    let target = kit::target(dev.ready["endpoint"].as_str().expect("an address"), &dev.ready);
    let report = run(&target, Some(&mut kit::commands(&dev)), &everything(), &mut ()).expect("a run");
    assert_eq!(unchecked(&report), [""; 0]);
    assert!(report.holds() && report.rules.len() == rules().len(), "{report:?}");
    assert!(report.rules.iter().all(|judged| judged.cases > 0 && judged.unseen == 0), "{report:?}");
    assert!(report.requests > 800, "{} requests", report.requests);
}

#[test]
fn the_fixture_stub_keeps_every_rule() {
    let mut service = Service::with(&BTreeMap::new());
    let target = kit::of_service(&format!("http://{}", serve(router(service.clone()))));
    let report = run(&target, Some(&mut service), &everything(), &mut ()).expect("a run");
    assert_eq!(unchecked(&report), SIGNATURES);
    assert!(report.rules.iter().all(|judged| judged.unseen == 0), "{report:?}");
}

#[test]
fn the_stub_below_a_prefix_keeps_every_rule() {
    let mut service = Service::with(&BTreeMap::new());
    let below = axum::Router::new().nest("/below/here", router(service.clone()));
    let target = kit::of_service(&format!("http://{}/below/here/", serve(below)));
    // What it answers to paths of neither operation is in part the business of whoever mounts it.
    let report = run(&target, Some(&mut service), &Selection::all(), &mut ()).expect("a run");
    assert_eq!(unchecked(&report), SIGNATURES);
}

#[test]
fn the_example_breaks_no_rule() {
    let mut example = Example::start();
    let target = kit::of_example(&format!("http://{}", example.address));
    let report = run(&target, Some(&mut example), &everything(), &mut ()).expect("a run");
    // It has one caller, who is the tag service, and no other tags than those that it starts with.
    let open = [
        "named-tag-is-removed",
        "keys-are-exact",
        "value-must-match",
        "path-is-decoded-once",
        "system-tags",
        "system-tags-need-op-service",
        SIGNATURES[0],
        SIGNATURES[1],
        "refusal-changes-nothing",
    ];
    assert_eq!(unchecked(&report), open);
    let unseen: usize = report.rules.iter().map(|judged| judged.unseen).sum();
    let seen: usize = report.rules.iter().map(|judged| judged.cases).sum();
    assert!(report.effects && unseen * 10 < seen, "{unseen} of {seen}");
}

#[test]
fn without_a_look_at_the_tags_no_rule_passes_that_takes_one() {
    let service = Service::with(&BTreeMap::new());
    let target = kit::of_service(&format!("http://{}", serve(router(service))));
    let report = run(&target, None, &everything(), &mut ()).expect("a run");
    let open = unchecked(&report);
    for rule in ["named-tag-is-removed", "value-must-match", "refusal-changes-nothing"] {
        assert!(open.contains(&rule), "{rule} is not among {open:?}");
    }
    assert!(!report.effects && !report.holds());
    let judged = report.rule("nothing-is-not-everything").expect("a rule");
    assert_eq!(judged.unseen, judged.cases);
}
