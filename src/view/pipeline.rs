//! The pipelines as a graph: stages with their jobs, and what waits for what.

use super::{Facts, Flow, Graph, Node, Shape};
use crate::base::{Text, text};
use crate::shape::pipeline::jobs::{Matrix, jobs};
use crate::shape::pipeline::{Access, Per, Pipeline, Stage, Task};
use std::collections::BTreeSet;

/// The graph of a pipeline that works on some products; its jobs have the colour of what they may read.
pub fn pipelines(pipeline: &Pipeline, facts: &[Facts]) -> Graph {
    let mut graph = Graph { title: text!("Pipeline {}", pipeline.name), flow: Flow::Needs, ..Graph::default() };
    let roles: BTreeSet<Text> = facts.iter().flat_map(|of| &of.services).map(|service| service.service.clone()).collect();
    let roles: Vec<Text> = roles.into_iter().collect();
    let classes: BTreeSet<Access> = pipeline.stages.iter().flat_map(|stage| jobs(stage, &roles)).map(|job| job.access).collect();
    graph.classes = classes.into_iter().map(class).collect();
    let mut waits: Vec<(Text, Text, Text)> = Vec::new();
    for stage in &pipeline.stages {
        let when = stage.when.iter().map(|event| event.to_string()).collect::<Vec<_>>().join(", ");
        let group = graph.group(text!("{}: on {when}", stage.name), None);
        let first = graph.nodes.len();
        match stage.per {
            Per::Once | Per::Role => repository(&mut graph, stage, &roles, group),
            Per::Image | Per::Environment => products(&mut graph, stage, facts, group, &mut waits),
        }
        let own: Vec<Text> = graph.nodes[first..].iter().map(|node| node.id.clone()).collect();
        if let Some(gate) = &stage.gate {
            let id = text!("{}/{gate}", stage.name);
            graph.node(Node {
                id: id.clone(),
                name: id.clone(),
                lines: vec![gate.clone(), "gate".into()],
                group: Some(group),
                shape: Shape::Wall,
                ..Node::default()
            });
            waits.extend(own.iter().map(|job| (id.clone(), job.clone(), Text::default())));
        }
        for before in stage.after.iter().filter_map(|name| pipeline.stage(name)) {
            let Some(gate) = &before.gate else { continue };
            waits.extend(own.iter().map(|job| (job.clone(), text!("{}/{gate}", before.name), "same commit".into())));
        }
    }
    let ids = graph.ids();
    waits.into_iter().for_each(|(from, to, label)| graph.connect(&ids, &from, &to, label));
    graph
}

/// The jobs that stand once in a repository.
fn repository(graph: &mut Graph, stage: &Stage, roles: &[Text], group: usize) {
    for job in jobs(stage, roles) {
        let mut lines = vec![job.name.clone()];
        if let Matrix::Words(_, words) = &job.matrix {
            lines.extend(words.chunks(4).map(|words| Text::from(words.join(", "))));
        }
        graph.node(of_job(job.access, text!("{}/{}", stage.name, job.name), lines, group));
    }
}

/// The jobs of each environment, and of each of its images.
fn products(graph: &mut Graph, stage: &Stage, facts: &[Facts], group: usize, waits: &mut Vec<(Text, Text, Text)>) {
    let mut last: Option<(&Text, Text)> = None;
    for of in facts {
        let place = text!("{}/{}", of.product, of.environment);
        let state = if of.ready { None } else { Some(Text::from("left out: not ready")) };
        if stage.per == Per::Image {
            for job in jobs(stage, &[]) {
                for (image, provider) in &of.images {
                    let lines = [text!("{} {image} on {provider}", job.title), place.clone()].into_iter().chain(state.clone()).collect();
                    graph.node(of_job(job.access, text!("{}/{place}/{image}/{provider}", job.name), lines, group));
                }
            }
            continue;
        }
        let id = text!("{}/{place}", stage.name);
        let approval = (stage.approve && of.approved).then(|| Text::from("waits for a person"));
        let lines = [text!("{} {place}", stage.name)].into_iter().chain(approval).chain(state).collect();
        graph.node(of_job(stage.access, id.clone(), lines, group));
        // Environments are changed in the order of their product.
        if stage.does(Task::Apply) {
            if let Some((_, before)) = last.take().filter(|(product, _)| **product == of.product) {
                waits.push((id.clone(), before, "applied before".into()));
            }
            last = Some((&of.product, id));
        }
    }
}

/// What the colour of a job stands for.
fn class(access: Access) -> Text {
    text!("reads: {access}")
}

fn of_job(access: Access, id: Text, lines: Vec<Text>, group: usize) -> Node {
    Node { name: id.clone(), id, lines, group: Some(group), class: class(access), ..Node::default() }
}
