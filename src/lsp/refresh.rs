//! Asks a client to ask again: what is shown of one text may have become another because of another text.
//!
//! Of each kind one request is on its way at a time, so that a client that answers slowly is not asked for every letter that is typed.

use serde_json::Value;
use std::collections::BTreeMap;

/// What is asked for again: the request, and where a client says that it is understood.
const KINDS: [(&str, &str); 4] = [
    ("workspace/diagnostic/refresh", "workspace/diagnostics/refreshSupport"),
    ("workspace/semanticTokens/refresh", "workspace/semanticTokens/refreshSupport"),
    ("workspace/codeLens/refresh", "workspace/codeLens/refreshSupport"),
    ("workspace/inlayHint/refresh", "workspace/inlayHint/refreshSupport"),
];

/// What the client is asked to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// What is wrong.
    Diagnostics,
    /// Colours, lenses and hints.
    Beside,
    /// Hints alone, of which others are wanted.
    Hints,
    /// Lenses alone, which say whether files are as they would be built.
    Lenses,
}

impl Again {
    fn methods(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Again::Diagnostics => &KINDS[..1],
            Again::Beside => &KINDS[1..],
            Again::Lenses => &KINDS[2..3],
            Again::Hints => &KINDS[3..],
        }
    }
}

/// What a client understands of this, and what it was asked.
#[derive(Debug, Default)]
pub(super) struct Refresh {
    understood: Vec<&'static str>,
    /// What is on its way, by the number of the request, and whether it is to be asked once more.
    open: BTreeMap<i32, (&'static str, bool)>,
}

impl Refresh {
    /// What a client understands, where `is` says what it can do.
    pub(super) fn new(is: impl Fn(&str) -> bool) -> Refresh {
        let understood = KINDS.iter().filter(|(_, can)| is(can)).map(|(method, _)| *method);
        Refresh { understood: understood.collect(), open: BTreeMap::new() }
    }

    /// Whether a client can be asked for something again.
    pub(super) fn understands(&self, what: Again) -> bool {
        what.methods().iter().all(|(method, _)| self.understood.contains(method))
    }

    /// The requests that have to be sent for something; those that are on their way already are sent once more when they are answered.
    pub(super) fn wanted(&mut self, what: Again) -> Vec<&'static str> {
        let mut wanted = Vec::new();
        for (method, _) in what.methods().iter().filter(|(method, _)| self.understood.contains(method)) {
            match self.open.values_mut().find(|(open, _)| open == method) {
                Some((_, again)) => *again = true,
                None => wanted.push(*method),
            }
        }
        wanted
    }

    /// A request was sent under a number.
    pub(super) fn sent(&mut self, method: &'static str, number: i32) {
        self.open.insert(number, (method, false));
    }

    /// The client answered a number: what has to be sent once more.
    pub(super) fn answered(&mut self, number: &Value) -> Option<&'static str> {
        let number = i32::try_from(number.as_i64()?).ok()?;
        self.open.remove(&number).filter(|(_, again)| *again).map(|(method, _)| method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_request_of_each_kind_is_on_its_way() {
        let mut refresh = Refresh::new(|can| !can.contains("inlayHint"));
        let sent = refresh.wanted(Again::Beside);
        assert_eq!(sent, ["workspace/semanticTokens/refresh", "workspace/codeLens/refresh"]);
        sent.into_iter().zip(1..).for_each(|(method, number)| refresh.sent(method, number));
        assert_eq!(refresh.wanted(Again::Lenses), [""; 0]);
        assert_eq!(refresh.wanted(Again::Diagnostics), ["workspace/diagnostic/refresh"]);
        assert_eq!(refresh.answered(&json!(1)), None);
        assert_eq!(refresh.answered(&json!(2)), Some("workspace/codeLens/refresh"));
        assert_eq!(refresh.answered(&json!(2)), None);
        assert_eq!(refresh.wanted(Again::Beside), ["workspace/semanticTokens/refresh", "workspace/codeLens/refresh"]);
    }
}
