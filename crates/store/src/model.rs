//! What a store keeps and is asked: the types that both implementations share, and the trait they implement.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A future that a store returns. Boxed, so that the store is chosen when the program starts.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Microseconds since 1970 in UTC. The store has no clock: whoever asks says when.
pub type Micros = i64;

/// Names one resource of one project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceKey {
    /// The project; everything is kept and partitioned by it.
    pub project_id: String,
    /// The type: `desktop`, `workspace`, ….
    pub resource_type: String,
    /// The identifier within the type.
    pub resource_id: String,
}

/// The tags of one resource, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// What the tenant set.
    pub tags: BTreeMap<String, String>,
    /// What the system set.
    pub sys_tags: BTreeMap<String, String>,
}

/// A tag to remove: with a value, only if both match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagMatch {
    /// The key.
    pub key: String,
    /// The value it must have; `None` for any.
    pub value: Option<String>,
}

/// Who asks for a change, for the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// When.
    pub at: Micros,
    /// The request's id.
    pub request_id: String,
    /// Who: an account and a user, as the operator will look for them.
    pub caller: String,
}

/// A request to remove tags of one resource: all of them or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The resource.
    pub resource: ResourceKey,
    /// Tenant tags that go. Empty removes none.
    pub tags: Vec<TagMatch>,
    /// System tags that go. Empty removes none.
    pub sys_tags: Vec<TagMatch>,
    /// Who asks.
    pub by: Attribution,
}

/// Decides inside the transaction, on the very tags that the deletion will see; `None` for a resource that is not there.
/// It may be asked more than once for one deletion: a transaction that conflicts with another starts anew.
pub type Authorize = Arc<dyn Fn(Option<&Tags>) -> Result<(), Denial> + Send + Sync>;

/// Why a deletion is not allowed. The store only carries it from [`Authorize`] to whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// For the caller.
    pub message: String,
    /// For the operator, encrypted; it goes to the caller, who passes it on.
    pub encoded: Option<String>,
}

/// What became of a deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable. So many tags were there and went; none is a success too.
    Done {
        /// How many tags were removed.
        removed: usize,
    },
    /// The project has no such resource, and the caller may know. Nothing changed.
    NotFound,
    /// Not allowed. Nothing changed. It is the answer also where the resource is not there, if [`Authorize`] says so.
    Denied(Denial),
}

/// What a row of the audit trail says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A tag was removed.
    Delete,
    /// A tag was put back.
    Restore,
}

/// Where a row stands in the audit trail, which is ordered by time, then request id (by its bytes), then number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuditPosition {
    /// When.
    pub at: Micros,
    /// By which request.
    pub request_id: String,
    /// The row's number within the request; 0 is the first. A deletion's rows stand in the order in which it names the
    /// tags: tenant tags, then system tags. A further change with the same time and request id goes on counting.
    pub ordinal: i32,
}

/// One effective change of one tag, written in the transaction that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Where it stands; with when, and by which request.
    pub position: AuditPosition,
    /// Who asked.
    pub caller: String,
    /// What happened.
    pub action: Action,
    /// To which resource.
    pub resource: ResourceKey,
    /// Whether it is a system tag.
    pub system: bool,
    /// The tag's key.
    pub key: String,
    /// The value that was removed, or put back.
    pub value: String,
}

/// Which rows of the audit trail are meant: those that fit every member. A member that is `None` does not restrict.
/// The trail is kept in the order of time, so a range of time is found at once; everything else is looked for in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this project.
    pub project_id: Option<String>,
    /// Of this request.
    pub request_id: Option<String>,
    /// Of this resource type.
    pub resource_type: Option<String>,
    /// Of this resource id.
    pub resource_id: Option<String>,
    /// At or after.
    pub from: Option<Micros>,
    /// Before.
    pub until: Option<Micros>,
}

/// What became of a restoration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Tags that were put back.
    pub restored: u64,
    /// Tags that are there again already, and were left as they are.
    pub kept: u64,
    /// Tags whose resource is gone.
    pub orphaned: u64,
}

/// What became of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upserted {
    /// Resources that were not there before.
    pub created: u64,
    /// Resources that were, without some of the tags or with other values.
    pub changed: u64,
    /// Resources that had all of it already.
    pub unchanged: u64,
}

/// What a store tells of itself, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Requests for a change that wait for their turn.
    pub queued: usize,
    /// Transactions with deletions that were committed since the start.
    pub commits: u64,
    /// Deletions that those transactions held, also those that were denied or removed nothing.
    pub committed: u64,
    /// The number of commits that held at most 1, 2, 4, …, 256 deletions, and more.
    pub commit_sizes: [u64; 10],
}

/// Keeps tags. A change that was answered is durable; one that was not is whole or not there at all.
///
/// Texts are compared by their bytes, and kept as they are: nothing is folded, normalised or trimmed. Which characters a
/// new tag may have is the contract's business; a store keeps every text but one with U+0000. Nothing with U+0000 is ever
/// found, and a change that would have to keep it is [`StoreError::Invalid`].
///
/// The futures must be polled on a tokio runtime. One that is dropped may leave its change made or not made.
pub trait Store: Send + Sync + fmt::Debug + 'static {
    /// Removes tags of one resource, if it is allowed, and writes a row of the audit trail for each that was there.
    /// A tag that is named twice is one tag. Where too many wait already, [`StoreError::Busy`] at once.
    fn delete(&self, deletion: Deletion, authorize: Authorize) -> Reply<'_, Outcome>;

    /// The tags of a resource, or nothing where there is no such resource. Never waits for a writer.
    fn get(&self, resource: ResourceKey) -> Reply<'_, Option<Tags>>;

    /// Makes sure that each resource is there and has these tags with these values, in one transaction. A tag that is not
    /// listed stays: nothing is ever removed this way. A second time changes nothing.
    fn upsert(&self, resources: Vec<(ResourceKey, Tags)>) -> Reply<'_, Upserted>;

    /// The next resources behind this one in the order of their keys; from the first where there is none.
    fn scan(&self, after: Option<ResourceKey>, limit: usize) -> Reply<'_, Vec<(ResourceKey, Tags)>>;

    /// The next rows of the audit trail behind this position, oldest first. A row's time is when its request came, not
    /// when it was committed: whoever follows the trail must look again at the last moments.
    fn audit(
        &self,
        filter: AuditFilter,
        after: Option<AuditPosition>,
        limit: usize,
    ) -> Reply<'_, Vec<AuditEntry>>;

    /// Puts back what the chosen deletions removed: of each tag the value that was removed last, unless the tag is there
    /// again. Written to the audit trail like a deletion. A second time restores nothing. Many tags are put back in
    /// several transactions; after an error part of them may be there, and asking again does the rest.
    fn restore(&self, chosen: AuditFilter, by: Attribution) -> Reply<'_, Restored>;

    /// Whether the store answers, by asking it.
    fn ready(&self) -> Reply<'_, ()>;

    /// What it has to do, and has done.
    fn load(&self) -> Load;

    /// Finishes what was accepted and lets go of the database. What is asked afterwards is [`StoreError::Unavailable`];
    /// closing again is no error.
    fn close(&self) -> Reply<'_, ()>;
}

/// Why a store did not do what it was asked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// It has too much to do already. Nothing changed; asking again later helps.
    Busy,
    /// The database cannot be reached or cannot write now: locked, full, read-only, restarting. Nothing changed, or, where
    /// the connection broke while the database committed, all of it did. The text is for the operator's log only.
    Unavailable(String),
    /// What was asked cannot be kept. Nothing changed. The text names the place and what to do.
    Invalid(String),
    /// The database holds a schema of a newer version than this program knows.
    NewerSchema {
        /// The version that was found.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database refused, or holds what it should not. The text is for the operator's log only.
    Failed(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("the store has too much to do"),
            Self::Unavailable(why) => write!(f, "the store is not available: {why}"),
            Self::Invalid(why) => f.write_str(why),
            Self::NewerSchema { found, known } => {
                write!(
                    f,
                    "the database has schema {found}, and this program knows {known} at most; use a newer untagd"
                )
            }
            Self::Failed(why) => write!(f, "the store failed: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}
