//! The line in a generated file's header that tells "out of date" from "edited by hand".
//!
//! FNV-1a with 64 bits: it guards against forgetfulness, not against forgery, and ten lines that never change suit
//! that better than a cryptographic hash and its dependencies.

const MARK: &str = "// Checksum: ";

/// The header line for a file that goes on with `rest`.
pub(super) fn line(rest: &str) -> String {
    format!("{MARK}{:016x}\n", fnv1a(rest.as_bytes()))
}

/// Whether everything below the checksum line of this file is as a generator wrote it.
///
/// `false` for a text that has no such line: nobody but a person can have written it.
#[must_use]
pub fn is_untouched(text: &str) -> bool {
    let mut rest = text;
    while let Some((first, below)) = rest.split_once('\n') {
        if first.starts_with(MARK) {
            return line(below).trim_end() == first;
        }
        if !first.starts_with("//") {
            return false;
        }
        rest = below;
    }
    false
}

fn fnv1a(bytes: &[u8]) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    bytes.iter().fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::{fnv1a, is_untouched, line};

    #[test]
    fn the_hash_is_fnv_1a() {
        // The published test vectors of the function: files written years apart must agree.
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn any_change_below_the_line_shows() {
        let rest = "\n//! Doc.\n\npub struct A;\n";
        let file = format!("// @generated\n{}{rest}", line(rest));
        assert!(is_untouched(&file));
        assert!(!is_untouched(&file.replace("struct A", "struct B")));
        assert!(!is_untouched(&format!("{file}\n")));
        assert!(!is_untouched(&file.replace('\n', "\r\n")));
        assert!(!is_untouched(file.trim_end()));
    }

    #[test]
    fn a_file_without_the_line_is_somebodys() {
        assert!(!is_untouched(""));
        assert!(!is_untouched("pub struct A;\n"));
        assert!(!is_untouched("pub struct A;\n// Checksum: cbf29ce484222325\n"));
    }
}
