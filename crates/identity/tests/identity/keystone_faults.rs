//! What stands where Keystone should be and misbehaves: a server of the test's own, over real sockets.

use crate::installation::eventually;
use crate::{PROJECT, at, authenticator, failure, refusal, with_token};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use untag_identity::{AuthenticationError, Authenticator, Principal, RefusalKind};

const LOGIN: &str = r#"{"token":{"user":{"id":"s","name":"s","domain":{"id":"d","name":"d"}},"expires_at":"2027-01-15T09:00:00Z"}}"#;

/// Logs everybody in, and answers validations as it is told; `None` is silence.
struct Server {
    url: String,
    validations: Arc<AtomicUsize>,
    /// Validations that have no answer yet, and the most there were of them at a time.
    open: Arc<(AtomicUsize, AtomicUsize)>,
    /// Whether validations are answered now; until then they wait.
    answers: watch::Sender<bool>,
    heads: Arc<Mutex<String>>,
}

impl Server {
    async fn answering(validation: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v3", listener.local_addr().unwrap());
        let (validations, heads) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(String::new())));
        let open = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let (answers, answered) = watch::channel(true);
        let (seen, written, unanswered) = (Arc::clone(&validations), Arc::clone(&heads), Arc::clone(&open));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (validation, seen, written) =
                    (validation.clone(), Arc::clone(&seen), Arc::clone(&written));
                let (unanswered, mut answered) = (Arc::clone(&unanswered), answered.clone());
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
                        let now = unanswered.0.fetch_add(1, Ordering::SeqCst) + 1;
                        unanswered.1.fetch_max(now, Ordering::SeqCst);
                        seen.fetch_add(1, Ordering::SeqCst);
                        // The asking side may give up first.
                        let mut more = [0];
                        tokio::select! {
                            _ = answered.wait_for(|answers| *answers) => {}
                            _ = stream.read(&mut more) => {}
                        }
                        unanswered.0.fetch_sub(1, Ordering::SeqCst);
                        validation
                    };
                    let Some(answer) = answer else { return std::future::pending().await };
                    // The other side may have heard enough before the end.
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { url, validations, open, answers, heads }
    }

    fn authenticator(&self) -> Authenticator {
        self.patient_authenticator(1)
    }

    /// One that waits so many seconds for an answer, and also knows somebody without Keystone.
    fn patient_authenticator(&self, timeout: u32) -> Authenticator {
        authenticator(&format!(
            r#"
            [[users]]
            id = "ana"
            name = "Ana"
            account = "acme"
            projects = ["{PROJECT}"]

            [[tokens]]
            # Of `example-token`.
            sha256 = "4d1566a1d7df42a8517456d60ea06ed284e535cfe4c956aa6ee172dbcdf945f7"
            user = "ana"

            [keystone]
            url = "{}"
            user = "untagd"
            password = "untagd-password"
            project = "services"
            timeout_seconds = {timeout}
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

/// How many questions may be with Keystone at a time, and how many tokens may wait for an answer: README.
const CONCURRENT: usize = 32;
const WAITING: usize = 1024;

/// Much longer than an answer takes that nothing has to be waited for.
const PATIENCE: Duration = Duration::from_secs(30);

type Crowd = JoinSet<Result<Principal, AuthenticationError>>;

/// As many tokens as may wait for Keystone, each shown by a request of its own.
fn crowd(authenticator: &Arc<Authenticator>) -> Crowd {
    let mut crowd = JoinSet::new();
    for number in 0..WAITING {
        let authenticator = Arc::clone(authenticator);
        crowd.spawn(async move { with_token(&authenticator, &format!("waits-{number}"), at(0)).await });
    }
    crowd
}

/// A Keystone that recognises everybody, once it is let.
async fn held_back() -> Server {
    let server = Server::answering(Some(answer("200 OK", "", LOGIN))).await;
    server.answers.send_replace(false);
    server
}

#[tokio::test]
async fn beyond_the_ceilings_a_token_fails_at_once_until_keystone_answers_again() {
    let server = held_back().await;
    // Nobody's time is over while the test runs.
    let authenticator = Arc::new(server.patient_authenticator(300));
    let mut waiting = crowd(&authenticator);
    eventually("all tokens wait, and questions are with Keystone", async || {
        let asked = server.validations.load(Ordering::SeqCst);
        let waiting = authenticator.counts().keystone_validations;
        (asked == CONCURRENT && waiting == WAITING as u64).then_some(())
    })
    .await;
    // As long as a token may be. What is refused is not kept, however much of it comes.
    for number in 0..2 * WAITING {
        let token = format!("{number:040000}");
        let answered = tokio::time::timeout(PATIENCE, with_token(&authenticator, &token, at(0))).await;
        let message = failure(answered.expect("it does not wait like the others"));
        assert_eq!(message, "too many tokens wait for Keystone already");
    }
    assert_eq!(authenticator.counts().keystone_validations, WAITING as u64);
    assert_eq!(server.validations.load(Ordering::SeqCst), CONCURRENT, "others wait for those");
    // Who does not need Keystone does not wait for it.
    assert_eq!(with_token(&authenticator, "example-token", at(0)).await.unwrap().user_id, "ana");
    assert!(waiting.try_join_next().is_none(), "nobody has an answer");

    server.answers.send_replace(true);
    while let Some(answered) = waiting.join_next().await {
        assert_eq!(answered.unwrap().unwrap().user_id, "s");
    }
    assert_eq!(with_token(&authenticator, "a-new-token", at(0)).await.unwrap().user_id, "s");
    assert_eq!(server.validations.load(Ordering::SeqCst), WAITING + 1);
    let most = server.open.1.load(Ordering::SeqCst);
    assert!(most <= CONCURRENT, "{most} questions were with Keystone at a time");
}

#[tokio::test]
async fn those_who_wait_in_vain_make_room() {
    let server = held_back().await;
    let authenticator = Arc::new(server.authenticator());
    for _ in 0..2 {
        let mut waiting = crowd(&authenticator);
        while let Some(answered) = waiting.join_next().await {
            assert_eq!(failure(answered.unwrap()), "Keystone did not answer within 1 s");
        }
    }
    server.answers.send_replace(true);
    let principal = eventually("Keystone answers again", async || {
        with_token(&authenticator, "a-new-token", at(0)).await.ok()
    });
    assert_eq!(principal.await.user_id, "s");
}
