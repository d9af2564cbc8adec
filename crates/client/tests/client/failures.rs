//! What comes back when a deletion fails: whatever the answer is, its status and the start of its text are there.

use crate::recorder::{Recorder, json};
use crate::{DESKTOP, PROJECT, client, delete_tag, one_tag, value};
use std::error::Error as _;
use untag_client::types::DesktopTagError;
use untag_client::{ClientBuilder, Error, RetryPolicy};

/// The failure of a deletion that is answered like this.
async fn failure(answer: impl Into<Vec<u8>>) -> Error<DesktopTagError> {
    let server = Recorder::answering(answer).await;
    delete_tag(&client(server.url()), "key1").await.unwrap_err()
}

#[tokio::test]
async fn each_documented_status_has_its_body() {
    for status in [400, 401, 403, 404, 500] {
        let code = format!("WKS.{status}");
        let body = format!(
            r#"{{"error_code":"{code}","error_msg":"No.","error_detail":"Why.","encoded_authorization_message":"x"}}"#
        );
        let error = failure(json(status, &body)).await;
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.headers().unwrap().get("x-request-id").unwrap(), "r-1");
        assert_eq!(error.error_code(), Some(code.as_str()));
        assert_eq!(error.error_message(), Some("No."));
        assert_eq!(error.request_id(), Some("r-1"));
        assert_eq!(error.attempts(), 1);
        assert_eq!(serde_json::to_string(error.documented().unwrap()).unwrap(), body);
        assert_eq!(error.into_documented().unwrap().error_code.to_string(), code);

        let server =
            Recorder::answering(json(status, r#"{"error_code":"SecMaster.1","error_msg":"No."}"#)).await;
        let error = client(server.url())
            .batch_untag_resources(&value(PROJECT), &value("workspace"), &value(DESKTOP), &one_tag())
            .await
            .unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        let documented = error.documented().unwrap();
        assert_eq!(documented.error_code.to_string(), "SecMaster.1");
        assert_eq!(documented.error_msg.to_string(), "No.");
        let untyped = error.untyped();
        assert_eq!((untyped.status().unwrap().as_u16(), untyped.error_code()), (status, Some("SecMaster.1")));
    }
}

#[tokio::test]
async fn each_status_has_its_predicate() {
    type Predicate = fn(&Error<DesktopTagError>) -> bool;
    let predicates: [(&str, Predicate, &[u16]); 10] = [
        ("is_invalid", Error::is_invalid, &[400]),
        ("is_unauthenticated", Error::is_unauthenticated, &[401]),
        ("is_denied", Error::is_denied, &[403]),
        ("is_not_found", Error::is_not_found, &[404]),
        ("is_throttled", Error::is_throttled, &[429]),
        ("is_server_error", Error::is_server_error, &[500, 501, 502, 503, 504, 507]),
        ("is_retryable", Error::is_retryable, &[429, 500, 502, 503, 504]),
        ("is_timeout", Error::is_timeout, &[]),
        ("is_unreachable", Error::is_unreachable, &[]),
        ("is_refused_here", Error::is_refused_here, &[]),
    ];
    for status in [200, 302, 400, 401, 403, 404, 408, 409, 413, 425, 429, 500, 501, 502, 503, 504, 507] {
        let error = failure(json(status, "{}")).await;
        for (name, predicate, statuses) in predicates {
            assert_eq!(predicate(&error), statuses.contains(&status), "{name} of {status}");
        }
        assert!(!error.is_credentials());
    }
}

#[tokio::test]
async fn an_error_body_is_read_leniently() {
    let long = "x".repeat(5000);
    for body in [
        // Without the optional members, with one that is not documented.
        r#"{"error_code":"WKS.1","error_msg":"No.","request_id":"1","nested":{"a":[1]}}"#.to_owned(),
        // Longer than documented.
        format!(r#"{{"error_code":"WKS.0123456789","error_msg":"{long}","error_detail":"{long}"}}"#),
        // Null for what is absent.
        r#"{"error_code":"","error_msg":"","error_detail":null,"encoded_authorization_message":null}"#
            .to_owned(),
    ] {
        let error = failure(json(403, &body)).await;
        assert!(error.documented().is_some(), "{body}: {error}");
        assert!(error.is_denied());
    }
}

#[tokio::test]
async fn codes_and_messages_are_found_in_every_form() {
    for (body, code, message, id) in [
        (
            r#"{"error_msg":"Slow down.","error_code":"APIGW.0308","request_id":"g-1"}"#,
            "APIGW.0308",
            "Slow down.",
            "g-1",
        ),
        (r#"{"code":"Common.0011","message":"No."}"#, "Common.0011", "No.", ""),
        (r#"{"error":{"code":"X.1","message":"No.","request_id":"g-2"}}"#, "X.1", "No.", "g-2"),
        (r#"{"error":{"error_code":"X.2","error_msg":"No."},"request_id":"g-3"}"#, "X.2", "No.", "g-3"),
        // The identity service's own, whose code is a number.
        (r#"{"error":{"code":401,"message":"No.","title":"Unauthorized"}}"#, "401", "No.", ""),
        (r#"{"badRequest":{"code":400,"message":"No."}}"#, "400", "No.", ""),
        (r#"{"message":"only this"}"#, "", "only this", ""),
        ("{}", "", "", ""),
        ("[]", "", "", ""),
        ("null", "", "", ""),
        (r#"{"error":"text","code":null}"#, "", "", ""),
    ] {
        let head =
            format!("HTTP/1.1 418 Teapot\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        let error = failure(head + body).await;
        let given = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        assert_eq!(error.error_code(), given(code), "{body}");
        assert_eq!(error.error_message(), given(message), "{body}");
        assert_eq!(error.request_id(), given(id), "{body}");
        assert_eq!(error.text().unwrap(), body);
        let line = error.to_string();
        for shown in [code, message, id, "deleteDesktopTag (DELETE /v2/", "418"] {
            assert!(line.contains(shown), "{line}");
        }
    }
    // The header comes first.
    let error = failure(json(429, r#"{"request_id":"g-1"}"#)).await;
    assert_eq!(error.request_id(), Some("r-1"));
}

#[tokio::test]
async fn a_failure_keeps_its_status_whatever_its_body_is() {
    for body in
        ["<html>Bad gateway</html>", "", "null", "[]", r#"{"message":"no code"}"#, r#"{"error_code":"#]
    {
        for status in [401, 413, 500, 502, 504] {
            let error = failure(json(status, body)).await;
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert_eq!(error.documented(), None);
            assert_eq!(error.request_id(), Some("r-1"));
            assert_eq!(error.text().unwrap(), body);
        }
    }
}

#[tokio::test]
async fn an_endless_page_is_not_kept() {
    // Cut in the middle of a character: 4096 is no multiple of 3.
    let page = "中".repeat(10 * 1024 * 1024 / 3);
    for status in [413, 500, 502] {
        let error = failure(json(status, &page)).await;
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.text().unwrap(), page.get(..4095).unwrap());
    }
    let mut bytes = json(502, "").replace("Content-Length: 0\r\n", "").into_bytes();
    bytes.extend(b"a\xffb");
    assert_eq!(failure(bytes).await.text().unwrap(), "a\u{fffd}b");
}

#[tokio::test]
async fn an_undocumented_answer_is_no_success() {
    for status in [200, 202, 302, 409, 413, 429, 502, 504] {
        let body = r#"{"error_msg":"Slow down.","error_code":"APIGW.0308","request_id":"1"}"#;
        let error = failure(json(status, body)).await;
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.documented(), None);
        assert_eq!(error.text().unwrap(), body);
        assert_eq!(error.to_string().contains("which is not documented"), status < 400, "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_keeps_its_status() {
    let whole = json(500, r#"{"error_code":"WKS.1","error_msg":"No."}"#);
    for left_out in [1, 20, 39] {
        let error = failure(whole.get(..whole.len() - left_out).unwrap()).await;
        assert!(error.is_server_error(), "{error}");
        assert_eq!(error.documented(), None);
        assert!(whole.contains(&*error.text().unwrap()) && error.text().unwrap().starts_with('{'));
        assert!(error.to_string().contains("and the answer broke off"), "{error}");
        assert!(error.source().is_some());
    }
    // Without a whole head there is no answer.
    let error = failure("HTTP/1.1 204").await;
    assert!(error.is_unreachable() && error.is_retryable() && !error.is_timeout(), "{error}");
    assert_eq!(error.status(), None);
    assert_eq!(error.text(), None);
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    // Connections wait in the kernel's queue: nobody ever answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = ClientBuilder::new(format!("http://{}", silent.local_addr().unwrap()))
        .timeout(std::time::Duration::from_millis(20))
        .retry(RetryPolicy::never())
        .http(crate::direct())
        .build()
        .unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(error.is_timeout() && error.is_unreachable() && error.is_retryable(), "{error}");
}

#[tokio::test]
async fn nobody_listening_is_an_error_of_the_connection() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = delete_tag(&client(format!("http://{free}")), "key1").await.unwrap_err();
    assert!(error.is_unreachable() && !error.is_timeout() && !error.is_refused_here(), "{error}");
    assert!(error.to_string().contains("no connection"), "{error}");
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_servers_text_stays_on_one_line() {
    let body = serde_json::json!({ "error_code": "A\r\nB", "error_msg": "x\u{2028}y\u{7}".repeat(1000) });
    let error = failure(json(400, &body.to_string())).await;
    let line = error.to_string();
    assert!(!line.chars().any(|c| c.is_control() || c == '\u{2028}'), "{line}");
    assert!(line.len() < 1300, "{}", line.len());
    assert_eq!(error.error_message().unwrap(), body["error_msg"]);
}
