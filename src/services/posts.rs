//! Replies and posts of people here.

use serde_json::Value;

use super::accounts::acting;
use super::cards::{self, Named};
use super::formats::{Format, render};
use super::media::{self, Described};
use super::polls::{Reasked, ask, reask};
use super::{contributions, critiques, notifications, publish, quotes};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::critique::{Critique, NewCritique};
use crate::domain::host::HostStanding;
use crate::domain::id::{Id, token};
use crate::domain::media::Media;
use crate::domain::oauth::ClientApp;
use crate::domain::poll::NewPoll;
use crate::domain::quote::QuotePolicy;
use crate::domain::uri::Uri;
use crate::domain::view::View;
use crate::store::contributions::{NewContribution, Text, Viewer};
use crate::store::revisions::{self, Revision};
use crate::store::{self, Error, Tx, polls, profiles, settings, views, written};
use crate::text::{Markdown, plain};

/// The longest post in characters; a longer text is a statement.
pub const LONGEST: usize = 20_000;

/// What a person wants to say.
#[derive(Clone, Debug, Default)]
pub struct NewPost {
    /// The text.
    pub markdown: Markdown,
    /// What it answers.
    pub in_reply_to: Option<Id<Contribution>>,
    /// Who may see it.
    pub visibility: Visibility,
    /// BCP 47 tag; empty where nobody said.
    pub language: String,
    /// Content warning.
    pub summary: Option<String>,
    /// Whether media should be hidden at first.
    pub sensitive: bool,
    /// The accounts that its `@name@host` mean; what is missing stays text.
    pub mentions: Vec<Account>,
    /// The organization, where a person speaks for it.
    pub on_behalf_of: Option<Id<Account>>,
    /// How the text is meant.
    pub format: Format,
    /// What readers may choose from.
    pub poll: Option<NewPoll>,
    /// The author's files to stand beside it, in this order.
    pub media: Vec<Id<Media>>,
    /// What it means to do and which passage it is about, where it is a critique.
    pub critique: Option<NewCritique>,
    /// What it quotes.
    pub quoted: Option<Id<Contribution>>,
    /// Who may quote it; what the author usually says where nobody does.
    pub quote_policy: Option<QuotePolicy>,
    /// The app it is written with.
    pub app: Option<Id<ClientApp>>,
}

/// What a change puts in the place of a post. Everything is replaced.
#[derive(Clone, Debug, Default)]
pub struct Rewrite {
    /// The text.
    pub markdown: Markdown,
    /// How it is meant; as before where nobody says.
    pub format: Option<Format>,
    /// How it is meant where nobody ever said.
    pub usual: Format,
    /// The accounts that its `@name@host` mean; what is missing stays text.
    pub mentions: Vec<Account>,
    /// Content warning.
    pub summary: Option<String>,
    /// Whether media should be hidden at first.
    pub sensitive: bool,
    /// BCP 47 tag; empty where nobody said.
    pub language: String,
    /// What readers may choose from; other answers begin a new vote.
    pub poll: Option<NewPoll>,
    /// The author's files to stand beside it, in this order.
    pub media: Vec<Id<Media>>,
    /// What is said about some of them from now on.
    pub described: Vec<Described>,
    /// Who may quote it; as before where nobody says.
    pub quote_policy: Option<QuotePolicy>,
}

/// Publishes a post of `author`.
pub fn publish(tx: &mut Tx<'_>, author: &Account, post: &NewPost) -> Result<View, Error> {
    let beside_text = post.poll.is_some() || post.quoted.is_some() || !post.media.is_empty();
    let author = &check(tx, author, &post.markdown, beside_text)?;
    let parent = match post.in_reply_to {
        Some(id) => Some(answerable(tx, author, id)?),
        None => None,
    };
    let visibility = reach(author, parent.as_ref(), post.visibility);
    let mentions = within(visibility, &post.mentions);
    let named = named(author, &mentions, parent.as_ref(), visibility);
    let (quoted, visibility) = quotes::quotable(tx, author, post.quoted, &named, visibility)?;
    let id: Id<Contribution> = tx.mint();
    let uri = Uri::ours(&tx.site()?.origin, &format!("/c/{}", token()));
    let critique = criticize(tx, id, parent.as_ref(), post.critique.as_ref())?;
    let (content, tags) = render(&*tx.site()?, &post.markdown, post.format, &mentions);
    let opening = critique.as_ref().map(crate::vocab::critique::opening).unwrap_or_default();
    let head = NewContribution {
        id,
        uri: uri.clone(),
        kind: if critique.is_some() { Kind::Critique } else { Kind::Post },
        author_id: author.id,
        on_behalf_of_id: post.on_behalf_of,
        visibility,
        reply_policy: settings::get(tx)?.reply_policy,
        published_at: tx.now,
        in_reply_to_id: parent.as_ref().map(|parent| parent.id),
        in_reply_to_uri: parent.as_ref().map(|parent| parent.uri.clone()),
        thread_id: parent.as_ref().map_or(id, |parent| parent.thread_id),
        local: true,
        quote_policy: quote_policy(tx, author, post)?.within(visibility),
        text: Text {
            trust: None,
            url: uri.to_string(),
            language: post.language.clone(),
            title: None,
            summary: post.summary.clone().filter(|summary| !summary.trim().is_empty()),
            sensitive: post.sensitive || author.sensitive,
            content: format!("{opening}{}", content.as_str()),
            markdown: Some(post.markdown.as_str().to_owned()),
            edited_at: None,
            revision: 1,
            state: State::Current,
        },
    };
    store::contributions::insert(tx, &head, &named, &tags)?;
    beside(tx, author, id, post)?;
    if let Some(critique) = &critique {
        store::critiques::insert(tx, critique)?;
    }
    quotes::attach(tx, author, id, quoted.as_ref())?;
    let view = load(tx, id)?;
    cards::name(tx, id, &Named::of(&view))?;
    contributions::notify(tx, &view)?;
    let document = freeze(tx, &view, None)?;
    if visibility != Visibility::Internal {
        publish::create(tx, &view, &document)?;
    }
    quotes::announce(tx, &view, &document)?;
    Ok(view)
}

/// Who reads it: what answers something internal stays within these walls.
fn reach(author: &Account, parent: Option<&Contribution>, wanted: Visibility) -> Visibility {
    let internal = parent.is_some_and(|parent| parent.visibility == Visibility::Internal);
    if internal { Visibility::Internal } else { within_limits(author, wanted) }
}

/// Whom a text can name: inside, nobody who is outside.
fn within(visibility: Visibility, mentions: &[Account]) -> Vec<Account> {
    let inside = visibility == Visibility::Internal;
    mentions.iter().filter(|account| !inside || account.is_local()).cloned().collect()
}

/// What somebody who is limited writes reaches those who follow, and stands in no public list.
fn within_limits(author: &Account, wanted: Visibility) -> Visibility {
    let limited = author.standing == HostStanding::Limited && wanted == Visibility::Public;
    if limited { Visibility::Unlisted } else { wanted }
}

/// What stands beside a post: its files, its poll, and how it was written.
fn beside(tx: &mut Tx<'_>, author: &Account, id: Id<Contribution>, post: &NewPost) -> Result<(), Error> {
    written::set(tx, id, post.format == Format::Plain, post.app)?;
    if let Some(poll) = &post.poll {
        ask(tx, id, poll)?;
    }
    media::place(tx, author, id, &post.media)
}

/// Who may quote a post: as its author says, or usually does.
fn quote_policy(tx: &mut Tx<'_>, author: &Account, post: &NewPost) -> Result<QuotePolicy, Error> {
    match post.quote_policy {
        Some(policy) => Ok(policy),
        None => Ok(profiles::of(tx, author.id)?.quote_policy),
    }
}

/// Whom a post names: those in the text, and the author of what is answered, because several servers
/// drop replies otherwise. What is not for everybody goes to nobody whom it does not name.
fn named(
    author: &Account,
    mentions: &[Account],
    parent: Option<&Contribution>,
    visibility: Visibility,
) -> Vec<Id<Account>> {
    let mut named: Vec<Id<Account>> = mentions.iter().map(|account| account.id).collect();
    if !matches!(visibility, Visibility::Followers | Visibility::Mentioned) {
        named.extend(parent.map(|parent| parent.author_id).filter(|id| *id != author.id));
    }
    named
}

/// Changes the text of a post; the earlier one stays in its history.
pub fn edit(
    tx: &mut Tx<'_>,
    author: &Account,
    id: Id<Contribution>,
    markdown: &Markdown,
    mentions: &[Account],
) -> Result<View, Error> {
    let head = own(tx, author, id)?;
    let poll = polls::one(tx, None, id)?;
    let mut mentions = mentions.to_vec();
    if matches!(head.visibility, Visibility::Followers | Visibility::Mentioned) {
        // A page does not ask to whom it goes: to the same as before.
        mentions.extend(load(tx, id)?.mentions);
    }
    let rewrite = Rewrite {
        markdown: markdown.clone(),
        mentions,
        summary: head.summary,
        sensitive: head.sensitive,
        language: head.language,
        format: None,
        usual: Format::Markdown,
        poll: poll.map(|view| NewPoll {
            options: view.options.into_iter().map(|option| option.title).collect(),
            multiple: view.poll.multiple,
            hides_totals: view.poll.hides_totals,
            seconds: None,
        }),
        media: store::media::of(tx, id)?.into_iter().map(|row| row.id).collect(),
        described: Vec::new(),
        quote_policy: None,
    };
    self::rewrite(tx, author, id, &rewrite)
}

/// Puts another text in the place of a post; the earlier one stays in its history. Where nothing
/// changes, nothing happens.
pub fn rewrite(
    tx: &mut Tx<'_>,
    author: &Account,
    id: Id<Contribution>,
    change: &Rewrite,
) -> Result<View, Error> {
    let head = own(tx, author, id)?;
    if head.state == State::Withheld {
        // What is out of sight would go out again with its new words.
        return Err(Refusal::forbidden("moderators removed this: object to their decision first").into());
    }
    let mentions = within(head.visibility, &change.mentions);
    let quotes = store::quotes::one(tx, id)?.is_some();
    let author =
        &check(tx, author, &change.markdown, change.poll.is_some() || quotes || !change.media.is_empty())?;
    let format = format(tx, id, change)?;
    let (content, tags) = render(&*tx.site()?, &change.markdown, format, &mentions);
    let critique = store::critiques::parts(tx, id)?;
    let opening = critique.as_ref().map(crate::vocab::critique::opening).unwrap_or_default();
    let parent = match head.in_reply_to_id {
        Some(parent) => store::contributions::known_by_id(tx, parent)?,
        None => None,
    };
    let named = named(author, &mentions, parent.as_ref(), head.visibility);
    let policy = change.quote_policy.map_or(head.quote_policy, |policy| policy.within(head.visibility));
    let text = Text {
        trust: None,
        url: head.url.clone(),
        language: change.language.clone(),
        title: head.title.clone(),
        summary: change.summary.clone().filter(|summary| !summary.trim().is_empty()),
        sensitive: change.sensitive || author.sensitive,
        content: format!("{opening}{}", content.as_str()),
        markdown: Some(change.markdown.as_str().to_owned()),
        edited_at: Some(contributions::later(&head, tx.now)),
        revision: head.revision.saturating_add(1),
        state: head.state,
    };
    let asked = reask(tx, id, change.poll.as_ref())?;
    let moved = media::rearrange(tx, author, id, (&change.media, &change.described))?;
    store::contributions::set_quote_policy(tx, id, policy)?;
    if asked != Reasked::Anew && !moved && is_same(&head, &text) {
        let is_restated = asked == Reasked::Terms || policy != head.quote_policy;
        return if is_restated { restate(tx, id) } else { load(tx, id) };
    }
    store::contributions::update(tx, id, &text)?;
    written::set_plain(tx, id, format == Format::Plain)?;
    let named = store::contributions::rename(tx, id, &named)?;
    store::contributions::set_tags(tx, id, &tags)?;
    let view = load(tx, id)?;
    contributions::address(tx, &head, author, &named)?;
    cards::rename(tx, id, &Named::of(&view))?;
    let document = freeze(tx, &view, None)?;
    notifications::changed(tx, author, id)?;
    if head.visibility != Visibility::Internal {
        publish::update(tx, &view, &document)?;
    }
    Ok(view)
}

/// How a text is meant from now on: as somebody says, else as before.
fn format(tx: &mut Tx<'_>, id: Id<Contribution>, change: &Rewrite) -> Result<Format, Error> {
    if let Some(format) = change.format {
        return Ok(format);
    }
    Ok(match written::is_plain(tx, id)? {
        Some(true) => Format::Plain,
        Some(false) => Format::Markdown,
        None => change.usual,
    })
}

/// Says anew what a post of ours says, without a new version: who may quote it or what it quotes
/// changed.
pub(super) fn restate(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<View, Error> {
    let view = load(tx, id)?;
    let (document, digest) = publish::render(tx, &view)?;
    revisions::set_document(tx, id, view.head.revision, &document.to_string(), &digest)?;
    if view.head.visibility != Visibility::Internal {
        publish::update(tx, &view, &document)?;
    }
    Ok(view)
}

fn is_same(head: &Contribution, text: &Text) -> bool {
    head.content == text.content
        && head.markdown == text.markdown
        && head.summary == text.summary
        && head.sensitive == text.sensitive
        && head.language == text.language
}

/// Deletes a post of `author`; its address answers "gone" from now on.
pub fn delete(tx: &mut Tx<'_>, author: &Account, id: Id<Contribution>) -> Result<(), Error> {
    let head = own(tx, author, id)?;
    let view = load(tx, id)?;
    if head.visibility != Visibility::Internal {
        // While it is known who has it.
        publish::delete(tx, &view)?;
    }
    contributions::erase(tx, id)
}

/// Tells other servers that a post is gone, while it is known who has it.
pub(super) fn call_back(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<(), Error> {
    let view = load(tx, id)?;
    publish::delete(tx, &view)
}

/// Keeps the signed document of the current version, and returns it.
pub(super) fn freeze(tx: &mut Tx<'_>, view: &View, reason: Option<&str>) -> Result<Value, Error> {
    let (document, digest) = publish::render(tx, view)?;
    let head = &view.head;
    let revision = Revision {
        contribution_id: head.id,
        revision: head.revision,
        created_at: tx.now,
        title: head.title.clone(),
        summary: head.summary.clone(),
        content: head.content.clone(),
        markdown: head.markdown.clone(),
        reason: reason.map(str::to_owned),
        state: head.state,
        document: Some(document.to_string()),
        digest,
        convinced_by: view.convinced_by(),
    };
    revisions::insert(tx, &revision)?;
    Ok(document)
}

/// The view of a contribution that was just written.
pub(super) fn load(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<View, Error> {
    let missing = || Error::broken("a contribution vanished while it was being written");
    let head = store::contributions::known_by_id(tx, id)?.ok_or_else(missing)?;
    let thread = head.thread_id;
    let viewer = Viewer::Member(head.author_id);
    let mut view = views::one(tx, viewer, head)?.ok_or_else(missing)?;
    if view.context.is_none() {
        view.context = views::foreign_context(tx, thread)?;
    }
    Ok(view)
}

fn check(
    tx: &mut Tx<'_>,
    author: &Account,
    markdown: &Markdown,
    may_be_blank: bool,
) -> Result<Account, Error> {
    let author = acting(tx, author)?;
    if markdown.is_blank() && !may_be_blank {
        return Err(Refusal::invalid("text", "write something first").into());
    }
    let length = plain::length(markdown.as_str());
    if length > LONGEST {
        let why =
            format!("has {length} characters, at most {LONGEST} are allowed; publish it as a statement");
        return Err(Refusal::invalid("text", why).into());
    }
    Ok(author)
}

/// What a critique has besides its head. It is always about something.
fn criticize(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    target: Option<&Contribution>,
    new: Option<&NewCritique>,
) -> Result<Option<Critique>, Error> {
    match (new, target) {
        (None, _) => Ok(None),
        (Some(_), None) => Err(Refusal::invalid("intent", "say what it is about").into()),
        (Some(new), Some(target)) => Ok(Some(critiques::accept(tx, id, target, new)?)),
    }
}

fn answerable(tx: &mut Tx<'_>, author: &Account, id: Id<Contribution>) -> Result<Contribution, Error> {
    let parent = store::contributions::by_id(tx, Viewer::Member(author.id), id)?.ok_or(Refusal::NotFound)?;
    contributions::may_reply(tx, author, &parent)?;
    Ok(parent)
}

fn own(tx: &mut Tx<'_>, author: &Account, id: Id<Contribution>) -> Result<Contribution, Error> {
    let head = store::contributions::known_by_id(tx, id)?.filter(|head| head.state != State::Deleted);
    let own = head.as_ref().is_some_and(|head| head.author_id == author.id);
    let seen = own || store::contributions::by_id(tx, Viewer::Member(author.id), id)?.is_some();
    let head = head.filter(|_| seen).ok_or(Refusal::NotFound)?;
    if !own || !matches!(head.kind, Kind::Post | Kind::Critique) {
        return Err(Refusal::forbidden("this is not a post of yours").into());
    }
    Ok(head)
}
