//! What was allocated, as the one program counts it and the other reads it.

use crate::example::Example;
use crate::senders::Login;
use serde::{Deserialize, Serialize};

/// What one signature, or one call, allocates on the heap, on average.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Allocated {
    /// How many blocks it asks for. One that grows is asked for again.
    pub blocks: f64,
    /// Their bytes, freed again or not.
    pub bytes: f64,
}

/// What calls with one kind of credentials allocate.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Calls {
    /// Which operation.
    pub example: Example,
    /// Which credentials.
    pub login: Login,
    /// By the client.
    pub client: Allocated,
    /// By reqwest in a loop.
    pub bare: Allocated,
}
