//! Strict decoding: it accepts exactly what `serde_json` accepts, less what nobody may leave to a reader's mercy.

use super::lenient;
use serde::de::{self, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use untag_types::strict::{MAX_DEPTH, from_slice};
use untag_types::validate::Validate;
use untag_types::{BatchUntagResourcesBody, DesktopTagError, ResourceTag, ResourceTagError};

/// One of each thing that a type of the contract may ask for.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Everything {
    text: String,
    #[serde(default)]
    flag: Option<bool>,
    #[serde(default)]
    small: Option<i32>,
    #[serde(default)]
    large: Option<i64>,
    #[serde(default)]
    number: Option<f64>,
    #[serde(default)]
    list: Vec<Everything>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[serde(default)]
    colour: Option<Colour>,
    #[serde(default)]
    anything: Value,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
}

/// A text, as every type.
pub(super) fn run(input: &[u8]) {
    stricter::<Everything>(input);
    stricter::<BatchUntagResourcesBody>(input);
    stricter::<DesktopTagError>(input);
    stricter::<ResourceTagError>(input);
    stricter::<ResourceTag>(input);
    stricter::<Vec<i64>>(input);
    exact(input);
    limits(input);
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    [
        r#"{"tags":[{"key":"key1"},{"key":"key2","value":"value3"}],"sys_tags":[{"key":"_sys_enterprise_project_id","value":"0"}]}"#,
        r#"{"text":"a","flag":true,"small":-1,"large":9223372036854775807,"number":1.5e3,"list":[{"text":"b"}],"map":{"a":"b"},"colour":"red","anything":[null,{"a":[]}]}"#,
        r#"{"error_code":"WKS.00211102","error_msg":"no","error_detail":"x","encoded_authorization_message":"y"}"#,
        r#"{"a":1,"a":2}"#,
        "[0,-0,1e999,18446744073709551616,1.0,-9223372036854775808]",
        r#" "\ud83d\ude00\u0000\/" "#,
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect()
}

/// What is accepted is what `serde_json` makes of it, and nothing in it was left to guess.
fn stricter<T: DeserializeOwned + PartialEq + fmt::Debug>(input: &[u8]) {
    match from_slice::<T>(input) {
        Ok(value) => {
            match serde_json::from_slice::<T>(input) {
                Ok(other) => assert_eq!(value, other, "strict and lenient reading differ"),
                Err(error) => panic!("accepted, and serde_json refuses it: {error}"),
            }
            assert!(
                serde_json::from_slice::<Unambiguous>(input).is_ok(),
                "accepted with a member twice, or too deep"
            );
        }
        Err(error) => {
            let message = error.to_string();
            assert!(!message.is_empty() && !message.chars().any(char::is_control), "{message:?}");
        }
    }
}

/// Of a value of any kind, nothing is refused but what is named.
fn exact(input: &[u8]) {
    let expected = lenient(input).filter(|_| serde_json::from_slice::<Unambiguous>(input).is_ok());
    assert_eq!(from_slice::<Value>(input).ok(), expected);
}

/// A body that keeps its limits is what the contract says it is, read independently.
fn limits(input: &[u8]) {
    let Ok(body) = from_slice::<BatchUntagResourcesBody>(input) else { return };
    if body.validate().is_err() {
        return;
    }
    let Some(Value::Object(members)) = lenient(input) else { panic!("accepted, and no object") };
    assert!(!members.is_empty(), "nothing stands for everything");
    for list in members.values() {
        let Value::Array(items) = list else { panic!("accepted, and no list: {list}") };
        assert!((1..=10).contains(&items.len()), "{} items", items.len());
        for item in items {
            let key = item.get("key").and_then(Value::as_str).map(|key| key.chars().count());
            assert!(key.is_some_and(|length| (1..=128).contains(&length)), "{item}");
            let value =
                item.get("value").map_or(Some(0), |value| value.as_str().map(|text| text.chars().count()));
            assert!(value.is_some_and(|length| length <= 255), "{item}");
        }
    }
}

/// Any JSON in which no object has a member twice, and which is not nested beyond [`MAX_DEPTH`].
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(Depth(0)).map(|()| Self)
    }
}

/// Reads a value inside so many others.
struct Depth(u8);

impl Depth {
    fn inner<E: de::Error>(&self) -> Result<Self, E> {
        if self.0 < MAX_DEPTH { Ok(Self(self.0 + 1)) } else { Err(E::custom("too deep")) }
    }
}

impl<'de> de::DeserializeSeed<'de> for Depth {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while array.next_element_seed(self.inner()?)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut names = BTreeSet::new();
        // An object without members is an object too.
        let _: Self = self.inner()?;
        while let Some(name) = object.next_key::<String>()? {
            object.next_value_seed(self.inner()?)?;
            if !names.insert(name) {
                return Err(de::Error::custom("a member twice"));
            }
        }
        Ok(())
    }
}
