//! One request and its answer: the limits in front of the router, and the record of what came of it.

use super::activity::Activity;
use super::answer::Refusal;
use super::arriving::Arriving;
use super::guesses::Guesses;
use super::load::Load;
use super::observe::{self, Exchanged, Observe};
use super::places::Places;
use super::room::Room;
use super::settings::Settings;
use crate::clock;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri, Version, header};
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use std::convert::Infallible;
use std::fmt::{self, Write as _};
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
    pub(super) guesses: Guesses,
    pub(super) room: Room,
    pub(super) places: Places,
}

/// What the router's side of a request tells the front's side.
#[derive(Debug)]
pub(super) struct Progress {
    activity: Arc<Activity>,
    route: OnceLock<MatchedPath>,
    refusal: OnceLock<Refusal>,
    received: AtomicU64,
    arriving: AtomicBool,
    admitted: AtomicBool,
}

impl Progress {
    fn new(activity: Arc<Activity>, now: Instant, has_body: bool) -> Self {
        activity.request(now, has_body);
        Self {
            activity,
            arriving: AtomicBool::new(has_body),
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

    /// The body is complete, or nobody waits for it any more.
    pub(super) fn arrived(&self) {
        if self.arriving.swap(false, Ordering::Relaxed) {
            self.activity.arrived();
        }
    }

    /// Nobody will read the rest of the body.
    pub(super) fn left_unread(&self) {
        self.activity.left_unread();
    }

    /// The client gets this answer, whatever the router says.
    pub(super) fn refuse(&self, refusal: Refusal) {
        let _ = self.refusal.set(refusal);
    }

    /// The request has a place among those in flight, until it is answered.
    pub(super) fn admitted(&self) {
        self.admitted.store(true, Ordering::Relaxed);
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
            let response = match precheck(&front, peer, record.began, &request) {
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
fn precheck(front: &Front, peer: SocketAddr, now: Instant, request: &Request<Incoming>) -> Option<Refusal> {
    let settings = &front.settings;
    // Whatever it asks: an answer would tell whether a guess was right.
    if let Some(wait) = front.guesses.wait(peer.ip(), now) {
        return Some(Refusal::HeldOff(wait));
    }
    if is_ambiguous(request) {
        return Some(Refusal::Ambiguous);
    }
    if request.headers().len() > settings.headers {
        return Some(Refusal::TooManyHeaders);
    }
    if request.body().size_hint().lower() > settings.body_bytes {
        return Some(Refusal::TooLong);
    }
    // The place is taken when the body is complete: whoever sends slowly keeps nobody out.
    front.places.are_hopeless().then_some(Refusal::Overloaded)
}

/// Whether something between the client and here may read it as another request. Of a length beside a transfer encoding,
/// hyper heeds the encoding and ends the connection; it decodes only `chunked`, and lets others stand before it.
fn is_ambiguous(request: &Request<Incoming>) -> bool {
    let headers = request.headers();
    let mut encodings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let encoding = encodings.next();
    encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"chunked"))
        || encodings.next().is_some()
        || headers.get_all(header::HOST).iter().nth(1).is_some()
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
        if !front.places.take() && !front.places.wait().await {
            return refused(Refusal::Overloaded);
        }
        progress.admitted();
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
        let began = clock::moment();
        let has_body = !request.body().is_end_stream();
        let verbose = tracing::enabled!(target: "untag_service::access", tracing::Level::DEBUG);
        Self {
            exchanges: exchanges.clone(),
            progress: Arc::new(Progress::new(Arc::clone(&exchanges.activity), began, has_body)),
            method: request.method().clone(),
            version: request.version(),
            uri: verbose.then(|| request.uri().clone()),
            began,
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
            front.places.leave();
        }
        self.progress.arrived();
        activity.answered(now);
        if response.is_some_and(|response| response.status() == StatusCode::UNAUTHORIZED)
            && front.guesses.refused(peer.ip(), now)
        {
            front.load.held_off();
            observe::log_held_off(*peer);
        }
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
            let uri = tracing::field::display(Ascii(uri));
            tracing::debug!(target: "untag_service::access", request_id, uri, "as it was asked");
        }
        observe::log_exchange(&exchange);
        front.observer.exchanged(&exchange);
    }
}

/// A URI for the log. Bytes beyond ASCII, which some of them have, are percent-encoded: among them are characters that act on
/// a terminal or end a line for some readers.
struct Ascii<'a>(&'a Uri);

impl fmt::Display for Ascii<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_string().bytes().try_for_each(|byte| match byte {
            b'!'..=b'~' => f.write_char(char::from(byte)),
            byte => write!(f, "%{byte:02X}"),
        })
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if !self.done {
            self.finish(None);
        }
    }
}
