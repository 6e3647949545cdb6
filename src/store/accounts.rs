//! Accounts, here and elsewhere.

use diesel::prelude::{AsChangeset, Insertable};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, QueryResult, RunQueryDsl, SelectableHelper, TextExpressionMethods,
};

use super::account_views::last_said;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::handle::Handle;
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::relation::FollowState;
use crate::domain::uri::Uri;
use crate::schema::{account_documents, accounts, follows, hosts};

/// A new row.
#[derive(Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub struct NewAccount {
    /// Our key.
    pub id: Id<Account>,
    /// Identity on the wire.
    pub uri: Uri,
    /// `None` for an account of ours.
    pub host_id: Option<Id<Host>>,
    /// When it joined, or when we first saw it.
    pub created_at: Timestamp,
    /// What may change later.
    #[diesel(embed)]
    pub profile: Profile,
    /// Whether it is active.
    pub state: AccountState,
    /// What our moderators decided.
    pub standing: HostStanding,
}

/// What an account says about itself and may change.
#[derive(Clone, Debug, Insertable, AsChangeset)]
#[diesel(table_name = accounts, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Profile {
    /// Page for people.
    pub url: String,
    /// What it is.
    pub kind: AccountKind,
    /// The part of the handle before the `@`.
    pub name: String,
    /// `name@host` in lower case.
    pub handle: String,
    /// Name as people read it, plain text.
    pub display_name: String,
    /// Safe HTML.
    pub summary: String,
    /// Picture, as the origin names it.
    pub icon_url: Option<String>,
    /// Where activities for it go.
    pub inbox: Uri,
    /// Where activities for its whole server go.
    pub shared_inbox: Option<Uri>,
    /// What it published.
    pub outbox: Option<Uri>,
    /// The collection of its followers.
    pub followers: Option<Uri>,
    /// What it pinned.
    pub featured: Option<Uri>,
    /// The Forum of an organization.
    pub forum: Option<Uri>,
    /// Whether it decides on each follower itself.
    pub locked: bool,
    /// Whether it agreed to stand in lists.
    pub discoverable: bool,
    /// Where it moved.
    pub moved_to: Option<Uri>,
    /// When its description changed last.
    pub updated_at: Timestamp,
    /// When we fetched it; `None` for ours.
    pub fetched_at: Option<Timestamp>,
    /// Banner, as the origin names it.
    pub header_url: Option<String>,
}

/// The account with this key.
pub fn by_id(conn: &mut Conn, id: Id<Account>) -> QueryResult<Option<Account>> {
    run!(conn, first, accounts::table.find(id).select(Account::as_select())).optional()
}

/// The accounts with these keys, in no order.
pub fn by_ids(conn: &mut Conn, ids: &[Id<Account>]) -> QueryResult<Vec<Account>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = accounts::table.filter(one_of(accounts::id, ids));
    run!(conn, load, query.select(Account::as_select()))
}

/// Organizations elsewhere whose servers are of our kind and answer, the first ones first.
pub fn colleagues(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Id<Account>>> {
    let query = accounts::table
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(accounts::kind.eq(AccountKind::Organization))
        .filter(hosts::software.assume_not_null().like("plenum%"))
        .filter(hosts::dark_since.is_null())
        .order(accounts::id)
        .limit(limit)
        .select(accounts::id);
    run!(conn, load, query)
}

/// The account of this identity.
pub fn by_uri(conn: &mut Conn, uri: &Uri) -> QueryResult<Option<Account>> {
    run!(conn, first, accounts::table.filter(accounts::uri.eq(uri)).select(Account::as_select())).optional()
}

/// The account of this handle; the newest where a foreign name was given away again.
pub fn by_handle(conn: &mut Conn, handle: &Handle) -> QueryResult<Option<Account>> {
    let query = accounts::table
        .filter(accounts::handle.eq(handle.to_string()))
        .filter(accounts::state.eq(AccountState::Active))
        .order(accounts::id.desc());
    run!(conn, first, query.select(Account::as_select())).optional()
}

/// The account of ours with this name.
pub fn local_by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<Account>> {
    let query = accounts::table
        .filter(accounts::host_id.is_null())
        .filter(accounts::name.eq(name.to_ascii_lowercase()))
        .filter(accounts::state.eq(AccountState::Active));
    run!(conn, first, query.select(Account::as_select())).optional()
}

/// An account as it is now, and as it stays until this is written: on PostgreSQL, whoever deletes or suspends it
/// at this moment waits for us, or we for them. SQLite has one writer.
pub fn steady(tx: &mut Tx<'_>, id: Id<Account>) -> QueryResult<Option<Account>> {
    if let Conn::Postgres(conn) = &mut **tx {
        let row = accounts::table.find(id).select(accounts::id).for_share();
        let _: Vec<Id<Account>> = row.load(&mut **conn)?;
    }
    by_id(tx, id)
}

/// The same for whoever is about to change it: what others do in its name is written before, or not at all.
pub fn seize(tx: &mut Tx<'_>, id: Id<Account>) -> QueryResult<Option<Account>> {
    if let Conn::Postgres(conn) = &mut **tx {
        let row = accounts::table.find(id).select(accounts::id).for_no_key_update();
        let _: Vec<Id<Account>> = row.load(&mut **conn)?;
    }
    by_id(tx, id)
}

/// Puts a new account in.
pub fn insert(conn: &mut Conn, account: &NewAccount) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(accounts::table).values(account))
}

/// Changes what an account says about itself.
pub fn update(conn: &mut Conn, id: Id<Account>, profile: &Profile) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(profile))
}

/// Says about an account of ours what it is, and names the Forum of its threads.
pub fn introduce(conn: &mut Conn, id: Id<Account>, summary: &str, forum: Option<&Uri>) -> QueryResult<usize> {
    let change = (accounts::summary.eq(summary), accounts::forum.eq(forum));
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(change))
}

/// What the owner of an account of ours may change in its row.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = accounts)]
pub struct Said {
    /// Name as people read it.
    pub display_name: String,
    /// Safe HTML.
    pub summary: String,
    /// Whether it decides on each follower itself.
    pub locked: bool,
    /// Whether it agrees to stand in lists.
    pub discoverable: bool,
    /// When that was said.
    pub updated_at: Timestamp,
}

/// Changes what an account of ours says about itself.
pub fn say(conn: &mut Conn, id: Id<Account>, said: &Said) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(said))
}

/// Gives an account of ours another picture.
pub fn set_icon(conn: &mut Conn, id: Id<Account>, url: Option<&str>) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(accounts::icon_url.eq(url)))
}

/// Gives an account of ours another banner.
pub fn set_header(conn: &mut Conn, id: Id<Account>, url: Option<&str>) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(accounts::header_url.eq(url)))
}

/// Notes when the description of an account of ours changed.
pub fn touch(conn: &mut Conn, id: Id<Account>, now: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(accounts::updated_at.eq(now)))
}

/// Says where an account moved.
pub fn set_moved_to(conn: &mut Conn, id: Id<Account>, target: Option<&Uri>) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(accounts::moved_to.eq(target)))
}

/// Marks an account as deleted by its owner.
pub fn mark_deleted(conn: &mut Conn, id: Id<Account>) -> QueryResult<usize> {
    let change = (accounts::state.eq(AccountState::Deleted), accounts::summary.eq(""));
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(change))
}

/// Decides about an account.
pub fn set_standing(conn: &mut Conn, id: Id<Account>, standing: HostStanding) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(accounts::standing.eq(standing)))
}

/// The accounts that agreed to stand in lists: ours, and unless only those are wanted also whom our
/// organization follows. Whom single members follow is nobody's business. The newest first, or those who
/// said something last.
pub fn directory(
    conn: &mut Conn,
    organization: Option<Id<Account>>,
    newest: bool,
    (limit, offset): (i64, i64),
) -> QueryResult<Vec<Account>> {
    // No account has the key 0: then only ours are found.
    let followed = follows::table
        .filter(follows::follower_id.eq(organization.unwrap_or(Id::new(0))))
        .filter(follows::state.eq(FollowState::Accepted))
        .select(follows::followee_id);
    let shut = hosts::table.filter(hosts::standing.ge(HostStanding::Limited)).select(hosts::id);
    let welcome = accounts::host_id.is_null().or(accounts::host_id.ne_all(shut.nullable()));
    let near = accounts::host_id.is_null().or(accounts::id.eq_any(followed));
    let last = || last_said!(accounts::id);
    let query = accounts::table
        .filter(accounts::discoverable.eq(true).or(accounts::kind.eq(AccountKind::Organization)))
        .filter(accounts::kind.ne(AccountKind::Application))
        .filter(accounts::state.eq(AccountState::Active))
        .filter(accounts::standing.lt(HostStanding::Limited))
        .filter(accounts::frozen.eq(false))
        .filter(accounts::moved_to.is_null())
        .filter(near)
        .filter(welcome)
        .limit(limit)
        .offset(offset);
    if newest {
        run!(conn, load, query.order(accounts::id.desc()).select(Account::as_select()))
    } else {
        run!(
            conn,
            load,
            query.order((last().is_null(), last().desc(), accounts::id)).select(Account::as_select())
        )
    }
}

/// How many Persons with a login here there are, for NodeInfo.
pub fn count_local_persons(conn: &mut Conn) -> QueryResult<i64> {
    let query = accounts::table.filter(
        accounts::host_id
            .is_null()
            .and(accounts::kind.eq(AccountKind::Person))
            .and(accounts::state.eq(AccountState::Active)),
    );
    run!(conn, get_result, query.count())
}

/// Keeps the actor document as its origin served it.
pub fn keep_document(conn: &mut Conn, id: Id<Account>, document: &str) -> QueryResult<usize> {
    let change = account_documents::document.eq(document);
    let changed = run!(conn, execute, diesel::update(account_documents::table.find(id)).set(change))?;
    if changed > 0 {
        return Ok(changed);
    }
    let row = (account_documents::account_id.eq(id), change);
    run!(conn, execute, diesel::insert_into(account_documents::table).values(row))
}

/// Forgets the actor document.
pub fn forget_document(conn: &mut Conn, id: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(account_documents::table.find(id)))
}

/// The actor document as its origin served it.
pub fn document(conn: &mut Conn, id: Id<Account>) -> QueryResult<Option<String>> {
    let query = account_documents::table.find(id).select(account_documents::document);
    run!(conn, first, query).optional()
}

/// The accounts of these identities, in no order.
pub fn by_uris(conn: &mut Conn, uris: &[Uri]) -> QueryResult<Vec<Account>> {
    if uris.is_empty() {
        return Ok(Vec::new());
    }
    let query = accounts::table.filter(accounts::uri.eq_any(uris.to_vec()));
    run!(conn, load, query.select(Account::as_select()))
}

/// The accounts of a host that receive at this inbox.
pub fn behind(conn: &mut Conn, host: Id<Host>, inbox: &Uri, limit: i64) -> QueryResult<Vec<Account>> {
    let query = accounts::table
        .filter(accounts::host_id.eq(host))
        .filter(accounts::state.eq(AccountState::Active))
        .filter(accounts::inbox.eq(inbox).or(accounts::shared_inbox.eq(inbox).assume_not_null()))
        .order(accounts::id)
        .limit(limit);
    run!(conn, load, query.select(Account::as_select()))
}

/// Takes a handle away from every account elsewhere but this one: WebFinger says whose it is.
pub fn release_handle(conn: &mut Conn, handle: &Handle, owner: &Uri) -> QueryResult<usize> {
    let others = accounts::table
        .filter(accounts::handle.eq(handle.to_string()))
        .filter(accounts::uri.ne(owner))
        .filter(accounts::host_id.is_not_null());
    run!(conn, execute, diesel::update(others).set(accounts::handle.eq(accounts::uri)))
}
