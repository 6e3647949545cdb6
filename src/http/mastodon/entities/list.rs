//! List.

use serde::Serialize;

use super::id;
use crate::domain::list::{List as Known, RepliesShown};

/// A list as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct List {
    /// Key.
    pub id: String,
    /// What its owner calls it.
    pub title: String,
    /// `followed`, `list` or `none`.
    pub replies_policy: &'static str,
    /// Whether its accounts are left out of the home timeline.
    pub exclusive: bool,
}

/// Renders a list.
pub fn list(list: &Known) -> List {
    let replies_policy = match list.replies {
        RepliesShown::List => "list",
        RepliesShown::Followed => "followed",
        RepliesShown::None => "none",
    };
    List { id: id(list.id.get()), title: list.title.clone(), replies_policy, exclusive: list.exclusive }
}

/// Reads the word for which replies a list shows.
pub fn parse_replies(word: &str) -> Option<RepliesShown> {
    match word {
        "list" => Some(RepliesShown::List),
        "followed" => Some(RepliesShown::Followed),
        "none" => Some(RepliesShown::None),
        _ => None,
    }
}
