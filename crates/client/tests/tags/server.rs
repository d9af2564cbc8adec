//! A server on threads of its own, for clients that block as well as for others. It writes down what arrives, and answers
//! each call with the next answer it was given.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A call as it arrived: method and target, the lines of its headers, and the JSON of its body.
pub(crate) type Call = (String, Vec<String>, Value);

pub(crate) struct Server {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Server {
    /// A server that answers the first calls with these statuses, and all later ones with 204.
    pub(crate) fn answering(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (seen, statuses) = (Arc::clone(&calls), statuses.to_vec());
        thread::spawn(move || {
            let mut statuses = statuses.into_iter();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let call = read(&stream);
                seen.lock().unwrap().push(call);
                answer(&stream, statuses.next().unwrap_or(204));
            }
        });
        Self { address, calls }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Call {
    let mut reader = BufReader::new(stream);
    let mut next = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let first = next();
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        let line = next();
        if line.is_empty() {
            break;
        }
        if let Some(("content-length", value)) = line.to_ascii_lowercase().split_once(':') {
            length = value.trim().parse().unwrap();
        }
        headers.push(line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    (first.rsplit_once(' ').unwrap().0.to_owned(), headers, body)
}

fn answer(mut stream: &TcpStream, status: u16) {
    let body = if status == 204 { "" } else { r#"{"error_code":"SecMaster.1","error_msg":"No."}"# };
    let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = "Connection: close\r\nContent-Type: application/json\r\nX-Request-Id: r-1\r\n";
    write!(stream, "HTTP/1.1 {status} Some Reason\r\n{head}{length}\r\n{body}").unwrap();
}
