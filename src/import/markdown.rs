//! A statement as one Markdown text: what people type, what an importer hands over, what is kept.
//!
//! ```text
//! # Title
//!
//! > Announcement: what short clients show.
//!
//! *Question: bciqe5nkrypm7nvmn2mytk4esx7n67k47ikc72feya5dtzjdv72bcjqi*
//! *Source: https://archive.example/report Report of the well board*
//! *Signed with: https://comrades.example/actors/org*
//!
//! Introduction, as many paragraphs as it takes.
//!
//! ## 1. The head of a thesis. {#k1}
//!
//! *Kind: demand*
//!
//! The body; headings within it have three marks or more.
//!
//! Limits: What we do not know.
//!
//! Evidence: Where it stands.
//!
//! ## A heading without a number begins the closing
//! ```
//!
//! Questions that the statement answers or raises, its sources and who signs it besides its author stand
//! before the first thesis. `{#k1}` is the permanent key of a thesis that was published before. Kinds are `assessment` (which
//! need not be said), `demand`, `call`, `self-criticism` and `definition`. A `Limits:` or `Evidence:`
//! reaches to the other one or to the next thesis.

use std::fmt::Write;

use super::report::Question;
use super::{Import, ImportError, Report, plain};
use crate::domain::event::Source;
use crate::domain::question::Qid;
use crate::domain::statement::{Draft, DraftThesis, References, ThesisKind};
use crate::domain::uri::Uri;
use crate::text::markdown::render;
use crate::text::{Markdown, plain as words};

/// Where in the text the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Opening,
    Announcement,
    Introduction,
    Body,
    Limits,
    Evidence,
    Closing,
}

/// The parts as they are collected.
struct Reader {
    draft: Draft,
    place: Place,
    fenced: bool,
    text: String,
}

/// Reads a statement. Anything is one: what is missing is found out when it is to be published.
pub fn parse(text: &str) -> Result<Import, ImportError> {
    if text.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    let mut reader =
        Reader { draft: Draft::default(), place: Place::Opening, fenced: false, text: String::new() };
    for line in text.lines() {
        reader.take(line);
    }
    reader.store();
    let draft = reader.draft;
    let is_paragraph = |part: &&str| !part.trim().is_empty() && !part.trim_start().starts_with('#');
    let report = Report {
        lines: text.lines().count(),
        paragraphs: text.split("\n\n").filter(is_paragraph).count(),
        theses: draft.theses.len(),
        questions: questions(&draft),
        ..Report::default()
    };
    Ok(Import { draft, report })
}

/// The sentences of a draft that ask, in the order of the text.
fn questions(draft: &Draft) -> Vec<Question> {
    let theses = draft.theses.iter().flat_map(|thesis| [Markdown::new(&thesis.head), thesis.body.clone()]);
    let texts = std::iter::once(draft.introduction.clone()).chain(theses).chain([draft.closing.clone()]);
    // Block by block: a heading has no full stop, and is no part of what stands below it.
    let asked = |text: &str| plain::asking(&words::text(&render(&Markdown::new(text))), "");
    texts.flat_map(|text| text.as_str().split("\n\n").flat_map(asked).collect::<Vec<_>>()).collect()
}

impl Reader {
    fn take(&mut self, line: &str) {
        if line.trim_start().starts_with("```") {
            self.fenced = !self.fenced;
        }
        if self.fenced || !self.turns(line) {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// Whether a line begins another part, and then begins it.
    fn turns(&mut self, line: &str) -> bool {
        if let Some(title) = line.strip_prefix("# ").filter(|_| self.place == Place::Opening) {
            self.draft.title = title.trim().to_owned();
            return true;
        }
        if let Some(quoted) = line.strip_prefix('>').filter(|_| self.announces()) {
            self.place = Place::Announcement;
            self.text.push_str(quoted.trim());
            self.text.push(' ');
            return true;
        }
        if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")) {
            return self.heading(line, heading.trim());
        }
        if self.place == Place::Announcement {
            self.turn(Place::Introduction);
        }
        if matches!(self.place, Place::Opening | Place::Introduction)
            && refers(line, &mut self.draft.references)
        {
            return true;
        }
        if self.place == Place::Opening && !line.trim().is_empty() {
            self.place = Place::Introduction;
        }
        matches!(self.place, Place::Body | Place::Limits | Place::Evidence) && self.marks(line)
    }

    fn announces(&self) -> bool {
        matches!(self.place, Place::Opening | Place::Announcement)
    }

    fn heading(&mut self, line: &str, heading: &str) -> bool {
        if self.place == Place::Closing {
            return false;
        }
        if let Some(thesis) = numbered(heading) {
            self.turn(Place::Body);
            self.draft.theses.push(thesis);
            return true;
        }
        if self.draft.theses.is_empty() {
            // Before the first thesis a heading belongs to the introduction.
            if self.place == Place::Announcement {
                self.turn(Place::Introduction);
            }
            self.place = Place::Introduction;
            return false;
        }
        self.turn(Place::Closing);
        self.text.push_str(line);
        self.text.push('\n');
        true
    }

    /// Lines that say something about the thesis they stand in.
    fn marks(&mut self, line: &str) -> bool {
        let kind = line.trim().strip_prefix("*Kind:").and_then(|word| word.strip_suffix('*'));
        if let Some(kind) = kind.and_then(|word| ThesisKind::parse(word.trim())) {
            if let Some(thesis) = self.draft.theses.last_mut() {
                thesis.kind = kind;
            }
            return true;
        }
        let words = line.trim_start_matches('#').trim();
        for (word, place) in [("Limits", Place::Limits), ("Evidence", Place::Evidence)] {
            let heading = line.starts_with("###") && words == word;
            let text = line.strip_prefix(word).and_then(|rest| rest.strip_prefix(':'));
            if heading || text.is_some() {
                self.turn(place);
                self.text.push_str(text.unwrap_or_default().trim());
                self.text.push('\n');
                return true;
            }
        }
        false
    }

    fn turn(&mut self, place: Place) {
        self.store();
        self.place = place;
    }

    /// Puts the collected text where it belongs.
    fn store(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim_matches('\n').trim_end().to_owned();
        let thesis = self.draft.theses.last_mut();
        match (self.place, thesis) {
            (Place::Announcement, _) => self.draft.announcement = text.trim().to_owned(),
            (Place::Opening | Place::Introduction, _) => self.draft.introduction = Markdown::new(text),
            (Place::Closing, _) => self.draft.closing = Markdown::new(text),
            (Place::Body, Some(thesis)) => thesis.body = Markdown::new(text),
            (Place::Limits, Some(thesis)) => thesis.limits = Markdown::new(text),
            (Place::Evidence, Some(thesis)) => thesis.evidence = Markdown::new(text),
            (Place::Body | Place::Limits | Place::Evidence, None) => {}
        }
    }
}

/// Reads a line that names a question, a source or a signatory; whether it was one.
fn refers(line: &str, references: &mut References) -> bool {
    let Some((word, said)) = reference(line) else { return false };
    match word {
        "Question" => Qid::parse(said).map(|qid| references.questions.push(qid)).is_some(),
        "Source" => Source::read(said).map(|source| references.sources.push(source)).is_ok(),
        _ => Uri::parse(said).map(|uri| references.signatories.push(uri)).is_some(),
    }
}

/// `*Question: …*`, in its two parts.
fn reference(line: &str) -> Option<(&str, &str)> {
    let (word, said) = line.trim().strip_prefix('*')?.strip_suffix('*')?.split_once(':')?;
    ["Question", "Source", "Signed with"].contains(&word).then_some((word, said.trim()))
}

/// A text without its lines that say to what the statement refers, for a form that asks for these
/// by themselves.
pub fn without_references(text: &str) -> String {
    let mut read = References::default();
    let mut theses = false;
    let other = |line: &&str| {
        theses |= line.starts_with("## ");
        theses || !refers(line, &mut read)
    };
    text.lines().filter(other).collect::<Vec<_>>().join("\n")
}

/// The lines that say to what a statement refers.
pub fn write_references(references: &References) -> String {
    let asked = references.questions.iter().map(|qid| format!("*Question: {qid}*\n"));
    let sources = references.sources.iter().map(|source| format!("*Source: {}*\n", source.to_line()));
    let signed = references.signatories.iter().map(|uri| format!("*Signed with: {uri}*\n"));
    asked.chain(sources).chain(signed).collect()
}

/// `2.1 The head. {#k3}`, `2. The head.`
fn numbered(heading: &str) -> Option<DraftThesis> {
    let (number, rest) = heading.split_once(' ')?;
    let plain = number.strip_suffix(['.', ')']).unwrap_or(number);
    let digits = plain.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()));
    if !digits || plain.len() > 12 {
        return None;
    }
    let marked = rest.trim().strip_suffix('}').and_then(|rest| rest.rsplit_once("{#"));
    let (head, key) = marked.map_or((rest, None), |(head, key)| (head, Some(key.to_owned())));
    Some(DraftThesis {
        key,
        number: plain.to_owned(),
        head: head.trim().to_owned(),
        ..DraftThesis::default()
    })
}

/// Writes a statement; [`parse`] reads the same draft from it.
pub fn write(draft: &Draft) -> String {
    let mut text = String::new();
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Writing into a string does not fail.
    let _ = write!(text, "# {}\n\n> {}\n", line(&draft.title), line(&draft.announcement));
    let references = write_references(&draft.references);
    if !references.is_empty() {
        let _ = write!(text, "\n{references}");
    }
    paragraph(&mut text, "", &draft.introduction);
    for thesis in &draft.theses {
        let key = thesis.key.as_ref().map(|key| format!(" {{#{key}}}")).unwrap_or_default();
        let _ = write!(text, "\n## {}. {}{key}\n", thesis.number, line(&thesis.head));
        if thesis.kind != ThesisKind::Assessment {
            let _ = write!(text, "\n*Kind: {}*\n", thesis.kind.as_str());
        }
        paragraph(&mut text, "", &thesis.body);
        paragraph(&mut text, "Limits: ", &thesis.limits);
        paragraph(&mut text, "Evidence: ", &thesis.evidence);
    }
    let closing = draft.closing.as_str().trim();
    if !closing.is_empty() && !closing.starts_with("## ") && !draft.theses.is_empty() {
        text.push_str("\n## Closing\n");
    }
    paragraph(&mut text, "", &draft.closing);
    text
}

fn paragraph(text: &mut String, mark: &str, part: &Markdown) {
    if !part.is_blank() {
        let _ = write!(text, "\n{mark}{}\n", part.as_str().trim_matches('\n'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# On bees\n\n> What we found\n> when we counted.\n\nWe *looked*.\n\n### How\n\nFor long.\n\n\
        ## 1. Bees can count. {#k1}\n\nTo four.\n\n```\n## 9. not a thesis\n```\n\nLimits: Not to six.\n\n\
        ## 2.1 Bees demand flowers\n\n*Kind: demand*\n\nMany.\n\nEvidence: A field.\n\n- And another.\n\n\
        ## Open questions\n\nWhich?\n\n## 3. And then?\n\nWe will see.\n";

    #[test]
    fn a_statement_is_read_as_it_is_typed() {
        let draft = parse(TEXT).expect("a statement").draft;
        assert_eq!(draft.title, "On bees");
        assert_eq!(draft.announcement, "What we found when we counted.");
        assert_eq!(draft.introduction.as_str(), "We *looked*.\n\n### How\n\nFor long.");
        let [first, second] = draft.theses.as_slice() else { panic!("two theses: {:?}", draft.theses) };
        assert_eq!((first.key.as_deref(), first.number.as_str()), (Some("k1"), "1"));
        assert_eq!(first.body.as_str(), "To four.\n\n```\n## 9. not a thesis\n```");
        assert_eq!(first.limits.as_str(), "Not to six.");
        assert_eq!((second.number.as_str(), second.kind), ("2.1", ThesisKind::Demand));
        assert_eq!(second.evidence.as_str(), "A field.\n\n- And another.");
        assert!(draft.closing.as_str().starts_with("## Open questions"));
        assert!(draft.closing.as_str().ends_with("## 3. And then?\n\nWe will see."));
    }

    #[test]
    fn what_a_statement_refers_to_stands_before_its_theses() {
        let named = "*Question: bciqe5nkrypm7nvmn2mytk4esx7n67k47ikc72feya5dtzjdv72bcjqi*\n\
            *Source: https://archive.example/report Report*\n*Signed with: https://comrades.example/org*\n";
        let text = TEXT.replacen("\n\nWe *looked*", &format!("\n\n{named}\nWe *looked*"), 1);
        let draft = parse(&text).expect("a statement").draft;
        assert_eq!(draft.introduction.as_str(), "We *looked*.\n\n### How\n\nFor long.");
        let references = &draft.references;
        assert_eq!((references.questions.len(), references.signatories.len()), (1, 1));
        assert_eq!(references.sources.first().map(|source| source.title.as_str()), Some("Report"));
        assert_eq!(parse(&write(&draft)).expect("a statement").draft, draft);
        assert!(without_references(&text).contains("We *looked*"));
        assert!(!without_references(&text).contains("archive.example"));
        let within = parse(&format!("{TEXT}\n{named}")).expect("a statement").draft;
        assert_eq!(within.references, References::default(), "within a thesis it is text");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let draft = parse(TEXT).expect("a statement").draft;
        assert_eq!(parse(&write(&draft)).expect("a statement").draft, draft);
        let bare = Draft { title: "Bare".to_owned(), announcement: "Short.".to_owned(), ..Draft::default() };
        assert_eq!(parse(&write(&bare)).expect("a statement").draft, bare);
        assert_eq!(parse(" \n").map(|import| import.draft), Err(ImportError::Empty));
    }
}
