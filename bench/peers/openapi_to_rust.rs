//! The stub of openapi-to-rust with what it leaves to be written: its methods, which answer 204 and do nothing. Of the token
//! it generates nothing: security schemes are ignored.

use peer::generated::*;
use std::hint::black_box;

#[derive(Clone)]
struct NoStore;

#[async_trait::async_trait]
impl DesktopTagsApi for NoStore {
    async fn delete_desktop_tag(
        &self,
        project: String,
        desktop: String,
        key: String,
    ) -> DeleteDesktopTagResponse {
        black_box((project, desktop, key));
        DeleteDesktopTagResponse::NoContent
    }
}

#[async_trait::async_trait]
impl ResourceTagsApi for NoStore {
    async fn batch_untag_resources(
        &self,
        project: String,
        kind: String,
        resource: String,
        body: BatchUntagResourcesBody,
    ) -> BatchUntagResourcesResponse {
        black_box((project, kind, resource, body));
        BatchUntagResourcesResponse::NoContent
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let address = std::env::args().nth(1).expect("an address");
    let listener = tokio::net::TcpListener::bind(address).await.expect("a free port");
    axum::serve(listener, build_router(NoStore, NoStore)).await.expect("it serves");
}
