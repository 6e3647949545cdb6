//! `plenum check`: the site as another server sees it, step by step, with what to do.

use std::time::Duration;

use http::HeaderMap;

use super::{Failure, context};
use crate::app::App;
use crate::config::Config;
use crate::domain::account::Account;
use crate::federation::egress::{Egress, EgressError, EgressPolicy, Limits};
use crate::store::{accounts, deliveries, inbox_items};

/// What was found, one line each.
#[derive(Default)]
struct Findings {
    failures: usize,
}

impl Findings {
    fn good(&mut self, what: &str) {
        println!("  ok    {what}");
    }

    fn bad(&mut self, what: &str, advice: &str) {
        self.failures += 1;
        println!("  FAIL  {what}\n        {advice}");
    }

    fn note(&mut self, what: &str) {
        println!("  note  {what}");
    }
}

/// Looks at everything, and fails when something does not work.
pub async fn run(config: Config) -> Result<(), Failure> {
    let app = context::app(config).await?;
    let origin = app.site.origin.clone();
    println!("Checking {origin}");
    let mut findings = Findings::default();
    for warning in app.config.warnings() {
        findings.note(&warning);
    }
    let id = app.site.organization;
    let (organization, waiting, received) = app
        .db
        .read(|conn| {
            let organization = accounts::by_id(conn, id)?;
            Ok((organization, deliveries::pending(conn)?, inbox_items::pending(conn)?))
        })
        .await?;
    findings
        .good(&format!("the database answers; {waiting} deliveries and {received} received activities wait"));
    let Some(organization) = organization else {
        return Err(Failure::new("the organization is missing from the database"));
    };
    let policy = EgressPolicy::of(&app.config, &origin);
    let egress = Egress::new(policy).map_err(|error| Failure::new(error.to_string()))?;
    network(&mut findings, &egress, &origin, &organization).await;
    letters(&mut findings, &app).await;
    app.db.close().await;
    match findings.failures {
        0 => {
            println!("Everything works.");
            Ok(())
        }
        1 => Err(Failure::new("one thing does not work")),
        count => Err(Failure::new(format!("{count} things do not work"))),
    }
}

async fn network(findings: &mut Findings, egress: &Egress, origin: &str, organization: &Account) {
    let nodeinfo = format!("{origin}/.well-known/nodeinfo");
    match egress.get(&nodeinfo, "application/json", None, Limits::default()).await {
        Ok(_) => findings.good("the site can be reached by its name (DNS, TLS, proxy)"),
        Err(error) => {
            findings.bad(&format!("{nodeinfo}: {error}"), reach(&error));
            return;
        }
    }
    let webfinger = format!("{origin}/.well-known/webfinger?resource=acct:{}", organization.handle);
    match egress.get(&webfinger, "application/jrd+json", None, Limits::default()).await {
        Ok(found) if String::from_utf8_lossy(&found.body).contains(organization.uri.as_str()) => {
            findings.good(&format!("WebFinger finds @{}", organization.handle));
        }
        Ok(_) => {
            findings.bad("WebFinger names another actor", "The proxy serves /.well-known of another site.")
        }
        Err(error) => findings.bad(
            &format!("{webfinger}: {error}"),
            "The proxy has to pass /.well-known/webfinger with its query to Plenum.",
        ),
    }
    match egress.get_activity(organization.uri.as_str(), None, Limits::default()).await {
        Ok(_) => findings.good("the organization's actor is served as ActivityPub"),
        Err(error) => findings.bad(
            &format!("{}: {error}", organization.uri),
            "The proxy has to pass the Accept header and must not cache pages and documents alike.",
        ),
    }
    inbox(findings, egress, organization).await;
}

/// An unsigned delivery has to come back with 401: anything else never reached the inbox.
async fn inbox(findings: &mut Findings, egress: &Egress, organization: &Account) {
    let url = organization.inbox.as_str();
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(crate::vocab::MEDIA_TYPE));
    match egress.post(url, headers, b"{}".to_vec(), Duration::from_secs(10)).await {
        Ok(answer) if matches!(answer.status, 400 | 401) => {
            findings.good("the inbox answers, and takes nothing unsigned");
        }
        Ok(answer) => findings.bad(
            &format!("the inbox answered {} to an unsigned delivery: {}", answer.status, answer.answer),
            "Something between the network and Plenum answers in its place.",
        ),
        Err(error) => findings.bad(&format!("{url}: {error}"), reach(&error)),
    }
}

/// Whether the mail server answers and lets us in; nothing is sent.
async fn letters(findings: &mut Findings, app: &App) {
    let Some(mailer) = &app.mailer else {
        findings.note("no mail server is named: links for new passwords are handed over by admins");
        return;
    };
    match mailer.answers().await {
        Ok(()) => findings.good("the mail server answers"),
        Err(error) => {
            findings.bad(&error.to_string(), "Look at [mail] in the settings: host, port, user, password.")
        }
    }
}

const fn reach(error: &EgressError) -> &'static str {
    match error {
        EgressError::Refused(_) | EgressError::Blocked(_) => {
            "The name leads to an address that is not public. On one machine, see [unsafe] in config/plenum.toml."
        }
        EgressError::Temporary { .. } | EgressError::Spared(_) => {
            "Is the server running? Does the name lead to this machine, and is port 443 open?"
        }
        EgressError::NotFound | EgressError::Gone | EgressError::Status(_) | EgressError::Unacceptable(_) => {
            "Another program answers under this name: look at the proxy's settings."
        }
    }
}
