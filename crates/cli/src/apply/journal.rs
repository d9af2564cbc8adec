//! The journal: which entries of a file are done, so that the same command can go on where an earlier one ended.
//!
//! A journal is text. Its first line says what it belongs to; every other line holds ranges of acknowledged entries and
//! a check sum: `1-4096 4100 #5d1f7a20`. Lines are appended, written through to the disk, and never changed. A last line
//! that was not written whole is cut off: its entries are sent again, which changes nothing at the service.
//!
//! An operating system's lock on the file keeps a second run out for as long as the first one lives, however it ends.

use super::ranges::{self, Ranges};
use crate::exit::Exit;
use crate::problem::Problem;
use base16ct::lower::encode_string;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The version of the format that is written, and the only one that is read.
const VERSION: u32 = 1;

/// The longest line that is read.
const MAX_LINE: u64 = 64 * 1024;

/// How many ranges go into one line: fewer than fit.
const RANGES_IN_LINE: usize = 512;

/// What a journal belongs to. With another file, or the same file meant in another way, its numbers would name other
/// entries, and work would be passed over that nobody has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    /// SHA-256 of the whole file, in hexadecimal.
    pub(super) sha256: String,
    /// Bytes of the file.
    pub(super) bytes: u64,
    /// Where requests go.
    pub(super) endpoint: String,
    /// The project of entries without one.
    pub(super) project: Option<String>,
    /// The file's format.
    pub(super) format: String,
    /// The map of CSV columns.
    pub(super) columns: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    untag_journal: u32,
    #[serde(flatten)]
    identity: Identity,
}

/// The part of a header that every version has.
#[derive(Deserialize)]
struct AnyVersion {
    untag_journal: u32,
}

/// An open journal, which no other process has open for writing.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
}

impl Journal {
    /// Opens a journal, or makes it if there is none; and what is done according to it.
    ///
    /// # Errors
    /// The file cannot be opened, is in use, is no journal, or is the journal of something else. It is left as it is.
    pub(super) fn open(path: &Path, identity: &Identity) -> Result<(Self, Ranges), Problem> {
        let failed = |error: io::Error| unusable(path, &error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Problem::usage(format!(
                    "{}: another `untag apply` is at work with this journal; wait until it has ended",
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => {
                return Err(Problem::failed(format!(
                    "{}: the journal cannot be locked: {error}; put it on a local disk with --journal",
                    path.display()
                )));
            }
        }
        let header = header_line(identity).map_err(|error| failed(error.into()))?;
        let (done, good) = if let Some(found) = read(&mut file, path, identity, &header)? {
            found
        } else {
            file.set_len(0).map_err(failed)?;
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            file.write_all(&header).map_err(failed)?;
            file.sync_all().map_err(failed)?;
            sync_folder(path);
            (Ranges::default(), header.len() as u64)
        };
        // What is appended must not continue a line that was torn.
        file.set_len(good).map_err(failed)?;
        file.seek(SeekFrom::Start(good)).map_err(failed)?;
        Ok((Self { file }, done))
    }

    /// What is done according to a journal, if there is one; it is neither made nor locked nor changed.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub(super) fn peek(path: &Path, identity: &Identity) -> Result<Ranges, Problem> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Ranges::default()),
            Err(error) => return Err(unusable(path, &error)),
        };
        let header = header_line(identity).map_err(|error| unusable(path, &error.into()))?;
        Ok(read(&mut file, path, identity, &header)?.map(|(done, _)| done).unwrap_or_default())
    }

    /// Notes that these entries are done, and returns when the disk has it.
    ///
    /// # Errors
    /// It cannot be written. The journal is good up to what was noted before.
    pub(super) fn append(&mut self, done: &mut Ranges) -> io::Result<()> {
        let mut text = Vec::new();
        for ranges in done.list().chunks(RANGES_IN_LINE) {
            text.extend_from_slice(record(ranges).as_bytes());
        }
        self.file.write_all(&text)?;
        self.file.sync_data()
    }
}

/// The path of the journal that stands beside a file.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".untag-journal");
    name.into()
}

fn header_line(identity: &Identity) -> Result<Vec<u8>, serde_json::Error> {
    let header = Header { untag_journal: VERSION, identity: identity.clone() };
    let mut line = serde_json::to_vec(&header)?;
    line.push(b'\n');
    Ok(line)
}

fn record(ranges: &[RangeInclusive<u64>]) -> String {
    let text = ranges::to_text(ranges);
    let sum = check_sum(&text);
    format!("{text} #{sum}\n")
}

/// The first eight digits of the text's SHA-256: enough to tell a line that was not written whole.
fn check_sum(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    encode_string(digest.get(..4).unwrap_or_default())
}

fn parse(line: &[u8]) -> Option<Vec<RangeInclusive<u64>>> {
    let (text, sum) = std::str::from_utf8(line).ok()?.strip_suffix('\n')?.split_once(" #")?;
    (check_sum(text) == sum).then(|| ranges::from_text(text))?
}

/// What is done, and how many bytes say so; `None` for a file that is empty, or that holds a part of this header only.
fn read(
    file: &mut File,
    path: &Path,
    identity: &Identity,
    header: &[u8],
) -> Result<Option<(Ranges, u64)>, Problem> {
    let failed = |error: io::Error| unusable(path, &error);
    let mut input = BufReader::new(file);
    let mut line = Vec::new();
    next_line(&mut input, &mut line).map_err(failed)?;
    if line != header {
        if header.starts_with(&line) {
            return Ok(None);
        }
        return Err(Problem::usage(format!("{}: {}", path.display(), mismatch(&line, identity))));
    }
    let mut good = line.len() as u64;
    let mut done = Ranges::default();
    let mut number = 1_u64;
    loop {
        next_line(&mut input, &mut line).map_err(failed)?;
        number += 1;
        match parse(&line) {
            Some(ranges) => {
                for range in ranges {
                    done.add(range);
                }
                good += line.len() as u64;
            }
            None if input.fill_buf().map_err(failed)?.is_empty() => return Ok(Some((done, good))),
            None => {
                return Err(Problem::usage(format!(
                    "{}: the journal is damaged in line {number}; remove it to start again from the first line, \
                     where tags that are gone already do no harm",
                    path.display()
                )));
            }
        }
    }
}

/// The next line with its end, or as much of it as there is and may be; empty at the end.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<()> {
    line.clear();
    input.take(MAX_LINE).read_until(b'\n', line).map(drop)
}

/// A journal that cannot be read or written; or whose folder is not there, and so it can never have been meant.
fn unusable(path: &Path, error: &io::Error) -> Problem {
    let exit = if error.kind() == ErrorKind::NotFound { Exit::Usage } else { Exit::Failed };
    let path = path.display();
    Problem::new(
        exit,
        format!(
            "the journal {path} cannot be used: {error}; nothing was sent: name another one with --journal"
        ),
    )
}

/// What is wrong with a header.
fn mismatch(line: &[u8], wanted: &Identity) -> String {
    let again = "name another one with --journal, or remove this one to start anew";
    let Ok(any) = serde_json::from_slice::<AnyVersion>(line) else {
        return "this is no journal of `untag apply`, and it is left as it is; name another file with --journal"
            .to_owned();
    };
    if any.untag_journal != VERSION {
        return format!(
            "this journal has version {}, and this program reads version {VERSION}; {again}",
            any.untag_journal
        );
    }
    let Ok(Header { identity: found, .. }) = serde_json::from_slice(line) else {
        return format!("the first line of this journal is damaged; {again}");
    };
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let difference = if (&found.sha256, found.bytes) != (&wanted.sha256, wanted.bytes) {
        "another file, or the file has changed since".to_owned()
    } else if found.endpoint != wanted.endpoint {
        format!("the endpoint {}, not {}", found.endpoint, wanted.endpoint)
    } else if found.project != wanted.project {
        format!("the project {}, not {}", shown(&found.project), shown(&wanted.project))
    } else if found.format != wanted.format {
        format!("the file read as {}, not as {}", found.format, wanted.format)
    } else {
        format!("the columns {}, not {}", shown(&found.columns), shown(&wanted.columns))
    };
    format!("this journal belongs to {difference}; {again}")
}

/// Writes the folder's entry for a new file through to the disk, where the system can.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Without it, a crash of the machine at the wrong moment loses the journal, and everything is sent again.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::{Identity, Journal, Ranges, beside};
    use fastrand::Rng;
    use std::fs;
    use std::path::{Path, PathBuf};
    use tempfile::TempDir;

    fn identity() -> Identity {
        Identity {
            sha256: "ab".repeat(32),
            bytes: 1000,
            endpoint: "https://example.com".to_owned(),
            project: None,
            format: "ndjson".to_owned(),
            columns: None,
        }
    }

    fn ranges(list: &[(u64, u64)]) -> Ranges {
        let mut ranges = Ranges::default();
        for &(start, end) in list {
            ranges.add(start..=end);
        }
        ranges.merge();
        ranges
    }

    fn done(path: &Path) -> Ranges {
        let (_, mut done) = Journal::open(path, &identity()).unwrap();
        done.merge();
        done
    }

    fn place() -> (TempDir, PathBuf) {
        let folder = TempDir::new().unwrap();
        let path = beside(&folder.path().join("tags.csv"));
        assert_eq!(path.file_name().unwrap(), "tags.csv.untag-journal");
        (folder, path)
    }

    #[test]
    fn what_was_noted_is_read_again() {
        let (_folder, path) = place();
        assert_eq!(Journal::peek(&path, &identity()).unwrap(), Ranges::default());
        assert!(!path.exists(), "looking makes no journal");
        let (mut journal, found) = Journal::open(&path, &identity()).unwrap();
        assert!(found.is_empty());
        journal.append(&mut ranges(&[(1, 100), (102, 102)])).unwrap();
        journal.append(&mut ranges(&[(101, 101), (200, 300)])).unwrap();
        let mut seen = Journal::peek(&path, &identity()).unwrap();
        seen.merge();
        drop(journal);
        assert_eq!(seen, ranges(&[(1, 102), (200, 300)]));
        assert_eq!(done(&path), seen);
        // More ranges than a line takes.
        let (mut journal, _) = Journal::open(&path, &identity()).unwrap();
        let many: Vec<_> = (500..3000).map(|number| (2 * number, 2 * number)).collect();
        journal.append(&mut ranges(&many)).unwrap();
        drop(journal);
        assert_eq!(done(&path).count(), 203 + 2500);
    }

    #[test]
    fn cut_anywhere_it_holds_a_part_of_what_was_noted_and_takes_more() {
        let (_folder, path) = place();
        let (mut journal, _) = Journal::open(&path, &identity()).unwrap();
        let header = fs::read(&path).unwrap().len();
        // One of them is longer than what is appended afterwards.
        let long = [(20, 4000), (5000, 5001), (6000, 6001), (7000, 7000), (8000, 8001)];
        let notes: [&[(u64, u64)]; 4] = [&[(1, 10)], &[(11, 11)], &long, &[(13, 15)]];
        let mut ends = vec![header];
        for note in notes {
            journal.append(&mut ranges(note)).unwrap();
            ends.push(fs::read(&path).unwrap().len());
        }
        drop(journal);
        let whole = fs::read(&path).unwrap();
        for cut in (0..header).step_by(16).chain(header..=whole.len()) {
            fs::write(&path, &whole[..cut]).unwrap();
            let kept = ends.iter().filter(|&&end| end <= cut).count().saturating_sub(1);
            let mut wanted = notes[..kept].concat();
            let (mut journal, mut found) = Journal::open(&path, &identity()).unwrap();
            found.merge();
            assert_eq!(found, ranges(&wanted), "cut at {cut}");
            assert_eq!(fs::read(&path).unwrap(), whole[..ends[kept]], "what was torn is cut off");
            journal.append(&mut ranges(&[(9000, 9001)])).unwrap();
            drop(journal);
            wanted.push((9000, 9001));
            assert_eq!(done(&path), ranges(&wanted), "cut at {cut}");
        }
    }

    #[test]
    fn damage_before_the_last_line_is_never_taken_for_work_done() {
        const SEED: u64 = 0x6a6f_7572;
        println!("seed {SEED:#x}");
        let (_folder, path) = place();
        let (mut journal, _) = Journal::open(&path, &identity()).unwrap();
        let header = fs::read(&path).unwrap().len();
        for start in [1, 100, 200] {
            journal.append(&mut ranges(&[(start, start + 50)])).unwrap();
        }
        drop(journal);
        let whole = fs::read(&path).unwrap();
        let last = whole.len() - whole.iter().rev().skip(1).position(|&byte| byte == b'\n').unwrap() - 1;
        let all = ranges(&[(1, 51), (100, 150), (200, 250)]);
        let mut random = Rng::with_seed(SEED);
        for _ in 0..500 {
            let place = random.usize(header..whole.len());
            let mut bytes = whole.clone();
            bytes[place] = b" -#\n0123456789abcdefx\xff\0"[random.usize(..23)];
            if bytes == whole {
                continue;
            }
            fs::write(&path, &bytes).unwrap();
            match Journal::open(&path, &identity()) {
                Ok((_, mut found)) => {
                    assert!(place >= last - 1, "changed at {place}, before {last}, and read as {found:?}");
                    found.merge();
                    // Without the end of the line before it, the last one takes that with it.
                    let less = [ranges(&[(1, 51), (100, 150)]), ranges(&[(1, 51)])];
                    assert!(found == all || less.contains(&found), "{found:?}");
                }
                Err(problem) => assert!(problem.to_string().contains("is damaged in line"), "{problem}"),
            }
        }
    }

    #[test]
    fn the_journal_of_something_else_is_refused_and_left_as_it_is() {
        let (_folder, path) = place();
        drop(Journal::open(&path, &identity()).unwrap());
        let before = fs::read(&path).unwrap();
        let change = |change: fn(&mut Identity)| {
            let mut other = identity();
            change(&mut other);
            other
        };
        for (other, words) in [
            (change(|it| it.sha256 = "cd".repeat(32)), "another file, or the file has changed since"),
            (change(|it| it.bytes = 1), "another file, or the file has changed since"),
            (
                change(|it| it.endpoint.push('x')),
                "the endpoint https://example.com, not https://example.comx",
            ),
            (change(|it| it.project = Some("p".to_owned())), "the project none, not p"),
            (change(|it| it.format = "csv".to_owned()), "the file read as ndjson, not as csv"),
            (change(|it| it.columns = Some("key=k".to_owned())), "the columns none, not key=k"),
        ] {
            for problem in [Journal::open(&path, &other).map(drop), Journal::peek(&path, &other).map(drop)] {
                let problem = problem.unwrap_err().to_string();
                assert!(problem.contains(words) && problem.contains("--journal"), "{problem}");
            }
        }
        assert_eq!(fs::read(&path).unwrap(), before);

        for (text, words) in [
            ("precious notes", "this is no journal"),
            ("precious notes\n", "this is no journal"),
            ("{\"untag_journal\":2}\n", "has version 2, and this program reads version 1"),
            ("{\"untag_journal\":1}\n", "the first line of this journal is damaged"),
        ] {
            fs::write(&path, text).unwrap();
            let problem = Journal::open(&path, &identity()).unwrap_err().to_string();
            assert!(problem.contains(words), "{problem}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn two_runs_at_once_are_refused() {
        let (_folder, path) = place();
        let (first, _) = Journal::open(&path, &identity()).unwrap();
        let problem = Journal::open(&path, &identity()).unwrap_err().to_string();
        assert!(problem.contains("another `untag apply` is at work with this journal"), "{problem}");
        drop(first);
        Journal::open(&path, &identity()).unwrap();
    }
}
