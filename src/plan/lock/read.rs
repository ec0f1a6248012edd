//! Reads a lock file, and believes nothing that infrac would not have written itself: what cannot be read is told, never left out.

use super::fact::is_fact;
use super::key::{Key, is_word};
use super::{Entry, Fact, HEAD, Held, Lock, Pools};
use crate::base::merge::marks;
use crate::base::source::lines;
use crate::base::{FileId, Span, Text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// Of so many lines is said what is wrong with them; a file of garbage needs no more.
const SHOWN: usize = 20;

/// Longer words of the file are not repeated in messages.
const QUOTED: usize = 80;

const RESTORE: &str = "take the file back from version control: without it everything would be allocated anew";

/// Reads a lock file. With findings, the lock is not to be used.
pub fn read(file: FileId, text: &str) -> (Lock, Diagnostics) {
    let mut reader = Reader { file, lock: Lock::default(), found: Diagnostics::default() };
    if !reader.merge_markers(text) {
        reader.lines(text);
    }
    (reader.lock, reader.found)
}

struct Reader {
    file: FileId,
    lock: Lock,
    found: Diagnostics,
}

impl Reader {
    fn error(&mut self, start: usize, length: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::LockUnreadable, self.span(start, length), message)
    }

    fn span(&self, start: usize, length: usize) -> Span {
        Span::new(self.file, start as u32, (start + length) as u32)
    }

    /// Whether the file holds the markers of a merge, which is all there is to say then.
    fn merge_markers(&mut self, text: &str) -> bool {
        let mut markers = marks(text);
        let Some((start, line)) = markers.next() else { return false };
        let rest: Vec<Span> = markers.take(3).map(|(start, line)| self.span(start, line.len())).collect();
        let mut diagnostic = self
            .error(start, line.len(), "the lock holds the conflict markers of a merge that is not finished")
            .help("keep the lines of both sides and remove the markers; `infrac check` then says what both sides took");
        for span in rest {
            diagnostic = diagnostic.related(span, "another marker");
        }
        self.found.push(diagnostic);
        true
    }

    fn lines(&mut self, text: &str) {
        let text_behind_mark = text.strip_prefix('\u{feff}');
        if text_behind_mark.is_some() {
            let found = self.error(0, '\u{feff}'.len_utf8(), "the lock begins with a byte order mark");
            return self.found.push(found.help("save it as UTF-8 without one"));
        }
        let mut lines = lines(text);
        let (_, head) = lines.next().unwrap_or_default();
        if head != HEAD {
            let found = match head_of_format(head) {
                Some(format) => self
                    .error(0, head.len(), format!("the lock has format {format}, and this infrac reads 1"))
                    .help("use the infrac that wrote it, or a newer one"),
                None if text.is_empty() => self.error(0, 0, "the lock is empty").help(RESTORE),
                None => self.error(0, head.len(), "the lock does not begin with the line that infrac writes").help(RESTORE),
            };
            return self.found.push(found);
        }
        let mut last = (0, head);
        for (start, line) in lines {
            if self.found.0.len() == SHOWN {
                return;
            }
            last = (start, line);
            if !line.is_empty() {
                self.line(start, line);
            }
        }
        // Half a number is a number too.
        if !text.ends_with('\n') && self.found.0.len() < SHOWN {
            let found = self.error(last.0, last.1.len(), "the lock ends in the middle of a line").help(RESTORE);
            self.found.push(found);
        }
    }

    fn line(&mut self, start: usize, line: &str) {
        let (key, value) = match line.split_once(" = ") {
            Some((key, value)) => (key, value),
            None => return self.refuse(start, line, "this line of the lock is no entry"),
        };
        if is_word(key) {
            return self.pools(start, line, key, value);
        }
        let at = start + line.len() - value.len();
        let span = self.span(at, value.len());
        if is_fact(key, value) {
            let before = self.lock.facts.insert(Text::new(key), Fact { says: Text::new(value), span });
            return self.once(start, line, key, before.map(|fact| fact.span));
        }
        let Some(parts) = Key::read(key) else {
            return self.refuse(start, line, &format!("{} is no key that infrac writes", quoted(key)));
        };
        let held = match parts.name {
            None => range(value).map(Held::Range),
            Some(_) if value.contains('.') => address(value).map(Held::Address),
            Some(_) => number(value).map(Held::Number),
        };
        match held {
            Err(why) => self.refuse(at, value, &why),
            Ok(value) => {
                let before = self.lock.entries.insert(Text::new(key), Entry { value, span });
                self.once(start, line, key, before.map(|entry| entry.span));
            }
        }
    }

    fn pools(&mut self, start: usize, line: &str, environment: &str, value: &str) {
        let ranges: Result<Vec<Ipv4Net>, String> = value.split(", ").map(range).collect();
        let at = start + line.len() - value.len();
        match ranges {
            Err(why) => self.refuse(at, value, &why),
            Ok(ranges) => {
                let span = self.span(at, value.len());
                let before = self.lock.pools.insert(Text::new(environment), Pools { ranges, span });
                self.once(start, line, environment, before.map(|pools| pools.span));
            }
        }
    }

    fn once(&mut self, start: usize, line: &str, key: &str, before: Option<Span>) {
        if let Some(before) = before {
            let found = self
                .error(start, line.len(), format!("{} stands twice in the lock", quoted(key)))
                .related(before, "it stands here too")
                .help("keep the line of what runs, and delete the other");
            self.found.push(found);
        }
    }

    fn refuse(&mut self, start: usize, text: &str, why: &str) {
        let found =
            self.error(start, text.len(), why).help("take the line back from version control: what it held would be allocated anew");
        self.found.push(found);
    }
}

/// The number of another format.
fn head_of_format(head: &str) -> Option<u32> {
    let (before, number) = head.strip_prefix("# ")?.strip_suffix('.')?.rsplit_once(' ')?;
    before.ends_with("format").then(|| number.parse().ok())?
}

fn range(text: &str) -> Result<Ipv4Net, String> {
    let range: Ipv4Net = text.parse().map_err(|_| format!("{} is no IPv4 range", quoted(text)))?;
    if range.trunc() != range {
        return Err(format!("`{range}` has host bits; the range that it lies in is {}", range.trunc()));
    }
    if range.to_string() == text { Ok(range) } else { Err(format!("{} is written {range}", quoted(text))) }
}

fn address(text: &str) -> Result<Ipv4Addr, String> {
    text.parse().map_err(|_| format!("{} is no IPv4 address", quoted(text)))
}

fn number(text: &str) -> Result<i64, String> {
    let number: i64 = text.parse().map_err(|_| format!("{} is neither an IPv4 address nor a number", quoted(text)))?;
    if number.to_string() == text { Ok(number) } else { Err(format!("{} is written {number}", quoted(text))) }
}

/// A word of the file for a message.
fn quoted(text: &str) -> String {
    if text.len() <= QUOTED { format!("`{text}`") } else { format!("a text of {} bytes", text.len()) }
}

#[cfg(test)]
mod tests {
    use super::super::{HEAD, Held, Lock, print};
    use super::read;
    use crate::base::{FileId, Text};
    use std::collections::BTreeMap;

    fn found(text: &str) -> Vec<(String, u32)> {
        let (_, found) = read(FileId(0), text);
        found.0.into_iter().map(|found| (found.message, found.primary.span.start)).collect()
    }

    /// A lock with these lines.
    fn with(lines: &str) -> String {
        format!("{HEAD}\n{lines}")
    }

    fn first(lines: &str) -> String {
        let found = found(&with(lines));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].0.clone()
    }

    #[test]
    fn reads_what_it_prints() {
        let values: BTreeMap<Text, Held> = [
            ("prod/a.range@eu".into(), Held::Range("10.0.16.0/20".parse().unwrap())),
            ("prod/a.nodes/a-0@eu".into(), Held::Address("10.0.16.2".parse().unwrap())),
            ("prod/a.tags/vlan.blue@eu".into(), Held::Number(120)),
        ]
        .into();
        let pools = [("prod".into(), vec!["10.0.0.0/16".parse().unwrap()])].into();
        let facts: BTreeMap<Text, Text> = [
            ("prod.state".into(), "s3 bucket=states".into()),
            ("prod@eu".into(), "hetzner account=eu region=fsn1".into()),
            ("prod/mgmt.disks@eu".into(), "100GiB".into()),
        ]
        .into();
        let text = print(&values, &pools, &facts);
        assert!(text.contains("\nprod = 10.0.0.0/16\nprod.state = s3 bucket=states\nprod/a.nodes/a-0@eu = 10.0.16.2\n"), "{text}");
        let (lock, found) = read(FileId(0), &text);
        assert!(found.0.is_empty());
        let read_back: BTreeMap<Text, Held> = lock.entries().map(|(key, entry)| (key.clone(), entry.value)).collect();
        assert_eq!((read_back, lock.pools("prod").unwrap().ranges.clone()), (values, pools["prod"].clone()));
        assert_eq!(lock.of("prod").count(), 3);
        assert!(facts.iter().all(|(key, says)| lock.fact(key).is_some_and(|fact| fact.says == *says)));
        assert_eq!(lock.of("pro").count(), 0);
        let (windows, found) = read(FileId(0), &text.replace('\n', "\r\n"));
        assert!(found.0.is_empty());
        assert_eq!(windows.entries().count(), 3);
        assert_eq!(read(FileId(0), &with("")).0, Lock::default());
    }

    #[test]
    fn refuses_what_it_does_not_print() {
        assert_eq!(found(""), [("the lock is empty".into(), 0)]);
        assert_eq!(found("something else\n"), [("the lock does not begin with the line that infrac writes".into(), 0)]);
        assert_eq!(found(&with("").replace("format 1", "format 12")), [("the lock has format 12, and this infrac reads 1".into(), 0)]);
        assert_eq!(found(&format!("\u{feff}{}", with(""))), [("the lock begins with a byte order mark".into(), 0)]);
        assert_eq!(first("nonsense\n"), "this line of the lock is no entry");
        assert_eq!(first("# mine\n"), "this line of the lock is no entry");
        assert_eq!(first("prod/mgmt range@eu = 10.0.0.0/20\n"), "`prod/mgmt range@eu` is no key that infrac writes");
        assert_eq!(first("prod/mgmt.range@eu = 10.0.0.5/20\n"), "`10.0.0.5/20` has host bits; the range that it lies in is 10.0.0.0/20");
        assert_eq!(first("prod/mgmt.range@eu = 10.0.0.2\n"), "`10.0.0.2` is no IPv4 range");
        assert_eq!(first("prod/a.tags/blue@eu = 007\n"), "`007` is written 7");
        assert_eq!(first("prod/a.tags/blue@eu = many\n"), "`many` is neither an IPv4 address nor a number");
        assert_eq!(first("prod/mgmt.nodes/a-0@eu = 10.0.0.0/20\n"), "`10.0.0.0/20` is no IPv4 address");
        assert_eq!(first("prod/mgmt.nodes/a-0@eu = 10.0.0.300\n"), "`10.0.0.300` is no IPv4 address");
        assert_eq!(first("prod/mgmt.nodes/a-0@eu = 10.0.0.1\rx\n"), "`10.0.0.1\rx` is no IPv4 address");
        assert_eq!(first("prod = 10.0.0.0/16,10.1.0.0/16\n"), "`10.0.0.0/16,10.1.0.0/16` is no IPv4 range");
        assert_eq!(first("prod/a.n/a-0@eu = 10.0.0.1\nprod/a.n/a-0@eu = 10.0.0.2\n"), "`prod/a.n/a-0@eu` stands twice in the lock");
        assert_eq!(first("prod/a.n/a-0@eu = 10.0.0.1"), "the lock ends in the middle of a line");
    }

    #[test]
    fn names_the_markers_of_a_merge_and_nothing_else() {
        let merged = with("<<<<<<< HEAD\nprod/a.range@eu = 10.0.0.0/20\n=======\nnonsense\n>>>>>>> other\n");
        let (_, found) = read(FileId(0), &merged);
        assert_eq!(found.0.len(), 1);
        assert!(found.0[0].message.contains("conflict markers"));
        assert_eq!(found.0[0].related.len(), 2);
    }

    #[test]
    fn garbage_is_bounded() {
        assert_eq!(found(&with(&"nonsense\n".repeat(100_000))).len(), super::SHOWN);
        let long = first(&format!("{} = 10.0.0.0/20\n", "x/".repeat(5_000_000)));
        assert_eq!(long, "a text of 10000000 bytes is no key that infrac writes");
    }
}
