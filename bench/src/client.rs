//! The client against bare reqwest: what typed parameters, their encoding and the checks before sending cost.

use crate::bare;
use crate::budget::Budget;
use crate::example::{ENTERPRISE_PROJECT, Example, ID, KEY, PROJECT, TOKEN};
use crate::report::{Goal, Hope, Section, rate, time};
use crate::rounds::alternate;
use crate::server::Server;
use crate::slice::Slice;
use crate::{Outcome, clock, progress};
use axum::http::StatusCode;
use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{self, Runtime};
use tokio::task::JoinSet;
use untag_client::ClientBuilder;
use untag_fixtures::generated::tag_deletion::client::Client;
use untag_fixtures::generated::tag_deletion::types;

/// How many requests are in flight at the same time.
const CONCURRENCY: [usize; 2] = [1, 16];

/// What both call themselves.
const USER_AGENT: &str = "bench";

/// Something that can send an example.
trait Sender: Send + Sync + 'static {
    /// Sends it, and waits for the answer, which is 204.
    fn send(&self, example: Example) -> impl Future<Output = Outcome<()>> + Send;
}

/// The generated client, and what it takes for arguments.
struct Ours {
    client: Client,
    project: types::DesktopProjectId,
    desktop: types::DesktopId,
    key: types::DesktopTagKey,
    resource_project: types::ResourceProjectId,
    resource_type: types::ResourceType,
    resource: types::ResourceId,
    body: types::BatchUntagResourcesBody,
}

impl Ours {
    fn new(address: SocketAddr) -> Outcome<Self> {
        let client = ClientBuilder::new(format!("http://{address}"))
            .token(untag_client::types::AuthToken::new(&**TOKEN)?)
            .user_agent(USER_AGENT)
            .build_as()?;
        let key = |text: &str| types::TagKey::new(text);
        Ok(Self {
            client,
            project: types::DesktopProjectId::new(PROJECT)?,
            desktop: types::DesktopId::new(ID)?,
            key: types::DesktopTagKey::new(KEY)?,
            resource_project: types::ResourceProjectId::new(PROJECT)?,
            resource_type: types::ResourceType::new("workspace")?,
            resource: types::ResourceId::new(ID)?,
            body: types::BatchUntagResourcesBody {
                tags: Some(vec![
                    types::ResourceTag { key: key("key1")?, value: None },
                    types::ResourceTag { key: key("key2")?, value: Some(types::TagValue::new("value3")?) },
                ]),
                sys_tags: Some(vec![types::SystemTag {
                    key: types::SystemTagKey::SysEnterpriseProjectId,
                    value: Some(types::SystemTagValue::new(ENTERPRISE_PROJECT)?),
                }]),
            },
        })
    }
}

impl Sender for Ours {
    async fn send(&self, example: Example) -> Outcome<()> {
        match example {
            Example::DesktopTag => {
                self.client.delete_desktop_tag(&self.project, &self.desktop, &self.key).await?;
            }
            Example::ResourceTags => {
                self.client
                    .batch_untag_resources(
                        &self.resource_project,
                        &self.resource_type,
                        &self.resource,
                        &self.body,
                    )
                    .await?;
            }
        }
        Ok(())
    }
}

/// reqwest as it comes, with everything prepared that can be.
struct Bare {
    http: reqwest::Client,
    address: SocketAddr,
    token: HeaderValue,
    requests: [(String, Bytes); 2],
}

impl Bare {
    fn new(address: SocketAddr) -> Outcome<Self> {
        Ok(Self {
            http: reqwest::Client::builder().user_agent(USER_AGENT).build()?,
            address,
            token: HeaderValue::from_str(&TOKEN)?,
            requests: Example::ALL
                .map(|example| (format!("http://{address}{}", example.path()), example.body())),
        })
    }
}

impl Sender for Bare {
    async fn send(&self, example: Example) -> Outcome<()> {
        let [desktop, resource] = &self.requests;
        let (url, body) = match example {
            Example::DesktopTag => desktop,
            Example::ResourceTags => resource,
        };
        let mut request = self
            .http
            .delete(url)
            .header("x-auth-token", self.token.clone())
            .header(ACCEPT, "application/json");
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let response = request.send().await?;
        match response.status() {
            StatusCode::NO_CONTENT => Ok(()),
            status => Err(format!("the bare request to {} was answered with {status}", self.address).into()),
        }
    }
}

/// Measures both operations, one after the other and several at a time.
pub(crate) fn measure(budget: &Budget) -> Outcome<Section> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let server = Server::start(bare::router())?;
    let (ours, bare) = (Arc::new(Ours::new(server.address)?), Arc::new(Bare::new(server.address)?));
    let mut section = Section {
        title: "Client",
        method: "Requests per second to the bare axum server, from one thread. *reqwest* sends the same bytes, from a URL, \
            a token and a body that were prepared once; the client encodes its parameters, writes its body and checks the \
            URL each time. *CPU* is what that thread used per request, kernel included."
            .to_owned(),
        columns: &["operation", "at a time", "client", "reqwest", "rate ratio", "client CPU", "reqwest CPU", "CPU ratio"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for example in Example::ALL {
        for concurrency in CONCURRENCY {
            progress::say(&format!("sending {}, {concurrency} at a time", example.operation()));
            let rounds = {
                let ours = || run(&runtime, &ours, example, concurrency, budget.slice);
                let bare = || run(&runtime, &bare, example, concurrency, budget.slice);
                ours()?;
                bare()?;
                alternate(budget.loopback, ours, bare)?
            };
            let ratio = rounds.ratio(|slice| slice.rate);
            section.rows.push(vec![
                example.operation().to_owned(),
                concurrency.to_string(),
                rate(rounds.ours(|slice| slice.rate).median),
                rate(rounds.other(|slice| slice.rate).median),
                ratio.to_string(),
                time(rounds.ours(|slice| slice.cpu).median),
                time(rounds.other(|slice| slice.cpu).median),
                rounds.ratio(|slice| slice.cpu).to_string(),
            ]);
            section.goals.push(Goal {
                figure: format!(
                    "client: requests/s over reqwest, {concurrency} at a time, {}",
                    example.operation()
                ),
                hope: Hope::AtLeast(0.95),
                measured: ratio.median,
            });
        }
    }
    Ok(section)
}

/// A slice of a sender's work.
fn run(
    runtime: &Runtime,
    sender: &Arc<impl Sender>,
    example: Example,
    concurrency: usize,
    duration: Duration,
) -> Outcome<Slice> {
    runtime.block_on(async {
        let begun = Slice::begin(clock::thread_cpu());
        let deadline = clock::now() + duration;
        let mut tasks: JoinSet<Outcome<u64>> =
            (0..concurrency).map(|_| until(deadline, Arc::clone(sender), example)).collect();
        let mut answered = 0;
        while let Some(count) = tasks.join_next().await {
            answered += count??;
        }
        Ok(begun.end(clock::thread_cpu(), answered))
    })
}

async fn until(deadline: Instant, sender: Arc<impl Sender>, example: Example) -> Outcome<u64> {
    let mut answered = 0;
    while clock::now() < deadline {
        sender.send(example).await?;
        answered += 1;
    }
    Ok(answered)
}

#[cfg(test)]
mod tests {
    use super::{Bare, Ours, Sender};
    use crate::example::Example;
    use std::collections::BTreeSet;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Head lines and body of the request that a sender sends.
    async fn sent<S: Sender>(
        listener: &TcpListener,
        sender: S,
        example: Example,
    ) -> (BTreeSet<String>, String) {
        let task = tokio::spawn(async move { sender.send(example).await });
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        loop {
            stream.read_buf(&mut request).await.unwrap();
            let text = String::from_utf8(request.clone()).unwrap();
            let body = example.body();
            if let Some((head, sent)) = text.split_once("\r\n\r\n")
                && sent.len() == body.len()
            {
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
                task.await.unwrap().unwrap();
                return (head.split("\r\n").map(str::to_owned).collect(), sent.to_owned());
            }
        }
    }

    #[tokio::test]
    async fn both_send_the_same_bytes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        for example in Example::ALL {
            let ours = sent(&listener, Ours::new(address).unwrap(), example).await;
            let bare = sent(&listener, Bare::new(address).unwrap(), example).await;
            assert_eq!(ours, bare);
            assert_eq!(ours.1.as_bytes(), example.body());
            assert!(ours.0.contains(&format!("DELETE {} HTTP/1.1", example.path())), "{:?}", ours.0);
        }
    }
}
