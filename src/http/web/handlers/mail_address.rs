//! The mail address of a member, and confirming it.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;

use super::again::{come_back, what_was_wrong};
use super::attempts::{Attempts, attempt};
use super::leaving::knows_password;
use super::sign_in::{greet, set_cookie};
use super::{Answer, page, then};
use crate::domain::Refusal;
use crate::domain::mail_address::EnteredAddress;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::present::moment;
use crate::services::mail_addresses as service;
use crate::services::mail_blocks::is_blocked;
use crate::services::users::secret_hash;
use crate::store::mail_addresses;

const PATH: &str = "/settings/address";
/// Letters in five minutes that one member may have sent to addresses that nobody confirmed.
const LETTERS: u32 = 5;
/// What an address is good for, and who sees it.
const WHAT_FOR: &str = "You need none. With one, a link for a new password can be sent to you when you have forgotten \
                        yours. Nobody sees it but you and those who decide about accounts on this site, and no other \
                        server is told.";
/// What holds where no mail server is named.
const NO_LETTERS: &str = "This site sends no letters, so an e-mail address would be of no use here. If you forget your \
                          password, an administrator can give you a link for a new one.";

/// `GET /settings/address`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    form(&data, &visit, None, Mistakes::default()).await
}

/// `POST /settings/address`: enters an address, or removes it where the field is blank.
pub async fn submit(
    data: Data<Federation>,
    Extension(attempts): Extension<Arc<Attempts>>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let typed = fields.get("address").trim();
    match change(&data, &attempts, &visit, (typed, fields.get("current"))).await {
        Ok(note) => then(&format!("{PATH}?note={note}")),
        Err(error) => {
            let (status, mistakes) = what_was_wrong(error)?;
            come_back(status, form(&data, &visit, Some(typed), mistakes).await)
        }
    }
}

/// Does it for whoever knows the password; what they read afterwards.
async fn change(
    data: &Data<Federation>,
    attempts: &Attempts,
    visit: &Visit,
    (typed, current): (&str, &str),
) -> Result<&'static str, PageError> {
    let member = visit.member()?;
    if !knows_password(data, attempts, member, current).await? {
        return Err(Refusal::invalid("current", "This is not your password.").into());
    }
    let user = &member.user;
    if typed.is_empty() {
        let removed = data.app.db.write(|tx| service::remove(tx, user)).await?;
        return Ok(if removed { "changed" } else { "unchanged" });
    }
    if !visit.sends_letters {
        return Err(Refusal::invalid("address", NO_LETTERS).into());
    }
    let key = format!("letters of {}", user.id);
    attempt(&attempts.members, &key, LETTERS, data.app.clock().now())?;
    let language = visit.words().tag;
    let entered = data.app.db.write(|tx| service::enter(tx, user, typed, language)).await;
    if !matches!(entered, Ok(true)) {
        attempts.members.give_back(&key);
    }
    Ok(if entered? { "letter" } else { "unchanged" })
}

async fn form(data: &Data<Federation>, visit: &Visit, typed: Option<&str>, mistakes: Mistakes) -> Answer {
    let user = visit.member()?.user.id;
    let known = data.app.db.read(|conn| {
        let Some(entered) = mail_addresses::of(conn, user)? else { return Ok(None) };
        let blocked = is_blocked(conn, &entered.address)?;
        Ok(Some((entered, blocked)))
    });
    let known = known.await?;
    let lead = match &known {
        None if !visit.sends_letters => NO_LETTERS.to_owned(),
        None => WHAT_FOR.to_owned(),
        Some(_) if !visit.sends_letters => {
            format!(
                "{NO_LETTERS} The one that you entered is used for nothing; leave the field blank to remove it."
            )
        }
        Some((entered, blocked)) => format!("{} {WHAT_FOR}", standing(entered, *blocked)),
    };
    let address = known.as_ref().map_or("", |(entered, _)| entered.address.as_str());
    let fields = vec![
        Field::line(
            "address",
            "E-mail address",
            "Leave it blank to have none; one that you entered before is removed then.",
            typed.unwrap_or(address),
        ),
        Field::new(
            "current",
            "Your password",
            "So that nobody enters another address at an open browser.",
            FieldKind::Secret("current-password"),
            "",
        ),
    ];
    page(&FormPage {
        layout: visit.private_layout("Your e-mail address", Section::Elsewhere),
        heading: "Your e-mail address".to_owned(),
        lead,
        about: None,
        action: PATH.into(),
        fields,
        mistakes,
        button: "Save".to_owned(),
        back: "/settings/sign-ins".into(),
    })
}

/// What becomes of an address that somebody entered.
fn standing(entered: &EnteredAddress, blocked: bool) -> String {
    let address = entered.address.as_str();
    match entered.confirmed_at {
        _ if blocked => format!(
            "The administrators of this site block {address}: no letters are sent to it, also for a new password. \
             Enter another one."
        ),
        Some(at) => format!("{address} is confirmed since {}.", moment(at).day()),
        None => format!(
            "{address} is not confirmed yet and is used for nothing: open the link in the letter that was sent to it. \
             It works for a day; enter the address again for another letter."
        ),
    }
}

/// `GET /address/{secret}`: the link of a letter. Programs that look at letters open links, too: it asks first.
pub async fn ask(data: Data<Federation>, mut visit: Visit, Path(secret): Path<String>) -> Answer {
    let (hash, now) = (secret_hash(&secret), data.app.clock().now());
    let found = data.app.db.read(|conn| Ok(mail_addresses::by_token(conn, &hash, now)?)).await?;
    let over = "This link was used or is over. Enter the address again.";
    let (user, entered) = found.ok_or_else(|| PageError::new(StatusCode::NOT_FOUND, over))?;
    let cookie = greet(&mut visit)?;
    let mut response = page(&ConfirmPage {
        layout: visit.private_layout("Confirm your e-mail address", Section::Elsewhere),
        question: format!("Is {} your e-mail address?", entered.address.as_str()),
        consequence: format!(
            "Whoever reads what is sent there can choose a new password for {} from now on.",
            user.name
        ),
        action: format!("/address/{secret}").into(),
        fields: Vec::new(),
        button: "Yes, confirm it".to_owned(),
        back: "/".into(),
    })?;
    set_cookie(&mut response, cookie);
    Ok(response)
}

/// `POST /address/{secret}`.
pub async fn confirm(data: Data<Federation>, Path(secret): Path<String>, _posted: Posted) -> Answer {
    data.app.db.write(|tx| service::confirm(tx, &secret)).await?;
    then("/?note=address")
}
