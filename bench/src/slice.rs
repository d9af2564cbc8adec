//! A slice of time in which requests were answered: how fast, and at what cost.

use crate::clock;
use std::time::Instant;

/// What one slice showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice {
    /// Answered requests per second.
    pub(crate) rate: f64,
    /// CPU time per request, in seconds.
    pub(crate) cpu: f64,
}

/// A slice that has begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun {
    start: Instant,
    cpu: f64,
}

impl Slice {
    /// Begins a slice. `cpu` is what the CPU clock of interest shows now, in seconds.
    pub(crate) fn begin(cpu: f64) -> Begun {
        Begun { start: clock::now(), cpu }
    }
}

impl Begun {
    /// Ends the slice, in which so many requests were answered.
    #[allow(clippy::cast_precision_loss, reason = "no count here reaches 2^53")]
    pub(crate) fn end(self, cpu: f64, answered: u64) -> Slice {
        let answered = answered as f64;
        Slice { rate: answered / self.start.elapsed().as_secs_f64(), cpu: (cpu - self.cpu) / answered }
    }
}
