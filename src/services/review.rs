//! What moderators decide about what waits.

use super::held::{approve, reject, reject_from};
use super::hosts;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_rule::Decision;
use crate::domain::id::Id;
use crate::domain::reach::Reach;
use crate::domain::user::User;
use crate::store::contributions::Viewer;
use crate::store::held::{Place, Waiting};
use crate::store::review_approvals::{self, Approval};
use crate::store::{self, Conn, Error, Tx, account_rules, accounts, audit, held, host_rules};

/// What becomes of what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is shown, and so is what is to come.
    Approve,
    /// It is deleted and not taken in again; what is to come waits.
    Reject,
}

impl Verdict {
    /// The verdict that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "approve" => Some(Self::Approve),
            "reject" => Some(Self::Reject),
            _ => None,
        }
    }
}

/// Decides about authors; how many contributions that concerns. Each author has an entry in the log.
pub fn authors(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    ids: &[Id<Account>],
    verdict: Verdict,
) -> Result<usize, Error> {
    let mut found = Vec::new();
    for id in ids {
        let author =
            accounts::by_id(tx, *id)?.filter(|author| !author.is_local()).ok_or(Refusal::NotFound)?;
        let ruled = account_rules::of(tx, author.id)?.map(|rule| rule.standing);
        if verdict == Verdict::Approve
            && matches!(ruled, Some(HostStanding::Limited | HostStanding::Suspended))
        {
            let why = format!("there is a rule about {}: change that one", author.handle);
            return Err(Refusal::Conflict(why).into());
        }
        found.push(author);
    }
    let mut count = 0;
    for author in &found {
        let (action, some) = match verdict {
            Verdict::Approve => ("account.approve", approve(tx, author.id)?),
            Verdict::Reject => ("account.reject", held::of(tx, author.id)?.len()),
        };
        audit::record(tx, user, action, author.uri.as_str(), &some.to_string())?;
        count += some;
    }
    if verdict == Verdict::Reject {
        reject(tx, user, &about(&found), ids)?;
    }
    Ok(count)
}

/// Deletes all that stands on a page of the list, if it is what was seen there; how many contributions that
/// concerns.
pub fn reject_page(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    viewer: Viewer,
    (after, most): (&Place, usize),
    seen: &str,
) -> Result<usize, Error> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let waiting = held::groups(tx, viewer, after, limit)?;
    if waiting.is_empty() || Waiting::digest(&waiting) != seen {
        let why = "something else waits by now: look at the list once more".to_owned();
        return Err(Refusal::Conflict(why).into());
    }
    let ids: Vec<Id<Account>> = waiting.iter().map(|one| one.author).collect();
    authors(tx, user, &ids, Verdict::Reject)
}

/// Of whom a decision is, in words.
fn about(authors: &[Account]) -> String {
    match authors {
        [] => String::new(),
        [one] => one.handle.clone(),
        [first, others @ ..] => format!("{} and {}", first.handle, counted_others(others.len())),
    }
}

fn counted_others(count: usize) -> String {
    if count == 1 { "another author".to_owned() } else { format!("{count} other authors") }
}

/// What hangs on exactly this server: letting one in says nothing of the names below it.
pub fn preview(conn: &mut Conn, host: &Host) -> Result<Reach, Error> {
    Ok(store::reach::of(conn, &[host.id])?)
}

/// Decides about everything that waits from a server; how many contributions that concerns.
pub fn host(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<Host>, verdict: Verdict) -> Result<usize, Error> {
    let host = store::hosts::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    match verdict {
        Verdict::Approve => {
            let waiting = held::from(tx, host.id)?;
            let count = waiting.len();
            if count == 0 {
                return Err(Refusal::Conflict("nothing of this server waits any more".to_owned()).into());
            }
            // A rule about servers above it is one about it, too.
            let nearest = host_rules::nearest(tx, &host.name)?.map(|rule| rule.standing);
            if matches!(nearest, Some(HostStanding::Limited | HostStanding::Suspended)) {
                let why = "there is a rule about this server: change that one".to_owned();
                return Err(Refusal::Conflict(why).into());
            }
            let known = host_rules::by_name(tx, &host.name)?.map(|rule| rule.decision()).unwrap_or_default();
            let public_comment = known.public_comment.clone();
            // What everybody reads of the decision before was not written for this one.
            let allowed =
                Decision { standing: HostStanding::Approved, public_comment: String::new(), ..known };
            hosts::decide(tx, user, &host.name, &allowed)?;
            let approval = Approval {
                host_id: host.id,
                user_id: user,
                public_comment,
                texts: i64::try_from(count).unwrap_or(i64::MAX),
                created_at: tx.now,
            };
            review_approvals::put(tx, &approval, &waiting)?;
            Ok(count)
        }
        Verdict::Reject => {
            let count = reject_from(tx, user, &host)?;
            audit::record(tx, user, "host.reject", &host.name, &count.to_string())?;
            Ok(count)
        }
    }
}

/// Takes back that a server was let in from the list: what was shown by that waits again, and so does what is to
/// come. How many texts wait again.
pub fn take_back(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<Host>) -> Result<usize, Error> {
    audit::stand_in_line(tx)?;
    let host = store::hosts::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    let over = || Refusal::Conflict(format!("somebody decided about {} otherwise since", host.name));
    let approval = review_approvals::of(tx, id)?.ok_or_else(over)?;
    let shown = review_approvals::released(tx, id)?;
    let known = host_rules::by_name(tx, &host.name)?.map(|rule| rule.decision()).unwrap_or_default();
    let before =
        Decision { standing: HostStanding::Unknown, public_comment: approval.public_comment, ..known };
    hosts::decide(tx, user, &host.name, &before)?;
    // Whom the organization follows is heard by everybody anyway.
    let now = store::hosts::by_id(tx, id)?.map(|host| host.standing);
    let count = if now == Some(HostStanding::Approved) { 0 } else { held::hold_again(tx, &shown)? };
    audit::record(tx, user, "host.wait", &host.name, &count.to_string())?;
    Ok(count)
}
