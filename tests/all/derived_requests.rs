//! Behaviour follows the contract, not only annotation: the requests that the conformance kit derives from the *document* go over
//! a socket to the stub, past a third party that writes down what was asked and what was answered. A JSON Schema validator
//! that is not ours then judges both.
//!
//! The kit judges values by a small judge of its own, because it is packaged. Here the stub must have answered as the foreign
//! validator says, and the kit must have found nothing wrong with that: so all three agree about every value.

use crate::support::contract::{self, foreign_validator};
use crate::support::example::Example;
use crate::support::kit::{self, unchecked};
use crate::support::wire;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use untag_conformance::{Progress, Selection, run};

#[test]
fn the_stub_takes_and_refuses_what_the_document_says() {
    let contract = contract::read();
    let document = &contract.document;
    let mut example = Example::start();
    let notes = Notes::default();
    let between = listen(example.address, notes.clone());
    let target = kit::of_example(&format!("http://{between}"));
    let report = run(&target, Some(&mut example), &Selection::all(), &mut notes.clone()).expect("a run");
    // What it did not check takes tags that the example does not have; nothing derived does.
    unchecked(&report);

    let exchanges = notes.take();
    let (mut taken, mut refused) = (0, 0);
    for exchange in exchanges.iter().filter(|exchange| exchange.is_derived()) {
        let (path, operation) = operation(document, &exchange.case);
        let valid = is_valid(document, path, operation, exchange);
        judge(document, operation, exchange, valid);
        if valid { taken += 1 } else { refused += 1 }
    }
    assert!(
        taken >= 250 && refused >= 250,
        "{taken} taken and {refused} refused are too few to prove anything"
    );
    assert!(exchanges.len() > taken + refused, "the written cases come this way too");
}

/// Holds a response against the document: its status, its body, its request id.
fn judge(document: &Value, operation: &Value, exchange: &Exchange, valid: bool) {
    let Exchange { case, response, .. } = exchange;
    let status = response.status.to_string();
    let documented = &operation["responses"][&status];
    assert!(documented.is_object(), "{case}: {status} is not documented: {response:?}");
    assert_eq!(
        response.status != 400,
        valid,
        "{case}: the foreign validator says valid={valid}: {}",
        response.message()
    );
    assert_eq!(response.header("x-request-id").map(str::len), Some(32), "{case}: {response:?}");
    match documented.pointer("/content/application~1json/schema") {
        Some(schema) => {
            let validator = foreign_validator(document, resolve(document, schema));
            let body = response.json();
            let errors: Vec<String> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{case}: the body breaks the contract: {errors:?}");
            assert_eq!(body["error_code"], documented["x-error-code"], "{case}");
        }
        None => assert!(response.body.is_empty(), "{case}: {response:?}"),
    }
}

/// What the foreign validator says of a request: of each path parameter, and of the body.
fn is_valid(document: &Value, path: &str, operation: &Value, exchange: &Exchange) -> bool {
    let text =
        |text: &str| Value::String(percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned());
    let (wanted, sent): (Vec<_>, Vec<_>) = (path.split('/').collect(), exchange.target.split('/').collect());
    assert_eq!(wanted.len(), sent.len(), "{}", exchange.case);
    let parameters = wanted.iter().zip(sent).all(|(name, sent)| {
        let Some(name) = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else {
            return name == &sent;
        };
        let mut parameters = operation["parameters"].as_array().expect("parameters").iter();
        let parameter = parameters.find(|parameter| parameter["name"] == name).expect("a declared parameter");
        foreign_validator(document, resolve(document, &parameter["schema"])).is_valid(&text(sent))
    });
    let body = match operation.pointer("/requestBody/content/application~1json/schema") {
        Some(schema) => {
            let body: Value = serde_json::from_slice(&exchange.body).expect("JSON");
            foreign_validator(document, resolve(document, schema)).is_valid(&body)
        }
        None => exchange.body.is_empty(),
    };
    parameters && body
}

/// The operation that a derived case names, with its path.
fn operation<'d>(document: &'d Value, case: &str) -> (&'d str, &'d Value) {
    let (id, _) = case.split_once(": ").expect("an operation");
    let mut paths = document["paths"].as_object().expect("paths").iter();
    let found = paths.find(|(_, item)| item["delete"]["operationId"] == id);
    found.map(|(path, item)| (path.as_str(), &item["delete"])).expect("an operation of the contract")
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            document.pointer(reference.trim_start_matches('#')).expect("the reference leads somewhere")
        }
        None => schema,
    }
}

/// What was asked in a case, and what was answered.
#[derive(Clone, Debug)]
struct Exchange {
    case: String,
    target: String,
    body: Vec<u8>,
    response: wire::Response,
}

impl Exchange {
    /// Derived cases are called after their operation.
    fn is_derived(&self) -> bool {
        self.case.contains(": ")
    }
}

/// What the third party has written down, and the case that is going on.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<(String, Vec<Exchange>)>>);

impl Notes {
    fn add(&self, target: String, body: Vec<u8>, response: wire::Response) {
        let mut notes = self.0.lock().expect("no test panics with the lock");
        let case = notes.0.clone();
        notes.1.push(Exchange { case, target, body, response });
    }

    fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.0.lock().expect("no test panics with the lock").1)
    }
}

impl Progress for Notes {
    fn case(&mut self, _done: usize, _of: usize, name: &str) {
        name.clone_into(&mut self.0.lock().expect("no test panics with the lock").0);
    }
}

/// Listens between the kit and a server, one request on each connection.
fn listen(server: SocketAddr, notes: Notes) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for client in listener.incoming() {
            // One that only looks whether somebody listens sends nothing.
            let mut client = client.expect("a connection");
            let Some((target, body, request)) = receive(&mut client) else { continue };
            let answer = pass_on(server, &request);
            if let Some(response) = wire::parse(&answer) {
                notes.add(target, body, response);
            }
            let _ = client.write_all(&answer);
            let _ = client.shutdown(Shutdown::Both);
        }
    });
    address
}

/// Reads a request: its target, its body, and all of it.
fn receive(client: &mut TcpStream) -> Option<(String, Vec<u8>, Vec<u8>)> {
    let mut request = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).into_owned();
            let body = &request[end + 4..];
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length = length.map_or(0, |length| length.trim().parse().expect("a length"));
            let is_whole = if lower.contains("transfer-encoding: chunked") {
                body.ends_with(b"0\r\n\r\n")
            } else {
                body.len() >= length
            };
            if is_whole {
                let target = head.split(' ').nth(1).expect("a target").to_owned();
                return Some((target, body.to_vec(), request));
            }
        }
        match client.read(&mut chunk) {
            Ok(count) if count > 0 => request.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
}

/// Sends a request on and takes everything that comes back.
fn pass_on(server: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server).expect("the server listens");
    // A server that refuses early may close before it has read everything.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}
