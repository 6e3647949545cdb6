//! Our own keys, ordered by time and minted before the row is inserted.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicI64, Ordering as Memory};

use aws_lc_rs::rand::fill;
use data_encoding::BASE32_NOPAD;
use diesel::backend::Backend;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::BigInt;

use crate::clock::Timestamp;

/// So many keys of a millisecond are minted here; the others belong to [`Id::elsewhere_at`].
const MINTED: i64 = 1 << 15;
/// The bits below the milliseconds.
const ALL: i64 = (1 << 16) - 1;

/// The key of a `T`: `(unix milliseconds << 16) | 16 bits`, so that newer is greater.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Id<T: 'static> {
    value: i64,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The key with this number.
    pub const fn new(value: i64) -> Self {
        Self { value, of: PhantomData }
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.value
    }

    /// The least key that could be minted at a moment.
    pub const fn first_at(at: Timestamp) -> Self {
        Self::new(at.0.saturating_mul(1 << 16))
    }

    /// The keys of a moment that [`Mint`] leaves alone: what was said elsewhere in that moment gets them,
    /// whenever it arrives.
    pub const fn elsewhere_at(at: Timestamp) -> RangeInclusive<Self> {
        let least = Self::first_at(at).value;
        Self::new(least | MINTED)..=Self::new(least | ALL)
    }

    /// When it was minted here; what was said elsewhere has the moment of its author in the place of it.
    pub const fn minted_at(self) -> Timestamp {
        Timestamp(self.value >> 16)
    }

    /// Reads the decimal form of pages and of the client API.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|value| *value > 0).map(Self::new)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.value)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.value)
    }
}

impl<T, DB> FromSql<BigInt, DB> for Id<T>
where
    DB: Backend,
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        Ok(Self::new(i64::from_sql(bytes)?))
    }
}

impl<T, DB> ToSql<BigInt, DB> for Id<T>
where
    DB: Backend,
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> diesel::serialize::Result {
        ToSql::<BigInt, DB>::to_sql(&self.value, out)
    }
}

/// Where keys come from: one mint per database handle, so that two keys of one process never
/// meet; between processes 16 bits and the primary key decide.
#[derive(Debug, Default)]
pub struct Mint {
    last: AtomicI64,
}

impl Mint {
    /// The next key at `now`, greater than every key this mint gave before.
    pub fn next<T>(&self, now: Timestamp) -> Id<T> {
        let fresh =
            now.0.saturating_mul(1 << 16) | i64::from(random::<2>().map_or(0, u16::from_be_bytes) >> 2);
        let after = |last: i64| {
            let next = last.saturating_add(1);
            let beyond = next & MINTED != 0;
            fresh.max(if beyond { (next | ALL).saturating_add(1) } else { next })
        };
        let before = self.last.fetch_update(Memory::Relaxed, Memory::Relaxed, |last| Some(after(last)));
        Id::new(after(before.unwrap_or_else(|last| last)))
    }
}

/// `N` bytes nobody can guess.
pub fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    fill(&mut bytes).ok().map(|()| bytes)
}

/// The random end of a URI, a link or a secret: 128 bits as 26 lower-case letters and digits.
///
/// Never derived from a key or a sequence, so that a restored backup cannot mint one again that
/// the world already knows.
pub fn token() -> String {
    BASE32_NOPAD.encode(&random::<16>().unwrap_or_default()).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minted_keys_grow_and_leave_room_for_what_was_said_elsewhere() {
        let (mint, now) = (Mint::default(), Timestamp(1_700_000_000_000));
        let mut last: Id<u8> = mint.next(now);
        for _ in 0..100_000 {
            let next = mint.next(now);
            assert!(next > last && next.get() & MINTED == 0, "{next}");
            last = next;
        }
        let elsewhere = Id::<u8>::elsewhere_at(now);
        assert!(
            Id::first_at(now) < *elsewhere.start() && *elsewhere.end() < Id::first_at(now.plus_seconds(1))
        );
        assert_eq!(elsewhere.end().get() - elsewhere.start().get(), MINTED - 1);
    }
}
