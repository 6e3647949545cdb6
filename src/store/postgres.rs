//! Connections to PostgreSQL: rustls and tokio-postgres, no system library.

use std::error::Error as _;
use std::future::poll_fn;
use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::AsyncMessage;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::conn::Conn;
use super::error::{Error, Fault};
use super::hearsay::CHANNEL;

/// How long a request waits for a connection before it is told that the database is away.
const PATIENCE: Duration = Duration::from_secs(10);

/// A PostgreSQL server and how it is reached.
pub(super) struct Server {
    url: String,
    /// What connections of this process are called.
    name: String,
    tls: Arc<ClientConfig>,
}

impl Server {
    /// The server at `url`; `tls_ca` is a PEM file with who signed its certificate.
    pub(super) fn new(url: &str, tls_ca: Option<&Path>, name: &str) -> Result<Self, Error> {
        Ok(Self { url: url.to_owned(), name: name.to_owned(), tls: Arc::new(tls_config(tls_ca)?) })
    }

    /// A pool of at most `size` connections.
    pub(super) fn pool(&self, size: usize) -> Result<Pool<AsyncPgConnection>, Error> {
        let (tls, name) = (Arc::clone(&self.tls), self.name.clone());
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |url| connect(url.to_owned(), name.clone(), Arc::clone(&tls)));
        let manager =
            AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(self.url.as_str(), config);
        let unusable = |error: diesel_async::pooled_connection::deadpool::BuildError| {
            Fault::Unreachable(format!("cannot make a pool: {error}"))
        };
        Ok(Pool::builder(manager).max_size(size).build().map_err(unusable)?)
    }

    /// Listens to the notices of other processes on a connection of its own, until that is lost.
    pub(super) async fn listen(&self, hear: impl Fn(&str)) -> Error {
        let lost = |error: tokio_postgres::Error| Fault::Unreachable(format!("PostgreSQL: {error}")).into();
        let tls = MakeRustlsConnect::new(ClientConfig::clone(&self.tls));
        let config = match configured(&self.url, &self.name) {
            Ok(config) => config,
            Err(error) => return lost(error),
        };
        let (client, mut connection) = match config.connect(tls).await {
            Ok(connected) => connected,
            Err(error) => return lost(error),
        };
        let listen = format!("LISTEN {CHANNEL}");
        let mut asking = std::pin::pin!(client.batch_execute(&listen));
        let mut asked = false;
        loop {
            let message = tokio::select! {
                done = &mut asking, if !asked => match done {
                    Ok(()) => { asked = true; continue }
                    Err(error) => return lost(error),
                },
                message = poll_fn(|context| connection.poll_message(context)) => message,
            };
            match message {
                Some(Ok(AsyncMessage::Notification(notice))) => hear(notice.payload()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return lost(error),
                None => return Fault::Unreachable("PostgreSQL closed the connection".to_owned()).into(),
            }
        }
    }
}

/// One unit of work on a connection of the pool.
pub(super) async fn work<T>(
    pool: &Pool<AsyncPgConnection>,
    work: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let conn = take(pool).await?;
    let done = tokio::task::block_in_place(|| work(&mut Conn::Postgres(Box::new(conn.into()))));
    // The thread waited for answers in there. Where it is the first one of the program, which has one bell for all
    // that it waits for, whatever else this task waits for may have rung meanwhile and was not heard: the task looks
    // once more.
    poll_fn(|context| {
        context.waker().wake_by_ref();
        Poll::Ready(())
    })
    .await;
    done
}

/// A connection from the pool.
async fn take(pool: &Pool<AsyncPgConnection>) -> Result<Object<AsyncPgConnection>, Error> {
    let away = |why: String| Error::from(Fault::Unreachable(format!("PostgreSQL: {why}")));
    match tokio::time::timeout(PATIENCE, pool.get()).await {
        Ok(Ok(conn)) => Ok(conn),
        // The pool's own words say only that it wanted a connection.
        Ok(Err(error)) => Err(away(error.source().map_or_else(|| error.to_string(), ToString::to_string))),
        Err(_) => Err(away(format!("no connection became free within {} seconds", PATIENCE.as_secs()))),
    }
}

fn tls_config(tls_ca: Option<&Path>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    if let Some(path) = tls_ca {
        let bad = |why: String| Fault::Unreachable(format!("database.tls_ca {}: {why}", path.display()));
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| bad(error.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| bad(error.to_string()))?;
            roots.add(certificate).map_err(|error| bad(error.to_string()))?;
        }
    }
    // Named, because there is no choosing once another crate brings a second provider along.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| Fault::Unreachable(format!("TLS: {error}")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// How the server is reached, by connections that say whose they are.
fn configured(url: &str, name: &str) -> Result<tokio_postgres::Config, tokio_postgres::Error> {
    let mut config: tokio_postgres::Config = url.parse()?;
    config.application_name(name);
    Ok(config)
}

fn connect(
    url: String,
    name: String,
    tls: Arc<ClientConfig>,
) -> BoxFuture<'static, ConnectionResult<AsyncPgConnection>> {
    let bad = |error: tokio_postgres::Error| {
        let cause = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
        ConnectionError::BadConnection(format!("{error}{cause}"))
    };
    async move {
        let tls = MakeRustlsConnect::new(ClientConfig::clone(&tls));
        let config = configured(&url, &name).map_err(bad)?;
        let (client, connection) = config.connect(tls).await.map_err(bad)?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    }
    .boxed()
}
