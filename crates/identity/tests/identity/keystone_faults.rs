//! What stands where Keystone should be and misbehaves: a server of the test's own, over real sockets.

use crate::{at, authenticator, failure, refusal, with_token};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use untag_identity::{Authenticator, RefusalKind};

const LOGIN: &str = r#"{"token":{"user":{"id":"s","name":"s","domain":{"id":"d","name":"d"}},"expires_at":"2027-01-15T09:00:00Z"}}"#;

/// Logs everybody in, and answers validations as it is told; `None` is silence.
struct Server {
    url: String,
    validations: Arc<AtomicUsize>,
    heads: Arc<Mutex<String>>,
}

impl Server {
    async fn answering(validation: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v3", listener.local_addr().unwrap());
        let (validations, heads) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(String::new())));
        let (seen, written) = (Arc::clone(&validations), Arc::clone(&heads));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (validation, seen, written) =
                    (validation.clone(), Arc::clone(&seen), Arc::clone(&written));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                        if stream.read_buf(&mut head).await.unwrap() == 0 {
                            return;
                        }
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    written.lock().unwrap().push_str(&head);
                    let answer = if head.starts_with("POST") {
                        Some(answer("201 Created", "X-Subject-Token: own\r\n", LOGIN))
                    } else {
                        seen.fetch_add(1, Ordering::SeqCst);
                        validation
                    };
                    let Some(answer) = answer else { return std::future::pending().await };
                    // The other side may have heard enough before the end.
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { url, validations, heads }
    }

    fn authenticator(&self) -> Authenticator {
        authenticator(&format!(
            r#"
            [keystone]
            url = "{}"
            user = "untagd"
            password = "untagd-password"
            project = "services"
            timeout_seconds = 1
            "#,
            self.url
        ))
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// What the log says when validations are answered like this. Nothing of it is remembered.
async fn message(validation: Option<String>) -> String {
    let server = Server::answering(validation).await;
    let authenticator = server.authenticator();
    let first = failure(with_token(&authenticator, "callers-token", at(0)).await);
    let second = failure(with_token(&authenticator, "callers-token", at(0)).await);
    assert_eq!(first, second);
    assert_eq!(server.validations.load(Ordering::SeqCst) % 2, 0);
    assert_ne!(server.validations.load(Ordering::SeqCst), 0);
    assert!(!first.contains("callers-token") && !first.contains("untagd-password"), "{first}");
    first
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::answering(None).await;
    let location = format!("Location: {}/auth/tokens\r\n", elsewhere.url);
    let message = message(Some(answer("302 Found", &location, ""))).await;
    assert_eq!(message, "Keystone answered 302 Found to a validation");
    assert_eq!(*elsewhere.heads.lock().unwrap(), "", "something was sent to where the redirect points");
}

#[tokio::test]
async fn silence_ends_with_the_timeout() {
    assert_eq!(message(None).await, "Keystone did not answer within 1 s");
}

#[tokio::test]
async fn an_endless_answer_is_not_read() {
    let body = format!(r#"{{"token":"{}"}}"#, "a".repeat(1024 * 1024));
    assert_eq!(
        message(Some(answer("200 OK", "", &body))).await,
        "Keystone's answer is longer than 262144 bytes"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_token_recognises_nobody() {
    let no_token = "Keystone's answer is not a token as v3 writes it";
    for body in ["", "{}", "[]", "<html>", r#"{"token":{}}"#, r#"{"token":{"user":{"id":1}}}"#] {
        assert_eq!(message(Some(answer("200 OK", "", body))).await, no_token, "{body}");
    }
    let odd = LOGIN.replace("2027-01-15T09:00:00Z", "tomorrow");
    let message = message(Some(answer("200 OK", "", &odd))).await;
    assert_eq!(message, "Keystone's answer has an expires_at that is not a date-time");
}

#[tokio::test]
async fn errors_of_others_say_nothing_about_a_token() {
    let statuses = [
        "404 Not Found",
        "401 Unauthorized",
        "500 Internal Server Error",
        "503 Service Unavailable",
        "204 No Content",
    ];
    for status in statuses {
        let message = message(Some(answer(status, "", "<html>a proxy</html>"))).await;
        assert_eq!(message, format!("Keystone answered {status} to a validation"));
    }
    // Keystone's own 404 does.
    let body = r#"{"error":{"code":404,"message":"Could not find token.","title":"Not Found"}}"#;
    let server = Server::answering(Some(answer("404 Not Found", "", body))).await;
    let refused = with_token(&server.authenticator(), "callers-token", at(0)).await;
    assert_eq!(refusal(refused), RefusalKind::UnknownToken);
}

#[tokio::test]
async fn a_token_goes_where_it_belongs() {
    let expired = LOGIN.replace("2027-01-15T09:00:00Z", "2027-01-15T07:59:59Z");
    let server = Server::answering(Some(answer("200 OK", "", &expired))).await;
    // Whatever the server says, a token that has expired is none.
    let refused = with_token(&server.authenticator(), "callers-token", at(0)).await;
    assert_eq!(refusal(refused), RefusalKind::ExpiredToken);
    let heads = server.heads.lock().unwrap().to_lowercase();
    let validation = &heads[heads.find("get ").unwrap()..];
    assert!(validation.starts_with("get /v3/auth/tokens?nocatalog http/1.1\r\n"), "{validation}");
    assert!(validation.contains("\r\nx-auth-token: own\r\n"), "{validation}");
    assert!(validation.contains("\r\nx-subject-token: callers-token\r\n"), "{validation}");
    assert_eq!(heads.matches("callers-token").count(), 1, "{heads}");
}
