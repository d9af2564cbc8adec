//! The documentation under `/docs`, where the settings name a folder with it: files to be read, and nothing else.
//!
//! What is not there is answered as any unknown path. Pages may load what comes from this server and nothing from elsewhere.

use crate::problem::Problem;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use std::path::Path;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// The page that the folder of a site begins with.
const START: &str = "/index.html";

/// Swagger UI draws its pictures from `data:` and sets styles of its own.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// rustdoc has scripts in its pages.
const RUSTDOC_POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline'; \
                              style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
                              base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Looks whether the folder holds a site.
///
/// # Errors
/// It does not.
pub fn check(folder: &Path) -> Result<(), Problem> {
    if folder.join(START.trim_start_matches('/')).is_file() {
        return Ok(());
    }
    Err(Problem::input(format!(
        "{}: holds no documentation; `cargo xtask docs --out DIR` writes it",
        folder.display()
    )))
}

/// The router for the files of a folder.
pub fn router(folder: &Path) -> Router {
    // A folder's own path would be answered with the file in it, whose links would then lead elsewhere.
    let files = ServeDir::new(folder).append_index_html_on_directories(false);
    Router::new()
        .route("/docs", only(get(async || Redirect::permanent("/docs/"))))
        .route("/docs/", only(get(file)))
        .route("/docs/{*path}", only(get(file)))
        .with_state(files)
}

/// The methods that read; any other is answered as on every path.
fn only(methods: MethodRouter<ServeDir>) -> MethodRouter<ServeDir> {
    methods.fallback(async || untag_server::method_not_allowed("GET, HEAD"))
}

async fn file(State(files): State<ServeDir>, mut request: Request) -> Response {
    let path = request.uri().path().strip_prefix("/docs").unwrap_or_default();
    let path = if path == "/" { START } else { path };
    // As in the contract, an empty segment makes another path, whose links would lead elsewhere.
    let is_plain = !path.ends_with('/') && !path.contains("//");
    let Some(uri) = path.parse::<Uri>().ok().filter(|_| is_plain) else {
        return untag_server::not_found().await;
    };
    let policy = if uri.path().starts_with("/rustdoc/") { RUSTDOC_POLICY } else { POLICY };
    *request.uri_mut() = uri;
    let answer = files.oneshot(request).await.into_response();
    if answer.status() == StatusCode::NOT_FOUND {
        return untag_server::not_found().await;
    }
    let mut answer = answer.map(Body::new);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // Files change under the same names when a new site is put there.
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        let (name, value): (HeaderName, HeaderValue) = (name, HeaderValue::from_static(value));
        answer.headers_mut().insert(name, value);
    }
    answer
}
