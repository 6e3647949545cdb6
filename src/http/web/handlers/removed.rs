//! What moderators removed and is not deleted yet: taking it back.

use activitypub_federation::config::Data;

use super::{Answer, key, page, then};
use crate::domain::condemnation::Condemnation;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::reach::counted;
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::condemnations as service;
use crate::store::{condemnations, users};

/// `GET /admin/removed`.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Review)?;
    let now = data.app.clock().now();
    let loaded = data.app.db.read(|conn| Ok((condemnations::open(conn, now)?, users::all(conn)?)));
    let (open, known) = loaded.await?;
    let row = |one: &Condemnation| {
        let who = one.user_id.and_then(|id| known.iter().find(|user| user.id == id));
        vec![
            Cell::text(one.about.clone()),
            Cell::text(counted(one.texts, "text")),
            Cell::text(who.map_or("terminal", |user| user.name.as_str())),
            Cell::text(present::moment(one.created_at).minute()),
            Cell::text(present::moment(one.due_at).minute()),
            Cell::buttons(vec![(one.id.to_string(), "Take it back".to_owned())]),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Removed texts", Section::Administration),
        heading: "Removed, and not deleted yet".to_owned(),
        lead: "Nobody sees these texts, and none of them is taken in again. Until they are deleted you can take each \
               decision back: then they are as they were, waiting or shown."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("What waits", "/admin/review")],
        search: None,
        nothing: "Nothing was removed that is not deleted already.".to_owned(),
        heads: vec!["About", "How much", "Decided by", "On", "Deleted on", ""],
        rows: open.iter().map(row).collect(),
        action: "/admin/removed".into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

/// `POST /admin/removed`: takes one decision back.
pub async fn take_back(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Review)?.id;
    let id: Id<Condemnation> = key(fields.get("do"))?;
    data.app.db.write(|tx| service::take_back(tx, Some(user), id)).await?;
    then("/admin/removed?note=restored")
}
