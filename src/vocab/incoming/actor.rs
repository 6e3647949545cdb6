//! Actors.

use serde_json::Value;

use super::Problem;
use super::emoji;
use super::values::{self, Fields};
use crate::clock::Timestamp;
use crate::domain::account::AccountKind;
use crate::domain::emoji::ReceivedEmoji;
use crate::domain::handle::{Handle, is_name};
use crate::domain::keys::VerifyingKey;
use crate::domain::profile::MOST_FIELDS;
use crate::domain::succession::MOST_GUARANTORS;
use crate::domain::uri::Uri;
use crate::text::Html;

/// An actor as its own document describes it.
#[derive(Clone, Debug)]
pub struct IncomingActor {
    /// Its identity.
    pub id: Uri,
    /// What it is.
    pub kind: AccountKind,
    /// The part of the handle before the `@`.
    pub name: String,
    /// The handle it claims (FEP-2c59), where it says one.
    pub webfinger: Option<Handle>,
    /// Name as people read it.
    pub display_name: String,
    /// About itself.
    pub summary: Html,
    /// Its page for people.
    pub url: String,
    /// Its picture.
    pub icon_url: Option<String>,
    /// Its banner.
    pub header_url: Option<String>,
    /// Where activities for it go.
    pub inbox: Uri,
    /// Where activities for its whole server go.
    pub shared_inbox: Option<Uri>,
    /// What it published.
    pub outbox: Option<Uri>,
    /// Its followers.
    pub followers: Option<Uri>,
    /// What it pinned.
    pub featured: Option<Uri>,
    /// The hashtags that it shows.
    pub featured_tags: Option<Uri>,
    /// The Forum of an organization.
    pub forum: Option<Uri>,
    /// Whether it decides on each follower itself.
    pub locked: bool,
    /// Whether it agrees to stand in lists.
    pub discoverable: bool,
    /// Whether what it says in public may be found by its words.
    pub indexable: bool,
    /// The rows of its profile: plain names, safe HTML values.
    pub fields: Vec<(String, Html)>,
    /// The small pictures that its texts name.
    pub emojis: Vec<ReceivedEmoji>,
    /// Where it moved.
    pub moved_to: Option<Uri>,
    /// Other accounts of the same owner.
    pub also_known_as: Vec<Uri>,
    /// Who may confirm where it goes on when its server is lost.
    pub guarantors: Vec<Uri>,
    /// How many of them have to.
    pub guarantors_needed: i32,
    /// When it joined.
    pub published: Option<Timestamp>,
    /// Its keys, those for requests first.
    pub keys: Vec<IncomingKey>,
}

/// A public key in an actor's document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingKey {
    /// Its address, on the actor's server.
    pub uri: Uri,
    /// The key.
    pub key: VerifyingKey,
}

/// Keys that are looked at, of either kind.
const MOST_KEYS: usize = 10;
/// Other accounts that are looked at.
const MOST_ALIASES: usize = 256;
const LONGEST_NAME: usize = 200;

impl IncomingActor {
    /// Reads an actor. Every address that we would deliver to has to be on its own server.
    pub fn read(value: &Value) -> Result<Self, Problem> {
        let fields = value.as_object().ok_or(Problem::NoObject)?;
        if values::is_rerooted(value) {
            return Err(Problem::Rerooted);
        }
        let id = values::identity(fields).filter(is_whole).ok_or(Problem::Field("id"))?;
        let kind = values::kind(fields).and_then(AccountKind::from_activitystreams);
        let kind = kind.ok_or(Problem::Field("type"))?;
        let webfinger = values::text(fields, "webfinger").and_then(Handle::parse);
        let name = name(fields, kind, &id, webfinger.as_ref()).ok_or(Problem::Field("preferredUsername"))?;
        let endpoints = fields.get("endpoints").and_then(Value::as_object);
        let page = fields.get("url").and_then(values::link).filter(|url| at_home(url, &id));
        Ok(Self {
            kind,
            name,
            webfinger,
            display_name: values::line(fields, "name", LONGEST_NAME).unwrap_or_default(),
            summary: values::html(fields, "summary"),
            url: page.unwrap_or_else(|| id.to_string()),
            icon_url: fields.get("icon").and_then(values::link),
            header_url: fields.get("image").and_then(values::link),
            inbox: own(fields, "inbox", &id)?.ok_or(Problem::Field("inbox"))?,
            shared_inbox: match endpoints {
                Some(endpoints) => own(endpoints, "sharedInbox", &id)?,
                None => None,
            },
            outbox: own(fields, "outbox", &id)?,
            followers: own(fields, "followers", &id)?,
            featured: own(fields, "featured", &id).ok().flatten(),
            featured_tags: own(fields, "featuredTags", &id).ok().flatten(),
            forum: own(fields, "plenum:forum", &id).ok().flatten(),
            locked: values::flag(fields, "manuallyApprovesFollowers"),
            discoverable: values::flag(fields, "discoverable"),
            indexable: values::flag(fields, "indexable"),
            fields: rows(fields),
            emojis: emoji::of(fields),
            moved_to: values::single(fields, "movedTo"),
            also_known_as: values::entries(fields.get("alsoKnownAs"))
                .iter()
                .take(MOST_ALIASES)
                .filter_map(values::address)
                .collect(),
            guarantors: values::entries(fields.get("plenum:guarantors"))
                .iter()
                .take(MOST_GUARANTORS)
                .filter_map(values::address)
                .collect(),
            guarantors_needed: fields
                .get("plenum:guarantorsNeeded")
                .and_then(Value::as_i64)
                .and_then(|number| i32::try_from(number).ok())
                .unwrap_or(i32::MAX),
            published: values::time(fields, "published"),
            keys: keys(fields, &id),
            id,
        })
    }

    /// The handle as its own server would say it.
    pub fn handle(&self) -> Handle {
        Handle::new(&self.name, self.id.host())
    }
}

fn rows(fields: &Fields) -> Vec<(String, Html)> {
    let row = |value: &Value| {
        let fields = value.as_object().filter(|fields| values::kind(fields) == Some("PropertyValue"))?;
        Some((values::line(fields, "name", LONGEST_NAME)?, values::html(fields, "value")))
    };
    values::entries(fields.get("attachment")).iter().take(MOST_FIELDS).filter_map(row).collect()
}

/// An actor lives in a document of its own, not in a part of one.
fn is_whole(uri: &Uri) -> bool {
    !uri.as_str().contains('#')
}

fn at_home(url: &str, id: &Uri) -> bool {
    Uri::parse(url).is_some_and(|url| url.same_origin(id))
}

/// The name. A server's own actor is called like the server.
fn name(fields: &Fields, kind: AccountKind, id: &Uri, webfinger: Option<&Handle>) -> Option<String> {
    let said = values::text(fields, "preferredUsername");
    let said = said.map(str::to_owned).or_else(|| webfinger.map(|handle| handle.name.clone()))?;
    let server = kind == AccountKind::Application && said.eq_ignore_ascii_case(id.host());
    (server || is_name(&said)).then_some(said)
}

/// An address that has to be on the actor's own server.
fn own(fields: &Fields, name: &'static str, id: &Uri) -> Result<Option<Uri>, Problem> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            // Some peers embed the collection instead of naming it.
            let uri = values::address(value).ok_or(Problem::Field(name))?;
            if uri.same_origin(id) { Ok(Some(uri)) } else { Err(Problem::Origin(name)) }
        }
    }
}

fn keys(fields: &Fields, owner: &Uri) -> Vec<IncomingKey> {
    let requests = values::entries(fields.get("publicKey")).iter().take(MOST_KEYS);
    let proofs = values::entries(fields.get("assertionMethod")).iter().take(MOST_KEYS);
    let mut keys: Vec<IncomingKey> = Vec::new();
    for value in requests.chain(proofs) {
        let known = |key: &IncomingKey| keys.iter().any(|other| other.uri == key.uri);
        if let Some(key) = key(value, owner).filter(|key| !known(key)) {
            keys.push(key);
        }
    }
    keys
}

/// A key of the owner, on the owner's server, that is strong enough.
fn key(value: &Value, owner: &Uri) -> Option<IncomingKey> {
    let fields = value.as_object()?;
    let uri = values::identity(fields)?;
    let named = ["owner", "controller"].iter().find_map(|name| fields.get(*name));
    let ours = named.is_none_or(|named| values::address(named).as_ref() == Some(owner));
    if !ours || !uri.same_origin(owner) {
        return None;
    }
    let text = |name| fields.get(name).and_then(Value::as_str);
    let key = match (text("publicKeyPem"), text("publicKeyMultibase")) {
        (Some(pem), _) => VerifyingKey::from_pem(pem),
        (None, Some(multibase)) => VerifyingKey::from_multibase(multibase),
        (None, None) => return None,
    };
    key.ok().map(|key| IncomingKey { uri, key })
}

/// The owner that a key's own document names, where a key has one.
pub fn key_owner(document: &Value) -> Option<Uri> {
    let fields = document.as_object()?;
    let key = fields.get("publicKey").and_then(Value::as_object).unwrap_or(fields);
    ["owner", "controller"].iter().find_map(|name| values::single(key, name))
}
