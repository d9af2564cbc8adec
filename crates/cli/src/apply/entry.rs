//! One line of input: a resource and the tags it is to lose. Read strictly, written so that it can be read again.

use super::csv::Texts;
use super::known::Known;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use untag_client::types::validate::Report;
use untag_client::types::{
    ResourceId, ResourceProjectId, ResourceTag, ResourceType, TagKey, TagValue, strict,
};

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    /// The project it belongs to.
    pub project: ResourceProjectId,
    /// Its type.
    pub kind: ResourceType,
    /// Its identifier.
    pub id: ResourceId,
}

/// What one line of input asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which of the lines that are not blank it is, 1 being the first; the header of CSV is not counted.
    pub number: u64,
    /// The line of the file on which it starts, 1 being the first.
    pub line: u64,
    /// The resource.
    pub resource: Resource,
    /// At least one.
    pub tags: Vec<ResourceTag>,
}

impl Entry {
    /// What it takes in memory, in bytes, about.
    pub(super) fn weight(&self) -> usize {
        let resource = &self.resource;
        let ids = resource.project.as_str().len() + resource.kind.as_str().len() + resource.id.as_str().len();
        let tags = self.tags.iter().map(|tag| {
            size_of::<ResourceTag>()
                + tag.key.as_str().len()
                + tag.value.as_ref().map_or(0, |value| value.as_str().len())
        });
        size_of::<Self>() + ids + tags.sum::<usize>()
    }

    /// Adds it as a line of NDJSON, with its end, that says why it failed. The line reads as the same entry.
    ///
    /// # Errors
    /// None that can happen: texts can always be written as JSON.
    pub fn to_json(&self, error: &impl Serialize, into: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        let written = Written {
            project_id: self.resource.project.as_str(),
            resource_type: self.resource.kind.as_str(),
            resource_id: self.resource.id.as_str(),
            tags: &self.tags,
            error,
        };
        serde_json::to_writer(&mut *into, &written)?;
        into.push(b'\n');
        Ok(())
    }
}

/// A line of NDJSON as it is read.
#[derive(Deserialize)]
struct Read {
    #[serde(default)]
    project_id: Option<String>,
    resource_type: String,
    resource_id: String,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    tags: Option<Vec<ResourceTag>>,
    /// Why it failed, in a file of failures: anything may stand here, and nobody looks.
    #[serde(default, rename = "error")]
    _error: Value,
}

/// A line as it is written.
#[derive(Serialize)]
struct Written<'a, E> {
    project_id: &'a str,
    resource_type: &'a str,
    resource_id: &'a str,
    tags: &'a [ResourceTag],
    error: &'a E,
}

/// Resource and tags of a line of NDJSON, without its end. A line without a project is for `project`.
///
/// # Errors
/// It is not UTF-8, not JSON, not of this shape, or breaks a rule: a sentence that repeats no value.
pub(super) fn from_json(
    line: &[u8],
    project: Option<&ResourceProjectId>,
    known: &mut Known,
) -> Result<(Resource, Vec<ResourceTag>), String> {
    if std::str::from_utf8(line).is_err() {
        return Err("the line is not valid UTF-8".to_owned());
    }
    let read: Read = strict::from_slice(line).map_err(|error| {
        if !error.path().is_root() {
            return error.to_string();
        }
        // The parser counts from this line on, in bytes.
        format!("the line {}", error.message().replace(" at line 1 column ", " at byte "))
    })?;
    let tags = match (read.key, read.value, read.tags) {
        (Some(key), value, None) => {
            let tag = ResourceTag { key: TagKey::unchecked(key), value: value.map(TagValue::unchecked) };
            known.check(&tag)?;
            vec![tag]
        }
        (None, None, Some(tags)) if tags.is_empty() => {
            return Err(
                "tags is empty; name the tags to remove, nothing never stands for everything".to_owned()
            );
        }
        (None, None, Some(tags)) => {
            known.check_list(&tags)?;
            tags
        }
        (None, Some(_), None) => return Err("value is there without key".to_owned()),
        (None, None, None) => {
            return Err("neither key nor tags is there; nothing never stands for everything".to_owned());
        }
        (_, _, Some(_)) => {
            return Err("tags and key or value are both there; write one or the other".to_owned());
        }
    };
    let project = given_or(read.project_id, project)?;
    Ok((resource(project, read.resource_type, read.resource_id)?, tags))
}

/// Resource and tag of a record of CSV. In a file without a column for it, the project is `project`.
///
/// # Errors
/// It breaks a rule: a sentence that repeats no value.
pub(super) fn from_texts(
    texts: Texts<'_>,
    project: Option<&ResourceProjectId>,
    known: &mut Known,
) -> Result<(Resource, Vec<ResourceTag>), String> {
    let tag = ResourceTag { key: TagKey::unchecked(texts.key), value: texts.value.map(TagValue::unchecked) };
    known.check(&tag)?;
    let project = given_or(texts.project_id.map(str::to_owned), project)?;
    let resource = resource(project, texts.resource_type.to_owned(), texts.resource_id.to_owned())?;
    Ok((resource, vec![tag]))
}

fn given_or(given: Option<String>, project: Option<&ResourceProjectId>) -> Result<ResourceProjectId, String> {
    match (given, project) {
        (Some(given), _) => Ok(ResourceProjectId::unchecked(given)),
        (None, Some(project)) => Ok(project.clone()),
        (None, None) => {
            Err("project_id is missing, and --project names none for lines without one".to_owned())
        }
    }
}

fn resource(project: ResourceProjectId, kind: String, id: String) -> Result<Resource, String> {
    let resource = Resource { project, kind: ResourceType::unchecked(kind), id: ResourceId::unchecked(id) };
    Report::of(|report| {
        report.member("project_id", &resource.project);
        report.member("resource_type", &resource.kind);
        report.member("resource_id", &resource.id);
    })
    .map_err(|violations| violations.to_string())?;
    for (member, text) in [("resource_type", resource.kind.as_str()), ("resource_id", resource.id.as_str())] {
        if matches!(text, "." | "..") {
            return Err(format!("{member} is `{text}`, which no URL can carry"));
        }
    }
    Ok(resource)
}

#[cfg(test)]
mod tests {
    use super::{Entry, Known, Resource, ResourceTag};
    use serde_json::json;
    use untag_client::types::ResourceProjectId;

    const PROJECT: &str = "0123456789abcdef0123456789abcdef";

    fn from_json(
        line: &[u8],
        project: Option<&ResourceProjectId>,
    ) -> Result<(Resource, Vec<ResourceTag>), String> {
        super::from_json(line, project, &mut Known::default())
    }

    #[test]
    fn both_shapes_are_read() {
        let default = ResourceProjectId::new("f".repeat(32)).unwrap();
        for (line, project, tags) in [
            (json!({"project_id": PROJECT, "key": "a"}), PROJECT, json!([{"key": "a"}])),
            (json!({"key": "a", "value": ""}), default.as_str(), json!([{"key": "a", "value": ""}])),
            (
                json!({"tags": [{"key": "a"}, {"key": "a", "value": "b"}]}),
                default.as_str(),
                json!([{"key": "a"}, {"key": "a", "value": "b"}]),
            ),
            (
                json!({"key": "a", "error": {"status": 404, "any": [null]}}),
                default.as_str(),
                json!([{"key": "a"}]),
            ),
            (json!({"key": "a", "error": null}), default.as_str(), json!([{"key": "a"}])),
        ] {
            let mut line = line;
            line["resource_type"] = json!("disk");
            line["resource_id"] = json!("1/..");
            let (resource, found) = from_json(line.to_string().as_bytes(), Some(&default)).unwrap();
            assert_eq!(
                (resource.project.as_str(), resource.kind.as_str(), resource.id.as_str()),
                (project, "disk", "1/..")
            );
            assert_eq!(serde_json::to_value(found).unwrap(), tags);
        }
    }

    #[test]
    fn what_leaves_something_to_guess_is_refused_with_the_member() {
        let long = "x".repeat(129);
        let with = |members: serde_json::Value| {
            let mut line = json!({"project_id": PROJECT, "resource_type": "disk", "resource_id": "1"});
            line.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            line.to_string()
        };
        for (line, reason) in [
            (with(json!({})), "neither key nor tags is there"),
            (with(json!({"tags": []})), "tags is empty"),
            (with(json!({"tags": null})), "tags must not be null"),
            (with(json!({"key": null})), "key must not be null"),
            (with(json!({"key": "a", "value": null})), "value must not be null"),
            (with(json!({"key": "a", "vlaue": "b"})), "vlaue is not expected"),
            (with(json!({"value": "a"})), "value is there without key"),
            (with(json!({"key": "a", "tags": [{"key": "b"}]})), "tags and key or value are both there"),
            (with(json!({"value": "a", "tags": [{"key": "b"}]})), "tags and key or value are both there"),
            (with(json!({"tags": [{"key": "b", "valeu": "c"}]})), "tags[0].valeu is not expected"),
            (with(json!({"tags": [{"key": "b"}, {"key": "_sys_x"}]})), "tags[1].key"),
            (with(json!({"key": long})), "key is 129 characters long"),
            (with(json!({"key": "a", "resource_id": ""})), "resource_id is empty"),
            (with(json!({"key": "a", "resource_id": ".."})), "resource_id is `..`, which no URL can carry"),
            (with(json!({"key": "a", "resource_type": "."})), "resource_type is `.`, which no URL can carry"),
            (with(json!({"key": "a", "project_id": "short"})), "project_id is 5 characters long"),
            (with(json!({"key": "a", "resource_id": 7})), "resource_id must be a string"),
            (
                json!({"resource_type": "disk", "resource_id": "1", "key": "a"}).to_string(),
                "project_id is missing",
            ),
            ("[\"disk\"]".to_owned(), "the line must be an object"),
            (with(json!({"key": "a"})).replace('}', ",\"key\":\"b\"}"), "key must not be there twice"),
            (with(json!({"key": "a"})) + "{}", "the line is not valid JSON"),
            ("{".to_owned(), "the line is not valid JSON: EOF while parsing an object at byte 1"),
        ] {
            let found = from_json(line.as_bytes(), None).unwrap_err();
            assert!(found.contains(reason), "{line}: {found}");
        }
        assert_eq!(from_json(b"\"\xff\"", None).unwrap_err(), "the line is not valid UTF-8");
    }

    #[test]
    fn a_failure_is_a_line_again() {
        let text = json!({"project_id": PROJECT, "resource_type": "disk", "resource_id": "\u{4e2d}\n\"",
            "tags": [{"key": "a"}, {"key": "b", "value": ""}]});
        let (resource, tags) = from_json(text.to_string().as_bytes(), None).unwrap();
        let entry = Entry { number: 3, line: 4, resource: resource.clone(), tags: tags.clone() };
        let mut line = Vec::new();
        entry.to_json(&json!({"message": "no"}), &mut line).unwrap();
        assert_eq!(line.iter().position(|&byte| byte == b'\n'), Some(line.len() - 1));
        assert_eq!(from_json(&line, None).unwrap(), (resource, tags));
    }
}
