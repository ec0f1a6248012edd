//! What is said of a value that breaks a rule: the value, then the words of the rule.

use super::text_of;
use crate::base::Text;
use crate::value::Value;

/// Values longer than this are not repeated, in characters.
const LONGEST: usize = 80;

/// `` `servers = 4`: a quorum has 1, 3 or 5 members ``; a value without a short text of its own is named only.
pub fn broken(name: Option<&Text>, value: Option<&Value>, message: Option<&str>) -> String {
    let text = value.and_then(text_of).filter(|text| text.chars().count() <= LONGEST && !text.contains(char::is_control));
    let text = text.map(|text| if matches!(value, Some(Value::Text(_))) { format!("{:?}", text.as_str()) } else { text.to_string() });
    let shown = match (name, text) {
        (Some(name), Some(text)) => format!("`{name} = {text}`"),
        (None, Some(text)) => format!("`{text}`"),
        (Some(name), None) => format!("`{name}`"),
        (None, None) => "this".to_owned(),
    };
    match message {
        Some(message) => format!("{shown}: {message}"),
        None => format!("{shown} breaks its rule"),
    }
}
