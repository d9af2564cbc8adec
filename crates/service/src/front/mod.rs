//! The front: carries a router to the network the way an operator needs it, and answers as a gateway would where no
//! operation can.
//!
//! TCP or TLS, HTTP/1.1 or HTTP/2 (told apart by the first bytes, with or without TLS); a limit and a time for
//! everything that a stranger can make us wait for or keep; one log line for each request; a shutdown that finishes what
//! is in flight.
//!
//! # Answers of the front
//!
//! They stand outside the contract, as a gateway's do. The body is `{"error_code": …, "error_msg": …}` and `X-Request-Id`
//! names the request, except where hyper answers before there is a request: then there is a status and nothing else. Those of
//! HTTP/1 are logged and told of when their connection has ended ([`Observe::unreadable`]).
//!
//! | status | when | code |
//! |---|---|---|
//! | 408 | the request body did not arrive in time ([`Settings::body_timeout`], [`Settings::body_pause`]); the connection is closed | `APIGW.0201` |
//! | 413 | the request body is, or says it is, longer than [`Settings::body_bytes`]; the connection is closed | `APIGW.0201` |
//! | 400 | more than one `Host`, or another `Transfer-Encoding` than `chunked`: it can be read in two ways; the connection is closed | `APIGW.0201` |
//! | 429 | [`Settings::refusals`] credentials from this address were refused; `Retry-After` says when it is listened to again | `APIGW.0308` |
//! | 431 | more headers than [`Settings::headers`] (HTTP/2) | `APIGW.0201` |
//! | 503 | [`Settings::in_flight`] requests are being answered already, and it was not this one's turn within [`Settings::turn_timeout`]; `Retry-After` says when to come again | `APIGW.0202` |
//! | 400 | HTTP/1: not HTTP | no body |
//! | 414 | HTTP/1: the URI is longer than 64 KiB, where [`Settings::header_bytes`] allows more | no body |
//! | 431 | HTTP/1: more headers than [`Settings::headers`], or longer than [`Settings::header_bytes`] | no body |
//! | 431 | HTTP/2: longer headers than [`Settings::header_bytes`]; the one answer that nobody is told of, as its library keeps it to itself | no body |
//!
//! `APIGW.0201` is the code of the provider's gateway for a request that it cannot take, 413 included; `APIGW.0202` is
//! its code for a service that is not available, and `APIGW.0308` that for too many requests.
//!
//! # What waits for what
//!
//! | from | to | at most |
//! |---|---|---|
//! | TCP connection | end of the TLS handshake | [`Settings::handshake_timeout`] |
//! | first byte of a request | end of its headers | [`Settings::header_timeout`] |
//! | headers | end of the request body | [`Settings::body_timeout`], and [`Settings::body_pause`] between two pieces |
//! | end of the body | answer | the service decides |
//! | answer, or connection | next request, HTTP/2: next stream | [`Settings::idle_timeout`]; also how long a client may take to fetch an answer |
//! | our goodbye | the client's | [`Settings::close_timeout`] |
//! | shutdown | end of all requests | [`Settings::drain_timeout`] |
//!
//! # What one HTTP/2 connection may take
//!
//! | what | at most | beyond it |
//! |---|---|---|
//! | streams at a time | [`Settings::h2_streams`] | the stream is refused, which counts as an error |
//! | streams reset by the client before we have looked at them (rapid reset, CVE-2023-44487) | [`Settings::h2_pending_resets`] | cut off |
//! | streams that we reset because of what came on them | [`Settings::h2_errors`] | cut off |
//! | headers of a request, with all that continues them | [`Settings::header_bytes`] | 431; cut off, if there is no end to them |
//! | body bytes that nobody has read yet | 64 KiB a stream, 256 KiB in all | the client waits |
//! | answer bytes that the client has not fetched | 64 KiB a stream | the handler's answer waits |
//!
//! Cut off means `GOAWAY` with `ENHANCE_YOUR_CALM`, and the end of the connection, which is told of.
//!
//! # Who makes room
//!
//! Where [`Settings::connections`] are open, or the system has no more files to give, each new connection closes another: the
//! one that has waited longest for its client, be it for a handshake, for a request or the rest of one, or for the client to
//! fetch its answer or to say goodbye. Where there is none, because an answer is being made for each, the new one waits.

mod activity;
mod answer;
mod arriving;
mod connection;
mod exchange;
mod guesses;
mod listener;
mod load;
mod observe;
mod places;
mod room;
mod route;
mod settings;
mod tls;

pub use listener::{BindError, Listener};
pub use load::Load;
pub use observe::{Exchanged, Observe, Unreadable};
pub use settings::Settings;
pub use tls::{TlsError, TlsFiles, check};

use axum::Router;
use connection::{Lifetime, Phase};
use exchange::Front;
use guesses::Guesses;
use places::Places;
use room::Room;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::watch;

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still open when [`Settings::drain_timeout`] was over, and were closed in the middle of it.
    pub cut: usize,
}

/// Serves the router on the listener until `shutdown` is ready and everything that was in flight is answered.
///
/// At shutdown the port is closed at once, idle connections are closed, HTTP/1 connections finish the request they are at,
/// HTTP/2 clients are told to open no more streams. What is left after [`Settings::drain_timeout`] is cut off. When this
/// returns, no task of it is left, so whatever the router stands on may be closed.
///
/// Handlers find the peer's address in `axum::extract::ConnectInfo<SocketAddr>`. `observer` is told of every request.
pub async fn serve(
    listener: Listener,
    router: Router,
    settings: Settings,
    observer: Arc<dyn Observe>,
    shutdown: impl Future<Output = ()>,
) -> Drained {
    let front = Arc::new(Front {
        router: router.layer(route::NoteRoute),
        load: listener.load(),
        guesses: Guesses::new(settings.refusals),
        room: Room::new(settings.connections, listener.load()),
        places: Places::new(settings.in_flight, settings.connections, settings.turn_timeout, listener.load()),
        settings,
        observer,
    });
    let (phase, phases) = watch::channel(Phase::Serving);
    let (lifetime, mut gone) = Lifetime::begin(phases);

    let Listener { tcp, tls, .. } = listener;
    if let Some(tls) = &tls {
        tls.keep_current(front.settings.certificate_poll, lifetime.clone());
    }
    let mut shutdown = pin!(shutdown);
    loop {
        let (tcp, peer, place) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener::accept(&tcp, &front.room) => accepted,
        };
        let acceptor = tls.as_ref().map(tls::Tls::acceptor);
        let task = connection::run(Arc::clone(&front), tcp, peer, acceptor, lifetime.clone());
        tokio::spawn(async move {
            task.await;
            drop(place);
        });
    }
    drop(tcp);
    drop(lifetime);
    tracing::debug!(connections = front.load.connections(), "shutting down: finishing what is in flight");
    // Receivers are tasks; that none is left is what we wait for.
    let _ = phase.send(Phase::Draining);
    let mut cut = 0;
    if tokio::time::timeout(front.settings.drain_timeout, gone.recv()).await.is_err() {
        cut = front.load.connections();
        tracing::warn!(connections = cut, "the time to finish is over; cutting off what is left");
        let _ = phase.send(Phase::Closed);
        gone.recv().await;
    }
    Drained { cut }
}
