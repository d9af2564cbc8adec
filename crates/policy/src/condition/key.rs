//! Condition keys: what of a request a policy can ask about.

use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A condition key that this service has data for.
///
/// Names are the same in any case of ASCII letters, as everywhere in IAM. The tag's key behind the `/` is compared exactly:
/// `Env` and `env` are two tags of one resource here, and a policy about one must not decide about the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionKey {
    /// `g:ResourceTag/<tag-key>`: the value of that tag of the resource, now.
    ResourceTag(String),
    /// `g:RequestTag/<tag-key>`: the value that the request gives for that tag.
    RequestTag(String),
    /// `g:TagKeys`: the keys of all tags that the request names; the only key with many values.
    TagKeys,
    /// `g:EnterpriseProjectId`: the enterprise project that the resource is in; `0` is the default one.
    EnterpriseProjectId,
    /// `g:CurrentTime`: when the request came.
    CurrentTime,
    /// `g:SourceIp`: the address that it came from.
    SourceIp,
    /// `g:SecureTransport`: whether it came over TLS.
    SecureTransport,
    /// `g:UserId`: who asks.
    UserId,
    /// `g:UserName`: who asks, by name.
    UserName,
    /// `g:DomainId`: the account of who asks.
    DomainId,
}

/// What the values of a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyType {
    /// The value of a tag: text, in which every other type can be written.
    Tag,
    Text,
    /// Many texts.
    Texts,
    Date,
    Ip,
    Bool,
}

const RESOURCE_TAG: &str = "g:ResourceTag/";
const REQUEST_TAG: &str = "g:RequestTag/";

/// Every key without a tag's key in it.
const PLAIN: [(&str, ConditionKey); 8] = [
    ("g:TagKeys", ConditionKey::TagKeys),
    ("g:EnterpriseProjectId", ConditionKey::EnterpriseProjectId),
    ("g:CurrentTime", ConditionKey::CurrentTime),
    ("g:SourceIp", ConditionKey::SourceIp),
    ("g:SecureTransport", ConditionKey::SecureTransport),
    ("g:UserId", ConditionKey::UserId),
    ("g:UserName", ConditionKey::UserName),
    ("g:DomainId", ConditionKey::DomainId),
];

impl ConditionKey {
    pub(crate) fn key_type(&self) -> KeyType {
        match self {
            Self::ResourceTag(_) | Self::RequestTag(_) => KeyType::Tag,
            Self::TagKeys => KeyType::Texts,
            Self::EnterpriseProjectId | Self::UserId | Self::UserName | Self::DomainId => KeyType::Text,
            Self::CurrentTime => KeyType::Date,
            Self::SourceIp => KeyType::Ip,
            Self::SecureTransport => KeyType::Bool,
        }
    }
}

impl FromStr for ConditionKey {
    type Err = &'static str;

    /// Reads a key as a policy names it. The error continues a sentence whose subject is the key.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some((_, key)) = PLAIN.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Ok(key);
        }
        for (prefix, make) in
            [(RESOURCE_TAG, Self::ResourceTag as fn(String) -> Self), (REQUEST_TAG, Self::RequestTag)]
        {
            let Some((name, tag)) = text.split_at_checked(prefix.len()) else { continue };
            if name.eq_ignore_ascii_case(prefix) {
                return match tag.chars().count() {
                    1..=128 => Ok(make(tag.to_owned())),
                    _ => Err("needs a tag's key of 1 to 128 characters behind the /"),
                };
            }
        }
        Err(
            "is not a condition key that this service knows; there are g:ResourceTag/<tag-key>, g:RequestTag/<tag-key>, \
             g:TagKeys, g:EnterpriseProjectId, g:CurrentTime, g:SourceIp, g:SecureTransport, g:UserId, g:UserName and \
             g:DomainId",
        )
    }
}

impl fmt::Display for ConditionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceTag(tag) => write!(f, "{RESOURCE_TAG}{tag}"),
            Self::RequestTag(tag) => write!(f, "{REQUEST_TAG}{tag}"),
            plain => f.write_str(PLAIN.iter().find(|(_, key)| key == plain).map_or("", |(name, _)| name)),
        }
    }
}

impl Serialize for ConditionKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
