//! Names that lead from one product to another: `platform.mgmt.garage`.

use super::super::completion::complete;
use super::super::definition::{definition, type_definition};
use super::super::hover::hover;
use super::super::references::references;
use super::super::rename::rename;
use super::{Project, accepted, project};
use crate::diag::Severity;
use std::collections::BTreeMap;

const ACME: &str = "inventory/acme/product.infra";
const SHOP: &str = "inventory/shop/product.infra";

/// A product that exports three services.
fn acme() -> String {
    accepted().replace("  state {", "  exports = [mgmt.garage, mgmt.consul, mgmt.vault]\n  state {")
}

/// A product that has its states and secrets there.
fn shop() -> String {
    let own = "  state { store = mgmt.garage, lock = mgmt.consul, bootstrap = local }\n";
    let there = "  state { store = acme.mgmt.garage, lock = acme.mgmt.consul }\n";
    accepted()
        .replace("acme", "shop")
        .replace("10.20.", "10.21.")
        .replace("10.100.", "10.101.")
        .replace(own, there)
        .replace("  secrets { store = mgmt.vault, bootstrap = onepassword }\n", "  secrets { store = acme.mgmt.vault }\n")
        .replace("  waive proprietary { on = [onepassword], because = \"the first secrets are in it\" }\n", "")
}

/// Both, with marks in one of them.
fn both(from: &str, to: &str) -> Project {
    let texts = [(ACME, acme()), (SHOP, shop())].map(|(path, text)| (path, text.replacen(from, to, 1)));
    assert!(texts.iter().any(|(_, text)| text.contains("$0")), "{from}");
    project(&texts.each_ref().map(|(path, text)| (*path, text.as_str())))
}

/// Where the names of a path are declared, in the words of the test.
fn declared(from: &str, to: &str) -> Vec<String> {
    let project = both(from, to);
    let of = |(file, at): &(_, u32)| definition(project.analysis(), *file, *at).iter().map(|target| project.shown(target.name)).collect();
    project.marks.iter().map(of).map(|found: Vec<String>| found.join(" and ")).collect()
}

#[test]
fn a_path_leads_to_the_product_the_stack_and_the_service() {
    let wanted = [
        "inventory/acme/product.infra: `acme` in `product acme {`",
        "inventory/acme/product.infra: `mgmt` in `stack management mgmt {`",
        "<stdlib>/stacks/management.infra: `garage` in `service garage {`",
    ];
    assert_eq!(declared("acme.mgmt.garage", "ac$0me.mg$0mt.gar$0age"), wanted);
    assert_eq!(declared("[mgmt.garage", "[mg$0mt.gar$0age"), wanted[1..]);
    // What is not exported is still declared somewhere; what is not there is not.
    assert_eq!(declared("store = acme.mgmt.garage", "store = acme.mgmt.wireg$0uard")[0], "");
    assert_eq!(declared("store = acme.mgmt.garage", "store = ac$0me.nothing$0.garage$0"), [wanted[0], "", ""]);
    let project = both("acme.mgmt.garage", "acme.mgmt.gar$0age");
    let (file, at) = project.marks[0];
    let types = type_definition(project.analysis(), file, at);
    assert_eq!(
        types.iter().map(|target| project.shown(target.name)).collect::<Vec<_>>(),
        ["<stdlib>/services/garage.infra: `garage` in `define service garage {`"]
    );
}

#[test]
fn a_path_says_what_it_names() {
    let project = both("acme.mgmt.garage", "ac$0me.mg$0mt.gar$0age");
    let said = project.marks.iter().map(|(file, at)| hover(project.analysis(), *file, *at).expect("a hover").declaration);
    assert_eq!(said.collect::<Vec<_>>(), ["product acme", "stack management mgmt", "service garage"]);
}

#[test]
fn a_stack_and_a_product_are_found_and_renamed_in_every_product_that_names_them() {
    let found = project(&[(ACME, &acme()), (SHOP, &shop())]).session.diagnostics();
    let errors: Vec<&str> = found.iter().filter(|found| found.severity == Severity::Error).map(|found| found.message.as_str()).collect();
    assert_eq!(errors, [""; 0]);
    for (mark, marked, new) in
        [("stack management mgmt", "stack management mg$0mt", "plane"), ("acme.mgmt.garage", "acme.mg$0mt.garage", "plane")]
    {
        let project = both(mark, marked);
        let (file, at) = project.marks[0];
        let found = references(project.analysis(), file, at);
        let in_shop = found.iter().filter(|name| project.analysis().path(name.span.file) == SHOP).count();
        assert_eq!((found.len(), in_shop), (11, 3), "{found:#?}");
        let mut texts: BTreeMap<&str, String> = BTreeMap::from([(ACME, acme()), (SHOP, shop())]);
        for edit in rename(project.analysis(), file, at, new).expect("a name").iter().rev() {
            let text = texts.get_mut(project.analysis().path(edit.span.file).as_str()).expect("a file of a product");
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        assert_eq!(texts[ACME], acme().replace("mgmt", new));
        // The other product has a stack of that name of its own, which keeps it.
        assert_eq!(texts[SHOP], shop().replace("acme.mgmt", "acme.plane"));
    }
    let project = both("store = acme.", "store = ac$0me.");
    let (file, at) = project.marks[0];
    assert_eq!(references(project.analysis(), file, at).len(), 4);
    let refused = rename(project.analysis(), file, at, "shop").expect_err("a name that is taken");
    assert!(refused.contains("shop"), "{refused}");
}

#[test]
fn what_is_exported_stands_behind_the_dots() {
    for (from, to, wanted) in [
        ("store = acme.mgmt.garage", "store = acme.$0", vec!["mgmt"]),
        ("store = acme.mgmt.garage", "store = acme.mgmt.$0", vec!["consul", "garage", "vault"]),
        ("store = acme.mgmt.garage", "store = acme.mgmt.ga$0", vec!["consul", "garage", "vault"]),
    ] {
        let project = both(from, to);
        let (file, at) = project.marks[0];
        let mut found: Vec<_> = complete(project.analysis(), file, at).items.into_iter().map(|item| item.label).collect();
        found.sort();
        assert_eq!(found, wanted, "{to}");
    }
    let project = both("store = acme.mgmt.garage", "store = $0");
    let (file, at) = project.marks[0];
    let found = complete(project.analysis(), file, at).items;
    let other = found.iter().find(|item| item.label == "acme").expect("the other product");
    assert_eq!(other.detail.as_deref(), Some("acme.mgmt.consul, acme.mgmt.garage, acme.mgmt.vault"));
}
