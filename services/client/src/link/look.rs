//! A look at a site from outside: its name, and how newcomers sign in (section 4, `tmtprev`).

use serde::Deserialize;
use tmtp_wire::{Answer, Head, Incoming, Piece, Request};
use tokio::{io::AsyncWriteExt, time::timeout};

use super::{dial, inbound::Inbound};
use crate::{
    Address, Error, Settings,
    error::{Quit, Waiting},
};

/// What a site says to anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteSight {
    /// Its name.
    pub name: String,
    /// How newcomers sign in; none where they need not.
    pub ways: Vec<SignInWay>,
}

/// A way to sign in: the authorization code flow of OAuth 2.0 with PKCE, at one provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SignInWay {
    /// What it is called.
    pub label: String,
    /// Where the member's browser goes: an address, and parameters to append to it.
    pub login: (String, String),
    /// Where the token is: an address, and parameters of the form to post to it.
    pub token: (String, String),
}

impl SiteSight {
    /// Says TmtpRev, hears the answer, and leaves.
    ///
    /// # Errors
    /// No connection, no TLS, or no answer in time.
    pub async fn of(address: &Address, settings: &Settings) -> Result<Self, Error> {
        let timing = &settings.timing;
        let stream = dial::dial(address, &settings.tls, timing).await?;
        let hello = Head { request: Request::TmtpRev { id: "1".into() }, data_len: 0 };
        let hello = hello.encode().map_err(|error| Error::Request(error.to_string()))?;
        let look = async {
            let (read, mut write) = tokio::io::split(stream);
            write.write_all(&hello).await.map_err(|error| Error::lost(&error))?;
            write.flush().await.map_err(|error| Error::lost(&error))?;
            let mut inbound = Inbound::new(read);
            loop {
                if let Piece::Header(json) = inbound.piece().await? {
                    return read_answer(inbound.header(&json)?);
                }
            }
        };
        let late = |_| Error::TimedOut { waiting: Waiting::Login, after: timing.login };
        timeout(timing.login, look).await.map_err(late)?
    }
}

fn read_answer(answer: Incoming) -> Result<SiteSight, Error> {
    match answer {
        Incoming::Answer(Answer::TmtpRev { name, auth_by, .. }) => {
            let odd = |error| Error::Protocol(format!("authby: {error}"));
            let ways = auth_by.map(|json| serde_json::from_str(&json)).transpose().map_err(odd)?;
            Ok(SiteSight { name, ways: ways.unwrap_or_default() })
        }
        Incoming::Answer(Answer::Quit { error }) => Err(Error::Quit(Quit::from(error.as_str()))),
        _ => Err(Error::Protocol("something else than the answer to TmtpRev came".into())),
    }
}
