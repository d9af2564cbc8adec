//! What a request does to the tags: those that a case starts with, and those that it leaves.

use crate::state::{DESKTOP, Resource};
use crate::target::Target;
use std::collections::BTreeMap;

/// The only key of a system tag.
const ENTERPRISE_PROJECT: &str = "_sys_enterprise_project_id";

/// What becomes of the tags when a request is accepted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effect {
    /// Whether it is the desktop that loses tags.
    pub(crate) is_desktop: bool,
    /// Of the tags that the case wants: the keys of those that go, as the case says.
    pub(crate) removed: Vec<String>,
    /// Of those that were there besides: key and value of what the request names.
    pub(crate) named: Vec<(String, Option<String>)>,
}

/// Desktop and resource in the state that a case wants.
pub(crate) fn wanted(target: &Target, given: &BTreeMap<String, String>) -> Vec<Resource> {
    let first = [("key1", "value1"), ("key2", "value3"), ("keep", "me")];
    let first = first.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let (sys_tags, tags): (BTreeMap<_, _>, BTreeMap<_, _>) =
        first.into_iter().chain(given.clone()).partition(|(key, _)| key == ENTERPRISE_PROJECT);
    let resource = |kind: &str, id: &str| Resource {
        project_id: target.project_id.clone(),
        resource_type: kind.to_owned(),
        resource_id: id.to_owned(),
        tags: tags.clone(),
        sys_tags: sys_tags.clone(),
    };
    vec![resource(DESKTOP, &target.desktop_id), resource(&target.resource_type, &target.resource_id)]
}

impl Effect {
    /// The resources after the request, if they were these before and the case wanted those.
    pub(crate) fn apply(&self, before: &[Resource], wanted: &[Resource]) -> Vec<Resource> {
        let mut after = before.to_vec();
        let Some(at) = wanted.get(usize::from(!self.is_desktop)) else { return after };
        let is_addressed = |resource: &&mut Resource| {
            (&resource.resource_type, &resource.resource_id) == (&at.resource_type, &at.resource_id)
        };
        for resource in after.iter_mut().filter(is_addressed) {
            for (tags, wanted) in [(&mut resource.tags, &at.tags), (&mut resource.sys_tags, &at.sys_tags)] {
                tags.retain(|key, value| {
                    let goes = |(named, of): &(String, Option<String>)| {
                        named == key && of.as_ref().is_none_or(|of| of == value)
                    };
                    if wanted.contains_key(key) {
                        !self.removed.contains(key)
                    } else {
                        !self.named.iter().any(goes)
                    }
                });
            }
        }
        after
    }
}
