//! The client and bare reqwest, sending the same bytes with the same credentials.
//!
//! reqwest does it twice: in a [`Loop`], which does for each call what every program must whose calls are about different
//! resources, and with [`Prepared`] requests, which is as little as can be done.

use crate::Outcome;
use crate::example::{ENTERPRISE_PROJECT, Example, ID, KEY, PROJECT, TOKEN};
use crate::signers::{ACCESS_KEY, CONTENT_TYPE, METHOD, SECRET};
use bytes::Bytes;
use reqwest::header::{self, ACCEPT, HeaderName, HeaderValue};
use reqwest::{Client as Http, RequestBuilder, StatusCode};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::task::JoinSet;
use untag_client::credentials::{AccessKey, Credentials};
use untag_client::{Client, ClientBuilder, types};
use untag_signing::{Date, Headers, Secret, sign};

/// What all call themselves.
const USER_AGENT: &str = "bench";

/// The type of the resource.
const RESOURCE_TYPE: &str = "workspace";

/// What all accept, and send.
const JSON: HeaderValue = HeaderValue::from_static(CONTENT_TYPE);

/// The credentials of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Login {
    /// A token of a real one's length.
    Token,
    /// An access key, for a project.
    AccessKey,
}

impl Login {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Token, Self::AccessKey];

    /// What they are called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::AccessKey => "access key",
        }
    }
}

/// Something that can send an example.
pub trait Sender: Send + Sync + 'static {
    /// Sends it, and waits for the answer, which is 204.
    fn send(&self, example: Example) -> impl Future<Output = Outcome<()>> + Send;
}

/// Sends with so many requests at a time for as long as there is `more`; how many were answered.
///
/// # Errors
/// An answer other than 204, or none.
pub async fn keep_sending(
    sender: &Arc<impl Sender>,
    example: Example,
    at_a_time: usize,
    more: impl Fn() -> bool + Clone + Send + 'static,
) -> Outcome<u64> {
    let mut tasks: JoinSet<Outcome<u64>> =
        (0..at_a_time).map(|_| one_by_one(Arc::clone(sender), example, more.clone())).collect();
    let mut answered = 0;
    while let Some(count) = tasks.join_next().await {
        answered += count??;
    }
    Ok(answered)
}

async fn one_by_one(sender: Arc<impl Sender>, example: Example, more: impl Fn() -> bool) -> Outcome<u64> {
    let mut answered = 0;
    while more() {
        sender.send(example).await?;
        answered += 1;
    }
    Ok(answered)
}

/// What the batch operation gets.
fn body() -> Outcome<types::BatchUntagResourcesBody> {
    let key = |text: &str| types::TagKey::new(text);
    Ok(types::BatchUntagResourcesBody {
        tags: Some(vec![
            types::ResourceTag { key: key("key1")?, value: None },
            types::ResourceTag { key: key("key2")?, value: Some(types::TagValue::new("value3")?) },
        ]),
        sys_tags: Some(vec![types::SystemTag {
            key: types::SystemTagKey::SysEnterpriseProjectId,
            value: Some(types::SystemTagValue::new(ENTERPRISE_PROJECT)?),
        }]),
    })
}

/// The client as `ClientBuilder` makes it, and what its methods take for arguments.
#[derive(Debug)]
pub struct Ours {
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
    /// A client for the server at this address.
    pub fn new(address: SocketAddr, login: Login) -> Outcome<Self> {
        let credentials = match login {
            Login::Token => Credentials::from(types::AuthToken::new(&**TOKEN)?),
            Login::AccessKey => AccessKey::new(ACCESS_KEY, SECRET)?.with_project(PROJECT)?.into(),
        };
        let builder = ClientBuilder::new(format!("http://{address}")).credentials(credentials);
        Ok(Self {
            client: builder.user_agent(USER_AGENT).build()?,
            project: types::DesktopProjectId::new(PROJECT)?,
            desktop: types::DesktopId::new(ID)?,
            key: types::DesktopTagKey::new(KEY)?,
            resource_project: types::ResourceProjectId::new(PROJECT)?,
            resource_type: types::ResourceType::new(RESOURCE_TYPE)?,
            resource: types::ResourceId::new(ID)?,
            body: body()?,
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

/// reqwest as it comes, in a loop: it puts the URL together and writes the body for each call, adds the headers, sends, and
/// looks at the status. Everything that credentials add is there already, a signature of this date too.
#[derive(Debug)]
pub struct Loop {
    http: Http,
    address: SocketAddr,
    headers: [Vec<(HeaderName, HeaderValue)>; 2],
    body: types::BatchUntagResourcesBody,
}

impl Loop {
    /// A client for the server at this address.
    pub fn new(address: SocketAddr, login: Login, date: Date) -> Outcome<Self> {
        let [desktop, resource] = Example::ALL.map(|example| headers(address, login, date, example));
        Ok(Self { http: http()?, address, headers: [desktop?, resource?], body: body()? })
    }
}

impl Sender for Loop {
    async fn send(&self, example: Example) -> Outcome<()> {
        let (address, [desktop, resource]) = (self.address, &self.headers);
        match example {
            Example::DesktopTag => {
                let url = format!("http://{address}/v2/{PROJECT}/desktops/{ID}/tags/{KEY}");
                answered(with(self.http.delete(url), desktop)).await
            }
            Example::ResourceTags => {
                let url = format!("http://{address}/v1/{PROJECT}/{RESOURCE_TYPE}/{ID}/tags/delete");
                answered(with(self.http.delete(url), resource).json(&self.body)).await
            }
        }
    }
}

/// reqwest as it comes, with everything prepared that can be: the URL's text, the headers and the body.
#[derive(Debug)]
pub struct Prepared {
    http: Http,
    requests: [Request; 2],
}

#[derive(Debug)]
struct Request {
    url: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Prepared {
    /// A client for the server at this address.
    pub fn new(address: SocketAddr, login: Login, date: Date) -> Outcome<Self> {
        let [desktop, resource] = Example::ALL.map(|example| {
            let headers = headers(address, login, date, example)?;
            let url = format!("http://{address}{}", example.path());
            Outcome::Ok(Request { url, headers, body: example.body() })
        });
        Ok(Self { http: http()?, requests: [desktop?, resource?] })
    }
}

impl Sender for Prepared {
    async fn send(&self, example: Example) -> Outcome<()> {
        let [desktop, resource] = &self.requests;
        match example {
            Example::DesktopTag => answered(with(self.http.delete(&desktop.url), &desktop.headers)).await,
            Example::ResourceTags => {
                let request = with(self.http.delete(&resource.url), &resource.headers);
                answered(request.body(resource.body.clone())).await
            }
        }
    }
}

fn http() -> reqwest::Result<Http> {
    Http::builder().user_agent(USER_AGENT).build()
}

fn with(request: RequestBuilder, headers: &[(HeaderName, HeaderValue)]) -> RequestBuilder {
    headers.iter().fold(request, |request, (name, value)| request.header(name, value))
}

async fn answered(request: RequestBuilder) -> Outcome<()> {
    match request.send().await?.status() {
        StatusCode::NO_CONTENT => Ok(()),
        status => Err(format!("a bare request was answered with {status}").into()),
    }
}

/// The headers that the client sends, too.
fn headers(
    address: SocketAddr,
    login: Login,
    date: Date,
    example: Example,
) -> Outcome<Vec<(HeaderName, HeaderValue)>> {
    let mut headers = vec![(ACCEPT, JSON)];
    if example == Example::ResourceTags {
        headers.push((header::CONTENT_TYPE, JSON));
    }
    match login {
        Login::Token => {
            headers.push((HeaderName::from_static("x-auth-token"), HeaderValue::from_str(&TOKEN)?));
        }
        Login::AccessKey => {
            let signature = signature(&example.path(), &headers, &example.body(), address, date)?;
            headers.extend(signature);
        }
    }
    Ok(headers)
}

/// The headers that an access key adds.
fn signature(
    path: &str,
    headers: &[(HeaderName, HeaderValue)],
    body: &[u8],
    address: SocketAddr,
    date: Date,
) -> Outcome<Vec<(HeaderName, HeaderValue)>> {
    let host = address.to_string();
    let headers: Headers<'_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .chain([("host", host.as_bytes())])
        .collect();
    let secret = Secret::new(SECRET)?;
    let credentials = untag_signing::Credentials {
        access_key: ACCESS_KEY,
        secret: &secret,
        project_id: Some(PROJECT),
        security_token: None,
    };
    let signed = sign(
        &untag_signing::Request { method: METHOD, path, query: None, headers, body },
        &credentials,
        date,
    )?;
    let header = |(name, value): (&str, &str)| Ok((name.try_into()?, value.try_into()?));
    signed.headers().map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::{Login, Loop, Ours, Prepared, Sender};
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

    /// A head line without what differs from one second to the next.
    fn undated(line: &str) -> String {
        let kept = match line.split_once(": ") {
            Some(("x-sdk-date", _)) => Some("x-sdk-date"),
            Some(("authorization", _)) => line.rsplit_once("Signature=").map(|(before, _)| before),
            _ => None,
        };
        let Some(kept) = kept else { return line.to_owned() };
        format!("{kept} and {} more bytes", line.len() - kept.len())
    }

    #[tokio::test]
    async fn all_send_the_same_bytes_but_for_the_second_of_a_signature() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let date = "20240229T235959Z".parse().unwrap();
        for login in Login::ALL {
            for example in Example::ALL {
                let (ours, body) = sent(&listener, Ours::new(address, login).unwrap(), example).await;
                let undated_lines =
                    |lines: &BTreeSet<String>| lines.iter().map(|line| undated(line)).collect::<Vec<_>>();
                for (lines, other) in [
                    sent(&listener, Loop::new(address, login, date).unwrap(), example).await,
                    sent(&listener, Prepared::new(address, login, date).unwrap(), example).await,
                ] {
                    assert_eq!(undated_lines(&ours), undated_lines(&lines));
                    assert_eq!(body, other);
                }
                assert_eq!(body.as_bytes(), example.body());
                assert!(ours.contains(&format!("DELETE {} HTTP/1.1", example.path())), "{ours:?}");
                let credentials = match login {
                    Login::Token => "x-auth-token: ",
                    Login::AccessKey => "authorization: SDK-HMAC-SHA256 ",
                };
                assert!(ours.iter().any(|line| line.starts_with(credentials)), "{ours:?}");
            }
        }
    }
}
