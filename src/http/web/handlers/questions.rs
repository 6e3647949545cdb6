//! The catalogue of questions, and the registers of what is unanswered.

use std::collections::{BTreeMap, HashMap, HashSet};

use activitypub_federation::config::Data;
use url::form_urlencoded::byte_serialize;

use super::question::core;
use super::{Answer, page};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::domain::user::Role;
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::catalogue::{CataloguePage, Item, lay_out, nest};
use crate::http::web::forms::Choice;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::map_files;
use crate::http::web::present::small;
use crate::http::web::shown::{Lang, Link};
use crate::store::contributions::Viewer;
use crate::store::questions::Copy;
use crate::store::registers::{self, Outline};
use crate::store::{Conn, Error, accounts, positions, questions};

/// Questions that the catalogue shows.
const MOST: i64 = 1000;

/// A question, in the copy that stands for it: ours where there is one.
pub struct Known {
    copy: Copy,
    /// Of which one it is a part.
    whole: Option<Qid>,
    /// Whose copies are here.
    carriers: Vec<Id<Account>>,
    asker: Option<Account>,
    /// How many positions the map lists.
    positions: i64,
    /// Whether our position stands.
    answered: bool,
}

/// Questions that are here, and who carries them.
struct Loaded {
    known: Vec<Known>,
    carriers: Vec<Account>,
}

/// `GET /questions`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let loaded = load(&data, &visit).await?;
    let [show, scope, status, by] = ["show", "scope", "status", "by"].map(|name| asked(&visit, name));
    let (heading, lead) = heading(&show);
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let file =
        format!("/questions.csv?show={show}&scope={}&status={status}&by={}", encoded(&scope), encoded(&by));
    page(&CataloguePage {
        layout: Layout { here: Section::Questions, ..visit.layout(heading) },
        heading,
        lead,
        lists: lists(&show),
        scopes: scopes(&loaded.known, &scope),
        statuses: statuses(&status),
        organizations: organizations(&loaded.carriers, &by),
        items: tree(&visit, &wanted(&visit, &loaded)),
        tools: tools(&visit),
        rest: loaded.known.len() >= usize::try_from(MOST).unwrap_or(usize::MAX),
        file: file.into(),
        show,
    })
}

/// `GET /questions.csv`: the same list for programs.
pub async fn csv(data: Data<Federation>, visit: Visit) -> Answer {
    let loaded = load(&data, &visit).await?;
    let line = |one: &&Known| {
        let item = item(&visit, one);
        vec![
            one.copy.1.qid.to_string(),
            item.text,
            item.whose.to_owned(),
            item.asker,
            item.scope,
            item.positions.to_string(),
            if item.withdrawn { "withdrawn" } else { "open" }.to_owned(),
            visit.absolute(item.href.as_str()),
        ]
    };
    let header = ["question", "text", "whose", "asked_by", "scope", "positions", "status", "address"];
    let text = map_files::table(&header, wanted(&visit, &loaded).iter().map(line));
    Ok(map_files::csv_file("questions", text))
}

async fn load(data: &Data<Federation>, visit: &Visit) -> Result<Loaded, Error> {
    let (viewer, organization) = (visit.viewer(), visit.organization.id);
    let loaded = data.app.db.read(|conn| {
        let known = all(conn, viewer, organization, MOST)?;
        let ids: HashSet<Id<Account>> = known.iter().flat_map(|one| one.carriers.clone()).collect();
        let carriers = accounts::by_ids(conn, &ids.into_iter().collect::<Vec<_>>())?;
        Ok(Loaded { known, carriers })
    });
    loaded.await
}

fn asked(visit: &Visit, name: &str) -> String {
    visit.asked(name).unwrap_or_default()
}

/// Those that the filters of the page ask for.
fn wanted<'a>(visit: &Visit, loaded: &'a Loaded) -> Vec<&'a Known> {
    let [show, scope, status, by] = ["show", "scope", "status", "by"].map(|name| asked(visit, name));
    let carrier = loaded.carriers.iter().find(|carrier| carrier.handle == by).map(|carrier| carrier.id);
    let wanted = |one: &&Known| {
        is_in(visit, one, &show)
            && (scope.is_empty() || one.copy.1.scope == scope)
            && (status.is_empty() || (status == "withdrawn") == (one.copy.0.state != State::Current))
            && (by.is_empty() || carrier.is_some_and(|id| one.carriers.contains(&id)))
    };
    loaded.known.iter().filter(wanted).collect()
}

/// Questions that an organization asked, and those that it carries and has not answered: the newest of either.
pub fn concerning(
    conn: &mut Conn,
    viewer: Viewer,
    organization: &Account,
    most: usize,
) -> Result<[Vec<Link>; 2], Error> {
    let copies = registers::copies_with(conn, viewer, organization)?;
    let answered = positions::answered_by(conn, viewer, organization.id)?;
    // Of each question the copy that stands for it comes first.
    let mut best: HashMap<&Qid, &Outline> = HashMap::new();
    for copy in &copies {
        best.entry(&copy.qid).or_insert(copy);
    }
    let order = order(&copies, i64::MAX);
    let standing =
        || order.iter().filter_map(|qid| best.get(qid)).filter(|copy| copy.state == State::Current);
    let asked = standing().filter(|copy| copy.asked_by == organization.uri);
    let asked: Vec<&Qid> = asked.map(|copy| &copy.qid).take(most).collect();
    let waits = |copy: &&&Outline| copy.author_id == organization.id && !answered.contains(&copy.qid);
    let unanswered: Vec<&Qid> = standing().filter(waits).map(|copy| &copy.qid).take(most).collect();
    let named: Vec<Qid> = asked.iter().chain(&unanswered).map(|qid| (*qid).clone()).collect();
    let shown = questions::of_qids(conn, viewer, &named)?;
    let links = |qids: Vec<&Qid>| qids.into_iter().filter_map(|qid| shown.get(qid)).map(link).collect();
    Ok([links(asked), links(unanswered)])
}

/// A link to a question, in the words in which it was asked.
fn link((_, question): &Copy) -> Link {
    let text = core(question).map(|core| core.text().to_owned()).unwrap_or_default();
    Link::new(text, format!("/questions/{}", question.slug))
}

/// The questions among ours and the newest copies that are here, each once, newest first.
pub fn all(
    conn: &mut Conn,
    viewer: Viewer,
    organization: Id<Account>,
    most: i64,
) -> Result<Vec<Known>, Error> {
    let copies = registers::copies(conn, viewer)?;
    let order = order(&copies, most);
    let mut best = questions::of_qids(conn, viewer, &order)?;
    let mut wholes = registers::wholes(conn, viewer, &copies)?;
    let mut carriers: HashMap<&Qid, Vec<Id<Account>>> = HashMap::new();
    for copy in &copies {
        carriers.entry(&copy.qid).or_default().push(copy.author_id);
    }
    let askers: Vec<_> = best.values().map(|(_, question)| question.asked_by.clone()).collect();
    let askers = accounts::by_uris(conn, &askers)?;
    let counts = positions::counts(conn, viewer)?;
    let mine = positions::answered_by(conn, viewer, organization)?;
    let known = |qid: Qid| {
        let copy = best.remove(&qid)?;
        Some(Known {
            whole: wholes.remove(&qid),
            carriers: carriers.remove(&qid).unwrap_or_default(),
            asker: askers.iter().find(|asker| asker.uri == copy.1.asked_by).cloned(),
            positions: counts.get(&qid).copied().unwrap_or(0),
            answered: mine.contains(&qid),
            copy,
        })
    };
    Ok(order.into_iter().filter_map(known).collect())
}

/// The questions of these copies: ours, however many others publish, and of the rest those of which the
/// newest copies are here; those first of which the newest is.
fn order(copies: &[Outline], most: i64) -> Vec<Qid> {
    let mut newest: HashMap<&Qid, (bool, Id<Contribution>)> = HashMap::new();
    for copy in copies {
        let (ours, last) = newest.entry(&copy.qid).or_insert((false, copy.id));
        *ours |= copy.local;
        *last = copy.id.max(*last);
    }
    let mut order: Vec<(&Qid, (bool, Id<Contribution>))> = newest.into_iter().collect();
    order.sort_by_key(|(_, (ours, last))| std::cmp::Reverse((*ours, *last)));
    order.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    order.sort_by_key(|(_, (_, last))| std::cmp::Reverse(*last));
    order.into_iter().map(|(qid, _)| qid.clone()).collect()
}

impl Known {
    /// A link to it.
    pub fn link(&self) -> Link {
        link(&self.copy)
    }

    /// Whether our organization carries it and has not answered.
    fn waits_for_us(&self, organization: &Account) -> bool {
        let ours = self.copy.0.author_id == organization.id;
        ours && self.copy.0.state == State::Current && !self.answered
    }
}

fn is_in(visit: &Visit, one: &Known, show: &str) -> bool {
    let organization = &visit.organization;
    let ours = one.copy.0.author_id == organization.id;
    let asked = one.copy.1.asked_by == organization.uri;
    match show {
        "asked" => asked,
        "adopted" => ours && !asked,
        "elsewhere" => !ours,
        "unanswered" => one.waits_for_us(organization),
        "nobody" => one.positions == 0 && one.copy.0.state == State::Current,
        _ => true,
    }
}

const LISTS: [(&str, &str, &str); 6] = [
    ("", "Questions", "Nobody owns a question: organizations carry copies and answer on their own servers."),
    ("asked", "Asked by us", "Questions that our organization asked."),
    ("adopted", "Adopted by us", "Questions of others that our organization carries."),
    ("elsewhere", "Asked elsewhere", "Questions that others asked and that our organization does not carry."),
    (
        "unanswered",
        "What we have not answered yet",
        "Questions that our organization carries and has no position on.",
    ),
    ("nobody", "What nobody has answered yet", "Questions on which no organization has a position here."),
];

fn heading(show: &str) -> (&'static str, &'static str) {
    let found = LISTS.iter().find(|(word, _, _)| *word == show);
    found.or(LISTS.first()).map_or(("Questions", ""), |(_, heading, lead)| (heading, lead))
}

fn lists(show: &str) -> Vec<Link> {
    let others = LISTS.iter().filter(|(word, _, _)| *word != show);
    let list = |(word, heading, _): &(&str, &str, &str)| match *word {
        "" => Link::new("All questions", "/questions"),
        word => Link::new(*heading, format!("/questions?show={word}")),
    };
    let more = [
        Link::new("Unanswered objections", "/objections"),
        Link::new("Who answers alike", "/questions/agreement"),
    ];
    others.map(list).chain(more).collect()
}

fn tools(visit: &Visit) -> Vec<Link> {
    if !visit.has_role(Role::Publisher) {
        return Vec::new();
    }
    vec![
        Link::new("Ask a question", "/questions/new"),
        Link::new("Adopt one by its address", "/questions/adopt"),
    ]
}

fn scopes(known: &[Known], chosen: &str) -> Vec<Choice> {
    let scopes: BTreeMap<&str, ()> = known.iter().map(|one| (one.copy.1.scope.as_str(), ())).collect();
    let named = scopes.into_keys().filter(|scope| !scope.is_empty());
    let choices = named.map(|scope| Choice::new(scope, scope, scope == chosen));
    [Choice::new("", "Every scope", chosen.is_empty())].into_iter().chain(choices).collect()
}

fn statuses(chosen: &str) -> Vec<Choice> {
    [("", "Open and withdrawn"), ("open", "Open"), ("withdrawn", "Withdrawn")]
        .map(|(word, label)| Choice::new(word, label, word == chosen))
        .into()
}

fn organizations(carriers: &[Account], chosen: &str) -> Vec<Choice> {
    let names: BTreeMap<(String, &str), ()> =
        carriers.iter().map(|owner| ((owner.title().to_owned(), owner.handle.as_str()), ())).collect();
    let choices = names.into_keys().map(|(name, handle)| Choice::new(handle, name, handle == chosen));
    [Choice::new("", "Every organization", chosen.is_empty())].into_iter().chain(choices).collect()
}

fn tree(visit: &Visit, shown: &[&Known]) -> Vec<Item> {
    let key = |one: &Known| one.copy.1.qid.to_string();
    let keys: Vec<String> = shown.iter().map(|one| key(one)).collect();
    let whole = |one: &&Known| Some((key(one), one.whole.as_ref()?.to_string()));
    let part_of: HashMap<String, String> = shown.iter().filter_map(whole).collect();
    let by_key: HashMap<String, &&Known> = shown.iter().map(|one| (key(one), one)).collect();
    let laid = lay_out(&keys, &part_of);
    let depths: Vec<usize> = laid.iter().map(|(_, depth)| *depth).collect();
    let mut items: Vec<Item> =
        laid.iter().filter_map(|(key, _)| by_key.get(key)).map(|one| item(visit, one)).collect();
    nest(&mut items, &depths);
    items
}

fn item(visit: &Visit, one: &Known) -> Item {
    let link = one.link();
    let organization = &visit.organization;
    let asker = one.asker.as_ref().map(|asker| asker.title().to_owned());
    Item {
        text: link.label,
        language: Lang::new(core(&one.copy.1).map(|core| core.language().to_owned()).unwrap_or_default()),
        href: link.href,
        whose: match (one.copy.1.asked_by == organization.uri, one.copy.0.author_id == organization.id) {
            (true, _) => "Asked by us",
            (false, true) => "Adopted",
            (false, false) => "Elsewhere",
        },
        asker: asker.unwrap_or_else(|| one.copy.1.asked_by.host().to_owned()),
        scope: one.copy.1.scope.clone(),
        positions: small(one.positions),
        withdrawn: one.copy.0.state != State::Current,
        opens: false,
        closes: 0,
    }
}
