//! Decimal numbers compared exactly, however long; a binary floating-point number would call different ones equal.

use std::cmp::Ordering;

/// A decimal number: `-12.50`. No exponent, no sign `+`, digits on both sides of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Without leading zeros; empty for 0.
    whole: String,
    /// Without trailing zeros; empty for an integer.
    fraction: String,
}

impl Decimal {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, whole, fraction })
    }

    fn cmp_size(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then_with(|| self.whole.cmp(&other.whole));
        // Without trailing zeros, digits after the point are ordered like text.
        whole.then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.cmp_size(other),
            (true, true) => other.cmp_size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_numbers_as_numbers() {
        let ascending = [
            "-100",
            "-9.5",
            "-9.05",
            "-0.1",
            "0",
            "0.09",
            "0.1",
            "0.11",
            "2",
            "10",
            "9007199254740992",
            "9007199254740993",
        ];
        let numbers: Vec<Decimal> = ascending.iter().map(|text| Decimal::parse(text).unwrap()).collect();
        for (one, left) in numbers.iter().enumerate() {
            for (other, right) in numbers.iter().enumerate() {
                assert_eq!(left.cmp(right), one.cmp(&other), "{} and {}", ascending[one], ascending[other]);
            }
        }
    }

    #[test]
    fn one_number_has_many_spellings() {
        for (one, other) in [("1", "01"), ("1", "1.0"), ("-0", "0"), ("0.0", "0"), ("-1.50", "-01.5")] {
            assert_eq!(Decimal::parse(one).unwrap(), Decimal::parse(other).unwrap());
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", "+1", "1.", ".5", "1e3", " 1", "1 ", "1,5", "0x1", "--1", "NaN", "inf", "١"] {
            assert!(Decimal::parse(text).is_none(), "{text:?}");
        }
    }
}
