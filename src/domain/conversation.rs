//! Conversations: the letters of one thread between the same people.

use aws_lc_rs::digest::{SHA256, digest};

use super::account::Account;
use super::contribution::Contribution;
use super::id::Id;

/// A conversation as one of those who take part sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// What it is known by.
    pub id: Id<Conversation>,
    /// The thread.
    pub thread: Id<Contribution>,
    /// Its last letter.
    pub last: Id<Contribution>,
    /// Whether there is something to read.
    pub unread: bool,
}

impl Conversation {
    /// What the letters of a thread between these people are known by, the same for each of them. It
    /// follows from the people, so that it stays whichever letter is deleted and whichever comes late.
    pub fn key(thread: Id<Contribution>, people: &[Id<Account>]) -> Id<Self> {
        let mut people: Vec<i64> = people.iter().map(|account| account.get()).collect();
        people.sort_unstable();
        people.dedup();
        let named = digest(&SHA256, format!("{thread}{people:?}").as_bytes());
        let number = named.as_ref().iter().take(8).fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte));
        Id::new(number & i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_makes_no_difference_and_everybody_does() {
        let (thread, ada, bela, cleo) = (Id::new(7), Id::new(1), Id::new(2), Id::new(3));
        let both = Conversation::key(thread, &[ada, bela]);
        assert!(both.get() > 0);
        assert_eq!(both, Conversation::key(thread, &[bela, ada, bela]));
        assert_ne!(both, Conversation::key(thread, &[ada, bela, cleo]));
        assert_ne!(both, Conversation::key(thread, &[ada, cleo]));
        assert_ne!(both, Conversation::key(Id::new(8), &[ada, bela]));
    }
}
