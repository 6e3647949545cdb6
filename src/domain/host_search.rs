//! For which of the servers that we know somebody looks, and in which order they stand.

use super::host::HostStanding;

/// What one looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostSearch {
    /// A part of the name; blank for all.
    pub part: String,
    /// What holds for it.
    pub standing: Option<HostStanding>,
    /// What was decided about its very name.
    pub ruled: Option<Ruled>,
    /// How it is doing.
    pub state: Option<Reachable>,
    /// In which order.
    pub order: HostOrder,
    /// Also those about which nothing is decided and with which nothing was ever exchanged.
    pub strangers: bool,
}

impl HostSearch {
    /// Whether servers are shown of which nothing is known: only where somebody looks for them.
    pub fn shows_strangers(&self) -> bool {
        self.strangers || !self.part.is_empty() || self.state == Some(Reachable::Untried)
    }
}

/// What was decided about the very name of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruled {
    /// There is a rule.
    Own,
    /// There is none.
    Not,
    /// Its files are rejected.
    Files,
    /// Its reports are rejected.
    Reports,
}

impl Ruled {
    /// All of them, in the order of forms.
    pub const ALL: [Self; 4] = [Self::Own, Self::Not, Self::Files, Self::Reports];

    /// The word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Not => "none",
            Self::Files => "files",
            Self::Reports => "reports",
        }
    }

    /// Which one a word means.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// How a server is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reachable {
    /// It takes and answers.
    Yes,
    /// It does not take, or does not answer.
    No,
    /// Nobody tried.
    Untried,
}

impl Reachable {
    /// All of them, in the order of forms.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Untried];

    /// The word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Untried => "untried",
        }
    }

    /// Which one a word means.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// In which order servers stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostOrder {
    /// By name.
    #[default]
    Name,
    /// Those that were heard last come first; those that were never heard are left out.
    Heard,
    /// Those that are known for the shortest time come first.
    Known,
}

impl HostOrder {
    /// All of them, in the order of forms.
    pub const ALL: [Self; 3] = [Self::Name, Self::Heard, Self::Known];

    /// The word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Heard => "heard",
            Self::Known => "known",
        }
    }

    /// Which one a word means.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}
