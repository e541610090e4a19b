//! Why a command failed: an exit code, what happened, what to do.

use std::{fmt, io};

use tmtp_client::{Error, error::Quit};

/// Exit codes; `--help` documents them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The site said no.
    Refused = 1,
    /// The command makes no sense, or lacks something.
    Usage = 2,
    /// No connection.
    Unreachable = 3,
    /// Not in time.
    TimedOut = 4,
    /// Files, disk, locks, terminal.
    Local = 5,
    /// The other side does not speak TMTP.
    Protocol = 6,
}

impl Code {
    /// A stable name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Usage => "usage",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Local => "local",
            Self::Protocol => "protocol",
        }
    }
}

#[derive(Debug)]
pub struct Failure {
    pub code: Code,
    pub text: String,
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), hint: None }
    }

    pub fn usage(text: impl Into<String>) -> Self {
        Self::new(Code::Usage, text)
    }

    /// A place in the profile that cannot be used.
    pub fn profile(path: &std::path::Path, error: &io::Error) -> Self {
        Self::local(format!("cannot write {}", path.display()), error)
            .hint("choose another folder for accounts with --profile DIR")
    }

    /// Something with files: what was tried, and what the system said.
    pub fn local(what: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(Code::Local, format!("{what}: {error}"))
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Refused(_) => Code::Refused,
            Error::Quit(quit) if *quit != Quit::LogoutOk => Code::Refused,
            Error::Request(_) | Error::Address(_) => Code::Usage,
            Error::Resolve { .. } | Error::Connect { .. } | Error::Tls { .. } | Error::Lost(_) => {
                Code::Unreachable
            }
            Error::TimedOut { .. } => Code::TimedOut,
            Error::Content(_) | Error::TlsSetup(_) => Code::Local,
            _ => Code::Protocol,
        };
        let hint = hint_for(&error).map(str::to_owned);
        Self { code, text: error.to_string(), hint }
    }
}

fn hint_for(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::Resolve { .. } => "check the host name in the site's address (tmtp account list shows it)",
        Error::Connect { .. } => "is the site up, and the port right? tmtp account list shows the address",
        Error::Tls { source, .. } if source.to_string().contains("InvalidContentType") => {
            "something else answers there, without TLS: is it the port for members?"
        }
        Error::Tls { .. } => {
            "an address with + needs a certificate that is trusted: add its authority with --ca FILE, or, on a \
             network you trust, use the address with ="
        }
        Error::Lost(_) => {
            "try again; when it happens at once, the site may only serve clients that use its host name in the \
             address; -v says more about the connection"
        }
        Error::Quit(Quit::LoginFailed | Quit::CorruptSecret) => {
            "the site does not know this node (any more), or is suspended: ask its administrator, or add this \
             device again with tmtp node add on another one"
        }
        Error::Quit(Quit::AlreadyConnected) => "another program is connected as this node: close it first",
        Error::Quit(Quit::ConnectedElsewhere) => {
            "another program has logged in as this node; give each device its own: tmtp node add"
        }
        Error::Quit(Quit::AuthenticationRequired) => {
            "this site wants you to sign in: a member does with tmtp sign-in, a newcomer with tmtp register"
        }
        Error::Quit(Quit::Other(text)) if text == "the sign-in was not as this member" => {
            "sign in with the account that you had when you registered; if that account was made anew, ask the site's \
             administrator to forget your former sign-in"
        }
        Error::Quit(Quit::RegisterFailure) => {
            "the site may not be open for registration: ask its administrator"
        }
        Error::Refused(text) if text.contains("from must identify") => {
            "--from must be one of your own aliases: tmtp whoami shows them"
        }
        Error::Refused(text) if text.ends_with("is not yours") => {
            "an alias in a group is one of your own: take it first with tmtp alias add ALIAS"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_port_without_tls_is_not_blamed_on_a_certificate() {
        let hint = |text: &str| {
            let source = Arc::new(io::Error::other(text.to_owned()));
            Failure::from(Error::Tls { address: "=127.0.0.1:80".to_owned(), source }).hint.unwrap()
        };
        assert!(hint("received corrupt message of type InvalidContentType").contains("port"));
        assert!(hint("invalid peer certificate: UnknownIssuer").contains("--ca"));
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named_with_what_to_do() {
        let error = io::Error::from(io::ErrorKind::PermissionDenied);
        let failure = Failure::profile(std::path::Path::new("/x/accounts/a"), &error);
        assert!(failure.text.contains("/x/accounts/a") && failure.hint.unwrap().contains("--profile"));
    }
}
