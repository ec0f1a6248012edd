//! What is asked about a fleet every day: graphs, maps, lists, who reaches what. Each is data made from plans (`Facts`), and each form has
//! one writer, which knows no plan.

mod dot;
mod facts;
mod fleet;
mod graph;
mod html;
mod layout;
mod lists;
mod mermaid;
mod network;
mod outline;
mod pipeline;
mod reach;
mod reach_json;
mod sources;
mod svg;
mod table;
mod units;

pub use dot::dot;
pub use facts::{Facts, Filter, Host, Listen, Name, Network, Provider, Rule, Secret, Service, Stack, Tunnel, Unit};
pub use fleet::{Cause, Fleet, Place, Trouble, of_path};
pub use graph::{Edge, Flow, Graph, Group, Node, Shape};
pub use html::html;
pub use lists::{Subject, list};
pub use mermaid::mermaid;
pub use network::network;
pub use outline::outline;
pub use pipeline::pipelines;
pub use reach::{Difference, Opening, Source, Verdict, difference, openings, table as reach_table};
pub use reach_json::{difference_json, reach_json};
pub use sources::{meets, sources};
pub use svg::svg;
pub use table::{Cell, Table, TableFormat};
pub use units::{Grouping, stacks, units};
