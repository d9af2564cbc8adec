//! What was removed, shown and put back by the commands, beside a service that runs.

use crate::support::{
    ACCOUNT, PROJECT, Site, Untagd, batch_untag, delete_desktop_tag, output, resource, stderr,
};
use serde_json::{Value, json};

/// A service with two resources.
struct Running {
    site: Site,
    server: Untagd,
}

fn running() -> Running {
    let site = Site::new();
    let first = resource("first", &json!({ "one": "1", "größe": "groß", "three": "", "keep": "me" }));
    let second = resource("second", &json!({ "one": "eins" }));
    site.import(&[first, second]);
    let server = site.start(&[]);
    Running { site, server }
}

impl Running {
    /// Sends a request that must succeed; its id.
    fn remove(&self, request: &str) -> String {
        let answer = self.server.connect().ask(request);
        assert_eq!(answer.status, 204, "{answer:?}");
        answer.header("x-request-id").to_owned()
    }

    fn audit(&self, more: &[&str]) -> Vec<Value> {
        let printed = self.site.run(&[&["audit", "--json"], more].concat());
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn restore(&self, chosen: &[&str]) -> String {
        self.site.run(&[&["restore"], chosen].concat())
    }
}

#[test]
fn what_requests_removed_is_shown_and_put_back() {
    let running = running();
    let before = running.site.contents();
    assert!(before.trail.is_empty() && running.audit(&[]).is_empty());

    let token = &running.site.token;
    let tags =
        json!({ "tags": [{ "key": "three" }, { "key": "absent" }, { "key": "größe", "value": "groß" }] });
    let batch = running.remove(&batch_untag(token, "desktop", "first", &tags));
    let single = running.remove(&delete_desktop_tag(token, "second", "one"));
    let nothing = running.remove(&delete_desktop_tag(token, "second", "one"));

    let rows = running.audit(&[]);
    let row = |request: &str, id: &str, key: &str, value: &str| {
        json!({
            "request_id": request, "caller": format!("{ACCOUNT}/ana"), "action": "delete", "project_id": PROJECT,
            "resource_type": "desktop", "resource_id": id, "system": false, "key": key, "value": value,
        })
    };
    let expected = [
        row(&batch, "first", "three", ""),
        row(&batch, "first", "größe", "groß"),
        row(&single, "second", "one", "eins"),
    ];
    let without_time: Vec<_> = rows
        .iter()
        .cloned()
        .map(|mut row| {
            let time = row.as_object_mut().unwrap().remove("time").unwrap();
            assert!(time.as_str().unwrap().ends_with('Z'), "{time}");
            row
        })
        .collect();
    assert_eq!(without_time, expected);
    assert_eq!(running.audit(&["--request", &batch]), rows[..2]);
    assert_eq!(running.audit(&["--resource", "second"]), rows[2..]);
    assert!(running.audit(&["--request", &nothing]).is_empty());
    assert!(running.audit(&["--until", "1h"]).is_empty());
    let people = running.site.run(&["audit"]);
    assert_eq!(people.lines().count(), 3);
    assert!(people.contains("delete \"größe\"=\"groß\" of \"desktop\" \"first\""), "{people}");

    // One request, and again.
    let said = running.restore(&["--request", &batch]);
    assert!(said.starts_with("2 tags put back, 0 left"), "{said}");
    assert_eq!(running.site.contents().resources[0], before.resources[0]);
    assert_ne!(running.site.contents().resources[1], before.resources[1]);
    let once = running.site.contents();
    let said = running.restore(&["--request", &batch]);
    assert!(said.starts_with("0 tags put back"), "{said}");
    assert_eq!(running.site.contents(), once);

    // A range of time, and again.
    let said = running.restore(&["--since", "1h", "--caller", "on call"]);
    assert!(said.starts_with("1 tags put back"), "{said}");
    assert_eq!(running.site.contents().resources, before.resources);
    let rows = running.audit(&[]);
    assert_eq!(rows.len(), 6);
    assert_eq!((&rows[5]["action"], &rows[5]["caller"]), (&json!("restore"), &json!("on call")));
    let said = running.restore(&["--since", "1h"]);
    assert!(said.starts_with("0 tags put back"), "{said}");
    assert_eq!(running.audit(&[]).len(), 6);
}

#[test]
fn a_tag_that_has_been_set_since_stays() {
    let running = running();
    let tags = json!({ "tags": [{ "key": "one" }, { "key": "three" }] });
    let request = running.remove(&batch_untag(&running.site.token, "desktop", "first", &tags));
    running.site.import(&[resource("first", &json!({ "one": "set again" }))]);
    let said = running.restore(&["--request", &request]);
    assert!(said.starts_with("1 tags put back, 1 left"), "{said}");
    let tags = &running.site.contents().resources[0].1.tags;
    assert_eq!((tags["one"].as_str(), tags["three"].as_str()), ("set again", ""));
}

#[test]
fn a_restoration_of_everything_has_to_be_asked_for() {
    let running = running();
    running.remove(&delete_desktop_tag(&running.site.token, "first", "one"));
    let before = running.site.contents();
    for narrow in [&[][..], &["--project", PROJECT], &["--until", "1s"]] {
        let ended = output(&[&["restore", "--store", &running.site.store], narrow].concat());
        assert_eq!(ended.status.code(), Some(3));
        assert!(stderr(&ended).contains("--request") && stderr(&ended).contains("--since"));
    }
    let ended = output(&["restore", "--store", &running.site.store, "--since", "yesterday"]);
    assert_eq!(ended.status.code(), Some(2));
    assert_eq!(running.site.contents(), before);
}
