//! Our actors as peers read them: Organization, Forum, Person, and the instance actor.

use serde_json::{Map, Value, json};

use super::emoji;
use crate::domain::account::{Account, AccountKind};
use crate::domain::emoji::Emoji;
use crate::domain::profile::{Field, Profile};
use crate::domain::succession::Guarantor;
use crate::domain::uri::Uri;
use crate::media::Format;
use crate::text::markdown;

/// An account of ours with its public keys.
pub struct Actor<'a> {
    /// The account.
    pub account: &'a Account,
    /// What it says about itself at length.
    pub profile: &'a Profile,
    /// Address and PEM of its RSA key.
    pub rsa: (&'a Uri, &'a str),
    /// Address and multibase of its Ed25519 key; it signs objects, never requests.
    pub ed25519: Option<(&'a Uri, &'a str)>,
    /// `name@host`.
    pub webfinger: String,
    /// The emoji that its texts name.
    pub emojis: &'a [Emoji],
    /// Who may confirm where it goes on when this server is lost.
    pub guarantors: &'a [Guarantor],
}

/// The actor document.
pub fn document(actor: &Actor<'_>) -> Value {
    let account = actor.account;
    let uri = &account.uri;
    let origin = uri.origin();
    let mut document = Map::new();
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("@context", context());
    put("id", json!(uri));
    put("type", json!(account.kind.as_activitystreams()));
    put("preferredUsername", json!(account.name));
    put("name", json!(account.title()));
    put("summary", json!(account.summary));
    put("url", json!(account.url));
    if let Some(icon) = &account.icon_url {
        put("icon", picture(icon));
    }
    if let Some(header) = &account.header_url {
        put("image", picture(header));
    }
    put("inbox", json!(account.inbox));
    put("outbox", json!(account.outbox));
    put("endpoints", json!({ "sharedInbox": account.shared_inbox }));
    put("manuallyApprovesFollowers", json!(account.locked));
    put("published", json!(account.created_at.to_rfc3339()));
    put("updated", json!(account.updated_at.to_rfc3339()));
    put("publicKey", json!({ "id": actor.rsa.0, "owner": uri, "publicKeyPem": actor.rsa.1 }));
    match account.kind {
        AccountKind::Application => {}
        AccountKind::Person | AccountKind::Organization | AccountKind::Forum | AccountKind::Service => {
            put("webfinger", json!(actor.webfinger));
            put("followers", json!(account.followers));
            put("following", json!(format!("{uri}/following")));
            put("featured", json!(account.featured));
            put("featuredTags", json!(format!("{uri}/featured-tags")));
            put("discoverable", json!(account.discoverable));
            let speaks_for_all = matches!(account.kind, AccountKind::Organization | AccountKind::Forum);
            let open = speaks_for_all && account.discoverable;
            put("indexable", json!(open || actor.profile.indexable));
            let named = [uri.host()].into_iter().chain(actor.profile.attribution_hosts());
            put("attributionDomains", named.collect());
            put("attachment", fields(actor.profile, origin));
            put("tag", actor.emojis.iter().map(|one| emoji::entry(one, origin)).collect());
            put("generator", generator(origin));
        }
    }
    match account.kind {
        AccountKind::Organization => put("plenum:forum", json!(account.forum)),
        AccountKind::Forum => {
            put("attributedTo", json!(format!("{uri}/moderators")));
            put("postingRestrictedToMods", json!(true))
        }
        AccountKind::Person | AccountKind::Application | AccountKind::Service => None,
    };
    if let Some((key, multibase)) = actor.ed25519 {
        let method =
            json!({ "id": key, "type": "Multikey", "controller": uri, "publicKeyMultibase": multibase });
        put("assertionMethod", json!([method]));
    }
    document.extend(future(actor));
    document.into()
}

/// Who may confirm where it goes on when this server is lost, and which account it continues itself.
fn future(actor: &Actor<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(first) = actor.guarantors.first() {
        let named: Vec<&Uri> = actor.guarantors.iter().map(|one| &one.uri).collect();
        fields.insert("plenum:guarantors".to_owned(), json!(named));
        fields.insert("plenum:guarantorsNeeded".to_owned(), json!(first.needed));
    }
    if let Some(old) = &actor.profile.continues {
        fields.insert("alsoKnownAs".to_owned(), json!([old]));
    }
    fields
}

/// A picture of ours; its address ends in the ending of its format.
fn picture(url: &str) -> Value {
    let ending = url.rsplit_once('.').map_or("", |(_, ending)| ending);
    let format = Format::ALL.into_iter().find(|format| format.ending() == ending);
    json!({ "type": "Image", "mediaType": format.map(Format::media_type), "url": url })
}

/// The rows of the profile; the address of the site is always among them.
fn fields(profile: &Profile, origin: &str) -> Value {
    let own = Field::read_all(&profile.fields);
    let row = |field: &Field| {
        let value = markdown::inline(&field.value);
        json!({ "type": "PropertyValue", "name": field.name, "value": value.as_str() })
    };
    own.iter().map(row).chain([website(origin)]).collect()
}

fn website(origin: &str) -> Value {
    let link = markdown::inline(origin);
    json!({ "type": "PropertyValue", "name": "Website", "value": link.as_str() })
}

/// What we understand, FEP-844e.
fn generator(origin: &str) -> Value {
    let link = |name: &str, href: &str| json!({ "type": "Link", "name": name, "href": href });
    json!({
        "type": "Application",
        "name": "plenum",
        "url": origin,
        "implements": [
            link("RFC-9421", "https://datatracker.ietf.org/doc/html/rfc9421"),
            link("FEP-8b32", "https://w3id.org/fep/8b32"),
            link("plenum v1", "urn:plenum:v1"),
        ],
    })
}

fn context() -> Value {
    let id = |term: &str| json!({ "@id": term, "@type": "@id" });
    json!([
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
        "https://www.w3.org/ns/cid/v1",
        "https://w3id.org/security/data-integrity/v2",
        {
            "toot": "http://joinmastodon.org/ns#",
            "Emoji": "toot:Emoji",
            "discoverable": "toot:discoverable",
            "indexable": "toot:indexable",
            "featured": id("toot:featured"),
            "featuredTags": id("toot:featuredTags"),
            "attributionDomains": { "@id": "toot:attributionDomains", "@container": "@set" },
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "schema": "http://schema.org#",
            "PropertyValue": "schema:PropertyValue",
            "value": "schema:value",
            "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
            "lemmy": "https://join-lemmy.org/ns#",
            "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
            "implements": { "@id": "https://w3id.org/fep/844e#implements", "@container": "@set" },
            "plenum": "urn:plenum:v1#",
            "plenum:forum": { "@type": "@id" }
        }
    ])
}
