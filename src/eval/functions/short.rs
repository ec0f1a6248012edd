//! Names for what takes few letters: the same for the same text on every machine and in every release.

use super::{int_of, text_of};
use crate::base::Text;
use crate::value::Value;
use sha2::{Digest, Sha256};

/// How many letters tell two texts apart of which each was cut.
const HASH: usize = 8;

/// So many letters and digits make a hash of that length that two texts rarely share: 32 bits at least.
const LEAST_LETTERS: usize = 16;

/// The letters that a name may have where nothing else is said.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789-";

/// `short_name(text, max, alphabet)`: the text itself where it fits, or what of it fits with a hash behind it.
pub(super) fn short_name(arguments: &[Value]) -> Result<Value, String> {
    let (text, most) = (text_of(arguments, 0)?, int_of(arguments, 1)?);
    let alphabet = match arguments.get(2) {
        None | Some(Value::None) => LETTERS,
        Some(_) => text_of(arguments, 2)?,
    };
    let most = usize::try_from(most).ok().filter(|most| (HASH + 1..=255).contains(most));
    let most = most.ok_or_else(|| format!("`max` is a number from {} to 255", HASH + 1))?;
    let of_hash: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').filter(|letter| alphabet.contains(*letter)).collect();
    if of_hash.len() < LEAST_LETTERS {
        return Err(format!("`alphabet` has at least {LEAST_LETTERS} letters and digits"));
    }
    if text.is_empty() {
        return Err("a name is made of a text that is not empty".to_owned());
    }
    let fitting: String = text.chars().filter_map(|letter| written(letter, alphabet)).collect();
    if fitting == text && text.chars().count() <= most {
        return Ok(Value::text(text));
    }
    let kept: String = fitting.chars().take(most - HASH).collect();
    Ok(Value::text(kept + &hash(text, &of_hash)))
}

/// The same for a text and a length that the compiler itself gives; the text where no name can be made of it.
pub fn shortened(text: &str, most: i64) -> Text {
    let name = short_name(&[Value::text(text), Value::Int(most)]).ok();
    name.and_then(|name| name.as_text().cloned()).unwrap_or_else(|| text.into())
}

/// A letter as the alphabet has it, in small where it knows no capitals.
fn written(letter: char, alphabet: &str) -> Option<char> {
    [letter, letter.to_ascii_lowercase()].into_iter().find(|letter| alphabet.contains(*letter))
}

fn hash(text: &str, letters: &[char]) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut number = digest.iter().take(16).fold(0u128, |number, byte| number << 8 | u128::from(*byte));
    let base = letters.len() as u128;
    let mut hash = String::with_capacity(HASH);
    for _ in 0..HASH {
        hash.extend(letters.get((number % base) as usize));
        number /= base;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::{HASH, short_name};
    use crate::value::Value;

    fn short(text: &str, most: i64, alphabet: Option<&str>) -> Result<String, String> {
        let alphabet = alphabet.map_or(Value::None, Value::text);
        short_name(&[Value::text(text), Value::Int(most), alphabet]).map(|value| value.as_text().unwrap().to_string())
    }

    #[test]
    fn what_fits_stays_and_what_is_cut_stays_apart() {
        assert_eq!(short("acme-prod", 24, None).as_deref(), Ok("acme-prod"));
        let (a, b) = (short("acme-prod-backups-of-eu-0", 24, None).unwrap(), short("acme-prod-backups-of-eu-1", 24, None).unwrap());
        assert!(a != b && a.len() == 24 && a.starts_with("acme-prod-backup"), "{a} {b}");
        // Without hyphens `a-b` and `ab` would be one name.
        let plain = Some("abcdefghijklmnopqrstuvwxyz0123456789");
        let (a, b) = (short("a-b", 24, plain).unwrap(), short("ab", 24, plain).unwrap());
        assert_eq!((a.len(), b.as_str()), (2 + HASH, "ab"));
        assert!(short("Acme", 24, None).unwrap().starts_with("acme"));
    }

    #[test]
    fn what_can_make_no_name_is_refused() {
        for (text, most, alphabet) in [("a", 8, None), ("a", 256, None), ("a", 24, Some("abc")), ("", 24, None)] {
            assert!(short(text, most, alphabet).is_err(), "{text} {most} {alphabet:?}");
        }
    }
}
