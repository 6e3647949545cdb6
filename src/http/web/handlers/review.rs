//! The list of what waits for a moderator, and deciding about it.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::http::StatusCode;

use super::{Answer, key, page, then};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::content_rule::ContentRule;
use crate::domain::contribution::Contribution;
use crate::domain::counting::counted;
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_rule::{HostRule, upwards};
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::user::User;
use crate::domain::view::View;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::contribution::Entry;
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::review::{AuthorGroup, HostGroup, ReviewPage};
use crate::http::web::shown::{Href, Link, Pager};
use crate::services::review::{self as service, Verdict};
use crate::store::contributions::Viewer;
use crate::store::held::{self, Place, Waiting};
use crate::store::rejected_authors::{self, Rejection};
use crate::store::{
    Conn, Error, accounts, condemnations, content_rules, contributions, external_statements, host_lists,
    host_rules, hosts, reports, review_approvals, users, views,
};

/// Authors on one page.
const PAGE: usize = 50;
/// The field that says that the numbers were read.
const CONFIRMED: &str = "confirmed";

/// `GET /moderation`: the old address of the list.
pub async fn moved() -> Answer {
    then("/admin/review")
}

/// `GET /admin/review`: what waits, server by server, author by author.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Review)?;
    let viewer = visit.viewer();
    let asked = visit.asked("after").unwrap_or_default();
    let (after, now) = (place(&asked), data.app.clock().now());
    let first = after.is_none();
    let after = after.unwrap_or_else(start);
    let loaded = data.app.db.read(|conn| {
        let texts = external_statements::count_waiting(conn)?;
        let let_in = review_approvals::count(conn)?;
        Ok((load(conn, viewer, &after)?, texts, condemnations::open(conn, now)?.len(), let_in))
    });
    let ((hosts, older, seen), texts, removed, let_in) = loaded.await?;
    let texts = (texts > 0)
        .then(|| Link::new(format!("Texts that may belong to a question: {texts}"), "/moderation/external"));
    let removed = (removed > 0)
        .then(|| Link::new(format!("Removed, and not deleted yet: {removed}"), "/admin/removed"));
    let let_in = (let_in > 0)
        .then(|| Link::new(format!("Servers that were let in: {let_in}"), "/admin/review/approved"));
    page(&ReviewPage {
        layout: visit.private_layout("Waiting", Section::Administration),
        hosts,
        ways: texts.into_iter().chain(removed).chain(let_in).collect(),
        action: here(&visit).into(),
        page: (asked, seen),
        pager: Pager { newer: (!first).then(|| "/admin/review".into()), older },
    })
}

/// This page of the list.
fn here(visit: &Visit) -> String {
    match visit.asked("after").and_then(|text| place(&text)) {
        Some((name, author)) => format!("/admin/review?after={name}/{author}"),
        None => "/admin/review".to_owned(),
    }
}

/// `POST /admin/review`: `do` says what becomes of whom. Whoever decided finds themselves at the server
/// that comes next.
pub async fn decide(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = Some(visit.may(Permission::Review)?.id);
    let before = data.app.db.read(|conn| waiting(conn, &visit)).await?;
    let wanted = fields.get("do").to_owned();
    let mut words = wanted.split(' ');
    let verdict = words.next().and_then(Verdict::parse).ok_or_else(unclear)?;
    let (whom, named) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let done = match whom {
        "host" => {
            let host: Id<Host> = key(named)?;
            if verdict == Verdict::Approve && fields.get(CONFIRMED) != "yes" {
                return confirm(&data, &visit, host, &wanted).await;
            }
            data.app.db.write(|tx| service::host(tx, user, host, verdict)).await
        }
        "author" => {
            let author: Id<Account> = key(named)?;
            data.app.db.write(|tx| service::authors(tx, user, &[author], verdict)).await
        }
        "ticked" => {
            let ticked = ticked(&fields)?;
            data.app.db.write(|tx| service::authors(tx, user, &ticked, verdict)).await
        }
        "page" if verdict == Verdict::Reject => {
            let after = place(fields.get("after")).unwrap_or_else(start);
            let (viewer, seen) = (visit.viewer(), fields.get("seen"));
            data.app.db.write(|tx| service::reject_page(tx, user, viewer, (&after, PAGE), seen)).await
        }
        _ => return Err(unclear()),
    };
    done?;
    let note = match verdict {
        Verdict::Approve => "let-in",
        Verdict::Reject => "rejected",
    };
    let left = data.app.db.read(|conn| waiting(conn, &visit)).await?;
    if left.is_empty() {
        return then(&format!("/admin/review?note={note}"));
    }
    let path = here(&visit);
    let joint = if path.contains('?') { '&' } else { '?' };
    let fragment = next(&before, &left, named).map(|host| format!("#host-{host}")).unwrap_or_default();
    then(&format!("{path}{joint}note={note}{fragment}"))
}

/// What follows if a whole server is let in.
async fn confirm(data: &Data<Federation>, visit: &Visit, id: Id<Host>, wanted: &str) -> Answer {
    let loaded = data.app.db.read(|conn| {
        let host = hosts::by_id(conn, id)?.ok_or(Refusal::NotFound)?;
        let waiting = held::from(conn, id)?;
        Ok((service::preview(conn, &host)?, held::authors_of(conn, &waiting)?.len(), host))
    });
    let (reach, authors, host) = loaded.await?;
    let authors = counted(i64::try_from(authors).unwrap_or(i64::MAX), "author");
    let known = counted(reach.accounts, "account");
    let mut said = reach.of_rule(HostStanding::Approved);
    said.and(&format!(
        "What waits is by {authors}; {known} there are known here. You can take it back at “Servers that were let \
         in”: then all of it waits again, but copies that were handed on stay where they are."
    ));
    page(&ConfirmPage {
        layout: visit.private_layout("Approve a whole server", Section::Administration),
        question: format!("Approve all of {}?", host.name),
        consequence: said.below_each_other(),
        action: here(visit).into(),
        fields: vec![("do", wanted.to_owned()), (CONFIRMED, "yes".to_owned())],
        button: "Approve the whole server".to_owned(),
        back: here(visit).into(),
    })
}

type Authors = Vec<(Id<Account>, Id<Host>)>;

/// The authors of this page of the list, each with the server.
fn waiting(conn: &mut Conn, visit: &Visit) -> Result<Authors, Error> {
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let after = visit.asked("after").and_then(|text| place(&text)).unwrap_or_else(start);
    let found = held::groups(conn, visit.viewer(), &after, limit)?;
    Ok(found.into_iter().map(|one| (one.author, one.host)).collect())
}

/// The server at which somebody goes on who decided about this author or server: the same one while
/// something waits there, else the one after it.
fn next(
    before: &[(Id<Account>, Id<Host>)],
    left: &[(Id<Account>, Id<Host>)],
    named: &str,
) -> Option<Id<Host>> {
    let is_named =
        |(author, host): &(Id<Account>, Id<Host>)| named == author.to_string() || named == host.to_string();
    let at = before.iter().position(is_named)?;
    let (_, decided) = before.get(at)?;
    let mut on = std::iter::once(*decided).chain(before.iter().skip(at).map(|(_, host)| *host));
    on.find(|host| left.iter().any(|(_, left)| left == host))
}

fn unclear() -> PageError {
    PageError::new(StatusCode::UNPROCESSABLE_ENTITY, "Use one of the buttons of the list.")
}

fn ticked(fields: &Fields) -> Result<Vec<Id<Account>>, PageError> {
    let mut ticked: Vec<Id<Account>> = fields.all("author").map(key).collect::<Result<_, _>>()?;
    ticked.sort_unstable();
    ticked.dedup();
    if ticked.is_empty() {
        let why = "Nobody is ticked: tick the authors first, or use the buttons beside them.";
        return Err(PageError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    Ok(ticked)
}

/// Where the first page begins.
const fn start() -> Place {
    (String::new(), Id::new(0))
}

/// `name/author`, where a page goes on.
fn place(text: &str) -> Option<Place> {
    let (name, author) = text.rsplit_once('/')?;
    Some((name.to_owned(), Id::parse(author)?))
}

/// The groups of a page, where it goes on, and what stands on it, in one word.
type Loaded = (Vec<HostGroup>, Option<Href>, String);

fn load(conn: &mut Conn, viewer: Viewer, after: &Place) -> Result<Loaded, Error> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut waiting = held::groups(conn, viewer, after, limit)?;
    let more = super::cut(&mut waiting, PAGE);
    let older = waiting.last().filter(|_| more);
    let older = older.map(|last| format!("/admin/review?after={}/{}", last.name, last.author).into());
    let evidence = Evidence::load(conn, viewer, &waiting)?;
    let mut groups: Vec<HostGroup> = Vec::new();
    for one in &waiting {
        let Some(author) = evidence.author(one) else { continue };
        match groups.last_mut().filter(|group| group.name == one.name) {
            Some(group) => group.authors.push(author),
            None => groups.push(HostGroup {
                key: one.host.to_string(),
                name: one.name.clone(),
                facts: evidence.host(one.host),
                rules: evidence.rules(&one.name),
                next: "ticked".to_owned(),
                authors: vec![author],
            }),
        }
    }
    let keys: Vec<String> = groups.iter().skip(1).map(|group| format!("host-{}", group.key)).collect();
    for (group, next) in groups.iter_mut().zip(keys) {
        group.next = next;
    }
    Ok((groups, older, Waiting::digest(&waiting)))
}

/// What helps to decide, loaded for a whole page.
struct Evidence {
    accounts: HashMap<Id<Account>, Account>,
    hosts: HashMap<Id<Host>, Host>,
    followers: HashMap<Id<Account>, Vec<String>>,
    followed_there: HashMap<Id<Host>, i64>,
    entries: HashMap<Id<Contribution>, Entry>,
    rules: HashMap<Id<Contribution>, ContentRule>,
    host_rules: Vec<HostRule>,
    lists: Vec<(String, HostStanding, String)>,
    reports: HashMap<Id<Account>, (i64, i64)>,
    rejections: HashMap<Id<Account>, Rejection>,
    users: Vec<User>,
}

impl Evidence {
    fn load(conn: &mut Conn, viewer: Viewer, waiting: &[Waiting]) -> Result<Self, Error> {
        let authors: Vec<_> = waiting.iter().map(|one| one.author).collect();
        let on: Vec<_> = waiting.iter().map(|one| one.host).collect();
        let mut samples: Vec<_> = waiting.iter().flat_map(|one| [one.first, one.last]).collect();
        samples.dedup();
        let heads = contributions::by_ids(conn, viewer, &samples)?;
        let entry = |view: &View| (view.head.id, present::entry(view, None));
        let entries = views::load(conn, viewer, heads)?.iter().map(entry).collect();
        let accounts = accounts::by_ids(conn, &authors)?;
        let hosts = hosts::by_ids(conn, &on)?;
        let mut names: Vec<String> =
            hosts.iter().flat_map(|host| upwards(&host.name)).map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        Ok(Self {
            host_rules: host_rules::among(conn, &names)?,
            lists: host_lists::naming(conn, &names)?,
            reports: reports::counts_about(conn, &authors)?,
            rejections: rejected_authors::among(conn, &authors)?,
            users: users::all(conn)?,
            accounts: accounts.into_iter().map(|one| (one.id, one)).collect(),
            hosts: hosts.into_iter().map(|one| (one.id, one)).collect(),
            followers: held::followed_by(conn, &authors)?,
            followed_there: held::followed_there(conn, &on)?,
            rules: content_rules::catching(conn, &samples)?,
            entries,
        })
    }

    fn author(&self, one: &Waiting) -> Option<AuthorGroup> {
        let account = self.accounts.get(&one.author)?;
        let mut samples = vec![one.first, one.last];
        samples.dedup();
        let followers = self.followers.get(&one.author).map(|names| names.join(", ")).unwrap_or_default();
        let followed =
            if followers.is_empty() { String::new() } else { format!(" · followed here by {followers}") };
        let says = present::moment(account.created_at).day();
        let since = present::moment(account.id.minted_at()).day();
        let reported = match self.reports.get(&one.author) {
            Some((all, 0)) => format!(" · {} about it, all closed", counted(*all, "report")),
            Some((all, open)) => format!(" · {} about it, {open} open", counted(*all, "report")),
            None => String::new(),
        };
        let rule = samples.iter().find_map(|id| self.rules.get(id));
        let rule = rule.map(|rule| format!(" · caught by a rule: {}", rule.typed().sentence()));
        Some(AuthorGroup {
            key: one.author.to_string(),
            author: present::author(account),
            facts: format!(
                "{} · known here since {since} · says it exists since {says}{followed}{reported}{}{}",
                counted(one.count, "contribution"),
                self.rejected(one.author),
                rule.unwrap_or_default()
            ),
            entries: samples.iter().filter_map(|id| self.entries.get(id).cloned()).collect(),
        })
    }

    /// Whether a moderator rejected this author before, when it was last, and who.
    fn rejected(&self, author: Id<Account>) -> String {
        let Some(known) = self.rejections.get(&author) else { return String::new() };
        let who = |id: Id<User>| {
            let user = self.users.iter().find(|user| user.id == id);
            user.map_or("somebody who left", |user| user.name.as_str())
        };
        let (day, by) = (present::moment(known.at).day(), known.by.map_or("the terminal", who));
        let often = if known.times > 1 { format!(", {} times in all", known.times) } else { String::new() };
        format!(" · rejected before on {day} by {by}{often}")
    }

    fn host(&self, id: Id<Host>) -> String {
        let Some(host) = self.hosts.get(&id) else { return String::new() };
        let software = host.software.as_deref().unwrap_or("software unknown");
        let followed = self.followed_there.get(&id).copied().unwrap_or_default();
        let since = present::moment(host.created_at).day();
        let sign_ups = match host.open_sign_ups {
            Some(true) => "anybody may sign up there",
            Some(false) => "sign-ups are closed",
            None => "does not say who may sign up",
        };
        let followed = counted(followed, "account");
        format!("{software} · {sign_ups} · first seen {since} · {followed} there followed from here")
    }

    /// What rules and lists say about a server or a name above it.
    fn rules(&self, name: &str) -> Vec<String> {
        let above = upwards(name);
        let speaks = |of: &str| above.contains(&of);
        let ruled = self.host_rules.iter().filter(|rule| speaks(&rule.name));
        let ruled = ruled.map(|rule| format!("Rule about {}: {}.", rule.name, rule.decision().effect()));
        let listed = self.lists.iter().filter(|(of, ..)| speaks(of));
        let listed = listed
            .map(|(of, standing, title)| format!("The list “{title}” says about {of}: {}.", standing.word()));
        ruled.chain(listed).collect()
    }
}
