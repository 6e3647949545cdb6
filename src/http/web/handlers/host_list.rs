//! Lists of rules about servers: handing ours out, looking at another one, taking it in.

use std::collections::HashSet;

use activitypub_federation::config::Data;

use super::ask::refused;
use super::{Answer, page, then};
use crate::domain::Refusal;
use crate::domain::counting::counted;
use crate::domain::host::HostStanding;
use crate::domain::host_rule::Decision;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::reach::Reach;
use crate::domain::user::User;
use crate::federation::Federation;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::host_list::{HostListPage, Preview};
use crate::http::web::layout::Section;
use crate::http::web::map_files;
use crate::import::host_rules::{self as lists, HostList};
use crate::services::hosts::{self, ListTrial};
use crate::services::uploaded_lists::{self as service, Choices, Said};
use crate::store::{Error, host_rules};

/// Rows that are no rules, or that differ from ours, as far as they are shown.
const SHOWN: usize = 50;
/// What a list may be read as.
const BLOCKS: &str = "blocks";
const ALLOWANCES: &str = "allowances";
/// What keeps a list out of the public log.
const PRIVATE: &str = "private";
/// Letters of the name of a file that become the name of the list.
const TITLE: usize = 100;

/// `GET /admin/hosts/list`.
pub async fn show(visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    form(&visit, None, Mistakes::default())
}

/// `GET /admin/hosts/list.csv`: our rules, for other servers.
pub async fn download(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let rules = data.app.db.read(|conn| Ok(host_rules::all(conn)?)).await?;
    Ok(map_files::csv_file("domain_blocks", lists::write(&rules)))
}

/// `GET /admin/hosts/allowances.csv`: the servers that are let in.
pub async fn download_allowances(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let rules = data.app.db.read(|conn| Ok(host_rules::all(conn)?)).await?;
    Ok(map_files::csv_file("domain_allows", lists::write_allowances(&rules)))
}

/// `POST /admin/hosts/list`: keeps a list and shows what it does, or takes in the one that was read.
pub async fn submit(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Hosts)?.id;
    if !fields.get("digest").is_empty() {
        return take_in(&data, &visit, user, &fields).await;
    }
    let (kind, text) = (kind(&fields), fields.get("file"));
    let list = read(kind, text, &visit.site.host);
    if list.rules.is_empty() && list.refused.is_empty() {
        let mistakes = Mistakes::one("file", "There is nothing to read in this file.");
        return refused(form(&visit, None, mistakes));
    }
    let digest = data.app.db.write(|tx| service::keep(tx, user, kind, text)).await?;
    let said = Said { title: fields.get("file_name").chars().take(TITLE).collect(), ..Said::default() };
    look(&data, &visit, (kind, digest, &said), &list, Mistakes::default()).await
}

fn kind(fields: &Fields) -> &'static str {
    if fields.get("kind") == ALLOWANCES { ALLOWANCES } else { BLOCKS }
}

fn read(kind: &str, text: &str, own: &str) -> HostList {
    if kind == ALLOWANCES { lists::read_allowances(text, own) } else { lists::read(text, own) }
}

async fn take_in(data: &Data<Federation>, visit: &Visit, user: Id<User>, fields: &Fields) -> Answer {
    let (kind, digest) = (kind(fields), fields.get("digest").to_owned());
    let text = data.app.db.read(|conn| service::kept(conn, user, &digest)).await?;
    let list = read(kind, &text, &visit.site.host);
    let said = Said {
        title: fields.get("title").to_owned(),
        reason: fields.get("reason").to_owned(),
        private: fields.get("log") == PRIVATE,
    };
    let except = match service::names(fields.get("except"), &visit.site.host) {
        Ok(names) => names,
        Err(why) => {
            let again = look(data, visit, (kind, digest, &said), &list, Mistakes::one("except", why));
            return refused(again.await);
        }
    };
    let over: HashSet<String> = fields.all("over").map(str::to_owned).collect();
    let choices = Choices { except, over };
    let taken = data.app.db.write(|tx| service::take_in(tx, Some(user), &list.rules, (&choices, &said)));
    match taken.await {
        Ok(_) => then("/admin/hosts/list/taken?note=changed"),
        Err(Error::Refused(Refusal::Invalid { field, why })) => {
            let again = look(data, visit, (kind, digest, &said), &list, Mistakes::one(field, why));
            refused(again.await)
        }
        Err(error) => Err(error.into()),
    }
}

/// What the list does, with a form that takes it in.
async fn look(
    data: &Data<Federation>,
    visit: &Visit,
    (kind, digest, said): (&'static str, String, &Said),
    list: &HostList,
    mistakes: Mistakes,
) -> Answer {
    let trial = data.app.db.read(|conn| hosts::preview_list(conn, &list.rules)).await?;
    let differing = |(name, ours, theirs): &(String, Decision, Decision)| {
        let label = format!("{name}: here {}, in the list {}", ours.effect(), theirs.effect());
        Choice::new(name.clone(), label, false)
    };
    let preview = Preview {
        summary: format!(
            "{} in this list, of which {} here yet. Rows that repeat an earlier one: {}.",
            counted(number(list.rules.len()), "rule"),
            if trial.new == 1 { "1 is not".to_owned() } else { format!("{} are not", trial.new) },
            list.repeated,
        ),
        consequences: trial.parts.iter().map(consequence).collect(),
        refused: list.refused.iter().take(SHOWN).map(|(row, why)| format!("Row {row}: {why}")).collect(),
        more: list.refused.len().saturating_sub(SHOWN),
        differing: trial.differing.iter().take(SHOWN).map(differing).collect(),
        more_differing: trial.differing.len().saturating_sub(SHOWN),
        tied: trial.tied.clone(),
        kind,
        digest,
        useful: is_useful(&trial),
        title: said.title.clone(),
        reason: said.reason.clone(),
        log: vec![
            Choice::new("shown", "With its day and in numbers", !said.private),
            Choice::new(PRIVATE, "Not at all", said.private),
        ],
    };
    form(visit, Some(preview), mistakes)
}

fn is_useful(trial: &ListTrial) -> bool {
    trial.new > 0 || !trial.differing.is_empty()
}

/// What the new rules of one standing do.
fn consequence((standing, count, reach): &(HostStanding, usize, Reach)) -> String {
    let count = number(*count);
    match standing {
        HostStanding::Suspended => {
            format!("{}. {}", begun(count, "suspension"), reach.of_rule(*standing))
        }
        HostStanding::Limited => format!("{}. {}", begun(count, "limit"), reach.of_rule(*standing)),
        HostStanding::Approved => format!("{}. {}", begun(count, "allowance"), reach.of_rule(*standing)),
        HostStanding::Unknown => {
            format!("{} that reject files or reports, and nothing else.", begun(count, "rule"))
        }
    }
}

fn begun(count: i64, noun: &str) -> String {
    format!("New: {}", counted(count, noun))
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn form(visit: &Visit, preview: Option<Preview>, mistakes: Mistakes) -> Answer {
    page(&HostListPage {
        layout: visit.private_layout("Lists of rules", Section::Administration),
        megabytes: lists::MOST_BYTES / 1_000_000,
        rows: lists::MOST_ROWS,
        kinds: vec![
            Choice::new(BLOCKS, "Rules about servers", true),
            Choice::new(ALLOWANCES, "Names of servers to let in", false),
        ],
        mistakes,
        preview,
    })
}
