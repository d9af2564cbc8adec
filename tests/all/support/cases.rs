//! The wire cases of `openapi/cases/`, as their README describes them.

use super::contract::root;
use serde_json::Value;

/// One file of cases.
pub fn file(name: &str) -> Value {
    let path = root().join("openapi/cases").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A text member of a case.
pub fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case[member].as_str().unwrap_or_else(|| panic!("{member} is a text in {case}"))
}

/// Bytes written as a text, or as a list of pieces. Nothing where there is no such member.
pub fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => text.clone().into_bytes(),
        Value::Array(pieces) => pieces.iter().flat_map(bytes).collect(),
        Value::Object(piece) => match (piece.get("hex"), piece.get("repeat"), piece.get("times")) {
            (Some(hex), _, _) => unhex(hex.as_str().expect("hexadecimal digits")),
            (_, Some(text), Some(times)) => {
                let times = times.as_u64().and_then(|times| usize::try_from(times).ok()).expect("a count");
                text.as_str().expect("a text").repeat(times).into_bytes()
            }
            _ => panic!("not a piece: {value}"),
        },
        other => panic!("neither a text nor pieces: {other}"),
    }
}

/// Head and body as they go over the wire: each line ended with CR LF, an empty line, then the body exactly.
pub fn message(case: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    for line in case["head"].as_array().expect("a head") {
        out.extend(bytes(line));
        out.extend(b"\r\n");
    }
    out.extend(b"\r\n");
    out.extend(bytes(&case["body"]));
    out
}

fn unhex(digits: &str) -> Vec<u8> {
    let digits: Vec<char> = digits.chars().filter(|digit| !digit.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("two digits");
    digits.chunks(2).map(byte).collect()
}
