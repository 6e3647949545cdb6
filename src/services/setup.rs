//! The first minute of a site: organization, Forum, instance actor, first admin.

use super::users::{self, HashedPassword, KeyPairs, NewUser};
use crate::domain::Refusal;
use crate::domain::account::AccountKind;
use crate::domain::handle::check_local_name;
use crate::domain::position::ListingPolicy;
use crate::domain::site::{FederationMode, ReplyPolicy, Settings, Site};
use crate::domain::user::{Role, Roles, User};
use crate::store::{Error, Tx, accounts, audit, settings};
use crate::text::Markdown;
use crate::text::language::Language;
use crate::text::markdown::render;

/// For how many days what moderators remove can be taken back, until admins say otherwise.
const GRACE_DAYS: i32 = 3;

/// What the set-up page asks, and the flags of `plenum setup` give.
#[derive(Clone, Debug, Default)]
pub struct SetUp {
    /// Scheme and host of every address of the site.
    pub origin: String,
    /// Name of the organization.
    pub name: String,
    /// The part of its handle before the `@`.
    pub handle: String,
    /// A few sentences about it, Markdown.
    pub description: String,
    /// Languages, the main one first.
    pub languages: Vec<String>,
    /// Who is let in.
    pub federation_mode: FederationMode,
    /// How to reach a person.
    pub contact: String,
    /// Name of the first admin.
    pub admin: String,
}

/// The keys of the four accounts that set-up makes.
pub struct SetUpKeys {
    /// Of the organization.
    pub organization: KeyPairs,
    /// Of its Forum.
    pub forum: KeyPairs,
    /// Of the instance actor.
    pub instance: KeyPairs,
    /// Of the first admin.
    pub admin: KeyPairs,
}

impl SetUpKeys {
    /// Fresh keys.
    pub fn generate() -> Result<Self, Error> {
        let fresh = KeyPairs::generate;
        Ok(Self { organization: fresh()?, forum: fresh()?, instance: fresh()?, admin: fresh()? })
    }
}

/// Sets the site up. It can be done once.
pub fn set_up(
    tx: &mut Tx<'_>,
    request: &SetUp,
    password: &HashedPassword,
    keys: &SetUpKeys,
) -> Result<(Site, User), Error> {
    if settings::site(tx)?.is_some() {
        return Err(Refusal::Conflict("this site is set up already".to_owned()).into());
    }
    let settings = check(request)?;
    let origin = &request.origin;
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).to_owned();
    let handle = request.handle.trim().to_ascii_lowercase();
    let name = settings.name.as_str();
    let forum_name = format!("{handle}_forum");
    let kind = AccountKind::Organization;
    let organization = users::create_account(tx, origin, kind, (&handle, name), &keys.organization)?;
    let title = format!("{name}: Forum");
    let forum = users::create_account(tx, origin, AccountKind::Forum, (&forum_name, &title), &keys.forum)?;
    let kind = AccountKind::Application;
    let instance = users::create_account(tx, origin, kind, (&host, name), &keys.instance)?;
    let summary = render(&Markdown::new(&settings.description));
    accounts::introduce(tx, organization.id, summary.as_str(), Some(&forum.uri))?;
    let about_forum = render(&Markdown::new(format!("The debate around the statements of {name}.")));
    accounts::introduce(tx, forum.id, about_forum.as_str(), Some(&forum.uri))?;
    let site = Site {
        origin: origin.clone(),
        host,
        organization: organization.id,
        forum: forum.id,
        instance: instance.id,
    };
    let now = tx.now;
    settings::insert(tx, &site, &settings, now)?;
    tx.found(site.clone());
    let roles = Roles::of(&[Role::Admin, Role::Publisher]);
    let new = NewUser { name: &request.admin, display_name: "", password, roles };
    let admin = users::create(tx, None, &new, &keys.admin)?;
    audit::record(tx, Some(admin.id), "site.setup", &site.host, settings.federation_mode.as_str())?;
    Ok((site, admin))
}

fn check(request: &SetUp) -> Result<Settings, Refusal> {
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Refusal::invalid(
            "organization",
            "give the name of the organization, at most 100 characters",
        ));
    }
    let handle = request.handle.trim().to_ascii_lowercase();
    if handle.len() > 24 || check_local_name(&handle).is_err() {
        return Err(Refusal::invalid(
            "handle",
            "use 3 to 24 of the characters a-z, 0-9 and _: the Forum gets the same name with _forum",
        ));
    }
    if check_local_name(&request.admin.trim().to_ascii_lowercase()).is_err() {
        return Err(Refusal::invalid("admin", "use 3 to 30 of the characters a-z, 0-9 and _"));
    }
    if request.handle.trim().eq_ignore_ascii_case(request.admin.trim()) {
        return Err(Refusal::invalid("admin", "the organization has this name: choose another for yourself"));
    }
    if request.languages.is_empty() {
        return Err(Refusal::invalid("languages", "name at least one language, for example: en"));
    }
    for tag in &request.languages {
        if Language::parse(tag).is_none() {
            return Err(Refusal::invalid(
                "languages",
                format!("“{tag}” is no language tag; examples: en, de, pt-BR"),
            ));
        }
    }
    Ok(Settings {
        name: name.to_owned(),
        description: request.description.trim().to_owned(),
        privacy: String::new(),
        languages: request.languages.clone(),
        federation_mode: request.federation_mode,
        reply_policy: ReplyPolicy::Everyone,
        grace_days: GRACE_DAYS,
        listing_policy: ListingPolicy::default(),
        contact: request.contact.trim().to_owned(),
    })
}
