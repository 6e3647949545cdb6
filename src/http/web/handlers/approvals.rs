//! Servers that were let in from the list of what waits, and taking that back.

use activitypub_federation::config::Data;

use super::{Answer, before, cut, key, page, pager, then};
use crate::domain::counting::counted;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::review as service;
use crate::store::page::Page;
use crate::store::review_approvals::{self, Approval};
use crate::store::users;

/// Servers on one page.
const PAGE: usize = 50;
const PATH: &str = "/admin/review/approved";

/// `GET /admin/review/approved`.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Review)?;
    let from: Option<Id<Host>> = before(&visit);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let bounds = Page { max_id: from.map(Id::get), ..Page::first(limit) };
    let loaded = data.app.db.read(|conn| Ok((review_approvals::page(conn, &bounds)?, users::all(conn)?)));
    let (mut found, known) = loaded.await?;
    let more = cut(&mut found, PAGE);
    let older = found.last().filter(|_| more).map(|(_, approval)| approval.host_id);
    let row = |(name, approval): &(String, Approval)| {
        let who = approval.user_id.and_then(|id| known.iter().find(|user| user.id == id));
        vec![
            Cell::text(name.clone()),
            Cell::text(counted(approval.texts, "text")),
            Cell::text(who.map_or("terminal", |user| user.name.as_str())),
            Cell::text(present::moment(approval.created_at).minute()),
            Cell::buttons(vec![(approval.host_id.to_string(), "Take it back".to_owned())]),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Servers that were let in", Section::Administration),
        heading: "Servers that were let in".to_owned(),
        lead: "From the list of what waits, as long as nobody decided about them otherwise since. If you take it back, \
               what was shown by it waits again, and so does what is to come; authors whom somebody approved stay \
               approved. Copies that were handed on stay where they are."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("What waits", "/admin/review")],
        search: None,
        nothing: "No server was let in from there.".to_owned(),
        heads: vec!["Server", "What waited", "Let in by", "On", ""],
        rows: found.iter().map(row).collect(),
        action: PATH.into(),
        buttons: Vec::new(),
        pager: pager(PATH, older, from.is_none()),
    })
}

/// `POST /admin/review/approved`: takes one back.
pub async fn take_back(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Review)?.id;
    let id: Id<Host> = key(fields.get("do"))?;
    data.app.db.write(|tx| service::take_back(tx, Some(user), id)).await?;
    then("/admin/review/approved?note=restored")
}
