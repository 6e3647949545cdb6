//! What a report takes away when its contributions are removed: out of sight here at once, called back from
//! other servers, kept for the days of grace, and shown here again where somebody thinks better of it.

use super::{condemnations, posts};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::counting::counted;
use crate::domain::id::Id;
use crate::domain::removal::Fate;
use crate::domain::report::Report;
use crate::domain::user::User;
use crate::store::{self, Conn, Error, Event, Gone, Tx, audit, reports, settings};

/// The contributions that a removal would take: posts and critiques of the account. What an organization
/// published as its word is retracted by the organization and never removed.
pub fn removable(conn: &mut Conn, report: &Report) -> Result<Vec<Contribution>, Error> {
    let mut found = named(conn, report)?;
    found.retain(|head| {
        let plain = matches!(head.kind, Kind::Post | Kind::Critique) || !head.local;
        plain && head.state != State::Deleted
    });
    let ids: Vec<Id<Contribution>> = found.iter().map(|head| head.id).collect();
    let free = store::condemnations::free(conn, &ids)?;
    found.retain(|head| free.contains(&head.id));
    Ok(found)
}

/// What a report names of the account that it is about.
fn named(conn: &mut Conn, report: &Report) -> Result<Vec<Contribution>, Error> {
    let mut found = Vec::new();
    for uri in report.about() {
        let head = store::contributions::known(conn, &uri)?;
        found.extend(head.filter(|head| Some(head.author_id) == report.target_id));
    }
    Ok(found)
}

/// What a removal does, in words.
pub fn preview(conn: &mut Conn, report: &Report) -> Result<String, Error> {
    let found = removable(conn, report)?;
    let count = |some: usize| counted(i64::try_from(some).unwrap_or(i64::MAX), "reported contribution");
    let all = count(found.len());
    let days = i64::from(settings::get(conn)?.grace_days);
    let mut words = if days == 0 {
        format!("Deleted at once, which cannot be taken back: {all}.")
    } else {
        let days = counted(days, "day");
        format!("Out of sight at once, and deleted after {days}: {all}. Until then it can be taken back.")
    };
    let sent = found.iter().filter(|head| went_out(head)).count();
    if sent > 0 {
        let sent = count(sent);
        words.push_str(&format!(
            " Other servers are told at once to delete their copies of {sent}: whoever takes it back shows it on this \
             site, and nowhere else."
        ));
    }
    Ok(words)
}

/// Whether others were sent what somebody here said.
fn went_out(head: &Contribution) -> bool {
    head.local && head.visibility != Visibility::Internal
}

/// Removes what a report is about.
pub(super) fn remove(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    report: &Report,
    target: &Account,
) -> Result<(), Error> {
    let found = removable(tx, report)?;
    for head in &found {
        if went_out(head) {
            posts::call_back(tx, head.id)?;
        }
        let open = matches!(head.visibility, Visibility::Public | Visibility::Unlisted);
        tx.after_commit(Event::Gone(Gone { key: head.id.get(), by: head.author_id, open }));
        audit::record(tx, user, "contribution.remove", head.uri.as_str(), &report.id.to_string())?;
    }
    let ids: Vec<Id<Contribution>> = found.iter().map(|head| head.id).collect();
    condemnations::condemn_for(tx, (user, Some(report.id)), &target.handle, &ids).map(drop)
}

/// Shows here again what a report took out of sight and what is not deleted yet.
pub(super) fn give_back(tx: &mut Tx<'_>, user: Option<Id<User>>, report: Id<Report>) -> Result<(), Error> {
    let now = tx.now;
    for one in store::condemnations::open_of_report(tx, report, now)? {
        condemnations::take_back(tx, user, one)?;
    }
    Ok(())
}

/// What has become of what a report is about.
pub fn fate(conn: &mut Conn, report: Id<Report>) -> Result<Fate, Error> {
    let mut fate = Fate::default();
    let Some(report) = reports::by_id(conn, report)? else { return Ok(fate) };
    for head in named(conn, &report)? {
        fate.sent |= went_out(&head);
        let due = store::condemnations::due_of(conn, head.id)?;
        match (head.state, due) {
            (State::Deleted, _) => fate.deleted += 1,
            (_, Some(due)) => fate.kept_until = fate.kept_until.max(Some(due)),
            (State::Current | State::Superseded | State::Retracted | State::Held | State::Withheld, None) => {
                fate.shown += 1;
            }
        }
    }
    Ok(fate)
}

/// The same for a decision; nothing where it came from no report.
pub fn fate_of(conn: &mut Conn, report: Option<Id<Report>>) -> Result<Fate, Error> {
    report.map_or_else(|| Ok(Fate::default()), |report| fate(conn, report))
}
