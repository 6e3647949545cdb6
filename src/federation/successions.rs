//! Where an organization goes on whose server is lost: what those say whom it chose in advance, and
//! whether the new account agrees.

use activitypub_federation::config::Data;

use super::fetch::Budget;
use super::{Federation, FetchError, copies, resolve};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::id::Id;
use crate::domain::keys::Algorithm;
use crate::domain::succession::MOST_GUARANTORS;
use crate::domain::uri::Uri;
use crate::services::successions as service;
use crate::store::{Error, accounts, keys, profiles, successions};

/// Fetches for one account: its own address, each guarantor with its description, and the new account.
const FETCHES: usize = 2 * MOST_GUARANTORS + 4;

/// Asks the guarantors of an account that does not speak for itself any more, and believes them where
/// enough agree and the new account does.
pub async fn seek(data: &Data<Federation>, id: Id<Account>) -> Result<(), Error> {
    let now = data.now();
    let lost = data.app.db.read(|conn| {
        let account = accounts::by_id(conn, id)?.filter(|account| {
            account.kind == AccountKind::Organization
                && account.state == AccountState::Active
                && account.moved_to.is_none()
                && !account.is_local()
        });
        let Some(account) = account else { return Ok(None) };
        Ok(Some((successions::guarantors_of(conn, id, now)?, account)))
    });
    let Some((guarantors, old)) = lost.await?.filter(|(guarantors, _)| !guarantors.is_empty()) else {
        return Ok(());
    };
    let budget = Budget::new(FETCHES);
    if speaks(data, &old, &budget).await? {
        return Ok(());
    }
    let mut words = Vec::new();
    for guarantor in guarantors.iter().filter(|guarantor| !data.is_ours(&guarantor.uri)) {
        match copies::succession(data, &guarantor.uri, &old.uri, &budget).await {
            Ok(word) => words.push((guarantor.uri.clone(), word)),
            Err(FetchError::Fault(fault)) => return Err(Error::Fault(fault)),
            Err(error) => tracing::debug!(guarantor = %guarantor.uri, %error, "a guarantor says nothing"),
        }
    }
    let agreed = data.app.db.write(|tx| service::hear(tx, &old, &words)).await?;
    if let Some((successor, key)) = agreed {
        match successor_of(data, &old, &successor, &budget).await {
            Ok((new, found)) if found == key => {
                return data.app.db.write(|tx| service::conclude(tx, &old, &new)).await;
            }
            Ok(_) => {
                tracing::warn!(old = %old.uri, new = %successor, "the new account signs with another key")
            }
            Err(Error::Fault(fault)) => return Err(Error::Fault(fault)),
            Err(error) => {
                tracing::warn!(old = %old.uri, new = %successor, %error, "the new account does not agree")
            }
        }
    }
    data.app.db.write(|tx| service::wait(tx, &old)).await
}

/// Whether the account answers at its own address with a key that it had long ago.
async fn speaks(data: &Data<Federation>, old: &Account, budget: &Budget) -> Result<bool, Error> {
    match resolve::fresh(data, &old.uri, budget).await {
        Ok((account, _)) => {
            let now = data.now();
            data.app.db.read(|conn| service::is_itself(conn, account.id, now)).await
        }
        Err(FetchError::Fault(fault)) => Err(Error::Fault(fault)),
        Err(_) => Ok(false),
    }
}

/// The account that says to continue another one, as its own address describes it now, and the key with
/// which it signs; refused where it does not say so.
pub async fn successor_of(
    data: &Data<Federation>,
    old: &Account,
    new: &Uri,
    budget: &Budget,
) -> Result<(Account, String), Error> {
    let (account, aliases) = resolve::fresh(data, new, budget).await?;
    let found = data.app.db.read(|conn| {
        let ours = profiles::of(conn, account.id)?.continues.filter(|_| account.is_local());
        let mut keys = keys::of_account(conn, account.id)?;
        keys.retain(|key| key.algorithm == Algorithm::Ed25519 && key.retired_at.is_none());
        Ok((ours, keys))
    });
    let (ours, keys) = found.await?;
    if account.kind != AccountKind::Organization {
        return Err(Refusal::invalid("new", "is no organization").into());
    }
    if !aliases.contains(&old.uri) && ours.as_ref() != Some(&old.uri) {
        let why = format!("does not say itself that it continues {}", old.uri);
        return Err(Refusal::invalid("new", why).into());
    }
    let key = keys.first().ok_or_else(|| Refusal::invalid("new", "has no key for signing documents"))?;
    Ok((account, key.verifying()?.to_multibase()))
}

/// Everything somebody has to see before they confirm: the account as it was, the new one, and its key.
pub async fn look(
    data: &Data<Federation>,
    old: &str,
    new: &str,
) -> Result<(Account, Account, String), Error> {
    let old = known(data, old).await?;
    data.app.db.write(|tx| service::chosen(tx, &old)).await?;
    let new = resolve::account(data, new).await?;
    let (new, key) = successor_of(data, &old, &new.uri, &Budget::new(FETCHES)).await?;
    Ok((old, new, key))
}

/// An organization as it is known here, by its address or handle: its server may be gone.
pub async fn known(data: &Data<Federation>, named: &str) -> Result<Account, Error> {
    let account = resolve::account(data, named).await?;
    if account.kind != AccountKind::Organization {
        return Err(Refusal::invalid("old", "is no organization").into());
    }
    Ok(account)
}
