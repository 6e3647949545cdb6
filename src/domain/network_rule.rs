//! Rules about networks: from which nobody joins, and of which nothing is answered.

use std::collections::HashMap;
use std::net::IpAddr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;
use ipnet::IpNet;

use super::id::Id;
use super::sql::smallint_enum;
use super::user::User;
use crate::clock::Timestamp;

/// The longest comment, in characters.
const LONGEST: usize = 500;
/// The widest networks, in bits that their addresses have in common: what the registries hand out to others to
/// divide is larger.
const WIDEST: (u8, u8) = (8, 16);

/// A rule, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::network_rules, treat_none_as_default_value = false)]
pub struct NetworkRule {
    /// Our key.
    pub id: Id<NetworkRule>,
    /// Which network, as [`parse`] writes it: `203.0.113.0/24`.
    pub network: String,
    /// What it keeps out.
    pub bar: Bar,
    /// Why, for those who decide; may be blank.
    pub comment: String,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
    /// Who made it; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// When.
    pub created_at: Timestamp,
}

/// What a rule keeps out, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Bar {
    /// People whom nobody here let in. That holds for everybody, because people join by invitation: such a rule
    /// notes what is known of a network.
    Uninvited,
    /// People who want to join, invited or not.
    Joining,
    /// Every request.
    Everything,
}

smallint_enum!(Bar {
    Uninvited = 0,
    Joining = 1,
    Everything = 2,
});

impl Bar {
    /// All of them, in the order of forms.
    pub const ALL: [Self; 3] = [Self::Joining, Self::Everything, Self::Uninvited];

    /// The word of forms, commands and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Uninvited => "uninvited",
            Self::Joining => "joining",
            Self::Everything => "everything",
        }
    }

    /// What a word means.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bar| bar.word() == word)
    }

    /// What it means, in a sentence without its subject.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Uninvited => "nobody joins without an invitation, as everywhere",
            Self::Joining => "nobody joins, invited or not",
            Self::Everything => "nothing is answered",
        }
    }
}

/// A rule that somebody wants to make or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNetworkRule {
    /// Which network.
    pub network: IpNet,
    /// What it keeps out.
    pub bar: Bar,
    /// Why.
    pub comment: String,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
}

impl NewNetworkRule {
    /// Why it cannot be made: which field, and what is wrong with it. `proxies` stand in front of this server,
    /// `own` is where whoever decides comes from.
    pub fn accept(
        &self,
        now: Timestamp,
        (proxies, own): (&[IpNet], Option<IpAddr>),
    ) -> Result<(), (&'static str, String)> {
        let shown = self.network;
        let within = |other: &IpNet| shown.contains(other) || other.contains(&shown);
        let widest = if matches!(shown, IpNet::V4(_)) { WIDEST.0 } else { WIDEST.1 };
        let wrong = |why: String| Err(("network", why));
        if shown.prefix_len() < widest {
            return wrong(format!("{shown} is too wide: name networks of /{widest} or smaller."));
        }
        if proxies.iter().any(within) {
            return wrong(format!(
                "{shown} holds this machine or the proxies in front of this server, so it would keep everybody out."
            ));
        }
        if self.bar == Bar::Everything && own.is_some_and(|own| shown.contains(&own)) {
            return wrong(format!("You come from {shown} yourself, so this would keep you out."));
        }
        if self.comment.chars().count() > LONGEST {
            return Err(("comment", format!("The comment is longer than {LONGEST} characters.")));
        }
        if self.ends_at.is_some_and(|end| end <= now) {
            return Err(("ends", "The end is over already.".to_owned()));
        }
        Ok(())
    }
}

/// A network or a single address as people write it, or why it is none. Addresses of the older kind that are
/// written in the newer one are the older ones.
pub fn parse(typed: &str) -> Result<IpNet, String> {
    let typed = typed.trim();
    let single = || typed.parse::<IpAddr>().ok().map(|address| IpNet::from(address.to_canonical()));
    let network = typed.parse::<IpNet>().ok().map(|network| match network {
        IpNet::V6(v6) if v6.prefix_len() >= 96 && v6.addr().to_ipv4_mapped().is_some() => {
            let address = IpAddr::V6(v6.addr()).to_canonical();
            IpNet::new(address, v6.prefix_len() - 96).unwrap_or(network)
        }
        IpNet::V4(_) | IpNet::V6(_) => network,
    });
    network.or_else(single).map(|network| network.trunc()).ok_or_else(|| match typed {
        "" => "Give a network, for example 203.0.113.0/24, or a single address.".to_owned(),
        _ => format!("“{typed}” is no network; examples are 203.0.113.0/24, 2001:db8::/32 and 203.0.113.7."),
    })
}

/// The rules in memory, for the question that every request asks.
#[derive(Clone, Debug, Default)]
pub struct NetworkBook {
    /// By how many bits they have in common, so that each length is one look.
    by_length: HashMap<u8, HashMap<IpNet, (Bar, Option<Timestamp>)>>,
}

impl NetworkBook {
    /// Sorts rules for being asked.
    pub fn new(rules: &[NetworkRule]) -> Self {
        let mut book = Self::default();
        for rule in rules {
            if let Ok(network) = rule.network.parse::<IpNet>() {
                let same = book.by_length.entry(network.prefix_len()).or_default();
                same.insert(network.trunc(), (rule.bar, rule.ends_at));
            }
        }
        book
    }

    /// What is kept out of where this address is.
    pub fn bar(&self, address: IpAddr, now: Timestamp) -> Option<Bar> {
        let address = address.to_canonical();
        let found = self.by_length.iter().filter_map(|(length, same)| {
            let (bar, end) = same.get(&IpNet::new(address, *length).ok()?.trunc())?;
            end.is_none_or(|end| end > now).then_some(*bar)
        });
        found.max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    fn book(rules: &[(&str, Bar, Option<Timestamp>)]) -> NetworkBook {
        let rule = |(network, bar, ends_at): &(&str, Bar, Option<Timestamp>)| NetworkRule {
            id: Id::new(1),
            network: parse(network).unwrap().to_string(),
            bar: *bar,
            comment: String::new(),
            ends_at: *ends_at,
            user_id: None,
            created_at: NOW,
        };
        NetworkBook::new(&rules.iter().map(rule).collect::<Vec<_>>())
    }

    #[test]
    fn networks_are_kept_in_one_form() {
        for (typed, kept) in [
            ("203.0.113.9/24", "203.0.113.0/24"),
            (" 203.0.113.9 ", "203.0.113.9/32"),
            ("2001:DB8:0::1/32", "2001:db8::/32"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("::ffff:203.0.113.9", "203.0.113.9/32"),
            ("::ffff:203.0.113.9/120", "203.0.113.0/24"),
        ] {
            assert_eq!(parse(typed).unwrap().to_string(), kept, "{typed}");
        }
        for typed in ["", "203.0.113", "203.0.113.9/33", "social.example", "203.0.113.1-203.0.113.9", "1/8"] {
            assert!(parse(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn of_several_rules_the_one_that_keeps_out_most_holds_until_it_ends() {
        let book = book(&[
            ("203.0.113.0/24", Bar::Joining, None),
            ("203.0.113.8/29", Bar::Everything, Some(Timestamp(2_000))),
            ("2001:db8::/32", Bar::Uninvited, None),
        ]);
        let bar = |address: &str, now| book.bar(address.parse().unwrap(), now);
        assert_eq!(bar("203.0.113.9", NOW), Some(Bar::Everything));
        assert_eq!(bar("203.0.113.9", Timestamp(2_000)), Some(Bar::Joining));
        assert_eq!(bar("::ffff:203.0.113.1", NOW), Some(Bar::Joining));
        assert_eq!(bar("2001:db8:1::1", NOW), Some(Bar::Uninvited));
        assert_eq!(bar("203.0.114.1", NOW), None);
    }

    #[test]
    fn a_rule_keeps_out_neither_everybody_nor_whoever_makes_it() {
        let proxies: Vec<IpNet> = vec!["127.0.0.0/8".parse().unwrap(), "10.1.2.3/32".parse().unwrap()];
        let wrong = |network: &str, bar, comment: &str, ends_at| {
            let network = parse(network).unwrap();
            let new = NewNetworkRule { network, bar, comment: comment.to_owned(), ends_at };
            new.accept(NOW, (&proxies, "198.51.100.7".parse().ok())).err().map(|(field, _)| field)
        };
        assert_eq!(wrong("198.51.100.0/24", Bar::Joining, "", None), None);
        assert_eq!(wrong("198.51.100.0/24", Bar::Everything, "", None), Some("network"));
        for network in ["0.0.0.0/0", "::/0", "2000::/3", "127.0.0.1", "10.0.0.0/8", "10.1.2.3"] {
            assert_eq!(wrong(network, Bar::Joining, "", None), Some("network"), "{network}");
        }
        assert_eq!(wrong("203.0.113.0/24", Bar::Joining, "", Some(NOW)), Some("ends"));
        assert_eq!(wrong("203.0.113.0/24", Bar::Joining, &"long ".repeat(200), None), Some("comment"));
    }
}
