//! Error pages: what happened, and where to go from here.

use askama::Template;

use super::layout::Layout;
use super::shown::Link;
use crate::http::error::PageError;

/// A refusal or a fault, as a page.
#[derive(Template)]
#[template(path = "error.html", config = "config/tools/askama.toml")]
pub struct ErrorPage {
    /// The frame.
    pub layout: Layout,
    /// The status code, shown small.
    pub status: u16,
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub explanation: String,
    /// Ways on.
    pub ways: Vec<Link>,
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::fault(&error)
    }
}

impl ErrorPage {
    /// The page as HTML; `None` when even this cannot be made.
    pub fn to_html(&self) -> Option<String> {
        self.render().ok()
    }

    /// The page for a status code. `why` is the reason the refusal gave; blank takes the usual words.
    pub fn new(mut layout: Layout, status: u16, why: &str) -> Self {
        let (title, usual) = words(status);
        layout.title = title.to_owned();
        layout.no_index = true;
        let explanation = if why.is_empty() { usual.to_owned() } else { why.to_owned() };
        let mut ways =
            vec![Link::new("Our statements", "/"), Link::new("About us and how to reach us", "/about")];
        if matches!(status, 401 | 403) && layout.viewer.is_none() {
            ways.insert(0, Link::new("Sign in", "/sign-in"));
        }
        Self { layout, status, title: title.to_owned(), explanation, ways }
    }

    /// The page for somebody who sent a form of ours: they go on where it stood.
    pub fn after(mut self, form: Option<&str>) -> Self {
        if let Some(form) = form {
            self.ways.insert(0, Link::new("Back to the page you came from", form));
        }
        self
    }
}

const fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => ("This request could not be understood", "Go back, check what you entered and try again."),
        401 => {
            ("Please sign in first", "This page is for members. Sign in and you will be brought back here.")
        }
        403 => (
            "You may not do this",
            "Your account does not have the role that this needs. An administrator can change that.",
        ),
        404 => (
            "There is nothing at this address",
            "It may have been mistyped, or it was never public. Statements are not removed from this site: \
             if you followed a link to one, look for it in the list.",
        ),
        405 => ("This address does not work that way", "Open the page it belongs to and use the form there."),
        409 => (
            "This cannot be done as things stand now",
            "Something changed while you were working on it. Go back, copy your text, and reload the page.",
        ),
        410 => (
            "This was deleted",
            "Its author deleted this contribution. What others answered to it can still be read.",
        ),
        413 => ("This is too long", "The site does not accept texts of this size. Shorten it or divide it."),
        422 => ("Something is missing or wrong", "Go back, check what you entered and try again."),
        429 => ("Too many requests", "Wait a minute and try again."),
        503 => ("The site is busy or being maintained", "Nothing is lost. Try again in a few minutes."),
        _ => (
            "Something broke on our side",
            "It was recorded, and it was not your fault. Nothing you published is lost. Try again in a few minutes.",
        ),
    }
}
