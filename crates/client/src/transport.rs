//! Where every request of a generated client passes: its last checks, its credentials, its attempts, and the way out.

use crate::answer::Answer;
use crate::credentials::{Issued, ProvideCredentials};
use crate::endpoint::Endpoints;
use crate::error::{Failure, Unanswered};
use crate::operation::Operation;
use crate::retry::{self, RetryPolicy};
use crate::{clock, path, signing, tidy, trace};
use reqwest::header::RETRY_AFTER;
use reqwest::{Request, RequestBuilder};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument;

/// The servers' addresses, the HTTP client that reaches them, credentials, and the rules for trying again.
///
/// [`ClientBuilder`](crate::ClientBuilder) makes one. A clone is cheap and shares the pool of connections.
#[derive(Clone, Debug)]
pub struct Transport(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) endpoints: Endpoints,
    pub(crate) http: reqwest::Client,
    pub(crate) credentials: Option<Box<dyn ProvideCredentials>>,
    pub(crate) retry: RetryPolicy,
    /// How long a whole call may take.
    pub(crate) deadline: Option<Duration>,
}

impl Transport {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The base URL of an operation, without a slash at its end. Empty for an operation of another contract than the
    /// transport was made for, which [`call`](Self::call) then refuses.
    #[must_use]
    pub fn base_url(&self, operation: &Operation) -> &str {
        self.0.endpoints.of(operation).map_or("", |url| url.as_str())
    }

    /// The HTTP client.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Calls an operation: checks the request, and then sends it with credentials until there is an answer that stays as
    /// it is, or no attempt is left. `operations` is the client's table, by ascending operationId.
    ///
    /// A future that is dropped sends nothing more.
    ///
    /// # Errors
    /// The request cannot be built, or its URL does not address the operation any more: path parameters that are empty, `.`
    /// or `..` do not survive in a URL, and what is left addresses something else. There are no credentials. No answer
    /// arrived.
    pub async fn call(
        &self,
        operation: &'static Operation,
        operations: &[&'static Operation],
        request: RequestBuilder,
    ) -> Result<Answer, Failure> {
        let request = self.checked(operation, operations, request)?;
        let span = trace::call(operation, request.url());
        let call = Call {
            transport: &self.0,
            operation,
            deadline: self.0.deadline.and_then(|deadline| Instant::now().checked_add(deadline)),
            attempts: 0,
        };
        call.run(request).instrument(span).await
    }

    /// The request, if it addresses the operation and nothing else.
    fn checked(
        &self,
        operation: &'static Operation,
        operations: &[&'static Operation],
        request: RequestBuilder,
    ) -> Result<Request, Failure> {
        let refused = |why: String| Failure::refused(operation, why);
        let Some(base_url) = self.0.endpoints.of(operation) else {
            return Err(refused(
                "this client knows no server for it: build the client for the contract that the operation is of"
                    .to_owned(),
            ));
        };
        let request = request.build().map_err(|error| {
            refused(format!("no request can be made of its arguments: {}", error.without_url()))
        })?;
        if !path::fits(request.url().path(), base_url.path(), operation) {
            return Err(refused(
                "a path parameter is empty, `.` or `..` and the request would address something else: no URL can carry \
                 such a value, so name it in another way"
                    .to_owned(),
            ));
        }
        if let Some(other) = operations.iter().find(|other| {
            other.is_narrower_than(operation) && path::fits(request.url().path(), base_url.path(), other)
        }) {
            return Err(refused(format!(
                "with these path parameters its path is that of {other}, which would run instead: name the thing in \
                 another way"
            )));
        }
        if let Some(other) = tidy::diverted(request.url().path(), base_url.path(), operation, operations) {
            return Err(refused(format!(
                "a path parameter has slashes, backslashes or dots in it that a proxy on the way may tidy up, and the \
                 request would then be another one for {other}: name the thing in another way"
            )));
        }
        Ok(request)
    }
}

/// One call on its way.
struct Call<'a> {
    transport: &'a Parts,
    operation: &'static Operation,
    deadline: Option<Instant>,
    /// How often the request was sent.
    attempts: u32,
}

impl Call<'_> {
    async fn run(mut self, request: Request) -> Result<Answer, Failure> {
        let outcome = self.attempts(request).await;
        trace::end(self.attempts.saturating_sub(1), outcome.as_ref());
        outcome
    }

    async fn attempts(&mut self, request: Request) -> Result<Answer, Failure> {
        // Attempts that count for the policy; the one with newer credentials does not.
        let mut failed = 0;
        let mut renewed: Option<Issued> = None;
        let mut may_renew = true;
        loop {
            let issued = match renewed.take() {
                Some(issued) => Some(issued),
                None => self.credentials().await?,
            };
            // Generated methods have their body in memory.
            let mut attempt = request
                .try_clone()
                .ok_or_else(|| Failure::refused(self.operation, "its body is not in memory".to_owned()))?;
            let used = self.authenticated(&mut attempt, issued)?;
            let mut outcome = self.attempt(attempt).await;
            trace::attempt(self.attempts - 1, outcome.as_ref().map_err(|(why, _)| *why));

            if let (Ok(answer), Some(old)) = (&mut outcome, &used)
                && answer.status().as_u16() == 401
                && std::mem::take(&mut may_renew)
            {
                match self.renewed(old).await {
                    Ok(Some(newer)) => {
                        trace::renewed(newer.source());
                        renewed = Some(newer);
                        continue;
                    }
                    Ok(None) => {}
                    Err(error) => answer.cause = Some(error),
                }
            }

            failed += 1;
            let Some((pause, asked)) = self.pause(failed, &outcome) else {
                return outcome.map_err(|(why, source)| {
                    Failure::unanswered(self.operation, self.attempts, why, source.map(Into::into))
                });
            };
            trace::retry(pause, asked);
            sleep(pause).await;
        }
    }

    /// Credentials for the next attempt; none if the operation asks for none, or the client has none.
    async fn credentials(&self) -> Result<Option<Issued>, Failure> {
        let Some(source) =
            self.transport.credentials.as_ref().filter(|_| !self.operation.credentials.is_empty())
        else {
            return Ok(None);
        };
        match self.in_time(source.provide(None)).await {
            Some(Ok(issued)) => Ok(Some(issued)),
            Some(Err(error)) => Err(Failure::credentials(self.operation, self.attempts, Some(error.into()))),
            None => Err(Failure::unanswered(self.operation, self.attempts, Unanswered::Deadline, None)),
        }
    }

    /// Other credentials than those that were refused, if there are any.
    async fn renewed(
        &self,
        old: &Issued,
    ) -> Result<Option<Issued>, Box<dyn std::error::Error + Send + Sync>> {
        let Some(source) = &self.transport.credentials else { return Ok(None) };
        match self.in_time(source.provide(Some(old))).await {
            Some(Ok(newer)) => Ok(Some(newer).filter(|newer| newer != old)),
            Some(Err(error)) => Err(error.into()),
            None => Ok(None),
        }
    }

    /// Adds credentials to an attempt, and gives them back if they are on it.
    fn authenticated(
        &self,
        attempt: &mut Request,
        issued: Option<Issued>,
    ) -> Result<Option<Issued>, Failure> {
        let Some(issued) = issued else { return Ok(None) };
        signing::authenticate(attempt, self.operation, issued.credentials())
            .map(|used| used.then_some(issued))
            .map_err(|why| Failure::refused(self.operation, why).after(self.attempts))
    }

    /// Sends a request once and reads the answer.
    async fn attempt(&mut self, request: Request) -> Result<Answer, (Unanswered, Option<reqwest::Error>)> {
        self.attempts += 1;
        let secrets = request.headers().values().filter(|value| value.is_sensitive()).cloned().collect();
        let sent = async {
            let response = self.transport.http.execute(request).await?;
            Ok(Answer::read(self.operation, self.attempts, secrets, response).await)
        };
        match self.in_time(sent).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => Err((unanswered(&error), Some(reqwest::Error::without_url(error)))),
            None => Err((Unanswered::Deadline, None)),
        }
    }

    /// How long to pause before the next attempt, and whether the server asked for a pause; none if this was the last one.
    fn pause(
        &self,
        failed: u32,
        outcome: &Result<Answer, (Unanswered, Option<reqwest::Error>)>,
    ) -> Option<(Duration, bool)> {
        let asked = match outcome {
            Err((Unanswered::Deadline, _)) => return None,
            Err(_) => None,
            Ok(answer) if retry::is_passing(answer.status()) => {
                let header = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                header.and_then(|value| retry::asked(value, clock::now()))
            }
            // Whether it succeeded is known, but not with what.
            Ok(answer) if answer.status().is_success() && answer.is_broken() => None,
            Ok(_) => return None,
        };
        if !self.operation.idempotent {
            return None;
        }
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let pause = self.transport.retry.pause(failed, asked, left, fastrand::f64())?;
        Some((pause, asked.is_some()))
    }

    /// What comes of `work`, unless the deadline comes first.
    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match self.deadline {
            None => Some(work.await),
            Some(deadline) => timeout_at(deadline, work).await.ok(),
        }
    }
}

fn unanswered(error: &reqwest::Error) -> Unanswered {
    // A connection that takes too long is both.
    if error.is_timeout() {
        Unanswered::Timeout
    } else if error.is_connect() {
        Unanswered::Connect
    } else {
        Unanswered::Broken
    }
}
