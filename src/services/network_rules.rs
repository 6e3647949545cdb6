//! Rules about networks: who decides keeps a network out, for a while or until somebody takes it back.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::network_rule::{NetworkRule, NewNetworkRule};
use crate::domain::user::User;
use crate::store::{Error, Event, Tx, audit, network_rules};

/// Rules at most: they are held in memory.
const MOST: i64 = 100_000;

/// Makes a rule, or changes the one that is there (`known`). `proxies` stand in front of this server, `own` is
/// where whoever decides comes from.
pub fn put(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    (known, new): (Option<&NetworkRule>, &NewNetworkRule),
    (proxies, own): (&[IpNet], Option<IpAddr>),
) -> Result<NetworkRule, Error> {
    let now = tx.now;
    new.accept(now, (proxies, own)).map_err(|(field, why)| Refusal::invalid(field, why))?;
    network_rules::expire(tx, now)?;
    let network = new.network.to_string();
    let taken = network_rules::by_network(tx, &network)?;
    if taken.is_some_and(|taken| known.is_none_or(|known| known.id != taken.id)) {
        let why = format!("There is a rule about {network} already: take it back first.");
        return Err(Refusal::invalid("network", why).into());
    }
    if known.is_none() && network_rules::count(tx)? >= MOST {
        return Err(Refusal::Conflict(format!("there are {MOST} rules already: take some back first")).into());
    }
    let rule = NetworkRule {
        id: known.map_or_else(|| tx.mint(), |known| known.id),
        network,
        bar: new.bar,
        comment: new.comment.trim().to_owned(),
        ends_at: new.ends_at,
        user_id: known.map_or(user, |known| known.user_id),
        created_at: known.map_or(now, |known| known.created_at),
    };
    network_rules::put(tx, &rule)?;
    // Whoever holds a stream open asks nothing more.
    tx.after_commit(Event::Listeners);
    let until = rule.ends_at.map(|end| format!(" until {}", end.to_rfc3339())).unwrap_or_default();
    let detail = format!("{}{until} {}", rule.bar.word(), rule.comment);
    audit::record(tx, user, "network.decide", &rule.network, detail.trim_end())?;
    Ok(rule)
}

/// Takes a rule back.
pub fn undo(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<NetworkRule>) -> Result<NetworkRule, Error> {
    let now = tx.now;
    let rule = network_rules::by_id(tx, id, now)?.ok_or(Refusal::NotFound)?;
    network_rules::delete(tx, rule.id)?;
    audit::record(tx, user, "network.undo", &rule.network, rule.bar.word())?;
    Ok(rule)
}
