//! Every setting of `infra.toml` as data: what it is, what it takes, and the JSON schema of the file.

use super::settings::{EDITIONS, FILE, NEEDS, SOURCES, Settings, TARGETS};
use crate::base::Text;
use serde_json::{Value, json};

/// A setting.
#[derive(Debug)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// What it takes.
    pub form: Form,
    /// Whether it has to be there.
    pub required: bool,
    /// What it means, as sentences.
    pub meaning: &'static str,
    /// What it is in settings.
    pub value: fn(&Settings) -> Value,
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A name of the language.
    Name,
    /// An edition of the language.
    Edition,
    /// A folder inside the project.
    Folder,
    /// Several of them.
    Folders,
    /// What is written.
    Targets,
    /// Where the compiler is published.
    Compiler,
}

/// Every setting, in the order in which a file has them best.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "name",
        form: Form::Name,
        required: true,
        meaning: "The name of the project.",
        value: |settings| json!(settings.name.as_str()),
    },
    Setting {
        key: "edition",
        form: Form::Edition,
        required: true,
        meaning: "The edition of the language that the sources are written in.",
        value: |settings| json!(settings.edition.as_str()),
    },
    Setting {
        key: "inventory",
        form: Form::Folder,
        required: false,
        meaning: "The folder of the products.",
        value: |settings| json!(settings.inventory.as_str()),
    },
    Setting {
        key: "library",
        form: Form::Folders,
        required: false,
        meaning: "The folders of the project's own definitions and schemas, beside the library inside infrac.",
        value: |settings| texts(&settings.library),
    },
    Setting {
        key: "output",
        form: Form::Folder,
        required: false,
        meaning: "The folder that generated files are written into. GitHub and GitLab read pipelines at the root of a repository only.",
        value: |settings| json!(settings.output.as_str()),
    },
    Setting {
        key: "targets",
        form: Form::Targets,
        required: false,
        meaning: "What is written, where it is not everything.",
        value: |settings| texts(&settings.targets),
    },
    Setting {
        key: "compiler",
        form: Form::Compiler,
        required: false,
        meaning: "Where pipelines get infrac, as mise names it: `github:owner/name`. Otherwise where the library says.",
        value: |settings| settings.compiler.as_ref().map_or(Value::Null, |compiler| json!(compiler.as_str())),
    },
];

impl Form {
    /// In a few words.
    pub fn words(self) -> String {
        match self {
            Form::Name => "name: lower-case letters, digits, `-` and `_`, a letter first".to_owned(),
            Form::Edition => format!("one of {}", EDITIONS.join(", ")),
            Form::Folder => "folder inside the project, with `/` and without `..`".to_owned(),
            Form::Folders => "list of folders inside the project, each once".to_owned(),
            Form::Targets => format!("list of {}, each once, one at least", TARGETS.join(", ")),
            Form::Compiler => format!("one of {} with `:` and the name there", SOURCES.join(", ")),
        }
    }

    /// As a JSON schema.
    fn schema(self) -> Value {
        match self {
            Form::Name => json!({ "type": "string", "pattern": "^[a-z][a-z0-9_-]*$" }),
            Form::Edition => json!({ "type": "string", "enum": EDITIONS }),
            Form::Folder => {
                let part = r"(?!\.{1,2}(/|$))[^/\\:<>\u0000-\u001f\u007f-\u009f]+";
                json!({ "type": "string", "pattern": format!("^(\\.|{part}(/{part})*)/*$") })
            }
            Form::Folders => json!({ "type": "array", "uniqueItems": true, "items": Form::Folder.schema() }),
            Form::Targets => {
                let has = |target: &str| json!({ "contains": { "const": target } });
                let needs: Vec<Value> = NEEDS.iter().map(|(target, needed, _)| json!({ "if": has(target), "then": has(needed) })).collect();
                json!({ "type": "array", "minItems": 1, "uniqueItems": true, "items": { "enum": TARGETS }, "allOf": needs })
            }
            Form::Compiler => json!({ "type": "string", "pattern": format!("^({}):[A-Za-z0-9._/-]+$", SOURCES.join("|")) }),
        }
    }
}

/// The JSON schema of `infra.toml`. It takes what is read without a mistake, but for two spellings of one folder in `library`, and for
/// what depends on the folders that there are.
pub fn schema() -> Value {
    let defaults = Settings::default();
    let properties: serde_json::Map<String, Value> = SETTINGS
        .iter()
        .map(|setting| {
            let mut property = setting.form.schema();
            property["description"] = json!(setting.meaning);
            let default = (setting.value)(&defaults);
            if !setting.required && !default.is_null() {
                property["default"] = default;
            }
            (setting.key.to_owned(), property)
        })
        .collect();
    let required: Vec<&str> = SETTINGS.iter().filter(|setting| setting.required).map(|setting| setting.key).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FILE,
        "description": "The settings of a project of infrac.",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn texts(texts: &[Text]) -> Value {
    texts.iter().map(|text| Value::from(text.as_str())).collect()
}
