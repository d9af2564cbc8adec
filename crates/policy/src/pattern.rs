//! Text patterns with `*` and `?`, as actions, URNs and `StringMatch` have them.
//!
//! `*` stands for any characters, or none, and `?` for exactly one; there is no way to write either literally. Both count
//! Unicode characters, not bytes. Where case is ignored, only ASCII letters are folded: `K` equals `k`, but never the
//! Kelvin sign, so that no look-alike passes for a name that a policy spells out.

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    fold: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// `*`
    Any,
    /// `?`
    One,
    /// A character that stands for itself.
    Char(char),
}

impl Pattern {
    /// A pattern that tells upper case from lower case.
    pub(crate) fn exact(text: &str) -> Self {
        Self::compile(text, false)
    }

    /// A pattern that takes ASCII letters of either case.
    pub(crate) fn ignoring_ascii_case(text: &str) -> Self {
        Self::compile(text, true)
    }

    fn compile(text: &str, fold: bool) -> Self {
        let mut parts: Vec<Part> = text
            .chars()
            .map(|char| match char {
                '*' => Part::Any,
                '?' => Part::One,
                char => Part::Char(char),
            })
            .collect();
        // `**` means what `*` means, and would only be tried twice.
        parts.dedup_by(|next, before| *next == Part::Any && *before == Part::Any);
        Self { parts, fold }
    }

    /// Whether every text matches.
    pub(crate) fn matches_everything(&self) -> bool {
        self.parts == [Part::Any]
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.run(text, &mut 0)
    }

    /// Walks the text once, and on a mismatch goes back to the last `*` only: what an earlier `*` took can stay as it is.
    /// So the steps are at most the text's length times the longest stretch between two `*`, however many there are.
    fn run(&self, text: &str, steps: &mut u64) -> bool {
        let mut rest = text.chars();
        let mut at = 0;
        // Where to go on after the last `*`, and the text that it has not taken yet.
        let mut retry = None;
        loop {
            *steps += 1;
            let before = rest.clone();
            let matched = match (self.parts.get(at), rest.next()) {
                (Some(Part::Any), _) => {
                    rest = before.clone();
                    retry = Some((at + 1, before));
                    true
                }
                (None, None) => return true,
                (Some(Part::One), Some(_)) => true,
                (Some(Part::Char(expected)), Some(found)) => {
                    *expected == found || (self.fold && expected.eq_ignore_ascii_case(&found))
                }
                // The text is at its end and the pattern is not: taking more of the text cannot help.
                (Some(_), None) => return false,
                (None, Some(_)) => false,
            };
            if matched {
                at += 1;
                continue;
            }
            let Some((resume, taken)) = retry.as_mut() else { return false };
            if taken.next().is_none() {
                return false;
            }
            at = *resume;
            rest = taken.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition itself, exponential as it is.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, _) => text.is_empty(),
            (Some(('*', rest)), _) => (0..=text.len()).any(|taken| naive(rest, &text[taken..])),
            (Some(('?', rest)), Some((_, others))) => naive(rest, others),
            (Some((char, rest)), Some((other, others))) => char == other && naive(rest, others),
            (Some(_), None) => false,
        }
    }

    /// Every text over these characters, up to this length.
    fn texts(alphabet: &[char], longest: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..longest {
            last = last
                .iter()
                .flat_map(|text| alphabet.iter().map(move |char| format!("{text}{char}")))
                .collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    #[test]
    fn agrees_with_the_definition_on_every_short_pattern_and_text() {
        let texts = texts(&['a', '中'], 5);
        let mut matches = 0;
        let mut pairs = 0;
        for pattern in self::texts(&['a', '中', '*', '?'], 5) {
            let compiled = Pattern::exact(&pattern);
            let parts: Vec<char> = pattern.chars().collect();
            for text in &texts {
                let expected = naive(&parts, &text.chars().collect::<Vec<_>>());
                assert_eq!(compiled.matches(text), expected, "{pattern:?} on {text:?}");
                matches += usize::from(expected);
                pairs += 1;
            }
        }
        assert_eq!(pairs, 1365 * 63);
        assert!(matches > 5_000 && matches < pairs / 2, "{matches}");
    }

    #[test]
    fn steps_grow_with_the_text_and_not_with_the_number_of_stars() {
        for stars in [1, 10, 100] {
            // Each stretch nearly matches everywhere, and the last never does.
            let pattern = Pattern::exact(&format!("{}b", "*aaaaaaaa".repeat(stars)));
            for length in [1_000, 10_000, 100_000] {
                let mut steps = 0;
                assert!(!pattern.run(&"a".repeat(length), &mut steps));
                // Nine characters in a stretch and the `*` before it.
                assert!(
                    steps <= 11 * (length as u64) + 1_000,
                    "{stars} stars, {length} characters: {steps} steps"
                );
            }
        }
    }

    #[test]
    fn only_ascii_letters_are_folded() {
        let pattern = Pattern::ignoring_ascii_case("Kelvin*straße");
        assert!(pattern.matches("kELVIN-STRAßE"));
        assert!(!pattern.matches("\u{212a}elvin-straße"));
        assert!(!pattern.matches("kelvin-strasse"));
        assert!(!Pattern::exact("a").matches("A"));
        assert!(!Pattern::ignoring_ascii_case("é").matches("É"));
        assert!(!Pattern::exact("?").matches("e\u{301}"), "two characters, though they look like one");
    }

    #[test]
    fn only_stars_match_everything() {
        assert!(Pattern::exact("*").matches_everything());
        assert!(Pattern::exact("***").matches_everything());
        assert!(!Pattern::exact("*?").matches_everything());
        assert!(!Pattern::exact("").matches_everything());
    }
}
