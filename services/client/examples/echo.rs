//! A member that answers every post with the same text.
//!
//! ```text
//! cargo run -p tmtp-client --example echo -- =127.0.0.1:7443 "Echo Chamber"
//! ```
//!
//! Ping "Echo Chamber" to learn its uid from its answer, then post to it.

use std::error::Error;

use tmtp_client::{
    Client, Event, Letter, Message, Received, Registration, Settings, letter::Opened, to_member,
};
use tokio::{io::AsyncReadExt, sync::mpsc};

/// The longest text echoed.
const LIMIT: u64 = 64 * 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let mut args = std::env::args().skip(1);
    let (Some(site), Some(alias)) = (args.next(), args.next()) else {
        return Err("usage: echo =HOST:PORT ALIAS".into());
    };
    let me = Registration { node_label: "echo".into(), alias: Some(alias.clone()), oidc: None };
    // A real program would save `joined.account`, and log in with Client::connect the next time.
    let joined = Client::register(&site.parse()?, me, Settings::new()?).await?;
    let (client, mut events) = (joined.client, joined.events);

    // Requests are made in a task of their own: whoever takes events must not wait for answers.
    let (echoes, mut due) = mpsc::channel::<Received>(16);
    let answering = {
        let client = client.clone();
        tokio::spawn(async move {
            while let Some(received) = due.recv().await {
                let id = received.stamp.id;
                if let Err(error) = answer(&client, &alias, received).await {
                    tracing::warn!(%id, %error, "not answered");
                }
                client.ack(id).await;
            }
        })
    };
    while let Some(event) = events.next().await {
        match event? {
            // Too much at once: what is dropped without an ack comes again.
            Event::Message(received) => drop(echoes.try_send(received)),
            Event::Disconnected { error, retry_in } => tracing::warn!(%error, ?retry_in, "no link"),
            _ => {}
        }
    }
    drop(echoes);
    Ok(answering.await?)
}

async fn answer(
    client: &Client,
    alias: &str,
    mut received: Received,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    match received.message {
        Message::Ping { alias: from, .. } => drop(client.ping(alias, &from, "Say something!").await?),
        Message::Delivery { datahead, .. } => {
            Opened::read(&mut received.body, datahead).await?;
            let mut text = String::new();
            (&mut received.body).take(LIMIT).read_to_string(&mut text).await?;
            drop(received.body);
            client.post(vec![to_member(received.stamp.from)], Letter::new(text).pack()?).await?;
        }
        _ => {}
    }
    Ok(())
}
