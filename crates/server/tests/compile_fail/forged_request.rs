//! A request cannot be made up: only validation makes a valid one.

use untag_server::{DeleteDesktopTagRequest, Valid};

fn forge(request: DeleteDesktopTagRequest) -> Valid<DeleteDesktopTagRequest> {
    Valid(request)
}

fn main() {}
