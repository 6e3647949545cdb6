//! One report with all that is known of it, and what can be done.

use askama::Template;

use super::forms::Mistakes;
use super::layout::Layout;
use super::shown::{Href, Link};

/// `/admin/reports/{id}`, and what a member reads of a decision about them.
#[derive(Template)]
#[template(path = "case.html", config = "config/tools/askama.toml")]
pub struct CasePage {
    /// The frame.
    pub layout: Layout,
    /// What it is.
    pub heading: String,
    /// In a sentence, where it stands.
    pub lead: String,
    /// What it is about and what belongs to it.
    pub ways: Vec<Link>,
    /// What is known, part by part.
    pub parts: Vec<Part>,
    /// What was wrong with what was sent.
    pub mistakes: Mistakes,
    /// Where the field and the buttons below are sent (POST).
    pub action: Href,
    /// A field for a text, where one can be written.
    pub writing: Option<Writing>,
    /// Further buttons: what is sent as `do`, and the words.
    pub buttons: Vec<(String, String)>,
}

impl CasePage {
    /// What was wrong, in sentences that name the field as this page does.
    fn named(&self) -> Mistakes {
        let field = self.writing.as_ref();
        self.mistakes.named(|name| field.filter(|field| field.name == name).map(|field| field.label.clone()))
    }
}

/// A part of what is known.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub heading: String,
    /// What to say when there is nothing.
    pub nothing: String,
    /// What it says, one after the other.
    pub sayings: Vec<Saying>,
}

/// A text of somebody.
#[derive(Clone, Debug)]
pub struct Saying {
    /// Who and when.
    pub by: String,
    /// Where it stands; `None` where it has no page.
    pub href: Option<Href>,
    /// What it says; plain text, which may have several lines.
    pub text: String,
}

/// A field for a text.
#[derive(Clone, Debug)]
pub struct Writing {
    /// The name under which it is sent.
    pub name: &'static str,
    /// What people read.
    pub label: String,
    /// Who reads it.
    pub hint: String,
    /// What was typed.
    pub value: String,
    /// What is sent as `do`, and the words on the button.
    pub button: (String, String),
}
