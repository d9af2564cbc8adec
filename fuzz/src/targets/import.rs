//! `untagd import`: what is not refused line by line is in the store as a lenient reading has it, and comes out again.

use super::lenient;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::io::Cursor;
use std::sync::{Mutex, PoisonError};
use untag_service::transfer::{
    BadLine, ExportFilter, ImportEnding, ImportOptions, ImportReport, Observer, OnError, TagRules, export,
    import,
};
use untag_store::{
    Attribution, AuditEntry, AuditFilter, AuditPosition, Authorize, Deletion, Load, Outcome, Reply,
    ResourceKey, Restored, Store, StoreError, Tags, Upserted,
};

type Resources = BTreeMap<ResourceKey, Tags>;

/// One byte says how, and the rest is the file.
pub(super) fn run(input: &[u8]) {
    let Some((how, text)) = input.split_first() else { return };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
    runtime.block_on(check(how & 1 == 0, how & 2 == 0, text));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let project = "0123456789abcdef0123456789abcdef";
    let line = |kind: &str, id: &str, rest: &str| {
        format!(r#"{{"project_id":"{project}","resource_type":"{kind}","resource_id":"{id}"{rest}}}"#)
    };
    let (a, b) = (
        line("desktop", "a", r#","tags":{"k":"v","":"x"},"sys_tags":{}"#),
        line("disk", "b", r#","tags":{"中":""},"sys_tags":{"_sys_enterprise_project_id":"0"}"#),
    );
    let texts = [
        line("desktop", "a", ""),
        format!("{a}\n{b}\n"),
        format!("\u{feff}{b}\r\n\n \n{b}\n{b}"),
        format!("{a}\nnot json\n{}", line("disk", "c", r#","tags":{"_sys_x":"1"}"#)),
        line("disk", "\\u0000", r#","tags":{" k ":"\u0007"}"#),
    ];
    texts
        .iter()
        .flat_map(|text| (b'0'..b'4').map(move |how| [&[how][..], text.as_bytes()].concat()))
        .collect()
}

async fn check(stops: bool, old: bool, text: &[u8]) {
    let on_error = if stops { OnError::Stop } else { OnError::Continue };
    let options = ImportOptions { on_error, tags: if old { TagRules::Old } else { TagRules::New } };
    let (store, mut bad) = (Memory::default(), Bad::default());
    let report = imported(text, &store, options, &mut bad).await;
    let found = store.resources();

    let expected = expected(text, &bad.0, &report);
    assert_eq!(found, expected, "the store has something else than the file");
    assert_eq!(report.bad, bad.0.len() as u64);
    if report.ending == ImportEnding::Complete {
        let sum =
            report.blank + report.bad + report.repeated + report.created + report.changed + report.unchanged;
        assert_eq!(sum, report.lines, "{report:?}");
        assert_eq!(report.created, found.len() as u64, "{report:?}");
    } else {
        assert!(
            stops && bad.0.last().is_some_and(|line| report.ending == ImportEnding::BadLine(*line)),
            "{report:?}"
        );
    }

    // What comes out goes in again, and is then the same, byte for byte.
    let written = exported(&store).await;
    let (again, old) = (Memory::default(), ImportOptions { on_error: OnError::Stop, tags: TagRules::Old });
    let report = imported(&written, &again, old, &mut ()).await;
    assert!(report.is_success(), "an export is not imported: {report}");
    assert_eq!(again.resources(), found, "an export is another thing than what was exported");
    assert_eq!(exported(&again).await, written);
    let report = imported(&written, &again, old, &mut ()).await;
    assert_eq!((report.created, report.changed), (0, 0), "a second import changes something");
}

async fn imported(
    text: &[u8],
    store: &Memory,
    options: ImportOptions,
    observer: &mut impl Observer,
) -> ImportReport {
    match import(Cursor::new(text.to_vec()), store, options, observer, pending()).await {
        Ok(report) => report,
        Err(error) => panic!("the import failed: {error}"),
    }
}

async fn exported(store: &Memory) -> Vec<u8> {
    let mut text = Vec::new();
    let outcome = export(store, &mut text, &ExportFilter::default(), &mut ()).await;
    assert!(outcome.is_ok(), "the export failed: {outcome:?}");
    text
}

/// What a lenient reader finds on the lines that are not bad, up to the last that was imported.
fn expected(text: &[u8], bad: &BTreeSet<u64>, report: &ImportReport) -> Resources {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let mut resources = Resources::new();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        if number > report.lines || bad.contains(&number) || line.trim_ascii().is_empty() {
            continue;
        }
        let Some(Value::Object(line)) = lenient(line) else {
            panic!("line {number} is no object, and was taken")
        };
        let text = |name| {
            let text = line.get(name).and_then(Value::as_str);
            assert!(
                text.is_some_and(|text| !text.is_empty() && !text.chars().any(char::is_control)),
                "{name}: {text:?}"
            );
            text.unwrap_or_default().to_owned()
        };
        let tags = |name| {
            let entries = line.get(name).and_then(Value::as_object).into_iter().flatten();
            let entry = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
            entries.filter_map(entry).collect::<BTreeMap<_, _>>()
        };
        let key = ResourceKey {
            project_id: text("project_id"),
            resource_type: text("resource_type"),
            resource_id: text("resource_id"),
        };
        let resource = resources.entry(key).or_default();
        resource.tags.extend(tags("tags"));
        resource.sys_tags.extend(tags("sys_tags"));
        for (key, value) in resource.tags.iter().chain(&resource.sys_tags) {
            assert!((1..=128).contains(&key.chars().count()), "a key of {} characters", key.chars().count());
            assert!(value.chars().count() <= 255, "a value of {} characters", value.chars().count());
            assert!(!key.contains('\0') && !value.contains('\0'), "no store keeps this");
        }
        let of_system = |key: &String| key.starts_with("_sys_");
        assert!(resource.sys_tags.keys().all(of_system), "a system tag without the system's prefix");
    }
    resources
}

/// The bad lines.
#[derive(Default)]
struct Bad(BTreeSet<u64>);

impl Observer for Bad {
    fn bad_line(&mut self, bad: &BadLine) {
        let text = bad.to_string();
        assert!(!text.chars().any(char::is_control), "{text:?} would be obeyed by a terminal");
        assert!(self.0.insert(bad.line), "line {} is bad twice", bad.line);
    }
}

/// A store of its own, so that a file is held against what was asked to be kept and not against a database.
#[derive(Debug, Default)]
struct Memory(Mutex<Resources>);

impl Memory {
    fn resources(&self) -> Resources {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn reply<T: Send + 'static>(answer: Result<T, StoreError>) -> Reply<'static, T> {
    Box::pin(std::future::ready(answer))
}

fn unasked<T: Send + 'static>() -> Reply<'static, T> {
    reply(Err(StoreError::Failed("a transfer asks for nothing of this kind".to_owned())))
}

impl Store for Memory {
    fn upsert(&self, resources: Vec<(ResourceKey, Tags)>) -> Reply<'_, Upserted> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut upserted = Upserted::default();
        for (key, tags) in resources {
            let is_new = !all.contains_key(&key);
            let kept = all.entry(key).or_default();
            let before = kept.clone();
            kept.tags.extend(tags.tags);
            kept.sys_tags.extend(tags.sys_tags);
            match (is_new, *kept == before) {
                (true, _) => upserted.created += 1,
                (false, false) => upserted.changed += 1,
                (false, true) => upserted.unchanged += 1,
            }
        }
        reply(Ok(upserted))
    }

    fn scan(&self, after: Option<ResourceKey>, limit: usize) -> Reply<'_, Vec<(ResourceKey, Tags)>> {
        let all = self.resources();
        let behind = all.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
        reply(Ok(behind.take(limit).collect()))
    }

    fn delete(&self, _: Deletion, _: Authorize) -> Reply<'_, Outcome> {
        unasked()
    }

    fn get(&self, _: ResourceKey) -> Reply<'_, Option<Tags>> {
        unasked()
    }

    fn audit(&self, _: AuditFilter, _: Option<AuditPosition>, _: usize) -> Reply<'_, Vec<AuditEntry>> {
        unasked()
    }

    fn restore(&self, _: AuditFilter, _: Attribution) -> Reply<'_, Restored> {
        unasked()
    }

    fn ready(&self) -> Reply<'_, ()> {
        unasked()
    }

    fn load(&self) -> Load {
        Load::default()
    }

    fn close(&self) -> Reply<'_, ()> {
        unasked()
    }
}
