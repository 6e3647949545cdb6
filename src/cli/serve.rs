//! `plenum serve`.

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::{Failure, context};
use crate::app::App;
use crate::config::Config;
use crate::domain::site::Site;
use crate::federation::Federation;
use crate::serve;
use crate::store::Db;

/// Runs the server until Ctrl-C or SIGTERM.
pub async fn run(config: Config) -> Result<(), Failure> {
    let listener = bind(&config).await?;
    let db = context::database(&config).await?;
    let stop = stop_signal()?;
    let (config, site) = match context::site(&db).await? {
        Some(site) => (context::fit(config, &site.origin)?, site),
        None => {
            let origin = origin(&config, &listener)?;
            let config = context::fit(config, &origin)?;
            match set_up(&config, &db, &listener, &origin, stop.clone()).await? {
                Some(site) => (config, site),
                None => return Ok(()),
            }
        }
    };
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    println!("Plenum serves {} on {}. Ctrl-C stops it.", site.origin, listener.local_addr()?);
    let app = App::new(config, db, site)?;
    let federation = Federation::start(app).await?;
    serve::serve(federation, listener, stop).await;
    Ok(())
}

/// Takes the port, or says who may have it.
pub(super) async fn bind(config: &Config) -> Result<TcpListener, Failure> {
    let address = config.http.listen;
    TcpListener::bind(address).await.map_err(|error| {
        let why =
            format!("cannot listen on {address} (http.listen): {error}; is another server running there?");
        Failure::new(why)
    })
}

/// The address of a site that is not set up yet: `site.host`, or this machine for a try.
fn origin(config: &Config, listener: &TcpListener) -> Result<String, Failure> {
    if let Some(host) = &config.site.host {
        return Ok(format!("{}://{host}", config.scheme()));
    }
    let address = listener.local_addr()?;
    if address.ip().is_loopback() {
        return Ok(format!("http://localhost:{}", address.port()));
    }
    Err(Failure::new("say under which host name others reach this site: set site.host (or PLENUM_SITE_HOST)"))
}

async fn set_up(
    config: &Config,
    db: &Db,
    listener: &TcpListener,
    origin: &str,
    stop: watch::Receiver<bool>,
) -> Result<Option<Site>, Failure> {
    let say = |link: &str| {
        println!("This site is not set up yet. Open this link, it works once:\n\n    {link}\n");
        if config.site.host.is_none() {
            println!("site.host is not set, so the site will live at {origin} and cannot be reached from");
            println!("elsewhere; that is good for a try. Set site.host before you set up the real one.\n");
        }
    };
    Ok(serve::set_up((db.clone(), origin.to_owned()), listener, &config.http, stop, say).await?)
}

/// Turns true at Ctrl-C or SIGTERM.
#[expect(clippy::disallowed_methods, reason = "one task of the whole program waits for the signal")]
pub(super) fn stop_signal() -> Result<watch::Receiver<bool>, Failure> {
    let (stop, stopped) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests and deliveries in progress are finished first");
        let _ = stop.send(true);
        // A second signal means: now.
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        std::process::exit(130);
    });
    Ok(stopped)
}
