//! How many things a decision about other servers touches, and the sentences that say so beforehand.

use super::account_rule::AccountDecision;
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
}

impl Reach {
    /// What another federation mode would do; `self` counts the servers nobody here allowed.
    pub fn of_mode(&self, mode: FederationMode) -> String {
        let servers = counted(self.hosts, "server");
        let are = if self.hosts == 1 { "is" } else { "are" };
        let waiting = match self.held {
            0 => String::new(),
            1 => " 1 contribution that waits for a moderator goes on waiting.".to_owned(),
            held => format!(" {held} contributions that wait for a moderator go on waiting."),
        };
        match mode {
            FederationMode::Open => format!(
                "From now on, what comes from servers nobody here decided about is shown to everyone at once; \
                 {servers} of this kind {are} known so far.{waiting}"
            ),
            FederationMode::Quarantine => format!(
                "From now on, what comes from servers and persons nobody here approved waits for a moderator; \
                 {servers} of this kind {are} known so far. What is shown already stays shown.{waiting}"
            ),
            FederationMode::Allowlist => format!(
                "From now on only servers that were allowed are heard and served: {servers} {are} not. \
                 {} there get nothing more from here, {} there that are followed from here are heard no more, \
                 {} and {} that wait are dropped. What is here already stays.{waiting}",
                counted(self.followers, "follower"),
                counted(self.followed, "account"),
                counted(self.deliveries, "delivery"),
                counted(self.received, "received activity"),
            ),
        }
    }

    /// What a rule about servers would do; `self` counts those of its name and below.
    pub fn of_rule(&self, standing: HostStanding) -> String {
        format!("{}{}", self.of_rule_in_short(standing), self.particulars(standing))
    }

    /// What else goes with the contributions, as far as there is any of it.
    fn particulars(&self, standing: HostStanding) -> String {
        let some = |pairs: &[(i64, &str)]| {
            let pairs = pairs.iter().filter(|(count, _)| *count > 0);
            pairs.map(|(count, noun)| counted(*count, noun)).collect::<Vec<_>>().join(", ")
        };
        let among =
            some(&[(self.replies, "reply"), (self.external, "listed statement"), (self.files, "file")]);
        let moved = some(&[(self.likes, "like"), (self.boosts, "boost"), (self.votes, "vote")]);
        let kept = some(&[(self.attributed, "answer")]);
        let mut said = String::new();
        let hides = matches!(standing, HostStanding::Limited | HostStanding::Suspended);
        if hides && !among.is_empty() {
            said.push_str(&format!(" Among these contributions: {among}."));
        }
        if standing == HostStanding::Suspended && !moved.is_empty() {
            said.push_str(&format!(" No longer counted: {moved}."));
        }
        if hides && !kept.is_empty() {
            said.push_str(&format!(" Attributed by this site after a source there, and staying: {kept}."));
        }
        said
    }

    fn of_rule_in_short(&self, standing: HostStanding) -> String {
        let followers = counted(self.followers, "follower");
        let followed = counted(self.followed, "account");
        let contributions = counted(self.contributions, "contribution");
        let positions = counted(self.positions, "position");
        match standing {
            HostStanding::Unknown => {
                "What a rule about it took away is given back: contributions are shown again, and whoever followed \
                 somebody follows them again, as far as both accounts still exist. What was dropped on its way, and \
                 what was sent meanwhile, does not come again."
                    .to_owned()
            }
            HostStanding::Approved => format!(
                "What comes from there is shown at once. {} from there that wait for a moderator are shown now and \
                 handed on. Names below this one are not let in with it.",
                counted(self.held, "contribution")
            ),
            HostStanding::Limited => format!(
                "From there {contributions} with {positions} are hidden from the public and stay visible for members; \
                 so does what is to come. {followers} there and {followed} followed from here stay; new ones wait for \
                 an answer. The same holds for every name below."
            ),
            HostStanding::Suspended => format!(
                "Nothing is heard from there, and nothing is sent there. {contributions} with {positions} disappear \
                 from this site, {followers} there no longer follow, {followed} there are no longer followed from \
                 here, and {} and {} that wait are dropped. The same holds for every name below. The other side is \
                 not told; copies that other servers have stay there. It can be taken back.",
                counted(self.deliveries, "delivery"),
                counted(self.received, "received activity"),
            ),
        }
    }
}

impl Reach {
    /// What a rule about one account would do in the place of the one before; `self` counts what hangs on it.
    pub fn of_account(
        &self,
        (before, decision): (&AccountDecision, &AccountDecision),
        local: bool,
    ) -> String {
        let free = |standing| matches!(standing, HostStanding::Unknown | HostStanding::Approved);
        // A rule that freezes, or covers pictures, takes nothing away that could be given back.
        let mut said = if decision.standing == HostStanding::Unknown && free(before.standing) {
            lifted(before, decision, local)
        } else {
            vec![self.of_account_standing(decision.standing, local)]
        };
        // A member who is limited keeps what was published.
        if !(local && decision.standing == HostStanding::Limited) {
            // The replies are said with the contributions.
            let rest = Self { replies: 0, ..*self };
            said.push(rest.particulars(decision.standing).trim_start().to_owned());
        }
        if decision.frozen {
            said.push(if local {
                "This person goes on reading everything that members read, but can publish, answer and follow nothing \
                 until you take it back. What they said stays where it is, and so do all relations. They are shown \
                 the reason above every page and may object."
                    .to_owned()
            } else {
                "Nothing new is taken in from this account; what is here stays as it is.".to_owned()
            });
        }
        if decision.sensitive {
            said.push("Its pictures and recordings are hidden until a reader asks for them.".to_owned());
        }
        said.retain(|sentence| !sentence.is_empty());
        said.join(" ")
    }

    fn of_account_standing(&self, standing: HostStanding, local: bool) -> String {
        let followers = counted(self.followers, "follower");
        let followed = counted(self.followed, "account");
        let contributions = counted(self.contributions, "contribution");
        let replies = counted(self.replies, "reply");
        match standing {
            HostStanding::Unknown => {
                "What a rule about it took away is given back: contributions are shown again, and whoever followed \
                 it follows again, as far as both accounts still exist. What was dropped on its way does not come \
                 again."
                    .to_owned()
            }
            HostStanding::Approved => format!(
                "What it writes is shown at once. {} that wait for a moderator are shown now and handed on.",
                counted(self.held, "contribution")
            ),
            HostStanding::Limited if local => format!(
                "What it writes from now on reaches those who follow it ({followers}) and stands in no public list. \
                 Its {contributions} stay where they are."
            ),
            HostStanding::Limited => format!(
                "Its {contributions}, {replies} among them, are hidden from the public and stay visible for members; \
                 so does what is to come. {followers} and {followed} that it follows here stay; new requests wait \
                 for an answer."
            ),
            HostStanding::Suspended => format!(
                "Its {contributions}, {replies} among them, disappear from this site. {followers} no longer follow \
                 it, {followed} are no longer followed by it, and {} and {} that wait are dropped. Other servers \
                 are not told; copies that they have stay there. It can be taken back.",
                counted(self.deliveries, "delivery"),
                counted(self.received, "received activity"),
            ),
        }
    }
}

/// What ends with a rule that only froze an account or covered its pictures.
fn lifted(before: &AccountDecision, decision: &AccountDecision, local: bool) -> Vec<String> {
    let mut said = Vec::new();
    if before.frozen && !decision.frozen {
        said.push(match local {
            true => "This person may publish, answer and follow again.".to_owned(),
            false => {
                "What this account says from now on is taken in again; what was refused does not come again."
                    .to_owned()
            }
        });
    }
    if before.sensitive && !decision.sensitive {
        said.push("Its pictures and recordings are shown at once again.".to_owned());
    }
    said
}

/// A number with its noun.
pub fn counted(count: i64, noun: &str) -> String {
    let many = match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    match count {
        0 => format!("no {many}"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {many}"),
    }
}
