//! The server stub against bare axum: what decoding strictly, validating and naming every request costs.

use crate::bare;
use crate::budget::Budget;
use crate::example::{Example, TOKEN};
use crate::load::Load;
use crate::report::{Goal, Hope, Section, rate, time};
use crate::rounds::alternate;
use crate::server::Server;
use crate::slice::Slice;
use crate::{Outcome, clock, progress};
use axum::Router;
use axum::http::StatusCode;
use std::hint::black_box;
use tokio::runtime;
use tower::ServiceExt;
use untag_fixtures::generated::tag_deletion::server as generated;
use untag_server::{Authenticate, Authenticated, AuthenticationError, Credentials, Presented, Valid};

/// How many connections load a server.
const CONNECTIONS: usize = 64;

/// An implementation that does nothing, so that only the stub is measured.
#[derive(Debug)]
struct NoStore;

impl Authenticate for NoStore {
    type Caller = ();

    async fn authenticate(&self, presented: Presented<'_>) -> Result<(), AuthenticationError> {
        match presented.credentials {
            Credentials::Token(token) if token.expose() == *TOKEN => Ok(()),
            _ => Err(AuthenticationError::Refused("the token is not valid".to_owned())),
        }
    }
}

impl generated::Api for NoStore {
    async fn delete_desktop_tag(
        &self,
        _: Authenticated<()>,
        request: Valid<generated::DeleteDesktopTagRequest>,
    ) -> generated::DeleteDesktopTagResponse {
        black_box(request);
        generated::DeleteDesktopTagResponse::NoContent
    }

    async fn batch_untag_resources(
        &self,
        _: Authenticated<()>,
        request: Valid<generated::BatchUntagResourcesRequest>,
    ) -> generated::BatchUntagResourcesResponse {
        black_box(request);
        generated::BatchUntagResourcesResponse::NoContent
    }
}

/// The stub's router.
pub(crate) fn router() -> Router {
    generated::router(NoStore)
}

/// CPU time per request, without a socket.
pub(crate) fn in_process(budget: &Budget) -> Outcome<Section> {
    let runtime = runtime::Builder::new_current_thread().build()?;
    let (stub, bare) = (router(), bare::router());
    let mut section = Section {
        title: "Stub in process",
        method: format!(
            "CPU time of one request through the router (tower's `oneshot`), on one thread. The stub's implementation and \
             the bare axum handler read the same parameters and the same body with serde, compare the token ({} characters) \
             and do nothing; the handler validates nothing.",
            TOKEN.len()
        ),
        columns: &["operation", "stub", "bare axum", "time ratio"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for example in Example::ALL {
        progress::say(&format!("calling {} in process", example.operation()));
        let seconds = |router: &Router| runtime.block_on(seconds(router, example, budget.requests));
        // One round for the caches and the branch predictor, which no server in service is without.
        seconds(&stub)?;
        seconds(&bare)?;
        let rounds = alternate(budget.in_process, || seconds(&stub), || seconds(&bare))?;
        let ratio = rounds.ratio(|seconds| *seconds);
        section.rows.push(vec![
            example.operation().to_owned(),
            time(rounds.ours(|seconds| *seconds).median),
            time(rounds.other(|seconds| *seconds).median),
            ratio.to_string(),
        ]);
        section.goals.push(Goal {
            figure: format!("stub: CPU time over bare axum, in process, {}", example.operation()),
            hope: Hope::AtMost(1.5),
            measured: ratio.median,
        });
    }
    Ok(section)
}

/// CPU seconds per request. `requests` is rounded up to whole batches.
async fn seconds(router: &Router, example: Example, requests: u32) -> Outcome<f64> {
    // A few at a time, so that they are still in the cache when they are used, as a request from a socket is.
    const BATCH: u32 = 50;
    let mut used = 0.0;
    let batches = requests.div_ceil(BATCH);
    for _ in 0..batches {
        let prepared = (0..BATCH).map(|_| example.request()).collect::<Result<Vec<_>, _>>()?;
        let start = clock::thread_cpu();
        for request in prepared {
            let response = router.clone().oneshot(request).await?;
            if response.status() != StatusCode::NO_CONTENT {
                return Err(format!("{} was answered with {}", example.operation(), response.status()).into());
            }
        }
        used += clock::thread_cpu() - start;
    }
    Ok(used / f64::from(batches * BATCH))
}

/// Requests per second over loopback.
pub(crate) fn over_loopback(budget: &Budget) -> Outcome<Section> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let (stub, bare) = (Server::start(router())?, Server::start(bare::router())?);
    let mut section = Section {
        title: "Stub over loopback",
        method: format!(
            "{CONNECTIONS} kept-alive connections with one request in flight on each. Every server has one thread, the load \
             generator another. *CPU* is what the server's thread used per request, kernel included."
        ),
        columns: &["operation", "stub", "bare axum", "rate ratio", "stub CPU", "bare axum CPU", "CPU ratio"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for example in Example::ALL {
        progress::say(&format!("loading servers with {}", example.operation()));
        let connect = |server: &Server| {
            let request = example.bytes(server.address);
            runtime.block_on(Load::connect(server.address, CONNECTIONS, &request))
        };
        let slice = |load: &mut Load, server: &Server| {
            runtime.block_on(async {
                let begun = Slice::begin(server.cpu().await?);
                let answered = load.run(budget.slice).await?;
                Ok(begun.end(server.cpu().await?, answered))
            })
        };
        let (mut ours, mut other) = (connect(&stub)?, connect(&bare)?);
        slice(&mut ours, &stub)?;
        slice(&mut other, &bare)?;
        let rounds = alternate(budget.loopback, || slice(&mut ours, &stub), || slice(&mut other, &bare))?;
        let ratio = rounds.ratio(|slice| slice.rate);
        section.rows.push(vec![
            example.operation().to_owned(),
            rate(rounds.ours(|slice| slice.rate).median),
            rate(rounds.other(|slice| slice.rate).median),
            ratio.to_string(),
            time(rounds.ours(|slice| slice.cpu).median),
            time(rounds.other(|slice| slice.cpu).median),
            rounds.ratio(|slice| slice.cpu).to_string(),
        ]);
        section.goals.push(Goal {
            figure: format!(
                "stub: requests/s over bare axum, {CONNECTIONS} connections, {}",
                example.operation()
            ),
            hope: Hope::AtLeast(0.9),
            measured: ratio.median,
        });
    }
    Ok(section)
}

#[cfg(test)]
mod tests {
    use super::{bare, router, seconds};
    use crate::example::Example;
    use axum::http::StatusCode;
    use tower::ServiceExt;

    #[tokio::test]
    async fn both_answer_204_to_the_examples_and_401_to_another_token() {
        for router in [router(), bare::router()] {
            for example in Example::ALL {
                seconds(&router, example, 2).await.unwrap();
                let mut stranger = example.request().unwrap();
                stranger.headers_mut().insert("x-auth-token", "another".parse().unwrap());
                let response = router.clone().oneshot(stranger).await.unwrap();
                assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            }
        }
    }
}
