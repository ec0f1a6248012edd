//! `infrac graph`.

use super::output::{print as answer, styled_headings};
use super::selection::Selection;
use super::{Exit, Global, candidates, open};
use crate::base::Text;
use crate::base::similar::nearest;
use crate::host::Failure;
use crate::render::sanitise;
use crate::view::{self, Grouping};
use clap::ValueEnum;
use clap_complete::ArgValueCandidates;

/// Draw what depends on what
///
/// Every stack with the stacks that it needs, or units, pipelines, or the networks with their machines and firewalls. What an edge stands
/// for is written on it: the outputs that are read, the services that are referred to, the ports that are open.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac graph --env prod\n  \
    infrac graph --units --focus web_eu/nodes --depth 2\n  \
    infrac graph --units --format svg > units.svg\n  \
    infrac graph --network --env prod --format html > network.html\n  \
    infrac graph --pipelines --format mermaid\n  \
    infrac graph --units --format dot | dot -Tsvg > units.svg")]
pub(super) struct Graph {
    /// The form of the graph
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: GraphFormat,

    /// Show units instead of stacks
    #[arg(long, conflicts_with_all = ["pipelines", "network"])]
    units: bool,

    /// Show the stages and jobs of the pipelines, and what waits for what
    #[arg(long, conflicts_with = "network")]
    pipelines: bool,

    /// Show networks, machines, both firewalls, and who reaches what
    #[arg(long)]
    network: bool,

    /// What is drawn together [default: environment, and stack with `--units`]
    #[arg(long, value_name = "BY", conflicts_with_all = ["pipelines", "network"])]
    cluster: Option<Cluster>,

    /// Show only what is around this: `web_eu`, `web_eu/nodes`, `acme/prod/web_eu`
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(candidates::parts))]
    focus: Option<String>,

    /// How many edges away from it
    #[arg(long, value_name = "N", default_value_t = 1, requires = "focus")]
    depth: usize,

    #[command(flatten)]
    selection: Selection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// A list for people
    Text,
    /// For Graphviz
    Dot,
    /// For Mermaid, as GitHub and GitLab draw it in Markdown
    Mermaid,
    /// A drawing
    Svg,
    /// A page with the drawing, a table and a search, which loads nothing
    Html,
}

/// What is drawn together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Cluster {
    /// Products
    Product,
    /// Environments of products
    Environment,
    /// Stacks in environments
    Stack,
    /// What may be applied at the same time
    Phase,
}

impl Graph {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let root = open::root(global)?;
        let Some(compiled) = open::facts(&root, &self.selection)? else { return Ok(Exit::Findings) };
        let facts = &compiled.outcome.facts;
        let grouping = match self.cluster {
            Some(Cluster::Product) => Grouping::Product,
            Some(Cluster::Environment) => Grouping::Environment,
            Some(Cluster::Stack) => Grouping::Stack,
            Some(Cluster::Phase) => Grouping::Phase,
            None if self.units => Grouping::Stack,
            None => Grouping::Environment,
        };
        let mut graph = match (&compiled.outcome.pipeline, self.pipelines, self.network, self.units) {
            (Some(pipeline), true, _, _) => view::pipelines(pipeline, facts),
            (None, true, _, _) => view::Graph { title: "Pipelines".into(), ..view::Graph::default() },
            (_, _, true, _) => view::network(facts),
            (_, _, _, true) => view::units(facts, grouping),
            _ => view::stacks(facts, grouping),
        };
        if let Some(name) = &self.focus {
            graph = graph.around(name, self.depth).map_err(|names| unknown(name, &names))?;
        }
        let drawing = match self.format {
            GraphFormat::Text => {
                answer(&styled_headings(&view::outline(&graph)));
                return Ok(Exit::Clean);
            }
            GraphFormat::Dot => view::dot(&graph),
            GraphFormat::Mermaid => view::mermaid(&graph),
            GraphFormat::Svg => view::svg(&graph),
            GraphFormat::Html => view::html(&graph),
        };
        answer(&sanitise(&drawing));
        Ok(Exit::Clean)
    }
}

fn unknown(name: &str, names: &[Text]) -> Failure {
    let failure = Failure::new(format!("nothing in the graph is called `{name}`"));
    match nearest(name, names.iter().map(Text::as_str)) {
        Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
        None => failure.help("`infrac graph` without `--focus` shows the names"),
    }
}
