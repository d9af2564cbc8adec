//! The question before anything is sent, and the other questions that a person is asked: on stderr, answered on stdin.

use crate::exit::Exit;
use crate::output::note;
use crate::problem::Problem;
use std::io::{self, BufRead, IsTerminal, Write};

/// Asks whether to go on, unless `--yes` has answered that already. `what` is the question without its mark.
///
/// # Errors
/// [`Exit::Usage`]: nobody can be asked, because stdin or stderr is no terminal. [`Exit::Failed`]: the answer was no.
pub fn confirm(what: &str, yes: bool) -> Result<(), Problem> {
    if yes {
        return Ok(());
    }
    if !is_interactive() {
        return Err(Problem::usage(format!(
            "{what} was not confirmed, because there is no terminal to ask on; nothing was done: look at what \
             --dry-run prints, then pass --yes"
        )));
    }
    if ask(&format!("{what}?"), &mut io::stdin().lock(), &mut io::stderr())? {
        Ok(())
    } else {
        Err(Problem::new(Exit::Failed, "not confirmed: nothing was done"))
    }
}

/// Whether there is somebody to ask.
#[must_use]
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question whose answer is yes or no. Anything but `y` or `yes`, the end of the input included, is no.
///
/// # Errors
/// The question cannot be written or the answer cannot be read.
pub fn ask(question: &str, answers: &mut impl BufRead, questions: &mut impl Write) -> Result<bool, Problem> {
    let answer = line(&format!("{question} [y/N] "), answers, questions)?;
    Ok(["y", "yes"].iter().any(|yes| answer.eq_ignore_ascii_case(yes)))
}

/// Asks for a line; without the blanks around it, and empty at the end of the input.
///
/// # Errors
/// As [`ask`].
pub fn line(
    question: &str,
    answers: &mut impl BufRead,
    questions: &mut impl Write,
) -> Result<String, Problem> {
    let broken = |error: io::Error| Problem::failed(format!("the terminal: {error}; nothing was done"));
    write!(questions, "{question}").and_then(|()| questions.flush()).map_err(broken)?;
    let mut answer = String::new();
    if answers.read_line(&mut answer).map_err(broken)? == 0 {
        // Ctrl-D leaves the cursor behind the question.
        writeln!(questions).map_err(broken)?;
    }
    Ok(answer.trim().to_owned())
}

/// Asks for a line that the terminal does not show while it is typed.
///
/// # Errors
/// As [`ask`].
pub fn secret(question: &str) -> Result<String, Problem> {
    let broken = |error: io::Error| Problem::failed(format!("the terminal: {error}; nothing was done"));
    write!(io::stderr(), "{question}").map_err(broken)?;
    let answer = console::Term::stderr().read_secure_line().map_err(broken)?;
    Ok(answer.trim().to_owned())
}

/// Lists what a question is about: the first of them, and how many more there are.
pub fn list(heading: &str, items: impl ExactSizeIterator<Item = String>) {
    /// What fits on a screen.
    const SHOWN: usize = 20;
    let more = items.len().saturating_sub(SHOWN);
    note(heading);
    for item in items.take(SHOWN) {
        note(&format!("  {item}"));
    }
    if more > 0 {
        note(&format!("  and {more} more; --dry-run prints all of them"));
    }
}

#[cfg(test)]
mod tests {
    use super::ask;

    fn answered(answer: &str) -> (bool, String) {
        let mut asked = Vec::new();
        let agreed = ask("Remove it?", &mut answer.as_bytes(), &mut asked).unwrap();
        (agreed, String::from_utf8(asked).unwrap())
    }

    #[test]
    fn only_yes_is_yes() {
        for yes in ["y\n", "Y\n", "yes\n", "YES\r\n", " yes \n", "y"] {
            assert_eq!(answered(yes), (true, "Remove it? [y/N] ".to_owned()), "{yes:?}");
        }
        for no in ["\n", "n\n", "no\n", "yep\n", "ye\n", "yesno\n", "y y\n", "\ny\n", "да\n"] {
            assert_eq!(answered(no), (false, "Remove it? [y/N] ".to_owned()), "{no:?}");
        }
    }

    #[test]
    fn the_end_of_the_input_is_no() {
        assert_eq!(answered(""), (false, "Remove it? [y/N] \n".to_owned()));
    }
}
