//! The provider's file: how it is read, what is an error in it, and when it is read again.

use crate::{AK, Home, PROJECT, SK, STS, failure, key};
use untag_client::credentials::CredentialsErrorKind::{Absent, Incomplete, Invalid, Unreadable, Unsupported};
use untag_client::credentials::{Issued, Profile, ProvideCredentials, Surroundings};

async fn issued(contents: impl AsRef<[u8]>) -> Issued {
    Profile::new(&Home::with(contents).surroundings([])).provide(None).await.unwrap()
}

#[tokio::test]
async fn the_file_as_the_sdk_writes_it() {
    let issued = issued(format!(
        "[basic]\nak = {AK}\nsk = {SK}\nproject_id = {PROJECT}\nsecurity_token = {STS}\niam_endpoint = https://i\n\n\
         [global]\nak = OTHER\nsk = OTHER\ndomain_id = d\n"
    ))
    .await;
    assert_eq!(key(&issued), (AK.into(), Some(STS.into()), Some(PROJECT.into())));
    assert_eq!(issued.source(), "the profile [basic] of ~/.huaweicloud/credentials");
    assert!(issued.warnings().is_empty(), "{issued:?}");
}

#[tokio::test]
async fn the_same_file_in_other_spellings() {
    for contents in [
        format!("[basic]\nak={AK}\nsk={SK}"),
        // As Windows writes it, with a byte order mark.
        format!("\u{feff}[basic]\r\nak = {AK}\r\nsk = {SK}\r\n"),
        format!("# comment\n; comment\n\n  # comment\n[basic] # comment\nAK : {AK}\n#sk = other\nSk: {SK}\n"),
        // The indentation of a whole section is none.
        format!("[basic]\n    ak =   {AK}   \n    sk\t=\t{SK}\t\n"),
        format!("[other]\nak = OTHER\nsk = OTHER\n[basic]\nak = {AK}\nsk = {SK}\n[Basic]\nak = OTHER\n"),
        format!(
            "[basic]\nak = {AK}\nsk = {SK}\nsecurity_token =\nproject_id =\nidp_id = x\nid_token_file =\n"
        ),
        // Values of other keys are nobody's business here, even over several lines.
        format!("[basic]\nnote = \"a b\n  c [d]\n\n  e\nak = {AK}\nsk = {SK}\n"),
        format!("[DEFAULT]\nak = OTHER\nsk = {SK}\n[basic]\nak = {AK}\n"),
    ] {
        assert_eq!(key(&issued(&contents).await), (AK.into(), None, None), "{contents}");
    }
}

#[tokio::test]
async fn values_stand_for_themselves() {
    // Of what an INI reader might interpret.
    for token in
        ["a%b", "a%%b", "%(ak)s", "a=b", "a:b", "a;b", "a#b", "a\\nb", "\"a", "a\"b\"", "'", "=", "$ak"]
    {
        let contents = format!("[basic]\nak = {AK}\nsk = {SK}\nsecurity_token = {token}\n");
        assert_eq!(key(&issued(contents).await).1.as_deref(), Some(token));
    }
}

#[tokio::test]
async fn another_section_and_another_file_can_be_named() {
    let home = Home::with(format!("[basic]\nak = OTHER\nsk = OTHER\n[tagging]\nak = {AK}\nsk = {SK}\n"));
    let tagging = Profile::new(&home.surroundings([])).section("tagging");
    let issued = tagging.provide(None).await.unwrap();
    assert_eq!(key(&issued).0, AK);
    assert_eq!(issued.source(), "the profile [tagging] of ~/.huaweicloud/credentials");

    let path = home.file();
    let elsewhere = Home::with("[basic]\nak = OTHER\nsk = OTHER\n");
    let surroundings = elsewhere.surroundings([("HUAWEICLOUD_SDK_CREDENTIALS_FILE", path.to_str().unwrap())]);
    let by_variable = Profile::new(&surroundings).section("tagging").provide(None).await.unwrap();
    assert_eq!(by_variable, issued);
    assert_eq!(by_variable.source(), format!("the profile [tagging] of {}", path.display()));

    let surroundings = elsewhere.surroundings([("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/nowhere")]);
    let by_call = Profile::new(&surroundings).file(&path).section("tagging").provide(None).await.unwrap();
    assert_eq!(by_call, issued);
}

#[tokio::test]
async fn what_nobody_named_may_be_absent() {
    let no_file = Home::empty();
    assert_eq!(
        failure(&Profile::new(&no_file.surroundings([])), Absent).await.to_string(),
        "there is no file ~/.huaweicloud/credentials: \
         write the section [basic] with ak and sk into ~/.huaweicloud/credentials"
    );
    let other_section = Home::with("[global]\nak = s3cret\nsk = s3cret\n");
    assert_eq!(
        failure(&Profile::new(&other_section.surroundings([])), Absent).await.problem(),
        "~/.huaweicloud/credentials has no section [basic]"
    );
    for homeless in [Surroundings::new(|_| None), Surroundings::new(|_| None).with_home("")] {
        let error = failure(&Profile::new(&homeless), Absent).await;
        assert!(error.remedy().contains("HUAWEICLOUD_SDK_CREDENTIALS_FILE"), "{error}");
    }
}

#[tokio::test]
async fn what_somebody_named_must_be_there() {
    let home = Home::with(format!("[basic]\nak = {AK}\nsk = {SK}\n"));
    let section = Profile::new(&home.surroundings([])).section("prod");
    assert_eq!(
        failure(&section, Unreadable).await.problem(),
        "~/.huaweicloud/credentials has no section [prod]"
    );
    let file = Profile::new(&home.surroundings([])).file("/nowhere/at/all");
    assert!(
        failure(&file, Unreadable)
            .await
            .problem()
            .starts_with("/nowhere/at/all cannot be read (No such file")
    );
    let variable = home.surroundings([("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/nowhere/at/all")]);
    failure(&Profile::new(&variable), Unreadable).await;
}

#[tokio::test]
async fn a_file_that_is_no_text_cannot_be_read() {
    let directory = Home::empty();
    std::fs::create_dir_all(directory.file()).unwrap();
    failure(&Profile::new(&directory.surroundings([])), Unreadable).await;
    for (contents, reason) in [
        (b"[basic]\nak = s3cret\xff".to_vec(), "it is not UTF-8"),
        (b"# s3cret\n".repeat(200_000), "it is longer than 1 MiB"),
    ] {
        let error = failure(&Profile::new(&Home::with(contents).surroundings([])), Unreadable).await;
        assert!(error.problem().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn a_profile_without_a_whole_key_says_what_is_missing() {
    for (lines, problem) in [
        (format!("ak = {AK}\nsk ="), "has ak but not sk"),
        (format!("ak = {AK}"), "has ak but not sk"),
        (format!("sk = {SK}"), "has sk but not ak"),
        (format!("security_token = {STS}"), "has security_token but not ak and sk"),
        (format!("project_id = {PROJECT}"), "has neither ak nor sk"),
        (String::new(), "has neither ak nor sk"),
    ] {
        let home = Home::with(format!("[basic]\n{lines}\n[global]\nak = {AK}\nsk = {SK}\n"));
        let error = failure(&Profile::new(&home.surroundings([])), Incomplete).await;
        assert_eq!(error.problem(), format!("the profile [basic] of ~/.huaweicloud/credentials {problem}"));
    }
}

#[tokio::test]
async fn a_mistake_is_named_by_its_line_and_not_quoted() {
    for (contents, problem) in [
        ("ak = s3cret\n[basic]\n", "line 1 of FILE stands in front of the first `[section]`"),
        ("[basic]\n\ns3cret\n", "line 3 of FILE is neither `[section]` nor `key = value`"),
        ("[basic\nak = s3cret", "line 1 of FILE has a `[` without its `]`"),
        ("[basic] s3cret\n", "line 1 of FILE has something behind its `]`"),
        ("[]\n", "line 1 of FILE has no name between `[` and `]`"),
        ("[basic]\n= s3cret\n", "line 2 of FILE has no key in front of its `=`"),
        ("[basic]\nak = s3cret\nAK : s3cret\n", "line 3 of FILE repeats a key of its section"),
        ("[basic]\nak = s3cret\n[x]\n[basic]\nak = s3cret\n", "line 4 of FILE repeats a section"),
        // A mistake far from the section is one as well: where a section ends is in doubt.
        (
            "[basic]\nak = s3cret\nsk = s3cret\n[x]\ny\n",
            "line 5 of FILE is neither `[section]` nor `key = value`",
        ),
    ] {
        let error = failure(&Profile::new(&Home::with(contents).surroundings([])), Invalid).await;
        assert_eq!(error.problem().replace("~/.huaweicloud/credentials", "FILE"), problem);
    }
}

#[tokio::test]
async fn a_value_that_is_not_what_it_looks_like_is_refused() {
    for (line, problem) in [
        ("sk = s3cret # comment", "has a blank in its value"),
        ("sk = s3cret\t; comment", "has a blank in its value"),
        ("sk = \"s3cret\"", "stands in quotes"),
        ("sk = 's3cret'", "stands in quotes"),
        ("sk = s3cret\n  s3cret", "goes on in the line below it"),
        ("sk =\n  s3cret", "goes on in the line below it"),
        ("sk = s3cret\u{7}", "has a control character or a blank at an end"),
    ] {
        let home = Home::with(format!("[basic]\nak = {AK}\n{line}\n"));
        let error = failure(&Profile::new(&home.surroundings([])), Invalid).await;
        assert!(error.problem().contains(problem), "{error}");
    }
}

#[tokio::test]
async fn a_sign_in_that_the_sdk_would_prefer_is_not_passed_over() {
    let home = Home::with(format!("[basic]\nak = {AK}\nsk = {SK}\nidp_id = i\nid_token_file = /f\n"));
    let error = failure(&Profile::new(&home.surroundings([])), Unsupported).await;
    assert!(error.problem().contains("has idp_id and id_token_file"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_open_to_others_is_used_with_a_warning() {
    let home = Home::with(format!("[basic]\nak = {AK}\nsk = {SK}\n"));
    for (mode, warned) in
        [(0o600, false), (0o400, false), (0o700, false), (0o640, true), (0o604, true), (0o620, true)]
    {
        home.set_mode(mode);
        let issued = Profile::new(&home.surroundings([])).provide(None).await.unwrap();
        assert_eq!(key(&issued).0, AK);
        assert_eq!(issued.warnings().len(), usize::from(warned), "{mode:o}");
        for warning in issued.warnings() {
            let path = home.file();
            let (path, text) = (path.display(), warning.to_string());
            assert!(text.ends_with(&format!("(mode {mode:04o}): chmod 600 {path}")), "{text}");
        }
    }
}

#[tokio::test]
async fn the_file_is_read_again_only_when_what_it_gave_has_expired() {
    let home = Home::with(format!("[basic]\nak = OLD\nsk = {SK}\n"));
    let profile = Profile::new(&home.surroundings([]));
    let old = profile.provide(None).await.unwrap();
    // Without a change, the same comes back: the client knows by that that there is nothing newer.
    assert_eq!(profile.provide(Some(&old)).await.unwrap(), old);

    home.write(format!("[basic]\nak = {AK}\nsk = {SK}\n"));
    assert_eq!(key(&profile.provide(None).await.unwrap()).0, "OLD");
    let new = profile.provide(Some(&old)).await.unwrap();
    assert_eq!(key(&new).0, AK);
    assert_ne!(new, old);
    assert_eq!(profile.provide(None).await.unwrap(), new);
}

#[tokio::test]
async fn only_another_secret_is_a_change_too() {
    let home = Home::with(format!("[basic]\nak = {AK}\nsk = OLD\n"));
    let profile = Profile::new(&home.surroundings([]));
    let old = profile.provide(None).await.unwrap();
    home.write(format!("[basic]\nak = {AK}\nsk = {SK}\n"));
    let new = profile.provide(Some(&old)).await.unwrap();
    assert_ne!(new, old);
    assert_eq!(key(&new).0, AK);
}

#[tokio::test]
async fn a_load_that_failed_is_tried_again_and_loses_nothing() {
    let home = Home::with("[basic]\nak = s3cret\n");
    let profile = Profile::new(&home.surroundings([]));
    failure(&profile, Incomplete).await;
    home.write(format!("[basic]\nak = {AK}\nsk = {SK}\n"));
    let issued = profile.provide(None).await.unwrap();
    assert_eq!(key(&issued).0, AK);
    // A file that is just being written must not take away what is there.
    home.write("[basic]\nak =");
    assert!(profile.provide(Some(&issued)).await.is_err());
    assert_eq!(profile.provide(None).await.unwrap(), issued);
}

/// The file is a pipe: whoever reads it waits for the writer, and a second read would wait for ever.
#[cfg(unix)]
#[test]
fn reading_neither_blocks_the_runtime_nor_happens_once_for_each_caller() {
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    let (done, outcome) = mpsc::channel();
    // On a thread of its own, so that a runtime that is blocked is a failure and not a test without an end.
    std::thread::spawn(move || {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("credentials");
        assert!(
            Command::new("mkfifo").arg(&pipe).status().expect("mkfifo (Debian package coreutils)").success()
        );
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let issued = runtime.block_on(async {
            let profile = std::sync::Arc::new(Profile::new(&Surroundings::new(|_| None)).file(&pipe));
            let callers: Vec<_> = (0..16)
                .map(|_| {
                    let profile = std::sync::Arc::clone(&profile);
                    tokio::spawn(async move { profile.provide(None).await.unwrap() })
                })
                .collect();
            // The runtime's only thread is free to write what they wait for.
            tokio::spawn(
                async move { std::fs::write(pipe, format!("[basic]\nak={AK}\nsk={SK}\n")).unwrap() },
            )
            .await
            .unwrap();
            let mut issued = Vec::new();
            for caller in callers {
                issued.push(caller.await.unwrap());
            }
            issued
        });
        done.send(issued).unwrap();
    });
    let issued = outcome.recv_timeout(Duration::from_mins(1)).unwrap();
    assert_eq!(issued.len(), 16);
    for issued in issued {
        assert_eq!(key(&issued).0, AK);
        assert!(issued.warnings().is_empty(), "the bits of a pipe say nothing");
    }
}
