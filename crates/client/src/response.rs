//! Reading the answers that a contract documents.

use crate::{Error, ResponseValue};
use reqwest::{Response, ResponseBuilderExt as _};
use serde::de::DeserializeOwned;

/// The error for a response with the status of a documented failure.
///
/// That is [`Error::ErrorResponse`] with the documented body. If the body is another one, as that of a gateway on the
/// way may be, it is [`Error::UnexpectedResponse`]: status, headers and body are there to be read, where progenitor's
/// own `InvalidResponsePayload` has lost the status.
pub async fn failure<E: DeserializeOwned>(response: Response) -> Error<E> {
    let (status, version, url) = (response.status(), response.version(), response.url().clone());
    let headers = response.headers().clone();
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(error) => return Error::ResponseBodyError(error),
    };
    let undecodable = match serde_json::from_slice(&body) {
        Ok(documented) => return Error::ErrorResponse(ResponseValue::new(documented, status, headers)),
        Err(error) => error,
    };
    match http::Response::builder().status(status).version(version).url(url).body(body.clone()) {
        Ok(mut again) => {
            *again.headers_mut() = headers;
            Error::UnexpectedResponse(again.into())
        }
        Err(_) => Error::InvalidResponsePayload(body, undecodable),
    }
}
