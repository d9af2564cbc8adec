//! Which tags go into which request: the tags of one resource together, as many as the contract allows, and none twice.

use super::entry::{Entry, Resource};
use std::collections::HashMap;
use untag_client::types::{BatchUntagResourcesBody, ResourceTag, TagKey, TagValue};

/// How many tags the contract allows in one request.
pub(super) const TAGS: usize = 10;

/// How many tags are looked at together; the lines of one resource that are further apart go into several requests.
pub(super) const WINDOW_TAGS: usize = 10_000;
/// How many bytes of entries are looked at together.
pub(super) const WINDOW_BYTES: usize = 8 * 1024 * 1024;

/// Tags of one resource that go into one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) resource: Resource,
    /// 1 to [`TAGS`].
    pub(super) tags: Vec<Planned>,
}

/// A tag in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) tag: ResourceTag,
    /// The number of the entry that asked for it first.
    pub(super) entry: u64,
    /// The numbers of others that asked for the very same, each once.
    pub(super) others: Vec<u64>,
}

impl Planned {
    /// The numbers of all entries that asked for it.
    pub(super) fn entries(&self) -> impl Iterator<Item = u64> {
        std::iter::once(self.entry).chain(self.others.iter().copied())
    }
}

impl Batch {
    /// The body of the request.
    pub(super) fn body(&self) -> BatchUntagResourcesBody {
        let tags = self.tags.iter().map(|planned| planned.tag.clone()).collect();
        BatchUntagResourcesBody { tags: Some(tags), sys_tags: None }
    }

    /// The same tags in one batch for each entry that asked for some, so that each has an answer of its own; none where that
    /// is so already.
    pub(super) fn apart(&self) -> Option<Vec<Self>> {
        let mut batches: Vec<Self> = Vec::new();
        for planned in &self.tags {
            let entry = planned.entry;
            match batches
                .iter_mut()
                .find(|batch| batch.tags.first().is_some_and(|first| first.entry == entry))
            {
                Some(batch) => batch.tags.push(planned.clone()),
                None => batches.push(Self { resource: self.resource.clone(), tags: vec![planned.clone()] }),
            }
        }
        (batches.len() > 1).then_some(batches)
    }
}

/// The batches of a resource so far.
#[derive(Default)]
struct Group<'a> {
    /// Which batches, in the list of all.
    batches: Vec<usize>,
    /// Where each tag is: batch, and position in it. With a value and without one are two tags: the one removes less than
    /// the other.
    places: HashMap<(&'a TagKey, Option<&'a TagValue>), (usize, usize)>,
}

/// The requests for some entries, in the order in which the resources first appear.
pub(super) fn plan(entries: &[Entry]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut groups: HashMap<&Resource, Group<'_>> = HashMap::new();
    for entry in entries {
        let group = groups.entry(&entry.resource).or_default();
        for tag in &entry.tags {
            let name = (&tag.key, tag.value.as_ref());
            if let Some(&(batch, place)) = group.places.get(&name) {
                let planned = batches.get_mut(batch).and_then(|batch| batch.tags.get_mut(place));
                if let Some(planned) = planned
                    && planned.entries().all(|number| number != entry.number)
                {
                    planned.others.push(entry.number);
                }
                continue;
            }
            let open = group.batches.last().copied();
            let open = open.filter(|&last| batches.get(last).is_some_and(|batch| batch.tags.len() < TAGS));
            let index = open.unwrap_or_else(|| {
                batches.push(Batch { resource: entry.resource.clone(), tags: Vec::new() });
                group.batches.push(batches.len() - 1);
                batches.len() - 1
            });
            if let Some(batch) = batches.get_mut(index) {
                group.places.insert(name, (index, batch.tags.len()));
                batch.tags.push(Planned { tag: tag.clone(), entry: entry.number, others: Vec::new() });
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::{Batch, Entry, Resource, TAGS, plan};
    use std::collections::{BTreeMap, BTreeSet};
    use untag_client::types::validate::Validate as _;
    use untag_client::types::{ResourceTag, TagKey, TagValue};

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
            for planned in &batch.tags {
                let id = batch.resource.id.as_str();
                assert!(seen.insert(format!("{id} {:?}", planned.tag)), "sent twice: {id} {:?}", planned.tag);
                let numbers: Vec<_> = planned.entries().collect();
                assert_eq!(numbers.len(), numbers.iter().collect::<BTreeSet<_>>().len());
                for number in numbers {
                    note(&mut asked, id, &planned.tag, number);
                }
            }
        }
        asked
    }

    #[test]
    fn exactly_what_was_asked_is_sent_once_and_acknowledges_everybody_who_asked() {
        let mut random = Random::new(0x706c_616e);
        for _ in 0..300 {
            let mut asked = Asked::new();
            let entries: Vec<_> = (1..=random.below(120) as u64)
                .map(|number| {
                    let id = format!("id{}", random.below(4));
                    let tags: Vec<_> = (0..=random.below(25))
                        .map(|_| {
                            let value = [None, Some(""), Some("a"), Some("b")][random.below(4)];
                            tag(&format!("k{}", random.below(12)), value)
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
            assert!(batches.iter().all(|batch| (1..=TAGS).contains(&batch.tags.len())));
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
        let body = plan(&both)[0].body();
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"tags":[{"key":"k","value":"v"},{"key":"k"}]}"#
        );
    }

    #[test]
    fn the_limit_is_the_contracts() {
        let tags: Vec<_> = (0..=TAGS).map(|number| tag(&format!("k{number}"), None)).collect();
        let mut body = plan(&[entry(1, "a", &tags)])[0].body();
        assert_eq!(body.tags.as_ref().unwrap().len(), TAGS);
        assert!(body.validate().is_ok());
        body.tags.as_mut().unwrap().push(tags[TAGS].clone());
        assert!(body.validate().is_err(), "the contract allows more than we send");
    }
}
