//! A gateway in front of a service that is not there: it keeps what it was sent, and answers as it is told.

use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Request {
    /// The keys that it names.
    pub(crate) fn keys(&self) -> Vec<String> {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let tags = body["tags"].as_array().unwrap();
        tags.iter().map(|tag| tag["key"].as_str().unwrap().to_owned()).collect()
    }
}

/// An answer: status, further header lines, and body.
pub(crate) type Answer = (u16, &'static str, &'static str);

/// Success.
pub(crate) const DONE: Answer = (204, "", "");

#[derive(Default)]
struct Seen {
    requests: Vec<Request>,
    in_flight: usize,
    most: usize,
}

/// A running gateway; it ends with the test's runtime.
#[derive(Clone)]
pub(crate) struct Gateway {
    pub(crate) endpoint: String,
    seen: Arc<Mutex<Seen>>,
    /// Answers wait while this is shut.
    open: watch::Sender<bool>,
}

impl Gateway {
    /// One that answers the `n`th request, counted from 0, like this.
    pub(crate) async fn start(answer: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let gateway = Self { endpoint, seen: Arc::default(), open: watch::Sender::new(true) };
        let (serving, answer) = (gateway.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (serving, answer) = (serving.clone(), answer.clone());
                tokio::spawn(async move { serving.serve(stream, &*answer).await });
            }
        });
        gateway
    }

    /// Everything that came, in the order in which it came.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// The most requests that waited for an answer at once.
    pub(crate) fn most(&self) -> usize {
        self.seen.lock().unwrap().most
    }

    /// Holds answers back, or lets them go.
    pub(crate) fn open(&self, open: bool) {
        self.open.send_replace(open);
    }

    async fn serve(&self, mut stream: TcpStream, answer: &(impl Fn(usize, &Request) -> Answer + ?Sized)) {
        let mut read = Vec::new();
        while let Some(request) = receive(&mut stream, &mut read).await {
            let number = {
                let mut seen = self.seen.lock().unwrap();
                seen.requests.push(request.clone());
                seen.in_flight += 1;
                seen.most = seen.most.max(seen.in_flight);
                seen.requests.len() - 1
            };
            // Others get a chance to be under way as well.
            tokio::task::yield_now().await;
            let opened = self.open.subscribe().wait_for(|open| *open).await.map(drop);
            self.seen.lock().unwrap().in_flight -= 1;
            let (status, headers, body) = answer(number, &request);
            if status == 0 || opened.is_err() {
                return;
            }
            let length =
                if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
            let text = format!("HTTP/1.1 {status} X\r\n{headers}{length}\r\n{body}");
            if stream.write_all(text.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// The next request with its body; nothing at the end.
async fn receive(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<Request> {
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(read[..end].to_vec()).unwrap();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
            });
            let whole = end + 4 + length.unwrap_or(0);
            if read.len() >= whole {
                let body = String::from_utf8(read[end + 4..whole].to_vec()).unwrap();
                read.drain(..whole);
                let mut words = head.split(' ').map(str::to_owned);
                return Some(Request { method: words.next()?, path: words.next()?, body });
            }
        }
        let mut bytes = [0; 8192];
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => read.extend_from_slice(&bytes[..count]),
        }
    }
}
