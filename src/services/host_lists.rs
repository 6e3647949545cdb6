//! Following lists of rules that others keep: what is new waits for an admin or is taken over, and what a
//! list takes back is taken back here.

use std::collections::{HashMap, HashSet};

use super::hosts;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::host_list::{HostList, ListEntry};
use crate::domain::host_rule::{Decision, HostRule, upwards};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::reach::Reach;
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::store::{Conn, Error, Tx, audit, host_lists, host_rules, jobs};
use crate::text::plain::strip_format_chars;

/// Lists at most.
const MOST: usize = 50;
/// The longest title, in characters.
const LONGEST_TITLE: usize = 100;
/// From how many rules on a list is not believed when most of them are gone.
const MANY: usize = 20;
/// Days that rules are tried against.
const TRIED_DAYS: i64 = 30;

/// A list as somebody wants to follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewList {
    /// Where it is.
    pub url: String,
    /// What admins call it.
    pub title: String,
    /// Where two lists differ, the one with the higher number is right.
    pub priority: i32,
    /// Whether its rules hold without anybody looking at them first.
    pub adopts: bool,
}

/// What the lists say that is not so here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drafts {
    /// Rules that wait for somebody, by name.
    pub new: Vec<(String, Decision)>,
    /// Those among them that would change a rule which came from a list.
    pub changes: HashSet<String>,
    /// Rules about the same name that an admin made, and which stay.
    pub own: usize,
}

/// Follows a list; it is read at once and then every day.
pub fn follow(tx: &mut Tx<'_>, user: Option<Id<User>>, new: &NewList) -> Result<Id<HostList>, Error> {
    let invalid = |field, why: &str| Error::from(Refusal::invalid(field, why));
    let url = Uri::parse(new.url.trim()).ok_or_else(|| invalid("url", "is no address of a file"))?;
    let title = strip_format_chars(new.title.trim());
    if title.is_empty() || title.chars().count() > LONGEST_TITLE {
        return Err(invalid("title", "is needed, and has at most 100 characters"));
    }
    let known = host_lists::all(tx)?;
    if known.iter().any(|list| list.url == url.as_str()) {
        return Err(Refusal::Conflict("this list is followed already".to_owned()).into());
    }
    if known.len() >= MOST {
        return Err(Refusal::Conflict(format!("{MOST} lists are followed already")).into());
    }
    let list = HostList {
        id: tx.mint(),
        url: url.to_string(),
        title,
        priority: new.priority.clamp(0, 100),
        adopts: new.adopts,
        user_id: user,
        created_at: tx.now,
        checked_at: None,
        error: None,
    };
    host_lists::insert(tx, &list)?;
    let how = if list.adopts { "taken over" } else { "waits" };
    audit::record(tx, user, "list.follow", &list.url, &format!("priority {}, {how}", list.priority))?;
    ask(tx, list.id)?;
    Ok(list.id)
}

/// Reads a list soon.
pub fn ask(tx: &mut Tx<'_>, id: Id<HostList>) -> Result<(), Error> {
    let now = tx.now;
    jobs::enqueue(tx, &Job::FetchHostList { list: id.get() }, now)
}

/// Reads every list soon.
pub fn ask_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    for list in host_lists::all(tx)? {
        ask(tx, list.id)?;
    }
    Ok(())
}

/// Follows a list no longer; rules that came from no other list are taken back.
pub fn leave(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<HostList>) -> Result<usize, Error> {
    let list = host_lists::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    host_lists::delete(tx, id)?;
    audit::record(tx, user, "list.leave", &list.url, "")?;
    retract(tx, user)
}

/// What a list says now. What it no longer says is taken back, if no other list says it; what is new is
/// taken over where that was decided, and waits otherwise.
pub fn receive(tx: &mut Tx<'_>, id: Id<HostList>, rules: &[(String, Decision)]) -> Result<(), Error> {
    let Some(list) = host_lists::by_id(tx, id)? else { return Ok(()) };
    let entry = |(name, decision): &(String, Decision)| ListEntry {
        list_id: id,
        name: name.clone(),
        standing: decision.standing,
        reject_media: decision.reject_media,
        reject_reports: decision.reject_reports,
        public_comment: decision.public_comment.clone(),
        obfuscate: decision.obfuscate,
    };
    let entries: Vec<ListEntry> = rules.iter().map(entry).collect();
    if let Some(why) = shrunk(tx, id, rules)? {
        return failed(tx, id, &why);
    }
    host_lists::replace(tx, id, &entries)?;
    host_lists::checked(tx, id, None)?;
    retract(tx, None)?;
    amend(tx)?;
    if list.adopts {
        let adopted: Vec<(String, Decision)> = wanted(tx, true)?.new;
        take_over(tx, None, &adopted)?;
    }
    Ok(())
}

/// Whether so much of a list is gone at once that its address rather has another owner, or the file
/// another form.
fn shrunk(conn: &mut Conn, id: Id<HostList>, rules: &[(String, Decision)]) -> Result<Option<String>, Error> {
    let before = host_lists::names(conn, id)?;
    let now: HashSet<&str> = rules.iter().map(|(name, _)| name.as_str()).collect();
    let gone = before.iter().filter(|name| !now.contains(name.as_str())).count();
    let why = || {
        format!(
            "{gone} of its {} rules are gone at once; if that is right, follow it no longer and then again",
            before.len()
        )
    };
    Ok((before.len() >= MANY && gone * 2 > before.len()).then(why))
}

/// A list could not be read: what it said last goes on holding.
pub fn failed(tx: &mut Tx<'_>, id: Id<HostList>, why: &str) -> Result<(), Error> {
    host_lists::checked(tx, id, Some(why))?;
    Ok(())
}

/// What the lists say about each name: the one that counts most is right.
fn effective(conn: &mut Conn) -> Result<HashMap<String, (ListEntry, bool)>, Error> {
    let mut by_name = HashMap::new();
    for (entry, adopts) in host_lists::entries(conn)? {
        by_name.entry(entry.name.clone()).or_insert((entry, adopts));
    }
    Ok(by_name)
}

/// What waits for somebody to decide.
pub fn drafts(conn: &mut Conn) -> Result<Drafts, Error> {
    wanted(conn, false)
}

fn wanted(conn: &mut Conn, adopted: bool) -> Result<Drafts, Error> {
    let rules: HashMap<String, HostRule> =
        host_rules::all(conn)?.into_iter().map(|rule| (rule.name.clone(), rule)).collect();
    let (listed, refused) = (host_lists::listed(conn, false)?, host_lists::listed(conn, true)?);
    let mut drafts = Drafts::default();
    for (name, (entry, adopts)) in effective(conn)? {
        let waits = match rules.get(&name) {
            None => !refused.contains(&name) && (adopts || !adopted),
            Some(_) if !listed.contains(&name) => {
                drafts.own += 1;
                false
            }
            // Where it needs nobody's consent it was changed when the list was read.
            Some(rule) => !adopts && !adopted && differs(rule, &entry),
        };
        if waits {
            if rules.contains_key(&name) {
                drafts.changes.insert(name.clone());
            }
            drafts.new.push((name, entry.decision()));
        }
    }
    drafts.new.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(drafts)
}

/// Takes rules over that wait; how many. Those about which there is a rule of our own stay as they are.
pub fn accept(tx: &mut Tx<'_>, user: Option<Id<User>>, names: &HashSet<String>) -> Result<usize, Error> {
    let drafts = drafts(tx)?;
    let chosen = drafts.new.into_iter().filter(|(name, _)| names.contains(name));
    let (changed, new): (Vec<_>, Vec<_>) = chosen.partition(|(name, _)| drafts.changes.contains(name));
    for (name, decision) in &changed {
        hosts::decide(tx, user, name, decision)?;
        host_lists::mark(tx, name, false)?;
    }
    Ok(take_over(tx, user, &new)? + changed.len())
}

fn take_over(tx: &mut Tx<'_>, user: Option<Id<User>>, rules: &[(String, Decision)]) -> Result<usize, Error> {
    let count = hosts::take_in(tx, user, rules)?;
    let names: Vec<String> = rules.iter().map(|(name, _)| name.clone()).collect();
    host_lists::mark_listed(tx, &names)?;
    Ok(count)
}

/// Does not want rules that wait: nobody is asked about these names again. A rule that came from a list
/// and stays as it is belongs to this site from now on.
pub fn refuse(tx: &mut Tx<'_>, user: Option<Id<User>>, names: &HashSet<String>) -> Result<usize, Error> {
    let waiting = drafts(tx)?.new;
    let mut count = 0;
    for (name, _) in waiting.iter().filter(|(name, _)| names.contains(name)) {
        host_lists::mark(tx, name, true)?;
        audit::record(tx, user, "list.refuse", name, "")?;
        count += 1;
    }
    Ok(count)
}

/// Takes back the rules that came from lists and that none of them has any more. Whatever an admin changed
/// since is theirs and stays.
fn retract(tx: &mut Tx<'_>, user: Option<Id<User>>) -> Result<usize, Error> {
    let said = effective(tx)?;
    let listed = host_lists::listed(tx, false)?;
    let gone: HashSet<String> = listed.into_iter().filter(|name| !said.contains_key(name)).collect();
    for name in &gone {
        host_lists::unmark(tx, name)?;
    }
    hosts::take_back(tx, user, &gone)
}

/// Changes rules that came from lists and about which the lists now say something else.
fn amend(tx: &mut Tx<'_>) -> Result<(), Error> {
    let (said, listed) = (effective(tx)?, host_lists::listed(tx, false)?);
    let mut changed = Vec::new();
    for rule in host_rules::all(tx)?.iter().filter(|rule| listed.contains(&rule.name)) {
        let Some((entry, adopts)) = said.get(&rule.name) else { continue };
        if *adopts && differs(rule, entry) {
            changed.push((rule.name.clone(), entry.decision()));
        }
    }
    for (name, decision) in changed {
        hosts::decide(tx, None, &name, &decision)?;
        host_lists::mark(tx, &name, false)?;
    }
    Ok(())
}

fn differs(rule: &HostRule, entry: &ListEntry) -> bool {
    let ours = Decision { private_comment: String::new(), ..rule.decision() };
    ours != entry.decision()
}

/// What rules would have touched in the last 30 days: what hangs on the servers that they keep out, how
/// many of these sent anything, and how much.
pub fn try_out(
    conn: &mut Conn,
    rules: &[(String, Decision)],
    now: Timestamp,
) -> Result<(Reach, usize, i64), Error> {
    let (reach, _) = hosts::preview_list(conn, rules)?;
    let names: HashSet<&str> = rules.iter().map(|(name, _)| name.as_str()).collect();
    let since = now.plus_seconds(-TRIED_DAYS * 24 * 3600);
    let recent = host_lists::recent(conn, since)?;
    let concerned = |host: &String| upwards(host).into_iter().any(|name| names.contains(name));
    let touched: Vec<i64> =
        recent.iter().filter(|(host, _)| concerned(host)).map(|(_, count)| *count).collect();
    Ok((reach, touched.len(), touched.iter().sum()))
}
