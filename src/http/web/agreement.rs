//! Which organizations answer which questions as a chosen one does.

use askama::Template;

use super::forms::Choice;
use super::layout::Layout;
use super::shown::Link;

/// `/questions/agreement`.
#[derive(Template)]
#[template(path = "agreement.html", config = "config/tools/askama.toml")]
pub struct AgreementPage {
    /// The frame.
    pub layout: Layout,
    /// Whose answers the others are compared with; blank where nobody answered anything.
    pub name: String,
    /// Everybody who answered something, to choose from.
    pub organizations: Vec<Choice>,
    /// The others who answer something alike, by name.
    pub alike: Vec<Alike>,
    /// The same for programs.
    pub files: Vec<Link>,
}

/// An organization and the questions that it answers alike.
#[derive(Clone, Debug)]
pub struct Alike {
    /// Its name.
    pub name: String,
    /// The questions.
    pub questions: Vec<Link>,
}
