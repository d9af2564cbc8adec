//! Thousands of connections, and what happens when the system has no more to give. The front is a process of its own
//! here: with its own limit of open files, and its own memory to look at.

use crate::support::{PATIENCE, Server, one, patient, soon};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Set in the process that serves.
pub(crate) const CHILD: &str = "UNTAG_FRONT_TEST_CHILD";

/// Not a test: the process that the others start.
#[tokio::test]
#[ignore = "started by other tests"]
async fn serve_until_the_end_of_input() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let server = Server::start(patient()).await;
    println!("\nlistening on {}", server.address);
    let input = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    input.await.unwrap().unwrap();
}

/// The process that serves. Ends with the test.
struct Process {
    child: Child,
    address: SocketAddr,
    log: mpsc::Receiver<String>,
}

impl Process {
    /// Starts it with so many open files allowed.
    fn start(open_files: u64) -> Self {
        let this = std::env::current_exe().unwrap();
        let command = format!("ulimit -n {open_files} && exec \"$0\" \"$@\"");
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(command)
            .arg(this)
            .args(["--exact", "crowd::serve_until_the_end_of_input", "--ignored", "--nocapture"])
            .env(CHILD, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, log) = mpsc::channel();
        let errors = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let output = BufReader::new(child.stdout.take().unwrap());
        let address = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(|address| address.parse().unwrap()))
            .expect("the process says where it listens; is the limit of open files high enough?");
        Self { child, address, log }
    }

    /// Resident memory, in bytes.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }

    async fn connect(&self) -> TcpStream {
        soon("a connection", TcpStream::connect(self.address)).await.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn ask(stream: &mut TcpStream) {
    stream.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(one(stream).await.starts_with("HTTP/1.1 200 "));
}

/// Opens so many connections, asks on every second one, leaves all of them idle, and asks on others meanwhile.
async fn crowd(connections: usize) {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let enough = connections as u64 + 200;
    let allowed = limit.maximum.unwrap_or(u64::MAX);
    assert!(
        allowed >= enough,
        "this test needs a limit of open files of {enough}: ulimit -Hn says {allowed}"
    );
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised).unwrap();
    let process = Process::start(enough);
    ask(&mut process.connect().await).await;

    let before = process.memory();
    let mut silent = Vec::new();
    let mut served = Vec::new();
    for _ in 0..connections / 2 {
        silent.push(process.connect().await);
        let mut stream = process.connect().await;
        ask(&mut stream).await;
        served.push(stream);
    }
    let after = process.memory();
    println!(
        "{} connections, half of them after a request: {} bytes each, resident memory {} KiB",
        silent.len() + served.len(),
        after.saturating_sub(before) / connections as u64,
        after / 1024
    );
    for _ in 0..100 {
        ask(&mut process.connect().await).await;
    }
    // All of them are still connections.
    for stream in silent.iter_mut().chain(&mut served) {
        ask(stream).await;
    }
    println!("after a request on all of them: resident memory {} KiB", process.memory() / 1024);
}

#[tokio::test]
async fn two_thousand_idle_connections_hurt_nobody() {
    crowd(2_000).await;
}

/// `cargo test -p untag-service --test front -- --ignored --nocapture ten_thousand`, with `ulimit -Hn` at 10,200 or more.
#[tokio::test]
#[ignore = "needs a high limit of open files"]
async fn ten_thousand_idle_connections_hurt_nobody() {
    crowd(10_000).await;
}

#[tokio::test]
async fn running_out_of_files_is_survived() {
    let process = Process::start(60);
    ask(&mut process.connect().await).await;
    let mut held = Vec::new();
    // They come to wait in the system's queue, whether they are accepted or not.
    for _ in 0..100 {
        held.push(process.connect().await);
    }
    let line = loop {
        let line = process.log.recv_timeout(PATIENCE).expect("the failure is logged");
        if line.contains("pausing") {
            break line;
        }
    };
    assert!(line.contains("WARN"), "{line}");
    // The last of them has its turn too: those before it waited longer for their clients, and make room.
    ask(held.last_mut().unwrap()).await;
    drop(held);
    ask(&mut process.connect().await).await;
}
