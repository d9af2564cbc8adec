//! The SDK's client and ours send the same requests. Where they differ on purpose, the difference stands here with its
//! reason.

use super::client::{AK, Caller, SECURITY_TOKEN, SK, http, whole_key};
use super::inputs::{inputs, refused};
use super::recorder::{Recorder, Request};
use super::{ask, call_all};
use crate::support::PROJECT;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use untag_client::credentials::Surroundings;
use untag_client::operation::{Contract, Operation};
use untag_client::transport::Transport;
use untag_client::{Client, ClientBuilder};

/// Headers that both send, each with a value of its own.
const OWN: [(&str, &str); 4] = [
    ("user-agent", "each says who it is"),
    ("x-sdk-date", "each says when it signs"),
    ("authorization", "it follows from the date and from what else is signed"),
    (
        "content-length",
        "JSON has several spellings: the SDK puts blanks after commas, and escapes all but ASCII",
    ),
];

/// Other headers that differ: what we send, what the SDK sends, and why.
const DIFFERENT: [(&str, Option<&str>, Option<&str>, &str); 3] = [
    ("accept", Some("application/json"), Some("*/*"), "failures are JSON, and nothing else is understood"),
    ("accept-encoding", None, Some("gzip, deflate"), "answers are too short to be compressed"),
    ("connection", None, Some("keep-alive"), "HTTP/1.1 keeps connections alive by itself"),
];

/// The same where there is no body.
const DIFFERENT_WITHOUT_BODY: [(&str, Option<&str>, Option<&str>, &str); 2] = [
    ("content-type", None, Some("application/json"), "nothing has no type; the contract accepts both"),
    ("content-length", None, Some("0"), "no body is announced by no length; the contract accepts both"),
];

/// Headers that the SDK signs and we do not.
const UNSIGNED: [(&str, &str); 1] =
    [("user-agent", "the HTTP library adds it below the signature, and nothing depends on it")];

/// A call of the SDK's client, with the same credentials.
fn call(input: &Value, place: (&str, &str)) -> Value {
    let mut call = json!({ "ak": AK, "sk": SK, "project_id": PROJECT, "security_token": SECURITY_TOKEN });
    let members = call.as_object_mut().unwrap();
    members.insert(place.0.to_owned(), place.1.into());
    members.extend(input.as_object().unwrap().clone());
    call
}

#[test]
fn both_clients_put_the_same_request_on_the_wire() {
    let recorder = Recorder::start();
    let url = recorder.url();
    let variables = ["WORKSPACE", "SECMASTER"]
        .map(|service| (format!("HUAWEICLOUD_SDK_REGION_{service}_CN_NORTH_4"), url.clone()));
    let server = ClientBuilder::new(&url);
    let region =
        ClientBuilder::for_region("cn-north-4").surroundings(Surroundings::with_variables(variables.clone()));
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

    let (mut failures, mut seen) = (Vec::new(), BTreeSet::new());
    for (place, builder) in [(("endpoint", &*url), server), (("region", "cn-north-4"), region)] {
        let inputs = inputs();
        let calls: Vec<Value> = inputs.iter().map(|input| call(input, place)).collect();
        let outcomes = call_all(&calls, &variables);
        let theirs = recorder.requests();
        assert_eq!((outcomes.len(), theirs.len()), (inputs.len(), inputs.len()));
        let builder = builder.http(http(&recorder, &[])).user_agent("untag");
        let caller = Caller::new(builder, whole_key());
        for ((input, theirs), outcome) in inputs.iter().zip(theirs).zip(outcomes) {
            assert_eq!(outcome, json!({ "status": 204 }), "{input}");
            let ours = caller.sent(input, &recorder);
            let found = differences(&ours, &theirs, &mut seen);
            failures.extend(found.into_iter().map(|found| format!("{input} to {place:?}: {found}")));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
    // What does not differ any more has no place in the lists.
    let known = DIFFERENT.iter().chain(&DIFFERENT_WITHOUT_BODY).map(|(name, ..)| *name);
    assert_eq!(seen, known.chain(UNSIGNED.iter().map(|(name, _)| *name)).collect());
}

/// What differs between our request and the SDK's and is not known. `seen` gets what is.
fn differences(ours: &Request, theirs: &Request, seen: &mut BTreeSet<&'static str>) -> Vec<String> {
    let mut found = Vec::new();
    if (&ours.method, &ours.target) != (&theirs.method, &theirs.target) {
        found.push(format!("{} {}, not {} {}", ours.method, ours.target, theirs.method, theirs.target));
    }
    let json = |body: &str| (!body.is_empty()).then(|| serde_json::from_str::<Value>(body).unwrap());
    let (our_body, their_body) = (json(&ours.body), json(&theirs.body));
    if our_body != their_body {
        found.push(format!("{:?}, not {:?}", ours.body, theirs.body));
    }
    let known = DIFFERENT.iter().chain(DIFFERENT_WITHOUT_BODY.iter().filter(|_| our_body.is_none()));
    let known: Vec<_> = known.collect();
    let names = ours.headers.iter().chain(&theirs.headers).map(|(name, _)| name.to_ascii_lowercase());
    for name in names.collect::<BTreeSet<_>>() {
        let values = (ours.header(&name), theirs.header(&name));
        let is_own = OWN.iter().any(|(own, _)| *own == name) && values.0.is_some() && values.1.is_some();
        if values.0 == values.1 || is_own {
            continue;
        }
        match known.iter().find(|(known, ours, theirs, _)| *known == name && (*ours, *theirs) == values) {
            Some((known, ..)) => drop(seen.insert(*known)),
            None => found.push(format!("{name}: {:?}, not {:?}", values.0, values.1)),
        }
    }
    for name in signed(theirs).difference(&signed(ours)).filter(|name| ours.header(name).is_some()) {
        match UNSIGNED.iter().find(|(known, _)| known == name) {
            Some((known, _)) => drop(seen.insert(*known)),
            None => found.push(format!("{name} is not signed")),
        }
    }
    found
}

/// The names of the headers under a signature.
fn signed(request: &Request) -> BTreeSet<&str> {
    let authorization = request.header("authorization").unwrap();
    let (_, rest) = authorization.split_once("SignedHeaders=").unwrap();
    rest.split_once(',').unwrap().0.split(';').collect()
}

#[test]
fn what_only_the_sdk_sends_is_refused_here() {
    let recorder = Recorder::start();
    let url = recorder.url();
    let cases = refused();
    let calls: Vec<Value> = cases.iter().map(|(input, ..)| call(input, ("endpoint", &url))).collect();
    call_all(&calls, &[]);
    let theirs = recorder.requests();
    assert_eq!(theirs.len(), cases.len());
    let caller = Caller::new(ClientBuilder::new(&url).http(http(&recorder, &[])), whole_key());
    for ((input, path, why), theirs) in cases.iter().zip(theirs) {
        assert_eq!(&theirs.target, path, "{input}: {why}");
        assert!(caller.send(input).is_err(), "{input}: {why}");
    }
    assert_eq!(recorder.requests(), []);
}

/// The client's table of servers.
struct Servers(Transport);

impl From<Transport> for Servers {
    fn from(transport: Transport) -> Self {
        Self(transport)
    }
}

impl Contract for Servers {
    const VERSION: &'static str = Client::VERSION;
    const OPERATIONS: &'static [&'static Operation] = Client::OPERATIONS;
}

#[test]
fn every_region_of_the_sdk_is_where_our_client_looks() {
    let known = ask(include_str!("regions.py"), &Value::Null, &[]);
    for operation in Client::OPERATIONS {
        let regions = known[operation.service()].as_object().unwrap();
        assert!(regions.len() > 10, "{known}");
        for (region, endpoints) in regions {
            let nothing_set = Surroundings::new(|_| None);
            let servers: Servers =
                ClientBuilder::for_region(region).surroundings(nothing_set).build_as().unwrap();
            assert_eq!(endpoints, &json!([servers.0.base_url(operation)]), "{operation} in {region}");
        }
    }
}
