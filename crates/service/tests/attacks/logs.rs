//! Log injection: whatever a caller sends, a log line stays one line, and one JSON object where it is to be one.

use crate::people::{How, Person};
use crate::scene::{Scene, import_old, say};
use crate::support::{ACCOUNT, PROJECT, Site, delete_desktop_tag, resource};
use serde_json::{Value, json};

/// What would begin a line of its own, end a value, or colour a terminal; and what would look like a line of ours.
const HOSTILE: &[&str] = &[
    "%0D%0A%7B%22level%22:%22ERROR%22,%22message%22:%22forged%22%7D",
    "%0a2026-01-01T00:00:00Z%20ERROR%20forged",
    "%1b%5b31mforged%1b%5b2J",
    "%E2%80%A8forged",
    "%E2%80%AEforged",
    "%C2%85forged",
    "%22,%22forged%22:%22",
    "%5Cn%5Cu000aforged",
    "%00forged",
];

/// Sends hostile texts in every place that a request has.
fn everything(scene: &Scene, person: &Person) {
    let address = scene.server.address();
    let token = &scene.site.token;
    for text in HOSTILE {
        for path in [
            format!("/v2/{PROJECT}/desktops/{text}/tags/key"),
            format!("/v2/{PROJECT}/desktops/one/tags/{text}"),
            format!("/v2/{text}/desktops/one/tags/key"),
            format!("/v1/{PROJECT}/{text}/one/tags/delete"),
            format!("/{text}"),
            format!("/v2/{PROJECT}/desktops/one/tags/key?{text}"),
        ] {
            let request = format!(
                "DELETE {path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nConnection: close\r\n\r\n"
            );
            say(address, request.as_bytes());
            let signed = person.signed("DELETE", &path, "", How::default());
            scene.server.connect().ask(&signed);
        }
    }
    // As they are: a target may have bytes beyond ASCII, and what is no character of a target is refused.
    for text in
        ["\u{9b}31mforged", "\u{85}forged", "\u{2028}forged\u{202e}", "\u{1b}[31mforged", "\u{7f}forged"]
    {
        let path = format!("/v2/{PROJECT}/desktops/one/tags/{text}");
        let request = format!(
            "DELETE {path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nConnection: close\r\n\r\n"
        );
        say(address, request.as_bytes());
    }
    // In headers, where a control character is no part of HTTP but a tab, and bytes beyond ASCII are.
    for line in [
        "User-Agent: a\u{2028}forged\u{85}\u{202e}\tforged",
        "X-Request-Id: forged\"}{\"forged\":\"",
        "X-Request-Id: 0123456789abcdef0123456789abcdef",
        "Referer: \\n\\u000aforged",
        "X-Sdk-Date: forged\u{2028}",
        "Authorization: SDK-HMAC-SHA256 Access=forged\u{2028}\", SignedHeaders=host, Signature=00",
        "Content-Type: application/json;forged=\"\u{2028}\"",
        "X-Bad: \u{1b}[31mforged",
        "X-Bad: \rforged",
        "X-Bad\u{1b}[31m: forged",
        "Host: forged\u{2028}",
    ] {
        let request = format!(
            "DELETE /v2/{PROJECT}/desktops/one/tags/x HTTP/1.1\r\n{line}\r\nConnection: close\r\n\r\n"
        );
        say(address, request.as_bytes());
    }
    say(address, "FORGED\u{1b}[31m / HTTP/1.1\r\n\r\n".as_bytes());
    say(address, b"\x1b[2Jforged\r\n{\"forged\":1}\r\n\r\n");
    let wrong = delete_desktop_tag("untag_forged\u{2028}", "one", "key");
    say(address, wrong.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes());
}

fn scene(more: &[&str]) -> (Scene, Person) {
    let site = Site::new();
    let person = Person::add(&site, "signer", ACCOUNT, &[PROJECT], "is_account = true");
    (Scene::at(site, &["one"], more), person)
}

#[test]
fn every_json_line_is_one_object_whatever_was_sent() {
    let (scene, person) = scene(&["--log-format", "json", "--log", "trace,rustls=info"]);
    let before = scene.contents();
    everything(&scene, &person);
    let log = scene.server.log();
    let lines: Vec<&str> = log.split_terminator('\n').collect();
    assert!(lines.len() > HOSTILE.len() * 12, "{} lines", lines.len());
    for line in &lines {
        let object: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        let object = object.as_object().unwrap();
        assert!(!object.contains_key("forged") && object["message"] != "forged", "{line}");
        assert!(
            !line.contains(|char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{202e}')),
            "{line:?}"
        );
        // No id of a request is the caller's.
        assert_ne!(object.get("request_id"), Some(&json!("0123456789abcdef0123456789abcdef")), "{line}");
    }
    assert_eq!(scene.contents(), before);
}

#[test]
fn every_text_line_begins_with_a_time_and_holds_no_control_character() {
    let (scene, person) = scene(&["--log", "trace,rustls=info"]);
    everything(&scene, &person);
    let log = scene.server.log();
    for line in log.split_terminator('\n') {
        let time = line.get(..20).unwrap_or_default();
        assert!(time.starts_with("20") && time.as_bytes()[10] == b'T', "{line:?}");
        assert!(!line.chars().any(char::is_control) && !line.contains(['\u{2028}', '\u{202e}']), "{line:?}");
    }
    assert!(log.lines().count() > HOSTILE.len() * 12);
}

#[test]
fn what_the_audit_trail_shows_is_one_line_for_each_row_whatever_was_removed() {
    let site = Site::new();
    let keys = ["a\u{2028}b", "\u{202e}txt", "q\"uote", "back\\slash", "=cmd()", "tab,comma"];
    let tags: Value = keys
        .iter()
        .map(|key| ((*key).to_owned(), json!("v\u{2028}\u{202e}\"\\")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    import_old(&site, &[resource("o\u{2028}ne", &tags)]);
    let server = site.start(&[]);
    for key in keys {
        let request = delete_desktop_tag(&site.token, "o%E2%80%A8ne", key);
        assert_eq!(server.connect().ask(&request).status, 204, "{key:?}");
    }
    let text = site.run(&["audit"]);
    assert_eq!(text.lines().count(), keys.len());
    assert!(!text.contains(['\u{2028}', '\u{202e}', '\u{1b}', '\r']), "{text:?}");
    let json = site.run(&["audit", "--json"]);
    let found: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.iter().map(|row| row["key"].as_str().unwrap()).collect::<Vec<_>>(), keys);
}
