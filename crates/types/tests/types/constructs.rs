//! Constructs that today's contract does not have, written by hand the way the generator writes them.

use serde::{Deserialize, Serialize};
use untag_types::nullable::Nullable;
use untag_types::object::{Member, Members, Object};
use untag_types::parameter::{FromParameter, write_items};
use untag_types::schema::{Component, Schema, Schemas};
use untag_types::strict::from_slice;
use untag_types::validate::{Report, Validate};
use untag_types::violation::{Rule, Violations};
use untag_types::{DateTime, Uuid, constraint};

#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
struct Ratio(f64);

impl Ratio {
    fn new(value: f64) -> Result<Self, Violations> {
        let value = Self(value);
        value.validate()?;
        Ok(value)
    }
}

impl Validate for Ratio {
    fn check(&self, report: &mut Report<'_>) {
        constraint::finite(report, self.0);
        constraint::minimum(report, self.0, 0.0);
        constraint::exclusive_maximum(report, self.0, 1.0);
    }
}

untag_types::impl_scalar!(Ratio, f64);

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
struct Ratios(Vec<Ratio>);

impl Validate for Ratios {
    fn check(&self, report: &mut Report<'_>) {
        constraint::min_items(report, &self.0, 2);
        constraint::unique_items(report, &self.0);
        self.0.check(report);
    }
}

impl std::fmt::Display for Ratios {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_items(&self.0, f)
    }
}

untag_types::impl_list!(Ratios, Ratio);
untag_types::impl_parameter!(Ratios, [Ratio]);

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Tree {
    #[serde(skip_serializing_if = "Option::is_none")]
    ratios: Option<Ratios>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Nullable<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Vec<DateTime>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<Box<Tree>>,
}

impl Validate for Tree {
    fn check(&self, report: &mut Report<'_>) {
        let sent = [
            self.ratios.is_some(),
            self.note.is_some(),
            self.id.is_some(),
            self.at.is_some(),
            self.below.is_some(),
        ];
        constraint::min_properties(report, 2, &["ratios", "note", "id", "at", "below"], sent);
        report.member("ratios", &self.ratios);
        report.member("below", &self.below);
    }
}

impl Object for Tree {
    const NAME: &'static str = "Tree";
    const MEMBERS: &'static [&'static str] = &["ratios", "note", "id", "at", "below"];

    fn read<'de, A: serde::de::MapAccess<'de>>(mut members: Members<'de, A>) -> Result<Self, A::Error> {
        let mut ratios = Member::new("ratios");
        let mut note = Member::new("note");
        let mut id = Member::new("id");
        let mut at = Member::new("at");
        let mut below = Member::new("below");
        while let Some(name) = members.next_name()? {
            match &*name {
                "ratios" => members.read_leniently(&mut ratios),
                "note" => members.read(&mut note),
                "id" => members.read(&mut id),
                "at" => members.read(&mut at),
                "below" => members.read(&mut below),
                _ => members.ignore(),
            }?;
        }
        Ok(Self {
            ratios: ratios.optional(),
            note: note.optional(),
            id: id.optional(),
            at: at.optional(),
            below: below.optional(),
        })
    }
}

untag_types::impl_object!(Tree);

impl Component for Tree {
    const NAME: &'static str = "Tree";

    fn schema(schemas: &mut Schemas) -> Schema {
        Schema::new("object").member("below", schemas.refer::<Self>())
    }
}

#[test]
fn numbers_keep_their_bounds() {
    assert_eq!(Ratio::new(0.0).map(f64::from), Ok(0.0));
    let table = [
        (-0.1, Rule::Minimum, "the value must be at least 0"),
        (1.0, Rule::ExclusiveMaximum, "the value must be less than 1"),
        (f64::NAN, Rule::Type, "the value must be a finite number"),
    ];
    for (value, rule, sentence) in table {
        let violations = Ratio::new(value).unwrap_err();
        assert_eq!(
            violations.iter().map(untag_types::violation::Violation::rule).collect::<Vec<_>>(),
            [rule]
        );
        assert_eq!(violations.to_string(), sentence);
    }
    assert_eq!(
        "0.5".parse::<Ratio>(),
        Ratio::try_from(0.5).map_err(untag_types::parameter::ParseError::Limits)
    );
    assert_eq!(
        "x".parse::<Ratio>().unwrap_err().to_string().split(',').next(),
        Some("the value must be a number that a double can hold")
    );
}

#[test]
fn integers_keep_their_divisor() {
    for (value, good) in [(0, true), (24, true), (-12, true), (5, false), (i64::MIN, false)] {
        let outcome = Report::of(|report| constraint::multiple_of(report, value, 12_i64));
        assert_eq!(outcome.is_ok(), good, "{value}");
    }
    let outcome = Report::of(|report| {
        constraint::multiple_of(report, i64::MIN, -1);
        constraint::multiple_of(report, 1_i64, 0);
    });
    assert_eq!(outcome, Ok(()));
}

#[test]
fn a_pattern_that_does_not_compile_refuses_everything() {
    static BROKEN: constraint::Pattern = constraint::Pattern::new("(");
    assert!(!BROKEN.matches(""));
    assert!(!BROKEN.matches("("));
}

#[test]
fn arrays_keep_their_limits() {
    let ratios: Ratios = [0.5, 0.25, 0.5, 2.0].into_iter().map(Ratio).collect();
    let violations = ratios.validate().unwrap_err();
    let found: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        ["the value must not repeat an item; items 0 and 2 (from 0) are equal", "[3] must be less than 1"]
    );
    assert_eq!(
        Ratios(vec![Ratio(0.0)]).validate().unwrap_err().to_string(),
        "the value has 1 item; at least 2 items are required"
    );
    assert_eq!(ratios.len(), 4);
    assert_eq!((&ratios).into_iter().count(), ratios.into_iter().count());
}

#[test]
fn unique_items_take_no_time_to_speak_of() {
    // Pair by pair this would be 5 * 10^9 comparisons.
    let items: Vec<i64> = (0..100_000).collect();
    assert_eq!(Report::of(|report| constraint::unique_items(report, &items)), Ok(()));
}

#[test]
fn arrays_travel_outside_bodies() {
    let ratios = Ratios(vec![Ratio(0.5), Ratio(0.0)]);
    assert_eq!(ratios.to_string(), "0.5,0");
    assert_eq!(Ratios::from_parameter("0.5,0"), Ok(ratios.clone()));
    assert_eq!(Ratios::from_parameters(&["0.5", "0"]), Ok(ratios));
}

#[test]
fn null_absence_and_value_are_three_things() {
    for (json, note) in [
        ("{}", None),
        (r#"{"note":null}"#, Some(Nullable::Null)),
        (r#"{"note":"n"}"#, Some(Nullable::Value("n".to_owned()))),
    ] {
        for tree in [from_slice::<Tree>(json.as_bytes()).unwrap(), serde_json::from_str(json).unwrap()] {
            assert_eq!(tree.note, note, "{json}");
            assert_eq!(serde_json::to_string(&tree).unwrap(), json);
        }
    }
    assert_eq!(
        from_slice::<Tree>(br#"{"note":7}"#).unwrap_err().to_string(),
        "note must be a string, not a number"
    );
}

#[test]
fn null_for_a_member_that_is_not_nullable_is_absence_to_a_client_only() {
    let json = r#"{"ratios":null}"#;
    assert_eq!(serde_json::from_str::<Tree>(json).unwrap(), Tree::default());
    let error = from_slice::<Tree>(json.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "ratios must not be null; leave it out instead");
    assert!(serde_json::from_str::<Tree>(r#"{"ratios":null,"ratios":null}"#).is_err());
}

#[test]
fn formats_have_one_grammar_in_bodies_too() {
    let json = r#"{"id":"e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11","at":["2024-05-01T12:30:00Z"]}"#;
    let tree: Tree = from_slice(json.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&tree).unwrap(), json);
    let table = [
        (r#"{"id":"e6cd8b01ea9c4a8b8b1f4b2a1a0c9d11"}"#, "id must be a UUID such as "),
        (r#"{"id":7}"#, "id must be a string, not a number"),
        (r#"{"at":["2024-05-01 12:30:00Z"]}"#, "at[0] must be a date-time of RFC 3339 such as "),
    ];
    for (json, sentence) in table {
        let error = from_slice::<Tree>(json.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(sentence), "{json}: {error}");
        assert!(serde_json::from_str::<Tree>(json).is_err(), "{json}");
    }
}

#[test]
fn recursive_values_are_read_and_checked_at_every_depth() {
    let json = r#"{"id":"e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11","below":{"below":{"ratios":[0.5,7,0.5]}}}"#;
    let tree: Tree = from_slice(json.as_bytes()).unwrap();
    let violations = tree.validate().unwrap_err();
    let found: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "at least 2 of below.ratios, below.note, below.id, below.at, below.below must be sent",
            "at least 2 of below.below.ratios, below.below.note, below.below.id, below.below.at, below.below.below \
             must be sent",
            "below.below.ratios must not repeat an item; items 0 and 2 (from 0) are equal",
            "below.below.ratios[1] must be less than 1",
        ]
    );
    assert_eq!(
        violations.iter().last().map(untag_types::violation::Violation::pointer),
        Some("/below/below/ratios/1".to_owned())
    );
}

#[test]
fn a_schema_that_refers_to_itself_comes_to_an_end() {
    let schema = serde_json::Value::from(Tree::schema(&mut Schemas::default()));
    assert_eq!(schema["properties"]["below"]["$ref"], "#/components/schemas/Tree");
}

#[test]
fn moments_that_rfc_3339_cannot_write_are_refused() {
    let end: DateTime = DateTime::from_parameter("9999-12-31T23:59:59Z").unwrap();
    assert!(end.validate().is_ok());
    let after = end + std::time::Duration::from_secs(1);
    let sentence = "the value must have a year from 0 to 9999 and an offset of whole minutes";
    assert_eq!(after.validate().unwrap_err().to_string(), sentence);
}

#[test]
fn nullable_reads_by_itself_too() {
    assert_eq!(Nullable::<i64>::deserialize(&serde_json::json!(null)).unwrap(), Nullable::Null);
    assert_eq!(Nullable::<i64>::deserialize(&serde_json::json!(7)).unwrap().into_value(), Some(7));
}
