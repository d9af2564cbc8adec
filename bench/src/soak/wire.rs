//! Answers as bytes: as much of HTTP/1.1 as it takes to read them cheaply.

/// One answer, complete.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    head: &'a str,
    pub(super) body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Reads an answer from the beginning of what came, and how long it is; nothing where more has to come.
    ///
    /// # Errors
    /// It is no answer; the words say what came.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Option<(Self, usize)>, String> {
        // The usual answer has no body, and so ends as its head does.
        let end = if bytes.ends_with(b"\r\n\r\n") && bytes.starts_with(b"HTTP/1.1 204") {
            Some(bytes.len() - 4)
        } else {
            bytes.windows(4).position(|four| four == b"\r\n\r\n")
        };
        let Some(end) = end else { return Ok(None) };
        let (head, rest) = bytes.split_at(end);
        let rest = rest.get(4..).unwrap_or_default();
        let no_answer = || format!("this is no answer: {:?}", String::from_utf8_lossy(head));
        let head = std::str::from_utf8(head).map_err(|_| no_answer())?;
        let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let mut answer = Self { status: status.ok_or_else(no_answer)?, head, body: &[] };
        let length = match answer.header("content-length") {
            _ if answer.status == 204 => 0,
            Some(length) => length.parse().map_err(|_| no_answer())?,
            None => 0,
        };
        let Some(body) = rest.get(..length) else { return Ok(None) };
        answer.body = body;
        Ok(Some((answer, end + 4 + length)))
    }

    /// The value of a header; its name is given in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Whether this stands in the body.
    pub(super) fn has(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|part| part == text.as_bytes())
    }

    /// Whether the server closes the connection after it.
    pub(super) fn is_last(&self) -> bool {
        // Nobody says so on the usual answer.
        self.status != 204 && self.header("connection").is_some_and(|value| value == "close")
    }

    /// It, for a message.
    pub(super) fn shown(&self) -> String {
        format!("{} {:?}", self.status, String::from_utf8_lossy(self.body))
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn an_answer_is_read_when_it_is_complete() {
        let text = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nconnection: close\r\n\r\n{}HTTP";
        for length in 0..text.len() - 4 {
            assert!(Answer::read(&text[..length]).unwrap().is_none(), "{length}");
        }
        let (answer, length) = Answer::read(text).unwrap().unwrap();
        assert_eq!((answer.status, answer.body, length), (400, &b"{}"[..], text.len() - 4));
        assert!(answer.is_last());
        assert!(Answer::read(b"hello\r\n\r\n").is_err());
    }
}
