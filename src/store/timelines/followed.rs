//! The home timeline and lists: what an account, and those it follows or lists, said and boosted.
//!
//! Two ways of reading, both of them exact. Who follows lively accounts finds a page among the
//! newest rows of `feed`, so those are walked first. Who follows quiet ones would walk far; then
//! each of them is asked for its newest row, and only the few that can stand on this page are read.

use std::collections::{HashMap, HashSet};

use diesel::dsl::{exists, max, min};
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult};

use super::{Place, Row, heads, plain, repeats, sift};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::id::Id;
use crate::domain::list::{List, RepliesShown};
use crate::domain::relation::FollowState;
use crate::domain::timeline::Found;
use crate::schema::{feed, followed_tags, follows, list_accounts, lists, mentions, tags};
use crate::store::conn::{Conn, run};
use crate::store::contributions::Viewer;
use crate::store::one_of::one_of;
use crate::store::page::{Page, filled, paged};
use crate::store::{hiding, lines};

/// How many rows are walked before every followed account is asked.
const WINDOW: i64 = 2000;

/// Whose rows are read.
#[derive(Clone, Copy, Debug)]
enum Whose {
    /// Those of an account and of whom it follows.
    Followed(Id<Account>),
    /// Those of the accounts on a list.
    Listed(Id<List>),
}

/// The accounts that an account wants to see on a list only.
macro_rules! exclusive {
    ($me:expr) => {
        list_accounts::table
            .inner_join(lists::table.on(lists::id.eq(list_accounts::list_id)))
            .filter(lists::account_id.eq($me))
            .filter(lists::exclusive.eq(true))
            .select(list_accounts::account_id)
    };
}

/// The home timeline of an account: also what carries a hashtag that it follows, and without the
/// accounts of its exclusive lists.
pub fn home(conn: &mut Conn, me: Id<Account>, page: &Page) -> QueryResult<Vec<Found>> {
    let viewer = Viewer::Member(me);
    let names: Vec<String> = run!(
        conn,
        load,
        followed_tags::table.filter(followed_tags::account_id.eq(me)).select(followed_tags::name)
    )?;
    let find = |conn: &mut Conn, page: &Page| {
        let places = places(conn, Whose::Followed(me), page)?;
        if names.is_empty() {
            return Ok(places);
        }
        Ok(merged(places, tagged(conn, me, &names, page)?, page))
    };
    let keep = |conn: &mut Conn, found: Vec<(i64, Found)>| {
        let found = sift(conn, viewer, found)?;
        let answers = lines::answered(conn, found.iter().map(|(_, one)| &one.head))?;
        let found = undisturbed(conn, me, &answers, found)?;
        meant(conn, me, &names, &answers, found)
    };
    once(conn, viewer, page, find, keep)
}

/// The timeline of a list, as its owner sees it.
pub fn listed(conn: &mut Conn, list: &List, page: &Page) -> QueryResult<Vec<Found>> {
    let viewer = Viewer::Member(list.account_id);
    let keep = |conn: &mut Conn, found: Vec<(i64, Found)>| {
        let found = sift(conn, viewer, found)?;
        let answers = lines::answered(conn, found.iter().map(|(_, one)| &one.head))?;
        let found = undisturbed(conn, list.account_id, &answers, found)?;
        shown_on(conn, list, &answers, found)
    };
    let find = |conn: &mut Conn, page: &Page| places(conn, Whose::Listed(list.id), page);
    once(conn, viewer, page, find, keep)
}

/// Fills a page with what `keep` lets through, without boosts of what was shown shortly before.
fn once(
    conn: &mut Conn,
    viewer: Viewer,
    page: &Page,
    find: impl Fn(&mut Conn, &Page) -> QueryResult<Vec<Place>>,
    keep: impl Fn(&mut Conn, Vec<(i64, Found)>) -> QueryResult<Vec<(i64, Found)>>,
) -> QueryResult<Vec<Found>> {
    let show = |conn: &mut Conn, places: &[Place]| {
        let found = heads(conn, viewer, places)?;
        keep(conn, found)
    };
    let shown = |conn: &mut Conn, batch: Vec<Place>| {
        let found = show(conn, &batch)?;
        repeats::without(conn, batch, found, &find, show)
    };
    Ok(plain(filled(conn, page, &find, |place| place.key, shown)?))
}

/// Who wrote what the contributions of a page answer, by its key.
type Answers = HashMap<Id<Contribution>, Id<Account>>;

/// Leaves out what names or answers somebody whom the reader blocks or mutes, whoever says it.
fn undisturbed(
    conn: &mut Conn,
    me: Id<Account>,
    answers: &Answers,
    found: Vec<(i64, Found)>,
) -> QueryResult<Vec<(i64, Found)>> {
    if found.is_empty() {
        return Ok(found);
    }
    let query = mentions::table
        .filter(one_of(mentions::contribution_id, found.iter().map(|(_, one)| &one.head.id)))
        .filter(mentions::silent.eq(false))
        .select((mentions::contribution_id, mentions::account_id));
    let named: Vec<(Id<Contribution>, Id<Account>)> = run!(conn, load, query)?;
    let accounts: HashSet<Id<Account>> =
        named.iter().map(|(_, account)| *account).chain(answers.values().copied()).collect();
    let unwanted = hiding::unwanted(conn, me, &accounts.into_iter().collect::<Vec<_>>())?;
    if unwanted.is_empty() {
        return Ok(found);
    }
    let naming: HashSet<Id<Contribution>> =
        named.into_iter().filter(|(_, account)| unwanted.contains(account)).map(|(id, _)| id).collect();
    let fits = |one: &Found| {
        let to = one.head.in_reply_to_id.and_then(|parent| answers.get(&parent));
        let disturbs = naming.contains(&one.head.id) || to.is_some_and(|to| unwanted.contains(to));
        one.by() == me || !disturbs
    };
    Ok(found.into_iter().filter(|(_, one)| fits(one)).collect())
}

/// What the reader wants of a followed account.
struct Wish {
    boosts: bool,
    languages: Option<String>,
}

impl Wish {
    fn takes(&self, one: &Found) -> bool {
        let language = one.head.language.split('-').next().unwrap_or_default();
        let spoken = |wanted: &String| {
            language.is_empty() || wanted.split(' ').any(|word| word.split('-').next() == Some(language))
        };
        (self.boosts || one.boost.is_none()) && self.languages.as_ref().is_none_or(spoken)
    }
}

fn wishes(
    conn: &mut Conn,
    me: Id<Account>,
    accounts: HashSet<Id<Account>>,
) -> QueryResult<HashMap<Id<Account>, Wish>> {
    let query = follows::table
        .filter(follows::follower_id.eq(me))
        .filter(one_of(follows::followee_id, &accounts))
        .filter(follows::state.eq(FollowState::Accepted))
        .select((follows::followee_id, follows::boosts, follows::languages));
    let rows: Vec<(Id<Account>, bool, Option<String>)> = run!(conn, load, query)?;
    Ok(rows.into_iter().map(|(id, boosts, languages)| (id, Wish { boosts, languages })).collect())
}

/// Leaves out of the home timeline what is said to accounts that the reader does not follow, and
/// what it does not want of those it follows. What carries a followed hashtag stays if it is public.
fn meant(
    conn: &mut Conn,
    me: Id<Account>,
    names: &[String],
    answers: &Answers,
    found: Vec<(i64, Found)>,
) -> QueryResult<Vec<(i64, Found)>> {
    let accounts = found.iter().map(|(_, one)| one.by()).chain(answers.values().copied()).collect();
    let wishes = if found.is_empty() { HashMap::new() } else { wishes(conn, me, accounts)? };
    let carrying = if names.is_empty() { HashSet::new() } else { carrying(conn, names, &found)? };
    let fits = |one: &Found| {
        if one.by() == me || (carrying.contains(&one.head.id.get()) && one.boost.is_none()) {
            return true;
        }
        let Some(wish) = wishes.get(&one.by()) else { return false };
        if one.boost.is_some() || one.head.in_reply_to_uri.is_none() {
            return wish.takes(one);
        }
        let to = one.head.in_reply_to_id.and_then(|parent| answers.get(&parent));
        let heard = |to: &&Id<Account>| **to == me || **to == one.head.author_id || wishes.contains_key(*to);
        wish.takes(one) && to.is_some_and(|to| heard(&to))
    };
    Ok(found.into_iter().filter(|(_, one)| fits(one)).collect())
}

/// Leaves out of a list the replies that its owner does not want on it.
fn shown_on(
    conn: &mut Conn,
    list: &List,
    answers: &Answers,
    found: Vec<(i64, Found)>,
) -> QueryResult<Vec<(i64, Found)>> {
    let asked: HashSet<Id<Account>> = answers.values().copied().collect();
    let by: HashSet<Id<Account>> = found.iter().map(|(_, one)| one.by()).collect();
    let wishes = if found.is_empty() { HashMap::new() } else { wishes(conn, list.account_id, by)? };
    let welcome: HashSet<Id<Account>> = match list.replies {
        RepliesShown::None => HashSet::new(),
        RepliesShown::Followed if asked.is_empty() => HashSet::new(),
        RepliesShown::Followed => self::wishes(conn, list.account_id, asked)?.into_keys().collect(),
        RepliesShown::List => {
            let query = list_accounts::table
                .filter(list_accounts::list_id.eq(list.id))
                .filter(list_accounts::account_id.eq_any(asked))
                .select(list_accounts::account_id);
            let members: Vec<Id<Account>> = run!(conn, load, query)?;
            members.into_iter().collect()
        }
    };
    let fits = |one: &Found| {
        let letter = one.head.visibility == Visibility::Mentioned;
        if letter || !wishes.get(&one.by()).is_none_or(|wish| wish.takes(one)) {
            return false;
        }
        if one.boost.is_some() || one.head.in_reply_to_uri.is_none() {
            return true;
        }
        let to = one.head.in_reply_to_id.and_then(|parent| answers.get(&parent));
        to.is_some_and(|to| *to == one.head.author_id || *to == list.account_id || welcome.contains(to))
    };
    Ok(found.into_iter().filter(|(_, one)| fits(one)).collect())
}

/// The places of what carries one of these hashtags.
fn tagged(conn: &mut Conn, me: Id<Account>, names: &[String], page: &Page) -> QueryResult<Vec<Place>> {
    let query = feed::table
        .inner_join(tags::table.on(tags::contribution_id.eq(feed::contribution_id)))
        .filter(tags::name.eq_any(names.to_vec()))
        .filter(feed::id.eq(tags::contribution_id))
        .filter(feed::account_id.ne_all(exclusive!(me)))
        .select((feed::id, feed::account_id, feed::contribution_id))
        .distinct();
    let rows: Vec<Row> = paged!(conn, page, query, feed::id)?;
    Ok(rows.into_iter().map(Place::from).collect())
}

/// Which of these are public and carry one of these hashtags.
fn carrying(conn: &mut Conn, names: &[String], found: &[(i64, Found)]) -> QueryResult<HashSet<i64>> {
    let open = found.iter().filter(|(_, one)| one.head.visibility == Visibility::Public);
    let ids: Vec<_> = open.map(|(_, one)| one.head.id).collect();
    let query = tags::table
        .filter(tags::name.eq_any(names.to_vec()))
        .filter(tags::contribution_id.eq_any(ids))
        .select(tags::contribution_id);
    let rows: Vec<Id<Contribution>> = run!(conn, load, query)?;
    Ok(rows.into_iter().map(Id::get).collect())
}

/// Two runs of places as one, in their order, with the length of a page.
fn merged(mut places: Vec<Place>, more: Vec<Place>, page: &Page) -> Vec<Place> {
    places.extend(more);
    places.sort_unstable_by_key(|place| -place.key);
    places.dedup_by_key(|place| place.key);
    let limit = usize::try_from(page.limit).unwrap_or(0);
    if page.is_ascending() {
        let surplus = places.len().saturating_sub(limit);
        places.drain(..surplus);
    }
    places.truncate(limit);
    places
}

fn places(conn: &mut Conn, whose: Whose, page: &Page) -> QueryResult<Vec<Place>> {
    let bound = window(conn, page)?;
    let near = match bound {
        Some(bound) if page.is_ascending() => Page { max_id: Some(bound.min(page.below())), ..*page },
        Some(bound) => Page { since_id: Some(bound.max(page.above())), ..*page },
        None => *page,
    };
    let rows = walk(conn, whose, &near)?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= page.limit;
    let rows = if full || bound.is_none() { rows } else { gather(conn, whose, page)? };
    Ok(rows.into_iter().map(Place::from).collect())
}

/// The key at the far end of the window; `None` where the page has fewer rows to look at.
fn window(conn: &mut Conn, page: &Page) -> QueryResult<Option<i64>> {
    let within = feed::table
        .filter(feed::id.lt(page.below()))
        .filter(feed::id.gt(page.above()))
        .select(feed::id)
        .offset(WINDOW)
        .limit(1);
    if page.is_ascending() {
        run!(conn, first, within.order(feed::id.asc())).optional()
    } else {
        run!(conn, first, within.order(feed::id.desc())).optional()
    }
}

/// Walks the rows of everybody and takes those that are wanted.
fn walk(conn: &mut Conn, whose: Whose, page: &Page) -> QueryResult<Vec<Row>> {
    let row = (feed::id, feed::account_id, feed::contribution_id);
    match whose {
        Whose::Followed(me) => {
            let followed = exists(
                follows::table
                    .filter(follows::followee_id.eq(feed::account_id))
                    .filter(follows::follower_id.eq(me))
                    .filter(follows::state.eq(FollowState::Accepted))
                    .filter(follows::followee_id.ne_all(exclusive!(me))),
            );
            let query = feed::table.filter(feed::account_id.eq(me).or(followed)).select(row);
            paged!(conn, page, query, feed::id)
        }
        Whose::Listed(list) => {
            let members = list_accounts::table
                .filter(list_accounts::list_id.eq(list))
                .select(list_accounts::account_id);
            let query = feed::table.filter(feed::account_id.eq_any(members)).select(row);
            paged!(conn, page, query, feed::id)
        }
    }
}

/// Asks every account for its row next to the page's bound. The rows of the page are
/// among those of the `limit` accounts whose rows are nearest, and none is farther than the
/// farthest of these.
fn gather(conn: &mut Conn, whose: Whose, page: &Page) -> QueryResult<Vec<Row>> {
    let mut nearest = match whose {
        Whose::Followed(me) => nearest_of_followed(conn, me, page)?,
        Whose::Listed(list) => nearest_of_listed(conn, list, page)?,
    };
    if let Whose::Followed(me) = whose
        && let Some(own) = nearest_of(conn, me, page)?
    {
        nearest.push((me, own));
    }
    nearest.sort_unstable_by_key(|(_, key)| if page.is_ascending() { *key } else { -*key });
    nearest.truncate(usize::try_from(page.limit).unwrap_or(0));
    let Some((_, farthest)) = nearest.last().copied() else { return Ok(Vec::new()) };
    let full = i64::try_from(nearest.len()).unwrap_or(i64::MAX) >= page.limit;
    let near = match (full, page.is_ascending()) {
        (false, _) => *page,
        (true, true) => Page { max_id: Some(farthest.saturating_add(1)), ..*page },
        (true, false) => Page { since_id: Some(farthest.saturating_sub(1)), ..*page },
    };
    let mut rows: Vec<Row> = Vec::new();
    for (account, _) in nearest {
        let query = feed::table.filter(feed::account_id.eq(account)).select((
            feed::id,
            feed::account_id,
            feed::contribution_id,
        ));
        let own: Vec<Row> = paged!(conn, near, query, feed::id)?;
        rows.extend(own);
    }
    rows.sort_unstable_by_key(|(key, ..)| if page.is_ascending() { *key } else { -*key });
    rows.truncate(usize::try_from(page.limit).unwrap_or(0));
    Ok(page.newest_first(rows))
}

fn nearest_of_followed(
    conn: &mut Conn,
    me: Id<Account>,
    page: &Page,
) -> QueryResult<Vec<(Id<Account>, i64)>> {
    let within = feed::table
        .filter(feed::account_id.eq(follows::followee_id))
        .filter(feed::id.lt(page.below()))
        .filter(feed::id.gt(page.above()));
    let followed = follows::table
        .filter(follows::follower_id.eq(me))
        .filter(follows::state.eq(FollowState::Accepted))
        .filter(follows::followee_id.ne_all(exclusive!(me)));
    let rows: Vec<(Id<Account>, Option<i64>)> = if page.is_ascending() {
        let nearest = within.select(min(feed::id)).single_value();
        run!(conn, load, followed.select((follows::followee_id, nearest)))?
    } else {
        let nearest = within.select(max(feed::id)).single_value();
        run!(conn, load, followed.select((follows::followee_id, nearest)))?
    };
    Ok(rows.into_iter().filter_map(|(account, key)| Some((account, key?))).collect())
}

fn nearest_of_listed(conn: &mut Conn, list: Id<List>, page: &Page) -> QueryResult<Vec<(Id<Account>, i64)>> {
    let within = feed::table
        .filter(feed::account_id.eq(list_accounts::account_id))
        .filter(feed::id.lt(page.below()))
        .filter(feed::id.gt(page.above()));
    let members = list_accounts::table.filter(list_accounts::list_id.eq(list));
    let rows: Vec<(Id<Account>, Option<i64>)> = if page.is_ascending() {
        let nearest = within.select(min(feed::id)).single_value();
        run!(conn, load, members.select((list_accounts::account_id, nearest)))?
    } else {
        let nearest = within.select(max(feed::id)).single_value();
        run!(conn, load, members.select((list_accounts::account_id, nearest)))?
    };
    Ok(rows.into_iter().filter_map(|(account, key)| Some((account, key?))).collect())
}

fn nearest_of(conn: &mut Conn, account: Id<Account>, page: &Page) -> QueryResult<Option<i64>> {
    let query = feed::table.filter(feed::account_id.eq(account)).select(feed::id);
    let near = Page { limit: 1, ..*page };
    let rows: Vec<i64> = paged!(conn, near, query, feed::id)?;
    Ok(rows.into_iter().next())
}
