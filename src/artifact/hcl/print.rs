//! From the tree to text, byte-equal to what `tofu fmt` and `terragrunt hcl fmt` leave unchanged.

use super::code::Code;
use super::flat::flat;
use super::layout::{breaks, heredoc_lines};
use super::{Block, Body, Expr, Item, List, Object, ObjectItem, Part, check};
use crate::artifact::Error;
use crate::base::Text;

/// The file.
pub fn print(body: &Body) -> Result<String, Error> {
    let mut code = Code::of_a_file();
    code.body(body, 0)?;
    Ok(code.finish())
}

/// One expression in one line.
pub fn print_expr(expr: &Expr) -> Result<String, Error> {
    Ok(flat(expr)?.finish())
}

/// What stands on lines of its own in a body or an object.
enum Line<'a> {
    Row(Row<'a>),
    Block(&'a Block),
    Comment(&'a Text),
    Blank,
}

/// `key = value`.
struct Row<'a> {
    key: Code,
    /// How the key is named in the path of an error.
    step: Text,
    value: &'a Expr,
    /// The value is printed over several lines.
    broken: bool,
    /// The row is not aligned with its neighbours: its value is broken, or its key has a `=` of its own.
    alone: bool,
}

impl<'a> Row<'a> {
    fn new(key: Code, step: Text, value: &'a Expr, level: usize) -> Result<Row<'a>, Error> {
        let column = 2 * level + key.width() + " = ".len();
        let broken = breaks(value, column, 0).map_err(|error| error.within(step.clone()))?;
        let alone = broken || key.assigns();
        Ok(Row { key, step, value: value.essence(), broken, alone })
    }
}

impl Code {
    fn body(&mut self, body: &Body, level: usize) -> Result<(), Error> {
        check::attributes(body)?;
        let lines: Result<Vec<Line>, Error> = body.items.iter().map(|item| body_line(item, level)).collect();
        self.lines(&lines?, level, body.spaced)
    }

    fn block(&mut self, block: &Block, level: usize) -> Result<(), Error> {
        self.indent(level);
        self.name(&block.kind)?;
        for label in &block.labels {
            self.syntax(" ");
            self.label(label)?;
        }
        if block.body.is_empty() {
            self.syntax(" {}\n");
            return Ok(());
        }
        self.syntax(" {\n");
        self.body(&block.body, level + 1)?;
        self.indent(level);
        self.syntax("}\n");
        Ok(())
    }

    /// Lines of a body or an object, their rows aligned in groups.
    fn lines(&mut self, lines: &[Line], level: usize, spaced: bool) -> Result<(), Error> {
        let mut group_end = 0;
        let mut key_width = 0;
        let mut previous: Option<&Line> = None;
        for (at, line) in lines.iter().enumerate() {
            if matches!(line, Line::Blank) {
                continue;
            }
            if previous.is_some_and(|previous| separated(previous, lines, at, spaced)) {
                self.syntax("\n");
            }
            match line {
                Line::Blank => {}
                Line::Comment(text) => self.comment(level, text),
                Line::Block(block) => {
                    let name = || block.labels.iter().fold(block.kind.to_string(), |name, label| name + " " + label);
                    self.block(block, level).map_err(|error| error.within(name()))?;
                }
                Line::Row(row) if row.alone => self.row(row, level, 0)?,
                Line::Row(row) => {
                    if at >= group_end {
                        (group_end, key_width) = group(lines, at);
                    }
                    self.row(row, level, key_width - row.key.width())?;
                }
            }
            previous = Some(line);
        }
        Ok(())
    }

    fn row(&mut self, row: &Row, level: usize, padding: usize) -> Result<(), Error> {
        self.indent(level);
        self.append(&row.key);
        self.spaces(padding);
        self.syntax(" = ");
        let printed = match row.value {
            Expr::Heredoc(parts) => self.heredoc(parts, level),
            value => self.value(value, level, row.broken),
        };
        printed.map_err(|error| error.within(row.step.clone()))?;
        self.syntax("\n");
        Ok(())
    }

    /// A value whose brackets close at `level`.
    fn value(&mut self, expr: &Expr, level: usize, broken: bool) -> Result<(), Error> {
        match expr.essence() {
            Expr::List(list) if broken => self.broken_list(list, level),
            Expr::Object(object) if broken => self.broken_object(object, level),
            Expr::For(comprehension) if broken => {
                let is_object = comprehension.result_key.is_some();
                self.syntax(if is_object { "{\n" } else { "[\n" });
                self.indent(level + 1);
                let mut head = Code::default();
                head.for_head(comprehension)?;
                let mut condition = Code::default();
                condition.for_condition(comprehension)?;
                self.append(&head);
                let column = 2 * (level + 1) + head.width();
                let broken = breaks(&comprehension.result, column, condition.width())?;
                if broken {
                    self.value(&comprehension.result, level + 1, true)?;
                } else {
                    self.for_result(comprehension)?;
                }
                self.append(&condition);
                self.syntax("\n");
                self.indent(level);
                self.syntax(if is_object { "}" } else { "]" });
                Ok(())
            }
            // A call breaks where its last argument does.
            Expr::Call { name, arguments, expand } if broken => {
                self.call_head(name, arguments)?;
                if let Some(last) = arguments.last() {
                    self.value(last, level, true)?;
                }
                self.call_tail(*expand);
                Ok(())
            }
            other => self.expr(other),
        }
    }

    fn broken_list(&mut self, list: &List, level: usize) -> Result<(), Error> {
        self.syntax("[\n");
        for (at, item) in list.items.iter().enumerate() {
            self.indent(level + 1);
            let print = |code: &mut Code| {
                let broken = breaks(item, 2 * (level + 1), ",".len())?;
                code.value(item, level + 1, broken)
            };
            print(self).map_err(|error| error.within(at.to_string()))?;
            self.syntax(",\n");
        }
        self.indent(level);
        self.syntax("]");
        Ok(())
    }

    fn broken_object(&mut self, object: &Object, level: usize) -> Result<(), Error> {
        check::entries(object)?;
        let lines: Result<Vec<Line>, Error> = object.items.iter().map(|item| object_line(item, level + 1)).collect();
        self.syntax("{\n");
        self.lines(&lines?, level + 1, object.spaced)?;
        self.indent(level);
        self.syntax("}");
        Ok(())
    }

    fn heredoc(&mut self, parts: &[Part], level: usize) -> Result<(), Error> {
        let Some((lines, delimiter)) = heredoc_lines(parts) else {
            return self.expr(&Expr::Template(parts.to_vec()));
        };
        self.syntax("<<-");
        self.syntax(delimiter);
        self.syntax("\n");
        for line in &lines {
            if !line.is_empty() {
                self.indent(level + 1);
            }
            for part in line {
                match part {
                    Part::Text(text) => self.heredoc_literal(text),
                    Part::Expr(expr) => self.interpolation(expr)?,
                }
            }
            self.syntax("\n");
        }
        self.indent(level);
        self.syntax(delimiter);
        Ok(())
    }
}

fn body_line(item: &Item, level: usize) -> Result<Line<'_>, Error> {
    Ok(match item {
        Item::Blank => Line::Blank,
        Item::Comment(text) => Line::Comment(text),
        Item::Block(block) => Line::Block(block),
        Item::Attribute(attribute) => {
            let mut key = Code::default();
            key.name(&attribute.name)?;
            Line::Row(Row::new(key, attribute.name.clone(), &attribute.value, level)?)
        }
    })
}

fn object_line(item: &ObjectItem, level: usize) -> Result<Line<'_>, Error> {
    Ok(match item {
        ObjectItem::Blank => Line::Blank,
        ObjectItem::Comment(text) => Line::Comment(text),
        ObjectItem::Entry(key, value) => {
            let mut code = Code::default();
            code.object_key(key)?;
            Line::Row(Row::new(code, check::step(key), value, level)?)
        }
    })
}

/// Whether a blank line stands between the line that was printed last and the one at `at`.
fn separated(previous: &Line, lines: &[Line], at: usize, spaced: bool) -> bool {
    let asked = matches!(lines[at - 1], Line::Blank);
    let large = |line: &Line| match line {
        Line::Block(_) => true,
        Line::Row(row) => spaced && row.broken,
        Line::Comment(_) | Line::Blank => false,
    };
    // A comment belongs to what follows it: the blank line that this needs stands above the comment.
    let subject = lines[at..].iter().find(|line| !matches!(line, Line::Comment(_)));
    let commented = matches!(previous, Line::Comment(_));
    asked || large(previous) || !commented && subject.is_some_and(large)
}

/// Where the group of aligned rows that starts at `start` ends, and the width of its widest key.
fn group(lines: &[Line], start: usize) -> (usize, usize) {
    let widths = lines[start..].iter().map_while(|line| match line {
        Line::Row(row) if !row.alone => Some(row.key.width()),
        _ => None,
    });
    widths.fold((start, 0), |(end, widest), width| (end + 1, widest.max(width)))
}

#[cfg(test)]
mod tests {
    use crate::artifact::hcl::{Body, Expr, List, Object, print};

    #[test]
    fn rows_are_aligned_with_rows_of_one_line() {
        let lines = List::new([1]).lines();
        let body = || {
            Body::new()
                .attribute("a", 1)
                .attribute("bb", lines.clone())
                .attribute("ccc", 2)
                .attribute("d", 3)
                .comment("e")
                .attribute("ffff", 4)
        };
        insta::assert_snapshot!(print(&body()).unwrap(), @r"
        a = 1
        bb = [
          1,
        ]
        ccc = 2
        d   = 3
        # e
        ffff = 4
        ");
        insta::assert_snapshot!(print(&body().spaced()).unwrap(), @r"
        a = 1

        bb = [
          1,
        ]

        ccc = 2
        d   = 3
        # e
        ffff = 4
        ");
        let commented = Body::new().attribute("a", 1).comment("b").comment("c").attribute("d", lines).comment("e").spaced();
        insta::assert_snapshot!(print(&commented).unwrap(), @r"
        a = 1

        # b
        # c
        d = [
          1,
        ]

        # e
        ");
        let long = Body::new().attribute("a", "x".repeat(120)).attribute("bb", 1);
        assert!(print(&long).unwrap().starts_with("a  = "));
    }

    #[test]
    fn a_key_with_an_assignment_stands_alone() {
        let key = Expr::from(Object::new().with("k", 1));
        let object = Object::new().with("a", 1).with(key, 2).with("bb", 3).lines();
        insta::assert_snapshot!(print(&Body::new().attribute("o", object)).unwrap(), @r"
        o = {
          a = 1
          ({ k = 1 }) = 2
          bb = 3
        }
        ");
    }

    #[test]
    fn bodies_are_built_of_bodies() {
        let mut body = Body::new().maybe("a", Some(1)).maybe("b", None::<i64>).blank().blank();
        body.append(Body::new().attribute("c", 2).blank());
        body = body.nested("d", Body::new().blank()).block("e", ["f"], Body::new().comment("g"));
        assert_eq!(print(&body).unwrap(), "a = 1\n\nc = 2\n\nd {}\n\ne \"f\" {\n  # g\n}\n");
        let error = print(&Body::new().block("e", ["f"], Body::new().attribute("g", f64::NAN))).unwrap_err();
        assert_eq!(error.path, ["e f", "g"]);
    }
}
