//! What is the same for every kind: accepting what arrives, emptying, notifying, who may reply.

use super::cards::{self, Named};
use super::{
    content_rules, critiques, emojis, external_statements, media, notifications, positions, quotes, received,
};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{
    Contribution, DELIVERED_SECONDS, NEWS_SECONDS, Received, ReceivedBody, State,
};
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::media::ReceivedMedia;
use crate::domain::notification::NotificationKind;
use crate::domain::rebuff::Rebuff;
use crate::domain::site::{FederationMode, ReplyPolicy};
use crate::domain::uri::Uri;
use crate::domain::view::View;
use crate::store::contributions::{self, NewContribution, Text, Viewer};
use crate::store::revisions::{self, Revision};
use crate::store::{
    self, Error, Tx, accounts, hosts, polls, relations, settings, threads, tombstones, views, withheld,
};

/// Versions that are kept of one contribution from elsewhere.
const VERSIONS: i64 = 100;

/// What became of a received contribution.
#[derive(Debug)]
pub enum Receipt {
    /// It is new here.
    New(Box<Contribution>),
    /// It replaced an older version.
    Changed(Box<Contribution>),
    /// Nothing changed, and why.
    Ignored(&'static str),
    /// Nothing changed, and whoever sent it is counted for admins.
    Rebuffed(Rebuff),
}

/// Accepts a contribution from elsewhere, or a newer version of one.
pub fn receive(tx: &mut Tx<'_>, received: &Received) -> Result<Receipt, Error> {
    if received.uri.same_origin(&Uri::ours(&tx.site()?.origin, "/")) {
        return Err(Refusal::forbidden("this address belongs to us").into());
    }
    let host = home(tx, &received.author)?;
    if is_suspended(&received.author, host.as_ref()) {
        return Err(Refusal::forbidden("its author or their server is suspended or frozen here").into());
    }
    if tombstones::contains(tx, &received.uri)? {
        return Ok(Receipt::Ignored("deleted before"));
    }
    match contributions::known(tx, &received.uri)? {
        Some(known) => change(tx, &known, received, host.as_ref()),
        None => insert(tx, received, host.as_ref()),
    }
}

/// Whatever way it comes, what a suspended account or server says is not taken in.
fn is_suspended(author: &Account, host: Option<&Host>) -> bool {
    let suspended = |standing| standing == HostStanding::Suspended;
    author.is_barred() || host.is_some_and(|host| suspended(host.standing))
}

fn insert(tx: &mut Tx<'_>, received: &Received, host: Option<&Host>) -> Result<Receipt, Error> {
    let parent = match &received.in_reply_to {
        Some(uri) => contributions::known(tx, uri)?,
        None => None,
    };
    if let Some(parent) = parent.as_ref().filter(|parent| parent.local) {
        may_reply(tx, &received.author, parent)?;
    }
    if let ReceivedBody::Position(position) = &received.body {
        positions::may_enter(tx, received, &position.qid)?;
    }
    let published_at = received.published_at.clamp(Timestamp(0), tx.now);
    let id = tx.mint_at(published_at)?;
    let edited_at = received.updated_at.map(|at| at.min(tx.now)).filter(|at| *at > published_at);
    let caught = content_rules::catching(tx, received, host)?;
    let state = if caught.is_some() { State::Held } else { standing(tx, &received.author, host)? };
    let head = NewContribution {
        id,
        uri: received.uri.clone(),
        kind: received.body.kind(),
        author_id: received.author.id,
        on_behalf_of_id: received.on_behalf_of,
        visibility: received.visibility,
        reply_policy: ReplyPolicy::Everyone,
        published_at,
        in_reply_to_id: parent.as_ref().map(|parent| parent.id),
        in_reply_to_uri: received.in_reply_to.clone(),
        thread_id: parent.as_ref().map_or(id, |parent| parent.thread_id),
        local: false,
        quote_policy: received.quote_policy.within(received.visibility),
        text: text(received, edited_at, state, received.body.revision().max(1)),
    };
    contributions::insert(tx, &head, &received.mentions, &received.tags)?;
    if let Some(rule) = &caught {
        store::content_rules::catch(tx, id, rule.id)?;
    }
    beside(tx, id, received, host)?;
    received::body(tx, id, received, parent.as_ref())?;
    external_statements::note(tx, id, received)?;
    keep(tx, id, received, head.text.revision)?;
    if !threads::adopt_waiting(tx, &received.uri, id, head.thread_id)?.is_empty() {
        critiques::place_again(tx, id)?;
    }
    let head = stored(tx, id)?;
    quotes::adopt(tx, &head)?;
    if state != State::Held {
        hear(tx, &head, &received.author, parent.as_ref(), &received.mentions)?;
    }
    cards::name(tx, id, &Named::arrived(&head, received))?;
    Ok(Receipt::New(Box::new(head)))
}

/// Keeps what stands beside something new. Most contributions have nothing of it, and then nothing is asked.
fn beside(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    received: &Received,
    host: Option<&Host>,
) -> Result<(), Error> {
    let files = files(received, host);
    if !files.is_empty() {
        media::receive(tx, received.author.id, id, files)?;
    }
    emojis::receive(tx, &received.author, &received.emojis)?;
    if received.poll.is_some() {
        super::polls::receive(tx, id, received.poll.as_ref())?;
    }
    if received.quote.is_some() {
        quotes::receive(tx, (id, &received.author), received.quote.as_ref())?;
    }
    Ok(())
}

fn change(
    tx: &mut Tx<'_>,
    known: &Contribution,
    received: &Received,
    host: Option<&Host>,
) -> Result<Receipt, Error> {
    if known.author_id != received.author.id {
        return Err(Refusal::forbidden("only its author may change a contribution").into());
    }
    if known.kind != received.body.kind() {
        return Err(Refusal::forbidden("a contribution keeps its kind").into());
    }
    // Nothing is kept any more of what is deleted, or only waits to be, whatever comes late.
    if matches!(known.state, State::Deleted | State::Withheld) {
        return Ok(Receipt::Ignored("it was deleted"));
    }
    let parent = match known.in_reply_to_id {
        Some(parent) => contributions::known_by_id(tx, parent)?,
        None => None,
    };
    may_go_on(tx, known, &received.author, parent.as_ref())?;
    if let ReceivedBody::Position(position) = &received.body
        && let Some(receipt) = positions::out_of_order(tx, known, received, position)?
    {
        return Ok(receipt);
    }
    let before = known.edited_at.unwrap_or(known.published_at);
    let version = received.updated_at.unwrap_or(received.published_at);
    if version >= before {
        consent(tx, known, received)?;
    }
    let newer = received.updated_at.map(|at| at.min(tx.now)).filter(|at| *at > before);
    // Versions that are counted follow one another however quickly they were made.
    let next = received.body.revision() > known.revision;
    let newer = newer.or_else(|| next.then(|| later(known, tx.now)));
    let Some(edited_at) = newer else {
        // Counts of votes come without a new version.
        super::polls::recount(tx, known.id, received.poll.as_ref())?;
        return Ok(Receipt::Ignored("not newer than what is here"));
    };
    if received.body.revision() != 0 && received.body.revision() < known.revision {
        return Ok(Receipt::Rebuffed(Rebuff::Repeated));
    }
    let revision = received.body.revision().max(known.revision.saturating_add(1));
    let state = state_of_version(tx, known, received, host)?;
    let text = text(received, Some(edited_at), state, revision);
    contributions::update(tx, known.id, &text)?;
    let named = contributions::rename(tx, known.id, &received.mentions)?;
    contributions::set_tags(tx, known.id, &received.tags)?;
    media::receive(tx, received.author.id, known.id, files(received, host))?;
    emojis::receive(tx, &received.author, &received.emojis)?;
    super::polls::receive(tx, known.id, received.poll.as_ref())?;
    received::body(tx, known.id, received, parent.as_ref())?;
    external_statements::note(tx, known.id, received)?;
    keep(tx, known.id, received, revision)?;
    if text.state == State::Held {
        // What its author says of it meanwhile is what comes back.
        withheld::declare(tx, known.id, received.body.state())?;
    }
    critiques::place_again(tx, known.id)?;
    if text.state != State::Held {
        address(tx, known, &received.author, &named)?;
        notifications::changed(tx, &received.author, known.id)?;
    }
    let stored = stored(tx, known.id)?;
    cards::rename(tx, known.id, &Named::arrived(&stored, received))?;
    Ok(Receipt::Changed(Box::new(stored)))
}

/// Who may quote, and consents, come without a new version.
fn consent(tx: &mut Tx<'_>, known: &Contribution, received: &Received) -> Result<(), Error> {
    let policy = received.quote_policy.within(known.visibility);
    contributions::set_quote_policy(tx, known.id, policy)?;
    quotes::receive(tx, (known.id, &received.author), received.quote.as_ref())
}

/// Whether a later version of what was said to members counts: whoever was blocked since then says nothing more to
/// them by changing it. What names several stands as long as one of them listens.
fn may_go_on(
    tx: &mut Tx<'_>,
    known: &Contribution,
    author: &Account,
    parent: Option<&Contribution>,
) -> Result<(), Error> {
    let refused = || Refusal::forbidden("those to whom it was said block this account").into();
    if let Some(parent) = parent.filter(|parent| parent.local) {
        return if relations::blocks(tx, parent.author_id, author.id)? { Err(refused()) } else { Ok(()) };
    }
    let named = contributions::members_named(tx, known.id)?;
    for member in &named {
        if !relations::blocks(tx, *member, author.id)? {
            return Ok(());
        }
    }
    if named.is_empty() || relations::is_followed_here(tx, author.id)? { Ok(()) } else { Err(refused()) }
}

/// Whether a later version is shown at once: a rule about words holds for what is changed, too.
fn state_of_version(
    tx: &mut Tx<'_>,
    known: &Contribution,
    received: &Received,
    host: Option<&Host>,
) -> Result<State, Error> {
    if let Some(rule) = content_rules::catching_words(tx, received)? {
        store::content_rules::catch(tx, known.id, rule.id)?;
        withheld::declare(tx, known.id, State::Held)?;
        return Ok(State::Held);
    }
    if known.state == State::Held { Ok(State::Held) } else { standing(tx, &received.author, host) }
}

/// Empties a contribution: the head stays, so that its address answers "gone" and replies to it
/// keep their place.
pub(super) fn erase(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<(), Error> {
    // What said it has the whole text in it and is not shown any more, neither alone nor in an outbox.
    let uri = stored(tx, id)?.uri;
    store::activities::unlist(tx, &uri)?;
    contributions::erase(tx, id)?;
    contributions::set_mentions(tx, id, &[])?;
    contributions::set_tags(tx, id, &[])?;
    revisions::erase(tx, id)?;
    media::release(tx, id)?;
    store::notifications::forget(tx, id)?;
    polls::erase(tx, id)?;
    store::cards::clear(tx, id)?;
    store::positions::erase(tx, id)?;
    store::questions::erase(tx, id)?;
    store::critiques::erase(tx, id)?;
    store::quotes::erase(tx, id)?;
    store::events::erase(tx, id)?;
    store::statement_references::erase(tx, id)?;
    store::external_statements::erase(tx, id)?;
    Ok(())
}

/// Whether strangers' words are shown at once. Who was let in by name is always heard; who is limited
/// waits, whoever follows them. The organization says with its follow that it wants to hear somebody; a
/// member says so for themselves, and reads what waits.
fn standing(tx: &mut Tx<'_>, author: &Account, host: Option<&Host>) -> Result<State, Error> {
    if author.standing == HostStanding::Approved {
        return Ok(State::Current);
    }
    let host = host.map_or(HostStanding::Approved, |host| host.standing);
    if author.standing == HostStanding::Limited || host == HostStanding::Limited {
        return Ok(State::Held);
    }
    let organization = tx.site()?.organization;
    if relations::follow(tx, organization, author.id)?.is_some() {
        return Ok(State::Current);
    }
    let open = settings::get(tx)?.federation_mode != FederationMode::Quarantine;
    Ok(if host == HostStanding::Approved || open { State::Current } else { State::Held })
}

/// The server an account lives on; `None` for ours.
fn home(tx: &mut Tx<'_>, author: &Account) -> Result<Option<Host>, Error> {
    match author.host_id {
        Some(id) => Ok(hosts::by_id(tx, id)?),
        None => Ok(None),
    }
}

/// The files of a contribution, unless we take none from its server.
fn files<'a>(received: &'a Received, host: Option<&Host>) -> &'a [ReceivedMedia] {
    if host.is_some_and(|host| host.reject_media) { &[] } else { &received.media }
}

/// Whether `author` may reply to `parent`; the reason where not.
pub fn may_reply(tx: &mut Tx<'_>, author: &Account, parent: &Contribution) -> Result<(), Error> {
    if relations::blocks(tx, parent.author_id, author.id)? {
        return Err(Refusal::forbidden("the author does not take replies from this account").into());
    }
    if !parent.local || author.is_local() {
        return Ok(());
    }
    let site = tx.site()?;
    let allowed = match parent.reply_policy {
        ReplyPolicy::Everyone => true,
        ReplyPolicy::KnownHosts => {
            let host = home(tx, author)?;
            standing(tx, author, host.as_ref())? == State::Current
        }
        ReplyPolicy::Followed => relations::follows(tx, site.organization, author.id)?,
        ReplyPolicy::Members => false,
    };
    if allowed {
        return Ok(());
    }
    Err(Refusal::forbidden("replies are open to others here, not to this account").into())
}

/// Tells accounts of ours that somebody named them or replied to them.
pub(super) fn notify(tx: &mut Tx<'_>, view: &View) -> Result<(), Error> {
    let parent = match view.head.in_reply_to_id {
        Some(parent) => contributions::known_by_id(tx, parent)?,
        None => None,
    };
    let named: Vec<Id<Account>> = view.mentions.iter().map(|account| account.id).collect();
    let concerned = concerned(tx, &view.head, parent.as_ref(), &named)?;
    address(tx, &view.head, &view.author, &concerned)?;
    notifications::published(tx, &view.author, view.head.id, &named)
}

/// Tells whom something concerns that has just arrived, as far as it is news.
fn hear(
    tx: &mut Tx<'_>,
    head: &Contribution,
    author: &Account,
    parent: Option<&Contribution>,
    named: &[Id<Account>],
) -> Result<(), Error> {
    if head.is_younger_than(DELIVERED_SECONDS, tx.now) {
        let concerned = concerned(tx, head, parent, named)?;
        address(tx, head, author, &concerned)?;
    }
    let fresh = head.is_younger_than(NEWS_SECONDS, tx.now);
    if fresh { notifications::published(tx, author, head.id, named) } else { Ok(()) }
}

/// Those who are named, and whoever is answered where they may see it.
fn concerned(
    tx: &mut Tx<'_>,
    head: &Contribution,
    parent: Option<&Contribution>,
    named: &[Id<Account>],
) -> Result<Vec<Id<Account>>, Error> {
    let mut concerned = named.to_vec();
    if let Some(parent) = parent {
        let viewer = Viewer::Member(parent.author_id);
        let seen = contributions::by_id(tx, viewer, head.id)?.is_some();
        concerned.extend(seen.then_some(parent.author_id));
    }
    Ok(concerned)
}

/// Tells these accounts, as far as they are ours, that something names or answers them.
pub(super) fn address(
    tx: &mut Tx<'_>,
    head: &Contribution,
    author: &Account,
    concerned: &[Id<Account>],
) -> Result<(), Error> {
    let mut hear = concerned.to_vec();
    hear.sort_unstable();
    hear.dedup();
    hear.retain(|account| *account != author.id);
    for account in accounts::by_ids(tx, &hear)?.iter().filter(|account| account.is_local()) {
        notifications::tell(tx, account.id, NotificationKind::Mention, author, Some(head.id))?;
    }
    Ok(())
}

/// The moment of a change: strictly later than the version before, in whole seconds, because
/// peers ignore an edit that is not newer.
pub(super) fn later(head: &Contribution, now: Timestamp) -> Timestamp {
    let before = head.edited_at.unwrap_or(head.published_at);
    now.max(Timestamp(before.seconds().saturating_mul(1000)).plus_seconds(1))
}

fn text(received: &Received, edited_at: Option<Timestamp>, state: State, revision: i32) -> Text {
    let declared = received.body.state();
    Text {
        url: received.url.clone(),
        language: received.language.clone(),
        title: received.title.clone(),
        summary: received.summary.clone(),
        sensitive: received.sensitive || received.author.sensitive,
        content: received.content.as_str().to_owned(),
        markdown: None,
        edited_at,
        revision,
        state: if state == State::Held { State::Held } else { declared },
        trust: Some(received.trust),
    }
}

fn keep(tx: &mut Tx<'_>, id: Id<Contribution>, received: &Received, revision: i32) -> Result<(), Error> {
    let (reason, digest) = received.body.version();
    let row = Revision {
        contribution_id: id,
        revision,
        created_at: received.updated_at.unwrap_or(received.published_at).min(tx.now),
        title: received.title.clone(),
        summary: received.summary.clone(),
        content: received.content.as_str().to_owned(),
        markdown: None,
        reason,
        state: received.body.state(),
        document: Some(received.document.clone()),
        digest,
        convinced_by: received.body.convinced_by(),
    };
    keep_version(tx, &row)?;
    Ok(())
}

/// Keeps a version from elsewhere, as long as there are not too many: whoever changes a text without
/// end cannot fill our disk with its past. That it is withdrawn is always kept.
/// Returns whether there was room.
pub(super) fn keep_version(tx: &mut Tx<'_>, version: &Revision) -> Result<bool, Error> {
    let stands = version.state == State::Current;
    if stands && version.revision > 1 && revisions::count(tx, version.contribution_id)? >= VERSIONS {
        return Ok(false);
    }
    revisions::insert(tx, version)?;
    Ok(true)
}

pub(super) fn stored(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<Contribution, Error> {
    contributions::known_by_id(tx, id)?.ok_or_else(vanished)
}

pub(super) fn load(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<View, Error> {
    let head = stored(tx, id)?;
    let site = tx.site()?;
    views::one(tx, Viewer::Member(site.organization), head)?.ok_or_else(vanished)
}

fn vanished() -> Error {
    Error::broken("a contribution vanished while it was being written")
}
