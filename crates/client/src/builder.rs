//! How a client is made: every choice has a safe default, and what cannot work is refused before the first request.

use crate::credentials::{Credentials, Issued, ProvideCredentials, Surroundings};
use crate::endpoint::{Endpoints, NoEndpoint, Target, variable};
use crate::operation::{Contract, Operation};
use crate::retry::RetryPolicy;
use crate::transport::{Parts, Source, Transport};
use crate::types::AuthToken;
use crate::{BaseUrl, Client, InvalidBaseUrl, header};
use reqwest::redirect::Policy;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How long opening a connection may take: what the provider's own SDKs allow.
const CONNECT_TIMEOUT: Duration = Duration::from_mins(1);
/// How long a server may be silent, likewise.
const READ_TIMEOUT: Duration = Duration::from_mins(2);

/// Makes a [`Client`].
///
/// Redirects are never followed, whatever else is set: credentials must not travel to where a response points.
///
/// ```
/// use std::time::Duration;
/// use untag_client::{ClientBuilder, RetryPolicy, credentials};
///
/// # fn main() -> Result<(), untag_client::BuildError> {
/// let client = ClientBuilder::for_region("cn-north-4")
///     .credentials(credentials::default_chain())
///     .timeout(Duration::from_secs(10))
///     .deadline(Duration::from_secs(60))
///     .retry(RetryPolicy::default().attempts(5))
///     .build()?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    target: Target,
    /// Checked at once, as the target is: an address that is refused may hold a password, and `Debug` shows what is kept
    /// here.
    endpoints: BTreeMap<String, Result<BaseUrl, InvalidBaseUrl>>,
    surroundings: Option<Surroundings>,
    credentials: Option<Source>,
    /// Whether the token that was given can travel.
    token_fits: bool,
    retry: RetryPolicy,
    timeout: Option<Duration>,
    deadline: Option<Duration>,
    user_agent: Option<String>,
    http: Option<reqwest::ClientBuilder>,
}

impl ClientBuilder {
    /// A client for the one server at `base_url`: `http` or `https`, without user, query and fragment, or else
    /// [`build`](Self::build) fails. A path in it goes in front of the contract's paths.
    pub fn new(base_url: impl AsRef<str>) -> Self {
        Self::of(Target::Server(base_url.as_ref().parse()))
    }

    /// A client for the provider's own servers in a region: `cn-north-4`. Each service has one of its own there.
    ///
    /// [`endpoint`](Self::endpoint) names another server for a service; so does an environment variable of the form that
    /// the provider's own SDKs read, `HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_NORTH_4`.
    pub fn for_region(region: impl Into<String>) -> Self {
        Self::of(Target::Region(region.into()))
    }

    fn of(target: Target) -> Self {
        Self {
            target,
            endpoints: BTreeMap::new(),
            surroundings: None,
            credentials: None,
            token_fits: true,
            retry: RetryPolicy::default(),
            timeout: None,
            deadline: None,
            user_agent: None,
            http: None,
        }
    }

    /// The server of a service in place of the region's own: `secmaster` and `https://example.com`. It comes before the
    /// environment's. A client for one server has no use for it, and no operation another service than
    /// [`Operation::service`] says.
    pub fn endpoint(mut self, service: impl Into<String>, base_url: impl AsRef<str>) -> Self {
        self.endpoints.insert(service.into(), base_url.as_ref().parse());
        self
    }

    /// The environment to look for servers in. Default: that of the process.
    pub fn surroundings(mut self, surroundings: Surroundings) -> Self {
        self.surroundings = Some(surroundings);
        self
    }

    /// Where credentials come from, for every operation that asks for some: [`Credentials`](crate::credentials::Credentials)
    /// themselves, [`default_chain`](crate::credentials::default_chain), or a source of one's own. Default: nowhere.
    ///
    /// An operation that does not accept the kind that comes is called without any.
    pub fn credentials(mut self, credentials: impl ProvideCredentials + 'static) -> Self {
        self.credentials = Some(match credentials.constant() {
            Some(issued) => Source::Constant(issued),
            None => Source::Asked(Box::new(credentials)),
        });
        self.token_fits = true;
        self
    }

    /// The token to send: short for [`credentials`](Self::credentials) with a token.
    pub fn token(self, token: AuthToken) -> Self {
        let token_fits = header::exactly(token.expose()).is_some();
        Self { token_fits, ..self.credentials(Issued::from(Credentials::from(token))) }
    }

    /// How often a call is tried, and with what pauses. Default: three times.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long one attempt may take, from opening a connection to the last byte of the answer. Default: no limit for the
    /// whole, but 60 s to connect and 120 s of silence.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long a whole call may take: attempts, pauses and credentials together. Default: no limit but that of the
    /// attempts and their number.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// What the client calls itself in `User-Agent`. Default: this crate's name and version, or what
    /// [`http`](Self::http) says.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// The HTTP client to build on: proxies, certificates, connection pool, and its own timeouts in place of the defaults
    /// here. Its policies for redirects and retries are overridden.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// A base URL or the region is not usable, no header can carry the token, or the HTTP client cannot be set up.
    pub fn build(self) -> Result<Client, BuildError> {
        self.build_as()
    }

    /// A client generated from another contract.
    ///
    /// # Errors
    /// As [`build`](Self::build); and in a region, an operation for which the contract names no server.
    pub fn build_as<C: Contract>(self) -> Result<C, BuildError> {
        if !self.token_fits {
            return Err(BuildError::Token);
        }
        let endpoints = endpoints(self.target, &self.endpoints, self.surroundings, C::OPERATIONS)?;
        let mut http = self.http.unwrap_or_else(|| {
            reqwest::Client::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .read_timeout(READ_TIMEOUT)
                .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        });
        if let Some(user_agent) = self.user_agent {
            http = http.user_agent(user_agent);
        }
        if let Some(timeout) = self.timeout {
            http = http.timeout(timeout);
        }
        // One place tries again: the transport, which knows what may be.
        let never = reqwest::retry::never().max_retries_per_request(0);
        let http = http.redirect(Policy::none()).retry(never).build().map_err(BuildError::Http)?;
        Ok(C::from(Transport::new(Parts {
            endpoints,
            http,
            credentials: self.credentials,
            retry: self.retry,
            deadline: self.deadline,
        })))
    }
}

/// The servers of these operations.
fn endpoints(
    target: Target,
    named: &BTreeMap<String, Result<BaseUrl, InvalidBaseUrl>>,
    surroundings: Option<Surroundings>,
    operations: &[&'static Operation],
) -> Result<Endpoints, BuildError> {
    let region = match target {
        Target::Server(url) => return url.map(Endpoints::One).map_err(BuildError::BaseUrl),
        Target::Region(region) => region,
    };
    let surroundings = surroundings.unwrap_or_else(Surroundings::of_the_process);
    let found = |service: &str| {
        let found = || surroundings.variable(&variable(service, &region));
        // What is no text is no URL either.
        named.get(service).cloned().or_else(|| found().map(|url| url.to_string_lossy().parse()))
    };
    Endpoints::in_region(&region, operations, found).map_err(|error| match error {
        NoEndpoint::Region => BuildError::Region,
        NoEndpoint::Server(operation) => BuildError::Server(operation),
        NoEndpoint::Invalid(service, error) => BuildError::Endpoint(service, error),
    })
}

/// Why a [`ClientBuilder`] makes no client.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL is not usable.
    BaseUrl(InvalidBaseUrl),
    /// The base URL that was named for this service, here or in the environment, is not usable.
    Endpoint(String, InvalidBaseUrl),
    /// The region's name is none.
    Region,
    /// The contract names no server for this operation, so that a region does not say where it is.
    Server(&'static Operation),
    /// The token has a character that no header can carry, such as the line break at the end of a file, or a blank at an
    /// end.
    Token,
    /// The HTTP client cannot be set up.
    Http(reqwest::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl(error) => error.fmt(f),
            Self::Endpoint(service, error) => write!(f, "the server of {service} is not usable: {error}"),
            Self::Region => f.write_str(
                "the region's name must be lower-case letters, digits and hyphens; write it like `cn-north-4`",
            ),
            Self::Server(operation) => {
                write!(f, "the contract names no server for {operation} in a region; name one with `endpoint` or `new`")
            }
            Self::Token => f.write_str(
                "the token has a control character, or a blank at an end, which no header can carry; look for a line \
                 break that was read or copied along with it",
            ),
            Self::Http(error) => write!(f, "the HTTP client cannot be set up: {error}"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Http(error) => error.source(),
            _ => None,
        }
    }
}
