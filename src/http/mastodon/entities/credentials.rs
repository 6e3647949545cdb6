//! `CredentialAccount`: an account as its owner sees it, and Role.

use serde::Serialize;

use super::account::{Account, Field, account};
use super::quote::policy_word;
use super::status::visibility;
use crate::domain::profile::{self, Profile};
use crate::domain::site::Site;
use crate::domain::timeline::AccountView;
use crate::domain::user::{Role as Is, User};

/// An account of ours with what its owner typed.
#[derive(Clone, Debug, Serialize)]
pub struct CredentialAccount {
    /// What everybody sees.
    #[serde(flatten)]
    pub account: Account,
    /// What it was made from.
    pub source: Source,
    /// What the login may do.
    pub role: Role,
}

/// Texts as they were typed, and what apps start from.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// Who may see posts where nobody says.
    pub privacy: &'static str,
    /// Whether media is hidden at first where nobody says.
    pub sensitive: bool,
    /// The language where nobody says.
    pub language: Option<String>,
    /// About the account, plain.
    pub note: String,
    /// The rows, plain.
    pub fields: Vec<Field>,
    /// How many ask to follow.
    pub follow_requests_count: i64,
    /// Whether it hides whom it follows and who follows it.
    pub hide_collections: bool,
    /// Whether it agreed to stand in lists.
    pub discoverable: bool,
    /// Whether its words may be found elsewhere.
    pub indexable: bool,
    /// Hosts that may name it as an author.
    pub attribution_domains: Vec<String>,
    /// Who may quote it.
    pub quote_policy: &'static str,
}

/// What a login may do, in the words of the API.
#[derive(Clone, Debug, Serialize)]
pub struct Role {
    /// `-99` is everyone.
    pub id: String,
    /// Name; empty for everyone.
    pub name: String,
    /// Empty for none.
    pub color: String,
    /// Bits of the API's permissions, as a decimal number.
    pub permissions: String,
    /// Whether it is shown on the profile.
    pub highlighted: bool,
}

/// Permission bits of the API that our roles have: `administrator`; reports, objections and accounts.
const ADMINISTRATOR: u32 = 1;
const MODERATOR: u32 = 1 << 4 | 1 << 9 | 1 << 10;

/// The key of the role of admins.
pub const ADMIN: &str = "1";
/// The key of the role of moderators.
pub const MODERATING: &str = "2";

/// Renders what a login may do.
pub fn role(user: &User) -> Role {
    let (key, name, permissions) = if user.roles.has(Is::Admin) {
        (ADMIN, Is::Admin.as_str(), ADMINISTRATOR)
    } else if user.roles.has(Is::Moderator) {
        (MODERATING, Is::Moderator.as_str(), MODERATOR)
    } else {
        ("-99", "", 0)
    };
    Role {
        id: key.to_owned(),
        name: name.to_owned(),
        color: String::new(),
        permissions: permissions.to_string(),
        highlighted: false,
    }
}

/// Renders an account for its owner; `requests` ask to follow.
pub fn credentials(
    view: &AccountView,
    profile: &Profile,
    requests: i64,
    user: &User,
    site: &Site,
) -> CredentialAccount {
    let rows = profile::Field::read_all(&profile.fields).into_iter();
    let row = |row: profile::Field| Field::new(&row.name, &row.value, row.verified_at);
    let source = Source {
        privacy: visibility(profile.visibility),
        sensitive: profile.sensitive,
        language: profile.language.clone(),
        note: profile.note.clone(),
        fields: rows.map(row).collect(),
        follow_requests_count: requests,
        hide_collections: profile.hides_collections,
        discoverable: view.account.discoverable,
        indexable: profile.indexable,
        attribution_domains: profile.attribution_hosts().map(str::to_owned).collect(),
        quote_policy: policy_word(profile.quote_policy),
    };
    CredentialAccount { account: account(view, site), source, role: role(user) }
}
