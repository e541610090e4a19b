//! The whole life of a link: TLS, TmtpRev, Register or Login, then a session until it ends (section 2).

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use tmtp_grpc::delivery::{self as grpc, LoginRequest, RegisterRequest, SessionReply};
use tmtp_wire::{Answer, Error, Head, Piece, Request, answer::INFO_OHI_MAX, base32};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf},
    net::TcpStream,
    sync::oneshot,
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::server::TlsStream;

use crate::{
    edge::Shared,
    frames::{Ended, Frames, Patience},
    options::Options,
    session::{self, ONLINE, Reader, Session},
    sites::Site,
    upstream::{Client, Failure, How},
};

/// After the last word, what the client still sends is read for this long, so that the word is not lost to a reset.
const LINGER: Duration = Duration::from_secs(1);
/// And no more than this of it.
const LINGER_OCTETS: u64 = 1 << 20;

type Reads = Frames<ReadHalf<TlsStream<TcpStream>>>;
type Writes = WriteHalf<TlsStream<TcpStream>>;

/// Why a link ended before its session began.
#[derive(Debug)]
enum End {
    /// Without a word.
    Silent(#[expect(dead_code, reason = "for its Debug")] String),
    /// With a last word, since TmtpRev was accepted.
    Quit(String),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Quit(error.to_string())
    }
}

impl From<Ended> for End {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Protocol(error) => error.into(),
            other => Self::Silent(other.to_string()),
        }
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Silent(error.to_string())
    }
}

/// A member who got in. However the link ends from here on, also when its task is dropped, the session is ended.
struct Admitted {
    edge: Arc<Shared>,
    session: Arc<Session>,
}

impl Admitted {
    /// `online` is what the client is told of at once.
    fn new(edge: &Arc<Shared>, id: grpc::Session, floor: u64, online: &[String]) -> Self {
        let redeliver = Options::seconds(edge.options.redeliver_seconds);
        let session = Session::new(id, edge.options.window_messages, redeliver);
        let session = Arc::new(session.since(edge.clock.unix_nanos()));
        session.told(floor);
        // Before anybody finds the session, and has a newer word.
        session.told_online(online.iter().take(INFO_OHI_MAX));
        edge.registry.insert(Arc::clone(&session));
        metrics::gauge!("tmtp_links", "state" => "arriving").decrement(1.0);
        metrics::gauge!("tmtp_links", "state" => "session").increment(1.0);
        Self { edge: Arc::clone(edge), session }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        metrics::gauge!("tmtp_links", "state" => "session").decrement(1.0);
        metrics::gauge!("tmtp_links", "state" => "arriving").increment(1.0);
        self.edge.registry.remove(&self.session);
        self.edge.ends.add(self.session.id().clone());
    }
}

/// Serves one link to its end.
pub async fn serve(edge: Arc<Shared>, tcp: TcpStream) {
    let reason = live(edge, tcp).await;
    metrics::counter!("tmtp_links_closed_total", "reason" => reason).increment(1);
}

/// The whole life of a link; says why it ended.
async fn live(edge: Arc<Shared>, tcp: TcpStream) -> &'static str {
    let deadline = Instant::now() + Options::seconds(edge.options.login_seconds);
    let (site, is_vouched_for, reads, mut writes) = match Box::pin(shake(&edge, tcp, deadline)).await {
        Ok(shaken) => shaken,
        Err(reason) => return reason,
    };
    let mut frames = Frames::new(reads, Patience::new(&edge.options));
    let entered = Box::pin(timeout_at(
        deadline,
        enter(&edge, (&site, is_vouched_for), &mut frames, &mut writes, deadline),
    ))
    .await;
    let site_id = site.id;
    let reason = match entered {
        Ok(Ok(admitted)) => hold(admitted, &mut frames, &mut writes).await,
        Ok(Err(End::Quit(error))) => {
            say_quit(&mut writes, error).await;
            "refused"
        }
        Ok(Err(end)) => {
            tracing::debug!(site = site_id, ?end, "link ended before login");
            return "gone_before_login";
        }
        Err(_) => return "login_timed_out",
    };
    linger(frames.into_inner(), writes).await;
    reason
}

/// The handshake, whose site the client means, and whether the site's authorities vouch for it; or why the link ends with it. A future of its own, on the heap, so that
/// what only this takes room for is not kept for as long as the session lasts.
async fn shake(
    edge: &Shared,
    tcp: TcpStream,
    deadline: Instant,
) -> Result<(Arc<Site>, bool, ReadHalf<TlsStream<TcpStream>>, Writes), &'static str> {
    let started = Instant::now();
    let tls = match timeout_at(deadline, edge.tls.accept(tcp)).await {
        Ok(Ok(Some(tls))) => tls,
        Ok(Ok(None)) => {
            shaken(started, "shown");
            return Err("shown_to_authority");
        }
        Ok(Err(error)) => {
            tracing::debug!(%error, "handshake failed");
            shaken(started, "failed");
            return Err("handshake_failed");
        }
        Err(_) => {
            shaken(started, "timed_out");
            return Err("login_timed_out");
        }
    };
    shaken(started, "ok");
    let site = edge.sites.by_server_name(tls.get_ref().1.server_name()).ok_or("no_site")?;
    let is_vouched_for = edge.tls.is_vouched_for(&tls);
    let (reads, writes) = tokio::io::split(tls);
    Ok((site, is_vouched_for, reads, writes))
}

/// A handshake came to its end.
fn shaken(started: Instant, result: &'static str) {
    metrics::counter!("tmtp_tls_handshakes_total", "result" => result).increment(1);
    metrics::histogram!("tmtp_tls_handshake_duration_seconds").record(started.elapsed());
}

/// From the first octet to `info`. What is known of the site here is as old as the handshake, some seconds at most; whom it
/// lets in is decided by delivery, which goes by the site as it is then.
async fn enter(
    edge: &Arc<Shared>,
    (site, is_vouched_for): (&Arc<Site>, bool),
    frames: &mut Reads,
    writes: &mut Writes,
    deadline: Instant,
) -> Result<Admitted, End> {
    greet(site, frames, writes).await?;
    let head = next_head(frames).await?;
    match head.request {
        Request::TmtpRev { .. } => Err(End::Quit("disallowed op repetition".to_owned())),
        Request::Register { newnode, newalias, oidc } => {
            let request = RegisterRequest {
                site: site.id,
                edge: edge.id.clone(),
                newnode,
                newalias,
                oidc: oidc.map(|json| json.get().to_owned()),
                seed: Bytes::from_owner(rand::random::<[u8; 45]>()),
                by_certificate: is_vouched_for,
            };
            let reply =
                ask(
                    edge,
                    deadline,
                    request,
                    |mut client, request| async move { client.register(request).await },
                );
            register(edge, writes, admitted(reply.await, "register failure")?).await
        }
        Request::Login { uid, node, oidc } => {
            let secret = Bytes::from(base32::decode(&node)?);
            let oidc = oidc.map(|json| json.get().to_owned());
            let request = LoginRequest { site: site.id, edge: edge.id.clone(), uid, secret, oidc };
            let reply =
                ask(
                    edge,
                    deadline,
                    request,
                    |mut client, request| async move { client.login(request).await },
                );
            begin(edge, writes, Vec::new(), admitted(reply.await, "login failed")?).await
        }
        _ => Err(End::Quit("disallowed op on unauthenticated link".to_owned())),
    }
}

/// TmtpRev, and its answer. Whatever goes wrong here is not told.
async fn greet(site: &Site, frames: &mut Reads, writes: &mut Writes) -> Result<(), End> {
    let silent = |end: End| match end {
        End::Quit(text) => End::Silent(text),
        silent => silent,
    };
    let head = next_head(frames).await.map_err(silent)?;
    let Request::TmtpRev { .. } = head.request else {
        return Err(End::Silent("tmtprev was omitted".to_owned()));
    };
    let (auth, auth_by) = site.auth.clone().unzip();
    let answer = Answer::TmtpRev { name: site.name.clone(), auth, auth_by };
    writes.write_all(&answer.encode()?).await?;
    writes.flush().await?;
    Ok(())
}

async fn next_head(frames: &mut Reads) -> Result<Head, End> {
    match frames.next().await? {
        Piece::Header(json) => Ok(Head::parse(&json)?),
        Piece::Data(_) => Err(Error::Header.into()),
    }
}

/// Asks delivery in a task of its own, so that a session that began for a link that has ended meanwhile is ended too.
async fn ask<Q, F, A>(
    edge: &Arc<Shared>,
    deadline: Instant,
    request: Q,
    rpc: F,
) -> Result<SessionReply, Failure>
where
    Q: Clone + Send + Sync + 'static,
    F: Fn(Client, tonic::Request<Q>) -> A + Send + Sync + 'static,
    A: Future<Output = Result<tonic::Response<SessionReply>, tonic::Status>> + Send,
{
    let (tell, told) = oneshot::channel();
    let asker = Arc::clone(edge);
    tokio::spawn(async move {
        let reply = asker.upstream.call(How::for_member().until(deadline), request, rpc).await;
        if let Err(Ok(SessionReply { session: Some(id), .. })) = tell.send(reply) {
            asker.ends.add(id);
        }
    });
    told.await.unwrap_or_else(|_| Err(Failure::Unreachable("the asking task died".to_owned())))
}

fn admitted(reply: Result<SessionReply, Failure>, failure: &str) -> Result<SessionReply, End> {
    let result = match &reply {
        Ok(SessionReply { refused: None, .. }) => "ok",
        Ok(_) | Err(Failure::Refused(_)) => "refused",
        Err(Failure::Unreachable(_)) => "unreachable",
    };
    metrics::counter!("tmtp_logins_total", "result" => result).increment(1);
    match reply {
        Ok(SessionReply { refused: Some(text), .. }) => Err(End::Quit(text)),
        Ok(reply) => Ok(reply),
        Err(Failure::Refused(_)) => Err(End::Quit(failure.to_owned())),
        Err(Failure::Unreachable(why)) => Err(End::Silent(why)),
    }
}

async fn register(edge: &Arc<Shared>, writes: &mut Writes, reply: SessionReply) -> Result<Admitted, End> {
    let uid = reply.session.as_ref().map(|session| session.uid.clone()).unwrap_or_default();
    let answer = Answer::Registered { uid, nodeid: reply.nodeid.clone(), error: reply.alias_error.clone() };
    begin(edge, writes, answer.encode()?.into(), reply).await
}

/// Tells the client that it is in. Members online who do not fit into `info` are told of one by one after it.
async fn begin(
    edge: &Arc<Shared>,
    writes: &mut Writes,
    mut words: Vec<u8>,
    reply: SessionReply,
) -> Result<Admitted, End> {
    let id = reply.session.ok_or_else(|| End::Silent("delivery named no session".to_owned()))?;
    let admitted = Admitted::new(edge, id, reply.floor, &reply.ohi);
    for from in reply.ohi.iter().skip(INFO_OHI_MAX) {
        admitted.session.ohi(from.clone(), ONLINE);
    }
    words.extend_from_slice(&(Answer::Info { ohi: reply.ohi }).encode()?);
    writes.write_all(&words).await?;
    writes.flush().await?;
    Ok(admitted)
}

async fn hold(admitted: Admitted, frames: &mut Reads, writes: &mut Writes) -> &'static str {
    let mut reader = Reader::new(frames, &admitted.edge, admitted.session.id().site);
    session::run(&admitted.session, &mut reader, writes).await
}

async fn say_quit<W: AsyncWrite + Unpin>(writes: &mut W, error: String) {
    let say = async {
        let octets = (Answer::Quit { error }).encode().map_err(io::Error::other)?;
        writes.write_all(&octets).await?;
        writes.shutdown().await
    };
    let _ = timeout(LINGER, say).await;
}

/// Reads on for a moment after the end, so that closing does not reset the link under words still on their way.
async fn linger<R: AsyncRead + Unpin, W>(reads: R, _writes: W) {
    let mut rest = reads.take(LINGER_OCTETS);
    let _ = timeout(LINGER, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Octets of what an async function returns.
    fn octets<A, B, F>(_: impl Fn(A, B) -> F) -> usize {
        size_of::<F>()
    }

    /// What a link at rest takes in its task; the handshake, the login and the writing part are on the heap.
    #[test]
    fn a_link_takes_less_than_two_kib_beside_its_buffers() {
        assert!(octets(serve) < 2048, "{}", octets(serve));
    }
}
