//! Who is recognised, who is refused, and what the authentication file may say; with a real Keystone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod configuration;
mod installation;
mod keystone;
mod keystone_faults;
mod minting;
mod signatures;
mod tokens;

use http::{HeaderMap, Method};
use std::path::Path;
use std::time::{Duration, SystemTime};
use untag_identity::{
    AuthenticationError, Authenticator, Configuration, Credential, Presented, Principal, RefusalKind,
};

const PROJECT: &str = "0123456789abcdef0123456789abcdef";
const OTHER_PROJECT: &str = "fedcba9876543210fedcba9876543210";

/// An authenticator for the text of an authentication file.
fn authenticator(text: &str) -> Authenticator {
    Authenticator::new(&configuration(text)).unwrap()
}

fn configuration(text: &str) -> Configuration {
    Configuration::parse(text, Path::new("authentication.toml")).unwrap_or_else(|error| panic!("{error}"))
}

/// 2027-01-15T08:00:00Z, and so many seconds.
fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

/// Authenticates a request that shows nothing but a token.
async fn with_token(
    authenticator: &Authenticator,
    token: &str,
    now: SystemTime,
) -> Result<Principal, AuthenticationError> {
    let presented = Presented {
        credential: Credential::Token(token),
        method: &Method::DELETE,
        raw_path: "/v2/p/desktops/d/tags/k",
        raw_query: None,
        headers: &HeaderMap::new(),
        body: b"",
        now,
    };
    authenticator.authenticate(&presented).await
}

/// What exactly was wrong.
fn refusal<T: std::fmt::Debug>(result: Result<T, AuthenticationError>) -> RefusalKind {
    match result {
        Err(AuthenticationError::Refused { kind, .. }) => kind,
        other => panic!("not refused: {other:?}"),
    }
}

/// What the log would say.
fn failure<T: std::fmt::Debug>(result: Result<T, AuthenticationError>) -> String {
    match result {
        Err(AuthenticationError::Failed { message }) => message,
        other => panic!("not failed: {other:?}"),
    }
}
