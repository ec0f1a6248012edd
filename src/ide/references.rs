//! Every place that names the same thing.

use super::Analysis;
use super::names::{Name, What};
use crate::base::{FileId, Span};

/// The names that mean what the name at an offset means, in all files, in the order of their places. What the language has, and words,
/// are not looked for outside of the text.
pub fn references(analysis: Analysis<'_>, file: FileId, offset: u32) -> Vec<Name> {
    let Some(name) = analysis.place(file, offset).name else { return Vec::new() };
    match name.declared {
        Some(declared) => of(analysis, declared, &name),
        None => highlights(analysis, file, offset),
    }
}

/// The names in a text that mean what the name at an offset means.
pub fn highlights(analysis: Analysis<'_>, file: FileId, offset: u32) -> Vec<Name> {
    let names = analysis.names(file);
    let Some(asked) = analysis.place(file, offset).name else { return Vec::new() };
    let is_same = |name: &Name| match asked.declared {
        Some(_) => name.declared == asked.declared,
        None => name.declared.is_none() && name.what == asked.what && name.text == asked.text,
    };
    names.into_iter().filter(is_same).collect()
}

/// Every name that a place declares. `like` says what it is a name of, and how it is written.
pub(super) fn of(analysis: Analysis<'_>, declared: Span, like: &Name) -> Vec<Name> {
    let is_local = matches!(like.what, What::Local);
    let session = analysis.session();
    // What stands in a product is named in its own files, and behind the name of the product in those of others.
    let own = session.product_of(declared.file).filter(|_| session.is_of_product(declared.file));
    let may_know = |file: FileId| {
        own.is_none_or(|own| {
            let is_own = session.product_of(file).is_some_and(|of| of.folder == own.folder);
            is_own || analysis.text(file).contains(own.name.text.as_str())
        })
    };
    let mut found = Vec::new();
    for (file, _) in analysis.session().trees() {
        // A rule calls `it` what a type or an input has another name for.
        let may_hold = file == declared.file || !is_local && analysis.text(file).contains(like.text.as_str()) && may_know(file);
        if may_hold {
            found.extend(analysis.names(file).into_iter().filter(|name| name.declared == Some(declared)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::names::Role;
    use super::super::tests::{PRODUCT, project};
    use super::*;

    #[test]
    fn an_instance_is_found_in_every_file_of_its_product() {
        let text = PRODUCT.replace("management mgmt", "management mg$0mt");
        let more = "stack compute more { on = mgmt.provider, keys = [mgmt.keys] }\n";
        // Another product has an instance of the same name.
        let other = PRODUCT.replace("acme", "other").replace("10.20.", "10.21.").replace("10.100.", "10.101.");
        let project = project(&[
            ("inventory/acme/product.infra", &text),
            ("inventory/acme/more.infra", more),
            ("inventory/other/product.infra", &other),
        ]);
        let (file, offset) = project.marks[0];
        let found = references(project.analysis(), file, offset);
        assert_eq!(found.len(), 7, "{found:#?}");
        assert_eq!(found.iter().filter(|name| name.role == Role::Declares).count(), 1);
        assert!(found.iter().all(|name| project.shown(name.span).contains("acme")));
        assert_eq!(highlights(project.analysis(), file, offset).len(), 5);
    }

    #[test]
    fn an_input_is_found_where_it_is_set_and_read() {
        let project = project(&[("inventory/acme/product.infra", &PRODUCT.replace("public =", "pub$0lic ="))]);
        let (file, offset) = project.marks[0];
        let found: Vec<String> = references(project.analysis(), file, offset).iter().map(|name| project.shown(name.span)).collect();
        assert!(found.iter().any(|found| found.starts_with("inventory/")), "{found:#?}");
        assert!(found.iter().any(|found| found.contains("input public: bool = false")), "{found:#?}");
        assert!(found.iter().any(|found| found.contains("bastion = public and")), "{found:#?}");
    }
}
