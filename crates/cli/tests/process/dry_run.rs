//! `--dry-run` prints what would be sent, to the byte, and sends nothing.

use crate::service::{PROJECT, RESOURCE};
use crate::support::{Home, Recorder};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::TcpListener;

/// Deletions whose requests need care.
const CASES: [&[&str]; 7] = [
    &["desktop", "d", "key1"],
    &["desktop", "d", r"中 文/%2e\\?#\=+👩‍💻"],
    &["desktop", "a/b:c", "..."],
    &["resource", "workspace", RESOURCE, "key1", "key2=value3"],
    &["resource", "disk", "a b", "k=", r"a\=b=c=d", "größe=中/文"],
    &["resource", "typ é", "%41", "k"],
    &["resource", "desktop", "d", ".."],
];

#[test]
fn what_is_printed_is_what_is_sent() {
    for case in CASES {
        let recorder = Recorder::answering("HTTP/1.1 204 No Content\r\n\r\n");
        let base = format!("{}/prefix", recorder.endpoint);
        let home = Home::of(&base, "t0ken");
        let preview = home.run(&[case, &["--dry-run"]].concat()).with(0);
        assert_eq!(preview.stderr, "dry run: nothing was sent\n");
        let document = home.run(&[case, &["--dry-run", "--output", "json"]].concat()).with(0).json();
        home.run(&[case, &["--yes"]].concat()).with(0);

        let request = recorder.request();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let (method, rest) = head.split_once(' ').unwrap();
        let (path, _) = rest.split_once(' ').unwrap();
        let url = format!("{}{path}", base.trim_end_matches("/prefix"));
        let wanted =
            if body.is_empty() { format!("{method} {url}\n") } else { format!("{method} {url}\n{body}\n") };
        assert_eq!(preview.stdout, wanted, "{case:?}");
        let body = if body.is_empty() { Value::Null } else { json!(body) };
        assert_eq!(
            document,
            json!({
                "outcome": "done", "exit_code": 0, "dry_run": true,
                "calls": [{ "method": method, "url": url, "body": body }],
            })
        );
        assert!(!preview.stdout.contains("t0ken"));
    }
}

#[test]
fn nothing_is_sent_and_nobody_is_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let home = Home::of(&endpoint, "t0ken");
    for case in CASES {
        for more in [&["--dry-run"][..], &["--dry-run", "--yes"], &["--dry-run", "--output", "json"]] {
            home.run(&[case, more].concat()).with(0);
        }
    }
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "no connection was opened");

    let (home, service) = Home::with_service();
    home.run(&["desktop", RESOURCE, "key1", "--dry-run"]).with(0);
    home.run(&["resource", "workspace", RESOURCE, "key1", "--dry-run"]).with(0);
    assert_eq!(service.removed(), Vec::<[String; 4]>::new());
    // The same without it, so that this could have failed.
    home.run(&["desktop", RESOURCE, "key1", "--yes"]).with(0);
    assert_eq!(service.removed().len(), 1);
}

#[test]
fn it_needs_no_credentials_where_the_project_is_named() {
    let home = Home::new();
    let ran =
        home.run(&["desktop", "d", "k", "--dry-run", "--project", PROJECT, "--region", "cn-north-4"]).with(0);
    let url = format!("https://workspace.cn-north-4.myhuaweicloud.com/v2/{PROJECT}/desktops/d/tags/k");
    assert_eq!(ran.stdout, format!("DELETE {url}\n"));
    let override_of = "HUAWEICLOUD_SDK_REGION_SECMASTER_CN_NORTH_4";
    let home = home.with(override_of, "https://example.com/x");
    let arguments = ["resource", "t", "i", "k", "--dry-run", "--project", PROJECT, "--region", "cn-north-4"];
    let ran = home.run(&arguments).with(0);
    assert!(ran.stdout.starts_with(&format!("DELETE https://example.com/x/v1/{PROJECT}/t/i/tags/delete\n")));
}
