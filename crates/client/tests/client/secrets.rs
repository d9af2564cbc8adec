//! What authenticates a call shows nowhere but in the request: not in what is printed, and not in what is traced.

use crate::capture::Capture;
use crate::recorder::{NO_CONTENT, Recorder, json, with_header};
use crate::{PROJECT, builder, delete_tag, eager, value};
use untag_client::credentials::{AccessKey, Credentials};

const SECRETS: [&str; 3] = ["t0ken-that-is-secret", "k3y-that-is-secret", "s3curity-that-is-secret"];

fn credentials() -> [Credentials; 2] {
    let key = AccessKey::new("AK", SECRETS[1]).and_then(|key| key.with_security_token(SECRETS[2])).unwrap();
    [Credentials::Token(value(SECRETS[0])), key.into()]
}

#[tokio::test]
async fn neither_printed_nor_traced() {
    for credentials in credentials() {
        for answer in [
            "",
            "HTTP/1.1 50",
            NO_CONTENT,
            &json(401, "{}"),
            &json(500, "<html>"),
            &with_header(302, "Location: /x"),
        ] {
            let server = Recorder::answering(answer).await;
            let capture = Capture::start();
            let builder = builder(server.url()).retry(eager()).credentials(credentials.clone());
            let mut shown = vec![format!("{builder:?} {builder:#?}")];
            let client = builder.build().unwrap();
            shown.push(format!("{client:?} {client:#?}"));
            if let Err(error) = delete_tag(&client, "key1").await {
                shown.push(format!("{error} {error:?} {error:#?} {error:#}"));
                let mut source = std::error::Error::source(&error);
                while let Some(error) = source {
                    shown.push(format!("{error} {error:?}"));
                    source = error.source();
                }
                shown.push(format!("{:?}", error.headers()));
            }
            shown.push(capture.text());
            let shown = shown.concat();
            assert!(shown.contains("http.request.method=\"DELETE\""), "nothing was traced");
            for secret in SECRETS {
                assert!(!shown.contains(secret), "{shown}");
            }
            for request in server.requests() {
                let signature =
                    request.header("authorization").map(|it| it.split("Signature=").nth(1).unwrap());
                for secret in signature.into_iter().chain(request.header("x-auth-token")) {
                    assert!(!shown.contains(secret), "{shown}");
                }
                assert!(signature.is_some() || request.header("x-auth-token") == Some(SECRETS[0]));
            }
            assert!(!server.requests().is_empty());
        }
    }
}

/// A gateway's page that repeats the request, and a documented failure that does.
#[tokio::test]
async fn nor_where_the_answer_repeats_it() {
    for credentials in credentials() {
        let [token, _, security] = SECRETS;
        for body in [
            format!("<pre>x-auth-token: {token}, x-security-token: {security}</pre>"),
            format!(r#"{{"error_code":"A.1","error_msg":"{token} and {security} are unknown"}}"#),
        ] {
            for status in [403, 404, 418, 200] {
                let server = Recorder::answering(json(status, &body)).await;
                let client = builder(server.url()).credentials(credentials.clone()).build().unwrap();
                let error = delete_tag(&client, "key1").await.unwrap_err();
                let documented = error.documented().map(|body| format!("{body:?}"));
                let shown = format!("{error} {error:?} {:?} {documented:?}", error.text());
                let sent = if matches!(credentials, Credentials::Token(_)) { token } else { security };
                assert!(shown.contains("(redacted)") && !shown.contains(sent), "{shown}");
            }
        }
    }
}

/// What is no secret stays: a project is what a reader of the message looks for.
#[tokio::test]
async fn the_project_of_a_key_may_be_named() {
    let message = format!("The project {PROJECT} has no such desktop.");
    let server = Recorder::answering(json(404, &format!(r#"{{"error_msg":"{message}"}}"#))).await;
    let key = AccessKey::new("AK", SECRETS[1]).and_then(|key| key.with_project(PROJECT)).unwrap();
    let client = builder(server.url()).credentials(Credentials::from(key)).build().unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert_eq!(error.error_message(), Some(&*message));
    assert_eq!(server.request().header("x-project-id"), Some(PROJECT));
}

#[tokio::test]
async fn a_span_says_what_happened_in_the_names_of_opentelemetry() {
    let server = Recorder::in_turn([json(503, "{}"), json(404, "{}")]).await;
    let capture = Capture::start();
    let client = builder(server.url()).retry(eager()).build().unwrap();
    delete_tag(&client, "key1").await.unwrap_err();
    let (text, port) = (capture.text(), server.url().rsplit(':').next().unwrap().to_owned());
    let attempts: Vec<_> = text.lines().filter(|line| line.contains(": attempt ")).collect();
    assert_eq!(attempts.len(), 2, "{text}");
    assert!(
        attempts[0].contains("http.request.resend_count=0 http.response.status_code=503 error.type=\"503\"")
    );
    assert!(
        attempts[1].contains("http.request.resend_count=1 http.response.status_code=404 error.type=\"404\"")
    );
    let closed = text.lines().find(|line| line.contains("http.client{") && line.contains(" close ")).unwrap();
    for field in [
        "otel.name=DELETE /v2/{project_id}/desktops/{desktop_id}/tags/{key}",
        "otel.kind=\"client\"",
        "http.request.method=\"DELETE\"",
        "server.address=\"127.0.0.1\"",
        &format!("server.port={port}"),
        "url.template=/v2/{project_id}/desktops/{desktop_id}/tags/{key}",
        "http.request.resend_count=1",
        "http.response.status_code=404",
        "error.type=\"404\"",
        "otel.status_code=\"ERROR\"",
    ] {
        assert!(closed.contains(field), "{field}: {closed}");
    }
    assert!(!closed.contains("503"), "{closed}");
}
