//! The operations of the contract on a store: who is asking, whether they may, and what the store made of it.
//!
//! One flow serves both operations, because both remove tags of a resource: a desktop is a resource of type `desktop`.

use crate::authorization::{Asked, Authorization, Operation};
use crate::caller::{Caller, Source};
use crate::clock;
use crate::metrics::Metrics;
use axum::extract::ConnectInfo;
use std::net::SocketAddr;
use std::sync::Arc;
use tracing::Instrument;
use untag_identity::{Authenticator, Credential};
use untag_server::reply::failure_message;
use untag_server::{
    Api, Authenticate, Authenticated, AuthenticationError, BatchUntagResourcesRequest,
    BatchUntagResourcesResponse, Credentials, DeleteDesktopTagRequest, DeleteDesktopTagResponse, Presented,
    Valid,
};
use untag_store::{Attribution, Deletion, Denial, Outcome, ResourceKey, Store, TagMatch};
use untag_types::EncodedAuthorizationMessage;

/// The type under which desktops are kept.
pub const DESKTOP: &str = "desktop";

/// The contract's implementation.
#[derive(Debug)]
pub struct Untagd {
    /// Where the tags are.
    pub store: Arc<dyn Store>,
    /// Who is calling.
    pub authenticator: Arc<Authenticator>,
    /// What they may do.
    pub authorization: Arc<Authorization>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Whether requests come over TLS.
    pub tls: bool,
}

/// Why nothing was removed.
enum Refusal {
    Forbidden(Denial),
    NotFound,
    Failed,
}

impl Authenticate for Untagd {
    type Caller = Caller;

    async fn authenticate(&self, presented: Presented<'_>) -> Result<Caller, AuthenticationError> {
        let request_id = presented.request_id;
        let credential = match presented.credentials {
            Credentials::Token(token) => Credential::Token(token.expose()),
            Credentials::Signature(_) if has_ambiguous_slash(presented.raw_path) => {
                return Err(AuthenticationError::Refused(
                    "the path of a signed request may have an encoded slash in its last segment only: \
                     its signature would fit another path as well"
                        .to_owned(),
                ));
            }
            Credentials::Signature(header) => Credential::Authorization(header.expose()),
            // A kind of credential that this version does not know proves nothing.
            _ => {
                return Err(AuthenticationError::Refused("this service takes no such credential".to_owned()));
            }
        };
        let seen = untag_identity::Presented {
            credential,
            method: presented.method,
            raw_path: presented.raw_path,
            raw_query: presented.query,
            headers: presented.headers,
            body: presented.body,
            now: clock::now(),
        };
        let source = presented.extensions.get::<ConnectInfo<SocketAddr>>();
        let source = source.map(|ConnectInfo(peer)| Source { ip: peer.ip(), tls: self.tls });
        let judged = self.authenticator.authenticate(&seen).await;
        judged.map(|principal| Caller { principal: Arc::new(principal), source }).map_err(|error| match error
        {
            untag_identity::AuthenticationError::Refused { kind, message } => {
                tracing::info!(%request_id, reason = kind.label(), "credentials refused");
                AuthenticationError::Refused(message)
            }
            untag_identity::AuthenticationError::Failed { message } => {
                tracing::error!(%request_id, reason = message, "credentials cannot be judged");
                AuthenticationError::Failed
            }
        })
    }
}

impl Api for Untagd {
    async fn delete_desktop_tag(
        &self,
        caller: Authenticated<Caller>,
        request: Valid<DeleteDesktopTagRequest>,
    ) -> DeleteDesktopTagResponse {
        let DeleteDesktopTagRequest { project_id, desktop_id, key } = request.into_inner();
        let resource = ResourceKey {
            project_id: project_id.into_string(),
            resource_type: DESKTOP.to_owned(),
            resource_id: desktop_id.into_string(),
        };
        let tags = vec![TagMatch { key: key.into_string(), value: None }];
        let request_id = caller.request_id();
        match self.remove(Operation::DeleteDesktopTag, caller, resource, tags, Vec::new()).await {
            Ok(()) => DeleteDesktopTagResponse::NoContent,
            Err(Refusal::Forbidden(denial)) => {
                let mut response = DeleteDesktopTagResponse::forbidden(denial.message);
                if let DeleteDesktopTagResponse::Forbidden(body) = &mut response {
                    body.encoded_authorization_message =
                        denial.encoded.and_then(|text| EncodedAuthorizationMessage::new(text).ok());
                }
                response
            }
            Err(Refusal::NotFound) => {
                DeleteDesktopTagResponse::not_found("the project has no desktop with this desktop_id")
            }
            Err(Refusal::Failed) => {
                DeleteDesktopTagResponse::internal_server_error(failure_message(request_id))
            }
        }
    }

    async fn batch_untag_resources(
        &self,
        caller: Authenticated<Caller>,
        request: Valid<BatchUntagResourcesRequest>,
    ) -> BatchUntagResourcesResponse {
        let BatchUntagResourcesRequest { project_id, resource_type, resource_id, body } =
            request.into_inner();
        let resource = ResourceKey {
            project_id: project_id.into_string(),
            resource_type: resource_type.into_string(),
            resource_id: resource_id.into_string(),
        };
        // An absent list names nothing, and so removes nothing.
        let tags = body.tags.into_iter().flatten();
        let tags = tags.map(|tag| TagMatch {
            key: tag.key.into_string(),
            value: tag.value.map(untag_types::TagValue::into_string),
        });
        let sys_tags = body.sys_tags.into_iter().flatten();
        let sys_tags = sys_tags.map(|tag| TagMatch {
            key: tag.key.as_str().to_owned(),
            value: tag.value.map(untag_types::SystemTagValue::into_string),
        });
        let request_id = caller.request_id();
        let removed =
            self.remove(Operation::BatchUntagResources, caller, resource, tags.collect(), sys_tags.collect());
        match removed.await {
            Ok(()) => BatchUntagResourcesResponse::NoContent,
            Err(Refusal::Forbidden(denial)) => BatchUntagResourcesResponse::forbidden(denial.message),
            Err(Refusal::NotFound) => BatchUntagResourcesResponse::not_found(
                "the project has no resource of this resource_type and resource_id",
            ),
            Err(Refusal::Failed) => {
                BatchUntagResourcesResponse::internal_server_error(failure_message(request_id))
            }
        }
    }
}

impl Untagd {
    async fn remove(
        &self,
        operation: Operation,
        caller: Authenticated<Caller>,
        resource: ResourceKey,
        tags: Vec<TagMatch>,
        sys_tags: Vec<TagMatch>,
    ) -> Result<(), Refusal> {
        let request_id = caller.request_id();
        let at = clock::now();
        let request_id_text = request_id.to_string();
        let caller = caller.into_inner();
        let asked = Asked { operation, caller, resource, tags, sys_tags, at, request_id: request_id_text };
        self.authorization.permits(&asked).map_err(Refusal::Forbidden)?;
        let deletion = Deletion {
            resource: asked.resource.clone(),
            tags: asked.tags.clone(),
            sys_tags: asked.sys_tags.clone(),
            by: Attribution {
                at: clock::micros(at),
                request_id: asked.request_id.clone(),
                caller: asked.by(),
            },
        };
        let span = tracing::info_span!("remove", %request_id, operation = operation.id());
        let authorize = Arc::clone(&self.authorization).rule(asked);
        match self.store.delete(deletion, authorize).instrument(span).await {
            Ok(Outcome::Done { removed }) => {
                self.metrics.removed(removed);
                Ok(())
            }
            Ok(Outcome::NotFound) => Err(Refusal::NotFound),
            Ok(Outcome::Denied(denial)) => Err(Refusal::Forbidden(denial)),
            Err(error) => {
                tracing::error!(%request_id, %error, "nothing removed");
                Err(Refusal::Failed)
            }
        }
    }
}

/// Whether a slash is encoded where it makes a signature ambiguous. A signature covers the decoded path, in which
/// `desktops/x/tags/y%2Ftags%2Fz` and `desktops/x%2Ftags%2Fy/tags/z` are one; only a key, the last segment, needs slashes.
fn has_ambiguous_slash(raw_path: &str) -> bool {
    let before_last = raw_path.rsplit_once('/').map_or("", |(before, _)| before);
    before_last.as_bytes().windows(3).any(|three| three.eq_ignore_ascii_case(b"%2f"))
}

#[cfg(test)]
mod tests {
    use super::has_ambiguous_slash;

    #[test]
    fn only_the_last_segment_of_a_signed_path_may_encode_a_slash() {
        assert!(!has_ambiguous_slash("/v2/p/desktops/x/tags/y%2Ftags%2fz"));
        assert!(!has_ambiguous_slash("/v2/p/desktops/x/tags/%252F"));
        assert!(has_ambiguous_slash("/v2/p/desktops/x%2Ftags%2Fy/tags/z"));
        assert!(has_ambiguous_slash("/v1/p/a%2fb/id/tags/delete"));
    }
}
