//! A post as a Note, or as a Question where it has a poll.

use serde_json::{Value, json};

use super::object::{self, Document};
use super::quote;
use crate::domain::poll::PollView;
use crate::domain::view::View;

/// The Note of a post.
pub fn document(view: &View) -> Value {
    let kind = if view.poll.is_some() { "Question" } else { "Note" };
    let mut document = object::head(view, kind);
    document.insert("summary".to_owned(), json!(view.head.summary));
    if view.head.summary.is_none() {
        document.remove("summary");
    }
    if let Some(quoting) = &view.quote {
        quote::cite(&mut document, quoting);
    }
    if let Some(poll) = &view.poll {
        ask(&mut document, poll);
    }
    document.into()
}

/// The answers with their counts, in the form that Mastodon made common. Where the counts are hidden
/// until the end, nobody reads them here either: the end takes that mark away.
fn ask(document: &mut Document, view: &PollView) {
    let counted = |votes: i64| if view.poll.hides_totals { 0 } else { votes };
    let option = |title: &str, votes: i64| json!({ "type": "Note", "name": title, "replies": { "type": "Collection", "totalItems": votes } });
    let options: Vec<Value> = view.options.iter().map(|one| option(&one.title, counted(one.votes))).collect();
    let choice = if view.poll.multiple { "anyOf" } else { "oneOf" };
    document.insert(choice.to_owned(), json!(options));
    document.insert("votersCount".to_owned(), json!(counted(view.poll.voters)));
    if let Some(end) = view.poll.ends_at {
        document.insert("endTime".to_owned(), json!(end.to_rfc3339()));
    }
}
