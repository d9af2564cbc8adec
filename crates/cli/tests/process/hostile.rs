//! A server that answers with what would act on a terminal, or pass for a line of `untag`'s own.

use crate::support::{Home, Ran, receive};
use std::fs;
use std::io::Write;
use std::net::TcpListener;

/// The message of every answer, as JSON writes it.
const MESSAGE: &str = r"no.\n\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eenod\u2028\r\nerror: forged";

/// A server that refuses everything, as long as the test runs.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            receive(&mut stream);
            let body = format!(r#"{{"error_code":"\u001b[31mX.1","error_msg":"{MESSAGE}"}}"#);
            let head = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nConnection: close\r\n";
            let _ =
                write!(stream, "{head}X-Request-Id: a\tb\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    endpoint
}

/// That nothing printed acts on a terminal or begins a line as if it were ours.
#[track_caller]
fn is_harmless(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        let acts = |character: char| {
            (character.is_control() && !matches!(character, '\n' | '\t'))
                || matches!(character, '\u{202e}' | '\u{2028}')
        };
        assert!(!text.contains(acts), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("error: forged")), "{text}");
    }
}

#[test]
fn nothing_that_a_server_answers_acts_on_the_terminal() {
    let home = Home::of(&server(), "token");
    let file = home.path().join("tags.ndjson");
    fs::write(&file, r#"{"resource_type":"disk","resource_id":"one","key":"a"}"#).unwrap();
    let file = file.to_str().unwrap();
    for command in [
        &["desktop", "one", "key", "--yes"][..],
        &["resource", "disk", "one", "key", "--yes"],
        &["apply", file, "--yes"],
    ] {
        let ran = home.run(command);
        assert!(ran.stderr.contains("forged"), "the message is told: {ran:?}");
        is_harmless(&ran);
    }
    // For programs nothing is lost.
    let ran = home.run(&["desktop", "one", "key", "--yes", "--output", "json"]);
    is_harmless(&ran);
    let said = ran.json()["calls"][0]["message"].to_string();
    assert!(said.contains("forged"), "{said}");
    is_harmless(&home.run(&["apply", file, "--yes", "--output", "json"]));
}
