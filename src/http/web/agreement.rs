//! Which organizations answer which questions alike.

use askama::Template;

use super::layout::Layout;
use super::shown::Link;

/// `/questions/agreement`.
#[derive(Template)]
#[template(path = "agreement.html", config = "config/tools/askama.toml")]
pub struct AgreementPage {
    /// The frame.
    pub layout: Layout,
    /// Pairs that agree in something, by name.
    pub pairs: Vec<Pair>,
}

/// Two organizations and the questions that they answer alike.
#[derive(Clone, Debug)]
pub struct Pair {
    /// One of them.
    pub one: String,
    /// The other.
    pub other: String,
    /// The questions.
    pub questions: Vec<Link>,
}
