//! One connection, from its handshake to its goodbye.

use super::activity::{Activity, Due};
use super::exchange::{Exchanges, Front};
use super::load::Load;
use super::observe::{self, Unreadable};
use axum::http::StatusCode;
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::error::Error;
use std::future::{Future, poll_fn};
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep_until, timeout};
use tokio_rustls::TlsAcceptor;

/// How far the shutdown has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// It has not begun.
    Serving,
    /// What is in flight is finished.
    Draining,
    /// Whatever is left stops where it is.
    Closed,
}

/// Ties a task to the front: it hears of the shutdown, and the shutdown waits for it.
#[derive(Clone, Debug)]
pub(super) struct Lifetime {
    phases: watch::Receiver<Phase>,
    /// Nothing is ever sent: the channel closes when the last task that holds a sender is gone.
    _alive: mpsc::Sender<Infallible>,
}

impl Lifetime {
    /// The first of them, to be cloned, and what is closed when the last is dropped.
    pub(super) fn begin(phases: watch::Receiver<Phase>) -> (Self, mpsc::Receiver<Infallible>) {
        let (alive, gone) = mpsc::channel(1);
        (Self { phases, _alive: alive }, gone)
    }

    /// Ready when the shutdown has got to this phase.
    pub(super) async fn reached(&self, phase: Phase) {
        // A front that is gone without a word is as good as closed.
        let _ = self.phases.clone().wait_for(|now| *now >= phase).await;
    }
}

/// Streams of HTTP/2 are tasks of their own, with the lifetime of their connection.
impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Lifetime {
    fn execute(&self, stream: F) {
        let lifetime = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = stream => {}
                () = lifetime.reached(Phase::Closed) => {}
            }
        });
    }
}

/// Counts a connection as long as it is there.
struct Counted(Arc<Load>);

impl Counted {
    fn new(load: &Arc<Load>) -> Self {
        load.connected();
        Self(Arc::clone(load))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.disconnected();
    }
}

/// Serves one connection to its end. Counted from here on, not from its first poll.
pub(super) fn run(
    front: Arc<Front>,
    tcp: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    lifetime: Lifetime,
) -> impl Future<Output = ()> + Send {
    let counted = Counted::new(&front.load);
    async move {
        let _counted = counted;
        // Answers are small and whole: waiting for more to send only delays them.
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%peer, %error, "the connection is gone before it was looked at");
            return;
        }
        match acceptor {
            None => speak_http(&front, tcp, peer, &lifetime).await,
            // In a box, because it is several times larger, and every connection would be as large as the largest.
            Some(acceptor) => Box::pin(speak_tls(&front, tcp, peer, acceptor, &lifetime)).await,
        }
    }
}

/// The handshake, and HTTP after it.
async fn speak_tls(
    front: &Arc<Front>,
    tcp: TcpStream,
    peer: SocketAddr,
    acceptor: TlsAcceptor,
    lifetime: &Lifetime,
) {
    let handshake = timeout(front.settings.handshake_timeout, acceptor.accept(tcp));
    let tls = tokio::select! {
        biased;
        tls = handshake => tls,
        () = lifetime.reached(Phase::Draining) => return,
        () = front.room.asked() => {
            front.room.left();
            return;
        }
    };
    match tls {
        Ok(Ok(tls)) => speak_http(front, tls, peer, lifetime).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS handshake"),
        Err(_) => tracing::debug!(%peer, "the TLS handshake took too long"),
    }
}

/// Serves HTTP on a socket until either side has enough.
async fn speak_http<S>(front: &Arc<Front>, socket: S, peer: SocketAddr, lifetime: &Lifetime)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let settings = &front.settings;
    let activity = Arc::new(Activity::new());
    let io = TokioIo::new(Watched { socket, activity: Arc::clone(&activity), closed: false });
    let service = Exchanges { front: Arc::clone(front), activity: Arc::clone(&activity), peer };
    let builder = builder(front, lifetime);
    let mut connection = pin!(builder.serve_connection(io, service));
    let mut draining = pin!(lifetime.reached(Phase::Draining));
    let mut closed = pin!(lifetime.reached(Phase::Closed));
    let mut drains = false;
    let mut timer = pin!(sleep_until(activity.next_look(settings).into()));
    let mut asked_to_leave = pin!(front.room.asked());
    // Since when the client is waited for, where that gives the connection its turn to leave.
    let mut waits = None;
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    broke_off(front, peer, &*error);
                }
                return;
            }
            () = &mut closed => return,
            () = &mut draining, if !drains => {
                drains = true;
                activity.goodbye();
                connection.as_mut().graceful_shutdown();
            }
            () = poll_fn(|context| {
                let now_waits = activity.waits();
                if now_waits != waits {
                    // Behind those who wait longer.
                    asked_to_leave.set(front.room.asked());
                    waits = now_waits;
                }
                if waits.is_some() { asked_to_leave.as_mut().poll(context) } else { Poll::Pending }
            }) => {
                tracing::debug!(%peer, "no room for others; closing this one, which waits longest");
                front.room.left();
                activity.goodbye();
                connection.as_mut().graceful_shutdown();
                // A goodbye that can be sent at once is; nobody waits for another's.
                poll_fn(|context| {
                    let _ = connection.as_mut().poll(context);
                    Poll::Ready(())
                })
                .await;
                return;
            }
            () = poll_fn(|context| {
                // The connection was polled just before, so what it is at may have become more urgent.
                if let Some(sooner) = activity.deadline(settings).map(Into::into)
                    && sooner < timer.deadline()
                {
                    timer.as_mut().reset(sooner);
                }
                timer.as_mut().poll(context)
            }) => match activity.due(settings) {
                Due::Nothing(before) => timer.as_mut().reset(before.into()),
                Due::Goodbye => {
                    activity.goodbye();
                    connection.as_mut().graceful_shutdown();
                    timer.as_mut().reset(activity.next_look(settings).into());
                }
                // Hyper keeps to itself why it ends a connection until the peer has said goodbye too.
                Due::Cut if activity.stop_listening() => {}
                Due::Cut => {
                    tracing::debug!(%peer, "the client is too slow; cutting it off");
                    return;
                }
            },
        }
    }
}

/// Tells why a connection has ended, where that was in the middle of something.
fn broke_off(front: &Front, peer: SocketAddr, error: &(dyn Error + 'static)) {
    if let Some(unreadable) = unreadable(error) {
        observe::log_unreadable(unreadable, peer);
        front.observer.unreadable(unreadable);
    }
    tracing::debug!(%peer, error, "the connection broke off");
}

/// What came, where hyper ended the connection because of it. For HTTP/1 it has answered with this status by itself.
fn unreadable(error: &(dyn Error + 'static)) -> Option<Unreadable> {
    let error = error.downcast_ref::<hyper::Error>()?;
    if error.is_parse() {
        return Some(Unreadable::Http1(if !error.is_parse_too_large() {
            StatusCode::BAD_REQUEST
        } else if error.to_string() == URI_TOO_LONG {
            StatusCode::URI_TOO_LONG
        } else {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
        }));
    }
    // What is left is sockets that broke, and errors of the HTTP/2 library.
    error.source().is_some_and(|cause| !cause.is::<io::Error>()).then_some(Unreadable::Http2)
}

/// Hyper's words for it: the only thing that tells 414 from 431.
const URI_TOO_LONG: &str = "URI too long";

/// Hyper's limits. Its own times are not used: they are the same for headers that do not end and for idle connections.
fn builder(front: &Front, lifetime: &Lifetime) -> auto::Builder<Lifetime> {
    let settings = &front.settings;
    let mut builder = auto::Builder::new(lifetime.clone());
    // Hyper insists on 8 KiB. The buffer is what bounds first line and headers.
    builder.http1().max_buf_size(settings.header_bytes.max(8 * 1024));
    if settings.headers < 100 {
        builder.http1().max_headers(settings.headers);
    }
    builder
        .http2()
        .max_concurrent_streams(settings.h2_streams)
        .max_pending_accept_reset_streams(settings.h2_pending_resets)
        .max_local_error_reset_streams(settings.h2_errors)
        .max_header_list_size(u32::try_from(settings.header_bytes).unwrap_or(u32::MAX))
        // Requests are small, and what a client may send before anybody reads it is kept for every connection.
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(256 * 1024)
        .max_send_buf_size(64 * 1024);
    builder
}

/// A socket that tells what it reads, and closes without taking the last answer away from the peer.
struct Watched<S> {
    socket: S,
    activity: Arc<Activity>,
    /// Our side is closed, and the peer's may still send.
    closed: bool,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(context, buffer))?;
        if let Some(read @ [_, ..]) = buffer.filled().get(before..) {
            self.activity.received(read);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    /// Closes our side. If the peer may still be sending what nobody has read, a full close would make the system tell it
    /// that the connection broke, and it might never see the answer that says why; so it is listened to until it stops.
    /// The connection's task ends that after the time for goodbyes.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.closed {
            let pending = self.activity.goodbye();
            // A peer that is gone already needs no goodbye, and hyper may have better to tell than that.
            let _ = ready!(Pin::new(&mut self.socket).poll_shutdown(context));
            if !pending {
                return Poll::Ready(Ok(()));
            }
            self.activity.closed();
            self.closed = true;
        }
        if !self.activity.is_listening() {
            return Poll::Ready(Ok(()));
        }
        for _ in 0..16 {
            let mut scrap = [MaybeUninit::uninit(); 2048];
            let mut scrap = ReadBuf::uninit(&mut scrap);
            match ready!(Pin::new(&mut self.socket).poll_read(context, &mut scrap)) {
                Ok(()) if !scrap.filled().is_empty() => {}
                _ => return Poll::Ready(Ok(())),
            }
        }
        // Others have their turn.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
