//! Where somebody is signed in: browsers, and apps with a token.

use diesel::prelude::{Queryable, Selectable};

use super::account::Account;
use super::id::Id;
use crate::clock::Timestamp;

/// The longest name of a browser that is kept, in characters.
const LONGEST_AGENT: usize = 300;

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::sessions)]
pub struct Browser {
    /// The digest of its secret.
    pub token_hash: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it has to sign in again.
    pub expires_at: Timestamp,
    /// What it called itself.
    pub agent: String,
}

/// An app or a bot with a token.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::tokens)]
pub struct App {
    /// The key of its token.
    pub id: Id<App>,
    /// As whom it speaks.
    pub account_id: Id<Account>,
    /// What it calls itself.
    pub name: String,
    /// What it may do.
    pub scopes: String,
    /// Since when.
    pub created_at: Timestamp,
}

impl Browser {
    /// What people call it: "Firefox, Linux". It is the browser's own word.
    pub fn title(&self) -> String {
        let find = |names: &[(&str, &'static str)]| {
            names.iter().find(|(word, _)| self.agent.contains(word)).map(|(_, name)| *name)
        };
        // Most browsers call themselves by the names of others, too: the rarest word decides.
        let browser = find(&[
            ("Firefox", "Firefox"),
            ("Edg", "Edge"),
            ("OPR", "Opera"),
            ("Chrom", "Chrome"),
            ("Safari", "Safari"),
        ]);
        let system = find(&[
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("Mac OS", "macOS"),
            ("Linux", "Linux"),
        ]);
        match (browser, system) {
            (Some(browser), Some(system)) => format!("{browser}, {system}"),
            (Some(name), None) | (None, Some(name)) => name.to_owned(),
            (None, None) => "A browser".to_owned(),
        }
    }
}

/// As much of what a browser calls itself as is kept.
pub fn kept_agent(agent: &str) -> String {
    agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_have_the_names_that_people_know() {
        let title = |agent: &str| {
            let (created_at, expires_at) = (Timestamp(0), Timestamp(1));
            Browser { token_hash: String::new(), created_at, expires_at, agent: kept_agent(agent) }.title()
        };
        for (agent, expected) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141 Safari/537.36 Edg/141",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Mobile Safari/604.1",
                "Safari, iPhone",
            ),
            ("curl/8", "A browser"),
        ] {
            assert_eq!(title(agent), expected);
        }
        assert_eq!(kept_agent(&"x\n".repeat(1000)).len(), LONGEST_AGENT);
    }
}
