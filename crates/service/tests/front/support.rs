//! A front on a free port, its clients, and what it says of itself.

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Version, header};
use axum::routing::{get, post};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;
use untag_service::front::{
    Drained, Exchanged, Listener, Load, Observe, Settings, TlsFiles, Unreadable, serve,
};

/// Generous: only a front that hangs gets there.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The outcome, unless it never comes.
pub(crate) async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("never happened: {what}"))
}

/// Waits until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    soon(what, async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

/// Limits that no test reaches unless it sets them.
pub(crate) fn patient() -> Settings {
    Settings {
        handshake_timeout: PATIENCE * 2,
        header_timeout: PATIENCE * 2,
        body_timeout: PATIENCE * 2,
        body_pause: PATIENCE * 2,
        idle_timeout: PATIENCE * 2,
        close_timeout: PATIENCE * 2,
        drain_timeout: PATIENCE * 2,
        certificate_poll: PATIENCE * 2,
        ..Settings::default()
    }
}

/// So short that it is over at once.
pub(crate) const MOMENT: Duration = Duration::from_millis(50);

/// What the front told of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) method: String,
    pub(crate) route: Option<String>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) request_bytes: u64,
    pub(crate) response_bytes: Option<u64>,
    pub(crate) request_id: Option<String>,
    pub(crate) version: Version,
    pub(crate) peer: SocketAddr,
}

struct Teller {
    exchanged: mpsc::UnboundedSender<Told>,
    unreadable: mpsc::UnboundedSender<Unreadable>,
}

impl Observe for Teller {
    fn exchanged(&self, exchange: &Exchanged<'_>) {
        // A test that has seen enough does not listen any more.
        let _ = self.exchanged.send(Told {
            method: exchange.method.to_string(),
            route: exchange.route.map(str::to_owned),
            status: exchange.status,
            request_bytes: exchange.request_bytes,
            response_bytes: exchange.response_bytes,
            request_id: exchange.request_id.map(str::to_owned),
            version: exchange.version,
            peer: exchange.peer,
        });
    }

    fn unreadable(&self, unreadable: Unreadable) {
        let _ = self.unreadable.send(unreadable);
    }
}

/// What handlers wait at, and what is told of those that do.
#[derive(Clone)]
pub(crate) struct Gate {
    open: Arc<Semaphore>,
    dropped: mpsc::UnboundedSender<()>,
}

/// Tells when a handler is given up.
struct OnDrop(Option<mpsc::UnboundedSender<()>>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(tell) = self.0.take() {
            let _ = tell.send(());
        }
    }
}

/// A front that serves.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) load: Arc<Load>,
    pub(crate) told: mpsc::UnboundedReceiver<Told>,
    pub(crate) unreadable: mpsc::UnboundedReceiver<Unreadable>,
    /// Handlers of `/wait` that were given up.
    pub(crate) dropped: mpsc::UnboundedReceiver<()>,
    gate: Arc<Semaphore>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Drained>,
}

/// The routes of all tests.
pub(crate) fn router(gate: Gate) -> Router {
    Router::new()
        .route(
            "/things/{name}",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
                ([("x-request-id", "0123456789abcdef0123456789abcdef")], peer.to_string())
            }),
        )
        .route(
            "/count",
            post(|body: Body| async move {
                match body.collect().await {
                    Ok(body) => (StatusCode::OK, body.to_bytes().len().to_string()),
                    Err(_) => (StatusCode::BAD_REQUEST, "the body broke off".to_owned()),
                }
            }),
        )
        .route(
            "/wait",
            get(|State(gate): State<Gate>| async move {
                let mut guard = OnDrop(Some(gate.dropped));
                gate.open.acquire().await.unwrap().forget();
                guard.0 = None;
                "waited"
            }),
        )
        .route(
            "/host",
            get(|headers: HeaderMap| async move {
                let hosts: Vec<_> = headers.get_all(header::HOST).iter().map(HeaderValue::to_str).collect();
                format!("{hosts:?}")
            }),
        )
        .route("/unread", post(|| async { (StatusCode::UNAUTHORIZED, "who are you?") }))
        .route("/long", get(|| async { vec![b'x'; 200_000] }))
        .fallback(untag_server::not_found)
        .with_state(gate)
}

impl Server {
    pub(crate) async fn start(settings: Settings) -> Self {
        Self::start_with(settings, None).await
    }

    pub(crate) async fn start_with(settings: Settings, tls: Option<TlsFiles>) -> Self {
        log();
        let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0)), tls).await.unwrap();
        let (address, load) = (listener.address(), listener.load());
        let (exchange_teller, told) = mpsc::unbounded_channel();
        let (unreadable_teller, unreadable) = mpsc::unbounded_channel();
        let teller = Teller { exchanged: exchange_teller, unreadable: unreadable_teller };
        let (drop_teller, dropped) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(0));
        let router = router(Gate { open: Arc::clone(&gate), dropped: drop_teller });
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let served = tokio::spawn(serve(listener, router, settings, Arc::new(teller), shutdown));
        Self { address, load, told, unreadable, dropped, gate, stop: Some(stop), served }
    }

    /// Lets so many handlers of `/wait` answer.
    pub(crate) fn release(&self, handlers: usize) {
        self.gate.add_permits(handlers);
    }

    /// Begins the shutdown.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// The end of the shutdown.
    pub(crate) async fn drained(self) -> Drained {
        soon("the front stops", self.served).await.unwrap()
    }

    pub(crate) async fn told(&mut self) -> Told {
        soon("a request is told of", self.told.recv()).await.unwrap()
    }

    pub(crate) async fn unreadable(&mut self) -> Unreadable {
        soon("a connection that could not be read is told of", self.unreadable.recv()).await.unwrap()
    }

    /// A raw connection.
    pub(crate) async fn connect(&self) -> TcpStream {
        soon("a connection", TcpStream::connect(self.address)).await.unwrap()
    }

    /// The answer to these bytes, up to the end of the connection.
    pub(crate) async fn say(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.unwrap();
        rest(&mut stream).await
    }

    /// An HTTP/2 connection without TLS, and its end.
    pub(crate) async fn h2(&self) -> (H2, JoinHandle<hyper::Result<()>>) {
        h2(self.connect().await).await
    }
}

pub(crate) type H2 = hyper::client::conn::http2::SendRequest<Full<Bytes>>;

/// An HTTP/2 connection on a socket, and its end.
pub(crate) async fn h2<S>(socket: S) -> (H2, JoinHandle<hyper::Result<()>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (send, connection) = soon(
        "an HTTP/2 handshake",
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(socket)),
    )
    .await
    .unwrap();
    (send, tokio::spawn(connection))
}

/// A request for the HTTP/2 client.
pub(crate) fn request(method: &str, path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let uri = format!("http://front.test{path}");
    Request::builder().method(method).uri(uri).body(Full::new(body.into())).unwrap()
}

/// Status and body.
pub(crate) async fn read(response: Response<Incoming>) -> (StatusCode, String) {
    let status = response.status();
    let body = soon("an answer's body", response.into_body().collect()).await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// All that still comes. A connection that is reset has come to its end too.
pub(crate) async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut text = Vec::new();
    let _ = soon("the connection is closed", stream.read_to_end(&mut text)).await;
    String::from_utf8(text).unwrap()
}

/// One answer of HTTP/1 with `Content-Length`, and not a byte more.
pub(crate) async fn one(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut text = String::new();
    soon("an answer", async {
        while !text.ends_with("\r\n\r\n") {
            text.push(char::from(stream.read_u8().await.unwrap()));
        }
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        text.push_str(std::str::from_utf8(&body).unwrap());
    })
    .await;
    text
}

/// Begins a request with a body of 8 bytes, and returns when its handler waits for them.
pub(crate) async fn begin_body(stream: &mut TcpStream) {
    let head = b"POST /count HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 8\r\n\r\n";
    stream.write_all(head).await.unwrap();
    assert_eq!(one(stream).await, "HTTP/1.1 100 Continue\r\n\r\n");
}

/// That it is an answer of the front itself, in the shape of every error.
pub(crate) fn assert_gateway(answer: &str, status: u16, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("\r\ncontent-type: application/json"), "{answer}");
    let id = head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    assert!(id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["error_code"], code);
    assert!(body["error_msg"].as_str().unwrap().len() > 10, "{body}");
    assert_eq!(body.as_object().unwrap().len(), 2);
}

/// Everything that was logged in this process, a line for each event.
pub(crate) struct Log(Mutex<Vec<u8>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.lock()).into_owned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The log, which begins with the first call.
pub(crate) fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    struct Writer(&'static Log);
    impl Write for Writer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            if std::env::var_os(super::crowd::CHILD).is_some() {
                std::io::stderr().write_all(bytes)?;
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    static ONCE: std::sync::Once = std::sync::Once::new();
    let log = LOG.get_or_init(|| Log(Mutex::default()));
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_env_filter("warn,untag_service=debug")
            .with_writer(move || Writer(log))
            .init();
    });
    log
}
