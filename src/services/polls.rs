//! Polls: choosing here and elsewhere, counting, and the end.

use serde_json::{Value, json};

use super::{interactions, notifications, publish};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::notification::NotificationKind;
use crate::domain::poll::{NewPoll, Poll, PollView, ReceivedPoll};
use crate::domain::uri::Uri;
use crate::store::contributions::{self, Viewer};
use crate::store::{self, Error, Tx, accounts, jobs, polls};

/// Votes are told once in so many milliseconds, however many come.
const TOLD_EVERY: i64 = 180_000;

/// What became of the poll of a post that is edited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reasked {
    /// It is what it was.
    Same,
    /// It offers the same, and its votes count on; its end or who sees the counts is another.
    Terms,
    /// Another poll, or none.
    Anew,
}

/// Puts a poll to a post.
pub(super) fn ask(tx: &mut Tx<'_>, id: Id<Contribution>, poll: &NewPoll) -> Result<(), Error> {
    let poll = poll.clone().accept()?;
    let end = poll.runs_until(tx.now)?;
    let row = Poll {
        contribution_id: id,
        ends_at: Some(end),
        multiple: poll.multiple,
        hides_totals: poll.hides_totals,
        voters: 0,
    };
    let titles: Vec<(String, i64)> = poll.options.into_iter().map(|title| (title, 0)).collect();
    polls::set(tx, &row, &titles)?;
    close_at(tx, id, end)
}

/// Puts another poll in the place of the one a post has; the same one goes on, until when it is said.
pub(super) fn reask(tx: &mut Tx<'_>, id: Id<Contribution>, poll: Option<&NewPoll>) -> Result<Reasked, Error> {
    match (polls::one(tx, None, id)?, poll) {
        (None, None) => Ok(Reasked::Same),
        (Some(_), None) => {
            polls::erase(tx, id)?;
            Ok(Reasked::Anew)
        }
        (Some(before), Some(poll)) if offers_the_same(&before, poll) => set_terms(tx, &before.poll, poll),
        (_, Some(poll)) => {
            ask(tx, id, poll)?;
            Ok(Reasked::Anew)
        }
    }
}

fn offers_the_same(before: &PollView, poll: &NewPoll) -> bool {
    let titles = before.options.iter().map(|option| option.title.as_str());
    before.poll.multiple == poll.multiple && titles.eq(poll.options.iter().map(|title| title.trim()))
}

fn set_terms(tx: &mut Tx<'_>, before: &Poll, poll: &NewPoll) -> Result<Reasked, Error> {
    let ends_at = match poll.seconds {
        Some(_) => Some(poll.runs_until(tx.now)?),
        None => before.ends_at,
    };
    if (ends_at, poll.hides_totals) == (before.ends_at, before.hides_totals) {
        return Ok(Reasked::Same);
    }
    polls::set_terms(tx, before.contribution_id, ends_at, poll.hides_totals)?;
    if let Some(end) = ends_at {
        close_at(tx, before.contribution_id, end)?;
    }
    Ok(Reasked::Terms)
}

fn close_at(tx: &mut Tx<'_>, id: Id<Contribution>, end: Timestamp) -> Result<(), Error> {
    jobs::enqueue(tx, &Job::ClosePoll { contribution: id.get(), due: end.0 }, end)
}

/// An account of ours chooses; once, and before the end.
pub fn vote(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>, choices: &[i32]) -> Result<(), Error> {
    let head = interactions::offered(tx, account, id)?;
    let view = polls::one(tx, Some(account.id), id)?.ok_or(Refusal::NotFound)?;
    let chosen = accept(tx, account, &head, &view, choices)?;
    let missing = || Error::broken("a poll without its author");
    let author = accounts::by_id(tx, head.author_id)?.ok_or_else(missing)?;
    for position in chosen {
        let uri = publish::activity_uri(tx)?;
        polls::vote(tx, id, account.id, position, &uri)?;
        let title = view.options.iter().find(|option| option.position == position);
        if let Some(option) = title.filter(|_| !author.is_local()) {
            let note = ballot(&uri, account, &author, &head, &option.title);
            publish::to_account(tx, "Create", account, &note, &author)?;
        }
    }
    polls::count_voter(tx, id)?;
    tell_soon(tx, &head, &view.poll)?;
    // Of a poll elsewhere, nobody tells us that it ended; the job of one of ours waits already.
    match view.poll.ends_at {
        Some(end) => close_at(tx, id, end),
        None => Ok(()),
    }
}

/// A vote as other servers read it: a Note that has a name and says nothing.
fn ballot(uri: &Uri, account: &Account, author: &Account, head: &Contribution, title: &str) -> Value {
    json!({
        "id": format!("{uri}#vote"),
        "type": "Note",
        "name": title,
        "attributedTo": account.uri,
        "to": [author.uri],
        "inReplyTo": head.uri,
    })
}

/// Somebody elsewhere chooses in a poll of ours.
pub fn receive_vote(
    tx: &mut Tx<'_>,
    account: &Account,
    head: &Contribution,
    title: &str,
    uri: &Uri,
) -> Result<(), Error> {
    contributions::by_id(tx, Viewer::Remote(account.id), head.id)?.ok_or(Refusal::NotFound)?;
    let view = polls::one(tx, Some(account.id), head.id)?.ok_or(Refusal::NotFound)?;
    let option = view.options.iter().find(|option| option.title == title);
    let option = option.ok_or_else(|| Refusal::invalid("name", "this poll does not offer that answer"))?;
    if view.chosen.contains(&option.position) {
        return Ok(());
    }
    if view.poll.is_over(tx.now) {
        return Err(Refusal::forbidden("this poll is over").into());
    }
    if !view.chosen.is_empty() && !view.poll.multiple {
        return Err(Refusal::forbidden("this poll takes one answer only").into());
    }
    polls::vote(tx, head.id, account.id, option.position, uri)?;
    if view.chosen.is_empty() {
        polls::count_voter(tx, head.id)?;
    }
    tell_soon(tx, head, &view.poll)
}

/// Keeps the poll of a post from elsewhere; other answers begin anew, the same ones are counted.
pub(super) fn receive(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    received: Option<&ReceivedPoll>,
) -> Result<(), Error> {
    let Some(received) = received else { return Ok(polls::erase(tx, id)?) };
    if recount(tx, id, Some(received))? {
        return Ok(());
    }
    let poll = Poll {
        contribution_id: id,
        ends_at: received.ends_at,
        multiple: received.multiple,
        hides_totals: false,
        voters: received.voters,
    };
    Ok(polls::set(tx, &poll, &received.options)?)
}

/// Takes over the counts of a poll elsewhere; `false` where the answers are others.
pub(super) fn recount(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    received: Option<&ReceivedPoll>,
) -> Result<bool, Error> {
    let Some(received) = received else { return Ok(false) };
    let Some(view) = polls::one(tx, None, id)? else { return Ok(false) };
    let same = view.poll.multiple == received.multiple
        && view
            .options
            .iter()
            .map(|option| &option.title)
            .eq(received.options.iter().map(|(title, _)| title));
    if same {
        polls::recount(tx, id, received)?;
        // Who took part here waits for the end, and it may have moved.
        match received.ends_at {
            Some(end) if view.poll.ends_at != Some(end) && end > tx.now => close_at(tx, id, end)?,
            _ => (),
        }
    }
    Ok(same)
}

/// Has other servers told how a poll of ours stands, some minutes after the first of some votes.
fn tell_soon(tx: &mut Tx<'_>, head: &Contribution, poll: &Poll) -> Result<(), Error> {
    if !head.local || head.visibility == Visibility::Internal || poll.hides_totals {
        return Ok(());
    }
    let next = (tx.now.0 / TOLD_EVERY + 1) * TOLD_EVERY;
    jobs::enqueue(tx, &Job::TellPoll { contribution: head.id.get(), due: next }, Timestamp(next))
}

/// Tells other servers how a poll of ours stands; its end is told by itself.
pub fn tell(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<(), Error> {
    let Some(poll) = polls::one(tx, None, id)?.filter(|view| !view.poll.is_over(tx.now)) else {
        return Ok(());
    };
    let head = contributions::known_by_id(tx, id)?.filter(Contribution::is_shown);
    if head.is_none() || poll.poll.hides_totals {
        return Ok(());
    }
    let view = super::posts::load(tx, id)?;
    let (document, _) = publish::render(tx, &view)?;
    publish::update(tx, &view, &document)
}

/// A poll is over: who took part here hears of it, and of one of ours the world hears how it ended.
pub fn close(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<(), Error> {
    let Some(poll) = polls::one(tx, None, id)? else { return Ok(()) };
    if !poll.poll.is_over(tx.now) {
        return Ok(());
    }
    polls::set_terms(tx, id, poll.poll.ends_at, false)?;
    // What is out of sight is told to nobody, and whoever fetches it later finds its counts.
    let head = contributions::known_by_id(tx, id)?.filter(Contribution::is_shown);
    let Some(head) = head else { return Ok(()) };
    tell_voters(tx, &head)?;
    if !head.local || head.visibility == Visibility::Internal {
        return Ok(());
    }
    let view = super::posts::load(tx, id)?;
    let (document, _) = publish::render(tx, &view)?;
    publish::update(tx, &view, &document)
}

/// Whoever asks hears the end of it, too.
fn tell_voters(tx: &mut Tx<'_>, head: &Contribution) -> Result<(), Error> {
    let Some(author) = accounts::by_id(tx, head.author_id)? else { return Ok(()) };
    if author.is_local() {
        store::notifications::insert(tx, author.id, NotificationKind::Poll, author.id, Some(head.id))?;
    }
    for voter in polls::voters(tx, head.id)? {
        let here = accounts::by_id(tx, voter)?.is_some_and(|voter| voter.is_local());
        if here {
            notifications::tell(tx, voter, NotificationKind::Poll, &author, Some(head.id))?;
        }
    }
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
