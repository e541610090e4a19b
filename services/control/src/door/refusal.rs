//! Why somebody was not let in, or may not change how they get in.

use super::Stopped;

/// Why somebody was not let in, in words for them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The address, the password or the code is wrong; which, is nobody's business.
    #[error("address, password or code is wrong, or the account is suspended")]
    Credentials,
    /// All is right so far, but there is a second factor.
    #[error("this account has a second factor: send its code, or a recovery code, as `code`")]
    CodeNeeded,
    /// All is right so far, but their organization has its people sign in at a provider.
    #[error(
        "your organization has its people sign in with “{label}”: choose “Use your organization's account” on the \
         sign-in page that ends with #/sign-in/{org}"
    )]
    OnlyWay {
        /// What people know it as.
        label: String,
        /// Whose it is.
        org: i64,
    },
    /// What a device answered is no good.
    #[error(
        "this passkey is of no account here, the account is suspended, or the console is open at another address than control.public_url"
    )]
    Passkey,
    /// A device made no passkey that could be kept.
    #[error(
        "the device's answer is no passkey for this address: open the console at the address that control.public_url names, and try again"
    )]
    NoPasskey,
    /// What a device answered comes too late, or was not asked.
    #[error("the passkey's answer came too late; try again")]
    PasskeyLate,
    /// A sign-in at a provider came to nothing.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// Too many tries.
    #[error("that was tried too often; try again in {seconds} s")]
    TooSoon {
        /// When to try again.
        seconds: i64,
    },
    /// A link that leads nowhere any more.
    #[error("this link was used, replaced, or its time is over; ask whoever sent it for a new one")]
    Link,
    /// Too many passwords are being checked.
    #[error("too many people sign in at this moment; try again in a second")]
    Crowded,
    /// An address, a name or a password that cannot be.
    #[error("{0}")]
    Value(String),
    /// Somebody of the same organization has this address.
    #[error("somebody here was invited with this address already; each address has one account")]
    Taken,
    /// Whoever has the mailbox has a password with another organization. Where there is mail, nobody else is told.
    #[error(
        "this address has a password with another organization, and no second one: ask whoever invited you for an \
         invitation to another address of yours, or, where they have an account for you at a provider, choose it on the \
         sign-in page that ends with #/sign-in/{org}"
    )]
    HeldElsewhere {
        /// The one that they have none with.
        org: i64,
    },
    /// What others must do for one.
    #[error("nobody suspends or removes themselves, or changes their own role; ask another one who may")]
    Yourself,
    /// How the account stands does not allow it.
    #[error("{0}")]
    State(&'static str),
}
