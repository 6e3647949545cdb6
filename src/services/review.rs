//! What moderators decide about what waits.

use super::held::{approve, reject};
use super::hosts;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_rule::Decision;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::store::{self, Error, Tx, account_rules, accounts, audit, held, host_rules};

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
    user: Id<User>,
    ids: &[Id<Account>],
    verdict: Verdict,
) -> Result<usize, Error> {
    let mut count = 0;
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
        let (action, some) = match verdict {
            Verdict::Approve => ("account.approve", approve(tx, author.id)?),
            Verdict::Reject => ("account.reject", reject(tx, author.id)?),
        };
        audit::record(tx, Some(user), action, author.uri.as_str(), &some.to_string())?;
        count += some;
    }
    Ok(count)
}

/// Decides about everything that waits from a server; how many contributions that concerns.
pub fn host(tx: &mut Tx<'_>, user: Id<User>, id: Id<Host>, verdict: Verdict) -> Result<usize, Error> {
    let host = store::hosts::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    match verdict {
        Verdict::Approve => {
            let count = held::from(tx, host.id)?.len();
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
            let allowed = Decision { standing: HostStanding::Approved, ..known };
            hosts::decide(tx, Some(user), &host.name, &allowed)?;
            Ok(count)
        }
        Verdict::Reject => {
            let authors = held::authors_from(tx, host.id)?;
            self::authors(tx, user, &authors, Verdict::Reject)
        }
    }
}
