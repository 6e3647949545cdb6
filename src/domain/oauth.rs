//! Apps that act in somebody's name, and what they were allowed (OAuth 2, RFC 6749 and RFC 7636).

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use diesel::prelude::{Insertable, Queryable, Selectable};

use super::account::Account;
use super::id::Id;
use super::scope::Scopes;
use super::user::User;
use crate::clock::Timestamp;

/// Where a code is shown instead of sent, for apps without an address.
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";
/// Schemes that would run in the page of whoever opens them.
const RUNNING: [&str; 3] = ["data", "javascript", "vbscript"];

/// An app that registered itself.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::oauth_apps)]
pub struct ClientApp {
    /// Our key.
    pub id: Id<ClientApp>,
    /// Its public name in the protocol.
    pub client_id: String,
    /// The digest of its secret.
    pub secret_hash: String,
    /// Its name as people read it.
    pub name: String,
    /// Its page.
    pub website: Option<String>,
    /// Where codes may go, one a line.
    pub redirect_uris: String,
    /// What it may ask for.
    pub scopes: String,
    /// Since when.
    pub created_at: Timestamp,
}

impl ClientApp {
    /// Where codes may go.
    pub fn redirects(&self) -> impl Iterator<Item = &str> {
        self.redirect_uris.lines()
    }

    /// What it may ask for.
    pub fn scopes(&self) -> Scopes {
        Scopes::parse(&self.scopes)
    }
}

/// A code on its way from our page to an app.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::oauth_codes)]
pub struct Code {
    /// The digest of the code.
    pub code_hash: String,
    /// Who may use it.
    pub app_id: Id<ClientApp>,
    /// Who agreed.
    pub user_id: Id<User>,
    /// In whose name the app will speak.
    pub account_id: Id<Account>,
    /// Where it was sent.
    pub redirect_uri: String,
    /// What was agreed to.
    pub scopes: String,
    /// The digest of the app's secret for this one code (PKCE, S256).
    pub challenge: Option<String>,
    /// Until when.
    pub expires_at: Timestamp,
    /// The digest of the token it was turned into.
    pub token_hash: Option<String>,
}

impl Code {
    /// Whether the verifier belongs to the challenge. A verifier without a challenge proves nothing: the
    /// code was asked for by somebody who left the challenge out (RFC 9700, section 2.1.1).
    pub fn is_proven_by(&self, verifier: Option<&str>) -> bool {
        match (&self.challenge, verifier.filter(|verifier| !verifier.is_empty())) {
            (None, verifier) => verifier.is_none(),
            (Some(_), None) => false,
            (Some(challenge), Some(verifier)) => {
                let sum = digest(&SHA256, verifier.as_bytes());
                BASE64URL_NOPAD.encode(sum.as_ref()) == challenge.trim_end_matches('=')
            }
        }
    }
}

/// Whether codes may be sent to this address. It is kept and compared as it was written: parsing
/// would change what some apps wait for.
pub fn is_redirect(address: &str) -> bool {
    let Some((scheme, _)) = address.split_once(':') else { return false };
    let letters = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let clean = address.len() <= 2000 && address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    letters && clean && !RUNNING.contains(&scheme.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_real_apps_are_taken_and_dangerous_ones_are_not() {
        let apps = [
            OUT_OF_BAND,
            "https://phanpy.social",
            "com.tapbots.Ivory.10217:/request_token",
            "icecubesapp://",
            "oauth2redirect://com.keylesspalace.tusky/",
            "http://127.0.0.1:8000/back?x=1",
        ];
        for app in apps {
            assert!(is_redirect(app), "{app}");
        }
        for bad in
            ["javascript:alert(1)", "DATA:text/html,x", "/back", "https://a/#b", "", "https://a\r\nb", ":x"]
        {
            assert!(!is_redirect(bad), "{bad}");
        }
    }
}
