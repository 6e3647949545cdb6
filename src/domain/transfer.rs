//! What members take along from one server to another: whom they follow, block, mute and list, and
//! what they keep.

use serde::{Deserialize, Serialize};

/// A sort of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Whom an account follows.
    Follows,
    /// Whom it blocks.
    Blocks,
    /// Whom it mutes.
    Mutes,
    /// Hosts that it wants nothing of.
    Hosts,
    /// Its lists and who is on them.
    Lists,
    /// What it keeps for later.
    Bookmarks,
}

impl Table {
    /// Every sort.
    pub const ALL: [Self; 6] =
        [Self::Follows, Self::Blocks, Self::Mutes, Self::Hosts, Self::Lists, Self::Bookmarks];

    /// The name of its file, which other servers know.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Follows => "following_accounts.csv",
            Self::Blocks => "blocked_accounts.csv",
            Self::Mutes => "muted_accounts.csv",
            Self::Hosts => "blocked_domains.csv",
            Self::Lists => "lists.csv",
            Self::Bookmarks => "bookmarks.csv",
        }
    }

    /// The sort whose file is called so.
    pub fn by_file(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.file() == name)
    }
}

/// One row of a table. Accounts are named by their handles, so that an old row stays readable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "table", rename_all = "snake_case")]
pub enum Row {
    /// Follow an account.
    Follow {
        /// Its handle.
        who: String,
        /// Whether its boosts are wanted.
        boosts: bool,
        /// Whether to be told of everything new.
        notify: bool,
        /// Only these languages; none for all.
        languages: Vec<String>,
    },
    /// Block an account.
    Block {
        /// Its handle.
        who: String,
    },
    /// Mute an account.
    Mute {
        /// Its handle.
        who: String,
        /// Whether its notifications are kept away, too.
        notifications: bool,
    },
    /// Want nothing of a host.
    Host {
        /// Its name.
        host: String,
    },
    /// Put an account on a list.
    List {
        /// The list's title.
        title: String,
        /// The account's handle.
        who: String,
    },
    /// Keep a contribution.
    Bookmark {
        /// Its address.
        uri: String,
    },
}
