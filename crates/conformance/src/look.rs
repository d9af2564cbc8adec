//! A look at the tags: setting them where a case wants others, reading them after it, and saying what differs.

use crate::state::{Resource, State, StateError};
use std::collections::BTreeMap;

/// The tags as they are seen.
pub(crate) struct Look<'a> {
    pub(crate) state: &'a mut dyn State,
    /// Desktop and resource as they were seen last. None: something may have changed them.
    pub(crate) known: Option<Vec<Resource>>,
}

impl Look<'_> {
    /// Sets the tags that a case wants, unless they are there, and says what is there.
    pub(crate) fn prepare(&mut self, wanted: &[Resource]) -> Result<Vec<Resource>, StateError> {
        if let Some(known) = &self.known
            && covers(known, wanted)
        {
            return Ok(known.clone());
        }
        self.known = None;
        self.state.set(wanted)?;
        let before = self.read(wanted)?;
        if covers(&before, wanted) {
            return Ok(before);
        }
        self.known = None;
        Err(StateError("they were set, and others are read".to_owned()))
    }

    /// The two resources as they are now.
    pub(crate) fn read(&mut self, wanted: &[Resource]) -> Result<Vec<Resource>, StateError> {
        self.known = None;
        let mut all = self.state.read()?;
        all.retain(|resource| wanted.iter().any(|wanted| is_same(resource, wanted)));
        all.sort();
        self.known = Some(all.clone());
        Ok(all)
    }
}

fn is_same(one: &Resource, other: &Resource) -> bool {
    (&one.project_id, &one.resource_type, &one.resource_id)
        == (&other.project_id, &other.resource_type, &other.resource_id)
}

/// Whether these resources are there with these tags; they may have others besides.
pub(crate) fn covers(known: &[Resource], wanted: &[Resource]) -> bool {
    let has = |known: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>| {
        wanted.iter().all(|(key, value)| known.get(key) == Some(value))
    };
    wanted.iter().all(|wanted| {
        known.iter().any(|known| {
            is_same(known, wanted) && has(&known.tags, &wanted.tags) && has(&known.sys_tags, &wanted.sys_tags)
        })
    })
}

/// What differs from before, in words.
pub(crate) fn show(after: &[Resource], before: &[Resource]) -> String {
    let mut changes = Vec::new();
    for old in before {
        let kind = &old.resource_type;
        let Some(new) = after.iter().find(|new| is_same(new, old)) else {
            changes.push(format!("the {kind} is gone"));
            continue;
        };
        for (old, new) in [(&old.tags, &new.tags), (&old.sys_tags, &new.sys_tags)] {
            let gone = old.keys().filter(|key| !new.contains_key(*key));
            changes.extend(gone.map(|key| format!("the {kind} loses {key:?}")));
            let other = new.iter().filter(|(key, value)| old.get(*key) != Some(*value));
            changes.extend(other.map(|(key, value)| format!("the {kind} gets {key:?}={value:?}")));
        }
    }
    if changes.is_empty() { "no tag changes".to_owned() } else { changes.join(", ") }
}
