//! Where generated files may lie, and which manifest each belongs to.
//!
//! This is the outermost wall: whatever a manifest claims, infrac never overwrites or removes a file elsewhere.

use super::settings::is_name;
use crate::base::{Text, text};

/// The folder of the manifests, in the output folder.
pub const MANIFESTS: &str = ".infrac";

/// The folder of what is not committed: the lock of a build that is under way, and who holds it. Nothing in it is believed.
pub const CACHE: &str = ".infrac/cache";

/// The name of the files by which git knows how to treat others.
const ATTRIBUTES: &str = ".gitattributes";

/// The hooks of pre-commit.
const HOOKS: &str = ".pre-commit-config.yaml";

/// The pipeline of GitLab.
const PIPELINE: &str = ".gitlab-ci.yml";

/// Whether infrac does without its own file where a person has one at this path: git reads one `.gitattributes` in each folder,
/// pre-commit and GitLab one file at the root.
pub fn yields(path: &str) -> bool {
    [HOOKS, PIPELINE].contains(&path) || path.rsplit('/').next() == Some(ATTRIBUTES)
}

/// What is missing where a person's own file stands at the path of one that yields to it, and what to do about it.
pub fn lacks(path: &str, contents: &str) -> Option<(String, &'static str)> {
    let lacks_all = |words: &[&str]| !words.iter().any(|word| contents.contains(word));
    match path {
        HOOKS if lacks_all(&["infrac build", "infrac-build"]) => Some((
            format!("`{path}` is not of infrac, and has no hook that calls it"),
            "let a hook run `infrac fmt --check` and `infrac build --check`",
        )),
        PIPELINE if lacks_all(&["ci/gitlab-ci.yml", "infrac build"]) => Some((
            format!("`{path}` is not of infrac, and does not include its jobs"),
            "add `local: ci/gitlab-ci.yml` to its `include`; where it names `stages`, `test` and `deploy` are among them",
        )),
        _ => None,
    }
}

/// The manifest that a file is listed in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// What all products use.
    Shared,
    /// What is of one product.
    Product(Text),
}

impl Owner {
    /// The owner of the file at `path`, relative to the output folder; none where no generated file may lie.
    pub fn of(path: &str) -> Option<Owner> {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["live", product, _, ..] | ["ansible", "inventory", product, _, ..] => product_named(product),
            ["ansible", "playbooks", product, _, ..] if *product != "images" => product_named(product),
            ["modules" | "ansible" | "packer" | "ci" | "tests", _, ..] | [".github", "workflows", _] => Some(Owner::Shared),
            [".github", "actionlint.yaml" | ATTRIBUTES] | [MANIFESTS, ATTRIBUTES] => Some(Owner::Shared),
            [".config", "mise", "conf.d", "infrac.toml" | ATTRIBUTES] => Some(Owner::Shared),
            [ATTRIBUTES | PIPELINE | HOOKS] => Some(Owner::Shared),
            // Older releases made them.
            [".yamllint.yaml" | "mise.toml"] => Some(Owner::Shared),
            _ => None,
        }
    }

    /// The owner whose manifest has this file name.
    pub fn of_manifest(name: &str) -> Option<Owner> {
        match name.strip_suffix(".json")? {
            "shared" => Some(Owner::Shared),
            product => product_named(product),
        }
    }

    /// The path of the manifest, relative to the output folder.
    pub fn manifest(&self) -> Text {
        match self {
            Owner::Shared => text!("{MANIFESTS}/shared.json"),
            Owner::Product(product) => text!("{MANIFESTS}/{product}.json"),
        }
    }
}

/// The folder of an environment that a file of a product lies in, if it lies in one: what the products of a project call their environments
/// says whether it is one.
pub fn part(path: &str) -> Option<&str> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["live", _, part, _, ..] | ["ansible", "inventory", _, part, _, ..] => Some(part),
        _ => None,
    }
}

/// A product that is called `shared` would have the manifest of what is shared.
fn product_named(product: &str) -> Option<Owner> {
    (is_name(product) && product != "shared").then(|| Owner::Product(product.into()))
}

/// Whether the format of a file has room for the header: JSON and the sums of Go modules have no comments, and what a role copies or
/// renders is the file itself.
pub fn has_room(path: &str) -> bool {
    let bare = [".json", ".j2", ".sum"].iter().any(|ending| path.ends_with(ending));
    !bare && !path.contains("/files/")
}

/// What every generated file says near its beginning, in whatever way its format says it.
const HEADER: &[u8] = b"enerated by infrac";

/// How far from the beginning that is looked for.
const HEADER_WITHIN: usize = 4096;

/// Whether a file says that infrac made it. A manifest can lie about a file that somebody wrote; that file does not.
pub fn has_header(contents: &[u8]) -> bool {
    contents[..contents.len().min(HEADER_WITHIN)].windows(HEADER.len()).any(|window| window == HEADER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_one_manifest() {
        let product = |name: &str| Some(Owner::Product(name.into()));
        assert_eq!(Owner::of("live/acme/root.hcl"), product("acme"));
        assert_eq!(Owner::of("ansible/inventory/acme/prod/hosts.yml"), product("acme"));
        for shared in [
            "modules/infra/compute/x/main.tf",
            "ansible/roles/x/tasks/main.yml",
            "ci/plan.sh",
            ".github/workflows/plan.yml",
            ".gitlab-ci.yml",
            ".gitattributes",
            ".infrac/.gitattributes",
            ".config/mise/conf.d/infrac.toml",
        ] {
            assert_eq!(Owner::of(shared), Some(Owner::Shared), "{shared}");
        }
        for nowhere in [
            "infra.toml",
            ".config/mise/config.toml",
            "src/main.rs",
            ".git/config",
            ".github/CODEOWNERS",
            "live/acme",
            "live/shared/root.hcl",
            "live/../root.hcl",
            "inventory/acme/product.infra",
            ".infrac/acme.json",
            "inventory/.gitattributes",
        ] {
            assert_eq!(Owner::of(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn the_header_is_found_in_every_format() {
        assert!(has_header(b"# Generated by infrac. DO NOT EDIT. Source: x\n"));
        assert!(has_header(b"#!/bin/sh\n# Generated by infrac. DO NOT EDIT.\n"));
        assert!(has_header(b"// Code generated by infrac; DO NOT EDIT.\npackage test\n"));
        assert!(!has_header(b"# written by hand\n"));
        assert!(!has_header(b""));
    }
}
