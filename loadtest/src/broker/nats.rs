//! NATS JetStream: one work queue in files, a subject and a consumer a member.

use anyhow::{Context as _, Result};
use async_nats::jetstream::{
    self, Context, Message,
    consumer::{PullConsumer, pull},
    stream::{Config, RetentionPolicy, StorageType},
};
use futures::StreamExt;
use rand::Rng;

use super::{
    Depot,
    pipe::{Confirm, Pipe},
};

/// The stream of all members.
pub struct Stream {
    url: String,
    context: Context,
    name: String,
}

/// A member's connection.
pub struct Member {
    context: Context,
    messages: pull::Stream,
    name: String,
}

impl Stream {
    pub async fn make(url: &str, _members: u32) -> Result<Self> {
        let context = jetstream::new(async_nats::connect(url).await.context("connecting to NATS")?);
        let name = format!("load{:08x}", rand::rng().random::<u32>());
        let config = Config {
            name: name.clone(),
            subjects: vec![format!("{name}.*")],
            retention: RetentionPolicy::WorkQueue,
            storage: StorageType::File,
            ..Config::default()
        };
        context.create_stream(config).await?;
        Ok(Self { url: url.to_owned(), context, name })
    }
}

impl Depot for Stream {
    type Pipe = Member;

    async fn pipe(&mut self, number: u32) -> Result<Member> {
        let context = jetstream::new(async_nats::connect(&self.url).await?);
        let config = pull::Config {
            durable_name: Some(format!("member{number}")),
            filter_subject: format!("{}.{number}", self.name),
            ..pull::Config::default()
        };
        let consumer: PullConsumer = context.create_consumer_on_stream(config, &self.name).await?;
        let messages = consumer.messages().await?;
        Ok(Member { context, messages, name: self.name.clone() })
    }

    async fn remove(self) -> Result<()> {
        self.context.delete_stream(&self.name).await?;
        Ok(())
    }
}

impl Pipe for Member {
    type Taken = Message;

    async fn post(&mut self, to: u32, request: u64, data: Vec<u8>) -> Result<Confirm> {
        let confirm = self.context.publish(format!("{}.{to}", self.name), data.into()).await?;
        Ok(Box::pin(async move {
            confirm.await?;
            Ok(request)
        }))
    }

    async fn receive(&mut self) -> Result<Message> {
        Ok(self.messages.next().await.context("the broker closed the connection")??)
    }

    async fn ack(&mut self, taken: &Message) -> Result<()> {
        taken.ack().await.map_err(anyhow::Error::from_boxed)
    }

    fn data(taken: &Message) -> &[u8] {
        &taken.payload
    }
}
