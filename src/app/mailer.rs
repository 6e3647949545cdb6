//! Sending letters by the admin's own mail server. It is named in the settings, so it may be anywhere: what holds
//! for requests to strangers is no concern of it.

use std::time::{Duration, SystemTime};

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error as Failure;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::clock::Timestamp;
use crate::config::{Mail, MailServer, Sealing};
use crate::domain::mail_address::Letter;
use crate::services::users;
use crate::store::{Error, Fault};

/// How long one step of the exchange may take, and all of it.
const STEP: Duration = Duration::from_secs(20);
const DEADLINE: Duration = Duration::from_secs(60);

/// Who takes the letters of this site to the mail server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
}

impl Mailer {
    /// The one for these settings, if they name a server; `host` is by which name it is greeted.
    pub fn of(mail: &Mail, host: &str) -> Result<Option<Self>, Error> {
        let (Some(server), Some(from)) = (&mail.server, &mail.from) else { return Ok(None) };
        let host = host.split(':').next().unwrap_or_default().to_owned();
        let unusable = |error: Failure| Fault::Unreachable(told(&error));
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.reveal()).map_err(unusable)?;
        let builder = builder.tls(tls(server).map_err(unusable)?);
        let transport = builder.hello_name(ClientId::Domain(host.clone())).timeout(Some(STEP)).build();
        Ok(Some(Self { transport, from: from.clone(), host }))
    }

    /// Hands a letter over to the server.
    pub async fn send(&self, letter: &Letter, at: Timestamp) -> Result<(), Error> {
        let message = self.message(letter, at)?;
        within(Box::pin(self.transport.send(message))).await.map(drop)
    }

    /// Whether the server answers and lets us in.
    pub async fn answers(&self) -> Result<(), Error> {
        match within(Box::pin(self.transport.test_connection())).await? {
            true => Ok(()),
            false => Err(Fault::Unreachable("the mail server hangs up".to_owned()).into()),
        }
    }

    fn message(&self, letter: &Letter, at: Timestamp) -> Result<Message, Error> {
        // The address was checked when it was entered; its words would stand in the log.
        let to: Address =
            letter.to.as_str().parse().map_err(|_| Error::broken("an address is none any more"))?;
        let (name, _) = users::secret()?;
        Message::builder()
            .from(self.from.clone())
            .to(to.into())
            .date(SystemTime::from(at.to_utc()))
            .message_id(Some(format!("<{name}@{}>", self.host)))
            .subject(letter.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|_| Error::broken("a letter could not be written"))
    }
}

/// Certificates of this machine, if it has any, and Mozilla's compiled in, as for every other server.
fn tls(server: &MailServer) -> Result<Tls, Failure> {
    let sealed: fn(TlsParameters) -> Tls = match server.sealing {
        Sealing::AtOnce => Tls::Wrapper,
        Sealing::Asked => Tls::Required,
        Sealing::None => return Ok(Tls::None),
    };
    let mut parameters = TlsParameters::builder(server.host().to_owned());
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        parameters = parameters.add_root_certificate(Certificate::from_der(root.to_vec())?);
    }
    parameters.build().map(sealed)
}

async fn within<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Error> {
    let away = |why: String| Error::from(Fault::Unreachable(why));
    match tokio::time::timeout(DEADLINE, work).await {
        Ok(done) => done.map_err(|error| away(told(&error))),
        Err(_) => Err(away(format!("the mail server took more than {} seconds", DEADLINE.as_secs()))),
    }
}

/// What went wrong, in our words: those of the server may name to whom the letter was.
fn told(error: &Failure) -> String {
    match error.status() {
        Some(status) => format!("the mail server answered {status}"),
        None if error.is_tls() => "the mail server's certificate is not accepted".to_owned(),
        None if error.is_timeout() => "the mail server does not answer".to_owned(),
        None => "the mail server cannot be reached".to_owned(),
    }
}
