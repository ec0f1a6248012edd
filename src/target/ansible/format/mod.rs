//! What the files on a machine are written in, as templates.

mod json;
mod lines;
mod sections;
mod template;
mod toml;

pub use template::Template;

use super::scope::Scope;
use crate::artifact::{Error, Problem};
use crate::value::Value;

/// The template of a file in a format; JSON is YAML too.
pub fn template(format: &str, content: &Value, mark: &str, scope: &Scope<'_>) -> Result<String, Error> {
    match format {
        "json" | "yaml" => json::json(content, scope),
        "toml" => toml::toml(content, scope),
        "systemd" => sections::sections(content, "=", scope),
        "ini" => sections::sections(content, " = ", scope),
        "lines" => lines::lines(content, mark, scope),
        _ => Err(Problem::Shape("there is no such format").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::template;
    use crate::shape::Role;
    use crate::target::ansible::scope::Scope;
    use crate::value::{Residual, ResidualFor, Value};

    fn role() -> Role {
        Role {
            name: "web".into(),
            doc: "Serves.".into(),
            licence: "MPL-2.0".into(),
            source: "web.infra".into(),
            holes: Vec::new(),
            install: Vec::new(),
            configure: Vec::new(),
            cluster: Vec::new(),
            serial: false,
            ports: Vec::new(),
        }
    }

    fn variable(name: &str) -> Value {
        Value::residual(Residual::Variable(name.into()))
    }

    fn each(result: Value) -> Value {
        Value::residual(Residual::For(Box::new(ResidualFor {
            key: None,
            value: "peer".into(),
            source: variable("peers"),
            condition: None,
            entry: None,
            result,
        })))
    }

    #[test]
    fn json_is_literal_where_it_is_known() {
        let role = role();
        let content = Value::map([
            ("name", Value::text("{{ 7 * 7 }}")),
            ("none", Value::None),
            ("peers", each(Value::map([("at", Value::residual(Residual::Local("peer".into())))]))),
        ]);
        let text = template("json", &content, "#", &Scope::new(&role)).unwrap();
        assert_eq!(
            text,
            "{\n  \"name\": \"{{ '{{' }} 7 * 7 }}\",\n  \"peers\": [\n{% for peer in web_peers %}\n    {\n      \"at\": {{ peer | to_json(ensure_ascii=False) }}\n    }{{ '' if loop.last else ',' }}\n{% endfor %}\n  ]\n}\n"
        );
    }

    #[test]
    fn toml_has_keys_before_tables() {
        let role = role();
        let content = Value::map([
            ("admin", Value::map([("token", variable("token"))])),
            ("copies", Value::Int(3)),
            ("zones", Value::list([Value::text("a\u{7f}")])),
        ]);
        let text = template("toml", &content, "#", &Scope::new(&role)).unwrap();
        assert_eq!(
            text,
            "# {{ ansible_managed }}\ncopies = 3\nzones = [\"a\\u007f\"]\n\n[admin]\ntoken = {{ web_token | to_json(ensure_ascii=False) | replace(\"\\x7f\", \"\\\\u007f\") }}\n"
        );
    }

    #[test]
    fn lines_become_loops() {
        let role = role();
        let peer = Value::residual(Residual::Local("peer".into()));
        let line = Value::residual(Residual::Template(vec![Value::text("allow "), peer]));
        let content = Value::residual(Residual::Call("concat".into(), vec![Value::list([Value::text("deny all")]), each(line)]));
        let text = template("lines", &content, "//", &Scope::new(&role)).unwrap();
        assert_eq!(text, "// {{ ansible_managed }}\ndeny all\n{% for peer in web_peers %}\nallow {{ peer }}\n{% endfor %}\n");
        assert!(template("lines", &Value::list([Value::text("a\nb")]), "#", &Scope::new(&role)).is_err());
    }
}
