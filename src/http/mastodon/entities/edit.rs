//! Earlier versions of a status, each with what stood beside its text.

use serde::Serialize;
use serde_json::Value;

use super::account::{Account, account};
use super::emoji::{CustomEmoji, emojis};
use super::media::{MediaAttachment, list, media, removed};
use super::poll::{Poll, PollOption};
use super::quote::{Quote, quote};
use super::status::{content, fallback, spoiler};
use super::{date, id};
use crate::clock::Timestamp;
use crate::domain::contribution::Contribution;
use crate::domain::site::Site;
use crate::domain::timeline::Line;
use crate::store::revisions::Revision;

/// One version of a status.
#[derive(Clone, Debug, Serialize)]
pub struct StatusEdit {
    /// Safe HTML.
    pub content: String,
    /// Content warning.
    pub spoiler_text: String,
    /// Whether media should be hidden at first.
    pub sensitive: bool,
    /// When it became current.
    pub created_at: String,
    /// Who said it.
    pub account: Account,
    /// Pictures, films and sounds.
    pub media_attachments: Vec<MediaAttachment>,
    /// Emoji in its text.
    pub emojis: Vec<CustomEmoji>,
    /// What readers could choose from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
    /// What it quotes.
    pub quote: Option<Quote>,
}

/// Renders the versions of a status, the first one first.
pub fn edits(line: &Line, versions: &[Revision], site: &Site, now: Timestamp) -> Vec<StatusEdit> {
    let head = &line.view.head;
    let edit = |content: String, summary: Option<&str>, at| StatusEdit {
        content: format!("{}{content}", fallback(&line.view)),
        // What hides a text hides what stands beside it, in every version.
        sensitive: head.sensitive || line.view.author.sensitive || !spoiler(head, summary).is_empty(),
        spoiler_text: spoiler(head, summary),
        created_at: date(at),
        account: account(&line.author, site),
        media_attachments: list(&line.view.media, &site.origin),
        emojis: emojis(&line.view.emojis, site),
        poll: None,
        quote: line.quote.as_ref().map(|one| quote(one, site, now, false)),
    };
    if versions.is_empty() {
        return vec![edit(content(head), head.summary.as_deref(), head.published_at)];
    }
    let shown = |version: &Revision| {
        let dressed = Contribution {
            content: version.content.clone(),
            title: version.title.clone(),
            summary: version.summary.clone(),
            ..head.clone()
        };
        let mut edit = edit(content(&dressed), version.summary.as_deref(), version.created_at);
        let frozen = version.document.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
        if let Some(frozen) = frozen {
            edit.media_attachments = beside(&frozen, line, site);
            edit.poll = asked(&frozen, head, now);
            if let Some(sensitive) = frozen.get("sensitive").and_then(Value::as_bool) {
                let hidden = line.view.author.sensitive || !edit.spoiler_text.is_empty();
                edit.sensitive = sensitive || hidden;
            }
        }
        edit
    };
    versions.iter().map(shown).collect()
}

/// One or several, as documents may say it.
fn each<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    match document.get(name) {
        Some(Value::Array(items)) => items,
        Some(item) => std::slice::from_ref(item),
        None => &[],
    }
}

fn text<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item.get(name).and_then(Value::as_str)
}

/// The files of a version: those that are still there as they are, with what was said about them then; of
/// the others what they showed, in words.
fn beside(frozen: &Value, line: &Line, site: &Site) -> Vec<MediaAttachment> {
    let known = |url: &str| {
        let here = |path: String| format!("{}{path}", site.origin) == url;
        line.view.media.iter().find(|row| row.remote_url.as_deref() == Some(url) || here(row.path()))
    };
    let shown = |(nth, item): (usize, &Value)| {
        let url = text(item, "url").or_else(|| text(item, "href"))?;
        let said = text(item, "name").filter(|said| !said.is_empty()).map(str::to_owned);
        Some(match known(url) {
            Some(row) => MediaAttachment { description: said, ..media(row, &site.origin) },
            None => removed(nth, &line.view.head.url, said),
        })
    };
    let is_file = |item: &&Value| item.get("mediaType").is_some() && text(item, "type") != Some("Link");
    let files = each(frozen, "attachment").iter().filter(is_file);
    files.enumerate().filter_map(shown).collect()
}

/// The poll of an earlier version as a whole one, because apps read it as such; what was chosen in it is
/// not kept.
fn asked(frozen: &Value, head: &Contribution, now: Timestamp) -> Option<Poll> {
    let several = each(frozen, "anyOf");
    let answers = [each(frozen, "oneOf"), several].concat();
    let option =
        |answer: &Value| Some(PollOption { title: text(answer, "name")?.to_owned(), votes_count: Some(0) });
    let options: Vec<PollOption> = answers.iter().filter_map(option).collect();
    let end = text(frozen, "endTime").and_then(Timestamp::parse);
    (!options.is_empty()).then(|| Poll {
        id: id(head.id.get()),
        expires_at: end.map(date),
        expired: end.is_some_and(|end| end <= now),
        multiple: !several.is_empty(),
        votes_count: 0,
        voters_count: Some(0),
        options,
        emojis: Vec::new(),
        voted: None,
        own_votes: None,
    })
}
