//! What a client may do in somebody's name: the scopes of the Mastodon API, and two for the debate.

use std::fmt;

/// Every scope, a parent before its children.
pub const SCOPES: [&str; 49] = [
    "profile",
    "push",
    "follow",
    "read",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:collections",
    "read:debate",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:collections",
    "write:conversations",
    "write:debate",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "admin:read",
    "admin:read:accounts",
    "admin:read:reports",
    "admin:read:domain_allows",
    "admin:read:domain_blocks",
    "admin:read:ip_blocks",
    "admin:read:email_domain_blocks",
    "admin:read:canonical_email_blocks",
    "admin:write",
    "admin:write:accounts",
    "admin:write:reports",
    "admin:write:domain_allows",
    "admin:write:domain_blocks",
    "admin:write:ip_blocks",
    "admin:write:email_domain_blocks",
    "admin:write:canonical_email_blocks",
];

/// What the old scope `follow` stands for.
const FOLLOW: [&str; 6] =
    ["read:blocks", "read:follows", "read:mutes", "write:blocks", "write:follows", "write:mutes"];

/// A set of scopes in the order in which they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<&'static str>);

impl Scopes {
    /// Reads scopes separated by spaces, commas or plus signs; words that are no scope are left out,
    /// so that a client which asks for more than we know still signs in.
    pub fn parse(text: &str) -> Self {
        let mut scopes = Self::default();
        for word in text.split([' ', '+', ',', '\n', '\t']) {
            if let Some(known) = SCOPES.iter().find(|known| **known == word)
                && !scopes.0.contains(known)
            {
                scopes.0.push(known);
            }
        }
        scopes
    }

    /// What a client gets that asks for nothing in particular.
    pub fn read() -> Self {
        Self(vec!["read"])
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `word` is among them, by itself or through its parent.
    pub fn cover(&self, word: &str) -> bool {
        let parent = word.rsplit_once(':').map_or(word, |(parent, _)| parent);
        self.0
            .iter()
            .any(|scope| *scope == word || *scope == parent || (*scope == "follow" && FOLLOW.contains(&word)))
    }

    /// Whether all of `others` are among them.
    pub fn contain(&self, others: &Self) -> bool {
        others.0.iter().all(|word| self.cover(word) || (*word == "follow" && self.covers_follow()))
    }

    fn covers_follow(&self) -> bool {
        FOLLOW.iter().all(|word| self.cover(word))
    }

    /// Each by itself.
    pub fn words(&self) -> &[&'static str] {
        &self.0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_covers_its_children_and_nothing_else() {
        let scopes = Scopes::parse("read write:statuses nonsense read");
        assert_eq!(scopes.to_string(), "read write:statuses");
        assert!(scopes.cover("read:accounts") && scopes.cover("write:statuses"));
        assert!(!scopes.cover("write:media") && !scopes.cover("write") && !scopes.cover("admin:read"));
        assert!(!scopes.cover("admin:read:accounts"));
    }

    #[test]
    fn follow_stands_for_six_scopes() {
        let old = Scopes::parse("follow");
        assert!(old.cover("write:follows") && old.cover("read:mutes") && !old.cover("read:lists"));
        assert!(Scopes::parse("read write").contain(&old));
        assert!(!old.contain(&Scopes::parse("read")));
    }
}
