//! A page of the catalogue as it is written: what is wrong, why that matters, an example, its repair.

/// A page.
#[derive(Debug, Default)]
pub struct Page {
    /// `IC0403 cidr-overlap`
    pub title: String,
    /// The first sentence, which says what is wrong.
    pub first: String,
    /// What stands under `## Example`.
    pub example: Vec<Fence>,
    /// What stands under `## Repair`.
    pub repair: Vec<Fence>,
}

/// A fenced block.
#[derive(Debug)]
pub struct Fence {
    /// The first word behind the fence.
    pub language: String,
    /// The path behind it.
    pub path: Option<String>,
    /// What stands in it.
    pub text: String,
}

impl Page {
    /// Takes a page apart.
    pub fn read(text: &str) -> Result<Page, String> {
        let mut lines = text.lines();
        let title = lines.next().and_then(|line| line.strip_prefix("# ")).ok_or("the page has no title")?;
        let sections = sections(lines)?;
        let [(_, about), (example, failing), (repair, repaired)] = sections.as_slice() else {
            return Err("a page has a part without heading, `## Example` and `## Repair`".to_owned());
        };
        if example != "Example" || repair != "Repair" {
            return Err(format!("the headings are `{example}` and `{repair}`"));
        }
        let mut paragraphs = about.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        let (Some(first), Some(_)) = (paragraphs.next(), paragraphs.next()) else {
            return Err("a page says what is wrong and why that matters, each in a paragraph".to_owned());
        };
        let line = first.replace('\n', " ");
        let first = line.split_once(". ").map_or(line.trim_end_matches('.'), |(sentence, _)| sentence).to_owned();
        let page = Page { title: title.to_owned(), first, example: fences(failing)?, repair: fences(repaired)? };
        let is_empty = |fences: &[Fence]| fences.is_empty() || fences.iter().any(|fence| fence.text.trim().is_empty());
        if is_empty(&page.example) || is_empty(&page.repair) {
            return Err("an example and a repair hold something".to_owned());
        }
        Ok(page)
    }

    /// Whether the example is what somebody types, and not sources.
    pub fn is_transcript(&self) -> bool {
        self.example.iter().chain(&self.repair).any(|fence| fence.language == "console")
    }
}

/// The headings of the second level with what stands below each; the first one has no name.
pub fn sections<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Vec<(String, String)>, String> {
    let mut sections = vec![(String::new(), String::new())];
    let mut is_code = false;
    for line in lines {
        is_code ^= line.starts_with("```");
        if let (false, Some(heading)) = (is_code, line.strip_prefix("## ")) {
            sections.push((heading.to_owned(), String::new()));
        } else if let Some((_, text)) = sections.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    if is_code { Err("a fence is not closed".to_owned()) } else { Ok(sections) }
}

/// The fenced blocks of a text.
pub fn fences(text: &str) -> Result<Vec<Fence>, String> {
    let mut fences: Vec<Fence> = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        match (line.strip_prefix("```"), is_code) {
            (Some(head), false) => {
                let mut words = head.split_whitespace();
                let language = words.next().ok_or("a fence says its language")?.to_owned();
                fences.push(Fence { language, path: words.next().map(str::to_owned), text: String::new() });
                is_code = true;
            }
            (Some(_), true) => is_code = false,
            (None, true) => {
                let fence = fences.last_mut().ok_or("a fence is open")?;
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            (None, false) => {}
        }
    }
    Ok(fences)
}
