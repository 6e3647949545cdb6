//! Apps and their tokens: registering, agreeing, exchanging, revoking.

use std::fmt;

use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::{Id, token};
use crate::domain::oauth::{ClientApp, Code, is_redirect};
use crate::domain::scope::Scopes;
use crate::domain::user::{Role, Roles, User};
use crate::store::oauth::{self, NewToken};
use crate::store::users::Token;
use crate::store::{Conn, Error, Event, Tx, accounts, audit, push_subscriptions};

use super::users::{secret, secret_hash};

/// How long a code is good for.
const CODE_SECONDS: i64 = 600;
/// Addresses one app may register.
const REDIRECTS: usize = 20;
/// Letters of a name or an address at most.
const LONGEST: usize = 2000;

/// What an app says about itself.
#[derive(Clone, Debug, Default)]
pub struct NewApp {
    /// Its name as people read it.
    pub name: String,
    /// Where codes may go.
    pub redirect_uris: Vec<String>,
    /// What it may ask for.
    pub scopes: Scopes,
    /// Its page.
    pub website: Option<String>,
}

/// What a user agreed to.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// In whose name the app will speak.
    pub account: Id<Account>,
    /// Where the code goes.
    pub redirect_uri: String,
    /// What the app may do.
    pub scopes: Scopes,
    /// The digest of the app's secret for this code (PKCE).
    pub challenge: Option<String>,
}

/// A token on its way to an app.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The secret.
    pub token: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Since when.
    pub created_at: Timestamp,
}

/// Why an app does not get a token, in the words of RFC 6749, section 5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The code is unknown, over, used, for another app or address, or not proven.
    InvalidGrant,
    /// More than the app registered for.
    InvalidScope,
    /// The token belongs to another app.
    UnauthorizedClient,
}

impl fmt::Display for Denied {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::InvalidGrant => {
                "The code is wrong, was used, is over, or belongs to another app or address. Sign in again."
            }
            Self::InvalidScope => "The scope goes beyond what this app registered for.",
            Self::UnauthorizedClient => "This token belongs to another app.",
        })
    }
}

/// Registers an app and returns its secret.
pub fn register(tx: &mut Tx<'_>, new: &NewApp) -> Result<(ClientApp, String), Error> {
    let name = new.name.trim();
    if name.is_empty() || name.len() > LONGEST {
        return Err(Refusal::invalid("client_name", "can't be blank or longer than 2000 bytes").into());
    }
    let uris = &new.redirect_uris;
    if uris.is_empty() || uris.len() > REDIRECTS {
        return Err(Refusal::invalid("redirect_uris", "can't be blank; at most 20 are taken").into());
    }
    if let Some(bad) = uris.iter().find(|uri| !is_redirect(uri)) {
        let why = format!("must be absolute addresses without a fragment, which {bad:?} is not");
        return Err(Refusal::invalid("redirect_uris", why).into());
    }
    let web = |page: &&String| page.starts_with("https://") || page.starts_with("http://");
    let website = new.website.as_ref().filter(|page| !page.trim().is_empty());
    if website.is_some_and(|page| !web(&page) || page.len() > LONGEST) {
        return Err(Refusal::invalid("website", "must be the address of a web page").into());
    }
    let scopes = if new.scopes.is_empty() { Scopes::read() } else { new.scopes.clone() };
    let (secret, secret_hash) = secret()?;
    let app = ClientApp {
        id: tx.mint(),
        client_id: token(),
        secret_hash,
        name: name.to_owned(),
        website: website.cloned(),
        redirect_uris: uris.join("\n"),
        scopes: scopes.to_string(),
        created_at: tx.now,
    };
    oauth::insert_app(tx, &app)?;
    Ok((app, secret))
}

/// The app with these credentials.
pub fn authenticate(conn: &mut Conn, client_id: &str, secret: &str) -> Result<Option<ClientApp>, Error> {
    let app = oauth::app(conn, client_id)?;
    Ok(app.filter(|app| app.secret_hash == secret_hash(secret)))
}

/// Records that a user agreed, and returns the code for the app.
///
/// Speaking for the organization takes the role publisher, now and at every later use.
pub fn agree(tx: &mut Tx<'_>, user: &User, app: &ClientApp, agreement: &Agreement) -> Result<String, Error> {
    if !may_speak(tx, user, agreement.account)? {
        return Err(Refusal::forbidden("speaking for the organization takes the role publisher").into());
    }
    let (code, code_hash) = secret()?;
    let row = Code {
        code_hash,
        app_id: app.id,
        user_id: user.id,
        account_id: agreement.account,
        redirect_uri: agreement.redirect_uri.clone(),
        scopes: agreement.scopes.to_string(),
        challenge: agreement.challenge.clone(),
        expires_at: tx.now.plus_seconds(CODE_SECONDS),
        token_hash: None,
    };
    let day_ago = tx.now.plus_seconds(-86_400);
    oauth::purge(tx, day_ago)?;
    oauth::insert_code(tx, &row)?;
    audit::record(tx, Some(user.id), "account.app", &app.name, &row.scopes)?;
    Ok(code)
}

fn may_speak(tx: &mut Tx<'_>, user: &User, account: Id<Account>) -> Result<bool, Error> {
    let organization = tx.site()?.organization;
    Ok(account == user.account_id || (account == organization && user.roles.has(Role::Publisher)))
}

/// Turns a code into a token, once. A code that comes a second time has leaked: the token it was
/// turned into ends (RFC 6749, section 4.1.2).
pub fn exchange(
    tx: &mut Tx<'_>,
    app: &ClientApp,
    code: &str,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Result<Result<Issued, Denied>, Error> {
    let denied = Ok(Err(Denied::InvalidGrant));
    let code_hash = secret_hash(code);
    let Some(code) = oauth::code(tx, &code_hash)?.filter(|code| code.app_id == app.id) else { return denied };
    if let Some(token_hash) = &code.token_hash {
        end(tx, token_hash)?;
        return denied;
    }
    let good = code.expires_at > tx.now && code.redirect_uri == redirect_uri && code.is_proven_by(verifier);
    if !good {
        return denied;
    }
    let (token, token_hash) = secret()?;
    if oauth::use_code(tx, &code_hash, &token_hash)? == 0 {
        return denied;
    }
    let new = NewToken {
        id: tx.mint(),
        token_hash: &token_hash,
        user: code.user_id,
        account: code.account_id,
        app,
        scopes: &code.scopes,
    };
    let now = tx.now;
    oauth::insert_token(tx, &new, now)?;
    Ok(Ok(Issued { token, scopes: Scopes::parse(&code.scopes), created_at: now }))
}

/// A token for the app itself, which speaks for nobody.
pub fn app_token(tx: &mut Tx<'_>, app: &ClientApp, scopes: &Scopes) -> Result<Result<Issued, Denied>, Error> {
    if scopes.is_empty() || !app.scopes().contain(scopes) {
        return Ok(Err(Denied::InvalidScope));
    }
    let (token, token_hash) = secret()?;
    let now = tx.now;
    oauth::insert_app_token(tx, &token_hash, app.id, &scopes.to_string(), now)?;
    Ok(Ok(Issued { token, scopes: scopes.clone(), created_at: now }))
}

/// Ends a token of this app; one that nobody knows has ended already.
pub fn revoke(tx: &mut Tx<'_>, app: &ClientApp, token: &str) -> Result<Result<(), Denied>, Error> {
    let token_hash = secret_hash(token);
    match oauth::app_of(tx, &token_hash)? {
        None => Ok(Ok(())),
        Some(owner) if owner == Some(app.id) => end(tx, &token_hash).map(Ok),
        Some(_) => Ok(Err(Denied::UnauthorizedClient)),
    }
}

fn end(tx: &mut Tx<'_>, token_hash: &str) -> Result<(), Error> {
    let now = tx.now;
    oauth::revoke(tx, token_hash, now)?;
    push_subscriptions::delete(tx, token_hash)?;
    tx.after_commit(Event::Listeners);
    Ok(())
}

/// Whoever a token speaks for.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The login and the account it speaks for; `None` for an app by itself.
    pub speaker: Option<(User, Account)>,
    /// What it may do.
    pub scopes: Scopes,
    /// Whether the account of the login is frozen, so that the token reads and nothing else.
    pub frozen: bool,
}

/// Whose token this is, by its digest. A token of a login that is closed is no token, nor is one
/// for the organization once its user may not publish any more.
pub fn bearer(conn: &mut Conn, token_hash: &str, organization: Id<Account>) -> Result<Option<Bearer>, Error> {
    if let Some(token) = crate::store::users::by_token(conn, token_hash)? {
        let Token { mut user, frozen, account, scopes } = token;
        if frozen {
            // They read as every member does.
            user.roles = Roles::default();
        }
        if account == organization && !user.roles.has(Role::Publisher) {
            return Ok(None);
        }
        let account = accounts::by_id(conn, account)?;
        let account = account.ok_or_else(|| Error::broken("a token without its account"))?;
        return Ok(Some(Bearer { speaker: Some((user, account)), frozen, scopes: Scopes::parse(&scopes) }));
    }
    let app = oauth::app_token(conn, token_hash)?;
    Ok(app.map(|(_, scopes)| Bearer { speaker: None, frozen: false, scopes: Scopes::parse(&scopes) }))
}
