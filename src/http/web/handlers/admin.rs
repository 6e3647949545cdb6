//! What holds for the whole site.

use activitypub_federation::config::Data;

use super::again::again;
use super::ask::refused;
use super::{Answer, page, then};
use crate::domain::account::AccountKind;
use crate::domain::permission::Permission;
use crate::domain::position::ListingPolicy;
use crate::domain::settings::Setting;
use crate::domain::site::{FederationMode, ReplyPolicy, Settings};
use crate::domain::uri::Uri;
use crate::federation::{Federation, resolve};
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::setup::federation_modes;
use crate::services::{notices as rules, settings as service};
use crate::store::{accounts, hosts, listing_allowances, notices, reach};

/// The field that says that the consequences of another federation mode were read.
const CONFIRMED: &str = "confirmed";
/// The field with the rules.
const RULES: &str = "rules";
/// The field with the organizations whose positions are listed by themselves.
const CHOSEN: &str = "chosen";
/// Organizations on that list at most.
const MOST_CHOSEN: usize = 500;

/// `GET /admin/settings`.
pub async fn settings(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Settings)?;
    let known = data.app.db.read(|conn| Ok((notices::rules(conn)?, listing_allowances::all(conn)?)));
    let (known, chosen) = known.await?;
    let lines = known.iter().map(|rule| match rule.hint.as_str() {
        "" => rule.text.clone(),
        hint => format!("{} | {hint}", rule.text),
    });
    let rules = lines.collect::<Vec<_>>().join("\n");
    let current = visit.settings.clone();
    let chosen = chosen.iter().map(Uri::to_string).collect::<Vec<_>>().join("\n");
    form(&visit, &|setting| setting.get(&current), (&rules, &chosen), Mistakes::default())
}

/// `POST /admin/settings`. Another federation mode is a step of its own, because it may part people.
pub async fn change(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Settings)?;
    let (new, rules, mut mistakes) = read(&visit.settings, &fields);
    let chosen = organizations(&data, fields.get(CHOSEN), MOST_CHOSEN).await.unwrap_or_else(|why| {
        mistakes.add(CHOSEN, why);
        Vec::new()
    });
    if !mistakes.is_empty() {
        let typed = |setting: Setting| fields.get(setting.as_str()).to_owned();
        return refused(form(&visit, &typed, (fields.get(RULES), fields.get(CHOSEN)), mistakes));
    }
    let mode = new.federation_mode;
    if mode != visit.settings.federation_mode && fields.get(CONFIRMED) != mode.as_str() {
        return confirm(&data, &visit, &fields, mode).await;
    }
    let changed = data.app.db.write(|tx| {
        let settings = service::change(tx, Some(user.id), &new)?;
        let chose = service::choose(tx, Some(user.id), &chosen)?;
        Ok(rules::set_rules(tx, Some(user.id), &rules)? || chose || !settings.is_empty())
    });
    let note = match changed.await {
        Ok(true) => "changed",
        Ok(false) => "unchanged",
        Err(error) => {
            let typed = |setting: Setting| fields.get(setting.as_str()).to_owned();
            let lists = (fields.get(RULES), fields.get(CHOSEN));
            return again(error, |mistakes| form(&visit, &typed, lists, mistakes));
        }
    };
    then(&format!("/admin/settings?note={note}"))
}

/// What the form says, with everything that is wrong with it.
fn read(current: &Settings, fields: &Fields) -> (Settings, Vec<(String, String)>, Mistakes) {
    let mut new = current.clone();
    let mut mistakes = Mistakes::default();
    for setting in Setting::ALL {
        if let Err(why) = setting.put(&mut new, fields.get(setting.as_str())) {
            mistakes.add(setting.as_str(), why);
        }
    }
    let rules = rules::read_rules(fields.get(RULES)).unwrap_or_else(|why| {
        mistakes.add(RULES, why);
        Vec::new()
    });
    (new, rules, mistakes)
}

/// The organizations that a form names, one to a line, by address or handle.
pub(super) async fn organizations(
    data: &Data<Federation>,
    text: &str,
    most: usize,
) -> Result<Vec<Uri>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let names: Vec<&str> = lines.take(most.saturating_add(1)).collect();
    if names.len() > most {
        return Err(format!("At most {most} can be named here."));
    }
    let mut chosen = Vec::new();
    for name in names {
        let typed = Uri::parse(name);
        let known = match &typed {
            Some(uri) => data.app.db.read(|conn| Ok(accounts::by_uri(conn, uri)?)).await.ok().flatten(),
            None => None,
        };
        let account = match known {
            Some(account) => account,
            None => resolve::account(data, name)
                .await
                .map_err(|error| format!("{name}: {}", PageError::from(error).why))?,
        };
        if account.kind != AccountKind::Organization {
            return Err(format!("{name} is no organization."));
        }
        chosen.push(account.uri);
    }
    Ok(chosen)
}

async fn confirm(data: &Data<Federation>, visit: &Visit, fields: &Fields, mode: FederationMode) -> Answer {
    let touched = data.app.db.read(|conn| {
        let strangers = hosts::not_allowed(conn)?;
        Ok(reach::of(conn, &strangers)?)
    });
    let mut hidden: Vec<(&'static str, String)> =
        Setting::ALL.map(|setting| (setting.as_str(), fields.get(setting.as_str()).to_owned())).into();
    hidden.push((RULES, fields.get(RULES).to_owned()));
    hidden.push((CHOSEN, fields.get(CHOSEN).to_owned()));
    hidden.push((CONFIRMED, mode.as_str().to_owned()));
    let label = federation_modes(mode.as_str()).into_iter().find(|choice| choice.selected);
    page(&ConfirmPage {
        layout: visit.private_layout("Another federation mode", Section::Administration),
        question: format!("Change to “{}”?", label.map(|choice| choice.label).unwrap_or_default()),
        consequence: touched.await?.of_mode(mode).below_each_other(),
        action: "/admin/settings".into(),
        fields: hidden,
        button: "Change it".to_owned(),
        back: "/admin/settings".into(),
    })
}

fn form(
    visit: &Visit,
    value: &dyn Fn(Setting) -> String,
    (rules, chosen): (&str, &str),
    mistakes: Mistakes,
) -> Answer {
    let mut fields: Vec<Field> =
        Setting::ALL.into_iter().map(|setting| field(setting, &value(setting))).collect();
    let hint = "One a line, by address or @name@example.org. Asked only where positions of chosen organizations are listed; what waits of whom you add is listed at once.";
    fields.push(Field::text(CHOSEN, "Chosen organizations", hint, chosen, 4));
    let hint = "One a line, the most important first; an explanation may follow after a | sign. Reports can name a rule.";
    fields.push(Field::text(RULES, "Rules for contributions", hint, rules, 6));
    page(&FormPage {
        layout: visit.private_layout("Settings", Section::Administration),
        heading: "Settings of this site".to_owned(),
        lead: "They hold for everybody and from the moment in which you save them.".to_owned(),
        about: None,
        action: "/admin/settings".into(),
        fields,
        mistakes,
        button: "Save".to_owned(),
        back: "/admin".into(),
    })
}

fn field(setting: Setting, value: &str) -> Field {
    let name = setting.as_str();
    let radios =
        |label: &str, hint: &str, choices| Field::new(name, label, hint, FieldKind::Radios(choices), value);
    match setting {
        Setting::Name => Field::line(name, "Name of the site", "It stands above every page.", value),
        Setting::Description => {
            let hint = "A few sentences about the organization for the page “About”. Markdown works.";
            Field::text(name, "Description", hint, value, 6)
        }
        Setting::Privacy => {
            let hint =
                "What becomes of the data of readers and members, for the page “About”. Markdown works.";
            Field::text(name, "Privacy", hint, value, 6)
        }
        Setting::Languages => {
            let hint = "Language codes, the main one first, for example: en, de, ar.";
            Field::line(name, "Languages you publish in", hint, value)
        }
        Setting::Contact => {
            let hint = "An e-mail address, a web address or a handle; everybody can read it.";
            Field::line(name, "Contact", hint, value)
        }
        Setting::FederationMode => {
            let hint = "Before another mode holds you are shown what it does.";
            radios("Which servers may take part?", hint, federation_modes(value))
        }
        Setting::ReplyPolicy => {
            let hint = "For what is published from now on. Members of this site may always reply.";
            radios("Who may reply?", hint, reply_policies(value))
        }
        Setting::ListingPolicy => {
            let hint =
                "On the maps of this site. Whatever a map does not list stays readable at its own address.";
            radios("Whose positions are listed by themselves?", hint, listing_policies(value))
        }
        Setting::GraceDays => {
            let hint =
                "What moderators reject or remove is out of sight at once, and can be taken back until then.";
            Field::line(name, "After how many days is it deleted for good?", hint, value)
        }
    }
}

fn reply_policies(chosen: &str) -> Vec<Choice> {
    let choice = |policy: ReplyPolicy| {
        Choice::new(policy.as_str(), super::reply_policies::label(policy), policy.as_str() == chosen)
    };
    ReplyPolicy::ALL.map(choice).into()
}

fn listing_policies(chosen: &str) -> Vec<Choice> {
    let label = |policy| match policy {
        ListingPolicy::Open => "Everyone's",
        ListingPolicy::Followed => "Those of organizations that ours follows",
        ListingPolicy::Chosen => "Those of organizations that you choose below",
        ListingPolicy::Manual => "Nobody's: an editor decides each time",
    };
    let choice =
        |policy: ListingPolicy| Choice::new(policy.as_str(), label(policy), policy.as_str() == chosen);
    ListingPolicy::ALL.map(choice).into()
}
