//! What is deleted: tags of desktops, each once and in any order.

use crate::example::PROJECT;
use crate::{Outcome, progress};
use std::cell::RefCell;
use tokio::runtime::Runtime;
use untag_bench::signers::{ACCESS_KEY, SECRET};
use untag_store::{ResourceKey, Store, Tags};

/// Tags of each resource: as many as a batch may name.
pub(crate) const TAGS: usize = 10;

/// The token of the one caller, and its SHA-256.
pub(crate) const TOKEN: &str = "example-token";
const TOKEN_SHA256: &str = "4d1566a1d7df42a8517456d60ea06ed284e535cfe4c956aa6ee172dbcdf945f7";

/// The authentication file, which knows one caller who may do everything, with the token or the access key of all examples.
pub(crate) fn callers() -> String {
    format!(
        "[[users]]\nid = \"bench\"\nname = \"bench\"\naccount = \"bench\"\nis_account = true\n\
         projects = [\"{PROJECT}\"]\n[[tokens]]\nsha256 = \"{TOKEN_SHA256}\"\nuser = \"bench\"\n\
         [[access_keys]]\nid = \"{ACCESS_KEY}\"\nsecret = \"{SECRET}\"\nuser = \"bench\"\n"
    )
}

/// The request that deletes one tag.
pub(crate) fn one((resource, tag): (usize, usize)) -> Vec<u8> {
    format!(
        "DELETE /v2/{PROJECT}/desktops/{}/tags/{} HTTP/1.1\r\nhost: bench\r\nx-auth-token: {TOKEN}\r\n\r\n",
        id(resource),
        key(tag)
    )
    .into_bytes()
}

/// The request that deletes the first so many tags of a resource, all in one batch.
pub(crate) fn batch(resource: usize, tags: usize) -> Vec<u8> {
    let (path, body) = (batch_path(resource), batch_body(tags));
    format!(
        "DELETE {path} HTTP/1.1\r\nhost: bench\r\nx-auth-token: {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The path of that request.
pub(crate) fn batch_path(resource: usize) -> String {
    format!("/v1/{PROJECT}/desktop/{}/tags/delete", id(resource))
}

/// The body of that request.
pub(crate) fn batch_body(tags: usize) -> String {
    let tags: Vec<String> = (0..tags).map(|tag| format!("{{\"key\":\"{}\"}}", key(tag))).collect();
    format!("{{\"tags\":[{}]}}", tags.join(","))
}

/// The id of a resource, of type `desktop`.
pub(crate) fn id(resource: usize) -> String {
    format!("desktop-{resource}")
}

/// The key of one of a resource's tags.
pub(crate) fn key(tag: usize) -> String {
    format!("key-{tag}")
}

/// The value of that tag.
pub(crate) fn value(tag: usize) -> String {
    format!("value-{tag}")
}

/// Makes so many resources with so many tags each.
pub(crate) fn fill(runtime: &Runtime, store: &dyn Store, resources: usize, tags: usize) -> Outcome<()> {
    progress::say("filling a database");
    let resources: Vec<usize> = (0..resources).collect();
    for chunk in resources.chunks(1000) {
        let chunk = chunk.iter().map(|&resource| {
            let name = ResourceKey {
                project_id: PROJECT.to_owned(),
                resource_type: "desktop".to_owned(),
                resource_id: id(resource),
            };
            let tags = (0..tags).map(|tag| (key(tag), value(tag))).collect();
            (name, Tags { tags, ..Tags::default() })
        });
        runtime.block_on(store.upsert(chunk.collect()))?;
    }
    Ok(())
}

/// What has not been deleted yet.
#[derive(Debug)]
pub(crate) struct Left<T>(RefCell<Vec<T>>);

impl Left<(usize, usize)> {
    /// Every tag of so many resources once, neighbours far apart, in the same order each time.
    pub(crate) fn tags(resources: usize) -> Self {
        let mut all: Vec<(usize, usize)> =
            (0..TAGS).flat_map(|tag| (0..resources).map(move |resource| (resource, tag))).collect();
        all.sort_by_key(|(resource, tag)| scattered(resource * TAGS + tag));
        Self(RefCell::new(all))
    }
}

impl Left<usize> {
    /// Every one of so many resources once, neighbours far apart, in the same order each time.
    pub(crate) fn resources(resources: usize) -> Self {
        let mut all: Vec<usize> = (0..resources).collect();
        all.sort_by_key(|&resource| scattered(resource));
        Self(RefCell::new(all))
    }
}

impl<T> Left<T> {
    /// The next so many.
    pub(crate) fn take(&self, count: usize) -> Outcome<Vec<T>> {
        let mut left = self.0.borrow_mut();
        let rest = left.len().checked_sub(count).ok_or("there is not enough left to delete")?;
        Ok(left.split_off(rest))
    }
}

/// Multiplying by an odd constant shuffles 64-bit numbers one to one.
fn scattered(number: usize) -> u64 {
    (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::{Left, TAGS, TOKEN_SHA256};
    use std::collections::BTreeSet;

    #[test]
    fn every_tag_is_deleted_once() {
        let all = Left::tags(100).take(100 * TAGS).unwrap();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 100 * TAGS);
        assert_ne!(all[0].0 + 1, all[1].0);
        let all = Left::resources(100);
        assert_eq!(
            all.take(60).unwrap().into_iter().chain(all.take(40).unwrap()).collect::<BTreeSet<_>>().len(),
            100
        );
        assert!(all.take(1).is_err());
        assert_eq!(TOKEN_SHA256.len(), 64);
    }
}
