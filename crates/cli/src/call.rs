//! A deletion as one call: shown as it would be sent, or sent, from the same value.

use crate::exit::Exit;
use crate::problem::Problem;
use crate::session::{Wire, operation};
use crate::tag::TagArgument;
use serde_json::{Map, Value, json};
use untag_client::credentials::CredentialsError;
use untag_client::operation::{Operation, Segment};
use untag_client::path::encode_path;
use untag_client::types::{
    BatchUntagResourcesBody, DesktopId, DesktopProjectId, DesktopTagKey, ResourceId, ResourceProjectId,
    ResourceType,
};
use untag_client::{Client, Error};

/// One call.
#[derive(Clone, Debug)]
pub enum Call {
    /// `deleteDesktopTag`.
    Desktop {
        /// Project of the desktop.
        project: DesktopProjectId,
        /// The desktop.
        desktop: DesktopId,
        /// Key of the tag.
        key: DesktopTagKey,
    },
    /// `batchUntagResources`.
    Resource {
        /// Project of the resource.
        project: ResourceProjectId,
        /// Type of the resource.
        kind: ResourceType,
        /// The resource.
        id: ResourceId,
        /// The tags.
        body: BatchUntagResourcesBody,
    },
}

/// A request as it would be sent, without its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The method.
    pub method: &'static str,
    /// The whole URL.
    pub url: String,
    /// The body, byte for byte; none is sent without one.
    pub body: Option<String>,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How it ended.
    pub exit: Exit,
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// The request id, if the answer had one.
    pub request_id: Option<String>,
    /// The service's code for the failure.
    pub error_code: Option<String>,
    /// What went wrong, in a sentence.
    pub message: Option<String>,
}

impl Call {
    /// What the request would be.
    ///
    /// # Errors
    /// The client would not send it: in a URL it would come to stand for something else.
    pub async fn preview(&self, unarmed: &Wire) -> Result<Preview, Problem> {
        let operation = self.operation()?;
        let mut url = unarmed.base_url(operation).to_owned();
        for segment in operation.path {
            url.push('/');
            match segment {
                Segment::Literal(text) => url.push_str(text),
                Segment::Parameter(name) => url.push_str(&encode_path(self.parameter(name))),
            }
        }
        // Everything that the client checks comes before it finds that it has no credentials.
        match self.send(&unarmed.client()).await {
            Ended { exit: Exit::Credentials, .. } => {
                Ok(Preview { method: operation.method, url, body: self.body()? })
            }
            ended => Err(Problem::usage(format!(
                "{}; nothing was sent{}",
                ended.message.as_deref().unwrap_or("the client would not send it"),
                self.other_way()
            ))),
        }
    }

    /// Sends it.
    pub async fn send(&self, client: &Client) -> Ended {
        match self {
            Self::Desktop { project, desktop, key } => {
                ended(client.delete_desktop_tag(project, desktop, key).await)
            }
            Self::Resource { project, kind, id, body } => {
                ended(client.batch_untag_resources(project, kind, id, body).await)
            }
        }
    }

    /// The tags, as arguments name them.
    #[must_use]
    pub fn tags(&self) -> Vec<TagArgument> {
        match self {
            Self::Desktop { key, .. } => vec![TagArgument { key: key.as_str().to_owned(), value: None }],
            Self::Resource { body, .. } => body
                .tags
                .iter()
                .flatten()
                .map(|tag| TagArgument {
                    key: tag.key.as_str().to_owned(),
                    value: tag.value.as_ref().map(|value| value.as_str().to_owned()),
                })
                .collect(),
        }
    }

    fn operation(&self) -> Result<&'static Operation, Problem> {
        operation(match self {
            Self::Desktop { .. } => "deleteDesktopTag",
            Self::Resource { .. } => "batchUntagResources",
        })
    }

    fn parameter(&self, name: &str) -> &str {
        match (self, name) {
            (Self::Desktop { project, .. }, "project_id") => project.as_str(),
            (Self::Desktop { desktop, .. }, "desktop_id") => desktop.as_str(),
            (Self::Desktop { key, .. }, "key") => key.as_str(),
            (Self::Resource { project, .. }, "project_id") => project.as_str(),
            (Self::Resource { kind, .. }, "resource_type") => kind.as_str(),
            (Self::Resource { id, .. }, "resource_id") => id.as_str(),
            // An empty segment is refused, so what is not known here is not sent either.
            _ => "",
        }
    }

    fn body(&self) -> Result<Option<String>, Problem> {
        match self {
            Self::Desktop { .. } => Ok(None),
            Self::Resource { body, .. } => serde_json::to_string(body)
                .map(Some)
                .map_err(|error| Problem::failed(format!("the body cannot be written: {error}"))),
        }
    }

    /// How else to remove a tag whose key no URL carries.
    fn other_way(&self) -> &'static str {
        match self {
            Self::Desktop { .. } => "; `untag resource desktop ID KEY` sends the key in the body",
            Self::Resource { .. } => "",
        }
    }
}

/// How a call of an operation ended.
fn ended<E>(outcome: Result<untag_client::ResponseValue<()>, Error<E>>) -> Ended {
    match outcome {
        Ok(answer) => Ended {
            exit: Exit::Done,
            status: Some(answer.status().as_u16()),
            request_id: answer
                .headers()
                .get("x-request-id")
                .and_then(|id| id.to_str().ok())
                .map(str::to_owned),
            error_code: None,
            message: None,
        },
        Err(error) => Ended {
            exit: exit_of(&error),
            status: error.status().map(|status| status.as_u16()),
            request_id: error.request_id().map(str::to_owned),
            error_code: error.error_code().map(str::to_owned),
            message: Some(message(&error)),
        },
    }
}

/// The exit code for a failure of a call.
#[must_use]
pub fn exit_of<E>(error: &Error<E>) -> Exit {
    if error.is_credentials() || error.is_unauthenticated() {
        Exit::Credentials
    } else if error.is_unreachable()
        || error.is_throttled()
        || error.is_server_error()
        || error.is_retryable()
    {
        Exit::Unreachable
    } else if error.is_refused_here() {
        Exit::Usage
    } else {
        Exit::Refused
    }
}

/// A failure in a sentence, with what brought it about where the service did not say it.
#[must_use]
pub fn message<E>(error: &Error<E>) -> String {
    if let Some(why) = no_credentials(error) {
        return format!("{}{why}", error.to_string().trim_end_matches('.'));
    }
    // Of a connection, the last cause says what happened.
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    match cause {
        Some(cause) if error.status().is_none() => format!("{error}: {cause}"),
        _ => error.to_string(),
    }
}

/// Why there were no credentials, or no newer ones when the service had refused those that there were: how a sentence about
/// the failure goes on. It says what to do.
#[must_use]
pub fn no_credentials<E>(error: &Error<E>) -> Option<String> {
    let cause: &CredentialsError = std::error::Error::source(error)?.downcast_ref()?;
    Some(match error.status() {
        None => format!(": {cause}"),
        Some(_) => format!("; there are no newer credentials: {cause}"),
    })
}

impl Preview {
    /// For people: the request line, and the body below it.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.body {
            Some(body) => format!("{} {}\n{body}", self.method, self.url),
            None => format!("{} {}", self.method, self.url),
        }
    }

    /// For programs. The body is the text that is sent, so that nothing of it gets lost.
    #[must_use]
    pub fn json(&self) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("method".to_owned(), json!(self.method));
        members.insert("url".to_owned(), json!(self.url));
        members.insert("body".to_owned(), json!(self.body));
        members
    }
}
