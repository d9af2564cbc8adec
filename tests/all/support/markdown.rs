//! Pages that a reader follows: their blocks, and the commands in them with what each prints.

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What stands behind the fence.
    pub language: String,
    /// What stands between the fences.
    pub text: String,
    /// The paragraph in front of it.
    pub before: String,
}

/// The blocks of a page.
pub fn blocks(page: &str) -> Vec<Block> {
    let parts: Vec<&str> = page.split("```").collect();
    let fenced = parts.chunks_exact(2).map(|pair| (pair[0], pair[1]));
    let block = fenced.map(|(prose, fenced)| {
        let (language, text) = fenced.split_once('\n').expect("a language, then the block");
        let before = prose.trim().rsplit("\n\n").next().unwrap_or_default();
        Block { language: language.to_owned(), text: text.to_owned(), before: before.to_owned() }
    });
    block.collect()
}

/// The commands of a `console` block, each with what it prints.
pub fn steps(block: &str) -> Vec<(String, String)> {
    let steps = block.strip_prefix("$ ").expect("a command comes first").split("\n$ ");
    steps
        .map(|step| step.split_once('\n').unwrap_or((step, "")))
        .map(|(command, output)| (command.to_owned(), output.trim_end().to_owned()))
        .collect()
}

/// Whether a text is as shown, where `…` stands for anything.
pub fn is_as_shown(text: &str, shown: &str) -> bool {
    let Some((before, after)) = shown.split_once('…') else { return text == shown };
    let Some(rest) = text.strip_prefix(before) else { return false };
    let mut ends = (0..=rest.len()).filter(|at| rest.is_char_boundary(*at));
    ends.any(|at| is_as_shown(&rest[at..], after))
}
