//! One arm for each form of expression.

use super::foreign::foreign;
use super::limits::{Beyond, MAX_DEPTH, MAX_STEPS, MAX_TEXT, MAX_VALUE};
use super::{Evaluated, Locals, Scope, Stop, effort, fields, functions, operators, text_of};
use crate::base::{Ports, Span, Text, similar};
use crate::diag::{Code, Diagnostic};
use crate::hir::{self, ExprKind, Part};
use crate::value::{Entries, Residual, Value};

pub(super) struct Evaluator<'a> {
    pub scope: &'a mut dyn Scope,
    pub locals: &'a mut Locals,
}

impl Evaluator<'_> {
    pub(super) fn expr(&mut self, expr: &hir::Expr) -> Evaluated {
        let entered = self.scope.work().enter();
        entered.map_err(|beyond| self.exceeds(beyond, expr.span))?;
        let value = self.form(expr);
        self.scope.work().leave();
        let value = value?;
        // What a name stands for was made elsewhere.
        let is_made = match &expr.kind {
            ExprKind::Local(_) | ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Maybe(..) | ExprKind::Literal(_) => false,
            ExprKind::List(list) => list.constant().is_none(),
            _ => true,
        };
        if is_made {
            self.hold(&value, expr.span)?;
        }
        Ok(value)
    }

    /// Says which limit is exceeded, once.
    pub(super) fn exceeds(&mut self, beyond: Beyond, span: Span) -> Stop {
        let (message, help) = match beyond {
            Beyond::Told => return Stop,
            Beyond::Depth => (
                format!("more than {MAX_DEPTH} expressions need each other in a row"),
                "shorten the chain of functions and `let`s that leads here",
            ),
            Beyond::Steps => {
                (format!("the evaluation takes more than {MAX_STEPS} steps"), "go through fewer elements, or make the values smaller")
            }
            Beyond::Value => (
                format!("a value has more than {MAX_VALUE} parts or {MAX_TEXT} bytes of text, or nests deeper than {MAX_DEPTH}"),
                "make several smaller ones of it",
            ),
        };
        self.stop(Diagnostic::error(Code::LimitExceeded, span, message).help(help))
    }

    pub(super) fn hold(&mut self, value: &Value, span: Span) -> Result<(), Stop> {
        let held = self.scope.work().hold(value);
        held.map_err(|beyond| self.exceeds(beyond, span))
    }

    pub(super) fn put(&mut self, value: &Value, room: &mut u64, span: Span) -> Result<(), Stop> {
        let put = self.scope.work().put(value, room);
        put.map_err(|beyond| self.exceeds(beyond, span))
    }

    pub(super) fn take(&mut self, steps: u64, span: Span) -> Result<(), Stop> {
        let taken = self.scope.work().take(steps);
        taken.map_err(|beyond| self.exceeds(beyond, span))
    }

    fn form(&mut self, expr: &hir::Expr) -> Evaluated {
        match &expr.kind {
            ExprKind::Literal(literal) => Ok(hir::value_of(literal)),
            ExprKind::Template(parts) => self.template(parts),
            // A place that nobody filled: there is no value, and no other one in its place.
            ExprKind::Local(place) => match self.locals.get(place.0 as usize) {
                Some(value) => Ok(value.clone()),
                None => Err(self.stop(
                    Diagnostic::error(
                        Code::EvaluationFailed,
                        expr.span,
                        "this is known where it stands alone, and something else reads it",
                    )
                    .help("the checker should have said so: report it as a mistake of infrac"),
                )),
            },
            ExprKind::Word(word) => Ok(Value::Text(word.clone())),
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Member(base, field) => {
                let base = self.expr(base)?;
                self.member(&base, field)
            }
            ExprKind::Maybe(base, field) => match self.expr(base)? {
                Value::None => Ok(Value::None),
                // Whether it is there, the tool will know.
                base @ Value::Residual(_) => {
                    let absent = operators::binary(hir::Binary::Equal, base.clone(), Value::None, expr.span);
                    let absent = absent.map_err(|diagnostic| self.stop(*diagnostic))?;
                    let field = self.member(&base, field)?;
                    match absent {
                        Value::Bool(true) => Ok(Value::None),
                        Value::Bool(false) => Ok(field),
                        absent => Ok(foreign([&absent]).unwrap_or_else(|| Value::residual(Residual::If(absent, Value::None, field)))),
                    }
                }
                base => self.member(&base, field),
            },
            ExprKind::Index(base, index) => {
                let (of, at) = (self.expr(base)?, self.expr(index)?);
                if let (ExprKind::Member(product, field), Value::Map(map), Some(key)) = (&base.kind, &of, text_of(&at))
                    && product.as_name().is_some_and(|name| name == "product")
                    && !map.contains_key(&key)
                    && let Some(said) = self.scope.said_of_product(&field.text)
                {
                    // Whoever asks for it: the map is what lacks it.
                    let message = format!("`{}` has no entry `{key}`", field.text);
                    return Err(self.stop(Diagnostic::error(Code::EvaluationFailed, said, message).help(format!("add `{key} = …` to it"))));
                }
                self.index(of, at, index.span)
            }
            ExprKind::Call(function, arguments) => self.call(function, arguments, expr.span),
            ExprKind::List(elements) => {
                if let Some(constant) = elements.constant() {
                    return Ok(constant.clone());
                }
                let mut room = MAX_VALUE;
                let mut values = Vec::with_capacity(elements.len());
                for element in elements {
                    let value = self.expr(element)?;
                    self.put(&value, &mut room, element.span)?;
                    values.push(value);
                }
                Ok(Value::list(values))
            }
            ExprKind::Map(entries) => {
                let mut map = Entries::with_capacity(entries.len());
                let mut room = MAX_VALUE;
                for (key, expr) in entries {
                    let value = self.expr(expr)?;
                    self.put(&value, &mut room, expr.span)?;
                    map.insert(key.text.clone(), value);
                }
                Ok(Value::Map(map.into()))
            }
            ExprKind::For(comprehension) => self.comprehension(comprehension),
            ExprKind::Unary(operator, operand) => {
                let value = self.expr(operand)?;
                operators::unary(*operator, value, expr.span).map_err(|diagnostic| self.stop(*diagnostic))
            }
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right, expr.span),
            ExprKind::Sum(name, operator, left, right) => self.sum(name, *operator, [left, right], expr.span),
            ExprKind::If(condition, yes, no) => match self.expr(condition)? {
                Value::Bool(true) => self.expr(yes),
                Value::Bool(false) => self.expr(no),
                condition => {
                    let (yes, no) = (self.expr(yes)?, self.expr(no)?);
                    Ok(foreign([&condition]).unwrap_or_else(|| Value::residual(Residual::If(condition, yes, no))))
                }
            },
            ExprKind::Match(subject, arms) => {
                let subject = self.expr(subject)?;
                self.arms(&subject, arms, expr.span)
            }
            ExprKind::Error => Err(Stop),
        }
    }

    /// Reports and stops.
    pub(super) fn stop(&mut self, diagnostic: Diagnostic) -> Stop {
        self.scope.report(diagnostic);
        Stop
    }

    fn name(&mut self, name: &hir::FreeName, span: Span) -> Evaluated {
        let found = match self.scope.meaning(name) {
            hir::Meaning::Word => Some(Ok(Value::Text(name.text.clone()))),
            hir::Meaning::Protocol => Ports::bare(&name.text).map(|ports| Ok(Value::Port(ports))),
            hir::Meaning::Definition(keyword) => Some(Ok(Value::Definition(keyword, name.text.clone()))),
            hir::Meaning::Place(place) => self.scope.name(&name.text, place, span),
            hir::Meaning::Lists | hir::Meaning::Undecided => None,
        };
        found.unwrap_or_else(|| {
            Err(self.stop(
                Diagnostic::error(Code::UnknownName, span, format!("nothing says what `{}` means here", name.text))
                    .help("the checker should have said so: report it as a mistake of infrac"),
            ))
        })
    }

    pub(super) fn template(&mut self, parts: &[Part]) -> Evaluated {
        if let [Part::Text(text)] = parts {
            return Ok(Value::Text(text.clone()));
        }
        let mut values: Vec<Value> = Vec::new();
        // The text behind them, as far as it is put together.
        let mut text: Option<String> = None;
        for part in parts {
            match part {
                Part::Text(part) => text.get_or_insert_default().push_str(part),
                Part::Expr(expr) => {
                    let value = self.expr(expr)?;
                    if matches!(value, Value::Residual(_)) {
                        values.extend(text.take().map(Value::text));
                        self.hold(&value, expr.span)?;
                        values.push(value);
                        continue;
                    }
                    match (&value, text_of(&value)) {
                        (_, Some(part)) => {
                            let text = text.get_or_insert_default();
                            // What is longer than a text may be is not put together first.
                            let held = self.scope.work().hold_text(text.len() + part.len());
                            held.map_err(|beyond| self.exceeds(beyond, expr.span))?;
                            text.push_str(&part);
                        }
                        (Value::Secret(_), None) => {
                            return Err(self.stop(
                                Diagnostic::error(Code::SecretExposed, expr.span, "a secret would become part of a text")
                                    .help("pass the secret itself, by an attribute of its own: only its reference may travel"),
                            ));
                        }
                        _ => {
                            return Err(self.stop(
                                Diagnostic::error(Code::TypeMismatch, expr.span, "only text, numbers, words and addresses fit into a text")
                                    .help("name the field that is meant, or `join` a list"),
                            ));
                        }
                    }
                }
            }
        }
        values.extend(text.map(Value::text));
        if let Some(foreign) = foreign(&values) {
            return Ok(foreign);
        }
        match values.as_slice() {
            [] => Ok(Value::text("")),
            [Value::Text(text)] => Ok(Value::Text(text.clone())),
            _ => Ok(Value::residual(Residual::Template(values))),
        }
    }

    pub(super) fn member(&mut self, base: &Value, field: &hir::Name) -> Evaluated {
        match base {
            Value::Map(map) => match map.get(&field.text) {
                Some(value) => Ok(value.clone()),
                None => {
                    if let Some(message) = fields::numberless(map, &field.text) {
                        let help = "ask `single` before, or read `first` and `last` of what it `listens` on";
                        return Err(self.stop(Diagnostic::error(Code::EvaluationFailed, field.span, message).help(help)));
                    }
                    let known: Vec<&str> = map.keys().map(Text::as_str).collect();
                    let nearest = similar::nearest(&field.text, known.iter().copied());
                    let mut diagnostic = Diagnostic::error(Code::UnknownField, field.span, format!("there is no field `{}`", field.text));
                    diagnostic = match nearest {
                        Some(nearest) => {
                            diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), field.span, nearest)
                        }
                        None => diagnostic.help(format!("there are {}", listed(&known))),
                    };
                    Err(self.stop(diagnostic))
                }
            },
            Value::Instance(_) | Value::Definition(..) | Value::Residual(_) => self.scope.member(base, field),
            Value::None => Err(self.stop(
                Diagnostic::error(Code::OptionalValue, field.span, format!("`{}` is asked of something that is absent", field.text))
                    .help("give it a value with `??`, or ask only where it is there"),
            )),
            value => match fields::field(value, &field.text) {
                Some(found) => Ok(found),
                None => match fields::lacking(value, &field.text) {
                    Some(instead) => {
                        let message = format!("`{}` has no `{}`", text_of(value).unwrap_or_default(), field.text);
                        Err(self.stop(Diagnostic::error(Code::EvaluationFailed, field.span, message).help(instead)))
                    }
                    None => {
                        Err(self.stop(Diagnostic::error(Code::UnknownField, field.span, format!("there is no field `{}`", field.text))))
                    }
                },
            },
        }
    }

    fn index(&mut self, base: Value, at: Value, span: Span) -> Evaluated {
        if let Some(foreign) = foreign([&base, &at]) {
            return Ok(foreign);
        }
        match (&base, &at) {
            (Value::List(list), Value::Int(index)) => match usize::try_from(*index).ok().and_then(|index| list.get(index)) {
                Some(value) => Ok(value.clone()),
                None => Err(self.stop(Diagnostic::error(
                    Code::EvaluationFailed,
                    span,
                    format!("there is no element {index}: the list has {}", list.len()),
                ))),
            },
            (Value::Map(map), at) => match text_of(at).filter(|_| !matches!(at, Value::Residual(_))) {
                Some(key) => match map.get(&key) {
                    Some(value) => {
                        self.take(key.len() as u64 / 16, span)?;
                        Ok(value.clone())
                    }
                    None => {
                        let known: Vec<&str> = map.keys().map(Text::as_str).collect();
                        Err(self.stop(
                            Diagnostic::error(Code::EvaluationFailed, span, format!("there is no entry `{key}`"))
                                .help(format!("there are {}", listed(&known))),
                        ))
                    }
                },
                None => Ok(Value::residual(Residual::Index(base.clone(), at.clone()))),
            },
            (Value::Residual(_), _) | (Value::List(_), Value::Residual(_)) => Ok(Value::residual(Residual::Index(base, at))),
            _ => Err(self.stop(Diagnostic::error(Code::TypeMismatch, span, "only lists and maps have elements"))),
        }
    }

    fn call(&mut self, callee: &hir::Callee, arguments: &[hir::Argument], span: Span) -> Evaluated {
        let function = &callee.name;
        let mut values = Vec::with_capacity(arguments.len());
        let mut room = MAX_VALUE;
        for argument in arguments {
            let value = self.expr(&argument.value)?;
            self.put(&value, &mut room, argument.value.span)?;
            values.push(value);
        }
        if let Some(declared) = callee.declared.and_then(|id| self.scope.function(id)) {
            return self.declared(&declared, arguments, values, span);
        }
        let Some(builtin) = functions::find(&function.text) else {
            let known = functions::all().map(|function| function.name);
            let mut diagnostic =
                Diagnostic::error(Code::UnknownFunction, function.span, format!("there is no function `{}`", function.text));
            if let Some(nearest) = similar::nearest(&function.text, known) {
                diagnostic =
                    diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), function.span, nearest);
            }
            return Err(self.stop(diagnostic));
        };
        let Some(values) = in_places(builtin, arguments, values) else {
            return Err(self.stop(
                Diagnostic::error(Code::UnknownFunction, span, format!("`{}` does not take these arguments", function.text))
                    .help(format!("it is `{}`", builtin.signature())),
            ));
        };
        if let Some(foreign) = foreign(&values) {
            return Ok(foreign);
        }
        let held = self.scope.work().hold_all(&values);
        let weight = held.map_err(|beyond| self.exceeds(beyond, span))?;
        let effort = effort::of_call(builtin.name, &values, weight, self.scope.work());
        self.take(effort, span)?;
        let Some(evaluate) = builtin.evaluate else { return self.scope.call(function, &values, span) };
        if values.iter().all(Value::is_known) {
            return evaluate(&values)
                .map_err(|why| self.stop(Diagnostic::error(Code::EvaluationFailed, span, format!("`{}` failed: {why}", function.text))));
        }
        // Where the elements are for a tool to know, how many there are and in which order is known all the same.
        let structural = matches!(
            function.text.as_str(),
            "length" | "indexes" | "concat" | "flatten" | "merge" | "keys" | "values" | "first" | "last" | "reverse"
        );
        let residual = |value: &Value| matches!(value, Value::Residual(_));
        let nested = function.text == "flatten";
        let opaque = |value: &Value| residual(value) || nested && value.as_list().is_some_and(|list| list.iter().any(residual));
        if structural
            && !values.iter().any(opaque)
            && let Ok(value) = evaluate(&values)
        {
            return Ok(value);
        }
        Ok(Value::residual(Residual::Call(function.text.clone(), values)))
    }

    fn declared(&mut self, function: &hir::Function, arguments: &[hir::Argument], values: Vec<Value>, span: Span) -> Evaluated {
        let mut locals = Locals::with_capacity(values.len());
        for (at, value) in values.into_iter().enumerate() {
            let place = arguments.get(at).map_or(span, |argument| argument.value.span);
            locals.push(match function.parameters.get(at) {
                Some((name, ty)) => self.typed(value, ty, Some(name), place)?,
                None => value,
            });
        }
        let value = Evaluator { scope: self.scope, locals: &mut locals }.expr(&function.value)?;
        self.typed(value, &function.result, None, span)
    }

    fn binary(&mut self, operator: hir::Binary, left: &hir::Expr, right: &hir::Expr, span: Span) -> Evaluated {
        let first = self.expr(left)?;
        match (operator, &first) {
            (hir::Binary::And, Value::Bool(false)) | (hir::Binary::Or, Value::Bool(true)) => return Ok(first),
            (hir::Binary::Default, Value::None) => return self.expr(right),
            (hir::Binary::Default, value) if !matches!(value, Value::Residual(_)) => return Ok(first),
            _ => {}
        }
        if let (hir::Binary::In, Value::Text(text), ExprKind::List(list)) = (operator, &first, &right.kind)
            && let Some(texts) = list.texts()
        {
            self.take(1 + text.len() as u64 / 16, right.span)?;
            return Ok(Value::Bool(texts.contains(text)));
        }
        let second = self.expr(right)?;
        self.take(effort::of_operator(operator, &first, &second), span)?;
        operators::binary(operator, first, second, span).map_err(|diagnostic| self.stop(*diagnostic))
    }

    /// Two numbers, or two lists: a tool needs to know which.
    fn sum(&mut self, name: &hir::FreeName, operator: hir::Binary, [left, right]: [&hir::Expr; 2], span: Span) -> Evaluated {
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        self.take(effort::of_operator(operator, &left, &right), span)?;
        if self.scope.meaning(name) == hir::Meaning::Lists
            && let Some(lists) = operators::lists(operator, &left, &right)
        {
            return Ok(lists);
        }
        operators::binary(operator, left, right, span).map_err(|diagnostic| self.stop(*diagnostic))
    }

    fn arms(&mut self, subject: &Value, arms: &[hir::Arm], span: Span) -> Evaluated {
        for (index, arm) in arms.iter().enumerate() {
            let Some(pattern) = &arm.pattern else { return self.expr(&arm.value) };
            let pattern = self.expr(pattern)?;
            self.take(effort::of_operator(hir::Binary::Equal, subject, &pattern), span)?;
            match operators::equal(subject, &pattern) {
                Some(true) => return self.expr(&arm.value),
                Some(false) => {}
                None => {
                    let condition = Value::residual(Residual::Binary(crate::value::Operator::Equal, subject.clone(), pattern));
                    if let Some(foreign) = foreign([subject]) {
                        return Ok(foreign);
                    }
                    let yes = self.expr(&arm.value)?;
                    if index + 1 == arms.len() {
                        return Ok(yes);
                    }
                    let no = self.arms(subject, &arms[index + 1..], span)?;
                    return Ok(Value::residual(Residual::If(condition, yes, no)));
                }
            }
        }
        let what = text_of(subject).unwrap_or_default();
        Err(self.stop(Diagnostic::error(Code::NotExhaustive, span, format!("no arm matches `{what}`")).help("add it, or an arm `_ => …`")))
    }
}

/// The arguments in the order of the parameters; one that is not given is absent.
fn in_places(function: &functions::Function, arguments: &[hir::Argument], mut values: Vec<Value>) -> Option<Vec<Value>> {
    let fixed = function.parameters.iter().filter(|parameter| parameter.many != functions::Many::Rest).count();
    let is_whole = values.len() == fixed && fixed == function.parameters.len();
    if is_whole && arguments.iter().all(|argument| argument.name.is_none()) {
        return Some(values);
    }
    let names: Vec<Option<&str>> = arguments.iter().map(|argument| argument.name.as_ref().map(|name| name.text.as_str())).collect();
    let places = function.arrange(&names).ok()?;
    let length = places.iter().map(|place| place + 1).max().unwrap_or(0);
    let mut arranged = vec![Value::None; length.max(fixed)];
    for (place, value) in places.into_iter().zip(values.drain(..)) {
        arranged[place] = value;
    }
    Some(arranged)
}

/// `a`, `b` and `c`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => "none".to_owned(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().take(12).map(|word| format!("`{word}`")).collect();
            format!("{} and `{last}`", first.join(", "))
        }
    }
}
