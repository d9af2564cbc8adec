//! Credentials from a source: asked for each attempt, renewed once when they were refused, and missed before anything leaves.

use crate::recorder::{NO_CONTENT, Recorder, json};
use crate::{builder, delete_tag, eager, value};
use std::error::Error as _;
use std::sync::Arc;
use std::sync::Mutex;
use untag_client::RetryPolicy;
use untag_client::credentials::{BoxFuture, Credentials, CredentialsError, Issued, ProvideCredentials};

/// A source that answers as a test wants it, and keeps what it was asked.
#[derive(Debug)]
struct Source {
    answer: fn(Option<&Issued>, usize) -> Result<Issued, CredentialsError>,
    asked: Mutex<Vec<bool>>,
}

impl ProvideCredentials for Source {
    fn provide(&self, expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        let mut asked = self.asked.lock().unwrap();
        asked.push(expired.is_some());
        Box::pin(std::future::ready((self.answer)(expired, asked.len())))
    }
}

fn source(answer: fn(Option<&Issued>, usize) -> Result<Issued, CredentialsError>) -> Arc<Source> {
    Arc::new(Source { answer, asked: Mutex::default() })
}

fn token(text: &str) -> Issued {
    Issued::new(Credentials::Token(value(text)), "the test")
}

#[tokio::test]
async fn refused_credentials_are_renewed_once() {
    let renewing = |expired: Option<&Issued>, _| Ok(token(if expired.is_some() { "newer" } else { "older" }));
    for retry in [RetryPolicy::never(), eager()] {
        let server = Recorder::in_turn([json(401, "{}"), NO_CONTENT.to_owned()]).await;
        let source = source(renewing);
        let client = builder(server.url()).retry(retry).credentials(Arc::clone(&source)).build().unwrap();
        delete_tag(&client, "key1").await.unwrap();
        assert_eq!(server.headers("x-auth-token"), ["older", "newer"]);
        assert_eq!(*source.asked.lock().unwrap(), [false, true]);
    }
    // Refused again: that stands.
    let server = Recorder::answering(json(401, "{}")).await;
    let client = builder(server.url()).retry(eager()).credentials(source(renewing)).build().unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(error.is_unauthenticated() && error.attempts() == 2, "{error}");
    assert_eq!(server.headers("x-auth-token"), ["older", "newer"]);
}

#[tokio::test]
async fn the_same_credentials_are_not_sent_again() {
    let server = Recorder::answering(json(401, "{}")).await;
    let same = source(|_, _| Ok(token("same")));
    let client = builder(server.url()).retry(eager()).credentials(Arc::clone(&same)).build().unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(error.is_unauthenticated(), "{error}");
    assert_eq!(server.headers("x-auth-token"), ["same"]);
    assert_eq!(*same.asked.lock().unwrap(), [false, true]);
}

/// A source of credentials that stay, however deep it is wrapped.
#[derive(Debug)]
struct Constant(Issued);

impl ProvideCredentials for Constant {
    fn provide(&self, _: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        panic!("it was asked although it is known what it gives");
    }

    fn constant(&self) -> Option<Issued> {
        Some(self.0.clone())
    }
}

#[tokio::test]
async fn credentials_that_stay_are_not_asked_for_again() {
    let server =
        Recorder::in_turn([json(503, "{}"), json(401, "{}"), NO_CONTENT.to_owned()].map(String::into_bytes))
            .await;
    let source = Arc::new(Box::new(Constant(token("same"))));
    let client = builder(server.url()).retry(eager()).credentials(source).build().unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(error.is_unauthenticated(), "{error}");
    delete_tag(&client, "key1").await.unwrap();
    assert_eq!(server.headers("x-auth-token"), ["same"; 3]);
}

#[tokio::test]
async fn a_refusal_stands_where_renewing_fails() {
    let server = Recorder::answering(json(401, r#"{"error_code":"A.1","error_msg":"No."}"#)).await;
    let failing = source(|expired, _| match expired {
        None => Ok(token("older")),
        Some(_) => Err(CredentialsError::failed("the vault is sealed", "unseal it")),
    });
    let client = builder(server.url()).credentials(failing).build().unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(error.is_unauthenticated() && !error.is_credentials(), "{error}");
    assert_eq!(error.error_code(), Some("A.1"));
    assert!(error.source().unwrap().to_string().contains("the vault is sealed"));
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let server = Recorder::answering(NO_CONTENT).await;
    let none = source(|_, _| Err(CredentialsError::absent("there is no token", "set one")));
    let client = builder(server.url()).retry(eager()).credentials(none).build().unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(error.is_credentials() && error.is_refused_here() && !error.is_retryable(), "{error}");
    assert_eq!(error.attempts(), 0);
    assert_eq!(error.source().unwrap().to_string(), "there is no token: set one");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn credentials_may_run_out_between_attempts() {
    let server = Recorder::answering(json(503, "{}")).await;
    let brief = source(|_, asked| match asked {
        1 => Ok(token("older")),
        _ => Err(CredentialsError::absent("there is no token", "set one")),
    });
    let client = builder(server.url()).retry(eager()).credentials(brief).build().unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(error.is_credentials() && !error.is_refused_here() && error.attempts() == 1, "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_token_of_a_source_that_no_header_can_carry_is_not_sent() {
    let server = Recorder::answering(NO_CONTENT).await;
    let broken = Credentials::Token(crate::unchecked("s3cret\r\nX-Evil: 1"));
    let client = builder(server.url()).credentials(broken).build().unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(error.is_refused_here(), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    assert!(server.requests().is_empty());
}
