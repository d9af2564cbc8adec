//! The model: what a database holds, and what follows from each operation.

use crate::callers::Caller;
use crate::operation::{Filter, Lines, Request};
use std::collections::BTreeMap;
use untag_store::ResourceKey;

/// Whether it is a system tag, and its key.
pub(crate) type TagKey = (bool, String);

/// The tags of a resource.
pub(crate) type Tags = BTreeMap<TagKey, String>;

/// A change of one tag, as the audit trail tells of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Change {
    pub(crate) caller: String,
    pub(crate) restores: bool,
    pub(crate) resource: ResourceKey,
    pub(crate) tag: TagKey,
    pub(crate) value: String,
}

/// A row of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Row {
    /// As it is printed, to the microsecond: later is greater.
    pub(crate) time: String,
    pub(crate) request: String,
    pub(crate) change: Change,
}

/// What a database holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Model {
    pub(crate) resources: BTreeMap<ResourceKey, Tags>,
    /// By time, then request.
    pub(crate) trail: Vec<Row>,
}

/// What an import did to the resources it lists: created, changed, unchanged.
pub(crate) type Imported = [u64; 3];

/// Tags that are to be put back, with the value that was removed last.
pub(crate) type Lost = BTreeMap<(ResourceKey, TagKey), String>;

impl Model {
    /// The status that a request must be answered with.
    pub(crate) fn answer(&self, request: &Request) -> u16 {
        let (caller, tags) = (request.caller, self.resources.get(&request.place.key()));
        match () {
            () if !caller.is_known() => 401,
            () if request.flaw.is_some() => 400,
            () if !caller.projects().contains(&request.place.project) => 403,
            () if request.names_system_tags() && caller != Caller::Service => 403,
            () if !caller.is_allowed(tags) => 403,
            () if tags.is_none() => 404,
            () => 204,
        }
    }

    /// What a request that is answered 204 does.
    pub(crate) fn remove(&mut self, request: &Request) -> Vec<Change> {
        let (resource, caller) = (request.place.key(), request.caller.name());
        let tags = self.resources.entry(resource.clone()).or_default();
        let remove = |(tag, wanted): (TagKey, Option<&str>)| {
            let value = tags.get(&tag)?;
            if wanted.is_some_and(|wanted| wanted != value) {
                return None;
            }
            let value = tags.remove(&tag)?;
            Some(Change { caller: caller.clone(), restores: false, resource: resource.clone(), tag, value })
        };
        request.named().filter_map(remove).collect()
    }

    /// What an import does.
    pub(crate) fn import(&mut self, lines: &Lines) -> Imported {
        let mut imported = [0; 3];
        for (place, given) in lines {
            let before = self.resources.get(&place.key()).cloned();
            let after = self.resources.entry(place.key()).or_default();
            after.extend(given.iter().map(|&(key, value)| (key.owned(), value.to_owned())));
            imported[before.map_or(0, |before| 1 + usize::from(before == *after))] += 1;
        }
        imported
    }

    /// What a restoration finds.
    pub(crate) fn lost(&self, filter: &Filter) -> Lost {
        let chosen = self.trail.iter().filter(|row| !row.change.restores && filter.takes(row));
        let lost = chosen
            .map(|row| ((row.change.resource.clone(), row.change.tag.clone()), row.change.value.clone()));
        lost.collect()
    }

    /// What a restoration does with what it found.
    pub(crate) fn put_back(&mut self, lost: Lost, caller: &str) -> Vec<Change> {
        let mut changes = Vec::new();
        for ((resource, tag), value) in lost {
            let tags = self.resources.entry(resource.clone()).or_default();
            if !tags.contains_key(&tag) {
                tags.insert(tag.clone(), value.clone());
                changes.push(Change { caller: caller.to_owned(), restores: true, resource, tag, value });
            }
        }
        changes
    }
}
