//! The text of a template file: literal text, expressions and tags.

use crate::target::ansible::jinja::Jinja;

/// A template under construction.
#[derive(Clone, Debug, Default)]
pub struct Template {
    text: String,
}

impl Template {
    /// The finished text.
    pub fn finish(self) -> String {
        self.text
    }

    /// Text that stands in the file as it is.
    pub fn raw(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = ["{{", "{%", "{#"].iter().filter_map(|start| rest.find(start)).min() {
            self.text.push_str(&rest[..at]);
            self.text.push_str(&Jinja::literal(&rest[at..at + 2]).braced());
            rest = &rest[at + 2..];
        }
        self.text.push_str(rest);
    }

    /// Text whose expressions stand in braces already, as `lower::text` makes it.
    pub fn made(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A line break.
    pub fn line_end(&mut self) {
        self.text.push('\n');
    }

    /// Spaces for a level.
    pub fn indent(&mut self, level: usize) {
        self.text.extend(std::iter::repeat_n("  ", level));
    }

    /// `{{ expression }}`
    pub fn expression(&mut self, expression: &Jinja) {
        // A brace before those of the expression would join them.
        if self.text.ends_with('{') {
            self.text.pop();
            self.text.push_str("{{ '{' }}");
        }
        self.text.push_str(&expression.braced());
    }

    /// `{% for name in source if condition %}` on a line of its own, which leaves nothing in the file.
    pub fn begin(&mut self, name: &str, source: &Jinja, condition: Option<&Jinja>) {
        self.text.push_str("{% for ");
        self.text.push_str(name);
        self.text.push_str(" in ");
        self.text.push_str(source.as_str());
        if let Some(condition) = condition {
            self.text.push_str(" if ");
            self.text.push_str(condition.as_str());
        }
        self.text.push_str(" %}\n");
    }

    /// `{% endfor %}`
    pub fn end(&mut self) {
        self.text.push_str("{% endfor %}\n");
    }

    /// The comment that every managed file begins with.
    pub fn managed(&mut self, mark: &str) {
        self.text.push_str(mark);
        self.text.push_str(" {{ ansible_managed }}\n");
    }
}
