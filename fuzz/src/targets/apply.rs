//! `untag apply`: what is taken of a file is what others read there, and, written as a failure, reads as the same again.

use super::lenient;
use serde_json::{Value, json};
use untag_cli::apply::{BadLine, Entry, Format, Item, Reader, Reading};
use untag_client::types::{ResourceProjectId, ResourceTag, TagValue};

/// One byte says how, and the rest is the file.
pub(super) fn run(input: &[u8]) {
    let Some((how, text)) = input.split_first() else { return };
    let format = if how & 1 == 0 { Format::Ndjson } else { Format::Csv };
    let columns = (how & 2 != 0 && format == Format::Csv)
        .then(|| "project_id=Project,resource_type=Type,resource_id=Id,key=Tag,value=".parse().ok())
        .flatten();
    let project = if how & 4 == 0 { ResourceProjectId::new("f".repeat(32)).ok() } else { None };
    let reading = Reading { format, columns, project };
    let (entries, bad) = read(text, &reading, |_| true);
    match format {
        Format::Ndjson => as_json(text, &entries, &bad, &reading),
        Format::Csv => as_csv(text, &entries, &reading),
    }
    // The second reading of a file passes over what is done, and finds the rest where it was.
    let every_other: Vec<Entry> = entries.iter().filter(|entry| entry.number % 2 == 0).cloned().collect();
    assert_eq!(read(text, &reading, |number| number % 2 == 0).0, every_other);

    let mut failures = Vec::new();
    for entry in &entries {
        let written = entry.to_json(&json!({"line": entry.line, "message": "\n\u{2028}\""}), &mut failures);
        assert!(written.is_ok(), "an entry cannot be written: {written:?}");
    }
    let reading = Reading { format: Format::Ndjson, columns: None, project: None };
    let (again, bad) = read(&failures, &reading, |_| true);
    assert_eq!(bad, [], "a failure is not taken again");
    let what = |entries: &[Entry]| {
        entries.iter().map(|entry| (entry.resource.clone(), entry.tags.clone())).collect::<Vec<_>>()
    };
    assert_eq!(what(&again), what(&entries), "a failure reads as something else");
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let line = |rest: &str| format!(r#"{{"resource_type":"disk","resource_id":"1",{rest}}}"#);
    let json = [
        line(r#""key":"k""#),
        line(r#""project_id":"0123456789abcdef0123456789abcdef","key":"k","value":"""#),
        line(r#""tags":[{"key":"a"},{"key":"b","value":"v"}],"error":{"status":404,"x":[null]}"#),
        format!("\u{feff}\n{}\r\n \nx\n{}", line(r#""key":"_sys_a""#), line(r#""key":"中","value":"a/b""#)),
    ];
    let csv = [
        "resource_type,resource_id,key,value\ndisk,1,k,\n\ndisk,2,k,\"x/y\"\r\ndisk,\"\n3\",k,\"a\"\"b\"\n",
        "project_id,resource_type,resource_id,key\n0123456789abcdef0123456789abcdef,disk,1,k\n",
        "\u{feff}Project,Type,Id,Tag,More\n0123456789abcdef0123456789abcdef,disk,1,k,x\n",
        "resource_type,resource_id,key\ndisk,a\"b,k\ndisk,c,k\n",
    ];
    let json = json.iter().flat_map(|text| [b'0', b'4'].map(|how| [&[how][..], text.as_bytes()].concat()));
    let csv = csv
        .iter()
        .flat_map(|text| [b'1', b'3', b'5', b'7'].map(|how| [&[how][..], text.as_bytes()].concat()));
    json.chain(csv).collect()
}

/// The entries of a file that are wanted, and its bad lines.
fn read(text: &[u8], reading: &Reading, wanted: impl Fn(u64) -> bool) -> (Vec<Entry>, Vec<BadLine>) {
    let mut reader = Reader::new(text, reading.clone());
    let (mut entries, mut bad): (Vec<Entry>, Vec<BadLine>) = (Vec::new(), Vec::new());
    loop {
        match reader.next(&wanted) {
            Ok(Some(Item::Entry(entry))) => {
                assert!(wanted(entry.number) && !entry.tags.is_empty(), "{entry:?}");
                assert!(
                    entries.last().is_none_or(|last| last.number < entry.number && last.line < entry.line)
                );
                entries.push(entry);
            }
            Ok(Some(Item::Bad(line))) => {
                let text = line.to_string();
                assert!(!text.chars().any(char::is_control), "{text:?} would be obeyed by a terminal");
                assert!(bad.last().is_none_or(|last| !last.fatal), "something is read after a fatal line");
                bad.push(line);
            }
            Ok(Some(Item::Skipped)) => {}
            Ok(None) => return (entries, bad),
            Err(error) => panic!("reading from memory failed: {error}"),
        }
    }
}

/// The project, type and id of an entry.
fn resource(entry: &Entry) -> [&str; 3] {
    [entry.resource.project.as_str(), entry.resource.kind.as_str(), entry.resource.id.as_str()]
}

fn tag(tag: &ResourceTag) -> (&str, Option<&str>) {
    (tag.key.as_str(), tag.value.as_ref().map(TagValue::as_str))
}

/// Every line that is not blank is an entry or bad, and an entry is what the line says.
fn as_json(text: &[u8], entries: &[Entry], bad: &[BadLine], reading: &Reading) {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let entry = entries.iter().find(|entry| entry.line == number);
        let is_bad = bad.iter().any(|bad| bad.line == number);
        assert_eq!(line.trim_ascii().is_empty(), entry.is_none() && !is_bad, "line {number}");
        let Some(entry) = entry else { continue };
        assert!(!is_bad, "line {number} is good and bad");
        let Some(line) = lenient(line) else { panic!("line {number} is no JSON, and was taken") };
        let text = |name| line.get(name).and_then(Value::as_str);
        let project = text("project_id").or(reading.project.as_ref().map(ResourceProjectId::as_str));
        assert_eq!([project, text("resource_type"), text("resource_id")], resource(entry).map(Some));
        let pair = |tag: &'_ Value| {
            (
                tag.get("key").and_then(Value::as_str).map(str::to_owned),
                tag.get("value").and_then(Value::as_str).map(str::to_owned),
            )
        };
        let expected: Vec<_> = match line.get("tags").and_then(Value::as_array) {
            Some(tags) => tags.iter().map(pair).collect(),
            None => vec![pair(&line)],
        };
        let found =
            entry.tags.iter().map(tag).map(|(key, value)| (Some(key.to_owned()), value.map(str::to_owned)));
        assert_eq!(found.collect::<Vec<_>>(), expected, "line {number}");
    }
}

/// A record is what the reader of CSV that most programs use finds there.
fn as_csv(text: &[u8], entries: &[Entry], reading: &Reading) {
    if entries.is_empty() {
        return;
    }
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut records = Vec::new();
    for record in reader.byte_records() {
        let Ok(record) = record else { panic!("another reader cannot read on: {record:?}") };
        // A line of blanks is a record there, and empty lines before a record are a part of it.
        let start = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
        let start = text.get(start..).unwrap_or_default();
        let start = start.iter().position(|byte| !b"\r\n".contains(byte)).and_then(|skip| start.get(skip..));
        let line = start.unwrap_or_default().split(|byte| *byte == b'\n').next().unwrap_or_default();
        if !line.trim_ascii().is_empty() {
            let fields = record.iter().map(|field| String::from_utf8_lossy(field).into_owned());
            records.push(fields.collect::<Vec<_>>());
        }
    }
    let Some((header, records)) = records.split_first() else {
        panic!("another reader finds nothing at all")
    };
    for entry in entries {
        let place = usize::try_from(entry.number).unwrap_or(0).saturating_sub(1);
        let Some(record) = records.get(place) else {
            panic!("another reader has no record {}", entry.number)
        };
        let field =
            |name: &str| header.iter().position(|column| column == name).and_then(|place| record.get(place));
        let is_mapped = reading.columns.is_some();
        let member =
            |own: &str, mapped: &str| field(if is_mapped { mapped } else { own }).map(String::as_str);
        let project =
            member("project_id", "Project").or(reading.project.as_ref().map(ResourceProjectId::as_str));
        let value = if is_mapped { None } else { field("value").map(String::as_str) };
        let ids = [project, member("resource_type", "Type"), member("resource_id", "Id")];
        assert_eq!(ids, resource(entry).map(Some), "line {}", entry.line);
        let Some(key) = member("key", "Tag") else {
            panic!("another reader finds no key on line {}", entry.line)
        };
        assert_eq!(entry.tags.iter().map(tag).collect::<Vec<_>>(), [(key, value)], "line {}", entry.line);
    }
}
