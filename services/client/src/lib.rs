//! An async TMTP client.
//!
//! TMTP is a members-only, store-and-forward messaging protocol: a site keeps a message until every addressed
//! device has acknowledged it. This library is one such device.
//!
//! * [`Client`] is what most programs want: it logs in, stays connected with jittered backoff, sends requests
//!   until they are answered, and gives a stream of [`Event`]s.
//! * [`Link`] is one connection, for programs that do their own reconnecting.
//! * [`Letter`] is the form of a message with a subject, a text and files; [`Source`] is content of any size
//!   that streams with flat memory, both ways.
//!
//! ```no_run
//! use tmtp_client::{Client, Event, Letter, Registration, Settings, to_member};
//!
//! # async fn run() -> Result<(), tmtp_client::Error> {
//! let site = "=127.0.0.1:7443".parse()?;
//! let me = Registration { node_label: "laptop".into(), alias: Some("Alice Ames".into()), oidc: None };
//! let joined = Client::register(&site, me, Settings::new()?).await?;
//! // Save `joined.account`: its secret is shown this once.
//! let (client, mut events) = (joined.client, joined.events);
//!
//! let letter = Letter::new("A note to self.").subject("Hello").pack()?;
//! let receipt = client.post(vec![to_member(&joined.account.uid)], letter).await?;
//!
//! while let Some(event) = events.next().await {
//!     if let Event::Message(mut message) = event? {
//!         while let Some(piece) = message.body.piece().await? {
//!             // Keep the octets safe.
//! #           drop(piece);
//!         }
//!         client.ack(message.stamp.id).await;
//!         if message.stamp.id == receipt.msgid {
//!             break;
//!         }
//!     }
//! }
//! client.close().await
//! # }
//! ```
//!
//! Nothing here keeps state on disk: what is acked is gone from the site, so keep it first.

pub mod account;
pub mod address;
mod client;
pub mod error;
pub mod letter;
mod link;
mod names;
mod outgoing;
mod settings;
mod source;
mod tls;

pub use tmtp_wire::{
    GroupAct, Message, MsgId, OhiChange, Posted, Receipt, Recipient, RecipientKind, Stamp, UserEdit,
};

pub use account::Account;
pub use address::Address;
pub use client::{Client, Event, Events, Joined, Registration};
pub use error::Error;
pub use letter::Letter;
pub use link::{Arrival, Arrivals, Body, Greeting, Hello, Link, Received, Registered, SignInWay, SiteSight};
pub use names::{harmless, harmless_line, is_unseen, safe_name};
pub use outgoing::{Notification, Outgoing, to_group, to_group_not_self, to_member};
pub use settings::{Settings, Timing};
pub use source::{Reader, Source};
pub use tls::Tls;
