//! On a terminal: what is asked, what an answer does, and what is not shown while it is typed.

use crate::service::RESOURCE;
use crate::support::{Home, Running, until};
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs;
use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// `untag` at a terminal of its own: stdin and stderr are the terminal, stdout is a file.
struct Session {
    child: Running,
    keyboard: File,
    screen: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
    stdout: std::path::PathBuf,
}

impl Session {
    fn start(home: &Home, arguments: &[&str]) -> Self {
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
    fn sees(&self, words: &str) {
        until(words, || self.screen.lock().unwrap().contains(words).then_some(()));
    }

    fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    /// Waits for the end: code, screen and stdout.
    fn ends(mut self) -> (i32, String, String) {
        let status = until("it ends", || self.child.0.try_wait().unwrap());
        self.reader.join().unwrap();
        let screen = self.screen.lock().unwrap().clone();
        (status.code().unwrap(), screen, fs::read_to_string(&self.stdout).unwrap())
    }
}

#[test]
fn a_deletion_is_shown_and_asked_for() {
    let (home, service) = Home::with_service();
    let arguments = ["resource", "workspace", RESOURCE, "key1", "key2=value3"];
    for answer in ["n\n", "\n", "yep\n", "\u{4}"] {
        let mut session = Session::start(&home, &arguments);
        session.sees("Removing 2 tags of \"workspace\"");
        session.sees("? [y/N] ");
        session.types(answer);
        let (code, screen, stdout) = session.ends();
        assert_eq!((code, &*stdout), (1, ""), "{screen}");
        assert!(
            screen.contains("  \"key1\"\r\n") && screen.contains("  \"key2\" if its value is \"value3\"\r\n")
        );
        assert!(screen.contains(service.endpoint()), "{screen}");
        assert!(screen.contains("error: not confirmed: nothing was done"), "{screen}");
        assert_eq!(service.removed(), Vec::<[String; 4]>::new(), "{answer:?}");
    }
    let mut session = Session::start(&home, &arguments);
    session.sees("? [y/N] ");
    session.types("y\n");
    let (code, screen, stdout) = session.ends();
    assert_eq!(code, 0, "{screen}");
    assert!(stdout.contains(": removed (request "), "{stdout}");
    assert_eq!(service.removed().len(), 2);
}

#[test]
fn with_yes_nothing_is_asked() {
    let (home, service) = Home::with_service();
    let (code, screen, _) = Session::start(&home, &["desktop", RESOURCE, "key1", "--yes"]).ends();
    assert_eq!((code, &*screen), (0, ""));
    assert_eq!(service.removed().len(), 1);
}

#[test]
fn configure_asks_and_does_not_show_secrets() {
    let home = Home::new();
    let mut session = Session::start(&home, &["configure"]);
    session.sees("Access key id: ");
    session.types("AKAKAKAK\n");
    session.sees("Secret key (not shown): ");
    // Typed while the terminal shows what is typed, it would be seen: the program says so only once it does not.
    until_hidden(&session);
    session.types("s3cret\n");
    session.sees("Security token of temporary keys (not shown; Enter for none): ");
    until_hidden(&session);
    session.types("t0ken\n");
    session.sees("Project id (Enter for none): ");
    session.types("\n");
    let (code, screen, stdout) = session.ends();
    assert_eq!(code, 0, "{screen}");
    assert!(
        screen.contains("AKAKAKAK") && !screen.contains("s3cret") && !screen.contains("t0ken"),
        "{screen}"
    );
    assert!(stdout.contains("The profile [basic] is in "), "{stdout}");
    assert!(!stdout.contains("s3cret") && !stdout.contains("t0ken"));
    assert_eq!(
        fs::read_to_string(home.profile()).unwrap(),
        "[basic]\nak = AKAKAKAK\nsk = s3cret\nsecurity_token = t0ken\n"
    );

    let mut session = Session::start(&home, &["configure"]);
    session.sees("Replacing the profile [basic]");
    session.types("n\n");
    let (code, screen, _) = session.ends();
    assert_eq!(code, 1, "{screen}");
    assert!(fs::read_to_string(home.profile()).unwrap().contains("s3cret"));
}

/// Waits until the terminal does not show what is typed.
fn until_hidden(session: &Session) {
    until("the terminal shows nothing", || {
        let modes = rustix::termios::tcgetattr(&session.keyboard).unwrap();
        (!modes.local_modes.contains(rustix::termios::LocalModes::ECHO)).then_some(())
    });
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    let home = Home::new();
    let (code, screen, _) = Session::start(&home, &["dekstop"]).ends();
    assert_eq!(code, 2);
    assert!(screen.contains('\u{1b}'), "{screen:?}");
    let home = home.with("NO_COLOR", "1");
    let (_, screen, _) = Session::start(&home, &["dekstop"]).ends();
    assert!(screen.contains("error: ") && !screen.contains('\u{1b}'), "{screen:?}");
}

#[test]
fn ctrl_c_at_the_question_ends_an_apply_without_a_request() {
    let (home, service) = Home::with_service();
    let line =
        format!("{{\"resource_type\":\"workspace\",\"resource_id\":\"{RESOURCE}\",\"key\":\"key1\"}}\n");
    fs::write(home.path().join("tags.ndjson"), line).unwrap();
    for (answer, words) in [("n\n", "not confirmed: nothing was done"), ("", "interrupted: nothing was sent")]
    {
        let mut session = Session::start(&home, &["apply", "tags.ndjson"]);
        session.sees("Removing 1 tag, named by 1 line of tags.ndjson, at ");
        session.sees("? [y/N] ");
        session.types(answer);
        if answer.is_empty() {
            let process = rustix::process::Pid::from_child(&session.child.0);
            rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
        }
        let (code, screen, _) = session.ends();
        assert!(code == 1 && screen.contains(words), "{screen}");
        assert_eq!(service.removed(), Vec::<[String; 4]>::new());
    }
    let mut session = Session::start(&home, &["apply", "tags.ndjson"]);
    session.sees("? [y/N] ");
    session.types("yes\n");
    let (code, screen, stdout) = session.ends();
    assert_eq!(code, 0, "{screen}");
    assert!(stdout.starts_with("1 of 1 lines done"), "{stdout}");
    assert_eq!(service.removed().len(), 1);
}
