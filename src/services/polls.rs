//! Choosing in polls.

use super::publish;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::poll::PollView;
use crate::store::contributions::{self, Viewer};
use crate::store::{Error, Tx, polls};

/// An account of ours chooses; once, and before the end.
pub fn vote(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>, choices: &[i32]) -> Result<(), Error> {
    let head = contributions::by_id(tx, Viewer::Member(account.id), id)?.ok_or(Refusal::NotFound)?;
    let view = polls::one(tx, Some(account.id), id)?.ok_or(Refusal::NotFound)?;
    let chosen = accept(tx, account, &head, &view, choices)?;
    for position in chosen {
        let uri = publish::activity_uri(tx)?;
        polls::vote(tx, id, account.id, position, &uri)?;
    }
    polls::count_voter(tx, id)?;
    Ok(())
}

fn accept(
    tx: &Tx<'_>,
    account: &Account,
    head: &Contribution,
    view: &PollView,
    choices: &[i32],
) -> Result<Vec<i32>, Refusal> {
    let no = |why: &str| Err(Refusal::invalid("poll", why));
    if head.author_id == account.id {
        return no("is your own");
    }
    if view.poll.is_over(tx.now) {
        return no("has already ended");
    }
    if !view.chosen.is_empty() {
        return no("has your vote already");
    }
    let mut chosen = choices.to_vec();
    chosen.sort_unstable();
    chosen.dedup();
    let known = |position: &i32| view.options.iter().any(|option| option.position == *position);
    if chosen.is_empty() || !chosen.iter().all(known) {
        return no("does not offer this answer");
    }
    if chosen.len() > 1 && !view.poll.multiple {
        return no("takes one answer only");
    }
    Ok(chosen)
}
