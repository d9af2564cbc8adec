//! What a plain scalar means: the core schema of YAML 1.2, and nothing of YAML 1.1 (`yes` and `on` are text).

use super::tree::Kind;
use serde_json::Number;

/// The value of a plain scalar; `None` for infinities and not-a-number, which JSON cannot say.
pub(crate) fn plain(text: &str) -> Option<Kind> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Kind::Null),
        "true" | "True" | "TRUE" => return Some(Kind::Boolean(true)),
        "false" | "False" | "FALSE" => return Some(Kind::Boolean(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return None;
    }
    if let Some(integer) = radix(text) {
        return Some(Kind::Number(integer));
    }
    if !is_float(unsigned) {
        return Some(Kind::Text(text.to_owned()));
    }
    let decimal = text.strip_prefix('+').unwrap_or(text);
    if is_decimal(unsigned) {
        if let Ok(integer) = decimal.parse::<u64>() {
            return Some(Kind::Number(integer.into()));
        }
        if let Ok(integer) = decimal.parse::<i64>() {
            return Some(Kind::Number(integer.into()));
        }
    }
    decimal.parse::<f64>().ok().and_then(Number::from_f64).map(Kind::Number)
}

/// Whether the text is a row of decimal digits.
pub(crate) fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `0o17` and `0xFF`.
fn radix(text: &str) -> Option<Number> {
    let digits = |prefix: &str, radix| {
        let digits = text.strip_prefix(prefix)?;
        // `from_str_radix` would take a sign, which the core schema does not.
        digits.starts_with(|c: char| c.is_ascii_hexdigit()).then_some(())?;
        u64::from_str_radix(digits, radix).ok().map(Number::from)
    };
    digits("0o", 8).or_else(|| digits("0x", 16))
}

/// Whether the text, its sign taken off, is an integer or a float of the core schema.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent_fits =
        exponent.is_none_or(|exponent| is_decimal(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, "")) => is_decimal(whole),
        Some(("", fraction)) => is_decimal(fraction),
        Some((whole, fraction)) => is_decimal(whole) && is_decimal(fraction),
        None => is_decimal(mantissa),
    };
    mantissa_fits && exponent_fits
}
