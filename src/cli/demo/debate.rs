//! Plays what the generator spread: questions, positions that change over months, critiques, events.

use std::collections::BTreeMap;

use indicatif::ProgressBar;

use super::super::Failure;
use super::generate::{self, Act, PROVISO, Plan};
use super::scenario::{expect, publish};
use super::world::{DemoSite, World};
use crate::clock::Clock;
use crate::domain::account::Account;
use crate::domain::critique::{Intent, NewCritique};
use crate::domain::question::Qid;
use crate::domain::user::User;
use crate::domain::view::{Body, View};
use crate::services::posts::{self, NewPost};
use crate::services::questions::{self as asking, NewQuestion};
use crate::services::{attributions, events, positions};
use crate::store::contributions::Viewer;
use crate::store::{Error, Tx, accounts, positions as kept, questions, users};
use crate::text::Markdown;

/// Plays all rounds; after each everybody has heard of everything, and time passes.
pub async fn play(world: &World, plan: &Plan, clock: &Clock, bar: &ProgressBar) -> Result<(), Failure> {
    let mut asked: BTreeMap<usize, Qid> = BTreeMap::new();
    bar.set_message("they dispute questions");
    for round in &plan.rounds {
        for act in &round.acts {
            // Versions of one text need different seconds.
            clock.advance(1);
            one(world, plan, *act, &mut asked).await?;
        }
        world.settle().await?;
        clock.advance(round.seconds);
        bar.inc(1);
    }
    Ok(())
}

async fn one(world: &World, plan: &Plan, act: Act, asked: &mut BTreeMap<usize, Qid>) -> Result<(), Failure> {
    match act {
        Act::Record { site, fact } => {
            let draft = generate::event(fact).ok_or_else(|| Failure::new("the chronology ends before"))?;
            speak(at(world, site)?, |tx, user| events::publish(tx, user, &draft)).await?;
        }
        Act::Ask { site, question } => {
            let (text, draft) = plan.question(question, asked);
            let new = NewQuestion { text, language: "en".to_owned(), draft, invited: Vec::new() };
            let view = speak(at(world, site)?, |tx, user| asking::ask(tx, user, &new)).await?;
            if let Body::Question(made) = &view.body {
                asked.insert(question, made.question.qid.clone());
            }
        }
        Act::Answer { site, question, revision } => {
            let (draft, reason) = plan.position(site, question, revision);
            let qid = named(asked, question)?;
            speak(at(world, site)?, |tx, user| positions::publish(tx, user, qid, &draft, &reason)).await?;
        }
        Act::Criticize { site, question, target, intent, official } => {
            let qid = named(asked, question)?;
            let of = at(world, target)?.data().app.site.host.clone();
            let voice = if official { "publisher" } else { "member" };
            criticize(at(world, site)?, voice, (qid, &of), intent).await?;
        }
        Act::SumUp { site } => sum_up(at(world, site)?).await?,
        Act::Attribute { site, question, author } => {
            let (qid, said) = (named(asked, question)?, generate::attribution(question, author));
            by_publisher(at(world, site)?, |tx, user| attributions::enter(tx, user, qid, &said)).await?;
        }
        Act::Withdraw { site, question } => {
            let qid = named(asked, question)?;
            let (site, reason) = (at(world, site)?, generate::withdrawal());
            let organization = site.data().app.site.organization;
            let withdraw = |tx: &mut Tx<'_>, user: &User| {
                let (head, _) = expect(kept::of_account(tx, qid, organization)?)?;
                positions::retract(tx, user, head.id, &reason)
            };
            speak(site, withdraw).await?;
        }
    }
    Ok(())
}

fn at(world: &World, site: usize) -> Result<&DemoSite, Failure> {
    world.sites.get(site).ok_or_else(|| Failure::new("the demonstration has fewer sites"))
}

fn named(asked: &BTreeMap<usize, Qid>, question: usize) -> Result<&Qid, Failure> {
    asked.get(&question).ok_or_else(|| Failure::new("a question is answered before it is asked"))
}

/// The organization of a site sums up where it stands.
async fn sum_up(site: &DemoSite) -> Result<(), Failure> {
    let data = site.data();
    let organization = data.app.site.organization;
    let stands = data.app.db.read(|conn| {
        let rows = kept::by_account(conn, Viewer::Anyone, organization)?;
        let qids: Vec<Qid> = rows.iter().map(|(_, position)| position.qid.clone()).collect();
        let asked = questions::of_qids(conn, Viewer::Anyone, &qids)?;
        let title = |qid: &Qid| asked.get(qid).and_then(|(head, _)| head.title.clone()).unwrap_or_default();
        Ok(rows.into_iter().map(|(_, position)| (title(&position.qid), position)).collect::<Vec<_>>())
    });
    let text = generate::summary(&site.organization.name, &stands.await?);
    publish(site, &text).await.map(drop)
}

/// The organization of a site speaks.
async fn speak(
    site: &DemoSite,
    say: impl Fn(&mut Tx<'_>, &User) -> Result<View, Error>,
) -> Result<View, Failure> {
    by_publisher(site, say).await
}

/// Whoever speaks for the organization of a site does something.
async fn by_publisher<T>(
    site: &DemoSite,
    say: impl Fn(&mut Tx<'_>, &User) -> Result<T, Error>,
) -> Result<T, Failure> {
    let name = format!("publisher_{}", site.organization.handle);
    let data = site.data();
    let said = data.app.db.write(|tx| {
        let user = expect(users::by_name(tx, &name)?)?;
        say(tx, &user)
    });
    Ok(said.await?)
}

/// Somebody of a site criticizes the position that the organization at `host` has on a question: the
/// words that all answers have, where they stand in it.
async fn criticize(
    site: &DemoSite,
    voice: &str,
    (qid, host): (&Qid, &str),
    intent: Intent,
) -> Result<(), Failure> {
    let name = format!("{voice}_{}", site.organization.handle);
    let data = site.data();
    let organization = data.app.site.organization;
    let said = data.app.db.write(|tx| {
        let user = expect(users::by_name(tx, &name)?)?;
        let speaker = if voice == "publisher" { organization } else { user.account_id };
        let author: Account = expect(accounts::by_id(tx, speaker)?)?;
        let stands = kept::on(tx, Viewer::Member(user.account_id), qid)?;
        let target = stands.into_iter().find(|(head, _)| head.uri.host() == host);
        let (target, _) = expect(target)?;
        let passage = if target.content.contains(PROVISO) { PROVISO } else { "" };
        let post = NewPost {
            markdown: Markdown::new(generate::critique_text(intent)),
            in_reply_to: Some(target.id),
            language: "en".to_owned(),
            critique: Some(NewCritique {
                intent,
                passage: passage.to_owned(),
                prefix: String::new(),
                suffix: String::new(),
            }),
            ..NewPost::default()
        };
        posts::publish(tx, &author, &post)
    });
    said.await?;
    Ok(())
}
