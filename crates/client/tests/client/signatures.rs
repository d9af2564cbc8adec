//! Requests that are signed: each attempt anew, over everything that it sends, as a verifier finds it on the wire.

use crate::recorder::{NO_CONTENT, Recorded, Recorder, json};
use crate::{DESKTOP, PROJECT, builder, delete_tag, eager, one_tag, value};
use std::sync::atomic::{AtomicUsize, Ordering};
use untag_client::credentials::{
    AccessKey, BoxFuture, Credentials, CredentialsError, Issued, ProvideCredentials,
};
use untag_signing::{Authorization, DEFAULT_WINDOW, Date, Headers, Request, Secret, Verified, VerifyError};

/// What a verifier makes of a request that arrived, if its key has this secret; and whose key it is.
fn verified<'a>(request: &'a Recorded, secret: &str) -> (String, Result<Verified<'a>, VerifyError>) {
    let headers: Headers<'_> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (path, query) =
        request.target().split_once('?').map_or((request.target(), None), |(p, q)| (p, Some(q)));
    let request_as_signed = Request {
        method: request.line.split(' ').next().unwrap(),
        path,
        query,
        headers,
        body: request.body.as_bytes(),
    };
    let authorization = Authorization::parse(request.header("authorization").unwrap()).unwrap();
    assert!(authorization.is_signed("host") && authorization.is_signed("accept"), "{authorization:?}");
    let now = Date::try_from(crate::now()).unwrap();
    let outcome =
        authorization.verify(&request_as_signed, &Secret::new(secret).unwrap(), now, DEFAULT_WINDOW);
    (authorization.access_key().to_owned(), outcome)
}

fn key(number: usize) -> AccessKey {
    AccessKey::new(&format!("AK{number}"), &format!("secret {number}")).unwrap()
}

/// Another key for each attempt.
#[derive(Debug, Default)]
struct Rotating(AtomicUsize);

impl ProvideCredentials for Rotating {
    fn provide(&self, _: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::ready(Ok(Issued::new(key(number), "the test"))))
    }
}

#[tokio::test]
async fn each_attempt_is_signed_anew() {
    for answer in [json(503, "{}"), json(401, "{}"), String::new()] {
        let server = Recorder::in_turn([&*answer, NO_CONTENT]).await;
        let client = builder(server.url()).retry(eager()).credentials(Rotating::default()).build().unwrap();
        let (project, kind, id) = (value(PROJECT), value("workspace"), value(DESKTOP));
        client.batch_untag_resources(&project, &kind, &id, &one_tag()).await.unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        for (number, request) in requests.iter().enumerate() {
            let (access_key, outcome) = verified(request, &format!("secret {number}"));
            assert_eq!(access_key, format!("AK{number}"));
            outcome.unwrap();
            assert_eq!(request.header("x-auth-token"), None);
        }
        assert_ne!(requests[0].header("authorization"), requests[1].header("authorization"));
    }
}

#[tokio::test]
async fn a_signature_covers_what_is_sent() {
    for text in ["key1", "a/b", "中 文", "100%", "%2e%2e", "a+b?c=d#e", "..."] {
        let server = Recorder::answering(NO_CONTENT).await;
        let credentials = key(1)
            .with_project("0123456789abcdef")
            .and_then(|key| key.with_security_token("s3curity-token"))
            .map(Credentials::from)
            .unwrap();
        for prefix in ["", "/prefix"] {
            let url = format!("{}{prefix}", server.url());
            let client = builder(url).credentials(credentials.clone()).build().unwrap();
            delete_tag(&client, text).await.unwrap();
        }
        for request in server.requests() {
            let outcome = verified(&request, "secret 1").1.unwrap();
            assert_eq!(outcome.project_id, Some("0123456789abcdef"));
            assert_eq!(outcome.security_token, Some("s3curity-token"));
            // With its port, as it was sent.
            assert_eq!(request.header("host").unwrap(), server.url().trim_start_matches("http://"));
            assert_eq!(verified(&request, "secret 2").1, Err(VerifyError::Mismatch));
            let mut other = request.clone();
            other.body = "x".to_owned();
            assert_eq!(verified(&other, "secret 1").1, Err(VerifyError::Mismatch));
            let mut other = request.clone();
            for (name, value) in &mut other.headers {
                if name == "host" {
                    *value = "elsewhere".to_owned();
                }
            }
            assert_eq!(verified(&other, "secret 1").1, Err(VerifyError::Mismatch));
        }
    }
}
