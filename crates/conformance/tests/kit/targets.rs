//! What goes out: requests about the fixtures or about nothing, and what a report shows of each is that same request.

use crate::server::Server;
use crate::target;
use percent_encoding::percent_decode_str;
use std::process::{Command, Stdio};
use untag_conformance::{Outcome, Selection, run};

/// Neither a success nor a failure of any rule in particular.
const TEAPOT: &str = "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n";

/// The segments of a request's path below its prefix, decoded; nothing if one cannot be.
fn segments(target: &str) -> Option<Vec<String>> {
    let path = target.strip_prefix("/below/here/").expect("every path starts with the prefix");
    let path = path.split('?').next().unwrap();
    path.split('/')
        .map(|segment| Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned()))
        .collect()
}

/// Whether a request is about the fixtures, or about something that cannot be there.
fn is_harmless(request: &str) -> bool {
    let own = target("http://127.0.0.1:1");
    let Some(segments) = segments(request.split(' ').nth(1).unwrap()) else { return true };
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (project, is_own, is_none) = match segments[..] {
        ["v2", project, "desktops", id, "tags", _] => {
            let is_none =
                id.starts_with("00000000-") || id == ".." || id.ends_with('/') || id.chars().count() > 255;
            (project, id == own.desktop_id, is_none)
        }
        ["v1", project, kind, id, "tags", "delete"] => {
            let is_none =
                id.starts_with("00000000-") || kind.chars().count() > 100 || id.chars().count() > 100;
            // The id of the fixture under a type that cannot be.
            (
                project,
                kind == own.resource_type && id == own.resource_id,
                is_none || kind == "no-such-type" || kind == "%GG",
            )
        }
        // Not a path of the contract; what it names is the fixtures' all the same.
        _ => return request.contains("own") || segments == ["nothing"] || segments == ["v1", "nothing"],
    };
    let is_none = is_none || segments.contains(&"");
    let is_other = project == "f".repeat(32) || !(32..=64).contains(&project.chars().count());
    is_other || is_none || is_own || request.contains("untag-conformance-no-such-tag")
}

#[test]
fn no_request_is_about_anything_but_the_fixtures() {
    let server = Server::saying(TEAPOT);
    run(&target(&format!("{}/below/here/", server.url)), None, &Selection::all(), &mut ()).unwrap();
    let asked = server.asked();
    assert!(asked.len() > 800, "{}", asked.len());
    for request in &asked {
        let request = String::from_utf8_lossy(request);
        assert!(is_harmless(&request), "{request}");
        assert!(request.contains("\r\nHost: 127.0.0.1:"), "{request}");
    }
}

/// The part of a reproduction that prints the request, run by a shell.
fn printed(reproduction: &str) -> Vec<u8> {
    let (print, to) = reproduction.rsplit_once(" | ").unwrap();
    assert!(to.starts_with("nc 127.0.0.1 "), "{to}");
    let mut shell = Command::new("bash");
    shell
        .args(["-c", print])
        .env("TOKEN", "a-Tenant")
        .env("OP_SERVICE_TOKEN", "the-Service")
        .stderr(Stdio::inherit());
    shell.output().unwrap().stdout
}

#[test]
fn what_curl_cannot_send_is_printed_byte_by_byte() {
    let server = Server::saying(TEAPOT);
    let selection = Selection::all().reference();
    let report = run(&target(&server.url), None, &selection, &mut ()).unwrap();
    let asked = server.asked();
    let mut seen = 0;
    for judged in &report.rules {
        let Outcome::Broken(failures) = &judged.outcome else { continue };
        for failure in failures.iter().filter(|failure| !failure.reproduction.starts_with("curl ")) {
            assert!(asked.contains(&printed(&failure.reproduction)), "{}", failure.reproduction);
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen} such requests are too few to prove anything");
}
