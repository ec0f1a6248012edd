//! Items: attributes, blocks and declarations.

use super::Parser;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{
    Assign, Attribute, Block, Body, Check, Enum, Expr, ExprKind, For, Function, Input, Item, Let, Output, Refinement, Repeat, TypeAlias,
};
use crate::syntax::token::Kind;
use std::sync::Arc;

/// Words with which blocks begin, whatever the kind around them takes.
const BLOCKS: [&str; 12] =
    ["in", "module", "service", "stack", "provider", "store", "resource", "data", "block", "dynamic", "task", "state"];

impl Parser<'_> {
    /// The items up to `closer`, which is not taken.
    pub(super) fn items(&mut self, closer: Kind) -> Vec<Item> {
        let mut items = Vec::new();
        while self.kind() != closer && self.kind() != Kind::End {
            (self.failed, self.quiet) = (false, false);
            let before = self.at;
            self.first = before;
            let start = self.token().start;
            match self.item() {
                Some(item) => items.push(item),
                None if self.is_doubled_brace() => {
                    // What stands within belongs to this body.
                    self.bump();
                    items.extend(self.deeper(|p| p.items(Kind::RightBrace)).unwrap_or_default());
                    self.eat(Kind::RightBrace);
                }
                None => {
                    self.skip_item();
                    items.push(Item::Error(self.span_from(start)));
                }
            }
            let is_choice = self.kind_here() == Kind::Question;
            self.end_item(closer);
            if is_choice && let Some(item) = items.last_mut() {
                // What stands before `?` is a condition, and no value of the item.
                self.without_value(item);
            }
            if self.at == before {
                self.skip_group();
            }
        }
        items
    }

    fn without_value(&self, item: &mut Item) {
        let value = match item {
            Item::Attribute(Attribute { value, .. }) | Item::Let(Let { value, .. }) => value,
            _ => return,
        };
        *value = Arc::new(Expr { span: value.span, kind: ExprKind::Error });
    }

    /// Whether a brace stands directly behind that of the body, and one of the two has no partner.
    fn is_doubled_brace(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.tokens[at]);
        let doubled = before.is_some_and(|before| before.kind == Kind::LeftBrace && (before.is_broken() || self.token().is_broken()));
        self.kind_here() == Kind::LeftBrace && doubled
    }

    /// What separates an item from the next: a line break or `,`.
    fn end_item(&mut self, closer: Kind) {
        if self.failed {
            self.skip_item();
        }
        if self.kind() == Kind::Comma && self.token().newline() {
            self.expected_separator();
            self.bump();
            return;
        }
        if self.eat(Kind::Comma) {
            if self.kind() == Kind::Comma {
                self.expected("an item");
                self.skip_item();
            }
            return;
        }
        let ends = self.token().newline() || self.kind() == closer || self.kind() == Kind::End;
        if !ends && !self.failed {
            self.expected_separator();
            // What only lacks its `,` is an item all the same.
            let head = self.kind().is_word() && self.kind_behind().is_assign();
            if !head {
                self.skip_item();
                self.eat_here(Kind::Comma);
            }
        }
    }

    fn expected_separator(&mut self) {
        let token = self.token();
        let found = self.describe(token);
        let (message, help) = match token.kind {
            Kind::Comma => (format!("{found} begins a line"), "a line break separates already: remove it"),
            Kind::Not if self.kind_behind() == Kind::In => {
                (format!("expected the end of the line, found {found}"), "write `not (x in xs)`")
            }
            Kind::Question => (format!("expected the end of the line, found {found}"), "a condition is written `if c then a else b`"),
            _ => (format!("expected `,` or the end of the line, found {found}"), "a line break or `,` separates items"),
        };
        if token.is_broken() {
            self.failed = true;
            return;
        }
        let error = Diagnostic::error(Code::UnexpectedToken, self.span(token), message).help(help);
        self.fail(match token.kind {
            Kind::Comma => error.fix("remove the comma", self.span(token), ""),
            _ => error,
        });
    }

    /// The item that begins here; none where nothing like an item does.
    fn item(&mut self) -> Option<Item> {
        if self.kind() == Kind::Broken && self.at_head(1) {
            self.bump();
        }
        let kind = self.kind();
        let next = self.kind_behind();
        if matches!(kind, Kind::String | Kind::Quote) {
            return Some(Item::Attribute(self.attribute()));
        }
        if !kind.is_word() {
            self.expected("an attribute, a block or a declaration");
            return None;
        }
        if next.is_assign() {
            return Some(Item::Attribute(self.attribute()));
        }
        if kind == Kind::Name && self.ends_behind() {
            return Some(Item::Attribute(self.alone()));
        }
        if kind == Kind::If {
            return Some(Item::For(self.guard()));
        }
        let text = matches!(next, Kind::String | Kind::Quote);
        let labelled = text && kind != Kind::Check && (!continues(kind) || self.at_head(0));
        if labelled || next == Kind::LeftBrace {
            return Some(self.block());
        }
        let start = self.token().start;
        if let Some(form) = form_of(kind).filter(|_| !next.is_word()) {
            // Without a name it declares nothing: what else there is to say of it would follow from that.
            self.nameless(form);
            return Some(Item::Error(self.span_from(start)));
        }
        Some(match kind {
            Kind::Input => Item::Input(self.input()),
            Kind::Output => Item::Output(self.output()),
            Kind::Let => Item::Let(self.binding_item()),
            Kind::Check => Item::Check(self.check()),
            Kind::Fn => Item::Function(self.function()),
            Kind::Type => Item::Type(self.type_alias()),
            Kind::Enum => Item::Enum(self.enumeration()),
            Kind::For => Item::For(self.repetition()),
            kind if continues(kind) => return self.misplaced_word(),
            _ => self.block(),
        })
    }

    /// A word that begins a declaration, with no name behind it.
    fn nameless(&mut self, form: &Form) {
        let word = self.bump();
        let word = self.slice(word);
        let Form { what, written } = form;
        let help = format!("it is written `{written}`; an attribute of that name is `{word} = value`");
        self.expected_with(what, Some(&help));
    }

    /// A word that continues something, with nothing to continue.
    fn misplaced_word(&mut self) -> Option<Item> {
        let token = self.token();
        let word = self.slice(token);
        let help = match token.kind {
            Kind::Then => "it stands between the condition and the values of an `if`",
            _ => "it continues a `check`, or the rule behind `where`, on the line above",
        };
        let error = Diagnostic::error(Code::UnexpectedToken, self.span(token), format!("`{word}` begins no item"));
        self.fail(error.help(help));
        self.bump();
        None
    }

    /// `name = expr`, `name += expr`, `name -= expr`
    fn attribute(&mut self) -> Attribute {
        let doc = self.doc();
        let start = self.token().start;
        let name = if self.kind().is_word() { self.head_name() } else { self.quoted_name() };
        if !self.kind_here().is_assign() {
            self.expected_with("`=` and the value of the attribute", Some("a name in quotes is that of an attribute"));
            let value = Arc::new(self.error_expression(self.last_end()));
            return Attribute { span: self.span_from(start), doc, name, operator: Assign::Set, value };
        }
        let operator = match self.bump().kind {
            Kind::PlusAssign => Assign::Add,
            Kind::MinusAssign => Assign::Remove,
            _ => Assign::Set,
        };
        let value = Arc::new(self.value_behind_assign());
        Attribute { span: self.span_from(start), doc, name, operator, value }
    }

    /// `name`, which is `name = name`.
    fn alone(&mut self) -> Attribute {
        let doc = self.doc();
        let name = self.take_name();
        self.alone.push(name.clone());
        let value = Arc::new(Expr { span: name.span, kind: ExprKind::Name(name.text.clone()) });
        Attribute { span: name.span, doc, name, operator: Assign::Set, value }
    }

    /// Whether the next token is all that the item or entry here has.
    pub(super) fn ends_behind(&self) -> bool {
        matches!(self.kind_behind(), Kind::End | Kind::Comma | Kind::RightBrace)
    }

    /// `keyword label… for x in xs by key if cond { items }`
    fn block(&mut self) -> Item {
        let doc = self.doc();
        let start = self.token().start;
        let keyword = self.head_name();
        let labels = self.labels();
        let outer = std::mem::replace(&mut self.head, true);
        let mut repeat = self.repeat();
        let mut condition = self.head_condition();
        self.misordered(&mut repeat, &mut condition);
        self.head = outer;
        if self.kind_here() != Kind::LeftBrace && labels.is_empty() && repeat.is_none() && condition.is_none() && !self.failed {
            return self.broken_attribute(start, doc, keyword);
        }
        let body = match labels.as_slice() {
            [label] if repeat.is_none() && condition.is_none() && self.may_be_attribute(&keyword.text) => {
                self.neither(&keyword, label);
                self.empty_body()
            }
            _ => self.body("`{` and the body of the block", Some(ORDER_OF_A_HEAD)),
        };
        Item::Block(Block { span: self.span_from(start), doc, keyword, labels, repeat, condition, body })
    }

    /// Parts of a head in another order: one mistake, behind which each is read as what it is.
    fn misordered(&mut self, repeat: &mut Option<Repeat>, condition: &mut Option<Arc<Expr>>) {
        if self.failed || !matches!(self.kind_here(), Kind::By | Kind::For | Kind::If) {
            return;
        }
        self.expected_with("`{` and the body of the block", Some(ORDER_OF_A_HEAD));
        (self.failed, self.quiet) = (false, true);
        let mut by = None;
        loop {
            match self.kind_here() {
                Kind::By if by.is_none() => {
                    self.bump();
                    by = Some(self.shared_expression());
                }
                Kind::For if repeat.is_none() => *repeat = self.repeat(),
                Kind::If if condition.is_none() => *condition = self.head_condition(),
                _ => break,
            }
        }
        if let (Some(repeat), Some(by)) = (repeat, by) {
            repeat.by.get_or_insert(by);
        }
        (self.failed, self.quiet) = (true, false);
    }

    /// Whether a word with one label, and nothing behind it, may be an attribute that lacks its `=`: it stands in a body, and is no word
    /// with which blocks of every kind begin.
    fn may_be_attribute(&self, word: &str) -> bool {
        let is_end = matches!(self.kind_here(), Kind::End | Kind::Comma | Kind::RightBrace);
        is_end && self.depth > 0 && !self.failed && !self.token().is_broken() && !BLOCKS.contains(&word)
    }

    /// `on eu`, which lacks `=` or a body: who knows what may stand here says which.
    fn neither(&mut self, keyword: &crate::syntax::ast::Name, label: &crate::syntax::ast::Label) {
        let token = self.token();
        let found = match token.kind {
            Kind::End => "the end of the file".to_owned(),
            _ if token.newline() => "the end of the line".to_owned(),
            _ => self.describe(token),
        };
        let value = self.text.get(label.span.start as usize..label.span.end as usize).unwrap_or_default();
        let name = &keyword.text;
        let help = format!("write `{name} = {value}`, or `{name} {value} {{ … }}`");
        let span = keyword.span.to(label.span);
        self.fail(Diagnostic::error(Code::UnexpectedToken, span, format!("expected `=` or `{{`, found {found}")).help(help));
    }

    /// A name with neither `=` nor `{` behind it: kept as an attribute, so that nobody reports it as missing too.
    fn broken_attribute(&mut self, start: u32, doc: Option<Text>, name: crate::syntax::ast::Name) -> Item {
        let value = if self.kind_here() == Kind::Colon {
            self.colon_for_assign();
            self.bump();
            // It may be a type and no value: the colon says it all.
            self.quiet = true;
            let value = self.value_behind_assign();
            self.quiet = false;
            self.failed |= self.kind_here() == Kind::Assign;
            value
        } else {
            let text = &name.text;
            let help = format!("write `{text} = value`, or `{text} {{ … }}`");
            self.expected_with("`=` or `{`", Some(&help));
            self.error_expression(self.last_end())
        };
        Item::Attribute(Attribute { span: self.span_from(start), doc, name, operator: Assign::Set, value: Arc::new(value) })
    }

    fn head_condition(&mut self) -> Option<Arc<Expr>> {
        (!self.failed && self.eat_here(Kind::If)).then(|| self.shared_expression())
    }

    /// `{ items }`; empty where it is missing.
    fn body(&mut self, expected: &str, help: Option<&str>) -> Body {
        if !self.failed && self.kind_here() != Kind::LeftBrace {
            // Where the line ends, nothing of the head is in the wrong place.
            self.expected_with(expected, help.filter(|_| self.kind_here() != Kind::End));
        }
        if self.failed {
            self.skip_to_brace();
        }
        if self.kind_here() != Kind::LeftBrace {
            return self.empty_body();
        }
        let failed = self.failed;
        let start = self.token().start;
        let items = self.deeper(|p| {
            p.bump();
            let outer = std::mem::replace(&mut p.head, false);
            let items = p.items(Kind::RightBrace);
            p.head = outer;
            p.eat(Kind::RightBrace);
            items
        });
        if items.is_some() {
            // Mistakes within are the body's own.
            self.failed = failed && self.kind_here() != Kind::End;
        }
        Body { span: self.span_from(start), items: items.unwrap_or_default() }
    }

    /// Passes over the rest of a broken head: what looks like its body on the same line is read all the same.
    fn skip_to_brace(&mut self) {
        while !matches!(self.kind_here(), Kind::LeftBrace | Kind::End) && !self.kind().is_closer() {
            if self.kind() == Kind::Comma && self.at_head(1) {
                break;
            }
            self.skip_group();
        }
    }

    fn empty_body(&self) -> Body {
        let end = self.last_end();
        Body { span: Span::new(self.file, end, end), items: Vec::new() }
    }

    /// `for x in xs if p { items }`
    fn repetition(&mut self) -> For {
        let start = self.bump().start;
        let outer = std::mem::replace(&mut self.head, true);
        let bindings = self.bindings();
        let condition = self.head_condition();
        self.head = outer;
        let body = self.body("`{` and what is repeated", None);
        For { span: self.span_from(start), bindings, condition, body }
    }

    /// `if p { items }`
    fn guard(&mut self) -> For {
        let start = self.bump().start;
        let outer = std::mem::replace(&mut self.head, true);
        let condition = Some(Arc::new(self.condition_on_line()));
        self.head = outer;
        let body = self.body("`{` and what is there under this condition", None);
        For { span: self.span_from(start), bindings: Vec::new(), condition, body }
    }

    /// `input name: Type = default where rule`
    fn input(&mut self) -> Input {
        let doc = self.doc();
        let start = self.bump().start;
        let name = self.lower_name("the name of the input");
        if !self.eat_here(Kind::Colon) {
            self.expected_with("`:` and the type of the input", Some("write `input name: type`"));
        }
        let ty = self.type_on_line();
        let default = self.value();
        let refinement = self.refinement();
        Input { span: self.span_from(start), doc, name, ty, default, refinement }
    }

    /// `= expr`, if it stands here.
    fn value(&mut self) -> Option<Arc<Expr>> {
        (!self.failed && self.eat_here(Kind::Assign)).then(|| Arc::new(self.value_behind_assign()))
    }

    /// `output name: Type = value`
    fn output(&mut self) -> Output {
        let doc = self.doc();
        let start = self.bump().start;
        let name = self.lower_name("the name of the output");
        let ty = self.eat_here(Kind::Colon).then(|| self.type_on_line());
        let value = self.value();
        Output { span: self.span_from(start), doc, name, ty, value }
    }

    /// `let name = value`
    fn binding_item(&mut self) -> Let {
        let doc = self.doc();
        let start = self.bump().start;
        let name = self.lower_name("a name");
        let ty = self.eat_here(Kind::Colon).then(|| self.type_on_line());
        let value = match self.value() {
            Some(value) => value,
            None => {
                self.expected("`=` and a value");
                Arc::new(self.error_expression(self.last_end()))
            }
        };
        Let { span: self.span_from(start), doc, name, ty, value }
    }

    /// `check condition at place else message help advice`
    fn check(&mut self) -> Check {
        let start = self.bump().start;
        let condition = Arc::new(self.condition_on_line());
        let at = self.continuation(Kind::At);
        let (message, help) = self.message_and_help();
        Check { span: self.span_from(start), condition, at, message, help }
    }

    fn condition_on_line(&mut self) -> Expr {
        if self.kind_here() == Kind::End { self.missing_value("a condition") } else { self.expression() }
    }

    fn message_and_help(&mut self) -> (Option<Arc<Expr>>, Option<Arc<Expr>>) {
        let message = self.continuation(Kind::Else);
        let help = self.continuation(Kind::Help);
        (message, help)
    }

    /// The expression behind a word that continues the declaration, on this line or as the first of the next.
    fn continuation(&mut self, word: Kind) -> Option<Arc<Expr>> {
        let next = self.kind_behind();
        let item = next.is_assign() || next == Kind::LeftBrace;
        if self.failed || self.kind() != word || item {
            return None;
        }
        self.bump();
        Some(Arc::new(self.condition_on_line()))
    }

    /// `where condition else message help advice`, if it stands here.
    fn refinement(&mut self) -> Option<Refinement> {
        let start = self.token().start;
        let condition = self.continuation(Kind::Where)?;
        let (message, help) = self.message_and_help();
        Some(Refinement { span: self.span_from(start), condition, message, help })
    }

    /// `fn name(a: T) -> U = expr`
    fn function(&mut self) -> Function {
        let doc = self.doc();
        let start = self.bump().start;
        let name = self.lower_name("the name of the function");
        let mut parameters = Vec::new();
        if self.eat_here(Kind::LeftParen) {
            parameters = self.elements(Kind::RightParen, "`,` or `)`", |p| {
                p.check_lower(p.token());
                let name = p.any_name("the name of a parameter");
                if !p.eat_here(Kind::Colon) {
                    p.expected("`:` and the type of the parameter");
                }
                (name, p.type_on_line())
            });
        } else {
            self.expected("`(` and the parameters");
        }
        if !self.eat_here(Kind::Arrow) {
            self.expected("`->` and the type of the result");
        }
        let result = self.type_on_line();
        let value = match self.value() {
            Some(value) => value,
            None => {
                self.expected("`=` and the value of the function");
                Arc::new(self.error_expression(self.last_end()))
            }
        };
        Function { span: self.span_from(start), doc, name, parameters, result, value }
    }

    /// `type Name = T where rule`
    fn type_alias(&mut self) -> TypeAlias {
        let doc = self.doc();
        let start = self.bump().start;
        let name = self.type_name("the name of the type");
        if !self.eat_here(Kind::Assign) {
            self.expected("`=` and a type");
        }
        let ty = self.type_on_line();
        let refinement = self.refinement();
        TypeAlias { span: self.span_from(start), doc, name, ty, refinement }
    }

    /// `enum Name { a, b }`
    fn enumeration(&mut self) -> Enum {
        let doc = self.doc();
        let start = self.bump().start;
        let name = self.type_name("the name of the enum");
        let mut members = Vec::new();
        if self.kind_here() != Kind::LeftBrace {
            self.expected("`{` and the members of the enum");
            self.skip_to_brace();
        }
        if self.eat_here(Kind::LeftBrace) {
            members = self.elements(Kind::RightBrace, "`,`, a line break or `}`", |p| {
                p.check_lower(p.token());
                p.any_name("the name of a member")
            });
        }
        Enum { span: self.span_from(start), doc, name, members }
    }
}

/// How the head of a block goes on behind its keyword.
const ORDER_OF_A_HEAD: &str = "a head goes on with its labels, then `for x in xs by key`, then `if condition`, then `{`";

/// How a declaration is written that begins with a word of its own.
struct Form {
    /// What is missing behind the word.
    what: &'static str,
    /// The whole.
    written: &'static str,
}

/// The form of the declaration that a word begins.
fn form_of(kind: Kind) -> Option<&'static Form> {
    Some(match kind {
        Kind::Input => &Form { what: "the name of the input", written: "input name: Type" },
        Kind::Output => &Form { what: "the name of the output", written: "output name: Type" },
        Kind::Let => &Form { what: "a name", written: "let name = value" },
        Kind::Fn => &Form { what: "the name of the function", written: "fn name(x: Type) -> Type = value" },
        Kind::Type => &Form { what: "the name of the type", written: "type Name = Type" },
        Kind::Enum => &Form { what: "the name of the enum", written: "enum Name { a, b }" },
        Kind::For => &Form { what: "the name of an element", written: "for x in xs { … }" },
        _ => return None,
    })
}

/// Words that only go on with something.
fn continues(kind: Kind) -> bool {
    matches!(kind, Kind::Then | Kind::Else | Kind::Where | Kind::At | Kind::Help)
}
