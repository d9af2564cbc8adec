//! The interactive renderer: Swagger UI out of the crate `swagger-ui-dist`, its licence beside it, the contract in the page.

use crate::page::Page;
use crate::problem::Problem;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Where its files go.
const FOLDER: &str = "swagger-ui";

/// Puts it onto the page.
pub(crate) fn show(page: &mut Page, contract: &Value) {
    page.styles.extend(["swagger-ui/swagger-ui.css", "explorer.css"]);
    page.scripts.extend(["swagger-ui/swagger-ui-bundle.js", "explorer.js", "explorer-mend.js"]);
    // A script element that holds data is not run. In it nothing is markup but `</script` and `<!--`.
    let contract = contract.to_string().replace('<', "\\u003c");
    page.after.push_str("<div id=\"swagger-ui\"></div>\n");
    page.after.push_str("<script type=\"application/json\" id=\"contract\">");
    page.after.push_str(&contract);
    page.after.push_str("</script>\n");
}

/// The renderer's files, out of the folder of its crate.
pub(crate) fn files(renderer: &Path) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
    let mut files = BTreeMap::new();
    for (from, to) in [
        ("assets/swagger-ui-bundle.js", "swagger-ui-bundle.js"),
        ("assets/swagger-ui.css", "swagger-ui.css"),
        ("LICENSE", "LICENSE.txt"),
    ] {
        let path = renderer.join(from);
        let bytes = fs::read(&path).map_err(|error| Problem::file(&path, &error))?;
        files.insert(format!("{FOLDER}/{to}"), bytes);
    }
    files.insert(format!("{FOLDER}/NOTICE.txt"), notice(renderer)?.into_bytes());
    Ok(files)
}

/// The notice that Apache-2.0 asks to be passed on, which the crate leaves out, and the packages in the bundle, which its map names.
fn notice(renderer: &Path) -> Result<String, Problem> {
    let path = renderer.join("assets/swagger-ui-bundle.js.map");
    let text = fs::read_to_string(&path).map_err(|error| Problem::file(&path, &error))?;
    let map: Value = serde_json::from_str(&text)
        .map_err(|error| Problem::new(path.display().to_string(), error.to_string()))?;
    let sources =
        map.get("sources").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let packages: BTreeSet<String> = sources.filter_map(package).collect();
    let packages: Vec<String> = packages.into_iter().collect();
    Ok(format!(
        "swagger-ui\nCopyright 2020-2021 SmartBear Software Inc.\n\n\
         The bundle also holds these packages of npm, each under the licence that its own package states:\n\n{}\n",
        packages.join("\n")
    ))
}

/// The package of npm that a source is from: `@scope/name` or `name`.
fn package(source: &str) -> Option<String> {
    let (_, below) = source.rsplit_once("node_modules/")?;
    let mut parts = below.split('/');
    let first = parts.next()?;
    Some(if first.starts_with('@') { format!("{first}/{}", parts.next()?) } else { first.to_owned() })
}
