//! Signing: a request and credentials in, the headers to add out.

use crate::authorization::check_access_key;
use crate::date::Text;
use crate::header::{AUTHORIZATION, DATE, HOST, PROJECT_ID, SECURITY_TOKEN};
use crate::{ALGORITHM, AuthorizationError, Canonical, Date, Request, RequestError, Secret, hexadecimal};
use hmac::Mac;
use std::fmt;
use std::ops::Range;

/// Whose signature it is to be.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The access key id (AK).
    pub access_key: &'a str,
    /// The secret key (SK).
    pub secret: &'a Secret,
    /// The project, to be sent and signed as `X-Project-Id`.
    pub project_id: Option<&'a str>,
    /// The token that comes with temporary keys, to be sent and signed as `X-Security-Token`.
    pub security_token: Option<&'a str>,
}

/// Why a request was not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The request has no canonical form.
    Request(RequestError),
    /// The access key id cannot stand in the header.
    AccessKey(AuthorizationError),
    /// The request has this header already, and signing sets it.
    AlreadySet(&'static str),
}

/// Signs a request: all its headers except those whose names contain `_`, and those that are added here.
///
/// The request must then be sent as it was given, with the headers of [`Signed::headers`] added and no header of theirs
/// changed. Its `Host` must be the one that will be sent.
///
/// # Errors
/// The request has no canonical form (`Host` is missing, a header is repeated …), the access key id is none, or the request
/// has a header already that is set here.
pub fn sign<'a>(
    request: &Request<'_>,
    credentials: &Credentials<'a>,
    date: Date,
) -> Result<Signed<'a>, SignError> {
    check_access_key(credentials.access_key).map_err(SignError::AccessKey)?;
    for name in [AUTHORIZATION, DATE, PROJECT_ID, SECURITY_TOKEN] {
        if request.headers.contains(name) {
            return Err(SignError::AlreadySet(name));
        }
    }
    // A signature without the host is good for every host.
    if !request.headers.contains(HOST) {
        return Err(SignError::Request(RequestError::MissingHeader(HOST.to_ascii_lowercase())));
    }

    let Credentials { access_key, secret, project_id, security_token } = *credentials;
    let date_text = date.text();
    let date = date_text.as_str();
    let added =
        [("x-sdk-date", Some(date)), ("x-project-id", project_id), ("x-security-token", security_token)];
    let added = added.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let canonical = Canonical::of_all(request, added).map_err(SignError::Request)?;
    let string_to_sign = canonical.string_to_sign_at(date);

    let names = canonical.signed_headers();
    let pieces = [ALGORITHM, " Access=", access_key, ", SignedHeaders=", names, ", Signature="];
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut authorization = String::with_capacity(length + hexadecimal::DIGITS);
    authorization.extend(pieces);
    hexadecimal::append(&secret.authenticate(&string_to_sign).finalize().into_bytes(), &mut authorization);
    Ok(Signed {
        canonical,
        string_to_sign,
        signature: length..authorization.len(),
        authorization,
        date: date_text,
        project_id,
        security_token,
    })
}

/// A signature and how it came about.
#[derive(Clone)]
pub struct Signed<'a> {
    canonical: Canonical,
    string_to_sign: String,
    authorization: String,
    /// Where in `authorization` it is.
    signature: Range<usize>,
    date: Text,
    project_id: Option<&'a str>,
    security_token: Option<&'a str>,
}

impl Signed<'_> {
    /// The headers to add to the request: `X-Sdk-Date`, then `X-Project-Id` and `X-Security-Token` where given, then
    /// `Authorization`.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            (DATE, Some(self.date())),
            (PROJECT_ID, self.project_id),
            (SECURITY_TOKEN, self.security_token),
            (AUTHORIZATION, Some(&*self.authorization)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// The request in canonical form.
    #[must_use]
    pub fn canonical(&self) -> &Canonical {
        &self.canonical
    }

    /// What was signed.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// The signature: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn signature(&self) -> &str {
        self.authorization.get(self.signature.clone()).unwrap_or_default()
    }

    /// The value of the `X-Sdk-Date` header.
    #[must_use]
    pub fn date(&self) -> &str {
        self.date.as_str()
    }

    /// The value of the `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> &str {
        &self.authorization
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_authorization(self) -> String {
        self.authorization
    }
}

impl fmt::Debug for Signed<'_> {
    // Whoever reads the signature can send the request again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("canonical", &self.canonical).finish_non_exhaustive()
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key", &self.access_key)
            .field("project_id", &self.project_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(problem) => problem.fmt(f),
            Self::AccessKey(problem) => problem.fmt(f),
            Self::AlreadySet(name) => write!(f, "the request has the header {name} already; signing sets it"),
        }
    }
}

impl std::error::Error for SignError {}
