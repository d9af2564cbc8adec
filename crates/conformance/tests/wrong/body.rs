//! What a request asks to remove: the body read strictly, or the key of the path.

use crate::fault::Fault;
use crate::http::Request;
use crate::json::Json;
use crate::limits;
use crate::server::{Caller, Refusal};

/// The one system tag.
const SYSTEM_KEY: &str = "_sys_enterprise_project_id";

/// A tag to remove.
#[derive(Debug)]
pub(crate) struct Wanted {
    key: String,
    value: Option<String>,
}

impl Wanted {
    /// Whether a key is the one that is meant.
    pub(crate) fn names(&self, key: &str, fault: Option<Fault>) -> bool {
        // Of Unicode's rules, the one that a test needs.
        let composed = |text: &str| text.replace("e\u{301}", "é");
        match fault {
            Some(Fault::KeyHasNoCase) => key.to_lowercase() == self.key.to_lowercase(),
            Some(Fault::ComposesKeys) => composed(key) == composed(&self.key),
            Some(Fault::KeyIsPrefix) => key.starts_with(&self.key),
            _ => key == self.key,
        }
    }

    /// Whether a tag goes.
    pub(crate) fn takes(&self, key: &str, value: &str, fault: Option<Fault>) -> bool {
        let matches = self.value.as_deref().is_none_or(|wanted| match fault {
            Some(Fault::IgnoresValues) => true,
            Some(Fault::EmptyValueIsNoValue) if wanted.is_empty() => true,
            Some(Fault::ValueHasNoCase) => wanted.to_lowercase() == value.to_lowercase(),
            _ => wanted == value,
        });
        matches && self.names(key, fault)
    }
}

/// What goes.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) plain: Vec<Wanted>,
    pub(crate) system: Vec<Wanted>,
    /// Every tag, which nobody can ask for.
    pub(crate) everything: bool,
    /// What is wrong with an entry after those that are here.
    pub(crate) broken: Option<Refusal>,
}

impl Asked {
    fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }
}

/// The key of the path, where there is no body.
pub(crate) fn none(request: &Request, key: &str, fault: Option<Fault>) -> Result<Asked, Refusal> {
    if fault == Some(Fault::RefusesContentTypeWithoutBody) && request.header("Content-Type").is_some() {
        return Err(Refusal::malformed("there is a Content-Type and no body"));
    }
    if !arrived(request, fault).is_empty() && fault != Some(Fault::IgnoresUnwantedBody) {
        return Err(Refusal::malformed("there is a body, and this operation has none"));
    }
    if key.is_empty() {
        return Ok(Asked::everything());
    }
    Ok(Asked { plain: vec![Wanted { key: key.to_owned(), value: None }], ..Asked::default() })
}

/// The body as it is seen.
fn arrived(request: &Request, fault: Option<Fault>) -> &[u8] {
    if request.is_chunked && fault == Some(Fault::MissesChunks) { b"" } else { &request.body }
}

/// The lists of the body.
pub(crate) fn read(request: &Request, caller: Caller, fault: Option<Fault>) -> Result<Asked, Refusal> {
    let body = arrived(request, fault);
    if body.is_empty() && fault == Some(Fault::NoBodyIsEverything) {
        return Ok(Asked::everything());
    }
    if body.is_empty() {
        return Err(Refusal::malformed("there is no body; list the tags to remove in one"));
    }
    let types: Vec<&str> = request.all("Content-Type").collect();
    if !matches!(types[..], [one] if is_json(one, fault)) && fault != Some(Fault::TakesAnyContentType) {
        return Err(Refusal::malformed("Content-Type is not application/json in UTF-8"));
    }
    let mut reader = Reader { fault, problems: Vec::new(), everything: false };
    let asked = reader.body(&parse(body, fault)?);
    if reader.everything {
        return Ok(Asked::everything());
    }
    let mut asked = match reader.problems.split_first() {
        None => asked,
        Some((first, _)) if fault == Some(Fault::AppliesBeforeItChecks) => {
            Asked { broken: Some(Refusal::malformed(first)), ..asked }
        }
        Some(_) => return Err(Refusal::malformed(reader.problems.join("; "))),
    };
    match fault {
        Some(Fault::AppliesTheFirstOnly) => asked.plain.truncate(1),
        Some(Fault::IgnoresSystemTagsOfTenants) if caller == Caller::Tenant => asked.system.clear(),
        _ => {}
    }
    Ok(asked)
}

/// Whether a content type is JSON in UTF-8.
fn is_json(text: &str, fault: Option<Fault>) -> bool {
    let mut parts = text.split(';').map(str::trim);
    let is_type = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    is_type
        && parts.all(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            name.eq_ignore_ascii_case("charset")
                && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
                && fault != Some(Fault::RefusesCharset)
        })
}

fn parse(body: &[u8], fault: Option<Fault>) -> Result<Json, Refusal> {
    let mended = match (str::from_utf8(body), fault) {
        (Err(_), Some(Fault::BodyMayBeLatin1)) => body.iter().copied().map(char::from).collect(),
        (Err(_), Some(Fault::DropsWhatIsNotUtf8)) => String::from_utf8_lossy(body).replace('\u{fffd}', ""),
        _ => String::new(),
    };
    let body = if mended.is_empty() { body } else { mended.as_bytes() };
    let parsed = if fault == Some(Fault::IgnoresTheRestOfTheBody) {
        serde::Deserialize::deserialize(&mut serde_json::Deserializer::from_slice(body))
    } else {
        serde_json::from_slice(body)
    };
    parsed.map_err(|error: serde_json::Error| {
        if fault == Some(Fault::FailsOnDepth) && error.to_string().contains("recursion") {
            return Refusal::new(500, "the request failed inside the service");
        }
        Refusal::malformed(format!(
            "the body is not JSON in UTF-8: line {}, column {}",
            error.line(),
            error.column()
        ))
    })
}

/// Goes through a body and notes what is wrong.
struct Reader {
    fault: Option<Fault>,
    problems: Vec<String>,
    everything: bool,
}

impl Reader {
    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn wrong(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    fn body(&mut self, body: &Json) -> Asked {
        let mut asked = Asked::default();
        let Some(members) = self.members(body, "the body", "", ["tags", "sys_tags"], Fault::ArrayIsObject)
        else {
            return asked;
        };
        if members.iter().all(Option::is_none) {
            if self.is(Fault::NoListIsEverything) {
                self.everything = true;
            } else {
                self.wrong("tags is missing, and so is sys_tags: list what is to go");
            }
        }
        let [tags, system] = members;
        asked.plain = self.list(tags, "tags");
        asked.system = self.list(system, "sys_tags");
        asked
    }

    /// The members of an object that has at most these.
    fn members<const N: usize>(
        &mut self,
        json: &Json,
        what: &str,
        prefix: &str,
        names: [&str; N],
        positional: Fault,
    ) -> Option<[Option<Json>; N]> {
        let mut found = [const { None }; N];
        let members = match json {
            Json::Object(members) => members.clone(),
            Json::List(items) if self.is(positional) => {
                names.iter().map(|name| (*name).to_owned()).zip(items.iter().cloned()).collect()
            }
            _ => {
                self.wrong(format!("{what} is not an object"));
                return None;
            }
        };
        for (name, value) in members {
            let same = |known: &str| {
                known == name || self.is(Fault::MemberHasNoCase) && known.eq_ignore_ascii_case(&name)
            };
            let Some(place) = names.iter().position(|known| same(known)) else {
                if !self.is(Fault::IgnoresUnknownMembers) {
                    let short: String = name.chars().take(40).collect();
                    self.wrong(format!("{what} has an unknown member {short:?}"));
                }
                continue;
            };
            let slot = &mut found[place];
            match self.fault {
                _ if slot.is_none() => *slot = Some(value),
                Some(Fault::LastMemberWins) => *slot = Some(value),
                Some(Fault::FirstMemberWins) => {}
                _ => self.wrong(format!("{prefix}{name} is there more than once")),
            }
        }
        Some(found)
    }

    fn list(&mut self, list: Option<Json>, name: &str) -> Vec<Wanted> {
        let items = match list {
            None => return Vec::new(),
            Some(Json::List(items)) => items,
            Some(object @ Json::Object(_)) if self.is(Fault::ObjectIsList) => vec![object],
            Some(Json::Null) if self.is(Fault::NullIsEverything) => {
                self.everything = true;
                return Vec::new();
            }
            Some(Json::Null) => {
                self.wrong(format!("{name} is null; leave it out, or list tags"));
                return Vec::new();
            }
            Some(_) => {
                self.wrong(format!("{name} is not a list"));
                return Vec::new();
            }
        };
        match items.len() {
            0 if self.is(Fault::EmptyListIsEverything) => self.everything = true,
            0 if self.is(Fault::TakesEmptyList) => {}
            0 => self.wrong(format!("{name} has no entry; 1 to 10 are allowed")),
            1..=10 => {}
            _ if self.is(Fault::TakesElevenTags) => {}
            many => self.wrong(format!("{name} has {many} entries; 1 to 10 are allowed")),
        }
        let mut wanted: Vec<Wanted> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let place = format!("{name}[{index}]");
            let before = self.problems.len();
            if let Some(tag) = self.tag(item, &place, name == "sys_tags") {
                if self.is(Fault::RefusesRepeatedTags) && wanted.iter().any(|other| other.key == tag.key) {
                    self.wrong(format!("{place}.key is listed before"));
                }
                wanted.push(tag);
            }
            if self.is(Fault::AppliesBeforeItChecks) && self.problems.len() > before {
                break;
            }
        }
        wanted
    }

    fn tag(&mut self, tag: &Json, place: &str, is_system: bool) -> Option<Wanted> {
        let prefix = format!("{place}.");
        let [key, value] = self.members(tag, place, &prefix, ["key", "value"], Fault::ArrayIsTag)?;
        let (key_place, value_place) = (format!("{place}.key"), format!("{place}.value"));
        let Some(key) = key else {
            self.wrong(format!("{key_place} is missing"));
            return None;
        };
        let key = self.text(&key, &key_place)?;
        let key = if self.is(Fault::TrimsKeysInBodies) { key.trim().to_owned() } else { key };
        let value = match value {
            None => None,
            Some(Json::Null) if self.is(Fault::NullIsNoValue) => None,
            Some(value) => Some(self.text(&value, &value_place)?),
        };
        let before = self.problems.len();
        if is_system {
            if key != SYSTEM_KEY && !self.is(Fault::TakesOtherSystemTags) {
                self.wrong(format!("{key_place} is not {SYSTEM_KEY}, the only one"));
            }
            if value.as_deref().is_some_and(|value| !is_enterprise(value))
                && !self.is(Fault::TakesAnySystemValue)
            {
                self.wrong(format!("{value_place} is neither a UUID nor 0"));
            }
        } else {
            let checks = [
                limits::key(&key, &key_place, self.fault),
                value.as_ref().map_or(Ok(()), |value| limits::value(value, &value_place, self.fault)),
            ];
            for refusal in checks.into_iter().filter_map(Result::err) {
                self.wrong(refusal.message());
            }
        }
        (self.problems.len() == before).then_some(Wanted { key, value })
    }

    fn text(&mut self, json: &Json, place: &str) -> Option<String> {
        match json {
            Json::Text(text) => return Some(text.clone()),
            Json::Number(number) if self.is(Fault::NumberIsText) => return Some(number.to_string()),
            Json::Null => self.wrong(format!("{place} is null")),
            _ => self.wrong(format!("{place} is not a text")),
        }
        None
    }
}

/// Whether this is the id of an enterprise project.
fn is_enterprise(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    text == "0" || lengths == [8, 4, 4, 4, 12] && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}
