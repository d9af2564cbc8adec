//! How long to measure: enough for a steady median, or only enough to see that everything runs.

use std::time::Duration;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Rounds over each generated document of up to 200 operations.
    pub(crate) small_documents: usize,
    /// Rounds over the one of 2,000.
    pub(crate) large_document: usize,
    /// Rounds of requests in process.
    pub(crate) in_process: usize,
    /// Requests of one such round, in each of the two routers.
    pub(crate) requests: u32,
    /// Signatures of one such round.
    pub(crate) signatures: usize,
    /// Rounds over loopback.
    pub(crate) loopback: usize,
    /// How long either side of such a round takes.
    pub(crate) slice: Duration,
    /// Rounds of durable deletions, for each number of connections.
    pub(crate) durable: usize,
    /// Deletions of one such round.
    pub(crate) deletions: usize,
    /// Rounds of `untag apply`, for each number of requests at a time.
    pub(crate) applications: usize,
    /// Tags of one such round.
    pub(crate) tags: usize,
    /// Lines of files whose memory is compared: the last two are to need the same.
    pub(crate) lines: [usize; 3],
}

impl Budget {
    /// For figures that are quoted: about two minutes.
    pub(crate) const FULL: Self = Self {
        small_documents: 5,
        large_document: 3,
        in_process: 41,
        requests: 5_000,
        signatures: 64_000,
        loopback: 15,
        slice: Duration::from_millis(400),
        durable: 5,
        deletions: 2_048,
        applications: 3,
        tags: 100_000,
        lines: [10_000, 100_000, 1_000_000],
    };

    /// For a look: less than half a minute.
    pub(crate) const QUICK: Self = Self {
        small_documents: 1,
        large_document: 1,
        in_process: 5,
        requests: 2_000,
        signatures: 6_400,
        loopback: 3,
        slice: Duration::from_millis(100),
        durable: 1,
        deletions: 512,
        applications: 1,
        tags: 10_000,
        lines: [5_000, 50_000, 150_000],
    };
}
