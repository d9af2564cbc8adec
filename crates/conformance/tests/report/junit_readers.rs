//! JUnit XML under readers that are not ours: a validator with the schema that CI systems go by, and the parser that many of
//! their tools use.

use crate::sample;
use std::fs;
use std::path::Path;
use std::process::Command;
use untag_conformance::report;
use untag_python::{environment, run};

const REQUIREMENTS: &str = "elementpath==5.1.4\njunitparser==5.0.3\nxmlschema==4.3.2\n";

/// Reads a report and a schema; prints what a reader sees of the report, as JSON.
const READER: &str = r#"
import json, sys
import junitparser, xmlschema
report, schema = sys.argv[1:]
xmlschema.XMLSchema(schema).validate(report)
suites = junitparser.JUnitXml.fromfile(report)
[suite] = suites
print(json.dumps({
    "sums": [suite.tests, suite.failures, suite.errors, suite.skipped],
    "cases": [
        [case.classname, case.name, [[type(result).__name__, result.message, result.type, result.text] for result in case.result]]
        for case in suite
    ],
    "properties": {one.name: one.value for one in suite.properties()},
}))
"#;

#[test]
fn a_report_is_what_ci_systems_read() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tempfile::tempdir_in(scratch).unwrap();
    let file = folder.path().join("report.xml");
    fs::write(&file, report::junit(&sample())).unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/junit.xsd");
    let output =
        run(Command::new(environment(scratch, REQUIREMENTS)).args(["-c", READER]).arg(&file).arg(schema));
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read["sums"], serde_json::json!([4, 2, 0, 1]));
    assert_eq!(read["properties"]["url"], "http://127.0.0.1:1/a&b");
    let cases = read["cases"].as_array().unwrap();
    let names: Vec<_> = cases.iter().map(|case| case[1].as_str().unwrap()).collect();
    assert_eq!(names, ["named-tag-is-removed", "value-must-match", "signature", "request-id"]);
    assert_eq!(cases[0][2], serde_json::json!([]));
    let [kind, message, severity, text] = [0, 1, 2, 3].map(|index| cases[1][2][0][index].as_str().unwrap());
    assert_eq!((kind, severity), ("Failure", "critical"), "{message}");
    // Everything but what XML cannot write comes out as it went in.
    assert!(text.contains("got: <a b=\"c\">&amp;]]>\\u{0}\\u{1b}[2J\r\nnext\t\\u{fffe}中👩"), "{text:?}");
    assert!(text.contains("case-6") && text.contains("$TOKEN"), "{text}");
    let reason = "not checked: there is no access key; add \"ak\" & \"sk\"";
    assert_eq!((&cases[2][2][0][0], &cases[2][2][0][1]), (&"Skipped".into(), &reason.into()));
}
