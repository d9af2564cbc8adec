//! A redirect is an answer, not an instruction: following it would take the token along.

use crate::recorder::{NO_CONTENT, Recorder};
use crate::{TOKEN, client, delete_tag, direct, value};
use untag_client::ClientBuilder;
use untag_client::credentials::{AccessKey, Credentials};
use untag_client::reqwest::redirect::Policy;

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Recorder::answering(NO_CONTENT).await;
        let location = elsewhere.url();
        let server = Recorder::answering(format!(
            "HTTP/1.1 {status} Over There\r\nLocation: {location}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ))
        .await;
        let stubborn = direct().redirect(Policy::limited(10));
        let stubborn = ClientBuilder::new(server.url()).token(value(TOKEN)).http(stubborn).build().unwrap();
        let signing = crate::builder(server.url())
            .credentials(Credentials::from(AccessKey::new("AK", "s3cret").unwrap()))
            .build()
            .unwrap();
        for client in [client(server.url()), stubborn, signing] {
            let error = delete_tag(&client, "key1").await.unwrap_err();
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert!(!error.is_retryable(), "{error}");
        }
        assert_eq!(server.requests().len(), 3);
        assert!(elsewhere.requests().is_empty(), "{:?}", elsewhere.requests());
    }
}
