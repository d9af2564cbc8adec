//! What is no request that can be read: hyper answers it, and the front tells of it.

use crate::support::{MOMENT, Server, log, one, patient, soon, until};
use axum::Router;
use axum::http::StatusCode;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use untag_identity::{Authenticator, Configuration};
use untag_service::front::{Listener, Observe, Unreadable, serve};
use untag_service::metrics::Metrics;
use untag_store::sqlite::{SqliteOptions, SqliteStore};

/// What hyper answers each of them with. `secret` is in all of them, and may not be in the log.
fn unreadable() -> Vec<(&'static str, String, u16)> {
    let headers = "x-secret: x\r\n".repeat(101);
    let (long, longer) = ("secret".repeat(11_000), "secret".repeat(22_000));
    vec![
        ("no HTTP", "secret\r\n\r\n".to_owned(), 400),
        ("a request line with too many parts", "GET /secret /secret HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("an unknown version", "GET /secret HTTP/3.0\r\n\r\n".to_owned(), 400),
        ("a TLS handshake", "\u{16}\u{3}\u{1}secret\r\n\r\n".to_owned(), 400),
        ("a header without a colon", "GET /things/a HTTP/1.1\r\nsecret\r\n\r\n".to_owned(), 400),
        (
            "two lengths",
            "POST /count HTTP/1.1\r\nhost: secret\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"
                .to_owned(),
            400,
        ),
        ("a URI that is too long", format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"), 414),
        ("a header that is too long", format!("GET / HTTP/1.1\r\nx-long: {longer}\r\n\r\n"), 431),
        ("too many headers", format!("GET / HTTP/1.1\r\n{headers}\r\n"), 431),
    ]
}

fn peer_lines(peer: SocketAddr) -> Vec<String> {
    let peer = format!("peer={peer}");
    log().text().lines().filter(|line| line.contains(&peer)).map(str::to_owned).collect()
}

#[tokio::test]
async fn it_is_answered_told_of_and_logged_and_nothing_of_it_is_repeated() {
    let mut settings = patient();
    // More than hyper allows a URI; with less, headers are too long before the URI is.
    settings.header_bytes = 128 * 1024;
    let mut server = Server::start(settings).await;
    for (what, bytes, status) in unreadable() {
        let mut stream = server.connect().await;
        let peer = stream.local_addr().unwrap();
        // Some of it may come after the answer, which is what closes the connection.
        let _ = stream.write_all(bytes.as_bytes()).await;
        let answer = one(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {answer:?}");
        assert!(!answer.contains("secret"), "{what}: {answer:?}");
        drop(stream);
        let expected = Unreadable::Http1(StatusCode::from_u16(status).unwrap());
        assert_eq!(server.unreadable().await, expected, "{what}");
        let lines = peer_lines(peer);
        assert!(
            lines.iter().any(|line| line.contains(" INFO ") && line.contains(&format!("status={status} "))),
            "{what}: {lines:?}"
        );
        assert!(!lines.concat().contains("secret"), "{what}: {lines:?}");
    }
    assert!(server.told.try_recv().is_err(), "none of them was a request");
    assert!(server.unreadable.try_recv().is_err(), "each is told of once");
}

#[tokio::test]
async fn a_client_that_never_hangs_up_is_told_of_too() {
    let mut settings = patient();
    settings.close_timeout = MOMENT;
    let mut server = Server::start(settings).await;
    let mut stream = server.connect().await;
    // After a request that could be read.
    stream.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(one(&mut stream).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(server.told().await.status, Some(StatusCode::OK));
    stream.write_all(b"secret\r\n\r\n").await.unwrap();
    assert!(one(&mut stream).await.starts_with("HTTP/1.1 400 "));
    assert_eq!(server.unreadable().await, Unreadable::Http1(StatusCode::BAD_REQUEST));
    until("nothing of it is left", || server.load.connections() == 0).await;
    drop(stream);
}

#[tokio::test]
async fn a_client_that_just_leaves_is_not_told_of() {
    let mut server = Server::start(patient()).await;
    for beginning in ["", "G", "GET /things/a HTTP/1.1\r\nx-long: ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(beginning.as_bytes()).await.unwrap();
        drop(stream);
    }
    let (send, end) = server.h2().await;
    drop(send);
    end.await.unwrap().unwrap();
    until("nothing of them is left", || server.load.connections() == 0).await;
    assert!(server.unreadable.try_recv().is_err());
}

#[tokio::test]
async fn it_is_in_the_figures() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("tags.db"), SqliteOptions::default()).unwrap();
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None).await.unwrap();
    let address = listener.address();
    let nobody = "[[users]]\nid = \"a\"\nname = \"a\"\naccount = \"a\"\nprojects = [\"p\"]\n\
                  [[access_keys]]\nid = \"a\"\nsecret = \"a\"\nuser = \"a\"\n";
    let nobody = Configuration::parse(nobody, Path::new("callers")).unwrap();
    let authenticator = Arc::new(Authenticator::new(&nobody).unwrap());
    let metrics = Arc::new(Metrics::new(Arc::new(store), listener.load(), authenticator));
    let observer: Arc<dyn Observe> = Arc::clone(&metrics) as Arc<dyn Observe>;
    let serving = tokio::spawn(serve(listener, Router::new(), patient(), observer, std::future::pending()));

    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /elsewhere HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(one(&mut stream).await.starts_with("HTTP/1.1 404 "));
    stream.write_all(b"secret\r\n\r\n").await.unwrap();
    assert!(one(&mut stream).await.starts_with("HTTP/1.1 400 "));
    drop(stream);
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A frame of a type that may not come first.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x09\0\0\0\0\x01").await.unwrap();
    let _ = soon("the connection ends", stream.read_to_end(&mut Vec::new())).await;

    let figures = || metrics.text().unwrap();
    until("all is counted", || figures().contains("untagd_http2_errors_total 1\n")).await;
    for line in [
        "untagd_requests_total{operation=\"none\",status=\"404\"} 1\n",
        "untagd_requests_total{operation=\"none\",status=\"400\"} 1\n",
        "untagd_request_seconds_count{operation=\"none\"} 1\n",
    ] {
        assert!(figures().contains(line), "no {line} in {}", figures());
    }
    serving.abort();
}
