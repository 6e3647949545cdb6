//! Following lists of rules that others keep, and hearing what they say: what follows from it stands in
//! [`super::listed_rules`].

use std::collections::{HashMap, HashSet};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

use super::hosts::{self, By};
use super::listed_rules::Plan;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::host::HostStanding;
use crate::domain::host_list::{HostList, ListDraft, ListEntry};
use crate::domain::host_rule::{Decision, upwards};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::reach::Reach;
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::store::{Conn, Error, Tx, audit, host_lists, jobs};
use crate::text::plain::strip_format_chars;

/// Lists at most.
const MOST: usize = 50;
/// The longest title, in characters.
const LONGEST_TITLE: usize = 100;
/// From how many rules on a list is not believed when most of them are gone.
const MANY: usize = 5;
/// How long a list is measured against the most that it ever said, in seconds.
const MONTH: i64 = 30 * 24 * 3600;
/// As many rules may be added at once whatever the size of the list, and no more than that.
const ADDED: (usize, usize) = (20, 100);

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

/// What drafts would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// How many of them suspend, and what hangs on these servers now.
    pub suspended: (usize, Reach),
    /// How many of them limit, and what hangs on these servers now.
    pub limited: (usize, Reach),
    /// How many of the servers sent anything lately.
    pub servers: usize,
    /// How many contributions.
    pub texts: i64,
}

/// Follows a list; it is read at once and then every day.
pub fn follow(tx: &mut Tx<'_>, user: Option<Id<User>>, new: &NewList) -> Result<Id<HostList>, Error> {
    audit::stand_in_line(tx)?;
    let invalid = |field, why: &str| Error::from(Refusal::invalid(field, why));
    let url = Uri::parse(new.url.trim()).ok_or_else(|| invalid("url", "is no address of a file"))?;
    // Whoever sits between us and a list that is not encrypted would decide who is shut out.
    if !url.as_str().starts_with("https://") && tx.site()?.origin.starts_with("https://") {
        return Err(invalid("url", "begins with https://, or anybody on the way could change the list"));
    }
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
        most: 0,
        most_at: None,
        doubted: None,
        believed: None,
    };
    host_lists::insert(tx, &list)?;
    audit::record(tx, user, "list.follow", &list.url, &terms(list.priority, list.adopts))?;
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

fn terms(priority: i32, adopts: bool) -> String {
    format!("priority {priority}, {}", if adopts { "taken over" } else { "waits" })
}

/// Changes how much a list counts, and whether it asks. What waits when it stops asking goes on waiting.
pub fn change(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    id: Id<HostList>,
    priority: i32,
    adopts: bool,
) -> Result<(), Error> {
    audit::stand_in_line(tx)?;
    let list = host_lists::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    let priority = priority.clamp(0, 100);
    if (list.priority, list.adopts) == (priority, adopts) {
        return Ok(());
    }
    if adopts && !list.adopts {
        host_lists::hold_back(tx, id)?;
    }
    host_lists::change(tx, id, priority, adopts)?;
    audit::record(tx, user, "list.change", &list.url, &terms(priority, adopts))?;
    Plan::of(tx, None)?.carry_out(tx, By::Person(user)).map(drop)
}

/// How many rules would be taken back if a list were followed no longer.
pub fn taken_back_without(conn: &mut Conn, id: Id<HostList>) -> Result<usize, Error> {
    Ok(Plan::of(conn, Some(id))?.taken_back())
}

/// Follows a list no longer. Rules that came from it are taken back, unless they are kept as rules of this
/// site or another list says them, too; how many were taken back.
pub fn leave(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<HostList>, keeps: bool) -> Result<usize, Error> {
    audit::stand_in_line(tx)?;
    let list = host_lists::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    let kept = if keeps { host_lists::keep_all(tx, id)? } else { 0 };
    host_lists::delete(tx, id)?;
    audit::record(tx, user, "list.leave", &list.url, &format!("rules that are kept: {kept}"))?;
    let done = Plan::of(tx, None)?.carry_out(tx, By::Person(user))?;
    host_lists::forget_list(tx, id)?;
    Ok(done.taken_back)
}

/// Somebody says that a list is right although it was not believed: exactly this is believed when it is
/// read again.
pub fn believe(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<HostList>, what: &str) -> Result<(), Error> {
    let list = host_lists::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    if list.doubted.as_deref() != Some(what) {
        return Err(Refusal::Conflict("the list was read meanwhile: look again".to_owned()).into());
    }
    host_lists::believe(tx, id, what)?;
    audit::record(tx, user, "list.believe", &list.url, list.error.as_deref().unwrap_or_default())?;
    ask(tx, id)
}

/// What a list says now. What it no longer says is taken back, if no other list says it; what is new is
/// taken over where that was decided, and waits otherwise.
pub fn receive(tx: &mut Tx<'_>, id: Id<HostList>, rules: &[(String, Decision)]) -> Result<(), Error> {
    audit::stand_in_line(tx)?;
    let Some(list) = host_lists::by_id(tx, id)? else { return Ok(()) };
    let before: HashMap<String, ListEntry> =
        host_lists::entries_of(tx, id)?.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
    let said = digest_of(rules);
    if list.believed.as_deref() != Some(said.as_str())
        && let Some(why) = shrunk(&list, &before, rules, tx.now)
    {
        host_lists::checked(tx, id, Some(&why), Some(&said))?;
        return Ok(());
    }
    let mut entries: Vec<ListEntry> =
        rules.iter().map(|(name, decision)| ListEntry::new(id, name, decision)).collect();
    if list.adopts {
        hold_back(&before, &mut entries, &host_lists::tied(tx)?);
    }
    host_lists::replace(tx, id, &entries)?;
    let size = i32::try_from(entries.len()).unwrap_or(i32::MAX);
    if size >= list.most || is_old(&list, tx.now) || list.believed.as_deref() == Some(said.as_str()) {
        host_lists::measured(tx, id, size)?;
    }
    host_lists::checked(tx, id, None, None)?;
    if list.believed.is_some_and(|believed| believed != said) {
        // It was believed once, for what the list said then; by now it is believed for itself.
        host_lists::doubt_again(tx, id)?;
    }
    let done = Plan::of(tx, None)?.carry_out(tx, By::Lists)?;
    // Nobody was asked: admins read here what happened.
    if done.is_news() { audit::record(tx, None, audit::LIST_READ, &list.url, &done.words()) } else { Ok(()) }
}

/// Whether the most that a list said was too long ago to measure it against.
fn is_old(list: &HostList, now: Timestamp) -> bool {
    list.most_at.is_none_or(|at| at.plus_seconds(MONTH) < now)
}

fn digest_of(rules: &[(String, Decision)]) -> String {
    let mut lines: Vec<String> =
        rules.iter().map(|(name, decision)| format!("{name} {}\n", decision.effect())).collect();
    lines.sort_unstable();
    HEXLOWER.encode(digest(&SHA256, lines.concat().as_bytes()).as_ref())
}

/// Whether so much of a list is gone, at once or within a month, that its address rather has another owner,
/// or the file another form.
fn shrunk(
    list: &HostList,
    before: &HashMap<String, ListEntry>,
    rules: &[(String, Decision)],
    now: Timestamp,
) -> Option<String> {
    let names: HashSet<&str> = rules.iter().map(|(name, _)| name.as_str()).collect();
    let gone = before.keys().filter(|name| !names.contains(name.as_str())).count();
    if before.len() >= MANY && gone * 2 > before.len() {
        return Some(format!("{gone} of its {} rules are gone at once", before.len()));
    }
    let most = usize::try_from(list.most).unwrap_or_default();
    let few = !is_old(list, now) && most >= MANY && names.len() * 2 < most;
    few.then(|| format!("{} of the {most} rules that it had within a month are left", names.len()))
}

/// What makes a list stricter that takes effect without asking waits all the same in the first reading, where
/// it is more than such a list grows by itself, or where something here hangs on the server: whoever has taken
/// the list over would cut off everybody.
fn hold_back(before: &HashMap<String, ListEntry>, entries: &mut [ListEntry], tied: &HashSet<String>) {
    let is_new = |entry: &ListEntry| entry.is_stricter(before.get(&entry.name));
    let (least, most) = ADDED;
    // Of a list that was never read nobody knows what it says.
    let grown = before.is_empty()
        || entries.iter().filter(|entry| is_new(entry)).count() > (before.len() / 5).clamp(least, most);
    let tied: HashSet<&str> = tied.iter().flat_map(|host| upwards(host)).collect();
    for entry in entries {
        let waited = before.get(&entry.name).is_some_and(|old| old.waits);
        entry.waits = waited || (is_new(entry) && (grown || tied.contains(entry.name.as_str())));
    }
}

/// A list could not be read: what it said last goes on holding.
pub fn failed(tx: &mut Tx<'_>, id: Id<HostList>, why: &str) -> Result<(), Error> {
    host_lists::checked(tx, id, Some(why), None)?;
    Ok(())
}

/// What drafts would touch: what hangs on the servers, and who of them sent how much in the last 30 days.
pub fn try_out(conn: &mut Conn, drafts: &[ListDraft], now: Timestamp) -> Result<Trial, Error> {
    let names: HashSet<&str> = drafts.iter().map(|draft| draft.name.as_str()).collect();
    let recent = host_lists::recent(conn, now.plus_seconds(-MONTH))?;
    let concerned = |host: &String| upwards(host).into_iter().any(|name| names.contains(name));
    let touched: Vec<i64> =
        recent.iter().filter(|(host, _)| concerned(host)).map(|(_, count)| *count).collect();
    Ok(Trial {
        suspended: reach_of(conn, drafts, HostStanding::Suspended)?,
        limited: reach_of(conn, drafts, HostStanding::Limited)?,
        servers: touched.len(),
        texts: touched.iter().sum(),
    })
}

/// How many drafts make this of servers that are better off now, and what hangs on these.
fn reach_of(conn: &mut Conn, drafts: &[ListDraft], standing: HostStanding) -> Result<(usize, Reach), Error> {
    let now = |draft: &ListDraft| draft.before.as_ref().map(|before| before.standing).unwrap_or_default();
    let names: HashSet<&str> = drafts
        .iter()
        .filter(|draft| draft.decision.standing == standing && now(draft) < standing)
        .map(|draft| draft.name.as_str())
        .collect();
    Ok((names.len(), hosts::preview_names(conn, &names, standing)?))
}
