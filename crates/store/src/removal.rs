//! What a deletion removes of the tags that are there: decided here, once, for every store.

use std::collections::HashSet;

use crate::{Deletion, TagMatch, Tags};

/// A tag that goes. The members lie in the tags it was found among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Removal<'a> {
    /// Whether it is a system tag.
    pub(crate) system: bool,
    /// Its key.
    pub(crate) key: &'a str,
    /// The value it has.
    pub(crate) value: &'a str,
}

/// The tags that go, each once, in the order in which the deletion names them: tenant tags, then system tags. A row of
/// the audit trail is due for each, with its place here as the ordinal.
pub(crate) fn removals<'a>(deletion: &Deletion, present: &'a Tags) -> Vec<Removal<'a>> {
    let tenant = deletion.tags.iter().map(|wanted| (false, wanted));
    let system = deletion.sys_tags.iter().map(|wanted| (true, wanted));
    let mut seen = HashSet::new();
    let found = tenant.chain(system).filter_map(|(system, wanted)| find(system, wanted, present));
    found.filter(|removal| seen.insert((removal.system, removal.key))).collect()
}

fn find<'a>(system: bool, wanted: &TagMatch, present: &'a Tags) -> Option<Removal<'a>> {
    let tags = if system { &present.sys_tags } else { &present.tags };
    let (key, value) = tags.get_key_value(&wanted.key)?;
    let matches = wanted.value.as_ref().is_none_or(|wanted| wanted == value);
    matches.then_some(Removal { system, key, value })
}
