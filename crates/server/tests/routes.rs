//! The table of routes says what axum reports: whoever asks it by method and `MatchedPath` learns the operation.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, helpers included")]

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tower::ServiceExt;
use untag_server::{
    Api, Authenticate, Authenticated, AuthenticationError, BatchUntagResourcesRequest,
    BatchUntagResourcesResponse, DeleteDesktopTagRequest, DeleteDesktopTagResponse, Presented, ROUTES, Valid,
    contract, route, router,
};

/// Knows nobody.
struct Nobody;

impl Authenticate for Nobody {
    type Caller = ();

    async fn authenticate(&self, _: Presented<'_>) -> Result<(), AuthenticationError> {
        Err(AuthenticationError::Refused("nobody is known here".to_owned()))
    }
}

impl Api for Nobody {
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

/// The router, and around each of its routes a layer that tells what matched, as logs and figures have one.
fn told() -> Router {
    router(Nobody).layer(from_fn(async |request: Request, next: Next| {
        let matched = request.extensions().get::<MatchedPath>().cloned();
        let mut response = next.run(request).await;
        response.extensions_mut().insert(matched);
        response
    }))
}

async fn ask(router: Router, method: Method, path: &str) -> (Response, Option<String>) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let mut response = router.oneshot(request).await.unwrap();
    let matched = response.extensions_mut().remove::<Option<MatchedPath>>().flatten();
    (response, matched.map(|matched| matched.as_str().to_owned()))
}

/// Method, path and operation as the contract has them.
fn operations() -> Vec<(Method, String, String)> {
    let document: serde_json::Value = serde_json::from_str(contract::JSON).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let method = method.to_ascii_uppercase().parse().unwrap();
            operations.push((method, path.clone(), id.to_owned()));
        }
    }
    operations
}

#[tokio::test]
async fn every_operation_is_found_by_what_axum_reports() {
    let operations = operations();
    assert_eq!(operations.len(), ROUTES.len());
    for (method, template, id) in operations {
        let path = template.replace(['{', '}'], "");
        let (response, matched) = ask(told(), method.clone(), &path).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "the operation's own answer");
        let matched = matched.unwrap();
        let found = route(&method, &matched).unwrap();
        assert_eq!((found.operation, found.path), (id.as_str(), template.as_str()));
        assert_eq!(route(&Method::POST, &matched), None);

        let nested = Router::new().nest("/below/here", told());
        let (_, reported) = ask(nested, method.clone(), &format!("/below/here{path}")).await;
        let reported = reported.unwrap();
        assert_eq!(route(&method, &reported), None);
        assert_eq!(reported.strip_prefix("/below/here"), Some(matched.as_str()));
    }
    let (response, matched) = ask(told(), Method::GET, "/elsewhere").await;
    assert_eq!((response.status(), matched), (StatusCode::NOT_FOUND, None));
}
