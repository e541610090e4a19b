//! Sites, Heartbeat, Renew and End.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::future::join_all;
use tmtp_grpc::delivery as grpc;
use tmtp_store::{Certificate, MemberKey, Pair, Registration, Session, Site, SiteId, Standing};

use crate::{Delivery, core::Core, edits, fault::Fault, link, newcomers, pipeline::Pipeline};

/// Sessions looked at in one call to the store.
const AT_ONCE: usize = 1000;
/// Most members that are told of as online to one who may not have heard; edges remember one fewer.
const ONLINE_MAX: u32 = 1025;
/// What `auth` of `tmtprev` says (section 4): what a client needs a token for.
const NO_AUTH: u32 = 0;
const AUTH_TO_REGISTER: u32 = 1;
const AUTH_TO_LOGIN: u32 = 2;
/// Certificates in one answer: each has some kilobytes.
const CERTIFICATES_AT_ONCE: usize = 100;

/// The sites as they are now; while the store cannot be asked, as they were.
pub(super) async fn sites(delivery: &Delivery, request: &grpc::SitesRequest) -> grpc::SitesReply {
    if let Err(error) = delivery.core.sites.reload_if_changed().await {
        tracing::debug!(%error, "sites told as last known");
    }
    let listing = delivery.core.sites.listing();
    let version = listing.version;
    let sign_in_url = &delivery.core.options.sign_in_url;
    let to_grpc = |site: &Site| grpc::Site {
        certificate: listing.certificate(site.id),
        ..to_grpc(site, newcomers::ways(site, listing.providers(site.id), sign_in_url))
    };
    let sites = if request.version == version { Vec::new() } else { listing.iter().map(to_grpc).collect() };
    grpc::SitesReply { version, sites, ticket_secret: delivery.core.ticket_secret.clone() }
}

fn to_grpc(site: &Site, authby: Option<String>) -> grpc::Site {
    let settings = &site.settings;
    grpc::Site {
        id: site.id.0,
        name: site.name.clone(),
        hosts: site.hosts.clone(),
        suspended: site.suspended,
        open_registration: settings.registration == Registration::Open,
        limits: Some(grpc::Limits {
            message_octets: settings.message_octets_max,
            header_octets: settings.header_octets_max,
            requests_per_second: settings.requests_per_second_max,
            links_per_member: settings.links_per_member_max,
        }),
        auth: match &authby {
            None => NO_AUTH,
            Some(_) if settings.signs_in_again() => AUTH_TO_LOGIN,
            Some(_) => AUTH_TO_REGISTER,
        },
        authby: authby.unwrap_or_default(),
        certificate: 0,
        client_authorities: match settings.registration {
            Registration::Certificate => settings.client_authorities.clone(),
            _ => String::new(),
        },
    }
}

/// What sites are served with, those of them that have something of their own.
pub(super) async fn certificates(
    delivery: &Delivery,
    request: grpc::CertificatesRequest,
) -> Result<grpc::CertificatesReply, Fault> {
    let store = delivery.core.main.clone();
    let sites: Vec<SiteId> = request.sites.into_iter().take(CERTIFICATES_AT_ONCE).map(SiteId).collect();
    let found = delivery.core.call(async move { store.certificates(&sites).await }).await?;
    Ok(grpc::CertificatesReply { certificates: found.into_iter().map(certificate).collect() })
}

fn certificate(Certificate { site, version, own, proofs }: Certificate) -> grpc::Certificate {
    let proof = |(host, Pair { chain, key }): (String, Pair)| grpc::Proof { host, chain, key: key.0.into() };
    let (chain, key) = own.map(|Pair { chain, key }| (chain, key.0)).unwrap_or_default();
    let proofs = proofs.into_iter().map(proof).collect();
    grpc::Certificate { site: site.0, version, chain, key: key.into(), proofs }
}

pub(super) async fn heartbeat(
    delivery: &Delivery,
    request: grpc::HeartbeatRequest,
) -> Result<grpc::HeartbeatReply, Fault> {
    let edge = link::edge(request.edge)?;
    let store = delivery.core.main.clone();
    let known = delivery.core.call(async move { store.beat_edge(&edge).await }).await?;
    Ok(grpc::HeartbeatReply { known })
}

pub(super) async fn renew(
    delivery: &Delivery,
    request: grpc::RenewRequest,
) -> Result<grpc::RenewReply, Fault> {
    let edge = link::edge(request.edge)?;
    let sessions = link::sessions(request.sessions)?;
    let mut standings = vec![Standing::Idle; sessions.len()];
    let several = delivery.are_in_several(sessions.iter().map(|session| session.site));
    let asked = by_database(delivery, &sessions).into_values().map(|(pipeline, places)| {
        let (edge, sessions) = (&edge, &sessions);
        async move {
            let some = places.iter().map(|place| sessions[*place].clone()).collect();
            let found = standings_in(&pipeline.core, edge, some);
            (places, pipeline.answer(several, found).await)
        }
    });
    let asked = join_all(asked).await;
    if let Some(fault) = Fault::of_all(asked.iter().map(|(_, found)| found)) {
        return Err(fault);
    }
    // Of sessions whose database did not answer nothing is said: they are asked about again.
    for (places, found) in asked {
        places
            .into_iter()
            .zip(found.into_iter().flatten())
            .for_each(|(place, found)| standings[place] = found);
    }
    let listing = delivery.core.sites.listing();
    for (standing, session) in standings.iter_mut().zip(&sessions) {
        if listing.is_suspended_elsewhere(session.site) {
            *standing = Standing::ShutOut;
        }
    }
    delivery.core.edges.expect(&edge);
    let is_out = |(place, found): (usize, &Standing)| {
        (*found == Standing::ShutOut).then(|| u32::try_from(place).ok()).flatten()
    };
    let shut_out = standings.iter().enumerate().filter_map(is_out).collect();
    Ok(grpc::RenewReply { standings: standings.into_iter().map(standing).collect(), shut_out })
}

/// Who keeps these sessions' members informed, and is online; nothing is said of those whose database does not answer.
pub(super) async fn online(
    delivery: &Delivery,
    request: grpc::OnlineRequest,
) -> Result<grpc::OnlineReply, Fault> {
    let sessions = link::sessions(request.sessions)?;
    if sessions.len() > AT_ONCE {
        return Err(Fault::Invalid("too many sessions"));
    }
    let absent = || grpc::OnlineMembers { uids: Vec::new(), absent: true };
    let mut members: Vec<_> = sessions.iter().map(|_| absent()).collect();
    let several = delivery.are_in_several(sessions.iter().map(|session| session.site));
    let asked = by_database(delivery, &sessions).into_values().map(|(pipeline, places)| {
        let some: Vec<_> = places.iter().map(|place| member_of(&sessions[*place])).collect();
        async move {
            let store = pipeline.core.store.clone();
            let found = pipeline.core.call(async move { store.online_for(&some, ONLINE_MAX).await });
            (places, pipeline.answer(several, found).await)
        }
    });
    let asked = join_all(asked).await;
    if let Some(fault) = Fault::of_all(asked.iter().map(|(_, found)| found)) {
        return Err(fault);
    }
    for (places, found) in asked {
        for (place, uids) in places.into_iter().zip(found.into_iter().flatten()) {
            members[place] = grpc::OnlineMembers { uids, absent: false };
        }
    }
    Ok(grpc::OnlineReply { members })
}

fn member_of(session: &Session) -> MemberKey {
    MemberKey { site: session.site, uid: session.uid.clone() }
}

/// Who serves which of these sessions, by their places; without those that nobody here serves at this moment.
fn by_database<'d>(
    delivery: &'d Delivery,
    sessions: &[Session],
) -> BTreeMap<&'d str, (&'d Pipeline, Vec<usize>)> {
    let mut found: BTreeMap<&str, (&Pipeline, Vec<usize>)> = BTreeMap::new();
    for (place, session) in sessions.iter().enumerate() {
        if let Ok(pipeline) = delivery.at(session.site) {
            found.entry(&pipeline.core.shard).or_insert((pipeline, Vec::new())).1.push(place);
        }
    }
    found
}

async fn standings_in(core: &Arc<Core>, edge: &str, sessions: Vec<Session>) -> Result<Vec<Standing>, Fault> {
    let mut standings = Vec::with_capacity(sessions.len());
    for some in sessions.chunks(AT_ONCE) {
        let (store, edge, some) = (core.store.clone(), edge.to_owned(), some.to_vec());
        let found = core.call(async move { store.standings(&edge, &some).await }).await?;
        standings.extend(found);
    }
    Ok(standings)
}

fn standing(found: Standing) -> i32 {
    let standing = match found {
        Standing::Idle => grpc::Standing::Idle,
        Standing::Waiting => grpc::Standing::Waiting,
        Standing::Fenced | Standing::ShutOut => grpc::Standing::Fenced,
    };
    standing.into()
}

pub(super) async fn end(delivery: &Delivery, request: grpc::EndRequest) -> Result<grpc::EndReply, Fault> {
    link::edge(request.edge)?;
    let sessions = link::sessions(request.sessions)?;
    let several = delivery.are_in_several(sessions.iter().map(|session| session.site));
    let ended = by_database(delivery, &sessions).into_values().map(|(pipeline, places)| {
        let some: Vec<Session> = places.iter().map(|place| sessions[*place].clone()).collect();
        let sites: BTreeSet<SiteId> = some.iter().map(|session| session.site).collect();
        async move { (sites, pipeline.answer(several, end_in(&pipeline.core, some)).await) }
    });
    let ended = join_all(ended).await;
    if let Some(fault) = Fault::of_all(ended.iter().map(|(_, ended)| ended)) {
        return Err(fault);
    }
    let done = ended.into_iter().filter(|(_, ended)| ended.is_ok()).flat_map(|(sites, _)| sites);
    let done: BTreeSet<SiteId> = done.collect();
    // Also those of a site that moves, or that this process cannot serve.
    let later: BTreeSet<i64> = sessions
        .iter()
        .map(|session| session.site)
        .filter(|site| !done.contains(site))
        .map(|site| site.0)
        .collect();
    Ok(grpc::EndReply { later: later.into_iter().collect() })
}

async fn end_in(core: &Arc<Core>, sessions: Vec<Session>) -> Result<(), Fault> {
    for some in sessions.chunks(edits::AT_ONCE) {
        let some = some.to_vec();
        core.transact(move |core| edits::end(core, some.clone())).await?;
    }
    Ok(())
}
