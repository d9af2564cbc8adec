//! What a request brings along for conditions: the values of condition keys.

use crate::condition::{ConditionKey, KeyType};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

/// The values of condition keys for one request. What is not set is absent.
///
/// `Debug` names the keys and none of the values.
#[derive(Clone, Default, PartialEq)]
pub struct Context {
    values: BTreeMap<ConditionKey, Vec<Value>>,
}

/// One value.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Date(DateTime<Utc>),
    Ip(IpAddr),
    Bool(bool),
    /// There is one, and the request leaves open which.
    Open,
}

impl Context {
    /// A context in which every key is absent.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `g:ResourceTag/<key>`: a tag that the resource has now. A second value for the same key replaces the first.
    pub fn resource_tag(&mut self, key: &str, value: &str) -> &mut Self {
        self.set(ConditionKey::ResourceTag(key.to_owned()), Value::Text(value.to_owned()))
    }

    /// `g:RequestTag/<key>`: a tag that the request names, without a value where it means the tag with any value.
    ///
    /// A request may name a key more than once, so values add up. Among several values, or where the value is open, doubt
    /// refuses: an `Allow` needs its condition to hold for all that may be meant, to a `Deny` one is enough.
    pub fn request_tag(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        let value = value.map_or(Value::Open, |value| Value::Text(value.to_owned()));
        self.add(ConditionKey::RequestTag(key.to_owned()), value)
    }

    /// `g:TagKeys`: one more key that the request names. A request that names none has no `g:TagKeys`.
    pub fn tag_key(&mut self, key: &str) -> &mut Self {
        self.add(ConditionKey::TagKeys, Value::Text(key.to_owned()))
    }

    /// `g:EnterpriseProjectId`: the enterprise project that the resource is in; `0` for the default one.
    pub fn enterprise_project_id(&mut self, id: &str) -> &mut Self {
        self.set(ConditionKey::EnterpriseProjectId, Value::Text(id.to_owned()))
    }

    /// `g:CurrentTime`: when the request came.
    pub fn current_time(&mut self, time: DateTime<Utc>) -> &mut Self {
        self.set(ConditionKey::CurrentTime, Value::Date(time))
    }

    /// `g:SourceIp`: the address that it came from. An IPv4 address in IPv6 clothes is taken for IPv4.
    pub fn source_ip(&mut self, address: IpAddr) -> &mut Self {
        self.set(ConditionKey::SourceIp, Value::Ip(address.to_canonical()))
    }

    /// `g:SecureTransport`: whether it came over TLS.
    pub fn secure_transport(&mut self, tls: bool) -> &mut Self {
        self.set(ConditionKey::SecureTransport, Value::Bool(tls))
    }

    /// `g:UserId`: the id of the user who asks.
    pub fn user_id(&mut self, id: &str) -> &mut Self {
        self.set(ConditionKey::UserId, Value::Text(id.to_owned()))
    }

    /// `g:UserName`: the name of the user who asks.
    pub fn user_name(&mut self, name: &str) -> &mut Self {
        self.set(ConditionKey::UserName, Value::Text(name.to_owned()))
    }

    /// `g:DomainId`: the account of the user who asks.
    pub fn domain_id(&mut self, id: &str) -> &mut Self {
        self.set(ConditionKey::DomainId, Value::Text(id.to_owned()))
    }

    /// Adds a value from text, as an operator gives it on a command line: `g:SourceIp`, `192.0.2.1`. No value means one
    /// that is left open, which only `g:RequestTag/<tag-key>` takes.
    ///
    /// # Errors
    /// The key is not known, or the value is not of its type. Nothing is added.
    pub fn insert(&mut self, key: &str, value: Option<&str>) -> Result<&mut Self, ContextError> {
        let refuse = |why: &str| ContextError(format!("{key} {why}"));
        let parsed: ConditionKey = key.parse().map_err(refuse)?;
        let kind = parsed.key_type();
        let Some(value) = value else {
            return match parsed {
                ConditionKey::RequestTag(_) => Ok(self.add(parsed, Value::Open)),
                _ => Err(refuse("needs a value")),
            };
        };
        let read = match kind {
            KeyType::Tag | KeyType::Text | KeyType::Texts => Value::Text(value.to_owned()),
            KeyType::Date => {
                let date = DateTime::parse_from_rfc3339(value);
                Value::Date(date.map_err(|_| refuse("takes a date, like 2026-01-31T23:59:59Z"))?.to_utc())
            }
            KeyType::Ip => {
                let address = value.parse::<IpAddr>();
                Value::Ip(address.map_err(|_| refuse("takes an IP address, like 192.0.2.1"))?.to_canonical())
            }
            KeyType::Bool => Value::Bool(value.parse().map_err(|_| refuse("takes true or false"))?),
        };
        Ok(match parsed {
            ConditionKey::RequestTag(_) | ConditionKey::TagKeys => self.add(parsed, read),
            _ => self.set(parsed, read),
        })
    }

    /// The values of a key as text; none where it is absent.
    #[must_use]
    pub fn values(&self, key: &ConditionKey) -> Values {
        Values(self.get(key).iter().map(Value::text).collect())
    }

    pub(crate) fn get(&self, key: &ConditionKey) -> &[Value] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }

    fn set(&mut self, key: ConditionKey, value: Value) -> &mut Self {
        self.values.insert(key, vec![value]);
        self
    }

    fn add(&mut self, key: ConditionKey, value: Value) -> &mut Self {
        let values = self.values.entry(key).or_default();
        if !values.contains(&value) {
            values.push(value);
        }
        self
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.values.keys().map(ToString::to_string);
        f.debug_tuple("Context").field(&keys.collect::<Vec<_>>()).finish()
    }
}

impl Value {
    fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Date(date) => Some(date.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Self::Ip(address) => Some(address.to_string()),
            Self::Bool(bool) => Some(bool.to_string()),
            Self::Open => None,
        }
    }
}

/// The values of one condition key as text; none where it is absent, `None` for a value that the request leaves open.
///
/// They may be values of tags: `Debug` tells only how many there are.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(pub Vec<Option<String>>);

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} values)", self.0.len())
    }
}

/// Why a value was not added to a context: a whole sentence, without the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextError(String);

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ContextError {}
