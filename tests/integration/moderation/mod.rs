//! What moderators decide about accounts, reports and texts, what is written down of it, and how the
//! exchange with other servers is doing.

mod accounts;
mod allowances;
mod bounds;
mod dashboard;
mod departures;
mod evidence;
mod flags;
mod host_lists;
mod list_doubts;
mod log;
mod networks;
mod objections;
mod partings;
mod queues;
mod reach;
mod reactions;
mod removals;
mod report_list;
mod reports;
mod retractions;
mod terminal;
mod texts;
mod upgrades;
mod uploaded_lists;
mod waves;

use plenum::domain::account::Account;
use plenum::domain::account_rule::AccountDecision;
use plenum::domain::host::HostStanding;
use plenum::domain::uri::Uri;
use plenum::services::account_rules;
use serde_json::Value;

use crate::harness::browser::{Browser, Page};
use crate::harness::peer::Actor;
use crate::harness::world::Instance;

/// Decides without any page.
async fn decide(instance: &Instance, account: &Account, decision: &AccountDecision) {
    let db = instance.app().db;
    db.write(|tx| account_rules::decide(tx, None, account.id, decision).map(drop)).await.unwrap();
}

fn standing(standing: HostStanding) -> AccountDecision {
    AccountDecision { standing, ..AccountDecision::default() }
}

/// The address of what an actor sent under this name.
fn uri_of(note: &Value) -> Uri {
    Uri::parse(note["id"].as_str().unwrap()).unwrap()
}

/// An actor answers something under this name; the status.
fn says(instance: &Instance, actor: &Actor, path: &str, to: &Uri) -> u16 {
    actor.sends(instance, &actor.does("Create", actor.reply(path, to, &format!("<p>said {path}</p>"))))
}

/// Uses one of the buttons of a page, with what else is in its form.
async fn presses(browser: &mut Browser, page: &Page, word: &str, fields: &[(&str, &str)]) -> Page {
    let mut all = vec![("do", word)];
    all.extend_from_slice(fields);
    browser.send(page, "main form[method=post]", &all).await
}
