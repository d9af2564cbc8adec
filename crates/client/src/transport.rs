//! Where every request of a generated client passes: its last checks, its credentials, its attempts, and the way out.

use crate::answer::Answer;
use crate::credentials::{Issued, ProvideCredentials};
use crate::endpoint::Endpoints;
use crate::error::{Failure, Unanswered};
use crate::operation::Operation;
use crate::retry::{self, RetryPolicy};
use crate::signing::Secrets;
use crate::{BaseUrl, clock, path, signing, tidy, trace};
use reqwest::header::RETRY_AFTER;
use reqwest::{Request, RequestBuilder, Response, Url};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument;

/// How many headers a request gets on its way: those of a token or of a signature, and the client's name.
const ADDED: usize = 4;

/// The servers' addresses, the HTTP client that reaches them, credentials, and the rules for trying again.
///
/// [`ClientBuilder`](crate::ClientBuilder) makes one. A clone is cheap and shares the pool of connections.
#[derive(Clone, Debug)]
pub struct Transport(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) endpoints: Endpoints,
    pub(crate) http: reqwest::Client,
    pub(crate) credentials: Option<Source>,
    pub(crate) retry: RetryPolicy,
    /// How long a whole call may take.
    pub(crate) deadline: Option<Duration>,
}

/// Where credentials come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// Always the same ones.
    Constant(Issued),
    /// Whatever this gives.
    Asked(Box<dyn ProvideCredentials>),
}

impl Transport {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The base URL of an operation, without a slash at its end. Empty for an operation of another contract than the
    /// transport was made for.
    #[must_use]
    pub fn base_url(&self, operation: &Operation) -> &str {
        self.0.endpoints.of(operation).map_or("", |url| url.as_str())
    }

    /// The address of an operation's path, which starts with a slash and whose parameters are
    /// [encoded](crate::path::encode_path).
    ///
    /// # Errors
    /// The operation is of another contract than the transport was made for.
    pub fn url(&self, operation: &'static Operation, path: &str) -> Result<Url, Failure> {
        Ok(self.server(operation)?.join(path))
    }

    fn server(&self, operation: &'static Operation) -> Result<&BaseUrl, Failure> {
        self.0.endpoints.of(operation).ok_or_else(|| {
            let why = "this client knows no server for it: build the client for the contract that the operation is of";
            Failure::refused(operation, why.to_owned())
        })
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
        let base_url = self.server(operation)?;
        let request = request.build().map_err(|error| {
            let why = format!("no request can be made of its arguments: {}", error.without_url());
            Failure::refused(operation, why)
        })?;
        check(request.url().path(), base_url.path(), operation, operations)?;
        let span = trace::call(operation, request.url());
        let mut call = Call {
            transport: &self.0,
            operation,
            deadline: self.0.deadline.and_then(|deadline| Instant::now().checked_add(deadline)),
            attempts: 0,
        };
        // Pinned where they are, here and below: a future that is awaited by value is moved first, and these are large.
        let outcome = pin!(call.attempts(&request)).instrument(span.clone()).await;
        trace::end(&span, call.attempts.saturating_sub(1), outcome.as_ref());
        outcome
    }
}

/// Whether a path addresses the operation behind this prefix, and nothing else.
fn check(
    path: &str,
    prefix: &str,
    operation: &'static Operation,
    operations: &[&'static Operation],
) -> Result<(), Failure> {
    let refused = |why: String| Err(Failure::refused(operation, why));
    if !path::fits(path, prefix, operation) {
        return refused(
            "a path parameter is empty, `.` or `..` and the request would address something else: no URL can carry such a \
             value, so name it in another way"
                .to_owned(),
        );
    }
    let narrower = |other: &&&Operation| other.is_narrower_than(operation) && path::fits(path, prefix, other);
    if let Some(other) = operations.iter().find(narrower) {
        return refused(format!(
            "with these path parameters its path is that of {other}, which would run instead: name the thing in another way"
        ));
    }
    if let Some(other) = tidy::diverted(path, prefix, operation, operations) {
        return refused(format!(
            "a path parameter has slashes, backslashes or dots in it that a proxy on the way may tidy up, and the request \
             would then be another one for {other}: name the thing in another way"
        ));
    }
    Ok(())
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
    /// Sends the request until there is an answer that stays as it is, or no attempt is left.
    async fn attempts(&mut self, request: &Request) -> Result<Answer, Failure> {
        // Attempts that count for the policy; the one with newer credentials does not.
        let mut failed = 0;
        let mut renewed: Option<Issued> = None;
        let mut may_renew = true;
        loop {
            let issued = match renewed.take() {
                Some(issued) => Some(issued),
                None => self.credentials().await?,
            };
            let mut attempt = Request::new(request.method().clone(), request.url().clone());
            if !fill(&mut attempt, request) {
                return Err(Failure::refused(self.operation, "its body is not in memory".to_owned()));
            }
            let (used, secrets) = self.authenticated(&mut attempt, issued)?.unzip();
            self.attempts += 1;
            let sent = self.transport.http.execute(attempt);
            let mut outcome = pin!(self.answer(sent, secrets.unwrap_or_default())).await;
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
        let source = match &self.transport.credentials {
            Some(source) if !self.operation.credentials.is_empty() => source,
            _ => return Ok(None),
        };
        let source = match source {
            Source::Constant(issued) => return Ok(Some(issued.clone())),
            Source::Asked(source) => source,
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
        let Some(Source::Asked(source)) = &self.transport.credentials else { return Ok(None) };
        match self.in_time(source.provide(Some(old))).await {
            Some(Ok(newer)) => Ok(Some(newer).filter(|newer| newer != old)),
            Some(Err(error)) => Err(error.into()),
            None => Ok(None),
        }
    }

    /// Adds credentials to an attempt, and gives them back if they are on it, with what is secret of them.
    fn authenticated(
        &self,
        attempt: &mut Request,
        issued: Option<Issued>,
    ) -> Result<Option<(Issued, Secrets)>, Failure> {
        let Some(issued) = issued else { return Ok(None) };
        signing::authenticate(attempt, self.operation, &issued)
            .map(|secrets| Some((issued, secrets?)))
            .map_err(|why| Failure::refused(self.operation, why).after(self.attempts))
    }

    /// Reads the answer to a request that is being sent.
    async fn answer(
        &self,
        sent: impl Future<Output = Result<Response, reqwest::Error>>,
        secrets: Secrets,
    ) -> Result<Answer, (Unanswered, Option<reqwest::Error>)> {
        let read = pin!(async {
            match sent.await {
                Ok(response) => Ok(Answer::read(self.operation, self.attempts, secrets, response).await),
                Err(error) => Err((unanswered(&error), Some(error.without_url()))),
            }
        });
        self.in_time(read).await.unwrap_or(Err((Unanswered::Deadline, None)))
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

/// Makes `attempt` the same as `request`, with room for what it gets on its way; says whether it is. It is not where the body
/// is not in memory, as those of generated methods are.
///
/// [`Request::try_clone`] asks for twice as much memory, for settings that are not there and for headers that come later.
fn fill(attempt: &mut Request, request: &Request) -> bool {
    *attempt.version_mut() = request.version();
    if let Some(timeout) = request.timeout() {
        *attempt.timeout_mut() = Some(*timeout);
    }
    if let Some(body) = request.body() {
        let Some(bytes) = body.as_bytes() else { return false };
        *attempt.body_mut() = Some(bytes.to_vec().into());
    }
    let headers = attempt.headers_mut();
    headers.reserve(request.headers().len() + ADDED);
    headers.extend(request.headers().iter().map(|(name, value)| (name.clone(), value.clone())));
    true
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
