//! Every page in a real browser, from disk with the network off and from `untagd`: nothing in the console, no request that leaves
//! the host, nothing that axe-core objects to, in light and dark, wide and on a phone, with scripts and without.

use super::chromium::{Browser, Page, View};
use super::service::Service;
use super::site::{folder, pages};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const WIDE: View = View { dark: false, width: 1280, scripts: true };
const PHONE: View = View { dark: false, width: 390, scripts: true };

/// Every way in which each page is looked at.
const VIEWS: [View; 5] = [
    WIDE,
    View { dark: true, ..WIDE },
    PHONE,
    View { dark: true, ..PHONE },
    View { scripts: false, ..PHONE },
];

/// The script of axe-core, which judges whether everybody can read a page.
fn axe_core() -> String {
    let below = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (package, lock) = (include_str!("../axe/package.json"), include_str!("../axe/package-lock.json"));
    let packages = untag_node::packages(below, package, lock);
    fs::read_to_string(packages.join("axe-core/axe.min.js")).unwrap()
}

/// The address of a page on disk.
fn on_disk(path: &str) -> String {
    format!("file://{}/{path}", folder().display())
}

/// Waits for what the page draws after it is loaded.
fn drawn(page: &mut Page<'_>, path: &str, view: View) {
    if path == "explorer.html" && view.scripts {
        page.until("document.querySelectorAll('#swagger-ui .opblock').length === 2");
        // What the mending script sees, it mends before the next frame.
        page.eval("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))");
    }
}

/// What is wrong with a page that is open.
fn faults(page: &mut Page<'_>, axe: &str, home: &str) -> Vec<String> {
    // Anything that has happened is told before this is answered.
    let overflow = page.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    let mut faults: Vec<String> = page.console().iter().map(|words| format!("console: {words}")).collect();
    let leaves = |request: &&String| !request.starts_with(home) && !request.starts_with("data:");
    faults.extend(page.requests().iter().filter(leaves).map(|request| format!("asks {request}")));
    if overflow != 0 {
        faults.push(format!("is {overflow} pixels wider than the window"));
    }
    faults.extend(page.violations(axe));
    faults
}

#[test]
fn every_page_is_clean_from_disk() {
    let (axe, mut browser) = (axe_core(), Browser::start());
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs-shots");
    fs::create_dir_all(&shots).unwrap();
    let mut found = Vec::new();
    for path in pages().into_keys() {
        // For people: what the page looks like in each view.
        let mut gallery = String::new();
        for view in VIEWS {
            let mut page = browser.open(&on_disk(path), view, false);
            drawn(&mut page, path, view);
            assert_eq!(page.eval("matchMedia('(prefers-color-scheme: dark)').matches"), view.dark);
            assert_eq!(
                page.eval("'theme' in document.documentElement.dataset"),
                view.scripts,
                "{path} {view:?}"
            );
            found.extend(
                faults(&mut page, &axe, "file://")
                    .into_iter()
                    .map(|fault| format!("{path} {view:?} {fault}")),
            );
            let image = page.screenshot();
            writeln!(gallery, "<p>{view:?}</p><img alt=\"\" src=\"data:image/png;base64,{image}\">").unwrap();
        }
        fs::write(shots.join(path.replace('/', "-")), gallery).unwrap();
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_page_is_clean_from_untagd() {
    let (axe, mut browser, service) = (axe_core(), Browser::start(), Service::start(folder()));
    let home = format!("{}/docs/", service.endpoint());
    let mut found = Vec::new();
    for path in pages().into_keys() {
        for view in [WIDE, View { dark: true, ..PHONE }] {
            let mut page = browser.open(&format!("{home}{path}"), view, true);
            drawn(&mut page, path, view);
            found.extend(
                faults(&mut page, &axe, &home).into_iter().map(|fault| format!("{path} {view:?} {fault}")),
            );
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Finds both operations with nothing but keys, and goes there.
fn search(browser: &mut Browser, start: &str, online: bool) {
    for view in [WIDE, PHONE] {
        for (words, expected) in [
            ("deleteDesktopTag", "operations/deleteDesktopTag.html"),
            ("batchUntagResources", "operations/batchUntagResources.html"),
            ("tags of a resource", "operations/batchUntagResources.html"),
        ] {
            let mut page = browser.open(start, view, online);
            page.key("/");
            assert_eq!(page.eval("document.activeElement.id"), "q");
            page.text(words);
            page.until("document.querySelector('#results a')");
            assert!(page.eval("document.getElementById('count').textContent").as_str().unwrap().len() > 3);
            page.key("ArrowDown");
            let at = page.eval("document.activeElement.href").as_str().unwrap().to_owned();
            assert!(at.ends_with(expected), "{words} leads to {at}");
            page.key("Escape");
            assert_eq!(page.eval("document.getElementById('found').hidden"), true);
            page.key("/");
            page.text(words);
            page.expect_another();
            page.key("Enter");
            page.wait_until_loaded();
            assert_eq!(page.eval("location.href").as_str().unwrap(), at);
            assert!(
                page.eval("document.querySelector('h1').textContent").as_str().unwrap().starts_with("Delete")
            );
            assert_eq!(page.console(), [""; 0]);
        }
        let mut page = browser.open(start, view, online);
        page.key("/");
        page.text("no such words");
        assert_eq!(page.eval("document.getElementById('count').textContent"), "Nothing found");
    }
}

#[test]
fn search_finds_both_operations_by_keyboard() {
    let mut browser = Browser::start();
    search(&mut browser, &on_disk("signing.html"), false);
    search(&mut browser, &on_disk("operations/deleteDesktopTag.html"), false);
    let service = Service::start(folder());
    search(&mut browser, &format!("{}/docs/", service.endpoint()), true);
}

#[test]
fn keys_reach_the_text_the_theme_and_the_code() {
    let (axe, mut browser) = (axe_core(), Browser::start());
    let mut page = browser.open(&on_disk("call.html"), WIDE, false);
    page.key("Tab");
    assert_eq!(page.eval("document.activeElement.className"), "skip");
    page.key("Enter");
    page.until("document.activeElement.id === 'content'");

    // The theme: switched, kept on the next page, and as clean as the other.
    page.eval("document.getElementById('theme').focus()");
    assert_eq!(page.eval("document.documentElement.dataset.theme"), "light");
    let light = page.eval("getComputedStyle(document.body).backgroundColor");
    page.key("Enter");
    assert_eq!(page.eval("document.documentElement.dataset.theme"), "dark");
    assert_ne!(page.eval("getComputedStyle(document.body).backgroundColor"), light);
    assert_eq!(page.violations(&axe), [""; 0]);
    page.go(&on_disk("errors.html"));
    assert_eq!(page.eval("document.documentElement.dataset.theme"), "dark");
    page.eval("document.getElementById('theme').click()");
    assert_eq!(page.eval("document.documentElement.dataset.theme"), "light");

    // Code: each block can be copied.
    page.go(&on_disk("operations/deleteDesktopTag.html"));
    let blocks = page.eval("document.querySelectorAll('figure.code').length");
    assert_eq!(page.eval("document.querySelectorAll('figcaption button').length"), blocks);
    page.eval("document.querySelector('figcaption button').focus()");
    page.key("Enter");
    page.until("/Copied|Selected/.test(document.querySelector('figcaption button').textContent)");
    page.until("document.querySelector('#content > [role=status]').textContent");
    assert_eq!(page.console(), [""; 0]);
}

#[test]
fn without_scripts_the_text_is_whole() {
    let mut browser = Browser::start();
    for view in [WIDE, PHONE] {
        let mut page = browser.open(
            &on_disk("operations/batchUntagResources.html"),
            View { scripts: false, ..view },
            false,
        );
        assert_eq!(page.eval("document.getElementById('content').checkVisibility()"), true);
        let text = page.eval("document.getElementById('content').innerText");
        let text = text.as_str().unwrap();
        for words in [
            "SecMaster.20011001",
            "secmaster:resources:untag",
            "sys_tags[].key",
            "1 to 128 characters",
            "curl",
        ] {
            assert!(text.contains(words), "{words}");
        }
        assert!(
            page.eval("document.querySelector('nav.pages').innerText")
                .as_str()
                .unwrap()
                .contains("Error codes")
        );
        // What only scripts can do is not offered.
        for id in ["search", "theme"] {
            assert_eq!(page.eval(&format!("document.getElementById('{id}').checkVisibility()")), false);
        }
    }
    let mut page = browser.open(&on_disk("explorer.html"), View { scripts: false, ..WIDE }, false);
    assert!(
        page.eval("document.getElementById('content').innerText").as_str().unwrap().contains("JavaScript")
    );
    assert_eq!(page.eval("document.querySelectorAll('main a[href^=\"operations/\"]').length"), 2);
    assert_eq!(page.eval("document.getElementById('swagger-ui').innerText"), "");
}

#[test]
fn the_explorer_sends_requests_to_the_untagd_that_serves_it() {
    let (axe, mut browser, service) = (axe_core(), Browser::start(), Service::start(folder()));
    let home = service.endpoint().to_owned();
    let mut page = browser.open(&format!("{home}/docs/explorer.html"), WIDE, true);
    drawn(&mut page, "explorer.html", WIDE);
    // As a reader would, but for typing the token where it is asked for.
    let token = serde_json::to_string(service.token()).unwrap();
    page.eval(&format!("window.untagExplorer.preauthorizeApiKey('token', {token})"));
    page.eval("document.querySelector('.opblock-summary-control').click()");
    page.until("document.querySelector('.try-out__btn')");
    page.eval("document.querySelector('.try-out__btn').click()");
    page.until("document.querySelector('.btn.execute')");
    assert_eq!(page.violations(&axe), [""; 0]);
    page.eval("document.querySelector('.btn.execute').click()");
    page.until("document.querySelector('.live-responses-table tbody .response-col_status')");
    let status =
        page.eval("document.querySelector('.live-responses-table tbody .response-col_status').innerText");
    assert_eq!(status.as_str().unwrap().trim(), "204");
    assert_eq!(page.violations(&axe), [""; 0]);
    assert_eq!(page.console(), [""; 0]);
    assert!(page.requests().iter().all(|request| request.starts_with(&home) || request.starts_with("data:")));
}
