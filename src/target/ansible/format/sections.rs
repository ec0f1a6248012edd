//! Sections of keys: systemd and INI. A list is a key that stands several times.

use super::lines::inside;
use super::template::Template;
use crate::artifact::{Error, Problem};
use crate::target::ansible::scope::Scope;
use crate::value::Value;

/// The template of a file; `equals` stands between a key and its value.
pub fn sections(value: &Value, equals: &'static str, scope: &Scope<'_>) -> Result<String, Error> {
    let Some(map) = value.as_map() else { return Err(Problem::Shape("sections are a map of maps").into()) };
    let mut template = Template::default();
    template.managed("#");
    for (at, (name, keys)) in map.iter().enumerate() {
        if at > 0 {
            template.line_end();
        }
        template.raw("[");
        template.raw(name);
        template.raw("]");
        template.line_end();
        let Some(keys) = keys.as_map() else { return Err(Problem::Shape("a section is a map").into()) };
        for (key, value) in keys.iter().filter(|(_, value)| **value != Value::None) {
            for value in value.as_list().unwrap_or(std::slice::from_ref(value)) {
                template.raw(key);
                template.raw(equals);
                inside(&mut template, value, scope).map_err(|error| error.within(key.clone()))?;
                template.line_end();
            }
        }
    }
    Ok(template.finish())
}
