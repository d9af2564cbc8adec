//! The file with credentials: read strictly, and never quoted.

use untag_conformance::{Auth, Endpoint, RunError, Selection, run};

use crate::target;

#[test]
fn what_untagd_writes_is_read() {
    let ready = br#"{"endpoint": "http://a", "admin": "http://b", "project_id": "p", "token": "t", "op_service_token": "o",
                     "ak": "a", "sk": "s"}"#;
    let auth = Auth::from_json(ready).unwrap();
    assert_eq!(auth.project_id.as_deref(), Some("p"));
    assert!(auth.op_service_token.is_some() && auth.access_key.is_some());
    assert!(Auth::from_json(br#"{"token": "t"}"#).unwrap().access_key.is_none());
}

#[test]
fn what_is_not_quite_right_is_refused_and_not_quoted() {
    for wrong in [
        "",
        "[]",
        "{}",
        r#"{"token": 4711471147}"#,
        r#"{"token": "hidden", "token": "hidden"}"#,
        r#"{"token": "hidden", "tokens": "hidden"}"#,
        r#"{"token": "hidden", "hidden": 1}"#,
        r#"{"token": ""}"#,
        r#"{"token": "hid\nden"}"#,
        r#"{"token": "hidden", "ak": "hidden"}"#,
        r#"{"token": "hidden", "ak": "hidden", "sk": ""}"#,
        r#"{"token": "hidden", "ak": "", "sk": "hidden"}"#,
        r#"{"token": "hidden"} hidden"#,
    ] {
        let error = Auth::from_json(wrong.as_bytes()).expect_err(wrong).to_string();
        assert!(!error.contains("hid") && !error.contains("4711"), "{error}");
    }
}

#[test]
fn nothing_that_is_secret_is_printed() {
    let shown = format!("{:?}", target("http://127.0.0.1:1"));
    for secret in ["a-Tenant", "the-Service", "secret-of-the-key"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn urls_keep_what_a_request_needs() {
    let shown = |url: &str| url.parse::<Endpoint>().map(|url| url.to_string());
    assert_eq!(shown("http://127.0.0.1:8080").unwrap(), "http://127.0.0.1:8080");
    assert_eq!(shown("https://a.example/b/c/").unwrap(), "https://a.example/b/c");
    assert_eq!(shown("https://[::1]:443/b").unwrap(), "https://[::1]/b");
    for wrong in
        ["", "127.0.0.1", "ftp://a", "http://user:hidden@a", "http://a/?b=c", "http://a/#b", "http://"]
    {
        let error = shown(wrong).expect_err(wrong).to_string();
        assert!(!error.contains("hidden"), "{error}");
    }
}

#[test]
fn targets_that_prove_nothing_are_refused() {
    let mut target = target("http://127.0.0.1:1");
    let refused =
        |target: &_| matches!(run(target, None, &Selection::all(), &mut ()), Err(RunError::Target(_)));
    assert!(!refused(&target), "nobody listens, which is another thing");
    target.project_id = "too-short".to_owned();
    assert!(refused(&target));
    target.project_id = "f".repeat(32);
    assert!(refused(&target));
    target.project_id = "p".repeat(32);
    target.credentials.project_id = Some("q".repeat(32));
    assert!(refused(&target));
    target.credentials.project_id = None;
    (target.resource_type, target.resource_id) = ("desktop".to_owned(), target.desktop_id.clone());
    assert!(refused(&target));
    let unknown = Selection::all().only(["no-such-rule"]);
    target.resource_id.push('2');
    assert!(matches!(run(&target, None, &unknown, &mut ()), Err(RunError::UnknownRule(_))));
}
