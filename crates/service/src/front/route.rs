//! Tells the front which route matched: known inside the router only, wanted outside of it for log and metrics.

use super::exchange::Progress;
use axum::extract::{MatchedPath, Request};
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::{Layer, Service};

/// The layer that is put around every route.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoteRoute;

impl<S> Layer<S> for NoteRoute {
    type Service = Noting<S>;

    fn layer(&self, inner: S) -> Noting<S> {
        Noting { inner }
    }
}

/// One route with the layer around it.
#[derive(Clone, Debug)]
pub(super) struct Noting<S> {
    inner: S,
}

impl<S: Service<Request>> Service<Request> for Noting<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> S::Future {
        let extensions = request.extensions();
        if let (Some(progress), Some(route)) =
            (extensions.get::<Arc<Progress>>(), extensions.get::<MatchedPath>())
        {
            progress.matched(route.clone());
        }
        self.inner.call(request)
    }
}
