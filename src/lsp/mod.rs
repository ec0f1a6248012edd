//! The language server: a client speaks the protocol over standard input and output, and is answered out of `ide`.
//!
//! One thread holds everything and does one thing after the other. What comes in is queued; a project is judged when something asks for
//! it or when the queue is empty, so changes that wait are judged together. What a message does wrong, and a fault of ours, ends nothing:
//! it is answered.

mod actions;
mod attention;
mod convert;
mod documents;
mod generated;
mod lenses;
mod navigation;
mod parent;
mod position;
mod project;
mod projects;
mod refresh;
mod requests;
mod server;
mod text;
mod transport;
mod typing;
mod uri;

use crate::host::Failure;
use std::thread;

/// What the deepest tree that there may be takes, twice.
const STACK: usize = 64 << 20;

/// Serves one client until it leaves. Whether it said good-bye in the right order.
pub fn run() -> Result<bool, Failure> {
    let transport::Ends { outgoing, incoming, from_client, writer } = transport::stdio();
    let serve = move || server::Server::new(outgoing, Some(from_client)).run(&incoming);
    let server = thread::Builder::new().stack_size(STACK).spawn(serve);
    let server = server.map_err(|error| Failure::new(format!("no thread can be started: {error}")))?;
    let ended = server.join().unwrap_or(false);
    // What has been said is to be read.
    let _ = writer.join();
    Ok(ended)
}
