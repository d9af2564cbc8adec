//! The export: every resource of the store as a line, in the order of their keys.

use super::resource::encode;
use super::{Observer, Progress};
use std::fmt;
use std::io::{self, ErrorKind};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use untag_store::{ResourceKey, Store, StoreError};

/// How many resources are asked for at once.
const PAGE: usize = 1000;

/// Which resources are exported; a member that is `None` does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportFilter {
    /// Of this project.
    pub project_id: Option<String>,
    /// Of this type.
    pub resource_type: Option<String>,
}

impl ExportFilter {
    /// A key before all that are wanted. An id is never empty, so no resource has this key itself.
    fn start(&self) -> Option<ResourceKey> {
        self.project_id.as_ref().map(|project_id| ResourceKey {
            project_id: project_id.clone(),
            resource_type: self.resource_type.clone().unwrap_or_default(),
            resource_id: String::new(),
        })
    }

    /// Whether neither this resource nor any after it is wanted.
    fn ends_at(&self, key: &ResourceKey) -> bool {
        self.project_id.as_ref().is_some_and(|wanted| {
            let types = self.resource_type.as_ref().map(|wanted| key.resource_type.cmp(wanted));
            key.project_id.cmp(wanted).then(types.unwrap_or(std::cmp::Ordering::Equal)).is_gt()
        })
    }

    fn wants(&self, key: &ResourceKey) -> bool {
        self.project_id.as_ref().is_none_or(|wanted| *wanted == key.project_id)
            && self.resource_type.as_ref().is_none_or(|wanted| *wanted == key.resource_type)
    }
}

/// How an export ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportEnding {
    /// Everything that was asked for is written.
    Complete,
    /// Whoever read the output has closed it, as `head` does. No failure of ours.
    OutputClosed,
}

/// What an export did. `Display` is a summary for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportReport {
    /// How it ended.
    pub ending: ExportEnding,
    /// Resources that were written, one to a line.
    pub resources: u64,
    /// Bytes of those lines.
    pub bytes: u64,
}

impl fmt::Display for ExportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ending {
            ExportEnding::Complete => write!(f, "complete: {} resources", self.resources),
            ExportEnding::OutputClosed => {
                write!(f, "the output was closed after {} resources", self.resources)
            }
        }
    }
}

/// Why an export failed. What was written before is whole lines, but perhaps for the last one.
#[derive(Debug)]
pub enum ExportError {
    /// The output could not be written.
    Output(io::Error),
    /// The store could not be read.
    Store(StoreError),
    /// The store gave resources out of order, so that some may be missing. It must compare texts byte by byte.
    Order,
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(error) => write!(f, "the output cannot be written: {error}"),
            Self::Store(error) => error.fmt(f),
            Self::Order => f.write_str(
                "the store gave resources out of order; the database must compare texts byte by byte",
            ),
        }
    }
}

impl std::error::Error for ExportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Output(error) => Some(error),
            Self::Store(error) => Some(error),
            Self::Order => None,
        }
    }
}

/// Writes every resource that the filter wants.
///
/// The same data gives the same bytes. Each line is one state of its resource; a change during the export is in the
/// lines that are read after it.
///
/// # Errors
/// The store cannot be read, or the output cannot be written. An output that was closed is no error.
pub async fn export<W, O>(
    store: &dyn Store,
    output: &mut W,
    filter: &ExportFilter,
    observer: &mut O,
) -> Result<ExportReport, ExportError>
where
    W: AsyncWrite + Unpin + ?Sized,
    O: Observer + ?Sized,
{
    let mut report = ExportReport { ending: ExportEnding::Complete, resources: 0, bytes: 0 };
    let mut after = filter.start();
    let mut text = Vec::new();
    let mut more = true;
    while more {
        let page = store.scan(after.clone(), PAGE).await.map_err(ExportError::Store)?;
        more = !page.is_empty();
        text.clear();
        let mut lines = 0;
        for (key, tags) in page {
            if after.as_ref().is_some_and(|before| *before >= key) {
                return Err(ExportError::Order);
            }
            if filter.ends_at(&key) {
                more = false;
                break;
            }
            if filter.wants(&key) {
                encode(&key, &tags, &mut text).map_err(|error| ExportError::Output(error.into()))?;
                lines += 1;
            }
            after = Some(key);
        }
        let written = match output.write_all(&text).await {
            // The last page: nothing may be left in a buffer when success is reported.
            Ok(()) if !more => output.flush().await,
            written => written,
        };
        match written {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                report.ending = ExportEnding::OutputClosed;
                return Ok(report);
            }
            Err(error) => return Err(ExportError::Output(error)),
        }
        report.resources += lines;
        report.bytes += text.len() as u64;
        observer.progress(Progress { lines: report.resources, bytes: report.bytes });
    }
    Ok(report)
}
