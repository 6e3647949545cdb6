//! People who sign in: accounts, passwords, sessions, invitations, access tokens.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm as Argon2Algorithm, Argon2, Params, Version};
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use super::sign_ins::last_day;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::handle::{Handle, check_local_name};
use crate::domain::host::HostStanding;
use crate::domain::id::{Id, random};
use crate::domain::keys::{Algorithm, SigningKey};
use crate::domain::uri::Uri;
use crate::domain::user::{Role, Roles, User};
use crate::store::accounts::{self, NewAccount, Profile};
use crate::store::{Error, Event, Tx, audit, keys, notifications, sign_ins, users};

/// How long a browser stays signed in.
const SESSION_SECONDS: i64 = 30 * 24 * 3600;
/// How long an invitation is open.
const INVITE_SECONDS: i64 = 7 * 24 * 3600;
/// The shortest password.
const SHORTEST: usize = 10;

/// The keys of one account of ours, made before the transaction because RSA takes its time.
pub struct KeyPairs {
    /// Signs requests.
    pub rsa: SigningKey,
    /// Signs contributions and activities.
    pub ed25519: SigningKey,
}

impl KeyPairs {
    /// Two fresh keys.
    pub fn generate() -> Result<Self, Error> {
        let fresh =
            |algorithm| SigningKey::generate(algorithm).map_err(|error| Error::broken(error.to_string()));
        Ok(Self { rsa: fresh(Algorithm::Rsa)?, ed25519: fresh(Algorithm::Ed25519)? })
    }
}

/// A password that was checked and hashed, outside of any transaction: hashing is slow on purpose.
#[derive(Clone, Debug)]
pub struct HashedPassword(String);

impl HashedPassword {
    /// Checks and hashes a new password.
    pub fn new(password: &str) -> Result<Self, Error> {
        let length = password.chars().count();
        if length < SHORTEST {
            let why = format!("has {length} characters; use at least {SHORTEST}");
            return Err(Refusal::invalid("password", why).into());
        }
        if password.len() > 1000 {
            return Err(Refusal::invalid("password", "is longer than 1000 bytes").into());
        }
        let salt = random::<16>().ok_or_else(|| Error::broken("no randomness"))?;
        let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt);
        Ok(Self(hash.map_err(|error| Error::broken(error.to_string()))?.to_string()))
    }
}

fn argon2() -> Result<Argon2<'static>, Error> {
    // OWASP's recommendation for Argon2id: 19 MiB, two passes, one lane.
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| Error::broken(error.to_string()))?;
    Ok(Argon2::new(Argon2Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether this is the password of `user`. A missing user takes just as long, so that nobody
/// learns which names exist.
pub fn password_matches(user: Option<&User>, password: &str) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let stored = user.map_or(NOBODY, |user| user.password_hash.as_str());
    let (Ok(hash), Ok(argon2)) = (PasswordHash::new(stored), argon2()) else { return false };
    argon2.verify_password(password.as_bytes(), &hash).is_ok() && user.is_some()
}

/// What a new account of ours is called and may do.
pub struct NewUser<'a> {
    /// Sign-in and account name.
    pub name: &'a str,
    /// Name as people read it; empty for none.
    pub display_name: &'a str,
    /// The password.
    pub password: &'a HashedPassword,
    /// What the user may do.
    pub roles: Roles,
}

/// Makes a login and its Person account.
pub fn create(
    tx: &mut Tx<'_>,
    by: Option<&User>,
    new: &NewUser<'_>,
    pairs: &KeyPairs,
) -> Result<User, Error> {
    let site = tx.site()?;
    let name = new.name.trim().to_ascii_lowercase();
    let kind = AccountKind::Person;
    let account = create_account(tx, &site.origin, kind, (&name, new.display_name), pairs)?;
    let id = users::insert(tx, account.id, &name, &new.password.0, new.roles)?;
    audit::record(tx, by.map(|by| by.id), "account.create", &name, &new.roles.to_string())?;
    users::by_id(tx, id)?.ok_or_else(|| Error::broken("a user vanished while it was being made"))
}

/// Makes an account of ours with its keys.
pub(super) fn create_account(
    tx: &mut Tx<'_>,
    origin: &str,
    kind: AccountKind,
    (name, display_name): (&str, &str),
    pairs: &KeyPairs,
) -> Result<Account, Error> {
    let instance = kind == AccountKind::Application;
    if !instance {
        check_local_name(name)?;
    }
    let path = if instance { "/actor".to_owned() } else { format!("/actors/{name}") };
    let uri = Uri::ours(origin, &path);
    let handle = Handle::new(name, uri.host());
    if accounts::by_uri(tx, &uri)?.is_some() || accounts::by_handle(tx, &handle)?.is_some() {
        return Err(Refusal::Conflict(format!("the name {name} is taken")).into());
    }
    let below = |end: &str| Uri::ours(uri.as_str(), end);
    let profile = Profile {
        url: if instance { format!("{origin}/about") } else { format!("{origin}/@{name}") },
        kind,
        name: name.to_owned(),
        handle: handle.to_string(),
        display_name: display_name.trim().to_owned(),
        summary: String::new(),
        icon_url: None,
        header_url: None,
        inbox: below("/inbox"),
        shared_inbox: Some(Uri::ours(origin, "/inbox")),
        outbox: Some(below("/outbox")),
        followers: (!instance).then(|| below("/followers")),
        featured: (!instance).then(|| below("/featured")),
        forum: None,
        locked: false,
        discoverable: matches!(kind, AccountKind::Organization | AccountKind::Forum),
        moved_to: None,
        updated_at: tx.now,
        fetched_at: None,
    };
    let account = NewAccount {
        id: tx.mint(),
        uri,
        host_id: None,
        created_at: tx.now,
        profile,
        state: AccountState::Active,
        standing: HostStanding::Approved,
    };
    accounts::insert(tx, &account)?;
    let id = account.id;
    keys::insert_pair(tx, id, &below_key(&account.uri, "main-key"), &pairs.rsa)?;
    keys::insert_pair(tx, id, &below_key(&account.uri, "ed25519-key"), &pairs.ed25519)?;
    accounts::by_id(tx, id)?.ok_or_else(|| Error::broken("an account vanished while it was being made"))
}

fn below_key(account: &Uri, name: &str) -> Uri {
    Uri::ours(account.as_str(), &format!("#{name}"))
}

/// Gives a user other roles. The last admin keeps that role.
pub fn set_roles(tx: &mut Tx<'_>, by: Option<&User>, name: &str, roles: Roles) -> Result<(), Error> {
    set_roles_until(tx, by, name, (roles, None))
}

/// The same with the day on which they end, which the log names; the caller notes it.
pub(super) fn set_roles_until(
    tx: &mut Tx<'_>,
    by: Option<&User>,
    name: &str,
    (roles, until): (Roles, Option<Timestamp>),
) -> Result<(), Error> {
    audit::stand_in_line(tx)?;
    let user = users::by_name(tx, name)?.ok_or_else(|| nobody(name))?;
    if !roles.has(Role::Admin) && is_last_admin(tx, user.id)? {
        return Err(Refusal::Conflict(format!("{name} is the last admin: make another one first")).into());
    }
    users::set_roles(tx, user.id, roles)?;
    // Whatever was given for a time before ends with this.
    sign_ins::set_role_end(tx, user.id, None)?;
    if !roles.has(Role::Moderator) {
        notifications::forget_duty(tx, user.account_id)?;
    }
    // What a token may do hangs on the roles: whoever listens with one is asked again.
    tx.after_commit(Event::Listeners);
    let until = until.map(|until| format!(", until {}", last_day(until))).unwrap_or_default();
    audit::record(tx, by.map(|by| by.id), "account.role", name, &format!("{roles}{until}"))
}

/// Whether this is the only open login of an admin. Who decides after it keeps others from deciding the same
/// until it is done: two admins who leave at once would leave nobody behind.
pub(super) fn is_last_admin(tx: &mut Tx<'_>, id: Id<User>) -> Result<bool, Error> {
    audit::stand_in_line(tx)?;
    let is_admin = |user: &User| user.roles.has(Role::Admin) && user.disabled_at.is_none();
    let admins = users::all(tx)?.into_iter().filter(is_admin).map(|user| user.id);
    Ok(admins.eq([id]))
}

/// Gives a user another password; every session and token of the user ends.
pub fn set_password(
    tx: &mut Tx<'_>,
    by: Option<&User>,
    name: &str,
    password: &HashedPassword,
) -> Result<(), Error> {
    let user = users::by_name(tx, name)?.ok_or_else(|| nobody(name))?;
    let now = tx.now;
    users::set_password(tx, user.id, &password.0, now)?;
    tx.after_commit(Event::Listeners);
    audit::record(tx, by.map(|by| by.id), "account.password", name, "")
}

fn nobody(name: &str) -> Refusal {
    Refusal::invalid("name", format!("there is no account {name} here"))
}

/// A secret for a cookie, a link or a bot, and the digest that the database keeps of it.
pub fn secret() -> Result<(String, String), Error> {
    let bytes = random::<32>().ok_or_else(|| Error::broken("no randomness"))?;
    let secret = BASE64URL_NOPAD.encode(&bytes);
    let hash = secret_hash(&secret);
    Ok((secret, hash))
}

/// What the database keeps of a secret.
pub fn secret_hash(secret: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, secret.as_bytes()).as_ref())
}

/// Opens a session of a browser that calls itself `agent`, and returns the secret for the cookie.
pub fn open_session(tx: &mut Tx<'_>, user: Id<User>, agent: &str) -> Result<String, Error> {
    let (secret, hash) = secret()?;
    let now = tx.now;
    users::open_session(tx, &hash, user, agent, (now, now.plus_seconds(SESSION_SECONDS)))?;
    Ok(secret)
}

/// Makes an invitation and returns the secret for its link.
pub fn invite(tx: &mut Tx<'_>, by: Option<&User>, roles: Roles) -> Result<String, Error> {
    let (secret, hash) = secret()?;
    let now = tx.now;
    let times = (now, now.plus_seconds(INVITE_SECONDS));
    users::insert_invite(tx, &hash, roles, by.map(|by| by.id), times)?;
    audit::record(tx, by.map(|by| by.id), "account.invite", "", &roles.to_string())?;
    Ok(secret)
}

/// Uses an invitation: makes the login it promised.
pub fn accept_invite(
    tx: &mut Tx<'_>,
    secret: &str,
    (name, display_name): (&str, &str),
    password: &HashedPassword,
    pairs: &KeyPairs,
) -> Result<User, Error> {
    let hash = secret_hash(secret);
    let now = tx.now;
    let over = || Refusal::forbidden("this invitation was used or is over: ask for another");
    let roles = users::invite(tx, &hash, now)?.ok_or_else(over)?;
    if users::use_invite(tx, &hash, now)? == 0 {
        return Err(over().into());
    }
    create(tx, None, &NewUser { name, display_name, password, roles }, pairs)
}

/// Makes an access token for a bot or a client and returns its secret.
pub fn token(tx: &mut Tx<'_>, name: &str, organization: bool, scopes: &str) -> Result<String, Error> {
    let user = users::by_name(tx, name)?.ok_or_else(|| nobody(name))?;
    if organization && !user.roles.has(Role::Publisher) {
        return Err(Refusal::forbidden("speaking for the organization takes the role publisher").into());
    }
    let account = if organization { tx.site()?.organization } else { user.account_id };
    let (secret, hash) = secret()?;
    users::insert_token(tx, &hash, user.id, account, "command line", scopes)?;
    audit::record(tx, None, "account.token", &user.name, scopes)?;
    Ok(secret)
}
