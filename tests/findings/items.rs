//! What of the library the compiler reads: whatever is renamed, removed or of another type is one finding that names it.

use crate::{each, mistakes, root};
use infrac::base::{Span, Text, Workspace};
use infrac::diag::Diagnostic;
use infrac::driver::{self, Options};
use infrac::hir::items::{Form, ITEMS, Item};
use infrac::hir::{Kind, Program};
use infrac::{resolve, syntax};
use std::sync::Arc;

struct Library {
    workspace: Workspace,
    program: Program,
}

impl Library {
    fn read() -> Library {
        let workspace = Workspace::new(mistakes::sources(root()).unwrap());
        let sources = workspace.files().filter(|(_, file)| file.path.ends_with(".infra"));
        let sources: Vec<_> = sources
            .map(|(file, source)| resolve::Source { file, tree: std::sync::Arc::new(syntax::parse(file, &source.text).0) })
            .collect();
        let (schemas, _) = infrac::schema::read(&workspace);
        let (program, found) = resolve::resolve(&workspace, &sources, &|file, ty, argument| schemas.takes(file, ty, argument));
        assert!(found.0.is_empty(), "{found:#?}");
        Library { workspace, program }
    }

    fn kind(&self, item: &Item) -> &Arc<Kind> {
        let [keyword, blocks @ ..] = item.path else { panic!("{item:?}") };
        let kinds = if item.form == Form::Instance { &self.program.instances } else { &self.program.kinds };
        blocks.iter().fold(&kinds[*keyword], |kind, block| &kind.blocks[*block])
    }

    /// The name of an item, and of each of its fields where it is declared.
    fn places(&self, item: &Item) -> (Span, Vec<Span>) {
        if item.form != Form::Record {
            let kind = self.kind(item);
            return (kind.span, item.fields.iter().map(|field| kind.inputs[field.name].name.span).collect());
        }
        let name = self.program.types[item.path[0]].span;
        let text = self.workspace.files().find(|(id, _)| *id == name.file).unwrap().1.text.clone();
        let of = |field: &str| {
            let from = name.end as usize;
            let one = regex::Regex::new(&format!(r"\b{field}:")).unwrap();
            let start = (from + one.find(&text[from..]).unwrap().start()) as u32;
            Span { start, end: start + field.len() as u32, ..name }
        };
        (name, item.fields.iter().map(|field| of(field.name)).collect())
    }

    /// Whether some definition says the block that an item is; what is no block of a definition is always used.
    fn is_used(&self, item: &Item) -> bool {
        let [keyword, block] = item.path else { return true };
        let mut definitions = self.program.definitions.values().filter(|definition| definition.keyword == *keyword);
        let says = |definition: &std::sync::Arc<infrac::hir::Definition>| definition.blocks.iter().any(|said| said.keyword.text == *block);
        *keyword == "product" || definitions.any(says)
    }

    /// What is found after another text took the place of a span.
    fn with(&self, span: Span, text: &str) -> Vec<Diagnostic> {
        let files = self.workspace.files().map(|(id, file)| {
            let mut changed = file.text.to_string();
            if id == span.file {
                changed.replace_range(span.start as usize..span.end as usize, text);
            }
            (file.path.clone(), Arc::from(changed))
        });
        driver::compile(&Workspace::new(files.collect::<Vec<(Text, Arc<str>)>>()), &Options::default()).diagnostics
    }

    /// The type that stands behind the name of a field.
    fn ty(&self, field: Span) -> Span {
        let text = &self.workspace.files().find(|(id, _)| *id == field.file).unwrap().1.text;
        let line = text[field.end as usize..].lines().next().unwrap();
        let written = regex::Regex::new(r"^\s*:\s*(\{.*?\}|[^=\s{},]+)(?:,|\s|$)").unwrap().captures(line).unwrap().get(1).unwrap().range();
        Span { start: field.end + written.start as u32, end: field.end + written.end as u32, ..field }
    }
}

fn one(found: &[Diagnostic], names: &[&str]) {
    let [finding] = found else { panic!("{names:?}: {found:#?}") };
    assert!(names.iter().all(|name| finding.message.contains(name)), "{names:?}: {finding:#?}");
}

#[test]
fn what_is_renamed_is_one_finding_that_names_it() {
    let library = Library::read();
    each(ITEMS, |item| {
        let (name, fields) = library.places(item);
        let found = library.with(name, "renamed");
        // What no definition says is missing nowhere.
        if library.is_used(item) {
            one(&found, &[&item.head(), "is missing"])
        } else {
            assert_eq!(found, [], "{item:?}")
        }
        fields.iter().zip(item.fields).for_each(|(place, field)| {
            one(&library.with(*place, "renamed"), &[&item.head(), &format!("`{}: {}`", field.name, field.ty)]);
        });
    });
}

#[test]
fn another_type_is_one_finding_that_names_the_field() {
    let library = Library::read();
    each(ITEMS, |item| {
        let (_, fields) = library.places(item);
        let typed = fields.iter().zip(item.fields).filter(|(_, field)| field.ty != "any");
        typed.for_each(|(place, field)| {
            let wanted = format!("`{}: {}`", field.name, field.ty);
            for ty in ["money", "any"] {
                one(&library.with(library.ty(*place), ty), &[&item.head(), &wanted]);
            }
        });
    });
}
