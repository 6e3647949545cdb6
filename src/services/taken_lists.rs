//! Taking back a list of rules about servers that somebody took in, all of it at once.

use std::collections::{HashMap, HashSet};

use super::hosts::{self, By};
use super::{listed_rules, log};
use crate::domain::Refusal;
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_list::ListedRule;
use crate::domain::host_rule::{Decision, HostRule, upwards};
use crate::domain::id::Id;
use crate::domain::taken_list::{TakenList, in_words, numbers};
use crate::domain::user::User;
use crate::store::{self, Conn, Error, Tx, audit, host_lists, host_rules, taken_lists};

/// What taking a list back does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackTrial {
    /// How many of its rules hold no longer, by what they decide.
    pub gone: Vec<(HostStanding, usize)>,
    /// Names about which holds again what was decided before: what, and what the list says.
    pub restored: Vec<(String, Decision, Decision)>,
    /// Names whose rules go on, as those of a list that is followed.
    pub listed: Vec<String>,
    /// Names about which somebody decided since: their rules stay.
    pub changed: Vec<String>,
    /// How many contributions were hidden and how many relations parted by what holds no longer.
    pub aside: (i64, i64),
}

/// What becomes of each rule of a list.
#[derive(Default)]
struct Plan {
    gone: Vec<HostRule>,
    restored: Vec<(HostRule, Decision)>,
    listed: Vec<ListedRule>,
    changed: Vec<String>,
}

impl Plan {
    fn of(conn: &mut Conn, id: Id<TakenList>) -> Result<Self, Error> {
        let rules: HashMap<String, HostRule> =
            host_rules::all(conn)?.into_iter().map(|rule| (rule.name.clone(), rule)).collect();
        let followed = followed(conn)?;
        let mut plan = Self::default();
        for taken in taken_lists::rules(conn, id)? {
            let Some(rule) = rules.get(&taken.name).filter(|_| !taken.changed) else {
                plan.changed.push(taken.name);
                continue;
            };
            match (taken.before(rule), followed.get(&taken.name)) {
                (Some(before), _) => plan.restored.push((rule.clone(), before)),
                (None, Some(listed)) => plan.listed.push(listed.clone()),
                (None, None) => plan.gone.push(rule.clone()),
            }
        }
        Ok(plan)
    }

    /// The rules that hold no longer.
    fn ended(&self) -> impl Iterator<Item = &HostRule> {
        self.gone.iter().chain(self.restored.iter().map(|(rule, _)| rule))
    }
}

/// What lists that are followed would make a rule of, without anybody being asked.
fn followed(conn: &mut Conn) -> Result<HashMap<String, ListedRule>, Error> {
    let adopting: HashSet<_> =
        host_lists::all(conn)?.into_iter().filter(|list| list.adopts).map(|list| list.id).collect();
    let noted = host_lists::listed(conn)?.into_iter().filter(|noted| noted.refused);
    let refused: HashSet<String> = noted.map(|noted| noted.name).collect();
    let mut followed = HashMap::new();
    for entry in host_lists::entries(conn)? {
        if adopting.contains(&entry.list_id) && !entry.waits && !refused.contains(&entry.name) {
            let rule = ListedRule { name: entry.name.clone(), list_id: Some(entry.list_id), refused: false };
            followed.entry(entry.name).or_insert(rule);
        }
    }
    Ok(followed)
}

/// What taking a list back would do.
pub fn preview(conn: &mut Conn, id: Id<TakenList>) -> Result<BackTrial, Error> {
    open(conn, id)?;
    let plan = Plan::of(conn, id)?;
    let names: HashSet<&str> = plan.ended().map(|rule| rule.name.as_str()).collect();
    let concerned = |host: &&Host| upwards(&host.name).into_iter().any(|name| names.contains(name));
    let hosts: Vec<Id<Host>> =
        store::hosts::all(conn)?.iter().filter(concerned).map(|host| host.id).collect();
    let aside = taken_lists::kept_aside(conn, &hosts)?;
    let again = |(rule, before): &(HostRule, Decision)| (rule.name.clone(), before.clone(), rule.decision());
    Ok(BackTrial {
        gone: numbers(plan.gone.iter().map(|rule| rule.standing)),
        restored: plan.restored.iter().map(again).collect(),
        listed: plan.listed.iter().map(|noted| noted.name.clone()).collect(),
        aside,
        changed: plan.changed,
    })
}

/// The list, unless it was taken back already.
fn open(conn: &mut Conn, id: Id<TakenList>) -> Result<TakenList, Error> {
    let list = taken_lists::by_id(conn, id)?.ok_or(Refusal::NotFound)?;
    if list.taken_back_at.is_some() {
        return Err(Refusal::Conflict(format!("{} was taken back already", list.title)).into());
    }
    Ok(list)
}

/// Takes a list back: each of its rules that nobody changed since is taken back as if it were the only one.
/// How many that are.
pub fn take_back(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<TakenList>) -> Result<usize, Error> {
    audit::stand_in_line(tx)?;
    let list = open(tx, id)?;
    let plan = Plan::of(tx, id)?;
    taken_lists::take_back(tx, id)?;
    let (ended, stay) = (numbers(plan.ended().map(|rule| rule.standing)), plan.changed.len());
    let count = plan.ended().count();
    let names: HashSet<String> = plan.gone.into_iter().map(|rule| rule.name).collect();
    hosts::take_back(tx, By::Person(user), &names)?;
    let again: Vec<(String, Decision)> =
        plan.restored.into_iter().map(|(rule, before)| (rule.name, before)).collect();
    hosts::put_all(tx, By::Person(user), &again)?;
    host_lists::mark_all(tx, &plan.listed)?;
    // What is taken back may be what a list that is followed says otherwise.
    listed_rules::hear(tx, By::Person(user))?;
    let detail = format!("rules taken back: {count}; changed since, and staying: {stay}");
    let entry = audit::enter(tx, user, "list.take_back", &list.title, &detail)?;
    if list.shown && count > 0 {
        let what = format!(
            "A list of rules about servers was taken back. Of what it decided this holds no longer: {}",
            in_words(&ended)
        );
        log::put(tx, entry, &what, "")?;
    }
    Ok(count)
}
