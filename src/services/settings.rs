//! Changing what admins decide for the whole site.

use super::positions;
use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::position::ListingPolicy;
use crate::domain::settings::Setting;
use crate::domain::site::{FederationMode, Settings};
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::store::{Error, Tx, audit, hosts, listing_allowances, reach, settings};

/// Puts this list of organizations in the place of the one by which positions are listed; whether that
/// changed anything. Who is new has its entry in the log, and who is gone. Where the list decides, what
/// waits of those on it is listed; what is listed of those who are gone stays so.
pub fn choose(tx: &mut Tx<'_>, user: Option<Id<User>>, chosen: &[Uri]) -> Result<bool, Error> {
    let before = listing_allowances::all(tx)?;
    let mut changed = false;
    for uri in chosen.iter().filter(|uri| !before.contains(uri)) {
        if !listing_allowances::contains(tx, uri)? {
            listing_allowances::add(tx, uri, user)?;
            audit::record(tx, user, "listing.choose", uri.as_str(), "")?;
            changed = true;
        }
    }
    for uri in before.iter().filter(|uri| !chosen.contains(uri)) {
        listing_allowances::remove(tx, uri)?;
        audit::record(tx, user, "listing.leave_out", uri.as_str(), "")?;
        changed = true;
    }
    if settings::get(tx)?.listing_policy == ListingPolicy::Chosen {
        positions::list_waiting(tx)?;
    }
    Ok(changed)
}

/// Puts one organization on that list, or takes it off; whether that changed anything. Ours is always listed.
pub fn choose_one(tx: &mut Tx<'_>, user: Option<Id<User>>, uri: &Uri, on: bool) -> Result<bool, Error> {
    if on && uri.same_origin(&Uri::ours(&tx.site()?.origin, "/")) {
        return Err(Refusal::invalid("organization", "is ours, whose positions are always listed").into());
    }
    let mut list = listing_allowances::all(tx)?;
    list.retain(|other| other != uri);
    if on {
        list.push(uri.clone());
    }
    choose(tx, user, &list)
}

/// Changes the settings and returns which changed; each has its entry in the log. What waits for
/// servers that may no longer take part is gone when this returns.
pub fn change(tx: &mut Tx<'_>, user: Option<Id<User>>, new: &Settings) -> Result<Vec<Setting>, Error> {
    let before = settings::get(tx)?;
    let differs = |setting: &Setting| setting.get(&before) != setting.get(new);
    let changed: Vec<Setting> = Setting::ALL.into_iter().filter(differs).collect();
    if changed.is_empty() {
        return Ok(changed);
    }
    settings::update(tx, new)?;
    let now = tx.now;
    if changed.contains(&Setting::Description) {
        settings::describe(tx, now)?;
    }
    if changed.contains(&Setting::Privacy) {
        settings::pledge(tx, now)?;
    }
    for setting in &changed {
        let detail = format!("{} → {}", setting.get(&before), setting.get(new));
        audit::record(tx, user, "setting.change", setting.as_str(), &detail)?;
    }
    if new.listing_policy != before.listing_policy {
        positions::list_waiting(tx)?;
    }
    if new.federation_mode != before.federation_mode && new.federation_mode == FederationMode::Allowlist {
        let left_out = hosts::not_allowed(tx)?;
        reach::drop_waiting(tx, &left_out)?;
    }
    Ok(changed)
}
