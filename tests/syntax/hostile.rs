//! Random damage: no text brings the parser or the layout down.

use crate::mutate::{Random, letters};
use crate::{corpus, parse};
use infrac::base::FileId;

#[test]
fn damaged_texts_never_crash() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (_, text) in corpus() {
        for _ in 0..400 {
            let damaged = letters(&text, &mut random);
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
