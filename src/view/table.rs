//! A table as data, and its forms: aligned text, Markdown, CSV and JSON.

use crate::base::Text;
use serde_json::{Map, Value};

/// The forms of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Aligned columns for people.
    Text,
    /// A table in Markdown.
    Markdown,
    /// Values between commas, as RFC 4180 has it.
    Csv,
    /// A list of objects.
    Json,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns, in lower case with `_` between words.
    pub columns: Vec<Text>,
    /// The rows: as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// A text; nothing is said where it is empty.
    Text(Text),
    /// A number.
    Number(usize),
    /// Yes or no.
    Flag(bool),
    /// Several texts.
    List(Vec<Text>),
}

impl From<&Text> for Cell {
    fn from(text: &Text) -> Cell {
        Cell::Text(text.clone())
    }
}

impl From<Text> for Cell {
    fn from(text: Text) -> Cell {
        Cell::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.into())
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Cell {
        Cell::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Cell {
        Cell::Flag(flag)
    }
}

impl From<Vec<Text>> for Cell {
    fn from(list: Vec<Text>) -> Cell {
        Cell::List(list)
    }
}

impl Cell {
    fn said(&self) -> String {
        match self {
            Cell::Text(text) => text.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Cell::List(list) => list.join(", "),
        }
    }

    fn json(&self) -> Value {
        match self {
            Cell::Text(text) => Value::from(text.as_str()),
            Cell::Number(number) => Value::from(*number),
            Cell::Flag(flag) => Value::from(*flag),
            Cell::List(list) => list.iter().map(|text| text.as_str()).collect(),
        }
    }
}

impl Table {
    /// A table without rows.
    pub fn new<C: Into<Text>>(columns: impl IntoIterator<Item = C>) -> Table {
        Table { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// The table in a form, with a line break at its end.
    pub fn print(&self, format: TableFormat) -> String {
        match format {
            TableFormat::Text => self.text(),
            TableFormat::Markdown => self.markdown(),
            TableFormat::Csv => self.csv(),
            TableFormat::Json => format!("{:#}\n", self.json()),
        }
    }

    /// The rows as objects.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Cell>| {
            Value::Object(self.columns.iter().zip(row).map(|(name, cell)| (name.to_string(), cell.json())).collect::<Map<_, _>>())
        };
        self.rows.iter().map(object).collect()
    }

    fn text(&self) -> String {
        let heads: Vec<String> = self.columns.iter().map(|name| name.replace('_', " ").to_uppercase()).collect();
        let rows: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(|cell| one_line(&cell.said())).collect()).collect();
        let widths: Vec<usize> = (0..heads.len())
            .map(|at| rows.iter().map(|row| row[at].chars().count()).chain([heads[at].chars().count()]).max().unwrap_or(0))
            .collect();
        let mut text = String::new();
        for row in std::iter::once(&heads).chain(&rows) {
            let cells = row.iter().enumerate().map(|(at, cell)| match self.rows.first().map(|row| &row[at]) {
                Some(Cell::Number(_)) => format!("{cell:>width$}", width = widths[at]),
                _ => format!("{cell:<width$}", width = widths[at]),
            });
            text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            text.push('\n');
        }
        text
    }

    fn markdown(&self) -> String {
        let cell = |text: &str| {
            one_line(text)
                .replace('\\', "\\\\")
                .replace('|', "\\|")
                .replace('<', "&lt;")
                .replace('*', "\\*")
                .replace('_', "\\_")
                .replace('`', "\\`")
        };
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut text = line(self.columns.iter().map(|name| name.replace('_', " ")).collect());
        text.push_str(&line(self.columns.iter().map(|_| "---".to_owned()).collect()));
        for row in &self.rows {
            text.push_str(&line(row.iter().map(|value| cell(&value.said())).collect()));
        }
        text
    }

    fn csv(&self) -> String {
        let cell = |text: String| match text.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text,
        };
        let mut text = format!("{}\n", self.columns.join(","));
        for row in &self.rows {
            text.push_str(&row.iter().map(|value| cell(value.said())).collect::<Vec<_>>().join(","));
            text.push('\n');
        }
        text
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::{Cell, Table, TableFormat};

    fn table() -> Table {
        let mut table = Table::new(["name", "open_to", "hosts", "public"]);
        table.row([Cell::from("web|eu"), vec!["a".into(), "b \"c\"".into()].into(), 12.into(), true.into()]);
        table.row([Cell::from("mgmt"), vec![].into(), 3.into(), false.into()]);
        table
    }

    #[test]
    fn every_form_holds_every_cell() {
        assert_eq!(
            table().print(TableFormat::Text),
            "NAME    OPEN TO   HOSTS  PUBLIC\nweb|eu  a, b \"c\"     12  yes\nmgmt                  3  no\n"
        );
        assert_eq!(
            table().print(TableFormat::Markdown),
            "| name | open to | hosts | public |\n| --- | --- | --- | --- |\n| web\\|eu | a, b \"c\" | 12 | yes |\n| mgmt |  | 3 | no |\n"
        );
        assert_eq!(table().print(TableFormat::Csv), "name,open_to,hosts,public\nweb|eu,\"a, b \"\"c\"\"\",12,yes\nmgmt,,3,no\n");
        assert_eq!(table().json()[0], serde_json::json!({ "name": "web|eu", "open_to": ["a", "b \"c\""], "hosts": 12, "public": true }));
    }

    #[test]
    fn without_rows_there_are_columns() {
        let empty = Table::new(["name"]);
        assert_eq!(empty.print(TableFormat::Text), "NAME\n");
        assert_eq!(empty.print(TableFormat::Json), "[]\n");
    }
}
