//! A member's node, as its edge speaks for it.

use bytes::Bytes;
use serde_json::{Value, json};
use tmtp_grpc::delivery::{
    AckRequest, BodyRequest, EndRequest, Entry, FetchReply, FetchRequest, LoginRequest, NodeAcks,
    RegisterRequest, Session, SessionReply, SubmitChunk, SubmitReply, SubmitRequest, submit_chunk,
};
use tonic::Status;

use super::Client;

#[derive(Clone)]
pub struct Device {
    pub client: Client,
    pub session: Session,
    pub secret: String,
    pub edge: String,
    pub floor: u64,
    pub acked_through: u64,
    pub ohi: Vec<String>,
    asked: u32,
}

/// A queued message, as a client sees it.
#[derive(Debug, Clone)]
pub struct Got {
    pub id: u64,
    pub header: Value,
    pub data: Bytes,
    pub data_len: u64,
    pub urgent: bool,
}

impl Got {
    pub fn op(&self) -> &str {
        self.header["op"].as_str().unwrap()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.data).unwrap()
    }
}

impl Device {
    pub async fn register(mut client: Client, site: i64, edge: &str, alias: Option<&str>) -> Self {
        let request = RegisterRequest {
            site,
            edge: edge.into(),
            newnode: "laptop".into(),
            newalias: alias.map(Into::into),
            oidc: None,
            ..Default::default()
        };
        let reply = client.register(request).await.unwrap().into_inner();
        assert_eq!((reply.refused.as_deref(), reply.alias_error.as_deref()), (None, None));
        let secret = reply.nodeid.clone();
        Self::of(client, edge, secret, reply)
    }

    fn of(client: Client, edge: &str, secret: String, reply: SessionReply) -> Self {
        Self {
            client,
            session: reply.session.unwrap(),
            secret,
            edge: edge.into(),
            floor: reply.floor,
            acked_through: 0,
            ohi: reply.ohi,
            asked: 0,
        }
    }

    pub fn uid(&self) -> &str {
        &self.session.uid
    }

    pub fn node(&self) -> i64 {
        self.session.node
    }

    /// Logs this node in once more.
    pub async fn login_on(&self, edge: &str) -> Result<Self, String> {
        login(&self.client, self.session.site, edge, self.uid(), &self.secret).await
    }

    pub async fn login(&self) -> Self {
        let mut device = self.login_on(&self.edge).await.unwrap();
        device.asked = self.asked;
        device
    }

    /// Adds a node to the member and logs it in. The queue of this one is left as it was before.
    pub async fn add_node(&mut self) -> Self {
        self.done(json!({"op": 3, "newnode": "phone"}), "").await;
        let got = self.fetch().await;
        let user = got.iter().find(|got| got.op() == "user").unwrap();
        let secret = user.header["nodeid"].as_str().unwrap().to_owned();
        self.ack(&[user.id]).await;
        let device = login(&self.client, self.session.site, &self.edge, self.uid(), &secret).await.unwrap();
        for own in [&*self, &device] {
            let got = own.fetch().await;
            let login = got.iter().find(|got| got.op() == "login").unwrap().id;
            own.ack(&[login]).await;
        }
        device
    }

    /// Asks under a new request id.
    pub async fn ask(&mut self, mut header: Value, data: &str) -> SubmitReply {
        self.asked += 1;
        header["id"] = json!(format!("request {}", self.asked));
        self.ask_as(header, data).await.unwrap()
    }

    /// Asks for something that must not be refused.
    pub async fn done(&mut self, header: Value, data: &str) -> SubmitReply {
        let reply = self.ask(header.clone(), data).await;
        assert_eq!(reply.error, None, "{header}");
        self.floor = self.floor.max(reply.msgid);
        self.acked_through = self.floor;
        reply
    }

    /// Asks for something that must be refused.
    pub async fn refused(&mut self, header: Value, data: &str) -> String {
        self.ask(header, data).await.error.expect("it was not refused")
    }

    /// Asks for exactly this.
    pub async fn ask_as(&self, header: Value, data: &str) -> Result<SubmitReply, Status> {
        let request = self.request(header, Bytes::copy_from_slice(data.as_bytes()));
        Ok(self.client.clone().submit(request).await?.into_inner())
    }

    pub fn request(&self, mut header: Value, data: Bytes) -> SubmitRequest {
        if !data.is_empty() && header.get("datalen").is_none() {
            header["datalen"] = json!(data.len());
        }
        SubmitRequest {
            session: Some(self.session.clone()),
            header: serde_json::to_vec(&header).unwrap().into(),
            data,
            floor: self.floor,
            acked_through: self.acked_through,
        }
    }

    /// Streams data in chunks, `datalen` as the header has it.
    pub async fn stream(&self, header: Value, chunks: Vec<Bytes>) -> Result<SubmitReply, Status> {
        let request = submit_chunk::Part::Request(self.request(header, Bytes::new()));
        let chunks = chunks.into_iter().map(submit_chunk::Part::Data);
        let parts = std::iter::once(request).chain(chunks).map(|part| SubmitChunk { part: Some(part) });
        let parts: Vec<_> = parts.collect();
        Ok(self.client.clone().submit_stream(tokio_stream::iter(parts)).await?.into_inner())
    }

    pub async fn page(&self, max_entries: u32, max_octets: u32, skip: &[u64]) -> FetchReply {
        let session = Some(self.session.clone());
        let request = FetchRequest { session, skip: skip.to_vec(), max_entries, max_octets };
        self.client.clone().fetch(request).await.unwrap().into_inner()
    }

    /// All that waits.
    pub async fn fetch(&self) -> Vec<Got> {
        let reply = self.page(500, 1 << 20, &[]).await;
        assert!(!reply.fenced && !reply.more);
        reply.entries.into_iter().map(got).collect()
    }

    /// Ops of all that waits.
    pub async fn ops(&self) -> Vec<String> {
        self.fetch().await.iter().map(|got| got.op().to_owned()).collect()
    }

    pub async fn ack(&self, ids: &[u64]) {
        self.ack_since(0, ids).await;
    }

    /// With the time at which the edge says that the session began.
    pub async fn ack_since(&self, since: u64, ids: &[u64]) {
        let nodes = vec![NodeAcks { session: Some(self.session.clone()), ids: ids.to_vec(), since }];
        self.client.clone().ack(AckRequest { nodes }).await.unwrap();
    }

    /// Takes all that waits, and acks it.
    pub async fn drain(&self) -> Vec<Got> {
        let got = self.fetch().await;
        self.ack(&got.iter().map(|got| got.id).collect::<Vec<_>>()).await;
        got
    }

    /// The whole data of a message, piece by piece.
    pub async fn body(&self, id: u64) -> Result<Vec<Bytes>, Status> {
        let mut all = Vec::new();
        loop {
            let piece = self.body_from(id, all.iter().map(Bytes::len).sum::<usize>() as u64).await?;
            if piece.is_empty() {
                return Ok(all);
            }
            all.push(piece);
        }
    }

    pub async fn body_from(&self, id: u64, offset: u64) -> Result<Bytes, Status> {
        let request = BodyRequest { session: Some(self.session.clone()), id, offset };
        Ok(self.client.clone().body(request).await?.into_inner().data)
    }

    pub async fn end(&self) {
        let request = EndRequest { edge: self.edge.clone(), sessions: vec![self.session.clone()] };
        self.client.clone().end(request).await.unwrap();
    }
}

pub async fn login(
    client: &Client,
    site: i64,
    edge: &str,
    uid: &str,
    secret: &str,
) -> Result<Device, String> {
    let octets = tmtp_wire::base32::decode(secret).unwrap();
    let request =
        LoginRequest { site, edge: edge.into(), uid: uid.into(), secret: octets.into(), oidc: None };
    let reply = client.clone().login(request).await.unwrap().into_inner();
    match reply.refused {
        Some(refused) => Err(refused),
        None => Ok(Device::of(client.clone(), edge, secret.into(), reply)),
    }
}

/// An entry as a client reads it: the length digits and the checksum must be right.
fn got(entry: Entry) -> Got {
    let (digits, json) = entry.head.split_at(4);
    let length = usize::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
    assert_eq!(length, json.len());
    assert!(tmtp_wire::incoming::headsum_ok(json));
    let header: Value = serde_json::from_slice(json).unwrap();
    assert_eq!(header["id"], json!(format!("{:016x}", entry.id)));
    assert_eq!(header["datalen"], json!(entry.data_len));
    Got { id: entry.id, header, data: entry.data, data_len: entry.data_len, urgent: entry.urgent }
}
