//! `tmtpd admin certificate ...`.

use clap::Subcommand;

use super::InSite;

/// A site's own certificate.
#[derive(Debug, Subcommand)]
pub enum CertificateCommand {
    /// Show it, and when it ends.
    Show {
        /// Whose.
        #[command(flatten)]
        site: InSite,
    },
    /// Serve the site with this one from now on.
    Set {
        /// Which site.
        #[command(flatten)]
        site: InSite,
        /// The site's own certificate, then its issuers' (PEM).
        #[arg(long, value_name = "FILE")]
        chain: std::path::PathBuf,
        /// Its private key (PEM), without a passphrase; it is never shown again.
        #[arg(long = "private-key", value_name = "FILE")]
        private_key: std::path::PathBuf,
    },
    /// Have an authority issue it, and renew it long before it ends, where the provider has set one up.
    Automatic {
        /// Which site.
        #[command(flatten)]
        site: InSite,
        /// No longer; the certificate that there is serves on until it ends.
        #[arg(long)]
        off: bool,
    },
    /// Serve the site with what the edges have in their folders again.
    Remove {
        /// Which site.
        #[command(flatten)]
        site: InSite,
    },
}
