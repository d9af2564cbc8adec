//! The same requests through the HTTP library that the client stands on, and nothing else: no file is read, no line is
//! accounted for, nothing is checked but the answer's status.

use super::set::{Service, Set};
use crate::deletions::data::{self, TOKEN};
use crate::{Outcome, clock};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, StatusCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::vec::IntoIter;
use tokio::task::JoinSet;

/// Requests that nobody has sent yet: URL and body.
type Left = Mutex<IntoIter<(String, String)>>;

/// Sends all requests of the set, so many at a time; seconds.
///
/// # Errors
/// An answer other than 204, or none.
pub(super) async fn send(set: &Set, service: &Service, concurrency: usize) -> Outcome<f64> {
    let request = |&resource| {
        let url = format!("{}{}", service.url(), data::batch_path(resource));
        (url, data::batch_body(set.each))
    };
    let requests: Vec<_> = set.order.iter().map(request).collect();
    let left = Arc::new(Mutex::new(requests.into_iter()));
    let http = Client::builder().no_proxy().build()?;
    let start = clock::now();
    let mut tasks: JoinSet<Outcome<()>> =
        (0..concurrency).map(|_| empty(http.clone(), Arc::clone(&left))).collect();
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Sends requests one after the other until there is none left.
async fn empty(http: Client, left: Arc<Left>) -> Outcome<()> {
    loop {
        let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((url, body)) = next else { return Ok(()) };
        let request = http.delete(url).header("x-auth-token", TOKEN).header(ACCEPT, "application/json");
        let response = request.header(CONTENT_TYPE, "application/json").body(body).send().await?;
        if response.status() != StatusCode::NO_CONTENT {
            return Err(
                format!("a request through the library was answered with {}", response.status()).into()
            );
        }
        response.bytes().await?;
    }
}
