//! `untag desktop` and `untag resource` remove what is named, all of it and nothing else.

use crate::service::{ODD, PROJECT, RESOURCE};
use crate::support::{Home, Recorder};
use serde_json::json;

/// As the audit shows it.
fn row(kind: &str, id: &str, key: &str, value: &str) -> [String; 4] {
    [kind, id, key, value].map(str::to_owned)
}

#[test]
fn tags_of_a_desktop_go_by_their_keys() {
    let (home, service) = Home::with_service();
    let ran = home.run(&["desktop", RESOURCE, "key1", "absent", "key1", "key2", "--yes"]).with(0);
    let lines: Vec<_> = ran.stdout.lines().collect();
    // A key that is named twice is sent once, and one that is not there counts as removed.
    assert_eq!(lines.len(), 3, "{}", ran.stdout);
    for (line, key) in lines.iter().zip(["key1", "absent", "key2"]) {
        assert!(line.starts_with(&format!("{key:?}: removed (request ")), "{line}");
    }
    assert_eq!(ran.stderr, "", "quiet in a pipe");
    assert_eq!(
        service.removed(),
        [row("desktop", RESOURCE, "key1", "value1"), row("desktop", RESOURCE, "key2", "value3")]
    );
}

#[test]
fn odd_keys_go_and_no_other() {
    let (home, service) = Home::with_service();
    let odd = ["中 文", "größe", "a/b", r"a\\b", "100%", "a+b c", r"k?x\=1#y", "%2e%2e", "👩‍💻", "empty"];
    let arguments: Vec<_> = ["desktop", ODD, "--yes", "--"].into_iter().chain(odd).collect();
    home.run(&arguments).with(0);
    let removed: Vec<_> = service.removed().into_iter().map(|[_, id, key, _]| (id, key)).collect();
    let wanted = odd.map(|key| (ODD.to_owned(), key.replace(r"\\", r"\").replace(r"\=", "=")));
    assert_eq!(removed, wanted);

    // No URL carries this one, and nothing was sent in its place. A body carries it.
    let ran = home.run(&["desktop", ODD, "..", "--yes"]).with(2);
    assert!(ran.stderr.contains("nothing was sent; `untag resource desktop ID KEY`"), "{}", ran.stderr);
    assert_eq!(service.removed().len(), odd.len());
    home.run(&["resource", "desktop", ODD, "..", "--yes"]).with(0);
    assert_eq!(service.removed().last().unwrap()[2], "..");
}

#[test]
fn tags_of_a_resource_go_by_key_or_only_with_their_value() {
    let (home, service) = Home::with_service();
    let workspace = ["resource", "workspace", RESOURCE, "--yes"];
    let run = |tags: &[&str]| home.run(&[&workspace[..], tags].concat()).with(0);
    // Neither value is theirs, and an empty value is a value.
    run(&["key1=value2", "key2=", "keep="]);
    assert_eq!(service.removed(), Vec::<[String; 4]>::new());
    let ran = run(&["key1", "key2=value3"]);
    assert!(ran.stdout.starts_with(r#""key1", "key2" if its value is "value3": removed (request "#));
    assert_eq!(
        service.removed(),
        [row("workspace", RESOURCE, "key1", "value1"), row("workspace", RESOURCE, "key2", "value3")]
    );
}

#[test]
fn more_tags_than_one_call_holds_take_several() {
    let (home, service) = Home::with_service();
    let tags: Vec<String> = (0..24).map(|number| format!("absent{number}")).collect();
    let mut arguments = vec!["resource", "workspace", RESOURCE, "--yes", "--output", "json"];
    arguments.extend(tags.iter().map(String::as_str));
    arguments.extend(["key1", "absent3"]);
    let document = home.run(&arguments).with(0).json();
    let calls = document["calls"].as_array().unwrap();
    let sizes: Vec<_> = calls.iter().map(|call| call["tags"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(service.removed(), [row("workspace", RESOURCE, "key1", "value1")]);
}

#[test]
fn json_says_what_became_of_each_call() {
    let (home, service) = Home::with_service();
    let ran =
        home.run(&["resource", "workspace", RESOURCE, "key1=value1", "--yes", "--output", "json"]).with(0);
    let document = ran.json();
    let id = document["calls"][0]["request_id"].as_str().unwrap();
    assert!(!id.is_empty());
    assert_eq!(
        document,
        json!({
            "outcome": "done", "exit_code": 0, "dry_run": false,
            "calls": [{
                "method": "DELETE",
                "url": format!("{}/v1/{PROJECT}/workspace/{RESOURCE}/tags/delete", service.endpoint()),
                "body": r#"{"tags":[{"key":"key1","value":"value1"}]}"#,
                "tags": [{ "key": "key1", "value": "value1" }],
                "outcome": "done", "status": 204, "request_id": id, "error_code": null, "message": null,
            }],
        })
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn an_access_key_signs_for_the_project_that_is_named() {
    let (home, service) = Home::with_service();
    let home = home
        .without("UNTAG_TOKEN")
        .with("HUAWEICLOUD_SDK_AK", service.text("ak"))
        .with("HUAWEICLOUD_SDK_SK", service.text("sk"));
    home.run(&["desktop", RESOURCE, "key1", "--yes"]).with(0);
    assert_eq!(service.removed().len(), 1);

    // The path and the signed header name the same project, whatever the credentials say.
    let recorder = Recorder::answering("HTTP/1.1 204 No Content\r\n\r\n");
    let arguments = ["desktop", "d", "k", "--yes", "--project", "other", "--endpoint", &recorder.endpoint];
    home.run(&arguments).with(0);
    let request = recorder.request();
    assert!(request.starts_with("DELETE /v2/other/desktops/d/tags/k HTTP/1.1\r\n"), "{request}");
    assert!(request.to_lowercase().contains("\r\nx-project-id: other\r\n"), "{request}");
    assert!(!request.contains(PROJECT), "{request}");
}

#[test]
fn what_could_mean_two_things_is_refused_before_anything_is_sent() {
    let (home, service) = Home::with_service();
    for (arguments, words) in [
        (&["desktop", RESOURCE, "keep", "key1=value1"][..], "untag resource desktop ID KEY=VALUE"),
        (&["desktop", RESOURCE, "keep", r"a\b"], "a backslash must stand before"),
        (&["desktop", RESOURCE, "keep", ""], "is empty"),
        (&["resource", "workspace", RESOURCE, "keep", r"key1\"], "a backslash must stand before"),
        (&["resource", "workspace", RESOURCE, "keep", "keep=me"], "with a value and without one"),
        (&["resource", "workspace", RESOURCE, "keep", "_sys_enterprise_project_id"], "cannot be sent"),
        (&["resource", "workspace", RESOURCE, "keep", ""], "is empty"),
        (&["resource", "workspace", RESOURCE], "KEY[=VALUE]"),
        (&["resource", "..", RESOURCE, "keep"], "nothing was sent"),
        (&["desktop", RESOURCE, "keep", "--region", "r", "--endpoint", "http://127.0.0.1:1"], "--region"),
        (&["desktop", RESOURCE, "keep", "--region", "evil.com/"], "region"),
        (&["desktop", RESOURCE, "keep", "--endpoint", "ftp://127.0.0.1"], "http"),
        (&["resource", "workspace", RESOURCE, "keep", "--project", "short"], "the project cannot be used"),
    ] {
        for more in [&["--yes"][..], &["--dry-run"]] {
            let ran = home.run(&[arguments, more].concat()).with(2);
            assert!(
                ran.stderr.starts_with("error: ") && ran.stderr.contains(words),
                "{arguments:?}: {}",
                ran.stderr
            );
            assert_eq!(ran.stdout, "", "{arguments:?}");
        }
    }
    assert_eq!(service.removed(), Vec::<[String; 4]>::new());
}
