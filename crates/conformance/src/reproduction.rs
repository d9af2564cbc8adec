//! A command line that sends a request again: curl where curl can, and otherwise the bytes themselves.

use crate::endpoint::Endpoint;
use crate::message::{Message, Part, Text};
use std::fmt::Write as _;

/// Repetitions that are longer than this are left to the shell.
const LONG: usize = 60;

/// The command line, with variables in the place of secrets.
pub(crate) fn of(endpoint: &Endpoint, message: &Message) -> String {
    curl(endpoint, message).unwrap_or_else(|| raw(endpoint, message))
}

/// By curl, which cannot send chunks of one's own, a length that is not the body's, or bytes that are no text.
fn curl(endpoint: &Endpoint, message: &Message) -> Option<String> {
    let (method, _) = message.start();
    let scheme = if endpoint.is_tls { "https" } else { "http" };
    let body = message.body.bytes();
    let mut command = format!("curl -i --path-as-is -X {}", quoted(&Text::plain(method))?);
    let mut has_type = false;
    for line in message.lines.iter().skip(1) {
        if line.starts_with("host:") || line.starts_with("connection:") {
            continue;
        }
        if line.starts_with("transfer-encoding:") {
            return None;
        }
        if line.starts_with("content-length:") {
            let bytes = line.bytes();
            let length = str::from_utf8(&bytes).ok()?.split(':').nth(1)?.trim().parse::<usize>().ok()?;
            if length != body.len() {
                return None;
            }
            if length > 0 {
                continue;
            }
        }
        has_type |= line.starts_with("content-type:");
        // A header without a value is one that curl leaves out, unless it ends so.
        let shown = quoted(line)?;
        let shown = if shown.ends_with(":'") { format!("{};'", shown.trim_end_matches(":'")) } else { shown };
        let _ = write!(command, " -H {shown}");
    }
    if !body.is_empty() {
        if body.starts_with(b"@") {
            // The name of a file, to curl.
            return None;
        }
        if !has_type {
            command.push_str(" -H 'Content-Type:'");
        }
        let _ = write!(command, " --data-binary {}", quoted(&message.body)?);
    }
    // The path as it is, whatever curl would make of it.
    let mut line = message.lines.first()?.clone();
    let _ = write!(command, " --request-target {}", target_of(&mut line)?);
    let _ = write!(command, " {}", quoted(&Text::plain(format!("{scheme}://{}/", endpoint.authority)))?);
    Some(command)
}

/// The request line without its method and its version, quoted.
fn target_of(line: &mut Text) -> Option<String> {
    if let Some(Part::Plain(first)) = line.0.first_mut() {
        let space = first.iter().position(|byte| *byte == b' ')?;
        first.drain(..=space);
    }
    if let Some(Part::Plain(last)) = line.0.last_mut() {
        let kept = last.len().checked_sub(b" HTTP/1.1".len())?;
        last.truncate(kept);
    }
    quoted(line)
}

/// By the bytes themselves.
fn raw(endpoint: &Endpoint, message: &Message) -> String {
    let mut parts: Vec<Part> = Vec::new();
    for line in &message.lines {
        parts.extend(line.0.iter().cloned());
        parts.push(Part::Plain(b"\r\n".to_vec()));
    }
    parts.push(Part::Plain(b"\r\n".to_vec()));
    parts.extend(message.body.0.iter().cloned());
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Plain(last)), Part::Plain(more)) => last.extend(more),
            (_, part) => joined.push(part),
        }
    }
    let prints: Vec<String> = joined
        .iter()
        .map(|part| match part {
            Part::Plain(bytes) => format!("printf '{}'", escaped(bytes)),
            Part::Repeat(unit, times) if unit.len() * times > LONG => repeated(unit, *times),
            Part::Repeat(unit, times) => format!("printf '{}'", escaped(&unit.repeat(*times))),
            Part::Secret(hidden) => format!("printf %s \"{}\"", hidden.shown),
        })
        .collect();
    let Endpoint { host, port, .. } = endpoint;
    let to = if endpoint.is_tls {
        format!("openssl s_client -quiet -connect {host}:{port}")
    } else {
        format!("nc {host} {port}")
    };
    format!("{{ {}; }} | {to}", prints.join("; "))
}

/// Prints something over and over: each number is printed with no characters of it.
fn repeated(unit: &[u8], times: usize) -> String {
    format!("printf '{}%.0s' $(seq {times})", escaped(unit))
}

/// A text as a word of the shell. `None`: it is no text, or holds what no word can.
fn quoted(text: &Text) -> Option<String> {
    let mut out = String::new();
    for part in &text.0 {
        let plain = match part {
            Part::Plain(bytes) => bytes.clone(),
            Part::Repeat(unit, times) if unit.len() * times > LONG => {
                let _ = write!(out, "\"$({})\"", repeated(unit, *times));
                continue;
            }
            Part::Repeat(unit, times) => unit.repeat(*times),
            Part::Secret(hidden) => {
                let _ = write!(out, "\"{}\"", hidden.shown);
                continue;
            }
        };
        let plain = String::from_utf8(plain).ok()?;
        if plain.chars().any(|character| character.is_control() && character != '\n') {
            return None;
        }
        if !plain.is_empty() {
            let _ = write!(out, "'{}'", plain.replace('\'', r"'\''"));
        }
    }
    Some(if out.is_empty() { "''".to_owned() } else { out })
}

/// Bytes as a format of `printf`, within single quotes.
fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            b'%' => out.push_str("%%"),
            b'\\' => out.push_str("\\\\"),
            b'\'' => out.push_str("\\047"),
            b' '..=b'~' => out.push(char::from(*byte)),
            byte => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out
}
