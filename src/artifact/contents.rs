//! The text of a file: as it was printed, or packed with its neighbours until somebody reads it again.
//!
//! A build holds every text until it is known that nothing is wrong anywhere. The files of a product say nearly the same thing again and
//! again, so that packed together they take a fifth of their room.

use std::cell::RefCell;
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// The text of a file.
#[derive(Clone, Debug)]
pub(super) enum Contents {
    /// As it was printed.
    Whole(Arc<str>),
    /// A part of a text that is packed.
    Packed(Arc<Pack>, Range<u32>),
}

/// A text that is compressed.
#[derive(Debug)]
pub(super) struct Pack {
    bytes: Box<[u8]>,
    /// How many bytes the text has.
    length: usize,
}

/// A text that may be a part of a longer one.
#[derive(Clone)]
pub struct Slice {
    whole: Arc<str>,
    range: Range<usize>,
}

impl PartialEq for Slice {
    fn eq(&self, other: &Slice) -> bool {
        **self == **other
    }
}

impl Eq for Slice {}

impl fmt::Debug for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl From<&str> for Slice {
    fn from(text: &str) -> Slice {
        Slice { whole: text.into(), range: 0..text.len() }
    }
}

impl Deref for Slice {
    type Target = str;

    fn deref(&self) -> &str {
        self.whole.get(self.range.clone()).unwrap_or_default()
    }
}

thread_local! {
    /// The pack that was read last on this thread: who reads files in the order of their paths reads each pack once.
    static LAST: RefCell<Option<(Arc<Pack>, Arc<str>)>> = const { RefCell::new(None) };
}

impl Contents {
    /// The text.
    pub(super) fn text(&self) -> Slice {
        match self {
            Contents::Whole(text) => Slice { whole: Arc::clone(text), range: 0..text.len() },
            Contents::Packed(pack, range) => Slice { whole: Pack::text(pack), range: range.start as usize..range.end as usize },
        }
    }

    /// How many bytes the text has.
    pub(super) fn len(&self) -> usize {
        match self {
            Contents::Whole(text) => text.len(),
            Contents::Packed(_, range) => range.len(),
        }
    }

    /// Packs texts together, in their order. Where that takes no less room, they stay as they are.
    pub(super) fn pack<'c>(texts: impl Iterator<Item = &'c mut Contents>) {
        let (mut together, mut ranges) = (String::new(), Vec::new());
        for text in texts {
            let from = together.len() as u32;
            together.push_str(&text.text());
            ranges.push((text, from..together.len() as u32));
        }
        // Positions are kept in four bytes.
        if u32::try_from(together.len()).is_err() {
            return;
        }
        let Some(pack) = Pack::new(&together).map(Arc::new) else { return };
        for (text, range) in ranges {
            *text = Contents::Packed(Arc::clone(&pack), range);
        }
    }
}

impl Pack {
    /// Compresses a text; nothing where that takes no less room, or does not give back the same.
    fn new(text: &str) -> Option<Pack> {
        let bytes = lz4_flex::block::compress(text.as_bytes());
        let pack = Pack { bytes: bytes.into(), length: text.len() };
        (pack.bytes.len() < text.len() && pack.unpack().as_deref() == Some(text)).then_some(pack)
    }

    fn unpack(&self) -> Option<String> {
        String::from_utf8(lz4_flex::block::decompress(&self.bytes, self.length).ok()?).ok()
    }

    /// The text, which can be unpacked: it was when the pack was made.
    fn text(pack: &Arc<Pack>) -> Arc<str> {
        LAST.with_borrow_mut(|last| match last {
            Some((known, text)) if Arc::ptr_eq(known, pack) => Arc::clone(text),
            _ => {
                let text: Arc<str> = pack.unpack().unwrap_or_default().into();
                *last = Some((Arc::clone(pack), Arc::clone(&text)));
                text
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Contents;

    #[test]
    fn what_is_packed_reads_as_before() {
        let texts: Vec<String> = (0..50).map(|number| format!("name = \"web-{number}\"\nzone = \"é\"\n")).collect();
        let mut contents: Vec<Contents> = texts.iter().map(|text| Contents::Whole(text.as_str().into())).collect();
        contents.insert(7, Contents::Whole("".into()));
        Contents::pack(contents.iter_mut());
        assert!(contents.iter().all(|text| matches!(text, Contents::Packed(..))));
        assert!(contents[7].text().is_empty() && contents.remove(7).len() == 0);
        // Forwards, backwards and again: the pack that was read last is only a memory.
        let mut other = [Contents::Whole("x = 1\n".repeat(9).into())];
        Contents::pack(other.iter_mut());
        for (text, expected) in contents.iter().zip(&texts).chain(contents.iter().zip(&texts).rev()) {
            assert_eq!((&*text.text(), text.len()), (expected.as_str(), expected.len()));
            assert_eq!(&*other[0].text(), "x = 1\n".repeat(9));
        }
    }

    #[test]
    fn what_gains_nothing_stays() {
        let mut texts = [Contents::Whole("abc".into()), Contents::Whole("".into())];
        Contents::pack(texts.iter_mut());
        assert!(texts.iter().all(|text| matches!(text, Contents::Whole(_))));
        Contents::pack([].into_iter());
    }
}
