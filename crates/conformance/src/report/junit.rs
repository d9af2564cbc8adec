//! For a CI system: JUnit XML, a test case for each rule. A rule that was not checked is a skipped one.

use super::Counts;
use crate::outcome::{Failure, Judged, Outcome, Report};
use std::fmt::Write as _;

/// The report as JUnit XML, with the declaration in front.
#[must_use]
pub fn junit(report: &Report) -> String {
    let counts = Counts::of(report);
    let sums = format!("tests=\"{}\" failures=\"{}\" errors=\"0\"", counts.all(), counts.broken);
    // The schemas know it of a suite, not of all suites together.
    let skipped = counts.not_checked;
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string does not fail, here and below.
    let _ = writeln!(xml, "<testsuites name=\"untag conformance\" {sums}>");
    let _ = writeln!(
        xml,
        "  <testsuite name=\"untag conformance\" {sums} skipped=\"{skipped}\">\n    <properties>"
    );
    let effects = if report.effects { "looked at" } else { "not looked at" };
    for (name, value) in
        [("url", &*report.url), ("requests", &report.requests.to_string()), ("tags", effects)]
    {
        let _ = writeln!(xml, "      <property name=\"{name}\" value=\"{}\"/>", attribute(value));
    }
    xml.push_str("    </properties>\n");
    for judged in &report.rules {
        write_rule(&mut xml, judged);
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

fn write_rule(xml: &mut String, judged: &Judged) {
    let rule = judged.rule;
    let name = attribute(&rule.name);
    let _ = write!(xml, "    <testcase classname=\"untag.conformance\" name=\"{name}\"");
    match &judged.outcome {
        Outcome::Holds => xml.push_str("/>\n"),
        Outcome::NotChecked(reason) => {
            let _ = writeln!(
                xml,
                ">\n      <skipped message=\"not checked: {}\"/>\n    </testcase>",
                attribute(reason)
            );
        }
        Outcome::Broken(failures) => {
            let (message, kind) = (attribute(&rule.title), rule.severity.name());
            // One element for all of them: many readers take no second.
            let said: Vec<String> = failures.iter().map(told).collect();
            let said = content(&said.join("\n\n"));
            let _ = writeln!(
                xml,
                ">\n      <failure message=\"{message}\" type=\"{kind}\">{said}</failure>\n    </testcase>"
            );
        }
    }
}

fn told(failure: &Failure) -> String {
    let Failure { case, why, expected, got, reproduction } = failure;
    format!("{case}: {why}\nexpected: {expected}\ngot: {got}\n{reproduction}")
}

/// A text as the value of an attribute, between double quotes.
fn attribute(text: &str) -> String {
    // A reader makes a space of each of these unless it is written so.
    content(text).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}

/// A text between tags. What XML has no way to write stands there as Rust would write it.
fn content(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '\r' => xml.push_str("&#13;"),
            '\n' | '\t' => xml.push(character),
            '\u{fffe}' | '\u{ffff}' => xml.extend(character.escape_unicode()),
            _ if character.is_control() => xml.extend(character.escape_unicode()),
            _ => xml.push(character),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::{attribute, content};

    #[test]
    fn what_xml_cannot_have_is_written_in_another_way() {
        let text = "<a b=\"c\">&amp;]]>\u{0}\u{1b}\r\n\t\u{85}\u{fffe}\u{ffff}中👩";
        assert_eq!(
            content(text),
            "&lt;a b=\"c\"&gt;&amp;amp;]]&gt;\\u{0}\\u{1b}&#13;\n\t\\u{85}\\u{fffe}\\u{ffff}中👩"
        );
        assert_eq!(attribute("a\"b\n\tc"), "a&quot;b&#10;&#9;c");
    }
}
