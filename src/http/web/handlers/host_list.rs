//! Lists of rules about servers: handing ours out, looking at another one, taking it in.

use activitypub_federation::config::Data;

use super::ask::refused;
use super::{Answer, page, then};
use crate::domain::host::HostStanding;
use crate::domain::permission::Permission;
use crate::domain::reach::counted;
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::Mistakes;
use crate::http::web::host_list::{HostListPage, Preview};
use crate::http::web::layout::Section;
use crate::http::web::map_files;
use crate::import::host_rules as lists;
use crate::services::hosts as service;
use crate::store::host_rules;

/// Rows that are no rules, as far as they are shown.
const SHOWN: usize = 50;

/// `GET /admin/hosts/list`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    form(&data, &visit, None, Mistakes::default())
}

/// `GET /admin/hosts/list.csv`: our rules, for other servers.
pub async fn download(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let rules = data.app.db.read(|conn| Ok(host_rules::all(conn)?)).await?;
    Ok(map_files::csv_file("domain_blocks", lists::write(&rules)))
}

/// `POST /admin/hosts/list`: shows what a list does, and takes it in when that was read.
pub async fn submit(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Hosts)?.id;
    let text = fields.get("file");
    let list = lists::read(text, &visit.site.host);
    if list.rules.is_empty() && list.refused.is_empty() {
        let mistakes = Mistakes::one("file", "There is nothing to read in this file.");
        return refused(form(&data, &visit, None, mistakes));
    }
    if fields.get("confirmed") == "yes" {
        data.app.db.write(|tx| service::take_in(tx, Some(user), &list.rules)).await?;
        return then("/admin/hosts?note=changed");
    }
    let (reach, new) = data.app.db.read(|conn| service::preview_list(conn, &list.rules)).await?;
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let preview = Preview {
        summary: format!(
            "{} in this list, of which {} here yet. Rows that repeat an earlier one: {}.",
            counted(number(list.rules.len()), "rule"),
            if new == 1 { "1 is not".to_owned() } else { format!("{new} are not") },
            list.repeated,
        ),
        consequence: reach.of_rule(HostStanding::Suspended),
        refused: list.refused.iter().take(SHOWN).map(|(row, why)| format!("Row {row}: {why}")).collect(),
        more: list.refused.len().saturating_sub(SHOWN),
        text: text.to_owned(),
        useful: new > 0,
    };
    form(&data, &visit, Some(preview), Mistakes::default())
}

fn form(data: &Data<Federation>, visit: &Visit, preview: Option<Preview>, mistakes: Mistakes) -> Answer {
    page(&HostListPage {
        layout: visit.private_layout("Lists of rules", Section::Administration),
        kibibytes: data.app.config.limits.import_bytes / 1024,
        mistakes,
        preview,
    })
}
