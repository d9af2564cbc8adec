//! Lines of several projects, with an access key: a signature is for one project, so the lines of another one are refused,
//! written down, and done by a run for that project.

use super::ndjson;
use crate::service::{PROJECT, Service};
use crate::support::Home;
use serde_json::{Value, json};
use std::fs;
use untag_identity::make_access_key;

const OTHER: &str = "fedcba9876543210fedcba9876543210";

/// A home with an access key of somebody who may do everything in both projects, each of which has a disk with the tags `a`
/// and `b` to go and `keep` to stay.
fn home() -> (Home, Service) {
    let home = Home::new();
    let key = make_access_key().unwrap();
    let callers = format!(
        "[[users]]\nid = \"ana\"\nname = \"Ana\"\naccount = \"account\"\nis_account = true\n\
         projects = [\"{PROJECT}\", \"{OTHER}\"]\n\n\
         [[access_keys]]\nid = \"{}\"\nsecret = \"{}\"\nuser = \"ana\"\n",
        key.id, key.secret
    );
    let file = home.path().join("authentication.toml");
    fs::write(&file, callers).unwrap();
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let service = Service::start(home.path(), &["serve", "--authentication", file.to_str().unwrap()]);
    service.import(&ndjson([PROJECT, OTHER].into_iter().map(|project| {
        json!({
            "project_id": project, "resource_type": "disk", "resource_id": "d",
            "tags": { "a": "1", "b": "2", "keep": "me" },
        })
    })));
    let home = home
        .with("UNTAG_ENDPOINT", service.endpoint())
        .with("HUAWEICLOUD_SDK_AK", &key.id)
        .with("HUAWEICLOUD_SDK_SK", &key.secret);
    (home, service)
}

fn line(project: Option<&str>, key: &str) -> Value {
    let mut line = json!({ "resource_type": "disk", "resource_id": "d", "key": key });
    if let Some(project) = project {
        line["project_id"] = json!(project);
    }
    line
}

/// The project and key of each tag that was removed, sorted.
fn removed(service: &Service) -> Vec<(String, String)> {
    let mut rows: Vec<_> = service
        .removed_from(&[PROJECT, OTHER])
        .into_iter()
        .map(|(project, [_, _, key, _])| (project, key))
        .collect();
    rows.sort_unstable();
    rows
}

fn rows(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|&(project, key)| (project.to_owned(), key.to_owned())).collect()
}

#[test]
fn lines_of_another_project_are_refused_and_done_by_a_run_for_it() {
    let (home, service) = home();
    let lines = [line(None, "a"), line(Some(OTHER), "a"), line(Some(PROJECT), "b"), line(Some(OTHER), "b")];
    fs::write(home.path().join("tags.ndjson"), ndjson(lines.into_iter())).unwrap();
    let arguments = ["apply", "tags.ndjson", "--yes", "--output", "json", "--project", PROJECT];
    let ran = home.run(&arguments).with(1);
    let document = ran.json();
    assert_eq!(
        (&document["done"], &document["failed"], &document["left"]),
        (&2.into(), &2.into(), &0.into())
    );
    assert!(ran.stderr.contains("tags.ndjson.untag-failed.ndjson"), "{}", ran.stderr);
    assert_eq!(removed(&service), rows(&[(PROJECT, "a"), (PROJECT, "b")]));

    let failures = document["failures"].as_str().unwrap();
    assert_eq!(failures, "tags.ndjson.untag-failed.ndjson");
    let text = fs::read_to_string(home.path().join(failures)).unwrap();
    let mut failed: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    failed.sort_by_key(|failure| failure["error"]["line"].as_u64());
    assert_eq!(failed.len(), 2);
    for (failure, number, key) in [(&failed[0], 2, "a"), (&failed[1], 4, "b")] {
        assert_eq!((&failure["project_id"], &failure["tags"]), (&OTHER.into(), &json!([{ "key": key }])));
        assert_eq!((&failure["error"]["line"], &failure["error"]["status"]), (&number.into(), &403.into()));
        assert_eq!(failure["error"]["error_code"], "SecMaster.00000403");
        assert!(failure["error"]["request_id"].is_string(), "{failure}");
    }

    // The same command tries the failed lines again, and no others.
    let document = home.run(&arguments).with(1).json();
    assert_eq!((&document["done_before"], &document["failed"]), (&2.into(), &2.into()));
    // The file of failures says whose they are, and a run for that project does them.
    let document =
        home.run(&["apply", failures, "--yes", "--output", "json", "--project", OTHER]).with(0).json();
    assert_eq!((&document["done"], &document["failed"]), (&2.into(), &0.into()));
    assert_eq!(removed(&service), rows(&[(PROJECT, "a"), (PROJECT, "b"), (OTHER, "a"), (OTHER, "b")]));
}

#[test]
fn a_file_of_which_every_line_is_refused_ends_with_the_code_for_that() {
    let (home, service) = home();
    let lines = [line(Some(OTHER), "a"), line(Some(OTHER), "b")];
    fs::write(home.path().join("tags.ndjson"), ndjson(lines.into_iter())).unwrap();
    let ran = home.run(&["apply", "tags.ndjson", "--yes", "--project", PROJECT]).with(4);
    assert!(ran.stderr.starts_with("error: 0 of 2 lines done, 2 failed, 0 left; "), "{}", ran.stderr);
    assert!(removed(&service).is_empty());
}
