//! What pages do: extract, call, answer.

pub mod about;
pub mod account;
pub mod account_rules;
pub mod admin;
mod again;
pub mod agreement;
pub mod appeals;
pub mod approvals;
mod around;
pub mod ask;
mod asking;
mod attempts;
pub mod attribution;
pub mod authorize;
mod bases;
pub mod compare;
pub mod content_rules;
pub mod contribution;
pub mod conversation;
pub mod dashboard;
pub mod drafts;
pub mod events;
pub mod external_statement;
pub mod feeds;
pub mod files;
pub mod filters;
pub mod forgot;
pub mod hiding;
pub mod home;
pub mod host_drafts;
pub mod host_list;
pub mod host_lists;
pub mod host_search;
pub mod hosts;
pub mod import;
pub mod interact;
pub mod internal;
pub mod internal_publish;
pub mod internal_rooms;
pub mod join;
pub mod leaving;
mod links;
pub mod log;
pub mod mail_address;
pub mod mail_blocks;
pub mod map;
mod margin;
pub mod moderation;
pub mod networks;
pub mod notification_policies;
pub mod notifications;
pub mod objections;
mod passages;
pub mod people;
pub mod position;
pub mod publish;
pub mod put_aside;
pub mod question;
pub mod questions;
pub mod queues;
mod references;
pub mod removed;
pub mod reply;
pub mod reply_policies;
pub mod report_list;
pub mod reports;
pub mod review;
mod same_questions;
pub mod second_factor;
pub mod severed;
pub mod sign_in;
pub mod sign_ins;
pub mod stand;
mod standing;
pub mod statement;
mod succession;
pub mod taken_lists;
pub mod thread;
mod ties;
pub mod transfer;
mod typed_statement;
pub mod versions;
pub mod withdraw;

use std::sync::Arc;

use askama::Template;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

use self::attempts::Attempts;
use super::shown::{Href, Pager};
use crate::domain::id::Id;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::import::host_rules::MOST_BYTES;

/// What a form has beside its file, in bytes.
const FORM: usize = 4096;

/// What a handler of a page answers.
pub type Answer = Result<Response, PageError>;

/// Every page that no other server asks for under the same address. The negotiated ones are
/// [`home::show`], [`statement::show`], [`statement::thesis`], [`question::show`], [`position::show`],
/// [`events::show`] and [`contribution::show`].
pub fn router() -> Router {
    reading()
        .merge(writing())
        .merge(own())
        .merge(administering())
        .layer(Extension(Arc::new(Attempts::default())))
}

fn reading() -> Router {
    Router::new()
        .route("/statements", get(home::archive))
        .route("/statements/{slug}/versions", get(statement::versions))
        .route("/statements/{slug}/versions/{number}", get(statement::version))
        .route("/statements/{slug}/feed", get(feeds::statement))
        .route("/questions", get(questions::show))
        .route("/questions/feed", get(feeds::debate))
        .route("/questions.csv", get(questions::csv))
        .route("/objections.csv", get(objections::csv))
        .route("/questions/agreement", get(agreement::show))
        .route("/questions/agreement.json", get(agreement::json))
        .route("/questions/agreement.csv", get(agreement::csv))
        .route("/questions/{slug}/resync", post(question::resync))
        .route("/objections", get(objections::show))
        .route("/compare", get(compare::show))
        .route("/questions/{slug}/map.json", get(map::json))
        .route("/questions/{slug}/map.csv", get(map::csv))
        .route("/positions/{id}/versions/{number}", get(position::version))
        .route("/questions/{slug}/versions", get(versions::of_question))
        .route("/questions/{slug}/versions/{number}", get(versions::question_version))
        .route("/events/{token}/versions", get(versions::of_event))
        .route("/events/{token}/versions/{number}", get(versions::event_version))
        .route("/threads/{id}", get(thread::show))
        .route("/threads/{id}/feed", get(feeds::thread))
        .route("/@{name}", get(account::show))
        .route("/@{name}/feed", get(feeds::account))
        .route("/timeline", get(events::timeline))
        .route("/feed", get(feeds::site))
        .route("/about", get(about::show))
        .route("/about/moderation", get(log::public))
        .route("/tags/{name}", get(home::tag))
        .route("/assets/{name}", get(files::asset))
        .route("/robots.txt", get(files::robots))
        .route("/interact", post(interact::leave))
        .route("/authorize_interaction", get(interact::arrive))
}

fn writing() -> Router {
    Router::new()
        .route("/reply", get(reply::show).post(reply::submit))
        .route("/contributions/{id}/edit", get(reply::edit).post(reply::change))
        .route("/internal", get(internal::index))
        .route("/internal/new", get(internal::ask).post(internal::begin))
        .route("/internal/rooms/new", get(internal_rooms::ask).post(internal_rooms::open))
        .route("/internal/rooms/{id}", get(internal_rooms::show).post(internal_rooms::begin))
        .route("/internal/rooms/{id}/change", get(internal_rooms::ask_change).post(internal_rooms::change))
        .route("/contributions/{id}/publish", get(internal_publish::ask).post(internal_publish::publish))
        .route("/contributions/{id}/replies", get(reply_policies::ask).post(reply_policies::choose))
        .route("/contributions/{id}/delete", get(reply::ask_delete).post(reply::delete))
        .route("/contributions/{id}/approve", get(moderation::ask_approve).post(moderation::approve))
        .route("/contributions/{id}/report", get(appeals::ask_report).post(appeals::report))
        .route("/moderation", get(review::moved))
        .route("/moderation/external", get(external_statement::waiting))
        .route("/contributions/{id}/external", get(external_statement::choose).post(external_statement::list))
        .route("/external/{id}/{qid}/decide", post(external_statement::decide))
        .route(
            "/external/{id}/{qid}/withdraw",
            get(external_statement::ask_withdraw).post(external_statement::withdraw),
        )
        .route("/questions/new", get(ask::show).post(ask::submit))
        .route("/questions/adopt", get(ask::ask_paste).post(ask::paste))
        .route("/questions/{slug}/adopt", get(ask::ask_adopt).post(ask::adopt))
        .route("/questions/{slug}/revise", get(ask::ask_revise).post(ask::revise))
        .route("/questions/{slug}/retract", get(ask::ask_retract).post(ask::retract))
        .route("/questions/{slug}/position", get(stand::show).post(stand::submit))
        .route("/questions/{slug}/attribute", get(attribution::show).post(attribution::submit))
        .route("/attributions/{id}/withdraw", get(attribution::ask_withdraw).post(attribution::withdraw))
        .route("/positions/{id}/retract", get(stand::ask_retract).post(stand::retract))
        .route("/positions/{id}/list", post(position::list))
        .route("/threads/{id}/resync", post(thread::resync))
        .route("/@{name}/follow", get(account::ask_follow).post(account::follow))
        .route("/@{name}/resync", post(account::resync))
        .route("/@{name}/hide", get(hiding::ask).post(hiding::hide))
        .route("/publish", get(publish::show).post(publish::submit))
        .route("/events/new", get(events::write).post(events::submit))
        .route("/events/{token}/revise", get(events::revise).post(events::submit_revision))
        .route("/drafts", get(drafts::index))
        .route("/drafts/{id}/delete", get(drafts::ask_discard).post(drafts::discard))
        .route("/statements/{slug}/revise", get(publish::revise).post(publish::submit_revision))
        .route("/statements/{slug}/retract", get(withdraw::ask_retract).post(withdraw::retract))
        .route("/statements/{slug}/supersede", get(withdraw::ask_supersede).post(withdraw::supersede))
}

/// Signing in, and what members decide about their own account.
fn own() -> Router {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_in::leave))
        .route("/settings/sign-ins", get(sign_ins::show).post(sign_ins::end))
        .route("/settings/password", get(sign_ins::ask_password).post(sign_ins::change_password))
        .route("/forgot", get(forgot::show).post(forgot::submit))
        .route("/settings/address", get(mail_address::show).post(mail_address::submit))
        .route("/address/{secret}", get(mail_address::ask).post(mail_address::confirm))
        .route("/password/{secret}", get(sign_ins::ask_link).post(sign_ins::use_link))
        .route("/settings/second-factor", get(second_factor::show).post(second_factor::submit))
        .route("/oauth/authorize", get(authorize::show).post(authorize::decide))
        .route("/oauth/authorize/native", get(authorize::native))
        .route("/invite/{secret}", get(join::show).post(join::submit))
        .route("/notifications", get(notifications::show))
        .route("/notifications/seen", post(notifications::seen))
        .route("/settings/export", get(transfer::show))
        .route("/settings/archive", get(transfer::download_archive).post(transfer::archive))
        .route("/settings/leave", get(leaving::ask).post(leaving::leave))
        .route("/settings/export/{file}", get(transfer::download))
        .route("/settings/hidden", get(hiding::index).post(hiding::take_back))
        .route("/settings/filters", get(filters::index).post(filters::delete))
        .route("/settings/filters/new", get(filters::ask).post(filters::make))
        .route("/settings/filters/{id}", get(filters::show).post(filters::revise))
        .route(
            "/settings/notifications",
            get(notification_policies::show).post(notification_policies::choose),
        )
        .route(
            "/settings/notifications/requests",
            get(notification_policies::requests).post(notification_policies::decide),
        )
        .route("/settings/decisions", get(appeals::decisions))
        .route("/settings/decisions/{id}", get(appeals::decision).post(appeals::object))
        .route("/settings/reports", get(appeals::reported))
        .route("/settings/severed", get(severed::show))
        .route("/settings/severed.csv", get(severed::download))
}

/// What moderators and admins decide; each page asks `domain::permission` who may.
fn administering() -> Router {
    Router::new()
        .route("/admin", get(dashboard::show))
        .route("/admin/settings", get(admin::settings).post(admin::change))
        .route("/admin/addresses", get(mail_blocks::index).post(mail_blocks::remove))
        .route("/admin/addresses/new", get(mail_blocks::ask).post(mail_blocks::add))
        .route("/admin/succession", get(succession::show).post(succession::change))
        .route("/admin/succession/confirm", get(succession::ask).post(succession::confirm))
        .route("/admin/people", get(people::index).post(people::work))
        .route("/admin/people/{name}", get(people::show).post(people::grant))
        .route("/admin/hosts", get(host_search::index))
        .route("/admin/hosts/list.csv", get(host_list::download))
        .route("/admin/hosts/allowances.csv", get(host_list::download_allowances))
        .route("/admin/hosts/list/taken", get(taken_lists::index))
        .route("/admin/hosts/list/taken/{id}", get(taken_lists::ask).post(taken_lists::take_back))
        .route("/admin/hosts/lists", get(host_lists::index).post(host_lists::work))
        .route("/admin/hosts/lists/new", get(host_lists::ask).post(host_lists::follow))
        .route("/admin/hosts/lists/drafts", get(host_drafts::drafts).post(host_drafts::decide))
        .route("/admin/hosts/lists/refused", get(host_drafts::refused).post(host_drafts::ask_again))
        .route("/admin/hosts/lists/{id}", get(host_lists::show).post(host_lists::change))
        .route("/admin/hosts/lists/{id}/leave", get(host_lists::ask_leave).post(host_lists::leave))
        .route("/admin/hosts/{name}", get(hosts::show).post(hosts::decide))
        .route("/admin/review", get(review::show).post(review::decide))
        .route("/admin/review/approved", get(approvals::index).post(approvals::take_back))
        .route("/admin/removed", get(removed::index).post(removed::take_back))
        .route("/admin/accounts", get(account_rules::index))
        .route("/admin/accounts/{id}", get(account_rules::show).post(account_rules::decide))
        .route("/admin/networks", get(networks::index).post(networks::undo))
        .route("/admin/networks/new", get(networks::ask).post(networks::make))
        .route("/admin/rules", get(content_rules::index).post(content_rules::remove))
        .route("/admin/rules/new", get(content_rules::ask).post(content_rules::make))
        .route("/admin/remove", get(content_rules::ask_clear).post(content_rules::clear))
        .route("/admin/federation", get(queues::show).post(queues::work))
        .route("/admin/federation/jobs", get(put_aside::jobs).post(put_aside::redo))
        .route("/admin/federation/{name}", get(put_aside::show).post(put_aside::work))
        .route("/admin/reports", get(report_list::index).post(report_list::close))
        .route("/admin/reports/{id}", get(reports::show).post(reports::work))
        .route("/admin/reports/{id}/decide", get(reports::ask).post(reports::decide))
        .route("/admin/appeals", get(appeals::index))
        .route("/admin/appeals/{id}", get(appeals::show).post(appeals::answer))
        .route("/admin/log", get(log::index))
        .route("/admin/log.jsonl", get(log::download))
        .route("/admin/log/check", get(log::check))
        .route("/admin/log/{id}", get(log::show).post(log::decide))
}

/// The form that takes files with relations, up to so many bytes, and the one for lists of rules about
/// servers, which are longer.
pub fn imports(bytes: usize) -> Router {
    let lists = Router::new().route("/admin/hosts/list", get(host_list::show).post(host_list::submit));
    Router::new()
        .route("/settings/import", post(transfer::submit))
        .route("/publish/import", get(import::show).post(import::submit))
        .layer(DefaultBodyLimit::max(bytes + FORM))
        .merge(lists.layer(DefaultBodyLimit::max(MOST_BYTES + FORM)))
}

/// A page as a response.
pub fn page(page: &impl Template) -> Answer {
    Ok(Html(page.render()?).into_response())
}

/// A page of something that is also an ActivityPub document; the header says where.
pub fn page_with(activity: Option<&Href>, template: &impl Template) -> Answer {
    let mut response = page(template)?;
    let link =
        activity.map(|href| format!("<{href}>; rel=\"alternate\"; type=\"application/activity+json\""));
    if let Some(Ok(link)) = link.map(|link| HeaderValue::from_str(&link)) {
        response.headers_mut().append(LINK, link);
    }
    Ok(response)
}

/// After a form: the next page, so that reloading sends nothing twice.
pub fn then(path: &str) -> Answer {
    Ok(Redirect::to(path).into_response())
}

/// The key in a path, for which anything else is an address of nothing.
pub fn key<T>(text: &str) -> Result<Id<T>, PageError> {
    Id::parse(text).ok_or_else(PageError::not_found)
}

/// Where the page before which key begins: `?before=…`.
pub fn before<T>(visit: &Visit) -> Option<Id<T>> {
    visit.asked("before").and_then(|text| Id::parse(&text))
}

/// Neighbours of a page: `older` is the key its next page begins before.
pub fn pager<T>(path: &str, older: Option<Id<T>>, first: bool) -> Pager {
    Pager {
        newer: (!first).then(|| path.into()),
        older: older
            .map(|id| format!("{path}{}before={id}", if path.contains('?') { '&' } else { '?' }).into()),
    }
}

/// Cuts one row too many off a page, and says whether there was one.
pub fn cut<T>(rows: &mut Vec<T>, page: usize) -> bool {
    let more = rows.len() > page;
    rows.truncate(page);
    more
}
