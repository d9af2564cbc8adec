//! One request and its answer: the limits in front of the router, and the record of what came of it.

use super::activity::Activity;
use super::answer::Refusal;
use super::arriving::Arriving;
use super::load::Load;
use super::observe::{self, Exchanged, Observe};
use super::settings::Settings;
use crate::clock;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, Uri, Version, header};
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::{Duration, Instant};
use tower::Service;
use untag_server::reply::X_REQUEST_ID;

/// What all connections of a listener share.
pub(super) struct Front {
    pub(super) router: Router,
    pub(super) settings: Settings,
    pub(super) observer: Arc<dyn Observe>,
    pub(super) load: Arc<Load>,
}

/// What the router's side of a request tells the front's side.
#[derive(Debug)]
pub(super) struct Progress {
    activity: Arc<Activity>,
    route: OnceLock<MatchedPath>,
    refusal: OnceLock<Refusal>,
    received: AtomicU64,
    admitted: AtomicBool,
}

impl Progress {
    fn new(activity: Arc<Activity>) -> Self {
        Self {
            activity,
            route: OnceLock::new(),
            refusal: OnceLock::new(),
            received: AtomicU64::new(0),
            admitted: AtomicBool::new(false),
        }
    }

    /// This route matched.
    pub(super) fn matched(&self, route: MatchedPath) {
        // The outermost layer speaks first, and knows the whole path.
        let _ = self.route.set(route);
    }

    /// So many more bytes of the body came. Returns how many there are.
    pub(super) fn received(&self, more: usize) -> u64 {
        let more = more as u64;
        self.received.fetch_add(more, Ordering::Relaxed).saturating_add(more)
    }

    /// Nobody will read the rest of the body.
    pub(super) fn left_unread(&self) {
        self.activity.left_unread();
    }

    /// The client gets this answer, whatever the router says.
    pub(super) fn refuse(&self, refusal: Refusal) {
        let _ = self.refusal.set(refusal);
    }

    /// Takes a place among the requests in flight, if there is one.
    pub(super) fn admit(&self, front: &Front) -> bool {
        let admitted = front.load.admit(front.settings.in_flight);
        if admitted {
            self.admitted.store(true, Ordering::Relaxed);
        }
        admitted
    }
}

/// The router as one connection sees it.
#[derive(Clone)]
pub(super) struct Exchanges {
    pub(super) front: Arc<Front>,
    pub(super) activity: Arc<Activity>,
    pub(super) peer: SocketAddr,
}

impl hyper::service::Service<Request<Incoming>> for Exchanges {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let record = Record::new(self, &request);
        let front = Arc::clone(&self.front);
        let peer = self.peer;
        Box::pin(async move {
            let response = match precheck(&front, &request) {
                Some(refusal) => {
                    if !request.body().is_end_stream() {
                        record.progress.left_unread();
                    }
                    refusal.answer(request.version(), front.settings.retry_after)
                }
                None => answer(&front, &record, peer, request).await,
            };
            record.answered(&response);
            Ok(response)
        })
    }
}

/// What is refused before the router sees it.
fn precheck(front: &Front, request: &Request<Incoming>) -> Option<Refusal> {
    let settings = &front.settings;
    if request.headers().len() > settings.headers {
        return Some(Refusal::TooManyHeaders);
    }
    if request.body().size_hint().lower() > settings.body_bytes {
        return Some(Refusal::TooLong);
    }
    // The place is taken when the body is complete: whoever sends slowly keeps nobody out.
    (front.load.in_flight() >= settings.in_flight).then_some(Refusal::Overloaded)
}

/// The router's answer, or the refusal that came up while the body was read.
async fn answer(
    front: &Arc<Front>,
    record: &Record,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Response {
    let progress = &record.progress;
    let (mut parts, body) = request.into_parts();
    let version = parts.version;
    let refused = |refusal: Refusal| refusal.answer(version, front.settings.retry_after);
    let body = if body.is_end_stream() {
        if !progress.admit(front) {
            return refused(Refusal::Overloaded);
        }
        Body::empty()
    } else {
        Body::new(Arriving::new(body, Arc::clone(front), Arc::clone(progress), record.began))
    };
    if let Some(host) = host_of(&parts) {
        parts.headers.insert(header::HOST, host);
    }
    parts.extensions.insert(ConnectInfo(peer));
    parts.extensions.insert(Arc::clone(progress));
    let mut routed = pin!(front.router.clone().call(Request::from_parts(parts, body)));
    poll_fn(|context| {
        let routed = routed.as_mut().poll(context);
        match (progress.refusal.get(), routed) {
            // The router has not seen the whole body, so whatever it answers or does not answer rests on nothing.
            (Some(refusal), _) => Poll::Ready(refused(*refusal)),
            (None, Poll::Ready(Ok(response))) => Poll::Ready(response),
            (None, Poll::Ready(Err(never))) => match never {},
            (None, Poll::Pending) => Poll::Pending,
        }
    })
    .await
}

/// The `Host` of a request that names its host in the HTTP/2 way only. Signatures cover the header.
fn host_of(parts: &Parts) -> Option<HeaderValue> {
    let authority = parts.uri.authority().filter(|_| !parts.headers.contains_key(header::HOST))?;
    HeaderValue::from_str(authority.as_str()).ok()
}

/// What is known of a request. Dropped without an answer, it says that the client is gone.
struct Record {
    exchanges: Exchanges,
    progress: Arc<Progress>,
    method: Method,
    version: Version,
    /// Kept only if the log asks for it.
    uri: Option<Uri>,
    began: Instant,
    done: bool,
}

impl Record {
    fn new(exchanges: &Exchanges, request: &Request<Incoming>) -> Self {
        exchanges.activity.request();
        let verbose = tracing::enabled!(target: "untag_service::access", tracing::Level::DEBUG);
        Self {
            exchanges: exchanges.clone(),
            progress: Arc::new(Progress::new(Arc::clone(&exchanges.activity))),
            method: request.method().clone(),
            version: request.version(),
            uri: verbose.then(|| request.uri().clone()),
            began: clock::moment(),
            done: false,
        }
    }

    fn answered(mut self, response: &Response) {
        self.finish(Some(response));
    }

    fn finish(&mut self, response: Option<&Response>) {
        self.done = true;
        let Exchanges { front, activity, peer } = &self.exchanges;
        let now = clock::moment();
        if self.progress.admitted.load(Ordering::Relaxed) {
            front.load.discharge();
        }
        activity.answered(now);
        let matched = self.progress.route.get().map(MatchedPath::as_str);
        let known = matched.and_then(|matched| untag_server::route(&self.method, matched));
        let exchange = Exchanged {
            method: &self.method,
            operation: known.map(|route| route.operation),
            route: known.map(|route| route.path).or(matched),
            status: response.map(Response::status),
            latency: now.checked_duration_since(self.began).unwrap_or(Duration::ZERO),
            request_bytes: self.progress.received.load(Ordering::Relaxed),
            response_bytes: response.and_then(|response| response.body().size_hint().exact()),
            request_id: response
                .and_then(|response| response.headers().get(X_REQUEST_ID))
                .and_then(|id| id.to_str().ok()),
            peer: *peer,
            version: self.version,
        };
        if let Some(uri) = &self.uri {
            let request_id = exchange.request_id;
            tracing::debug!(target: "untag_service::access", request_id, %uri, "as it was asked");
        }
        observe::log_exchange(&exchange);
        front.observer.exchanged(&exchange);
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if !self.done {
            self.finish(None);
        }
    }
}
