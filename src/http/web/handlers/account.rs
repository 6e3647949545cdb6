//! Accounts, ours and those known from elsewhere, and following them.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::conversation::entries;
use super::home::follow_box;
use super::{Answer, before, cut, page, page_with, pager, then};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::contribution::Kind;
use crate::domain::counting::told;
use crate::domain::handle::Handle;
use crate::domain::host::HostStanding;
use crate::domain::permission::Permission;
use crate::domain::user::Role;
use crate::federation::Federation;
use crate::federation::catalogue::most_of;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::account::{AccountPage, AccountView, CatalogueShown};
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::contribution::Origin;
use crate::http::web::layout::{Layout, OpenGraph, Section};
use crate::http::web::present::{self, moment};
use crate::http::web::shown::{Lang, Link};
use crate::services::completeness::resync_catalogue;
use crate::services::relations as service;
use crate::store::completeness::{self, Catalogue};
use crate::store::{Conn, Error, accounts, audit, contributions, held, hosts, relations, successions};

/// Entries on a page.
const PAGE: usize = 20;
/// What an account's page lists; theses stand on the page of their statement.
const KINDS: [Kind; 6] =
    [Kind::Statement, Kind::Question, Kind::Position, Kind::Event, Kind::Post, Kind::Critique];

/// `GET /@{name}` for ours, `GET /@{name@host}` for the others.
pub async fn show(data: Data<Federation>, visit: Visit, Path(name): Path<String>) -> Answer {
    let viewer = visit.viewer();
    let start = before(&visit);
    let loaded = data.app.db.read(|conn| {
        let account = find(conn, &visit, &name)?;
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX) + 1;
        let mut heads = contributions::by_author(conn, viewer, account.id, &KINDS, start, limit)?;
        let more = cut(&mut heads, PAGE);
        let older = heads.last().filter(|_| more).map(|head| head.id);
        let view = account_view(conn, &visit, &account)?;
        Ok((follow_box(conn, &visit, &account)?, entries(conn, viewer, heads)?, older, view, account))
    });
    let (follow, entries, older, view, account) = loaded.await?;
    let path = present::account_path(&account);
    let layout = frame(&visit, &account, &path);
    page_with(
        layout.activity.clone().as_ref(),
        &AccountPage { layout, account: view, follow, entries, pager: pager(&path, older, start.is_none()) },
    )
}

/// `GET /@{name}/follow`: asks before the organization follows.
pub async fn ask_follow(data: Data<Federation>, visit: Visit, Path(name): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let loaded = data.app.db.read(|conn| {
        let account = find(conn, &visit, &name)?;
        let known = relations::follow(conn, visit.organization.id, account.id)?;
        let host = match account.host_id {
            Some(id) => hosts::by_id(conn, id)?.filter(|host| host.standing == HostStanding::Unknown),
            None => None,
        };
        let waiting = match host {
            Some(host) => held::waiting_from(conn, host.id)?,
            None => 0,
        };
        Ok((account, known.is_some(), waiting))
    });
    let (account, known, waiting) = loaded.await?;
    let (us, them) = (visit.organization.title(), account.title());
    let path = present::account_path(&account);
    let (question, consequence, button) = if known {
        let consequence = "What it publishes no longer arrives here by itself.".to_owned();
        (format!("Stop following {them} as {us}?"), consequence, "Unfollow")
    } else {
        let mut consequence =
            "What it publishes arrives here from now on, together with the debate around it, \
             and its server is trusted: answers from there are shown at once."
                .to_owned();
        if waiting > 0 {
            let shown =
                ("from there that waits now is shown, too", "from there that wait now are shown, too");
            consequence.push_str(&format!(" {}.", told(waiting, "text", shown)));
        }
        (format!("Follow {them} as {us}?"), consequence, "Follow")
    };
    page(&ConfirmPage {
        layout: visit.private_layout(question.clone(), Section::Elsewhere),
        question,
        consequence,
        action: format!("{path}/follow").into(),
        fields: vec![
            ("as", "organization".to_owned()),
            ("follow", if known { "no" } else { "yes" }.to_owned()),
        ],
        button: button.to_owned(),
        back: path.into(),
    })
}

/// `POST /@{name}/follow` with `follow=yes` or `no`, and `as=organization` for publishers.
pub async fn follow(
    data: Data<Federation>,
    Path(name): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let member = visit.member()?;
    let official = fields.get("as") == "organization";
    if official {
        visit.with_role(Role::Publisher)?;
    }
    let follower = if official { &visit.organization } else { &member.account };
    let yes = fields.get("follow") != "no";
    let path = data.app.db.write(|tx| {
        let account = find(tx, &visit, &name)?;
        if yes {
            service::follow(tx, follower, &account)?;
        } else {
            service::unfollow(tx, follower, &account)?;
        }
        if official {
            let action = if yes { "account.follow" } else { "account.unfollow" };
            audit::record(tx, Some(member.user.id), action, account.uri.as_str(), "")?;
        }
        Ok(present::account_path(&account))
    });
    then(&path.await?)
}

/// The account with this name here, or this handle anywhere.
pub(super) fn find(conn: &mut Conn, visit: &Visit, name: &str) -> Result<Account, Error> {
    let account = match Handle::parse(name) {
        Some(handle) if handle.host != visit.site.host => accounts::by_handle(conn, &handle)?,
        Some(handle) => accounts::local_by_name(conn, &handle.name)?,
        None => accounts::local_by_name(conn, name)?,
    };
    let shown = |account: &Account| {
        let suspended = account.standing == HostStanding::Suspended;
        account.state == AccountState::Active && account.kind != AccountKind::Application && !suspended
    };
    account.filter(shown).ok_or_else(|| Refusal::NotFound.into())
}

fn account_view(conn: &mut Conn, visit: &Visit, account: &Account) -> Result<AccountView, Error> {
    let host = match account.host_id {
        Some(id) => hosts::by_id(conn, id)?,
        None => None,
    };
    let origin = (!account.is_local()).then(|| Origin {
        host: account.uri.host().to_owned(),
        href: account.url.as_str().into(),
        trust: None,
        unreachable_since: host.and_then(|host| host.unreachable_since()).map(moment),
    });
    Ok(AccountView {
        name: account.title().to_owned(),
        handle: account.handle.clone(),
        voice: present::voice(account.kind),
        summary: present::html(&account.summary),
        language: Lang::new(if account.is_local() { visit.language() } else { "" }),
        fields: Vec::new(),
        joined: account.is_local().then(|| moment(account.created_at)),
        origin,
        catalogue: catalogue(conn, visit, account)?,
        moved_to: account.moved_to.as_ref().map(|uri| Link::new(uri.as_str(), uri.as_str())),
        vouched_by: vouched_by(conn, account)?,
        related: related(conn, visit, account)?,
        tools: tools(conn, visit, account)?,
    })
}

/// How much of what an account elsewhere published is here. Of a person nobody asks for all of it.
fn catalogue(conn: &mut Conn, visit: &Visit, account: &Account) -> Result<Option<CatalogueShown>, Error> {
    let known = completeness::catalogue(conn, account.id)?;
    let organization = account.kind == AccountKind::Organization;
    if account.is_local() || (known.is_none() && !organization) {
        return Ok(None);
    }
    let keeps = [Role::Publisher, Role::Moderator, Role::Admin].iter().any(|role| visit.has_role(*role));
    Ok(Some(CatalogueShown {
        state: known.as_ref().map_or_else(
            || "What it published before is not fetched yet.".to_owned(),
            |known| looked_through(known, most_of(account.kind)),
        ),
        complete_to: known.and_then(|known| known.complete_to).map(moment),
        resync: (organization && keeps && visit.may_write())
            .then(|| format!("{}/resync", present::account_path(account)).into()),
    }))
}

fn looked_through(known: &Catalogue, most: i32) -> String {
    let Some(finished) = known.finished_at else {
        let so_far = told(known.taken.into(), "text", ("was", "were"));
        return format!("What it published is being fetched: {so_far} looked at so far.");
    };
    let mut said = format!("What it published was looked through on {}.", moment(finished).day());
    if known.taken >= most {
        said.push_str(&format!(
            " No more than the newest {most} texts are looked through: earlier ones may be missing."
        ));
    }
    said
}

/// `POST /@{name}/resync`: what an organization published is looked through again.
pub async fn resync(
    data: Data<Federation>,
    Path(name): Path<String>,
    Posted { visit, .. }: Posted,
) -> Answer {
    let user = &visit.member()?.user;
    let path = data.app.db.write(|tx| {
        let account = find(tx, &visit, &name)?;
        resync_catalogue(tx, user, account.id)?;
        Ok(present::account_path(&account))
    });
    then(&format!("{}?note=resync", path.await?))
}

/// Who says where an organization goes on that cannot say so itself any more.
fn vouched_by(conn: &mut Conn, account: &Account) -> Result<Vec<Link>, Error> {
    let Some(successor) = &account.moved_to else { return Ok(Vec::new()) };
    let mut links = Vec::new();
    for said in successions::of(conn, account.id)?.iter().filter(|said| said.successor == *successor) {
        let guarantor = accounts::by_uri(conn, &said.guarantor)?;
        links.extend(guarantor.map(|one| Link::new(one.title(), present::account_path(&one))));
    }
    Ok(links)
}

/// The Forum of an organization; the organization of our Forum.
fn related(conn: &mut Conn, visit: &Visit, account: &Account) -> Result<Vec<Link>, Error> {
    let other = match &account.forum {
        Some(forum) if *forum != account.uri => accounts::by_uri(conn, forum)?,
        _ => None,
    };
    let ours = (account.id == visit.site.forum).then(|| visit.organization.clone());
    let link = |account: Account| Link::new(account.title(), present::account_path(&account));
    Ok(other.into_iter().chain(ours).map(link).collect())
}

fn tools(conn: &mut Conn, visit: &Visit, account: &Account) -> Result<Vec<Link>, Error> {
    if visit.session.member.as_ref().is_some_and(|member| member.account.id == account.id) {
        return Ok(vec![
            Link::new("Take your account along", "/settings/export"),
            Link::new("Where you are signed in, and your password", "/settings/sign-ins"),
            Link::new("Your e-mail address, if you want one", "/settings/address"),
            Link::new("Sign in with a code", "/settings/second-factor"),
            Link::new("Whom you do not want to see", "/settings/hidden"),
            Link::new("Words that you do not want to read", "/settings/filters"),
            Link::new("Of whom you want to be told", "/settings/notifications"),
            Link::new("Relations that decisions of the moderators ended", "/settings/severed"),
            Link::new("Decisions about you", "/settings/decisions"),
            Link::new("What you reported", "/settings/reports"),
            Link::new("Delete your account", "/settings/leave"),
        ]);
    }
    let mut tools = Vec::new();
    if visit.may_write() {
        tools.push(Link::new("Mute or block", format!("{}/hide", present::account_path(account))));
    }
    if visit.has(Permission::Accounts) {
        tools.push(Link::new("Decide about this account", format!("/admin/accounts/{}", account.id)));
    }
    if visit.has(Permission::Rules) && !account.is_local() {
        let wave = format!("/admin/remove?by=author&of={}", account.id);
        tools.push(Link::new("Remove what it sent lately", wave));
    }
    if !visit.has_role(Role::Publisher) || account.id == visit.organization.id {
        return Ok(tools);
    }
    let known = relations::follow(conn, visit.organization.id, account.id)?.is_some();
    let us = visit.organization.title();
    let label = if known { format!("Followed by {us}: stop") } else { format!("Follow as {us}") };
    tools.insert(0, Link::new(label, format!("{}/follow", present::account_path(account))));
    Ok(tools)
}

fn frame(visit: &Visit, account: &Account, path: &str) -> Layout {
    let description = present::words(&account.summary);
    let canonical = if account.is_local() { visit.absolute(path) } else { account.url.clone() };
    let feed = Link::new(account.title(), format!("{path}/feed"));
    Layout {
        canonical: Some(canonical.into()),
        activity: Some(account.uri.as_str().into()),
        feeds: if account.is_local() { vec![feed] } else { Vec::new() },
        open_graph: account.discoverable.then(|| OpenGraph {
            kind: "profile",
            title: account.title().to_owned(),
            description: description.clone(),
            author: String::new(),
            published: None,
            changed: None,
            language: Lang::new(""),
        }),
        no_index: !account.discoverable || !account.is_local(),
        description,
        ..visit.layout(account.title())
    }
}

/// Loads an account for a feed: ours only.
pub(super) async fn ours(data: &Data<Federation>, visit: &Visit, name: &str) -> Result<Account, PageError> {
    let account = data.app.db.read(|conn| find(conn, visit, name)).await?;
    Some(account).filter(Account::is_local).ok_or_else(PageError::not_found)
}
