//! The whole conversation around any contribution.

use askama::Template;

use super::layout::Layout;
use super::post::PostView;
use super::replies::Replies;
use super::reply::Invitation;

/// `/threads/<id>`.
#[derive(Template)]
#[template(path = "thread.html", config = "config/tools/askama.toml")]
pub struct ThreadPage {
    /// The frame.
    pub layout: Layout,
    /// What the conversation is about, as far as we have it.
    pub root: Option<PostView>,
    /// Everything said in it.
    pub replies: Replies,
    /// How to join it.
    pub invitation: Invitation,
}
