//! What a rule about a server takes away, kept aside so that it can be given back: whether its
//! contributions and accounts are shown, and who followed whom.

use std::collections::HashSet;

use diesel::dsl::{exists, not};
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::BigInt;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, QueryResult, SelectableHelper,
};

use super::Error;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::{Account, AccountState};
use crate::domain::contribution::{Contribution, State};
use crate::domain::counting::number;
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::reach::Kept;
use crate::domain::relation::{Follow, FollowState};
use crate::domain::uri::Uri;
use crate::schema::{
    account_severed, account_withheld, accounts, blocks, contributions, follows, hosts, severed_follows,
    withheld_accounts, withheld_boosts, withheld_contributions, withheld_likes, withheld_votes,
};

/// Rows that are written with one statement.
pub(super) const AT_ONCE: usize = 1_000;
/// The states in which a contribution is shown to anybody.
pub(super) const SHOWN: [State; 4] = [State::Current, State::Superseded, State::Retracted, State::Held];

/// A relation that a rule ended.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = severed_follows)]
pub struct Severed {
    /// The key that it had.
    pub id: Id<Follow>,
    /// The server it was with.
    pub host_id: Id<Host>,
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

impl Severed {
    /// The relation as it was.
    fn follow(self) -> Follow {
        Follow {
            id: self.id,
            follower_id: self.follower_id,
            followee_id: self.followee_id,
            uri: self.uri,
            state: self.state,
            created_at: self.created_at,
            boosts: self.boosts,
            notify: self.notify,
            languages: self.languages,
        }
    }
}

/// Hides what is shown from a server, in this state; authors who were let in by themselves are left
/// out where it is held only.
pub fn withhold(conn: &mut Conn, host: Id<Host>, state: State) -> QueryResult<usize> {
    let mut from = vec![HostStanding::Unknown, HostStanding::Limited, HostStanding::Suspended];
    if state == State::Withheld {
        from.push(HostStanding::Approved);
    }
    let authors = || {
        accounts::table
            .filter(accounts::host_id.eq(host))
            .filter(accounts::standing.eq_any(from.clone()))
            .select(accounts::id)
    };
    let shown = || {
        contributions::table
            .filter(contributions::author_id.eq_any(authors()))
            .filter(contributions::state.eq_any(SHOWN))
            .filter(contributions::state.ne(state))
    };
    // What is found shown was given back since: a row from before says nothing any more.
    let known = withheld_contributions::table
        .filter(withheld_contributions::contribution_id.eq_any(shown().select(contributions::id)));
    run!(conn, execute, diesel::delete(known))?;
    let rows = shown().select((contributions::id, host.into_sql::<BigInt>(), contributions::state));
    let insert = diesel::insert_into(withheld_contributions::table).values(rows).into_columns((
        withheld_contributions::contribution_id,
        withheld_contributions::host_id,
        withheld_contributions::state,
    ));
    run!(conn, execute, insert)?;
    run!(conn, execute, diesel::update(shown()).set(contributions::state.eq(state)))
}

/// The author says something else of what is hidden: that is what comes back. What waited before stays so.
pub fn declare(conn: &mut Conn, id: Id<Contribution>, state: State) -> QueryResult<()> {
    let of_host = withheld_contributions::table
        .filter(withheld_contributions::contribution_id.eq(id))
        .filter(withheld_contributions::state.ne(State::Held));
    run!(conn, execute, diesel::update(of_host).set(withheld_contributions::state.eq(state)))?;
    let of_account = account_withheld::table
        .filter(account_withheld::contribution_id.eq(id))
        .filter(account_withheld::state.ne(State::Held));
    run!(conn, execute, diesel::update(of_account).set(account_withheld::state.eq(state)))?;
    Ok(())
}

/// Gives back what was hidden of a server, except what was deleted meanwhile.
pub fn give_back(conn: &mut Conn, host: Id<Host>) -> QueryResult<usize> {
    let mut given = 0;
    for state in SHOWN {
        let rows = withheld_contributions::table
            .filter(withheld_contributions::host_id.eq(host))
            .filter(withheld_contributions::state.eq(state))
            .select(withheld_contributions::contribution_id);
        let hidden = contributions::table
            .filter(contributions::id.eq_any(rows))
            .filter(contributions::state.eq_any([State::Withheld, State::Held]));
        given += run!(conn, execute, diesel::update(hidden).set(contributions::state.eq(state)))?;
    }
    let all = withheld_contributions::table.filter(withheld_contributions::host_id.eq(host));
    run!(conn, execute, diesel::delete(all))?;
    Ok(given)
}

/// Suspends every account of a server.
pub fn shut_accounts(conn: &mut Conn, host: Id<Host>) -> QueryResult<usize> {
    let open = || {
        accounts::table
            .filter(accounts::host_id.eq(host))
            .filter(accounts::standing.ne(HostStanding::Suspended))
    };
    // Of which something is kept already, that is what they were.
    let kept = withheld_accounts::table.filter(withheld_accounts::account_id.eq(accounts::id));
    let rows = open().filter(not(exists(kept))).select((
        accounts::id,
        host.into_sql::<BigInt>(),
        accounts::standing,
    ));
    let insert = diesel::insert_into(withheld_accounts::table).values(rows).into_columns((
        withheld_accounts::account_id,
        withheld_accounts::host_id,
        withheld_accounts::standing,
    ));
    run!(conn, execute, insert)?;
    run!(conn, execute, diesel::update(open()).set(accounts::standing.eq(HostStanding::Suspended)))
}

/// Lets the accounts of a server be what they were.
pub fn open_accounts(conn: &mut Conn, host: Id<Host>) -> QueryResult<()> {
    for standing in [HostStanding::Unknown, HostStanding::Approved, HostStanding::Limited] {
        let rows = withheld_accounts::table
            .filter(withheld_accounts::host_id.eq(host))
            .filter(withheld_accounts::standing.eq(standing))
            .select(withheld_accounts::account_id);
        let shut = accounts::table
            .filter(accounts::id.eq_any(rows))
            .filter(accounts::standing.eq(HostStanding::Suspended));
        run!(conn, execute, diesel::update(shut).set(accounts::standing.eq(standing)))?;
    }
    run!(
        conn,
        execute,
        diesel::delete(withheld_accounts::table.filter(withheld_accounts::host_id.eq(host)))
    )?;
    Ok(())
}

/// Ends every relation with a server, in both directions, and returns them. The other side is not told,
/// so that both can go on as before when the rule is taken back.
pub fn sever(tx: &mut Tx<'_>, host: Id<Host>) -> Result<Vec<Follow>, Error> {
    let there = || accounts::table.filter(accounts::host_id.eq(host)).select(accounts::id);
    let with = || {
        follows::table.filter(follows::follower_id.eq_any(there()).or(follows::followee_id.eq_any(there())))
    };
    let found: Vec<Follow> = run!(tx, load, with().select(Follow::as_select()))?;
    let rows = with().select((
        (follows::id, host.into_sql::<BigInt>(), follows::follower_id, follows::followee_id),
        (follows::uri, follows::state, follows::created_at, follows::boosts, follows::notify),
        (follows::languages, tx.now.into_sql::<BigInt>()),
    ));
    let insert = diesel::insert_into(severed_follows::table).values(rows).into_columns((
        (
            severed_follows::id,
            severed_follows::host_id,
            severed_follows::follower_id,
            severed_follows::followee_id,
        ),
        (
            severed_follows::uri,
            severed_follows::state,
            severed_follows::created_at,
            severed_follows::boosts,
            severed_follows::notify,
        ),
        (severed_follows::languages, severed_follows::severed_at),
    ));
    run!(tx, execute, insert)?;
    run!(tx, execute, diesel::delete(with()))?;
    Ok(found)
}

/// Makes the relations with a server that a rule ended stand again, as far as both accounts still
/// exist and have not found each other anew; returns them.
pub fn reunite(conn: &mut Conn, host: Id<Host>) -> QueryResult<Vec<Follow>> {
    let query = severed_follows::table.filter(severed_follows::host_id.eq(host));
    let rows: Vec<Severed> = run!(conn, load, query.select(Severed::as_select()))?;
    let parted: Vec<Follow> = rows.into_iter().map(Severed::follow).collect();
    let again = join(conn, &parted)?;
    for done in again.chunks(AT_ONCE) {
        let done: Vec<Id<Follow>> = done.iter().map(|follow| follow.id).collect();
        let parted = severed_follows::table.filter(one_of(severed_follows::id, &done));
        run!(conn, execute, diesel::delete(parted))?;
    }
    Ok(again)
}

/// Makes those of some relations stand that may, and returns them.
pub(super) fn join(conn: &mut Conn, parted: &[Follow]) -> QueryResult<Vec<Follow>> {
    let mut again = Vec::new();
    for some in parted.chunks(AT_ONCE) {
        let free = free(conn, some)?;
        let row = |follow: &Follow| {
            (
                (
                    follows::id.eq(follow.id),
                    follows::follower_id.eq(follow.follower_id),
                    follows::followee_id.eq(follow.followee_id),
                    follows::uri.eq(follow.uri.clone()),
                    follows::state.eq(follow.state),
                ),
                (
                    follows::created_at.eq(follow.created_at),
                    follows::boosts.eq(follow.boosts),
                    follows::notify.eq(follow.notify),
                    follows::languages.eq(follow.languages.clone()),
                ),
            )
        };
        let rows: Vec<_> = free.iter().map(row).collect();
        run!(conn, execute, diesel::insert_into(follows::table).values(rows))?;
        again.extend(free);
    }
    Ok(again)
}

/// What rules took of these servers and keep: it would be there again if they were taken back.
pub fn kept(conn: &mut Conn, on: &[Id<Host>]) -> QueryResult<Kept> {
    let hidden = withheld_contributions::table
        .inner_join(contributions::table.on(contributions::id.eq(withheld_contributions::contribution_id)))
        .filter(one_of(withheld_contributions::host_id, on))
        .filter(withheld_contributions::state.ne(State::Held))
        .filter(contributions::state.eq_any([State::Withheld, State::Held]));
    let there = || accounts::table.filter(one_of(accounts::host_id, on)).select(accounts::id);
    let liked = withheld_likes::table.filter(withheld_likes::account_id.eq_any(there()));
    let boosted = withheld_boosts::table.filter(withheld_boosts::account_id.eq_any(there()));
    let voted = withheld_votes::table.filter(withheld_votes::account_id.eq_any(there()));
    let rows: Vec<Severed> = run!(
        conn,
        load,
        severed_follows::table
            .filter(one_of(severed_follows::host_id, on))
            .filter(severed_follows::state.eq(FollowState::Accepted))
            .select(Severed::as_select())
    )?;
    let parted: Vec<Follow> = rows.into_iter().map(Severed::follow).collect();
    let (mut followers, mut followed) = (0, 0);
    for some in parted.chunks(AT_ONCE) {
        let free = free(conn, some)?;
        let ids: Vec<Id<Account>> = free.iter().map(|follow| follow.follower_id).collect();
        let ours = accounts::table
            .filter(one_of(accounts::id, &ids))
            .filter(accounts::host_id.is_null())
            .select(accounts::id);
        let ours: Vec<Id<Account>> = run!(conn, load, ours)?;
        let from_here = number(free.iter().filter(|follow| ours.contains(&follow.follower_id)).count());
        followed += from_here;
        followers += number(free.len()) - from_here;
    }
    Ok(Kept {
        contributions: run!(conn, get_result, hidden.count())?,
        followers,
        followed,
        likes: run!(conn, get_result, liked.count())?,
        boosts: run!(conn, get_result, boosted.count())?,
        votes: run!(conn, get_result, voted.count())?,
    })
}

/// Those of some relations whose both sides are still there, have not found each other anew, and of whom
/// neither blocks the other.
fn free(conn: &mut Conn, rows: &[Follow]) -> QueryResult<Vec<Follow>> {
    let followers: Vec<Id<Account>> = rows.iter().map(|row| row.follower_id).collect();
    let followees: Vec<Id<Account>> = rows.iter().map(|row| row.followee_id).collect();
    let sides = || followers.iter().chain(&followees);
    let there = accounts::table
        .filter(one_of(accounts::id, sides()))
        .filter(accounts::state.eq(AccountState::Active))
        .select(accounts::id);
    let there: Vec<Id<Account>> = run!(conn, load, there)?;
    let there: HashSet<Id<Account>> = there.into_iter().collect();
    let met = follows::table
        .filter(one_of(follows::follower_id, &followers))
        .filter(one_of(follows::followee_id, &followees))
        .select((follows::follower_id, follows::followee_id));
    let met: Vec<(Id<Account>, Id<Account>)> = run!(conn, load, met)?;
    let mut met: HashSet<(Id<Account>, Id<Account>)> = met.into_iter().collect();
    let blocking = blocks::table
        .filter(one_of(blocks::account_id, sides()))
        .filter(one_of(blocks::target_id, sides()))
        .select((blocks::account_id, blocks::target_id));
    let blocking: Vec<(Id<Account>, Id<Account>)> = run!(conn, load, blocking)?;
    for (account, target) in blocking {
        met.extend([(account, target), (target, account)]);
    }
    let may = |row: &&Follow| {
        there.contains(&row.follower_id)
            && there.contains(&row.followee_id)
            && met.insert((row.follower_id, row.followee_id))
    };
    Ok(rows.iter().filter(may).cloned().collect())
}

/// The relations of these accounts that rules ended, the latest first: the server, and the relation.
pub fn severed_of(conn: &mut Conn, of: &[Id<Account>], limit: i64) -> QueryResult<Vec<(String, Severed)>> {
    let query = severed_follows::table
        .inner_join(hosts::table.on(hosts::id.eq(severed_follows::host_id)))
        .filter(one_of(severed_follows::follower_id, of).or(one_of(severed_follows::followee_id, of)))
        .order((severed_follows::severed_at.desc(), severed_follows::id))
        .limit(limit);
    run!(conn, load, query.select((hosts::name, Severed::as_select())))
}

/// Whether the organization follows anybody on a server.
pub fn is_followed(conn: &mut Conn, organization: Id<Account>, host: Id<Host>) -> QueryResult<bool> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .filter(follows::follower_id.eq(organization))
        .filter(accounts::host_id.assume_not_null().eq(host))
        .select(follows::id);
    let found: Option<Id<Follow>> = run!(conn, first, query).optional()?;
    Ok(found.is_some())
}

/// Forgets the relations of an account that rules about a server or its accounts ended: the account wants
/// nothing of that server.
pub fn forget_parted_with(conn: &mut Conn, account: Id<Account>, host: &str) -> QueryResult<()> {
    let there = || {
        accounts::table
            .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
            .filter(hosts::name.eq(host))
            .select(accounts::id)
    };
    let parted = severed_follows::table.filter(
        severed_follows::follower_id
            .eq(account)
            .and(severed_follows::followee_id.eq_any(there()))
            .or(severed_follows::followee_id.eq(account).and(severed_follows::follower_id.eq_any(there()))),
    );
    run!(conn, execute, diesel::delete(parted))?;
    let parted = account_severed::table.filter(
        account_severed::follower_id
            .eq(account)
            .and(account_severed::followee_id.eq_any(there()))
            .or(account_severed::followee_id.eq(account).and(account_severed::follower_id.eq_any(there()))),
    );
    run!(conn, execute, diesel::delete(parted))?;
    Ok(())
}

/// Forgets a relation that a rule ended, because one of both ended it, too.
pub fn forget_parted(conn: &mut Conn, follower: Id<Account>, followee: Id<Account>) -> QueryResult<usize> {
    let parted = severed_follows::table
        .filter(severed_follows::follower_id.eq(follower))
        .filter(severed_follows::followee_id.eq(followee));
    run!(conn, execute, diesel::delete(parted))
}
