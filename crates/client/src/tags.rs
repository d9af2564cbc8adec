//! Any number of tags of one resource, in as few calls as the contract's limit allows.

use crate::types::schema::{Component as _, Schemas};
use crate::types::{
    BatchUntagResourcesBody, ResourceId, ResourceProjectId, ResourceTag, ResourceTagError, ResourceType,
    SystemTag, SystemTagValue, TagValue,
};
use crate::{Client, Error};
use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

/// A tag to remove: one of the user's, or a system tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagToRemove {
    /// A tag of the user's, to be listed in `tags`.
    Tag(ResourceTag),
    /// A system tag, to be listed in `sys_tags`, which takes the `op_service` permission.
    SystemTag(SystemTag),
}

/// The bodies of the calls that remove some tags: as few as the contract's limit allows, in the order of the tags.
///
/// Entries that are equal are sent once. A key with a value and the same key without one are two entries, and both are
/// sent: the first removes the tag only if the value matches, the second whatever it is.
///
/// ```
/// use untag_client::Batches;
/// use untag_client::types::ResourceTag;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tags = (0..25).map(|number| format!("key{number}").parse().map(ResourceTag::new));
/// let batches = Batches::from(tags.collect::<Result<Vec<_>, _>>()?);
/// assert_eq!(batches.bodies().len(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batches(Vec<BatchUntagResourcesBody>);

impl Batches {
    /// Batches in which system tags have calls of their own, after those of all other tags.
    pub fn apart<T: Into<TagToRemove>>(tags: impl IntoIterator<Item = T>) -> Self {
        let Lists { tags, system_tags } = Lists::of(tags);
        // Last, because policies may decide by what they say: with its enterprise project, a resource may leave the
        // caller's reach.
        let tags = tags.into_iter().map(|tags| body(Some(tags), None));
        Self(tags.chain(system_tags.into_iter().map(|tags| body(None, Some(tags)))).collect())
    }

    /// Batches in which system tags go with other tags into the same calls. The service applies both lists of a call or
    /// neither; which callers may send both, the provider's page contradicts itself about.
    pub fn together<T: Into<TagToRemove>>(tags: impl IntoIterator<Item = T>) -> Self {
        let Lists { tags, system_tags } = Lists::of(tags);
        let calls = tags.len().max(system_tags.len());
        let (mut tags, mut system_tags) = (tags.into_iter(), system_tags.into_iter());
        Self((0..calls).map(|_| body(tags.next(), system_tags.next())).collect())
    }

    /// The body of each call, first to last. None is empty.
    #[must_use]
    pub fn bodies(&self) -> &[BatchUntagResourcesBody] {
        &self.0
    }

    /// The bodies, to keep.
    #[must_use]
    pub fn into_bodies(self) -> Vec<BatchUntagResourcesBody> {
        self.0
    }

    /// Every tag, in the order of the calls.
    pub fn tags(&self) -> impl Iterator<Item = TagToRemove> {
        self.0.iter().flat_map(|body| {
            let tags = body.tags.iter().flatten().cloned().map(TagToRemove::Tag);
            tags.chain(body.sys_tags.iter().flatten().cloned().map(TagToRemove::SystemTag))
        })
    }

    /// Whether there is nothing to remove, and so no call to make.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As [`Batches::apart`].
impl<T: Into<TagToRemove>, I: IntoIterator<Item = T>> From<I> for Batches {
    fn from(tags: I) -> Self {
        Self::apart(tags)
    }
}

impl From<ResourceTag> for TagToRemove {
    fn from(tag: ResourceTag) -> Self {
        Self::Tag(tag)
    }
}

impl From<SystemTag> for TagToRemove {
    fn from(tag: SystemTag) -> Self {
        Self::SystemTag(tag)
    }
}

/// Both lists, without repetitions, in pieces as long as a call allows.
struct Lists {
    tags: Vec<Vec<ResourceTag>>,
    system_tags: Vec<Vec<SystemTag>>,
}

impl Lists {
    fn of<T: Into<TagToRemove>>(all: impl IntoIterator<Item = T>) -> Self {
        let (mut tags, mut system_tags) = (Vec::new(), Vec::new());
        for tag in all {
            match tag.into() {
                TagToRemove::Tag(tag) => tags.push(tag),
                TagToRemove::SystemTag(tag) => system_tags.push(tag),
            }
        }
        Self {
            tags: pieces(distinct(tags), LIMITS.tags),
            system_tags: pieces(distinct(system_tags), LIMITS.system_tags),
        }
    }
}

/// What an entry of a list is told from others by.
trait Entry {
    fn identity(&self) -> (&str, Option<&str>);
}

impl Entry for ResourceTag {
    fn identity(&self) -> (&str, Option<&str>) {
        (self.key.as_str(), self.value.as_ref().map(TagValue::as_str))
    }
}

impl Entry for SystemTag {
    fn identity(&self) -> (&str, Option<&str>) {
        (self.key.as_str(), self.value.as_ref().map(SystemTagValue::as_str))
    }
}

/// The entries without those that repeat an earlier one.
fn distinct<E: Entry>(entries: Vec<E>) -> Vec<E> {
    let mut seen = HashSet::with_capacity(entries.len());
    let is_new: Vec<bool> = entries.iter().map(|entry| seen.insert(entry.identity())).collect();
    entries.into_iter().zip(is_new).filter_map(|(entry, is_new)| is_new.then_some(entry)).collect()
}

/// The items in as few pieces as possible, none longer than `most`.
fn pieces<T>(items: Vec<T>, most: usize) -> Vec<Vec<T>> {
    let mut items = items.into_iter();
    std::iter::from_fn(|| {
        Some(items.by_ref().take(most).collect::<Vec<_>>()).filter(|piece| !piece.is_empty())
    })
    .collect()
}

fn body(tags: Option<Vec<ResourceTag>>, sys_tags: Option<Vec<SystemTag>>) -> BatchUntagResourcesBody {
    BatchUntagResourcesBody { tags, sys_tags }
}

/// How many entries a call may list, as the contract says.
static LIMITS: LazyLock<Limits> = LazyLock::new(|| {
    let schema = serde_json::Value::from(BatchUntagResourcesBody::schema(&mut Schemas::default()));
    let limit = |list: &str| {
        let most =
            schema.pointer(&format!("/properties/{list}/maxItems")).and_then(serde_json::Value::as_u64);
        // A contract without a limit lets one call list them all.
        most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
    };
    Limits { tags: limit("tags"), system_tags: limit("sys_tags") }
});

struct Limits {
    tags: usize,
    system_tags: usize,
}

impl Client {
    /// Removes any number of tags from one resource, in as few [`batch_untag_resources`](Self::batch_untag_resources)
    /// calls as the contract's limit allows, one after the other.
    ///
    /// `tags` is what can be collected into [`Batches`], or [`Batches`] themselves: those of [`Batches::together`], if system
    /// tags are to go with others into one call. Without any tag, nothing is sent and the answer says so: it counts 0
    /// calls. That means no tags; it never means all of them.
    ///
    /// ```no_run
    /// use untag_client::types::ResourceTag;
    /// # async fn example(client: untag_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let (project, id) = ("0123456789abcdef0123456789abcdef".parse()?, "e6cd8b01".parse()?);
    /// let by_key = ResourceTag::new("key1".parse()?);
    /// let by_key_and_value = ResourceTag { value: Some("value2".parse()?), ..ResourceTag::new("key2".parse()?) };
    /// match client.untag_all(&project, &"workspace".parse()?, &id, [by_key, by_key_and_value]).await {
    ///     Ok(done) => println!("{} calls", done.calls),
    ///     Err(failure) => println!("{failure}; still to do: {:?}", failure.remaining().bodies()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The first call that fails ends it. The error counts the calls that were acknowledged and has what is
    /// [left to do](UntagAllError::remaining). If the future is dropped, nothing tells how many calls there were: send
    /// all of it again, which does no harm.
    pub async fn untag_all(
        &self,
        project_id: &ResourceProjectId,
        resource_type: &ResourceType,
        resource_id: &ResourceId,
        tags: impl Into<Batches>,
    ) -> Result<Untagged, UntagAllError> {
        let mut batches = tags.into();
        for (acknowledged, body) in batches.0.iter().enumerate() {
            let answer = self.batch_untag_resources(project_id, resource_type, resource_id, body).await;
            if let Err(error) = answer {
                let remaining = Batches(batches.0.split_off(acknowledged));
                return Err(UntagAllError { acknowledged, remaining, error });
            }
        }
        Ok(Untagged { calls: batches.0.len(), tags: batches.tags().count() })
    }
}

/// What [`Client::untag_all`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Untagged {
    /// How many calls were acknowledged: 0 if there was no tag to remove, and nothing was sent.
    pub calls: usize,
    /// How many tags they named, each counted once. Some may not have been there.
    pub tags: usize,
}

/// Why [`Client::untag_all`] did not come to its end, and how far it came.
#[derive(Debug)]
pub struct UntagAllError {
    acknowledged: usize,
    remaining: Batches,
    error: Error<ResourceTagError>,
}

impl UntagAllError {
    /// How many calls were acknowledged before the one that failed.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    /// What is still to do: the batch of the call that failed, and those after it. If its answer was lost, that batch may
    /// have been done all the same; to send it again does no harm.
    #[must_use]
    pub fn remaining(&self) -> &Batches {
        &self.remaining
    }

    /// The failure of the call.
    #[must_use]
    pub fn error(&self) -> &Error<ResourceTagError> {
        &self.error
    }

    /// What is still to do, and the failure of the call.
    #[must_use]
    pub fn into_parts(self) -> (Batches, Error<ResourceTagError>) {
        (self.remaining, self.error)
    }
}

impl fmt::Display for UntagAllError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, remaining, error } = self;
        let (calls, tags) = (acknowledged + remaining.0.len(), remaining.tags().count());
        write!(f, "{acknowledged} of {calls} calls acknowledged, tags still to do: {tags}; {error}")
    }
}

impl std::error::Error for UntagAllError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The failure itself is part of the message.
        self.error.source()
    }
}
