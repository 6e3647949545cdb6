//! Application and CredentialApplication.

use serde::Serialize;

use super::id;
use crate::domain::oauth::{ClientApp, OUT_OF_BAND};
use crate::domain::scope::Scopes;

/// An app as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct Application {
    /// Key.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its page; never blank.
    pub website: Option<String>,
    /// What it may ask for.
    pub scopes: Vec<&'static str>,
    /// Where codes may go.
    pub redirect_uris: Vec<String>,
    /// The same in one text.
    pub redirect_uri: String,
    /// The key by which push services know this server.
    pub vapid_key: String,
}

/// The answer to a registration: the only time the secret is told.
#[derive(Clone, Debug, Serialize)]
pub struct CredentialApplication {
    /// The app.
    #[serde(flatten)]
    pub app: Application,
    /// Its public name in the protocol.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Never.
    pub client_secret_expires_at: i64,
}

/// Renders an app.
pub fn application(app: &ClientApp, vapid_key: String) -> Application {
    Application {
        id: id(app.id.get()),
        name: app.name.clone(),
        website: app.website.clone(),
        scopes: app.scopes().words().to_vec(),
        redirect_uris: app.redirects().map(str::to_owned).collect(),
        redirect_uri: app.redirect_uris.clone(),
        vapid_key,
    }
}

/// Renders what stands behind a token of the command line, which belongs to no app that registered.
pub fn command_line(scopes: &Scopes, vapid_key: String) -> Application {
    Application {
        id: id(0),
        name: "plenum account token".to_owned(),
        website: None,
        scopes: scopes.words().to_vec(),
        redirect_uris: vec![OUT_OF_BAND.to_owned()],
        redirect_uri: OUT_OF_BAND.to_owned(),
        vapid_key,
    }
}

/// Renders a registration.
pub fn credentials(app: &ClientApp, secret: String, vapid_key: String) -> CredentialApplication {
    CredentialApplication {
        app: application(app, vapid_key),
        client_id: app.client_id.clone(),
        client_secret: secret,
        client_secret_expires_at: 0,
    }
}
