//! The sites, as delivery last told: kept while it cannot be reached, renewed when told and now and then.

use std::{collections::HashMap, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use tmtp_grpc::delivery::{self as grpc, Limits, SitesRequest};

use crate::{
    certificates::Certificates,
    tickets::Tickets,
    tls::Tls,
    upstream::{CALL_LIMIT, Failure, How, Upstream},
};

/// How often the list is asked for without being told.
pub const REFRESH: Duration = Duration::from_secs(10);

/// What a link must know of its site until it is in. What goes on to matter in a session is asked for each time
/// (`limits`), and sessions of sites that are suspended are closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    pub id: i64,
    pub name: String,
    pub suspended: bool,
    /// How newcomers sign in, where they must: `auth` and `authby` of section 4.
    pub auth: Option<(u8, String)>,
    /// The version of its own certificate; 0 where it has none.
    pub certificate: i64,
    /// Whose certificates vouch for newcomers here (PEM); empty: nobody is asked for one.
    pub client_authorities: String,
}

/// All sites by host name.
#[derive(Debug)]
pub struct Sites {
    default_host: Option<String>,
    known: ArcSwap<Known>,
    certificates: Certificates,
}

#[derive(Debug, Default)]
struct Known {
    version: i64,
    by_host: HashMap<String, Arc<Site>>,
    /// By the sites' ids.
    limits: HashMap<i64, Limits>,
}

impl Sites {
    pub fn new(default_host: Option<&str>) -> Self {
        let default_host = default_host.map(str::to_ascii_lowercase);
        let known = ArcSwap::from_pointee(Known { version: -1, ..Known::default() });
        Self { default_host, known, certificates: Certificates::default() }
    }

    /// The site that a TLS server name leads to, in any letter case; without one the default site.
    pub fn by_server_name(&self, name: Option<&str>) -> Option<Arc<Site>> {
        let host = match name {
            Some(name) => name.trim_end_matches('.').to_ascii_lowercase(),
            None => self.default_host.clone()?,
        };
        self.known.load().by_host.get(&host).cloned()
    }

    /// What a site allows at this moment. Who asks each time holds nothing that could be out of date.
    pub fn limits(&self, site: i64) -> Option<Limits> {
        self.known.load().limits.get(&site).copied()
    }

    /// Whether the list was ever had, and what goes with it asked for.
    pub fn is_known(&self) -> bool {
        self.known.load().version >= 0 && self.certificates.were_asked()
    }

    /// Fetches the certificates that sites have of their own, as far as they are not had yet, and serves with them.
    pub async fn renew_certificates(&self, upstream: &Upstream, tls: &Tls) -> Result<(), Failure> {
        let known = self.known.load_full();
        self.certificates.renew((known.version, &known.by_host), upstream, tls).await
    }

    /// Asks for the list; returns the ids of sites that were open before and are not any more.
    /// Passes on what all edges share for their tickets.
    pub async fn refresh(&self, upstream: &Upstream, tickets: &Tickets) -> Result<Vec<i64>, Failure> {
        let request = SitesRequest { version: self.known.load().version };
        let call = upstream.call(How::for_edge(CALL_LIMIT), request, |mut client, request| async move {
            client.sites(request).await
        });
        let reply = Box::pin(call).await?;
        tickets.learn(&reply.ticket_secret);
        Ok(self.learn(reply))
    }

    /// Goes by this list from now on; returns as [`Sites::refresh`].
    pub(crate) fn learn(&self, reply: grpc::SitesReply) -> Vec<i64> {
        let before = self.known.load_full();
        if reply.version == before.version {
            return Vec::new();
        }
        let now = Known::from(reply);
        let closed = before.closed_in(&now);
        metrics::gauge!("tmtp_sites_version", "at" => "edge").set(now.version as f64);
        self.known.store(Arc::new(now));
        closed
    }
}

impl From<grpc::SitesReply> for Known {
    fn from(reply: grpc::SitesReply) -> Self {
        let (mut by_host, mut limits) = (HashMap::new(), HashMap::new());
        for site in reply.sites {
            let hosts = site.hosts;
            limits.insert(site.id, site.limits.unwrap_or_default());
            let site = Arc::new(Site {
                id: site.id,
                name: site.name,
                suspended: site.suspended,
                certificate: site.certificate,
                client_authorities: site.client_authorities,
                auth: u8::try_from(site.auth).ok().filter(|auth| *auth > 0).map(|auth| (auth, site.authby)),
            });
            by_host.extend(hosts.into_iter().map(|host| (host, Arc::clone(&site))));
        }
        Self { version: reply.version, by_host, limits }
    }
}

impl Known {
    fn closed_in(&self, now: &Self) -> Vec<i64> {
        let is_open = |known: &Self, id| known.by_host.values().any(|site| site.id == id && !site.suspended);
        let mut ids: Vec<_> = self.by_host.values().map(|site| site.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| is_open(self, *id) && !is_open(now, *id));
        ids
    }
}
