//! Lists of rules about servers that somebody uploads: kept while they look at what follows, then taken in.

use std::collections::{HashMap, HashSet};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

use super::hosts::{self, By};
use super::log;
use crate::domain::Refusal;
use crate::domain::host::HostStanding;
use crate::domain::host_rule::{Decision, name};
use crate::domain::id::Id;
use crate::domain::taken_list::{TakenList, TakenRule, in_words, numbers};
use crate::domain::user::User;
use crate::store::{Conn, Error, Tx, audit, host_lists, host_rules, taken_lists, uploaded_lists};
use crate::text::plain::strip_format_chars;

/// The longest name of a list, in characters.
const LONGEST_TITLE: usize = 100;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 1_000;
/// What a list is called of which nobody says more.
const UNNAMED: &str = "A list without a name";

/// What becomes of single rules of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Names whose rules are left out.
    pub except: HashSet<String>,
    /// Names whose rules take the place of ours.
    pub over: HashSet<String>,
}

/// What is said of a list that is taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What admins call it.
    pub title: String,
    /// Why it is taken in, for everybody.
    pub reason: String,
    /// Whether it is kept out of the public log.
    pub private: bool,
}

/// Keeps a list until its user has looked at it, and says under which digest. The digest covers what the
/// list is read as, too.
pub fn keep(tx: &mut Tx<'_>, user: Id<User>, kind: &str, text: &str) -> Result<String, Error> {
    let sum = HEXLOWER.encode(digest(&SHA256, format!("{kind}\n{text}").as_bytes()).as_ref());
    uploaded_lists::put(tx, user, &sum, text)?;
    Ok(sum)
}

/// The list under this digest, if it is the one that the user looked at last.
pub fn kept(conn: &mut Conn, user: Id<User>, digest: &str) -> Result<String, Error> {
    let gone = || {
        let why = "this list is not kept any more, or another one was looked at meanwhile: send it again";
        Refusal::Conflict(why.to_owned())
    };
    Ok(uploaded_lists::content(conn, user, digest)?.ok_or_else(gone)?)
}

/// The names in a text, one a line; `own` is our server.
pub fn names(text: &str, own: &str) -> Result<HashSet<String>, String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| name(line, own)).collect()
}

/// Takes in what was looked at; returns how many rules are new or changed. It can be taken back as a whole.
pub fn take_in(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    rules: &[(String, Decision)],
    (choices, said): (&Choices, &Said),
) -> Result<usize, Error> {
    let said = checked(said)?;
    audit::stand_in_line(tx)?;
    let known: HashMap<String, Decision> =
        host_rules::all(tx)?.into_iter().map(|rule| (rule.name.clone(), rule.decision())).collect();
    let id: Id<TakenList> = tx.mint();
    let (mut taken, mut rows) = (Vec::new(), Vec::new());
    for (name, decision) in rules.iter().filter(|(name, _)| !choices.except.contains(name)) {
        let ours = known.get(name);
        let wanted = ours.is_none_or(|ours| choices.over.contains(name) && !ours.does_the_same(decision));
        if wanted {
            // No list says why we decided as we did.
            let private_comment = ours.map(|ours| ours.private_comment.clone());
            let private_comment = private_comment.unwrap_or_else(|| decision.private_comment.clone());
            taken.push((name.clone(), Decision { private_comment, ..decision.clone() }));
            rows.push(TakenRule::new(id, name, ours));
        }
    }
    if let Some(user) = user {
        uploaded_lists::delete(tx, user)?;
    }
    if taken.is_empty() {
        return Ok(0);
    }
    // A rule of ours is nobody's list's any more.
    let over: Vec<String> =
        rows.iter().filter(|row| row.standing.is_some()).map(|row| row.name.clone()).collect();
    host_lists::unmark_all(tx, &over)?;
    hosts::put_all(tx, By::Person(user), &taken)?;
    let list = TakenList {
        id,
        user_id: user,
        title: said.title,
        rules: i32::try_from(rows.len()).unwrap_or(i32::MAX),
        shown: !said.private,
        created_at: tx.now,
        taken_back_at: None,
    };
    taken_lists::insert(tx, &list, &rows)?;
    tell(tx, &list, &taken, &said.reason)?;
    Ok(rows.len())
}

/// Writes down that a list was taken in. Everybody reads it in numbers, and never with the names: the list of
/// rules has them, as far as they are for everybody.
fn tell(tx: &mut Tx<'_>, list: &TakenList, taken: &[(String, Decision)], reason: &str) -> Result<(), Error> {
    let numbers = numbers(taken.iter().map(|(_, decision)| decision.standing));
    let words = in_words(&numbers);
    let entry = audit::enter(tx, list.user_id, "list.take_in", &list.title, &words)?;
    let keeps_out = numbers
        .iter()
        .any(|(standing, _)| matches!(standing, HostStanding::Limited | HostStanding::Suspended));
    // Whom people here talk to stands there only with a reason that was written for everybody.
    if list.shown && (keeps_out || !reason.is_empty()) {
        log::put(tx, entry, &format!("A list of rules about servers was taken in: {words}"), reason)?;
    }
    Ok(())
}

fn checked(said: &Said) -> Result<Said, Error> {
    let (title, reason) = (strip_format_chars(said.title.trim()), strip_format_chars(said.reason.trim()));
    if title.chars().count() > LONGEST_TITLE {
        let why = format!("has more than {LONGEST_TITLE} characters: call it something shorter");
        return Err(Refusal::invalid("title", why).into());
    }
    if reason.chars().count() > LONGEST_REASON {
        let why = format!("has more than {LONGEST_REASON} characters: say it shorter");
        return Err(Refusal::invalid("reason", why).into());
    }
    let title = if title.is_empty() { UNNAMED.to_owned() } else { title };
    Ok(Said { title, reason, private: said.private })
}
