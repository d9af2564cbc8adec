//! What the operator's listener answers: whether the process lives, whether it can serve, and its figures. And the contract,
//! which the public listener answers too.

use crate::metrics::Metrics;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use untag_server::contract;
use untag_store::Store;

/// What the answers are made of.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Asked by `/readyz`.
    pub store: Arc<dyn Store>,
    /// Shown by `/metrics`.
    pub metrics: Arc<Metrics>,
    /// Set when the process stops: it is alive still, and ready no more.
    pub stopping: Arc<AtomicBool>,
}

/// The router of the operator's listener.
pub fn router(admin: Admin) -> Router {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(admin)
        .merge(contract())
}

/// The contract, as YAML as it was written and as JSON.
pub fn contract() -> Router {
    Router::new()
        .route("/openapi.yaml", get(async || ([(header::CONTENT_TYPE, "application/yaml")], contract::YAML)))
        .route("/openapi.json", get(async || ([(header::CONTENT_TYPE, "application/json")], contract::JSON)))
}

/// Whether requests can be served, by asking the store.
async fn ready(State(admin): State<Admin>) -> Response {
    if admin.stopping.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match admin.store.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer; the log says why\n").into_response()
        }
    }
}

async fn metrics(State(admin): State<Admin>) -> Response {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match admin.metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
