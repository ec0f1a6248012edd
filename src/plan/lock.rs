//! `infra.lock`: what was allocated, so that adding or removing one thing renumbers nothing else.
//!
//! One line for each allocation, sorted: the key names the environment, the thing and the provider instance, so moving a thing to
//! another provider allocates it anew. The file is written beside the product's sources and committed.

use crate::base::Text;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The allocations of one product, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<Text, Text>,
}

/// The first line of a lock file; a later format has another number.
const HEAD: &str = "# What infrac allocated, so that nothing is renumbered. Keep it in version control; format 1.";

impl Lock {
    /// Reads a lock file. The error is the number of the line that cannot be read, from 1.
    pub fn parse(text: &str) -> Result<Lock, u32> {
        let mut entries = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            if index == 0 {
                if line != HEAD {
                    return Err(number);
                }
                continue;
            }
            if line.is_empty() {
                continue;
            }
            let (key, value) = line.split_once(" = ").ok_or(number)?;
            if entries.insert(Text::from(key), Text::from(value)).is_some() {
                return Err(number);
            }
        }
        Ok(Lock { entries })
    }

    /// The text of the file.
    pub fn print(&self) -> String {
        let mut text = format!("{HEAD}\n");
        for (key, value) in &self.entries {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{key} = {value}");
        }
        text
    }

    /// A lock of these allocations.
    pub fn new(entries: BTreeMap<Text, Text>) -> Lock {
        Lock { entries }
    }

    /// What a key got.
    pub fn get(&self, key: &str) -> Option<&Text> {
        self.entries.get(key)
    }

    /// Every allocation whose key begins so.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a Text, &'a Text)> {
        self.entries.iter().filter(move |(key, _)| key.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::Lock;

    #[test]
    fn reads_what_it_prints_and_refuses_the_rest() {
        let lock = Lock::new([("prod/a@eu".into(), "10.0.0.0/20".into())].into());
        assert_eq!(Lock::parse(&lock.print()), Ok(lock.clone()));
        assert_eq!(Lock::parse("something else"), Err(1));
        assert_eq!(Lock::parse(&format!("{}nonsense\n", lock.print())), Err(3));
    }
}
