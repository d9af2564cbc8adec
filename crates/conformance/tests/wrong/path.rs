//! Which operation a request is for, and the names in its path.

use crate::fault::Fault;
use crate::http::Request;
use crate::limits;
use crate::server::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Desktop,
    Batch,
}

impl Operation {
    /// The code that goes with a status.
    pub(crate) fn code(self, status: u16) -> &'static str {
        match (self, status) {
            (Self::Desktop, 401) => "WKS.00211302",
            (Self::Desktop, 403) => "WKS.00081102",
            (Self::Desktop, 404) => "WKS.00000404",
            (Self::Desktop, 500) => "WKS.00211401",
            (Self::Desktop, _) => "WKS.00211102",
            (Self::Batch, 401) => "SecMaster.90010015",
            (Self::Batch, 403) => "SecMaster.00000403",
            (Self::Batch, 404) => "SecMaster.00000404",
            (Self::Batch, 500) => "SecMaster.00040011",
            (Self::Batch, _) => "SecMaster.20011001",
        }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Desktop => Self::Batch,
            Self::Batch => Self::Desktop,
        }
    }
}

/// An operation, and the segments that name things, still encoded.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) operation: Operation,
    segments: [String; 3],
    pub(crate) query: Option<String>,
}

/// The names of a path, decoded. A batch has no key there.
pub(crate) struct Names {
    pub(crate) project: String,
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) key: String,
}

/// The operation that takes a request.
pub(crate) fn route(request: &Request, fault: Option<Fault>) -> Result<Route, Refusal> {
    let (path, query) = match request.target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (&*request.target, None),
    };
    let mut path = path.to_owned();
    match fault {
        Some(Fault::DecodesThePathBeforeItIsCut) => path = path.replace("%2F", "/").replace("%2f", "/"),
        Some(Fault::BackslashIsSlash) => path = path.replace("%5C", "/").replace('\\', "/"),
        Some(Fault::IgnoresTrailingSlash) => path.truncate(path.trim_end_matches('/').len()),
        Some(Fault::MergesSlashes) => {
            while path.contains("//") {
                path = path.replace("//", "/");
            }
        }
        Some(Fault::PathHasNoCase) => {
            for word in ["v1", "v2", "desktops", "tags", "delete"] {
                path = path.replace(&format!("/{}", word.to_uppercase()), &format!("/{word}"));
            }
        }
        _ => {}
    }
    let unknown = || Refusal::new(404, "the path is none of this service");
    let mut segments: Vec<&str> = path.strip_prefix('/').ok_or_else(unknown)?.split('/').collect();
    if fault == Some(Fault::ResolvesDotSegments) {
        let mut resolved = Vec::new();
        for segment in segments {
            match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
                "." => {}
                ".." => drop(resolved.pop()),
                _ => resolved.push(segment),
            }
        }
        segments = resolved;
    }
    let (operation, segments) = match segments[..] {
        ["v2", project, "desktops", desktop, "tags", key] => (Operation::Desktop, [project, desktop, key]),
        ["v1", project, kind, id, "tags", "delete"] => (Operation::Batch, [project, kind, id]),
        _ => return Err(unknown()),
    };
    let keyless = fault == Some(Fault::EmptyKeyIsEveryKey) && operation == Operation::Desktop;
    let needed = if keyless { &segments[..2] } else { &segments[..] };
    if needed.contains(&"") {
        return Err(unknown());
    }
    if request.method != "DELETE" && fault != Some(Fault::TakesAnyMethod) {
        return Err(Refusal::new(405, "the method is not DELETE"));
    }
    Ok(Route { operation, segments: segments.map(str::to_owned), query })
}

impl Route {
    /// The names, within their limits.
    pub(crate) fn names(&self, fault: Option<Fault>) -> Result<Names, Refusal> {
        let members: [(&str, std::ops::RangeInclusive<usize>); 3] = match self.operation {
            Operation::Desktop => [("project_id", 1..=255), ("desktop_id", 1..=255), ("key", 1..=128)],
            Operation::Batch => {
                [("project_id", 32..=64), ("resource_type", 1..=100), ("resource_id", 1..=100)]
            }
        };
        let mut names = Vec::new();
        for (segment, (member, limits)) in self.segments.iter().zip(members) {
            let name = decoded(segment, member, fault)?;
            let boundless = match fault {
                Some(Fault::EmptyKeyIsEveryKey) => name.is_empty(),
                Some(Fault::KeyHasNoLimit) => member == "key",
                Some(Fault::IdentifierHasNoLimit) => member != "key",
                _ => false,
            };
            if !boundless {
                limits::length(&name, member, limits, fault)?;
            }
            names.push(name);
        }
        let [project, second, third] = <[String; 3]>::try_from(names).expect("three segments");
        if self.operation == Operation::Batch {
            return Ok(Names { project, kind: second, id: third, key: String::new() });
        }
        let mut key = third;
        if key.chars().any(char::is_control) && fault != Some(Fault::TakesControlCharacters) {
            return Err(Refusal::malformed("key has a control character"));
        }
        if fault == Some(Fault::OldTagsAreRefused) {
            limits::key(&key, "key", fault)?;
        }
        if fault == Some(Fault::TrimsKeys) {
            key = key.trim().to_owned();
        }
        Ok(Names { project, kind: "desktop".to_owned(), id: second, key })
    }
}

/// A segment's text.
fn decoded(segment: &str, member: &str, fault: Option<Fault>) -> Result<String, Refusal> {
    let plus = segment.replace('+', "%20");
    let segment = if fault == Some(Fault::PlusIsSpace) { &plus } else { segment };
    let bytes = match decode(segment) {
        Some(bytes) => bytes,
        None if fault == Some(Fault::KeepsBrokenPercent) => segment.as_bytes().to_vec(),
        None => {
            return Err(Refusal::malformed(format!(
                "{member} has a % that two hexadecimal digits do not follow"
            )));
        }
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if fault == Some(Fault::ReplacesWhatIsNotUtf8) => {
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }
        Err(_) => return Err(Refusal::malformed(format!("{member} is not UTF-8"))),
    };
    if fault == Some(Fault::DecodesTwice)
        && let Some(again) = decode(&text).and_then(|bytes| String::from_utf8(bytes).ok())
    {
        return Ok(again);
    }
    Ok(text)
}

/// The bytes that a text stands for. Nothing: a percent sign is not followed by two digits.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let value = digit(rest.next()?)? * 16 + digit(rest.next()?)?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    Some(bytes)
}
