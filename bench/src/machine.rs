//! What the figures were taken on: they mean little without it.

use crate::clock;
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
    status("VmHWM:")
}

/// The memory that this process holds now, in bytes. Linux only; 0 elsewhere.
pub(crate) fn memory() -> u64 {
    status("VmRSS:")
}

fn status(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = status.lines().find_map(|line| line.strip_prefix(field));
    let kibibytes = value.and_then(|value| value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}
