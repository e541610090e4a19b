//! What tests do with a client again and again.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rand::Rng;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    ask,
    client::{Account, Address, Client, encode},
    received::{Received, is_base32},
};

/// A name that no other test has: the same person, another number.
pub fn unique(name: &str) -> String {
    format!("{name} {:016x}", rand::rng().random::<u64>())
}

impl Client {
    /// Connects and registers, under no alias when `alias` is empty; reads up to `info`.
    ///
    /// # Errors
    /// When the server refuses, or answers in another order.
    pub async fn register(to: &Address, alias: &str) -> Result<Self> {
        let mut client = Self::connect(to).await?;
        client.send_both(&ask::register(alias)).await?;
        client.expect_tmtprev().await?;
        let registered = client.recv().await?;
        ensure!(registered.op() == "registered" && registered.text("error").is_none(), "{registered}");
        client.me = Account {
            uid: registered.must("uid")?.to_owned(),
            nodeid: registered.must("nodeid")?.to_owned(),
            alias: alias.to_owned(),
        };
        ensure!(is_base32(&client.me.uid, 32) && is_base32(&client.me.nodeid, 40), "{registered}");
        client.expect_info().await?;
        Ok(client)
    }

    /// Connects and logs in; reads up to `info`, which it returns.
    ///
    /// # Errors
    /// When the server refuses, or answers in another order.
    pub async fn login(to: &Address, account: &Account) -> Result<(Self, Received)> {
        let mut client = Self::connect(to).await?;
        client.me = account.clone();
        client.send_both(&ask::login(&account.uid, &account.nodeid)).await?;
        client.expect_tmtprev().await?;
        let info = client.expect_info().await?;
        Ok((client, info))
    }

    /// Logs in, where nothing waits but the `login` message, and acks that.
    ///
    /// # Errors
    /// As for [`Self::login`], or when something else waits.
    pub async fn enter(to: &Address, account: &Account) -> Result<Self> {
        let (mut client, _) = Self::login(to, account).await?;
        client.take("login").await?;
        Ok(client)
    }

    /// Logs in a node that was added a moment ago, for the first time: the `user` message that made it may wait for
    /// it too. Both that and `login` are taken.
    ///
    /// # Errors
    /// As for [`Self::login`], or when something else waits.
    pub async fn enter_first(to: &Address, account: &Account) -> Result<Self> {
        let (mut client, _) = Self::login(to, account).await?;
        loop {
            let message = client.queued().await?;
            client.ack(message.id()).await?;
            match message.op() {
                "login" => return Ok(client),
                "user" => {}
                _ => bail!("waits for a new node: {message}"),
            }
        }
    }

    /// TmtpRev and Register or Login in one write, as clients in the field do.
    ///
    /// # Errors
    /// When the server has closed.
    pub async fn send_both(&mut self, second: &Value) -> Result<()> {
        let mut both = encode(&ask::tmtprev(), b"")?;
        both.extend(encode(second, b"")?);
        self.send_raw(&both).await
    }

    /// Reads the answer to TmtpRev off the wire.
    ///
    /// # Errors
    /// When something else comes.
    pub async fn expect_tmtprev(&mut self) -> Result<Received> {
        let answer = self.recv().await?;
        ensure!(answer.op() == "tmtprev" && answer.id() == "1", "{answer}");
        Ok(answer)
    }

    /// Reads `info` off the wire.
    ///
    /// # Errors
    /// When something else comes.
    pub async fn expect_info(&mut self) -> Result<Received> {
        let info = self.recv().await?;
        ensure!(info.op() == "info" && info.text("info") == Some("login ok"), "{info}");
        Ok(info)
    }

    /// Sends a request and returns its ack, whatever it says. An id is added where there is none.
    ///
    /// # Errors
    /// When the server closes or takes too long, or the ack names another request.
    pub async fn request(&mut self, header: &Value, data: &[u8]) -> Result<Received> {
        let mut header = header.clone();
        if header.get("id").is_none() {
            header["id"] = Self::next_id().into();
        }
        self.send(&header, data).await?;
        let ack = self.response().await?;
        ensure!(ack.op() == "ack" && ack.header.get("id") == header.get("id"), "no ack of {header}: {ack}");
        Ok(ack)
    }

    /// Sends a request that must be accepted; returns the msgid, empty where there is none.
    ///
    /// # Errors
    /// As for [`Self::request`], or when it is refused.
    pub async fn accepted(&mut self, header: &Value, data: &[u8]) -> Result<String> {
        let ack = self.request(header, data).await?;
        ensure!(ack.text("error").is_none(), "refused: {header}: {ack}");
        Ok(ack.text("msgid").unwrap_or_default().to_owned())
    }

    /// Sends a request that must be refused; returns the error.
    ///
    /// # Errors
    /// As for [`Self::request`], or when it is accepted.
    pub async fn refused(&mut self, header: &Value, data: &[u8]) -> Result<String> {
        let ack = self.request(header, data).await?;
        Ok(ack.text("error").with_context(|| format!("accepted: {header}: {ack}"))?.to_owned())
    }

    /// Checks that nothing was queued for this node that was not taken: posts to its own member, and sees that
    /// this is what comes next. Everything that was acked to its sender before comes before it.
    ///
    /// # Errors
    /// Names what came instead.
    pub async fn expect_nothing_queued(&mut self) -> Result<()> {
        let mark = unique("nothing before this");
        let own = self.me.uid.clone();
        let msgid = self.accepted(&ask::post(&[&own]), mark.as_bytes()).await?;
        let next = self.queued().await?;
        if next.data != mark.as_bytes() {
            bail!("{} has something queued: {next} {:?}", self.me.alias, String::from_utf8_lossy(&next.data));
        }
        ensure!(next.op() == "delivery" && next.id() == msgid, "the mark came as {next}");
        self.ack(next.id()).await
    }

    /// The same, and that no presence came.
    ///
    /// # Errors
    /// Names what came.
    pub async fn expect_nothing(&mut self) -> Result<()> {
        self.expect_nothing_queued().await?;
        let came: Vec<String> = self.leftovers().iter().map(ToString::to_string).collect();
        ensure!(came.is_empty(), "{} heard {came:?}", self.me.alias);
        Ok(())
    }

    /// Checks that no presence came that was not taken, nor anything that is queued: what it hears next is that somebody of
    /// its site came who was not there before.
    ///
    /// # Errors
    /// Names what came instead.
    pub async fn hears_nothing_before(&mut self, mark: &mut Self) -> Result<()> {
        mark.accepted(&ask::ohiedit("init", &[&self.me.uid]), b"").await?;
        let next = self.ohi().await?;
        ensure!(next == (mark.me.uid.clone(), 1), "{} heard {next:?}", self.me.alias);
        self.expect_nothing().await
    }

    /// Logs in or registers with this header again and again, until that is refused with this error: a running server
    /// may serve from its memory for a moment, and must hear of a change by itself.
    ///
    /// # Errors
    /// When it is refused with another error, or served on for ten seconds.
    pub async fn refused_before_long(to: &Address, header: &Value, error: &str) -> Result<()> {
        for _ in 0..100 {
            let mut client = Self::connect(to).await?;
            client.send_both(header).await?;
            client.expect_tmtprev().await?;
            let answer = client.recv().await?;
            if answer.op() == "quit" {
                return answer.expect(&json!({"error": error}));
            }
            sleep(Duration::from_millis(100)).await;
        }
        bail!("served on")
    }

    /// Quits, and waits for the answer and the end.
    ///
    /// # Errors
    /// When it is not `logout ok`.
    pub async fn quit(mut self) -> Result<Account> {
        self.send(&ask::quit(), b"").await?;
        self.expect_quit("logout ok").await?;
        Ok(self.me)
    }

    /// Adds a node to this member; returns its account. The `user` message is taken.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn add_node(&mut self, label: &str) -> Result<Account> {
        self.accepted(&ask::newnode(label), b"").await?;
        let user = self.take("user").await?;
        user.expect(&json!({"newnode": label}))?;
        Ok(Account { nodeid: user.must("nodeid")?.to_owned(), ..self.me.clone() })
    }
}
