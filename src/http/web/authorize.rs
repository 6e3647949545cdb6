//! The page on which a member lets an app in, and the one that shows a code.

use askama::Template;

use super::layout::Layout;
use crate::text::words::Words;

/// `/oauth/authorize`.
#[derive(Template)]
#[template(path = "oauth_authorize.html", config = "config/tools/askama.toml")]
pub struct AuthorizePage {
    /// The frame.
    pub layout: Layout,
    /// The sentences, in a language of the reader.
    pub words: &'static Words,
    /// The app's name, as it says itself.
    pub app: String,
    /// Its page as text, which nobody is led to.
    pub website: Option<String>,
    /// What it asks for, in words.
    pub wishes: Vec<String>,
    /// In whose name it could speak: key, name, handle.
    pub voices: Vec<(String, String, String)>,
    /// What the app asked, to be sent along: names and values.
    pub fields: Vec<(&'static str, String)>,
}

/// `/oauth/authorize/native`: a code that is copied by hand.
#[derive(Template)]
#[template(path = "oauth_code.html", config = "config/tools/askama.toml")]
pub struct CodePage {
    /// The frame.
    pub layout: Layout,
    /// The sentences, in a language of the reader.
    pub words: &'static Words,
    /// The code.
    pub code: String,
}
