//! `untag` at a terminal, with somebody who reads and types.

use crate::support::{Home, Running};
use crate::until::until;
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// `untag` at a terminal of its own: stdin and stderr are the terminal, stdout is a file.
pub(crate) struct Session {
    pub(crate) child: Running,
    pub(crate) keyboard: File,
    screen: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
    stdout: PathBuf,
}

impl Session {
    /// Starts it there.
    pub(crate) fn start(home: &Home, arguments: &[&str]) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap();
        let terminal = open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let stdout = home.path().join("terminal.out");
        let child = home
            .command(arguments)
            .env("TERM", "xterm-256color")
            .stdin(Stdio::from(terminal.try_clone().unwrap()))
            .stderr(Stdio::from(terminal))
            .stdout(File::create(&stdout).unwrap())
            .spawn()
            .unwrap();
        let keyboard = File::from(keyboard);
        let mut output = keyboard.try_clone().unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let seen = Arc::clone(&screen);
        // Ends with an error when the last one who has the terminal is gone.
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                seen.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { child: Running(child), keyboard, screen, reader, stdout }
    }

    /// Waits until this is on the screen.
    pub(crate) fn sees(&mut self, words: &str) {
        self.sees_that(words, |screen| screen.contains(words));
    }

    /// Waits until the screen, everything that was ever on it, is so. Fails when the program ends without that.
    pub(crate) fn sees_that(&mut self, what: &str, is_so: impl Fn(&str) -> bool) {
        until(what, || {
            let has_ended = self.child.has_ended() && self.reader.is_finished();
            let screen = self.screen.lock().unwrap();
            let is_so = is_so(&screen);
            assert!(is_so || !has_ended, "it ended without {what}: {screen}");
            is_so.then_some(())
        });
    }

    /// Types this.
    pub(crate) fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    /// Waits for the end: code, screen and stdout.
    pub(crate) fn ends(mut self) -> (i32, String, String) {
        let code = self.child.end();
        self.reader.join().unwrap();
        let screen = self.screen.lock().unwrap().clone();
        (code, screen, fs::read_to_string(&self.stdout).unwrap())
    }
}
