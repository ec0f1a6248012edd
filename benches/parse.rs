//! How fast text becomes a tree, beside a plain scan of its bytes and beside a pest parser of `grammar/infra.pest` without
//! actions, which reads nothing but whether the text belongs to the language.

// The derive gives the grammar a public enum without words.
#![allow(missing_docs, reason = "the rules are documented in the grammar")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use infrac::base::FileId;
use pest::Parser;
use std::hint::black_box;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/infra.pest"]
struct Grammar;

/// About a megabyte of a text, again and again.
fn megabyte(text: &str) -> String {
    text.repeat(1_000_000 / text.len().max(1))
}

/// The corpus of the tests, which has hardly a byte that is not syntax.
fn corpus() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
    let mut paths: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

fn parse(criterion: &mut Criterion) {
    for (name, text) in [("inventory", megabyte(include_str!("../inventory/acme/product.infra"))), ("corpus", megabyte(&corpus()))] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.sample_size(10);
        group.bench_function("byte scan", |b| {
            b.iter(|| black_box(&text).bytes().filter(|byte| *byte == b'\n').count());
        });
        group.bench_function("tree", |b| b.iter(|| infrac::syntax::parse(FileId(0), black_box(&text))));
        group.bench_function("pest", |b| b.iter(|| Grammar::parse(Rule::file, black_box(&text)).is_ok()));
        group.bench_function("layout", |b| b.iter(|| infrac::fmt::format(FileId(0), black_box(&text))));
        group.finish();
    }
}

criterion_group!(benches, parse);
criterion_main!(benches);
