//! What the stub is measured against: the same two routes as somebody in a hurry writes them with axum and serde.
//!
//! The handlers read the same parameters and the same body, compare the token, and check nothing else: no lengths, no
//! patterns, no unknown or repeated members, no documented error bodies, and of a signed request not the signature.

use crate::example::TOKEN;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::delete;
use axum::{Json, Router};
use serde::Deserialize;
use std::hint::black_box;

#[derive(Debug, Deserialize)]
struct DesktopTag {
    project_id: String,
    desktop_id: String,
    key: String,
}

#[derive(Debug, Deserialize)]
struct ResourceTags {
    project_id: String,
    resource_type: String,
    resource_id: String,
}

#[derive(Debug, Deserialize)]
struct Body {
    tags: Option<Vec<Tag>>,
    sys_tags: Option<Vec<Tag>>,
}

#[derive(Debug, Deserialize)]
struct Tag {
    key: String,
    value: Option<String>,
}

/// The router.
pub fn router() -> Router {
    Router::new()
        .route("/v2/{project_id}/desktops/{desktop_id}/tags/{key}", delete(desktop_tag))
        .route("/v1/{project_id}/{resource_type}/{resource_id}/tags/delete", delete(resource_tags))
}

async fn desktop_tag(_: Caller, Path(tag): Path<DesktopTag>) -> StatusCode {
    black_box((tag.project_id, tag.desktop_id, tag.key));
    StatusCode::NO_CONTENT
}

async fn resource_tags(_: Caller, Path(resource): Path<ResourceTags>, Json(body): Json<Body>) -> StatusCode {
    black_box((resource.project_id, resource.resource_type, resource.resource_id));
    for tag in [body.tags, body.sys_tags].into_iter().flatten().flatten() {
        black_box((tag.key, tag.value));
    }
    StatusCode::NO_CONTENT
}

/// A caller whose token is right, or who has signed something.
struct Caller;

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = StatusCode;

    // Where it lies: axum's own `HeaderMap` extractor would copy all headers first.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        match parts.headers.get("x-auth-token") {
            Some(token) if token.as_bytes() == TOKEN.as_bytes() => Ok(Self),
            None if parts.headers.contains_key("authorization") => Ok(Self),
            _ => Err(StatusCode::UNAUTHORIZED),
        }
    }
}
