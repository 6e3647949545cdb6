//! A form of one page whose fields are a list: what editors fill in about questions and positions.

use askama::Template;

use super::forms::{Choice, Mistakes};
use super::layout::Layout;
use super::shown::{Href, Lang, Link};
use crate::text::Html;

/// A form on a page of its own, empty or as it came back with mistakes.
#[derive(Template)]
#[template(path = "form.html", config = "config/tools/askama.toml")]
pub struct FormPage {
    /// The frame.
    pub layout: Layout,
    /// What it is for.
    pub heading: String,
    /// What follows from it, in a sentence or two.
    pub lead: String,
    /// What it is about.
    pub about: Option<Link>,
    /// Where it is sent (POST).
    pub action: Href,
    /// The fields, in their order.
    pub fields: Vec<Field>,
    /// What was wrong.
    pub mistakes: Mistakes,
    /// The words on the button.
    pub button: String,
    /// Where somebody goes who does not want to.
    pub back: Href,
}

impl FormPage {
    /// What was wrong, in sentences that name their fields as this form does.
    fn named(&self) -> Mistakes {
        named(&self.mistakes, &self.fields)
    }
}

/// What was wrong, in sentences that name these fields.
pub(super) fn named(mistakes: &Mistakes, fields: &[Field]) -> Mistakes {
    let label = |name: &str| {
        let field = fields.iter().find(|field| field.name == name);
        field.filter(|field| !matches!(field.kind, FieldKind::Hidden)).map(|field| field.label.clone())
    };
    mistakes.named(label)
}

/// One field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name under which it is sent.
    pub name: &'static str,
    /// What people read.
    pub label: String,
    /// What to write there; may be blank.
    pub hint: String,
    /// What it looks like.
    pub kind: FieldKind,
    /// What it says.
    pub value: String,
}

/// What a field looks like.
#[derive(Clone, Debug)]
pub enum FieldKind {
    /// One line.
    Line,
    /// A day.
    Day,
    /// A password: which one, as browsers complete it. It is never sent back.
    Secret(&'static str),
    /// Several of a few, all in sight.
    Checks(Vec<Choice>),
    /// Several lines, as many as this.
    Text(u32),
    /// One of a list.
    Select(Vec<Choice>),
    /// One of a few, all in sight.
    Radios(Vec<Choice>),
    /// Sent along unseen.
    Hidden,
    /// What stands where the form would put something else; its page is the value.
    Standing {
        /// Its language.
        language: Lang,
        /// What it says.
        text: Html,
    },
    /// What somebody may want to look at again, each with a page where there is one.
    Remarks(Vec<Link>),
    /// Pairs of two lists: how a question is tied, and to which.
    Pairs(Vec<Pair>),
}

/// A tie in a form.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Its number, from 1.
    pub number: usize,
    /// The kinds of ties.
    pub kinds: Vec<Choice>,
    /// The questions at the other end.
    pub targets: Vec<Choice>,
}

impl Field {
    /// A field of one line.
    pub fn line(name: &'static str, label: &str, hint: &str, value: &str) -> Self {
        Self::new(name, label, hint, FieldKind::Line, value)
    }

    /// A field of several lines.
    pub fn text(name: &'static str, label: &str, hint: &str, value: &str, rows: u32) -> Self {
        Self::new(name, label, hint, FieldKind::Text(rows), value)
    }

    /// A field of some other kind.
    pub fn new(name: &'static str, label: &str, hint: &str, kind: FieldKind, value: &str) -> Self {
        Self { name, label: label.to_owned(), hint: hint.to_owned(), kind, value: value.to_owned() }
    }
}
