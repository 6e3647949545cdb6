//! How an organization whose server is lost goes on elsewhere: others, chosen by it in advance,
//! confirm its new account and key.

use std::collections::HashMap;

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::account::Account;
use super::id::Id;
use super::uri::Uri;
use crate::clock::Timestamp;

/// Guarantors of one organization at most.
pub const MOST_GUARANTORS: usize = 9;
/// How long a guarantor counts who is no longer named, in seconds: whoever gets hold of a domain does not
/// choose others at once.
pub const KEPT_SECONDS: i64 = 90 * 24 * 3600;
/// Nobody alone says where somebody else goes on.
pub const FEWEST: i32 = 2;

/// An organization that may confirm where another one goes on.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::guarantors, treat_none_as_default_value = false)]
pub struct Guarantor {
    /// The organization that chose it.
    pub account_id: Id<Account>,
    /// Who was chosen.
    pub uri: Uri,
    /// How many have to agree.
    pub needed: i32,
    /// Since when the description does not name it any more.
    pub dropped_at: Option<Timestamp>,
}

/// What one guarantor said about an organization.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::successions)]
pub struct Succession {
    /// The organization whose server is lost.
    pub account_id: Id<Account>,
    /// Who says it.
    pub guarantor: Uri,
    /// The new account.
    pub successor: Uri,
    /// The Ed25519 key of the new account, as a multibase text.
    pub signing_key: String,
    /// When it was heard here.
    pub created_at: Timestamp,
}

/// The new account and its key on which as many guarantors agree as the organization wanted.
pub fn agreed<'a>(guarantors: &[Guarantor], said: &'a [Succession]) -> Option<(&'a Uri, &'a str)> {
    let mut votes: HashMap<(&Uri, &str), i32> = HashMap::new();
    let mut needed = FEWEST;
    for guarantor in guarantors {
        needed = needed.max(guarantor.needed);
        if let Some(succession) = said.iter().find(|said| said.guarantor == guarantor.uri) {
            *votes.entry((&succession.successor, &succession.signing_key)).or_default() += 1;
        }
    }
    votes.into_iter().find(|(_, count)| *count >= needed).map(|(agreed, _)| agreed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        Uri::parse(text).unwrap()
    }

    fn guarantor(name: &str, needed: i32) -> Guarantor {
        let uri = uri(&format!("https://{name}.example/actors/{name}"));
        Guarantor { account_id: Id::new(1), uri, needed, dropped_at: None }
    }

    fn said(name: &str, successor: &str, key: &str) -> Succession {
        Succession {
            account_id: Id::new(1),
            guarantor: uri(&format!("https://{name}.example/actors/{name}")),
            successor: uri(successor),
            signing_key: key.to_owned(),
            created_at: Timestamp(0),
        }
    }

    #[test]
    fn as_many_as_were_wanted_have_to_say_the_same() {
        let chosen = [guarantor("b", 2), guarantor("c", 2), guarantor("d", 2)];
        let (new, other) = ("https://new.example/actors/a", "https://other.example/actors/a");
        assert_eq!(agreed(&chosen, &[said("b", new, "k")]), None);
        assert_eq!(agreed(&chosen, &[said("b", new, "k"), said("c", other, "k")]), None);
        assert_eq!(agreed(&chosen, &[said("b", new, "k"), said("c", new, "l")]), None, "another key");
        assert_eq!(agreed(&chosen, &[said("b", new, "k"), said("x", new, "k")]), None, "not chosen");
        let both = [said("b", new, "k"), said("d", new, "k")];
        assert_eq!(agreed(&chosen, &both), Some((&uri(new), "k")));
        assert_eq!(agreed(&[guarantor("b", 1)], &both), None, "nobody alone");
    }
}
