//! What the admins tell everybody, and what members answer to it.

use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::notice::{Announcement, Rule};
use crate::domain::user::User;
use crate::store::{Error, Event, Tx, audit, emojis, notices};
use crate::text::plain::strip_format_chars;

/// Rules of a site at most.
const MOST_RULES: usize = 50;
/// The longest rule, and what is said about it, in characters.
const LONGEST_RULE: usize = 1_000;
/// The longest announcement in characters.
const LONGEST: usize = 5_000;
/// Different signs under one announcement at most.
const MOST_SIGNS: usize = 8;

/// Adds a rule after the others.
pub fn add_rule(tx: &mut Tx<'_>, text: &str, hint: &str) -> Result<Rule, Error> {
    let (text, hint) = (text.trim(), hint.trim());
    if text.is_empty() {
        return Err(Refusal::invalid("text", "can't be blank").into());
    }
    if text.chars().count().max(hint.chars().count()) > LONGEST_RULE {
        return Err(Refusal::invalid("text", format!("is longer than {LONGEST_RULE} characters")).into());
    }
    if notices::rules(tx)?.len() >= MOST_RULES {
        return Err(Refusal::invalid("text", format!("a site has at most {MOST_RULES} rules")).into());
    }
    notices::add_rule(tx, text, hint)
}

/// Reads rules as people write them in one field: a line each, an explanation after ` | `.
pub fn read_rules(typed: &str) -> Result<Vec<(String, String)>, String> {
    let mut rules: Vec<(String, String)> = Vec::new();
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (text, hint) = line.split_once('|').unwrap_or((line, ""));
        let (text, hint) = (strip_format_chars(text.trim()), strip_format_chars(hint.trim()));
        if text.is_empty() {
            return Err("A line has an explanation and no rule before it.".to_owned());
        }
        if text.chars().count().max(hint.chars().count()) > LONGEST_RULE {
            return Err(format!("A rule is longer than {LONGEST_RULE} characters."));
        }
        rules.push((text, hint));
    }
    if rules.len() > MOST_RULES {
        return Err(format!("These are {} rules; a site has at most {MOST_RULES}.", rules.len()));
    }
    Ok(rules)
}

/// Replaces the rules; whether that changed anything. A rule whose words stay keeps its key, so that
/// reports go on naming it.
pub fn set_rules(tx: &mut Tx<'_>, user: Option<Id<User>>, rules: &[(String, String)]) -> Result<bool, Error> {
    let before = notices::rules(tx)?;
    let same =
        before.iter().map(|rule| (&rule.text, &rule.hint)).eq(rules.iter().map(|(text, hint)| (text, hint)));
    if same {
        return Ok(false);
    }
    let mut left = before;
    for (rank, (text, hint)) in (1..).zip(rules) {
        match left.iter().position(|rule| rule.text == *text) {
            Some(at) => notices::change_rule(tx, left.swap_remove(at).id, hint, rank)?,
            None => notices::insert_rule(tx, text, hint, rank)?,
        }
    }
    for rule in left {
        notices::remove_rule(tx, rule.id)?;
    }
    let said: Vec<&str> = rules.iter().map(|(text, _)| text.as_str()).collect();
    audit::record(tx, user, "setting.change", "rules", &said.join("\n"))?;
    Ok(true)
}

/// Removes a rule. Reports that name it keep its key.
pub fn remove_rule(tx: &mut Tx<'_>, id: Id<Rule>) -> Result<(), Error> {
    if notices::remove_rule(tx, id)? == 0 {
        return Err(Refusal::NotFound.into());
    }
    Ok(())
}

/// Publishes an announcement to the members.
pub fn announce(
    tx: &mut Tx<'_>,
    markdown: &str,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
) -> Result<Announcement, Error> {
    let markdown = markdown.trim();
    if markdown.is_empty() {
        return Err(Refusal::invalid("text", "can't be blank").into());
    }
    if markdown.chars().count() > LONGEST {
        return Err(Refusal::invalid("text", format!("is longer than {LONGEST} characters")).into());
    }
    if ends_at.is_some_and(|end| end <= starts_at.unwrap_or(tx.now).max(tx.now)) {
        return Err(Refusal::invalid("until", "is over before it begins").into());
    }
    let announcement = notices::announce(tx, markdown, starts_at, ends_at)?;
    tx.after_commit(Event::Announced(announcement.id));
    Ok(announcement)
}

/// Takes an announcement back.
pub fn withdraw(tx: &mut Tx<'_>, id: Id<Announcement>) -> Result<(), Error> {
    if notices::withdraw(tx, id)? == 0 {
        return Err(Refusal::NotFound.into());
    }
    tx.after_commit(Event::Unannounced(id));
    Ok(())
}

/// An account does not need to be shown an announcement any more.
pub fn dismiss(tx: &mut Tx<'_>, account: &Account, id: Id<Announcement>) -> Result<(), Error> {
    let known = shown(tx, id)?;
    notices::mark_read(tx, account.id, known.id)?;
    Ok(())
}

/// An account answers an announcement with one sign.
pub fn react(tx: &mut Tx<'_>, account: &Account, id: Id<Announcement>, name: &str) -> Result<(), Error> {
    let known = shown(tx, id)?;
    let short = (1..=12).contains(&name.chars().count());
    let sign = short && !name.chars().any(|c| c.is_alphabetic() || c.is_whitespace() || c.is_control());
    if !sign && emojis::by_shortcode(tx, "", name)?.is_none() {
        return Err(Refusal::invalid("name", "is not a recognized emoji").into());
    }
    let signs = notices::reactions(tx, account.id, &[known.id])?;
    if signs.len() >= MOST_SIGNS && signs.iter().all(|sign| sign.name != name) {
        return Err(Refusal::invalid("name", format!("is one of more than {MOST_SIGNS} signs")).into());
    }
    notices::react(tx, account.id, known.id, name)?;
    tx.after_commit(Event::Reacted { to: known.id, name: name.to_owned() });
    Ok(())
}

/// It takes the sign back.
pub fn unreact(tx: &mut Tx<'_>, account: &Account, id: Id<Announcement>, name: &str) -> Result<(), Error> {
    let known = shown(tx, id)?;
    if notices::unreact(tx, account.id, known.id, name)? > 0 {
        tx.after_commit(Event::Reacted { to: known.id, name: name.to_owned() });
    }
    Ok(())
}

fn shown(tx: &mut Tx<'_>, id: Id<Announcement>) -> Result<Announcement, Error> {
    let now = tx.now;
    notices::announcement(tx, id, now)?.ok_or_else(|| Refusal::NotFound.into())
}
