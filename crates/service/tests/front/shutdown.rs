//! The shutdown: what is in flight is finished, what is idle is closed, what hangs is cut.

use crate::support::{MOMENT, Server, begin_body, one, patient, read, request, rest, soon, until};
use axum::http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use untag_service::front::Drained;

#[tokio::test]
async fn what_is_in_flight_is_answered_and_what_is_idle_is_closed() {
    let mut server = Server::start(patient()).await;
    let address = server.address;
    let ask = b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut silent = server.connect().await;
    let mut idle = server.connect().await;
    idle.write_all(ask).await.unwrap();
    one(&mut idle).await;
    let (mut idle_h2, idle_h2_end) = server.h2().await;
    let answer = idle_h2.send_request(request("GET", "/things/a", "")).await.unwrap();
    assert_eq!(read(answer).await.0, StatusCode::OK);
    let mut sending = server.connect().await;
    begin_body(&mut sending).await;
    sending.write_all(b"half").await.unwrap();
    let mut busy = server.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let (mut busy_h2, busy_h2_end) = server.h2().await;
    let stream = tokio::spawn(busy_h2.send_request(request("GET", "/wait", "")));
    until("all are there", || server.load.connections() == 6 && server.load.in_flight() == 2).await;

    server.stop();
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0);
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap(), 0);
    soon("the idle HTTP/2 connection ends", idle_h2_end).await.unwrap().unwrap();
    until("the port is closed", || std::net::TcpStream::connect(address).is_err()).await;

    sending.write_all(b"half").await.unwrap();
    assert!(rest(&mut sending).await.ends_with("\r\n\r\n8"));
    server.release(2);
    let answer = rest(&mut busy).await;
    assert!(answer.ends_with("\r\n\r\nwaited"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert_eq!(read(stream.await.unwrap().unwrap()).await.1, "waited");
    soon("the busy HTTP/2 connection ends", busy_h2_end).await.unwrap().unwrap();
    let load = std::sync::Arc::clone(&server.load);
    assert_eq!(server.drained().await, Drained { cut: 0 });
    assert_eq!((load.connections(), load.in_flight()), (0, 0));
}

#[tokio::test]
async fn what_hangs_is_cut_and_counted() {
    let mut settings = patient();
    settings.drain_timeout = MOMENT;
    let mut server = Server::start(settings).await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let (mut busy_h2, busy_h2_end) = server.h2().await;
    let stream = tokio::spawn(busy_h2.send_request(request("GET", "/wait", "")));
    let mut begun = server.connect().await;
    begun.write_all(b"GET /things/a HTTP/1.1\r\nx: ").await.unwrap();
    until("all are there", || server.load.connections() == 3 && server.load.in_flight() == 2).await;
    server.stop();
    // Told before the front returns, so whatever handlers use can be closed afterwards.
    soon("both handlers are given up", async {
        server.dropped.recv().await.unwrap();
        server.dropped.recv().await.unwrap();
    })
    .await;
    assert_eq!(rest(&mut busy).await, "");
    assert!(stream.await.unwrap().is_err());
    let _ = soon("the HTTP/2 connection ends", busy_h2_end).await.unwrap();
    let load = std::sync::Arc::clone(&server.load);
    let cut = server.drained().await.cut;
    // The one that has only begun its headers may have been cut with them or closed before.
    assert!((2..=3).contains(&cut), "{cut}");
    assert_eq!((load.connections(), load.in_flight()), (0, 0));
}

#[tokio::test]
async fn a_front_with_nothing_to_do_stops_at_once() {
    let mut server = Server::start(patient()).await;
    let address = server.address;
    server.stop();
    assert_eq!(server.drained().await, Drained { cut: 0 });
    assert!(TcpStream::connect(address).await.is_err());
}
