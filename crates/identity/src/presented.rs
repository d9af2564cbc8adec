//! What a request shows of its caller, independent of the HTTP server in front.

use http::{HeaderMap, Method};
use std::fmt;
use std::time::SystemTime;

/// One request, as far as it says who is calling: the credential and everything that a signature covers.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// The token or the signature.
    pub credential: Credential<'a>,
    /// The method.
    pub method: &'a Method,
    /// The path as it was received, percent-encoding and any mounting prefix included.
    pub raw_path: &'a str,
    /// The query as it was received, without the `?`.
    pub raw_query: Option<&'a str>,
    /// All headers. Over HTTP/2 the front adds `host` from `:authority`: signatures cover it.
    pub headers: &'a HeaderMap,
    /// The body as it was received.
    pub body: &'a [u8],
    /// When the request is judged. This crate has no clock.
    pub now: SystemTime,
}

impl fmt::Debug for Presented<'_> {
    // Headers and body stay out: credentials travel in the one, and tag values in the other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("credential", &self.credential)
            .field("method", self.method)
            .field("raw_path", &self.raw_path)
            .finish_non_exhaustive()
    }
}

/// The credential of a request.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// The text of `X-Auth-Token`.
    Token(&'a str),
    /// The whole `Authorization` header of a request signed with `SDK-HMAC-SHA256`.
    Authorization(&'a str),
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(…)",
            Self::Authorization(_) => "Authorization(…)",
        })
    }
}
