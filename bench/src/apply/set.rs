//! What is deleted: a database, the same tags as lines for `untag apply` and as requests, and services on copies of it.

use crate::Outcome;
use crate::deletions::data;
use crate::program::Program;
use rusqlite::Connection;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use untag_store::Store as _;
use untag_store::sqlite::{SqliteOptions, SqliteStore};

/// So many resources, each with as many tags, all of which are to go.
#[derive(Debug)]
pub(super) struct Set {
    folder: TempDir,
    /// The resources, in the order of the file.
    pub(super) order: Vec<usize>,
    /// Tags of each resource, which go in one request.
    pub(super) each: usize,
}

impl Set {
    /// Makes the database and the file, in a folder of their own below this one. `order` names each of so many resources once.
    pub(super) fn make(runtime: &Runtime, below: &Path, order: Vec<usize>, each: usize) -> Outcome<Self> {
        let set = Self { folder: TempDir::new_in(below)?, order, each };
        let store = SqliteStore::open(set.database(), SqliteOptions::default())?;
        // One more, for the request that shows that a service has started.
        data::fill(runtime, &store, set.order.len() + 1, each)?;
        runtime.block_on(store.close())?;
        set.write_lines(&set.file(), set.tags())?;
        fs::write(set.callers(), data::callers())?;
        Ok(set)
    }

    /// How many tags are to go.
    pub(super) fn tags(&self) -> usize {
        self.order.len() * self.each
    }

    /// The lines that name them, for `untag apply`.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join("tags.ndjson")
    }

    /// Writes so many lines: the tags of each resource together, one resource after the other. After the last tag of all, it
    /// goes around again, with keys that no resource has.
    pub(super) fn write_lines(&self, file: &Path, lines: usize) -> Outcome<()> {
        let mut file = BufWriter::new(File::create(file)?);
        let each_tag = (0..).flat_map(|round| {
            let tags = round * self.each..(round + 1) * self.each;
            self.order.iter().flat_map(move |&resource| tags.clone().map(move |tag| (resource, tag)))
        });
        for (resource, tag) in each_tag.take(lines) {
            let (id, key) = (data::id(resource), data::key(tag));
            writeln!(file, r#"{{"resource_type":"desktop","resource_id":"{id}","key":"{key}"}}"#)?;
        }
        Ok(file.flush()?)
    }

    /// The requests that delete them, prepared.
    pub(super) fn requests(&self) -> Vec<Vec<u8>> {
        self.order.iter().map(|&resource| data::batch(resource, self.each)).collect()
    }

    /// Starts a service on a copy of the database.
    pub(super) fn serve(&self) -> Outcome<Service> {
        let folder = TempDir::new_in(self.folder.path())?;
        let database = folder.path().join("tags.db");
        fs::copy(self.database(), &database)?;
        // Or the disk would still be busy with it while deletions are measured.
        File::open(&database)?.sync_all()?;
        let url = format!("sqlite:{}", database.display());
        let program = Program::untagd(&url, &self.callers(), &data::batch(self.order.len(), self.each))?;
        Ok(Service { program, folder, tags: self.tags() })
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("all.db")
    }

    fn callers(&self) -> PathBuf {
        self.folder.path().join("authentication.toml")
    }
}

/// `untagd` on a copy of a set.
#[derive(Debug)]
pub(super) struct Service {
    // Before its files are removed, it must end.
    program: Program,
    folder: TempDir,
    tags: usize,
}

impl Service {
    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.program.address
    }

    /// Where it listens, as a URL.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.program.address)
    }

    /// A folder for what belongs to this run, on the same disk; it is gone with the service.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// CPU time that it has used, in seconds.
    pub(super) fn cpu(&self) -> Outcome<f64> {
        self.program.cpu()
    }

    /// Ends it. So many tags must be gone, and all others there: a fast client that deletes nothing is none.
    pub(super) fn end(self, gone: usize) -> Outcome<()> {
        let Self { program, folder, tags } = self;
        drop(program);
        let database = Connection::open(folder.path().join("tags.db"))?;
        let left: i64 = database.query_row("SELECT count(*) FROM tags", (), |row| row.get(0))?;
        let left = usize::try_from(left)?;
        if left + gone != tags {
            return Err(format!("{left} of {tags} tags are left, after {gone} were deleted").into());
        }
        Ok(())
    }
}

/// Runs a command to its end, which must be a success.
pub(super) fn finish(mut command: Command) -> Outcome<Output> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(output);
    }
    let (name, said) = (command.get_program().display(), String::from_utf8_lossy(&output.stderr));
    Err(format!("{name}: {}: {said}", output.status).into())
}

#[cfg(test)]
mod tests {
    use super::Set;
    use crate::deletions::ground;
    use std::fs;

    #[test]
    fn lines_and_requests_name_the_same_tags_in_the_same_order_and_lines_go_around() {
        let (runtime, folder) = ground().unwrap();
        let set = Set::make(&runtime, folder.path(), vec![1, 0], 2).unwrap();
        let asked = |text: &str| {
            let words: Vec<_> = text.split('"').filter(|word| word.contains('-')).collect();
            words.join(" ")
        };
        assert_eq!(
            asked(&fs::read_to_string(set.file()).unwrap()),
            "desktop-1 key-0 desktop-1 key-1 desktop-0 key-0 desktop-0 key-1"
        );
        let requests: Vec<_> =
            set.requests().into_iter().map(|request| String::from_utf8(request).unwrap()).collect();
        assert!(
            requests[0].contains("/desktop/desktop-1/tags/delete ")
                && requests[1].contains("/desktop/desktop-0/tags/delete ")
        );
        assert!(
            requests.iter().all(|request| request.ends_with(r#"{"tags":[{"key":"key-0"},{"key":"key-1"}]}"#))
        );
        let longer = folder.path().join("longer");
        set.write_lines(&longer, 6).unwrap();
        assert!(asked(&fs::read_to_string(longer).unwrap()).ends_with(" desktop-1 key-2 desktop-1 key-3"));
    }

    #[test]
    fn what_was_not_deleted_is_noticed() {
        let (runtime, folder) = ground().unwrap();
        let set = Set::make(&runtime, folder.path(), vec![2, 0, 1], 2).unwrap();
        set.serve().unwrap().end(0).unwrap();
        let error = set.serve().unwrap().end(1).unwrap_err().to_string();
        assert_eq!(error, "6 of 6 tags are left, after 1 were deleted");
    }
}
