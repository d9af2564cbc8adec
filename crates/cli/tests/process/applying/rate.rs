//! `--rate`: so many requests start each second. The limiter's arithmetic is tested beside it, with its clock passed in.

use super::Disks;
use serde_json::Value;

#[test]
fn a_run_takes_at_least_as_long_as_its_rate_says() {
    let disks = Disks::new(40);
    let arguments = ["apply", "tags.ndjson", "--yes", "--output", "json", "--rate"];
    let document = disks.home.run(&[&arguments[..], &["20"]].concat()).with(0).json();
    let number = |name: &str| document[name].as_f64().unwrap();
    assert_eq!((&document["done"], &document["left"]), (&80.into(), &0.into()));
    assert_eq!(disks.removed().len(), 80);
    // A tenth of a second's requests may start at once, and each of the others has to wait for its turn. How much longer it
    // takes is a matter of the machine.
    assert!(number("requests") >= 40.0);
    assert!(number("seconds") >= (40.0 - 2.0) / 20.0, "{document}");
}

#[test]
fn what_is_no_rate_is_refused_and_nothing_is_sent() {
    let disks = Disks::new(1);
    for wrong in ["0", "-1", "many", "NaN", "inf", "1e9", ""] {
        let flag = format!("--rate={wrong}");
        let ran = disks.home.run(&["apply", "tags.ndjson", "--yes", &flag]).with(2);
        assert!(
            ran.stderr.contains("--rate") && ran.stderr.contains("from 0.001 to 1000000"),
            "{}",
            ran.stderr
        );
    }
    assert!(disks.removed().is_empty() && !disks.journal().exists());
    // The same with a rate, so that this could have failed.
    let ran = disks.home.run(&["apply", "tags.ndjson", "--yes", "--output", "json", "--rate", "0.5"]).with(0);
    assert_eq!(ran.json()["failures"], Value::Null);
    assert_eq!(disks.removed().len(), 2);
}
