//! A server that writes down what arrives, byte for byte, and answers every request with 204.

use rcgen::{CertifiedKey, KeyPair};
use serde::Serialize;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query, still encoded.
    pub(super) target: String,
    /// Names as they were sent.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Request {
    /// The only header of this name, if there is one.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let value = found.next().map(|(_, value)| value.as_str());
        assert_eq!(found.next(), None, "{name} was sent twice");
        value
    }
}

/// The server, until the process ends. It takes one request from each connection.
pub(super) struct Recorder {
    pub(super) address: SocketAddr,
    requests: Receiver<Request>,
}

impl Recorder {
    pub(super) fn start() -> Self {
        Self::start_with(None)
    }

    /// One that speaks TLS with this certificate.
    pub(super) fn with_tls(issued: &CertifiedKey<KeyPair>) -> Self {
        let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![issued.cert.der().clone()], key)
            .unwrap();
        Self::start_with(Some(Arc::new(config)))
    }

    fn start_with(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, requests) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
                match &tls {
                    None => serve(stream, &tell),
                    Some(config) => {
                        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                        serve(StreamOwned::new(connection, stream), &tell);
                    }
                }
            }
        });
        Self { address, requests }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What arrived since it was asked last. What has its answer is among it.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.try_iter().collect()
    }
}

fn serve(mut stream: impl Read + Write, tell: &Sender<Request>) {
    // The test that asked may have failed meanwhile.
    let _ = tell.send(read(&mut stream));
    let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let _ = stream.flush();
}

fn read(stream: &mut impl Read) -> Request {
    let mut bytes = Vec::new();
    let head = until(stream, &mut bytes, |bytes| bytes.windows(4).position(|four| four == b"\r\n\r\n"));
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let [method, target, _] = lines.next().unwrap().split(' ').collect::<Vec<_>>().try_into().unwrap();
    let headers = lines.map(|line| line.split_once(':').unwrap());
    let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
    let mut request =
        Request { method: method.to_owned(), target: target.to_owned(), headers, body: String::new() };
    assert_eq!(request.header("transfer-encoding"), None, "{request:?}");
    let end = head + 4 + request.header("content-length").map_or(0, |length| length.parse().unwrap());
    until(stream, &mut bytes, |bytes| (bytes.len() >= end).then_some(()));
    assert_eq!(bytes.len(), end, "something follows {request:?}");
    request.body = String::from_utf8(bytes.split_off(head + 4)).unwrap();
    request
}

/// Reads on until there is what is looked for.
fn until<T>(stream: &mut impl Read, bytes: &mut Vec<u8>, look: impl Fn(&[u8]) -> Option<T>) -> T {
    let mut piece = [0; 4096];
    loop {
        if let Some(found) = look(bytes) {
            return found;
        }
        let count = match stream.read(&mut piece) {
            // Where the tests were stopped for a while: a read with a timeout is not begun again.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.unwrap(),
        };
        assert!(count > 0, "the request broke off: {}", String::from_utf8_lossy(bytes));
        bytes.extend_from_slice(&piece[..count]);
    }
}
