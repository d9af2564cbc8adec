//! What a call came to when it did not succeed: one opaque type that loses nothing and shows no secret.

use crate::operation::Operation;
use crate::retry;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

type Source = Box<dyn StdError + Send + Sync>;

/// Why a call did not succeed. `E` is the body that the contract documents for its failures.
///
/// Ask the predicates what to do, [`status`](Self::status) and [`error_code`](Self::error_code) what the server said,
/// and [`request_id`](Self::request_id) what to quote in a report. `Display` is one line with all of these; what brought
/// the failure about is in [`source`](StdError::source). Neither these nor `Debug` show credentials.
///
/// ```
/// # use untag_client::{Error, types::DesktopTagError};
/// fn advice(error: &Error<DesktopTagError>) -> &'static str {
///     match error {
///         _ if error.is_not_found() => "look for the desktop's id",
///         _ if error.is_denied() || error.is_unauthenticated() => "ask an administrator",
///         _ if error.is_retryable() => "try again later",
///         _ if error.is_refused_here() => "nothing was sent",
///         _ => "report the request id",
///     }
/// }
/// ```
pub struct Error<E = ()> {
    failure: Failure,
    documented: Option<Box<E>>,
}

/// A failed call as the transport knows it, whatever body the operation documents. It becomes an [`Error`].
pub struct Failure(Box<Inner>);

struct Inner {
    operation: &'static Operation,
    attempts: u32,
    kind: Kind,
    source: Option<Source>,
}

enum Kind {
    /// Not sent, and it cannot be: the sentence says why.
    Refused(String),
    /// Not sent, for want of credentials.
    Credentials,
    /// Sent, or nearly so, and not answered.
    Unanswered(Unanswered),
    /// Answered, but not with success.
    Answered(Answered),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// No connection.
    Connect,
    /// The attempt took too long.
    Timeout,
    /// The deadline of the whole call came.
    Deadline,
    /// The connection broke.
    Broken,
}

/// What is kept of an answer.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The body's first bytes.
    pub(crate) start: Vec<u8>,
    /// Whether the answer broke off.
    pub(crate) broken: bool,
    pub(crate) said: Said,
    /// What is amiss with the answer besides its status.
    pub(crate) amiss: Option<&'static str>,
}

/// What a failure's body says, in whichever form.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// The longest message that `Display` shows, in characters.
const SHOWN: usize = 1000;

impl Failure {
    fn new(operation: &'static Operation, attempts: u32, kind: Kind, source: Option<Source>) -> Self {
        Self(Box::new(Inner { operation, attempts, kind, source }))
    }

    /// The request was not sent, and the sentence says why.
    pub(crate) fn refused(operation: &'static Operation, why: String) -> Self {
        Self::new(operation, 0, Kind::Refused(why), None)
    }

    /// There are no credentials.
    pub(crate) fn credentials(operation: &'static Operation, attempts: u32, source: Option<Source>) -> Self {
        Self::new(operation, attempts, Kind::Credentials, source)
    }

    /// There is no answer.
    pub(crate) fn unanswered(
        operation: &'static Operation,
        attempts: u32,
        why: Unanswered,
        source: Option<Source>,
    ) -> Self {
        Self::new(operation, attempts, Kind::Unanswered(why), source)
    }

    /// The answer is no success.
    pub(crate) fn answered(
        operation: &'static Operation,
        attempts: u32,
        answer: Answered,
        source: Option<Source>,
    ) -> Self {
        Self::new(operation, attempts, Kind::Answered(answer), source)
    }

    /// One word for why there is no answer, as OpenTelemetry's `error.type` has it.
    pub(crate) fn word(&self) -> &'static str {
        match &self.0.kind {
            Kind::Refused(_) => "refused",
            Kind::Credentials => "credentials",
            Kind::Unanswered(why) => why.word(),
            Kind::Answered(_) => "answered",
        }
    }

    /// The same after so many attempts.
    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The error, with the documented body where the answer has it.
    pub(crate) fn with<E>(self, documented: Option<E>) -> Error<E> {
        Error { failure: self, documented: documented.map(Box::new) }
    }
}

impl Unanswered {
    /// One word for it, as OpenTelemetry's `error.type` has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Deadline => "deadline",
            Self::Broken => "broken",
        }
    }
}

impl<E> Error<E> {
    fn inner(&self) -> &Inner {
        &self.failure.0
    }

    fn answer(&self) -> Option<&Answered> {
        match &self.inner().kind {
            Kind::Answered(answer) => Some(answer),
            _ => None,
        }
    }

    fn has(&self, status: u16) -> bool {
        self.status().is_some_and(|found| found.as_u16() == status)
    }

    /// The operation that was called.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.inner().operation
    }

    /// The answer's status, if there was an answer: a gateway's as well as the service's own.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(|answer| answer.status)
    }

    /// The answer's headers, if there was an answer.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.answer().map(|answer| &answer.headers)
    }

    /// The body, if it is the one that the contract documents for this status. It is read leniently: members may be unknown,
    /// or longer than documented.
    #[must_use]
    pub fn documented(&self) -> Option<&E> {
        self.documented.as_deref()
    }

    /// As [`documented`](Self::documented), by value.
    #[must_use]
    pub fn into_documented(self) -> Option<E> {
        self.documented.map(|documented| *documented)
    }

    /// What identifies the call in the server's own records: the header `X-Request-Id`, or else `request_id` of the body.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let answer = self.answer()?;
        let header = answer.headers.get("x-request-id").and_then(|value| value.to_str().ok());
        header.filter(|id| !id.is_empty()).or(answer.said.request_id.as_deref())
    }

    /// The server's code for the failure: `WKS.00211102`. Found in the documented body, in a gateway's
    /// `{error_code, error_msg}`, in `{code, message}`, and in each of them nested once, as `{"error": {…}}` is.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.answer()?.said.code.as_deref()
    }

    /// The server's sentence on the failure, found as [`error_code`](Self::error_code) is. It may be long, and of several
    /// lines.
    #[must_use]
    pub fn error_message(&self) -> Option<&str> {
        self.answer()?.said.message.as_deref()
    }

    /// The body's first 4 KiB, whatever it is: JSON, a gateway's page, or nothing. Bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        let start = &self.answer()?.start;
        Some(match std::str::from_utf8(start) {
            Ok(text) => text.into(),
            // Cut in the middle of a character.
            Err(error) if error.error_len().is_none() => {
                String::from_utf8_lossy(start.get(..error.valid_up_to()).unwrap_or_default())
            }
            Err(_) => String::from_utf8_lossy(start),
        })
    }

    /// How often the request was sent, or sending it was tried. 0: nothing has left.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.inner().attempts
    }

    /// The request is not as it should be: refused before it was sent, or answered with 400.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.inner().kind, Kind::Refused(_)) || self.has(400)
    }

    /// Nothing was sent: an argument cannot travel as it is, or there are no credentials, or none in time.
    #[must_use]
    pub fn is_refused_here(&self) -> bool {
        self.attempts() == 0
    }

    /// There are no credentials to send; what answers 401 is [`is_unauthenticated`](Self::is_unauthenticated).
    #[must_use]
    pub fn is_credentials(&self) -> bool {
        matches!(self.inner().kind, Kind::Credentials)
    }

    /// The credentials were refused (401), newer ones as well if there were any.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.has(401)
    }

    /// The caller may not do this (403).
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.has(403)
    }

    /// There is no such thing (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.has(404)
    }

    /// Too many requests (429).
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.has(429)
    }

    /// The server failed, or a gateway on the way to it (5xx).
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// An attempt took too long, or the call came to its deadline. The server may have done what was asked.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.inner().kind, Kind::Unanswered(Unanswered::Timeout | Unanswered::Deadline))
    }

    /// No answer arrived: no connection, a broken one, or a timeout. Only without a connection is it certain that the
    /// server has done nothing.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self.inner().kind, Kind::Unanswered(_))
    }

    /// The same call may succeed later, and making it again does no harm: the operation is idempotent, and there was no
    /// answer, a part of one, or one of 429, 500, 502, 503 and 504.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let passing = match &self.inner().kind {
            Kind::Refused(_) | Kind::Credentials => false,
            Kind::Unanswered(_) => true,
            Kind::Answered(answer) => {
                retry::is_passing(answer.status) || answer.broken && answer.status.is_success()
            }
        };
        passing && self.operation().idempotent
    }

    /// The same error without its documented body, so that errors of several operations are of one type.
    #[must_use]
    pub fn untyped(self) -> Error {
        Error { failure: self.failure, documented: None }
    }
}

impl<E> From<Failure> for Error<E> {
    fn from(failure: Failure) -> Self {
        failure.with(None)
    }
}

/// A text of the server's, on one line and not too long.
fn on_a_line(text: &str) -> impl fmt::Display {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let line: String = text.chars().take(SHOWN).map(|c| if breaks(c) { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() { line + "…" } else { line }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation, attempts, kind, .. } = self.inner();
        match kind {
            Kind::Refused(why) => write!(f, "{operation} was not sent, because {why}")?,
            Kind::Credentials if *attempts == 0 => {
                write!(f, "{operation} was not sent, because there are no credentials")?;
            }
            Kind::Credentials => {
                write!(f, "{operation} was not sent again, because there are no credentials")?;
            }
            Kind::Unanswered(why) => {
                let why = match why {
                    Unanswered::Connect => "no connection to the server could be made",
                    Unanswered::Timeout => "it took too long",
                    Unanswered::Deadline => "the deadline of the call came first",
                    Unanswered::Broken => "the connection broke",
                };
                write!(f, "{operation} was not answered: {why}")?;
            }
            Kind::Answered(answer) => {
                write!(f, "{operation} was answered with {}", answer.status)?;
                if let Some(amiss) = answer.amiss {
                    write!(f, ", {amiss}")?;
                }
                for said in [self.error_code(), self.error_message()].into_iter().flatten() {
                    write!(f, ": {}", on_a_line(said))?;
                }
                if let Some(id) = self.request_id() {
                    write!(f, " (request id {})", on_a_line(id))?;
                }
            }
        }
        if *attempts > 1 { write!(f, " after {attempts} attempts") } else { Ok(()) }
    }
}

impl<E> fmt::Debug for Error<E> {
    // Headers and the body's text stay out, and so does the documented body: a gateway may repeat in them what it was sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("message", &self.to_string()).field("attempts", &self.attempts());
        if let Some(source) = &self.inner().source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl<E> StdError for Error<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner().source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure").field("operation", &self.0.operation.id).finish_non_exhaustive()
    }
}
