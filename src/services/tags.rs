//! Hashtags that accounts follow, and those that they show on their profiles.

use super::publish;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::store::{Error, Tx, tags};
use crate::text::entities::{self, Entity};

/// Hashtags that an account follows at most.
const MOST_FOLLOWED: i64 = 500;
/// Hashtags on one profile at most.
pub const MOST_FEATURED: usize = 10;

/// The folded form of a hashtag, with or without its `#`; `None` where it is none.
pub fn folded(name: &str) -> Option<String> {
    let written = format!("#{}", name.trim().trim_start_matches('#'));
    let mut found = entities::find(&written).into_iter();
    match (found.next()?, found.next()) {
        ((range, Entity::Tag(name)), None) if range == (0..written.len()) => Some(name.to_lowercase()),
        _ => None,
    }
}

/// An account follows a hashtag: what carries it stands in its home timeline.
pub fn follow(tx: &mut Tx<'_>, account: &Account, name: &str) -> Result<(), Error> {
    if tags::count_followed(tx, account.id)? >= MOST_FOLLOWED {
        let why = format!("an account follows at most {MOST_FOLLOWED} hashtags");
        return Err(Refusal::invalid("base", why).into());
    }
    tags::follow(tx, account.id, name)
}

/// It follows the hashtag no longer.
pub fn unfollow(tx: &mut Tx<'_>, account: &Account, name: &str) -> Result<(), Error> {
    tags::unfollow(tx, account.id, name)?;
    Ok(())
}

/// An account shows a hashtag on its profile.
pub fn feature(tx: &mut Tx<'_>, account: &Account, name: &str) -> Result<(), Error> {
    let shown = tags::featured(tx, account.id)?;
    if shown.iter().any(|tag| tag.name == name) {
        return Ok(());
    }
    if shown.len() >= MOST_FEATURED {
        let why = format!("a profile shows at most {MOST_FEATURED} hashtags");
        return Err(Refusal::invalid("base", why).into());
    }
    tags::feature(tx, account.id, name)?;
    publish::featured_tag(tx, account, "Add", name)
}

/// It shows the hashtag no longer.
pub fn unfeature(tx: &mut Tx<'_>, account: &Account, name: &str) -> Result<(), Error> {
    if tags::unfeature(tx, account.id, name)? == 0 {
        return Ok(());
    }
    publish::featured_tag(tx, account, "Remove", name)
}

/// An account elsewhere shows these hashtags on its profile, and no others.
pub fn show(tx: &mut Tx<'_>, account: &Account, names: &[String]) -> Result<(), Error> {
    for tag in tags::featured(tx, account.id)? {
        if !names.contains(&tag.name) {
            tags::unfeature(tx, account.id, &tag.name)?;
        }
    }
    for name in names.iter().take(MOST_FEATURED) {
        tags::feature(tx, account.id, name)?;
    }
    Ok(())
}
