//! What is asked, and how it looks on the wire or on the command line.

use crate::callers::{Caller, ENTERPRISE_PROJECT, PROJECTS, Proofs};
use crate::model::{Row, TagKey};
use crate::support::encode;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use untag_store::ResourceKey;

/// A resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The number of its project.
    pub(crate) project: usize,
    pub(crate) kind: &'static str,
    pub(crate) id: &'static str,
}

impl Place {
    pub(crate) fn key(self) -> ResourceKey {
        ResourceKey {
            project_id: PROJECTS[self.project].to_owned(),
            resource_type: self.kind.to_owned(),
            resource_id: self.id.to_owned(),
        }
    }
}

/// The key of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    Tenant(&'static str),
    /// The enterprise project.
    System,
}

impl Key {
    pub(crate) fn owned(self) -> TagKey {
        match self {
            Self::Tenant(key) => (false, key.to_owned()),
            Self::System => (true, ENTERPRISE_PROJECT.to_owned()),
        }
    }
}

/// Resources, and the tags that they are to have.
pub(crate) type Lines = Vec<(Place, Vec<(Key, &'static str)>)>;

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Flaw {
    /// It has a query.
    Query,
    /// One of the keys is too long.
    LongKey,
    /// It has a body that is not JSON, or, for one tag, a body at all.
    Body,
}

/// A request to remove tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Request {
    pub(crate) caller: Caller,
    pub(crate) place: Place,
    /// By the desktop operation; then there is one tag, without a value.
    pub(crate) single: bool,
    pub(crate) tags: Vec<(Key, Option<&'static str>)>,
    pub(crate) flaw: Option<Flaw>,
}

impl Request {
    pub(crate) fn names_system_tags(&self) -> bool {
        self.tags.iter().any(|(key, _)| *key == Key::System)
    }

    /// The tags in the order in which they go: tenant tags, then system tags.
    pub(crate) fn named(&self) -> impl Iterator<Item = (TagKey, Option<&str>)> {
        let of = |system: bool| self.tags.iter().filter(move |(key, _)| (*key == Key::System) == system);
        of(false).chain(of(true)).map(|(key, value)| (key.owned(), *value))
    }

    /// The request as it is sent.
    pub(crate) fn text(&self, proofs: &Proofs) -> String {
        let Place { project, kind, id } = self.place;
        let (project, kind, id) = (PROJECTS[project], encode(kind), encode(id));
        let flawed = |key: String| if self.flaw == Some(Flaw::LongKey) { "中".repeat(129) } else { key };
        let (mut path, mut body) = if self.single {
            let (key, _) = self.named().next().unwrap();
            (format!("/v2/{project}/desktops/{id}/tags/{}", encode(&flawed(key.1))), String::new())
        } else {
            (format!("/v1/{project}/{kind}/{id}/tags/delete"), self.body(flawed).to_string())
        };
        match self.flaw {
            Some(Flaw::Query) => path.push_str("?all=true"),
            Some(Flaw::Body) => body.push('{'),
            Some(Flaw::LongKey) | None => {}
        }
        let length = body.len().to_string();
        let headers = [
            ("Host", "untag.test"),
            ("Content-Type", "application/json"),
            ("Content-Length", length.as_str()),
        ];
        let proof = proofs.headers(self.caller, &path, &headers, body.as_bytes());
        let mut request = format!("DELETE {path} HTTP/1.1\r\n");
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        request + &proof + "\r\n" + &body
    }

    fn body(&self, flawed: impl Fn(String) -> String) -> Value {
        let mut body = Map::new();
        for (name, system) in [("tags", false), ("sys_tags", true)] {
            let mut tags = Vec::new();
            for ((_, key), value) in self.named().filter(|((is_system, _), _)| *is_system == system) {
                let key = if system { key } else { flawed(key) };
                tags.push(
                    value
                        .map_or_else(|| json!({ "key": key }), |value| json!({ "key": key, "value": value })),
                );
            }
            if !tags.is_empty() {
                body.insert(name.to_owned(), tags.into());
            }
        }
        body.into()
    }
}

/// Which deletions a restoration undoes. Numbers are those of rows that were in the audit trail when its phase began,
/// modulo how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Chosen {
    /// The request of this row.
    pub(crate) request: Option<usize>,
    /// From the time of this row on; `None`, and no request, is the last hour.
    pub(crate) since: Option<usize>,
    /// Before the time of this row.
    pub(crate) until: Option<usize>,
    /// The number of a project.
    pub(crate) project: Option<usize>,
}

/// The same, with the rows looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Filter {
    request: Option<String>,
    since: Option<String>,
    until: Option<String>,
    project: Option<&'static str>,
}

impl Chosen {
    pub(crate) fn among(&self, trail: &[Row]) -> Filter {
        let row = |number: Option<usize>| trail.get(number? % trail.len().max(1));
        Filter {
            request: row(self.request).map(|row| row.request.clone()),
            since: row(self.since).map(|row| row.time.clone()),
            until: row(self.until).map(|row| row.time.clone()),
            project: self.project.map(|project| PROJECTS[project]),
        }
    }
}

impl Filter {
    pub(crate) fn takes(&self, row: &Row) -> bool {
        self.request.as_ref().is_none_or(|request| *request == row.request)
            && self.since.as_ref().is_none_or(|since| row.time >= *since)
            && self.until.as_ref().is_none_or(|until| row.time < *until)
            && self.project.is_none_or(|project| project == row.change.resource.project_id)
    }

    /// The arguments of `untagd restore`.
    pub(crate) fn arguments(&self) -> Vec<&str> {
        let mut arguments = Vec::new();
        for (name, value) in [
            ("--request", self.request.as_deref()),
            ("--since", self.since.as_deref().or_else(|| self.request.is_none().then_some("1h"))),
            ("--until", self.until.as_deref()),
            ("--project", self.project),
        ] {
            arguments.extend(value.into_iter().flat_map(|value| [name, value]));
        }
        arguments
    }
}

/// Something that is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Import(Lines),
    Remove(Request),
    Restore(Chosen),
}
