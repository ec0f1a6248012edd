//! Messages over standard input and output.
//!
//! The reader is our own: that of `lsp-server` ends the process with the first message that is no JSON, and takes a request whose
//! number it does not like for a notification, which nobody would answer.

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Largest message, in bytes. The largest text has 4 MiB, which JSON may write six times as long.
const MESSAGE_LIMIT: u64 = 64 << 20;

/// Longest line of a header, in bytes.
const HEADER_LIMIT: u64 = 8 << 10;

/// What came in.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// What is no message: what is answered, to nobody.
    Broken(ErrorCode, String),
    /// The client is gone.
    Gone,
}

/// What goes out.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// A message.
    Message(Message),
    /// An error that answers nothing that has a number.
    Error(ErrorCode, String),
}

/// The ends of a conversation.
#[derive(Debug)]
pub(super) struct Ends {
    /// What is written to the client.
    pub outgoing: Sender<Outgoing>,
    /// What the client says.
    pub incoming: Receiver<Incoming>,
    /// For who has something to say in the place of the client.
    pub from_client: Sender<Incoming>,
    /// Ends when everything is written.
    pub writer: thread::JoinHandle<()>,
}

/// Begins to read and write; the threads end with the input, and with the last sender.
pub(super) fn stdio() -> Ends {
    let (to_client, outgoing) = channel::<Outgoing>();
    let (from_client, incoming) = channel::<Incoming>();
    let writer = thread::spawn(move || {
        let mut output = io::stdout().lock();
        // Where nobody reads any more, the input ends too.
        let _ = outgoing.into_iter().try_for_each(|message| write(&mut output, message));
    });
    let reader = from_client.clone();
    thread::spawn(move || {
        let mut input = io::BufReader::new(io::stdin());
        while let Ok(Some(message)) = read(&mut input) {
            if reader.send(message).is_err() {
                return;
            }
        }
        let _ = reader.send(Incoming::Gone);
    });
    Ends { outgoing: to_client, incoming, from_client, writer }
}

fn write(output: &mut impl Write, message: Outgoing) -> io::Result<()> {
    match message {
        Outgoing::Message(message) => message.write(output),
        Outgoing::Error(code, message) => {
            let text = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": code as i32, "message": message } }).to_string();
            write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
            output.flush()
        }
    }
}

/// The next message; nothing at the end of the input.
fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.take(HEADER_LIMIT).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\r', '\n']);
        match line.split_once(':') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("Content-Length") => length = Some(value.trim().parse::<u64>()),
            Some(_) => {}
            None if line.is_empty() && length.is_some() => break,
            // Whatever stands between messages is passed over.
            None => {}
        }
    }
    let length = match length {
        Some(Ok(length)) if length <= MESSAGE_LIMIT => length,
        Some(Ok(length)) => {
            io::copy(&mut input.take(length), &mut io::sink())?;
            return Ok(Some(Incoming::Broken(ErrorCode::InvalidRequest, format!("a message has at most {MESSAGE_LIMIT} bytes"))));
        }
        _ => return Ok(Some(Incoming::Broken(ErrorCode::ParseError, "`Content-Length` is no number of bytes".to_owned()))),
    };
    let mut bytes = vec![0; length as usize];
    input.read_exact(&mut bytes)?;
    Ok(Some(match serde_json::from_slice(&bytes) {
        Ok(value) => message(value),
        Err(error) => Incoming::Broken(ErrorCode::ParseError, format!("no JSON: {error}")),
    }))
}

/// What a value says as a message.
fn message(mut value: Value) -> Incoming {
    let broken = |text: &str| Incoming::Broken(ErrorCode::InvalidRequest, text.to_owned());
    let Some(fields) = value.as_object_mut() else { return broken("a message is an object") };
    let id = fields.remove("id");
    let known = id.clone().and_then(|id| serde_json::from_value::<RequestId>(id).ok());
    let params = fields.remove("params").unwrap_or_default();
    match (fields.remove("method"), id, known) {
        (Some(Value::String(method)), None, _) => Incoming::Message(Message::Notification(Notification { method, params })),
        (Some(Value::String(method)), Some(_), Some(id)) => Incoming::Message(Message::Request(Request { id, method, params })),
        (Some(Value::String(_)), Some(_), None) => broken("`id` is a number of 32 bits or a text"),
        (Some(_), ..) => broken("`method` is a text"),
        (None, _, Some(id)) if fields.contains_key("result") || fields.contains_key("error") => {
            let error = fields.remove("error").and_then(|error| serde_json::from_value(error).ok());
            let response_result = match error {
                Some(error) => Err(error),
                None => Ok(fields.remove("result").unwrap_or_default()),
            };
            Incoming::Message(Message::Response(Response { id, response_result }))
        }
        (None, ..) => broken("a message has a `method`, or an `id` with a `result`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &[u8]) -> Vec<String> {
        let mut input = io::Cursor::new(input);
        let mut found = Vec::new();
        while let Ok(Some(next)) = read(&mut input) {
            found.push(match next {
                Incoming::Message(Message::Request(request)) => format!("request {} {}", request.id, request.method),
                Incoming::Message(Message::Notification(notification)) => format!("notification {}", notification.method),
                Incoming::Message(Message::Response(response)) => format!("response {}", response.id),
                Incoming::Broken(code, _) => format!("{code:?}"),
                Incoming::Gone => "gone".to_owned(),
            });
        }
        found
    }

    #[test]
    fn what_is_no_message_is_told_and_passed_over() {
        let mut input = Vec::new();
        for text in [
            r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#,
            r#"{"id":"x","method":"b","params":null}"#,
            r#"{"id":1.5,"method":"c"}"#,
            r#"{"id":null,"method":"c"}"#,
            "{",
            "[]",
            r#"{"method":7}"#,
            r#"{"id":4,"result":null}"#,
            r#"{"id":4,"error":{"code":1,"message":"no"}}"#,
            r#"{"id":4}"#,
            r#"{"method":"d"}"#,
        ] {
            input.extend(format!("Content-Type: x\r\ncontent-length: {}\r\n\r\n{text}", text.len()).bytes());
        }
        input.extend(b"rubbish\r\n\r\nContent-Length: many\r\n\r\nContent-Length: 2\r\n\r\n\xff\xffContent-Length: 9\r\n\r\n{");
        let wanted = [
            "request 1 a",
            "request \"x\" b",
            "InvalidRequest",
            "InvalidRequest",
            "ParseError",
            "InvalidRequest",
            "InvalidRequest",
            "response 4",
            "response 4",
            "InvalidRequest",
            "notification d",
            "ParseError",
            "ParseError",
        ];
        assert_eq!(all(&input), wanted);
    }
}
