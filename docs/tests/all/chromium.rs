//! Headless Chromium, driven over two pipes (`--remote-debugging-pipe`): JSON messages, each ended by a zero byte.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

/// How long anything may take that must come: much longer than a busy machine needs.
const DEADLINE: Duration = Duration::from_mins(2);

const FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
                     --disable-component-update --disable-sync --remote-debugging-pipe";

/// A browser, with a profile of its own. It ends with this value.
pub(crate) struct Browser {
    child: Child,
    send: ChildStdin,
    receive: Receiver<Value>,
    last_id: u64,
    _profile: TempDir,
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) dark: bool,
    pub(crate) width: u32,
    pub(crate) scripts: bool,
}

/// A page in a tab, and what it has said and asked for since it was opened.
pub(crate) struct Page<'a> {
    browser: &'a mut Browser,
    session: String,
    target: String,
    seen: Seen,
}

#[derive(Default)]
struct Seen {
    /// Messages of the console, exceptions, and what the browser itself complains about.
    console: Vec<String>,
    /// Addresses that were asked for.
    requests: Vec<String>,
    is_loaded: bool,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        // The shell hands its own input and output on as descriptors 3 and 4, which `Command` cannot do.
        let script = format!("exec chromium {FLAGS} --user-data-dir=\"$0\" 3<&0 4>&1 </dev/null >/dev/null");
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .arg(profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (send, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (tell, receive) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            let mut message = Vec::new();
            while stdout.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                if tell.send(serde_json::from_slice(&message).unwrap_or_default()).is_err() {
                    break;
                }
                message.clear();
            }
        });
        Self { child, send, receive, last_id: 0, _profile: profile }
    }

    /// Sends a command, and hands to `event` what comes before its answer.
    fn call(&mut self, session: &str, method: &str, params: Value, mut event: impl FnMut(&Value)) -> Value {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method });
        message["params"] = params;
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        let sent = self.send.write_all(format!("{message}\0").as_bytes());
        sent.unwrap_or_else(|error| panic!("{error}: is Chromium there (Debian package chromium)?"));
        loop {
            let answer = self.next(method);
            if answer["id"] == self.last_id {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            event(&answer);
        }
    }

    fn next(&self, what: &str) -> Value {
        let message = self.receive.recv_timeout(DEADLINE);
        message.unwrap_or_else(|error| {
            panic!("{what}: {error}; Chromium (Debian package chromium) does not answer")
        })
    }

    /// Opens an address and waits until it is loaded. What is not on the disk is out of reach, unless `online`.
    pub(crate) fn open(&mut self, address: &str, view: View, online: bool) -> Page<'_> {
        let target = self.call("", "Target.createTarget", json!({ "url": "about:blank" }), |_| ());
        let target = target["targetId"].as_str().unwrap().to_owned();
        let session =
            self.call("", "Target.attachToTarget", json!({ "targetId": target, "flatten": true }), |_| ());
        let session = session["sessionId"].as_str().unwrap().to_owned();
        let mut page = Page { browser: self, session, target, seen: Seen::default() };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        if !online {
            let nothing =
                json!({ "offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
            page.call("Network.emulateNetworkConditions", nothing);
        }
        let is_phone = view.width < 600;
        let size = json!({ "width": view.width, "height": 844, "deviceScaleFactor": 1, "mobile": is_phone });
        page.call("Emulation.setDeviceMetricsOverride", size);
        page.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": is_phone }));
        let scheme = if view.dark { "dark" } else { "light" };
        let wishes = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        page.call("Emulation.setEmulatedMedia", wishes);
        page.call("Emulation.setScriptExecutionDisabled", json!({ "value": !view.scripts }));
        page.go(address);
        // What is asked from here on is asked by the test; the page itself was laid out without its scripts.
        page.call("Emulation.setScriptExecutionDisabled", json!({ "value": false }));
        page
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let close = json!({ "id": self.last_id + 1, "method": "Browser.close" });
        if self.send.write_all(format!("{close}\0").as_bytes()).is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Page<'_> {
    fn call(&mut self, method: &str, params: Value) -> Value {
        let (seen, session) = (&mut self.seen, &self.session);
        self.browser.call(session, method, params, |event| seen.note(event, session))
    }

    /// Goes to another address in the same tab, and waits until it is loaded.
    pub(crate) fn go(&mut self, address: &str) {
        self.seen.is_loaded = false;
        self.call("Page.navigate", json!({ "url": address }));
        self.wait_until_loaded();
    }

    /// Waits until the page is loaded that something the test did leads to.
    pub(crate) fn wait_until_loaded(&mut self) {
        while !self.seen.is_loaded {
            let event = self.browser.next("loading a page");
            self.seen.note(&event, &self.session);
        }
    }

    /// Notices from now on that another page is loaded.
    pub(crate) fn expect_another(&mut self) {
        self.seen.is_loaded = false;
    }

    /// The value of an expression, or of the promise that it is.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let question = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", question);
        assert!(answer["exceptionDetails"].is_null(), "{expression:.200}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub(crate) fn until(&mut self, expression: &str) {
        self.eval(&format!(
            "new Promise(done => {{ const look = () => ({expression}) ? done(true) : setTimeout(look, 10); look(); }})"
        ));
    }

    /// Presses and releases a key.
    pub(crate) fn key(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "ArrowDown" => 40,
            _ => 0,
        };
        let text = match key {
            "Enter" => "\r",
            _ if key.chars().count() == 1 => key,
            _ => "",
        };
        let down = json!({ "type": "keyDown", "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", down);
        let up = json!({ "type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", up);
    }

    /// Types a text.
    pub(crate) fn text(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// What axe-core objects to, each with the element and the reason.
    pub(crate) fn violations(&mut self, axe: &str) -> Vec<String> {
        self.eval(axe);
        // Without `preload: false`, it would ask for style sheets itself, which disk pages may not.
        let found = self.eval(
            "axe.run(document, { preload: false, resultTypes: ['violations'], runOnly: { type: 'tag', values: \
             ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } }).then(found => \
             found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target.flat().join(' ')} \
             (${node.failureSummary.replace(/\\s+/g, ' ')})`)))",
        );
        found.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    /// What the page has said.
    pub(crate) fn console(&self) -> &[String] {
        &self.seen.console
    }

    /// What the page has asked for.
    pub(crate) fn requests(&self) -> &[String] {
        &self.seen.requests
    }

    /// The page as an image in PNG, in base64.
    pub(crate) fn screenshot(&mut self) -> String {
        let image = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        image["data"].as_str().unwrap().to_owned()
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        // A test that has failed already must not wait for a browser that does not answer.
        if !std::thread::panicking() {
            let target = json!({ "targetId": self.target });
            self.browser.call("", "Target.closeTarget", target, |_| ());
        }
    }
}

impl Seen {
    fn note(&mut self, event: &Value, session: &str) {
        if event["sessionId"] != session {
            return;
        }
        let params = &event["params"];
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match event["method"].as_str().unwrap_or_default() {
            "Page.loadEventFired" => self.is_loaded = true,
            "Network.requestWillBeSent" => self.requests.push(text(&params["request"]["url"])),
            "Runtime.consoleAPICalled" => {
                let words = params["args"].as_array().into_iter().flatten().map(|word| text(&word["value"]));
                let words: Vec<String> = words.collect();
                self.console.push(format!("{}: {}", text(&params["type"]), words.join(" ")));
            }
            "Runtime.exceptionThrown" => {
                self.console.push(format!("exception: {}", params["exceptionDetails"]));
            }
            "Log.entryAdded" => {
                let entry = &params["entry"];
                self.console.push(format!(
                    "{}: {} {}",
                    text(&entry["level"]),
                    text(&entry["text"]),
                    text(&entry["url"])
                ));
            }
            _ => {}
        }
    }
}
