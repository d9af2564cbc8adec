//! Percent-decoding, as RFC 3986 has it.

/// The bytes that a text stands for; `None` where a `%` has no two hexadecimal digits behind it.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first == b'%' {
            let [high, low, behind @ ..] = rest else { return None };
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            bytes.push(digit(*high)? * 16 + digit(*low)?);
            rest = behind;
        } else {
            bytes.push(*first);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn escapes_are_two_digits() {
        assert_eq!(decode(b"a%2Fb%2f+").as_deref(), Some(&b"a/b/+"[..]));
        assert_eq!(decode(b"%FF%00").as_deref(), Some(&[0xff, 0][..]));
        for broken in ["%", "%4", "%ZZ", "%+1", "%%41"] {
            assert_eq!(decode(broken.as_bytes()), None, "{broken}");
        }
    }
}
