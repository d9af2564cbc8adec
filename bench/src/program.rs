//! Programs as processes: built beside this one, started on a free port, and ended with the value that stands for them.

use crate::{Outcome, clock, machine, number};
use std::env;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// How long a program may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that answers requests.
#[derive(Debug)]
pub(crate) struct Program {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Seconds from its start to the end of its first answer.
    pub(crate) first_answer: f64,
    child: Child,
}

impl Program {
    /// Starts `untagd serve` on this store.
    pub(crate) fn untagd(store: &str, authentication: &Path, request: &[u8]) -> Outcome<Self> {
        let mut command = Command::new(beside("untagd")?);
        // Nothing of this process' environment: settings may be there.
        command.env_clear().arg("serve").args(["--store", store, "--admin-listen", "127.0.0.1:0"]);
        command.arg("--authentication").arg(authentication);
        Self::start(command, request)
    }

    /// Starts the bare service on this SQLite database.
    pub(crate) fn bare(database: &Path, request: &[u8]) -> Outcome<Self> {
        let mut command = Command::new(beside("untag-bench-bare")?);
        command.env_clear().arg("--store").arg(database);
        Self::start(command, request)
    }

    /// Starts a program that takes `--listen`, and asks it until it answers this request with 204.
    fn start(mut command: Command, request: &[u8]) -> Outcome<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        command.args(["--listen", &address.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let name = command.get_program().display().to_string();
        let start = clock::now();
        let child = command.spawn()?;
        let mut program = Self { address, first_answer: f64::NAN, child };
        let mut stream = loop {
            match TcpStream::connect(address) {
                Ok(stream) => break stream,
                Err(_) if start.elapsed() < PATIENCE => thread::sleep(Duration::from_micros(100)),
                Err(error) => {
                    return Err(format!("{name} does not listen: {error}").into());
                }
            }
            if let Some(status) = program.child.try_wait()? {
                return Err(format!("{name} ended: {status}").into());
            }
        };
        stream.write_all(request)?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        if answer != *b"HTTP/1.1 204" {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&answer)).into());
        }
        program.first_answer = start.elapsed().as_secs_f64();
        Ok(program)
    }

    /// Bytes of memory that it occupies.
    pub(crate) fn memory(&self) -> Outcome<f64> {
        let bytes = machine::memory_of(self.child.id()).ok_or("the process has no memory")?;
        Ok(number(usize::try_from(bytes)?))
    }

    /// CPU time that it has used so far, in seconds.
    pub(crate) fn cpu(&self) -> Outcome<f64> {
        Ok(machine::cpu_of(self.child.id()).ok_or("the process has no CPU time")?)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has nothing to finish: nobody is asking.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that was built together with this one.
pub(crate) fn beside(name: &str) -> Outcome<PathBuf> {
    let own = env::current_exe()?;
    // The program of a test is a folder deeper.
    let found = own.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| {
        format!("there is no {name} beside {}: build the package that has it", own.display()).into()
    })
}
