use super::super::tests::{PRODUCT, accepted, project};
use super::*;
use crate::base::Workspace;
use crate::driver::{Options, Session};
use std::sync::Arc;

/// The actions at the first two marks, or at the first one, of the first file; and what each leaves of findings, beside what there was.
fn tried(files: &[(&str, &str)]) -> Vec<(Action, usize, usize, String)> {
    let project = project(files);
    let (file, start) = project.marks[0];
    let end = project.marks.get(1).map_or(start, |(_, end)| *end);
    let mut session: Session = project.session.clone();
    let all = session.diagnostics();
    let here: Vec<Diagnostic> = all.iter().filter(|found| found.primary.span.file == file).cloned().collect();
    let found = actions(project.analysis(), file, Span::new(file, start, end), &here);
    let tried = found.into_iter().map(|action| {
        let mut text = project.analysis().text(file).to_string();
        for edit in action.edits.iter().rev() {
            assert_eq!(edit.span.file, file);
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        let sources = project.session.workspace().files().map(|(_, file)| (file.path.clone(), file.text.clone()));
        let path = project.analysis().path(file).clone();
        let sources = sources.map(|(of, old)| if of == path { (of, Arc::from(text.as_str())) } else { (of, old) });
        let left = Session::new(Workspace::new(sources.collect::<Vec<_>>()), Options::default()).diagnostics().len();
        (action, left, all.len(), text)
    });
    tried.collect()
}

fn in_product(from: &str, to: &str) -> Vec<(Action, usize, usize, String)> {
    assert!(PRODUCT.contains(from), "{from}");
    tried(&[("inventory/acme/product.infra", &accepted().replace(from, to))])
}

#[track_caller]
fn removes_findings(all: &[(Action, usize, usize, String)], title: &str, sort: Sort) -> String {
    let titles: Vec<&str> = all.iter().map(|(action, ..)| action.title.as_str()).collect();
    let found = all.iter().find(|(action, ..)| action.title == title && action.sort == sort);
    let (_, left, before, text) = found.unwrap_or_else(|| panic!("`{title}` is not among {titles:?}"));
    assert!(left < before, "{left} of {before} findings are left:\n{text}");
    text.clone()
}

#[test]
fn repairs_of_findings_are_actions() {
    let found = in_product("servers = 3", "serv$0rs = 3");
    removes_findings(&found, "write `servers`", Sort::Repair);
    removes_findings(&found, "apply every certain repair in this file", Sort::All);
    assert!(in_product("servers = 3", "serv$0ers = 3").iter().all(|(action, ..)| action.finding.is_none()));
}

#[test]
fn what_is_missing_is_added() {
    let product =
        accepted().replace("  on     = eu\n  public = true", "  public = true").replace("stack compute web", "stack com$0pute web$0");
    let text = removes_findings(&tried(&[("inventory/acme/product.infra", &product)]), "add `on`", Sort::Suggestion);
    assert!(text.contains("\n  on = eu\n}"), "{text}");
    // Not every provider can do everything.
    let cloudflare = "provider cloudflare cf { account = \"0123456789abcdef0123456789abcdef\" }\nprovider hetzner eu";
    let product = product.replace("provider hetzner eu", cloudflare);
    let found = tried(&[("inventory/acme/product.infra", &product)]);
    let (.., text) = found.iter().find(|(action, ..)| action.title == "add `on`").expect("the action");
    assert!(text.contains("\n  on = eu\n}"), "{text}");
    let product = accepted()
        .replace("stack management mgmt {\n  on      = eu\n  servers = 3\n  in staging { servers = 1 }\n}", "$0stack management mgmt {}$0");
    let text = removes_findings(&tried(&[("inventory/acme/product.infra", &product)]), "add `on`", Sort::Suggestion);
    assert!(text.contains("stack management mgmt { on = eu }"), "{text}");
    let text = "define module own { output at: string }\nimplement own on hetzner {\n  $0resource hcloud_server own {\n    name = \"x\"\n  }$0\n  output at = \"x\"\n}\n";
    let text = removes_findings(&tried(&[("library/own.infra", text)]), "add `server_type`", Sort::Suggestion);
    assert!(text.contains("    name        = \"x\"\n    server_type = \"\"\n  }"), "{text}");
    let text = "type pair = { left: int, right: int }\ndefine stack own {\n  input x: pair = $0{ left = 1 }$0\n}\n";
    let text = removes_findings(&tried(&[("library/own.infra", text)]), "add `right`", Sort::Suggestion);
    assert!(text.contains("{ left = 1, right = 1 }"), "{text}");
}

#[test]
fn an_expression_gets_a_name() {
    let text = "define stack own {\n  input x: int = 1\n  ## Said.\n  output y: int = $0x + 2$0\n}\n";
    let found = tried(&[("library/own.infra", text)]);
    let (_, left, before, text) = found.iter().find(|(action, ..)| action.sort == Sort::Rewrite).expect("the action");
    assert_eq!(left, before, "{text}");
    assert!(text.contains("  let value = x + 2\n  ## Said.\n  output y: int = value\n"), "{text}");
    // A word has its meaning from where it stands.
    let text = "define stack own {\n  input many: bool = true\n  output sizes: list(Size) = $0if many then [small, large] else []$0\n}\n";
    assert!(tried(&[("library/own.infra", text)]).iter().all(|(action, ..)| action.sort != Sort::Rewrite));
    // What is written stands as `infrac fmt` would have it.
    let text = "define stack own {\n  input x: int = 1\n  let twice = x * 2\n  let y     = $0x + 2$0\n}\n";
    let found = tried(&[("library/own.infra", text)]);
    let (.., text) = found.iter().find(|(action, ..)| action.sort == Sort::Rewrite).expect("the action");
    assert!(text.contains("  let twice = x * 2\n  let value = x + 2\n  let y     = value\n"), "{text}");
    // What a comprehension binds is not known outside.
    let text = "define stack own {\n  output y: list(int) = [for x in [1] : $0x + 2$0]\n}\n";
    assert!(tried(&[("library/own.infra", text)]).iter().all(|(action, ..)| action.sort != Sort::Rewrite));
}

#[test]
fn what_a_policy_blames_is_waived_with_a_reason() {
    // Vault is under a licence that is not open.
    let found = in_product("stack management mgmt", "$0stack management mgmt$0");
    let all = tried(&[(
        "inventory/acme/product.infra",
        &PRODUCT.replacen("product acme", "$0product acme", 1).replacen("keys   = [mgmt.keys]\n}\n", "keys   = [mgmt.keys]\n}\n$0", 1),
    )]);
    let waivers: Vec<&str> =
        all.iter().chain(&found).map(|(action, ..)| action.title.as_str()).filter(|title| title.starts_with("waive")).collect();
    assert!(!waivers.is_empty(), "{:?}", all.iter().map(|(action, ..)| &action.title).collect::<Vec<_>>());
    removes_findings(&all, waivers[0], Sort::Suggestion);
}

#[test]
fn what_a_tool_cannot_say_is_lifted() {
    let text = "define module own { input key: string, input region: string, output id: deferred(string) }\nimplement own on hetzner {\n  \
                resource hcloud_ssh_key this {\n    name       = region\n    public_key = key\n    labels     = { region = $0provider.region$0 }\n  }\n  \
                output id = this.id\n}\n";
    let text = removes_findings(&tried(&[("library/own.infra", text)]), "lift into a `let`", Sort::Suggestion);
    assert!(text.contains("implement own on hetzner {\n  let value = provider.region\n  resource"), "{text}");
    assert!(text.contains("labels     = { region = value }"), "{text}");
}
