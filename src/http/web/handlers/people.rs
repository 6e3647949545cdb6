//! Who can sign in here, and what they may do.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::{come_back, what_was_wrong};
use super::ask::refused;
use super::{Answer, page, then};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountState};
use crate::domain::counting::{number, told};
use crate::domain::date::Day;
use crate::domain::permission::Permission;
use crate::domain::user::{Role, Roles, User};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Moment, Pager};
use crate::services::{second_factors, sign_ins as service, users as invitations};
use crate::store::{Error, accounts, second_factors as factors, sign_ins, users};

const PATH: &str = "/admin/people";
/// The field that says that the consequences were read.
const CONFIRMED: &str = "confirmed";

/// What each role means, in the order of forms.
const ROLES: [(Role, &str); 5] = [
    (Role::Editor, "Writes drafts."),
    (Role::Publisher, "Publishes in the name of the organization."),
    (Role::Archivist, "Enters what organizations without a server of their own said."),
    (Role::Moderator, "Decides about reports, accounts and what waits."),
    (Role::Admin, "Decides about people, other servers, settings and everything else."),
];

/// `GET /admin/people`.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    let me = visit.may(Permission::People)?.id;
    let rows = data.app.db.read(|conn| {
        let mut rows = Vec::new();
        for user in users::all(conn)? {
            let own = user.id == me;
            let end = sign_ins::role_end(conn, user.id)?.map(|(_, at)| at);
            let factor = factors::of(conn, user.id)?.is_some_and(|factor| factor.confirmed);
            let account = accounts::by_id(conn, user.account_id)?;
            let left = account.is_none_or(|account| account.state == AccountState::Deleted);
            rows.push(row(&user, (own, left), end, factor));
        }
        Ok(rows)
    });
    let mut page_of = ledger(&visit, "People who sign in here");
    page_of.lead =
        "Roles add up, and each person is a member. A link for a new password works once, within a day; \
                    hand it over yourself."
            .to_owned();
    page_of.rows = rows.await?;
    page_of.buttons = vec![("invite".to_owned(), "Invite a member".to_owned())];
    page(&page_of)
}

fn row(user: &User, (own, left): (bool, bool), end: Option<Timestamp>, factor: bool) -> Vec<Cell> {
    let until = end.map(|at| format!(", until {}", last_day(at).day())).unwrap_or_default();
    let closed = user.disabled_at.is_some();
    let state = match (closed, factor) {
        _ if left => "left: the account is deleted",
        (true, _) => "closed",
        (false, true) => "with a code",
        (false, false) => "with the password alone",
    };
    let button = |verb: &str, words: &str| (format!("{verb} {}", user.name), words.to_owned());
    let mut buttons = match closed {
        true => vec![button("open", "Open the login")],
        // Nobody closes their own.
        false if own => vec![button("link", "Link for a new password")],
        false => vec![button("link", "Link for a new password"), button("close", "Close the login…")],
    };
    if factor && !own {
        buttons.insert(1, button("factor", "Switch the code off…"));
    }
    if left {
        buttons.clear();
    }
    vec![
        Cell::link(user.name.clone(), format!("{PATH}/{}", user.name)),
        Cell::text(format!("{}{until}", user.roles)),
        Cell::text(state),
        Cell::text(present::moment(user.created_at).day()),
        Cell::buttons(buttons),
    ]
}

fn ledger(visit: &Visit, heading: &str) -> LedgerPage {
    LedgerPage {
        layout: visit.private_layout(heading, Section::Administration),
        heading: heading.to_owned(),
        lead: String::new(),
        facts: Vec::new(),
        ways: Vec::new(),
        search: None,
        nothing: String::new(),
        heads: vec!["Name", "Roles", "Signs in", "Since", ""],
        rows: Vec::new(),
        action: PATH.into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    }
}

/// `POST /admin/people`: a link, an invitation, or what becomes of a login.
pub async fn work(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let by = visit.may(Permission::People)?;
    let db = &data.app.db;
    match fields.get("do").split_once(' ').unwrap_or((fields.get("do"), "")) {
        ("invite", _) => {
            let secret = db.write(|tx| invitations::invite(tx, Some(by), Roles::of(&[]))).await?;
            return handed(&visit, "An invitation", &format!("/invite/{secret}"), "within a week");
        }
        ("link", name) => {
            let secret = db.write(|tx| service::link(tx, Some(by), name)).await?;
            let heading = format!("A link for {name}");
            return handed(&visit, &heading, &format!("/password/{secret}"), "within a day");
        }
        ("close", name) if fields.get(CONFIRMED) != "yes" => return ask_close(&data, &visit, name).await,
        ("close", name) => db.write(|tx| service::disable(tx, Some(by), name, "")).await?,
        ("open", name) => db.write(|tx| service::enable(tx, Some(by), name)).await?,
        ("factor", name) if fields.get(CONFIRMED) != "yes" => return ask_factor(&data, &visit, name).await,
        ("factor", name) => db.write(|tx| second_factors::reset(tx, Some(by), name)).await?,
        _ => return Err(PageError::not_found()),
    }
    then(&format!("{PATH}?note=changed"))
}

/// Asks before a member signs in without a code again.
async fn ask_factor(data: &Data<Federation>, visit: &Visit, name: &str) -> Answer {
    let (user, _) = one(data, name).await?;
    let name = &user.name;
    page(&ConfirmPage {
        layout: visit.private_layout("Sign in without a code", Section::Administration),
        question: format!("Switch off that {name} is asked for a code?"),
        consequence: format!(
            "{name} signs in with the password alone until a new device is set up. Whoever knows the password is in, so \
             make sure first that it is {name} who asks you. What is open in browsers and apps ends at once, as does a \
             link for a new password, and the log keeps that it was you."
        ),
        action: PATH.into(),
        fields: vec![("do", format!("factor {name}")), (CONFIRMED, "yes".to_owned())],
        button: "Switch the code off".to_owned(),
        back: PATH.into(),
    })
}

/// Asks before a login is closed, and says whose it is and what ends with it.
async fn ask_close(data: &Data<Federation>, visit: &Visit, name: &str) -> Answer {
    let (now, (user, _)) = (data.app.clock().now(), one(data, name).await?);
    let loaded = data.app.db.read(|conn| {
        let account = accounts::by_id(conn, user.account_id)?;
        let browsers = sign_ins::browsers(conn, user.id, now)?.len();
        Ok((account, browsers, sign_ins::apps(conn, user.id)?.len()))
    });
    let (account, browsers, apps) = loaded.await?;
    let person = match account.as_ref().map(Account::title).filter(|title| *title != user.name) {
        Some(title) => format!("{title} ({})", user.name),
        None => user.name.clone(),
    };
    let mut consequence = format!(
        "{person} can no longer sign in, and what is open ends at once. Roles: {}. What they published stays, and the \
         login can be opened again.",
        user.roles
    );
    for (count, noun, said) in [
        (browsers, "browser", ("is signed out", "are signed out")),
        (apps, "app", ("loses its access", "lose their access")),
    ] {
        if count > 0 {
            consequence.push_str(&format!("\n{}", told(number(count), noun, said)));
        }
    }
    page(&ConfirmPage {
        layout: visit.private_layout("Close a login", Section::Administration),
        question: format!("Close the login of {person}?"),
        consequence,
        action: PATH.into(),
        fields: vec![("do", format!("close {}", user.name)), (CONFIRMED, "yes".to_owned())],
        button: "Close the login".to_owned(),
        back: PATH.into(),
    })
}

/// A secret address is shown this once.
fn handed(visit: &Visit, heading: &str, path: &str, time: &str) -> Answer {
    let mut shown = ledger(visit, heading);
    shown.lead = format!(
        "Hand it over in a way that nobody else reads. It works once, {time}, and is not shown again."
    );
    shown.facts = vec![visit.absolute(path)];
    shown.ways = vec![Link::new("People who sign in here", PATH)];
    page(&shown)
}

/// `GET /admin/people/{name}`: what somebody may do.
pub async fn show(data: Data<Federation>, visit: Visit, Path(name): Path<String>) -> Answer {
    visit.may(Permission::People)?;
    let (user, end) = one(&data, &name).await?;
    let until = end.map(|at| last_day(at).iso().chars().take(10).collect()).unwrap_or_else(String::new);
    form(&visit, &user.name, &user.roles.list(), &until, Mistakes::default())
}

/// `POST /admin/people/{name}`.
pub async fn grant(
    data: Data<Federation>,
    Path(name): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let by = visit.may(Permission::People)?;
    let (user, _) = one(&data, &name).await?;
    let roles: Vec<Role> = fields.all("roles").filter_map(Role::parse).collect();
    let unknown: Vec<&str> = fields.all("roles").filter(|word| Role::parse(word).is_none()).collect();
    let again = |mistakes| refused(form(&visit, &user.name, &roles, fields.get("until"), mistakes));
    if !unknown.is_empty() {
        let why = format!("There is no role {}: tick those that you see here.", unknown.join(", "));
        return again(Mistakes::one("roles", why));
    }
    let until = match until(&fields) {
        Ok(until) => until,
        Err(why) => return again(Mistakes::one("until", why)),
    };
    let wanted = (Roles::of(&roles), until);
    match data.app.db.write(|tx| service::grant(tx, Some(by), &user.name, wanted)).await {
        // Whoever gave away what it takes to see this page is led to one that they may see.
        Ok(()) if by.id == user.id && !wanted.0.may(Permission::People) => {
            then(if wanted.0.administers() { "/admin?note=no-admin" } else { "/?note=no-admin" })
        }
        Ok(()) => then(&format!("{PATH}?note=changed")),
        Err(Error::Refused(Refusal::Conflict(why))) => again(Mistakes::one("roles", why)),
        Err(error) => {
            let (status, mistakes) = what_was_wrong(error)?;
            come_back(status, again(mistakes))
        }
    }
}

/// The last day of what ends at this moment.
pub(super) fn last_day(end: Timestamp) -> Moment {
    present::moment(end.plus_seconds(-1))
}

/// The end of the day that was chosen.
pub(super) fn until(fields: &Fields) -> Result<Option<Timestamp>, &'static str> {
    match fields.get("until").trim() {
        "" => Ok(None),
        typed => Day::parse(typed).and_then(Day::end).map(Some).ok_or("Choose a day."),
    }
}

async fn one(data: &Data<Federation>, name: &str) -> Result<(User, Option<Timestamp>), PageError> {
    let found = data.app.db.read(|conn| {
        let Some(user) = users::by_name(conn, name)? else { return Ok(None) };
        let end = sign_ins::role_end(conn, user.id)?.map(|(_, at)| at);
        Ok(Some((user, end)))
    });
    found.await?.ok_or_else(PageError::not_found)
}

fn form(visit: &Visit, name: &str, roles: &[Role], until: &str, mistakes: Mistakes) -> Answer {
    let choice = |(role, hint): (Role, &str)| Choice {
        hint: hint.to_owned(),
        ..Choice::new(role.as_str(), role.as_str(), roles.contains(&role))
    };
    let roles = FieldKind::Checks(ROLES.into_iter().map(choice).collect());
    let hint = "The last day, where it is for a time; afterwards the roles from before hold again.";
    page(&FormPage {
        layout: visit.private_layout(format!("What {name} may do"), Section::Administration),
        heading: format!("What {name} may do"),
        lead: "It holds at once, also for what is open in a browser or an app.".to_owned(),
        about: None,
        action: format!("{PATH}/{name}").into(),
        fields: vec![
            Field::new("roles", "Roles", "", roles, ""),
            Field::new("until", "Until", hint, FieldKind::Day, until),
        ],
        mistakes,
        button: "Give these roles".to_owned(),
        back: PATH.into(),
    })
}
