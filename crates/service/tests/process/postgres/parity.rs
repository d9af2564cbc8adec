//! One service on PostgreSQL shows operators and callers what it shows on SQLite, word for word.

use crate::support::{PROJECT, Site, Untagd, batch_untag, delete_desktop_tag, output, resource, stderr};
use serde_json::{Value, json};
use std::fs;
use untag_postgres::shared;

/// All that an operator and callers see of one service, with names in place of what is made up anew each time.
struct Transcript<'a> {
    site: &'a Site,
    requests: Vec<String>,
    lines: Vec<String>,
}

impl Transcript<'_> {
    fn note(&mut self, what: &str, seen: &str) {
        let mut line = format!("{what}: {seen}").replace(&self.site.store, "STORE");
        line = line.replace(self.site.folder().to_str().unwrap(), "FOLDER");
        for (number, request) in self.requests.iter().enumerate() {
            line = line.replace(request, &format!("request {number}"));
        }
        self.lines.push(line);
    }

    /// Runs a command on the database.
    fn run(&mut self, words: &[&str]) {
        let ended = output(&[words, &["--store", &self.site.store]].concat());
        let mut printed = String::from_utf8(ended.stdout.clone()).unwrap();
        match words {
            ["audit", "--json", ..] => {
                let mut rows: Vec<Value> =
                    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                for row in &mut rows {
                    row.as_object_mut().unwrap().remove("time").unwrap();
                }
                // The rows of one restoration have no promised order.
                for group in
                    rows.chunk_by_mut(|a, b| a["action"] == "restore" && a["request_id"] == b["request_id"])
                {
                    group.sort_by_key(|row| row["key"].to_string());
                }
                printed = rows.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
            }
            // The time is the first word.
            ["audit", ..] => {
                let rows = printed.lines().map(|line| line.split_once(' ').unwrap().1);
                printed = rows.collect::<Vec<_>>().join("\n");
            }
            ["restore", ..] => {
                let request = printed.rsplit_once("request ").unwrap().1.trim_end();
                self.requests.push(request.to_owned());
            }
            _ => {}
        }
        self.note(&words.join(" "), &format!("{:?}\n{printed}{}", ended.status.code(), stderr(&ended)));
    }

    /// Sends a request; its id.
    fn ask(&mut self, server: &Untagd, what: &str, request: &str) -> String {
        let answer = server.connect().ask(request);
        let id = answer.header("x-request-id").to_owned();
        self.requests.push(id.clone());
        self.note(what, &format!("{}\n{}", answer.status, answer.text()));
        id
    }
}

/// Imports, removes over sockets, audits, restores, exports.
fn transcript(site: &Site) -> Vec<String> {
    let mut seen = Transcript { site, requests: Vec::new(), lines: Vec::new() };
    seen.run(&["migrate"]);
    let good = [
        resource("first", &json!({ "one": "1", "größe": "中", "three": "", "keep": "me" })),
        json!({
            "project_id": PROJECT, "resource_type": "disk", "resource_id": "v/1",
            "tags": { "one": "1", "two": "2" }, "sys_tags": { "_sys_enterprise_project_id": "0" },
        }),
    ];
    let lines = format!("{}\nno JSON\n{}\n", good[0], good[1]);
    let file = site.file("in.ndjson");
    fs::write(&file, lines).unwrap();
    seen.run(&["import", &file, "--on-error", "continue"]);
    seen.run(&["import", &file, "--on-error", "continue"]);
    seen.run(&["export"]);

    let mut server = site.start(&["--log", "warn"]);
    assert_eq!(server.admin("/readyz").status, 200);
    let token = &site.token;
    let key = |key: &str| delete_desktop_tag(token, "first", key);
    let tags = |tags: &Value| batch_untag(token, "disk", "v%2F1", &json!({ "tags": tags }));
    seen.ask(&server, "one tag", &key("größe"));
    seen.ask(&server, "the same tag again", &key("größe"));
    seen.ask(&server, "an absent tag", &key("absent"));
    seen.ask(&server, "no such desktop", &delete_desktop_tag(token, "nowhere", "one"));
    seen.ask(&server, "too long a key", &key(&"x".repeat(129)));
    seen.ask(&server, "a wrong token", &delete_desktop_tag("wrong", "first", "one"));
    seen.ask(&server, "another project", &key("one").replace(PROJECT, &"f".repeat(32)));
    seen.ask(&server, "another value", &tags(&json!([{ "key": "one", "value": "2" }])));
    let batch = seen.ask(
        &server,
        "a batch",
        &tags(&json!([{ "key": "two", "value": "2" }, { "key": "none" }, { "key": "one" }])),
    );
    seen.ask(&server, "an empty list", &tags(&json!([])));
    let system = json!({ "sys_tags": [{ "key": "_sys_enterprise_project_id" }] });
    seen.ask(&server, "a system tag", &batch_untag(token, "disk", "v%2F1", &system));
    seen.ask(
        &server,
        "no such resource",
        &batch_untag(token, "disk", "v", &json!({ "tags": [{ "key": "one" }] })),
    );

    seen.run(&["audit", "--json"]);
    seen.run(&["audit"]);
    seen.run(&["audit", "--json", "--type", "disk", "--since", "1h"]);
    seen.run(&["export"]);
    seen.run(&["restore", "--request", &batch]);
    seen.run(&["restore", "--request", &batch]);
    seen.run(&["restore", "--since", "1h", "--caller", "on call"]);
    seen.run(&["restore", "--since", "1h"]);
    seen.run(&["audit", "--json"]);
    seen.run(&["export", "--type", "disk"]);
    seen.run(&["export"]);
    server.terminate();
    seen.note("SIGTERM", &format!("{:?}\n{}", server.end().code(), server.log()));
    seen.lines
}

#[test]
fn one_process_does_what_it_does_on_sqlite() {
    let on_postgres = transcript(&Site::on(shared().database()));
    let on_sqlite = transcript(&Site::new());
    for (postgres, sqlite) in on_postgres.iter().zip(&on_sqlite) {
        assert_eq!(postgres, sqlite);
    }
    assert_eq!(on_postgres.len(), on_sqlite.len());
    // That it is the right behaviour is what other tests say of SQLite; here it must be there at all.
    let all = on_sqlite.concat();
    for part in
        ["line 2", "2 tags put back", "\"action\":\"restore\"", "größe", ": 204", ": 404", "SIGTERM: Some(0)"]
    {
        assert!(all.contains(part), "no {part} in: {all}");
    }
}
