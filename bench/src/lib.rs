//! What is measured, and what stands beside it, for the two programs that share it: `untag-bench` takes the time, and
//! `untag-bench-counting` counts allocations.
//!
//! They are two because every allocation takes longer when it is counted, and times are to be those that users see.

pub mod allocations;
pub mod bare;
pub mod clock;
pub mod example;
pub mod senders;
pub mod server;
pub mod signers;

use std::error::Error;

/// What can go wrong here is reported and ends the run.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
