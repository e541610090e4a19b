//! Where mail goes out: section `control.mail`.

use std::fmt;

use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use serde::{Deserialize, Serialize, Serializer};
use tmtp_platform::{Secret, shown_url};
use url::Url;

/// What [`MailOptions::server`] can look like.
const FORMS: &str = "smtps://user@host:465, or smtp://user@host:587 with ?tls=required (the default), \
                     ?tls=opportunistic or ?tls=none";

/// What carries letters to a server.
pub(super) type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The mail server.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailOptions {
    /// Where it is, with the user to log in as, if any; empty: no mail is sent. Shown without password: one is refused here,
    /// and the settings may be printed all the same.
    #[serde(serialize_with = "shown")]
    pub server: String,
    /// That user's password.
    pub password: Secret,
    /// Whom mails come from, as `TMTP <no-reply@acme.example>`.
    pub from: String,
}

impl fmt::Debug for MailOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailOptions")
            .field("server", &shown_url(&self.server))
            .field("password", &self.password)
            .field("from", &self.from)
            .finish()
    }
}

fn shown<S: Serializer>(server: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&shown_url(server))
}

impl MailOptions {
    /// Whether there is a server.
    pub fn is_set(&self) -> bool {
        !self.server.is_empty()
    }

    /// What is wrong, each in words that name it.
    pub fn faults(&self) -> Vec<String> {
        if !self.is_set() {
            return Vec::new();
        }
        [self.transport().err(), self.sender().err()].into_iter().flatten().collect()
    }

    pub(super) fn sender(&self) -> Result<Mailbox, String> {
        self.from.parse().map_err(|_| {
            "control.mail.from is whom mails come from, as `TMTP <no-reply@acme.example>`".to_owned()
        })
    }

    pub(super) fn transport(&self) -> Result<Transport, String> {
        let Server { host, port, tls, user } = self.address()?;
        let parameters =
            || TlsParameters::new(host.clone()).map_err(|error| format!("control.mail.server: {error}"));
        let tls = match tls {
            Security::Wrapped => Tls::Wrapper(parameters()?),
            Security::Required => Tls::Required(parameters()?),
            Security::Opportunistic => Tls::Opportunistic(parameters()?),
            Security::None => Tls::None,
        };
        let ours = self.sender()?.email.domain().to_owned();
        let mut builder =
            Transport::builder_dangerous(host).port(port).tls(tls).hello_name(ClientId::Domain(ours));
        if let Some(user) = user {
            builder = builder.credentials(Credentials::new(user, self.password.expose().to_owned()));
        }
        Ok(builder.build())
    }

    fn address(&self) -> Result<Server, String> {
        let wrong = || format!("control.mail.server is {FORMS}");
        let url = Url::parse(&self.server).map_err(|_| wrong())?;
        if url.password().is_some() {
            return Err(
                "control.mail.server holds a password; it belongs in control.mail.password".to_owned()
            );
        }
        let asked: Vec<_> = url.query_pairs().collect();
        let asked: Vec<_> = asked.iter().map(|(key, value)| (key.as_ref(), value.as_ref())).collect();
        let (tls, port) = match (url.scheme(), asked.as_slice()) {
            ("smtps", []) => (Security::Wrapped, 465),
            ("smtp", [] | [("tls", "required")]) => (Security::Required, 587),
            ("smtp", [("tls", "opportunistic")]) => (Security::Opportunistic, 587),
            ("smtp", [("tls", "none")]) => (Security::None, 587),
            _ => return Err(wrong()),
        };
        let user = user(&url).ok_or_else(wrong)?;
        if user.is_some() && matches!(tls, Security::Opportunistic | Security::None) {
            return Err(
                "control.mail.server names a user, whose password needs tls=required or smtps://".to_owned()
            );
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?.to_owned();
        Ok(Server { host, port: url.port().unwrap_or(port), tls, user })
    }
}

/// The URL's user, as it is meant: `%40` is an `@`. `None` when it is no text.
fn user(url: &Url) -> Option<Option<String>> {
    if url.username().is_empty() {
        return Some(None);
    }
    let pair = format!("u={}", url.username().replace('+', "%2B"));
    let user = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, user)| user.into_owned());
    user.filter(|user| !user.chars().any(char::is_control)).map(Some)
}

struct Server {
    host: String,
    port: u16,
    tls: Security,
    user: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// From the first octet.
    Wrapped,
    /// By STARTTLS, or not at all.
    Required,
    /// By STARTTLS, where the server offers it.
    Opportunistic,
    /// In the clear: for a server on this machine.
    None,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> MailOptions {
        MailOptions {
            server: url.into(),
            password: "hidden".into(),
            from: "TMTP <no-reply@acme.example>".into(),
        }
    }

    #[test]
    fn the_ways_to_name_a_server_are_understood() {
        for (url, tls, port, user) in [
            ("smtps://mail.example", Security::Wrapped, 465, None),
            ("smtps://ann%40acme.example@mail.example:466", Security::Wrapped, 466, Some("ann@acme.example")),
            ("smtp://a+b@mail.example", Security::Required, 587, Some("a+b")),
            ("smtp://mail.example:25?tls=opportunistic", Security::Opportunistic, 25, None),
            ("smtp://127.0.0.1:2525?tls=none", Security::None, 2525, None),
        ] {
            let server = at(url).address().unwrap();
            assert_eq!((server.tls, server.port, server.user.as_deref()), (tls, port, user), "{url}");
            assert_eq!(at(url).faults(), Vec::<String>::new());
        }
        assert!(MailOptions::default().faults().is_empty());
    }

    #[test]
    fn what_names_no_server_is_refused_by_name_and_shows_no_password() {
        for url in [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://mail.example?tls=perhaps",
            "smtps://mail.example?tls=none",
            "smtp://ann:hunter2@mail.example",
            "smtp://ann@mail.example?tls=none",
        ] {
            let faults = at(url).faults();
            assert_eq!(faults.len(), 1, "{url}: {faults:?}");
            assert!(
                faults[0].contains("control.mail.server") && !faults[0].contains("hunter2"),
                "{faults:?}"
            );
        }
        let nobody = MailOptions { from: "nobody".into(), ..at("smtps://mail.example") };
        assert!(nobody.faults()[0].contains("control.mail.from"));
    }
}
