//! What links are for.

use tmtp_platform::clock::HOUR_MS;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A demo's user comes in without a password.
    Demo,
    /// Somebody becomes the first operator.
    First,
    /// Somebody new chooses a password.
    Invitation,
    /// Somebody chooses a new password, by an administrator's doing.
    Reset,
    /// The same, since somebody asked for it at the door: whoever that is must not end what an administrator made.
    Forgotten,
}

const ALL: [Purpose; 5] =
    [Purpose::Demo, Purpose::First, Purpose::Invitation, Purpose::Reset, Purpose::Forgotten];

impl Purpose {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::First => "first",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::Forgotten => "forgotten",
        }
    }

    /// What whoever follows it is to do, as it is told them.
    pub fn shown(self) -> &'static str {
        if self == Self::Forgotten { Self::Reset.name() } else { self.name() }
    }

    /// The purpose of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// Whether whoever follows it chooses a password.
    pub fn needs_password(self) -> bool {
        self != Self::Demo
    }

    /// How long it is good for.
    pub(crate) fn lifetime_ms(self) -> i64 {
        match self {
            Self::Demo | Self::First => 24 * HOUR_MS,
            Self::Invitation => 7 * 24 * HOUR_MS,
            Self::Reset | Self::Forgotten => HOUR_MS,
        }
    }
}
