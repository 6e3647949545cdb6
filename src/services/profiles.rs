//! What accounts of ours say about themselves.

use serde_json::Value;

use super::publish;
use super::relations::host_name;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Visibility;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::keys::Algorithm;
use crate::domain::profile::{Field, Profile};
use crate::domain::quote::QuotePolicy;
use crate::store::{self, Conn, Error, Tx, account_views, accounts, jobs, keys, profiles, successions};
use crate::text::{markdown, plain};
use crate::vocab::actor::{self, Actor};
use crate::vocab::proof;

/// The longest display name in characters.
pub const LONGEST_NAME: usize = 60;
/// The longest text about an account in characters.
pub const LONGEST_NOTE: usize = 2_000;
/// The most rows of a profile.
pub const MOST_FIELDS: usize = 6;
/// The most servers whose pages may name an account as their author.
const MOST_HOSTS: usize = 100;
/// The longest part of a row in characters.
pub const LONGEST_FIELD: usize = 255;

/// What an owner changes; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name as people read it.
    pub display_name: Option<String>,
    /// About the account, as it is typed.
    pub note: Option<String>,
    /// The rows, all of them; empty ones are left out.
    pub fields: Option<Vec<(String, String)>>,
    /// Whether it decides on each follower itself.
    pub locked: Option<bool>,
    /// Whether it agrees to stand in lists.
    pub discoverable: Option<bool>,
    /// Whether a program posts here.
    pub bot: Option<bool>,
    /// Whether its words may be found elsewhere.
    pub indexable: Option<bool>,
    /// Whether it hides whom it follows and who follows it.
    pub hides_collections: Option<bool>,
    /// Who may see its posts where nobody says.
    pub visibility: Option<Visibility>,
    /// Whether its media is hidden at first where nobody says.
    pub sensitive: Option<bool>,
    /// The language of its posts where nobody says; empty for none.
    pub language: Option<String>,
    /// Who may quote its posts where nobody says.
    pub quote_policy: Option<QuotePolicy>,
    /// The servers whose pages may name it as their author, all of them.
    pub attribution_hosts: Option<Vec<String>>,
}

/// Changes what an account of ours says about itself, and tells its followers.
pub fn change(tx: &mut Tx<'_>, account: &Account, change: &Change) -> Result<Account, Error> {
    check(change)?;
    let mut profile = profiles::of(tx, account.id)?;
    apply(&mut profile, change);
    if let Some(typed) = &change.attribution_hosts {
        profile.attribution_hosts = hosts(typed)?.join("\n");
    }
    profiles::put(tx, &profile)?;
    let summary = match &change.note {
        Some(note) => markdown::from_plain(note.trim()).as_str().to_owned(),
        None => account.summary.clone(),
    };
    let name = change.display_name.as_deref().map_or_else(
        || account.display_name.clone(),
        |name| plain::single_line(&plain::strip_format_chars(name)).trim().to_owned(),
    );
    let said = accounts::Said {
        display_name: name,
        summary,
        locked: change.locked.unwrap_or(account.locked),
        discoverable: change.discoverable.unwrap_or(account.discoverable),
        updated_at: tx.now,
    };
    accounts::say(tx, account.id, &said)?;
    if account.locked && change.locked == Some(false) {
        let_in(tx, account)?;
    }
    if change.fields.is_some() {
        let now = tx.now;
        jobs::enqueue(tx, &Job::CheckLinks { account: account.id.get() }, now)?;
    }
    announce(tx, account)
}

/// Whoever waits to follow an account that decides no longer: all but those whom moderators limited.
fn let_in(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    for follower in store::relations::pending_followers(tx, account.id)? {
        let follower = accounts::by_id(tx, follower)?;
        if let Some(follower) = follower.filter(|follower| follower.standing != HostStanding::Limited) {
            super::relations::accept(tx, account, &follower)?;
        }
    }
    Ok(())
}

/// Tells the followers of an account of ours that it shows itself differently; the account as it is.
pub fn announce(tx: &mut Tx<'_>, account: &Account) -> Result<Account, Error> {
    let account = accounts::by_id(tx, account.id)?.ok_or(Refusal::NotFound)?;
    let document = document(tx, &account)?;
    publish::update_account(tx, &account, &document)?;
    Ok(account)
}

/// Notes that the pages behind these values were seen to lead back to the account.
pub fn prove(tx: &mut Tx<'_>, account: Id<Account>, values: &[String]) -> Result<(), Error> {
    let mut profile = profiles::of(tx, account)?;
    let mut fields = Field::read_all(&profile.fields);
    for field in fields.iter_mut().filter(|field| values.contains(&field.value)) {
        field.verified_at = field.verified_at.or(Some(tx.now));
    }
    profile.fields = Field::write_all(&fields);
    profiles::put(tx, &profile)?;
    Ok(())
}

/// The document of an account of ours, with its public keys.
pub fn document(conn: &mut Conn, account: &Account) -> Result<Value, Error> {
    let rsa = keys::signing(conn, account.id, Algorithm::Rsa)?;
    let ed25519 = keys::signing(conn, account.id, Algorithm::Ed25519)?;
    let pem = rsa.key.verifying_key().to_pem();
    let multibase = ed25519.key.verifying_key().to_multibase();
    let profile = profiles::of(conn, account.id)?;
    let view = account_views::one(conn, account.clone())?.ok_or(Refusal::NotFound)?;
    let guarantors = successions::named_by(conn, account.id)?;
    let document = actor::document(&Actor {
        account,
        profile: &profile,
        emojis: &view.emojis,
        guarantors: &guarantors,
        rsa: (&rsa.uri, &pem),
        ed25519: Some((&ed25519.uri, &multibase)),
        webfinger: account.handle.clone(),
    });
    // A description that carries its own proof can be handed on when this server is away.
    proof::sign(&document, &ed25519.key, ed25519.uri.as_str(), account.updated_at)
        .map_err(|error| Error::broken(error.to_string()))
}

fn apply(profile: &mut Profile, change: &Change) {
    if let Some(note) = &change.note {
        note.trim().clone_into(&mut profile.note);
    }
    if let Some(fields) = &change.fields {
        profile.fields = rows(fields, &Field::read_all(&profile.fields));
    }
    if let Some(language) = &change.language {
        profile.language = Some(language.clone()).filter(|language| !language.is_empty());
    }
    profile.bot = change.bot.unwrap_or(profile.bot);
    profile.indexable = change.indexable.unwrap_or(profile.indexable);
    profile.hides_collections = change.hides_collections.unwrap_or(profile.hides_collections);
    profile.visibility = change.visibility.unwrap_or(profile.visibility);
    profile.sensitive = change.sensitive.unwrap_or(profile.sensitive);
    profile.quote_policy = change.quote_policy.unwrap_or(profile.quote_policy);
}

/// Names of servers as they are kept, out of what people type; empty lines are none.
fn hosts(typed: &[String]) -> Result<Vec<String>, Refusal> {
    let typed = typed.iter().flat_map(|text| text.lines()).map(str::trim).filter(|text| !text.is_empty());
    let invalid = |why: String| Refusal::invalid("attribution_domains", why);
    let mut hosts = Vec::new();
    for text in typed {
        let host = host_name(text).ok_or_else(|| invalid(format!("{text} is no name of a server")))?;
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    if hosts.len() > MOST_HOSTS {
        return Err(invalid(format!("holds more than {MOST_HOSTS} servers")));
    }
    Ok(hosts)
}

/// A row that stays as it was stays verified.
fn rows(fields: &[(String, String)], before: &[Field]) -> String {
    let clean = |text: &String| plain::single_line(&plain::strip_format_chars(text)).trim().to_owned();
    let filled = fields.iter().map(|(name, value)| (clean(name), clean(value)));
    let filled = filled.filter(|(name, value)| !(name.is_empty() && value.is_empty()));
    let rows = filled.map(|(name, value)| {
        let known = before.iter().find(|field| field.value == value);
        Field { name, value, verified_at: known.and_then(|field| field.verified_at) }
    });
    Field::write_all(&rows.collect::<Vec<_>>())
}

fn check(change: &Change) -> Result<(), Refusal> {
    let long = |text: &Option<String>, most| text.as_ref().is_some_and(|text| plain::length(text) > most);
    if long(&change.display_name, LONGEST_NAME) {
        return Err(Refusal::invalid("display_name", format!("is longer than {LONGEST_NAME} characters")));
    }
    if long(&change.note, LONGEST_NOTE) {
        return Err(Refusal::invalid("note", format!("is longer than {LONGEST_NOTE} characters")));
    }
    let Some(fields) = &change.fields else { return Ok(()) };
    let filled = fields.iter().filter(|(name, value)| !(name.is_empty() && value.is_empty()));
    if filled.count() > MOST_FIELDS {
        return Err(Refusal::invalid("fields", format!("holds more than {MOST_FIELDS} rows")));
    }
    let wide = |text: &String| plain::length(text) > LONGEST_FIELD;
    if fields.iter().any(|(name, value)| wide(name) || wide(value)) {
        return Err(Refusal::invalid(
            "fields",
            format!("holds more than {LONGEST_FIELD} characters in a row"),
        ));
    }
    Ok(())
}
