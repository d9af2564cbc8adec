//! On a terminal: what is asked, what an answer does, and what is not shown while it is typed.

use crate::service::RESOURCE;
use crate::session::Session;
use crate::support::Home;
use crate::until::until;
use rustix::process::Signal;
use std::fs;

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

/// A line for `untag apply`.
fn line() -> String {
    format!("{{\"resource_type\":\"workspace\",\"resource_id\":\"{RESOURCE}\",\"key\":\"key1\"}}\n")
}

/// Waits until the terminal does not show what is typed.
fn until_hidden(session: &Session) {
    until("the terminal shows nothing", || {
        let modes = rustix::termios::tcgetattr(&session.keyboard).unwrap();
        (!modes.local_modes.contains(rustix::termios::LocalModes::ECHO)).then_some(())
    });
}

#[test]
fn credentials_that_are_gone_after_the_question_are_missed_before_anything_is_sent() {
    let (home, service) = Home::with_service();
    let home = home.without("UNTAG_TOKEN");
    fs::write(home.path().join("tags.ndjson"), line()).unwrap();
    for arguments in [&["desktop", RESOURCE, "key1"][..], &["apply", "tags.ndjson"]] {
        home.write_profile(&format!("[basic]\nak = {}\nsk = {}\n", service.text("ak"), service.text("sk")));
        let mut session = Session::start(&home, arguments);
        session.sees("? [y/N] ");
        home.write_profile("");
        session.types("y\n");
        let (code, screen, _) = session.ends();
        assert_eq!(code, 3, "{screen}");
        assert!(
            screen.contains("was not sent, because there are no credentials: ")
                && screen.contains("~/.huaweicloud/credentials has no section [basic]"),
            "{screen}"
        );
    }
    assert_eq!(service.removed(), Vec::<[String; 4]>::new());
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
    fs::write(home.path().join("tags.ndjson"), line()).unwrap();
    for (answer, words) in [("n\n", "not confirmed: nothing was done"), ("", "interrupted: nothing was sent")]
    {
        let mut session = Session::start(&home, &["apply", "tags.ndjson"]);
        session.sees("Removing 1 tag, named by 1 line of tags.ndjson, at ");
        session.sees("? [y/N] ");
        session.types(answer);
        if answer.is_empty() {
            session.child.signal(Signal::INT);
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
