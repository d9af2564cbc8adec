//! What an answer means for the lines that were sent, and for the run as a whole.

use super::limiter::Sign;
use crate::{call, clock};
use serde::Serialize;
use std::time::{Duration, SystemTime};
use untag_client::types::ResourceTagError;
use untag_client::{Error, ResponseValue};

/// Why lines failed, as the file of failures says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Reason {
    /// The status of the answer, if one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    /// The service's code for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_code: Option<String>,
    /// A sentence.
    pub(super) message: String,
    /// What to quote to those who run the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<String>,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The tags are gone.
    Done,
    /// The service will not, or the request cannot be sent. `shared`: the reason may be that of one tag among several.
    Refused { reason: Reason, shared: bool },
    /// The caller may not do this, at least here (403).
    Denied(Reason),
    /// There are no credentials, or they are refused (401).
    Unauthenticated(Reason),
    /// Too many requests; perhaps for how long.
    TooMuch(Reason, Option<Duration>),
    /// The service failed or did not answer.
    Failed(Reason),
}

impl Verdict {
    /// What a call came to.
    pub(super) fn of(outcome: Result<ResponseValue<()>, Error<ResourceTagError>>) -> Self {
        match outcome {
            Ok(_) => Self::Done,
            Err(error) => Self::of_error(&error),
        }
    }

    fn of_error(error: &Error<ResourceTagError>) -> Self {
        let reason = Reason {
            status: error.status().map(|status| status.as_u16()),
            error_code: error.error_code().map(str::to_owned),
            message: match (error.error_message(), call::no_credentials(error)) {
                (Some(said), None) => said.to_owned(),
                (Some(said), Some(why)) => format!("{}{why}", said.trim_end_matches('.')),
                (None, _) => call::message(error),
            },
            request_id: error.request_id().map(str::to_owned),
        };
        if error.is_credentials() || error.is_unauthenticated() {
            return Self::Unauthenticated(reason);
        }
        if error.is_retryable() {
            let asked = error.headers().and_then(|headers| headers.get("retry-after"));
            let asked = asked.and_then(|value| value.to_str().ok());
            let asked = asked.and_then(|text| retry_after(text, clock::now()));
            return if error.is_throttled() || reason.status == Some(503) || asked.is_some() {
                Self::TooMuch(reason, asked)
            } else {
                Self::Failed(reason)
            };
        }
        if error.is_denied() {
            return Self::Denied(reason);
        }
        Self::Refused { reason, shared: error.is_invalid() }
    }

    /// What it says about the service.
    pub(super) fn sign(&self) -> Sign {
        match self {
            Self::Done | Self::Refused { .. } | Self::Denied(_) => Sign::Good,
            Self::Unauthenticated(_) => Sign::None,
            Self::TooMuch(_, asked) => Sign::TooMuch(*asked),
            Self::Failed(_) => Sign::Failed,
        }
    }
}

/// How long `Retry-After` asks to wait, in either of its forms.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::retry_after;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn retry_after_has_two_forms() {
        // Wed, 21 Oct 2015 07:28:00 GMT
        let now = UNIX_EPOCH + Duration::from_mins(24_090_208);
        for (text, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("Wed, 21 Oct 2015 07:29:00 GMT", Some(60)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
