//! The heads of contributions, and the one predicate that says who may see them.

use std::collections::HashSet;

use diesel::dsl::exists;
use diesel::prelude::{AsChangeset, Insertable};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper, TextExpressionMethods,
};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::search;
use super::tx::{Event, Gone, Tx};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::id::Id;
use crate::domain::quote::QuotePolicy;
use crate::domain::relation::FollowState;
use crate::domain::site::ReplyPolicy;
use crate::domain::trust::Trust;
use crate::domain::uri::Uri;
use crate::schema::{accounts, contributions, follows, mentions, tags};

/// A new row.
#[derive(Insertable)]
#[diesel(table_name = contributions, treat_none_as_default_value = false)]
pub struct NewContribution {
    /// Our key.
    pub id: Id<Contribution>,
    /// Identity on the wire.
    pub uri: Uri,
    /// What it is.
    pub kind: Kind,
    /// Who wrote it.
    pub author_id: Id<Account>,
    /// For which organization.
    pub on_behalf_of_id: Option<Id<Account>>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Who may reply.
    pub reply_policy: ReplyPolicy,
    /// When it was published.
    pub published_at: Timestamp,
    /// What it answers, where we have it.
    pub in_reply_to_id: Option<Id<Contribution>>,
    /// What it answers.
    pub in_reply_to_uri: Option<Uri>,
    /// The first contribution of its thread.
    pub thread_id: Id<Contribution>,
    /// Whether it was written here.
    pub local: bool,
    /// Who may quote it.
    pub quote_policy: QuotePolicy,
    /// What a revision may change.
    #[diesel(embed)]
    pub text: Text,
}

/// What a revision may change.
#[derive(Clone, Debug, Insertable, AsChangeset)]
#[diesel(table_name = contributions, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Text {
    /// Page for people.
    pub url: String,
    /// BCP 47 tag.
    pub language: String,
    /// Title, plain text.
    pub title: Option<String>,
    /// Content warning or announcement.
    pub summary: Option<String>,
    /// Whether media should be hidden at first.
    pub sensitive: bool,
    /// Safe HTML.
    pub content: String,
    /// What a local author typed.
    pub markdown: Option<String>,
    /// When it was changed.
    pub edited_at: Option<Timestamp>,
    /// Number of the version.
    pub revision: i32,
    /// Whether it stands.
    pub state: State,
    /// How we know that its author said this; `None` for what was written here.
    pub trust: Option<Trust>,
}

/// Who is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody in particular: a reader without an account, a search engine, another server.
    Anyone,
    /// An account from elsewhere that signed its request.
    Remote(Id<Account>),
    /// An account of ours.
    Member(Id<Account>),
}

impl Viewer {
    /// The account that asks.
    pub const fn account(self) -> Option<Id<Account>> {
        match self {
            Self::Anyone => None,
            Self::Remote(id) | Self::Member(id) => Some(id),
        }
    }

    /// The account that asks, or a key that no account has.
    fn key(self) -> Id<Account> {
        self.account().unwrap_or(Id::new(0))
    }

    fn if_member<T>(self, member: T, other: T) -> T {
        match self {
            Self::Member(_) => member,
            Self::Anyone | Self::Remote(_) => other,
        }
    }
}

/// Who may see a contribution: every output filters with this and nothing else.
///
/// Public and unlisted: everyone. Followers: the author's accepted followers and whom it names.
/// Mentioned: whom it names. Internal and held: members. Deleted and withheld: nobody. Authors see their own.
#[diesel::dsl::auto_type]
pub fn visible_to(viewer: Viewer) -> _ {
    let me: Id<Account> = viewer.key();
    // For those who are no members these two repeat what the other conditions say already.
    let held: State = viewer.if_member(State::Held, State::Deleted);
    let internal: Visibility = viewer.if_member(Visibility::Internal, Visibility::Public);
    let deleted: State = State::Deleted;
    let waiting: State = State::Held;
    let withheld: State = State::Withheld;
    let unlisted: Visibility = Visibility::Unlisted;
    let followers: Visibility = Visibility::Followers;
    let mentioned: Visibility = Visibility::Mentioned;
    let accepted: FollowState = FollowState::Accepted;
    let named = exists(
        mentions::table
            .filter(mentions::contribution_id.eq(contributions::id))
            .filter(mentions::account_id.eq(me)),
    );
    let follower = exists(
        follows::table
            .filter(follows::followee_id.eq(contributions::author_id))
            .filter(follows::follower_id.eq(me))
            .filter(follows::state.eq(accepted)),
    );
    contributions::state.ne(deleted).and(contributions::state.ne(withheld)).and(
        contributions::author_id
            .eq(me)
            .or(contributions::visibility.le(unlisted).and(contributions::state.ne(waiting)))
            .or(contributions::visibility.le(unlisted).and(contributions::state.eq(held)))
            .or(contributions::visibility.eq(internal).and(contributions::state.ne(waiting)))
            .or(contributions::visibility.eq(followers).and(follower))
            .or(contributions::visibility.between(followers, mentioned).and(named)),
    )
}

/// The contribution with this key, if the viewer may see it.
pub fn by_id(conn: &mut Conn, viewer: Viewer, id: Id<Contribution>) -> QueryResult<Option<Contribution>> {
    let query = contributions::table.filter(contributions::id.eq(id)).filter(visible_to(viewer));
    run!(conn, first, query.select(Contribution::as_select())).optional()
}

/// The contributions with these keys that the viewer may see, in no order.
pub fn by_ids(conn: &mut Conn, viewer: Viewer, ids: &[Id<Contribution>]) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table.filter(one_of(contributions::id, ids)).filter(visible_to(viewer));
    run!(conn, load, query.select(Contribution::as_select()))
}

/// Which of these the viewer may see.
pub fn visible_among(
    conn: &mut Conn,
    viewer: Viewer,
    ids: &[Id<Contribution>],
) -> QueryResult<HashSet<Id<Contribution>>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let query = contributions::table.filter(one_of(contributions::id, ids)).filter(visible_to(viewer));
    let visible: Vec<Id<Contribution>> = run!(conn, load, query.select(contributions::id))?;
    Ok(visible.into_iter().collect())
}

/// The contribution of this identity, whoever asks and whatever its state: for the use cases
/// that change it, never for an output.
pub fn known(conn: &mut Conn, uri: &Uri) -> QueryResult<Option<Contribution>> {
    let query = contributions::table.filter(contributions::uri.eq(uri));
    run!(conn, first, query.select(Contribution::as_select())).optional()
}

/// Like [`known`], by key.
pub fn known_by_id(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Contribution>> {
    run!(conn, first, contributions::table.find(id).select(Contribution::as_select())).optional()
}

/// The contribution of this identity, if the viewer may see it.
pub fn by_uri(conn: &mut Conn, viewer: Viewer, uri: &Uri) -> QueryResult<Option<Contribution>> {
    let query = contributions::table.filter(contributions::uri.eq(uri)).filter(visible_to(viewer));
    run!(conn, first, query.select(Contribution::as_select())).optional()
}

/// What its own server, at `origin`, shows to people on this page.
pub fn by_page(
    conn: &mut Conn,
    viewer: Viewer,
    page: &str,
    origin: &str,
) -> QueryResult<Option<Contribution>> {
    let query = contributions::table
        .filter(contributions::url.eq(page))
        // As the index has it: of most things the page is the address.
        .filter(contributions::url.ne(contributions::uri))
        .filter(contributions::uri.like(format!("{origin}/%")))
        .filter(visible_to(viewer));
    run!(conn, first, query.select(Contribution::as_select())).optional()
}

/// The contributions of these identities that the viewer may see, in no order.
pub fn by_uris(conn: &mut Conn, viewer: Viewer, uris: &[Uri]) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table.filter(contributions::uri.eq_any(uris.to_vec()));
    run!(conn, load, query.filter(visible_to(viewer)).select(Contribution::as_select()))
}

/// Puts a new head in, with whom it names and its hashtags.
pub fn insert(
    tx: &mut Tx<'_>,
    head: &NewContribution,
    named: &[Id<Account>],
    hashtags: &[String],
) -> QueryResult<()> {
    let arrived = contributions::arrived_at.eq((!head.local).then_some(tx.now));
    run!(tx, execute, diesel::insert_into(contributions::table).values((head, arrived)))?;
    search::insert(tx, head.id, &search::found_by(said(&head.text), &head.text.language))?;
    add_mentions(tx, head.id, named)?;
    add_tags(tx, head.id, hashtags)?;
    if head.kind != Kind::Thesis {
        tx.after_commit(Event::Placed(head.id.get()));
    }
    Ok(())
}

/// Changes what a revision may change.
pub fn update(tx: &mut Tx<'_>, id: Id<Contribution>, text: &Text) -> QueryResult<usize> {
    tx.after_commit(Event::Changed(id));
    let now = tx.now;
    // A version of others arrives like a new text: the dates in it are their word.
    let arrived = contributions::table.find(id).filter(contributions::local.eq(false));
    run!(tx, execute, diesel::update(arrived).set(contributions::arrived_at.eq(now)))?;
    let changed = run!(tx, execute, diesel::update(contributions::table.find(id)).set(text))?;
    search::refresh(tx, id)?;
    Ok(changed)
}

/// Title, announcement and content of a text.
fn said(text: &Text) -> [Option<&str>; 3] {
    [text.title.as_deref(), text.summary.as_deref(), Some(&text.content)]
}

/// Changes the rendered text alone, and by which words the contribution is found.
pub fn set_content(tx: &mut Tx<'_>, id: Id<Contribution>, content: &str) -> QueryResult<usize> {
    let row = diesel::update(contributions::table.find(id)).set(contributions::content.eq(content));
    let changed = run!(tx, execute, row)?;
    search::refresh(tx, id)?;
    Ok(changed)
}

/// Changes whether a contribution stands.
pub fn set_state(conn: &mut Conn, id: Id<Contribution>, state: State) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(contributions::table.find(id)).set(contributions::state.eq(state)))
}

/// Changes who may quote a contribution.
pub fn set_quote_policy(conn: &mut Conn, id: Id<Contribution>, policy: QuotePolicy) -> QueryResult<usize> {
    let row = diesel::update(contributions::table.find(id));
    run!(conn, execute, row.set(contributions::quote_policy.eq(policy)))
}

/// Changes who may reply to a contribution.
pub fn set_reply_policy(conn: &mut Conn, id: Id<Contribution>, policy: ReplyPolicy) -> QueryResult<usize> {
    let row = diesel::update(contributions::table.find(id));
    run!(conn, execute, row.set(contributions::reply_policy.eq(policy)))
}

/// Empties a deleted contribution; the head stays so that its address answers "gone".
pub fn erase(tx: &mut Tx<'_>, id: Id<Contribution>) -> QueryResult<usize> {
    if let Some(head) = known_by_id(tx, id)? {
        let open = matches!(head.visibility, Visibility::Public | Visibility::Unlisted);
        tx.after_commit(Event::Gone(Gone { key: id.get(), by: head.author_id, open }));
    }
    let now = tx.now;
    search::forget(tx, id)?;
    let nothing: Option<String> = None;
    let change = (
        contributions::state.eq(State::Deleted),
        contributions::content.eq(""),
        contributions::markdown.eq(nothing.clone()),
        contributions::title.eq(nothing.clone()),
        contributions::summary.eq(nothing),
        contributions::edited_at.eq(now),
    );
    run!(tx, execute, diesel::update(contributions::table.find(id)).set(change))
}

/// Replaces whom a contribution names.
pub fn set_mentions(conn: &mut Conn, id: Id<Contribution>, named: &[Id<Account>]) -> QueryResult<()> {
    run!(conn, execute, diesel::delete(mentions::table.filter(mentions::contribution_id.eq(id))))?;
    add_mentions(conn, id, named)
}

/// Replaces whom a contribution names; returns those whom it never named before. Whom an earlier version
/// named has it: they go on seeing it, and hear what becomes of it.
pub fn rename(conn: &mut Conn, id: Id<Contribution>, named: &[Id<Account>]) -> QueryResult<Vec<Id<Account>>> {
    let all = || mentions::table.filter(mentions::contribution_id.eq(id));
    let before: Vec<Id<Account>> = run!(conn, load, all().select(mentions::account_id))?;
    let again = all().filter(mentions::account_id.eq_any(named.to_vec()));
    run!(conn, execute, diesel::delete(again))?;
    run!(conn, execute, diesel::update(all()).set(mentions::silent.eq(true)))?;
    add_mentions(conn, id, named)?;
    Ok(named.iter().filter(|account| !before.contains(account)).copied().collect())
}

/// Whom only earlier versions of a contribution named.
pub fn named_before(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Vec<Id<Account>>> {
    let query = mentions::table.filter(mentions::contribution_id.eq(id)).filter(mentions::silent.eq(true));
    run!(conn, load, query.select(mentions::account_id))
}

/// The accounts of ours that a contribution names, in this version or an earlier one.
pub fn members_named(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Vec<Id<Account>>> {
    let query = mentions::table
        .inner_join(accounts::table.on(accounts::id.eq(mentions::account_id)))
        .filter(mentions::contribution_id.eq(id))
        .filter(accounts::host_id.is_null())
        .select(mentions::account_id);
    run!(conn, load, query)
}

fn add_mentions(conn: &mut Conn, id: Id<Contribution>, named: &[Id<Account>]) -> QueryResult<()> {
    let mut named = named.to_vec();
    named.sort_unstable();
    named.dedup();
    for account in named {
        let row = (mentions::contribution_id.eq(id), mentions::account_id.eq(account));
        run!(conn, execute, diesel::insert_into(mentions::table).values(row))?;
    }
    Ok(())
}

/// Replaces the hashtags of a contribution.
pub fn set_tags(conn: &mut Conn, id: Id<Contribution>, hashtags: &[String]) -> QueryResult<()> {
    run!(conn, execute, diesel::delete(tags::table.filter(tags::contribution_id.eq(id))))?;
    add_tags(conn, id, hashtags)
}

fn add_tags(conn: &mut Conn, id: Id<Contribution>, hashtags: &[String]) -> QueryResult<()> {
    let mut hashtags = hashtags.to_vec();
    hashtags.sort_unstable();
    hashtags.dedup();
    for name in hashtags {
        let row = (tags::contribution_id.eq(id), tags::name.eq(name));
        run!(conn, execute, diesel::insert_into(tags::table).values(row))?;
    }
    Ok(())
}

/// Replies to a contribution that the viewer may see, oldest first.
pub fn replies(
    conn: &mut Conn,
    viewer: Viewer,
    parent: Id<Contribution>,
    after: Option<Id<Contribution>>,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .filter(contributions::in_reply_to_id.eq(parent))
        .filter(contributions::id.gt(after.unwrap_or(Id::new(0))))
        .filter(visible_to(viewer))
        .order(contributions::id)
        .limit(limit);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// How many replies the viewer may see.
pub fn count_replies(conn: &mut Conn, viewer: Viewer, parent: Id<Contribution>) -> QueryResult<i64> {
    let query = contributions::table
        .filter(contributions::in_reply_to_id.eq(parent))
        .filter(visible_to(viewer))
        .count();
    run!(conn, get_result, query)
}

/// The thread that the viewer may see, in the order in which it came to us.
pub fn thread(
    conn: &mut Conn,
    viewer: Viewer,
    thread: Id<Contribution>,
    after: Option<Id<Contribution>>,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .filter(contributions::thread_id.eq(thread))
        .filter(contributions::id.gt(after.unwrap_or(Id::new(0))))
        .filter(visible_to(viewer))
        .order(contributions::id)
        .limit(limit);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// The newest contributions of a thread that the viewer may see, newest first.
pub fn newest_of_thread(
    conn: &mut Conn,
    viewer: Viewer,
    thread: Id<Contribution>,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .filter(contributions::thread_id.eq(thread))
        .filter(visible_to(viewer))
        .order(contributions::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// Of these the emptied heads of public contributions that were deleted: replies to them keep their place.
pub fn deleted_among(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .filter(one_of(contributions::id, ids))
        .filter(contributions::state.eq(State::Deleted))
        .filter(contributions::visibility.le(Visibility::Unlisted));
    run!(conn, load, query.select(Contribution::as_select()))
}

/// What carries a hashtag and the viewer may see, newest first.
pub fn tagged(
    conn: &mut Conn,
    viewer: Viewer,
    name: &str,
    before: Option<Id<Contribution>>,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .inner_join(tags::table.on(tags::contribution_id.eq(contributions::id)))
        .filter(tags::name.eq(name))
        .filter(contributions::id.lt(before.unwrap_or(Id::new(i64::MAX))))
        .filter(visible_to(viewer))
        .order(contributions::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// How many contributions of a thread the viewer may see.
pub fn count_thread(conn: &mut Conn, viewer: Viewer, thread: Id<Contribution>) -> QueryResult<i64> {
    let query =
        contributions::table.filter(contributions::thread_id.eq(thread)).filter(visible_to(viewer)).count();
    run!(conn, get_result, query)
}

/// What an account published that the viewer may see, newest first.
pub fn by_author(
    conn: &mut Conn,
    viewer: Viewer,
    author: Id<Account>,
    kinds: &[Kind],
    before: Option<Id<Contribution>>,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .filter(contributions::author_id.eq(author))
        .filter(contributions::kind.eq_any(kinds.to_vec()))
        .filter(contributions::id.lt(before.unwrap_or(Id::new(i64::MAX))))
        .filter(visible_to(viewer))
        .order(contributions::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// Everything of an account that is not deleted yet.
pub fn all_of(conn: &mut Conn, author: Id<Account>) -> QueryResult<Vec<Id<Contribution>>> {
    let query = contributions::table
        .filter(contributions::author_id.eq(author))
        .filter(contributions::state.ne(State::Deleted))
        .order(contributions::id)
        .select(contributions::id);
    run!(conn, load, query)
}
