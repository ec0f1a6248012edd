//! How fast products compile: 1, 100 and 1000 copies of acme, each under its own name. Criterion's `elem/s` are products.
//!
//! `parse` is the front end alone, `check` what `infrac check` does without a cache, `build cold` writes every file into an empty
//! folder, `keystroke` what an open project says anew after an edit of one product, `build one changed` compiles one product that changed, and `build unchanged` finds that every file is up to date.
//!
//! `plane` are the thirty products of `tests/references.rs`, of which twenty-nine refer to the first one: who refers to another product waits
//! until that is planned.
//!
//! Beside them stand, in the same run and of the same bytes, what makes no promises: `render` fills the templates that the files of one
//! product would be, once for each product, and `copy` copies every generated file.
#![allow(clippy::expect_used, reason = "a benchmark that cannot be prepared has nothing to say")]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use infrac::base::{FileId, Workspace};
use infrac::diag::Severity;
use infrac::driver::{self, Files, Memory, Options, Session};
use infrac::host::{Cache, Disk, Permission, Scope, compare, digests, load, recall, remember, write};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

const ACME: &str = include_str!("../inventory/acme/product.infra");
const PLATFORM: &str = include_str!("../tests/cases/plane/platform.infra");
const SHOP: &str = include_str!("../tests/cases/plane/shop.infra");

/// A project of these products: names and sources.
fn project(products: impl IntoIterator<Item = (String, String)>) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |path: String, text: String| {
        let path = folder.path().join("project").join(path);
        fs::create_dir_all(path.parent().expect("it lies in the project")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("infra.toml".into(), "name = \"fleet\"\nedition = \"2026\"\noutput = \"generated\"\n".into());
    for (name, text) in products {
        write(format!("inventory/{name}/product.infra"), text);
    }
    folder
}

/// A project of so many copies of acme.
fn fleet(products: usize) -> TempDir {
    project((0..products).map(|number| {
        let text = ACME
            .replace("product acme", &format!("product copy{number}"))
            .replace("acme.example.com", &format!("copy{number}.example.com"))
            .replace("10.100.0.0/16", &format!("10.{}.0.0/16", 101 + number % 100))
            .replace("10.20.0.0/16", &format!("10.{}.0.0/16", 21 + number % 79));
        (format!("copy{number}"), text)
    }))
}

/// A project of a plane and so many products that stand on it.
fn plane(shops: usize) -> TempDir {
    let shops = (1..=shops).map(|number| format!("shop{number}")).map(|name| (name.clone(), SHOP.replace("shop0", &name)));
    project([("platform".to_owned(), PLATFORM.to_owned())].into_iter().chain(shops))
}

fn sources(root: &Path) -> Workspace {
    load(root).expect("a project").workspace
}

fn parse(workspace: &Workspace) -> usize {
    let sources = workspace.files().filter(|(_, file)| file.path.ends_with(".infra"));
    sources.map(|(file, source)| infrac::syntax::parse(FileId(file.0), &source.text).1.0.len()).sum()
}

/// Where the cache lies: beside the project.
fn caches(root: &Path) -> PathBuf {
    root.with_file_name("caches")
}

/// What `infrac build` does; gives how many files it wrote.
fn build(root: &Path) -> usize {
    let cache = Cache::below(&caches(root), root, "generated").expect("a place for the cache");
    cache.prepare().expect("a folder for the cache");
    let (mut output, mut beside) = (Disk::new(root, "generated").with_cache(Some(cache)), Disk::new(root, "."));
    let mut memory = Memory::read(&recall(&output));
    let products: Vec<_> = memory.products().cloned().collect();
    memory.keep(&digests(&output, &products));
    let project = load(root).expect("a project");
    let outcome = driver::compile(&project.workspace, &Options { memory: memory.clone(), files: Files::ReadBack, ..Options::default() });
    // A machine that leaves is told of.
    assert!(outcome.diagnostics.iter().all(|found| found.severity == Severity::Warning), "{:?}", outcome.diagnostics);
    let scope = Scope::everything().without(outcome.fresh.clone());
    let (sources, permission) = (&project.workspace, Permission::default());
    let comparison = compare(&mut output, &mut beside, sources, &outcome.tree, &outcome.locks, &scope, &permission);
    let written = write(&comparison.expect("a comparison"), &mut output, &mut beside).expect("a tree").written;
    if outcome.memory != memory {
        remember(&output, &outcome.memory.print()).expect("a cache");
    }
    written
}

/// Changes the last product, each time.
fn change(root: &Path, products: usize) {
    let path = root.join(format!("inventory/copy{}/product.infra", products - 1));
    let text = fs::read_to_string(&path).expect("a source");
    let (from, to) = if text.contains("servers = 2") { ("servers = 2", "servers = 4") } else { ("servers = 4", "servers = 2") };
    fs::write(&path, text.replace(from, to)).expect("a source");
}

/// The place of a product's name in a template.
const HOLE: &str = "{{ product }}";

/// The files of the first product as templates, by path.
fn templates(generated: &Path) -> Vec<(String, String)> {
    // Where only some of the benchmarks run, nothing may have been built.
    let files = walkdir::WalkDir::new(generated).sort_by_file_name().into_iter().filter_map(Result::ok);
    let of_product = files.filter(|entry| entry.file_type().is_file()).filter_map(|entry| {
        let path = entry.path().strip_prefix(generated).ok()?.to_str()?.to_owned();
        let is_own = path.split('/').any(|part| part == "copy0" || part.starts_with("copy0-"));
        let text = fs::read_to_string(entry.path()).expect("a generated text");
        is_own.then(|| (path.replace("copy0", HOLE), text.replace("copy0", HOLE)))
    });
    of_product.collect()
}

/// Fills the templates for so many products; gives how many files it wrote.
fn render(templates: &[(String, String)], products: usize, folder: &Path) -> usize {
    let parsed: Vec<(&str, Vec<&str>)> = templates.iter().map(|(path, text)| (path.as_str(), text.split(HOLE).collect())).collect();
    for number in 0..products {
        let name = format!("copy{number}");
        for (path, parts) in &parsed {
            let path = folder.join(path.replace(HOLE, &name));
            fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder");
            fs::write(path, parts.join(&name)).expect("a file");
        }
    }
    parsed.len() * products
}

/// Copies every file of a folder; gives how many there are.
fn copy(from: &Path, to: &Path) -> usize {
    let mut files = 0;
    for entry in walkdir::WalkDir::new(from).into_iter().map(|entry| entry.expect("a file")) {
        let target = to.join(entry.path().strip_prefix(from).expect("it lies in the folder"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).expect("a folder");
        } else {
            fs::copy(entry.path(), target).expect("a file");
            files += 1;
        }
    }
    files
}

fn fleets(criterion: &mut Criterion) {
    for products in [1, 100, 1000] {
        let folder = fleet(products);
        let root = &folder.path().join("project");
        let workspace = sources(root);
        let mut group = criterion.benchmark_group("fleet");
        group.throughput(Throughput::Elements(products as u64));
        group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
        group.bench_function(BenchmarkId::new("parse", products), |b| b.iter(|| parse(black_box(&workspace))));
        group.bench_function(BenchmarkId::new("check", products), |b| {
            let options = Options { files: Files::LetGo, ..Options::default() };
            b.iter(|| driver::compile(black_box(&workspace), &options).products.len());
        });
        // What an editor waits for: a changed text of one product, and every finding of the project.
        group.bench_function(BenchmarkId::new("keystroke", products), |b| {
            let mut session = Session::new(workspace.clone(), Options::default());
            assert!(session.diagnostics().iter().all(|found| found.severity == Severity::Warning));
            let path = format!("inventory/copy{}/product.infra", products / 2);
            let text = workspace.find(&path).expect("a product").1.text.clone();
            let texts = [text.replace("servers = 2", "servers = 4"), text.to_string()];
            let mut turn = 0;
            b.iter(|| {
                turn += 1;
                session.set(&path, Some(texts[turn % 2].as_str().into()));
                session.update().len()
            });
        });
        group.bench_function(BenchmarkId::new("build cold", products), |b| {
            let empty = || {
                for path in [root.join("generated"), caches(root)] {
                    let _ = fs::remove_dir_all(path);
                }
            };
            b.iter_batched(empty, |()| assert!(build(root) > products), BatchSize::PerIteration);
        });
        let generated = root.join("generated");
        let templates = templates(&generated);
        let aside = folder.path().join("aside");
        let clear = || {
            let _ = fs::remove_dir_all(&aside);
        };
        group.bench_function(BenchmarkId::new("render", products), |b| {
            b.iter_batched(clear, |()| assert!(render(&templates, products, &aside) > products), BatchSize::PerIteration);
        });
        group.bench_function(BenchmarkId::new("copy", products), |b| {
            b.iter_batched(clear, |()| assert!(copy(&generated, &aside) > products), BatchSize::PerIteration);
        });
        clear();
        group.bench_function(BenchmarkId::new("build one changed", products), |b| {
            b.iter_batched(|| change(root, products), |()| assert!(build(root) > 0), BatchSize::PerIteration);
        });
        group.bench_function(BenchmarkId::new("build unchanged", products), |b| b.iter(|| assert_eq!(build(root), 0)));
        group.finish();
    }
}

fn planes(criterion: &mut Criterion) {
    const PRODUCTS: usize = 30;
    let folder = plane(PRODUCTS - 1);
    let root = &folder.path().join("project");
    let workspace = sources(root);
    let mut group = criterion.benchmark_group("plane");
    group.throughput(Throughput::Elements(PRODUCTS as u64));
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group.bench_function(BenchmarkId::new("check", PRODUCTS), |b| {
        let options = Options { files: Files::LetGo, ..Options::default() };
        b.iter(|| assert_eq!(driver::compile(black_box(&workspace), &options).products.len(), PRODUCTS));
    });
    group.bench_function(BenchmarkId::new("build cold", PRODUCTS), |b| {
        let empty = || {
            for path in [root.join("generated"), caches(root)] {
                let _ = fs::remove_dir_all(path);
            }
        };
        b.iter_batched(empty, |()| assert!(build(root) > PRODUCTS), BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, fleets, planes);
criterion_main!(benches);
