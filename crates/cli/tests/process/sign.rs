//! `untag sign` agrees with the provider's SDK in every step.

use crate::support::{Home, Ran};
use serde_json::Value;

/// The provider's own signatures, as `untag-signing` is tested with them.
fn vectors() -> Vec<Value> {
    let mut vectors = Vec::new();
    for text in [
        include_str!("../../../signing/tests/vectors.json"),
        include_str!("../../../signing/tests/odd_vectors.json"),
    ] {
        let mut file: Value = serde_json::from_str(text).unwrap();
        vectors.append(file["vectors"].as_array_mut().unwrap());
    }
    vectors
}

/// Signs a vector's request with its credentials in the environment.
fn sign(vector: &Value, output: &str) -> Ran {
    let input = &vector["input"];
    let text = |name: &str| input[name].as_str();
    let mut home = Home::new();
    for (variable, name) in [
        ("HUAWEICLOUD_SDK_AK", "ak"),
        ("HUAWEICLOUD_SDK_SK", "sk"),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "security_token"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "project_id"),
    ] {
        if let Some(value) = text(name) {
            home = home.with(variable, value);
        }
    }
    let url = format!("https://{}{}", text("host").unwrap(), vector["wire_uri"].as_str().unwrap());
    let mut arguments = vec!["sign", "--method", text("method").unwrap(), "--url", &url, "--output", output];
    let headers: Vec<String> = input["headers"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != "X-Sdk-Date")
        .map(|(name, value)| format!("{name}:{}", value.as_str().unwrap()))
        .collect();
    for header in &headers {
        arguments.extend(["--header", header]);
    }
    arguments.extend(["--date", input["headers"]["X-Sdk-Date"].as_str().unwrap()]);
    if text("body").is_some() {
        arguments.extend(["--body", "-"]);
    }
    home.run_with(&arguments, text("body").unwrap_or_default())
}

#[test]
fn every_vector_is_signed_alike() {
    let (mut whole, mut odd) = (0, 0);
    for vector in vectors() {
        let name = vector["name"].as_str().unwrap();
        // Of some, the SDK makes what no server of ours takes: there is nothing to agree with.
        if vector["verdict"].as_str().is_some_and(|verdict| verdict != "verified") {
            continue;
        }
        let document = sign(&vector, "json").with(0).json();
        assert_eq!(document["authorization"], vector["authorization"], "{name}");
        if vector["canonical_request"].is_string() {
            assert_eq!(document["canonical_request"], vector["canonical_request"], "{name}");
            assert_eq!(document["string_to_sign"], vector["string_to_sign"], "{name}");
            let text = |part: &str| vector[part].as_str().unwrap().to_owned();
            let lines = ["canonical_request", "string_to_sign", "authorization"]
                .map(|part| format!("{part}:\n{}\n", text(part)));
            assert_eq!(sign(&vector, "text").with(0).stdout, lines.join("\n"), "{name}");
            whole += 1;
        } else {
            odd += 1;
        }
    }
    assert_eq!((whole, odd), (8, 30));
}

#[test]
fn a_body_can_be_a_file_and_a_date_is_now_without_one() {
    let home = Home::new().with("HUAWEICLOUD_SDK_AK", "AK").with("HUAWEICLOUD_SDK_SK", "SK");
    std::fs::write(home.path().join("body.json"), "{}").unwrap();
    let arguments =
        ["sign", "--url", "https://h.example.com/a", "--date", "20240229T235959Z", "--output", "json"];
    let file = home.run(&[&arguments[..], &["--body", "body.json"]].concat()).with(0).json();
    let stdin = home.run_with(&[&arguments[..], &["--body", "-"]].concat(), "{}").with(0).json();
    assert_eq!(file, stdin);
    assert_ne!(file, home.run(&arguments).with(0).json());
    let now = home.run(&["sign", "--url", "https://h.example.com/a"]).with(0).stdout;
    assert!(now.contains("\nSDK-HMAC-SHA256\n2"), "{now}");
}

#[test]
fn what_cannot_be_signed_is_refused_without_a_secret() {
    let home = Home::new().with("HUAWEICLOUD_SDK_AK", "AK").with("HUAWEICLOUD_SDK_SK", "SK");
    let url = "https://h.example.com/a";
    for (arguments, words) in [
        (&["--url", url, "--header", "X-Auth-Token: s3cret"][..], "holds a credential"),
        (&["--url", url, "--header", "authorization:s3cret"], "holds a credential"),
        (&["--url", url, "--header", "s3cret"], "has no colon"),
        (&["--url", "https://me:s3cret@h.example.com/"], "a user name or a password"),
        (&["--url", url, "--header", "X-Sdk-Date: 20240229T235959Z"], "give --date"),
        (&["--url", url, "--header", "A: 1", "--header", "a: 2"], "more than once"),
        (&["--url", "h.example.com"], "it is no URL"),
        (&["--url", url, "--date", "2024-02-29"], "YYYYMMDDTHHMMSSZ"),
        (&[], "--url"),
    ] {
        let ran = home.run(&[&["sign"], arguments].concat()).with(2);
        assert!(ran.stderr.contains(words), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stdout.is_empty() && !ran.stderr.contains("s3cret"), "{}", ran.stderr);
    }
    let ran = home.run(&["sign", "--url", url, "--body", "missing"]).with(2);
    assert!(ran.stderr.starts_with("error: missing: "), "{}", ran.stderr);
    let ran = home.with("UNTAG_TOKEN", "t0ken").run(&["sign", "--url", url]).with(3);
    assert!(ran.stderr.contains("a token, which signs nothing"), "{}", ran.stderr);
}
