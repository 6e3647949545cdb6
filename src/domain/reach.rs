//! How many things a decision about other servers touches, and what is said of them beforehand.

use std::fmt;

use super::account_rule::AccountDecision;
use super::counting::{counted, together, told};
use super::host::HostStanding;
use super::site::FederationMode;

/// What hangs on some servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The servers themselves, as far as they are known.
    pub hosts: i64,
    /// Accounts there that are known here.
    pub accounts: i64,
    /// Times that somebody there follows an account of ours.
    pub followers: i64,
    /// Times that an account of ours follows somebody there.
    pub followed: i64,
    /// Contributions from there.
    pub contributions: i64,
    /// Those of them that wait for a moderator.
    pub held: i64,
    /// Those of them that answer something.
    pub replies: i64,
    /// Those of them that are positions on questions.
    pub positions: i64,
    /// Those of them that the map of a question lists although they are no positions.
    pub external: i64,
    /// Answers that somebody here attributed to organizations after a source there.
    pub attributed: i64,
    /// Likes from there.
    pub likes: i64,
    /// Boosts from there.
    pub boosts: i64,
    /// Votes from there.
    pub votes: i64,
    /// Files that belong to what came from there.
    pub files: i64,
    /// Deliveries that wait for them.
    pub deliveries: i64,
    /// Activities from there that were not applied yet.
    pub received: i64,
    /// What a rule took of them, and would be given back.
    pub kept: Kept,
}

/// What a rule took away and is kept, to be given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Contributions that are hidden and would be shown again.
    pub contributions: i64,
    /// Times that somebody there followed an account of ours.
    pub followers: i64,
    /// Times that an account of ours followed somebody there.
    pub followed: i64,
    /// Likes.
    pub likes: i64,
    /// Boosts.
    pub boosts: i64,
    /// Votes.
    pub votes: i64,
}

/// What follows from a decision: what holds in any case, and what that is here, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consequences {
    /// What holds in any case, in sentences.
    pub always: String,
    /// What is touched: parts of sentences that begin with a number; only what there is.
    pub touched: Vec<String>,
}

impl Consequences {
    /// With a list, which says it itself where nothing hangs on the decision.
    fn new(always: &str, touched: Vec<Option<String>>, nothing: &str) -> Self {
        let touched: Vec<String> = touched.into_iter().flatten().collect();
        let nothing = if touched.is_empty() { nothing } else { "" };
        Self { always: format!("{always} {nothing}").trim_end().to_owned(), touched }
    }

    /// One more sentence about what holds in any case.
    pub fn and(&mut self, sentence: &str) {
        self.always = format!("{} {}", self.always, sentence.trim()).trim().to_owned();
    }

    /// The sentences, and each thing that is touched on a line of its own below them.
    pub fn below_each_other(&self) -> String {
        let lines = self.touched.iter().map(|line| format!("\n{line}"));
        std::iter::once(self.always.clone()).chain(lines).collect()
    }
}

impl fmt::Display for Consequences {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.touched.as_slice() {
            [] => out.write_str(&self.always),
            touched => write!(out, "{} {}.", self.always, touched.join("; ")),
        }
    }
}

/// What is said where no part of what there is hangs on the decision.
const NOTHING: &str = "Nothing that is here hangs on it.";
/// What is said where a rule took nothing that could be given back.
const NOTHING_KEPT: &str = "It took nothing that would come back.";

/// A line about things of which there are some.
fn some(count: i64, noun: &str, said: (&str, &str)) -> Option<String> {
    (count > 0).then(|| told(count, noun, said))
}

/// The things of which there are some, as one phrase.
fn phrase(pairs: &[(i64, &str)]) -> String {
    let there = pairs.iter().filter(|(count, _)| *count > 0);
    together(&there.map(|(count, noun)| counted(*count, noun)).collect::<Vec<_>>())
}

impl Kept {
    /// What of it would be there again, line by line.
    fn returning(&self) -> Vec<Option<String>> {
        let counted_again = phrase(&[(self.likes, "like"), (self.boosts, "boost"), (self.votes, "vote")]);
        let are = if self.likes + self.boosts + self.votes == 1 { "is" } else { "are" };
        vec![
            some(self.contributions, "contribution", ("is shown again", "are shown again")),
            self.back_followers(),
            self.back_followed(),
            (!counted_again.is_empty()).then(|| format!("{counted_again} {are} counted again")),
        ]
    }

    fn back_followers(&self) -> Option<String> {
        some(self.followers, "follower", ("there follows again", "there follow again"))
    }

    fn back_followed(&self) -> Option<String> {
        some(
            self.followed,
            "account",
            ("there is followed from here again", "there are followed from here again"),
        )
    }
}

impl Reach {
    /// What another federation mode would do; `self` counts the servers nobody here allowed.
    pub fn of_mode(&self, mode: FederationMode) -> Consequences {
        let waiting = some(
            self.held,
            "contribution",
            ("that waits for a moderator goes on waiting", "that wait for a moderator go on waiting"),
        );
        let known =
            some(self.hosts, "server", ("of this kind is known so far", "of this kind are known so far"));
        let nobody = "No server of this kind is known so far.";
        match mode {
            FederationMode::Open => Consequences::new(
                "From now on, what comes from servers nobody here decided about is shown to everyone at once.",
                vec![known, waiting],
                nobody,
            ),
            FederationMode::Quarantine => Consequences::new(
                "From now on, what comes from servers and persons nobody here approved waits for a moderator. \
                 What is shown already stays shown.",
                vec![known, waiting],
                nobody,
            ),
            FederationMode::Allowlist => Consequences::new(
                "From now on only servers that were allowed are heard and served. What is here already stays.",
                vec![
                    some(self.hosts, "server", ("is not allowed", "are not allowed")),
                    some(
                        self.followers,
                        "follower",
                        ("there gets nothing more from here", "there get nothing more from here"),
                    ),
                    some(
                        self.followed,
                        "account",
                        (
                            "there that is followed from here is heard no more",
                            "there that are followed from here are heard no more",
                        ),
                    ),
                    self.dropped_deliveries(),
                    self.dropped_received(),
                    waiting,
                ],
                "All servers that are known are allowed.",
            ),
        }
    }

    fn dropped_deliveries(&self) -> Option<String> {
        some(self.deliveries, "delivery", ("that waits is dropped", "that wait are dropped"))
    }

    fn dropped_received(&self) -> Option<String> {
        some(self.received, "received activity", ("that waits is dropped", "that wait are dropped"))
    }

    /// The contributions, what of them there is in particular, and what becomes of them.
    fn contributions(&self, said: (&str, &str)) -> Option<String> {
        let among = phrase(&[
            (self.positions, "position"),
            (self.replies, "reply"),
            (self.external, "listed statement"),
            (self.files, "file"),
        ]);
        let line = some(self.contributions, "contribution", said)?;
        Some(if among.is_empty() { line } else { format!("{line}, with {among}") })
    }

    fn no_longer_counted(&self) -> Option<String> {
        let moved = phrase(&[(self.likes, "like"), (self.boosts, "boost"), (self.votes, "vote")]);
        let are = if self.likes + self.boosts + self.votes == 1 { "is" } else { "are" };
        (!moved.is_empty()).then(|| format!("{moved} {are} no longer counted"))
    }

    fn staying(&self) -> Option<String> {
        some(
            self.attributed,
            "answer",
            (
                "that this site attributed after a source there stays",
                "that this site attributed after sources there stay",
            ),
        )
    }

    /// What a rule about servers would do; `self` counts those of its name and below.
    pub fn of_rule(&self, standing: HostStanding) -> Consequences {
        match standing {
            HostStanding::Unknown => Consequences::new(
                "What a rule about it took away is given back, as far as both sides still exist. What was dropped on \
                 its way, and what was sent meanwhile, does not come again.",
                self.kept.returning(),
                NOTHING_KEPT,
            ),
            HostStanding::Approved => {
                let shown =
                    ("that waits for a moderator is shown now", "that wait for a moderator are shown now");
                let mut touched = vec![some(self.held, "contribution", shown)];
                touched.extend(self.kept.returning());
                Consequences::new(
                    "What comes from there is shown at once. Names below this one are not let in with it.",
                    touched,
                    NOTHING,
                )
            }
            HostStanding::Limited => Consequences::new(
                "Members go on seeing what comes from there, the public does not. Follows stay; new ones wait for an \
                 answer. The same holds for every name below.",
                vec![
                    self.contributions(("is hidden from the public", "are hidden from the public")),
                    self.kept.back_followers(),
                    self.kept.back_followed(),
                    self.staying(),
                ],
                NOTHING,
            ),
            HostStanding::Suspended => Consequences::new(
                "Nothing is heard from there, and nothing is sent there. The same holds for every name below. The \
                 other side is not told; copies that other servers have stay there. It can be taken back.",
                vec![
                    self.contributions(("disappears from this site", "disappear from this site")),
                    some(self.followers, "follower", ("there no longer follows", "there no longer follow")),
                    some(
                        self.followed,
                        "account",
                        ("there is no longer followed from here", "there are no longer followed from here"),
                    ),
                    self.no_longer_counted(),
                    self.dropped_deliveries(),
                    self.dropped_received(),
                    self.staying(),
                ],
                NOTHING,
            ),
        }
    }

    /// What a rule about one account would do in the place of the one before; `self` counts what hangs on it.
    pub fn of_account(
        &self,
        (before, decision): (&AccountDecision, &AccountDecision),
        local: bool,
    ) -> Consequences {
        let free = |standing| matches!(standing, HostStanding::Unknown | HostStanding::Approved);
        // A rule that freezes, or covers pictures, takes nothing away that could be given back.
        let mut said = match decision.standing == HostStanding::Unknown && free(before.standing) {
            true => lifted(before, decision, local),
            false => self.of_account_standing(decision.standing, local),
        };
        if decision.frozen {
            said.and(if local {
                "This person goes on reading everything that members read, but can publish, answer and follow nothing \
                 until you take it back. What they said stays where it is, and so do all relations. They are shown \
                 the reason above every page and may object."
            } else {
                "Nothing new is taken in from this account; what is here stays as it is."
            });
        }
        if decision.sensitive {
            said.and("Its pictures and recordings are hidden until a reader asks for them.");
        }
        said
    }

    fn of_account_standing(&self, standing: HostStanding, local: bool) -> Consequences {
        match standing {
            HostStanding::Unknown => Consequences::new(
                "What a rule about it took away is given back, as far as both sides still exist. What was dropped on \
                 its way does not come again.",
                self.kept.returning_of_account(),
                NOTHING_KEPT,
            ),
            HostStanding::Approved => {
                let shown =
                    ("that waits for a moderator is shown now", "that wait for a moderator are shown now");
                let mut touched = vec![some(self.held, "contribution", shown)];
                touched.extend(self.kept.returning_of_account());
                Consequences::new("What it writes is shown at once.", touched, NOTHING)
            }
            HostStanding::Limited if local => Consequences::new(
                "What it writes from now on reaches those who follow it and stands in no public list.",
                vec![
                    some(self.followers, "follower", ("goes on reading it", "go on reading it")),
                    some(self.contributions, "contribution", ("stays where it is", "stay where they are")),
                ],
                NOTHING,
            ),
            HostStanding::Limited => Consequences::new(
                "Members go on seeing what it writes, the public does not. Follows stay; new requests wait for an \
                 answer.",
                vec![self.contributions(("is hidden from the public", "are hidden from the public"))],
                NOTHING,
            ),
            HostStanding::Suspended => Consequences::new(
                "It disappears from this site, in both directions. Other servers are not told; copies that they have \
                 stay there. It can be taken back.",
                vec![
                    self.contributions(("disappears from this site", "disappear from this site")),
                    some(self.followers, "follower", ("no longer follows it", "no longer follow it")),
                    some(
                        self.followed,
                        "account",
                        ("is no longer followed by it", "are no longer followed by it"),
                    ),
                    self.no_longer_counted(),
                    self.dropped_deliveries(),
                    self.dropped_received(),
                ],
                NOTHING,
            ),
        }
    }
}

impl Kept {
    /// The same where it is about a single account: who follows it, and whom it follows.
    fn returning_of_account(&self) -> Vec<Option<String>> {
        let mut lines = self.returning();
        let follows = [
            some(self.followers, "follower", ("follows it again", "follow it again")),
            some(self.followed, "account", ("is followed by it again", "are followed by it again")),
        ];
        lines.splice(1..3, follows);
        lines
    }
}

/// What ends with a rule that only froze an account or covered its pictures.
fn lifted(before: &AccountDecision, decision: &AccountDecision, local: bool) -> Consequences {
    let mut said = Consequences::default();
    if before.frozen && !decision.frozen {
        said.and(match local {
            true => "This person may publish, answer and follow again.",
            false => {
                "What this account says from now on is taken in again; what was refused does not come again."
            }
        });
    }
    if before.sensitive && !decision.sensitive {
        said.and("Its pictures and recordings are shown at once again.");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_is_named() {
        let reach = Reach { contributions: 1, replies: 1, followers: 2, likes: 1, ..Reach::default() };
        let said = reach.of_rule(HostStanding::Suspended);
        let lines = [
            "1 contribution disappears from this site, with 1 reply",
            "2 followers there no longer follow",
            "1 like is no longer counted",
        ];
        assert_eq!(said.touched, lines);
        assert!(!said.to_string().contains(" no contributions") && !said.to_string().contains(NOTHING));
        let nothing = Reach::default().of_rule(HostStanding::Suspended);
        assert!(nothing.touched.is_empty() && nothing.to_string().ends_with(NOTHING));
        let kept = Kept { followers: 1, followed: 2, ..Kept::default() };
        let back = Reach { kept, ..Reach::default() };
        let lines = ["1 follower there follows again", "2 accounts there are followed from here again"];
        assert_eq!(back.of_rule(HostStanding::Unknown).touched, lines);
        let lines = ["1 follower follows it again", "2 accounts are followed by it again"];
        let gone = AccountDecision { standing: HostStanding::Suspended, ..AccountDecision::default() };
        assert_eq!(back.of_account((&gone, &AccountDecision::default()), false).touched, lines);
    }
}
