//! What admins decide about other servers, and what follows from it at once.

use std::collections::{HashMap, HashSet};

use super::{account_rules, held, log, notifications, publish};
use crate::domain::Refusal;
use crate::domain::contribution::State;
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_list::ListedRule;
use crate::domain::host_rule::{Decision, HostRule, is_below, name, obfuscated, upwards};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::reach::Reach;
use crate::domain::user::User;
use crate::store::audit::Entry;
use crate::store::{
    Conn, Error, Tx, accounts, audit, host_lists, host_rules, hosts, jobs, reach, review_approvals,
    taken_lists, withheld, withheld_reactions,
};

/// Who makes rules by the dozen.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// Somebody, or someone at the command line.
    Person(Option<Id<User>>),
    /// What lists say that this site follows.
    Lists,
}

impl By {
    fn record(self, tx: &mut Tx<'_>, what: &str, done: &[(&str, String)]) -> Result<(), Error> {
        let (user, noun) = match self {
            Self::Person(user) => (user, "host"),
            Self::Lists => (None, "list"),
        };
        audit::record_all(tx, user, &format!("{noun}.{what}"), done)
    }

    const fn person(self) -> Option<Id<User>> {
        match self {
            Self::Person(user) => user,
            Self::Lists => None,
        }
    }
}

/// Decides about a server and everything below its name; deciding nothing takes the rule back. What
/// follows has happened when this returns: what waits is dropped, relations are kept aside, what is
/// hidden is hidden, or all of that is given back. Everybody can read in the public log that it was decided.
pub fn decide(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    typed: &str,
    decision: &Decision,
) -> Result<String, Error> {
    decide_and(tx, user, (typed, decision), true)
}

/// Decides, and keeps the decision out of the public log.
pub fn decide_privately(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    typed: &str,
    decision: &Decision,
) -> Result<String, Error> {
    decide_and(tx, user, (typed, decision), false)
}

fn decide_and(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    (typed, decision): (&str, &Decision),
    tells: bool,
) -> Result<String, Error> {
    let name = name(typed, &tx.site()?.host).map_err(|why| Refusal::invalid("name", why))?;
    if let Some((field, why)) = decision.mistakes().into_iter().next() {
        return Err(Refusal::invalid(field, why).into());
    }
    audit::stand_in_line(tx)?;
    let before = host_rules::by_name(tx, &name)?;
    if before.as_ref().map(HostRule::decision).unwrap_or_default() == *decision {
        // Whoever saves the rule of a list as it is makes it theirs.
        if before.is_some() {
            decided_anew(tx, std::slice::from_ref(&name))?;
            if host_lists::unmark(tx, &name)? > 0 {
                audit::record(tx, user, "host.decide", &name, &decision.summary())?;
            }
        }
        return Ok(name);
    }
    let again = before.as_ref().map(HostRule::undone).filter(|again| decision.is_none() && !again.is_none());
    let (action, detail) = if let Some(again) = again {
        let rule = rule(tx, user, &name, &again, before.as_ref());
        host_rules::put(tx, &rule)?;
        ("host.undo", format!("{} again, as before", again.summary()))
    } else if decision.is_none() {
        host_rules::delete(tx, &name)?;
        ("host.undo", String::new())
    } else {
        let rule = rule(tx, user, &name, decision, before.as_ref());
        host_rules::put(tx, &rule)?;
        ("host.decide", decision.summary())
    };
    // What came from a list and is changed by somebody here is theirs from now on, also where they want
    // no rule: the list must not bring it back.
    host_lists::unmark(tx, &name)?;
    decided_anew(tx, std::slice::from_ref(&name))?;
    if decision.is_none() && host_lists::says(tx, &name)? {
        host_lists::mark(tx, &ListedRule { name: name.clone(), list_id: None, refused: true })?;
    }
    // Whoever is decided about is known from now on, so that people find it in the list.
    hosts::ensure(tx, &name)?;
    for host in host_rules::hosts_below(tx, &name)? {
        settle(tx, &host)?;
    }
    if decision.standing == HostStanding::Suspended {
        drop_jobs(tx, &|host| host == name || is_below(host, &name))?;
    }
    let entry = audit::enter(tx, user, action, &name, &detail)?;
    let old = before.as_ref().map(HostRule::decision).unwrap_or_default();
    if tells {
        show(tx, entry, &name, &old, decision)?;
    }
    Ok(name)
}

/// What keeps a server out, and that it is let in again, stands in the public log: the list of rules names
/// it anyway, and has no days. That somebody was let in says whom people here talk to, and stands there only
/// with a reason that was written for everybody.
fn show(tx: &mut Tx<'_>, entry: Id<Entry>, name: &str, old: &Decision, new: &Decision) -> Result<(), Error> {
    let (shown, what) = match new.standing {
        HostStanding::Unknown if new.is_none() => (old, "a rule was taken back"),
        HostStanding::Unknown => (new, "files or reports are rejected"),
        HostStanding::Approved => (new, "let in"),
        HostStanding::Limited => (new, "limited"),
        HostStanding::Suspended => (new, "suspended"),
    };
    let keeps_out = matches!(shown.standing, HostStanding::Limited | HostStanding::Suspended);
    if shown.public_comment.is_empty() && !keeps_out {
        return Ok(());
    }
    let named = if shown.obfuscate { obfuscated(name) } else { name.to_owned() };
    // Why it was kept out is not why it is let in again.
    let words = if new.is_none() { "" } else { shown.public_comment.as_str() };
    log::put(tx, entry, &format!("{named}: {what}"), words)
}

/// What was decided about these names before, by a list or from the list of what waits, is not what holds any
/// more, and is not taken back with it.
fn decided_anew(tx: &mut Tx<'_>, names: &[String]) -> Result<(), Error> {
    taken_lists::changed(tx, names)?;
    Ok(review_approvals::forget(tx, names)?)
}

/// Takes a rule back.
pub fn undo(tx: &mut Tx<'_>, user: Option<Id<User>>, name: &str) -> Result<String, Error> {
    decide(tx, user, name, &Decision::default())
}

/// Makes rules hold in the place of what there was of their names, each name once. Each server is looked
/// at once, however many rules there are.
pub(super) fn put_all(tx: &mut Tx<'_>, by: By, rules: &[(String, Decision)]) -> Result<(), Error> {
    if rules.is_empty() {
        return Ok(());
    }
    let before: HashMap<String, HostRule> =
        host_rules::all(tx)?.into_iter().map(|rule| (rule.name.clone(), rule)).collect();
    let kept =
        |(name, decision): &(String, Decision)| rule(tx, by.person(), name, decision, before.get(name));
    let put: Vec<HostRule> = rules.iter().map(kept).collect();
    let done: Vec<(&str, String)> =
        rules.iter().map(|(name, decision)| (name.as_str(), decision.summary())).collect();
    by.record(tx, "decide", &done)?;
    host_rules::put_all(tx, &put)?;
    decided_anew(tx, &put.iter().map(|rule| rule.name.clone()).collect::<Vec<_>>())?;
    let names: HashSet<&str> = rules.iter().map(|(name, _)| name.as_str()).collect();
    settle_below(tx, &names)?;
    let named: Vec<(&str, &Decision)> =
        rules.iter().map(|(name, decision)| (name.as_str(), decision)).collect();
    hosts::ensure_all(tx, &named)?;
    let suspended = rules.iter().filter(|(_, decision)| decision.standing == HostStanding::Suspended);
    let out: HashSet<&str> = suspended.map(|(name, _)| name.as_str()).collect();
    if out.is_empty() {
        return Ok(());
    }
    drop_jobs(tx, &|host| upwards(host).into_iter().any(|name| out.contains(name)))
}

/// Changes what stands beside rules and how their names are shown, and nothing that they do.
pub(super) fn reword(tx: &mut Tx<'_>, rules: &[(String, Decision)]) -> Result<(), Error> {
    let said: HashMap<&str, &Decision> =
        rules.iter().map(|(name, decision)| (name.as_str(), decision)).collect();
    let reworded = |old: HostRule| {
        let said = said.get(old.name.as_str())?;
        Some(HostRule {
            public_comment: said.public_comment.clone(),
            private_comment: said.private_comment.clone(),
            obfuscate: said.obfuscate,
            ..old
        })
    };
    let changed: Vec<HostRule> = host_rules::all(tx)?.into_iter().filter_map(reworded).collect();
    Ok(host_rules::put_all(tx, &changed)?)
}

/// Takes rules back, all at once: each server is looked at once. Returns how many there were.
pub(super) fn take_back(tx: &mut Tx<'_>, by: By, names: &HashSet<String>) -> Result<usize, Error> {
    if names.is_empty() {
        return Ok(0);
    }
    let gone: Vec<HostRule> =
        host_rules::all(tx)?.into_iter().filter(|rule| names.contains(&rule.name)).collect();
    // What stands beside it says from which list it came.
    let done: Vec<(&str, String)> =
        gone.iter().map(|rule| (rule.name.as_str(), rule.private_comment.clone())).collect();
    by.record(tx, "undo", &done)?;
    let names: Vec<String> = gone.iter().map(|rule| rule.name.clone()).collect();
    host_rules::delete_all(tx, &names)?;
    let again: Vec<HostRule> = gone
        .iter()
        .filter(|old| old.allowed_before)
        .map(|old| rule(tx, by.person(), &old.name, &old.undone(), Some(old)))
        .collect();
    if !again.is_empty() {
        host_rules::put_new(tx, &again)?;
    }
    decided_anew(tx, &names)?;
    settle_below(tx, &names.iter().map(String::as_str).collect())?;
    Ok(gone.len())
}

/// Makes rules hold, or hold no longer, for every server that they are about.
fn settle_below(tx: &mut Tx<'_>, names: &HashSet<&str>) -> Result<(), Error> {
    let concerned = |host: &Host| upwards(&host.name).into_iter().any(|name| names.contains(name));
    let strangers = hosts::strangers(tx)?;
    let all = hosts::all(tx)?.into_iter().filter(concerned);
    let (strange, known): (Vec<Host>, Vec<Host>) = all.partition(|host| strangers.contains(&host.id));
    settle_strangers(tx, &strange)?;
    for host in &known {
        settle(tx, host)?;
    }
    Ok(())
}

/// The same for servers of which nobody is known here, however many: nothing hangs on them that could be hidden,
/// parted or given back, so that all for which the same holds are written at once.
fn settle_strangers(tx: &mut Tx<'_>, strangers: &[Host]) -> Result<(), Error> {
    if strangers.is_empty() {
        return Ok(());
    }
    let rules: HashMap<String, HostRule> =
        host_rules::all(tx)?.into_iter().map(|rule| (rule.name.clone(), rule)).collect();
    let mut alike: HashMap<Held, Vec<Id<Host>>> = HashMap::new();
    for host in strangers {
        let above = upwards(&host.name).into_iter().filter_map(|name| rules.get(name));
        let nearest = above.filter(|rule| rule.covers(&host.name)).max_by_key(|rule| rule.name.len());
        let held = nearest.map(Held::of).unwrap_or_default();
        if held != (Held { standing: host.standing, media: host.reject_media, reports: host.reject_reports })
        {
            alike.entry(held).or_default().push(host.id);
        }
    }
    for (held, ids) in alike {
        host_rules::settle_all(tx, &ids, held.standing, (held.media, held.reports))?;
        if held.standing == HostStanding::Suspended {
            reach::drop_waiting(tx, &ids)?;
        }
    }
    Ok(())
}

/// What a rule means for a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Held {
    standing: HostStanding,
    media: bool,
    reports: bool,
}

impl Held {
    const fn of(rule: &HostRule) -> Self {
        Self { standing: rule.standing, media: rule.reject_media, reports: rule.reject_reports }
    }
}

/// What a list would do that is taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListTrial {
    /// How many of its rules are about names of which there is none here.
    pub new: usize,
    /// Of these, how many decide so, and what hangs on the servers that are better off now.
    pub parts: Vec<(HostStanding, usize, Reach)>,
    /// Names about which something else was decided here: what, and what the list says.
    pub differing: Vec<(String, Decision, Decision)>,
    /// New names that would cut off a server on which something here hangs.
    pub tied: Vec<String>,
}

/// What a list would do, standing by standing, and where it says something else than we do.
pub fn preview_list(conn: &mut Conn, rules: &[(String, Decision)]) -> Result<ListTrial, Error> {
    let known: HashMap<String, Decision> =
        host_rules::all(conn)?.into_iter().map(|rule| (rule.name.clone(), rule.decision())).collect();
    let new: Vec<&(String, Decision)> = rules.iter().filter(|(name, _)| !known.contains_key(name)).collect();
    let mut trial = ListTrial { new: new.len(), ..ListTrial::default() };
    for standing in
        [HostStanding::Suspended, HostStanding::Limited, HostStanding::Unknown, HostStanding::Approved]
    {
        let such = new.iter().filter(|(_, decision)| decision.standing == standing);
        let names: HashSet<&str> = such.map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            trial.parts.push((standing, names.len(), preview_names(conn, &names, standing)?));
        }
    }
    let differs = |(name, decision): &(String, Decision)| {
        let ours = known.get(name).filter(|ours| !ours.does_the_same(decision))?;
        Some((name.clone(), ours.clone(), decision.clone()))
    };
    trial.differing = rules.iter().filter_map(differs).collect();
    let tied = host_lists::tied(conn)?;
    let tied: HashSet<&str> = tied.iter().flat_map(|host| upwards(host)).collect();
    let cuts_off = |(name, decision): &&&(String, Decision)| {
        matches!(decision.standing, HostStanding::Limited | HostStanding::Suspended)
            && tied.contains(name.as_str())
    };
    trial.tied = new.iter().filter(cuts_off).map(|(name, _)| name.clone()).collect();
    Ok(trial)
}

/// What rules of these names would touch: servers for which as much holds already are left out.
pub(super) fn preview_names(
    conn: &mut Conn,
    names: &HashSet<&str>,
    standing: HostStanding,
) -> Result<Reach, Error> {
    let concerned = |host: &Host| {
        host.standing < standing && upwards(&host.name).into_iter().any(|name| names.contains(name))
    };
    let hosts: Vec<Id<Host>> =
        hosts::all(conn)?.iter().filter(|host| concerned(host)).map(|host| host.id).collect();
    Ok(reach::of(conn, &hosts)?)
}

/// What a rule of this name would touch, and what comes back where one is taken back.
pub fn preview(conn: &mut Conn, name: &str) -> Result<Reach, Error> {
    let hosts: Vec<Id<Host>> = host_rules::hosts_below(conn, name)?.iter().map(|host| host.id).collect();
    let kept = withheld::kept(conn, &hosts)?;
    Ok(Reach { kept, ..reach::of(conn, &hosts)? })
}

fn rule(
    tx: &Tx<'_>,
    user: Option<Id<User>>,
    name: &str,
    decision: &Decision,
    before: Option<&HostRule>,
) -> HostRule {
    HostRule {
        name: name.to_owned(),
        standing: decision.standing,
        reject_media: decision.reject_media,
        reject_reports: decision.reject_reports,
        public_comment: decision.public_comment.clone(),
        private_comment: decision.private_comment.clone(),
        obfuscate: decision.obfuscate,
        user_id: user,
        created_at: before.map_or(tx.now, |before| before.created_at),
        updated_at: tx.now,
        allowed_before: before.is_some_and(|rule| match decision.standing {
            HostStanding::Approved => false,
            // Whoever decides nothing in the place of an allowance takes the allowance back.
            HostStanding::Unknown => rule.allowed_before,
            HostStanding::Limited | HostStanding::Suspended => {
                rule.allowed_before || rule.standing == HostStanding::Approved
            }
        }),
    }
}

/// Makes the rule that is nearest now hold for a server, in the place of what held before.
fn settle(tx: &mut Tx<'_>, host: &Host) -> Result<(), Error> {
    let rule = host_rules::nearest(tx, &host.name)?.map(|rule| rule.decision()).unwrap_or_default();
    let organization = tx.site()?.organization;
    if rule.standing != host.standing {
        withheld::give_back(tx, host.id)?;
        withheld::open_accounts(tx, host.id)?;
        if host.standing == HostStanding::Suspended {
            withheld_reactions::settle_host(tx, host.id)?;
            reunite(tx, host)?;
        }
    }
    let followed =
        rule.standing == HostStanding::Unknown && withheld::is_followed(tx, organization, host.id)?;
    let standing = if followed { HostStanding::Approved } else { rule.standing };
    host_rules::settle(tx, host.id, standing, rule.reject_media, rule.reject_reports)?;
    if standing == host.standing {
        return Ok(());
    }
    match standing {
        HostStanding::Suspended => {
            withheld::withhold(tx, host.id, State::Withheld)?;
            withheld::shut_accounts(tx, host.id)?;
            withheld_reactions::settle_host(tx, host.id)?;
            let lost = withheld::sever(tx, host.id)?;
            notifications::severed(tx, (&host.name, None), &lost)?;
            reach::drop_waiting(tx, &[host.id])?;
        }
        HostStanding::Limited => {
            withheld::withhold(tx, host.id, State::Held)?;
        }
        HostStanding::Approved => {
            held::let_in(tx, host.id)?;
        }
        HostStanding::Unknown => {}
    }
    account_rules::hold_again(tx, host.id)
}

/// What stood before stands again; our requests are sent once more, because the other side may have
/// forgotten them meanwhile.
fn reunite(tx: &mut Tx<'_>, host: &Host) -> Result<(), Error> {
    // It has to be served again before anything can be queued for it.
    host_rules::settle(tx, host.id, HostStanding::Unknown, host.reject_media, host.reject_reports)?;
    for follow in withheld::reunite(tx, host.id)? {
        let follower = accounts::by_id(tx, follow.follower_id)?;
        let followee = accounts::by_id(tx, follow.followee_id)?;
        if let (Some(follower), Some(followee)) = (follower, followee)
            && follower.is_local()
        {
            publish::follow(tx, &follower, &followee, &follow.uri)?;
        }
    }
    Ok(())
}

fn drop_jobs(tx: &mut Tx<'_>, out: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    let mut gone = Vec::new();
    for (id, payload) in jobs::all(tx)? {
        let Ok(job) = serde_json::from_str::<Job>(&payload) else { continue };
        let asks = match &job {
            Job::FetchOutbox { account, .. } | Job::CountAccount { account } => {
                accounts::by_id(tx, Id::new(*account))?.map(|account| account.uri.host().to_owned())
            }
            other => other.asks().map(str::to_owned),
        };
        if asks.is_some_and(|host| out(&host)) {
            gone.push(id);
        }
    }
    jobs::delete(tx, &gone)?;
    Ok(())
}
