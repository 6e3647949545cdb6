//! How we know that a copy of somebody else's contribution says what its author said.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;

use super::sql::smallint_enum;

/// How a copy was authenticated, the strongest way first. It is kept at the moment at which a
/// version is taken in, because afterwards nobody can tell any more: keys change, hosts disappear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Trust {
    /// It was fetched from its own address.
    Fetched,
    /// Its owner signed the request that delivered it.
    Delivered,
    /// Somebody else brought it, with a valid proof by a key that its owner's account once listed.
    Proven,
    /// As before, but only others say that the key was its owner's.
    Attested,
}

impl Trust {
    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fetched => "fetched",
            Self::Delivered => "delivered",
            Self::Proven => "proven",
            Self::Attested => "attested",
        }
    }
}

smallint_enum!(Trust { Fetched = 1, Delivered = 2, Proven = 3, Attested = 4 });

#[cfg(test)]
mod tests {
    use super::Trust;

    #[test]
    fn the_stronger_way_comes_first() {
        let ways = [Trust::Attested, Trust::Fetched, Trust::Proven, Trust::Delivered];
        assert_eq!(ways.iter().min(), Some(&Trust::Fetched));
        assert_eq!(ways.iter().max(), Some(&Trust::Attested));
    }
}
