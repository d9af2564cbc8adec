//! Verifying: a request, the secret key of the caller it names, and the time in; what was signed out.

use crate::date::InvalidDate;
use crate::header::{DATE, PROJECT_ID, SECURITY_TOKEN};
use crate::{Authorization, Canonical, Date, Request, RequestError, Secret};
use hmac::Mac;
use std::fmt;
use std::time::Duration;

/// How far a signature's date may be off, before and after: what the provider allows.
pub const DEFAULT_WINDOW: Duration = Duration::from_mins(15);

/// What a request's signature vouches for.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified<'a> {
    /// When it was signed.
    pub date: Date,
    /// `X-Project-Id`, if it is there.
    pub project_id: Option<&'a str>,
    /// `X-Security-Token`, if it is there. Whether it belongs to the access key is the caller's to check.
    pub security_token: Option<&'a str>,
}

/// Why a request is not accepted as signed. The text is fit for the caller: it says what to mend and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// Nobody can have signed the request as it is.
    Request(RequestError),
    /// `X-Sdk-Date` has not its form.
    Date,
    /// `X-Sdk-Date` is further off than the window allows.
    Window {
        /// How far, in either direction.
        off: Duration,
        /// How far it may be.
        window: Duration,
    },
    /// This header is there and not signed, so anybody may have put it there.
    NotSigned(&'static str),
    /// The request was signed with another key, or it was changed afterwards.
    Mismatch,
}

impl Authorization<'_> {
    /// The canonical form of a request with the headers that this signature covers, for finding out why two sides differ.
    ///
    /// # Errors
    /// The request has no such form: a signed header is missing or repeated, for example.
    pub fn canonical(&self, request: &Request<'_>) -> Result<Canonical, RequestError> {
        Canonical::of(request, self.signed_headers())
    }

    /// Verifies that `request` was signed with `secret`, at most `window` before or after `now`.
    ///
    /// The signature covers the path's meaning, not its spelling: act on the raw path, never on a decoded one (see
    /// [`canonical::uri`](crate::canonical::uri)).
    ///
    /// # Errors
    /// In this order: a header that must be signed is not; the date has not its form or is too far off; the request has no
    /// canonical form; the signature is another.
    pub fn verify<'r>(
        &self,
        request: &Request<'r>,
        secret: &Secret,
        now: Date,
        window: Duration,
    ) -> Result<Verified<'r>, VerifyError> {
        let optional = |name| match (request.headers.contains(name), self.is_signed(name)) {
            (false, _) => Ok(None),
            (true, false) => Err(VerifyError::NotSigned(name)),
            (true, true) => Ok(Some(request.headers.single(name)?)),
        };
        let (project_id, security_token) = (optional(PROJECT_ID)?, optional(SECURITY_TOKEN)?);

        let date: Date = request.headers.single(DATE)?.parse().map_err(|InvalidDate| VerifyError::Date)?;
        let off = date.distance(now);
        if off > window {
            return Err(VerifyError::Window { off, window });
        }

        let string_to_sign = self.canonical(request)?.string_to_sign(date);
        // Takes the same time wherever they differ.
        match secret.authenticate(&string_to_sign).verify_slice(self.signature()) {
            Ok(()) => Ok(Verified { date, project_id, security_token }),
            Err(_) => Err(VerifyError::Mismatch),
        }
    }
}

impl From<RequestError> for VerifyError {
    fn from(problem: RequestError) -> Self {
        Self::Request(problem)
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("date", &self.date)
            .field("project_id", &self.project_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(problem) => problem.fmt(f),
            Self::Date => write!(f, "{DATE} is {InvalidDate}"),
            Self::Window { off, window } => {
                let (off, window) = (off.as_secs(), window.as_secs());
                write!(f, "{DATE} is {off} seconds off; at most {window} are allowed")
            }
            Self::NotSigned(name) => write!(f, "the header {name} must be signed"),
            Self::Mismatch => f.write_str("the signature does not match the request"),
        }
    }
}

impl std::error::Error for VerifyError {}
