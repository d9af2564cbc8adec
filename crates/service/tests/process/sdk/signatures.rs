//! The SDK's signer makes the same signatures as our client, of what that puts on the wire.

use super::ask;
use super::client::{AK, Caller, SECURITY_TOKEN, SK, access_key, http, whole_key};
use super::inputs::{RESOURCE, batch, inputs};
use super::recorder::{Recorder, Request};
use crate::support::PROJECT;
use rcgen::generate_simple_self_signed;
use serde_json::json;
use untag_client::credentials::{AccessKey, Surroundings};
use untag_client::{ClientBuilder, reqwest};

/// The `Authorization` header that the SDK's signer puts on each request, with this secret key.
fn signed_by_the_sdk(requests: &[Request], sk: &str) -> Vec<String> {
    let requests = requests.iter().map(|request| {
        let mut members = serde_json::to_value(request).unwrap();
        members.as_object_mut().unwrap().extend([("ak".into(), AK.into()), ("sk".into(), sk.into())]);
        members
    });
    let signed = ask(include_str!("sign.py"), &requests.collect(), &[]);
    serde_json::from_value(signed).unwrap()
}

/// The ways to say where to, with the host that each makes of the two operations' services.
fn places(recorder: &Recorder) -> Vec<(&'static str, ClientBuilder, [String; 2])> {
    let (url, address) = (recorder.url(), recorder.address.to_string());
    let here = [address.clone(), address];
    let variables = ["WORKSPACE", "SECMASTER"]
        .map(|service| (format!("HUAWEICLOUD_SDK_REGION_{service}_EU_WEST_101"), recorder.url()));
    let named =
        ClientBuilder::for_region("cn-north-4").endpoint("workspace", &url).endpoint("secmaster", &url);
    let in_environment =
        ClientBuilder::for_region("eu-west-101").surroundings(Surroundings::with_variables(variables));
    let bare = "untag.test".to_owned();
    vec![
        ("a server with its port", ClientBuilder::new(&url), here.clone()),
        ("a path in front", ClientBuilder::new(format!("{url}/gateway/a%20b")), here.clone()),
        ("a server at the usual port", ClientBuilder::new("http://untag.test"), [bare.clone(), bare]),
        ("servers named for a region", named, here.clone()),
        ("servers of a region in the environment", in_environment, here),
    ]
    .into_iter()
    .map(|(name, builder, hosts)| (name, builder.http(http(recorder, &["untag.test"])), hosts))
    .collect()
}

/// Requests of our client, which the SDK's signer is to judge.
#[derive(Default)]
struct Judge {
    /// What each was made of, for people.
    labels: Vec<String>,
    requests: Vec<Request>,
}

impl Judge {
    /// Takes what becomes of every input at a place.
    fn hear(
        &mut self,
        place: &str,
        builder: ClientBuilder,
        key: AccessKey,
        hosts: &[String; 2],
        recorder: &Recorder,
    ) {
        let (is_temporary, is_for_project) = (key.security_token().is_some(), key.project_id().is_some());
        let caller = Caller::new(builder, key);
        for input in inputs() {
            let request = caller.sent(&input, recorder);
            let service = usize::from(input.get("resource_type").is_some());
            let label = format!("{input} to {place}: {request:?}");
            assert_eq!(request.header("host"), Some(&*hosts[service]), "{label}");
            let expected = is_temporary.then_some(SECURITY_TOKEN);
            assert_eq!(request.header("x-security-token"), expected, "{label}");
            assert_eq!(request.header("x-project-id"), is_for_project.then_some(PROJECT), "{label}");
            self.labels.push(label);
            self.requests.push(request);
        }
    }

    /// Those whose signature is not the one that the SDK makes with this secret key.
    fn differences(&self, sk: &str) -> Vec<String> {
        let expected = signed_by_the_sdk(&self.requests, sk);
        assert_eq!(expected.len(), self.requests.len());
        let each = self.labels.iter().zip(&self.requests).zip(expected);
        each.filter(|((_, request), expected)| request.header("authorization") != Some(expected))
            .map(|((label, _), expected)| format!("{label}, but the SDK's is {expected}"))
            .collect()
    }
}

#[test]
fn the_sdks_signer_makes_the_same_signatures() {
    let mut judge = Judge::default();
    let recorder = Recorder::start();
    for key in [
        access_key(),
        access_key().with_project(PROJECT).unwrap(),
        access_key().with_security_token(SECURITY_TOKEN).unwrap(),
        whole_key(),
    ] {
        for (place, builder, hosts) in places(&recorder) {
            judge.hear(place, builder, key.clone(), &hosts, &recorder);
        }
    }
    // The provider's own addresses, which answer in TLS only.
    let hosts = ["workspace", "secmaster"].map(|service| format!("{service}.cn-north-4.myhuaweicloud.com"));
    let issued = generate_simple_self_signed(hosts.to_vec()).unwrap();
    let recorder = Recorder::with_tls(&issued);
    let trusted = reqwest::Certificate::from_der(issued.cert.der()).unwrap();
    let http = http(&recorder, &hosts.each_ref().map(String::as_str)).tls_certs_only([trusted]);
    let region = ClientBuilder::for_region("cn-north-4").http(http);
    judge.hear("a region", region, whole_key(), &hosts, &recorder);

    let differences = judge.differences(SK);
    assert!(
        differences.is_empty(),
        "{} of {}:\n{}",
        differences.len(),
        judge.requests.len(),
        differences.join("\n")
    );
    // It can tell.
    assert_eq!(judge.differences("another").len(), judge.requests.len());
}

#[test]
fn the_sdks_signer_makes_another_signature_of_what_was_changed() {
    let recorder = Recorder::start();
    let builder = ClientBuilder::new(recorder.url()).http(http(&recorder, &[]));
    let caller = Caller::new(builder, whole_key());
    let input = batch("workspace", RESOURCE, &json!({ "tags": [{ "key": "a" }] }));
    let request = caller.sent(&input, &recorder);
    let but = |change: fn(&mut Request)| {
        let mut other = request.clone();
        change(&mut other);
        assert_ne!(other, request);
        other
    };
    let requests = [
        request.clone(),
        but(|request| request.method = "POST".to_owned()),
        but(|request| request.target = request.target.replace("workspace", "disk")),
        but(|request| request.target.push_str("?a=b")),
        but(|request| request.body = request.body.replace("\"a\"", "\"b\"")),
        but(|request| set(request, "host", "elsewhere.test")),
        but(|request| set(request, "x-project-id", "another")),
    ];
    let signed = signed_by_the_sdk(&requests, SK);
    let same: Vec<bool> =
        signed.iter().map(|signed| request.header("authorization") == Some(signed)).collect();
    assert_eq!(same, [true, false, false, false, false, false, false]);
}

fn set(request: &mut Request, name: &str, value: &str) {
    for (_, old) in request.headers.iter_mut().filter(|(other, _)| other.eq_ignore_ascii_case(name)) {
        value.clone_into(old);
    }
}
