//! What moderators removed and is not deleted yet: taking it back.

use activitypub_federation::config::Data;

use super::{Answer, key, page, then};
use crate::domain::condemnation::Condemnation;
use crate::domain::counting::{counted, number};
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::condemnations as service;
use crate::store::{condemnations, users};

/// Texts that are shown of one decision.
const SHOWN: i64 = 20;

/// Whose a text is, its title, and what it says.
type Text = (String, Option<String>, String);

/// `GET /admin/removed`.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Review)?;
    let now = data.app.clock().now();
    let loaded = data.app.db.read(|conn| {
        let mut open = Vec::new();
        for one in condemnations::open(conn, now)? {
            let texts = condemnations::texts(conn, one.id, SHOWN)?;
            open.push((one, texts));
        }
        Ok((open, users::all(conn)?))
    });
    let (open, known) = loaded.await?;
    let row = |(one, texts): &(Condemnation, Vec<Text>)| {
        let who = one.user_id.and_then(|id| known.iter().find(|user| user.id == id));
        vec![
            Cell::text(one.about.clone()),
            Cell::folded(counted(one.texts, "text"), said(one.texts, texts)),
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
               decision back: then they are as they were, waiting or shown. Other servers deleted at once what members here \
               had sent them: that comes back on this site, and nowhere else."
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

/// What the texts say, and how many there are besides.
fn said(all: i64, texts: &[Text]) -> Vec<String> {
    let line = |(by, title, content): &Text| match title {
        Some(title) => format!("{by}: {title}. {}", present::words(content)),
        None => format!("{by}: {}", present::words(content)),
    };
    let mut lines: Vec<String> = texts.iter().map(line).collect();
    let more = all - number(texts.len());
    if more > 0 && !lines.is_empty() {
        lines.push(format!("And {more} more."));
    }
    lines
}

/// `POST /admin/removed`: takes one decision back.
pub async fn take_back(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Review)?.id;
    let id: Id<Condemnation> = key(fields.get("do"))?;
    data.app.db.write(|tx| service::take_back(tx, Some(user), id)).await?;
    then("/admin/removed?note=restored")
}
