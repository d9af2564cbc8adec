//! A signature taken apart: every value on its way, computed from a request that the provider's SDK has signed too.

use crate::page::Page;
use crate::problem::Problem;
use serde_json::Value;
use std::fs;
use std::path::Path;
use untag_signing::{Credentials, Headers, Request, Secret, sign};

/// Where signed requests are recorded, below the repository.
const VECTORS: &str = "crates/signing/tests/vectors.json";

/// The one that is shown: it has a body.
const VECTOR: &str = "batch-untag-ascii";

/// The values: their names in pages, and what they are.
#[derive(Debug)]
pub(crate) struct Steps(Vec<(&'static str, String)>);

impl Steps {
    /// Signs the request again.
    pub(crate) fn compute(repository: &Path) -> Result<Self, Problem> {
        let path = repository.join(VECTORS);
        let wrong = |words: String| Problem::new(VECTORS, words);
        let text = fs::read_to_string(&path).map_err(|error| Problem::file(&path, &error))?;
        let document: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let vectors = document.get("vectors").and_then(Value::as_array);
        let vector = vectors
            .and_then(|vectors| {
                vectors.iter().find(|vector| vector.get("name").and_then(Value::as_str) == Some(VECTOR))
            })
            .ok_or_else(|| wrong(format!("there is no vector {VECTOR}")))?;
        let text = |path: &str| {
            let value = vector.pointer(path).and_then(Value::as_str);
            value.ok_or_else(|| wrong(format!("{VECTOR} has no text {path}")))
        };
        let (method, host, path) = (text("/input/method")?, text("/input/host")?, text("/input/wire_path")?);
        let (content_type, date) = (text("/input/headers/Content-Type")?, text("/input/headers/X-Sdk-Date")?);
        let (body, access_key, secret) = (text("/input/body")?, text("/input/ak")?, text("/input/sk")?);
        let project_id = text("/input/project_id")?;

        let headers: Headers<'_> = [("Host", host), ("Content-Type", content_type)].into_iter().collect();
        let request = Request { method, path, query: None, headers, body: body.as_bytes() };
        let key = Secret::new(secret).map_err(|error| wrong(error.to_string()))?;
        let credentials =
            Credentials { access_key, secret: &key, project_id: Some(project_id), security_token: None };
        let date_of = date.parse().map_err(|error| wrong(format!("X-Sdk-Date: {error}")))?;
        let signed = sign(&request, &credentials, date_of).map_err(|error| wrong(error.to_string()))?;
        if signed.authorization() != text("/authorization")? {
            return Err(wrong(format!("{VECTOR} is signed otherwise than the provider's SDK did")));
        }
        let canonical = signed.canonical();
        let hash = signed.string_to_sign().lines().last().unwrap_or_default().to_owned();
        let head = format!("{method} {path} HTTP/1.1\nHost: {host}\nContent-Type: {content_type}\n");
        let added: Vec<String> = signed.headers().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let added = added.concat();
        Ok(Self(vec![
            ("access-key", access_key.to_owned()),
            ("secret-key", secret.to_owned()),
            ("date", signed.date().to_owned()),
            ("request", format!("{head}\n{body}")),
            ("canonical-uri", canonical.uri().to_owned()),
            ("canonical-headers", canonical.headers().to_owned()),
            ("signed-headers", canonical.signed_headers().to_owned()),
            ("body", body.to_owned()),
            ("body-hash", canonical.body_sha256().to_owned()),
            ("canonical-request", canonical.as_str().to_owned()),
            ("canonical-request-hash", hash),
            ("string-to-sign", signed.string_to_sign().to_owned()),
            ("signature", signed.signature().to_owned()),
            ("signed-request", format!("{head}{added}\n{body}")),
        ]))
    }

    /// Puts the value of a step onto the page.
    pub(crate) fn show(&self, page: &mut Page, place: &str, step: &str) -> Result<(), Problem> {
        let Some((_, text)) = self.0.iter().find(|(name, _)| *name == step) else {
            let names: Vec<&str> = self.0.iter().map(|(name, _)| *name).collect();
            return Err(Problem::new(place, format!("there is no step `{step}`, only {}", names.join(", "))));
        };
        page.code("text", &step.replace('-', " "), text);
        Ok(())
    }
}
