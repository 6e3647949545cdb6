//! The mail address of somebody who signs in here: which ones are taken, and the letters to them.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::Text;
use lettre::Address;

use super::id::Id;
use super::sql::newtype_column;
use super::user::User;
use crate::clock::Timestamp;
use crate::config::parse_host;

/// The longest address that mail servers take, in characters.
const LONGEST: usize = 254;

/// An address in the one form that is kept: small letters, the domain in ASCII.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct MailAddress(String);

newtype_column!(MailAddress, String, Text);

/// What somebody entered.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::mail_addresses, treat_none_as_default_value = false)]
pub struct EnteredAddress {
    /// Whose it is, as they say.
    pub user_id: Id<User>,
    /// The address.
    pub address: MailAddress,
    /// The language in which they entered it: that of the letters.
    pub language: String,
    /// When.
    pub entered_at: Timestamp,
    /// When they showed that they read what is sent there; nothing is made of it before.
    pub confirmed_at: Option<Timestamp>,
    /// The digest of the link that confirms it.
    pub token_hash: Option<String>,
    /// Until when that works.
    pub expires_at: Option<Timestamp>,
}

/// A letter: plain text in lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: MailAddress,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

impl MailAddress {
    /// Reads an address; the error says what is wrong with it. What only some servers understand is not taken:
    /// quotation marks, `%` and `!` have been read as other addresses than those that were checked.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        const RUBBISH: &str = "is no e-mail address such as ada@example.org";
        let typed = typed.trim();
        if typed.len() > LONGEST {
            return Err("is longer than 254 characters");
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(RUBBISH)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".+-_=~&'".contains(&byte);
        if local.is_empty() || !local.bytes().all(plain) {
            return Err(
                "has something before the @ that we do not take: use letters, digits and . + - _ = ~ & '",
            );
        }
        let domain = domain_name(domain).ok_or(RUBBISH)?;
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        // Dots at the ends or side by side, and what is too long on either side.
        let sound = address.len() <= LONGEST && address.parse::<Address>().is_ok();
        if sound { Ok(Self(address)) } else { Err(RUBBISH) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the @.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// By what an address is known that is blocked and not kept: SHA-256 over its canonical form, which leaves
    /// dots and whatever follows a plus sign away, because most servers do. Mastodon's form, so that lists of such
    /// digests can be shared.
    pub fn digest(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or_default();
        let local = local.split('+').next().unwrap_or_default().replace('.', "");
        HEXLOWER.encode(digest(&SHA256, format!("{local}@{domain}").as_bytes()).as_ref())
    }
}

/// The name of a domain of mail in the form that is kept; nothing where it is none.
pub(super) fn domain_name(typed: &str) -> Option<String> {
    let odd = |letter: char| letter.is_whitespace() || letter.is_control();
    let (name, port) = parse_host(typed).ok()?;
    let letters = name.rsplit('.').next().is_some_and(|top| !top.bytes().all(|byte| byte.is_ascii_digit()));
    let sound =
        port.is_none() && !typed.contains(odd) && name.contains('.') && !name.starts_with('[') && letters;
    sound.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_83_odd_addresses_are_refused() {
        for odd in [
            "",
            "ada",
            "ada@",
            "@mail.example",
            "ada@localhost",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "ada@mail.example:25",
            "a%b@mail.example",
            "a!b@mail.example",
            "\"a,b\"@mail.example",
            "a b@mail.example",
            "a@b@mail.example",
            ".a@mail.example",
            "a..b@mail.example",
            "a\r\nBcc: b@mail.example",
            "a@mail.example\r\nBcc: b@mail.example",
            "a@mail\0.example",
            "a@ mail.example",
            "а@mail.example",
        ] {
            assert!(MailAddress::parse(odd).is_err(), "{odd:?}: {:?}", MailAddress::parse(odd));
        }
        let long = |labels: usize| format!("ada@{}example", "a.".repeat(labels));
        assert!(MailAddress::parse(&long(121)).is_ok() && MailAddress::parse(&long(122)).is_err());
        assert!(MailAddress::parse(&format!("{}@mail.example", "a".repeat(65))).is_err());
        let kept = MailAddress::parse(" Ada.L+news@Bücher.Example ").unwrap();
        assert_eq!(kept.as_str(), "ada.l+news@xn--bcher-kva.example");
    }

    #[test]
    fn the_canonical_form_leaves_dots_and_what_follows_a_plus_away() {
        let digest = |typed| MailAddress::parse(typed).unwrap().digest();
        // `printf test@example.com | sha256sum`
        let known = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b";
        for same in
            ["test@example.com", "T.e.s.t@example.com", "test+spam@EXAMPLE.com", "te.st+a+b@example.com"]
        {
            assert_eq!(digest(same), known, "{same}");
        }
        assert_ne!(digest("test@sub.example.com"), known);
    }
}
