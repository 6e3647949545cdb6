//! What a statement refers to besides its text, as its page shows it.

use super::question::Tied;
use super::shown::Link;

/// What a statement refers to.
#[derive(Clone, Debug, Default)]
pub struct ReferencesShown {
    /// The questions that it answers or raises.
    pub questions: Vec<Tied>,
    /// What it rests on.
    pub sources: Vec<Link>,
    /// Who signs it.
    pub signatories: Vec<Signed>,
}

/// Somebody who signs a statement.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Its name, and its page or address.
    pub link: Link,
    /// Whether it handed the statement on itself; else only the author says so.
    pub confirmed: bool,
}

impl ReferencesShown {
    /// Whether there is nothing to show.
    pub const fn is_empty(&self) -> bool {
        self.questions.is_empty() && self.sources.is_empty() && self.signatories.is_empty()
    }
}
