//! What the search knows: each heading's section as plain text, in a script, because pages on disk may not fetch files.

use crate::page::{Page, text_of};
use serde_json::json;

/// The script with the index: `[address, title of the page, title of the section, text]` for each section.
pub(crate) fn index(pages: &[Page]) -> String {
    let mut script = "window.searchIndex = [\n".to_owned();
    for page in pages {
        for (number, heading) in page.headings.iter().enumerate() {
            let start = position(&page.html, &heading.id);
            let end =
                page.headings.get(number + 1).map_or(page.html.len(), |next| position(&page.html, &next.id));
            let section = page.html.get(start..end).unwrap_or_default();
            let text = text_of(section.split_once('\n').map_or("", |(_, text)| text));
            let address =
                if number == 0 { page.path.clone() } else { format!("{}#{}", page.path, heading.id) };
            script.push_str(&json!([address, page.title, heading.text, text]).to_string());
            script.push_str(",\n");
        }
    }
    script + "];\n"
}

/// Where the heading's element begins.
fn position(html: &str, id: &str) -> usize {
    let attribute = format!(" id=\"{id}\">");
    let place = html.find(&attribute).unwrap_or(html.len());
    html.get(..place).and_then(|before| before.rfind('<')).unwrap_or(html.len())
}
