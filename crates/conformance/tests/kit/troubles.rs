//! Servers that hang, hang up, or speak something else: broken rules with a clear text, never a panic, never an endless wait.

use crate::server::Server;
use crate::{got, target};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;
use untag_conformance::{Outcome, Report, RunError, Selection, run};

const ANSWERED: &str = "every-request-is-answered";

fn check(server: &Server) -> Report {
    let selection = Selection::all().timeout(Duration::from_millis(300));
    run(&target(&server.url), None, &selection, &mut ()).unwrap()
}

#[test]
fn a_server_that_hangs_is_left_after_a_while() {
    // It answers when nobody waits any longer.
    let server = Server::start(|stream| drop(stream.read(&mut [0])));
    let report = check(&server);
    assert!(got(&report, ANSWERED).iter().all(|got| got.contains("0.3 seconds")), "{report:?}");
    assert_eq!(server.asked().len(), 3);
    for rule in ["signature", "request-id"] {
        let judged = report.rule(rule).unwrap();
        assert!(
            matches!(&judged.outcome, Outcome::NotChecked(why) if why.contains("did not answer")),
            "{judged:?}"
        );
    }
}

#[test]
fn a_server_that_never_ends_its_answer_is_not_waited_for() {
    let server = Server::start(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-More: yes\r\n").is_ok() {
            std::thread::yield_now();
        }
    });
    for got in got(&check(&server), ANSWERED) {
        assert!(got.contains("longer than") || got.contains("0.3 seconds"), "{got}");
    }
}

#[test]
fn what_is_no_answer_is_shown() {
    for (answer, says) in [
        ("", "closed without an answer"),
        ("HTTP/1.1 204", "closed within the answer"),
        ("HTTP/1.1 400 Bad\r\nContent-Length: 9\r\n\r\n{}", "closed within the answer"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "not HTTP/1.1"),
        ("HTTP/1.1 twohundred\r\n\r\n", "no status"),
        ("HTTP/1.1 400 Bad\r\nnonsense\r\n\r\n", "no colon"),
        ("HTTP/1.1 400 Bad\r\nContent-Length: -1\r\n\r\n", "no number"),
        ("HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "no size"),
        (
            "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
            "longer than its size",
        ),
    ] {
        let report = check(&Server::saying(answer));
        for got in got(&report, ANSWERED) {
            assert!(got.contains(says), "{answer:?}: {got}");
        }
        assert!(!got(&report, "named-tag-is-removed").is_empty());
        assert!(matches!(report.rule("request-id").unwrap().outcome, Outcome::NotChecked(_)), "{report:?}");
    }
}

#[test]
fn a_rule_without_cases_does_not_hold() {
    let server = Server::saying("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    let report = run(&target(&server.url), None, &Selection::all().only(["body-limit"]), &mut ()).unwrap();
    assert!(matches!(report.rule("body-limit").unwrap().outcome, Outcome::NotChecked(_)), "{report:?}");
    assert!(!report.holds() && server.asked().is_empty());
}

#[test]
fn every_form_of_an_answer_is_understood() {
    let body = r#"{"error_code":"c","error_msg":"m"}"#;
    for answer in [
        format!("HTTP/1.1 404 Not Found\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
        format!("HTTP/1.0 404 Not Found\r\n\r\n{body}"),
        format!(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length:{}\r\n\r\n{body}",
            body.len()
        ),
        format!(
            "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{}\r\n{:x};a=b\r\n{}\r\n0\r\nT: t\r\n\r\n",
            &body[..16],
            body.len() - 16,
            &body[16..]
        ),
    ] {
        let report = check(&Server::saying(answer));
        assert!(matches!(report.rule(ANSWERED).unwrap().outcome, Outcome::Holds), "{report:?}");
        assert!(
            got(&report, "named-tag-is-removed").iter().all(|got| *got == format!("404: {body}")),
            "{report:?}"
        );
    }
}

#[test]
fn a_body_after_204_is_seen_announced_or_not() {
    for answer in ["HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 204 No\r\n\r\n{}"] {
        assert!(!got(&check(&Server::saying(answer)), "success-has-no-body").is_empty());
    }
}

#[test]
fn a_server_that_sends_credentials_back_does_not_get_them_into_the_report() {
    let server = Server::saying("HTTP/1.1 400 Bad\r\nContent-Length: 22\r\n\r\na-Tenant, the-Service!");
    let report = check(&server);
    assert!(!got(&report, "nothing-leaks").is_empty());
    let shown = format!("{report:?}");
    assert!(!shown.contains("a-Tenant") && !shown.contains("the-Service"), "{shown}");
}

#[test]
fn not_even_the_beginning_of_a_credential_gets_there() {
    let padding = "x".repeat(393);
    let cut = format!("HTTP/1.1 400 Bad\r\nContent-Length: 401\r\n\r\n{padding}a-Tenant");
    let unfinished = "HTTP/1.1 400 Bad\r\nContent-Length: 402\r\n\r\nyou said a-Tena";
    for answer in [&*cut, unfinished, "what is a-Tena"] {
        let shown = format!("{:?}", check(&Server::saying(answer)));
        assert!(shown.contains("(a cred") && !shown.contains("a-Ten"), "{shown}");
    }
}

#[test]
fn where_nobody_listens_nothing_is_checked() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = run(&target(&format!("http://{free}")), None, &Selection::all(), &mut ());
    assert!(matches!(&run, Err(RunError::Unreachable(why)) if why.contains("cannot be reached")), "{run:?}");
}
