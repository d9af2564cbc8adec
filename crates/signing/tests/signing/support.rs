//! What the tests share: a request that can be changed, and the judgement of a server over it.

use untag_signing::{
    Authorization, Credentials, DEFAULT_WINDOW, Date, Headers, Request, RequestError, Secret, SignError,
    VerifyError, sign,
};

pub(crate) const ACCESS_KEY: &str = "QTWAOYTTINDUT2QVKYUC";
pub(crate) const SECRET: &str = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";
pub(crate) const DATE: &str = "20240229T235959Z";

/// A request as it is sent, to be changed at will.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// Why a server does not take a request for signed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoAuthorization,
    Authorization(untag_signing::AuthorizationError),
    UnknownAccessKey,
    Verify(VerifyError),
}

impl Wire {
    pub(crate) fn new(
        method: &str,
        path: &str,
        query: Option<&str>,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        let query = query.map(str::to_owned);
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query,
            headers: headers.collect(),
            body: body.to_vec(),
        }
    }

    /// A request like those of the contract.
    pub(crate) fn plain() -> Self {
        Self::new(
            "DELETE",
            "/v1/p/desktop/d/tags/delete",
            None,
            &[("Host", "h.example.com:8443"), ("Content-Type", "application/json")],
            br#"{"tags":[{"key":"k"}]}"#,
        )
    }

    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            path: &self.path,
            query: self.query.as_deref(),
            headers: self.headers.iter().map(|(name, value)| (name.as_str(), value)).collect::<Headers<'_>>(),
            body: &self.body,
        }
    }

    /// Adds what signing gives.
    pub(crate) fn try_sign(mut self, project: Option<&str>, token: Option<&str>) -> Result<Self, SignError> {
        let secret = Secret::new(SECRET).unwrap();
        let credentials = Credentials {
            access_key: ACCESS_KEY,
            secret: &secret,
            project_id: project,
            security_token: token,
        };
        let signed = sign(&self.request(), &credentials, DATE.parse().unwrap())?;
        let added: Vec<_> =
            signed.headers().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
        self.headers.extend(added);
        Ok(self)
    }

    pub(crate) fn sign(self) -> Self {
        self.try_sign(Some("0123456789abcdef"), Some("token/+==")).unwrap()
    }

    /// Why it cannot be signed.
    pub(crate) fn unsignable(self) -> RequestError {
        match self.try_sign(None, None) {
            Err(SignError::Request(problem)) => problem,
            other => panic!("expected a request error, got {other:?}"),
        }
    }

    pub(crate) fn position(&self, name: &str) -> usize {
        self.headers.iter().position(|(found, _)| found.eq_ignore_ascii_case(name)).unwrap()
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let at = self.position(name);
        self.headers[at].1 = value.into();
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self
    }

    /// What a server says that knows one key, at the time the request was signed.
    pub(crate) fn judge(&self) -> Result<(), Refusal> {
        self.judge_with(SECRET, DATE.parse().unwrap())
    }

    pub(crate) fn judge_with(&self, secret: &str, now: Date) -> Result<(), Refusal> {
        let authorization = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))
            .and_then(|(_, value)| std::str::from_utf8(value).ok())
            .ok_or(Refusal::NoAuthorization)?;
        let authorization = Authorization::parse(authorization).map_err(Refusal::Authorization)?;
        if authorization.access_key() != ACCESS_KEY {
            return Err(Refusal::UnknownAccessKey);
        }
        authorization
            .verify(&self.request(), &Secret::new(secret).unwrap(), now, DEFAULT_WINDOW)
            .map(drop)
            .map_err(Refusal::Verify)
    }

    pub(crate) fn refusal(&self) -> VerifyError {
        match self.judge() {
            Err(Refusal::Verify(problem)) => problem,
            other => panic!("expected the verifier to refuse, got {other:?}"),
        }
    }
}
