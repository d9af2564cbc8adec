//! What the generator writes: all that the contract says, files that fit together, the same bytes each time. And what it refuses.

use super::site::{Copy, folder, pages, root, site, text};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

fn contract() -> Value {
    let path = root().join("openapi/untag.yaml");
    untag_codegen::read("untag.yaml", &fs::read_to_string(path).unwrap()).unwrap().document
}

/// Each operation: its id and its part of the contract.
fn operations(contract: &Value) -> Vec<(String, &Value)> {
    let paths = contract["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    operations
        .filter_map(|operation| Some((operation.get("operationId")?.as_str()?.to_owned(), operation)))
        .collect()
}

/// The schema that a `$ref` names.
fn schema<'a>(contract: &'a Value, reference: &'a Value) -> &'a Value {
    match reference["$ref"].as_str() {
        Some(path) => contract.pointer(path.trim_start_matches('#')).unwrap(),
        None => reference,
    }
}

/// What a reader of a page sees of a text of the contract: without marks for code, on one line.
fn seen(text: &str) -> String {
    text.replace('`', "").replace("**", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a reader of a page sees, on one line.
fn page_text(html: &str) -> String {
    let (_, main) = html.split_once("<main").unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    let mut text = String::new();
    for piece in main.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        let is_block = !["span", "code", "b", "a", "em", "strong", "wbr", "i"]
            .contains(&tag.trim_start_matches('/').split(' ').next().unwrap());
        text.push_str(if is_block { " " } else { "" });
        text.push_str(words);
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_of_an_operation_says_all_that_the_contract_says() {
    let contract = contract();
    let operations = operations(&contract);
    assert_eq!(operations.len(), 2);
    for (id, operation) in operations {
        let page = page_text(text(&format!("operations/{id}.html")));
        let has = |words: &str| assert!(page.contains(&seen(words)), "{id}: the page does not say: {words}");
        for words in ["summary", "operationId"] {
            has(operation[words].as_str().unwrap());
        }
        for paragraph in operation["description"].as_str().unwrap().split("\n\n") {
            has(paragraph);
        }
        for parameter in operation["parameters"].as_array().unwrap() {
            for words in ["name", "in", "description", "example"] {
                has(parameter[words].as_str().unwrap());
            }
            value(&contract, &parameter["schema"], &has);
        }
        if let Some(body) = operation.pointer("/requestBody/content/application~1json") {
            members(&contract, &body["schema"], &has);
        }
        let iam = &operation["x-iam"];
        for words in [&iam["action"], &iam["accessLevel"], &iam["resourceType"]["name"]] {
            has(words.as_str().unwrap());
        }
        for keys in [&iam["resourceType"]["conditionKeys"], &iam["requestConditionKeys"]] {
            keys.as_array().unwrap().iter().for_each(|key| has(key.as_str().unwrap()));
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            has(status);
            has(response["description"].as_str().unwrap());
            if let Some(code) = response["x-error-code"].as_str() {
                // Not in an example alone.
                has(&format!("Error code: {code}"));
                assert!(page_text(text("errors.html")).contains(code), "no {code} among the error codes");
                assert!(
                    page_text(text("errors.html")).contains(&seen(response["description"].as_str().unwrap()))
                );
            }
            if let Some(body) = response.pointer("/content/application~1json") {
                members(&contract, &body["schema"], &has);
                has(body["example"]["error_msg"].as_str().unwrap());
            }
        }
        for file in ["curl.sh", "rust.rs", "untag.sh", "sdk.py"] {
            let example = fs::read_to_string(root().join("docs/examples").join(&id).join(file)).unwrap();
            // Its first line that is no comment, no mark and no preparation.
            let line =
                example.lines().rfind(|line| line.trim().len() > 12 && !line.contains("docs:")).unwrap();
            assert!(page.contains(&line.split_whitespace().collect::<Vec<_>>().join(" ")), "{id}: no {line}");
        }
    }
}

/// Everything that a schema says of a value is on the page.
fn value(contract: &Value, reference: &Value, has: &impl Fn(&str)) {
    let schema = schema(contract, reference);
    has(schema["description"].as_str().unwrap());
    for number in
        ["minLength", "maxLength", "minItems", "maxItems"].iter().filter_map(|name| schema[*name].as_u64())
    {
        has(&number.to_string());
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        has(pattern);
    }
    for one in schema["enum"].as_array().into_iter().flatten() {
        has(one.as_str().unwrap());
    }
}

fn members(contract: &Value, reference: &Value, has: &impl Fn(&str)) {
    let object = schema(contract, reference);
    for (name, member) in object["properties"].as_object().unwrap() {
        has(name);
        value(contract, member, has);
        let schema = schema(contract, member);
        if schema["type"] == "array" {
            members(contract, &schema["items"], has);
        }
    }
}

#[test]
fn downloads_are_the_contract() {
    let yaml = fs::read(root().join("openapi/untag.yaml")).unwrap();
    assert_eq!(site().files["untag.yaml"], yaml);
    let json: Value = serde_json::from_str(text("untag.json")).unwrap();
    assert_eq!(json, contract());
    // The explorer draws what is in its page.
    let (_, rest) =
        text("explorer.html").split_once("<script type=\"application/json\" id=\"contract\">").unwrap();
    let inside: Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(inside, contract());
}

#[test]
fn the_renderer_comes_with_its_licence() {
    assert!(text("swagger-ui/LICENSE.txt").contains("Apache License"));
    assert!(text("swagger-ui/NOTICE.txt").contains("SmartBear Software"));
    assert!(text("swagger-ui/NOTICE.txt").contains("\nreact\n"), "the packages in the bundle are named");
}

#[test]
fn the_worked_signature_is_the_one_that_the_providers_sdk_makes() {
    let vectors = fs::read_to_string(root().join("crates/signing/tests/vectors.json")).unwrap();
    let vectors: Value = serde_json::from_str(&vectors).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    let vector = vectors.iter().find(|vector| vector["name"] == "batch-untag-ascii").unwrap();
    let page = page_text(text("signing.html"));
    for value in ["canonical_request", "string_to_sign", "authorization", "body_sha256"] {
        let words = vector[value].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(&words), "{value}: {words}");
    }
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let copy = Copy::new();
    let (one, other) = (copy.build().unwrap(), copy.build().unwrap());
    assert!(one.files.keys().eq(other.files.keys()));
    for (path, bytes) in &one.files {
        assert!(other.files[path] == *bytes, "{path} differs");
    }
    for (path, html) in pages() {
        assert!(!html.contains(root().to_str().unwrap()), "{path} names a folder of this machine");
    }
}

/// Every value of an attribute in a page.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(&start).skip(1).map(|rest| rest.split_once('"').unwrap().0).collect()
}

#[test]
fn every_link_leads_somewhere_and_every_id_is_there_once() {
    let mut count = 0;
    for (path, html) in pages() {
        let ids = attributes(html, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{path} has an id twice");
        for link in attributes(html, "href").into_iter().chain(attributes(html, "src")) {
            if link.starts_with("https://") || link == "data:," {
                continue;
            }
            let (file, id) = link.split_once('#').unwrap_or((link, ""));
            let depth = path.matches('/').count();
            let ups = file.matches("../").count();
            assert!(ups <= depth, "{path}: {link} leaves the site");
            let folders: Vec<&str> = path.split('/').take(depth - ups).collect();
            let target = match (file, folders.concat()) {
                ("", _) => path.to_owned(),
                (file, folder) if folder.is_empty() => file.replace("../", ""),
                (file, folder) => format!("{folder}/{}", file.replace("../", "")),
            };
            let there = site().files.get(&target);
            assert!(there.is_some(), "{path}: {link} leads nowhere");
            if !id.is_empty() {
                let there = attributes(str::from_utf8(there.unwrap()).unwrap(), "id");
                assert!(there.contains(&id), "{path}: {link} leads to no id");
            }
            count += 1;
        }
    }
    assert!(count > 100);
}

#[test]
fn pages_have_no_scripts_and_styles_of_their_own() {
    for (path, html) in pages() {
        let scripts = html.matches("<script").count();
        let loaded =
            html.matches("<script src=").count() + html.matches("<script type=\"application/json\"").count();
        assert_eq!(scripts, loaded, "{path}");
        assert!(!html.contains("<style") && attributes(html, "style").is_empty(), "{path}");
        assert!(attributes(html, "onclick").is_empty() && !html.contains("javascript:"), "{path}");
    }
}

#[test]
fn the_index_knows_every_heading() {
    let index = text("search-index.js");
    for (path, html) in pages() {
        let main = html.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
        for id in main
            .split("<h")
            .skip(1)
            .filter_map(|rest| rest.split_once(" id=\"")?.1.split_once('"'))
            .map(|(id, _)| id)
        {
            let is_title = main.contains(&format!("<h1 id=\"{id}\">"));
            let address = if is_title { format!("[\"{path}\",") } else { format!("[\"{path}#{id}\",") };
            assert!(index.contains(&address), "{address}");
        }
    }
}

#[test]
fn what_a_page_asks_for_must_be_there() {
    for (asked, words) in [
        ("{{ include examples/nothing.sh }}", "cannot include"),
        ("{{ include /openapi/untag.yaml nothing }}", "there is no part `docs:begin nothing`"),
        ("{{ signing nothing }}", "there is no step `nothing`"),
        ("{{ nothing }}", "nothing answers to `nothing`"),
        ("text {{ errors }}", "on a line of its own"),
        ("<b>bold</b>", "HTML is refused"),
        ("<div>\n", "HTML is refused"),
        ("[a](/index.md)", "a link leads to a file of the site"),
        ("[a](http://example.com)", "a link leads to a file of the site"),
        ("[a](nothing.md)", "a link leads nowhere: nothing.html"),
        ("[a](errors.md#nothing)", "a link leads nowhere: errors.html#nothing"),
        ("[a](#nothing)", "a link leads nowhere: call.html#nothing"),
        ("[a](untag.xml)", "a link leads nowhere: untag.xml"),
        ("##### Five", "cannot follow one of level"),
        ("# Another title", "a page has one heading of level 1"),
        ("![a](a.png)", "images"),
    ] {
        let copy = Copy::new();
        let line = copy.append("pages/call.md", asked);
        let (place, message) = copy.refusal();
        assert_eq!(place, format!("pages/call.md:{line}"), "{asked}: {message}");
        assert!(message.contains(words), "{asked}: {message}");
    }
}

#[test]
fn all_dead_links_are_told_at_once() {
    let copy = Copy::new();
    copy.append("pages/call.md", "[a](nothing.md) and [b](nowhere.md)");
    copy.append("pages/run.md", "[c](nothing.md)");
    assert_eq!(copy.build().unwrap_err().len(), 3);
}

#[test]
fn pages_and_contents_agree() {
    let copy = Copy::new();
    fs::write(copy.path("pages/extra.md"), "# Extra\n").unwrap();
    assert_eq!(copy.refusal().0, "pages/extra.md");
    let line = copy.append("contents.txt", "extra\nmissing");
    let (place, message) = copy.refusal();
    assert_eq!(place, format!("contents.txt:{}", line + 1), "{message}");
    fs::write(copy.path("pages/missing.md"), "no title\n").unwrap();
    assert!(copy.refusal().1.contains("starts with its title"));
    fs::write(copy.path("pages/missing.md"), "# Missing\n").unwrap();
    assert!(copy.build().unwrap().files.contains_key("missing.html"));
    copy.append("contents.txt", "extra");
    assert!(copy.refusal().1.contains("listed twice"));
}

#[test]
fn every_operation_has_every_example() {
    for file in ["curl.sh", "rust.rs", "untag.sh", "sdk.py"] {
        let copy = Copy::new();
        fs::remove_file(copy.path(&format!("examples/batchUntagResources/{file}"))).unwrap();
        let (place, message) = copy.refusal();
        assert_eq!(place, "the page of batchUntagResources");
        assert!(message.contains(file), "{message}");
    }
}

#[test]
fn parts_of_a_file_are_shown_without_their_marks() {
    let copy = Copy::new();
    let file = "fn a() {}\n// docs:begin\n    let shown = 1;\n\n        let deeper = 2;\n// docs:end\nfn b() {}\n\
                # docs:begin other\nelsewhere\n# docs:end\n// docs:begin\nlast();\n// docs:end\n";
    fs::write(copy.path("examples/parts.rs"), file).unwrap();
    copy.append("pages/index.md", "{{ include examples/parts.rs }}\n\n{{ include examples/parts.rs other }}");
    let start = String::from_utf8(copy.build().unwrap().files.remove("index.html").unwrap()).unwrap();
    let start = start.replace("<span class=\"k\">let</span>", "let");
    assert!(start.contains(">let shown = 1;\n\n    let deeper = 2;\n\nlast();</code>"), "{start}");
    assert!(start.contains(">elsewhere</code>"));
    assert!(!start.contains("docs:begin") && !start.contains("fn</span> a"));
    fs::write(copy.path("examples/parts.rs"), "// docs:begin\nlet open = 1;\n").unwrap();
    assert!(copy.refusal().1.contains("not followed by docs:end"));
}

#[test]
fn a_site_replaces_a_site_and_nothing_else() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("a/site");
    site().write(&out).unwrap();
    fs::write(out.join("stale.html"), "old").unwrap();
    site().write(&out).unwrap();
    assert!(!out.join("stale.html").exists() && out.join("operations/deleteDesktopTag.html").exists());
    assert_eq!(fs::read_dir(parent.path().join("a")).unwrap().count(), 1, "nothing else is left");

    let mine = parent.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("letter.txt"), "dear").unwrap();
    assert!(site().write(&mine).unwrap_err().message.contains("no site"));
    assert_eq!(fs::read_to_string(mine.join("letter.txt")).unwrap(), "dear");
    assert!(folder().join("index.html").is_file());
}

#[test]
fn a_report_is_shown_with_its_plots_in_the_page() {
    let html = text("performance.html");
    let (plots, reports) = (html.matches("<figure class=\"plot\"").count(), ["peers.md", "own.md"]);
    let read = |name: &str| fs::read_to_string(root().join("docs/measured").join(name)).unwrap();
    let named: usize = reports.iter().map(|name| read(name).matches("\n![").count()).sum();
    assert!(plots >= 3 && plots == named, "{plots} plots of {named}");
    assert!(!html.contains("<style>") && html.contains("<title id=\"answers-per-second"), "{html}");

    let copy = Copy::new();
    let line = copy.append("measured/peers.md", "![a plot](nowhere.svg)");
    let (place, message) = copy.refusal();
    assert_eq!(place, format!("measured/peers.md:{line}"), "{message}");
    fs::write(copy.path("measured/nowhere.svg"), "<svg ><title>a</title><script>1</script></svg>").unwrap();
    assert!(copy.refusal().1.contains("is no plot"));
    fs::write(copy.path("measured/nowhere.svg"), "<svg ><title>a</title></svg>").unwrap();
    assert!(copy.build().is_ok());
}
