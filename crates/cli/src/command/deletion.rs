//! What `untag desktop` and `untag resource` share: show the calls, ask, send them, and say what became of each.

use crate::call::{Call, Ended, Preview};
use crate::common::Caution;
use crate::confirm;
use crate::exit::Exit;
use crate::output::{self, Format, count, note, say};
use crate::problem::Problem;
use crate::session::Session;
use crate::tag::TagArgument;
use serde_json::{Value, json};

/// The calls of a command, in the order in which they are sent.
#[derive(Debug)]
pub struct Deletion {
    /// What loses the tags: `desktop "e6cd…"`.
    pub subject: String,
    /// The calls; there is at least one.
    pub calls: Vec<Call>,
}

impl Deletion {
    /// Does what the command was asked: shows the calls, or sends them after a question.
    ///
    /// # Errors
    /// A call cannot be sent as it is, it was not confirmed, or stdout cannot be written. Nothing is sent then.
    pub async fn run(self, session: &Session, caution: Caution, format: Format) -> Result<Exit, Problem> {
        // All of them, before the first one is sent.
        let mut previews: Vec<Preview> = Vec::with_capacity(self.calls.len());
        for call in &self.calls {
            previews.push(call.preview(session.unarmed()).await?);
        }
        if caution.dry_run {
            return show(&previews, format);
        }
        self.confirm(session, &previews, caution)?;
        let client = session.client();
        let mut ends: Vec<Option<Ended>> = Vec::with_capacity(self.calls.len());
        for call in &self.calls {
            // What stands between us and the service stands between it and the next call, too.
            let is_over = ends
                .iter()
                .flatten()
                .any(|end| matches!(end.exit, Exit::Credentials | Exit::Unreachable | Exit::Usage));
            ends.push(if is_over { None } else { Some(call.send(&client).await) });
            if let (Some(Some(end)), Format::Text) = (ends.last(), format)
                && end.exit == Exit::Done
            {
                say(&done(call, end))?;
            }
        }
        self.tell(&previews, &ends, format)
    }

    /// Asks.
    fn confirm(&self, session: &Session, previews: &[Preview], caution: Caution) -> Result<(), Problem> {
        let tags: Vec<TagArgument> = self.calls.iter().flat_map(Call::tags).collect();
        let what = format!("Removing {} of {}", count(tags.len() as u64, "tag"), self.subject);
        if !caution.yes && confirm::is_interactive() {
            let server = previews.first().map_or("", |preview| server(&preview.url));
            let project: String = session.project()?;
            let heading = format!("{} in project {project:?}, at {server}:", self.subject);
            confirm::list(&heading, tags.iter().map(named));
        }
        confirm::confirm(&what, caution.yes)
    }

    /// Says what became of the calls.
    fn tell(&self, previews: &[Preview], ends: &[Option<Ended>], format: Format) -> Result<Exit, Problem> {
        // What was not sent has the end of what kept it from being sent.
        let exit = Exit::of_all(ends.iter().flatten().map(|end| end.exit));
        for (call, end) in self.calls.iter().zip(ends) {
            match end {
                Some(end) if end.exit == Exit::Done => {}
                Some(end) => note(&format!("error: {}: {}", names(call), failed(end))),
                None => note(&format!("error: {}: not sent, because the call before it failed", names(call))),
            }
        }
        if format == Format::Json {
            let calls = self.calls.iter().zip(previews).zip(ends);
            let calls: Vec<Value> =
                calls.map(|((call, preview), end)| document(call, preview, end.as_ref())).collect();
            output::document(exit, json!({ "dry_run": false, "calls": calls }))?;
        }
        Ok(exit)
    }
}

/// Prints what would be sent.
fn show(previews: &[Preview], format: Format) -> Result<Exit, Problem> {
    match format {
        Format::Text => {
            for preview in previews {
                say(&preview.text())?;
            }
        }
        Format::Json => {
            let calls: Vec<Value> = previews.iter().map(|preview| Value::Object(preview.json())).collect();
            output::document(Exit::Done, json!({ "dry_run": true, "calls": calls }))?;
        }
    }
    note("dry run: nothing was sent");
    Ok(Exit::Done)
}

/// A call and its end, for programs.
fn document(call: &Call, preview: &Preview, end: Option<&Ended>) -> Value {
    let mut members = preview.json();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    let tags = call.tags().into_iter().map(|tag| match tag.value {
        Some(value) => json!({ "key": tag.key, "value": value }),
        None => json!({ "key": tag.key }),
    });
    put("tags", tags.collect());
    put("outcome", json!(end.map_or("not_sent", |end| end.exit.name())));
    if let Some(end) = end {
        put("status", json!(end.status));
        put("request_id", json!(end.request_id));
        put("error_code", json!(end.error_code));
        put("message", json!(end.message));
    }
    Value::Object(members)
}

/// A call that succeeded, for people.
fn done(call: &Call, end: &Ended) -> String {
    match &end.request_id {
        Some(id) => format!("{}: removed (request {})", names(call), id.escape_debug()),
        None => format!("{}: removed", names(call)),
    }
}

/// What a failure means for the tags.
fn failed(end: &Ended) -> String {
    let message = end.message.as_deref().unwrap_or("failed");
    match (end.exit, end.status) {
        // An answer that never came says nothing of what was done, and neither does a gateway's.
        (Exit::Unreachable, status) if status != Some(429) => {
            format!(
                "{message}; whether it was removed is not known: run the same command again, which does no harm"
            )
        }
        _ => format!("{message}; nothing of it was removed"),
    }
}

/// The tags of a call.
fn names(call: &Call) -> String {
    let tags: Vec<String> = call.tags().iter().map(named).collect();
    tags.join(", ")
}

/// A tag for people: quoted, because keys and values are other people's texts.
fn named(tag: &TagArgument) -> String {
    match &tag.value {
        Some(value) => format!("{:?} if its value is {value:?}", tag.key),
        None => format!("{:?}", tag.key),
    }
}

/// The scheme and host of a URL.
fn server(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or(url)
}
