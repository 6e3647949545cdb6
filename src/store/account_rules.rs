//! Rules about single accounts, and what they take away, kept aside so that it can be given back.

use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::BigInt;
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, OptionalExtension,
    QueryDsl, QueryResult, SelectableHelper, TextExpressionMethods,
};

use super::Error;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::reach::particulars;
use super::tx::Tx;
use super::verbatim::ITEMS_UNAPPLIED;
use super::withheld::{AT_ONCE, SHOWN, join};
use crate::clock::Timestamp;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::account_rule::AccountRule;
use crate::domain::contribution::State;
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::reach::{Kept, Reach};
use crate::domain::relation::{Follow, FollowState};
use crate::domain::uri::Uri;
use crate::schema::{
    account_rules, account_severed, account_withheld, accounts, activities, contributions, deliveries,
    follows, inbox_items, positions, withheld_accounts, withheld_boosts, withheld_likes, withheld_votes,
};

/// A relation that a rule about an account ended.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = account_severed)]
pub struct Parted {
    /// The key that it had.
    pub id: Id<Follow>,
    /// About whom the rule is.
    pub account_id: Id<Account>,
    /// Who followed.
    pub follower_id: Id<Account>,
    /// Who was followed.
    pub followee_id: Id<Account>,
    /// The activity that asked for it.
    pub uri: Uri,
    /// Asked or agreed.
    pub state: FollowState,
    /// Since when.
    pub created_at: Timestamp,
    /// Whether boosts were wanted.
    pub boosts: bool,
    /// Whether every publication was told of.
    pub notify: bool,
    /// Languages that were wanted.
    pub languages: Option<String>,
    /// When it ended.
    pub severed_at: Timestamp,
}

/// The rule about this account.
pub fn of(conn: &mut Conn, id: Id<Account>) -> QueryResult<Option<AccountRule>> {
    run!(conn, first, account_rules::table.find(id).select(AccountRule::as_select())).optional()
}

/// The rules about accounts of a server.
pub fn on(conn: &mut Conn, host: Id<Host>) -> QueryResult<Vec<AccountRule>> {
    let query = account_rules::table
        .inner_join(accounts::table.on(accounts::id.eq(account_rules::account_id)))
        .filter(accounts::host_id.eq(host))
        .order(account_rules::account_id);
    run!(conn, load, query.select(AccountRule::as_select()))
}

/// Keeps a rule in the place of the one about the same account.
pub fn put(conn: &mut Conn, rule: &AccountRule) -> QueryResult<usize> {
    delete(conn, rule.account_id)?;
    run!(conn, execute, diesel::insert_into(account_rules::table).values(rule))
}

/// Removes a rule.
pub fn delete(conn: &mut Conn, id: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(account_rules::table.find(id)))
}

/// Accounts whose handle contains `part`, by handle; with a blank one those about whom there are rules.
pub fn page(conn: &mut Conn, part: &str, after: &str, limit: i64) -> QueryResult<Vec<Account>> {
    let ruled = account_rules::table.select(account_rules::account_id);
    let like = format!("%{}%", part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let all = || {
        accounts::table
            .filter(accounts::state.eq(AccountState::Active))
            .filter(accounts::kind.ne(AccountKind::Application))
            .filter(accounts::handle.gt(after))
            .order((accounts::handle, accounts::id))
            .limit(limit)
    };
    if part.is_empty() {
        run!(conn, load, all().filter(accounts::id.eq_any(ruled)).select(Account::as_select()))
    } else {
        {
            let named = all().filter(accounts::handle.like(like).escape('\\'));
            run!(conn, load, named.select(Account::as_select()))
        }
    }
}

/// Writes down what a rule means for its account.
pub fn settle(
    conn: &mut Conn,
    id: Id<Account>,
    standing: HostStanding,
    (sensitive, frozen): (bool, bool),
) -> QueryResult<usize> {
    let change =
        (accounts::standing.eq(standing), accounts::sensitive.eq(sensitive), accounts::frozen.eq(frozen));
    run!(conn, execute, diesel::update(accounts::table.find(id)).set(change))
}

/// How an account stood before its whole server was suspended.
pub fn shut(conn: &mut Conn, id: Id<Account>) -> QueryResult<Option<HostStanding>> {
    let query = withheld_accounts::table.find(id).select(withheld_accounts::standing);
    run!(conn, first, query).optional()
}

/// Says what an account will be once its server is let in again.
pub fn set_shut(
    conn: &mut Conn,
    id: Id<Account>,
    host: Id<Host>,
    standing: HostStanding,
) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(withheld_accounts::table.find(id)))?;
    let row = (
        withheld_accounts::account_id.eq(id),
        withheld_accounts::host_id.eq(host),
        withheld_accounts::standing.eq(standing),
    );
    run!(conn, execute, diesel::insert_into(withheld_accounts::table).values(row))
}

/// The accounts of a server whose relations are kept aside by rules about them, now or earlier.
pub fn parted_on(conn: &mut Conn, host: Id<Host>) -> QueryResult<Vec<Id<Account>>> {
    let query = account_severed::table
        .inner_join(accounts::table.on(accounts::id.eq(account_severed::account_id)))
        .filter(accounts::host_id.eq(host))
        .select(account_severed::account_id)
        .distinct();
    run!(conn, load, query)
}

/// Hides what is shown of an account, in this state.
pub fn withhold(conn: &mut Conn, account: Id<Account>, state: State) -> QueryResult<usize> {
    let shown = || {
        contributions::table
            .filter(contributions::author_id.eq(account))
            .filter(contributions::state.eq_any(SHOWN))
            .filter(contributions::state.ne(state))
    };
    // What is found shown was given back since: a row from before says nothing any more.
    let known = account_withheld::table
        .filter(account_withheld::contribution_id.eq_any(shown().select(contributions::id)));
    run!(conn, execute, diesel::delete(known))?;
    let rows = shown().select((contributions::id, contributions::author_id, contributions::state));
    let insert = diesel::insert_into(account_withheld::table).values(rows).into_columns((
        account_withheld::contribution_id,
        account_withheld::account_id,
        account_withheld::state,
    ));
    run!(conn, execute, insert)?;
    run!(conn, execute, diesel::update(shown()).set(contributions::state.eq(state)))
}

/// Gives back what was hidden of an account, except what was deleted meanwhile.
pub fn give_back(conn: &mut Conn, account: Id<Account>) -> QueryResult<()> {
    for state in SHOWN {
        let rows = account_withheld::table
            .filter(account_withheld::account_id.eq(account))
            .filter(account_withheld::state.eq(state))
            .select(account_withheld::contribution_id);
        let hidden = contributions::table
            .filter(contributions::id.eq_any(rows))
            .filter(contributions::state.eq_any([State::Withheld, State::Held]));
        run!(conn, execute, diesel::update(hidden).set(contributions::state.eq(state)))?;
    }
    let all = account_withheld::table.filter(account_withheld::account_id.eq(account));
    run!(conn, execute, diesel::delete(all))?;
    Ok(())
}

/// Ends every relation of an account, in both directions, without telling the other side, and returns
/// them.
pub fn sever(tx: &mut Tx<'_>, account: Id<Account>) -> Result<Vec<Follow>, Error> {
    let both =
        || follows::table.filter(follows::follower_id.eq(account).or(follows::followee_id.eq(account)));
    let found: Vec<Follow> = run!(tx, load, both().select(Follow::as_select()))?;
    let rows = both().select((
        (follows::id, account.into_sql::<BigInt>(), follows::follower_id, follows::followee_id),
        (follows::uri, follows::state, follows::created_at, follows::boosts, follows::notify),
        (follows::languages, tx.now.into_sql::<BigInt>()),
    ));
    let insert = diesel::insert_into(account_severed::table).values(rows).into_columns((
        (
            account_severed::id,
            account_severed::account_id,
            account_severed::follower_id,
            account_severed::followee_id,
        ),
        (
            account_severed::uri,
            account_severed::state,
            account_severed::created_at,
            account_severed::boosts,
            account_severed::notify,
        ),
        (account_severed::languages, account_severed::severed_at),
    ));
    run!(tx, execute, insert)?;
    run!(tx, execute, diesel::delete(both()))?;
    Ok(found)
}

/// Makes the relations of an account that a rule ended stand again, as far as both accounts still exist,
/// have not found each other anew and do not block each other; returns them.
pub fn reunite(conn: &mut Conn, account: Id<Account>) -> QueryResult<Vec<Follow>> {
    let query = account_severed::table.filter(account_severed::account_id.eq(account));
    let rows: Vec<Parted> = run!(conn, load, query.select(Parted::as_select()))?;
    let follow = |row: Parted| Follow {
        id: row.id,
        follower_id: row.follower_id,
        followee_id: row.followee_id,
        uri: row.uri,
        state: row.state,
        created_at: row.created_at,
        boosts: row.boosts,
        notify: row.notify,
        languages: row.languages,
    };
    let parted: Vec<Follow> = rows.into_iter().map(follow).collect();
    let again = join(conn, &parted)?;
    for done in again.chunks(AT_ONCE) {
        let done: Vec<Id<Follow>> = done.iter().map(|follow| follow.id).collect();
        let parted = account_severed::table.filter(one_of(account_severed::id, &done));
        run!(conn, execute, diesel::delete(parted))?;
    }
    Ok(again)
}

/// Forgets a relation that a rule ended, because one of both ended it, too.
pub fn forget_parted(conn: &mut Conn, follower: Id<Account>, followee: Id<Account>) -> QueryResult<usize> {
    let parted = account_severed::table
        .filter(account_severed::follower_id.eq(follower))
        .filter(account_severed::followee_id.eq(followee));
    run!(conn, execute, diesel::delete(parted))
}

/// The relations of these accounts that rules about accounts ended, the latest first.
pub fn severed_of(conn: &mut Conn, of: &[Id<Account>], limit: i64) -> QueryResult<Vec<Parted>> {
    let query = account_severed::table
        .filter(one_of(account_severed::follower_id, of).or(one_of(account_severed::followee_id, of)))
        .order((account_severed::severed_at.desc(), account_severed::id))
        .limit(limit);
    run!(conn, load, query.select(Parted::as_select()))
}

/// The inbox behind which there is nobody else that we know; blank where there is none. What an account
/// declares does not decide that: it may name the inbox of its whole server as its own.
fn own_inbox(conn: &mut Conn, account: &Account) -> QueryResult<String> {
    let inbox = &account.inbox;
    let others = accounts::table
        .filter(accounts::id.ne(account.id))
        .filter(accounts::inbox.eq(inbox).or(accounts::shared_inbox.eq(inbox)))
        .limit(1)
        .select(accounts::id);
    let other: Option<Id<Account>> = run!(conn, first, others).optional()?;
    let shared = other.is_some() || account.shared_inbox.as_ref() == Some(inbox);
    Ok(if shared { String::new() } else { inbox.to_string() })
}

/// Rows that wait to be sent to the account's own inbox, which is known by its server.
macro_rules! to_inbox {
    ($account:expr, $inbox:expr) => {{
        let account: &Account = $account;
        deliveries::inbox.eq($inbox).and(deliveries::host_id.eq(account.host_id.unwrap_or(Id::new(0))))
    }};
}

/// What is said in activities, deletions and second thoughts aside.
macro_rules! words {
    () => {
        activities::table
            .filter(activities::body.not_like("%\"type\":\"Delete\"%"))
            .filter(activities::body.not_like("%\"type\":\"Undo\"%"))
            .select(activities::id)
    };
}

/// Rows that carry what the account does.
macro_rules! its {
    ($account:expr) => {
        deliveries::activity_id.eq_any(words!().filter(activities::account_id.eq($account.id)))
    };
}

/// Rows that carry what the account said: its own, and those of our Forum and of whoever boosted it.
macro_rules! about {
    ($account:expr) => {{
        let said =
            contributions::table.filter(contributions::author_id.eq($account.id)).select(contributions::uri);
        deliveries::activity_id.eq_any(words!().filter(activities::object_uri.eq_any(said)))
    }};
}

/// What it sent and was not applied yet.
macro_rules! unapplied {
    ($account:expr) => {{
        let account: &Account = $account;
        inbox_items::table.filter(inbox_items::signer_id.eq(account.id)).filter(ITEMS_UNAPPLIED)
    }};
}

/// Drops what waits to reach an account or to carry its words. What it deleted or took back still goes out.
pub fn drop_deliveries(conn: &mut Conn, account: &Account) -> QueryResult<usize> {
    let inbox = own_inbox(conn, account)?;
    // One after the other: one condition on all of them could use no index.
    let mut dropped =
        run!(conn, execute, diesel::delete(deliveries::table.filter(to_inbox!(account, inbox))))?;
    dropped += run!(conn, execute, diesel::delete(deliveries::table.filter(its!(account))))?;
    dropped += run!(conn, execute, diesel::delete(deliveries::table.filter(about!(account))))?;
    Ok(dropped)
}

/// Drops what an account sent and was not applied yet.
pub fn drop_unapplied(conn: &mut Conn, account: &Account) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(unapplied!(account)))
}

/// What a rule took of an account and keeps: it would be there again if the rule were taken back.
fn kept(conn: &mut Conn, id: Id<Account>) -> QueryResult<Kept> {
    let hidden = account_withheld::table
        .inner_join(contributions::table.on(contributions::id.eq(account_withheld::contribution_id)))
        .filter(account_withheld::account_id.eq(id))
        .filter(account_withheld::state.ne(State::Held))
        .filter(contributions::state.eq_any([State::Withheld, State::Held]));
    let parted = || {
        account_severed::table
            .filter(account_severed::account_id.eq(id))
            .filter(account_severed::state.eq(FollowState::Accepted))
    };
    let there = || accounts::table.filter(accounts::state.eq(AccountState::Active)).select(accounts::id);
    let followers = parted()
        .filter(account_severed::followee_id.eq(id))
        .filter(account_severed::follower_id.eq_any(there()));
    let followed = parted()
        .filter(account_severed::follower_id.eq(id))
        .filter(account_severed::followee_id.eq_any(there()));
    let liked = withheld_likes::table.filter(withheld_likes::account_id.eq(id));
    let boosted = withheld_boosts::table.filter(withheld_boosts::account_id.eq(id));
    let voted = withheld_votes::table.filter(withheld_votes::account_id.eq(id));
    Ok(Kept {
        contributions: run!(conn, get_result, hidden.count())?,
        followers: run!(conn, get_result, followers.count())?,
        followed: run!(conn, get_result, followed.count())?,
        likes: run!(conn, get_result, liked.count())?,
        boosts: run!(conn, get_result, boosted.count())?,
        votes: run!(conn, get_result, voted.count())?,
    })
}

/// Counts what hangs on an account.
pub fn reach(conn: &mut Conn, account: &Account) -> QueryResult<Reach> {
    let accepted = || follows::table.filter(follows::state.eq(FollowState::Accepted));
    let shown = || {
        contributions::table
            .filter(contributions::author_id.eq(account.id))
            .filter(contributions::state.ne(State::Deleted))
    };
    let inbox = own_inbox(conn, account)?;
    let queued = deliveries::table
        .filter(to_inbox!(account, inbox).or(its!(account)).or(about!(account)))
        .filter(deliveries::dead.eq(false));
    let positions = shown().inner_join(positions::table.on(positions::contribution_id.eq(contributions::id)));
    let counted = Reach {
        hosts: 0,
        accounts: 1,
        followers: run!(conn, get_result, accepted().filter(follows::followee_id.eq(account.id)).count())?,
        followed: run!(conn, get_result, accepted().filter(follows::follower_id.eq(account.id)).count())?,
        contributions: run!(conn, get_result, shown().count())?,
        held: run!(conn, get_result, shown().filter(contributions::state.eq(State::Held)).count())?,
        replies: run!(
            conn,
            get_result,
            shown().filter(contributions::in_reply_to_uri.is_not_null()).count()
        )?,
        positions: run!(conn, get_result, positions.count())?,
        deliveries: run!(conn, get_result, queued.count())?,
        received: run!(conn, get_result, unapplied!(account).count())?,
        kept: kept(conn, account.id)?,
        ..Reach::default()
    };
    let id = account.id;
    Ok(particulars!(conn, || accounts::table.find(id).select(accounts::id), counted))
}
