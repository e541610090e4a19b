//! Reads pieces of messages off a link, with a limit on every wait and little memory at rest.

use std::{io, time::Duration};

use bytes::BytesMut;
use tmtp_wire::{Framer, Piece};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::{Instant, timeout},
};

use crate::{options::Options, session::Heard};

/// A link at rest keeps no more than this for reading.
const REST_OCTETS: usize = 1024;
/// Room for reading while data flows.
const FLOW_OCTETS: usize = 16 * 1024;
/// Over how much waiting the pace of a body is judged.
const PACE_SPAN: Duration = Duration::from_secs(180);
/// A single wait counts for no more than this: a client that was cut off for a while and comes back is not slow.
const WAIT_COUNTS_MAX: Duration = Duration::from_secs(60);

/// Why no further piece comes.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The client is gone, or reading failed.
    #[error("closed: {0}")]
    Closed(#[from] io::Error),
    /// The client ended the stream.
    #[error("end of stream")]
    Eof,
    /// Nothing, or too little, came in time.
    #[error("timed out: {0}")]
    TimedOut(&'static str),
    /// Broken framing.
    #[error(transparent)]
    Protocol(#[from] tmtp_wire::Error),
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For anything at all.
    pub idle: Duration,
    /// For a header, from its first octet.
    pub header: Duration,
    /// Fewest octets of data a second.
    pub body_octets_per_second: u32,
}

impl Patience {
    pub fn new(options: &Options) -> Self {
        Self {
            idle: Options::seconds(options.idle_seconds),
            header: Options::seconds(options.header_seconds),
            body_octets_per_second: options.body_octets_per_second_min,
        }
    }
}

/// The receiving side of a link.
#[derive(Debug)]
pub struct Frames<R> {
    io: R,
    input: BytesMut,
    framer: Framer,
    patience: Patience,
    header_since: Option<Instant>,
    pace: Pace,
}

/// How fast the data of a message has come. Only time spent waiting for the client counts.
#[derive(Debug, Default)]
struct Pace {
    waited: Duration,
    octets: u64,
}

impl Pace {
    fn note(&mut self, waited: Duration, octets: usize, per_second_min: u32) -> Result<(), Ended> {
        self.waited += waited.min(WAIT_COUNTS_MAX);
        self.octets += octets as u64;
        if self.waited < PACE_SPAN {
            return Ok(());
        }
        let enough = u64::from(per_second_min) * PACE_SPAN.as_secs();
        let fast_enough = self.octets >= enough;
        *self = Self::default();
        if fast_enough { Ok(()) } else { Err(Ended::TimedOut("data too slow")) }
    }
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub fn new(io: R, patience: Patience) -> Self {
        Self {
            io,
            input: BytesMut::new(),
            framer: Framer::default(),
            patience,
            header_since: None,
            pace: Pace::default(),
        }
    }

    /// The next piece. Cancel-safe: what was read stays for the next call.
    pub async fn next(&mut self) -> Result<Piece, Ended> {
        self.piece(None::<(_, fn() -> usize)>).await
    }

    /// The same in a session, where it is noted whether anything came between two requests, and where headers may have
    /// so many octets: that is asked when one comes, which may be long after this was called.
    pub async fn next_after(
        &mut self,
        heard: &Heard,
        header_octets: impl Fn() -> usize,
    ) -> Result<Piece, Ended> {
        self.piece(Some((heard, header_octets))).await
    }

    async fn piece(&mut self, session: Option<(&Heard, impl Fn() -> usize)>) -> Result<Piece, Ended> {
        loop {
            if let Some((_, header_octets)) = &session {
                self.framer.limit_headers(header_octets());
            }
            if let Some(piece) = self.framer.next(&mut self.input)? {
                self.header_since = None;
                return Ok(piece);
            }
            match session.as_ref().filter(|_| self.is_at_rest()) {
                Some((heard, _)) => heard.between_requests(self.read_some()).await?,
                None => self.read_some().await?,
            }
        }
    }

    /// Says how much data follows the header just taken.
    pub fn expect_data(&mut self, octets: u64) {
        self.pace = Pace::default();
        self.framer.expect_data(octets);
    }

    /// Octets of announced data still to come.
    pub fn data_left(&self) -> u64 {
        self.framer.data_left()
    }

    /// Whether nothing of a next message was received yet.
    pub fn is_at_rest(&self) -> bool {
        self.input.is_empty() && self.framer.at_boundary()
    }

    /// Gives back the reading side, to drain it.
    pub fn into_inner(self) -> R {
        self.io
    }

    async fn read_some(&mut self) -> Result<(), Ended> {
        self.make_room();
        if !self.is_at_rest() {
            self.header_since.get_or_insert_with(Instant::now);
        }
        let (limit, late) = self.limit();
        let before = Instant::now();
        let got =
            timeout(limit, self.io.read_buf(&mut self.input)).await.map_err(|_| Ended::TimedOut(late))??;
        if got == 0 {
            return Err(Ended::Eof);
        }
        if self.framer.data_left() > 0 {
            self.pace.note(before.elapsed(), got, self.patience.body_octets_per_second)?;
        }
        Ok(())
    }

    fn limit(&self) -> (Duration, &'static str) {
        if self.framer.data_left() > 0 {
            return (self.patience.idle, "data");
        }
        match self.header_since {
            Some(since) => (self.patience.header.saturating_sub(since.elapsed()), "header"),
            None => (self.patience.idle, "idle"),
        }
    }

    fn make_room(&mut self) {
        if self.is_at_rest() {
            self.input = BytesMut::with_capacity(REST_OCTETS);
        } else if self.input.spare_capacity_mut().len() < REST_OCTETS {
            self.input.reserve(FLOW_OCTETS);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    fn patience() -> Patience {
        Patience {
            idle: Duration::from_secs(180),
            header: Duration::from_secs(30),
            body_octets_per_second: 256,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_dribbled_octet_by_octet_is_given_up_after_its_time() {
        let (near, mut far) = tokio::io::duplex(1024);
        let mut frames = Frames::new(near, patience());
        let dribble = tokio::spawn(async move {
            for octet in b"0009{\"op\":11}".iter() {
                if far.write_all(&[*octet]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
        });
        let begun = Instant::now();
        assert!(matches!(frames.next().await, Err(Ended::TimedOut("header"))));
        assert_eq!(begun.elapsed().as_secs(), 30);
        dribble.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_link_is_given_up_after_the_idle_time_only() {
        let (near, _far) = tokio::io::duplex(1024);
        let mut frames = Frames::new(near, patience());
        let begun = Instant::now();
        assert!(matches!(frames.next().await, Err(Ended::TimedOut("idle"))));
        assert_eq!(begun.elapsed().as_secs(), 180);
    }

    #[tokio::test(start_paused = true)]
    async fn data_that_comes_an_octet_a_second_is_given_up() {
        let (near, mut far) = tokio::io::duplex(1024);
        let mut frames = Frames::new(near, patience());
        tokio::spawn(async move {
            far.write_all(b"0009{\"op\":7} ").await.ok();
            while far.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        assert!(matches!(frames.next().await, Ok(Piece::Header(_))));
        frames.expect_data(1 << 40);
        let end = loop {
            match frames.next().await {
                Ok(_) => {}
                Err(end) => break end,
            }
        };
        assert!(matches!(end, Ended::TimedOut("data too slow")));
    }

    /// Sends this many messages, the octets of each after a wait of their own.
    async fn send_slowly(
        mut far: tokio::io::DuplexStream,
        messages: usize,
        octets: &'static [&'static [u8]],
        wait: Duration,
    ) {
        for _ in 0..messages {
            for some in octets {
                tokio::time::sleep(wait).await;
                if far.write_all(some).await.is_err() {
                    return;
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn short_data_that_always_comes_a_moment_after_its_header_is_not_slow() {
        let (near, far) = tokio::io::duplex(1024);
        let mut frames = Frames::new(near, patience());
        let octets: &[&[u8]] = &[b"0009{\"op\":9} ", b"hello"];
        tokio::spawn(send_slowly(far, 10_000, octets, Duration::from_millis(50)));
        for _ in 0..10_000 {
            assert!(matches!(frames.next().await, Ok(Piece::Header(_))));
            frames.expect_data(5);
            assert!(matches!(frames.next().await, Ok(Piece::Data(_))));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn data_that_pauses_for_less_than_the_idle_time_is_waited_for() {
        let (near, far) = tokio::io::duplex(1024);
        let mut frames = Frames::new(near, patience());
        let octets: &[&[u8]] = &[b"0009{\"op\":7} h", b"el", b"lo"];
        tokio::spawn(send_slowly(far, 1, octets, Duration::from_secs(170)));
        assert!(matches!(frames.next().await, Ok(Piece::Header(_))));
        frames.expect_data(5);
        while frames.data_left() > 0 {
            assert!(matches!(frames.next().await, Ok(Piece::Data(_))));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn data_that_waits_for_us_and_not_for_the_client_is_not_slow() {
        let mut pace = Pace::default();
        for _ in 0..1000 {
            assert!(pace.note(Duration::from_millis(1), 1, 256).is_ok());
        }
    }
}
