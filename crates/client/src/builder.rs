//! How a client is made: every choice has a safe default, and what cannot work is refused before the first request.

use crate::header::header_value;
use crate::transport::Transport;
use crate::types::AuthToken;
use crate::{BaseUrl, Client, InvalidBaseUrl};
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use std::fmt;
use std::time::Duration;

/// How long opening a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_mins(1);
/// How long a server may be silent.
const READ_TIMEOUT: Duration = Duration::from_mins(2);

/// Makes a [`Client`].
///
/// Redirects are never followed, whatever else is set: a token must not travel to where a response points.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    /// Checked at once: an address that is refused may hold a password, and `Debug` shows what is kept here.
    base_url: Result<BaseUrl, InvalidBaseUrl>,
    token: Option<AuthToken>,
    timeout: Option<Duration>,
    http: Option<reqwest::ClientBuilder>,
}

impl ClientBuilder {
    /// A client for the server at `base_url`: `http` or `https`, without user, query and fragment, or else
    /// [`build`](Self::build) fails. A path in it goes in front of the contract's paths.
    pub fn new(base_url: impl AsRef<str>) -> Self {
        Self { base_url: base_url.as_ref().parse(), token: None, timeout: None, http: None }
    }

    /// The token to send with every operation that accepts one, and with no other. Default: none.
    pub fn token(mut self, token: AuthToken) -> Self {
        self.token = Some(token);
        self
    }

    /// How long a whole call may take, from opening a connection to the last byte of the answer. Default: no limit for the
    /// whole, but 60 s to connect and 120 s of silence.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The HTTP client to build on: proxies, certificates, connection pool, and its own timeouts in place of the defaults
    /// here. Its redirect policy is overridden.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// The base URL is not usable, no header can carry the token, or the HTTP client cannot be set up.
    pub fn build(self) -> Result<Client, BuildError> {
        self.transport().map(Client::from)
    }

    /// The part of a client that does not depend on its contract, for a client generated from another one:
    /// `Client::from(builder.transport()?)`.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn transport(self) -> Result<Transport, BuildError> {
        let base_url = self.base_url.map_err(BuildError::BaseUrl)?;
        let token = self.token.as_ref().map(token_header).transpose()?;
        let mut http = self.http.unwrap_or_else(|| {
            reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT)
        });
        if let Some(timeout) = self.timeout {
            http = http.timeout(timeout);
        }
        let http = http.redirect(Policy::none()).build().map_err(BuildError::Http)?;
        Ok(Transport::new(base_url, http, token))
    }
}

/// The token as the value of a header that does not print itself.
fn token_header(token: &AuthToken) -> Result<HeaderValue, BuildError> {
    let mut value = header_value("token", token.expose()).map_err(|_| BuildError::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Why a [`ClientBuilder`] makes no client.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL is not usable.
    BaseUrl(InvalidBaseUrl),
    /// The token has a character that no header can carry, such as the line break at the end of a file, or a blank at an
    /// end.
    Token,
    /// The HTTP client cannot be set up.
    Http(reqwest::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl(error) => error.fmt(f),
            Self::Token => f.write_str(
                "the token has a control character, or a blank at an end, which no header can carry; look for a line \
                 break that was read or copied along with it",
            ),
            Self::Http(error) => write!(f, "the HTTP client cannot be set up: {error}"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::BaseUrl(_) | Self::Token => None,
            Self::Http(error) => error.source(),
        }
    }
}
