//! What people see of a transfer, on standard error: bad lines always, and progress where it is a terminal.

use super::{BadLine, Observer, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};

const WITH_SIZE: &str =
    "{percent:>3}%  {decimal_bytes}/{decimal_total_bytes}  {msg}  {decimal_bytes_per_sec}  {eta} left";
const WITHOUT_SIZE: &str = "{decimal_bytes}  {msg}  {decimal_bytes_per_sec}  {elapsed}";

/// Writes to standard error.
#[derive(Debug)]
pub struct Console {
    bar: ProgressBar,
}

impl Console {
    /// For an import of so many bytes, where that is known.
    #[must_use]
    pub fn import(size: Option<u64>) -> Self {
        Self::new(ProgressDrawTarget::stderr(), size)
    }

    /// For an export to standard output. It shows nothing where that is a terminal: the lines are seen there.
    #[must_use]
    pub fn export() -> Self {
        let hidden = io::stdout().is_terminal();
        Self::new(if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() }, None)
    }

    fn new(target: ProgressDrawTarget, size: Option<u64>) -> Self {
        let template = if size.is_some() { WITH_SIZE } else { WITHOUT_SIZE };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(size, target).with_style(style);
        Self { bar }
    }
}

impl Observer for Console {
    fn bad_line(&mut self, bad: &BadLine) {
        // Nobody is left to tell where standard error cannot be written.
        self.bar.suspend(|| drop(writeln!(io::stderr(), "{bad}")));
    }

    fn progress(&mut self, progress: Progress) {
        self.bar.set_message(rate(progress.lines, self.bar.elapsed().as_secs()));
        self.bar.set_position(progress.bytes);
    }
}

impl Drop for Console {
    /// What is written next starts on a line of its own.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn rate(lines: u64, seconds: u64) -> String {
    match lines.checked_div(seconds) {
        Some(rate) => format!("{lines} lines, {rate}/s"),
        None => format!("{lines} lines"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Console, Observer, Progress, ProgressDrawTarget, WITH_SIZE, WITHOUT_SIZE, rate};
    use indicatif::ProgressStyle;

    #[test]
    fn the_templates_can_be_read() {
        for template in [WITH_SIZE, WITHOUT_SIZE] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn a_first_second_has_no_rate() {
        assert_eq!(rate(10, 0), "10 lines");
        assert_eq!(rate(10, 3), "10 lines, 3/s");
    }

    #[test]
    fn a_file_that_grows_does_not_disturb() {
        let mut console = Console::new(ProgressDrawTarget::hidden(), Some(10));
        console.progress(Progress { lines: 1, bytes: 20 });
        assert_eq!((console.bar.position(), console.bar.length()), (20, Some(10)));
    }
}
