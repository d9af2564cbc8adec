//! What comes back when a deletion fails.

use crate::recorder::{Recorder, json};
use crate::{DESKTOP, PROJECT, client, delete_tag, one_tag, value};
use untag_client::types::DesktopTagError;
use untag_client::{ClientBuilder, Error};

/// The failure of a deletion that is answered like this.
async fn failure(answer: impl Into<String>) -> Error<DesktopTagError> {
    let server = Recorder::answering(answer).await;
    delete_tag(&client(server.url()), "key1").await.unwrap_err()
}

#[tokio::test]
async fn each_documented_status_has_its_body() {
    for status in [400, 401, 403, 404, 500] {
        let code = format!("WKS.{status}");
        let body = format!(
            r#"{{"error_code":"{code}","error_msg":"No.","error_detail":"Why.","encoded_authorization_message":"x"}}"#
        );
        let Error::ErrorResponse(failure) = failure(json(status, &body)).await else { panic!("{status}") };
        assert_eq!(failure.status().as_u16(), status);
        assert_eq!(failure.headers().get("x-request-id").unwrap(), "r-1");
        assert_eq!(serde_json::to_string(&failure.into_inner()).unwrap(), body);

        let server =
            Recorder::answering(json(status, r#"{"error_code":"SecMaster.1","error_msg":"No."}"#)).await;
        let failure = client(server.url())
            .batch_untag_resources(&value(PROJECT), &value("workspace"), &value(DESKTOP), &one_tag())
            .await
            .unwrap_err();
        let Error::ErrorResponse(failure) = failure else { panic!("{status}: {failure}") };
        assert_eq!(failure.status().as_u16(), status);
        assert_eq!(failure.error_code.to_string(), "SecMaster.1");
        assert_eq!(failure.error_msg.to_string(), "No.");
    }
}

#[tokio::test]
async fn an_error_body_is_read_leniently() {
    let long = "x".repeat(5000);
    for body in [
        // Without the optional members, with one that is not documented.
        r#"{"error_code":"WKS.1","error_msg":"No.","request_id":"1","nested":{"a":[1]}}"#.to_owned(),
        // Longer than documented.
        format!(r#"{{"error_code":"WKS.0123456789","error_msg":"{long}","error_detail":"{long}"}}"#),
        // Null for what is absent.
        r#"{"error_code":"","error_msg":"","error_detail":null,"encoded_authorization_message":null}"#
            .to_owned(),
    ] {
        let error = failure(json(403, &body)).await;
        assert!(matches!(&error, Error::ErrorResponse(_)), "{body}: {error}");
        assert_eq!(error.status().unwrap().as_u16(), 403);
    }
}

#[tokio::test]
async fn a_failure_keeps_its_status_whatever_its_body_is() {
    for body in
        ["<html>Bad gateway</html>", "", "null", "[]", r#"{"message":"no code"}"#, r#"{"error_code":"#]
    {
        for status in [401, 500] {
            let Error::UnexpectedResponse(response) = failure(json(status, body)).await else {
                panic!("{body}")
            };
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers().get("x-request-id").unwrap(), "r-1");
            assert!(response.url().path().ends_with("/tags/key1"));
            assert_eq!(response.text().await.unwrap(), body);
        }
    }
}

#[tokio::test]
async fn an_undocumented_answer_is_no_success() {
    for status in [200, 202, 302, 409, 413, 429, 502, 504] {
        let body = r#"{"error_msg":"Slow down.","error_code":"APIGW.0308","request_id":"1"}"#;
        let error = failure(json(status, body)).await;
        let retryable = error.is_retryable();
        let Error::UnexpectedResponse(response) = error else { panic!("{status}") };
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.text().await.unwrap(), body);
        assert_eq!(retryable, [429, 502, 504].contains(&status));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let whole = json(500, r#"{"error_code":"WKS.1","error_msg":"No."}"#);
    let error = failure(whole.get(..whole.len() - 1).unwrap()).await;
    assert!(matches!(error, Error::ResponseBodyError(_)), "{error}");
    let error = failure("HTTP/1.1 204").await;
    assert!(matches!(error, Error::CommunicationError(_)), "{error}");
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    // Connections wait in the kernel's queue: nobody ever answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = ClientBuilder::new(format!("http://{}", silent.local_addr().unwrap()))
        .timeout(std::time::Duration::from_millis(20))
        .http(crate::direct())
        .build()
        .unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    let Error::CommunicationError(error) = error else { panic!("{error}") };
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn nobody_listening_is_an_error_of_the_connection() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = delete_tag(&client(format!("http://{free}")), "key1").await.unwrap_err();
    let Error::CommunicationError(error) = error else { panic!("{error}") };
    assert!(error.is_connect(), "{error}");
}
