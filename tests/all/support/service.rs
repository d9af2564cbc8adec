//! A small tag store behind the stub of `tests/fixtures/documents/tag-deletion.yaml`: the contract's two operations, with a
//! state that a test sets and reads.

use super::example::{ID, PROJECT, TOKEN, all_tags};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use untag_fixtures::generated::tag_deletion::server::{
    Api, BatchUntagResourcesRequest, BatchUntagResourcesResponse, DeleteDesktopTagRequest,
    DeleteDesktopTagResponse,
};
use untag_server::{Authenticate, Authenticated, AuthenticationError, Credentials, Presented, Valid};

/// Tags by kind of resource.
pub type Tags = BTreeMap<String, BTreeMap<String, String>>;

/// The token of a caller with the `op_service` permission; the other one's is [`TOKEN`].
pub const OP_SERVICE_TOKEN: &str = "example-op-service-token";

/// What the service knows.
#[derive(Clone, Debug)]
pub struct Service {
    tags: Arc<Mutex<Tags>>,
}

impl Service {
    /// The state that the example starts with, and these tags besides on both resources.
    pub fn with(besides: &BTreeMap<String, String>) -> Self {
        let mut tags = all_tags();
        for of_kind in tags.values_mut() {
            of_kind.extend(besides.clone());
        }
        Self { tags: Arc::new(Mutex::new(tags)) }
    }

    /// The tags as they are now.
    pub fn tags(&self) -> Tags {
        self.tags.lock().expect("no test panics with the lock").clone()
    }

    /// Other tags in the place of all.
    pub fn set(&self, tags: Tags) {
        *self.tags.lock().expect("no test panics with the lock") = tags;
    }

    fn remove(&self, kind: &str, id: &str, goes: impl Fn(&str, &str) -> bool) -> bool {
        let mut tags = self.tags.lock().expect("no test panics with the lock");
        match tags.get_mut(kind) {
            Some(tags) if id == ID => {
                tags.retain(|key, value| !goes(key, value));
                true
            }
            _ => false,
        }
    }
}

/// A caller, and whether it has the `op_service` permission.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    op_service: bool,
}

impl Authenticate for Service {
    type Caller = Caller;

    async fn authenticate(&self, presented: Presented<'_>) -> Result<Caller, AuthenticationError> {
        match presented.credentials {
            Credentials::Token(token) if token.expose() == TOKEN => Ok(Caller { op_service: false }),
            Credentials::Token(token) if token.expose() == OP_SERVICE_TOKEN => {
                Ok(Caller { op_service: true })
            }
            _ => Err(AuthenticationError::Refused("the credentials are not valid".to_owned())),
        }
    }
}

impl Api for Service {
    async fn delete_desktop_tag(
        &self,
        _caller: Authenticated<Caller>,
        asked: Valid<DeleteDesktopTagRequest>,
    ) -> DeleteDesktopTagResponse {
        if asked.project_id.as_str() != PROJECT {
            return DeleteDesktopTagResponse::forbidden("the token belongs to another project");
        }
        if self.remove("desktop", asked.desktop_id.as_str(), |key, _| key == asked.key.as_str()) {
            DeleteDesktopTagResponse::NoContent
        } else {
            DeleteDesktopTagResponse::not_found("no such desktop")
        }
    }

    async fn batch_untag_resources(
        &self,
        caller: Authenticated<Caller>,
        asked: Valid<BatchUntagResourcesRequest>,
    ) -> BatchUntagResourcesResponse {
        if asked.project_id.as_str() != PROJECT {
            return BatchUntagResourcesResponse::forbidden("the token belongs to another project");
        }
        if asked.body.sys_tags.is_some() && !caller.op_service {
            return BatchUntagResourcesResponse::forbidden("sys_tags takes the op_service permission");
        }
        let tags = asked.body.tags.iter().flatten();
        let tags = tags.map(|tag| (tag.key.as_str(), tag.value.as_ref().map(AsRef::as_ref)));
        let system = asked.body.sys_tags.iter().flatten();
        let system = system.map(|tag| (tag.key.as_str(), tag.value.as_ref().map(AsRef::as_ref)));
        let listed: Vec<(&str, Option<&str>)> = tags.chain(system).collect();
        let goes = |key: &str, value: &str| {
            listed.iter().any(|(named, wanted)| *named == key && wanted.is_none_or(|wanted| wanted == value))
        };
        if self.remove(asked.resource_type.as_str(), asked.resource_id.as_str(), goes) {
            BatchUntagResourcesResponse::NoContent
        } else {
            BatchUntagResourcesResponse::not_found("no such resource")
        }
    }
}

/// Serves a router on a free port of the loopback interface until the process ends.
pub fn serve(router: axum::Router) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("tokio wants it so");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, router).await.expect("serving never ends");
        });
    });
    address
}
