//! Why a sign-in at a provider came to nothing, in words for whoever tried.

/// Why a sign-in at a provider came to nothing, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// It is not under way, or not in this browser.
    #[error(
        "this sign-in was begun in another browser or at another address, took longer than ten minutes, or was finished \
         already; go back and begin anew"
    )]
    Over,
    /// The provider said no.
    #[error(
        "“{label}” did not let you in ({error}); begin anew, and if it comes again, ask whoever runs your accounts there"
    )]
    Declined {
        /// What people know it as.
        label: String,
        /// What it said, as OAuth names it.
        error: String,
    },
    /// The provider does not know this service.
    #[error(
        "“{label}” does not accept this service ({error}); tell an owner of your organization to compare the client id, the \
         secret and the redirect address with what is registered there"
    )]
    Misset {
        /// What people know it as.
        label: String,
        /// What it said, as OAuth names it.
        error: String,
    },
    /// The provider does not answer.
    #[error(
        "“{label}” cannot be reached at the moment; try again in some minutes, and if it lasts, tell an owner of your \
         organization, who can sign in with a password all the same, if they have one"
    )]
    Down {
        /// What people know it as.
        label: String,
    },
    /// What it says cannot be believed.
    #[error(
        "what “{label}” said of you cannot be believed: it is not signed by it, not for this service, not for this sign-in, \
         or too old; begin anew, and if it comes again, tell an owner of your organization"
    )]
    Unsound {
        /// What people know it as.
        label: String,
    },
    /// It does not say that the address is theirs.
    #[error(
        "“{label}” does not say that your e-mail address is verified; have it verified there, then begin anew"
    )]
    Unverified {
        /// What people know it as.
        label: String,
    },
    /// The address is at no domain of the provider's.
    #[error(
        "the address {email} is at none of the domains that “{label}” may let in; sign in there with another account"
    )]
    Elsewhere {
        /// What people know it as.
        label: String,
        /// Which.
        email: String,
    },
    /// Nobody of the organization's has this address.
    #[error(
        "nobody with the address {email} was invited by the organization of “{label}”; ask one of its owners"
    )]
    Nobody {
        /// What people know it as.
        label: String,
        /// Which.
        email: String,
    },
    /// The person is somebody else at the provider, or somebody else is this one.
    #[error(
        "{email} is linked with another account at “{label}”; if yours is a new one there, ask an owner of your organization \
         to unlink the former"
    )]
    Another {
        /// What people know it as.
        label: String,
        /// Whose account here.
        email: String,
    },
    /// The person may not sign in.
    #[error("the account {email} is suspended; ask an owner of your organization")]
    Suspended {
        /// Whose.
        email: String,
    },
}
