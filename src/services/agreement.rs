//! Who answers which questions as a chosen organization does: from one outwards, never all pairs, and
//! no number that ranks anybody.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::comparisons::Whom;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::question::{AnswerKey, Qid};
use crate::store::contributions::Viewer;
use crate::store::questions::Copy;
use crate::store::registers::{self, Answered};
use crate::store::{Conn, Error, accounts, questions};

/// What one organization answers like others do.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Whose answers are looked at; `None` where whoever is asked for has answered nothing.
    pub of: Option<Account>,
    /// Everybody who has answered something, by name.
    pub organizations: Vec<Account>,
    /// The others who answer something alike, by name, with the questions.
    pub alike: Vec<(Account, Vec<Copy>)>,
}

/// What the viewer may see of it. Without somebody who is asked for it is about `ours`, and where that
/// has answered nothing about whoever comes first.
pub fn of(
    conn: &mut Conn,
    viewer: Viewer,
    ours: Id<Account>,
    whom: Option<&Whom>,
) -> Result<Agreement, Error> {
    // All of them, in a few columns: whoever is left out would seem to agree with nobody.
    let mut rows = registers::answers(conn, viewer)?;
    rows.retain(|answered| answered.answer_key.is_some());
    let authors: HashSet<Id<Account>> = rows.iter().map(|answered| answered.account_id).collect();
    let mut organizations = accounts::by_ids(conn, &authors.into_iter().collect::<Vec<_>>())?;
    organizations.sort_by_cached_key(|account| (account.title().to_lowercase(), account.id));
    let of = match whom {
        Some(whom) => organizations.iter().find(|account| whom.is(account)),
        None => organizations.iter().find(|account| account.id == ours).or(organizations.first()),
    };
    let of = of.cloned();
    let mut shared = of.as_ref().map(|of| alike(&rows, of.id)).unwrap_or_default();
    let qids: HashSet<Qid> = shared.values().flatten().map(|qid| (*qid).clone()).collect();
    let copies = questions::of_qids(conn, viewer, &qids.into_iter().collect::<Vec<_>>())?;
    let others = organizations.iter().filter_map(|account| {
        let qids = shared.remove(&account.id)?;
        Some((account.clone(), qids.iter().filter_map(|qid| copies.get(qid).cloned()).collect()))
    });
    Ok(Agreement { alike: others.collect(), organizations, of })
}

/// Who else answers a question as `of` does, and which ones.
fn alike(rows: &[Answered], of: Id<Account>) -> HashMap<Id<Account>, Vec<&Qid>> {
    let own: BTreeMap<&Qid, Option<&AnswerKey>> = rows
        .iter()
        .filter(|answered| answered.account_id == of)
        .map(|answered| (&answered.qid, answered.answer_key.as_ref()))
        .collect();
    let mut alike: HashMap<Id<Account>, Vec<&Qid>> = HashMap::new();
    for answered in rows.iter().filter(|answered| answered.account_id != of) {
        if own.get(&answered.qid).is_some_and(|key| *key == answered.answer_key.as_ref()) {
            alike.entry(answered.account_id).or_default().push(&answered.qid);
        }
    }
    alike
}
