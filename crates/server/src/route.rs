//! Where the router has an operation: for logs and figures around the router, which see a route and want the operation.

use axum::http::Method;

/// The route of one operation of the contract. Generated code has them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `operationId`.
    pub operation: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path as the contract writes it: `/v2/{project_id}/desktops/{desktop_id}/tags/{key}`.
    pub path: &'static str,
    /// The same as axum's `MatchedPath` reports it, where parameters are named by position:
    /// `/v2/{p1}/desktops/{p3}/tags/{p5}`.
    pub matched_path: &'static str,
}

impl Route {
    /// Whether a request of this method, for which axum reports this `MatchedPath`, is one to the operation.
    #[must_use]
    pub fn matches(&self, method: &Method, matched_path: &str) -> bool {
        self.method == *method && self.matched_path == matched_path
    }
}
