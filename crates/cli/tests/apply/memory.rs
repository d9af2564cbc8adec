//! Memory does not grow with the file.

use crate::program::Running;
use crate::service::{TOKEN, Untagd};
use crate::support::{disks, folder, line};
use std::fs;
use std::io::{BufWriter, Write as _};

/// How much more a file that is three times as long may take, in KiB: less than its further lines take. The shorter one
/// fills every window that there ever is.
const MORE: u64 = 8 * 1024;

#[test]
fn a_file_three_times_as_long_takes_no_more_memory() {
    let folder = folder();
    let (rows, _) = disks(100);
    let untagd = Untagd::with(rows);
    let mut peaks = Vec::new();
    for lines in [40_000_usize, 120_000] {
        let path = folder.path().join(format!("{lines}.ndjson"));
        let mut file = BufWriter::new(fs::File::create(&path).unwrap());
        for number in 0..lines {
            // Ten tags for each request; of a hundred resources.
            let (id, key) = (format!("{:07}", number / 10 % 100), format!("{}{}", "x".repeat(60), number));
            writeln!(file, "{}", line(&id, &key, None)).unwrap();
        }
        file.into_inner().unwrap();
        let run = Running::start(&untagd.endpoint, TOKEN, folder.path(), &[path.to_str().unwrap()], None);
        let (told, peak) = run.end(0);
        assert_eq!(told["done"], lines, "{told}");
        peaks.push(peak);
    }
    println!("peak memory: {} KiB for 40000 lines, {} KiB for 120000", peaks[0], peaks[1]);
    assert!(peaks[1] < peaks[0] + MORE, "{peaks:?} KiB");
}
