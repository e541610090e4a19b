//! RabbitMQ: a durable queue a member, persistent messages, publisher confirms, consumer acks.

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, Consumer,
    message::Delivery,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
        QueueDeclareOptions, QueueDeleteOptions,
    },
    types::FieldTable,
};
use rand::Rng;

use super::{
    Depot,
    pipe::{Confirm, Pipe},
};

/// Messages that the broker sends ahead of their acks: as many as an edge of ours.
const PREFETCH: u16 = 64;
/// AMQP's mark of a message that must survive a restart.
const PERSISTENT: u8 = 2;

/// The queues of all members.
pub struct Queues {
    url: String,
    admin: Connection,
    channel: Channel,
    names: Vec<String>,
}

/// A member's connection.
pub struct Member {
    _connection: Connection,
    channel: Channel,
    consumer: Consumer,
    names: Vec<String>,
}

impl Queues {
    pub async fn make(url: &str, members: u32) -> Result<Self> {
        let admin = connect(url).await?;
        let channel = admin.create_channel().await?;
        let run: u32 = rand::rng().random();
        let names: Vec<_> = (0..members).map(|number| format!("load.{run:08x}.{number}")).collect();
        for name in &names {
            let durable = QueueDeclareOptions { durable: true, ..Default::default() };
            channel.queue_declare(name.as_str().into(), durable, FieldTable::default()).await?;
        }
        Ok(Self { url: url.to_owned(), admin, channel, names })
    }
}

async fn connect(url: &str) -> Result<Connection> {
    Connection::connect(url, ConnectionProperties::default()).await.context("connecting to RabbitMQ")
}

impl Depot for Queues {
    type Pipe = Member;

    async fn pipe(&mut self, number: u32) -> Result<Member> {
        let connection = connect(&self.url).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
        let name = self.names.get(number as usize).context("no queue")?.as_str();
        let options = BasicConsumeOptions::default();
        let consumer = channel.basic_consume(name.into(), "".into(), options, FieldTable::default()).await?;
        Ok(Member { _connection: connection, channel, consumer, names: self.names.clone() })
    }

    async fn remove(self) -> Result<()> {
        for name in &self.names {
            self.channel.queue_delete(name.as_str().into(), QueueDeleteOptions::default()).await?;
        }
        Ok(self.admin.close(200, "done".into()).await?)
    }
}

impl Pipe for Member {
    type Taken = Delivery;

    async fn post(&mut self, to: u32, request: u64, data: Vec<u8>) -> Result<Confirm> {
        let queue = self.names.get(to as usize).context("no queue")?.as_str();
        let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
        let options = BasicPublishOptions::default();
        let confirm = self.channel.basic_publish("".into(), queue.into(), options, &data, properties).await?;
        Ok(Box::pin(async move {
            match confirm.await? {
                Confirmation::Ack(_) => Ok(request),
                other => bail!("not confirmed: {other:?}"),
            }
        }))
    }

    async fn receive(&mut self) -> Result<Delivery> {
        Ok(self.consumer.next().await.context("the broker closed the connection")??)
    }

    async fn ack(&mut self, taken: &Delivery) -> Result<()> {
        taken.ack(BasicAckOptions::default()).await?;
        Ok(())
    }

    fn data(taken: &Delivery) -> &[u8] {
        &taken.data
    }
}
