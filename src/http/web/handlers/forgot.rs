//! Asking for a letter with a link for a new password. The answer is the same whoever was meant, and takes as long.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;

use super::attempts::{Attempt, Attempts, minute};
use super::sign_in::{greet, set_cookie};
use super::{Answer, page, then};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::peer::Peer;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::Section;
use crate::http::web::sign_in::ForgotPage;
use crate::services::mail_addresses as service;
use crate::text::words::Letters;

/// Longer names and addresses are nobody's, and are not remembered in full.
const LONGEST: usize = 254;
/// Letters in five minutes to one person, whoever asks for them.
const LETTERS: u32 = 2;

/// `GET /forgot`.
pub async fn show(visit: Visit) -> Answer {
    let sent = visit.asked("sent").is_some();
    form(visit, String::new(), None, sent)
}

/// `POST /forgot`.
pub async fn submit(
    data: Data<Federation>,
    Extension(attempts): Extension<Arc<Attempts>>,
    Peer(peer): Peer,
    Posted { visit, fields }: Posted,
) -> Answer {
    if !visit.sends_letters {
        return Err(PageError::not_found());
    }
    let typed: String = fields.get("name").trim().to_lowercase().chars().take(LONGEST).collect();
    let (now, limit) = (data.app.clock().now(), data.app.config.limits.sign_ins);
    if let Err(until) = Attempt::for_letter(&typed, &peer).count(&attempts.wishes, limit, now) {
        let why = visit.words().too_many.replace("{}", &minute(until));
        let mut response = form(visit, typed, Some(why), false)?;
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        let seconds = until.0.saturating_sub(now.0).max(0) / 1000 + 1;
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
        return Ok(response);
    }
    let meant = data.app.db.read(|conn| service::meant(conn, &typed)).await?;
    // Who gets enough of them is as good as nobody: the work is the same, and so is the answer.
    let meant =
        meant.filter(|id| attempts.members.try_count(&format!("letter box {id}"), LETTERS, now).is_ok());
    data.app.db.write(|tx| service::forgot(tx, meant)).await?;
    then("/forgot?sent=yes")
}

fn form(mut visit: Visit, name: String, mistake: Option<String>, sent: bool) -> Answer {
    if !visit.sends_letters {
        return Err(PageError::not_found());
    }
    let cookie = greet(&mut visit)?;
    let words = visit.words();
    let letters = Letters::of(words.tag);
    let layout = visit.private_layout(letters.forgotten, Section::Elsewhere);
    let mut response = page(&ForgotPage { layout, words, letters, name, mistake, sent })?;
    set_cookie(&mut response, cookie);
    Ok(response)
}
