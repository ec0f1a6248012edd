//! Packer: settings in a template, which are templates of HCL, and values of variables, which are read as they stand.

use crate::compare::{alike, field, list, numbered, parse};
use crate::generate::texts;
use crate::opentofu::{encodable, held, is_encodable, normal_values};
use crate::tools::Folder;
use infrac::artifact::hcl;
use infrac::artifact::json::{Value, print};
use infrac::base::Text;

crate::sizes!(templates);

const BATCH: usize = 2500;

fn templates(count: usize) {
    let texts = texts(5, count);
    let values: Vec<Value> = normal_values(count).into_iter().filter(|value| hcl::json(value).is_ok() && is_encodable(value)).collect();
    for (at, batch) in encodable(&held(&texts)).chunks(BATCH).enumerate() {
        let values = if at == 0 { values.as_slice() } else { &[] };
        let places =
            [("texts", list(batch.iter().copied())), ("keys", numbered(batch.iter().copied())), ("values", Value::List(values.to_vec()))];
        let mut locals = Value::object();
        for (name, value) in &places {
            locals.push(*name, hcl::json(value).unwrap());
        }
        // A variable each takes long, and all are read by the same code.
        let variables: Vec<(Text, Value)> =
            batch.iter().take(300).enumerate().map(|(at, text)| (["v", &at.to_string()].concat().into(), Value::from(*text))).collect();
        let declared: Vec<(Text, Value)> =
            variables.iter().map(|(name, _)| (name.clone(), Value::object().with("type", "string"))).collect();
        let template = Value::object().with("//", batch[0]).with("variable", declared).with("locals", locals);
        let folder = Folder::new();
        folder.write("image.pkr.json", &print(&template).unwrap());
        folder.write("image.pkrvars.json", &print(&Value::Object(variables.clone())).unwrap());
        let ask = |what: &str| {
            let words = ["packer", "console", "-var-file=image.pkrvars.json", "image.pkr.json"];
            parse(&folder.ask(&words, &["jsonencode(", what, ")\n"].concat()))
        };
        let read = ask("local");
        for (name, meant) in &places {
            alike(name, meant, &field(&read, name));
        }
        alike("variables", &Value::Object(variables), &ask("var"));
    }
}
