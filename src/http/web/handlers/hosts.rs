//! Other servers: looking at them and deciding about them.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;

use super::again::{come_back, what_was_wrong};
use super::ask::refused;
use super::host_search::{health, words};
use super::{Answer, page, then};
use crate::domain::counting::{counted, together};
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_rule::{self, Decision, HostRule};
use crate::domain::permission::Permission;
use crate::domain::reach::{Consequences, Reach};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::form::{Field, FieldKind};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::hosts::HostPage;
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::hosts as service;
use crate::store::{Conn, Error, host_lists, host_rules, hosts, reach, reports};

/// What one may decide, in the order of the form.
pub(super) const STANDINGS: [HostStanding; 4] =
    [HostStanding::Unknown, HostStanding::Approved, HostStanding::Limited, HostStanding::Suspended];
/// The field that says that the consequences were read.
const CONFIRMED: &str = "confirmed";
/// The fields of the form.
const FIELDS: [&str; 7] =
    ["standing", "media", "reports", "public_comment", "private_comment", "obfuscate", LOG];
/// The field that keeps a decision out of the public log.
const LOG: &str = "log";

/// `GET /admin/hosts/{name}`: one server, and the rule about it.
pub async fn show(data: Data<Federation>, visit: Visit, Path(name): Path<String>) -> Answer {
    visit.may(Permission::Hosts)?;
    let name = named(&visit, &name)?;
    let rule = data.app.db.read(|conn| Ok(host_rules::by_name(conn, &name)?)).await?;
    let decision = rule.map(|rule| rule.decision()).unwrap_or_default();
    form(&data, &visit, &name, &decision, Mistakes::default()).await
}

/// `POST /admin/hosts/{name}`: shows what follows, and decides when that was read.
pub async fn decide(
    data: Data<Federation>,
    Path(name): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.may(Permission::Hosts)?.id;
    let name = named(&visit, &name)?;
    let (decision, mistakes) = read(&fields);
    if !mistakes.is_empty() {
        return refused(form(&data, &visit, &name, &decision, mistakes).await);
    }
    if fields.get(CONFIRMED) != decision.standing.word() {
        return confirm(&data, &visit, &name, &decision, &fields).await;
    }
    let private = fields.get(LOG) == "private";
    let done = data.app.db.write(|tx| match private {
        true => service::decide_privately(tx, Some(user), &name, &decision),
        false => service::decide(tx, Some(user), &name, &decision),
    });
    if let Err(error) = done.await {
        let (status, mistakes) = what_was_wrong(error)?;
        return come_back(status, form(&data, &visit, &name, &decision, mistakes).await);
    }
    then(&format!("/admin/hosts/{name}?note=changed"))
}

fn named(visit: &Visit, typed: &str) -> Result<String, PageError> {
    let refused = |why: String| PageError::new(StatusCode::UNPROCESSABLE_ENTITY, why);
    host_rule::name(typed, &visit.site.host).map_err(refused)
}

fn read(fields: &Fields) -> (Decision, Mistakes) {
    let mut mistakes = Mistakes::default();
    let text = |name: &str| crate::text::plain::strip_format_chars(fields.get(name).trim());
    let standing = HostStanding::parse(fields.get("standing")).unwrap_or_else(|| {
        mistakes.add("standing", "Choose what is decided.");
        HostStanding::Unknown
    });
    let decision = Decision {
        standing,
        reject_media: fields.get("media") == "reject",
        reject_reports: fields.get("reports") == "reject",
        public_comment: text("public_comment"),
        private_comment: text("private_comment"),
        obfuscate: fields.get("obfuscate") == "yes",
    };
    for (field, why) in decision.mistakes() {
        mistakes.add(field, why);
    }
    (decision, mistakes)
}

async fn confirm(
    data: &Data<Federation>,
    visit: &Visit,
    name: &str,
    decision: &Decision,
    fields: &Fields,
) -> Answer {
    let undone = decision.is_none();
    let loaded = data.app.db.read(|conn| {
        let listed = undone && host_lists::says(conn, name)?;
        let own = host_rules::by_name(conn, name)?;
        let above = if undone { host_rules::above(conn, name)? } else { None };
        Ok((service::preview(conn, name)?, listed, (own, above)))
    });
    let (touched, listed, (own, above)) = loaded.await?;
    let mut hidden: Vec<(&'static str, String)> =
        FIELDS.map(|field| (field, fields.get(field).to_owned())).into();
    hidden.push((CONFIRMED, decision.standing.word().to_owned()));
    let again = own.as_ref().is_some_and(|own| undone && own.allowed_before);
    let mut said = match &above {
        _ if again => let_in_again(&touched),
        Some(above) => then_holds(&touched, own.as_ref(), above),
        None => touched.of_rule(decision.standing),
    };
    if decision.reject_media {
        said.and("Files from there are neither fetched nor shown.");
    }
    if decision.reject_reports {
        said.and("Reports from there are not heard.");
    }
    if listed {
        said.and(
            "A list that is followed names this server: you are not asked about it again, unless you say so where the \
             lists are.",
        );
    }
    page(&ConfirmPage {
        layout: visit.private_layout("Decide about a server", Section::Administration),
        question: format!("{name}: {}?", label(decision.standing).to_lowercase()),
        consequence: said.below_each_other(),
        action: format!("/admin/hosts/{name}").into(),
        fields: hidden,
        button: "Decide so".to_owned(),
        back: format!("/admin/hosts/{name}").into(),
    })
}

/// What follows where a rule is taken back that found the server let in.
fn let_in_again(touched: &Reach) -> Consequences {
    let mut said = touched.of_rule(HostStanding::Approved);
    said.and("It was let in before this rule, and is let in again: take that back, too, if nothing should be decided.");
    said
}

/// What follows where a rule is taken back and one about a name above holds.
fn then_holds(touched: &Reach, own: Option<&HostRule>, above: &HostRule) -> Consequences {
    let same = own.is_some_and(|own| own.standing == above.standing);
    let mut said = if same { Consequences::default() } else { touched.of_rule(above.standing) };
    said.and(&format!("The rule about {} holds for it then: {}.", above.name, label(above.standing)));
    said
}

async fn form(
    data: &Data<Federation>,
    visit: &Visit,
    name: &str,
    decision: &Decision,
    mistakes: Mistakes,
) -> Answer {
    let loaded = data.app.db.read(|conn| {
        let noted = host_lists::listed_of(conn, name)?.filter(|noted| !noted.refused);
        let list = match noted.and_then(|noted| noted.list_id) {
            Some(id) => host_lists::by_id(conn, id)?,
            None => None,
        };
        Ok((known(conn, name)?, host_rules::nearest(conn, name)?, list))
    });
    let (known, nearest, list) = loaded.await?;
    let list = list.map(|list| {
        format!(
            "Its rule came from the list {} and disappears with it; save it, and it is yours.",
            list.title
        )
    });
    let unruled = nearest.is_none();
    let above = nearest.filter(|rule| rule.name != name);
    let above =
        above.map(|rule| format!("The rule about {} holds for it: {}.", rule.name, label(rule.standing)));
    // Nobody decided it, and it holds all the same.
    let let_in = known.as_ref().is_some_and(|known| known.host.standing == HostStanding::Approved);
    let followed = (let_in && unruled).then(|| {
        "There is no rule about it: it is let in because the organization follows somebody there.".to_owned()
    });
    page(&HostPage {
        layout: visit.private_layout(name, Section::Administration),
        heading: name.to_owned(),
        facts: known.as_ref().map(facts).unwrap_or_default(),
        ways: if known.is_some() { ways(visit, name) } else { Vec::new() },
        remarks: above.into_iter().chain(list).chain(followed).collect(),
        action: format!("/admin/hosts/{name}").into(),
        fields: fields(decision),
        mistakes,
    })
}

/// A server with what hangs on it.
struct Known {
    host: Host,
    reach: Reach,
    reports: (i64, i64),
}

fn known(conn: &mut Conn, name: &str) -> Result<Option<Known>, Error> {
    let Some(host) = hosts::by_name(conn, name)? else { return Ok(None) };
    let reach = reach::of(conn, &[host.id])?;
    let reports = reports::counts_about_host(conn, host.id)?;
    Ok(Some(Known { host, reach, reports }))
}

/// What is known of a server, line by line; what there is none of is left out.
fn facts(known: &Known) -> Vec<(&'static str, String)> {
    let (host, reach) = (&known.host, &known.reach);
    let some = |count: i64, noun: &str| (count > 0).then(|| counted(count, noun));
    let heard = host.last_seen_at.map(|at| present::moment(at).minute());
    let texts = some(reach.contributions, "contribution").map(|all| match reach.held {
        0 => all,
        1 => format!("{all}, of which 1 waits for a moderator"),
        held => format!("{all}, of which {held} wait for a moderator"),
    });
    let reported = some(known.reports.0, "report").map(|all| match known.reports.1 {
        0 => format!("{all}, all closed"),
        open => format!("{all}, {open} open"),
    });
    let waiting: Vec<String> = some(reach.deliveries, "delivery")
        .into_iter()
        .chain(some(reach.received, "received activity"))
        .collect();
    let lines = [
        ("Holds now", Some(words(host))),
        ("Runs", host.software.clone()),
        ("First seen", Some(present::moment(host.created_at).day())),
        ("Last heard", Some(heard.unwrap_or_else(|| "never".to_owned()))),
        ("Health", Some(health(host))),
        ("Accounts known here", some(reach.accounts, "account")),
        ("Follow from there", some(reach.followers, "follower")),
        ("Followed from here", some(reach.followed, "account")),
        ("From there", texts),
        ("Reported", reported),
        ("On the way", (!waiting.is_empty()).then(|| together(&waiting))),
    ];
    lines.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn ways(visit: &Visit, name: &str) -> Vec<Link> {
    let ways = [
        (
            Permission::Queues,
            "What was put aside of the exchange with it",
            format!("/admin/federation/{name}"),
        ),
        (Permission::Accounts, "Accounts there, and rules about them", format!("/admin/accounts?q={name}")),
        (Permission::Rules, "Remove what came from there lately", format!("/admin/remove?by=host&of={name}")),
        (Permission::Hosts, "All servers", "/admin/hosts".to_owned()),
    ];
    let open = ways.into_iter().filter(|(permission, ..)| visit.has(*permission));
    open.map(|(_, label, path)| Link::new(label, path)).collect()
}

fn fields(decision: &Decision) -> Vec<Field> {
    let choice = |one: HostStanding| Choice {
        hint: hint(one).to_owned(),
        ..Choice::new(one.word(), label(one), decision.standing == one)
    };
    let pair = |no: (&str, &str), yes: (&str, &str), chosen: bool| {
        FieldKind::Select(vec![Choice::new(no.0, no.1, !chosen), Choice::new(yes.0, yes.1, chosen)])
    };
    let media = pair(("take", "Take them"), ("reject", "Reject them"), decision.reject_media);
    let reports = pair(("take", "Hear them"), ("reject", "Reject them"), decision.reject_reports);
    let name = pair(("no", "Shown in full"), ("yes", "Shown in part"), decision.obfuscate);
    vec![
        Field::new("standing", "What is decided?", "", FieldKind::Radios(STANDINGS.map(choice).into()), ""),
        Field::new("media", "Pictures and recordings", "Avatars included.", media, ""),
        Field::new("reports", "Reports", "What its people report about contributions here.", reports, ""),
        Field::text(
            "public_comment",
            "Reason that everybody may read",
            "It stands beside the name on the page “About”.",
            &decision.public_comment,
            2,
        ),
        Field::text(
            "private_comment",
            "Reason for those who decide",
            "Only administrators read it.",
            &decision.private_comment,
            2,
        ),
        Field::new(
            "obfuscate",
            "The name in the public list",
            "In part, so that nobody is led there.",
            name,
            "",
        ),
        Field::new(
            LOG,
            "In the public log of decisions",
            "That a server is limited or suspended stands there also without a reason; that it is allowed, only \
             with one.",
            pair(("shown", "With its day"), ("private", "Not at all"), false),
            "",
        ),
    ]
}

/// What a standing is called.
pub const fn label(standing: HostStanding) -> &'static str {
    match standing {
        HostStanding::Unknown => "Nothing decided",
        HostStanding::Approved => "Allowed",
        HostStanding::Limited => "Limited",
        HostStanding::Suspended => "Suspended",
    }
}

const fn hint(standing: HostStanding) -> &'static str {
    match standing {
        HostStanding::Unknown => "The federation mode of this site says what happens.",
        HostStanding::Approved => "What comes from there is shown at once. Only this very name.",
        HostStanding::Limited => "Visible for members only; new followers from there wait for an answer.",
        HostStanding::Suspended => "Nothing is heard from there and nothing is sent there.",
    }
}
