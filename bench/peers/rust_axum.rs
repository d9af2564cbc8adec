//! The stub of openapi-generator's `rust-axum` with what it leaves to be written: the token's comparison, and its methods, which
//! answer 204 and do nothing.

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use headers::Host;
use http::Method;
use peer::apis::desktop_tags::{DeleteDesktopTagResponse, DesktopTags};
use peer::apis::resource_tags::{BatchUntagResourcesResponse, ResourceTags};
use peer::apis::{ApiKeyAuthHeader, ErrorHandler};
use peer::models;
use std::hint::black_box;
use std::sync::Arc;

struct NoStore(String);

impl ErrorHandler<()> for NoStore {}

#[async_trait::async_trait]
impl ApiKeyAuthHeader for NoStore {
    type Claims = ();

    async fn extract_claims_from_header(&self, headers: &HeaderMap, key: &str) -> Option<()> {
        (headers.get(key)?.as_bytes() == self.0.as_bytes()).then_some(())
    }
}

#[async_trait::async_trait]
impl DesktopTags for NoStore {
    type Claims = ();

    async fn delete_desktop_tag(
        &self,
        _: &Method,
        _: &Host,
        _: &CookieJar,
        (): &(),
        path: &models::DeleteDesktopTagPathParams,
    ) -> Result<DeleteDesktopTagResponse, ()> {
        black_box(path);
        Ok(DeleteDesktopTagResponse::Status204_TheDesktopDoesNotHaveTheTagAnyMore { x_request_id: None })
    }
}

#[async_trait::async_trait]
impl ResourceTags for NoStore {
    type Claims = ();

    async fn batch_untag_resources(
        &self,
        _: &Method,
        _: &Host,
        _: &CookieJar,
        (): &(),
        path: &models::BatchUntagResourcesPathParams,
        body: &models::BatchUntagResourcesBody,
    ) -> Result<BatchUntagResourcesResponse, ()> {
        black_box((path, body));
        Ok(BatchUntagResourcesResponse::Status204_TheResourceDoesNotHaveTheListedTagsAnyMore {
            x_request_id: None,
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().expect("an address");
    let service = Arc::new(NoStore(arguments.next().expect("a token")));
    let listener = tokio::net::TcpListener::bind(address).await.expect("a free port");
    axum::serve(listener, peer::server::new::<_, NoStore, (), ()>(service)).await.expect("it serves");
}
