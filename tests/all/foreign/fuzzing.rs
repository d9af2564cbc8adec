//! Schemathesis: thousands of requests made from the contract, valid and not, with both kinds of credentials, against `untagd` on
//! SQLite. All its checks are on; `schemathesis/` has what it is told, and what it is not asked about.

use super::{python, sources};
use crate::support::contract::{self, root};
use crate::support::dev::{Dev, RESOURCE};
use crate::support::wire;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// How many cases it makes for each operation beside those that follow from the contract's examples and limits.
const CASES: &str = "800";
/// At least so many requests of each run must arrive: more than 5,000 in the three.
const REQUESTS: u64 = 1_700;

/// All checks, valid data and not, and the same cases each time: with several workers, the order is not the seed's alone.
const OPTIONS: &str = "--checks all --mode all --seed 1 --workers 1 --continue-on-failure \
                       --generation-database none --no-color";

/// What makes a contract wrong.
type Spoil = fn(&mut Value);

/// Who calls.
#[derive(Clone, Copy)]
enum Caller {
    /// A token of the account.
    Token,
    /// A token of the tag service.
    OpService,
    /// An access key of the account.
    AccessKey,
}

/// Runs it against a service for a caller, with the settings of `schemathesis/` for it.
fn run(dev: &Dev, contract: &Path, caller: Caller, cases: &str) -> Output {
    let settings = match caller {
        Caller::Token => "token.toml",
        Caller::OpService => "op_service.toml",
        Caller::AccessKey => "access_key.toml",
    };
    // It leaves files behind.
    let folder = TempDir::new().expect("a folder");
    let member = |name: &str| dev.ready[name].as_str().expect("a text").to_owned();
    let mut schemathesis = Command::new(python());
    schemathesis
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(sources().join("schemathesis").join(settings));
    schemathesis.arg("run").arg(contract).args(["--url", &member("endpoint"), "--max-examples", cases]);
    schemathesis.args(OPTIONS.split(' '));
    schemathesis.env_clear().env("HOME", folder.path()).env("NO_PROXY", "*").current_dir(folder.path());
    schemathesis.env("SCHEMATHESIS_HOOKS", sources().join("schemathesis/hooks.py"));
    // Nothing is written beside the sources.
    schemathesis.env("PYTHONDONTWRITEBYTECODE", "1");
    match caller {
        Caller::Token => schemathesis.args(["--header", &format!("X-Auth-Token: {}", member("token"))]),
        Caller::OpService => {
            schemathesis.args(["--header", &format!("X-Auth-Token: {}", member("op_service_token"))])
        }
        Caller::AccessKey => {
            schemathesis.env("HUAWEICLOUD_SDK_AK", member("ak")).env("HUAWEICLOUD_SDK_SK", member("sk"))
        }
    };
    schemathesis.stdin(Stdio::null()).output().expect("it runs")
}

/// How many requests a service has answered, by operation and status.
fn answered(dev: &Dev) -> BTreeMap<(String, String), u64> {
    let admin = dev.ready["admin"].as_str().and_then(|url| url.strip_prefix("http://")).expect("an address");
    let ask = wire::request("GET", "/metrics", &[], b"");
    let figures = String::from_utf8(wire::send(admin.parse().expect("an address"), &ask).body).expect("text");
    let lines = figures.lines().filter_map(|line| line.strip_prefix("untagd_requests_total{operation=\""));
    let count = lines.map(|line| {
        let (operation, rest) = line.split_once("\",status=\"").expect("a status");
        let (status, count) = rest.split_once("\"} ").expect("a count");
        ((operation.to_owned(), status.to_owned()), count.parse().expect("a count"))
    });
    count.collect()
}

fn dev() -> Dev {
    Dev::start("", "cargo run -p untag-service -- dev")
}

/// It finds nothing, the service answers these statuses of each operation, and the tags that the contract's examples name are the
/// only ones to go.
fn finds_nothing(caller: Caller, statuses: &[&str]) {
    let dev = dev();
    let before = dev.tags();
    let output = run(&dev, &root().join("openapi/untag.yaml"), caller, CASES);
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && said.contains("No issues found"), "{said}");

    let answered = answered(&dev);
    let requests: u64 = answered.values().sum();
    println!("{requests} requests: {answered:?}");
    assert!(requests >= REQUESTS, "{said}");
    for operation in ["deleteDesktopTag", "batchUntagResources"] {
        for status in statuses {
            let count = answered.get(&(operation.to_owned(), (*status).to_owned()));
            assert!(count.is_some_and(|count| *count > 0), "no {status} of {operation}: {answered:?}");
        }
    }
    let may_go = [
        ("desktop", "key1"),
        ("workspace", "key1"),
        ("workspace", "key2"),
        ("workspace", "_sys_enterprise_project_id"),
    ];
    let may_go: BTreeSet<[String; 3]> =
        may_go.into_iter().map(|(kind, key)| [kind, RESOURCE, key].map(str::to_owned)).collect();
    let after = dev.tags();
    let gone: BTreeSet<[String; 3]> = before.difference(&after).cloned().collect();
    assert!(!gone.is_empty() && gone.is_subset(&may_go), "{gone:?}");
    assert!(after.is_subset(&before));
}

#[test]
fn with_a_token_whatever_it_makes_up() {
    finds_nothing(Caller::Token, &["204", "400", "401", "403"]);
}

#[test]
fn with_the_token_of_the_tag_service_and_resources_that_are_there() {
    finds_nothing(Caller::OpService, &["204", "400", "401"]);
}

#[test]
fn with_signatures_and_resources_that_are_there() {
    finds_nothing(Caller::AccessKey, &["204", "400", "401"]);
}

/// The service is as it should be, so the contract is made wrong: where the two differ, it must say so, each time by the check
/// that stands for it.
#[test]
fn it_finds_what_is_wrong() {
    let wrongs: [(&str, Spoil); 4] = [
        ("ST103 Undocumented status code", |document| {
            for path in document["paths"].as_object_mut().expect("paths").values_mut() {
                path["delete"]["responses"].as_object_mut().expect("answers").remove("400");
            }
        }),
        ("ST108 Response violates schema", |document| {
            document["components"]["schemas"]["ResourceTagError"]["properties"]["error_code"] =
                serde_json::json!({ "type": "integer" });
        }),
        ("ST202 Schema-valid request rejected", |document| {
            document["components"]["schemas"]["SystemTagValue"]["pattern"] = "^[a-z]{3}$".into();
        }),
        ("ST201 ", |document| {
            document["components"]["schemas"]["DesktopTagKey"]["maxLength"] = 100.into();
        }),
    ];
    let dev = dev();
    for (finding, spoil) in wrongs {
        let mut document = contract::read().document;
        spoil(&mut document);
        let file = tempfile::NamedTempFile::with_suffix(".json").expect("a file");
        std::fs::write(&file, document.to_string()).expect("a contract");
        let output = run(&dev, file.path(), Caller::OpService, "20");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success() && said.contains(finding), "{finding}: {said}");
    }
}
