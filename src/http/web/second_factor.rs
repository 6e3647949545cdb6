//! Signing in with a code besides the password: switching it on and off.

use askama::Template;

use super::forms::Mistakes;
use super::layout::Layout;

/// `/settings/second-factor`.
#[derive(Template)]
#[template(path = "second_factor.html", config = "config/tools/askama.toml")]
pub struct SecondFactorPage {
    /// The frame.
    pub layout: Layout,
    /// How far the member is.
    pub stage: Stage,
    /// What was wrong.
    pub mistakes: Mistakes,
}

/// How far a member is.
pub enum Stage {
    /// No code is asked for.
    Off,
    /// The authenticator has to be told the secret, and to prove it.
    Begun {
        /// The secret in groups of four letters.
        secret: String,
        /// The same as an address that authenticators open.
        uri: String,
    },
    /// The codes that are shown this once.
    Codes(Vec<String>),
    /// A code is asked for.
    On {
        /// Recovery codes that are left.
        left: i64,
    },
}
