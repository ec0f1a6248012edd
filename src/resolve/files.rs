//! `file("name")`: the text of a file that lies beside the source, put in the place of the call.

use crate::base::{Span, Text, Workspace, similar, text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::syntax::ast::{Argument, ExprKind, Part};

/// What is called to read a file.
pub(super) const FUNCTION: &str = "file";

/// The files that an expression may read.
pub(super) struct Files<'f> {
    pub workspace: &'f Workspace,
    pub found: &'f mut Diagnostics,
}

impl Files<'_> {
    /// The text of the file that a call names, with line feeds alone; nothing where there is none, which is told.
    pub(super) fn text(&mut self, call: Span, arguments: &[Argument]) -> Option<Text> {
        let Some((name, span)) = written_out(arguments) else {
            let message = "the file that is read must be written out: it is read before anything is evaluated";
            self.found.push(Diagnostic::error(Code::UnknownFunction, call, message).help("write `file(\"name\")`"));
            return None;
        };
        let source = &self.workspace.file(call.file).path;
        let folder = source.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = if folder.is_empty() { name.clone() } else { text!("{folder}/{name}") };
        if let Some((_, file)) = self.workspace.find(&path).filter(|_| is_beside(&name)) {
            return Some(file.text.replace("\r\n", "\n").into());
        }
        let diagnostic = Diagnostic::error(Code::UnknownName, span, format!("there is no text file `{name}` beside `{source}`"));
        let beside = self.workspace.files().filter_map(|(_, file)| {
            let (of, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            (of == folder && !name.ends_with(".infra")).then_some(name)
        });
        self.found.push(match similar::nearest(&name, beside) {
            Some(nearest) => {
                diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `\"{nearest}\"`"), span, format!("\"{nearest}\""))
            }
            None => diagnostic
                .help("put it there: a file is read from the folder of the source, in a folder that `library` of infra.toml names"),
        });
        None
    }
}

/// The name of the file, and where it stands.
fn written_out(arguments: &[Argument]) -> Option<(Text, Span)> {
    let [Argument { name: None, value }] = arguments else { return None };
    match &value.kind {
        ExprKind::Template(parts) => match parts.as_slice() {
            [Part::Text(name)] => Some((name.clone(), value.span)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a name leads to no other folder, and to no source.
fn is_beside(name: &str) -> bool {
    !name.contains(['/', '\\']) && !name.starts_with('.') && !name.ends_with(".infra")
}
