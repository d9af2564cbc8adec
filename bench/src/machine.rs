//! What the figures were taken on: they mean little without it.

use crate::clock;
use rustix::param::clock_ticks_per_second;
use std::fmt;
use std::fs;
use std::process::Command;
use std::thread;

/// The machine, as far as it says what it is; what it does not say is `unknown`.
#[derive(Debug)]
pub(crate) struct Machine {
    cpu: String,
    cores: String,
    kernel: String,
    compiler: String,
    date: String,
}

impl Machine {
    /// Looks at this one.
    pub(crate) fn read() -> Self {
        Self {
            cpu: cpu().unwrap_or_else(unknown),
            cores: thread::available_parallelism().map_or_else(|_| unknown(), |cores| cores.to_string()),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .map_or_else(|_| unknown(), |release| format!("Linux {}", release.trim())),
            compiler: compiler().unwrap_or_else(unknown),
            date: clock::date(),
        }
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn cpu() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The compiler on the path, which is the one that cargo has just used.
fn compiler() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cpu, cores, kernel, compiler, date } = self;
        write!(f, "Taken on {date}: {cpu}, {cores} cores, {kernel}, {compiler}.")
    }
}

/// The most memory that this process has held so far, in bytes. Linux only; 0 elsewhere.
pub(crate) fn peak_memory() -> u64 {
    status("self", "VmHWM:").unwrap_or_default()
}

/// The memory that this process holds now, in bytes. Linux only; 0 elsewhere.
pub(crate) fn memory() -> u64 {
    status("self", "VmRSS:").unwrap_or_default()
}

/// The most memory that another process has held so far, in bytes, if it still holds some. Linux only.
pub(crate) fn peak_memory_of(process: u32) -> Option<u64> {
    status(&process.to_string(), "VmHWM:")
}

/// The memory that another process holds now, in bytes, if it holds some. Linux only.
pub(crate) fn memory_of(process: u32) -> Option<u64> {
    status(&process.to_string(), "VmRSS:")
}

/// CPU time that another process has used so far, user and kernel together, in seconds. Linux only.
pub(crate) fn cpu_of(process: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is a name, in which anything may stand.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = times.next()?.ok()? + times.next()?.ok()?;
    #[allow(clippy::cast_precision_loss, reason = "no count of ticks here reaches 2^53")]
    let seconds = ticks as f64 / clock_ticks_per_second() as f64;
    Some(seconds)
}

fn status(process: &str, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
