//! Signing in with a code besides the password: switching it on and off.

use askama::Template;

use super::forms::Mistakes;
use super::layout::Layout;
use super::qr::Qr;
use crate::domain::counting::told;

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

impl SecondFactorPage {
    /// What was wrong, in sentences that name the field.
    fn named(&self) -> Mistakes {
        let label = |name: &str| match name {
            "code" => Some("One-time code".to_owned()),
            "current" => Some("Your password".to_owned()),
            _ => None,
        };
        self.mistakes.named(label)
    }

    fn left(&self, codes: &i64) -> String {
        told(*codes, "recovery code", ("is left", "are left"))
    }
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
        /// The same for the camera of a telephone.
        code: Option<Qr>,
    },
    /// The codes that are shown this once.
    Codes {
        /// Each of them.
        codes: Vec<String>,
        /// Whether they take the place of earlier ones.
        renewed: bool,
    },
    /// A code is asked for.
    On {
        /// Recovery codes that are left.
        left: i64,
    },
}
