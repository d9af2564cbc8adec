//! The service under load: a process of its own on a store of its own, and the commands that an operator has beside it.

use super::ledger::{self, KEPT, SINGLE, TOGETHER};
use super::traffic;
use crate::example::PROJECT;
use crate::{Outcome, clock, machine, program};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the service may take to start, and the operator's listener to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often to look what it occupies under load.
const LOOK: Duration = Duration::from_millis(250);

/// How long a shutdown may take: requests under way have this long, as documented, and the store closes after that.
pub(super) const SHUTDOWN: Duration = Duration::from_secs(30 + 10);

/// `untagd serve`, and where it is.
#[derive(Debug)]
pub(super) struct Service {
    /// Where the contract is served.
    pub(super) address: SocketAddr,
    admin: SocketAddr,
    child: Child,
    log: PathBuf,
}

/// What the ready file says.
#[derive(Deserialize)]
struct Ready {
    endpoint: String,
    admin: String,
}

impl Service {
    /// Starts it, and waits until it takes requests.
    pub(super) fn start(store: &str, folder: &Path) -> Outcome<Self> {
        let [callers, ready, log] =
            ["authentication.toml", "ready.json", "log"].map(|name| folder.join(name));
        fs::write(&callers, traffic::callers())?;
        let mut command = Command::new(program::beside("untagd")?);
        // Nothing of this process' environment: settings may be there.
        command.env_clear().arg("serve").args(["--store", store]).arg("--authentication").arg(callers);
        command.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
        // A line for each request would be gigabytes, and the disk is what is measured.
        command.args(["--log", "warn"]).arg("--ready-file").arg(&ready);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let mut child = command.spawn()?;
        let start = clock::now();
        while !ready.exists() {
            if let Some(status) = child.try_wait()? {
                return Err(format!("untagd ended: {status}: {}", fs::read_to_string(&log)?).into());
            }
            if start.elapsed() > PATIENCE {
                return Err("untagd does not start".into());
            }
            thread::sleep(Duration::from_millis(5));
        }
        let Ready { endpoint, admin } = serde_json::from_slice(&fs::read(&ready)?)?;
        let address = |url: &str| url.strip_prefix("http://").unwrap_or(url).parse();
        Ok(Self { address: address(&endpoint)?, admin: address(&admin)?, child, log })
    }

    /// What it occupies now.
    pub(super) fn sample(&self) -> Outcome<Sample> {
        sample(self.child.id(), self.admin)
    }

    /// Looks again and again what it occupies, on a thread of its own: under load, the answer takes its time.
    pub(super) fn watch(&self) -> Outcome<Watch> {
        let (process, admin) = (self.child.id(), self.admin);
        let latest = Arc::new(Mutex::new(sample(process, admin)?));
        let told = Arc::downgrade(&latest);
        thread::spawn(move || {
            while let Some(told) = told.upgrade() {
                // One that is not answered is followed by another.
                if let Ok(sample) = sample(process, admin) {
                    *told.lock().unwrap_or_else(PoisonError::into_inner) = sample;
                }
                drop(told);
                thread::sleep(LOOK);
            }
        });
        Ok(Watch(latest))
    }

    /// The figures that it tells the operator, each line a name with labels and a value.
    pub(super) fn metrics(&self) -> Outcome<Vec<(String, f64)>> {
        metrics(self.admin)
    }

    /// Open connections, as it tells the operator.
    pub(super) fn connections(&self) -> Outcome<f64> {
        figure(&self.metrics()?, "untagd_connections")
    }

    /// Asks it to end. Whether it did in order, and the seconds that it took; nothing where it did not end in time.
    pub(super) fn stop(&mut self) -> Outcome<Option<(ExitStatus, f64)>> {
        let start = clock::now();
        let process = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(process.ok_or("the process has no id")?, Signal::TERM)?;
        while start.elapsed() < SHUTDOWN {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some((status, start.elapsed().as_secs_f64())));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(None)
    }

    /// What it wrote to its log: warnings and errors.
    pub(super) fn log(&self) -> Outcome<String> {
        Ok(fs::read_to_string(&self.log)?)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Where it has ended already, there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn metrics(admin: SocketAddr) -> Outcome<Vec<(String, f64)>> {
    let mut stream = TcpStream::connect(admin)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: soak\r\nconnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let lines = text.lines().filter_map(|line| line.rsplit_once(' '));
    Ok(lines.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect())
}

fn figure(metrics: &[(String, f64)], wanted: &str) -> Outcome<f64> {
    let found = metrics.iter().find(|(name, _)| name == wanted);
    Ok(found.ok_or_else(|| format!("{wanted} is not among the metrics"))?.1)
}

/// The open files are those that the service counts itself: it lets nobody else look, unless he is root.
fn sample(process: u32, admin: SocketAddr) -> Outcome<Sample> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of files")]
    let descriptors = figure(&metrics(admin)?, "untagd_open_files")? as usize;
    let memory = machine::memory_of(process).ok_or("the process has no memory")?;
    Ok(Sample { memory, descriptors })
}

/// What the service occupied when last looked.
#[derive(Debug)]
pub(super) struct Watch(Arc<Mutex<Sample>>);

impl Watch {
    /// The latest sample.
    pub(super) fn latest(&self) -> Sample {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the service occupies at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// Bytes of resident memory.
    pub(super) memory: u64,
    /// Open files.
    pub(super) descriptors: usize,
}

/// Puts resources into the store as an operator does, while the service runs: `untagd import`.
pub(super) fn import(store: &str, resources: Range<u32>) -> Outcome<()> {
    let mut child =
        command("import", store)?.arg("-").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let input = child.stdin.take().ok_or("a process without its input")?;
    let written = write(BufWriter::new(input), resources);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(format!("untagd import: {}: {}", output.status, words.trim()).into());
    }
    Ok(written?)
}

fn write(mut input: impl Write, resources: Range<u32>) -> std::io::Result<()> {
    let keys: Vec<String> = (0..SINGLE + TOGETHER).map(ledger::key).chain([KEPT.to_owned()]).collect();
    for resource in resources {
        let id = ledger::id(resource);
        write!(
            input,
            "{{\"project_id\":\"{PROJECT}\",\"resource_type\":\"desktop\",\"resource_id\":\"{id}\",\"tags\":{{"
        )?;
        for (place, key) in keys.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(input, "{comma}\"{key}\":\"{}\"", ledger::value(resource, key))?;
        }
        input.write_all(b"},\"sys_tags\":{}}\n")?;
    }
    input.flush()
}

/// A command of `untagd` on the store, whose output is for us.
pub(super) fn command(name: &str, store: &str) -> Outcome<Command> {
    let mut command = Command::new(program::beside("untagd")?);
    command.env_clear().arg(name).args(["--store", store]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    Ok(command)
}
