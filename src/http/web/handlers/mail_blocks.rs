//! Mail addresses that nobody enters here.

use activitypub_federation::config::Data;

use super::again::again;
use super::{Answer, before, cut, key, page, pager, then};
use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::mail_address::MailAddress;
use crate::domain::mail_block::{MailBlock, MailBlockKind, NewMailBlock};
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FormPage};
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage, Search};
use crate::http::web::present::moment;
use crate::http::web::shown::Link;
use crate::services::mail_blocks as service;
use crate::store::page::Page;
use crate::store::{Conn, Error, mail_blocks, users};

const PATH: &str = "/admin/addresses";
/// Blocks on a page.
const PAGE: usize = 100;

/// `GET /admin/addresses`; with `q` what blocks this domain or address.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Settings)?;
    let query = visit.asked("q").unwrap_or_default().trim().to_owned();
    let start = before(&visit);
    let loaded = data.app.db.read(|conn| {
        let mut blocks = found(conn, &query, start)?;
        let more = query.is_empty() && cut(&mut blocks, PAGE);
        let older = blocks.last().filter(|_| more).map(|block| block.id);
        Ok((blocks, older, users::all(conn)?))
    });
    let (blocks, older, known) = loaded.await?;
    let row = |block: &MailBlock| {
        let who = block.user_id.and_then(|id| known.iter().find(|user| user.id == id));
        vec![
            Cell::text(block.sentence()),
            Cell::text(who.map_or("terminal", |user| user.name.as_str())),
            Cell::text(moment(block.created_at).day()),
            Cell::buttons(vec![(block.id.to_string(), "Remove the block".to_owned())]),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Blocked e-mail addresses", Section::Administration),
        heading: "E-mail addresses that nobody enters here".to_owned(),
        lead: "People join by invitation and without any address; these blocks hold for addresses that members enter \
               by their own choice. Where one is blocked later, no letters are sent to it any more, and its owner is \
               told so."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("Block a domain or an address", format!("{PATH}/new"))],
        search: Some(Search { action: PATH.into(), label: "Domain or address", query: query.clone() }),
        nothing: if query.is_empty() { "Nothing is blocked." } else { "Nothing blocks this." }.to_owned(),
        heads: vec!["Blocked", "By", "On", ""],
        rows: blocks.iter().map(row).collect(),
        action: PATH.into(),
        buttons: Vec::new(),
        pager: pager(PATH, older, start.is_none()),
    })
}

/// All blocks below a key, or those that hold for what somebody looks for.
fn found(conn: &mut Conn, query: &str, start: Option<Id<MailBlock>>) -> Result<Vec<MailBlock>, Error> {
    if let Ok(address) = MailAddress::parse(query) {
        return Ok(mail_blocks::of_address(conn, &address)?);
    }
    if !query.is_empty() {
        let Ok(new) = NewMailBlock::parse(query) else { return Ok(Vec::new()) };
        return Ok(match new.kind {
            MailBlockKind::Domain => mail_blocks::of_domain(conn, &new.value)?,
            MailBlockKind::Address => mail_blocks::same(conn, &new)?.into_iter().collect(),
        });
    }
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX) + 1;
    let wanted = Page { max_id: start.map(Id::get), ..Page::first(limit) };
    Ok(mail_blocks::page(conn, &[MailBlockKind::Domain, MailBlockKind::Address], &wanted)?)
}

/// `POST /admin/addresses`: takes a block back.
pub async fn remove(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Settings)?.id;
    let id: Id<MailBlock> = key(fields.get("do"))?;
    data.app.db.write(|tx| service::remove(tx, Some(user), id)).await?;
    then(&format!("{PATH}?note=changed"))
}

/// `GET /admin/addresses/new`.
pub async fn ask(visit: Visit) -> Answer {
    visit.may(Permission::Settings)?;
    form(&visit, "", Mistakes::default())
}

/// `POST /admin/addresses/new`.
pub async fn add(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Settings)?.id;
    let typed = fields.get("what");
    let added = data.app.db.write(|tx| {
        let new = NewMailBlock::parse(typed).map_err(|why| Refusal::invalid("what", why))?;
        service::add(tx, Some(user), &new).map(drop)
    });
    match added.await {
        Ok(()) => then(&format!("{PATH}?note=changed")),
        Err(error) => again(error, |mistakes| form(&visit, typed, mistakes)),
    }
}

fn form(visit: &Visit, typed: &str, mistakes: Mistakes) -> Answer {
    let hint = "mail.example blocks every address of this domain and of those below it. name@mail.example blocks one \
                address, with whatever dots and additions after a plus sign it is written; only a digest of it is kept.";
    page(&FormPage {
        layout: visit.private_layout("Block e-mail addresses", Section::Administration),
        heading: "Which addresses may nobody enter here?".to_owned(),
        lead: "Nobody needs an address to join or to sign in, so a block keeps nobody out.".to_owned(),
        about: None,
        action: format!("{PATH}/new").into(),
        fields: vec![Field::line("what", "Domain or address", hint, typed)],
        mistakes,
        button: "Block it".to_owned(),
        back: PATH.into(),
    })
}
