//! Every connection is taken: who makes room, and who does not.

use crate::support::{Server, begin_body, log, one, patient, read, request, rest, soon, until};
use axum::http::StatusCode;
use std::io::ErrorKind;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const ASK: &[u8] = b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n";

/// A new connection that is answered, and stays open.
async fn answered(server: &Server) -> TcpStream {
    let mut stream = server.connect().await;
    stream.write_all(ASK).await.unwrap();
    assert!(one(&mut stream).await.starts_with("HTTP/1.1 200 "));
    stream
}

/// That nothing came, the end of the connection neither.
fn is_open(stream: &TcpStream) -> bool {
    matches!(stream.try_read(&mut [0; 1]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

#[tokio::test]
async fn whoever_has_waited_longest_for_its_client_makes_room() {
    let mut settings = patient();
    settings.connections = 5;
    let server = Server::start(settings).await;
    let mut silent = server.connect().await;
    until("it is accepted", || server.load.connections() == 1).await;
    let mut slow_body = server.connect().await;
    begin_body(&mut slow_body).await;
    let mut idle = answered(&server).await;
    let (mut send, h2) = server.h2().await;
    let answer = soon("an answer", send.send_request(request("GET", "/things/a", ""))).await.unwrap();
    assert_eq!(read(answer).await.0, StatusCode::OK);
    let mut slow_head = server.connect().await;
    slow_head.write_all(b"GET /things/a HT").await.unwrap();
    until("it is accepted", || server.load.connections() == 5).await;

    // Those who come keep their places too.
    let mut kept = vec![answered(&server).await];
    assert_eq!(rest(&mut silent).await, "");
    assert!([&slow_body, &idle, &slow_head].into_iter().all(is_open) && !h2.is_finished());
    kept.push(answered(&server).await);
    assert_eq!(rest(&mut slow_body).await, "");
    kept.push(answered(&server).await);
    assert_eq!(rest(&mut idle).await, "");
    assert!(is_open(&slow_head) && !h2.is_finished());
    kept.push(answered(&server).await);
    // It is told that no stream of it is looked at any more.
    let _ = soon("the connection ends", h2).await.unwrap();
    assert!(send.is_closed() && is_open(&slow_head));
    kept.push(answered(&server).await);
    assert_eq!(rest(&mut slow_head).await, "");
    assert!(kept.iter().all(is_open));
    assert_eq!((server.load.connections(), server.load.evicted()), (5, 5));
    // However many make room, the log says it once in a while.
    assert!(log().text().contains("every connection is taken"));
}

#[tokio::test]
async fn nobody_makes_room_whose_answer_is_being_made() {
    let mut settings = patient();
    settings.connections = 2;
    let server = Server::start(settings).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    until("the first is at it", || server.load.in_flight() == 1).await;
    let (mut send, _h2) = server.h2().await;
    let second = tokio::spawn(send.send_request(request("GET", "/wait", "")));
    until("the second is at it", || server.load.in_flight() == 2).await;

    let mut third = server.connect().await;
    third.write_all(ASK).await.unwrap();
    until("there is no room", || log().text().contains("connections=2")).await;
    assert!([&first, &third].into_iter().all(is_open));
    assert_eq!((server.load.connections(), server.load.evicted()), (2, 0));

    // The first has its whole answer, and makes room then.
    server.release(1);
    assert!(rest(&mut first).await.ends_with("waited"));
    assert!(one(&mut third).await.starts_with("HTTP/1.1 200 "));
    assert_eq!((server.load.in_flight(), server.load.evicted()), (1, 1));
    server.release(1);
    assert_eq!(read(soon("an answer", second).await.unwrap().unwrap()).await.1, "waited");
}

#[tokio::test]
async fn nobody_else_makes_room_where_somebody_leaves_by_itself() {
    let mut settings = patient();
    settings.connections = 1;
    let server = Server::start(settings).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    until("it is at it", || server.load.in_flight() == 1).await;
    let mut second = server.connect().await;
    second.write_all(ASK).await.unwrap();
    drop(first);
    for _ in 0..2 {
        assert!(one(&mut second).await.starts_with("HTTP/1.1 200 "));
        second.write_all(ASK).await.unwrap();
    }
    assert_eq!(server.load.evicted(), 0);
}
