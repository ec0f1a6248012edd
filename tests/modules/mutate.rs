//! Small changes of a module's text, made by what HCL is and not by what any module says: each leaves a file that can be read.

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, Body, Structure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// One change of one file.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// What kind of change it is, in a few words.
    pub kind: &'static str,
    /// Where it is, as a person looks for it: `resource aws_vpc this / tags`.
    pub place: String,
    /// What is replaced.
    range: Range<usize>,
    /// By what.
    by: String,
}

impl Mutation {
    /// The text with the change in it.
    pub fn apply(&self, text: &str) -> String {
        format!("{}{}{}", &text[..self.range.start], self.by, &text[self.range.end..])
    }

    /// What the change is, in one line.
    pub fn show(&self, text: &str) -> String {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = text[..self.range.start].lines().count().max(1);
        format!("{line}: {}: {}: `{}` -> `{}`", self.kind, self.place, words(&text[self.range.clone()]), words(&self.by))
    }
}

/// Attributes that describe and decide nothing.
const WORDS: &[&str] = &["description", "error_message"];
/// What a refusal would have to be, which no test can expect: null where there is no default.
const UNTESTABLE: &[&str] = &["nullable", "type"];

/// Every change of a file of a module; `variables` is where the module declares them.
pub fn mutations(text: &str, variables: &str) -> Vec<Mutation> {
    let body: Body = text.parse().unwrap();
    let declared: Body = variables.parse().unwrap();
    let ty = |variable: &Block| variable.body.get_attribute("type").map(|ty| ty.value.to_string().trim().to_owned()).unwrap_or_default();
    let types = declared.get_blocks("variable").map(|variable| (format!("var.{}", variable.labels[0].as_str()), ty(variable))).collect();
    let mut references = BTreeSet::new();
    for structure in &body {
        collect(structure, text, &mut references);
    }
    let mut mutator = Mutator { text, types, references: references.into_iter().collect(), place: Vec::new(), found: Vec::new() };
    mutator.body(&body, true);
    mutator.found
}

fn collect(structure: &Structure, text: &str, references: &mut BTreeSet<String>) {
    match structure {
        Structure::Attribute(attribute) => referred(&attribute.value, text, references),
        Structure::Block(block) => block.body.iter().for_each(|structure| collect(structure, text, references)),
    }
}

/// Every reference to a variable or a resource in an expression, but for those under a name that is bound there.
fn referred(expr: &Expression, text: &str, references: &mut BTreeSet<String>) {
    if let Expression::Traversal(traversal) = expr
        && let Some(range) = plain(traversal)
    {
        references.insert(text[range].to_owned());
    }
    for inner in inner(expr) {
        referred(inner, text, references);
    }
}

/// The range of a way of nothing but names, such as `var.hosts`.
fn plain(traversal: &Traversal) -> Option<Range<usize>> {
    let Expression::Variable(root) = &traversal.expr else { return None };
    let names = traversal.operators.iter().all(|operator| matches!(operator.value(), TraversalOperator::GetAttr(_)));
    let end = traversal.operators.last()?.span()?.end;
    (names && root.as_str() != "each").then_some(root.span()?.start..end)
}

/// The expressions that an expression is made of.
fn inner(expr: &Expression) -> Vec<&Expression> {
    match expr {
        Expression::Array(array) => array.iter().collect(),
        Expression::Object(object) => object.iter().map(|(_, value)| value.expr()).collect(),
        Expression::StringTemplate(template) => {
            template.iter().filter_map(|element| element.as_interpolation()).map(|part| &part.expr).collect()
        }
        Expression::Parenthesis(inner) => vec![inner.inner()],
        Expression::Conditional(of) => vec![&of.cond_expr, &of.true_expr, &of.false_expr],
        Expression::FuncCall(call) => call.args.iter().collect(),
        Expression::Traversal(traversal) => {
            let indices = traversal.operators.iter().filter_map(|operator| match operator.value() {
                TraversalOperator::Index(index) => Some(index),
                _ => None,
            });
            std::iter::once(&traversal.expr).chain(indices).collect()
        }
        Expression::UnaryOp(of) => vec![&of.expr],
        Expression::BinaryOp(of) => vec![&of.lhs_expr, &of.rhs_expr],
        Expression::ForExpr(of) => {
            let own =
                [Some(&of.intro.collection_expr), of.key_expr.as_ref(), Some(&of.value_expr), of.cond.as_ref().map(|cond| &cond.expr)];
            own.into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

struct Mutator<'a> {
    text: &'a str,
    /// The types of variables, as they are declared.
    types: BTreeMap<String, String>,
    references: Vec<String>,
    place: Vec<String>,
    found: Vec<Mutation>,
}

impl Mutator<'_> {
    fn push(&mut self, kind: &'static str, range: Option<Range<usize>>, by: impl Into<String>) {
        let (Some(range), by) = (range, by.into()) else { return };
        if self.text[range.clone()] != by {
            self.found.push(Mutation { kind, place: self.place.join(" / "), range, by });
        }
    }

    fn body(&mut self, body: &Body, top: bool) {
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    if WORDS.contains(&name) || UNTESTABLE.contains(&name) {
                        continue;
                    }
                    self.place.push(name.to_owned());
                    self.push("drop an attribute", attribute.span(), "");
                    if matches!(name, "cidr_block" | "destination" | "source_ips" | "cidr_ipv4" | "ip_range" | "destination_cidr_block") {
                        let open = if matches!(attribute.value, Expression::Array(_)) || name == "source_ips" {
                            "[\"0.0.0.0/0\"]"
                        } else {
                            "\"0.0.0.0/0\""
                        };
                        self.push("open a range", attribute.value.span(), open);
                    }
                    if matches!(name, "for_each") {
                        self.push("nothing to repeat over", attribute.value.span(), "{}");
                    }
                    self.expression(&attribute.value);
                    self.place.pop();
                }
                Structure::Block(block) => {
                    let labels = block.labels.iter().map(|label| label.as_str().to_owned());
                    self.place.push(std::iter::once(block.ident.as_str().to_owned()).chain(labels).collect::<Vec<_>>().join(" "));
                    // What is gone as a whole is missed by whatever refers to it.
                    if !top || block.ident.as_str() == "resource" {
                        self.push("drop a block", block.span(), "");
                    }
                    self.body(&block.body, false);
                    self.place.pop();
                }
            }
        }
    }

    fn expression(&mut self, expr: &Expression) {
        let range = expr.span();
        match expr {
            Expression::Bool(bool) => self.push("flip a truth", range, (!bool.value()).to_string()),
            Expression::Number(number) => {
                let number: f64 = number.value().as_f64().unwrap_or_default();
                self.push("change a number", range, (number + 1.0).to_string());
            }
            Expression::String(text) => {
                let text = text.value();
                match text.as_str() {
                    "" => self.push("change a text", range, "\"changed\""),
                    text if text.contains('/') && text.contains(|c: char| c.is_ascii_digit()) && !text.contains(' ') => {
                        self.push("change a range", range.clone(), "\"10.99.0.0/16\"");
                    }
                    _ => self.push("change a text", range, "\"changed\""),
                }
            }
            Expression::Array(array) if !array.is_empty() => {
                self.push("empty a list", range, "[]");
                // Each word of an enum would need a run of its own.
                if self.place.iter().any(|place| place == "validation") {
                    return;
                }
                for item in array.iter() {
                    if let (Some(item), true) = (item.span(), array.len() > 1) {
                        // With the comma behind it, or the one before it.
                        let behind = self.text[item.end..].find(|c: char| !c.is_whitespace()).map(|at| item.end + at);
                        let range = match behind {
                            Some(at) if self.text[at..].starts_with(',') => item.start..at + 1,
                            _ => self.text[..item.start].rfind(',').unwrap_or(item.start)..item.end,
                        };
                        self.push("drop an element", Some(range), "");
                    }
                }
            }
            Expression::Object(object) if !object.is_empty() => {
                self.push("empty a map", range, "{}");
            }
            Expression::StringTemplate(_) => self.push("change a text", range, "\"changed\""),
            Expression::Conditional(of) => {
                if let (Some(yes), Some(no)) = (of.true_expr.span(), of.false_expr.span()) {
                    self.push("take one side", range.clone(), self.text[yes].trim());
                    self.push("take one side", range, self.text[no].trim());
                }
            }
            Expression::BinaryOp(of) => {
                let by = match of.operator.value().as_str() {
                    "==" => "!=",
                    "!=" => "==",
                    "<" => "<=",
                    "<=" => "<",
                    ">" => ">=",
                    ">=" => ">",
                    "&&" => "||",
                    "||" => "&&",
                    "+" => "-",
                    "-" => "+",
                    "*" => "/",
                    _ => "*",
                };
                self.push("change an operator", of.operator.span(), by);
            }
            Expression::UnaryOp(of) => {
                if let Some(inner) = of.expr.span() {
                    self.push("drop an operator", range, self.text[inner].trim());
                }
            }
            Expression::ForExpr(of) => {
                if let (Some(cond), Some(all)) = (of.cond.as_ref(), range) {
                    let start = self.text[..cond.expr.span().unwrap().start].rfind("if").unwrap();
                    let end = cond.expr.span().unwrap().end;
                    if start >= all.start {
                        self.push("drop a filter", Some(start..end), "");
                    }
                }
            }
            Expression::Traversal(traversal) => self.traversal(traversal),
            _ => {}
        }
        for inner in inner(expr) {
            // The root of a way is no expression of its own.
            if !matches!((expr, inner), (Expression::Traversal(_), Expression::Variable(_))) {
                self.expression(inner);
            }
        }
    }

    /// Another reference, and a literal, in place of one.
    fn traversal(&mut self, traversal: &Traversal) {
        let Some(start) = traversal.expr.span().map(|span| span.start) else { return };
        let Some(end) = traversal.operators.last().and_then(Span::span).map(|span| span.end) else { return };
        let written = &self.text[start..end];
        let fields = written.rsplit_once('.').map(|(base, _)| base).unwrap_or(written);
        // One of the same kind: another variable, another field of the same thing, the same field of another.
        let root = written.split('.').next().unwrap_or_default();
        let alike = self.references.iter().find(|other| {
            other.as_str() != written
                && (other.starts_with(&format!("{root}.")) || fields == other.rsplit_once('.').map_or("", |(base, _)| base))
        });
        if let Some(other) = alike.cloned() {
            self.push("take another reference", Some(start..end), other);
        }
        if written.starts_with("each.") || written.contains(".value.") || written == "each.key" {
            let by = if written == "each.key" { "each.value" } else { "each.key" };
            if written.starts_with("each.") {
                self.push("take another reference", Some(start..end), by);
            }
        }
        let literals: &[&str] = match self.types.get(written).map(String::as_str) {
            Some("bool") => &["true", "false"],
            Some("number") => &["999"],
            Some(ty) if ty.starts_with("list") => &["[]"],
            Some(ty) if ty.starts_with("map") => &["{}"],
            _ => &["\"changed\""],
        };
        for literal in literals {
            self.push("a literal for a reference", Some(start..end), *literal);
        }
    }
}

impl Mutation {
    /// A change that is written out.
    pub fn of(kind: &'static str, place: &str, range: Range<usize>, by: &str) -> Mutation {
        Mutation { kind, place: place.to_owned(), range, by: by.to_owned() }
    }
}
