//! How much of what was said elsewhere is here, and how to get the rest.

use std::collections::HashMap;

use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::question::Qid;
use crate::domain::user::{Role, User};
use crate::store::contributions::{self, Viewer};
use crate::store::exchanges::{self, Exchange};
use crate::store::{Conn, Error, Tx, accounts, completeness, jobs, questions};

/// Contributions whose servers one re-sync of a thread asks.
const ASKED: i64 = 50;

/// What the origin of a thread said of it.
#[derive(Clone, Debug)]
pub struct Checked {
    /// How the conversation begins.
    pub root: Contribution,
    /// How many contributions it counts that are not here.
    pub missing: i64,
    /// When it was asked.
    pub at: Option<Timestamp>,
}

/// What the origin of the thread around a contribution said of it.
pub fn thread(conn: &mut Conn, viewer: Viewer, id: Id<Contribution>) -> Result<Checked, Error> {
    let root = root(conn, viewer, id)?;
    let check = completeness::thread(conn, root.id)?;
    let here = contributions::count_thread(conn, Viewer::Anyone, root.thread_id)?;
    let missing = check.as_ref().map_or(0, |check| check.claimed.saturating_sub(here).max(0));
    Ok(Checked { root, missing, at: check.map(|check| check.checked_at) })
}

/// A site that carries a question as we do.
#[derive(Clone, Debug)]
pub struct Site {
    /// Whose it is.
    pub organization: Account,
    /// The newest comparison with it.
    pub exchange: Option<Exchange>,
}

/// How far the sites that carry a question agree with ours.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Every other one that is known here.
    pub sites: Vec<Site>,
    /// When one of them was last asked.
    pub at: Option<Timestamp>,
}

/// With whom our list of positions on a question was compared.
pub fn question(conn: &mut Conn, viewer: Viewer, qid: &Qid) -> Result<Compared, Error> {
    let carried = questions::carried(conn, viewer, qid)?;
    if carried.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let others: Vec<_> =
        carried.iter().filter(|(head, _)| !head.local).map(|(head, _)| head.author_id).collect();
    let mut asked: HashMap<_, _> =
        exchanges::of(conn, qid)?.into_iter().map(|exchange| (exchange.account_id, exchange)).collect();
    let at = asked.values().map(|exchange| exchange.checked_at).max();
    let mut sites: Vec<Site> = accounts::by_ids(conn, &others)?
        .into_iter()
        .map(|organization| Site { exchange: asked.remove(&organization.id), organization })
        .collect();
    sites.sort_by_key(|site| site.organization.id);
    Ok(Compared { sites, at })
}

/// The beginning of a thread as far as the viewer may see it: where the first contribution is not
/// here or not for them, the one that was asked for stands in.
pub fn root(conn: &mut Conn, viewer: Viewer, id: Id<Contribution>) -> Result<Contribution, Error> {
    let asked = contributions::by_id(conn, viewer, id)?.ok_or(Refusal::NotFound)?;
    let first = contributions::by_id(conn, viewer, asked.thread_id)?;
    Ok(first.unwrap_or(asked))
}

/// Asks the servers that take part in a thread for replies that are not here.
pub fn resync_thread(tx: &mut Tx<'_>, viewer: Viewer, id: Id<Contribution>) -> Result<Contribution, Error> {
    let root = root(tx, viewer, id)?;
    let all = contributions::thread(tx, viewer, root.thread_id, None, ASKED)?;
    let now = tx.now;
    for head in all.iter().filter(|head| !head.local) {
        jobs::enqueue(tx, &Job::FetchReplies { contribution: head.id.get() }, now)?;
    }
    Ok(root)
}

/// Compares our list of positions on a question with those of others that carry it.
pub fn resync_question(tx: &mut Tx<'_>, viewer: Viewer, qid: &Qid) -> Result<(), Error> {
    questions::carried(tx, viewer, qid)?.first().ok_or(Refusal::NotFound)?;
    // What nobody could prove the last time may be provable now: whom we follow has changed, or a server is back.
    exchanges::look_again(tx, qid)?;
    let now = tx.now;
    jobs::enqueue(tx, &Job::Reconcile { qid: qid.to_string() }, now)
}

/// Looks through everything again that an organization published. It may be thousands of texts, so
/// that not every member may ask for it.
pub fn resync_catalogue(tx: &mut Tx<'_>, user: &User, id: Id<Account>) -> Result<(), Error> {
    let keeps = [Role::Publisher, Role::Moderator, Role::Admin].iter().any(|role| user.roles.has(*role));
    if !keeps || user.disabled_at.is_some() {
        let why =
            "what others published is fetched for publishers and moderators: an administrator gives the role";
        return Err(Refusal::forbidden(why).into());
    }
    let account = accounts::by_id(tx, id)?.filter(|account| account.kind == AccountKind::Organization);
    let account = account.ok_or(Refusal::NotFound)?;
    if account.is_local() {
        return Err(Refusal::Conflict("everything that our organization published is here".to_owned()).into());
    }
    let now = tx.now;
    jobs::enqueue(tx, &Job::FetchOutbox { account: id.get(), round: 0 }, now)
}
