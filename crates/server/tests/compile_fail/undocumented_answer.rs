//! A status that the contract does not document cannot be answered.

use untag_server::DeleteDesktopTagResponse;

fn conflict() -> DeleteDesktopTagResponse {
    DeleteDesktopTagResponse::Conflict
}

fn main() {}
