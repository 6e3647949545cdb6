//! Accounts with everything their rendering needs: five queries per page, none per row.

use std::collections::HashMap;

use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::{accounts, claimed_counts, emojis, profiles};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::emoji::Emoji;
use crate::domain::id::Id;
use crate::domain::profile::Profile;
use crate::domain::timeline::AccountView;
use crate::domain::uri::Uri;
use crate::schema::account_counts;

/// The newest row in the feed of an account that says nothing about what was said to single people or
/// inside: everybody sees from it when somebody last spoke.
macro_rules! last_said {
    ($account:expr) => {{
        use diesel::JoinOnDsl;
        use $crate::domain::contribution::{State, Visibility};
        use $crate::schema::{contributions, feed};
        feed::table
            .inner_join(contributions::table.on(contributions::id.eq(feed::contribution_id)))
            .filter(feed::account_id.eq($account))
            .filter(contributions::visibility.le(Visibility::Followers))
            .filter(contributions::state.ne_all([State::Deleted, State::Held, State::Withheld]))
            .order(feed::id.desc())
            .select(feed::id.nullable())
            .limit(1)
            .single_value()
    }};
}
pub(super) use last_said;

/// Views of these accounts, in their order.
pub fn load(conn: &mut Conn, found: Vec<Account>) -> QueryResult<Vec<AccountView>> {
    let targets: Vec<Uri> = found.iter().filter_map(|account| account.moved_to.clone()).collect();
    let moved = accounts::by_uris(conn, &targets)?;
    let moved = plain(conn, moved)?;
    let moved: HashMap<Uri, AccountView> =
        moved.into_iter().map(|view| (view.account.uri.clone(), view)).collect();
    let mut views = plain(conn, found)?;
    for view in &mut views {
        let target = view.account.moved_to.as_ref().and_then(|uri| moved.get(uri).cloned());
        view.moved = target.map(Box::new);
    }
    Ok(views)
}

/// The view of one account.
pub fn one(conn: &mut Conn, account: Account) -> QueryResult<Option<AccountView>> {
    Ok(load(conn, vec![account])?.pop())
}

/// Views of the accounts with these keys, in the order of the keys; unknown ones are left out.
pub fn by_ids(conn: &mut Conn, ids: &[Id<Account>]) -> QueryResult<Vec<AccountView>> {
    let mut found: HashMap<_, _> =
        accounts::by_ids(conn, ids)?.into_iter().map(|account| (account.id, account)).collect();
    let ordered = ids.iter().filter_map(|id| found.remove(id)).collect();
    load(conn, ordered)
}

fn plain(conn: &mut Conn, found: Vec<Account>) -> QueryResult<Vec<AccountView>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<Account>> = found.iter().map(|account| account.id).collect();
    let mut said = profiles::by_ids(conn, &ids)?;
    let query = account_counts::table.filter(one_of(account_counts::account_id, &ids)).select((
        account_counts::account_id,
        account_counts::contributions,
        account_counts::followers,
        account_counts::following,
        last_said!(account_counts::account_id),
    ));
    type Row = (Id<Account>, i64, i64, i64, Option<i64>);
    let rows: Vec<Row> = run!(conn, load, query)?;
    let rows: HashMap<Id<Account>, Row> = rows.into_iter().map(|row| (row.0, row)).collect();
    let claimed = claimed_counts::of(conn, &ids)?;
    let mut pictures = pictures(conn, &found, &said)?;
    let view = |account: Account| {
        let (_, contributions, followers, following, last) =
            rows.get(&account.id).copied().unwrap_or((account.id, 0, 0, 0, None));
        // A key begins with the moment in which it was made.
        let last_at = last.map(|key| Timestamp(key >> 16));
        let profile = said.remove(&account.id);
        let emojis = pictures.remove(&account.id.get()).unwrap_or_default();
        let moved = None;
        let claimed = claimed.get(&account.id).copied().unwrap_or_default();
        let (contributions, followers, following) = (
            contributions.max(claimed.contributions.unwrap_or(0)),
            followers.max(claimed.followers.unwrap_or(0)),
            following.max(claimed.following.unwrap_or(0)),
        );
        AccountView { account, profile, emojis, contributions, followers, following, last_at, moved }
    };
    Ok(found.into_iter().map(view).collect())
}

/// The emoji of what accounts say about themselves, by the keys of the accounts.
fn pictures(
    conn: &mut Conn,
    found: &[Account],
    said: &HashMap<Id<Account>, Profile>,
) -> QueryResult<HashMap<i64, Vec<Emoji>>> {
    let texts = |account| -> emojis::Said<'_> {
        let account: &Account = account;
        let mut texts = vec![account.display_name.as_str(), account.summary.as_str()];
        texts.extend(said.get(&account.id).map(|profile| profile.fields.as_str()));
        (account.id.get(), account, texts)
    };
    let texts: Vec<_> = found.iter().map(texts).collect();
    emojis::used(conn, &texts)
}
