//! Lists of rules about servers that somebody uploads: kept while they look at what follows, then taken in.

use std::collections::HashSet;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

use super::hosts;
use crate::domain::Refusal;
use crate::domain::host_rule::{Decision, name};
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::store::{Conn, Error, Tx, host_rules, uploaded_lists};

/// What becomes of single rules of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Names whose rules are left out.
    pub except: HashSet<String>,
    /// Names whose rules take the place of ours.
    pub over: HashSet<String>,
}

/// Keeps a list until its user has looked at it, and says under which digest. The digest covers what the
/// list is read as, too.
pub fn keep(tx: &mut Tx<'_>, user: Id<User>, kind: &str, text: &str) -> Result<String, Error> {
    let sum = HEXLOWER.encode(digest(&SHA256, format!("{kind}\n{text}").as_bytes()).as_ref());
    uploaded_lists::put(tx, user, &sum, text)?;
    Ok(sum)
}

/// The list under this digest, if it is the one that the user looked at last.
pub fn kept(conn: &mut Conn, user: Id<User>, digest: &str) -> Result<String, Error> {
    let gone = || {
        let why = "this list is not kept any more, or another one was looked at meanwhile: send it again";
        Refusal::Conflict(why.to_owned())
    };
    Ok(uploaded_lists::content(conn, user, digest)?.ok_or_else(gone)?)
}

/// The names in a text, one a line; `own` is our server.
pub fn names(text: &str, own: &str) -> Result<HashSet<String>, String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| name(line, own)).collect()
}

/// Takes in what was looked at; returns how many rules are new or changed.
pub fn take_in(
    tx: &mut Tx<'_>,
    user: Id<User>,
    rules: &[(String, Decision)],
    choices: &Choices,
) -> Result<usize, Error> {
    let wanted: Vec<(String, Decision)> =
        rules.iter().filter(|(name, _)| !choices.except.contains(name)).cloned().collect();
    let new = hosts::take_in(tx, Some(user), &wanted)?;
    let mut changed = 0_usize;
    for (name, decision) in wanted.iter().filter(|(name, _)| choices.over.contains(name)) {
        let Some(ours) = host_rules::by_name(tx, name)? else { continue };
        if ours.decision().does_the_same(decision) {
            continue;
        }
        // No list says why we decided as we did.
        let decision = Decision { private_comment: ours.private_comment, ..decision.clone() };
        hosts::decide(tx, Some(user), name, &decision)?;
        changed = changed.saturating_add(1);
    }
    uploaded_lists::delete(tx, user)?;
    Ok(new.saturating_add(changed))
}
