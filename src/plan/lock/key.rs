//! The keys of a lock: whose a line is.

/// A key taken apart: `prod/mgmt.range@eu`, `prod/mgmt.nodes/acme-prod-mgmt-nodes-0@eu`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'k> {
    /// The environment.
    pub environment: &'k str,
    /// The instance and, for what a field of it asks for, the field with its number: `mgmt.range`, `mgmt.net.parts[1]`.
    pub path: &'k str,
    /// What tells several addresses or numbers of one path apart, a machine's name among others; a range has none. That of a number may
    /// begin with the name of its pool and a dot.
    pub name: Option<&'k str>,
    /// The provider instance.
    pub provider: &'k str,
}

impl<'k> Key<'k> {
    /// Takes a key apart; nothing where infrac writes no such key.
    pub fn read(key: &'k str) -> Option<Key<'k>> {
        let (rest, provider) = key.rsplit_once('@')?;
        let (environment, rest) = rest.split_once('/')?;
        let (path, name) = match rest.split_once('/') {
            Some((path, name)) => (path, Some(name)),
            None => (rest, None),
        };
        let is_path = path.bytes().all(|byte| is_letter(byte) || matches!(byte, b'.' | b'[' | b']'));
        let key = Key { environment, path, name, provider };
        let plain = [environment, provider, key.stack()].into_iter().all(is_word) && name.is_none_or(is_name);
        (is_path && plain).then_some(key)
    }

    /// What the numbers are told apart in: the pool that the name begins with, or the path. Paths have a dot, pools have none.
    pub fn pool(&self) -> Option<&'k str> {
        self.name.map(|name| name.split_once('.').map_or(self.path, |(pool, _)| pool))
    }

    /// The stack that it belongs to, or what else the inventory declares.
    pub fn stack(&self) -> &'k str {
        self.path.split(['.', '[']).next().unwrap_or_default()
    }
}

/// Whether a text can tell addresses apart in a key: letters, digits, dots, hyphens and underscores.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| is_letter(byte) || byte == b'.')
}

/// Whether a text is a name of the language.
pub fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_letter)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn takes_keys_apart() {
        let key = Key::read("prod/mgmt.nodes/acme-prod-mgmt-nodes-0@eu").unwrap();
        assert_eq!((key.environment, key.path, key.provider), ("prod", "mgmt.nodes", "eu"));
        assert_eq!((key.name, key.stack()), (Some("acme-prod-mgmt-nodes-0"), "mgmt"));
        let key = Key::read("prod/mgmt.net.parts[1]@eu").unwrap();
        assert_eq!((key.path, key.name, key.stack()), ("mgmt.net.parts[1]", None, "mgmt"));
    }

    #[test]
    fn knows_no_other_keys() {
        for key in [
            "",
            "prod",
            "prod/mgmt.range",
            "mgmt.range@eu",
            "/mgmt.range@eu",
            "prod/.range@eu",
            "prod/mgmt.range@",
            "prod/a b@eu",
            "prod/a/@eu",
            "prod/a/b/c@eu",
        ] {
            assert_eq!(Key::read(key), None, "{key}");
        }
    }
}
