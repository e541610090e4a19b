//! What a demo says to the one who started it.

use std::fmt::Write;
use std::net::SocketAddr;

use tmtp_platform::dialable;
use tmtp_store::Site;

use super::folder::Folder;

/// Where everything is.
pub struct Addrs {
    /// For clients.
    pub tmtp: Vec<SocketAddr>,
    /// For operators.
    pub api: Vec<SocketAddr>,
    /// Health and metrics.
    pub http: SocketAddr,
}

/// What an operator gets in with.
pub struct Entry<'a> {
    /// An API key.
    pub key: &'a str,
    /// A link that signs in once.
    pub link: &'a str,
}

/// The text, without the line that says that it is ready.
pub fn text(site: &Site, addrs: &Addrs, entry: &Entry<'_>, folder: &Folder) -> String {
    let tmtp: Vec<_> = addrs.tmtp.iter().copied().map(dialable).collect();
    let mut text = format!("\"{}\" is open for registration.\n\n", site.name);
    // Writing to a string cannot fail.
    _ = addresses(&mut text, site, &tmtp, dialable(addrs.http), folder);
    for api in addrs.api.iter().copied().map(dialable) {
        _ = administer(&mut text, api, entry);
    }
    if let Some(first) = tmtp.first() {
        _ = commands(&mut text, *first);
    }
    text
}

fn administer(text: &mut String, api: SocketAddr, Entry { key, link }: &Entry<'_>) -> std::fmt::Result {
    write!(
        text,
        "
Administer it in a browser, at http://{api}/ (this link signs in once, within a day):

  {link}

Or by command line (the key is good for a day, or until the next start):

  export TMTP_ADMIN_SERVER=http://{api} TMTP_ADMIN_KEY={key}
  tmtpd admin site list --org 1
  http://{api}/api/v1/docs shows the API
"
    )
}

fn addresses(
    text: &mut String,
    site: &Site,
    tmtp: &[SocketAddr],
    http: SocketAddr,
    folder: &Folder,
) -> std::fmt::Result {
    for addr in tmtp {
        writeln!(text, "  address for clients   ={addr}")?;
        for host in &site.hosts {
            writeln!(text, "                        ={host}:{}", addr.port())?;
        }
    }
    writeln!(text, "  health and metrics    http://{http}/readyz  http://{http}/metrics")?;
    writeln!(text, "  data                  {}", folder.path().display())
}

fn commands(text: &mut String, addr: SocketAddr) -> std::fmt::Result {
    write!(
        text,
        "
Try it in another terminal (`cargo build --workspace` puts tmtp into target/debug):

  tmtp register --account alice --site ={addr} --alias \"Alice Ames\"
  tmtp register --account bob --site ={addr} --alias \"Bob Bright\"
  tmtp ping --account alice --to \"Bob Bright\" \"Hello Bob, it is Alice\"
  tmtp listen --account bob --once
  tmtp post --account bob --to \"Alice Ames\" \"Lunch at noon?\"
  tmtp listen --account alice --once

Ctrl-C ends it, and nothing is lost.
"
    )
}
