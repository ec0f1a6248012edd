//! From the tree of a file to its pages.

use super::{Entry, Place, Row, Section};
use crate::base::{LineIndex, SourceFile, Span, Text};
use crate::eval::functions::{Function, Many};
use crate::syntax::ast;

/// The page of a function that is built in.
pub(super) fn built_in(function: &Function) -> Entry {
    let parameters = function.parameters.iter().map(|parameter| Row {
        name: parameter.name.to_owned(),
        ty: Some(match parameter.many {
            Many::One => parameter.form.to_string(),
            Many::Optional => format!("{}?", parameter.form),
            Many::Rest => format!("{}...", parameter.form),
        }),
        ..Row::default()
    });
    Entry {
        family: "function".into(),
        name: function.name.into(),
        head: function.signature(),
        summary: first_sentence(function.doc).to_owned(),
        doc: function.doc.to_owned(),
        place: None,
        sections: sections([("Parameters", parameters.collect())]),
        source: String::new(),
    }
}

/// Adds the pages of a file.
pub(super) fn file(source: &SourceFile, tree: &ast::File, entries: &mut Vec<Entry>) {
    let reader = Reader { source, lines: LineIndex::new(&source.text) };
    tree.items.iter().for_each(|item| reader.item(item, None, entries));
}

struct Reader<'s> {
    source: &'s SourceFile,
    lines: LineIndex,
}

impl Reader<'_> {
    /// The page of a declaration. Types and functions within `owner` are known in it alone.
    fn item(&self, item: &ast::Item, owner: Option<&str>, entries: &mut Vec<Entry>) {
        let within = |name: &str| owner.map_or_else(|| name.to_owned(), |owner| format!("{owner}.{name}"));
        match item {
            ast::Item::Block(block) => self.block(block, entries),
            ast::Item::Type(alias) => {
                let rows = match &alias.ty.kind {
                    ast::TypeKind::Record(fields) => fields.iter().map(|field| self.field(field)).collect(),
                    _ => Vec::new(),
                };
                let rules = alias.refinement.iter().map(|rule| self.rule(Row::default(), Some(rule))).collect();
                let head = match rows.is_empty() {
                    true => format!("type {} = {}", alias.name.text, self.text(alias.ty.span)),
                    false => format!("type {} = {{ … }}", alias.name.text),
                };
                let sections = sections([("Fields", rows), ("Rules", rules)]);
                entries.push(self.entry("type", within(&alias.name.text), head, alias.doc.as_ref(), alias.span, sections));
            }
            ast::Item::Enum(words) => {
                let rows = words.members.iter().map(|member| Row { name: member.text.to_string(), ..Row::default() }).collect();
                let head = format!("enum {}", words.name.text);
                let sections = sections([("Members", rows)]);
                entries.push(self.entry("enum", within(&words.name.text), head, words.doc.as_ref(), words.span, sections));
            }
            ast::Item::Function(function) => {
                let typed = |(name, ty): &(ast::Name, ast::Type)| (name.text.to_string(), self.text(ty.span));
                let parameters: Vec<_> = function.parameters.iter().map(typed).collect();
                let list: Vec<_> = parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
                let head = format!("fn {}({}) -> {}", function.name.text, list.join(", "), self.text(function.result.span));
                let rows = parameters.into_iter().map(|(name, ty)| Row { name, ty: Some(ty), ..Row::default() }).collect();
                let sections = sections([("Parameters", rows)]);
                entries.push(self.entry("function", within(&function.name.text), head, function.doc.as_ref(), function.span, sections));
            }
            _ => {}
        }
    }

    fn block(&self, block: &ast::Block, entries: &mut Vec<Entry>) {
        let words: Vec<&str> = block.labels.iter().filter_map(ast::Label::word).map(Text::as_str).collect();
        match (block.keyword.text.as_str(), words.as_slice()) {
            ("define", [keyword @ ("kind" | "instance"), name]) => self.kind(keyword, name, block, entries),
            ("define", [keyword, name]) => {
                let head = format!("define {keyword} {name}");
                let sections = self.body(&block.body);
                entries.push(self.entry(keyword, (*name).to_owned(), head, block.doc.as_ref(), block.span, sections));
                block.body.items.iter().filter(|item| !matches!(item, ast::Item::Block(_))).for_each(|item| {
                    self.item(item, Some(name), entries);
                });
            }
            ("implement", [module, "on", provider]) => {
                let name = format!("{module} on {provider}");
                let head = format!("implement {name}");
                let sections = self.body(&block.body);
                entries.push(self.entry("implementation", name, head, block.doc.as_ref(), block.span, sections));
            }
            _ => {}
        }
    }

    /// A kind, what instances of it set, or a block of one; then the blocks in it.
    fn kind(&self, family: &str, name: &str, block: &ast::Block, entries: &mut Vec<Entry>) {
        let head = match family {
            "block" => format!("block {name}"),
            _ => format!("define {family} {name}"),
        };
        let sections = self.body(&block.body);
        entries.push(self.entry(family, name.to_owned(), head, block.doc.as_ref(), block.span, sections));
        for item in &block.body.items {
            if let ast::Item::Block(inner) = item
                && inner.keyword.text == "block"
                && let Some(own) = inner.word(0).map(Text::as_str)
            {
                self.kind("block", &format!("{name}.{own}"), inner, entries);
            }
        }
    }

    /// What a body declares, sorted by what it is.
    fn body(&self, body: &ast::Body) -> Vec<Section> {
        let [mut inputs, mut outputs, mut attributes, mut values, mut types, mut blocks, mut rules] = std::array::from_fn(|_| Vec::new());
        for item in &body.items {
            match item {
                ast::Item::Input(input) => {
                    let row = Row { ty: Some(self.text(input.ty.span)), ..row(&input.name.text, input.doc.as_ref()) };
                    let row = Row { value: input.default.as_ref().map(|default| self.text(default.span)), ..row };
                    inputs.push(self.rule(row, input.refinement.as_ref()));
                }
                ast::Item::Output(output) => outputs.push(Row {
                    ty: output.ty.as_ref().map(|ty| self.text(ty.span)),
                    value: output.value.as_ref().map(|value| self.text(value.span)),
                    ..row(&output.name.text, output.doc.as_ref())
                }),
                ast::Item::Attribute(attribute) => {
                    attributes
                        .push(Row { value: Some(self.text(attribute.value.span)), ..row(&attribute.name.text, attribute.doc.as_ref()) });
                }
                ast::Item::Let(value) => values.push(Row {
                    ty: value.ty.as_ref().map(|ty| self.text(ty.span)),
                    value: Some(self.text(value.value.span)),
                    ..row(&value.name.text, value.doc.as_ref())
                }),
                ast::Item::Type(alias) => {
                    types.push(Row { value: Some(self.text(alias.ty.span)), ..row(&alias.name.text, alias.doc.as_ref()) });
                }
                ast::Item::Enum(words) => {
                    let members: Vec<&str> = words.members.iter().map(|member| member.text.as_str()).collect();
                    types.push(Row { value: Some(members.join(", ")), ..row(&words.name.text, words.doc.as_ref()) });
                }
                ast::Item::Block(block) => {
                    let labels = block.labels.iter().map(|label| self.text(label.span));
                    // What a kind declares is named by its label, what a definition holds by its keyword.
                    let names: Vec<String> = match block.keyword.text.as_str() {
                        "block" | "resource" => labels.collect(),
                        keyword => std::iter::once(keyword.to_owned()).chain(labels).collect(),
                    };
                    blocks.push(row(&names.join(" "), block.doc.as_ref()));
                }
                ast::Item::Check(check) => rules.push(self.check(check)),
                ast::Item::For(repeated) => repeated.body.items.iter().for_each(|item| {
                    if let ast::Item::Check(check) = item {
                        rules.push(self.check(check));
                    }
                }),
                ast::Item::Function(_) | ast::Item::Error(_) => {}
            }
        }
        sections([
            ("Inputs", inputs),
            ("Outputs", outputs),
            ("Attributes", attributes),
            ("Values", values),
            ("Types", types),
            ("Blocks", blocks),
            ("Rules", rules),
        ])
    }

    fn field(&self, field: &ast::Field) -> Row {
        let value = field.default.as_ref().map(|default| self.text(default.span));
        Row { ty: Some(self.text(field.ty.span)), value, ..row(&field.name.text, field.doc.as_ref()) }
    }

    fn check(&self, check: &ast::Check) -> Row {
        let message = check.message.as_ref().map(|message| self.sentence(message.span));
        Row { rule: Some(self.text(check.condition.span)), message, ..Row::default() }
    }

    fn rule(&self, row: Row, rule: Option<&ast::Refinement>) -> Row {
        let Some(rule) = rule else { return row };
        let message = rule.message.as_ref().map(|message| self.sentence(message.span));
        Row { rule: Some(self.text(rule.condition.span)), message, ..row }
    }

    fn entry(&self, family: &str, name: String, head: String, doc: Option<&Text>, span: Span, sections: Vec<Section>) -> Entry {
        let line = |offset: u32| self.lines.line_column(&self.source.text, offset).line;
        let place = Place { path: self.source.path.clone(), line: line(span.start), end: line(span.end) };
        let doc = doc.map(|doc| joined(doc)).unwrap_or_default();
        Entry {
            family: family.into(),
            summary: summary(&doc, family, &name, &sections),
            name: name.into(),
            head,
            doc,
            source: self.lines_of(span),
            place: Some(place),
            sections,
        }
    }

    /// What is written at a place, on one line.
    fn text(&self, span: Span) -> String {
        joined(self.source.text.get(span.start as usize..span.end as usize).unwrap_or_default())
    }

    /// The words of a literal text.
    fn sentence(&self, span: Span) -> String {
        let text = self.text(span);
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map_or(text.clone(), str::to_owned)
    }

    /// The whole lines of a declaration, with those above it that document it, without their common indentation.
    fn lines_of(&self, span: Span) -> String {
        let text = &*self.source.text;
        let mut start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        while let Some(above) = text[..start].strip_suffix('\n') {
            let line = above.rfind('\n').map_or(0, |at| at + 1);
            if !above[line..].trim_start().starts_with("##") {
                break;
            }
            start = line;
        }
        let end = text[span.end as usize..].find('\n').map_or(text.len(), |at| span.end as usize + at);
        let lines: Vec<&str> = text[start..end].lines().collect();
        let indent = lines.first().map_or(0, |first| first.len() - first.trim_start().len());
        lines.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
    }
}

/// The first sentence that is said of a definition, otherwise what it is made of.
fn summary(doc: &str, family: &str, name: &str, sections: &[Section]) -> String {
    if !doc.is_empty() {
        return first_sentence(doc).to_owned();
    }
    if let ("implementation", Some((module, provider))) = (family, name.split_once(" on ")) {
        return format!("The module `{module}` by means of `{provider}`.");
    }
    let parts = sections.iter().filter(|section| matches!(section.title, "Attributes" | "Members" | "Inputs"));
    let parts = parts.flat_map(|section| &section.rows).map(|row| match (&row.ty, &row.value) {
        (None, Some(value)) => format!("{} = {value}", row.name),
        _ => row.name.clone(),
    });
    parts.collect::<Vec<_>>().join(", ")
}

pub(super) fn first_sentence(doc: &str) -> &str {
    doc.find(". ").map_or(doc, |end| &doc[..=end])
}

fn row(name: &str, doc: Option<&Text>) -> Row {
    Row { name: name.to_owned(), doc: doc.map(|doc| joined(doc)).unwrap_or_default(), ..Row::default() }
}

/// Those that have something to say.
fn sections<const N: usize>(sections: [(&'static str, Vec<Row>); N]) -> Vec<Section> {
    sections.into_iter().filter(|(_, rows)| !rows.is_empty()).map(|(title, rows)| Section { title, rows }).collect()
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
