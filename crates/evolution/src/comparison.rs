//! The comparison under way: what it knows of both documents, and what it has found.
//!
//! Nothing is passed over in silence, and that is how it is made: a rule walks every part in which an object differs
//! ([`Comparison::members`]), and hands what it does not know to [`Comparison::unclassified`].

use crate::{
    change::{Change, Class},
    hurt::Hurt,
    place::{At, Named, Pair, Part},
    reach::Reach,
    rename::Renames,
};
use serde_json::Value;
use std::collections::HashSet;

/// What a comparison knows and has found.
pub(crate) struct Comparison<'d> {
    pub(crate) old: At<'d>,
    pub(crate) new: At<'d>,
    /// Schemas that only have another name.
    pub(crate) renames: Renames<'d>,
    /// Which way the values of each schema travel.
    pub(crate) reach: Reach<'d>,
    changes: Vec<Change>,
}

impl<'d> Comparison<'d> {
    pub(crate) fn new(old: &'d Value, new: &'d Value) -> Self {
        Self {
            old: At::root(old),
            new: At::root(new),
            renames: Renames::between(old, new),
            reach: Reach::of([old, new]),
            changes: Vec::new(),
        }
    }

    /// Everything that was found, each once, in the order it was found.
    pub(crate) fn finish(self) -> Vec<Change> {
        let mut seen = HashSet::new();
        let key = |change: &Change| (change.old.clone(), change.new.clone(), change.sentence.clone());
        self.changes.into_iter().filter(|change| seen.insert(key(change))).collect()
    }

    /// Whether nothing was found yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Reports a change of a class.
    pub(crate) fn report(&mut self, part: &Part<'d>, class: Class, sentence: String) {
        self.push(part, class, sentence, true);
    }

    /// Reports a change that hurts somebody for the reasons given; nobody is hurt where there is none.
    pub(crate) fn hurt(&mut self, part: &Part<'d>, what: &str, hurt: &Hurt) {
        let sentence = hurt.sentence(what, "what was sent and answered until now goes on working");
        self.push(part, hurt.class(Class::Compatible), sentence, true);
    }

    /// Reports words for people.
    pub(crate) fn words(&mut self, part: &Part<'d>) {
        let sentence = format!("{}: no program acts on it.", part.fate(&part.quoted()));
        self.push(part, Class::Documentation, sentence, true);
    }

    /// Reports a mark that asks nobody to act now.
    pub(crate) fn deprecated(&mut self, part: &Part<'d>) {
        let now = part.after().is_some_and(|at| *at.value == Value::Bool(true));
        let what = if now { "this is deprecated" } else { "this is no longer deprecated" };
        let sentence = format!("{what}: whoever uses it is told, and it goes on working.");
        self.push(part, Class::Compatible, sentence, true);
    }

    /// Reports that something is written in another way, and means what it meant.
    pub(crate) fn same(&mut self, part: &Part<'d>) {
        let sentence = format!("{}: it says what was so anyway.", part.fate(&part.quoted()));
        self.push(part, Class::Documentation, sentence, true);
    }

    /// Reports what no rule knows, as breaking for both sides.
    pub(crate) fn unclassified(&mut self, part: &Part<'d>) {
        let sentence = format!(
            "{}, which is not classified: it counts as breaking for clients and servers until a rule of untag-evolution knows what it means.",
            part.fate(&part.quoted())
        );
        self.push(part, Class::Both, sentence, false);
    }

    fn push(&mut self, part: &Part<'d>, class: Class, sentence: String, classified: bool) {
        let pointer = |at: &At<'d>| at.pointer.clone();
        let (old, new) = (part.before().map(pointer), part.after().map(pointer));
        // Lint refuses names and texts with control characters; what is compared need not have been linted.
        let sentence = if sentence.contains(char::is_control) { printable(&sentence) } else { sentence };
        self.changes.push(Change { class, old, new, sentence, classified });
    }

    /// The members in which two objects differ, in the old order, then those that are new.
    ///
    /// What is no object is reported, and has none.
    pub(crate) fn members(&mut self, pair: &Pair<'d>) -> Vec<Named<'d>> {
        if !pair.old.value.is_object() || !pair.new.value.is_object() {
            self.unclassified(&pair.clone().into());
            return Vec::new();
        }
        differing(pair.old.members().chain(pair.new.members()).map(|(name, _)| name), |name| pair.get(name))
    }

    /// As [`members`](Self::members), where an object that is missing has no members.
    pub(crate) fn members_of_part(&mut self, part: &Part<'d>) -> Vec<Named<'d>> {
        let sides = [part.before(), part.after()];
        if sides.iter().flatten().any(|side| !side.value.is_object()) {
            self.unclassified(part);
            return Vec::new();
        }
        let names = sides.iter().flatten().flat_map(|side| side.members()).map(|(name, _)| name);
        let get = |side: Option<&At<'d>>, name: &str| side.and_then(|side| side.get(name));
        let members = differing(names, |name| Part::of(get(part.before(), name), get(part.after(), name)));
        // An object without members that comes or goes.
        if members.is_empty() && !matches!(part, Part::Kept(_)) {
            self.same(part);
        }
        members
    }

    /// The items in which two lists differ, matched by a key; a list that is missing is empty.
    ///
    /// What is no list of items that have distinct keys is reported as unclassified: `None`. Whether items that both
    /// lists have stand in another order is for the caller to say.
    pub(crate) fn items(
        &mut self,
        part: &Part<'d>,
        old_key: impl Fn(&At<'d>) -> Option<String>,
        new_key: impl Fn(&At<'d>) -> Option<String>,
    ) -> Option<Items<'d>> {
        let old = keyed(part.before(), old_key);
        let new = keyed(part.after(), new_key);
        let (Some(old), Some(new)) = (old, new) else {
            self.unclassified(part);
            return None;
        };
        let find = |list: &[(String, At<'d>)], key: &str| {
            list.iter().find(|(other, _)| other == key).map(|(_, at)| at.clone())
        };
        let keys = old.iter().chain(&new).map(|(key, _)| key.as_str());
        let differing = differing(keys, |key| Part::of(find(&old, key), find(&new, key)));
        let common = |list: &[(String, At<'d>)], other: &[(String, At<'d>)]| {
            let keys = list.iter().map(|(key, _)| key.clone());
            keys.filter(|key| other.iter().any(|(known, _)| known == key)).collect::<Vec<_>>()
        };
        let reordered = common(&old, &new) != common(&new, &old);
        Some(Items { differing, reordered })
    }

    /// Compares two places, each of which may be a reference to a shared component of any kind but a schema.
    ///
    /// Where both refer to the same component, that is compared where it stands. Where they do not, changes are reported
    /// here: the component itself may be what it was.
    pub(crate) fn through(&mut self, pair: &Pair<'d>, compare: fn(&mut Self, &Pair<'d>)) {
        let reference = |at: &At<'d>| at.text("$ref");
        if reference(&pair.old).is_none() && reference(&pair.new).is_none() {
            return compare(self, pair);
        }
        match (pair.old.resolved(&self.old), pair.new.resolved(&self.new)) {
            (Some(old), Some(new)) if old.value == new.value => {
                let sentence =
                    "it is written in another place, and says what it said: no program acts on it.";
                self.report(&pair.clone().into(), Class::Documentation, sentence.to_owned());
            }
            (Some(old), Some(new)) => {
                let before = self.changes.len();
                compare(self, &Pair { old, new });
                for change in self.changes.iter_mut().skip(before) {
                    here(&mut change.old, &pair.old.pointer);
                    here(&mut change.new, &pair.new.pointer);
                }
            }
            _ => self.unclassified(&pair.clone().into()),
        }
    }
}

/// A sentence without what would break its line, or what a terminal would obey.
fn printable(sentence: &str) -> String {
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    sentence.chars().map(escaped).collect()
}

/// Replaces a pointer that leads away from a place by the place.
fn here(pointer: &mut Option<String>, place: &str) {
    if let Some(pointer) = pointer.as_mut().filter(|pointer| !pointer.starts_with(place)) {
        place.clone_into(pointer);
    }
}

/// The items in which two lists differ.
pub(crate) struct Items<'d> {
    pub(crate) differing: Vec<Named<'d>>,
    /// Whether the items that both lists have stand in another order.
    pub(crate) reordered: bool,
}

/// The names, each once, whose parts differ.
fn differing<'d, 'n>(
    names: impl Iterator<Item = &'n str>,
    part: impl Fn(&str) -> Option<Part<'d>>,
) -> Vec<Named<'d>> {
    let mut seen = HashSet::new();
    names
        .filter(|name| seen.insert(*name))
        .filter_map(|name| Some((name.to_owned(), part(name)?)))
        .filter(|(_, part)| !matches!(part, Part::Kept(pair) if pair.is_same()))
        .collect()
}

/// The items of a list with their keys; `None` unless it is a list and every item has a key of its own.
fn keyed<'d>(
    list: Option<&At<'d>>,
    key: impl Fn(&At<'d>) -> Option<String>,
) -> Option<Vec<(String, At<'d>)>> {
    let Some(list) = list else { return Some(Vec::new()) };
    list.value.as_array()?;
    let mut seen = HashSet::new();
    list.items()
        .map(|item| key(&item).map(|key| (key, item)))
        .collect::<Option<Vec<_>>>()
        .filter(|items| items.iter().all(|(key, _)| seen.insert(key.clone())))
}
