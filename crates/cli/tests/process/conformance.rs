//! `untag conformance` against `untagd dev`, which keeps every rule, and against servers that do not.

use crate::service::{PROJECT, RESOURCE, Service, shell};
use crate::session::Session;
use crate::support::{Home, Ran, receive};
use serde_json::json;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use untag_conformance::rules;

/// `untagd dev`, and the flags for it. Its ready file is what --auth names.
struct Untagd {
    home: Home,
    service: Service,
    put: String,
    get: String,
}

impl Untagd {
    fn start() -> Self {
        let home = Home::new();
        let service = Service::dev(home.path());
        let put = shell(&["import", "--allow-old-tags", "--store", service.store(), "-"]);
        // The program that becomes `untagd` says something of its own before the first line.
        let get = format!("{} | sed -n 's/^[^{{]*{{/{{/p'", shell(&["export", "--store", service.store()]));
        Self { home, service, put, get }
    }

    fn run(&self, more: &[&str]) -> Ran {
        let arguments = ["conformance", "--url", self.service.endpoint(), "--auth", "ready.json", "--yes"];
        let ran = self.home.run(&[&arguments[..], more].concat());
        for secret in ["token", "op_service_token", "sk"] {
            let secret = self.service.text(secret);
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{ran:?}");
        }
        ran
    }
}

#[test]
fn untagd_keeps_every_rule() {
    let untagd = Untagd::start();
    let ran = untagd.run(&["--put", &untagd.put, "--get", &untagd.get]).with(0);
    // How long a body may be is no rule of the contract, and left to each server.
    let sum = format!("\n{0} rules: {0} held\n", rules().len() - 1);
    assert!(ran.stdout.ends_with(&sum), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stderr, "", "no progress in a pipe");
    // What is not a fixture was not touched.
    assert!(untagd.service.removed().iter().all(|[_, id, ..]| id == RESOURCE));
}

#[test]
fn what_nobody_can_see_is_not_checked_and_no_success() {
    let untagd = Untagd::start();
    let ran = untagd.run(&[]).with(1);
    assert!(ran.stdout.contains("NOT CHECKED  value-must-match"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("BROKEN"), "{}", ran.stdout);
    for words in ["error: rules were not checked", "--put and --get", "--allow-unchecked"] {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    // The first run has taken tags off that the second one finds gone, which is a success.
    untagd.run(&["--allow-unchecked"]).with(0);
}

#[test]
fn a_report_has_three_forms() {
    let untagd = Untagd::start();
    let only = ["--only", "unknown-method", "--only", "value-must-match"];
    let document = untagd.run(&[&only[..], &["--output", "json"]].concat()).with(1).json();
    assert_eq!(document["outcome"], "failed");
    assert_eq!(document["counts"], json!({ "holds": 1, "broken": 0, "not_checked": 1 }));
    assert_eq!(document["url"], untagd.service.endpoint());
    let names: Vec<_> =
        document["rules"].as_array().unwrap().iter().map(|rule| rule["name"].as_str()).collect();
    assert_eq!(names, [Some("value-must-match"), Some("unknown-method")]);
    let xml = untagd.run(&[&only[..], &["--output", "junit"]].concat()).with(1).stdout;
    assert!(xml.starts_with("<?xml ") && xml.ends_with("</testsuites>\n"), "{xml}");
    assert!(xml.contains("<skipped message=\"not checked: "), "{xml}");
}

/// A server that answers every request in the same way, and the home to call it from.
fn always(answer: &'static str) -> (Home, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/below", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                // Whoever only looks whether somebody listens sends nothing.
                if stream.peek(&mut [0]).is_ok_and(|count| count > 0) {
                    receive(&mut stream);
                    let _ = stream.write_all(answer.as_bytes());
                }
            });
        }
    });
    let home = Home::new();
    let auth = json!({ "project_id": PROJECT, "token": "s3cret-of-a-tenant" });
    fs::write(home.path().join("auth.json"), auth.to_string()).unwrap();
    (home, url)
}

#[test]
fn a_server_that_says_yes_to_everything_is_found_out() {
    let (home, url) = always("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let arguments = ["conformance", "--url", &url, "--auth", "auth.json", "--yes"];
    let ran = home.run(&arguments).with(1);
    for rule in ["nothing-is-not-everything", "one-credential", "no-query", "request-id"] {
        assert!(ran.stdout.contains(&format!("BROKEN  {rule}: ")), "{rule}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains("$TOKEN") && !ran.stdout.contains("s3cret"), "{}", ran.stdout);
    assert!(ran.stderr.contains("error: ") && ran.stderr.contains("broken"), "{}", ran.stderr);
    // What is broken stays so, whatever may stay unchecked.
    home.run(&[&arguments[..], &["--allow-unchecked"]].concat()).with(1);
}

#[test]
fn the_credentials_come_from_a_file_or_from_stdin() {
    let untagd = Untagd::start();
    let ready = fs::read_to_string(untagd.home.path().join("ready.json")).unwrap();
    let url = untagd.service.endpoint();
    let only = ["--only", "unknown-method"];
    let stdin = ["conformance", "--url", url, "--auth", "-", "--yes"];
    untagd.home.run_with(&[&stdin[..], &only].concat(), &ready).with(0);
    for (auth, words) in [
        ("absent.json", "absent.json: "),
        ("bad.json", "bad.json: this is not "),
        ("without-project.json", "--project"),
    ] {
        fs::write(untagd.home.path().join("bad.json"), "{\"token\":\"s3cret\",\"tokn\":1}").unwrap();
        fs::write(untagd.home.path().join("without-project.json"), "{\"token\":\"s3cret\"}").unwrap();
        let ran = untagd.home.run(&["conformance", "--url", url, "--auth", auth, "--yes"]).with(2);
        assert!(ran.stderr.contains(words) && !ran.stderr.contains("s3cret"), "{}", ran.stderr);
        assert!(ran.stderr.contains("nothing was sent"), "{}", ran.stderr);
    }
    let other = "f".repeat(31) + "0";
    let ran = untagd.run(&["--project", &other]).with(2);
    assert!(ran.stderr.contains(&other) && ran.stderr.contains("nothing was sent"), "{}", ran.stderr);
    assert_eq!(untagd.service.removed(), Vec::<[String; 4]>::new());
}

/// A report that says that everything is broken says mostly that something is wrong with the question.
#[test]
fn where_nothing_succeeds_it_says_what_to_look_at_first() {
    let untagd = Untagd::start();
    let only = ["--only", "named-tag-is-removed"];
    let auth = json!({ "project_id": PROJECT, "token": "nobody-issued-this" });
    fs::write(untagd.home.path().join("auth.json"), auth.to_string()).unwrap();
    let arguments = ["conformance", "--url", untagd.service.endpoint(), "--auth", "auth.json", "--yes"];
    let ran = untagd.home.run(&[&arguments[..], &only].concat()).with(1);
    assert!(ran.stderr.contains("are these credentials of this server?"), "{}", ran.stderr);
    let absent = ["--desktop", "absent", "--resource", "absent"];
    let ran = untagd.run(&[&only[..], &absent].concat()).with(1);
    assert!(ran.stderr.contains("are URL and fixtures right?"), "{}", ran.stderr);
    assert_eq!(untagd.service.removed(), Vec::<[String; 4]>::new());
}

#[test]
fn rules_are_listed_and_chosen_by_their_names() {
    let home = Home::new();
    let list = home.run(&["conformance", "--list"]).with(0).stdout;
    assert_eq!(list.lines().count(), rules().len(), "{list}");
    for (line, rule) in list.lines().zip(rules()) {
        assert!(line.starts_with(&rule.name) && line.ends_with(&rule.title), "{line}");
    }
    let document = home.run(&["conformance", "--list", "--output", "json"]).with(0).json();
    assert_eq!(document["rules"].as_array().unwrap().len(), rules().len());
    let (home, url) = always("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let arguments = ["conformance", "--url", &url, "--auth", "auth.json", "--yes", "--only"];
    let ran = home.run(&[&arguments[..], &["value"]].concat()).with(2);
    assert!(ran.stderr.contains("\"value\"") && ran.stderr.contains("--list"), "{}", ran.stderr);
    // Nothing is judged, and that is no success.
    let ran = home.run(&[&arguments[..], &["body-limit"]].concat()).with(1);
    assert!(
        ran.stdout.contains("NOT CHECKED  body-limit") && ran.stdout.ends_with("0 held, 1 NOT CHECKED\n"),
        "{ran:?}"
    );
}

#[test]
fn it_is_asked_for_because_fixtures_lose_tags() {
    let untagd = Untagd::start();
    let arguments = [
        "conformance",
        "--url",
        untagd.service.endpoint(),
        "--auth",
        "ready.json",
        "--only",
        "named-tag-is-removed",
        "--allow-unchecked",
    ];
    let ran = untagd.home.run(&arguments).with(2);
    assert!(ran.stderr.contains("--yes") && ran.stderr.contains("nothing was sent"), "{}", ran.stderr);
    let mut session = Session::start(&untagd.home, &arguments);
    session.sees("? [y/N] ");
    session.types("n\n");
    let (code, screen, stdout) = session.ends();
    assert_eq!((code, &*stdout), (1, ""), "{screen}");
    assert!(screen.contains(RESOURCE) && screen.contains(untagd.service.endpoint()), "{screen}");
    assert_eq!(untagd.service.removed(), Vec::<[String; 4]>::new());
    let mut session = Session::start(&untagd.home, &arguments);
    session.sees("? [y/N] ");
    session.types("y\n");
    let (code, screen, stdout) = session.ends();
    assert_eq!(code, 0, "{screen}{stdout}");
    assert!(screen.contains("requests"), "a terminal sees how far it is: {screen}");
    assert!(!untagd.service.removed().is_empty());
}

#[test]
fn a_server_that_is_not_there_is_code_5() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // Nobody listens there any more.
    drop(listener);
    let home = Home::new();
    fs::write(home.path().join("auth.json"), json!({ "project_id": PROJECT, "token": "t" }).to_string())
        .unwrap();
    let arguments = ["conformance", "--url", &url, "--auth", "auth.json", "--yes"];
    let ran = home.run(&arguments).with(5);
    assert!(ran.stderr.starts_with("error: ") && ran.stdout.is_empty(), "{ran:?}");
    let document = home.run(&[&arguments[..], &["--output", "json"]].concat()).with(5).json();
    assert_eq!(document["outcome"], "unreachable");
    for wrong in ["127.0.0.1:1", "ftp://h", "http://u:p4ss@h/"] {
        let ran = home.run(&["conformance", "--url", wrong, "--auth", "auth.json", "--yes"]).with(2);
        assert!(ran.stderr.contains("--url") && !ran.stderr.contains("p4ss"), "{}", ran.stderr);
    }
}
