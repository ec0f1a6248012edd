//! `define keyword name { … }`: inputs, `let`s, outputs, attributes, blocks, instances and checks.

use super::Checker;
use super::assign::INTERFACE;
use super::report;
use super::scope::{Place, Scope};
use crate::base::Text;
use crate::diag::Code;
use crate::hir::{self, BUILDER_NAMES, Definition, KEPT_BY_OPENTOFU};
use crate::ty::Ty;

/// Names that stand in every body: a declaration of the same name could not be told from them.
const EVERYWHERE: &[&str] = &["product", "environment", "stack", "provider", "name", "labels", "it"];

/// What a service knows of the machine that it is configured on.
const OF_A_MACHINE: &[&str] = &["host", "arch"];

impl<'a> Checker<'a> {
    pub(super) fn definition(&mut self, definition: &'a Definition) {
        let Some(kind) = self.program.kinds.get(&definition.keyword) else { return };
        let mut scope = Scope::new(Place::Definition(definition));
        for named in definition.types.values() {
            if let Some(rule) = &named.rule {
                self.rule(rule, named.ty.plain(), &mut scope);
            }
            self.defaults(named, &mut scope);
        }
        self.names(definition);
        for input in definition.inputs.values() {
            self.input(input, &mut scope);
        }
        for name in definition.lets.keys() {
            self.definition_let(definition, name);
        }
        self.outputs(definition, &mut scope);
        let what = format!("{} `{}`", definition.keyword, definition.name.text);
        let attributes = definition.attributes.values().map(AsRef::as_ref);
        let blocks = definition.blocks.iter().map(AsRef::as_ref);
        self.attributes(kind, &what, definition.name.span, attributes, blocks, &mut scope);
        for block in &definition.blocks {
            let mut scope = Scope::new(Place::Definition(definition));
            if definition.keyword == "provider" && block.keyword.text == "builder" {
                scope.locals.extend(BUILDER_NAMES.map(|name| {
                    let ty = match name {
                        "image" => Ty::Definition("image".into()),
                        "arch" => self.named("Arch"),
                        _ => Ty::Error,
                    };
                    (Text::from(name), ty)
                }));
            }
            scope.steps = definition.keyword == "service" && ["install", "configure"].contains(&block.keyword.text.as_str());
            scope.baked = definition.keyword == "service" && block.keyword.text == "install";
            let is_known = kind.blocks.contains_key(&block.keyword.text) || kind.inputs.contains_key(&block.keyword.text);
            if definition.keyword == "stack" && !is_known {
                let known = self.program.instances.keys().map(Text::as_str).chain(["input", "output", "let", "check"]);
                let diagnostic = report::unknown_block(&block.keyword, &what, known);
                let meant = self.program.instance_meant(&block.keyword.text, block.word(0));
                self.error(report::instance_meant(diagnostic, meant));
                continue;
            }
            self.blocks(kind, &what, [block.as_ref()].into_iter(), &mut scope);
        }
        self.once(definition);
        self.labels_once(kind, definition.blocks.iter().map(AsRef::as_ref));
        self.circle_of_defaults(definition);
        if definition.keyword == "policy" {
            self.code_of(definition);
            for input in definition.inputs.values() {
                self.error(report::never_set(input));
            }
        }
        if definition.keyword == "provider" {
            self.words_of_lacks(definition);
            self.plugin_schemas(definition);
            self.resource_names(definition);
            self.offered(definition);
        }
        self.backends(definition);
        self.completeness(definition);
        self.interface(definition);
        if definition.is_early() {
            self.early(definition);
        }
        for instance in &definition.instances {
            if definition.keyword != "stack" || !["module", "service"].contains(&instance.keyword.as_str()) {
                self.error(report::misplaced_instance(instance, &what));
                continue;
            }
            self.instance(instance, &[], &mut scope);
        }
        for check in &definition.checks {
            self.check_item(check, &mut scope);
        }
        for repeat in &definition.loops {
            self.loop_item(repeat, &mut scope);
        }
    }

    /// The code of a policy's findings is one of the catalogue.
    fn code_of(&mut self, policy: &'a Definition) {
        if let Some(code) = policy.attributes.get("code")
            && let Some(name) = code.value.as_name()
            && !Code::ALL.iter().any(|known| known.name() == name)
        {
            self.error(report::unknown_code(name, code.value.span));
        }
    }

    /// What is known has a value, what each implementation gives is deferred.
    fn outputs(&mut self, definition: &'a Definition, scope: &mut Scope<'a>) {
        for output in definition.outputs.values() {
            match (&output.ty, &output.value) {
                (Some(ty), Some(value)) => {
                    self.check(value, ty, scope);
                    self.same_everywhere(definition, value);
                }
                (None, value) => {
                    if let Some(value) = value {
                        self.check(value, &Ty::Error, scope);
                    }
                    self.error(report::untyped_output(output));
                }
                (Some(Ty::Deferred(_) | Ty::Error), None) => {}
                (Some(_), None) if definition.keyword == INTERFACE => {}
                (Some(ty), None) => self.error(report::output_without_value(output, ty)),
            }
        }
    }

    /// An output of a service is one value: what differs from machine to machine is not known in it.
    fn same_everywhere(&mut self, definition: &'a Definition, value: &'a hir::Expr) {
        if definition.keyword != "service" {
            return;
        }
        let mut found = Vec::new();
        value.walk(&mut |expr| {
            found.extend(expr.as_name().filter(|name| OF_A_MACHINE.contains(&name.as_str())).map(|name| (name, expr.span)))
        });
        for (name, span) in found {
            if self.declared(definition, name).is_none() {
                self.error(report::of_a_machine(name, span));
            }
        }
    }

    /// A block that may stand once, in a definition whose blocks are checked one by one.
    fn once(&mut self, definition: &'a Definition) {
        let Some(kind) = self.program.kinds.get(&definition.keyword) else { return };
        for (name, inner) in kind.blocks.iter().filter(|(_, inner)| !inner.many) {
            let mut found = definition.blocks.iter().filter(|block| block.keyword.text == *name);
            if let (Some(first), Some(again)) = (found.next(), found.next()) {
                self.error(report::twice(&format!("`{}`", inner.name), again.keyword.span, first.keyword.span));
            }
        }
    }

    /// Names that a tool or the language keeps for itself.
    fn names(&mut self, definition: &'a Definition) {
        let inputs = definition.inputs.values().map(|input| &input.name);
        let lets = definition.lets.values().map(|binding| &binding.name);
        let outputs = definition.outputs.values().map(|output| &output.name);
        let blocks = self.program.kinds.get(&definition.keyword).map(|kind| &kind.blocks);
        let outputs = outputs.map(|name| (name, true));
        for (name, is_output) in inputs.chain(lets).map(|name| (name, false)).chain(outputs) {
            let is = |known: &[&str]| known.iter().any(|known| name.text == *known);
            if is(EVERYWHERE) {
                self.error(report::reserved(name, "it stands in every body already"));
            } else if definition.keyword == "module" && is(&KEPT_BY_OPENTOFU) {
                self.error(report::reserved(name, "OpenTofu keeps it for itself"));
            } else if blocks.is_some_and(|blocks| blocks.contains_key(&name.text)) {
                let why = format!("blocks `{}` of the {} would not be read", name.text, definition.keyword);
                self.error(report::reserved(name, &why));
            } else if !is_output && crate::syntax::is_reserved(&name.text) {
                // Another body reads an output behind a `.`, where every word is a name.
                self.error(report::reserved(name, "it is a word of the language, and means nothing else in an expression"));
            }
        }
        let names = definition.instances.iter().map(|instance| &instance.name);
        for name in names {
            if EVERYWHERE.iter().any(|known| name.text == *known) {
                self.error(report::reserved(name, "it stands in every body already"));
            }
        }
    }

    /// The names of the definitions of a keyword.
    pub(super) fn definitions_of(&self, keyword: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let keyword = Text::from(keyword);
        self.program.definitions.keys().filter(move |(of, _)| *of == keyword).map(|(_, name)| name.as_str())
    }
}
