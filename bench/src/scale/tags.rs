//! The tags of databases of every size: put in by `untagd import`, and taken out far apart from each other.

use crate::deletions::data::{TAGS, TOKEN, batch_body, key, value};
use crate::example::PROJECT;
use crate::{Outcome, clock, program};
use std::cell::Cell;
use std::io::{self, BufWriter, Write};
use std::process::{Command, Stdio};

/// The resources of one database, and which of them were taken.
#[derive(Debug)]
pub(super) struct Resources {
    count: usize,
    /// Resources that were taken as a whole: the first of the order.
    whole: Cell<usize>,
    /// Single tags that were taken: from the others.
    single: Cell<usize>,
    /// How many may be taken as a whole.
    kept_whole: usize,
}

impl Resources {
    /// So many tags, ten to a resource, of which so many resources are to be taken as a whole.
    pub(super) fn new(tags: usize, kept_whole: usize) -> Self {
        Self { count: tags / TAGS, whole: Cell::new(0), single: Cell::new(0), kept_whole }
    }

    /// The next so many requests that take one tag each.
    pub(super) fn single(&self, count: usize) -> Outcome<Vec<Vec<u8>>> {
        let first = self.single.replace(self.single.get() + count);
        let others = self.count - self.kept_whole;
        if first + count > others * TAGS {
            return Err("there is not enough left to delete".into());
        }
        let place = |number: usize| (self.kept_whole + number % others, number / others);
        Ok((first..first + count).map(place).map(|(place, tag)| self.one(place, tag)).collect())
    }

    /// The next so many requests that take all tags of a resource each.
    pub(super) fn whole(&self, count: usize) -> Outcome<Vec<Vec<u8>>> {
        let first = self.whole.replace(self.whole.get() + count);
        if first + count > self.kept_whole {
            return Err("there is not enough left to delete".into());
        }
        Ok((first..first + count).map(|place| self.batch(place)).collect())
    }

    /// The resource at this place of an order in which neighbours are far apart.
    fn scattered(&self, place: usize) -> usize {
        // A prime that divides no number of resources here, so that each is met once.
        const STRIDE: u128 = 2_654_435_761;
        let place = (place as u128 * STRIDE) % self.count.max(1) as u128;
        usize::try_from(place).unwrap_or_default()
    }

    fn one(&self, place: usize, tag: usize) -> Vec<u8> {
        let (id, key) = (id(self.scattered(place)), key(tag));
        format!(
            "DELETE /v2/{PROJECT}/desktops/{id}/tags/{key} HTTP/1.1\r\nhost: bench\r\nx-auth-token: {TOKEN}\r\n\r\n"
        )
        .into_bytes()
    }

    fn batch(&self, place: usize) -> Vec<u8> {
        let (id, body) = (id(self.scattered(place)), batch_body(TAGS));
        format!(
            "DELETE /v1/{PROJECT}/desktop/{id}/tags/delete HTTP/1.1\r\nhost: bench\r\nx-auth-token: {TOKEN}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    /// Puts all of them into a store, in the order of their ids, as a user would. Seconds that it took.
    pub(super) fn import(&self, store: &str) -> Outcome<f64> {
        let start = clock::now();
        let mut import = Command::new(program::beside("untagd")?);
        import.env_clear().args(["import", "-", "--store", store]);
        let mut import = import.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let input = import.stdin.take().ok_or("a process without its input")?;
        let written = self.write(BufWriter::with_capacity(1 << 20, input));
        let output = import.wait_with_output()?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            return Err(format!("untagd import: {}: {}", output.status, words.trim()).into());
        }
        written?;
        Ok(start.elapsed().as_secs_f64())
    }

    fn write(&self, mut input: impl Write) -> io::Result<()> {
        let tags: Vec<String> = (0..TAGS).map(|tag| format!("\"{}\":\"{}\"", key(tag), value(tag))).collect();
        let tags = tags.join(",");
        for resource in 0..self.count {
            writeln!(
                input,
                "{{\"project_id\":\"{PROJECT}\",\"resource_type\":\"desktop\",\"resource_id\":\"{}\",\"tags\":{{{tags}}},\
                 \"sys_tags\":{{}}}}",
                id(resource)
            )?;
        }
        input.flush()
    }
}

/// The id of a resource: as long as those of the provider, and in the order of its numbers.
fn id(resource: usize) -> String {
    format!("{resource:08x}-ea9c-4a8b-8b1f-4b2a1a0c9d11")
}

#[cfg(test)]
mod tests {
    use super::Resources;
    use std::collections::BTreeSet;

    #[test]
    fn every_tag_is_taken_once_and_no_more_than_there_are() {
        for tags in [10_000, 100_000, 10_000_000] {
            let resources = Resources::new(tags, 300);
            let order: BTreeSet<usize> = (0..tags / 10).map(|place| resources.scattered(place)).collect();
            assert_eq!(order.len(), tags / 10);
        }
        let resources = Resources::new(10_000, 300);
        let all: BTreeSet<Vec<u8>> = resources.single(7_000).unwrap().into_iter().collect();
        assert_eq!(all.len(), 7_000);
        assert!(resources.single(1).is_err());
        assert_eq!(resources.whole(300).unwrap().len(), 300);
        assert!(resources.whole(1).is_err());
    }
}
