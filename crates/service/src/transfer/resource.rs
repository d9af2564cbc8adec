//! One resource and its line of NDJSON. Read strictly, written in exactly one way.

use crate::api::DESKTOP;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use untag_store::{ResourceKey, Tags};
use untag_types::path::{Path, Segment};
use untag_types::validate::{Report, Validate};
use untag_types::violation::{Rule, Violations};
use untag_types::{
    DesktopId, DesktopProjectId, DesktopTagKey, ResourceId, ResourceType, SystemTagKey, SystemTagValue,
    TagKey, TagValue, constraint, strict,
};

/// How many broken rules of one line are spelt out.
const SPELT_OUT: usize = 4;

/// Which tags are good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagRules {
    /// Those that the contract allows in a request: `TagKey` and `TagValue`.
    #[default]
    New,
    /// Also those from before that rule: keys that the desktop operation can remove (`DesktopTagKey`: 1 to 128
    /// characters), and values of up to 255 characters. Neither may have control characters.
    Old,
}

/// Why a line is no resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The character at which reading ended, 1 being the first; `None` where the line is JSON, but says what is not
    /// allowed.
    pub(super) column: Option<usize>,
    /// A sentence that names the member and repeats no value.
    pub(super) reason: String,
}

/// A line as it is read.
#[derive(Deserialize)]
struct Read {
    project_id: String,
    resource_type: String,
    resource_id: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    sys_tags: BTreeMap<String, String>,
}

/// A line as it is written: always the same members, in this order.
#[derive(Serialize)]
struct Written<'a> {
    project_id: &'a str,
    resource_type: &'a str,
    resource_id: &'a str,
    tags: &'a BTreeMap<String, String>,
    sys_tags: &'a BTreeMap<String, String>,
}

/// Reads a line, without its end.
///
/// # Errors
/// It is not UTF-8, not JSON, not of this shape, or breaks a rule.
pub(super) fn decode(line: &[u8], rules: TagRules) -> Result<(ResourceKey, Tags), Fault> {
    if let Err(error) = std::str::from_utf8(line) {
        let column = Some(column(line, error.valid_up_to()));
        return Err(Fault { column, reason: "the line is not valid UTF-8".to_owned() });
    }
    let read: Read = strict::from_slice(line).map_err(|error| {
        if !error.path().is_root() {
            return Fault { column: None, reason: error.to_string() };
        }
        // Where the text is not JSON, the parser says where: on the only line there is.
        let (predicate, byte) = match error.message().rsplit_once(" at line 1 column ") {
            Some((predicate, byte)) => (predicate, byte.parse::<usize>().ok()),
            None => (error.message(), None),
        };
        let column = byte.map(|byte| column(line, byte.saturating_sub(1)));
        Fault { column, reason: format!("the line {predicate}") }
    })?;
    check(read, rules).map_err(|reason| Fault { column: None, reason })
}

/// Adds the line of a resource, with its end.
///
/// # Errors
/// None that can happen: texts can always be written as JSON.
pub(super) fn encode(key: &ResourceKey, tags: &Tags, into: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let line = Written {
        project_id: &key.project_id,
        resource_type: &key.resource_type,
        resource_id: &key.resource_id,
        tags: &tags.tags,
        sys_tags: &tags.sys_tags,
    };
    serde_json::to_writer(&mut *into, &line)?;
    into.push(b'\n');
    Ok(())
}

/// The number of the character that starts at this byte, 1 being the first.
fn column(line: &[u8], byte: usize) -> usize {
    let before = line.get(..byte).unwrap_or(line);
    1 + String::from_utf8_lossy(before).chars().count()
}

/// Checks every rule. Each text goes through the type that the contract has for it.
fn check(line: Read, rules: TagRules) -> Result<(ResourceKey, Tags), String> {
    let mut broken = Broken::default();
    // Its ids may be longer than others.
    let is_desktop = line.resource_type == DESKTOP;

    // The desktop operation takes more project ids than the batch operation, and a project may have desktops.
    let project_id = DesktopProjectId::unchecked(line.project_id);
    broken.id("project_id", &project_id, project_id.as_str());
    let resource_type = ResourceType::unchecked(line.resource_type);
    broken.id("resource_type", &resource_type, resource_type.as_str());
    let resource_id = if is_desktop {
        let id = DesktopId::unchecked(line.resource_id);
        broken.id("resource_id", &id, id.as_str());
        id.into_string()
    } else {
        let id = ResourceId::unchecked(line.resource_id);
        broken.id("resource_id", &id, id.as_str());
        id.into_string()
    };
    let tags = match rules {
        TagRules::New => line.tags.into_iter().map(|tag| broken.tag(tag)).collect(),
        TagRules::Old => line.tags.into_iter().map(|tag| broken.old_tag(tag)).collect(),
    };
    let sys_tags = line.sys_tags.into_iter().map(|tag| broken.system_tag(tag)).collect();

    broken.into_result()?;
    let key = ResourceKey {
        project_id: project_id.into_string(),
        resource_type: resource_type.into_string(),
        resource_id,
    };
    Ok((key, Tags { tags, sys_tags }))
}

/// The rules that a line breaks, as sentences.
#[derive(Default)]
struct Broken(Vec<String>);

impl Broken {
    fn id(&mut self, member: &'static str, id: &impl Validate, text: &str) {
        let checked = Report::of(|report| {
            report.member(member, id);
            no_control_characters(&mut report.at(member), text);
        });
        if let Err(violations) = checked {
            self.0.push(violations.to_string());
        }
    }

    fn tag(&mut self, (key, value): (String, String)) -> (String, String) {
        let (key, value) = (TagKey::unchecked(key), TagValue::unchecked(value));
        let checked = Report::of(|report| {
            report.member("key", &key);
            report.member("value", &value);
        });
        self.entry("tags", key.as_str(), checked);
        (key.into_string(), value.into_string())
    }

    fn old_tag(&mut self, (key, value): (String, String)) -> (String, String) {
        let key = DesktopTagKey::unchecked(key);
        let checked = Report::of(|report| {
            report.member("key", &key);
            constraint::max_length(&mut report.at("value"), &value, TagValue::MAX_LENGTH);
            no_control_characters(&mut report.at("value"), &value);
        });
        self.entry("tags", key.as_str(), checked);
        (key.into_string(), value)
    }

    fn system_tag(&mut self, (key, value): (String, String)) -> (String, String) {
        let (key, value) = (SystemTagKey::recognize(key), SystemTagValue::unchecked(value));
        let checked = Report::of(|report| {
            report.member("key", &key);
            report.member("value", &value);
        });
        self.entry("sys_tags", key.as_str(), checked);
        (key.as_str().to_owned(), value.into_string())
    }

    fn entry(&mut self, map: &'static str, key: &str, checked: Result<(), Violations>) {
        if let Err(violations) = checked {
            let place = Path::new(vec![Segment::Member(map.into()), Segment::Member(key.to_owned().into())]);
            self.0.push(format!("{place}: {violations}"));
        }
    }

    fn into_result(self) -> Result<(), String> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut reasons = self.0;
        let more = reasons.len().saturating_sub(SPELT_OUT);
        reasons.truncate(SPELT_OUT);
        if more > 0 {
            reasons.push(format!("and {more} more"));
        }
        Err(reasons.join("; "))
    }
}

/// Our own rule for what the contract leaves open: a line break in an id would tear every log line that names it, and
/// no store keeps a NUL.
fn no_control_characters(report: &mut Report<'_>, text: &str) {
    if text.chars().any(char::is_control) {
        report.violation(Rule::Pattern, "must not contain control characters");
    }
}
