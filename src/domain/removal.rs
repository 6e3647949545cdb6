//! What has become of contributions that moderators removed, and how that is told to everybody concerned.

use crate::clock::Timestamp;

/// How much of it is shown again, kept, and deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// How many are where they were.
    pub shown: usize,
    /// How many are deleted for good.
    pub deleted: usize,
    /// Until when some are kept out of sight; `None` where none are.
    pub kept_until: Option<Timestamp>,
    /// Whether other servers had been sent any of it, and were told to delete it.
    pub sent: bool,
}

impl Fate {
    /// Whether any of it can still be shown again.
    pub fn can_come_back(&self, now: Timestamp) -> bool {
        self.kept_until.is_some_and(|until| until > now)
    }

    /// What a granted objection brought, after it was granted.
    pub fn after_grant(&self) -> String {
        match (self.shown > 0, self.is_gone()) {
            (true, false) => format!("what was removed is shown on this site again{}", self.elsewhere()),
            (true, true) => format!(
                "what was removed is shown on this site again as far as it was not deleted{}",
                self.elsewhere()
            ),
            (false, _) => "what was removed is deleted, and cannot be shown again".to_owned(),
        }
    }

    fn is_gone(&self) -> bool {
        self.deleted > 0 || self.kept_until.is_some()
    }

    /// What other servers made of it.
    fn elsewhere(&self) -> &'static str {
        if self.sent { "; other servers were told to delete their copies" } else { "" }
    }

    /// What a granted objection would bring, before anybody answers.
    pub fn before_grant(&self, now: Timestamp) -> String {
        if self.can_come_back(now) {
            return format!(
                "What was removed is shown on this site again as soon as you agree{}.",
                self.elsewhere()
            );
        }
        if self.shown > 0 && self.deleted == 0 {
            return "What was removed is shown again already.".to_owned();
        }
        "What was removed is deleted by now: to agree says that it should not have been, and brings nothing back."
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_kept_is_promised() {
        let (now, later) = (Timestamp(1_000), Timestamp(2_000));
        let kept = Fate { kept_until: Some(later), sent: true, ..Fate::default() };
        assert!(kept.can_come_back(now) && !kept.can_come_back(later));
        assert!(
            kept.before_grant(now).contains("shown on this site again as soon as you agree; other servers")
        );
        assert!(kept.before_grant(later).contains("brings nothing back"));
        let deleted = Fate { deleted: 1, sent: true, ..Fate::default() };
        assert!(deleted.after_grant().contains("cannot be shown again"));
        let some = Fate { shown: 1, deleted: 1, ..Fate::default() };
        assert!(some.after_grant().ends_with("as far as it was not deleted"));
    }
}
