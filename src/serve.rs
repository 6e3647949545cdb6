//! A running server: connections in, workers behind, and a stop that loses nothing.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use activitypub_federation::config::FederationConfig;
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::app::stopped;
use crate::config;
use crate::domain::site::Site;
use crate::federation::Federation;
use crate::http::web::first_run::FirstRun;
use crate::store::{Db, Error};
use crate::{http, jobs};

/// Serves one site until `stop` turns true: requests first, then the workers, then the database.
pub async fn serve(site: FederationConfig<Federation>, listener: TcpListener, stop: watch::Receiver<bool>) {
    let workers = jobs::start(site.clone(), stop.clone());
    let app = site.to_request_data().app.clone();
    let streams = streams(site.clone(), stop.clone());
    answer(&listener, http::router(site), &app.config.http, stop).await;
    drop(listener);
    if let Err(error) = streams.await {
        tracing::error!(%error, "the streams stopped badly");
    }
    // The workers heard the same signal; what they hold is rows, so a worker that fails loses nothing.
    if let Err(error) = workers.await {
        tracing::error!(%error, "the workers stopped badly");
    }
    app.db.close().await;
}

/// What one of [`several`] sites is told to do, by its host name: to answer and work, or to be as if
/// its machine were off.
pub type Order = (String, bool);

/// Serves several sites behind one port: the host name that was asked for decides. `orders` turns
/// single sites off and on again.
pub async fn several(
    sites: Vec<FederationConfig<Federation>>,
    listener: TcpListener,
    stop: watch::Receiver<bool>,
    orders: mpsc::Receiver<Order>,
) {
    let mut limits = config::Http::default();
    let (mut places, mut machines) = (HashMap::new(), HashMap::new());
    for site in sites {
        let app = site.to_request_data().app.clone();
        limits.clone_from(&app.config.http);
        let awake = Arc::new(AtomicBool::new(true));
        let router = http::router(site.clone());
        places.insert(app.site.host.clone(), Place { router, awake: Arc::clone(&awake) });
        machines.insert(app.site.host.clone(), Machine::new(site, awake));
    }
    let router = Router::new().fallback(dispatch).with_state(Arc::new(places));
    tokio::join!(answer(&listener, router, &limits, stop.clone()), conduct(machines, orders, stop));
}

/// Where one of several sites is answered for.
struct Place {
    router: Router,
    awake: Arc<AtomicBool>,
}

/// The work of one of several sites, which can be turned off.
struct Machine {
    site: FederationConfig<Federation>,
    awake: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
    work: Vec<JoinHandle<()>>,
}

impl Machine {
    fn new(site: FederationConfig<Federation>, awake: Arc<AtomicBool>) -> Self {
        let mut machine = Self { site, awake, stop: watch::Sender::new(false), work: Vec::new() };
        machine.turn_on();
        machine
    }

    fn turn_on(&mut self) {
        if self.work.is_empty() {
            let (stop, stopped) = watch::channel(false);
            self.work.push(jobs::start(self.site.clone(), stopped.clone()));
            self.work.push(streams(self.site.clone(), stopped));
            self.stop = stop;
        }
        self.awake.store(true, Ordering::Relaxed);
    }

    async fn turn_off(&mut self) {
        self.awake.store(false, Ordering::Relaxed);
        self.stop.send_replace(true);
        for work in self.work.drain(..) {
            if let Err(error) = work.await {
                tracing::error!(%error, "the workers of a site stopped badly");
            }
        }
    }
}

/// Turns sites off and on as ordered, and all of them off at the end.
async fn conduct(
    mut machines: HashMap<String, Machine>,
    mut orders: mpsc::Receiver<Order>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let order = tokio::select! {
            order = orders.recv() => order,
            () = stopped(&mut stop) => break,
        };
        // Nobody gives orders any more: what is on stays on.
        let Some((host, on)) = order else {
            stopped(&mut stop).await;
            break;
        };
        match machines.get_mut(&host) {
            Some(machine) if on => machine.turn_on(),
            Some(machine) => machine.turn_off().await,
            None => tracing::warn!(host, "there is no such site here"),
        }
    }
    for machine in machines.values_mut() {
        machine.turn_off().await;
    }
}

/// Fills the streams of a site until `stop` turns true.
#[expect(clippy::disallowed_methods, reason = "one task fills all streams, and the server waits for it")]
pub fn streams(site: FederationConfig<Federation>, stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(http::mastodon::streaming::run(site, stop))
}

async fn dispatch(State(sites): State<Arc<HashMap<String, Place>>>, request: Request) -> Response {
    let name = request.headers().get(HOST).and_then(|name| name.to_str().ok()).unwrap_or_default();
    match sites.get(&name.to_ascii_lowercase()) {
        Some(place) if place.awake.load(Ordering::Relaxed) => {
            place.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
        }
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, "This site is turned off.\n").into_response(),
        None => {
            let mut names: Vec<_> = sites.keys().map(|host| format!("http://{host}/")).collect();
            names.sort();
            let text = format!("The sites on this port are:\n{}\n", names.join("\n"));
            (StatusCode::MISDIRECTED_REQUEST, text).into_response()
        }
    }
}

/// Serves the set-up page, whose link goes to `say`, until the site is set up or `stop` turns true.
pub async fn set_up(
    (db, origin): (Db, String),
    listener: &TcpListener,
    limits: &config::Http,
    mut stop: watch::Receiver<bool>,
    say: impl FnOnce(&str),
) -> Result<Option<Site>, Error> {
    let (first_run, link) = FirstRun::new(db, origin)?;
    say(&link);
    let mut done = first_run.done();
    let (end, ended) = watch::channel(false);
    let serving = answer(listener, first_run.router(), limits, ended);
    let waiting = async {
        tokio::select! {
            () = stopped(&mut done) => {}
            () = stopped(&mut stop) => {}
        }
        end.send_replace(true);
    };
    tokio::join!(serving, waiting);
    Ok(first_run.site().await)
}

/// Answers connections until `stop` turns true, then lets requests in progress finish.
#[expect(
    clippy::disallowed_methods,
    reason = "a connection is a task of its own, and this waits for all of them"
)]
pub async fn answer(
    listener: &TcpListener,
    router: Router,
    limits: &config::Http,
    mut stop: watch::Receiver<bool>,
) {
    let seats = Arc::new(Semaphore::new(limits.connections));
    let patience = Duration::from_secs(limits.header_seconds);
    let graceful = GracefulShutdown::new();
    loop {
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = connection((stream, peer), router.clone(), &graceful, seat, patience);
                tokio::spawn(connection);
            }
            Err(error) => {
                // Usually too many open files: give the ones that are open a moment to close.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    let patience = Duration::from_secs(limits.shutdown_seconds);
    if tokio::time::timeout(patience, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish within {} s and were cut off", limits.shutdown_seconds);
    }
}

fn connection(
    (stream, peer): (TcpStream, SocketAddr),
    router: Router,
    graceful: &GracefulShutdown,
    seat: OwnedSemaphorePermit,
    patience: Duration,
) -> impl Future<Output = ()> + use<> {
    // Small answers leave at once instead of waiting for the peer's acknowledgement.
    let _ = stream.set_nodelay(true);
    let (came, first) = watch::channel(false);
    let service = tower::service_fn(move |mut request: Request<Incoming>| {
        came.send_replace(true);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64).keep_alive_interval(patience);
    let connection =
        builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
    let connection = graceful.watch(connection.into_owned());
    async move {
        // On the heap: a connection is large, and this future would hold it twice.
        let mut connection = Box::pin(connection);
        tokio::select! {
            // A client that goes away in the middle is everyday life and no error of ours.
            _ = &mut connection => {}
            late = late(first, patience) => if !late {
                let _ = connection.await;
            }
        }
        drop(seat);
    }
}

/// Whether no request came in time. The builder waits for the bytes that tell the versions of HTTP
/// apart however long they take, and a connection of HTTP/2 may stay without requests.
async fn late(mut first: watch::Receiver<bool>, patience: Duration) -> bool {
    tokio::time::timeout(patience, stopped(&mut first)).await.is_err()
}
