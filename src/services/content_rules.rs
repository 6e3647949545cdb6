//! Rules that let contributions of others wait whoever wrote them, and removing a wave in one step.

use super::condemnations;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::content_rule::{ContentRule, NewRule, RuleKind, Text};
use crate::domain::contribution::{Contribution, Received, ReceivedBody};
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::store::content_rules::{self, Wave};
use crate::store::{Conn, Error, Tx, accounts, audit, hosts, relations};
use crate::text::{Html, links, plain};

/// What a rule is called that is gone.
pub const REMOVED: &str = "A rule that was removed";
/// Rules at most: each text is held against all of them.
const MOST: usize = 500;
/// Days that a rule is tried against, and texts that are looked at for it.
const TRIED: (i64, i64) = (30, 20_000);

/// Makes a rule. It holds for what comes from now on.
pub fn make(tx: &mut Tx<'_>, user: Option<Id<User>>, new: &NewRule) -> Result<ContentRule, Error> {
    let mut new = new.clone();
    new.accept().map_err(|(field, why)| Refusal::invalid(field, why))?;
    let known = content_rules::all(tx)?;
    if new.kind == RuleKind::HostRate {
        // Nothing was counted before the first one, and less than a longer one looks back to.
        let rates = known.iter().filter(|rule| rule.kind == RuleKind::HostRate);
        let longest = rates.map(|rule| rule.minutes).chain([new.minutes]).max().unwrap_or_default();
        content_rules::count_again(tx, tx.now.plus_seconds(-i64::from(longest) * 60))?;
    }
    if known.len() >= MOST {
        return Err(Refusal::Conflict(format!("there are {MOST} rules already: remove some first")).into());
    }
    if let Some(same) = known.into_iter().find(|rule| rule.typed() == new) {
        return Ok(same);
    }
    let rule = ContentRule {
        id: tx.mint(),
        kind: new.kind,
        pattern: new.pattern.clone(),
        number: new.number,
        minutes: new.minutes,
        user_id: user,
        created_at: tx.now,
    };
    content_rules::insert(tx, &rule)?;
    audit::record(tx, user, "rule.make", new.kind.word(), &new.sentence())?;
    Ok(rule)
}

/// Lets what is shown already wait because of a rule, as far as it fits: what came before the rule was made.
/// How much that is. When the rule is removed, it comes back.
pub fn hold(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    rule: &ContentRule,
    fitting: &[Id<Contribution>],
) -> Result<usize, Error> {
    let held = content_rules::hold(tx, rule.id, fitting)?;
    if held > 0 {
        audit::record(tx, user, "rule.hold", rule.kind.word(), &held.to_string())?;
    }
    Ok(held)
}

/// The texts of others that came since then and fit a rule.
pub fn fitting_since(
    conn: &mut Conn,
    rule: &NewRule,
    since: Timestamp,
) -> Result<Vec<Id<Contribution>>, Error> {
    let mut found = Vec::new();
    let mut below = Id::new(i64::MAX);
    loop {
        let texts = content_rules::shown_texts(conn, since, below, TRIED.1)?;
        let Some(last) = texts.last().map(|(id, ..)| *id) else { return Ok(found) };
        below = last;
        let fits = |(id, title, summary, content): &content_rules::Said| {
            rule.fits(&text(title.as_deref(), summary.as_deref(), content)).then_some(*id)
        };
        found.extend(texts.iter().filter_map(fits));
    }
}

/// Removes a rule; what it caught when it came goes on waiting, and what was shown before is shown again.
pub fn remove(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<ContentRule>) -> Result<(), Error> {
    let rule = content_rules::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    content_rules::delete(tx, id)?;
    let authors = content_rules::let_go(tx, id)?.into_iter().collect();
    condemnations::hold_again(tx, &authors)?;
    audit::record(tx, user, "rule.remove", rule.kind.word(), &rule.typed().sentence())
}

/// How many of the texts of the last 30 days a rule about texts would have held, and of how many; `None`
/// for rules about authors and servers, which depend on when each text came.
pub fn try_out(conn: &mut Conn, rule: &NewRule, now: Timestamp) -> Result<Option<(usize, usize)>, Error> {
    if !rule.kind.is_about_texts() {
        return Ok(None);
    }
    let (days, most) = TRIED;
    let texts = content_rules::texts(conn, now.plus_seconds(-days * 24 * 3600), most)?;
    let held = texts.iter().filter(|(_, title, summary, content)| {
        rule.fits(&text(title.as_deref(), summary.as_deref(), content))
    });
    Ok(Some((held.count(), texts.len())))
}

fn text(title: Option<&str>, summary: Option<&str>, content: &str) -> Text {
    let body = plain::strip_format_chars(&plain::text(&Html::from_store(content.to_owned())));
    let words: Vec<&str> = [title, summary, Some(body.as_str())].into_iter().flatten().collect();
    let words = words.join(" ");
    Text::new(&words, &links::all(content, &words))
}

/// The rule by which something that arrives is caught. Only posts and critiques are: what organizations
/// publish has rules of its own.
pub(super) fn catching(
    tx: &mut Tx<'_>,
    received: &Received,
    host: Option<&Host>,
) -> Result<Option<ContentRule>, Error> {
    if !is_held_against_rules(received) {
        return Ok(None);
    }
    let rules = content_rules::in_force(tx)?;
    if let Some(host) = host
        && rules.iter().any(|rule| rule.kind == RuleKind::HostRate)
    {
        content_rules::count(tx, host.id)?;
    }
    if let Some(rule) = fitting(&rules, received) {
        return Ok(Some(rule.clone()));
    }
    for rule in rules.iter() {
        if exceeds(tx, rule, received, host)? {
            return Ok(Some(rule.clone()));
        }
    }
    Ok(None)
}

/// The rule by which the words of something are caught, be they new or changed.
pub(super) fn catching_words(tx: &mut Tx<'_>, received: &Received) -> Result<Option<ContentRule>, Error> {
    if !is_held_against_rules(received) {
        return Ok(None);
    }
    Ok(fitting(&content_rules::in_force(tx)?, received).cloned())
}

fn fitting<'a>(rules: &'a [ContentRule], received: &Received) -> Option<&'a ContentRule> {
    if rules.is_empty() {
        return None;
    }
    let said = text(received.title.as_deref(), received.summary.as_deref(), received.content.as_str());
    rules.iter().find(|rule| rule.typed().fits(&said))
}

fn is_held_against_rules(received: &Received) -> bool {
    matches!(received.body, ReceivedBody::Post | ReceivedBody::Critique(_))
}

/// Whether an author or a server has done what a rule about them waits for.
fn exceeds(
    tx: &mut Tx<'_>,
    rule: &ContentRule,
    received: &Received,
    host: Option<&Host>,
) -> Result<bool, Error> {
    let author = &received.author;
    let since = tx.now.plus_seconds(-i64::from(rule.minutes) * 60);
    let most = i64::from(rule.number).saturating_add(1);
    let beyond = |count: usize| i64::try_from(count).unwrap_or(i64::MAX) >= i64::from(rule.number);
    Ok(match rule.kind {
        RuleKind::Words | RuleKind::Link | RuleKind::Links => false,
        RuleKind::FirstTime => {
            author.standing != HostStanding::Approved
                && !relations::is_followed_here(tx, author.id)?
                && !content_rules::is_shown(tx, author.id)?
        }
        RuleKind::AuthorRate => beyond(content_rules::recent_of(tx, author.id, since, most)?),
        RuleKind::HostRate => match host {
            // This one is counted already.
            Some(host) => content_rules::recent_from(tx, host.id, since)? > i64::from(rule.number),
            None => false,
        },
    })
}

/// Deletes a whole wave and takes nothing of it in again; how much that is. One entry in the log. It is out
/// of sight when this returns; a job deletes it piece by piece when it can no longer be taken back.
pub fn clear(tx: &mut Tx<'_>, user: Option<Id<User>>, wave: Wave, since: Timestamp) -> Result<usize, Error> {
    let about = name(tx, wave)?.ok_or(Refusal::NotFound)?;
    let found = content_rules::wave(tx, wave, since)?;
    if !found.is_empty() {
        condemnations::condemn(tx, user, &about, &found)?;
        audit::record(tx, user, "wave.remove", &about, &found.len().to_string())?;
    }
    Ok(found.len())
}

/// What a wave is called; `None` where there is no such rule, author or server. What a rule caught can be
/// deleted also when the rule is gone.
pub fn name(conn: &mut Conn, wave: Wave) -> Result<Option<String>, Error> {
    Ok(match wave {
        Wave::Rule(id) => match content_rules::by_id(conn, id)? {
            Some(rule) => Some(rule.typed().sentence()),
            None => content_rules::counts(conn)?.contains_key(&id).then(|| REMOVED.to_owned()),
        },
        Wave::Author(id) => {
            accounts::by_id(conn, id)?.filter(|author| !author.is_local()).map(|author| author.handle)
        }
        Wave::Host(id) => hosts::by_id(conn, id)?.map(|host| host.name),
    })
}
