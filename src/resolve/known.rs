//! Which declaration a name means where two have it. A project's own goes before that of the library that comes with the compiler, and what
//! a file with `private = true` declares is known in its folder and below alone. Where one name is left to two declarations, the one that
//! gives way gets another name, in its own files too, before anything is linked: nothing behind knows of it.

use super::{EMBEDDED, Source, word};
use crate::base::{FileId, Span, Text, Workspace, text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::INTERPRETED;
use crate::hir::items::{Form, ITEMS};
use crate::syntax::ast::{
    Binding, Block, Body, Check, Expr, ExprKind, File, Function, Item, LabelValue, Literal, Name, Part, Refinement, Type, TypeKind,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a file says whose declarations its folder alone knows.
const PRIVATE: &str = "private";

/// Before a name of the compiler's library that gives way to a project's own.
const LIBRARY: &str = "infrac";

/// Definitions that labels and types alone name: whatever else is called so in an expression means something else.
const NAMED_BY_LABELS: [&str; 6] = ["module", "stack", "service", "store", "interface", "provider"];
const TYPE: &str = "type";
const FUNCTION: &str = "fn";

/// A declaration, and where it is known.
#[derive(Debug)]
struct Declared {
    file: FileId,
    span: Span,
    /// The folder that alone knows it, with its final `/`.
    within: Option<Text>,
    is_embedded: bool,
    /// What it is called once all names are told apart.
    called: Text,
}

/// Every declaration whose name is not simply known everywhere, by `module`, `type`, `fn` … and name.
#[derive(Debug, Default)]
pub(super) struct Known {
    declared: BTreeMap<(Text, Text), Vec<Declared>>,
}

/// Whether a file keeps to its folder what it declares. Anything but `true` and `false` is refused.
fn is_private(tree: &File, found: &mut Vec<Diagnostic>) -> bool {
    let mut private = false;
    for item in &tree.items {
        let Item::Attribute(attribute) = item else { continue };
        if attribute.name.text != PRIVATE {
            continue;
        }
        match &attribute.value.kind {
            ExprKind::Literal(Literal::Bool(said)) => private = *said,
            _ => found.push(
                Diagnostic::error(Code::NotExpressible, attribute.value.span, "`private` is read before anything is evaluated")
                    .help("write `private = true`"),
            ),
        }
    }
    private
}

/// Whether an item says where its file is known.
pub(super) fn is_statement(item: &Item) -> bool {
    matches!(item, Item::Attribute(attribute) if attribute.name.text == PRIVATE)
}

/// Whether a file is of the library that comes with the compiler.
fn is_embedded(path: &str) -> bool {
    EMBEDDED.iter().any(|prefix| path.starts_with(prefix))
}

fn folder(path: &str) -> Text {
    path.rsplit_once('/').map_or_else(Text::default, |(folder, _)| text!("{folder}/"))
}

/// What an item declares: family, name, place.
fn declares(item: &Item) -> Option<(Text, &Name)> {
    match item {
        Item::Type(item) => Some((TYPE.into(), &item.name)),
        Item::Enum(item) => Some((TYPE.into(), &item.name)),
        Item::Function(item) => Some((FUNCTION.into(), &item.name)),
        _ => None,
    }
}

/// The definition that a block is: keyword, name, place.
fn defines(block: &Block) -> Option<(Text, Text, Span)> {
    let [keyword, name] = [0, 1].map(|at| block.labels.get(at).and_then(word));
    let (keyword, name) = (keyword?, name?);
    (block.keyword.text == "define").then_some((keyword.text, name.text, name.span))
}

/// What the compiler reads by its name, which therefore means one thing everywhere.
fn is_read(name: &str) -> bool {
    let record = |item: &crate::hir::items::Item| matches!(item.form, Form::Record) && item.path == [name];
    ITEMS.iter().any(record) || INTERPRETED.iter().any(|of| of.name == name)
}

impl Known {
    /// Reads what all files declare.
    pub(super) fn collect(workspace: &Workspace, sources: &[Source]) -> (Known, Diagnostics) {
        let mut found = Vec::new();
        let mut all: BTreeMap<(Text, Text), Vec<Declared>> = BTreeMap::new();
        for source in sources {
            let path = &workspace.file(source.file).path;
            let is_embedded = is_embedded(path);
            let within = is_private(&source.tree, &mut found).then(|| folder(path));
            for item in &source.tree.items {
                let (family, name, span) = match item {
                    Item::Block(block) => match defines(block) {
                        Some(defined) => defined,
                        None => continue,
                    },
                    item => match declares(item) {
                        Some((family, name)) => (family, name.text.clone(), name.span),
                        None => continue,
                    },
                };
                let declared = Declared { file: source.file, span, within: within.clone(), is_embedded, called: name.clone() };
                all.entry((family, name)).or_default().push(declared);
            }
        }
        all.retain(|_, declared| declared.len() > 1 || declared.iter().any(|of| of.within.is_some()));
        for ((family, name), declared) in &mut all {
            let by_labels = NAMED_BY_LABELS.contains(&family.as_str()) || family == FUNCTION || (family == TYPE && !is_read(name));
            if by_labels {
                told_apart(name, declared);
            }
        }
        (Known { declared: all }, Diagnostics(found))
    }

    /// The same for files of products. What is wrong in one that declares something, too, was told with the library.
    pub(super) fn of_products(&self, workspace: &Workspace, sources: &[Source]) -> (Vec<Source>, Diagnostics) {
        let (spread, mut found) = super::spread::spread(sources);
        let (named, hidden) = self.named(workspace, &spread);
        found.extend(hidden);
        let told: BTreeSet<FileId> = sources.iter().filter(|of| !super::is_of_product(&of.tree)).map(|of| of.file).collect();
        found.0.retain(|of| !told.contains(&of.primary.span.file));
        (named, found)
    }

    /// The same files with every name as the declaration that it means is called.
    pub(super) fn named(&self, workspace: &Workspace, sources: &[Source]) -> (Vec<Source>, Diagnostics) {
        if self.declared.is_empty() {
            return (sources.to_vec(), Diagnostics::default());
        }
        let mut found = Vec::new();
        let names: BTreeSet<&str> = self.declared.keys().map(|(_, name)| name.as_str()).collect();
        let named = sources.iter().map(|source| {
            let file = workspace.file(source.file);
            // A file that mentions none of these names is neither copied nor gone through.
            if !names.iter().any(|name| file.text.contains(name)) {
                return source.clone();
            }
            let path = &file.path;
            let is_embedded = is_embedded(path);
            let mut naming =
                Naming { known: self, file: source.file, folder: folder(path), is_embedded, own: BTreeSet::new(), found: &mut found };
            let mut tree = (*source.tree).clone();
            tree.items.iter_mut().for_each(|item| naming.top(item));
            let tree = if tree.items == source.tree.items { source.tree.clone() } else { Arc::new(tree) };
            Source { file: source.file, tree }
        });
        let named = named.collect();
        (named, Diagnostics(found))
    }
}

/// Gives all but one declaration of a name another one: those of the compiler's library, then those that a folder keeps to itself.
fn told_apart(name: &Text, declared: &mut [Declared]) {
    let mut of_project = declared.iter().filter(|of| !of.is_embedded);
    let is_public = of_project.clone().any(|of| of.within.is_none());
    let mut others = of_project.clone().filter(|of| of.within.is_some()).count();
    let has_own = of_project.next().is_some();
    for of in declared {
        match &of.within {
            None if of.is_embedded && has_own => of.called = before(LIBRARY, name),
            // The last one keeps the name where nobody else has it.
            Some(folder) if is_public || others > 1 => {
                others -= usize::from(!of.is_embedded);
                of.called = before(folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default(), name);
            }
            _ => {}
        }
    }
}

/// `infrac-bucket`, `infracLabel`.
fn before(folder: &str, name: &Text) -> Text {
    let words = folder.chars().map(|of| if of.is_ascii_alphanumeric() { of.to_ascii_lowercase() } else { '-' }).collect::<String>();
    let words = words.trim_matches(|of: char| !of.is_ascii_lowercase());
    let words = if words.is_empty() { "own" } else { words };
    match name.starts_with(|first: char| first.is_ascii_uppercase()) {
        true => text!("{}{}{name}", words[..1].to_ascii_uppercase(), words[1..].replace('-', "")),
        false => text!("{words}-{name}"),
    }
}

/// Goes through a file and names what it means.
struct Naming<'k> {
    known: &'k Known,
    file: FileId,
    folder: Text,
    is_embedded: bool,
    /// The types and functions of the definition around, which go before all others.
    own: BTreeSet<(Text, Text)>,
    found: &'k mut Vec<Diagnostic>,
}

impl Naming<'_> {
    /// What a name means here.
    fn means(&mut self, family: &str, name: &mut Text, span: Span) {
        let key = (Text::new(family), name.clone());
        if self.own.contains(&key) {
            return;
        }
        let Some(declared) = self.known.declared.get(&key) else { return };
        // What a file declares itself it means, then what the nearest folder keeps to itself, then what is of its own library.
        let rank = |of: &&Declared| {
            let within = of.within.as_ref().map_or(0, |folder| folder.len() + 1);
            (of.file == self.file && of.span == span, within, of.is_embedded == self.is_embedded, !of.is_embedded)
        };
        let sees = |of: &&Declared| of.within.as_ref().is_none_or(|folder| self.folder.starts_with(folder.as_str()));
        match declared.iter().filter(sees).max_by_key(rank) {
            Some(of) => *name = of.called.clone(),
            None => {
                let (Some(hidden), what) = (declared.first(), if family == TYPE { "type" } else { family }) else { return };
                let within = hidden.within.as_deref().unwrap_or_default();
                let code = match family {
                    TYPE => Code::UnknownType,
                    FUNCTION => Code::UnknownFunction,
                    _ => Code::UnknownDefinition,
                };
                let message = format!("{what} `{name}` is private: only sources in `{within}` know it");
                let diagnostic = Diagnostic::error(code, span, message).related(hidden.span, "it is declared here");
                self.found.push(diagnostic.help("take `private = true` out of its file, or use what that library offers"));
            }
        }
    }

    fn name(&mut self, family: &str, name: &mut Name) {
        self.means(family, &mut name.text, name.span);
    }

    fn label(&mut self, family: &str, block: &mut Block, at: usize) {
        let Some(label) = block.labels.get_mut(at) else { return };
        if let LabelValue::Word(text) = &mut label.value {
            self.means(family, text, label.span);
        }
    }

    fn top(&mut self, item: &mut Item) {
        let Item::Block(block) = item else { return self.item(item, true) };
        match block.keyword.text.as_str() {
            "define" | "extend" => {
                let Some(keyword) = block.labels.first().and_then(word) else { return self.body(&mut block.body) };
                self.own = block.body.items.iter().filter_map(declares).map(|(family, name)| (family, name.text.clone())).collect();
                self.label(&keyword.text, block, 1);
                if keyword.text == "image" {
                    block.body.items.iter_mut().for_each(|item| self.of_image(item));
                }
                self.body(&mut block.body);
                self.own.clear();
            }
            "implement" => {
                self.label("module", block, 0);
                self.label("provider", block, 2);
                self.body(&mut block.body);
            }
            _ => self.item(item, true),
        }
    }

    /// An image names the services that it holds, and the providers that it is built for.
    fn of_image(&mut self, item: &mut Item) {
        let Item::Attribute(attribute) = item else { return };
        let family = match attribute.name.text.as_str() {
            "install" => "service",
            "on" => "provider",
            _ => return,
        };
        let ExprKind::List(named) = &mut Arc::make_mut(&mut attribute.value).kind else { return };
        for element in named {
            if let ExprKind::Name(name) = &mut element.kind {
                self.means(family, name, element.span);
            }
        }
    }

    fn body(&mut self, body: &mut Body) {
        body.items.iter_mut().for_each(|item| self.item(item, false));
    }

    fn item(&mut self, item: &mut Item, is_top: bool) {
        match item {
            Item::Attribute(item) => self.shared(&mut item.value),
            Item::Block(block) => self.block(block),
            Item::Input(item) => {
                self.ty(&mut item.ty);
                item.default.iter_mut().for_each(|value| self.shared(value));
                item.refinement.iter_mut().for_each(|rule| self.rule(rule));
            }
            Item::Output(item) => {
                item.ty.iter_mut().for_each(|ty| self.ty(ty));
                item.value.iter_mut().for_each(|value| self.shared(value));
            }
            Item::Let(item) => {
                item.ty.iter_mut().for_each(|ty| self.ty(ty));
                self.shared(&mut item.value);
            }
            Item::Check(item) => self.check(item),
            Item::Function(item) => self.function(item, is_top),
            Item::Type(item) => {
                if is_top {
                    self.name(TYPE, &mut item.name);
                }
                self.ty(&mut item.ty);
                item.refinement.iter_mut().for_each(|rule| self.rule(rule));
            }
            Item::Enum(item) => {
                if is_top {
                    self.name(TYPE, &mut item.name);
                }
            }
            Item::For(item) => {
                item.bindings.iter_mut().for_each(|binding| self.binding(binding));
                item.condition.iter_mut().for_each(|value| self.shared(value));
                self.body(&mut item.body);
            }
            Item::Error(_) => {}
        }
    }

    fn block(&mut self, block: &mut Block) {
        let keyword = block.keyword.text.clone();
        if NAMED_BY_LABELS.contains(&keyword.as_str())
            && let Some(first) = block.labels.first().cloned()
        {
            self.label(&keyword, block, 0);
            // An instance without a name of its own is still called as the source says.
            if block.labels.len() == 1 && block.labels.first() != Some(&first) {
                block.labels.push(first);
            }
        }
        block.labels.iter_mut().for_each(|label| {
            if let LabelValue::Template(parts) = &mut label.value {
                parts.iter_mut().filter_map(Part::expr_mut).for_each(|part| self.expr(part));
            }
        });
        if let Some(repeat) = &mut block.repeat {
            repeat.bindings.iter_mut().for_each(|binding| self.binding(binding));
            repeat.by.iter_mut().for_each(|by| self.shared(by));
        }
        block.condition.iter_mut().for_each(|value| self.shared(value));
        self.body(&mut block.body);
    }

    fn function(&mut self, function: &mut Function, is_top: bool) {
        if is_top {
            self.name(FUNCTION, &mut function.name);
        }
        function.parameters.iter_mut().for_each(|(_, ty)| self.ty(ty));
        self.ty(&mut function.result);
        self.shared(&mut function.value);
    }

    fn check(&mut self, check: &mut Check) {
        self.shared(&mut check.condition);
        [&mut check.at, &mut check.message, &mut check.help].into_iter().flatten().for_each(|value| self.shared(value));
    }

    fn rule(&mut self, rule: &mut Refinement) {
        self.shared(&mut rule.condition);
        [&mut rule.message, &mut rule.help].into_iter().flatten().for_each(|value| self.shared(value));
    }

    fn binding(&mut self, binding: &mut Binding) {
        self.shared(&mut binding.source);
    }

    fn ty(&mut self, ty: &mut Type) {
        match &mut ty.kind {
            TypeKind::Named { name, of: Some(of), .. } => {
                let keyword = name.text.clone();
                self.name(&keyword, of);
            }
            TypeKind::Named { name, of: None, arguments } => {
                let before = name.text.clone();
                self.name(TYPE, name);
                let is_type = self.known.declared.contains_key(&(TYPE.into(), before.clone()));
                if !is_type && !self.own.contains(&(TYPE.into(), before)) {
                    self.name("module", name);
                }
                arguments.iter_mut().for_each(|argument| self.ty(argument));
            }
            TypeKind::Record(fields) => {
                for field in fields {
                    self.ty(&mut field.ty);
                    field.default.iter_mut().for_each(|default| self.expr(default));
                }
            }
            TypeKind::Error => {}
        }
    }

    fn shared(&mut self, expr: &mut Arc<Expr>) {
        self.expr(Arc::make_mut(expr));
    }

    /// Functions are called by their names.
    fn expr(&mut self, expr: &mut Expr) {
        if let ExprKind::Call(name, _) = &mut expr.kind {
            self.name(FUNCTION, name);
        }
        expr.each_part_mut(&mut |part| self.expr(part));
    }
}
