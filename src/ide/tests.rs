//! A small project with marks in its texts, for the tests of this folder.

mod across;

use super::Analysis;
use crate::base::{FileId, Span, Workspace};
use crate::driver::{Options, Session};
use crate::host::library;

/// A project with the library of the compiler, and the places that `$0` marks in its texts.
pub(super) struct Project {
    pub session: Session,
    pub marks: Vec<(FileId, u32)>,
}

/// Files by path; each `$0` in a text is a mark and no part of it.
pub(super) fn project(files: &[(&str, &str)]) -> Project {
    let own = files.iter().map(|(path, text)| ((*path).into(), text.replace("$0", "").into()));
    let of_library = library::files().into_iter().map(|(path, text)| (format!("{}{path}", library::PREFIX).into(), text.into()));
    let mut session = Session::new(Workspace::new(own.chain(of_library)), Options::default());
    session.diagnostics();
    let mut marks = Vec::new();
    for (path, text) in files {
        let id = session.workspace().find(path).map(|(id, _)| id).unwrap_or(FileId(0));
        let places = text.match_indices("$0").enumerate();
        marks.extend(places.map(|(before, (at, _))| (id, (at - 2 * before) as u32)));
    }
    Project { session, marks }
}

impl Project {
    pub(super) fn analysis(&self) -> Analysis<'_> {
        Analysis::new(&self.session)
    }

    /// `path: text` of a place, with the line that it stands in.
    pub(super) fn shown(&self, span: Span) -> String {
        let file = self.session.workspace().file(span.file);
        let start = file.text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let line = file.text[start..].lines().next().unwrap_or_default().trim();
        format!("{}: `{}` in `{line}`", file.path, self.session.workspace().text(span))
    }
}

/// A product of one machine.
pub(super) const PRODUCT: &str = r#"product acme {
  domain       = "acme.example.com"
  owner        = "ops@acme.example.com"
  environments = [staging, prod]
  ranges       = { staging = 10.100.0.0/16, prod = 10.20.0.0/16 }
  protected    = [prod]
  state { store = mgmt.garage, lock = mgmt.consul, bootstrap = local }
  secrets { store = mgmt.vault, bootstrap = onepassword }
}

provider hetzner eu { region = fsn1 }

stack management mgmt {
  on      = eu
  servers = 3
  in staging { servers = 1 }
}

stack compute web {
  on     = eu
  public = true
  gates  = []
  ports  = [443/tcp]
  keys   = [mgmt.keys]
}
"#;

/// The product as nothing is found in it: what policies blame is waived, and each environment has its own domain.
pub(super) fn accepted() -> String {
    let more = "  waive proprietary { on = [onepassword], because = \"the first secrets are in it\" }
  waive source-available { on = [consul], because = \"it is used within the company\" }
  operators = [{ name = \"ada\", key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 ada\" }]
  in staging { domain = \"staging.acme.example.com\" }\n";
    PRODUCT.replace("  secrets {", &format!("{more}  secrets {{"))
}

#[test]
fn names_mean_what_declares_them() {
    let text = PRODUCT
        .replace("on     = eu", "$0on     = $0eu")
        .replace("[mgmt.keys]", "[$0mgmt.$0keys]")
        .replace("in staging", "in $0staging")
        .replace("public =", "$0public =")
        .replace("bootstrap = local", "$0bootstrap = $0local")
        .replace("stack compute web", "$0stack $0compute $0web");
    let project = project(&[("inventory/acme/product.infra", &text)]);
    let analysis = project.analysis();
    let found: Vec<String> = project
        .marks
        .iter()
        .map(|(file, offset)| {
            let name = analysis.place(*file, *offset).name.expect("a name");
            let declared = name.declared.map(|span| project.shown(span)).unwrap_or_default();
            format!("{} {:?} {declared}", name.text, name.what)
        })
        .collect();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn every_name_of_the_library_means_something() {
    let project = project(&[("inventory/acme/product.infra", PRODUCT)]);
    let analysis = project.analysis();
    let mut unknown = Vec::new();
    for (file, _) in project.session.trees() {
        for name in analysis.names(file).into_iter().filter(|name| name.what == super::names::What::Unknown) {
            unknown.push(project.shown(name.span));
        }
    }
    assert!(unknown.is_empty(), "{}\n{}", unknown.len(), unknown.join("\n"));
}

#[test]
fn names_in_a_test_mean_what_they_mean_in_a_product() {
    let text = "test \"one\" {\n  provider hetzner here { region = fsn1 }\n  stack management own { on = he$0re, ser$0vers = 3 }\n  \
                check own.ser$0vers == 3\n  expect { open { to = o$0wn, po$0rt = 443/tcp } }\n}\n";
    let project = project(&[("inventory/acme/product.infra", PRODUCT), ("library/own.infra", text)]);
    let found = |(file, at): &(FileId, u32)| {
        let targets = super::definition::definition(project.analysis(), *file, *at);
        let said = super::hover::hover(project.analysis(), *file, *at).map(|hover| hover.declaration).unwrap_or_default();
        (targets.iter().map(|target| project.shown(target.name)).collect::<Vec<_>>().join(" and "), said)
    };
    let found: Vec<(String, String)> = project.marks.iter().map(found).collect();
    let wanted = [
        ("library/own.infra: `here`", "provider hetzner here"),
        ("<stdlib>/stacks/management.infra: `servers`", "input servers: Quorum = 3"),
        ("<stdlib>/stacks/management.infra: `servers`", "input servers: Quorum = 3"),
        ("library/own.infra: `own`", "stack management own"),
        ("<stdlib>/core/test.infra: `port`", "input port: protocol"),
    ];
    for ((target, said), (place, declaration)) in found.iter().zip(wanted) {
        assert!(target.starts_with(place) && said == declaration, "{found:#?}");
    }
    let (file, at) = project.marks[3];
    let edits = super::rename::rename(project.analysis(), file, at, "other").expect("a name");
    assert_eq!(edits.len(), 3, "{edits:?}");
}
