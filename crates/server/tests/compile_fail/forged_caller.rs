//! A caller cannot be made up: only the stub makes the proof that one was recognised.

use untag_server::{Authenticated, RequestId};

fn forge(request_id: RequestId) -> Authenticated<()> {
    Authenticated { caller: (), request_id }
}

fn main() {}
