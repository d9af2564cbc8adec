//! `untagd dev`: the service on this machine, with sample data and credentials that are printed.

use super::say;
use crate::authorization::Operation;
use crate::configuration;
use crate::logging;
use crate::problem::{Problem, Problems};
use crate::ready::Sample;
use crate::running::{Service, signals};
use crate::sample::{self, Callers, RESOURCE};
use crate::settings::{Layer, LogFormat, loopback};
use clap::Args;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use untag_identity::Configuration;

/// Serve on this machine, with sample data and credentials that are printed.
///
/// The credentials are made up anew each time. The database is a temporary file, unless --store names one.
#[derive(Debug, Args)]
pub struct Dev {
    /// Where the contract is served, on this machine only; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value_t = loopback(8080))]
    pub listen: SocketAddr,
    /// Where health and metrics are served, on this machine only
    #[arg(long, value_name = "ADDR", default_value_t = loopback(8081))]
    pub admin_listen: SocketAddr,
    /// The database: sqlite:PATH, or postgres://…; each start puts the sample tags back [default: a temporary file]
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// Folder with the documentation, to be served under /docs; `cargo xtask docs` writes it
    #[arg(long, value_name = "DIR")]
    pub docs: Option<PathBuf>,
    /// File that is written when requests are taken: addresses and credentials, as JSON
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
}

/// Runs the command until SIGTERM or SIGINT.
///
/// # Errors
/// An address is not of this machine, or a port or the database cannot be had.
pub async fn run(dev: Dev) -> Result<(), Problems> {
    for (flag, address) in [("--listen", dev.listen), ("--admin-listen", dev.admin_listen)] {
        if !address.ip().to_canonical().is_loopback() {
            return Err(Problem::input(format!(
                "{flag} {address} can be reached from elsewhere, and anybody could read the printed credentials; \
                 use 127.0.0.1, or `untagd serve`"
            ))
            .into());
        }
    }
    logging::start(LogFormat::Text, "warn")?;
    let folder = tempfile::Builder::new().prefix("untagd-dev-").tempdir();
    let folder = folder.map_err(|error| Problem::new(format!("no temporary folder: {error}")))?;
    let key_file = folder.path().join("message-key");
    let key = untag_policy::message::Key::generate().map_err(|error| Problem::new(error.to_string()))?;
    write_secret(&key_file, &key)?;
    let layer = Layer {
        listen: Some(dev.listen),
        admin_listen: Some(dev.admin_listen),
        store: Some(
            dev.store.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("tags.db").display())),
        ),
        message_key: Some(key_file.clone()),
        docs: dev.docs,
        // Whoever tries out what a service refuses is on this machine, and guesses nothing that is worth it.
        max_refusals: Some(0),
        ready_file: dev.ready_file,
        ..Layer::default()
    };
    let callers = Callers::new()?;
    let configuration = Configuration::parse(&callers.configuration(), Path::new("untagd dev"))
        .map_err(|error| Problem::new(error.to_string()))?;
    let loaded = configuration::assemble(layer.settle()?, configuration)?;
    let stop = signals()?;
    let service = Service::prepare(loaded).await?;
    service.store().upsert(sample::resources()).await?;
    let sample = callers.sample();
    for line in greeting(&service.endpoint(), &service.admin(), &sample) {
        say(&line)?;
    }
    Ok(service.run(Some(&sample), stop).await?)
}

/// Writes a file that only its owner reads.
fn write_secret(path: &Path, text: &str) -> Result<(), Problem> {
    use std::os::unix::fs::OpenOptionsExt;
    let cannot = |error: &std::io::Error| Problem::file(path, error);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| cannot(&error))?;
    writeln!(file, "{text}").map_err(|error| cannot(&error))
}

/// What is printed: lines to copy, each of which is complete in itself.
fn greeting(endpoint: &str, admin: &str, sample: &Sample) -> Vec<String> {
    let Sample { project_id, token, op_service_token, ak, sk } = sample;
    let desktop_tag = url(endpoint, Operation::DeleteDesktopTag, project_id);
    let resource_tags = url(endpoint, Operation::BatchUntagResources, project_id);
    // Where `untag` and programs with the Rust client look; secrets have no place on a command line.
    let variables =
        format!("UNTAG_ENDPOINT={endpoint} UNTAG_TOKEN={token} HUAWEICLOUD_SDK_PROJECT_ID={project_id}");
    vec![
        format!("untagd serves the contract on {endpoint}, health and metrics on {admin}; Ctrl-C stops it."),
        format!("Desktop and workspace {RESOURCE} have key1=value1, key2=value3 and keep=me."),
        String::new(),
        "# untag, the command line, in another terminal of this repository: one tag of the desktop"
            .to_owned(),
        format!("{variables} cargo run -p untag-cli -- desktop {RESOURCE} key1 --yes"),
        String::new(),
        "# a program with the Rust client, likewise: one tag of the desktop, and two of the workspace"
            .to_owned(),
        format!("{variables} cargo run -p untag-client --example delete_tags"),
        String::new(),
        "# curl: one tag of the desktop, then two tags of the workspace, each answered with 204".to_owned(),
        format!("curl -i -X DELETE -H 'X-Auth-Token: {token}' {desktop_tag}"),
        format!(
            "curl -i -X DELETE -H 'X-Auth-Token: {token}' -H 'Content-Type: application/json' -d \
             '{{\"tags\":[{{\"key\":\"key1\"}},{{\"key\":\"key2\",\"value\":\"value3\"}}]}}' {resource_tags}"
        ),
        String::new(),
        "# the provider's Python SDK, which signs with the access key: pip install huaweicloudsdkworkspace"
            .to_owned(),
        format!(
            "python3 -c \"from huaweicloudsdkcore.auth.credentials import BasicCredentials as C; \
             from huaweicloudsdkworkspace.v2 import WorkspaceClient as W, DeleteTagRequest as R; \
             print(W.new_builder().with_credentials(C('{ak}', '{sk}', '{project_id}')).with_endpoint('{endpoint}')\
             .build().delete_tag(R(desktop_id='{RESOURCE}', key='key2')).status_code)\""
        ),
        String::new(),
        "# system tags take the tag service's token".to_owned(),
        format!(
            "curl -i -X DELETE -H 'X-Auth-Token: {op_service_token}' -H 'Content-Type: application/json' -d \
             '{{\"sys_tags\":[{{\"key\":\"_sys_enterprise_project_id\"}}]}}' {resource_tags}"
        ),
        String::new(),
        "# for a terminal in which more is tried, such as the examples of the README and of the docs site"
            .to_owned(),
        // The token comes first for whoever reads both; the provider's SDKs read the access key.
        format!("export {variables} HUAWEICLOUD_SDK_AK={ak} HUAWEICLOUD_SDK_SK={sk}"),
    ]
}

/// Where an operation takes a request about the sample resource and its tag `key1`.
fn url(endpoint: &str, operation: Operation, project_id: &str) -> String {
    let mut url = format!("{endpoint}{}", operation.path());
    for (name, value) in [
        ("{project_id}", project_id),
        ("{desktop_id}", RESOURCE),
        ("{resource_type}", "workspace"),
        ("{resource_id}", RESOURCE),
        ("{key}", "key1"),
    ] {
        url = url.replace(name, value);
    }
    url
}
