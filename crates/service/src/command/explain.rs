//! `untagd explain`: may this user do that, and why. The same decision that a request gets, without a request.

use super::say;
use crate::authorization::{Asked, Operation};
use crate::caller::{Caller, Source};
use crate::cli::Configured;
use crate::clock;
use crate::configuration;
use crate::database::{self, Missing};
use crate::problem::{Problem, Problems};
use clap::Args;
use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;
use untag_policy::{Effect, Explanation};
use untag_store::{ResourceKey, TagMatch, Tags};

/// Say whether a user may do something, and why: the decision that a request would get.
#[derive(Debug, Args)]
pub struct Explain {
    /// Id of the user, from the authentication file
    #[arg(long, value_name = "ID")]
    pub user: String,
    /// The action: workspace:desktops:untag or secmaster:resources:untag
    #[arg(long, value_name = "ACTION")]
    pub action: String,
    /// The resource: TYPE/ID; it is looked up in the database, with its tags
    #[arg(long, value_name = "TYPE/ID")]
    pub resource: String,
    /// The project [default: the user's, if there is one only]
    #[arg(long, value_name = "ID")]
    pub project: Option<String>,
    /// A tag to be removed, by key or by key and value; may be repeated
    #[arg(long = "tag", value_name = "KEY[=VALUE]")]
    pub tags: Vec<String>,
    /// Address that the request comes from
    #[arg(long, value_name = "IP")]
    pub source_ip: Option<IpAddr>,
    /// Whether the request comes over TLS
    #[arg(long)]
    pub tls: bool,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
    /// The settings.
    #[command(flatten)]
    pub configured: Configured,
}

/// Runs the command. Whether it is allowed.
///
/// # Errors
/// There is no such user or action, or the configuration or the database cannot be read.
pub async fn run(explain: Explain) -> Result<bool, Problems> {
    let loaded = configuration::load_without_tls(explain.configured)?;
    let principal = loaded
        .callers
        .principal(&explain.user)
        .ok_or_else(|| Problem::input(format!("the authentication file has no user {:?}", explain.user)))?;
    let operation = [Operation::DeleteDesktopTag, Operation::BatchUntagResources]
        .into_iter()
        .find(|operation| operation.permission().action == explain.action)
        .ok_or_else(|| {
            let actions = untag_policy::permission::ALL.map(|row| row.action).join(" or ");
            Problem::input(format!("there is no action {:?}; write {actions}", explain.action))
        })?;
    let (resource_type, resource_id) = explain
        .resource
        .split_once('/')
        .filter(|(kind, id)| !kind.is_empty() && !id.is_empty())
        .ok_or_else(|| Problem::input("write the resource as TYPE/ID: desktop/e6cd8b01-…"))?;
    let project_id = match (explain.project, principal.projects.first()) {
        (Some(project), _) => project,
        (None, Some(only)) if principal.projects.len() == 1 => only.clone(),
        _ => return Err(Problem::input("say which project: --project ID").into()),
    };
    let resource = ResourceKey {
        project_id,
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
    };
    let store = database::open(&loaded.settings, Missing::Refuse).await?;
    let tags = store.get(resource.clone()).await;
    let closed = store.close().await;
    let tags = tags?;
    closed?;
    let named = explain.tags.into_iter().map(|tag| match tag.split_once('=') {
        Some((key, value)) => TagMatch { key: key.to_owned(), value: Some(value.to_owned()) },
        None => TagMatch { key: tag, value: None },
    });
    let asked = Asked {
        operation,
        caller: Caller {
            principal: Arc::new(principal.clone()),
            source: explain.source_ip.map(|ip| Source { ip, tls: explain.tls }),
        },
        resource,
        tags: named.collect(),
        sys_tags: Vec::new(),
        at: clock::now(),
        request_id: "explain".to_owned(),
    };
    let permitted = loaded.authorization.permits(&asked);
    let explanation = loaded.authorization.explain(&asked, tags.as_ref());
    let is_account = asked.caller.principal.is_account;
    let allowed = permitted.is_ok() && (is_account || explanation.decision.is_allowed());
    if explain.json {
        let json = serde_json::json!({
            "allowed": allowed,
            "is_account": is_account,
            "project": permitted.as_ref().err().map(|denial| &denial.message),
            "resource_exists": tags.is_some(),
            "explanation": explanation,
        });
        say(&json.to_string())?;
        return Ok(allowed);
    }
    let because = match (&permitted, is_account) {
        (Err(denial), _) => denial.message.clone(),
        (Ok(()), true) => "the user is the account itself, which may do everything".to_owned(),
        (Ok(()), false) => reason(&explanation),
    };
    let verdict = if allowed { "allowed" } else { "denied" };
    say(&format!("{verdict}: {because}"))?;
    for line in table(&explanation, tags.as_ref()) {
        say(&line)?;
    }
    Ok(allowed)
}

/// What decided, in a sentence.
fn reason(explanation: &Explanation) -> String {
    match &explanation.decision.by {
        Some(by) => {
            let sid = by.sid.as_ref().map(|sid| format!(" ({sid})")).unwrap_or_default();
            format!("statement {}{sid} of {} decides", by.statement, by.policy)
        }
        None => "no statement allows it".to_owned(),
    }
}

/// Every statement that was looked at, and what of it did not fit.
fn table(explanation: &Explanation, tags: Option<&Tags>) -> Vec<String> {
    let mut lines = Vec::new();
    if tags.is_none() {
        lines.push("  the database has no such resource, so it has no tag to be allowed by".to_owned());
    }
    for trace in &explanation.statements {
        let effect = match trace.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        let fits = |what, fits| format!("{what} {}", if fits { "fits" } else { "does not fit" });
        let mut line = format!(
            "  {} {} {effect}: {}, {}",
            trace.statement.policy,
            trace.statement.statement,
            fits("action", trace.action),
            fits("resource", trace.resource)
        );
        for condition in &trace.conditions {
            let holds = if condition.holds { "holds" } else { "does not hold" };
            // Writing to a string does not fail.
            let _ = write!(line, ", {} {} {holds}", condition.operator, condition.key);
        }
        lines.push(line);
    }
    lines
}
