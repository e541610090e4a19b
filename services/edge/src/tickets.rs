//! TLS session tickets that every edge can read: a client that comes back is known wherever it arrives.
//!
//! Delivery gives all edges the same secret. Keys are derived from it, one for each span of time, so that nothing has to
//! be agreed on when they change; a ticket is taken during its own span and the next.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    hkdf,
};
use rustls::server::ProducesTickets;
use tmtp_platform::Clock;

/// How long a key makes tickets.
const SPAN_SECONDS: u64 = 6 * 60 * 60;
/// A ticket says which key it is of: the number of its span.
const SPAN_OCTETS: usize = 8;
const NONCE_OCTETS: usize = 12;
/// Octets of a secret, and of a key.
const KEY_OCTETS: usize = 32;

/// Makes and reads tickets. Makes none before it knows the secret.
pub struct Tickets {
    clock: Arc<dyn Clock>,
    secret: OnceLock<hkdf::Prk>,
}

impl std::fmt::Debug for Tickets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tickets").field("enabled", &self.enabled()).finish_non_exhaustive()
    }
}

impl Tickets {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, secret: OnceLock::new() }
    }

    /// Takes the secret that all edges share; only the first one counts. One too short for a key is none.
    pub fn learn(&self, secret: &[u8]) {
        if secret.len() >= KEY_OCTETS {
            self.secret
                .get_or_init(|| hkdf::Salt::new(hkdf::HKDF_SHA256, b"tmtp tls tickets").extract(secret));
        }
    }

    fn span(&self) -> u64 {
        self.clock.unix_nanos() / 1_000_000_000 / SPAN_SECONDS
    }

    fn key(&self, span: u64) -> Option<RandomizedNonceKey> {
        let span = span.to_be_bytes();
        let mut key = [0; KEY_OCTETS];
        self.secret.get()?.expand(&[&span], hkdf::HKDF_SHA256).ok()?.fill(&mut key).ok()?;
        RandomizedNonceKey::new(&AES_256_GCM, &key).ok()
    }
}

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        self.secret.get().is_some()
    }

    fn lifetime(&self) -> u32 {
        u32::try_from(SPAN_SECONDS).unwrap_or(u32::MAX)
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let span = self.span();
        let mut sealed = plain.to_vec();
        let nonce = self.key(span)?.seal_in_place_append_tag(Aad::empty(), &mut sealed).ok()?;
        Some([&span.to_be_bytes()[..], nonce.as_ref(), &sealed].concat())
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let (span, rest) = ticket.split_first_chunk::<SPAN_OCTETS>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_OCTETS>()?;
        let (span, now) = (u64::from_be_bytes(*span), self.span());
        if !(now.saturating_sub(1)..=now.saturating_add(1)).contains(&span) {
            return None;
        }
        let mut plain = sealed.to_vec();
        let opened = self.key(span)?.open_in_place(Nonce::from(nonce), Aad::empty(), &mut plain).ok()?.len();
        plain.truncate(opened);
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;

    struct Hand(AtomicU64);

    impl Clock for Hand {
        fn unix_nanos(&self) -> u64 {
            self.0.load(Relaxed)
        }
    }

    fn tickets(secret: &[u8]) -> (Tickets, Arc<Hand>) {
        let hand = Arc::new(Hand(AtomicU64::new(1_790_000_000_000_000_000)));
        let tickets = Tickets::new(hand.clone());
        tickets.learn(secret);
        (tickets, hand)
    }

    #[test]
    fn a_ticket_is_read_by_every_edge_with_the_same_secret_and_by_no_other() {
        let ticket = tickets(&[7; 32]).0.encrypt(b"state").unwrap();
        assert_eq!(tickets(&[7; 32]).0.decrypt(&ticket).as_deref(), Some(&b"state"[..]));
        assert_eq!(tickets(&[8; 32]).0.decrypt(&ticket), None);
    }

    #[test]
    fn a_changed_or_short_ticket_is_no_ticket() {
        let (tickets, _) = tickets(&[7; 32]);
        let ticket = tickets.encrypt(b"state").unwrap();
        for at in 0..ticket.len() {
            let mut changed = ticket.clone();
            changed[at] ^= 1;
            assert_eq!(tickets.decrypt(&changed), None, "octet {at}");
            assert_eq!(tickets.decrypt(&ticket[..at]), None);
        }
    }

    #[test]
    fn a_ticket_is_good_in_the_next_span_and_not_in_the_one_after() {
        let (tickets, hand) = tickets(&[7; 32]);
        let ticket = tickets.encrypt(b"state").unwrap();
        hand.0.fetch_add(SPAN_SECONDS * 1_000_000_000, Relaxed);
        assert!(tickets.decrypt(&ticket).is_some());
        hand.0.fetch_add(SPAN_SECONDS * 1_000_000_000, Relaxed);
        assert!(tickets.decrypt(&ticket).is_none());
    }

    #[test]
    fn without_a_secret_there_are_no_tickets() {
        let (tickets, _) = tickets(b"short");
        assert!(!tickets.enabled() && tickets.encrypt(b"state").is_none());
    }
}
