//! What a signature covers of a request, as it stands on the wire.

use crate::header::{self, Headers, all};
use crate::hexadecimal;
use sha2::{Digest, Sha256};
use std::fmt;

/// A request as it goes over the wire. Nothing of it is decoded yet.
#[derive(Clone)]
pub struct Request<'a> {
    /// The method, in the case it is sent in.
    pub method: &'a str,
    /// The path, percent-encoded, with the slash it starts with and without the query.
    pub path: &'a str,
    /// The query, percent-encoded, without the `?`. Write one with [`canonical::query_of`](crate::canonical::query_of).
    pub query: Option<&'a str>,
    /// The headers, `Host` among them.
    pub headers: Headers<'a>,
    /// The whole body; empty where there is none.
    pub body: &'a [u8],
}

/// Why a request cannot be signed, by anybody, or can never have been.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// The method is not an HTTP method.
    Method,
    /// The path does not start with a slash, or has a query or a fragment in it.
    Path,
    /// The query has a fragment in it.
    Query,
    /// A header's name is no name. It is left out here: it may be anything.
    HeaderName,
    /// The header of this lower-case name is not there.
    MissingHeader(String),
    /// The header of this lower-case name is there more than once: what a reader takes might not be what was signed.
    RepeatedHeader(String),
    /// The header of this lower-case name has a value that is not UTF-8, or has control characters.
    HeaderValue(String),
    /// `X-Sdk-Content-Sha256` is there and is not the body's: another hash, or `UNSIGNED-PAYLOAD`.
    ContentSha256,
}

impl Request<'_> {
    /// Checks what becomes part of the canonical form without being encoded there.
    pub(crate) fn check(&self) -> Result<(), RequestError> {
        if !header::is_name(self.method) {
            return Err(RequestError::Method);
        }
        if !self.path.starts_with('/') || !all(self.path.as_bytes(), |byte| !matches!(byte, b'?' | b'#')) {
            return Err(RequestError::Path);
        }
        if self.query.is_some_and(|query| query.contains('#')) {
            return Err(RequestError::Query);
        }
        Ok(())
    }

    /// Appends the body's SHA-256 in lower-case hexadecimal: always that of the body, whatever a header says of it.
    pub(crate) fn append_body_sha256(&self, text: &mut String) -> Result<(), RequestError> {
        let start = text.len();
        hexadecimal::append(&Sha256::digest(self.body), text);
        if self.headers.contains(header::CONTENT_SHA256)
            && Some(self.headers.single(header::CONTENT_SHA256)?) != text.get(start..)
        {
            return Err(RequestError::ContentSha256);
        }
        Ok(())
    }
}

impl fmt::Debug for Request<'_> {
    // Values and body stay out: credentials travel in the one, and tag values in the other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("the method is not an HTTP method"),
            Self::Path => f.write_str("the path must start with `/` and have neither `?` nor `#` in it"),
            Self::Query => f.write_str("the query must not have a `#` in it"),
            Self::HeaderName => f.write_str("the name of a header is not an HTTP header name"),
            Self::MissingHeader(name) => write!(f, "the header {name} is to be signed and is missing"),
            Self::RepeatedHeader(name) => {
                write!(f, "the header {name} is to be signed and is there more than once; send it once")
            }
            Self::HeaderValue(name) => {
                write!(f, "the header {name} is to be signed and is not UTF-8 without control characters")
            }
            Self::ContentSha256 => f.write_str(
                "X-Sdk-Content-Sha256 must be the SHA-256 of the body in lower-case hexadecimal; bodies are always signed",
            ),
        }
    }
}

impl std::error::Error for RequestError {}
