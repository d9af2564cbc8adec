//! Clients that send slowly, or nothing at all. The times themselves are proved in `tests/front`; here others must be served by
//! the whole service meanwhile.

use crate::scene::{Scene, replies};
use crate::support::{PROJECT, delete_desktop_tag};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// How many clients are slow at a time.
const SLOW: usize = 300;

/// Sends the one text at once, and of the other a byte now and then until nobody takes it any more; what was answered.
fn drip(address: &str, begun: &str, rest: &str) -> Vec<u16> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.write_all(begun.as_bytes()).unwrap();
    for byte in rest.bytes() {
        // Slow is what it is to be; how slow does not matter.
        thread::sleep(Duration::from_millis(100));
        if stream.write_all(&[byte]).is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    replies(&answer).into_iter().map(|reply| reply.status).collect()
}

#[test]
fn somebody_who_takes_every_connection_keeps_nobody_out() {
    let scene = Scene::with(&["slow", "other"], &["--max-connections", "30", "--idle-timeout", "600"]);
    let (address, token) = (scene.server.address(), &scene.site.token);
    let head = delete_desktop_tag(token, "slow", "keep");
    let body = format!(
        "DELETE /v1/{PROJECT}/desktop/slow/tags/delete HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nContent-Type: \
         application/json\r\nContent-Length: 1000\r\n\r\n"
    );
    // More than there are, of each kind, and again after each request of others.
    let attack = || -> Vec<TcpStream> {
        let parts = [&head[..0], &head[..20], &body].into_iter().cycle().take(60);
        let send = |part: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            // Where it had to make room already, that is the end of it.
            let _ = stream.write_all(part.as_bytes());
            stream
        };
        parts.map(send).collect()
    };
    let mut crowd = attack();
    for key in ["named", "hidden", "named", "hidden"] {
        let answer = scene.server.connect().ask(&delete_desktop_tag(token, "other", key));
        assert_eq!(answer.status, 204);
        crowd.extend(attack());
    }
    assert!(scene.server.figure("untagd_connections_evicted_total") > 30);
    let contents = scene.contents();
    let slow = contents.resources.iter().find(|(key, _)| key.resource_id == "slow").unwrap();
    assert_eq!((slow.1.tags.len(), contents.trail.len()), (3, 2));
}

#[test]
fn slow_heads_slow_bodies_and_silence_keep_nobody_else_waiting() {
    let scene = Scene::with(
        &["slow", "other"],
        // Fewer places than slow clients: who sends takes none.
        &["--max-requests", "4", "--header-timeout", "2", "--body-timeout", "2", "--idle-timeout", "20"],
    );
    let (address, token) = (scene.server.address(), &scene.site.token);
    let head = delete_desktop_tag(token, "slow", "keep");
    let body = format!(
        "DELETE /v1/{PROJECT}/desktop/slow/tags/delete HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nContent-Type: \
         application/json\r\nContent-Length: 1000\r\n\r\n"
    );
    let silent: Vec<TcpStream> = (0..SLOW).map(|_| TcpStream::connect(address).unwrap()).collect();
    let mut slow: Vec<TcpStream> = Vec::new();
    for number in 0..SLOW {
        let mut stream = TcpStream::connect(address).unwrap();
        let begun: &str = if number % 2 == 0 { &head[..20] } else { &body };
        stream.write_all(begun.as_bytes()).unwrap();
        slow.push(stream);
    }
    let spaces = " ".repeat(1000);
    thread::scope(|scope| {
        let of_head = scope.spawn(|| drip(address, "", &head));
        let of_body = scope.spawn(|| drip(address, &body, &spaces));
        for key in ["named", "hidden", "named", "hidden"] {
            let answer = scene.server.connect().ask(&delete_desktop_tag(token, "other", key));
            assert_eq!(answer.status, 204);
        }
        // A head that does not end is cut off, and a body that does not end is answered, however they drip.
        assert_eq!(of_head.join().unwrap(), [0_u16; 0]);
        assert_eq!(of_body.join().unwrap(), [408]);
    });
    for (number, mut stream) in slow.into_iter().enumerate() {
        let mut answer = Vec::new();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let _ = stream.read_to_end(&mut answer);
        let found: Vec<u16> = replies(&answer).into_iter().map(|reply| reply.status).collect();
        let expected: &[u16] = if number % 2 == 0 { &[] } else { &[408] };
        assert_eq!(found, expected, "client {number}");
    }
    drop(silent);
    let contents = scene.contents();
    let slow = contents.resources.iter().find(|(key, _)| key.resource_id == "slow").unwrap();
    assert_eq!((slow.1.tags.len(), contents.trail.len()), (3, 2));
}
