//! `untagd audit`: lists the audit trail, and follows it.

use super::{is_read, time};
use crate::cli::StoreOptions;
use crate::clock;
use crate::database::{self, Missing};
use crate::problem::{Problem, Problems};
use crate::running::signals;
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
    /// Go on with what happens from now on, until SIGINT or SIGTERM, or until nobody reads it
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
    /// Only of this request; SQLite looks through the whole trail for it, or from --since on
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
pub async fn run(audit: Audit) -> Result<(), Problems> {
    let store = database::open_for(&audit.store, Missing::Refuse).await?;
    let mut viewer = Viewer {
        store: &*store,
        filter: audit.chosen.filter(),
        json: audit.json,
        newest: clock::micros(clock::now()),
        shown: BTreeSet::new(),
    };
    let outcome = if audit.follow { viewer.follow().await } else { viewer.show(None).await.map(drop) };
    let closed = store.close().await;
    outcome?;
    Ok(closed?)
}

/// Shows rows, each of them once.
struct Viewer<'a> {
    store: &'a dyn Store,
    filter: AuditFilter,
    json: bool,
    /// The time of the newest row, but never later than the last look: another machine's clock may be ahead.
    newest: Micros,
    /// The rows that the next look finds again.
    shown: BTreeSet<AuditPosition>,
}

impl Viewer<'_> {
    /// Shows all there are, and then those that come. One may come a little late, behind rows that were shown already, so
    /// each look goes back a while.
    async fn follow(&mut self) -> Result<(), Problem> {
        let stop = signals()?;
        let viewing = async {
            let mut from = None;
            while self.show(from).await? {
                tokio::time::sleep(PAUSE).await;
                from = Some(self.horizon());
            }
            Ok(())
        };
        tokio::select! {
            () = stop => Ok(()),
            ended = viewing => ended,
        }
    }

    /// How far back the next look goes.
    fn horizon(&self) -> Micros {
        self.newest.saturating_sub(LATE)
    }

    /// Shows the rows from this time on that were not shown yet. Whether anybody still reads.
    async fn show(&mut self, from: Option<Micros>) -> Result<bool, Problem> {
        let (now, horizon) = (clock::micros(clock::now()), self.horizon());
        self.shown.retain(|position| position.at >= horizon);
        let filter = AuditFilter { from: self.filter.from.max(from), ..self.filter.clone() };
        let mut after = None;
        loop {
            let page = self.store.audit(filter.clone(), after, PAGE).await?;
            let is_last = page.len() < PAGE;
            for entry in &page {
                let at = entry.position.at;
                self.newest = self.newest.max(at.min(now));
                let is_new = at < horizon || self.shown.insert(entry.position.clone());
                if is_new && !is_read(&line(entry, self.json))? {
                    return Ok(false);
                }
            }
            if is_last {
                return Ok(true);
            }
            after = page.into_iter().next_back().map(|entry| entry.position);
        }
    }
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
