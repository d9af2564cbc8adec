//! Keys and values that were found good. Files repeat few of them on line after line, and one that is known is found in a
//! fraction of the time that it takes to match its pattern.

use std::collections::HashSet;
use untag_client::types::validate::{Report, Validate};
use untag_client::types::{ResourceTag, TagKey, TagValue};

/// How many keys, and how many values, are remembered: more would take memory and help few files.
const MOST: usize = 1024;

/// What is known to be good.
#[derive(Debug, Default)]
pub(super) struct Known {
    keys: HashSet<TagKey>,
    values: HashSet<TagValue>,
}

impl Known {
    /// Checks the tag of a line that names one.
    ///
    /// # Errors
    /// It breaks a rule: a sentence that repeats no value.
    pub(super) fn check(&mut self, tag: &ResourceTag) -> Result<(), String> {
        if !self.has(tag) {
            checked("key", &tag.key)?;
            checked("value", &tag.value)?;
            self.add(tag);
        }
        Ok(())
    }

    /// Checks the tags of a line that lists them.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub(super) fn check_list(&mut self, tags: &Vec<ResourceTag>) -> Result<(), String> {
        if !tags.iter().all(|tag| self.has(tag)) {
            checked("tags", tags)?;
            for tag in tags {
                self.add(tag);
            }
        }
        Ok(())
    }

    fn has(&self, tag: &ResourceTag) -> bool {
        self.keys.contains(&tag.key) && tag.value.as_ref().is_none_or(|value| self.values.contains(value))
    }

    fn add(&mut self, tag: &ResourceTag) {
        if self.keys.len() < MOST {
            self.keys.insert(tag.key.clone());
        }
        if let Some(value) = &tag.value
            && self.values.len() < MOST
        {
            self.values.insert(value.clone());
        }
    }
}

fn checked(member: &'static str, value: &impl Validate) -> Result<(), String> {
    Report::of(|report| report.member(member, value)).map_err(|violations| violations.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Known, MOST};
    use untag_client::types::{ResourceTag, TagKey, TagValue};

    fn tag(key: &str, value: Option<&str>) -> ResourceTag {
        ResourceTag { key: TagKey::unchecked(key), value: value.map(TagValue::unchecked) }
    }

    #[test]
    fn what_is_bad_stays_bad_whatever_is_known_beside_it() {
        let mut known = Known::default();
        for _ in 0..3 {
            known.check(&tag("a", Some("b"))).unwrap();
            known.check(&tag("b", None)).unwrap();
            // Each has a part that is known, and one that is good elsewhere only.
            assert!(known.check(&tag("a", Some("x\n"))).unwrap_err().starts_with("value "));
            assert!(known.check(&tag("_sys_a", Some("b"))).unwrap_err().starts_with("key "));
            let values = known.check(&tag("a", Some("/"))).map_err(|_| ());
            assert_eq!(values, known.check(&tag("b", Some("/"))).map_err(|_| ()));
            assert!(known.check(&tag("/", Some("/"))).is_err());
            let list = vec![tag("a", Some("b")), tag("", None)];
            assert!(known.check_list(&list).unwrap_err().starts_with("tags[1].key "));
        }
    }

    #[test]
    fn it_remembers_so_many_and_checks_the_others() {
        let mut known = Known::default();
        for number in 0..3 * MOST {
            known.check(&tag(&format!("key{number}"), Some(&format!("value{number}")))).unwrap();
        }
        assert_eq!((known.keys.len(), known.values.len()), (MOST, MOST));
        assert!(known.check(&tag(" ", None)).is_err());
        known.check_list(&vec![tag("key0", None), tag("new", Some("new"))]).unwrap();
    }
}
