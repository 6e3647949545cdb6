//! Keys of accounts: ours with their private half, the others' public ones, kept for good because
//! a proof must stay checkable after its key was replaced.

use diesel::dsl::{exists, not};
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountState};
use crate::domain::id::Id;
use crate::domain::keys::{Algorithm, SigningKey, VerifyingKey};
use crate::domain::uri::Uri;
use crate::schema::{account_keys, accounts, activities, deliveries};

/// A stored key.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_keys, treat_none_as_default_value = false)]
pub struct Key {
    /// Our key of the row.
    pub id: Id<Key>,
    /// Whose key it is.
    pub account_id: Id<Account>,
    /// Its address.
    pub uri: Uri,
    /// RSA or Ed25519.
    pub algorithm: Algorithm,
    /// The public half.
    pub public_key: Vec<u8>,
    /// The private half, PKCS#8; only for accounts of ours.
    pub private_key: Option<Vec<u8>>,
    /// When we first saw it.
    pub first_seen_at: Timestamp,
    /// When its owner's document last named it; 0 where we have only the word of others for it.
    pub fetched_at: Timestamp,
    /// When its owner's document no longer named it.
    pub retired_at: Option<Timestamp>,
}

impl Key {
    /// Whether we saw it at its owner's own address.
    pub fn is_seen(&self) -> bool {
        self.fetched_at > Timestamp(0)
    }

    /// Whether this is the address under which a proof names it: a key that was replaced keeps the one it had.
    pub fn is_named(&self, method: &str) -> bool {
        self.uri.as_str().split(';').next() == Some(method)
    }

    /// The public half, parsed.
    pub fn verifying(&self) -> Result<VerifyingKey, Error> {
        VerifyingKey::from_bytes(self.algorithm, &self.public_key)
            .map_err(|error| Error::broken(error.to_string()))
    }
}

/// How we know a key of an account elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Its owner's own address showed it.
    Own,
    /// Others say that they saw it there.
    Others,
}

impl Sight {
    /// What is written down as the moment at which its owner's document named it.
    const fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Own => now,
            Self::Others => Timestamp(0),
        }
    }
}

/// A key of ours that can sign.
pub struct Signing {
    /// Its address.
    pub uri: Uri,
    /// The key.
    pub key: SigningKey,
}

/// The key with this address, retired or not.
pub fn by_uri(conn: &mut Conn, uri: &Uri) -> QueryResult<Option<Key>> {
    run!(conn, first, account_keys::table.filter(account_keys::uri.eq(uri)).select(Key::as_select()))
        .optional()
}

/// Every key an account ever had, newest first.
pub fn of_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Vec<Key>> {
    let query =
        account_keys::table.filter(account_keys::account_id.eq(account)).order(account_keys::id.desc());
    run!(conn, load, query.select(Key::as_select()))
}

/// The key with which an account of ours signs.
pub fn signing(conn: &mut Conn, account: Id<Account>, algorithm: Algorithm) -> Result<Signing, Error> {
    let query = account_keys::table
        .filter(account_keys::account_id.eq(account))
        .filter(account_keys::algorithm.eq(algorithm))
        .filter(account_keys::private_key.is_not_null())
        .filter(account_keys::retired_at.is_null())
        .order(account_keys::id.desc());
    let key: Option<Key> = run!(conn, first, query.select(Key::as_select())).optional()?;
    let missing = || Error::broken(format!("account {account} has no key to sign with"));
    let key = key.ok_or_else(missing)?;
    let private = key.private_key.as_deref().unwrap_or_default();
    let parsed =
        SigningKey::from_pkcs8(algorithm, private).map_err(|error| Error::broken(error.to_string()))?;
    Ok(Signing { uri: key.uri, key: parsed })
}

/// Keeps a key of an account of ours.
pub fn insert_pair(tx: &mut Tx<'_>, account: Id<Account>, uri: &Uri, key: &SigningKey) -> Result<(), Error> {
    let public = key.verifying_key();
    let private = key.to_pkcs8();
    let row = Key {
        id: tx.mint(),
        account_id: account,
        uri: uri.clone(),
        algorithm: public.algorithm(),
        public_key: public.to_bytes().to_vec(),
        private_key: Some(private),
        first_seen_at: tx.now,
        fetched_at: tx.now,
        retired_at: None,
    };
    run!(tx, execute, diesel::insert_into(account_keys::table).values(&row))?;
    Ok(())
}

/// Keeps a public key of an account elsewhere.
///
/// An address belongs to one account for good, unless only others told us so and the address itself shows
/// another one. Where another key took the same address, the earlier one is kept beside it: proofs made with
/// it must stay checkable.
pub fn keep(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    (uri, key): (&Uri, &VerifyingKey),
    sight: Sight,
) -> Result<(), Error> {
    let public = key.to_bytes();
    let fetched_at = sight.at(tx.now);
    if let Some(known) = by_uri(tx, uri)? {
        let (same, seen) = (known.account_id == account, known.is_seen());
        if !same && (seen || sight == Sight::Others) {
            return Err(Refusal::forbidden("this key belongs to another account").into());
        }
        if known.public_key != public && seen && sight == Sight::Others {
            return Err(Refusal::forbidden("its owner showed us another key at this address").into());
        }
        let row = account_keys::table.find(known.id);
        let not_retired: Option<Timestamp> = None;
        if same && known.public_key == public {
            let fetched_at = fetched_at.max(known.fetched_at);
            let seen = (account_keys::fetched_at.eq(fetched_at), account_keys::retired_at.eq(not_retired));
            run!(tx, execute, diesel::update(row).set(seen))?;
            return Ok(());
        }
        let aside = format!("{uri};replaced={}", known.id);
        let retired = (account_keys::uri.eq(aside), account_keys::retired_at.eq(Some(tx.now)));
        run!(tx, execute, diesel::update(row).set(retired))?;
    }
    let row = Key {
        id: tx.mint(),
        account_id: account,
        uri: uri.clone(),
        algorithm: key.algorithm(),
        public_key: public,
        private_key: None,
        first_seen_at: tx.now,
        fetched_at,
        retired_at: None,
    };
    run!(tx, execute, diesel::insert_into(account_keys::table).values(&row))?;
    Ok(())
}

/// Retires every key of an account elsewhere that its document no longer lists.
pub fn retire_unlisted(tx: &mut Tx<'_>, account: Id<Account>, listed: &[Uri]) -> Result<usize, Error> {
    let gone = account_keys::table
        .filter(account_keys::account_id.eq(account))
        .filter(account_keys::private_key.is_null())
        .filter(account_keys::retired_at.is_null())
        .filter(account_keys::uri.ne_all(listed.to_vec()));
    let change = account_keys::retired_at.eq(Some(tx.now));
    Ok(run!(tx, execute, diesel::update(gone).set(change))?)
}

/// Forgets the private halves of the keys of accounts of ours that are gone and have nothing left to send. What
/// was put aside counts: admins may send it again.
pub fn forget_gone(conn: &mut Conn) -> QueryResult<usize> {
    let sending = deliveries::table
        .inner_join(activities::table.on(activities::id.eq(deliveries::activity_id)))
        .filter(activities::account_id.eq(accounts::id));
    let gone = accounts::table
        .filter(accounts::host_id.is_null())
        .filter(accounts::state.eq(AccountState::Deleted))
        .filter(not(exists(sending)))
        .select(accounts::id);
    let keys = account_keys::table
        .filter(account_keys::account_id.eq_any(gone))
        .filter(account_keys::private_key.is_not_null());
    let nothing: Option<Vec<u8>> = None;
    run!(conn, execute, diesel::update(keys).set(account_keys::private_key.eq(nothing)))
}
