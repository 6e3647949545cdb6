//! What is only the business of a member, and goes with them: whom they mute, what they keep, how they sign in.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::tx::Tx;
use super::{mail_addresses, second_factors};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::schema::{
    account_notes, account_severed, announcement_reactions, announcement_reads, bookmarks,
    conversation_marks, endorsements, featured_tags, filter_contributions, filter_keywords, filters,
    followed_tags, host_mutes, idempotency_keys, invites, list_accounts, lists, markers, muted_threads,
    mutes, notification_permissions, notification_policies, notifications, oauth_codes, password_links, pins,
    profiles, push_subscriptions, scheduled_posts, severed_follows,
};

/// Removes the rows of an account from a table.
type Forget = fn(&mut Conn, Id<Account>) -> QueryResult<usize>;

/// How the rows of an account are removed from each of these tables.
macro_rules! forgets {
    ($($table:ident),+ $(,)?) => {
        [$(|conn, id| run!(conn, execute, diesel::delete($table::table.filter($table::account_id.eq(id))))),+]
    };
}

/// Removes what an account kept for itself.
pub fn forget(conn: &mut Conn, id: Id<Account>) -> QueryResult<()> {
    let own = || filters::table.filter(filters::account_id.eq(id)).select(filters::id);
    let words = filter_keywords::table.filter(filter_keywords::filter_id.eq_any(own()));
    run!(conn, execute, diesel::delete(words))?;
    let single = filter_contributions::table.filter(filter_contributions::filter_id.eq_any(own()));
    run!(conn, execute, diesel::delete(single))?;
    let owned = lists::table.filter(lists::account_id.eq(id)).select(lists::id);
    let members = list_accounts::table
        .filter(list_accounts::list_id.eq_any(owned).or(list_accounts::account_id.eq(id)));
    run!(conn, execute, diesel::delete(members))?;
    let about = mutes::table.filter(mutes::target_id.eq(id));
    run!(conn, execute, diesel::delete(about))?;
    let about = notifications::table.filter(notifications::from_id.eq(id));
    run!(conn, execute, diesel::delete(about))?;
    let both = account_severed::follower_id.eq(id).or(account_severed::followee_id.eq(id));
    run!(conn, execute, diesel::delete(account_severed::table.filter(both)))?;
    let both = severed_follows::follower_id.eq(id).or(severed_follows::followee_id.eq(id));
    run!(conn, execute, diesel::delete(severed_follows::table.filter(both)))?;
    let own: [Forget; 22] = forgets![
        account_notes,
        announcement_reactions,
        announcement_reads,
        bookmarks,
        conversation_marks,
        endorsements,
        featured_tags,
        filters,
        followed_tags,
        host_mutes,
        idempotency_keys,
        lists,
        markers,
        muted_threads,
        mutes,
        notification_permissions,
        notification_policies,
        notifications,
        pins,
        profiles,
        push_subscriptions,
        scheduled_posts,
    ];
    for forget in own {
        forget(conn, id)?;
    }
    Ok(())
}

/// Removes every way to sign in, and what was begun with the login; the name stays taken.
pub fn forget_login(tx: &mut Tx<'_>, user: Id<User>) -> QueryResult<()> {
    second_factors::delete(tx, user)?;
    mail_addresses::delete(tx, user)?;
    run!(tx, execute, diesel::delete(password_links::table.filter(password_links::user_id.eq(user))))?;
    run!(tx, execute, diesel::delete(oauth_codes::table.filter(oauth_codes::user_id.eq(user))))?;
    run!(tx, execute, diesel::delete(invites::table.filter(invites::created_by_id.eq(user))))?;
    // What they wrote for the organization and nobody will publish now.
    run!(tx, execute, diesel::delete(scheduled_posts::table.filter(scheduled_posts::user_id.eq(user))))?;
    Ok(())
}
