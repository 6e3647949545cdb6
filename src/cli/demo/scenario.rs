//! What the first three organizations do with statements, through the same services as everywhere.

use indicatif::ProgressBar;

use super::super::Failure;
use super::content::{self, CIRCLE};
use super::voices;
use super::world::{DemoSite, World};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::domain::view::{Body, View};
use crate::federation::{lookup, resolve};
use crate::import::markdown;
use crate::services::posts::{self, NewPost};
use crate::services::reports::{self, Category, NewReport};
use crate::services::{interactions, relations, statements};
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, accounts, users};
use crate::text::Markdown;

/// Steps of the progress bar.
pub const STEPS: u64 = 10;

/// Plays the scenario from the first follow to the last reply.
pub async fn play(world: &World, bar: &ProgressBar) -> Result<(), Failure> {
    let [north, south, east, ..] = world.sites.as_slice() else {
        return Err(Failure::new("the demonstration has at least three sites"));
    };
    step(world, bar, "the organizations follow each other", follow_all(world)).await?;
    let statement = step(world, bar, "North publishes", publish(north, content::NORTH)).await?;
    step(world, bar, "South publishes", publish(south, content::SOUTH)).await?;
    let first = step(world, bar, "East publishes", publish(east, content::EAST_FIRST)).await?;
    step(world, bar, "people answer North's theses", discuss(world, &statement)).await?;
    step(world, bar, "North revises thesis 2", revise(north, statement.head.id)).await?;
    step(world, bar, "East supersedes its statement", think_again(east, first.head.id)).await?;
    step(world, bar, "South likes and boosts", react(south, &statement.head.uri)).await?;
    step(world, bar, "others publish in their languages", translate(world)).await?;
    let meeting = Box::pin(quarantine(world, &statement.head.uri));
    step(world, bar, "a stranger writes and is reported", meeting).await
}

/// Whoever of the first circle does not write English publishes, too.
async fn translate(world: &World) -> Result<(), Failure> {
    for site in world.sites.iter().take(CIRCLE) {
        let voice = voices::of(site.organization.language);
        if !voice.statement.is_empty() {
            publish(site, voice.statement).await?;
        }
    }
    Ok(())
}

/// What a stranger writes waits for a moderator: members see it, nobody else. Two things are reported.
async fn quarantine(world: &World, statement: &Uri) -> Result<(), Failure> {
    let (Some(stranger), [north, _, east, ..]) = (&world.stranger, world.sites.as_slice()) else {
        return Ok(());
    };
    lookup::anywhere(&stranger.data(), statement.as_str()).await?;
    let written = reply(stranger, "member", statement, content::STRANGER).await?;
    world.settle().await?;
    let data = north.data();
    let shown = data.app.db.read(|conn| Ok(contributions::by_uri(conn, Viewer::Anyone, &written)?)).await?;
    if shown.is_some() {
        return Err(Failure::new("what a stranger wrote is shown before anybody looked at it"));
    }
    report(north, &written, content::REPORT).await?;
    let data = east.data();
    let about = data.app.db.read(|conn| {
        let root = expect(contributions::by_uri(conn, Viewer::Anyone, statement)?)?;
        let thread = contributions::thread(conn, Viewer::Anyone, root.thread_id, None, 100)?;
        let foreign =
            |head: &Contribution| head.kind == Kind::Post && head.author_id != root.author_id && !head.local;
        expect(thread.into_iter().find(foreign))
    });
    report(east, &about.await?.uri, content::SECOND_REPORT).await
}

/// A member reports something to the moderators of the own site.
async fn report(site: &DemoSite, about: &Uri, comment: &str) -> Result<(), Failure> {
    let name = format!("member_{}", site.organization.handle);
    let data = site.data();
    let filed = data.app.db.write(|tx| {
        let user = expect(users::by_name(tx, &name)?)?;
        let member = expect(accounts::by_id(tx, user.account_id)?)?;
        let head = known(tx, &user, about)?;
        let new = NewReport {
            target: head.author_id,
            contributions: vec![head.id],
            comment: comment.to_owned(),
            category: Category::Other,
            rules: Vec::new(),
            forward: false,
        };
        reports::file(tx, &member, &new)
    });
    filed.await?;
    Ok(())
}

/// One thing happens, and everybody hears of it before the next.
async fn step<T>(
    world: &World,
    bar: &ProgressBar,
    message: &'static str,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    bar.set_message(message);
    let done = work.await?;
    world.settle().await?;
    bar.inc(1);
    Ok(done)
}

async fn discuss(world: &World, statement: &View) -> Result<(), Failure> {
    let [north, south, east, ..] = world.sites.as_slice() else { return Ok(()) };
    let asked = "Could a definition also name one case that it excludes? Without that it excludes nothing.";
    let question = reply(south, "member", &thesis(statement, "2")?, asked).await?;
    world.settle().await?;
    let answer = "Yes. We will add it and say that the proposal came from you.";
    answer_officially(north, &question, answer).await?;
    let source = "An archive in our city holds minutes of 2021; they are open since last year.";
    reply(east, "member", &thesis(statement, "3")?, source).await?;
    Ok(())
}

async fn think_again(east: &DemoSite, first: Id<Contribution>) -> Result<(), Failure> {
    let next = publish(east, content::EAST_SECOND).await?;
    supersede(east, first, next.head.id).await
}

async fn follow_all(world: &World) -> Result<(), Failure> {
    for circle in world.circles() {
        follow_each_other(circle).await?;
    }
    Ok(())
}

async fn follow_each_other(circle: &[DemoSite]) -> Result<(), Failure> {
    for site in circle {
        for other in circle {
            if std::ptr::eq(site, other) {
                continue;
            }
            let data = site.data();
            let handle = format!("{}@{}", other.organization.handle, other.data().app.site.host);
            let followee = resolve::account(&data, &handle).await?;
            let id = data.app.site.organization;
            data.app
                .db
                .write(|tx| {
                    let organization = expect(accounts::by_id(tx, id)?)?;
                    relations::follow(tx, &organization, &followee)
                })
                .await?;
        }
    }
    Ok(())
}

pub(super) async fn publish(site: &DemoSite, text: &str) -> Result<View, Failure> {
    let import = markdown::parse(text).map_err(|error| Failure::new(error.to_string()))?;
    let data = site.data();
    let name = format!("publisher_{}", site.organization.handle);
    let view = data.app.db.write(|tx| {
        let user = expect(users::by_name(tx, &name)?)?;
        let mut draft = import.draft.clone();
        site.organization.language.clone_into(&mut draft.language);
        statements::publish(tx, &user, draft)
    });
    Ok(view.await?)
}

/// The address of a thesis, by its number.
fn thesis(statement: &View, number: &str) -> Result<Uri, Failure> {
    let Body::Statement { theses, .. } = &statement.body else {
        return Err(Failure::new("a statement of the demonstration has no theses"));
    };
    let found = theses.iter().find(|part| part.thesis.number == number);
    let missing = || Failure::new(format!("the demonstration has no thesis {number}"));
    Ok(found.ok_or_else(missing)?.head.uri.clone())
}

async fn reply(site: &DemoSite, who: &str, to: &Uri, text: &str) -> Result<Uri, Failure> {
    let name = format!("{who}_{}", site.organization.handle);
    let data = site.data();
    let view = data.app.db.write(|tx| {
        let user = expect(users::by_name(tx, &name)?)?;
        let author = expect(accounts::by_id(tx, user.account_id)?)?;
        let parent = known(tx, &user, to)?;
        posts::publish(tx, &author, &post(parent.id, text))
    });
    Ok(view.await?.head.uri)
}

async fn answer_officially(site: &DemoSite, to: &Uri, text: &str) -> Result<Uri, Failure> {
    let name = format!("publisher_{}", site.organization.handle);
    let data = site.data();
    let organization = data.app.site.organization;
    let view = data.app.db.write(|tx| {
        let user = expect(users::by_name(tx, &name)?)?;
        let author: Account = expect(accounts::by_id(tx, organization)?)?;
        let parent = known(tx, &user, to)?;
        posts::publish(tx, &author, &post(parent.id, text))
    });
    Ok(view.await?.head.uri)
}

fn post(parent: Id<Contribution>, text: &str) -> NewPost {
    NewPost {
        markdown: Markdown::new(text),
        in_reply_to: Some(parent),
        language: "en".to_owned(),
        ..NewPost::default()
    }
}

async fn revise(site: &DemoSite, id: Id<Contribution>) -> Result<(), Failure> {
    let name = format!("publisher_{}", site.organization.handle);
    let data = site.data();
    let done = data.app.db.write(|tx| {
        let user = expect(users::by_name(tx, &name)?)?;
        let mut draft = statements::draft_of(tx, id)?;
        let (before, after) = content::NORTH_CHANGE;
        for thesis in &mut draft.theses {
            thesis.body = Markdown::new(thesis.body.as_str().replace(before, after));
        }
        statements::revise(tx, &user, id, draft, content::NORTH_REASON)
    });
    done.await?;
    Ok(())
}

async fn supersede(site: &DemoSite, old: Id<Contribution>, new: Id<Contribution>) -> Result<(), Failure> {
    let name = format!("publisher_{}", site.organization.handle);
    let data = site.data();
    let done = data.app.db.write(|tx| {
        let user = expect(users::by_name(tx, &name)?)?;
        statements::supersede(tx, &user, old, new, content::EAST_REASON)
    });
    done.await?;
    Ok(())
}

async fn react(site: &DemoSite, uri: &Uri) -> Result<(), Failure> {
    let name = format!("member_{}", site.organization.handle);
    let data = site.data();
    let organization = data.app.site.organization;
    let done = data.app.db.write(|tx| {
        let user = expect(users::by_name(tx, &name)?)?;
        let member = expect(accounts::by_id(tx, user.account_id)?)?;
        let statement = known(tx, &user, uri)?;
        interactions::like(tx, &member, statement.id)?;
        let organization = expect(accounts::by_id(tx, organization)?)?;
        interactions::boost(tx, &organization, statement.id)
    });
    done.await?;
    Ok(())
}

fn known(conn: &mut Conn, user: &User, uri: &Uri) -> Result<Contribution, Error> {
    expect(contributions::by_uri(conn, Viewer::Member(user.account_id), uri)?)
}

pub(super) fn expect<T>(found: Option<T>) -> Result<T, Error> {
    found.ok_or_else(|| Error::broken("something of the demonstration did not arrive"))
}
