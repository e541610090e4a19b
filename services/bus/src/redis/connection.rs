//! One connection to a Redis server, and whether it still serves.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, PushInfo, PushKind, Value};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::Mode;
use crate::hub::Hub;

/// Why a connection is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
    #[error("no answer in time")]
    Silent,
    #[error("the server closed the connection")]
    Closed,
    #[error("the server is not the master")]
    NotMaster,
    #[error("the server finds its cluster incomplete")]
    ClusterDown,
    #[error("no Sentinel knows a master of that name that serves")]
    NoMaster,
    #[error("no server can be reached")]
    Nowhere,
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// For a connection, with TLS and login.
    pub(super) dial: Duration,
    /// For an answer.
    pub(super) answer: Duration,
}

/// Open, as far as anybody knows; [`Connection::check`] finds out.
pub(super) struct Connection {
    redis: MultiplexedConnection,
    mode: Mode,
    limit: Duration,
    lost: CancellationToken,
}

impl Connection {
    /// Connects and checks. What the server pushes goes to `hub`.
    pub(super) async fn open(
        client: &Client,
        mode: Mode,
        limits: Limits,
        hub: Option<Arc<Hub>>,
    ) -> Result<Self, Fault> {
        let lost = CancellationToken::new();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(limits.dial))
            .set_response_timeout(Some(limits.answer))
            .set_push_sender(on_push(hub, lost.clone()));
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let redis = in_time(limits.dial, connecting).await?;
        let mut connection = Self { redis, mode, limit: limits.answer, lost };
        connection.check().await?;
        Ok(connection)
    }

    /// Asks the server whether it is still the one to talk to. Costs one small command.
    pub(super) async fn check(&mut self) -> Result<(), Fault> {
        match self.mode {
            Mode::Single => self.query::<Value>(&redis::cmd("PING")).await.map(drop),
            Mode::Sentinel => {
                let role: Vec<Value> = self.query(&redis::cmd("ROLE")).await?;
                let is_master = matches!(role.first(), Some(Value::BulkString(name)) if name == b"master");
                is_master.then_some(()).ok_or(Fault::NotMaster)
            }
            Mode::Cluster => {
                let text: String = self.query(redis::cmd("CLUSTER").arg("INFO")).await?;
                text.contains("cluster_state:ok").then_some(()).ok_or(Fault::ClusterDown)
            }
        }
    }

    /// Resolves once the connection is known to be closed.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    pub(super) async fn query<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, Fault> {
        in_time(self.limit, command.query_async(&mut self.redis)).await
    }

    pub(super) async fn send(&mut self, pipeline: &Pipeline) -> Result<(), Fault> {
        in_time(self.limit, pipeline.exec_async(&mut self.redis)).await
    }

    /// Returns once the server has confirmed all of them.
    pub(super) async fn subscribe(&mut self, channels: &[String]) -> Result<(), Fault> {
        in_time(self.limit, self.redis.subscribe(channels)).await
    }

    /// Returns once the server has confirmed all of them.
    pub(super) async fn unsubscribe(&mut self, channels: &[String]) -> Result<(), Fault> {
        in_time(self.limit, self.redis.unsubscribe(channels)).await
    }
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = redis::RedisResult<T>>) -> Result<T, Fault> {
    Ok(timeout(limit, work).await.map_err(|_| Fault::Silent)??)
}

/// Runs within the task that reads the socket, so it never waits.
fn on_push(
    hub: Option<Arc<Hub>>,
    lost: CancellationToken,
) -> impl Fn(PushInfo) -> Result<(), redis::aio::SendError> + Send + Sync + 'static {
    move |push| {
        match push.kind {
            PushKind::Disconnection => lost.cancel(),
            PushKind::Message => {
                if let (Some(hub), Some((channel, hint))) = (&hub, read_message(push.data)) {
                    metrics::counter!("tmtp_bus_received_total").increment(1);
                    hub.deliver(&channel, &hint);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn read_message(parts: Vec<Value>) -> Option<(String, Bytes)> {
    match <[Value; 2]>::try_from(parts).ok()? {
        [Value::BulkString(channel), Value::BulkString(hint)] => {
            Some((String::from_utf8(channel).ok()?, hint.into()))
        }
        _ => None,
    }
}
