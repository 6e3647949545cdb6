//! How much is said in a demonstration.

use clap::ValueEnum;

use super::content::{CIRCLE, MOST, language};

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Size {
    /// Three organizations and a handful of everything: done in seconds.
    Tiny,
    /// Eight organizations that dispute twenty questions.
    Demo,
    /// Two hundred, in pairs and a wide circle, with twenty thousand contributions and ten times as many replies,
    /// to measure with: it takes most of an hour on two cores, 12 GB of memory and 13 GB of disk.
    Load,
}

/// The numbers of a size: how many organizations, and what one circle of them has; in a wider one more of all
/// that is answered.
pub(super) struct Numbers {
    pub(super) sites: usize,
    pub(super) facts: usize,
    pub(super) questions: usize,
    pub(super) positions: usize,
    pub(super) revisions: usize,
    pub(super) critiques: usize,
    /// Entries of each of the two organizations that collect what others said.
    pub(super) entries: usize,
    /// Whether each that writes English sums up in a statement where it stands.
    pub(super) sums_up: bool,
    /// What happens in a circle between two looks at the queues.
    pub(super) at_once: usize,
    /// How often time passes at most: whenever days do, every site compares everything with all others again.
    pub(super) leaps: usize,
}

impl Size {
    pub(super) const fn numbers(self) -> Numbers {
        match self {
            Self::Tiny => Numbers {
                sites: 3,
                facts: 4,
                questions: 4,
                positions: 7,
                revisions: 2,
                critiques: 6,
                entries: 1,
                sums_up: false,
                at_once: 16,
                leaps: 36,
            },
            Self::Demo => Numbers {
                sites: CIRCLE,
                facts: 7,
                questions: 20,
                positions: 90,
                revisions: 40,
                critiques: 150,
                entries: 12,
                sums_up: true,
                at_once: 16,
                leaps: 36,
            },
            Self::Load => Numbers {
                sites: MOST,
                facts: 7,
                questions: 40,
                positions: 72,
                revisions: 80,
                critiques: 2_250,
                entries: 12,
                sums_up: true,
                at_once: 128,
                leaps: 3,
            },
        }
    }

    /// The size in which so many organizations take part.
    pub fn of(sites: usize) -> Self {
        [Self::Demo, Self::Load].into_iter().find(|size| size.sites() == sites).unwrap_or(Self::Tiny)
    }

    /// How many organizations take part.
    pub const fn sites(self) -> usize {
        self.numbers().sites
    }

    /// How many statements the organizations of a circle publish that sum up where they stand.
    pub fn summaries(self, (first, sites): (usize, usize)) -> usize {
        let english = (first..first + sites).filter(|site| language(*site) == "en").count();
        if self.numbers().sums_up { english } else { 0 }
    }
}
