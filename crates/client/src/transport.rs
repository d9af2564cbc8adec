//! Where every request of a generated client passes: its last checks, its credentials, and the way out.
//!
//! Signing and retries belong here too, in [`Transport::send`]: it sees a request as it will leave.

use crate::operation::Operation;
use crate::{BaseUrl, path};
use progenitor_client::OperationInfo;
use reqwest::header::HeaderValue;
use reqwest::{Request, Response};

/// A server's address, the HTTP client that reaches it, and the caller's token.
///
/// [`ClientBuilder`](crate::ClientBuilder) makes one. A clone is cheap and shares the pool of connections.
#[derive(Clone, Debug)]
pub struct Transport {
    base_url: BaseUrl,
    http: reqwest::Client,
    /// Marked sensitive, so that it does not print itself.
    token: Option<HeaderValue>,
}

impl Transport {
    pub(crate) fn new(base_url: BaseUrl, http: reqwest::Client, token: Option<HeaderValue>) -> Self {
        Self { base_url, http, token }
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.base_url.as_str()
    }

    /// The HTTP client.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Checks a request of an operation and adds the caller's token, if the operation accepts one.
    ///
    /// `operations` is the client's table, by ascending operationId.
    ///
    /// # Errors
    /// The URL does not address the operation any more: path parameters that are empty, `.` or `..` do not survive in a
    /// URL, and what is left addresses something else. The text is a sentence for the caller.
    pub fn prepare(
        &self,
        request: &mut Request,
        operations: &[&Operation],
        info: &OperationInfo,
    ) -> Result<(), String> {
        let operation = operations
            .binary_search_by(|operation| operation.id.cmp(info.operation_id))
            .ok()
            .and_then(|index| operations.get(index))
            .ok_or_else(|| {
                format!(
                    "{} is not in this client's table of operations; generate the client again",
                    info.operation_id
                )
            })?;
        if !path::fits(request.url().path(), self.base_url.path(), operation) {
            return Err(format!(
                "{operation} was not sent, because a path parameter is empty, `.` or `..` and the request would \
                 address something else: no URL can carry such a value, so name it in another way"
            ));
        }
        if let Some(other) = operations.iter().find(|other| {
            other.is_narrower_than(operation) && path::fits(request.url().path(), self.base_url.path(), other)
        }) {
            return Err(format!(
                "{operation} was not sent, because with these path parameters its path is that of {other}, \
                 which would run instead: name the thing in another way"
            ));
        }
        if let (Some(token), Some(header)) = (&self.token, operation.token_header()) {
            request.headers_mut().insert(header, token.clone());
        }
        Ok(())
    }

    /// Sends a request that [`prepare`](Self::prepare) has accepted, once.
    ///
    /// # Errors
    /// There is no response: no connection, a broken one, or a timeout.
    pub async fn send(&self, request: Request) -> reqwest::Result<Response> {
        self.http.execute(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::Transport;
    use crate::operation::{Credential, Operation, Segment};
    use progenitor_client::OperationInfo;
    use reqwest::header::HeaderValue;
    use reqwest::{Method, Request};

    const TOKEN: Credential = Credential::Token { header: "x-auth-token" };
    const SIGNATURE: Credential =
        Credential::Signature { header: "authorization", algorithm: "SDK-HMAC-SHA256" };

    const fn operation(id: &'static str, credentials: &'static [Credential]) -> Operation {
        let path = &[Segment::Literal("things"), Segment::Parameter("id")];
        Operation { id, method: "GET", path, credentials, idempotent: true }
    }

    static OPERATIONS: [&Operation; 4] = [
        &operation("either", &[SIGNATURE, TOKEN]),
        &operation("open", &[]),
        &operation("signed", &[SIGNATURE]),
        &operation("token", &[TOKEN]),
    ];

    /// What becomes of a request of this operation with a token at hand.
    fn prepared(operation_id: &'static str, path: &str) -> Result<Request, String> {
        let token = HeaderValue::from_static("t0ken");
        let base_url = "http://host/prefix".parse().unwrap();
        let transport = Transport::new(base_url, reqwest::Client::new(), Some(token));
        let url = format!("{}{path}", transport.base_url()).parse().unwrap();
        let mut request = Request::new(Method::GET, url);
        transport.prepare(&mut request, &OPERATIONS, &OperationInfo { operation_id }).map(|()| request)
    }

    #[test]
    fn the_token_goes_where_it_is_asked_for_and_nowhere_else() {
        for (id, sent) in [("either", true), ("token", true), ("open", false), ("signed", false)] {
            let request = prepared(id, "/things/1").unwrap();
            assert_eq!(request.headers().contains_key("x-auth-token"), sent, "{id}");
            assert_eq!(request.headers().len(), usize::from(sent), "{id}");
        }
    }

    #[test]
    fn a_request_of_something_else_is_refused() {
        let message = prepared("token", "/things/..").unwrap_err();
        assert!(message.starts_with("token (GET /things/{id}) was not sent"), "{message}");
        let message = prepared("removed", "/things/1").unwrap_err();
        assert_eq!(message, "removed is not in this client's table of operations; generate the client again");
    }
}
