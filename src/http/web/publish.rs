//! Publishing a statement: write, look, confirm; later revise, supersede, retract.

use askama::Template;

use super::forms::{Choice, Mistakes};
use super::layout::Layout;
use super::shown::{Href, Lang, Link, count};
use super::statement::StatementView;
use crate::import::report::Decision;

/// The editor form: a new statement, or a new version of one.
#[derive(Template)]
#[template(path = "publish.html", config = "config/tools/askama.toml")]
pub struct PublishPage {
    /// The frame.
    pub layout: Layout,
    /// The form.
    pub form: StatementForm,
    /// What was wrong.
    pub mistakes: Mistakes,
    /// The questions to choose from, once for each that can be chosen.
    pub offered: Vec<Vec<Choice>>,
    /// Drafts that can be gone on with.
    pub drafts: Vec<Link>,
    /// What the importer of the draft found.
    pub found: Found,
    /// What stands there now, where somebody else was faster.
    pub standing: Option<Meanwhile>,
}

/// What an importer found beside its draft.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// What it was not sure of.
    pub decisions: Vec<Decision>,
    /// Sentences that ask, each with the form in which it becomes a question of its own.
    pub questions: Vec<Link>,
}

/// What stands where the form would put something else, as it would be typed.
#[derive(Clone, Debug)]
pub struct Meanwhile {
    /// What it is.
    pub label: String,
    /// Its page; `None` for a draft.
    pub href: Option<Href>,
    /// Its text as Markdown; blank where there is nothing any more.
    pub text: String,
}

/// What the editor form holds; carried unchanged through the preview.
#[derive(Clone, Debug)]
pub struct StatementForm {
    /// Where it is sent (POST); the buttons send `step=preview`, `step=edit` or `step=publish`.
    pub action: Href,
    /// The statement that is revised; `None` for a new one.
    pub revises: Option<Revises>,
    /// Field `title`.
    pub title: String,
    /// Field `language`: tag.
    pub language: String,
    /// Field `announcement`: plain text, 200 to 480 characters.
    pub announcement: String,
    /// Field `text`: introduction, theses and closing as one Markdown text.
    pub text: String,
    /// Fields `question`: the questions that it answers or raises, by their names.
    pub questions: Vec<String>,
    /// Field `sources`: address and title, one to a line.
    pub sources: String,
    /// Field `signatories`: the organizations that sign it besides ours, one to a line.
    pub signatories: String,
    /// Field `reason`: what changed and why; asked for revisions only.
    pub reason: String,
    /// Field `convinced_by`: addresses of what led to the revision, one a line; may be blank.
    pub convinced_by: String,
    /// Hidden field `draft`: the key under which the text is kept; blank before the first preview.
    pub draft: String,
    /// Hidden field `draft_of`: when the draft was changed that the text goes on from.
    pub draft_of: String,
    /// Hidden field `base`: the version that the text goes on from; blank for a new statement.
    pub base: String,
    /// Whether the text keeps none of the published theses, so that the form asks whether that is meant.
    pub loses_theses: bool,
    /// Field `new_theses`: whether that is meant.
    pub new_theses: bool,
}

/// The statement a new version is made of.
#[derive(Clone, Debug)]
pub struct Revises {
    /// Its title as published.
    pub title: String,
    /// Its page.
    pub href: Href,
    /// The number the new version will have.
    pub next_revision: u32,
}

impl StatementForm {
    /// What the form is for.
    pub fn heading(&self) -> String {
        match &self.revises {
            Some(revises) => format!("Revise “{}”", revises.title),
            None => "Publish a statement".to_owned(),
        }
    }

    /// The languages to choose from.
    pub fn languages(&self) -> Vec<Choice> {
        super::forms::language_choices(&self.language)
    }

    /// `312 characters`.
    pub fn announcement_length(&self) -> String {
        let length = u32::try_from(self.announcement.chars().count()).unwrap_or(u32::MAX);
        count(length, "character", "characters")
    }
}

/// What will be published, before it is.
#[derive(Template)]
#[template(path = "preview.html", config = "config/tools/askama.toml")]
pub struct PreviewPage {
    /// The frame.
    pub layout: Layout,
    /// The form, carried in hidden fields.
    pub form: StatementForm,
    /// The statement as it will look.
    pub statement: StatementView,
    /// What an editor may want to look at again: long heads, theses without evidence. None of it forbids publishing.
    pub remarks: Vec<String>,
    /// What the importer of the draft found.
    pub found: Found,
    /// How many followers will receive it.
    pub followers: u32,
}

impl PreviewPage {
    /// `5 theses`.
    pub fn thesis_count(&self) -> String {
        count(u32::try_from(self.statement.theses.len()).unwrap_or(u32::MAX), "thesis", "theses")
    }

    /// `12 followers`.
    pub fn follower_count(&self) -> String {
        count(self.followers, "follower", "followers")
    }
}

/// Taking a statement back, or replacing it by another.
#[derive(Template)]
#[template(path = "withdraw.html", config = "config/tools/askama.toml")]
pub struct WithdrawPage {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent (POST).
    pub action: Href,
    /// Retract or supersede.
    pub deed: Withdrawal,
    /// Title of the statement.
    pub title: String,
    /// Its language.
    pub language: Lang,
    /// Its page.
    pub href: Href,
    /// Field `reason`.
    pub reason: String,
    /// What was wrong.
    pub mistakes: Mistakes,
}

/// The two ways to take a statement back.
#[derive(Clone, Debug)]
pub enum Withdrawal {
    /// It no longer stands.
    Retract,
    /// Another statement of ours stands in its place: field `successor`.
    Supersede {
        /// Our other statements.
        successors: Vec<Choice>,
    },
}
