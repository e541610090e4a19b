//! Reads what a batch needs to know, all requests at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tmtp_platform::clock::day;
use tmtp_store::{Believed, GroupStatus, Look, MemberKey, Owner, Site, SiteId};
use tmtp_wire::{Recipient, RecipientKind};

use crate::{
    allowance::Spent,
    core::Core,
    fault::Fault,
    loads::Loads,
    resolve::View,
    roll::Members,
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

/// What is known of those whom requests name.
pub(crate) struct Known {
    pub views: Views,
    pub loads: Loads,
    /// What their sites have sent today.
    pub spent: Spent,
    /// The active ones among them, as they were found.
    pub believed: Vec<Believed>,
    /// Some of it was remembered, and may be wrong by now.
    pub remembered: bool,
}

/// Whether what is remembered will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    Trusted,
    Ignored,
}

/// Finds what is known of those whom these requests name, and what waits for their nodes.
pub(crate) async fn read(core: &Core, postings: &[&Posting], memory: Memory) -> Result<Known, Fault> {
    let mut wanted = Wanted::default();
    postings.iter().for_each(|posting| wanted.add(posting));
    let mut views = Views::new();
    let mut looks = Looks { core, look: None };
    read_names(&mut looks, &mut wanted, &mut views).await?;
    read_groups(&mut looks, &mut wanted, &mut views).await?;
    let mut found = match memory {
        Memory::Trusted => core.roll.remembered(&wanted.members),
        Memory::Ignored => Members::new(),
    };
    let remembered = !found.is_empty();
    wanted.members.retain(|member| !found.contains_key(member));
    if !wanted.members.is_empty() {
        let members: Vec<_> = wanted.members.into_iter().collect();
        let fresh = looks.open().await?.nodes(&members).await?;
        found.extend(core.roll.learn(&members, fresh));
    }
    let loads = loads(&mut looks, &found, postings).await?;
    let spent = spent(&mut looks, postings).await?;
    let believed = found.iter().map(|(member, nodes)| Believed {
        member: member.clone(),
        nodes: nodes.iter().map(|node| node.node).collect(),
    });
    let believed = believed.collect();
    for (member, nodes) in found {
        views.entry(member.site).or_default().members.insert(member.uid, nodes);
    }
    Ok(Known { views, loads, spent, believed, remembered })
}

/// Looks by way of a connection that is taken with the first: mostly there is nothing to look for.
struct Looks<'c> {
    core: &'c Core,
    look: Option<Box<dyn Look>>,
}

impl Looks<'_> {
    async fn open(&mut self) -> Result<&mut dyn Look, Fault> {
        let look = match self.look.take() {
            Some(look) => look,
            None => self.core.store.look().await?,
        };
        Ok(&mut **self.look.insert(look))
    }
}

/// What waits for the nodes found, site by site: each has limits of its own.
async fn loads(looks: &mut Looks<'_>, found: &Members, postings: &[&Posting]) -> Result<Loads, Fault> {
    let sites: HashMap<SiteId, _> =
        postings.iter().map(|posting| (posting.asked.site.id, &posting.asked.site.settings)).collect();
    let mut all = Loads::new();
    for (site, limits) in sites {
        let nodes = found.values().flat_map(|nodes| nodes.iter()).filter(|node| node.site == site);
        let (loads, unknown) = looks.core.counts.known(nodes, limits);
        all.extend(loads);
        if !unknown.is_empty() {
            let core = looks.core;
            all.extend(core.counts.count(looks.open().await?, unknown, limits).await?);
        }
    }
    Ok(all)
}

/// What the sites of these requests have sent today.
async fn spent(looks: &mut Looks<'_>, postings: &[&Posting]) -> Result<Spent, Fault> {
    let core = looks.core;
    let today = day(core.clock.unix_ms());
    let sites: HashMap<SiteId, &Site> =
        postings.iter().map(|posting| (posting.asked.site.id, &*posting.asked.site)).collect();
    let (mut spent, unknown) = core.sent.known(sites.into_values(), today);
    if !unknown.is_empty() {
        core.sent.count(looks.open().await?, &unknown, today, &mut spent).await?;
    }
    Ok(spent)
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

async fn read_names(looks: &mut Looks<'_>, wanted: &mut Wanted, views: &mut Views) -> Result<(), Fault> {
    if wanted.names.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = std::mem::take(&mut wanted.names).into_iter().collect();
    for name in looks.open().await?.names(&names).await? {
        if let Owner::Member(uid) = &name.owner {
            wanted.members.insert(MemberKey { site: name.site, uid: uid.clone() });
        }
        views.entry(name.site).or_default().names.insert(name.name, name.owner);
    }
    Ok(())
}

async fn read_groups(looks: &mut Looks<'_>, wanted: &mut Wanted, views: &mut Views) -> Result<(), Fault> {
    if wanted.groups.is_empty() {
        return Ok(());
    }
    let groups: Vec<_> = std::mem::take(&mut wanted.groups).into_iter().collect();
    for member in looks.open().await?.group_members(&groups).await? {
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
