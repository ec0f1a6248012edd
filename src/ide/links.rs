//! What leads out of a text: codes of findings, files that are read, addresses of the web.

use super::Analysis;
use super::node::Node;
use crate::base::{FileId, Span, Text};
use crate::diag::Code;
use crate::syntax::ast;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The page of a code.
    Code(&'static str),
    /// A file of the project, by its path.
    File(Text),
    /// An address.
    Url(String),
}

/// The links of a text, in the order of their places.
pub fn links(analysis: Analysis<'_>, file: FileId) -> Vec<(Span, Target)> {
    let Some(tree) = analysis.tree(file) else { return Vec::new() };
    let mut found = Vec::new();
    for comment in &tree.comments {
        let text = analysis.workspace().text(comment.span);
        for (at, word) in words(text) {
            let span = Span::new(file, comment.span.start + at as u32, comment.span.start + (at + word.len()) as u32);
            let code = word.trim_end_matches(|c: char| !c.is_ascii_digit());
            if let Some(code) = Code::ALL.iter().find(|known| known.id() == code) {
                found.push((Span { end: span.start + code.id().len() as u32, ..span }, Target::Code(code.id())));
            } else if let Some(url) = url(word) {
                found.push((Span { end: span.start + url.len() as u32, ..span }, Target::Url(url.to_owned())));
            }
        }
    }
    let folder = analysis.path(file).rsplit_once('/').map_or("", |(folder, _)| folder);
    tree.items.iter().for_each(|item| {
        Node::Item(item).walk(&mut |node| {
            let Node::Expr(expr) = node else { return };
            match &expr.kind {
                ast::ExprKind::Call(name, arguments) if name.text == "file" => {
                    let Some(ast::Expr { span, kind: ast::ExprKind::Template(parts) }) = arguments.first().map(|of| &of.value) else {
                        return;
                    };
                    if let [ast::Part::Text(path)] = parts.as_slice() {
                        let path = if folder.is_empty() { path.clone() } else { Text::from(format!("{folder}/{path}")) };
                        found.push((inside(*span), Target::File(path)));
                    }
                }
                ast::ExprKind::Template(parts) => {
                    if let [ast::Part::Text(text)] = parts.as_slice()
                        && url(text) == Some(text)
                    {
                        found.push((inside(expr.span), Target::Url(text.to_string())));
                    }
                }
                _ => {}
            }
        });
    });
    found.sort_by_key(|(span, _)| *span);
    found
}

/// A string without its quotes.
fn inside(span: Span) -> Span {
    Span { start: span.start + 1, end: span.end.saturating_sub(1).max(span.start + 1), ..span }
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(move |word| {
        let word = word.trim_matches(['`', '(', ')', '<', '>', '"', '#']);
        (word.as_ptr() as usize - text.as_ptr() as usize, word)
    })
}

/// The address that a word begins with.
fn url(word: &str) -> Option<&str> {
    let rest = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://"))?;
    let end = word.trim_end_matches(['.', ',', ';', ':', ')']);
    (!rest.is_empty() && end.chars().all(|c| c.is_ascii_graphic())).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PRODUCT, project};
    use super::*;

    #[test]
    fn codes_files_and_addresses_are_links() {
        let own = "# See `IC0404`, and https://example.com/a.\ndefine service own {\n  install {\n    file \"/x\" { content = file(\"own.sh\") }\n  }\n  let at = \"https://example.com/b\"\n}\n";
        let project = project(&[("inventory/acme/product.infra", PRODUCT), ("library/own.infra", own)]);
        let (file, _) = project.session.workspace().find("library/own.infra").expect("the file");
        let found = links(project.analysis(), file);
        let shown: Vec<(&str, &Target)> = found.iter().map(|(span, to)| (project.session.workspace().text(*span), to)).collect();
        assert_eq!(
            shown,
            [
                ("IC0404", &Target::Code("IC0404")),
                ("https://example.com/a", &Target::Url("https://example.com/a".to_owned())),
                ("own.sh", &Target::File("library/own.sh".into())),
                ("https://example.com/b", &Target::Url("https://example.com/b".to_owned())),
            ]
        );
    }
}
