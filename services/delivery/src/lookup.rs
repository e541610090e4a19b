//! Reads what a batch needs to know, all requests at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tmtp_store::{Found, GroupStatus, MemberKey, Owner, SiteId, Tx};
use tmtp_wire::{Recipient, RecipientKind};

use crate::{
    core::Core,
    fault::Fault,
    loads::Loads,
    resolve::View,
    writer::{Posting, What},
};

/// The views of all sites in a batch.
pub(crate) type Views = HashMap<SiteId, View>;

/// What the requests of a batch name.
#[derive(Default)]
struct Wanted {
    names: BTreeSet<(SiteId, String)>,
    groups: BTreeSet<(SiteId, String)>,
    members: BTreeSet<MemberKey>,
    /// Who asks about a group: only those in it make its members count.
    askers: BTreeMap<(SiteId, String), BTreeSet<String>>,
}

/// Reads the views for these requests, and what waits for the nodes in them.
pub(crate) async fn read(
    core: &Core,
    tx: &mut dyn Tx,
    postings: &[&Posting],
) -> Result<(Views, Loads), Fault> {
    let mut wanted = Wanted::default();
    postings.iter().for_each(|posting| wanted.add(posting));
    let mut views = Views::new();
    read_names(tx, &mut wanted, &mut views).await?;
    read_groups(tx, &mut wanted, &mut views).await?;
    let members: Vec<_> = wanted.members.into_iter().collect();
    let found = tx.nodes(&members).await?;
    let loads = loads(core, tx, &found, postings).await?;
    for member in found.active {
        views.entry(member.site).or_default().active.insert(member.uid);
    }
    for node in found.nodes {
        views.entry(node.site).or_default().nodes.entry(node.uid.clone()).or_default().push(node);
    }
    Ok((views, loads))
}

/// What waits for the nodes found, site by site: each has limits of its own.
async fn loads(core: &Core, tx: &mut dyn Tx, found: &Found, postings: &[&Posting]) -> Result<Loads, Fault> {
    let sites: HashMap<SiteId, _> =
        postings.iter().map(|posting| (posting.asked.site.id, &posting.asked.site.settings)).collect();
    let mut loads = Loads::new();
    for (site, limits) in sites {
        let nodes = found.nodes.iter().filter(|node| node.site == site);
        loads.extend(core.counts.of(tx, nodes, limits).await?);
    }
    Ok(loads)
}

impl Wanted {
    fn add(&mut self, posting: &Posting) {
        let site = posting.asked.session.site;
        self.members.insert(posting.asked.member());
        match &posting.what {
            What::Post(post) => self.add_recipients(posting, &post.to),
            What::PostNotify(post, note) => {
                self.add_recipients(posting, &post.to);
                self.add_recipients(posting, &note.to);
            }
            What::Ping { from, to } => {
                self.names.extend([from, to].map(|name| (site, name.clone())));
            }
        }
    }

    fn add_recipients(&mut self, posting: &Posting, to: &[Recipient]) {
        let site = posting.asked.session.site;
        for recipient in to {
            let id = recipient.id.clone();
            if recipient.kind == RecipientKind::Member {
                self.members.insert(MemberKey { site, uid: id });
            } else {
                let group = (site, id);
                self.askers.entry(group.clone()).or_default().insert(posting.asked.session.uid.clone());
                self.groups.insert(group);
            }
        }
    }
}

async fn read_names(tx: &mut dyn Tx, wanted: &mut Wanted, views: &mut Views) -> Result<(), Fault> {
    if wanted.names.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = std::mem::take(&mut wanted.names).into_iter().collect();
    for name in tx.names(&names).await? {
        if let Owner::Member(uid) = &name.owner {
            wanted.members.insert(MemberKey { site: name.site, uid: uid.clone() });
        }
        views.entry(name.site).or_default().names.insert(name.name, name.owner);
    }
    Ok(())
}

async fn read_groups(tx: &mut dyn Tx, wanted: &mut Wanted, views: &mut Views) -> Result<(), Fault> {
    if wanted.groups.is_empty() {
        return Ok(());
    }
    let groups: Vec<_> = std::mem::take(&mut wanted.groups).into_iter().collect();
    for member in tx.group_members(&groups).await? {
        let members = views.entry(member.site).or_default().groups.entry(member.gid.clone()).or_default();
        members.push(member);
    }
    for ((site, gid), askers) in &wanted.askers {
        let Some(view) = views.get(site) else { continue };
        let may_post = |uid: &String| {
            matches!(view.standing(gid, uid), Some(GroupStatus::Joined | GroupStatus::Invited))
        };
        if askers.iter().any(may_post) {
            let joined = view.joined(gid);
            wanted.members.extend(joined.map(|uid| MemberKey { site: *site, uid: uid.to_owned() }));
        }
    }
    Ok(())
}
