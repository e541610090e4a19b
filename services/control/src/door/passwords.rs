//! Passwords: which can be, and how they are kept and compared. That costs time and memory on purpose, so it is done a few
//! at a time, and never on the threads that answer requests.

use std::{sync::Arc, time::Duration};

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use super::Refusal;
use crate::{Error, Result};

/// Passwords hashed at a time. Each takes 19 MiB and some 50 ms of a core (argon2id as OWASP has it).
const AT_ONCE: usize = 2;
/// How long one may wait for its turn.
const TURN: Duration = Duration::from_secs(5);
/// Letters of a password.
const LETTERS: std::ops::RangeInclusive<usize> = 10..=200;
/// What is compared with where there is no password, so that it takes as long: the hash of nothing that anybody knows.
const STAND_IN: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$mTHaWzPDGFZ1SjEIhFVfvw$h2nwzMCaz4bVrLyfmc6zuVGOejOGZ74xFUjxHGpv910";
/// The commonest of those that are long enough, in lower case.
const COMMON: [&str; 24] = [
    "1234567890",
    "12345678910",
    "0123456789",
    "0987654321",
    "1111111111",
    "0000000000",
    "123456789a",
    "1234567890a",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "qwertyuiop",
    "qwerty12345",
    "qwerty123456",
    "asdfghjkl1",
    "password12",
    "password123",
    "password1234",
    "passw0rd123",
    "passwordpassword",
    "iloveyou12",
    "administrator",
    "letmein123",
    "changeme123",
    "welcome123",
];

/// Hashes and compares.
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
}

impl Passwords {
    pub fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Whether this is the password that was hashed. An empty hash is nobody's, and takes as long.
    pub async fn is_right(&self, password: &str, hash: &str) -> Result<bool> {
        let (password, stored) = (password.to_owned(), hash.to_owned());
        let is_right = self
            .in_turn(move || {
                let hash = if stored.is_empty() { STAND_IN } else { &stored };
                Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
            })
            .await?;
        Ok(is_right && !hash.is_empty())
    }

    /// The hash of a password that can be.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        let hashed = self
            .in_turn(move || {
                Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
            })
            .await?;
        hashed.map_err(|error| Error::Store(tmtp_store::Error::Defect(format!("a password: {error}"))))
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Refusal::Crowded.into()) };
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        worked.await.map_err(|_| Refusal::Crowded.into())
    }
}

/// Refuses a password that is too short, too long, or the first that anybody would try.
pub(super) fn check(password: &str, email: &str) -> std::result::Result<(), Refusal> {
    let lower = password.to_lowercase();
    let said = if !LETTERS.contains(&password.chars().count()) {
        format!("a password has {} to {} letters", LETTERS.start(), LETTERS.end())
    } else if lower == email || COMMON.contains(&lower.as_str()) {
        "this password is among the first that anybody would try; choose another one".to_owned()
    } else {
        return Ok(());
    };
    Err(Refusal::Value(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_or_not_and_nothing_is_right_where_there_is_none() {
        let passwords = Passwords::new();
        let hash = passwords.hash("a cow on the moon").await.unwrap();
        assert!(passwords.is_right("a cow on the moon", &hash).await.unwrap());
        assert!(!passwords.is_right("a cow on the Moon", &hash).await.unwrap());
        for nothing in ["", "a cow on the moon"] {
            assert!(!passwords.is_right(nothing, "").await.unwrap());
        }
        assert_ne!(passwords.hash("a cow on the moon").await.unwrap(), hash, "each has its own salt");
    }

    #[tokio::test]
    async fn what_stands_in_for_a_password_costs_as_much_as_one() {
        let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        let hash = Passwords::new().hash("a cow on the moon").await.unwrap();
        assert_eq!(cost(&hash), cost(STAND_IN));
        assert_eq!(hash.len(), STAND_IN.len());
        let compared = Argon2::default().verify_password(b"x", STAND_IN).unwrap_err().to_string();
        let wrong = Argon2::default().verify_password(b"x", hash.as_str()).unwrap_err().to_string();
        assert_eq!(compared, wrong, "it is refused for another reason than being wrong");
    }

    #[test]
    fn passwords_that_anybody_would_try_are_refused() {
        for bad in ["short", "PassWord123", "ann@acme.example", &"x".repeat(201)] {
            assert!(check(bad, "ann@acme.example").is_err(), "{bad}");
        }
        for good in ["a cow on the moon", "ööööööööööö", &"x".repeat(200)] {
            assert_eq!(check(good, "ann@acme.example"), Ok(()));
        }
    }
}
