//! `untag whoami`: which credentials, project and servers are used and why. It asks no server, and shows no secret.

use crate::common::Common;
use crate::exit::Exit;
use crate::output::{self, Format, say};
use crate::problem::Problem;
use crate::session::{Identity, Server, Sourced};
use clap::Args;
use serde_json::{Value, json};
use untag_client::Client;
use untag_client::credentials::{Credentials, Surroundings};
use untag_client::operation::Contract as _;

/// What is typed after `untag whoami`.
#[derive(Debug, Args)]
pub struct Whoami {
    /// As whom, where to, and what is written.
    #[command(flatten)]
    pub common: Common,
}

/// Runs the command.
///
/// # Errors
/// There are no credentials, or what names the project or the server cannot be used.
pub async fn run(whoami: Whoami, surroundings: &Surroundings) -> Result<Exit, Problem> {
    let identity = Identity::find(&whoami.common.account, surroundings).await?;
    let server = Server::find(&whoami.common.place, surroundings)?;
    let endpoints = match &server {
        Some(server) => endpoints(server, surroundings)?,
        None => Vec::new(),
    };
    let (kind, id, is_temporary) = match identity.credentials() {
        Credentials::AccessKey(key) => {
            ("access key", Some(shortened(key.access_key())), key.security_token().is_some())
        }
        _ => ("token", None, false),
    };
    match whoami.common.output.format {
        Format::Text => {
            let temporary = if is_temporary { ", with a security token" } else { "" };
            let id = id.map(|id| format!(" {id}")).unwrap_or_default();
            say(&format!("credentials: {kind}{id}{temporary}, from {}", identity.source()))?;
            say(&match identity.project() {
                Some(Sourced { value, source }) => format!("project:     {value}, from {source}"),
                None => "project:     none; pass --project or set HUAWEICLOUD_SDK_PROJECT_ID".to_owned(),
            })?;
            say(&match &server {
                Some(Server::Region(Sourced { value, source })) => {
                    format!("region:      {value}, from {source}")
                }
                Some(Server::Endpoint(Sourced { source, .. })) => {
                    format!("region:      none; one endpoint for everything, from {source}")
                }
                None => "region:      none; pass --region or --endpoint".to_owned(),
            })?;
            for (service, url) in &endpoints {
                say(&format!("endpoint:    {service} is {url}"))?;
            }
        }
        Format::Json => {
            let endpoints: serde_json::Map<String, Value> =
                endpoints.iter().map(|(service, url)| ((*service).to_owned(), json!(url))).collect();
            let sourced = |sourced: &Sourced| json!({ "value": sourced.value, "source": sourced.source });
            let region = match &server {
                Some(Server::Region(region)) => Some(sourced(region)),
                _ => None,
            };
            let document = json!({
                "credentials": {
                    "kind": kind, "access_key": id, "temporary": is_temporary, "source": identity.source(),
                },
                "project": identity.project().map(sourced),
                "region": region,
                "endpoints": endpoints,
            });
            output::document(Exit::Done, document)?;
        }
    }
    Ok(Exit::Done)
}

/// Each service and its address.
fn endpoints(server: &Server, surroundings: &Surroundings) -> Result<Vec<(&'static str, String)>, Problem> {
    let wire = server.unarmed(surroundings)?;
    let mut each: Vec<(&'static str, String)> = Vec::new();
    for operation in Client::OPERATIONS {
        if each.iter().all(|(service, _)| *service != operation.service()) {
            each.push((operation.service(), wire.base_url(operation).to_owned()));
        }
    }
    Ok(each)
}

/// Enough of an access key id to tell it from others.
fn shortened(id: &str) -> String {
    const SHOWN: usize = 4;
    let end: String = id.chars().skip(id.chars().count().saturating_sub(SHOWN)).collect();
    if id.chars().count() > 2 * SHOWN { format!("…{end}") } else { "…".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_short_id_is_not_shown() {
        assert_eq!(shortened("QTWAOYTTINDUT2QVKYUC"), "…KYUC");
        assert_eq!(shortened("AK"), "…");
        assert_eq!(shortened(""), "…");
    }
}
