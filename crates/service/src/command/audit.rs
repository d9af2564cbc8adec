//! `untagd audit`: lists the audit trail, and follows it.

use super::{say, time};
use crate::cli::StoreOptions;
use crate::clock;
use crate::database::{self, Missing};
use crate::problem::Problem;
use clap::Args;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;
use untag_store::{Action, AuditEntry, AuditFilter, AuditPosition, Micros, Store};

/// How many rows are fetched at once.
const PAGE: usize = 500;

/// How far behind the newest row one may still appear: transactions of several processes commit in any order.
const LATE: Micros = 10_000_000;

/// How often a follower looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Show what was removed and put back, by whom and when.
#[derive(Debug, Args)]
pub struct Audit {
    /// Which rows.
    #[command(flatten)]
    pub chosen: Chosen,
    /// Go on with what happens from now on, until interrupted
    #[arg(long)]
    pub follow: bool,
    /// Write one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Which database.
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Chooses rows of the audit trail.
#[derive(Clone, Debug, Args)]
pub struct Chosen {
    /// Only of this project
    #[arg(long, value_name = "ID")]
    pub project: Option<String>,
    /// Only of this request
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
    /// Only of resources of this type
    #[arg(long = "type", value_name = "TYPE")]
    pub resource_type: Option<String>,
    /// Only of resources of this id
    #[arg(long = "resource", value_name = "ID")]
    pub resource_id: Option<String>,
    /// Only at this time or after: 2026-11-22T10:00:00Z, or how long ago (90s, 15m, 12h, 7d)
    #[arg(long, value_name = "TIME", value_parser = time::parse, allow_hyphen_values = true)]
    pub since: Option<Micros>,
    /// Only before this time
    #[arg(long, value_name = "TIME", value_parser = time::parse, allow_hyphen_values = true)]
    pub until: Option<Micros>,
}

impl Chosen {
    /// The same for the store.
    #[must_use]
    pub fn filter(self) -> AuditFilter {
        AuditFilter {
            project_id: self.project,
            request_id: self.request,
            resource_type: self.resource_type,
            resource_id: self.resource_id,
            from: self.since,
            until: self.until,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// The database cannot be read.
pub async fn run(audit: Audit) -> Result<(), Vec<Problem>> {
    let store = database::open_for(&audit.store, Missing::Refuse).await?;
    let filter = audit.chosen.filter();
    let shown = show(&*store, &filter, audit.json).await;
    let outcome = match shown {
        Ok(last) if audit.follow => follow(&*store, filter, last, audit.json).await,
        Ok(_) => Ok(()),
        Err(problem) => Err(problem),
    };
    let closed = store.close().await.map_err(|error| Problem::new(error.to_string()));
    outcome.and(closed).map_err(|problem| vec![problem])
}

/// Shows all rows there are; the last one's position.
async fn show(store: &dyn Store, filter: &AuditFilter, json: bool) -> Result<Option<AuditPosition>, Problem> {
    let mut last = None;
    loop {
        let page = page(store, filter, last.clone()).await?;
        for entry in &page {
            say(&line(entry, json))?;
        }
        let is_last = page.len() < PAGE;
        last = page.into_iter().next_back().map(|entry| entry.position).or(last);
        if is_last {
            return Ok(last);
        }
    }
}

/// Shows rows as they come. One may come a little late, behind rows that were shown already: each look goes back a while
/// and leaves out what was shown.
async fn follow(
    store: &dyn Store,
    filter: AuditFilter,
    last: Option<AuditPosition>,
    json: bool,
) -> Result<(), Problem> {
    let begun = last.map_or_else(|| clock::micros(clock::now()), |last| last.at + 1);
    let mut shown: BTreeSet<AuditPosition> = BTreeSet::new();
    let mut newest = begun;
    loop {
        tokio::select! {
            signal = tokio::signal::ctrl_c() => {
                return signal.map_err(|error| Problem::new(format!("signals cannot be received: {error}")));
            }
            () = tokio::time::sleep(PAUSE) => {}
        }
        let from = (newest - LATE).max(begun).max(filter.from.unwrap_or(begun));
        let filter = AuditFilter { from: Some(from), ..filter.clone() };
        shown.retain(|position| position.at >= from);
        let mut after = None;
        loop {
            let page = page(store, &filter, after).await?;
            for entry in &page {
                newest = newest.max(entry.position.at);
                if shown.insert(entry.position.clone()) {
                    say(&line(entry, json))?;
                }
            }
            if page.len() < PAGE {
                break;
            }
            after = page.into_iter().next_back().map(|entry| entry.position);
        }
    }
}

async fn page(
    store: &dyn Store,
    filter: &AuditFilter,
    after: Option<AuditPosition>,
) -> Result<Vec<AuditEntry>, Problem> {
    store.audit(filter.clone(), after, PAGE).await.map_err(|error| Problem::new(error.to_string()))
}

/// One row, for people or for programs.
fn line(entry: &AuditEntry, json: bool) -> String {
    let AuditEntry { position, caller, action, resource, system, key, value } = entry;
    let action = match action {
        Action::Delete => "delete",
        Action::Restore => "restore",
    };
    let at = time::format(position.at);
    if json {
        return json!({
            "time": at,
            "request_id": position.request_id,
            "caller": caller,
            "action": action,
            "project_id": resource.project_id,
            "resource_type": resource.resource_type,
            "resource_id": resource.resource_id,
            "system": system,
            "key": key,
            "value": value,
        })
        .to_string();
    }
    let system = if *system { "system tag " } else { "" };
    // Keys and values are other people's texts: quoted, so that none of them can pass for a line of its own.
    format!(
        "{at} {action} {system}{key:?}={value:?} of {:?} {:?} in {:?} by {caller:?}, request {}",
        resource.resource_type, resource.resource_id, resource.project_id, position.request_id
    )
}
