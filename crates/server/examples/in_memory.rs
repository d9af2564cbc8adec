//! The contract in memory, for one caller, the tag service: `cargo run -p untag-server --example in_memory -- [ADDR]`.

use std::{collections::BTreeMap, env, error::Error, sync::Mutex};
use untag_server::*;

const PROJECT: &str = "0123456789abcdef0123456789abcdef";
const ID: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";
const TOKEN: &str = "example-token";

/// The tags of each resource, by its type and id.
struct InMemory(Mutex<BTreeMap<String, BTreeMap<&'static str, &'static str>>>);

impl InMemory {
    /// Removes the tags that `goes` picks and prints what is left. Whether there is such a resource.
    fn remove(&self, resource: &str, goes: impl Fn(&str, &str) -> bool) -> bool {
        let mut resources = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(tags) = resources.get_mut(resource) else { return false };
        tags.retain(|key, value| !goes(key, value));
        println!("{resource}: {tags:?} left");
        true
    }
}

impl Authenticate for InMemory {
    type Caller = &'static str;

    async fn authenticate(&self, presented: Presented<'_>) -> Result<Self::Caller, AuthenticationError> {
        match presented.credentials {
            Credentials::Token(token) if token.expose() == TOKEN => Ok(PROJECT),
            _ => Err(AuthenticationError::Refused("the credentials are not valid".to_owned())),
        }
    }
}

impl Api for InMemory {
    async fn delete_desktop_tag(
        &self,
        project: Authenticated<&'static str>,
        asked: Valid<DeleteDesktopTagRequest>,
    ) -> DeleteDesktopTagResponse {
        if asked.project_id.as_str() != *project {
            return DeleteDesktopTagResponse::forbidden("the token belongs to another project");
        }
        if self.remove(&format!("desktop {}", asked.desktop_id), |key, _| key == asked.key.as_str()) {
            return DeleteDesktopTagResponse::NoContent;
        }
        DeleteDesktopTagResponse::not_found("there is no such desktop")
    }

    async fn batch_untag_resources(
        &self,
        project: Authenticated<&'static str>,
        asked: Valid<BatchUntagResourcesRequest>,
    ) -> BatchUntagResourcesResponse {
        if asked.project_id.as_str() != *project {
            return BatchUntagResourcesResponse::forbidden("the token belongs to another project");
        }
        let (tags, sys_tags) = (asked.body.tags.iter().flatten(), asked.body.sys_tags.iter().flatten());
        let tags = tags.map(|tag| (tag.key.as_str(), tag.value.as_ref().map(AsRef::as_ref)));
        let sys_tags = sys_tags.map(|tag| (tag.key.as_str(), tag.value.as_ref().map(AsRef::as_ref)));
        let listed: Vec<(&str, Option<&str>)> = tags.chain(sys_tags).collect();
        let goes = |k: &str, v: &str| listed.contains(&(k, None)) || listed.contains(&(k, Some(v)));
        if self.remove(&format!("{} {}", asked.resource_type, asked.resource_id), goes) {
            return BatchUntagResourcesResponse::NoContent;
        }
        BatchUntagResourcesResponse::not_found("there is no such resource")
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{} for token {TOKEN}, project {PROJECT}", listener.local_addr()?);
    println!("desktop {ID} and workspace {ID}: each has key1=value1, key2=value3, keep=me");
    let tags = BTreeMap::from([("key1", "value1"), ("key2", "value3"), ("keep", "me")]);
    let resources = ["desktop", "workspace"].map(|kind| (format!("{kind} {ID}"), tags.clone())).into();
    Ok(axum::serve(listener, router(InMemory(Mutex::new(resources)))).await?)
}
