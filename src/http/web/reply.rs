//! Answering: the form for those signed in, the way home for everyone else.

use askama::Template;

use super::contribution::Entry;
use super::forms::{Choice, Mistakes};
use super::layout::Layout;
use super::shown::Href;

/// How this viewer can answer the thing on the page.
#[derive(Clone, Debug)]
pub enum Invitation {
    /// Signed in: a form.
    Form(Box<ReplyForm>),
    /// Not signed in: from their own server, or after signing in.
    Elsewhere(Elsewhere),
    /// Not at all, and why.
    Closed(String),
}

/// The reply form, empty or as it came back with mistakes.
#[derive(Clone, Debug)]
pub struct ReplyForm {
    /// Where it is sent (POST).
    pub action: Href,
    /// The URI of what it answers; sent as hidden field `in_reply_to`.
    pub in_reply_to: String,
    /// Field `voice`: as the organization or as a person; with one choice the form only says so.
    pub voices: Vec<Choice>,
    /// Field `reach`: who reads it; with one choice the form only says so.
    pub reaches: Vec<Choice>,
    /// Field `intent`; empty if intents are not offered here.
    pub intents: Vec<Choice>,
    /// Field `passage`: the words that it is about, copied from the text; only where intents are offered.
    pub passage: String,
    /// Fields `prefix` and `suffix`: what stands before and after it, which the script fills in; they
    /// tell equal words apart.
    pub around: (String, String),
    /// Field `language`.
    pub languages: Vec<Choice>,
    /// Field `text`: Markdown.
    pub text: String,
    /// Longest text accepted, in characters.
    pub limit: u32,
    /// What was wrong.
    pub mistakes: Mistakes,
}

/// The way to one's own server, for following and answering: a POST to `/interact` with `uri` and `handle`.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The URI of what is to be answered or followed.
    pub uri: String,
    /// Where members of this site sign in.
    pub sign_in: Href,
    /// What was wrong with the handle they typed.
    pub mistake: Option<String>,
}

/// The form on a page of its own: `/reply?to=…`, and again when it was sent with mistakes.
#[derive(Template)]
#[template(path = "reply.html", config = "config/tools/askama.toml")]
pub struct ReplyPage {
    /// The frame.
    pub layout: Layout,
    /// What is answered.
    pub target: Entry,
    /// How.
    pub invitation: Invitation,
}
