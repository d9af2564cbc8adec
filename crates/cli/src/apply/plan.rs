//! Which tags go into which request: the tags of one resource together, as many as the contract allows, and none twice.

use super::entry::{Entry, Resource};
use std::collections::HashMap;
use untag_client::Batches;
use untag_client::types::{BatchUntagResourcesBody, ResourceTag, TagKey, TagValue};

/// How many tags are looked at together; the lines of one resource that are further apart go into several requests.
pub(super) const WINDOW_TAGS: usize = 10_000;
/// How many bytes of entries are looked at together.
pub(super) const WINDOW_BYTES: usize = 8 * 1024 * 1024;

/// A request, and who asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) resource: Resource,
    pub(super) body: BatchUntagResourcesBody,
    /// For each tag of the body, the numbers of the entries that asked for it: each once, and ascending.
    asked: Vec<Vec<u64>>,
}

impl Batch {
    /// The numbers of the entries that asked for its tags: each as often as it has a tag here.
    pub(super) fn entries(&self) -> impl Iterator<Item = u64> {
        self.asked.iter().flatten().copied()
    }

    /// The same tags in one batch for each entry that was the first to ask for some, so that each has an answer of its own;
    /// none where that is so already.
    pub(super) fn apart(&self) -> Option<Vec<Self>> {
        let mut parts: Vec<(Vec<ResourceTag>, Vec<Vec<u64>>)> = Vec::new();
        for (tag, asked) in self.body.tags.iter().flatten().zip(&self.asked) {
            match parts.iter_mut().find(|(_, others)| first(others) == asked.first()) {
                Some((tags, others)) => {
                    tags.push(tag.clone());
                    others.push(asked.clone());
                }
                None => parts.push((vec![tag.clone()], vec![asked.clone()])),
            }
        }
        let batch = |(tags, asked)| Self {
            resource: self.resource.clone(),
            body: BatchUntagResourcesBody { tags: Some(tags), sys_tags: None },
            asked,
        };
        (parts.len() > 1).then(|| parts.into_iter().map(batch).collect())
    }
}

/// Who asked first for the first of some tags.
fn first(asked: &[Vec<u64>]) -> Option<&u64> {
    asked.first()?.first()
}

/// A tag as it is asked for. With a value and without one are two tags: the one removes less than the other.
type Name<'a> = (&'a TagKey, Option<&'a TagValue>);

fn name(tag: &ResourceTag) -> Name<'_> {
    (&tag.key, tag.value.as_ref())
}

/// The tags of a resource, each once, and who asked for each.
#[derive(Default)]
struct Group<'a> {
    tags: Vec<&'a ResourceTag>,
    asked: Vec<Vec<u64>>,
    /// Where in both of them a tag is.
    places: HashMap<Name<'a>, usize>,
}

impl<'a> Group<'a> {
    fn ask(&mut self, tag: &'a ResourceTag, number: u64) {
        let place = *self.places.entry(name(tag)).or_insert(self.tags.len());
        match self.asked.get_mut(place) {
            // An entry that names a tag twice.
            Some(asked) if asked.last() == Some(&number) => {}
            Some(asked) => asked.push(number),
            None => {
                self.tags.push(tag);
                self.asked.push(vec![number]);
            }
        }
    }
}

/// The requests for some entries, in the order in which their first tags are asked for.
pub(super) fn plan(entries: &[Entry]) -> Vec<Batch> {
    let mut groups: HashMap<&Resource, Group<'_>> = HashMap::new();
    for entry in entries {
        let group = groups.entry(&entry.resource).or_default();
        for tag in &entry.tags {
            group.ask(tag, entry.number);
        }
    }
    let mut batches = Vec::with_capacity(groups.len());
    for (resource, Group { tags, asked, .. }) in groups {
        let mut asked = asked.into_iter();
        // The client knows how many the contract allows. It keeps them in their order, and none is there twice.
        for body in Batches::from(tags.into_iter().cloned()).into_bodies() {
            let asked = asked.by_ref().take(body.tags.as_ref().map_or(0, Vec::len)).collect();
            batches.push(Batch { resource: resource.clone(), body, asked });
        }
    }
    // The order of the groups is chance.
    batches.sort_by_key(|batch| first(&batch.asked).copied());
    batches
}

#[cfg(test)]
mod tests {
    use super::{Batch, Entry, Resource, first, plan};
    use fastrand::Rng;
    use std::collections::{BTreeMap, BTreeSet};
    use untag_client::types::validate::Validate as _;
    use untag_client::types::{ResourceTag, TagKey, TagValue};

    /// How many tags the contract allows in one request.
    const TAGS: usize = 10;

    fn tag(key: &str, value: Option<&str>) -> ResourceTag {
        ResourceTag {
            key: TagKey::new(key).unwrap(),
            value: value.map(|value| TagValue::new(value).unwrap()),
        }
    }

    fn entry(number: u64, id: &str, tags: &[ResourceTag]) -> Entry {
        let resource = Resource {
            project: "f".repeat(32).parse().unwrap(),
            kind: "disk".parse().unwrap(),
            id: id.parse().unwrap(),
        };
        Entry { number, line: number, resource, tags: tags.to_vec() }
    }

    type Asked = BTreeMap<(String, String, Option<String>), BTreeSet<u64>>;

    fn note(asked: &mut Asked, id: &str, tag: &ResourceTag, entry: u64) {
        let value = tag.value.as_ref().map(|value| value.as_str().to_owned());
        asked.entry((id.to_owned(), tag.key.as_str().to_owned(), value)).or_default().insert(entry);
    }

    fn sent(batches: &[Batch]) -> Asked {
        let mut asked = Asked::new();
        let mut seen = BTreeSet::new();
        for batch in batches {
            let tags = batch.body.tags.as_ref().unwrap();
            assert_eq!(tags.len(), batch.asked.len());
            for (tag, numbers) in tags.iter().zip(&batch.asked) {
                let id = batch.resource.id.as_str();
                assert!(seen.insert(format!("{id} {tag:?}")), "sent twice: {id} {tag:?}");
                assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
                for number in numbers {
                    note(&mut asked, id, tag, *number);
                }
            }
        }
        asked
    }

    #[test]
    fn exactly_what_was_asked_is_sent_once_and_acknowledges_everybody_who_asked() {
        const SEED: u64 = 0x706c_616e;
        println!("seed {SEED:#x}");
        let mut random = Rng::with_seed(SEED);
        for _ in 0..100 {
            let mut asked = Asked::new();
            let entries: Vec<_> = (1..=random.u64(..120))
                .map(|number| {
                    let id = format!("id{}", random.usize(..4));
                    let tags: Vec<_> = (0..=random.usize(..25))
                        .map(|_| {
                            let value = [None, Some(""), Some("a"), Some("b")][random.usize(..4)];
                            tag(&format!("k{}", random.usize(..12)), value)
                        })
                        .collect();
                    for tag in &tags {
                        note(&mut asked, &id, tag, number);
                    }
                    entry(number, &id, &tags)
                })
                .collect();
            let batches = plan(&entries);
            assert_eq!(sent(&batches), asked);
            assert!(batches.iter().all(|batch| (1..=TAGS).contains(&batch.asked.len())));
            assert!(batches.is_sorted_by_key(|batch| first(&batch.asked).copied()));
            // As few requests as there can be.
            let mut tags_of: BTreeMap<_, usize> = BTreeMap::new();
            for (id, _, _) in asked.keys() {
                *tags_of.entry(id).or_default() += 1;
            }
            assert_eq!(batches.len(), tags_of.values().map(|count| count.div_ceil(TAGS)).sum::<usize>());
            // Taken apart, it is still the same, and each batch is of one entry.
            let apart: Vec<_> = batches
                .iter()
                .flat_map(|batch| batch.apart().unwrap_or_else(|| vec![batch.clone()]))
                .collect();
            assert_eq!(sent(&apart), asked);
            assert!(apart.iter().all(|batch| batch.apart().is_none()));
        }
    }

    #[test]
    fn a_key_with_a_value_and_without_one_are_both_sent_as_they_are() {
        let both = [entry(1, "a", &[tag("k", Some("v"))]), entry(2, "a", &[tag("k", None)])];
        let body = &plan(&both)[0].body;
        assert_eq!(serde_json::to_string(body).unwrap(), r#"{"tags":[{"key":"k","value":"v"},{"key":"k"}]}"#);
    }

    #[test]
    fn the_limit_is_the_contracts() {
        let tags: Vec<_> = (0..=TAGS).map(|number| tag(&format!("k{number}"), None)).collect();
        let mut body = plan(&[entry(1, "a", &tags)])[0].body.clone();
        assert_eq!(body.tags.as_ref().unwrap().len(), TAGS);
        assert!(body.validate().is_ok());
        body.tags.as_mut().unwrap().push(tags[TAGS].clone());
        assert!(body.validate().is_err(), "the contract allows more than we send");
    }
}
