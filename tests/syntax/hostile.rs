//! Random damage: no text brings the parser or the layout down.

use crate::{corpus, parse};
use infrac::base::FileId;

/// A small generator of its own, so that every run sees the same texts.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

#[test]
fn damaged_texts_never_crash() {
    let signs = [
        "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "${", "\\", "\n", "\r", "#", "##", "=", "=>", "->", "??", ",", ":", ".", "0",
        "9.9.9.9/", "é", "\u{301}", "\u{0}", "😀", "for ", "if ", "match ", "not ", "-", "in ", "'", "`",
    ];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (_, text) in corpus() {
        for _ in 0..400 {
            let mut damaged: Vec<char> = text.chars().collect();
            for _ in 0..=random.below(6) {
                let at = random.below(damaged.len());
                match random.below(4) {
                    0 => drop(damaged.drain(at..(at + random.below(20)).min(damaged.len()))),
                    1 => drop(damaged.splice(at..at, signs[random.below(signs.len())].chars())),
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
                if damaged.is_empty() {
                    break;
                }
            }
            let damaged: String = damaged.into_iter().collect();
            let (file, messages) = parse(&damaged);
            let gaps = crate::dump::dump(&file).contains("(error)");
            assert!(!gaps || !messages.is_empty(), "a gap without a message:\n{damaged}");
            for message in &messages {
                let span = message.primary.span;
                assert!(span.start <= span.end && span.end as usize <= damaged.len());
                assert!(damaged.is_char_boundary(span.start as usize) && damaged.is_char_boundary(span.end as usize));
            }
            if infrac::fmt::format(FileId(0), &damaged).is_ok() {
                crate::format::check(&damaged);
            }
        }
    }
}
