//! Bringing a text that exists already: pasted, or as a file.

use askama::Template;

use super::forms::{Choice, Mistakes};
use super::layout::Layout;

/// `/publish/import`.
#[derive(Template)]
#[template(path = "import.html", config = "config/tools/askama.toml")]
pub struct ImportPage {
    /// The frame.
    pub layout: Layout,
    /// What was pasted.
    pub text: String,
    /// Its languages; the first says that it is to be guessed.
    pub languages: Vec<Choice>,
    /// How large a file may be.
    pub kibibytes: usize,
    /// What is wrong.
    pub mistakes: Mistakes,
}
