//! Another name for something, in every file that names it. What would change the meaning of anything is refused.

use super::names::{Name, Role, What};
use super::{Analysis, references};
use crate::base::{FileId, Span, Text, text};
use crate::diag::{Diagnostic, Severity};
use crate::plan::lock;
use crate::syntax::messages::Messages;
use crate::syntax::{lexer, token::Kind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A text in the place of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// The name at an offset, where it can be given another; else one sentence in lower case why not.
pub fn prepare(analysis: Analysis<'_>, file: FileId, offset: u32) -> Result<Name, String> {
    let name = analysis.place(file, offset).name.ok_or("there is no name here")?;
    let Some(declared) = name.declared else {
        return Err(match name.what {
            What::Unknown => format!("nothing declares `{}`", name.text),
            _ => format!("`{}` is a word of the language or of a tool", name.text),
        });
    };
    if analysis.is_of_library(declared) {
        return Err(format!("`{}` belongs to the library that comes with the compiler", name.text));
    }
    if name.text == "it" && name.what == What::Local {
        return Err("`it` is a word of the language".to_owned());
    }
    match held(analysis, &name, declared) {
        Some(path) => Err(format!(
            "`{path}` holds addresses and numbers by the name `{}`: by another one they would be allocated anew. Write the other name into \
             the sources and into the lines of the lock by hand, in one change, and look at what `infrac build --check` says",
            name.text
        )),
        None => Ok(name),
    }
}

/// The lock that has allocated something for a name.
fn held(analysis: Analysis<'_>, name: &Name, declared: Span) -> Option<Text> {
    let session = analysis.session();
    let own = session.product_of(declared.file).filter(|_| session.is_of_product(declared.file));
    let is_lock = |path: &&Text| path.ends_with(lock::FILE) && own.is_none_or(|own| **path == lock::path(&own.folder));
    let locks = session.workspace().files().filter(|(_, file)| is_lock(&&file.path));
    let mut read = locks.map(|(id, file)| (&file.path, lock::read(id, &file.text).0));
    let holds = |lock: &lock::Lock| match name.what {
        What::Environment => lock.has_environment(&name.text),
        What::Instance => lock.has_instance(&name.text),
        // Machines are called by it.
        What::Product => lock.entries().next().is_some(),
        _ => false,
    };
    read.find(|(_, lock)| holds(lock)).map(|(path, _)| path.clone())
}

/// The edits that give the name at an offset another one, in the order of their places; else one sentence in lower case why not.
pub fn rename(analysis: Analysis<'_>, file: FileId, offset: u32, new: &str) -> Result<Vec<Edit>, String> {
    let name = prepare(analysis, file, offset)?;
    let declared = name.declared.unwrap_or(name.span);
    is_name(&name, new)?;
    if name.text == new {
        return Ok(Vec::new());
    }
    let found = references::of(analysis, declared, &name);
    let mut edits = BTreeSet::new();
    for found in found.iter().filter(|found| found.text == name.text) {
        edits.extend(edits_of(analysis, found, new));
    }
    let edits: Vec<Edit> = edits.into_iter().collect();
    keeps_meaning(analysis, declared, found.len(), &edits, new)?;
    Ok(edits)
}

/// Whether a text can be the name of such a thing.
fn is_name(name: &Name, new: &str) -> Result<(), String> {
    let wanted =
        if matches!(name.what, What::Type | What::Enum) && name.text.starts_with(char::is_uppercase) { Kind::TypeName } else { Kind::Name };
    let lexed = lexer::lex(FileId(0), new, &mut Messages::default());
    match lexed.tokens.as_slice() {
        [token, _end] if token.kind == wanted && token.end as usize == new.len() && lexed.comments.is_empty() => Ok(()),
        [token, _end] if token.kind.is_word() && token.kind != Kind::TypeName && wanted == Kind::Name && token.kind != Kind::Word => {
            Err(format!("`{new}` is a word of the language"))
        }
        _ if wanted == Kind::TypeName => {
            Err(format!("`{new}` is no name of a type: a capital letter comes first, then letters and digits"))
        }
        _ => Err(format!("`{new}` is no name: a small letter comes first, then small letters, digits, `_` and `-`")),
    }
}

/// What has to be written in the place of one name. Where two things share one word, the other one keeps its name.
fn edits_of(analysis: Analysis<'_>, found: &Name, new: &str) -> Option<Edit> {
    let names = analysis.names(found.span.file);
    let other = names.into_iter().find(|other| other.span == found.span && other.declared != found.declared);
    Some(match (other.map(|other| other.role), found.implied) {
        (None, _) => Edit { span: found.span, text: new.to_owned() },
        // A name that stood alone: `name` is `name = name`.
        (Some(Role::Sets), _) => Edit { span: found.span, text: format!("{} = {new}", found.text) },
        (Some(Role::Reads), false) if found.role == Role::Sets => Edit { span: found.span, text: format!("{new} = {}", found.text) },
        (Some(_), true) => Edit { span: Span { start: found.span.end, ..found.span }, text: format!(" {new}") },
        (Some(_), false) => Edit { span: found.span, text: format!("{new} {}", found.text) },
    })
}

/// Whether everything means what it meant once the edits are made: there are as many names of it, and no new mistake of names.
fn keeps_meaning(analysis: Analysis<'_>, declared: Span, count: usize, edits: &[Edit], new: &str) -> Result<(), String> {
    let mut session = analysis.session().clone();
    let before: BTreeSet<(Text, String)> = session.diagnostics().iter().map(|found| said(analysis, found)).collect();
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    edits.iter().for_each(|edit| by_file.entry(edit.span.file).or_default().push(edit));
    for (file, edits) in by_file {
        let mut changed = analysis.text(file).to_string();
        for edit in edits.iter().rev() {
            changed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        session.set(&analysis.path(file).clone(), Some(Arc::from(changed)));
    }
    let after = session.diagnostics();
    let changed = Analysis::new(&session);
    // Codes below 03 are about text, names and types.
    let is_of_names = |found: &&Diagnostic| found.severity == Severity::Error && found.code.id() < "IC03";
    if let Some(found) = after.iter().filter(is_of_names).find(|found| !before.contains(&said(changed, found))) {
        return Err(format!("`{new}` changes what something means: {}", found.message));
    }
    // The name that declares it has moved by what was written before it.
    let shift = |edit: &Edit| edit.text.len() as i64 - i64::from(edit.span.end - edit.span.start);
    let is_before = |edit: &&Edit| edit.span.file == declared.file && edit.span.end <= declared.start;
    let start = i64::from(declared.start) + edits.iter().filter(is_before).map(shift).sum::<i64>();
    let own = changed.names(declared.file).into_iter().filter(|name| name.text == new && name.role == Role::Declares);
    // Behind its definition an instance that had no name of its own got one.
    let own: Vec<Name> =
        own.filter(|name| i64::from(name.span.start) >= start && i64::from(name.span.start) <= start + 256).take(1).collect();
    let now =
        own.first().and_then(|name| Some((name.declared?, name))).map(|(declared, name)| references::of(changed, declared, name).len());
    match now {
        Some(now) if now == count => Ok(()),
        _ => Err(format!("`{new}` would mean something else in some place")),
    }
}

fn said(analysis: Analysis<'_>, found: &Diagnostic) -> (Text, String) {
    (text!("{} {}", found.code.id(), analysis.path(found.primary.span.file)), found.message.clone())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PRODUCT, Project, project};
    use super::*;

    fn applied(project: &Project, at: usize, new: &str) -> Result<BTreeMap<String, String>, String> {
        let (file, offset) = project.marks[at];
        let mut texts = BTreeMap::new();
        for edit in rename(project.analysis(), file, offset, new)?.iter().rev() {
            let source = project.session.workspace().file(edit.span.file);
            let text: &mut String = texts.entry(source.path.to_string()).or_insert_with(|| source.text.to_string());
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        Ok(texts)
    }

    #[test]
    fn an_instance_gets_another_name_in_every_file() {
        let text = PRODUCT.replace("management mgmt", "management mg$0mt");
        let more = "stack compute more { on = mgmt.provider, keys = [mgmt.keys] }\n";
        let project = project(&[("inventory/acme/product.infra", &text), ("inventory/acme/more.infra", more)]);
        let texts = applied(&project, 0, "office").expect("a name");
        assert_eq!(texts["inventory/acme/product.infra"], PRODUCT.replace("mgmt", "office"));
        assert_eq!(texts["inventory/acme/more.infra"], more.replace("mgmt", "office"));
        for (new, why) in [
            ("web", "changes what something means"),
            ("Office", "is no name"),
            ("let", "a word of the language"),
            ("a b", "is no name"),
            ("", "is no name"),
            ("more", "changes what something means"),
        ] {
            let refused = applied(&project, 0, new).expect_err(new);
            assert!(refused.contains(why), "{new}: {refused}");
        }
    }

    #[test]
    fn what_the_lock_holds_keeps_its_name() {
        let lock = "# What infrac allocated, so that nothing is renumbered. Keep it in version control; format 1.\n\
                    staging = 10.100.0.0/16\nstaging/mgmt.nodes/acme-staging-mgmt-nodes-0@eu = 10.100.0.2\n\
                    staging/mgmt.range@eu = 10.100.0.0/20\n";
        let text = PRODUCT
            .replace("[staging, prod]", "[stag$0ing, pr$0od]")
            .replace("hetzner eu", "hetzner e$0u")
            .replace("product acme", "product ac$0me")
            .replace("management mgmt", "management mg$0mt")
            .replace("compute web", "compute we$0b");
        let project = project(&[("inventory/acme/product.infra", &text), ("inventory/acme/infra.lock", lock)]);
        let renamed: Vec<Result<_, String>> = (0..6).map(|at| applied(&project, at, "other")).collect();
        let is_refused = |of: &Result<_, String>| of.as_ref().is_err_and(|why| why.contains("`inventory/acme/infra.lock` holds"));
        let refused: Vec<bool> = renamed.iter().map(is_refused).collect();
        // In the order of the text: the product, both environments, the provider, both stacks.
        assert_eq!(refused, [true, true, false, true, true, false], "{renamed:?}");
        assert!(renamed[2].is_ok() && renamed[5].is_ok(), "{renamed:?}");
    }

    #[test]
    fn what_a_task_answers_gets_another_name() {
        let text = "define service thing {\n  licence = \"MIT\"\n  input hosts: list(host)\n  configure {\n    \
                    task \"ansible.builtin.stat\" \"Look\" fou$0nd { path = \"/x\" }\n    \
                    file \"/y\" if not found.stat.exists { format = lines, content = [\"${found.stat.exists}\"] }\n  }\n}\n";
        let project = project(&[("inventory/acme/product.infra", PRODUCT), ("library/thing.infra", text)]);
        let texts = applied(&project, 0, "seen").expect("a name");
        assert_eq!(texts["library/thing.infra"], text.replace("fou$0nd", "seen").replace("found", "seen"));
    }

    #[test]
    fn an_environment_gets_another_name() {
        let project = project(&[("inventory/acme/product.infra", &PRODUCT.replace("in staging", "in stag$0ing"))]);
        let texts = applied(&project, 0, "test").expect("a name");
        assert_eq!(texts["inventory/acme/product.infra"], PRODUCT.replace("staging", "test"));
    }

    #[test]
    fn definitions_of_the_project_get_other_names_and_those_of_the_library_do_not() {
        let own = "## Own.\ndefine stack sm$0all {\n  input cou$0nt: int = 1\n  let dou$0ble = count * 2\n  module network net { zones = double }\n  \
                   service ba$0se { hosts = [], rules = [] }\n}\n";
        let uses = format!("{PRODUCT}stack small {{ on = eu, count = 3 }}\nstack comp$0ute other {{ on = eu }}\n");
        let project = project(&[("inventory/acme/own.infra", own), ("inventory/acme/product.infra", &uses)]);
        let plain = |text: &str| text.replace("$0", "");
        let texts = applied(&project, 0, "tiny").expect("a name");
        assert_eq!(texts["inventory/acme/own.infra"], plain(own).replace("stack small", "stack tiny"));
        // The instance that had the name of its definition keeps it.
        assert_eq!(texts["inventory/acme/product.infra"], plain(&uses).replace("stack small {", "stack tiny small {"));
        let texts = applied(&project, 1, "machines").expect("a name");
        assert_eq!(texts["inventory/acme/own.infra"], plain(own).replace("count", "machines"));
        assert_eq!(texts["inventory/acme/product.infra"], plain(&uses).replace("count", "machines"));
        let refused = applied(&project, 2, "count").expect_err("a clash");
        assert!(refused.contains("declared twice"), "{refused}");
        assert!(applied(&project, 4, "x").expect_err("of the library").contains("belongs to the library"));
    }

    #[test]
    fn a_name_that_stands_alone_keeps_what_is_not_renamed() {
        let own = "define stack own {\n  input ser$0vers: int = 1\n  let ran$0ge = 10.0.0.0/24\n  let both = { servers, range }\n  \
                   module network net { range }\n}\n";
        let plain = own.replace("$0", "");
        let uses = format!("{PRODUCT}stack own {{ on = eu, servers = 3 }}\n");
        let project = project(&[("library/own.infra", own), ("inventory/acme/product.infra", &uses)]);
        let texts = applied(&project, 0, "count").expect("a name");
        assert_eq!(texts["library/own.infra"], plain.replace("input servers", "input count").replace("{ servers,", "{ servers = count,"));
        let texts = applied(&project, 1, "all").expect("a name");
        let changed = plain.replace("let range", "let all").replace(", range }", ", range = all }").replace("{ range }", "{ range = all }");
        assert_eq!(texts["library/own.infra"], changed);
    }

    #[test]
    fn what_is_set_by_a_name_alone_gets_another_name() {
        let own =
            "define module thing {\n  input si$0ze: int\n}\ndefine stack own {\n  input size: int = 1\n  module thing one { size }\n}\n";
        let project = project(&[("library/own.infra", own), ("inventory/acme/product.infra", PRODUCT)]);
        let texts = applied(&project, 0, "width").expect("a name");
        let changed = own.replace("si$0ze", "width").replace("one { size }", "one { width = size }");
        assert_eq!(texts["library/own.infra"], changed);
    }
}
