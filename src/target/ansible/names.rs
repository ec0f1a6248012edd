//! Names of roles, groups and variables.

use crate::base::{Text, text};

/// A name as Ansible takes it for roles, groups and variables: `_` for `-`.
pub fn word(name: &str) -> Text {
    name.replace('-', "_").into()
}

/// The variable of a role.
pub fn variable(role: &str, name: &str) -> Text {
    text!("{}_{}", word(role), word(name))
}

/// A variable of a role for a thing in it; what is named as the role is not named twice.
pub fn part(role: &str, thing: &str, what: &str) -> Text {
    let thing = slug(thing);
    if thing == word(role) { text!("{thing}_{what}") } else { text!("{}_{thing}_{what}", word(role)) }
}

/// Any text as a part of a variable's name.
pub fn slug(text: &str) -> Text {
    let mut slug = String::new();
    for character in text.chars() {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            'A'..='Z' => slug.push(character.to_ascii_lowercase()),
            _ if slug.is_empty() || slug.ends_with('_') => {}
            _ => slug.push('_'),
        }
    }
    slug.trim_end_matches('_').into()
}

/// The first sentence of a documentation comment, with a capital and a full stop.
pub fn sentence(doc: &str, name: &str) -> Text {
    let all = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = all.split_once(". ").map_or(all.as_str(), |(first, _)| first).trim_end_matches('.');
    let first = if first.is_empty() { name.replace(['_', '-'], " ") } else { first.to_owned() };
    text!("{}.", capital(&first))
}

/// Text with a capital first letter.
pub fn capital(text: &str) -> Text {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    text!("{first}{}", letters.as_str())
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The path without its last part.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::{part, sentence, slug};

    #[test]
    fn names_are_words() {
        assert_eq!(slug("wg-quick@wg0"), "wg_quick_wg0");
        assert_eq!(part("consul", "consul", "release"), "consul_release");
        assert_eq!(part("vault", "openbao", "release"), "vault_openbao_release");
        assert_eq!(sentence("keeps the\n secrets. And more.", "x"), "Keeps the secrets.");
    }
}
