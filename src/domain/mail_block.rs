//! Addresses that nobody enters here: those of a domain and all below it, and single ones, of which only a digest is
//! kept.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::host_rule::is_public_suffix;
use super::id::Id;
use super::mail_address::{MailAddress, domain_name};
use super::sql::smallint_enum;
use super::user::User;
use crate::clock::Timestamp;

/// A block, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::mail_blocks, treat_none_as_default_value = false)]
pub struct MailBlock {
    /// Our key.
    pub id: Id<MailBlock>,
    /// What it holds for.
    pub kind: MailBlockKind,
    /// The name of the domain, or the digest of the address.
    pub value: String,
    /// Who made it; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// When.
    pub created_at: Timestamp,
}

/// What a block holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum MailBlockKind {
    /// The addresses of a domain and of all below it.
    Domain,
    /// One address, however it is written.
    Address,
}

smallint_enum!(MailBlockKind { Domain = 0, Address = 1 });

/// What is to be blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMailBlock {
    /// What it holds for.
    pub kind: MailBlockKind,
    /// The name of the domain, or the digest of the address.
    pub value: String,
}

impl NewMailBlock {
    /// A domain, as somebody types it; the reason where it cannot be blocked.
    pub fn domain(typed: &str) -> Result<Self, String> {
        let bare = typed.trim().trim_start_matches('@');
        let bare = bare.strip_prefix("*.").unwrap_or(bare);
        let name = domain_name(bare)
            .ok_or_else(|| format!("“{}” is no domain of mail; an example is mail.example.", typed.trim()))?;
        if is_public_suffix(&name) {
            return Err(format!(
                "Under {name} everybody may register a name: a block would hit thousands of people who have nothing \
                 to do with each other. Name the domain itself."
            ));
        }
        Ok(Self { kind: MailBlockKind::Domain, value: name })
    }

    /// A single address; the reason where it is none.
    pub fn address(typed: &str) -> Result<Self, String> {
        let address = MailAddress::parse(typed);
        let address = address.map_err(|why| format!("“{}” {why}.", typed.trim()))?;
        Ok(Self { kind: MailBlockKind::Address, value: address.digest() })
    }

    /// The digest of a single address, as another server hands it on.
    pub fn digest(typed: &str) -> Result<Self, String> {
        let value = typed.trim().to_ascii_lowercase();
        let sound = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        let why = "expected 64 hexadecimal digits: SHA-256 of the canonical address";
        if sound { Ok(Self { kind: MailBlockKind::Address, value }) } else { Err(why.to_owned()) }
    }

    /// Any of the three.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let bare = typed.trim().trim_start_matches('@');
        match Self::digest(bare) {
            Ok(block) => Ok(block),
            Err(_) if bare.contains('@') => Self::address(bare),
            Err(_) => Self::domain(bare),
        }
    }
}

impl MailBlock {
    /// What people read of it.
    pub fn sentence(&self) -> String {
        match self.kind {
            MailBlockKind::Domain => format!("{} and all below it", self.value),
            MailBlockKind::Address => format!("one address, kept as {}", self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_kept_in_one_form() {
        for typed in ["Mail.Example", "@mail.example", "*.mail.example", " mail.example. "] {
            assert_eq!(NewMailBlock::parse(typed), NewMailBlock::domain("mail.example"), "{typed}");
        }
        assert_eq!(NewMailBlock::parse("bücher.example").unwrap().value, "xn--bcher-kva.example");
        let digest = NewMailBlock::parse("a.b+c@mail.example").unwrap();
        assert_eq!(NewMailBlock::parse(&digest.value.to_uppercase()), Ok(digest.clone()));
        assert_eq!(NewMailBlock::parse("ab@mail.example"), Ok(digest));
        for typed in ["", "com", "co.uk", "localhost", "127.0.0.1", "a b.example", "x@", "ex*le.org", "a..b"]
        {
            assert!(NewMailBlock::parse(typed).is_err(), "{typed}: {:?}", NewMailBlock::parse(typed));
        }
    }
}
