//! What an importer found and what it was not sure of, for people and for programs.

use std::borrow::Cow;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Import;
use crate::domain::statement::DraftThesis;

/// Counts, and every decision that somebody should look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Lines with text.
    pub lines: usize,
    /// Paragraphs that they make.
    pub paragraphs: usize,
    /// Hyphens at line ends.
    pub hyphens: Hyphens,
    /// Numbered theses.
    pub theses: usize,
    /// Headings outside of the theses.
    pub headings: Vec<String>,
    /// Sub-headed groups in the part after the theses.
    pub groups: Vec<String>,
    /// Sentences that ask.
    pub questions: Vec<Question>,
    /// Dates in the text, as far as they can be read without guessing.
    pub dates: Vec<Date>,
    /// What was decided without certainty.
    pub decisions: Vec<Decision>,
}

/// What became of hyphens at line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hyphens {
    /// The word was put together.
    pub joined: usize,
    /// The hyphen belongs to the word.
    pub kept: usize,
}

/// A sentence that asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The sentence.
    pub text: String,
    /// The heading it stands under, if any.
    pub section: String,
}

/// A date in the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Date {
    /// As it is written.
    pub text: String,
    /// `2022-01-05`, `2022-01`, `--01-05`: as much as is said.
    pub iso: String,
    /// `day`, `month` or `year`.
    pub precision: &'static str,
}

/// A decision that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Line of the file; 0 where it concerns the whole.
    pub line: usize,
    /// What it is about: `hyphen`, `title`, `announcement`, `emphasis` …
    pub kind: Cow<'static, str>,
    /// What stands in the file.
    pub before: String,
    /// What became of it.
    pub after: String,
    /// Why.
    pub reason: String,
}

impl Report {
    /// Notes a decision that was not certain.
    pub fn uncertain(&mut self, line: usize, kind: &'static str, before: &str, after: &str, reason: &str) {
        self.decisions.push(Decision {
            line,
            kind: Cow::Borrowed(kind),
            before: before.to_owned(),
            after: after.to_owned(),
            reason: reason.to_owned(),
        });
    }
}

impl Decision {
    /// `line 12`; `whole text` where it concerns no single line.
    pub fn place(&self) -> String {
        if self.line > 0 { format!("line {}", self.line) } else { "whole text".to_owned() }
    }
}

/// What remains of a report beside the draft that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Kept {
    /// What somebody should look at.
    pub decisions: Vec<Decision>,
    /// Sentences that may become questions of their own.
    #[serde(default)]
    pub questions: Vec<Question>,
}

/// Reads a report that was kept as JSON. One of another version of this program, which cannot be read, has nothing
/// to say.
pub fn kept(json: &str) -> Kept {
    serde_json::from_str(json).unwrap_or_default()
}

/// Draft and report as data.
pub fn as_json(import: &Import) -> Value {
    let draft = &import.draft;
    let thesis = |thesis: &DraftThesis| {
        json!({
            "key": thesis.key,
            "number": thesis.number,
            "kind": thesis.kind.as_str(),
            "head": thesis.head,
            "body": thesis.body.as_str(),
            "limits": thesis.limits.as_str(),
            "evidence": thesis.evidence.as_str(),
        })
    };
    json!({
        "draft": {
            "title": draft.title,
            "language": draft.language,
            "announcement": draft.announcement,
            "introduction": draft.introduction.as_str(),
            "theses": draft.theses.iter().map(thesis).collect::<Vec<_>>(),
            "closing": draft.closing.as_str(),
        },
        "report": import.report,
    })
}

/// The report as a person reads it in a terminal.
pub fn render(import: &Import) -> String {
    let report = &import.report;
    let mut text = String::new();
    let mut line = |words: String| {
        // Writing into a string does not fail.
        let _ = writeln!(text, "{words}");
    };
    line(format!("“{}”, language {}", import.draft.title, import.draft.language));
    line(format!("{} lines, {} paragraphs", report.lines, report.paragraphs));
    let hyphens = report.hyphens;
    line(format!("{} words joined at line ends, {} hyphens kept", hyphens.joined, hyphens.kept));
    line(format!("\n{} theses", import.draft.theses.len()));
    for thesis in &import.draft.theses {
        line(format!("  {:>3}  {}", thesis.number, thesis.head));
    }
    section(&mut line, "headings", &report.headings);
    section(&mut line, "groups of questions", &report.groups);
    let questions: Vec<String> = report.questions.iter().map(|question| question.text.clone()).collect();
    section(&mut line, "questions", &questions);
    let date = |date: &Date| format!("{} = {} ({})", date.text, date.iso, date.precision);
    section(&mut line, "dates", &report.dates.iter().map(date).collect::<Vec<_>>());
    line(format!("\n{} decisions to look at", report.decisions.len()));
    for decision in &report.decisions {
        let change = match (decision.before.as_str(), decision.after.as_str()) {
            ("", after) => after.to_owned(),
            (before, after) => format!("{before} → {after}"),
        };
        let place = decision.place();
        line(format!("  {place:<10} {:<12} {change}\n  {:<23} {}", decision.kind, "", decision.reason));
    }
    text
}

fn section(line: &mut impl FnMut(String), name: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    line(format!("\n{} {name}", items.len()));
    for item in items {
        line(format!("  - {item}"));
    }
}
