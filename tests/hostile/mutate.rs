//! Small damage of every kind, the same in every run.

use crate::damage::tokens;

/// A small generator of its own, so that every run sees the same texts.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    pub fn of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.below(all.len())]
    }
}

/// What no text has in such places.
const SIGNS: [&str; 35] = [
    "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "${", "\\", "\n", "\r", "#", "##", "=", "=>", "->", "??", ",", ":", ".", "0", "9.9.9.9/",
    "é", "\u{301}", "\u{0}", "😀", "for ", "if ", "match ", "not ", "-", "in ", "'", "`",
];

/// Deletes, inserts, swaps and doubles characters in up to six places.
pub fn letters(text: &str, random: &mut Random) -> String {
    let mut damaged: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(6) {
        if damaged.is_empty() {
            break;
        }
        let at = random.below(damaged.len());
        match random.below(4) {
            0 => drop(damaged.drain(at..(at + random.below(20)).min(damaged.len()))),
            1 => drop(damaged.splice(at..at, random.of(&SIGNS).chars())),
            2 => {
                let other = random.below(damaged.len());
                damaged.swap(at, other);
            }
            _ => {
                let piece: Vec<char> = damaged[at..(at + 30).min(damaged.len())].to_vec();
                let to = random.below(damaged.len());
                drop(damaged.splice(to..to, piece));
            }
        }
    }
    damaged.into_iter().collect()
}

/// Changes bytes, which may leave no text: what is none is replaced as a reader of files would do it.
pub fn bytes(text: &str, random: &mut Random) -> String {
    let mut damaged = text.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(damaged.len());
        if let Some(byte) = damaged.get_mut(at) {
            *byte = match random.below(3) {
                0 => *byte ^ 1 << random.below(8),
                1 => random.below(256) as u8,
                _ => b"\0\t\r \x7f\xff{}[]()\"\\$#"[random.below(16)],
            };
        }
    }
    String::from_utf8_lossy(&damaged).into_owned()
}

/// Deletes, doubles, swaps and replaces tokens in up to four places; what is put in comes from `other`.
pub fn words(text: &str, other: &str, random: &mut Random) -> String {
    let (places, others) = (tokens(text), tokens(other));
    let mut pieces: Vec<&str> = places.iter().map(|place| &text[place.clone()]).collect();
    if pieces.is_empty() {
        return text.to_owned();
    }
    for _ in 0..=random.below(4) {
        let at = random.below(pieces.len());
        pieces[at] = match random.below(4) {
            0 => "",
            1 => pieces[random.below(pieces.len())],
            2 => random.of(&SIGNS),
            _ => others.get(random.below(others.len())).map_or("", |place| &other[place.clone()]),
        };
    }
    let mut damaged = String::with_capacity(text.len());
    let mut end = 0;
    for (place, piece) in places.iter().zip(pieces) {
        damaged += &text[end..place.start];
        damaged += piece;
        end = place.end;
    }
    damaged + &text[end..]
}
