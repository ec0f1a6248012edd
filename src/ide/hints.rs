//! What the compiler decided and the text does not say: ranges, addresses and ports, sizes in the words of the provider, types.

use super::Analysis;
use super::node::Node;
use crate::base::ports::Ports;
use crate::base::{FileId, Span, Text};
use crate::eval::text_of;
use crate::hir::items::{PacketFilter, Port};
use crate::plan::Plan;
use crate::syntax::ast;
use crate::ty::Ty;
use std::collections::BTreeSet;

/// What a hint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The private range of a stack.
    Range,
    /// The addresses of its machines.
    Addresses,
    /// The ports that its services listen on, and those that its firewall lets in.
    Ports,
    /// What a provider calls a size.
    Size,
    /// The type of a named expression.
    Type,
}

impl About {
    /// All of them, each with its word in the settings of an editor.
    pub const ALL: [(&'static str, About); 5] = [
        ("ranges", About::Range),
        ("addresses", About::Addresses),
        ("ports", About::Ports),
        ("sizes", About::Size),
        ("types", About::Type),
    ];
}

/// A few words behind a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where they are shown: an empty span.
    pub place: Span,
    /// The words.
    pub label: String,
    /// What they are about.
    pub about: About,
    /// Everything, where the words are not all of it.
    pub more: Option<String>,
}

/// How many addresses are shown of one stack.
const SHOWN: usize = 3;

/// How much of a type is shown, in letters.
const LONGEST_TYPE: usize = 40;

/// The hints in a part of a file.
pub fn hints(analysis: Analysis<'_>, file: FileId, within: Span, wanted: &[About]) -> Vec<Hint> {
    let Some(tree) = analysis.tree(file) else { return Vec::new() };
    let mut found = Vec::new();
    let wants = |about: About| wanted.contains(&about);
    if wants(About::Type) {
        tree.items.iter().for_each(|item| {
            Node::Item(item).walk(&mut |node| {
                if let Node::Item(ast::Item::Let(binding)) = node
                    && binding.ty.is_none()
                    && meets(binding.name.span, within)
                {
                    found.extend(ty(analysis, binding));
                }
            });
        });
    }
    let blocks = tree.items.iter().filter_map(|item| if let ast::Item::Block(block) = item { Some(block) } else { None });
    let stacks: Vec<&ast::Block> = blocks.filter(|block| block.keyword.text == "stack" && meets(block.span, within)).collect();
    let needs_plans = [About::Range, About::Addresses, About::Ports, About::Size].into_iter().any(wants);
    if needs_plans && !stacks.is_empty() {
        let plans = analysis.session().plans(file);
        for block in stacks {
            let Some(name) = block.labels.get(1).or(block.labels.first()).and_then(ast::Label::word) else { continue };
            let end = block.labels.last().map_or(block.keyword.span.end, |label| label.span.end);
            let head = [(About::Range, ranges as Find), (About::Addresses, addresses), (About::Ports, ports)];
            for (about, find) in head.into_iter().filter(|(about, _)| wants(*about)) {
                found.extend(each(&plans, |plan| find(plan, name)).map(|(label, more)| {
                    let place = Span::new(file, end, end);
                    Hint { place, label, about, more: Some(more).filter(|more| !more.is_empty()) }
                }));
            }
            if wants(About::Size) {
                sizes(&plans, name, &block.body, None, &mut found);
            }
        }
    }
    found.retain(|hint| meets(hint.place, within));
    found.sort_by_key(|hint| (hint.place, hint.about));
    found
}

fn meets(span: Span, within: Span) -> bool {
    span.start <= within.end && within.start <= span.end
}

/// What is to be said of a stack in one environment.
type Find = fn(&Plan, &Text) -> Vec<String>;

/// A few words over all environments, and all of them.
fn each(plans: &[Plan], find: impl Fn(&Plan) -> Vec<String>) -> Option<(String, String)> {
    let mut said: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for plan in plans {
        let words = find(plan);
        match said.iter_mut().find(|(_, known)| *known == words) {
            Some((environments, _)) => environments.push(&plan.environment),
            None => said.push((vec![&plan.environment], words)),
        }
    }
    said.retain(|(_, words)| !words.is_empty());
    let is_one = said.len() == 1 && said[0].0.len() == plans.len();
    let is_cut = said.iter().any(|(_, words)| words.len() > SHOWN);
    let line = |limit: usize| {
        let of = said.iter().map(|(environments, words)| {
            let more = if words.len() > limit { format!(" +{}", words.len() - limit) } else { String::new() };
            let shown = words.iter().take(limit).map(String::as_str).collect::<Vec<_>>().join(" ");
            if is_one { format!("{shown}{more}") } else { format!("{} {shown}{more}", environments.join(",")) }
        });
        of.collect::<Vec<_>>().join("; ")
    };
    let short = line(SHOWN);
    let all = if is_cut { line(usize::MAX) } else { String::new() };
    (!short.is_empty()).then_some((short, all))
}

/// The ranges that were allocated for a stack.
fn ranges(plan: &Plan, stack: &Text) -> Vec<String> {
    let of = plan.allocations.iter().filter_map(|(key, made)| {
        let key = crate::plan::lock::Key::read(key)?;
        (key.name.is_none() && key.path.split('.').next() == Some(stack.as_str())).then(|| made.value.to_string())
    });
    of.collect()
}

/// The addresses of the machines of a stack.
fn addresses(plan: &Plan, stack: &Text) -> Vec<String> {
    let hosts = plan.hosts.iter().filter(|host| host.stack == *stack);
    hosts.filter_map(|host| text_of(host.record.field("address")?)).map(|text| text.to_string()).collect()
}

/// The ports of a stack, in the order of their numbers: what its services listen on, and what the firewall of its machines lets in.
fn ports(plan: &Plan, stack: &Text) -> Vec<String> {
    let services = plan.services.iter().filter(|service| service.stack == *stack && !service.hosts.is_empty());
    let said = services.filter_map(|service| plan.instance(service.instance));
    let listened = said.flat_map(|instance| instance.said().labelled::<Port<'_>>()).flat_map(|(_, port)| port.listened());
    let filters = plan.hosts.iter().filter(|host| host.stack == *stack).filter_map(|host| plan.instance(plan.standing(host)?.filter?));
    let let_in = filters.filter_map(|filter| filter.block::<PacketFilter<'_>>()).flat_map(|filter| {
        let ports = filter.inbound().filter_map(|rule| rule.port().cloned());
        ports.collect::<Vec<_>>()
    });
    let all: BTreeSet<(Option<(u16, u16)>, Text)> = listened.chain(let_in).map(|ports| (ports.span, ports.protocol)).collect();
    all.into_iter().map(|(span, protocol)| Ports { span, protocol }.to_string()).collect()
}

/// What the provider of a stack calls the sizes that the stack says.
fn sizes(plans: &[Plan], stack: &Text, body: &ast::Body, of: Option<&Text>, found: &mut Vec<Hint>) {
    for item in &body.items {
        match item {
            ast::Item::Block(block) if block.keyword.text == "in" => {
                sizes(plans, stack, &block.body, block.labels.first().and_then(ast::Label::word), found);
            }
            ast::Item::Attribute(ast::Attribute { value, name, .. }) => {
                let ast::ExprKind::Name(size) = &value.kind else { continue };
                let here = plans.iter().filter(|plan| of.is_none_or(|of| plan.environment == *of));
                let words = |plan: &Plan| provider_word(plan, stack, &name.text, size).into_iter().collect::<Vec<_>>();
                let mut said: Vec<String> = here.flat_map(words).collect();
                said.sort();
                said.dedup();
                if !said.is_empty() {
                    let place = Span::new(value.span.file, value.span.end, value.span.end);
                    found.push(Hint { place, label: said.join(", "), about: About::Size, more: None });
                }
            }
            _ => {}
        }
    }
}

fn provider_word(plan: &Plan, stack: &Text, field: &Text, size: &Text) -> Option<String> {
    let instance = plan.instances.iter().find(|instance| instance.keyword == "stack" && instance.name == *stack)?;
    // In an environment that says another size it is another word.
    if instance.fields.get(field).and_then(text_of).as_ref() != Some(size) {
        return None;
    }
    let provider = plan.instances.get(instance.provider?.0 as usize)?;
    let by_arch = provider.fields.get("sizes")?.field(size)?;
    let arch = instance.fields.get("arch").and_then(text_of);
    let word = arch.and_then(|arch| by_arch.field(&arch).and_then(text_of));
    word.map(|word| word.to_string())
}

/// The type of a named expression.
fn ty(analysis: Analysis<'_>, binding: &ast::Let) -> Option<Hint> {
    let seen = analysis.seen(&binding.value)?;
    if matches!(seen.ty, Ty::Error) {
        return None;
    }
    // Literals and calls of a type say it themselves.
    if matches!(binding.value.kind, ast::ExprKind::Literal(_) | ast::ExprKind::Template(_)) {
        return None;
    }
    let all = format!(": {}", seen.ty);
    let is_long = all.chars().count() > LONGEST_TYPE;
    let label = if is_long { all.chars().take(LONGEST_TYPE).chain(['…']).collect() } else { all.clone() };
    let place = Span::new(binding.name.span.file, binding.name.span.end, binding.name.span.end);
    Some(Hint { place, label, about: About::Type, more: is_long.then_some(all) })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{accepted, project};
    use super::*;

    fn shown(path: &str, text: &str, wanted: &[About]) -> Vec<String> {
        let project = project(&[(path, text)]);
        let (file, _) = project.session.workspace().find(path).expect("the file");
        let all = Span::new(file, 0, text.len() as u32);
        hints(project.analysis(), file, all, wanted).iter().map(|hint| format!("{:?} {}", hint.about, hint.label)).collect()
    }

    #[test]
    fn what_was_allocated_and_resolved_stands_behind_the_head() {
        let text = accepted().replace("public = true", "size = large\n  public = true");
        let all: Vec<About> = About::ALL.iter().map(|(_, about)| *about).collect();
        let found = shown("inventory/acme/product.infra", &text, &all);
        assert_eq!(found[0], "Range staging 10.100.0.0/20; prod 10.20.0.0/20");
        assert_eq!(found[1], "Addresses staging 10.100.0.2; prod 10.20.0.2 10.20.0.3 10.20.0.4");
        let ports: Vec<&String> = found.iter().filter(|hint| hint.starts_with("Ports")).collect();
        assert_eq!(ports, ["Ports 22/tcp 443/tcp 3901/tcp +8", "Ports 22/tcp 443/tcp"]);
        assert!(found.iter().any(|hint| hint == "Size cx43"), "{found:?}");
        assert!(shown("inventory/acme/product.infra", &text, &[]).is_empty());
    }

    #[test]
    fn a_let_without_a_type_shows_it() {
        let text = "define stack own {\n  input x: int = 1\n  let a = x + 1\n  let b: int = x\n  let c = [for y in [x] : { a = y }]\n  let d = \"text\"\n}\n";
        assert_eq!(shown("library/own.infra", text, &[About::Type]), ["Type : int", "Type : list({ a: int })"]);
    }
}
