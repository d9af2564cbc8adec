//! Each exit code, by a cause that is real, and what is said with it.

use crate::service::{PROJECT, RESOURCE, strict};
use crate::support::{Home, Recorder, receive};
use std::fs;
use std::io::Write;
use std::net::TcpListener;

const DESKTOP: [&str; 4] = ["desktop", RESOURCE, "key1", "--yes"];

#[test]
fn code_0_everything_is_done() {
    let (home, service) = Home::with_service();
    home.run(&DESKTOP).with(0);
    assert_eq!(service.removed().len(), 1);
}

#[test]
fn code_1_some_is_done_and_some_is_not() {
    let home = Home::new();
    let (service, token) = strict(home.path());
    let home = home
        .with("UNTAG_ENDPOINT", service.endpoint())
        .with("UNTAG_TOKEN", &token)
        .with("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT);
    let ran = home.run(&["desktop", "d", "env", "keep", "owner", "--yes"]).with(1);
    assert!(ran.stderr.starts_with("error: \"keep\": ") && ran.stderr.contains("403"), "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing of it was removed"), "{}", ran.stderr);
    // What comes after the refusal is done all the same.
    let keys: Vec<_> = service.removed().into_iter().map(|[_, _, key, _]| key).collect();
    assert_eq!(keys, ["env", "owner"]);

    let ran = home.run(&["desktop", "d", "env", "keep", "--yes", "--output", "json"]).with(1);
    let document = ran.json();
    assert_eq!(document["outcome"], "failed");
    let calls = document["calls"].as_array().unwrap();
    let outcomes: Vec<_> = calls.iter().map(|call| call["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["done", "refused"]);
    assert_eq!((&calls[1]["status"], &calls[1]["error_code"]), (&403.into(), &"WKS.00081102".into()));
    assert!(calls[1]["request_id"].is_string() && calls[1]["message"].is_string());
}

#[test]
fn code_2_nobody_can_be_asked() {
    let (home, service) = Home::with_service();
    let ran = home.run(&["desktop", RESOURCE, "key1"]).with(2);
    assert!(ran.stderr.starts_with("error: Removing 1 tag of desktop"), "{}", ran.stderr);
    assert!(ran.stderr.contains("no terminal to ask on; nothing was done") && ran.stderr.contains("--yes"));
    // A pipe that says yes is no person who does.
    home.run_with(&["desktop", RESOURCE, "key1"], "y\n").with(2);
    assert_eq!(service.removed(), Vec::<[String; 4]>::new());

    let ran = home.run(&["desktop", RESOURCE, "key1", "--output", "json"]).with(2);
    let document = ran.json();
    let message = document["error"]["message"].as_str().unwrap();
    assert_eq!(ran.stderr, format!("error: {message}\n"), "the same on both");
}

#[test]
fn code_2_nothing_says_where_to_or_for_which_project() {
    let home = Home::new().with("UNTAG_TOKEN", "t0ken");
    let ran = home.run(&DESKTOP).with(2);
    assert!(ran.stderr.contains("no server is named; nothing was sent: pass --region"), "{}", ran.stderr);
    let home = home.with("UNTAG_REGION", "cn-north-4");
    let ran = home.run(&DESKTOP).with(2);
    assert!(ran.stderr.contains("no project is named; nothing was sent: pass --project"), "{}", ran.stderr);
    let home = home.with("UNTAG_ENDPOINT", "http://127.0.0.1:1");
    let ran = home.run(&DESKTOP).with(2);
    assert!(ran.stderr.contains("UNTAG_ENDPOINT and UNTAG_REGION are both set"), "{}", ran.stderr);
    let ran = home.run(&["dekstop"]).with(2);
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
}

#[test]
fn code_2_two_projects_are_named() {
    let home = Home::of("http://127.0.0.1:1", "").without("UNTAG_TOKEN");
    home.write_profile("[basic]\nak = AKAKAKAKAK\nsk = SKSKSKSK\nproject_id = other\n");
    let ran = home.run(&DESKTOP).with(2);
    assert!(
        ran.stderr.contains("two projects are named") && ran.stderr.contains("--project"),
        "{}",
        ran.stderr
    );
}

#[test]
fn code_3_there_are_no_credentials_or_they_are_not_taken() {
    let (home, service) = Home::with_service();
    let ran = home.run(&[&DESKTOP[..], &["--profile", "absent"]].concat()).with(3);
    assert!(ran.stderr.starts_with("error: no credentials: "), "{}", ran.stderr);
    let wrong = home.with("UNTAG_TOKEN", "untag_s3cret");
    let ran = wrong.run(&["desktop", RESOURCE, "key1", "key2", "--yes"]).with(3);
    assert!(ran.stderr.contains("401") && ran.stderr.contains("nothing of it was removed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("\"key2\": not sent"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("s3cret"), "{}", ran.stderr);
    let none = wrong.without("UNTAG_TOKEN");
    let ran = none.run(&[&DESKTOP[..], &["--output", "json"]].concat()).with(3);
    assert_eq!(ran.json()["outcome"], "credentials");
    assert_eq!(service.removed(), Vec::<[String; 4]>::new());
}

#[test]
fn code_3_says_why_there_are_no_newer_credentials_than_those_that_are_refused() {
    let body = r#"{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information."}"#;
    let answer = format!(
        "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let line = "{\"resource_type\":\"t\",\"resource_id\":\"i\",\"key\":\"k\"}\n";
    for arguments in [&DESKTOP[..], &["apply", "tags.ndjson", "--yes"]] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let home = Home::of(&endpoint, "").without("UNTAG_TOKEN");
        fs::write(home.path().join("tags.ndjson"), line).unwrap();
        home.write_profile("[basic]\nak = AKAKAKAKAK\nsk = SKSKSKSK\n");
        let run = home.start(arguments);
        let (mut stream, _) = listener.accept().unwrap();
        receive(&mut stream);
        home.write_profile("");
        stream.write_all(answer.as_bytes()).unwrap();
        let ran = run.end().with(3);
        assert!(
            ran.stderr.contains("APIGW.0301") || ran.stderr.contains("401 Incorrect IAM"),
            "{}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains("information; there are no newer credentials: ")
                && ran.stderr.contains("~/.huaweicloud/credentials has no section [basic]"),
            "{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("SKSK"), "{}", ran.stderr);
    }
}

#[test]
fn code_4_the_service_refuses() {
    let (home, service) = Home::with_service();
    let ran = home.run(&["desktop", "nowhere", "key1", "--yes"]).with(4);
    assert!(ran.stderr.contains("404") && ran.stderr.contains("request id"), "{}", ran.stderr);
    let other = "f".repeat(32);
    let ran = home.run(&[&DESKTOP[..], &["--project", &other]].concat()).with(4);
    assert!(ran.stderr.contains("403"), "{}", ran.stderr);
    assert_eq!(service.removed(), Vec::<[String; 4]>::new());

    let answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}";
    let recorder = Recorder::answering(answer);
    home.run(&[&DESKTOP[..], &["--endpoint", &recorder.endpoint]].concat()).with(4);
    recorder.request();
    // Where an answer points to is not asked.
    let recorder =
        Recorder::answering("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    home.run(&[&DESKTOP[..], &["--endpoint", &recorder.endpoint]].concat()).with(4);
    recorder.request();
}

#[test]
fn code_5_no_answer_comes() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    // Nobody listens there any more.
    drop(listener);
    let home = Home::of(&endpoint, "t0ken");
    let ran = home.run(&["desktop", RESOURCE, "key1", "key2", "--yes"]).with(5);
    assert!(ran.stderr.contains("after 3 attempts") && ran.stderr.contains("run the same command again"));
    assert!(ran.stderr.contains("\"key2\": not sent"), "{}", ran.stderr);
    let document = home.run(&[&DESKTOP[..], &["--output", "json"]].concat()).with(5).json();
    assert_eq!(document["calls"][0]["outcome"], "unreachable");
}
