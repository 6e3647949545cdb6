//! What follows from what the lists say that this site follows: which rules hold without anybody being
//! asked, which wait for somebody, and which are taken back.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::hosts::{self, By};
use crate::domain::host_list::{HostList, ListDraft, ListEntry, ListedRule};
use crate::domain::host_rule::{Decision, HostRule, upwards};
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::store::{Conn, Error, Tx, audit, host_lists, host_rules};

/// What waits for somebody to decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drafts {
    /// What the lists say that is not so here, by name.
    pub new: Vec<ListDraft>,
    /// Names of which they say something and about which an admin made a rule, which stays.
    pub own: usize,
}

/// A rule as a list makes it.
struct Listed {
    name: String,
    list: Id<HostList>,
    decision: Decision,
}

/// What follows from the lists.
#[derive(Default)]
pub(super) struct Plan {
    /// Rules that hold from now on, new ones and changed ones.
    holds: Vec<Listed>,
    /// How many of them are changed ones.
    changed: usize,
    /// Rules of which only the words change, or the list from which they come.
    words: Vec<Listed>,
    /// Names of rules that no list says any more.
    back: HashSet<String>,
    drafts: Drafts,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Rules that there were not before.
    pub(super) new: usize,
    /// Rules that do something else now.
    pub(super) changed: usize,
    /// Rules that hold no longer.
    pub(super) taken_back: usize,
    /// What waits for somebody, whichever list says it.
    pub(super) waiting: usize,
}

impl Done {
    /// Whether anything holds, or holds no longer, that did or did not before.
    pub(super) const fn is_news(&self) -> bool {
        self.new + self.changed + self.taken_back > 0
    }

    /// The same in words.
    pub(super) fn words(&self) -> String {
        let Self { new, changed, taken_back, waiting } = self;
        format!("new rules: {new}, changed: {changed}, taken back: {taken_back}, waiting: {waiting}")
    }
}

/// What the lists say about one name.
struct Said<'a> {
    /// The entry that counts most.
    top: &'a ListEntry,
    /// The one that counts most among those which hold: nobody has to be asked, or somebody took it over.
    right: Option<&'a ListEntry>,
}

/// What is known here before the lists are heard.
struct Known {
    lists: HashMap<Id<HostList>, HostList>,
    rules: HashMap<String, HostRule>,
    noted: HashMap<String, ListedRule>,
    /// Names of servers on which something here hangs, and all above them.
    tied: HashSet<String>,
}

impl Known {
    fn load(conn: &mut Conn) -> Result<Self, Error> {
        let lists = host_lists::all(conn)?.into_iter().map(|list| (list.id, list));
        let rules = host_rules::all(conn)?.into_iter().map(|rule| (rule.name.clone(), rule));
        let noted = host_lists::listed(conn)?.into_iter().map(|rule| (rule.name.clone(), rule));
        let tied = host_lists::tied(conn)?;
        let tied = tied.iter().flat_map(|host| upwards(host)).map(str::to_owned).collect();
        Ok(Self { lists: lists.collect(), rules: rules.collect(), noted: noted.collect(), tied })
    }

    /// Whether an entry holds without anybody being asked.
    fn holds(&self, entry: &ListEntry) -> bool {
        !entry.waits && self.lists.get(&entry.list_id).is_some_and(|list| list.adopts) && !self.parts(entry)
    }

    /// Whether an entry would be stricter to a server on which something here hangs than what holds now, also
    /// where it was not when the list was read: another list may have let go since, or somebody followed.
    fn parts(&self, entry: &ListEntry) -> bool {
        if !self.tied.contains(&entry.name) {
            return false;
        }
        let Some(list) = self.lists.get(&entry.list_id) else { return false };
        let now = self.rules.get(&entry.name).map(HostRule::decision).unwrap_or_default();
        entry.decision(list).is_stricter(&now)
    }

    /// What is noted about a rule that there is.
    fn listed(&self, name: &str) -> Option<(&HostRule, &ListedRule)> {
        let noted = self.noted.get(name).filter(|noted| !noted.refused)?;
        Some((self.rules.get(name)?, noted))
    }

    fn hear<'a>(&self, entries: &'a [ListEntry]) -> BTreeMap<&'a str, Said<'a>> {
        let mut heard: BTreeMap<&str, Said<'_>> = BTreeMap::new();
        for entry in entries {
            let said = heard.entry(&entry.name).or_insert(Said { top: entry, right: None });
            let taken =
                self.listed(&entry.name).is_some_and(|(_, noted)| noted.list_id == Some(entry.list_id));
            if said.right.is_none() && (taken || self.holds(entry)) {
                said.right = Some(entry);
            }
        }
        heard
    }

    fn made(&self, entry: &ListEntry) -> Option<Listed> {
        let decision = entry.decision(self.lists.get(&entry.list_id)?);
        Some(Listed { name: entry.name.clone(), list: entry.list_id, decision })
    }
}

impl Plan {
    /// What follows from the lists, without the one that somebody thinks of leaving.
    pub(super) fn of(conn: &mut Conn, without: Option<Id<HostList>>) -> Result<Self, Error> {
        let known = Known::load(conn)?;
        let mut entries = host_lists::entries(conn)?;
        entries.retain(|entry| Some(entry.list_id) != without);
        let mut plan = Self::default();
        let heard = known.hear(&entries);
        for (name, said) in &heard {
            let refused = known.noted.get(*name).is_some_and(|noted| noted.refused);
            match (known.listed(name), known.rules.contains_key(*name)) {
                (Some((rule, noted)), _) => plan.change(&known, said, rule, noted),
                (None, true) => plan.drafts.own += 1,
                (None, false) if refused => {}
                (None, false) => plan.begin(&known, said),
            }
        }
        let silent = |name: &&String| known.listed(name).is_some() && !heard.contains_key(name.as_str());
        plan.back.extend(known.noted.keys().filter(silent).cloned());
        Ok(plan)
    }

    /// There is no rule yet.
    fn begin(&mut self, known: &Known, said: &Said<'_>) {
        let made = said.right.and_then(|entry| known.made(entry));
        let held = made.as_ref().map(|made| made.decision.clone());
        self.holds.extend(made);
        self.ask(known, said.top, held);
    }

    /// There is a rule that came from a list.
    fn change(&mut self, known: &Known, said: &Said<'_>, rule: &HostRule, noted: &ListedRule) {
        let Some((entry, made)) = said.right.and_then(|entry| Some((entry, known.made(entry)?))) else {
            self.back.insert(rule.name.clone());
            self.ask(known, said.top, None);
            return;
        };
        let before = rule.decision();
        if made.decision.does_the_same(&before) {
            if made.decision != before || noted.list_id != Some(entry.list_id) {
                self.words.push(made);
            }
            self.ask(known, said.top, Some(before));
        } else if known.holds(entry) {
            self.ask(known, said.top, Some(made.decision.clone()));
            self.holds.push(made);
            self.changed += 1;
        } else {
            self.ask(known, said.top, Some(before));
        }
    }

    /// Somebody has to decide about what counts most, unless it holds anyway.
    fn ask(&mut self, known: &Known, top: &ListEntry, held: Option<Decision>) {
        let Some(made) = known.made(top).filter(|_| !known.holds(top)) else { return };
        if held.as_ref().is_some_and(|held| made.decision.does_the_same(held)) {
            return;
        }
        self.drafts.new.push(ListDraft {
            name: made.name,
            list: made.list,
            decision: made.decision,
            before: held,
        });
    }

    /// How many rules are taken back.
    pub(super) fn taken_back(&self) -> usize {
        self.back.len()
    }

    /// What somebody has to decide.
    pub(super) fn into_drafts(self) -> Drafts {
        self.drafts
    }

    /// Does what needs nobody's consent, and says what that was.
    pub(super) fn carry_out(self, tx: &mut Tx<'_>, by: By) -> Result<Done, Error> {
        let names: Vec<String> = self.back.iter().cloned().collect();
        host_lists::unmark_all(tx, &names)?;
        let taken_back = hosts::take_back(tx, by, &self.back)?;
        let new = self.holds.len().saturating_sub(self.changed);
        let done = Done { new, changed: self.changed, taken_back, waiting: self.drafts.new.len() };
        put(tx, by, self.holds)?;
        reword(tx, self.words)?;
        Ok(done)
    }
}

/// Makes rules of lists hold, and notes from which they came.
fn put(tx: &mut Tx<'_>, by: By, rules: Vec<Listed>) -> Result<(), Error> {
    let noted = note(&rules);
    hosts::put_all(tx, by, &pairs(rules))?;
    Ok(host_lists::mark_all(tx, &noted)?)
}

/// A list says the same in other words: nobody is asked, and nothing else happens.
fn reword(tx: &mut Tx<'_>, rules: Vec<Listed>) -> Result<(), Error> {
    if rules.is_empty() {
        return Ok(());
    }
    for list in host_lists::all(tx)? {
        let count = rules.iter().filter(|rule| rule.list == list.id).count();
        if count > 0 {
            audit::record(tx, None, "list.reword", &list.url, &format!("rules: {count}"))?;
        }
    }
    let noted = note(&rules);
    hosts::reword(tx, &pairs(rules))?;
    Ok(host_lists::mark_all(tx, &noted)?)
}

fn note(rules: &[Listed]) -> Vec<ListedRule> {
    let noted =
        |rule: &Listed| ListedRule { name: rule.name.clone(), list_id: Some(rule.list), refused: false };
    rules.iter().map(noted).collect()
}

fn pairs(rules: Vec<Listed>) -> Vec<(String, Decision)> {
    rules.into_iter().map(|rule| (rule.name, rule.decision)).collect()
}

/// Does what follows from the lists by now and needs nobody's consent.
pub(super) fn hear(tx: &mut Tx<'_>, by: By) -> Result<(), Error> {
    Plan::of(tx, None)?.carry_out(tx, by).map(drop)
}

/// What waits for somebody, for looking at it.
pub fn drafts(conn: &mut Conn) -> Result<Drafts, Error> {
    Ok(Plan::of(conn, None)?.into_drafts())
}

/// What waits, for deciding about it: nobody else decides until this is written.
pub fn drafts_to_decide(tx: &mut Tx<'_>) -> Result<Drafts, Error> {
    audit::stand_in_line(tx)?;
    drafts(tx)
}

/// Takes over what waited, as [`drafts_to_decide`] gave it; how many.
pub fn accept(tx: &mut Tx<'_>, user: Option<Id<User>>, drafts: &[ListDraft]) -> Result<usize, Error> {
    let listed = |draft: &ListDraft| Listed {
        name: draft.name.clone(),
        list: draft.list,
        decision: draft.decision.clone(),
    };
    put(tx, By::Person(user), drafts.iter().map(listed).collect())?;
    let mut waited: HashMap<Id<HostList>, Vec<String>> = HashMap::new();
    for draft in drafts {
        waited.entry(draft.list).or_default().push(draft.name.clone());
    }
    for (list, names) in waited {
        host_lists::let_go(tx, list, &names)?;
    }
    Ok(drafts.len())
}

/// Does not want what waited: nobody is asked about these names again. A rule that came from a list and
/// stays as it is belongs to this site until somebody wants to be asked again.
pub fn refuse(tx: &mut Tx<'_>, user: Option<Id<User>>, drafts: &[ListDraft]) -> Result<usize, Error> {
    for draft in drafts {
        let noted = host_lists::listed_of(tx, &draft.name)?;
        let list_id = noted.and_then(|noted| noted.list_id);
        host_lists::mark(tx, &ListedRule { name: draft.name.clone(), list_id, refused: true })?;
        audit::record(tx, user, "list.refuse", &draft.name, &draft.decision.effect())?;
    }
    Ok(drafts.len())
}

/// Somebody wants to be asked about a name again. What a list says that takes effect without asking does
/// so now.
pub fn ask_again(tx: &mut Tx<'_>, user: Option<Id<User>>, name: &str) -> Result<(), Error> {
    audit::stand_in_line(tx)?;
    let Some(noted) = host_lists::listed_of(tx, name)?.filter(|noted| noted.refused) else { return Ok(()) };
    if noted.list_id.is_some() && host_rules::by_name(tx, name)?.is_some() {
        host_lists::mark(tx, &ListedRule { refused: false, ..noted })?;
    } else {
        host_lists::unmark(tx, name)?;
    }
    audit::record(tx, user, "list.ask_again", name, "")?;
    hear(tx, By::Person(user))
}
