//! A service that leaves out every operation: the compiler lists what is missing, and says how each is written.

use untag_server::{Api, Authenticate, AuthenticationError, Presented};

struct Service;

impl Authenticate for Service {
    type Caller = ();

    async fn authenticate(&self, _: Presented<'_>) -> Result<(), AuthenticationError> {
        Ok(())
    }
}

impl Api for Service {}

fn main() {}
