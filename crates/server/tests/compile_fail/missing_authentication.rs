//! A service that does not say how callers are authenticated.

use untag_server::{
    Api, Authenticated, BatchUntagResourcesRequest, BatchUntagResourcesResponse, DeleteDesktopTagRequest,
    DeleteDesktopTagResponse, Valid,
};

struct Service;

impl Api for Service {
    async fn delete_desktop_tag(
        &self,
        _: Authenticated<()>,
        _: Valid<DeleteDesktopTagRequest>,
    ) -> DeleteDesktopTagResponse {
        DeleteDesktopTagResponse::NoContent
    }

    async fn batch_untag_resources(
        &self,
        _: Authenticated<()>,
        _: Valid<BatchUntagResourcesRequest>,
    ) -> BatchUntagResourcesResponse {
        BatchUntagResourcesResponse::NoContent
    }
}

fn main() {}
