//! What is seen of a run while it goes on: notes, requests that are not sent, and progress where there is a terminal.

use crate::call::Preview;
use crate::output::{Format, harmless};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::io::{self, BufWriter, Stdout, Write};

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Lines that need nothing more, those of earlier runs included.
    pub lines: u64,
    /// Of so many; 0 while that is not known.
    pub total: u64,
    /// Lines that failed.
    pub failed: u64,
}

/// Sees what happens in a run.
pub trait Observer: Send {
    /// Something that a person should know, in a line.
    fn note(&mut self, text: &str);

    /// How far it has come, a few times each second.
    fn progress(&mut self, progress: Progress);

    /// A request that would be sent, for these lines of the file.
    ///
    /// # Errors
    /// It cannot be written; then no other is offered.
    fn request(&mut self, request: &Preview, lines: &[u64]) -> io::Result<()>;

    /// There are no more of them.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    fn flush(&mut self) -> io::Result<()>;
}

const TEMPLATE: &str = "{percent:>3}%  {human_pos}/{human_len} lines  {msg}  {per_sec}  {eta} left";
const CHECKING: &str = "{human_pos} lines checked  {elapsed}";

/// Notes and progress on stderr, the latter where it is a terminal, and requests on stdout.
#[derive(Debug)]
pub struct Console {
    bar: ProgressBar,
    stdout: BufWriter<Stdout>,
    format: Format,
    total: u64,
}

impl Console {
    /// A console whose requests have this form.
    #[must_use]
    pub fn new(format: Format) -> Self {
        let bar =
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style(CHECKING));
        Self { bar, stdout: BufWriter::new(io::stdout()), format, total: 0 }
    }
}

impl Observer for Console {
    fn note(&mut self, text: &str) {
        // Nobody is left to tell where standard error cannot be written.
        self.bar.suspend(|| drop(writeln!(io::stderr(), "{}", harmless(text))));
    }

    fn progress(&mut self, progress: Progress) {
        if progress.total != self.total {
            self.total = progress.total;
            self.bar.set_style(style(TEMPLATE));
            self.bar.set_length(progress.total);
            self.bar.set_position(progress.lines);
            // What earlier runs have done says nothing about the rate of this one.
            self.bar.reset_eta();
        }
        if progress.failed > 0 {
            self.bar.set_message(format!("{} failed", progress.failed));
        }
        self.bar.set_position(progress.lines);
    }

    fn request(&mut self, request: &Preview, lines: &[u64]) -> io::Result<()> {
        match self.format {
            Format::Text => {
                let body = request.body.as_deref().unwrap_or_default();
                writeln!(self.stdout, "{} {} {body}", request.method, request.url)
            }
            Format::Json => {
                let mut members = request.json();
                members.insert("lines".to_owned(), json!(lines));
                serde_json::to_writer(&mut self.stdout, &members)?;
                writeln!(self.stdout)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

impl Drop for Console {
    /// What is written next starts on a line of its own.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::{CHECKING, TEMPLATE};
    use indicatif::ProgressStyle;

    #[test]
    fn the_templates_can_be_read() {
        for template in [TEMPLATE, CHECKING] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
