//! The parser and `grammar/infra.pest` are one language: they accept the same texts and read them as the same tree.

use crate::damage::damaged_lines;
use crate::dump::{dump, name};
use crate::{corpus, library, parse};
use infrac::base::FileId;
use infrac::diag::Code;
use pest::Parser;
use pest::iterators::Pair;
use proptest::prelude::*;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/infra.pest"]
struct Grammar;

/// The tree that the grammar gives, in the form of `dump`; none where it refuses the text.
fn grammar(text: &str) -> Option<String> {
    let file = Grammar::parse(Rule::file, text).ok()?.next()?;
    Some(list(file.into_inner().filter(|p| p.as_rule() != Rule::EOI)))
}

fn list<'a>(pairs: impl Iterator<Item = Pair<'a, Rule>>) -> String {
    pairs.map(tree).collect::<Vec<_>>().join(" ")
}

/// A literal or string as the parser reads it alone: its value is no matter of grammar, and that it ends where the
/// grammar ends it shows in everything behind it.
fn value(text: &str) -> String {
    let all = dump(&parse(&format!("x = {text}")).0);
    let inner = all.strip_prefix("(attribute x = ").and_then(|rest| rest.strip_suffix(')'));
    inner.unwrap_or_default().to_string()
}

/// The name of an attribute, in quotes or not.
fn attribute_name(text: &str) -> String {
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some("") => "\"\"".to_string(),
        Some(_) => {
            let quoted = value(text).trim_start_matches("(string ").trim_end_matches(')').to_string();
            let inner = quoted.trim_matches('"');
            if name(inner) == inner { inner.to_string() } else { quoted }
        }
        None => text.to_string(),
    }
}

fn operators<'a>(mut pairs: impl Iterator<Item = Pair<'a, Rule>>, default: &str) -> String {
    let mut left = pairs.next().map(tree).unwrap_or_default();
    let mut operator = default.to_string();
    for pair in pairs {
        match pair.as_rule() {
            Rule::and => operator = "And".into(),
            Rule::or => operator = "Or".into(),
            Rule::in_ => operator = "In".into(),
            Rule::compare | Rule::sum_op | Rule::product_op => {
                operator = match pair.as_str().trim() {
                    "==" => "Equal",
                    "!=" => "NotEqual",
                    "<=" => "LessEqual",
                    ">=" => "GreaterEqual",
                    "<" => "Less",
                    ">" => "Greater",
                    "*" => "Multiply",
                    "/" => "Divide",
                    "%" => "Remainder",
                    sign if sign.ends_with('+') => "Add",
                    _ => "Subtract",
                }
                .into();
            }
            Rule::assign => {}
            _ => left = format!("({operator} {left} {})", tree(pair)),
        }
    }
    left
}

fn is_keyword(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::if_
            | Rule::then
            | Rule::else_
            | Rule::match_
            | Rule::for_
            | Rule::in_
            | Rule::not
            | Rule::by
            | Rule::where_
            | Rule::at
            | Rule::help
            | Rule::input_
            | Rule::output_
            | Rule::let_
            | Rule::check_
            | Rule::fn_
            | Rule::type_
            | Rule::enum_
            | Rule::set
            | Rule::minus
    )
}

fn parts(pair: Pair<Rule>) -> Vec<Pair<Rule>> {
    pair.into_inner().filter(|p| !is_keyword(p.as_rule())).collect()
}

/// One node in the form of `dump`.
fn tree(pair: Pair<Rule>) -> String {
    let rule = pair.as_rule();
    let text = pair.as_str();
    match rule {
        Rule::item | Rule::expr | Rule::operand | Rule::condition => list(parts(pair).into_iter()),
        Rule::lower | Rule::name | Rule::word | Rule::type_name => text.to_string(),
        Rule::wildcard => "_".to_string(),
        Rule::attribute => {
            let inner: Vec<_> = pair.into_inner().collect();
            let operator = inner[1].as_str();
            format!("(attribute {} {operator} {})", attribute_name(inner[0].as_str()), tree(inner[2].clone()))
        }
        Rule::alone => format!("(attribute {text} = {text})"),
        Rule::block => block(pair),
        Rule::repetition => {
            let parts = parts(pair);
            let mut text = format!("(for {}", tree(parts[0].clone()));
            for part in &parts[1..] {
                match part.as_rule() {
                    Rule::condition => text += &format!(" (if {})", tree(part.clone())),
                    _ => text += &format!(" [{}]", list(part.clone().into_inner())),
                }
            }
            text + ")"
        }
        Rule::guard => {
            let parts = parts(pair);
            format!("(guard (if {}) [{}])", tree(parts[0].clone()), list(parts[1].clone().into_inner()))
        }
        Rule::bindings => list(pair.into_inner()),
        Rule::binding => format!("({})", list(parts(pair).into_iter())),
        Rule::input => format!("(input {})", list(parts(pair).into_iter())),
        Rule::output => format!("(output {})", list(parts(pair).into_iter())),
        Rule::binding_item => format!("(let {})", list(parts(pair).into_iter())),
        Rule::check => format!("(check {})", list(parts(pair).into_iter())),
        Rule::place => format!("(at {})", list(parts(pair).into_iter())),
        Rule::message => format!("(else {})", list(parts(pair).into_iter())),
        Rule::advice => format!("(help {})", list(parts(pair).into_iter())),
        Rule::refinement => format!("(where {})", list(parts(pair).into_iter())),
        Rule::alias => format!("(type {})", list(parts(pair).into_iter())),
        Rule::enumeration => {
            let parts = parts(pair);
            format!("(enum {} [{}])", parts[0].as_str(), list(parts[1..].iter().cloned()))
        }
        Rule::function => {
            let parts = parts(pair);
            let (parameters, rest): (Vec<_>, Vec<_>) = parts[1..].iter().cloned().partition(|p| p.as_rule() == Rule::parameter);
            format!("(fn {} [{}] {})", parts[0].as_str(), list(parameters.into_iter()), list(rest.into_iter()))
        }
        Rule::parameter => format!("({})", list(pair.into_inner())),
        Rule::field => format!("({})", list(parts(pair).into_iter())),
        Rule::r#type => pair.into_inner().map(tree).collect::<String>(),
        Rule::optional => "?".to_string(),
        Rule::named => {
            let inner = list(pair.into_inner());
            format!("(type {})", inner.trim_end())
        }
        Rule::arguments => list(pair.into_inner()),
        Rule::record => format!("(record {})", list(pair.into_inner())),
        Rule::conditional => format!("(if {})", list(parts(pair).into_iter())),
        Rule::matching => format!("(match {})", list(parts(pair).into_iter())),
        Rule::arm => format!("({})", list(pair.into_inner())),
        Rule::default => operators(pair.into_inner(), "Default"),
        Rule::either | Rule::both | Rule::comparison | Rule::sum | Rule::product => operators(pair.into_inner(), ""),
        Rule::negation => {
            let negated = pair.clone().into_inner().next().is_some_and(|p| p.as_rule() == Rule::not);
            let inner = list(parts(pair).into_iter());
            if negated { format!("(Not {inner})") } else { inner }
        }
        Rule::unary => {
            let negated = pair.clone().into_inner().next().is_some_and(|p| p.as_rule() == Rule::minus);
            let inner = list(parts(pair).into_iter());
            if negated { format!("(Negate {inner})") } else { inner }
        }
        Rule::postfix => pair.into_inner().fold(String::new(), |base, part| match part.as_rule() {
            Rule::member => {
                let inner: Vec<_> = part.into_inner().collect();
                let maybe = inner.first().is_some_and(|first| first.as_rule() == Rule::maybe);
                let base = if maybe { format!("(Maybe {base})") } else { base };
                format!("(. {base} {})", list(inner.into_iter().filter(|part| part.as_rule() != Rule::maybe)))
            }
            Rule::index => format!("(index {base} {})", list(part.into_inner())),
            _ => tree(part),
        }),
        Rule::paren => format!("(paren {})", list(pair.into_inner())),
        Rule::call => {
            let mut inner = pair.into_inner();
            let name = inner.next().map(tree).unwrap_or_default();
            format!("(call {name} {})", list(inner))
        }
        Rule::argument => {
            let parts = parts(pair);
            match &parts[..] {
                [name, value] => format!("{}={}", name.as_str(), tree(value.clone())),
                _ => list(parts.into_iter()),
            }
        }
        Rule::list => format!("[{}]", list(pair.into_inner())),
        Rule::map => format!("{{{}}}", list(pair.into_inner())),
        Rule::entry => {
            let parts = parts(pair);
            if parts[0].as_rule() == Rule::name {
                return format!("{text:?}={text}");
            }
            let key = parts[0].clone().into_inner().next().unwrap();
            let key = match (key.as_rule(), key.as_str()) {
                (Rule::plain, "\"\"") => "\"\"".to_string(),
                (Rule::plain, text) => value(text).trim_start_matches("(string ").trim_end_matches(')').to_string(),
                (_, text) => format!("{text:?}"),
            };
            format!("{key}={}", tree(parts[1].clone()))
        }
        Rule::list_for => format!("(list-for {})", comprehension(pair, false)),
        Rule::map_for => format!("(map-for {})", comprehension(pair, true)),
        Rule::literal | Rule::string => value(text),
        _ => format!("<{rule:?} {text}>"),
    }
}

fn block(pair: Pair<Rule>) -> String {
    let mut text = "(block".to_string();
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::keyword => text += &format!(" {}", part.as_str().trim()),
            Rule::label => {
                let string = part.clone().into_inner().find(|p| p.as_rule() == Rule::string);
                text += &format!(" {}", string.map_or(part.as_str().trim().to_string(), tree));
            }
            Rule::repeat => text += &format!(" (repeat {})", list(parts(part).into_iter())),
            Rule::condition => text += &format!(" (if {})", tree(part)),
            _ => text += &format!(" [{}]", list(part.into_inner())),
        }
    }
    text + ")"
}

fn comprehension(pair: Pair<Rule>, keyed: bool) -> String {
    let mut text = String::new();
    let mut key = keyed;
    for part in parts(pair) {
        let inner = tree(part.clone());
        match part.as_rule() {
            Rule::condition => text += &format!(" (if {inner})"),
            Rule::bindings => text += &inner,
            _ if std::mem::take(&mut key) => text += &format!(" (key {inner})"),
            _ => text += &format!(" {inner}"),
        }
    }
    text
}

/// Compares the two on one text.
fn compare(text: &str) -> Result<(), String> {
    let (file, messages) = parse(text);
    // Domains of literals and limits are no matter of grammar.
    let refused = messages.iter().any(|m| !matches!(m.code, Code::InvalidLiteral | Code::LimitExceeded));
    match grammar(text) {
        Some(_) if refused => Err(format!("only the grammar accepts\n{text}\n{messages:#?}")),
        None if !refused => Err(format!("only the parser accepts\n{text}\n{:#?}", Grammar::parse(Rule::file, text).err())),
        Some(tree) if messages.is_empty() && tree != dump(&file) => {
            Err(format!("two trees of\n{text}\ngrammar {tree}\nparser  {}", dump(&file)))
        }
        _ => Ok(()),
    }
}

#[test]
fn the_corpus_is_read_alike() {
    for (_, text) in corpus() {
        compare(&text).unwrap();
        compare(&text.replace('\n', "\r\n")).unwrap();
        compare(&infrac::fmt::format(FileId(0), &text).unwrap()).unwrap();
    }
}

#[test]
fn the_library_is_read_alike() {
    for (_, text) in library() {
        compare(&text).unwrap();
    }
}

/// One line of the corpus changed at a time: the two refuse the same mistakes.
#[test]
fn damaged_lines_are_judged_alike() {
    let mut failed = Vec::new();
    for (_, text) in corpus() {
        failed.extend(damaged_lines(&text).iter().filter_map(|changed| compare(changed).err()));
    }
    assert!(failed.is_empty(), "{} texts, the first:\n{}", failed.len(), failed[..failed.len().min(8)].join("\n\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_programs_are_read_alike(text in crate::generate::program()) {
        if let Err(why) = compare(&text) {
            prop_assert!(false, "{why}");
        }
    }
}
