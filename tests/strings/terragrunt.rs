//! Inputs and mocks of a unit, and JSON in a file that Terragrunt generates: `terragrunt render` says what it read.

use crate::compare::{alike, field, list, numbered, parse, same};
use crate::generate::texts;
use crate::opentofu::{encodable, meant, normal, normal_values, places};
use crate::tools::Folder;
use infrac::artifact::hcl::{Body, Expr, Object};
use infrac::artifact::json::Value;
use infrac::artifact::{Entry, verify};

crate::sizes!(units);

/// Whether no whole number in the value is one that Terragrunt would round; the target refuses those.
fn small(value: &Value) -> bool {
    match value {
        Value::Int(number) => number.unsigned_abs() <= 1 << 53,
        Value::List(values) => values.iter().all(small),
        Value::Object(entries) => entries.iter().all(|(_, value)| small(value)),
        _ => true,
    }
}

const BATCH: usize = 2500;

fn units(count: usize) {
    let texts = texts(4, count);
    let values: Vec<Value> = normal_values(count).into_iter().filter(small).collect();
    for (at, batch) in encodable(&normal(&texts)).chunks(BATCH).enumerate() {
        let values = if at == 0 { values.as_slice() } else { &[] };
        let mocks = Object::new()
            .with("texts", Expr::list(batch.iter().copied()))
            .with("keys", batch.iter().zip(0i64..).map(|(text, at)| (*text, at)).collect::<Object>().lines());
        let outputs = || Expr::path("dependency.other.outputs");
        let mut inputs: Object = places(batch, values).into_iter().collect();
        inputs = inputs.with("mocks", outputs().attribute("texts")).with("mocked", outputs().attribute("keys")).lines();
        let generated = Expr::call("jsonencode", [Expr::list(batch.iter().copied())]);
        let body = Body::new()
            .nested("locals", Body::new().attribute("bar", "|"))
            .block(
                "dependency",
                ["other"],
                Body::new().attribute("config_path", "../other").attribute("skip_outputs", true).attribute("mock_outputs", mocks.lines()),
            )
            .block(
                "generate",
                ["file"],
                Body::new().attribute("path", "x.json").attribute("if_exists", "overwrite").attribute("contents", generated),
            )
            .attribute("inputs", inputs);
        let entry = Entry::new(body).unwrap();
        verify(&entry).unwrap();
        let folder = Folder::new();
        folder.write("unit/terragrunt.hcl", &entry.text());
        folder.write("other/terragrunt.hcl", "");
        let read = parse(&folder.run(&["terragrunt", "render", "--json", "--working-dir", "unit"]));
        let inputs = field(&read, "inputs");
        for (name, meant) in meant(batch, values) {
            alike(name, &meant, &field(&inputs, name));
        }
        same("mocks", &list(batch.iter().copied()), &field(&inputs, "mocks"));
        alike("mocked", &numbered(batch.iter().copied()), &field(&inputs, "mocked"));
        let generated = field(&field(&field(&read, "generate"), "file"), "contents");
        let Value::Text(generated) = generated else { panic!("the contents of a file are text") };
        same("generated", &list(batch.iter().copied()), &parse(generated.as_bytes()));
    }
}
