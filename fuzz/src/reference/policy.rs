//! Decisions by policy, read off the README of `untag-policy` and done on the JSON as it stands.

use chrono::{DateTime, Utc};
use serde_json::Value;
use std::cmp::Ordering;
use std::net::IpAddr;
use untag_policy::Reason;

/// A condition key with a value that a request brings; none for a value that it leaves open.
pub(crate) type Given = (String, Option<String>);

/// What these policies, each of which was loaded, say to a request.
pub(crate) fn decide(policies: &[Value], action: &str, resource: &[&str; 5], given: &[Given]) -> Reason {
    let statements = policies.iter().filter_map(|policy| policy.get("Statement")?.as_array()).flatten();
    let (mut allows, mut denies) = (false, false);
    for statement in statements {
        let is_deny = statement.get("Effect").and_then(Value::as_str) == Some("Deny");
        if applies(statement, action, resource, given, is_deny) {
            (allows, denies) = (allows || !is_deny, denies || is_deny);
        }
    }
    match (denies, allows) {
        (true, _) => Reason::ExplicitDeny,
        (false, true) => Reason::Allowed,
        (false, false) => Reason::NothingAllows,
    }
}

fn applies(statement: &Value, action: &str, resource: &[&str; 5], given: &[Given], is_deny: bool) -> bool {
    let is_action =
        |member| texts(statement.get(member)).iter().any(|pattern| matches_action(pattern, action));
    let action_fits =
        if statement.get("Action").is_some() { is_action("Action") } else { !is_action("NotAction") };
    let resource_fits = statement.get("Resource").is_none_or(|patterns| {
        texts(Some(patterns)).iter().any(|pattern| matches_resource(pattern, resource))
    });
    let members = |value: &Value| {
        value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, it)| (name.clone(), it.clone()))
            .collect::<Vec<_>>()
    };
    let conditions = statement.get("Condition").map(members).unwrap_or_default();
    action_fits
        && resource_fits
        && conditions.iter().all(|(operator, keys)| {
            members(keys)
                .iter()
                .all(|(key, expected)| holds(operator, key, &texts(Some(expected)), given, is_deny))
        })
}

/// The texts of a list, or the one text in its place.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

fn matches_action(pattern: &str, action: &str) -> bool {
    let lower = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let (patterns, parts): (Vec<_>, Vec<_>) =
        (lower.0.split(':').collect(), lower.1.splitn(3, ':').collect());
    pattern == "*"
        || patterns.len() == parts.len()
            && patterns.iter().zip(&parts).all(|(pattern, part)| wild(pattern, part))
}

fn matches_resource(pattern: &str, resource: &[&str; 5]) -> bool {
    pattern == "*" || pattern.splitn(5, ':').zip(resource).all(|(pattern, part)| wild(pattern, part))
}

/// `*` and `?`, by trying everything: a table of which prefixes of both fit.
fn wild(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut fits: Vec<bool> = (0..=text.len()).map(|length| length == 0).collect();
    for piece in pattern.chars() {
        let before = fits.clone();
        for length in 0..=text.len() {
            fits[length] = match piece {
                '*' => before.iter().take(length + 1).any(|fits| *fits),
                piece => length > 0 && before[length - 1] && (piece == '?' || piece == text[length - 1]),
            };
        }
    }
    fits[text.len()]
}

/// Whether both name one condition key: the names in any case, the tag's key exactly.
fn is_same_key(one: &str, other: &str) -> bool {
    match (one.split_once('/'), other.split_once('/')) {
        (Some((one, tag)), Some((other, same))) => one.eq_ignore_ascii_case(other) && tag == same,
        (None, None) => one.eq_ignore_ascii_case(other),
        _ => false,
    }
}

fn holds(operator: &str, key: &str, expected: &[String], given: &[Given], is_deny: bool) -> bool {
    let of_key = given.iter().filter(|(name, _)| is_same_key(name, key)).map(|(_, value)| value.as_deref());
    let mut values: Vec<Option<&str>> = of_key.collect();
    let name = key.to_ascii_lowercase();
    // Only tags of the request and their keys add up; of others, the last value counts.
    if !name.starts_with("g:requesttag/") && name != "g:tagkeys" {
        values = values.last().copied().into_iter().collect();
    }
    if operator == "Null" {
        return values.is_empty() == (expected == ["true"]);
    }
    let (any, all) = (operator.strip_prefix("ForAnyValue:"), operator.strip_prefix("ForAllValues:"));
    let bare = any.or(all).unwrap_or(operator);
    let (bare, if_exists) = bare.strip_suffix("IfExists").map_or((bare, false), |bare| (bare, true));
    let negative = bare.contains("Not");
    let family = bare.replacen("Not", "", 1);
    if values.is_empty() {
        return if_exists || all.is_some() || (any.is_none() && negative);
    }
    let mut each = values.iter().map(|value| match value {
        None if family == "StringMatch"
            && expected.iter().any(|text| !text.is_empty() && text.chars().all(|char| char == '*')) =>
        {
            !negative
        }
        // Doubt refuses.
        None => is_deny,
        Some(value) => expected.iter().any(|expected| hits(&family, value, expected)) != negative,
    });
    if any.is_some() || (all.is_none() && is_deny) {
        each.any(|holds| holds)
    } else {
        each.all(|holds| holds)
    }
}

/// Whether a value is one that the operator asks for.
fn hits(family: &str, value: &str, expected: &str) -> bool {
    let ordered =
        |ordering: Option<Ordering>| match family.trim_start_matches("Number").trim_start_matches("Date") {
            "Equals" => ordering == Some(Ordering::Equal),
            "LessThan" => ordering == Some(Ordering::Less),
            "LessThanEquals" => ordering.is_some_and(Ordering::is_le),
            "GreaterThan" => ordering == Some(Ordering::Greater),
            _ => ordering.is_some_and(Ordering::is_ge),
        };
    match family {
        "StringEquals" => value == expected,
        "StringEqualsIgnoreCase" => value.eq_ignore_ascii_case(expected),
        "StringMatch" => wild(expected, value),
        "Bool" => matches!(value, "true" | "false") && value == expected,
        "IpAddress" => within(value, expected).unwrap_or(false),
        _ if family.starts_with("Number") => ordered(numbers(value, expected)),
        _ => ordered(date(value).zip(date(expected)).map(|(value, expected)| value.cmp(&expected))),
    }
}

/// How two decimals stand to each other, digit by digit.
fn numbers(one: &str, other: &str) -> Option<Ordering> {
    fn parts(text: &str) -> Option<(bool, &str, &str)> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').map_or((digits, "0"), |parts| parts);
        let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        (are_digits(whole) && are_digits(fraction)).then_some((text.starts_with('-'), whole, fraction))
    }
    let (one, other) = (parts(one)?, parts(other)?);
    let (whole, fraction) = (one.1.len().max(other.1.len()), one.2.len().max(other.2.len()));
    let padded =
        |(_, digits, decimals): (bool, &str, &str)| format!("{digits:0>whole$}{decimals:0<fraction$}");
    let (left, right) = (padded(one), padded(other));
    let is_zero = |digits: &str| digits.bytes().all(|digit| digit == b'0');
    let (minus, other_minus) = (one.0 && !is_zero(&left), other.0 && !is_zero(&right));
    Some(match (minus, other_minus) {
        (false, false) => left.cmp(&right),
        (true, true) => right.cmp(&left),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    let is_plain = text.as_bytes().get(10) == Some(&b'T') && !text.ends_with('z');
    is_plain.then(|| DateTime::parse_from_rfc3339(text).ok()).flatten().map(|date| date.to_utc())
}

/// Whether an address is in a network, bit by bit.
fn within(address: &str, network: &str) -> Option<bool> {
    fn bits(address: IpAddr) -> Vec<bool> {
        let octets = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        octets.iter().flat_map(|octet| (0..8).map(move |bit| octet >> (7 - bit) & 1 == 1)).collect()
    }
    let (start, prefix) =
        network.split_once('/').map_or((network, None), |(start, prefix)| (start, Some(prefix)));
    let (address, start) = (bits(address.parse::<IpAddr>().ok()?.to_canonical()), bits(start.parse().ok()?));
    let prefix = prefix.map_or(Some(start.len()), |prefix| prefix.parse().ok())?;
    Some(address.len() == start.len() && address.get(..prefix)? == start.get(..prefix)?)
}

#[cfg(test)]
mod tests {
    use super::{decide, numbers, wild, within};
    use serde_json::{Value, json};
    use std::cmp::Ordering;

    /// The examples that the crate itself is tested with: written by hand, and this knows nothing of how they are decided there.
    #[test]
    fn it_agrees_with_every_example() {
        let text = include_str!("../../../crates/policy/tests/policy/decisions.json");
        let examples: Vec<Value> = serde_json::from_str(text).unwrap();
        let mut count = 0;
        for example in &examples {
            let statements = example["policies"].as_object().unwrap().values();
            let policies: Vec<_> = statements.map(|list| json!({"Statement": list})).collect();
            for request in example["requests"].as_array().unwrap() {
                let resource: Vec<&str> = request[1].as_str().unwrap().splitn(5, ':').collect();
                let mut given = Vec::new();
                for (key, values) in request[2].as_object().unwrap() {
                    let one = std::slice::from_ref(values);
                    let values = values.as_array().map_or(one, Vec::as_slice);
                    given.extend(values.iter().map(|value| (key.clone(), value.as_str().map(str::to_owned))));
                }
                let decided =
                    decide(&policies, request[0].as_str().unwrap(), &resource.try_into().unwrap(), &given);
                let decided = serde_json::to_value(decided).unwrap();
                let expected = request[3].as_str().unwrap().split(' ').next();
                assert_eq!(decided.as_str(), expected, "{}: {request}", example["about"]);
                count += 1;
            }
        }
        assert!(count > 40, "{count} examples prove little");
    }

    #[test]
    fn what_it_is_made_of() {
        assert!(wild("a*?", "abc") && wild("**", "") && !wild("?", "") && !wild("a", "ab"));
        assert_eq!(numbers("-1.50", "-01.5"), Some(Ordering::Equal));
        assert_eq!(numbers("-0", "0.00"), Some(Ordering::Equal));
        assert_eq!(numbers("10", "9.99"), Some(Ordering::Greater));
        assert_eq!(numbers("1e3", "1"), None);
        assert_eq!(within("192.0.2.7", "192.0.2.0/29"), Some(true));
        assert_eq!(within("::ffff:192.0.2.8", "192.0.2.0/29"), Some(false));
    }
}
