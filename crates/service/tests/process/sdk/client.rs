//! Our client, with an access key: what it makes of an input.

use super::recorder::{Recorder, Request};
use crate::support::PROJECT;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use untag_client::credentials::{AccessKey, Credentials};
use untag_client::types::{BatchUntagResourcesBody, DesktopTagKey};
use untag_client::{Client, ClientBuilder, reqwest};

/// The key, known to nobody but these tests.
pub(super) const AK: &str = "QTWAOYTTINDUT2QVKYUC";
pub(super) const SK: &str = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";
/// What makes it a temporary one.
pub(super) const SECURITY_TOKEN: &str = "MDAwMDAw/+==";

/// The key.
pub(super) fn access_key() -> AccessKey {
    AccessKey::new(AK, SK).unwrap()
}

/// The key for the project, as a temporary one.
pub(super) fn whole_key() -> AccessKey {
    access_key().with_project(PROJECT).and_then(|key| key.with_security_token(SECURITY_TOKEN)).unwrap()
}

/// An HTTP client that finds these hosts at the recorder, and asks no proxy.
pub(super) fn http(recorder: &Recorder, hosts: &[&str]) -> reqwest::ClientBuilder {
    let http = reqwest::Client::builder().no_proxy();
    hosts.iter().fold(http, |http, host| http.resolve(host, recorder.address))
}

/// Our client, in a runtime of its own.
pub(super) struct Caller {
    runtime: Runtime,
    client: Client,
}

impl Caller {
    pub(super) fn new(builder: ClientBuilder, key: AccessKey) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, client: builder.credentials(Credentials::from(key)).build().unwrap() }
    }

    /// Sends an input, in the words of `calls.py`. Why not, if it does not.
    pub(super) fn send(&self, input: &Value) -> Result<(), String> {
        let Self { runtime, client } = self;
        let text = |name: &str| input[name].as_str().unwrap();
        if input.get("key").is_some() {
            let (project, desktop) = (PROJECT.parse().unwrap(), text("desktop_id").parse().unwrap());
            let key: DesktopTagKey = text("key").parse().map_err(|why| format!("{why}"))?;
            let done = runtime.block_on(client.delete_desktop_tag(&project, &desktop, &key));
            return done.map(drop).map_err(|error| error.to_string());
        }
        let project = PROJECT.parse().unwrap();
        let (kind, id) = (text("resource_type").parse().unwrap(), text("resource_id").parse().unwrap());
        let body: BatchUntagResourcesBody = serde_json::from_value(input["body"].clone()).unwrap();
        let done = runtime.block_on(client.batch_untag_resources(&project, &kind, &id, &body));
        done.map(drop).map_err(|error| error.to_string())
    }

    /// The one request that an input becomes.
    pub(super) fn sent(&self, input: &Value, recorder: &Recorder) -> Request {
        self.send(input).unwrap_or_else(|why| panic!("{input}: {why}"));
        let [request] = recorder.requests().try_into().unwrap_or_else(|all| panic!("{input}: {all:?}"));
        request
    }
}
