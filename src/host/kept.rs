//! What a report may not be written over: sources, settings, lock files, generated files, manifests, and what git keeps.

use super::folders::{is_for_generated, is_in_repository, of_sources, parts};
use super::path::resolve;
use super::settings::{self, Settings};
use super::{Failure, Project};
use crate::base::FileId;
use std::path::Path;

/// Refuses to write a report or a page to `path`, an absolute one, where somebody keeps something else. Links, `..` and the case of letters do
/// not hide where it leads.
pub fn refuse_kept(path: &Path) -> Result<(), Failure> {
    let real = resolve(path);
    let name = real.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if is_in_repository(&real) {
        return Err(refused(path, "git keeps what lies there"));
    }
    if name.ends_with(".infra") {
        return Err(refused(path, "it is a source"));
    }
    if name == settings::FILE {
        return Err(refused(path, "it holds the settings of a project"));
    }
    if name == super::load::LOCK {
        return Err(refused(path, "it keeps the allocations of a product"));
    }
    real.ancestors().skip(1).filter(|folder| folder.join(settings::FILE).is_file()).try_for_each(|root| refuse_in(root, path, &real))
}

/// Refuses to write a report over a file that the sources of `project` were read from through a link.
pub fn refuse_linked(project: &Project, path: &Path) -> Result<(), Failure> {
    match project.linked.contains(&resolve(path)) {
        true => Err(refused(path, "it is a source: a link among the sources leads to it")),
        false => Ok(()),
    }
}

fn refuse_in(root: &Path, path: &Path, real: &Path) -> Result<(), Failure> {
    // Settings with a mistake have their defaults for it: what they say else still counts.
    let settings = super::load::text_of_settings(root).map_or_else(|_| Settings::default(), |text| settings::read(FileId(0), &text).0);
    let (root_parts, real_parts) = (parts(root), parts(real));
    for (_, folder) in of_sources(&settings) {
        let sources = parts(&resolve(&root.join(folder)));
        if sources != root_parts && real_parts.starts_with(&sources) {
            return Err(refused(path, "the sources of a project lie there"));
        }
    }
    let output = parts(&resolve(&root.join(&settings.output)));
    match real_parts.strip_prefix(output.as_slice()) {
        Some(inside) if is_for_generated(&inside.join("/")) => Err(refused(path, "generated files lie there")),
        _ => Ok(()),
    }
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::new(format!("`{}` cannot be overwritten: {why}", path.display())).help("choose a file of its own, in another folder")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_somebody_keeps_is_refused_and_the_rest_is_not() {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |path: &str| folder.path().join(path);
        for path in ["inventory/shop/product.infra", "library/x.json", "generated/live/shop/root.hcl", ".git/config"] {
            fs::create_dir_all(at(path).parent().unwrap()).unwrap();
            fs::write(at(path), "").unwrap();
        }
        fs::write(at("infra.toml"), "name = \"a\"\nedition = \"2026\"\nlibrary = [\"library\"]\noutput = \"generated\"\n").unwrap();
        for kept in [
            "infra.toml",
            "INFRA.toml",
            "inventory/shop/product.infra",
            "reports/../inventory/shop/product.infra",
            "Inventory/shop/report",
            "inventory/shop/infra.lock",
            "library/x.json",
            "library/report.sarif",
            "generated/live/shop/root.hcl",
            "generated/LIVE/shop/not-there-yet.hcl",
            "generated/.config/mise/conf.d/infrac.toml",
            "generated/.infrac/shop.json",
            ".git/config",
            ".Git/report",
            "elsewhere/x.infra",
        ] {
            assert!(refuse_kept(&at(kept)).is_err(), "{kept}");
        }
        for free in ["report.sarif", "reports/x", "generated/report", "../report", "infra.toml.txt", "x.infrared"] {
            assert_eq!(refuse_kept(&at(free)), Ok(()), "{free}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_hide_nothing() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::TempDir::new().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("inventory/shop")).unwrap();
        fs::write(at("infra.toml"), "").unwrap();
        fs::write(at("inventory/shop/notes"), "").unwrap();
        symlink("inventory", at("link")).unwrap();
        symlink("inventory/shop/notes", at("report")).unwrap();
        for kept in ["link/shop/report", "report"] {
            assert!(refuse_kept(&at(kept)).is_err(), "{kept}");
        }
    }
}
