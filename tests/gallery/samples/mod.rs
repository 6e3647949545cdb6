//! Every public page, filled with invented content: a town argues about its water.

mod accounts;
mod administration;
mod debate;
mod events;
mod forms;
mod internal_rooms;
pub(crate) mod replies;
pub(crate) mod statements;

use askama::Template;
use chrono::{DateTime, Duration};
use plenum::http::web::contribution::{Author, Standing, Voice};
use plenum::http::web::error::ErrorPage;
use plenum::http::web::follow::{FollowBox, FollowWay};
use plenum::http::web::forms::Mistakes;
use plenum::http::web::layout::{Layout, OpenGraph, Section, Site, ViewerBar};
use plenum::http::web::publish::Withdrawal;
use plenum::http::web::reply::{Elsewhere, Invitation};
use plenum::http::web::shown::{Lang, Link, Moment};
use plenum::text::Html;

use self::accounts::{
    about, account, authorize, external_statements, follow_subject, frozen, leave, listing, notifications,
    reply_subject, unknown_subject,
};
use self::events::{event, event_form, timeline};
use self::forms::{
    confirm, consent, edit, forgot, import, import_mistake, join, preview, publish, publish_mistakes,
    reply_page, revises, setup, setup_mistakes, sign_in, supersede, transfer, transfer_mistake, withdraw,
};
use self::replies::{post, replies, reply_form, thesis_page, thread};
use self::statements::{
    earlier, feed, home, one_version, right_to_left, statement_page, superseded, versions,
};

pub(crate) const ROOT: &str = "https://north.example";

/// Every page as file name and content.
pub(crate) fn pages() -> askama::Result<Vec<(&'static str, String)>> {
    let mut all = reading()?;
    all.extend(writing()?);
    all.extend(edges()?);
    all.extend(debating()?);
    all.push(("feed.xml", feed().to_xml()?));
    Ok(all)
}

fn reading() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("home.html", home(false).render()?),
        ("home_empty.html", home(true).render()?),
        ("statement.html", statement_page(Standing::Current, replies(30)).render()?),
        ("statement_earlier.html", earlier().render()?),
        ("statement_superseded.html", statement_page(superseded(), replies(0)).render()?),
        ("statement_rtl.html", right_to_left().render()?),
        ("versions.html", versions().render()?),
        ("version.html", one_version().render()?),
        ("thesis.html", thesis_page(replies(30), away()).render()?),
        ("thesis_member.html", thesis_page(replies(5), reply_form(false)).render()?),
        ("thread.html", thread(true).render()?),
        ("thread_orphan.html", thread(false).render()?),
        ("post.html", post().render()?),
        ("account_organization.html", account(Voice::Organization).render()?),
        ("account_person.html", account(Voice::Person).render()?),
        ("about.html", about().render()?),
        ("timeline.html", timeline(false).render()?),
        ("timeline_empty.html", timeline(true).render()?),
        ("event.html", event().render()?),
    ])
}

fn debating() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("question.html", debate::question(false).render()?),
        ("question_empty.html", debate::question(true).render()?),
        ("position.html", debate::position(false).render()?),
        ("position_version.html", debate::position(true).render()?),
        ("questions.html", debate::catalogue(false).render()?),
        ("questions_empty.html", debate::catalogue(true).render()?),
        ("compare.html", debate::compare().render()?),
        ("agreement.html", debate::agreement().render()?),
        ("position_form.html", debate::form().render()?),
    ])
}

fn writing() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("sign_in.html", sign_in(None).render()?),
        ("sign_in_mistake.html", sign_in(Some("Name or password is wrong.".to_owned())).render()?),
        ("forgot.html", forgot(true).render()?),
        ("forgot_mistake.html", forgot(false).render()?),
        ("setup.html", setup(Mistakes::default()).render()?),
        ("setup_mistakes.html", setup(setup_mistakes()).render()?),
        ("join.html", join().render()?),
        ("oauth_authorize.html", consent().render()?),
        ("import.html", import(Mistakes::default()).render()?),
        ("import_mistake.html", import(import_mistake()).render()?),
        ("transfer.html", transfer(Mistakes::default()).render()?),
        ("transfer_mistake.html", transfer(transfer_mistake()).render()?),
        ("event_new.html", event_form(false).render()?),
        ("event_mistake.html", event_form(true).render()?),
        ("reply.html", reply_page().render()?),
        ("edit.html", edit().render()?),
        ("confirm.html", confirm().render()?),
        ("listing.html", listing(false).render()?),
        ("listing_empty.html", listing(true).render()?),
        ("internal.html", internal_rooms::internal(false).render()?),
        ("internal_empty.html", internal_rooms::internal(true).render()?),
        ("internal_room.html", internal_rooms::room(false).render()?),
        ("internal_room_closed.html", internal_rooms::room(true).render()?),
        ("external_statements.html", external_statements(false).render()?),
        ("external_statements_empty.html", external_statements(true).render()?),
        ("publish.html", publish(None, Mistakes::default()).render()?),
        ("revise_mistakes.html", publish(Some(revises()), publish_mistakes()).render()?),
        ("preview.html", preview().render()?),
        ("retract.html", withdraw(Withdrawal::Retract).render()?),
        ("supersede.html", withdraw(supersede()).render()?),
        ("notifications.html", notifications(false).render()?),
        ("notifications_empty.html", notifications(true).render()?),
        ("notifications_frozen.html", frozen().render()?),
        ("hosts.html", administration::hosts(false).render()?),
        ("hosts_empty.html", administration::hosts(true).render()?),
        ("host.html", administration::host(false).render()?),
        ("host_empty.html", administration::host(true).render()?),
        ("dashboard.html", administration::dashboard(false).render()?),
        ("dashboard_empty.html", administration::dashboard(true).render()?),
        ("second_factor.html", administration::second_factor().render()?),
        ("review.html", administration::review(false).render()?),
        ("review_empty.html", administration::review(true).render()?),
        ("ledger.html", administration::ledger(false).render()?),
        ("ledger_empty.html", administration::ledger(true).render()?),
        ("case.html", administration::case(false).render()?),
        ("case_empty.html", administration::case(true).render()?),
    ])
}

fn edges() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("authorize_account.html", authorize(follow_subject(), None).render()?),
        ("authorize_sign_in.html", authorize(follow_subject(), Some("/sign-in".into())).render()?),
        ("authorize_reply.html", authorize(reply_subject(), None).render()?),
        ("authorize_unknown.html", authorize(unknown_subject(), None).render()?),
        ("leave.html", leave().render()?),
        ("error_404.html", ErrorPage::new(layout("", None), 404, "").render()?),
        ("error_403.html", ErrorPage::new(layout("", None), 403, "").render()?),
        ("error_500.html", ErrorPage::new(layout("", None), 500, "").render()?),
    ])
}

pub(crate) fn at(day: i64) -> Moment {
    let start = DateTime::from_timestamp(1_793_693_520, 0).unwrap_or_default();
    Moment::from(start + Duration::minutes(day * 1440 + day * 37 % 600))
}

pub(crate) fn english() -> Lang {
    Lang::new("en")
}

pub(crate) fn html(markup: &str) -> Html {
    Html::from_store(markup.to_owned())
}

pub(crate) fn site() -> Site {
    Site {
        name: "Northern Forum".to_owned(),
        motto: "An association of households, workers and gardeners in the upper valley".to_owned(),
        handle: "northern_forum@north.example".to_owned(),
        language: english(),
        version: "0.1.0".to_owned(),
        source: "https://code.example/plenum".into(),
    }
}

pub(crate) fn layout(title: &str, viewer: Option<ViewerBar>) -> Layout {
    Layout { viewer, csrf: "c5f0".to_owned(), ..Layout::new(site(), title) }
}

pub(crate) fn public(title: &str, path: &str, kind: &'static str) -> Layout {
    Layout {
        description: "The town council wants to lease the waterworks for thirty years.".to_owned(),
        canonical: Some(format!("{ROOT}{path}").into()),
        activity: Some(format!("{ROOT}{path}").into()),
        feeds: vec![Link::new("Northern Forum: statements", "/feed.atom")],
        open_graph: Some(OpenGraph {
            kind,
            title: title.to_owned(),
            description: "Five theses on the waterworks".to_owned(),
            author: "Northern Forum".to_owned(),
            published: Some(at(0)),
            changed: Some(at(9)),
            language: english(),
        }),
        fediverse_creator: Some("northern_forum@north.example".to_owned()),
        here: Section::Statements,
        ..layout(title, None)
    }
}

pub(crate) fn editor() -> ViewerBar {
    ViewerBar {
        name: "Ada Lindqvist".to_owned(),
        href: "/@ada".into(),
        barred: false,
        unread: 3,
        may_publish: true,
        administration: Some("/admin".into()),
    }
}

pub(crate) fn author(name: &str, handle: &str, voice: Voice) -> Author {
    Author { name: name.to_owned(), handle: handle.to_owned(), href: format!("/@{handle}").into(), voice }
}

pub(crate) fn north() -> Author {
    author("Northern Forum", "northern_forum@north.example", Voice::Organization)
}

pub(crate) fn south() -> Author {
    author("Southern League", "league@south.example", Voice::Organization)
}

pub(crate) fn east() -> Author {
    author("Eastern Circle", "circle@east.example", Voice::Organization)
}

pub(crate) fn person(n: usize) -> Author {
    const PEOPLE: [(&str, &str); 5] = [
        ("Mirela Okonjo", "mirela@south.example"),
        (
            "R. Castellanos-Whitfield of the Lower Mill Road Residents",
            "lowermillroad.residents@social.example",
        ),
        ("ليلى حداد", "layla@east.example"),
        ("Tom", "tom@social.example"),
        ("Jun Sato", "jun@east.example"),
    ];
    let (name, handle) = PEOPLE.into_iter().cycle().nth(n).unwrap_or(("Tom", "tom@social.example"));
    author(name, handle, Voice::Person)
}

pub(crate) fn away() -> Invitation {
    Invitation::Elsewhere(elsewhere())
}

pub(crate) fn elsewhere() -> Elsewhere {
    Elsewhere {
        uri: format!("{ROOT}/s/4fK2mPq/k2"),
        sign_in: "/sign-in?next=/statements/water".into(),
        mistake: None,
    }
}

pub(crate) fn follow_box(way: FollowWay) -> FollowBox {
    FollowBox {
        name: "Northern Forum".to_owned(),
        handle: "northern_forum@north.example".to_owned(),
        feed: Some("/feed.atom".into()),
        way,
    }
}
