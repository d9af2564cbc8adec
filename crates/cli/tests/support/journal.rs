//! What a journal says, read by the tests themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The numbers of the lines that a journal has as done; none where there is no journal. A line that is not whole says nothing.
pub(crate) fn journaled(path: &Path) -> BTreeSet<u64> {
    let Ok(text) = fs::read_to_string(path) else { return BTreeSet::new() };
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let ranges = whole.lines().skip(1).flat_map(|line| line.split(' ').filter(|word| !word.starts_with('#')));
    let ranges = ranges.map(|range| {
        let (start, end) = range.split_once('-').unwrap_or((range, range));
        start.parse::<u64>().unwrap()..=end.parse().unwrap()
    });
    ranges.flatten().collect()
}
