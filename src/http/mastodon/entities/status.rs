//! Status and what belongs to it: every contribution is one.

use serde::Serialize;
use serde_json::{Value, json};

use super::account::{Account, account, picture};
use super::card::{PreviewCard, card};
use super::emoji::{CustomEmoji, emojis};
use super::filter::FilterResult;
use super::media::{MediaAttachment, list};
use super::poll::{Poll, poll};
use super::quote::{Quote, QuoteApproval, approval, quote};
use super::{date, id};
use crate::clock::Timestamp;
use crate::domain::contribution::{Contribution, Kind, Visibility};
use crate::domain::site::Site;
use crate::domain::timeline::{Line, Mine};
use crate::domain::view::View;
use crate::text::{Html, plain, quotes};

/// A contribution, or the boost of one, as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Key; a boost has its own.
    pub id: String,
    /// When it was said, or boosted.
    pub created_at: String,
    /// When it was changed.
    pub edited_at: Option<String>,
    /// What it answers.
    pub in_reply_to_id: Option<String>,
    /// Whom it answers.
    pub in_reply_to_account_id: Option<String>,
    /// Whether media should be hidden at first.
    pub sensitive: bool,
    /// Content warning.
    pub spoiler_text: String,
    /// `public`, `unlisted`, `private` or `direct`.
    pub visibility: &'static str,
    /// Language.
    pub language: Option<String>,
    /// Identity on the wire.
    pub uri: String,
    /// Page for people.
    pub url: Option<String>,
    /// Visible replies we have.
    pub replies_count: i64,
    /// Boosts we know of.
    pub reblogs_count: i64,
    /// Likes we know of.
    pub favourites_count: i64,
    /// Quotes we know of.
    pub quotes_count: i64,
    /// Whether the asking account likes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub favourited: Option<bool>,
    /// Whether it boosted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reblogged: Option<bool>,
    /// Whether it does not want to hear of its thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted: Option<bool>,
    /// Whether it keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bookmarked: Option<bool>,
    /// Whether it shows it first; only of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// The filters that match, for who has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filtered: Option<Vec<FilterResult>>,
    /// Safe HTML; left out where `text` stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// What the author typed; only of what was just deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What is boosted.
    pub reblog: Option<Box<Status>>,
    /// The app it was written with.
    pub application: Option<Value>,
    /// Who said, or boosted, it.
    pub account: Account,
    /// Pictures, films and sounds.
    pub media_attachments: Vec<MediaAttachment>,
    /// Whom it names.
    pub mentions: Vec<Mention>,
    /// Its hashtags.
    pub tags: Vec<Tag>,
    /// Emoji in its text.
    pub emojis: Vec<CustomEmoji>,
    /// Preview of a link.
    pub card: Option<PreviewCard>,
    /// What it asks its readers to choose from.
    pub poll: Option<Poll>,
    /// What it quotes.
    pub quote: Option<Quote>,
    /// Who may quote it.
    pub quote_approval: QuoteApproval,
}

/// Somebody a status names.
#[derive(Clone, Debug, Serialize)]
pub struct Mention {
    /// Key.
    pub id: String,
    /// Name without a host.
    pub username: String,
    /// Page.
    pub url: String,
    /// Name, with the host for accounts elsewhere.
    pub acct: String,
}

/// A hashtag of a status.
#[derive(Clone, Debug, Serialize)]
pub struct Tag {
    /// Without the `#`.
    pub name: String,
    /// Its page here.
    pub url: String,
}

/// What the author typed.
#[derive(Clone, Debug, Serialize)]
pub struct StatusSource {
    /// Key.
    pub id: String,
    /// The text.
    pub text: String,
    /// Content warning.
    pub spoiler_text: String,
}

/// What stands around a status.
#[derive(Clone, Debug, Serialize)]
pub struct Context {
    /// What it answers, the first one first.
    pub ancestors: Vec<Status>,
    /// What answers it.
    pub descendants: Vec<Status>,
}

/// Renders a line; a boost becomes a status of its own around the original.
pub fn status(line: &Line, site: &Site, now: Timestamp) -> Status {
    let original = original(line, site, now, false);
    let Some((boost, by)) = &line.boost else { return original };
    Status {
        id: id(boost.id.get()),
        created_at: date(boost.created_at),
        uri: format!("{}#boost-{}", original.uri, boost.id),
        account: account(by, site),
        media_attachments: Vec::new(),
        poll: None,
        quote: None,
        pinned: None,
        reblog: Some(Box::new(original.clone())),
        ..original
    }
}

/// Renders a page.
pub fn statuses(lines: &[Line], site: &Site, now: Timestamp) -> Vec<Status> {
    lines.iter().map(|line| status(line, site, now)).collect()
}

/// The words of the client API for who may see something.
pub const fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Unlisted => "unlisted",
        Visibility::Followers => "private",
        // What is internal goes to nobody outside: an app that writes it anew must not send it to followers.
        Visibility::Mentioned | Visibility::Internal => "direct",
    }
}

/// Reads such a word.
pub fn parse_visibility(word: &str) -> Option<Visibility> {
    match word {
        "public" => Some(Visibility::Public),
        "unlisted" => Some(Visibility::Unlisted),
        "private" => Some(Visibility::Followers),
        "direct" => Some(Visibility::Mentioned),
        _ => None,
    }
}

/// Renders what somebody quotes, the quote in it being named only.
pub(super) fn quoted(line: &Line, site: &Site, now: Timestamp) -> Status {
    original(line, site, now, true)
}

fn original(line: &Line, site: &Site, now: Timestamp, within: bool) -> Status {
    let (view, head) = (&line.view, &line.view.head);
    let mine = line.mine.as_ref();
    let flag = |of: fn(&Mine) -> bool| mine.map(of);
    let pinnable = head.visibility != Visibility::Mentioned;
    Status {
        id: id(head.id.get()),
        created_at: date(head.published_at),
        edited_at: head.edited_at.map(date),
        in_reply_to_id: head.in_reply_to_id.map(|parent| id(parent.get())),
        in_reply_to_account_id: line.answers.map(|account| id(account.get())),
        sensitive: head.sensitive || view.author.sensitive,
        spoiler_text: spoiler(head, head.summary.as_deref()),
        visibility: visibility(head.visibility),
        language: Some(head.language.clone()).filter(|language| !language.is_empty()),
        uri: head.uri.to_string(),
        url: picture(Some(&head.url)).or_else(|| Some(head.uri.to_string())),
        replies_count: view.replies,
        reblogs_count: view.boosts,
        favourites_count: view.likes,
        quotes_count: view.quotes,
        favourited: flag(|mine| mine.liked),
        reblogged: flag(|mine| mine.boosted),
        muted: flag(|mine| mine.muted),
        bookmarked: flag(|mine| mine.bookmarked),
        pinned: mine.filter(|mine| mine.wrote && pinnable).map(|mine| mine.pinned),
        filtered: mine.map(|_| Vec::new()),
        content: Some(format!("{}{}", fallback(view), content(head))),
        text: None,
        reblog: None,
        application: line.tool.as_ref().map(|tool| json!({ "name": tool.name, "website": tool.website })),
        account: account(&line.author, site),
        media_attachments: list(&line.view.media, &site.origin),
        mentions: view.mentions.iter().map(mention).collect(),
        tags: view.tags.iter().map(|name| tag(name, site)).collect(),
        emojis: emojis(&view.emojis, site),
        card: view.card.as_ref().map(|one| card(one, &site.origin)),
        poll: view.poll.as_ref().map(|one| poll(one, emojis(&view.emojis, site), mine, now)),
        quote: line.quote.as_ref().map(|one| quote(one, site, now, within)),
        quote_approval: approval(head, mine),
    }
}

/// A post's summary warns; that of a longer text announces it and stands in the text.
pub(super) fn spoiler(head: &Contribution, summary: Option<&str>) -> String {
    let warns = head.kind == Kind::Post && head.title.is_none();
    summary.filter(|_| warns).unwrap_or_default().to_owned()
}

/// The text as clients show it: a title and an announcement above, the address below, because they
/// have no other place for them.
pub(super) fn content(head: &Contribution) -> String {
    let Some(title) = head.title.as_deref().filter(|_| !opens_with_title(head.kind)) else {
        return head.content.clone();
    };
    let begins = words(&plain::text(&Html::from_store(head.content.clone())));
    // Many announce a text with its own first sentences; nobody wants to read them twice.
    let news = |text: &&str| !begins.starts_with(&words(text));
    let announcement = head.summary.as_deref().filter(news);
    let announcement = announcement.map(|text| format!("<p>{}</p>", plain::escape(text)));
    let url = plain::escape(&head.url);
    format!(
        "<p><strong>{}</strong></p>{}{}<p><a href=\"{url}\" rel=\"nofollow noopener\" target=\"_blank\">{url}</a></p>",
        plain::escape(title),
        announcement.unwrap_or_default(),
        head.content
    )
}

/// What names the quoted one in the text of a post of ours, for apps that show no quotes. Others bring
/// it with them.
pub(super) fn fallback(view: &View) -> String {
    let quoting = view.quote.as_ref().filter(|_| view.head.local);
    quoting.map(|quoting| quotes::fallback(&quoting.url)).unwrap_or_default()
}

/// Whether the text of this kind begins with its own title, wherever it comes from.
const fn opens_with_title(kind: Kind) -> bool {
    match kind {
        Kind::Question | Kind::Position | Kind::Thesis | Kind::Event => true,
        Kind::Post | Kind::Statement | Kind::Critique | Kind::Dossier | Kind::Translation => false,
    }
}

/// A text without regard to how its words are set apart.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn mention(account: &crate::domain::account::Account) -> Mention {
    let local = account.is_local();
    Mention {
        id: id(account.id.get()),
        username: account.name.clone(),
        url: picture(Some(&account.url)).unwrap_or_else(|| account.uri.to_string()),
        acct: if local { account.name.clone() } else { account.handle().to_string() },
    }
}

/// Renders a hashtag by its name.
pub fn tag(name: &str, site: &Site) -> Tag {
    let path: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    Tag { name: name.to_owned(), url: format!("{}/tags/{path}", site.origin) }
}
