//! An answer that has been read: what a generated method makes its result of.

use crate::error::{Answered, Failure, Said};
use crate::operation::Operation;
use crate::signing::Secrets;
use crate::{Error, ResponseValue};
use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use untag_types::secret::REDACTED;

/// How much of a failure's body is read. Documented ones are far shorter; a page that is longer says nothing more.
const MOST_OF_A_FAILURE: usize = 256 * 1024;
/// How much of a failure's body an [`Error`] keeps as text.
const KEPT: usize = 4 * 1024;

/// An answer, read to its end; of a failure that goes on and on, the start.
#[derive(Debug)]
pub struct Answer {
    operation: &'static Operation,
    /// How often the request had been sent by then.
    attempts: u32,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    /// Why the body is not whole.
    broken: Option<reqwest::Error>,
    /// What the request carried that must not be shown, in case the answer repeats it.
    secrets: Secrets,
    /// Why there is nothing better than this answer.
    pub(crate) cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Answer {
    /// Reads an answer. It is one even if its body breaks off: its status has arrived.
    pub(crate) async fn read(
        operation: &'static Operation,
        attempts: u32,
        secrets: Secrets,
        mut response: Response,
    ) -> Self {
        let status = response.status();
        let most = match response.content_length() {
            // Known not to have any: waiting for it would be over at once, and yet cost a timer.
            Some(0) => 0,
            _ if status.is_success() => usize::MAX,
            _ => MOST_OF_A_FAILURE,
        };
        let (mut body, mut broken) = (Vec::new(), None);
        while body.len() < most {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let room = (most - body.len()).min(chunk.len());
                    body.extend_from_slice(chunk.get(..room).unwrap_or_default());
                }
                Ok(None) => break,
                Err(error) => {
                    broken = Some(error.without_url());
                    break;
                }
            }
        }
        let headers = std::mem::take(response.headers_mut());
        Self { operation, attempts, status, headers, body, broken, secrets, cause: None }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Whether a part of the body is missing, because the connection broke or the server fell silent.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// A documented success without a body.
    #[must_use]
    pub fn empty(self) -> ResponseValue<()> {
        ResponseValue::new((), self.status, self.headers)
    }

    /// A documented success with this body.
    ///
    /// # Errors
    /// The body is another one, or breaks off.
    pub fn decoded<T: DeserializeOwned, E>(self) -> Result<ResponseValue<T>, Error<E>> {
        if self.broken.is_some() {
            return Err(self.failed(None, None).into());
        }
        match serde_json::from_slice(&self.body) {
            Ok(value) => Ok(ResponseValue::new(value, self.status, self.headers)),
            Err(error) => {
                Err(self.failed(Some("whose body is not the documented one"), Some(error.into())).into())
            }
        }
    }

    /// A documented failure; its body is [`Error::documented`] if it is the documented one.
    #[must_use]
    pub fn failure<E: DeserializeOwned>(mut self) -> Error<E> {
        self.redact();
        let documented = serde_json::from_slice(&self.body).ok();
        self.failed(None, None).with(documented)
    }

    /// An answer that the contract does not document.
    #[must_use]
    pub fn undocumented<E>(self) -> Error<E> {
        // A failure's status speaks for itself.
        let surprising = !self.status.is_client_error() && !self.status.is_server_error();
        self.failed(surprising.then_some("which is not documented"), None).into()
    }

    fn failed(
        mut self,
        amiss: Option<&'static str>,
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Failure {
        self.redact();
        let said = serde_json::from_slice(&self.body).map(|body| Said::of(&body)).unwrap_or_default();
        let broken = self.broken.is_some();
        self.body.truncate(KEPT);
        self.body.shrink_to_fit();
        let answer = Answered {
            status: self.status,
            headers: self.headers,
            start: self.body,
            broken,
            said,
            amiss: if broken { Some("and the answer broke off") } else { amiss },
        };
        let source = source.or(self.broken.map(Into::into)).or(self.cause);
        Failure::answered(self.operation, self.attempts, answer, source)
    }
}

impl Answer {
    /// Takes out of the body what the request was authenticated with: gateways have pages that repeat a request.
    fn redact(&mut self) {
        for secret in std::mem::take(&mut self.secrets).into_iter().flatten() {
            let whole = secret.as_bytes();
            // Of a signed request, the signature alone too: it is what the header ends with.
            let signature = whole.rsplit(|byte| *byte == b'=').next().filter(|it| it.len() == 64);
            for secret in [Some(whole), signature].into_iter().flatten() {
                if let Some(clean) = without(&self.body, secret) {
                    self.body = clean;
                }
            }
        }
    }
}

/// The body without this secret, if it is in there. One that is very short is no secret, and would be found everywhere.
fn without(body: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let found = |rest: &[u8]| rest.windows(secret.len().max(1)).position(|window| window == secret);
    let (mut clean, mut rest) = (Vec::new(), body);
    while let Some(at) = found(rest).filter(|_| secret.len() >= 8) {
        let (before, after) = (rest.get(..at)?, rest.get(at + secret.len()..)?);
        clean.extend_from_slice(before);
        clean.extend_from_slice(REDACTED.as_bytes());
        rest = after;
    }
    clean.extend_from_slice(rest);
    (rest.len() < body.len()).then_some(clean)
}

impl Said {
    /// Reads what a body says: the provider's own form, that of its gateway, `{code, message}`, or one of them in a member of
    /// its own, as in `{"error": {…}}`.
    fn of(body: &Value) -> Self {
        let Some(body) = body.as_object() else { return Self::default() };
        let mut said = Self::of_object(body);
        if said.code.is_none() && said.message.is_none() {
            let nested = body.values().filter_map(Value::as_object).map(Self::of_object);
            let nested = nested.into_iter().find(|it| it.code.is_some() || it.message.is_some());
            let outer = said.request_id.take();
            said = nested.unwrap_or_default();
            said.request_id = outer.or(said.request_id);
        }
        said
    }

    fn of_object(object: &Map<String, Value>) -> Self {
        let text = |names: &[&str]| {
            names.iter().find_map(|name| match object.get(*name)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
        };
        Self {
            code: text(&["error_code", "code"]),
            message: text(&["error_msg", "message"]),
            request_id: text(&["request_id"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_secret_is_taken_out_wherever_it_stands() {
        let clean = |body: &str, secret: &str| {
            without(body.as_bytes(), secret.as_bytes()).map(|clean| String::from_utf8(clean).unwrap())
        };
        assert_eq!(clean("a s3cret-token b", "s3cret-token").unwrap(), "a (redacted) b");
        assert_eq!(clean("s3cret-tokens3cret-token", "s3cret-token").unwrap(), "(redacted)(redacted)");
        // What stands in its place may be the secret itself.
        assert_eq!(clean("redacted", "redacted").unwrap(), "(redacted)");
        for (body, secret) in [("abc", "abc"), ("", "s3cret-token"), ("s3cret", "s3cret-token"), ("abc", "")]
        {
            assert_eq!(clean(body, secret), None);
        }
    }
}
