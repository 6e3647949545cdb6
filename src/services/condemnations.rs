//! Deleting what somebody said: out of sight at once, deleted later, and taken back until then.

use std::collections::BTreeSet;

use super::{account_rules, held};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::condemnation::Condemnation;
use crate::domain::contribution::{Contribution, State};
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::report::Report;
use crate::domain::user::User;
use crate::store::{
    self, Error, Tx, accounts, audit, condemnations, jobs, rejected_authors, settings, users,
};
use crate::text::plain;

/// Contributions that are deleted in one transaction.
const AT_ONCE: i64 = 100;
/// Letters of a reason why something could not be deleted.
const LONGEST: usize = 500;
const DAY: i64 = 24 * 3600;

/// Takes contributions out of sight, and has them deleted after the days that the admins set. The decision, if
/// there was anything to decide about.
pub(super) fn condemn(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    about: &str,
    ids: &[Id<Contribution>],
) -> Result<Option<Id<Condemnation>>, Error> {
    condemn_for(tx, (user, None), about, ids)
}

/// The same in answer to a report: an objection against that decision takes it back.
pub(super) fn condemn_for(
    tx: &mut Tx<'_>,
    (user, report): (Option<Id<User>>, Option<Id<Report>>),
    about: &str,
    ids: &[Id<Contribution>],
) -> Result<Option<Id<Condemnation>>, Error> {
    let ids = condemnations::free(tx, ids)?;
    if ids.is_empty() {
        return Ok(None);
    }
    let days = i64::from(settings::get(tx)?.grace_days);
    let condemnation = Condemnation {
        id: tx.mint(),
        user_id: user,
        about: about.to_owned(),
        texts: i64::try_from(ids.len()).unwrap_or(i64::MAX),
        created_at: tx.now,
        due_at: tx.now.plus_seconds(days * DAY),
        report_id: report,
    };
    condemnations::condemn(tx, &ids, Some(&condemnation))?;
    jobs::enqueue(tx, &Job::Expel { since: condemnation.id.get() }, condemnation.due_at)?;
    Ok(Some(condemnation.id))
}

/// Takes contributions out of sight and has them deleted as soon as may be: their author wants it, or is gone.
pub(super) fn condemn_at_once(tx: &mut Tx<'_>, ids: &[Id<Contribution>]) -> Result<(), Error> {
    condemnations::condemn(tx, ids, None)?;
    let now = tx.now;
    jobs::enqueue(tx, &Job::Expel { since: now.0 }, now)
}

/// Takes a decision back: what it took out of sight is as it was, except what its author deleted meanwhile and
/// what other rules hide by now. How much that is.
pub fn take_back(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<Condemnation>) -> Result<usize, Error> {
    let condemnation = condemnations::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    if is_about(tx, user, &condemnation)? {
        return Err(Refusal::forbidden("nobody decides about themselves: ask another moderator").into());
    }
    if condemnation.due_at <= tx.now {
        return Err(Refusal::Conflict("it is too late: this is being deleted".to_owned()).into());
    }
    let (authors, given) = condemnations::give_back(tx, id)?;
    rejected_authors::forget(tx, id)?;
    hold_again(tx, &authors)?;
    audit::record(tx, user, "wave.restore", &condemnation.about, &given.to_string())?;
    Ok(given)
}

/// Whether a decision is about what somebody said who would take it back.
fn is_about(tx: &mut Tx<'_>, user: Option<Id<User>>, condemnation: &Condemnation) -> Result<bool, Error> {
    let user = user.map_or(Ok(None), |user| users::by_id(tx, user))?;
    let own = user.map_or(Ok(None), |user| accounts::by_id(tx, user.account_id))?;
    Ok(own.is_some_and(|own| own.handle == condemnation.about))
}

/// What is decided about these authors and their servers holds for what was given back, too.
pub(super) fn hold_again(tx: &mut Tx<'_>, authors: &BTreeSet<Id<Account>>) -> Result<(), Error> {
    let ids: Vec<Id<Account>> = authors.iter().copied().collect();
    let authors = accounts::by_ids(tx, &ids)?;
    // What a member said who is suspended by now comes back with them.
    for author in authors.iter().filter(|author| author.is_local()) {
        if author.standing == HostStanding::Suspended {
            store::account_rules::withhold(tx, author.id, State::Withheld)?;
        }
    }
    let hosts: BTreeSet<_> = authors.into_iter().filter_map(|author| author.host_id).collect();
    for host in hosts {
        account_rules::hold_again(tx, host)?;
    }
    Ok(())
}

/// Deletes some of what is due; whether there was any. What cannot be deleted is written down and keeps nothing
/// else from it.
pub fn expel_some(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let some = condemnations::due(tx, AT_ONCE)?;
    let mut done = Vec::new();
    for id in &some {
        match tx.savepoint(|tx| held::expel(tx, *id)) {
            Ok(()) => done.push(*id),
            // Somebody was in the way: all of it is tried again.
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                let why = plain::excerpt(&error.to_string(), LONGEST);
                tracing::warn!(contribution = id.get(), why, "a contribution could not be deleted");
                condemnations::fail(tx, *id, &why)?;
            }
        }
    }
    condemnations::forget(tx, &done)?;
    condemnations::forget_done(tx)?;
    Ok(!some.is_empty())
}

/// What could not be deleted is tried again from time to time.
pub fn try_again(tx: &mut Tx<'_>) -> Result<(), Error> {
    if condemnations::failed(tx, 1)?.is_empty() {
        return Ok(());
    }
    let now = tx.now;
    jobs::enqueue(tx, &Job::Expel { since: now.0 }, now)
}
