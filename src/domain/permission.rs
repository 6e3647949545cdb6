//! What somebody may decide for the site, and which role that takes: the one table that every page and
//! every interface asks.

use super::user::{Role, Roles};

/// Something that not every member may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// What the site is called, who may take part, and everything else that holds for all.
    Settings,
    /// Who signs in here, and what they may do.
    People,
    /// What becomes of other servers.
    Hosts,
    /// What becomes of contributions that wait.
    Review,
    /// What becomes of what was reported.
    Reports,
    /// What becomes of single accounts.
    Accounts,
    /// Which contributions of others wait, whoever wrote them.
    Rules,
    /// What is on its way between this server and others.
    Queues,
    /// Who decided what, and what everybody may read of it.
    Log,
}

impl Permission {
    /// All of them, in the order in which pages offer them.
    pub const ALL: [Self; 9] = [
        Self::Review,
        Self::Reports,
        Self::Accounts,
        Self::Rules,
        Self::People,
        Self::Hosts,
        Self::Queues,
        Self::Log,
        Self::Settings,
    ];

    /// The role that it takes.
    pub const fn role(self) -> Role {
        match self {
            Self::Settings | Self::People | Self::Hosts | Self::Queues | Self::Log => Role::Admin,
            Self::Review | Self::Reports | Self::Accounts | Self::Rules => Role::Moderator,
        }
    }
}

impl Roles {
    /// Whether somebody with these roles may decide this.
    pub const fn may(self, permission: Permission) -> bool {
        self.has(permission.role())
    }

    /// Whether somebody with these roles may decide anything.
    pub fn administers(self) -> bool {
        Permission::ALL.into_iter().any(|permission| self.may(permission))
    }
}
