//! Who calls, for which project, and where: what flags, variables and the profile file say about it, settled without a guess.

use crate::common::{Account, Caution, Common, Place};
use crate::exit::Exit;
use crate::output::note;
use crate::problem::Problem;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use untag_client::credentials::{
    BoxFuture, Cached, Chain, Credentials, CredentialsError, Issued, Profile, ProvideCredentials,
    Surroundings,
};
use untag_client::operation::{Contract, Operation};
use untag_client::transport::Transport;
use untag_client::{Client, ClientBuilder, RetryPolicy};

const PROFILE: &str = "UNTAG_PROFILE";
const REGION: &str = "UNTAG_REGION";
const ENDPOINT: &str = "UNTAG_ENDPOINT";
const PROJECT: &str = "HUAWEICLOUD_SDK_PROJECT_ID";
const PROFILE_FILE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced {
    /// The value.
    pub value: String,
    /// Where it comes from: `--region`, `the environment (UNTAG_REGION)`.
    pub source: String,
}

impl Sourced {
    fn flag(name: &str, value: &str) -> Self {
        Self { value: value.to_owned(), source: name.to_owned() }
    }

    /// A variable, unless it is not set or empty.
    fn variable(name: &str, surroundings: &Surroundings) -> Result<Option<Self>, Problem> {
        let source = format!("the environment ({name})");
        let value = surroundings.variable(name).map(std::ffi::OsString::into_string);
        match value {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(Self { value, source })),
            Some(Err(_)) => {
                Err(Problem::usage(format!("{name} in the environment is not UTF-8; nothing was sent")))
            }
        }
    }
}

/// Credentials and the project that they are used for.
#[derive(Clone, Debug)]
pub struct Identity {
    issued: Issued,
    project: Option<Sourced>,
    source: Source,
}

impl Identity {
    /// The credentials that these flags and surroundings stand for.
    ///
    /// # Errors
    /// [`Exit::Credentials`]: there are none, or they cannot be used. [`Exit::Usage`]: it is not clear which project is meant.
    pub async fn find(account: &Account, surroundings: &Surroundings) -> Result<Self, Problem> {
        let source = Source::new(account, surroundings)?;
        let issued = source.ask().await.map_err(|error| no_credentials(&error))?;
        for warning in issued.warnings() {
            note(&format!("warning: {warning}"));
        }
        Self::settle(account, surroundings, source, issued)
    }

    fn settle(
        account: &Account,
        surroundings: &Surroundings,
        mut source: Source,
        issued: Issued,
    ) -> Result<Self, Problem> {
        let own = issued.credentials().project_id();
        let own = own.map(|id| Sourced { value: id.to_owned(), source: issued.source().to_owned() });
        let project = match &account.project {
            Some(id) => Some(Sourced::flag("--project", id)),
            // Whoever names a profile means that one and nothing beside it.
            None if source.profile.is_some() => own,
            None => one_project(own, Sourced::variable(PROJECT, surroundings)?)?,
        };
        source.project = project.as_ref().map(|project| project.value.clone());
        let issued = source.for_project(issued).map_err(|error| no_credentials(&error))?;
        Ok(Self { issued, project, source })
    }

    /// The credentials, for the project.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        self.issued.credentials()
    }

    /// Where they come from.
    #[must_use]
    pub fn source(&self) -> &str {
        self.issued.source()
    }

    /// The project, and where it comes from.
    #[must_use]
    pub fn project(&self) -> Option<&Sourced> {
        self.project.as_ref()
    }
}

/// Where credentials are looked for, anew each time it is asked, and the project that they are for.
#[derive(Clone, Debug)]
struct Source {
    surroundings: Surroundings,
    profile: Option<String>,
    project: Option<String>,
}

impl Source {
    fn new(account: &Account, surroundings: &Surroundings) -> Result<Self, Problem> {
        let profile = match &account.profile {
            Some(name) => Some(name.clone()),
            None => Sourced::variable(PROFILE, surroundings)?.map(|found| found.value),
        };
        Ok(Self { surroundings: surroundings.clone(), profile, project: None })
    }

    async fn ask(&self) -> Result<Issued, CredentialsError> {
        match &self.profile {
            Some(name) => Profile::new(&self.surroundings).section(name.clone()).provide(None).await,
            None => Chain::standard(&self.surroundings).provide(None).await,
        }
    }

    /// The same credentials for the project: its identifier in the path and that in the header must not differ.
    fn for_project(&self, issued: Issued) -> Result<Issued, CredentialsError> {
        let (Credentials::AccessKey(key), Some(project)) = (issued.credentials(), &self.project) else {
            return Ok(issued);
        };
        if key.project_id() == Some(project) {
            return Ok(issued);
        }
        let key = key.clone().with_project(project).map_err(|error| {
            CredentialsError::failed(error.to_string(), "name the project in another way")
        })?;
        Ok(Issued::new(key, issued.source()))
    }
}

impl ProvideCredentials for Source {
    fn provide(&self, _: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        Box::pin(async move { self.for_project(self.ask().await?) })
    }
}

/// The project of the credentials and that of the environment, which may both be there if they agree.
fn one_project(own: Option<Sourced>, variable: Option<Sourced>) -> Result<Option<Sourced>, Problem> {
    match (own, variable) {
        (Some(own), Some(variable)) if own.value != variable.value => Err(Problem::usage(format!(
            "two projects are named, {:?} by {} and {:?} by {}; nothing was sent: say which with --project",
            own.value, own.source, variable.value, variable.source
        ))),
        (own, variable) => Ok(own.or(variable)),
    }
}

fn no_credentials(error: &CredentialsError) -> Problem {
    Problem::new(Exit::Credentials, format!("no credentials: {error}; nothing was sent"))
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// The servers of a region.
    Region(Sourced),
    /// One server for everything.
    Endpoint(Sourced),
}

impl Server {
    /// The server that these flags and surroundings stand for; none if nothing names one. A flag wins over variables.
    ///
    /// # Errors
    /// Two variables name one each.
    pub fn find(place: &Place, surroundings: &Surroundings) -> Result<Option<Self>, Problem> {
        if let Some(url) = &place.endpoint {
            return Ok(Some(Self::Endpoint(Sourced::flag("--endpoint", url))));
        }
        if let Some(region) = &place.region {
            return Ok(Some(Self::Region(Sourced::flag("--region", region))));
        }
        let endpoint = Sourced::variable(ENDPOINT, surroundings)?;
        match (endpoint, Sourced::variable(REGION, surroundings)?) {
            (Some(_), Some(_)) => Err(Problem::usage(format!(
                "{ENDPOINT} and {REGION} are both set, and it is not clear which is meant; nothing was sent: take one out, \
                 or pass --endpoint or --region"
            ))),
            (Some(endpoint), None) => Ok(Some(Self::Endpoint(endpoint))),
            (None, region) => Ok(region.map(Self::Region)),
        }
    }

    /// Region or endpoint, and where it comes from.
    #[must_use]
    pub fn sourced(&self) -> &Sourced {
        match self {
            Self::Region(sourced) | Self::Endpoint(sourced) => sourced,
        }
    }

    fn builder(&self, surroundings: &Surroundings) -> ClientBuilder {
        match self {
            Self::Region(region) => {
                ClientBuilder::for_region(&region.value).surroundings(surroundings.clone())
            }
            Self::Endpoint(url) => ClientBuilder::new(&url.value),
        }
        .user_agent(concat!("untag/", env!("CARGO_PKG_VERSION")))
    }

    /// A client that knows the servers and no credentials, so that it checks calls and sends none of them.
    ///
    /// # Errors
    /// An address is not usable.
    pub fn unarmed(&self, surroundings: &Surroundings) -> Result<Wire, Problem> {
        build(self.builder(surroundings).credentials(Nobody))
    }
}

/// The client's contract, with its transport in reach: it knows which server an operation is sent to.
#[derive(Clone, Debug)]
pub struct Wire(Transport);

impl Wire {
    /// The base URL of an operation, without a slash at its end.
    #[must_use]
    pub fn base_url(&self, operation: &Operation) -> &str {
        self.0.base_url(operation)
    }

    /// The client.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::from(self.0.clone())
    }
}

impl From<Transport> for Wire {
    fn from(transport: Transport) -> Self {
        Self(transport)
    }
}

impl Contract for Wire {
    const VERSION: &'static str = Client::VERSION;
    const OPERATIONS: &'static [&'static Operation] = Client::OPERATIONS;
}

/// Credentials that are never there. A client looks at a request before it asks for credentials, so with these it finds
/// everything that is wrong and sends nothing, whatever happens.
#[derive(Debug)]
struct Nobody;

impl ProvideCredentials for Nobody {
    fn provide(&self, _: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        let absent = CredentialsError::absent("nothing is to be sent", "leave --dry-run out");
        Box::pin(std::future::ready(Err(absent)))
    }
}

fn build(builder: ClientBuilder) -> Result<Wire, Problem> {
    builder.build_as().map_err(|error| Problem::usage(format!("{error}; nothing was sent")))
}

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To show requests. It keeps no credentials, and does without any where it can.
    Show,
    /// To send a few requests, each of which the client tries again where that helps.
    Send,
    /// To send many, for somebody who tries them again by himself.
    SendMany,
}

impl Purpose {
    /// To show or to send a few.
    #[must_use]
    pub fn of(caution: Caution) -> Self {
        if caution.dry_run { Self::Show } else { Self::Send }
    }
}

/// What deletions need: the servers, a project, and, unless nothing is to be sent, credentials.
#[derive(Clone, Debug)]
pub struct Session {
    /// The project, or why there is none: not everybody needs one.
    project: Result<Sourced, Problem>,
    unarmed: Wire,
    armed: Option<Wire>,
}

impl Session {
    /// Settles what these flags and surroundings say.
    ///
    /// # Errors
    /// [`Exit::Credentials`]: there are no credentials. [`Exit::Usage`]: no server is named, two projects are, or one of
    /// these cannot be used.
    pub async fn open(
        Common { account, place, .. }: &Common,
        surroundings: &Surroundings,
        purpose: Purpose,
    ) -> Result<Self, Problem> {
        let server = Server::find(place, surroundings)?.ok_or_else(|| {
            Problem::usage(format!(
                "no server is named; nothing was sent: pass --region or --endpoint, or set {REGION} or {ENDPOINT}"
            ))
        })?;
        let unarmed = server.unarmed(surroundings)?;
        if purpose == Purpose::Show {
            let project = project_to_show(account, surroundings).await?;
            return Ok(Self { project, unarmed, armed: None });
        }
        let identity = Identity::find(account, surroundings).await?;
        let project = identity.project.clone().ok_or_else(no_project);
        let builder = server.builder(surroundings).credentials(Cached::new(identity.source));
        let builder =
            if purpose == Purpose::SendMany { builder.retry(RetryPolicy::never()) } else { builder };
        Ok(Self { project, unarmed, armed: Some(build(builder)?) })
    }

    /// Whether a project is named.
    #[must_use]
    pub fn has_project(&self) -> bool {
        self.project.is_ok()
    }

    /// The project of the resources, as an operation takes it.
    ///
    /// # Errors
    /// None is named, or the operation does not take it.
    pub fn project<P: FromStr<Err: Display>>(&self) -> Result<P, Problem> {
        let project = self.project.as_ref().map_err(Problem::clone)?;
        project
            .value
            .parse()
            .map_err(|why| Problem::usage(format!("the project cannot be used: {why}; nothing was sent")))
    }

    /// The client that checks calls and sends none.
    #[must_use]
    pub fn unarmed(&self) -> &Wire {
        &self.unarmed
    }

    /// The client that sends calls. To show requests, it sends none.
    #[must_use]
    pub fn client(&self) -> Client {
        self.armed.as_ref().unwrap_or(&self.unarmed).client()
    }
}

/// The project for requests that are only shown: without credentials, what else names one.
async fn project_to_show(
    account: &Account,
    surroundings: &Surroundings,
) -> Result<Result<Sourced, Problem>, Problem> {
    if let Some(id) = &account.project {
        return Ok(Ok(Sourced::flag("--project", id)));
    }
    match Identity::find(account, surroundings).await {
        Ok(identity) => Ok(identity.project.ok_or_else(no_project)),
        Err(problem) if problem.exit() == Exit::Credentials => {
            let is_named = Source::new(account, surroundings)?.profile.is_some();
            let variable = if is_named { None } else { Sourced::variable(PROJECT, surroundings)? };
            Ok(variable.ok_or(problem))
        }
        Err(problem) => Err(problem),
    }
}

fn no_project() -> Problem {
    Problem::usage(format!(
        "no project is named; nothing was sent: pass --project, set {PROJECT}, or write project_id into the profile"
    ))
}

/// The operation of this operationId.
///
/// # Errors
/// The contract has none, which is a mistake in this program.
pub fn operation(id: &str) -> Result<&'static Operation, Problem> {
    let found = Client::OPERATIONS.iter().find(|operation| operation.id == id);
    found.copied().ok_or_else(|| Problem::failed(format!("the contract has no operation {id}")))
}

/// The profile file.
///
/// # Errors
/// Nothing says where it is.
pub fn profile_file(surroundings: &Surroundings) -> Result<PathBuf, Problem> {
    if let Some(path) = surroundings.variable(PROFILE_FILE) {
        return Ok(path.into());
    }
    let home = surroundings.home().ok_or_else(|| {
        Problem::usage(format!(
            "there is no home directory; nothing was written: set {PROFILE_FILE} to the file"
        ))
    })?;
    Ok(home.join(".huaweicloud").join("credentials"))
}
