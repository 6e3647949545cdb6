//! What an account says about itself at length, and what it wants by default.

use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};

use super::account::Account;
use super::contribution::Visibility;
use super::id::Id;
use super::quote::QuotePolicy;
use super::uri::Uri;
use crate::clock::Timestamp;

/// The most fields that are kept of one account.
pub const MOST_FIELDS: usize = 20;

/// The row beside an account's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::profiles, treat_none_as_null = true)]
pub struct Profile {
    /// Whose.
    pub account_id: Id<Account>,
    /// What the owner typed about the account; empty for accounts elsewhere.
    pub note: String,
    /// Name and value pairs, as lines that [`Field::read_all`] reads.
    pub fields: String,
    /// Whether a program posts here.
    pub bot: bool,
    /// Whether its public contributions may be found by their words elsewhere.
    pub indexable: bool,
    /// Whether it hides whom it follows and who follows it.
    pub hides_collections: bool,
    /// Who may see its posts where nobody says.
    pub visibility: Visibility,
    /// Whether its media is hidden at first where nobody says.
    pub sensitive: bool,
    /// The language of its posts where nobody says.
    pub language: Option<String>,
    /// Who may quote its posts where nobody says.
    pub quote_policy: QuotePolicy,
    /// The servers whose pages may name it as their author, one a line.
    pub attribution_hosts: String,
    /// The account of another server that it continues.
    pub continues: Option<Uri>,
}

impl Profile {
    /// The servers whose pages may name it as their author.
    pub fn attribution_hosts(&self) -> impl Iterator<Item = &str> {
        self.attribution_hosts.lines()
    }

    /// The profile of an account that never said anything.
    pub const fn empty(account_id: Id<Account>) -> Self {
        Self {
            account_id,
            note: String::new(),
            fields: String::new(),
            bot: false,
            indexable: false,
            hides_collections: false,
            visibility: Visibility::Public,
            sensitive: false,
            language: None,
            quote_policy: QuotePolicy::EVERYONE,
            attribution_hosts: String::new(),
            continues: None,
        }
    }
}

/// One line of a profile: a name, and a value with perhaps a link in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Plain text.
    pub name: String,
    /// Plain text where the owner is here, safe HTML where the account is elsewhere.
    pub value: String,
    /// When the page behind the link was seen to link back.
    pub verified_at: Option<Timestamp>,
}

/// Separates the parts of a line; no text of ours holds it.
const PART: char = '\u{1f}';
/// Separates lines.
const LINE: char = '\u{1e}';

impl Field {
    /// Reads what [`Field::write_all`] wrote.
    pub fn read_all(text: &str) -> Vec<Self> {
        let line = |line: &str| {
            let mut parts = line.split(PART);
            let (name, value) = (parts.next()?.to_owned(), parts.next()?.to_owned());
            let verified_at = parts.next().and_then(|at| at.parse().ok()).map(Timestamp);
            Some(Self { name, value, verified_at })
        };
        text.split(LINE).filter_map(line).collect()
    }

    /// Writes fields as one text.
    pub fn write_all(fields: &[Self]) -> String {
        let clean = |text: &str| text.replace([PART, LINE], " ");
        let line = |field: &Self| {
            let at = field.verified_at.map(|at| at.0.to_string()).unwrap_or_default();
            format!("{}{PART}{}{PART}{at}", clean(&field.name), clean(&field.value))
        };
        fields.iter().take(MOST_FIELDS).map(line).collect::<Vec<_>>().join(&LINE.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_as_they_were_written() {
        let field = |name: &str, value: &str, at: Option<i64>| Field {
            name: name.to_owned(),
            value: value.to_owned(),
            verified_at: at.map(Timestamp),
        };
        let fields = vec![field("Web", "https://a.example", Some(7)), field("", "x", None)];
        assert_eq!(Field::read_all(&Field::write_all(&fields)), fields);
        assert_eq!(Field::read_all(""), []);
        let odd = Field::write_all(&[field("a\u{1e}b", "c\u{1f}d", None)]);
        assert_eq!(Field::read_all(&odd), [field("a b", "c d", None)]);
    }
}
