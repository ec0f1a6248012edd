//! What brings members together, run: the scripts of the generated roles, with stand-ins for the services that they ask. `run` beside
//! this file does the same with the real ones.

#![allow(clippy::unwrap_used)]

mod garage;
mod openbao;
mod scene;
mod site;
mod volume;
