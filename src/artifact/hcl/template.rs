//! JSON that is read as HCL: every text in it, keys too, is a template.

use super::code::{is_kept, prepends};
use crate::artifact::json::Value;
use crate::artifact::{Error, Problem};
use crate::base::Text;

/// The value as a file of JSON says it, so that nothing in it is evaluated.
pub fn json(value: &Value) -> Result<Value, Error> {
    Ok(match value {
        Value::Text(text) => Value::Text(json_text(text)?),
        Value::List(values) => {
            let each = |(at, value): (usize, &Value)| json(value).map_err(|error| error.within(at.to_string()));
            Value::List(values.iter().enumerate().map(each).collect::<Result<_, _>>()?)
        }
        Value::Object(entries) => {
            let each = |(key, value): &(Text, Value)| Ok((json_text(key)?, json(value).map_err(|error| error.within(key.clone()))?));
            Value::Object(entries.iter().map(each).collect::<Result<_, Error>>()?)
        }
        scalar => scalar.clone(),
    })
}

/// Text, or a key, as a file of JSON says it.
pub fn json_text(text: &str) -> Result<Text, Error> {
    if !is_kept(text) {
        return Err(Problem::NotNormalised(text.into()).into());
    }
    // The reader takes it for the mark at the start of a file.
    if text.starts_with('\u{feff}') {
        return Err(Problem::Character('\u{feff}').into());
    }
    if let Some(character) = text.chars().find(|character| prepends(*character)) {
        return Err(Problem::Character(character).into());
    }
    // Behind a carriage return the reader takes the escape of `$${` for text.
    if text.contains('\r') && (text.contains("$${") || text.contains("%%{")) {
        return Err(Problem::Syntax(text.into()).into());
    }
    Ok(text.replace("${", "$${").replace("%{", "%%{").into())
}

#[cfg(test)]
mod tests {
    use super::json;
    use crate::artifact::Problem;
    use crate::artifact::json::Value;

    #[test]
    fn texts_and_keys_are_templates() {
        let meant = Value::object().with("${k}", vec![Value::from("$${a} 100% %{b}"), Value::Int(1)]).with("k", Value::Null);
        let written = Value::object().with("$${k}", vec![Value::from("$$${a} 100% %%{b}"), Value::Int(1)]).with("k", Value::Null);
        assert_eq!(json(&meant), Ok(written));
    }

    #[test]
    fn names_the_text_that_it_cannot_hold() {
        let error = json(&Value::object().with("a", vec!["x", "e\u{301}"])).unwrap_err();
        assert_eq!(error.path, ["a", "1"]);
        assert_eq!(error.problem, Problem::NotNormalised("e\u{301}".into()));
        assert!(json(&Value::object().with("e\u{301}", 1)).is_err());
        assert_eq!(json(&Value::from("\ra$${b")).unwrap_err().problem, Problem::Syntax("\ra$${b".into()));
        assert_eq!(json(&Value::from("a\u{11a87}")).unwrap_err().problem, Problem::Character('\u{11a87}'));
        assert!(json(&Value::from("%%{\r")).is_err() && json(&Value::from("\r${%{")).is_ok());
        assert_eq!(json(&Value::from("\u{feff}a")).unwrap_err().problem, Problem::Character('\u{feff}'));
    }
}
