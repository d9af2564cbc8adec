//! Who is calling: what a caller shows, the implementer's judgement of it, and the proof that it was judged.

use crate::headers::single;
use crate::request_id::RequestId;
use axum::http::{Extensions, HeaderMap, HeaderName, Method};
use std::fmt;
use std::future::Future;
use std::ops::Deref;

/// Judges credentials. Part of every implementation of the contract: without it, nothing compiles.
///
/// It runs before the body is parsed and before the operation's method; the method then receives the caller it returned
/// as [`Authenticated`], which nothing else can make. Whether that caller may do what it asks is the method's to decide.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how callers are authenticated",
    label = "the trait `Authenticate` is not implemented for `{Self}`",
    note = "write: impl untag_server::Authenticate for {Self} {{ type Caller = YourCaller; async fn authenticate(&self, presented: untag_server::Presented<'_>) -> Result<YourCaller, untag_server::AuthenticationError> {{ … }} }}"
)]
pub trait Authenticate: Send + Sync + 'static {
    /// Who was recognised, with whatever the operations need to know of them.
    type Caller: Send;

    /// Recognises the caller by what it presented, or refuses.
    fn authenticate(
        &self,
        presented: Presented<'_>,
    ) -> impl Future<Output = Result<Self::Caller, AuthenticationError>> + Send;
}

/// Why a caller was not recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// The credentials are not valid: the documented 401. The text goes to the caller; keep secrets out of it.
    Refused(String),
    /// The credentials could not be judged, because an identity service did not answer, say: the documented 500.
    Failed,
}

/// What one request shows of its caller, and everything that a signature covers.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// The token or the signature.
    pub credentials: Credentials<'a>,
    /// The method.
    pub method: &'a Method,
    /// The path as it was received, percent-encoding and mounting prefix included.
    pub raw_path: &'a str,
    /// The query as it was received, without the `?`.
    pub query: Option<&'a str>,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body as it was received, not parsed yet.
    pub body: &'a [u8],
    /// What layers in front of the router have added: the peer's address, say.
    pub extensions: &'a Extensions,
    /// The request's id, for logs.
    pub request_id: RequestId,
}

impl fmt::Debug for Presented<'_> {
    // Headers and body stay out: credentials travel in the one, and tag values in the other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("credentials", &self.credentials)
            .field("method", self.method)
            .field("raw_path", &self.raw_path)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// The credentials of a request: exactly one of the kinds that its operation documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials<'a> {
    /// A token, of the documented length.
    Token(Token<'a>),
    /// The whole `Authorization` header of a request signed with `SDK-HMAC-SHA256`.
    Signature(Token<'a>),
}

/// The text of a credential. It does not print itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token<'a>(&'a str);

impl<'a> Token<'a> {
    /// The text itself. Compare it in constant time, and never log it.
    #[must_use]
    pub fn expose(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A caller that [`Authenticate`] recognised for this request. Only the stub makes one.
#[derive(Clone, Debug)]
pub struct Authenticated<C> {
    caller: C,
    request_id: RequestId,
}

impl<C> Authenticated<C> {
    pub(crate) fn new(caller: C, request_id: RequestId) -> Self {
        Self { caller, request_id }
    }

    /// The request's id, as the response will carry it.
    #[must_use]
    pub fn request_id(&self) -> RequestId {
        self.request_id
    }

    /// The caller.
    #[must_use]
    pub fn into_inner(self) -> C {
        self.caller
    }
}

impl<C> Deref for Authenticated<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.caller
    }
}

/// One way to show who is calling, as an operation documents it.
#[derive(Clone, Debug)]
pub enum Scheme {
    /// A token in a header of its own.
    Token {
        /// The header.
        header: HeaderName,
        /// Its name, as the contract writes it.
        name: &'static str,
        /// Whether a text has the documented shape of a token.
        fits: fn(&str) -> bool,
    },
    /// A signature over the whole request.
    Signature {
        /// The header.
        header: HeaderName,
        /// Its name, as the contract writes it.
        name: &'static str,
        /// The algorithm that the header's text starts with.
        algorithm: &'static str,
    },
}

/// Finds the one credential among those that the operation takes.
///
/// # Errors
/// None is there, more than one is, or a token is not of the documented length.
pub(crate) fn find<'a>(schemes: &[Scheme], headers: &'a HeaderMap) -> Result<Credentials<'a>, String> {
    let mut found = None;
    for scheme in schemes {
        let credentials = match scheme {
            Scheme::Token { header, name, fits } => match single(headers, header, name)? {
                None => continue,
                Some(text) if fits(text) => Credentials::Token(Token(text)),
                Some(_) => return Err(format!("the token in {name} is not of a token's length")),
            },
            Scheme::Signature { header, name, algorithm } => match single(headers, header, name)? {
                Some(text) if text.strip_prefix(algorithm).is_some_and(|rest| rest.starts_with(' ')) => {
                    Credentials::Signature(Token(text))
                }
                // Another scheme's `Authorization` says nothing here.
                _ => continue,
            },
        };
        if found.replace(credentials).is_some() {
            return Err("the request carries two kinds of credentials; send one".to_owned());
        }
    }
    found.ok_or_else(|| format!("the request carries no credentials; send {}", offered(schemes)))
}

/// The ways to show who is calling, for a sentence: `a token in X-Auth-Token or …`.
fn offered(schemes: &[Scheme]) -> String {
    let ways: Vec<String> = schemes
        .iter()
        .map(|scheme| match scheme {
            Scheme::Token { name, .. } => format!("a token in {name}"),
            Scheme::Signature { name, algorithm, .. } => format!("an {algorithm} signature in {name}"),
        })
        .collect();
    ways.join(" or ")
}
