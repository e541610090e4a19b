//! Backups: everything comes back in another database, and begins a new life there.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use tempfile::TempDir;
use tmtp_store::{
    Body, Error, InvitationId, NewSite, NodeId, Standing, Store, StoreOptions,
    admin::{Grant, NewInvitation, NewKey, NewUser, OrgId, OrgLimits},
    backup::{self, Dump, NamedBody},
    open,
};
use tmtp_testkit::postgres::Postgres;

use crate::{
    admin::{admin, keys::new_key, providers::provider},
    newcomers::invitation,
    peek::Peek,
    world::{World, ack, ids, new_node, new_site},
};

/// When the new life begins: later than any epoch of the tests.
const NOW_MS: i64 = 1_800_000_000_000;

/// Another database with everything that the world had at a moment.
struct Copy {
    options: StoreOptions,
    dump: Dump,
    bodies: Vec<NamedBody>,
    folder: TempDir,
}

impl Copy {
    async fn take(w: &World) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (dump, bodies) = backup::dump(&w.options, folder.path()).await?;
        Ok(Self { options: empty_place(w, &folder).await?, dump, bodies, folder })
    }

    async fn load(&self) -> Result<Arc<dyn Store>> {
        backup::load(&self.options, self.folder.path(), &self.dump).await?;
        Ok(open(&self.options).await?)
    }
}

async fn empty_place(w: &World, folder: &TempDir) -> Result<StoreOptions> {
    let url = if w.is_postgres() {
        tokio::task::spawn_blocking(|| Postgres::shared()?.fresh_database()).await??
    } else {
        format!("sqlite://{}", folder.path().join("elsewhere/store.db").display())
    };
    Ok(StoreOptions { url, ..StoreOptions::default() })
}

pub async fn a_backup_has_everything_of_its_moment_and_nothing_that_came_later(w: &World) -> Result<()> {
    w.post(&[11, 12], &w.nodes).await?;
    let instance = w.store.next_instance().await?;
    let secret = w.store.secret("of all", b"known").await?;
    let before = w.peek.everything().await?;
    assert!(["members", "sites", "secrets", "counters"].iter().all(|table| !before[*table].is_empty()));
    let copy = Copy::take(w).await?;
    w.post(&[13], &w.nodes).await?;
    w.store.add_site(&new_site("three")).await?;

    let store = copy.load().await?;
    let peek = Peek::open(&copy.options.url).await?;
    let after = peek.everything().await?;
    for (table, rows) in &before {
        assert_eq!(after.get(table), Some(rows), "{table}");
    }
    assert_eq!(store.sites().await?.1.len(), 2);
    assert_eq!(store.secret("of all", b"fresh").await?, secret);
    assert_eq!(store.next_instance().await?, instance + 1);
    assert_eq!(copy.dump.highest_id, 12);
    assert_eq!(copy.bodies, [NamedBody { key: "blob-3".to_owned(), octets: 1 << 20 }]);
    peek.close().await;
    Ok(())
}

pub async fn numbers_are_not_given_again_after_a_backup(w: &World) -> Result<()> {
    let former = numbers(w, &*w.store).await?;
    let copy = Copy::take(w).await?;
    let store = copy.load().await?;
    for ((what, former), (_, new)) in former.into_iter().zip(numbers(w, &*store).await?) {
        assert!(new > former, "{what}: {new} after {former}");
    }
    Ok(())
}

/// The numbers of new things of every kind, some of which are gone again at once: what is gone shows in no table.
async fn numbers(w: &World, store: &dyn Store) -> Result<[(&'static str, i64); 8]> {
    let instance = i64::try_from(store.next_instance().await?)?;
    let mut tx = store.begin(&[]).await?;
    let node = tx.add_node(&new_node(&w.member("alice"), &format!("watch {instance}"))).await?.0;
    tx.revoke_node(w.site, NodeId(node)).await?;
    tx.commit().await?;
    let site = store.add_site(&NewSite { hosts: vec![], ..new_site("three") }).await?.0;
    let mut change = store.admin().begin().await?;
    let scope = change.scope(OrgId::DEFAULT, w.site).await?.context("a scope")?;
    let org = change.add_org("of a moment", &OrgLimits::default(), 5).await?.id;
    let hash = node.to_be_bytes().to_vec();
    let key = change.add_key(&NewKey { hash: hash.clone(), ..new_key(org, 2) }).await?.id;
    let email = format!("user{site}@a.example");
    let (name, role) = ("A User".to_owned(), "owner".to_owned());
    let user = change.add_user(&NewUser { org, email, name, role, now_ms: 5 }).await?.context("added")?.id;
    change.remove_user(org, user).await?;
    let code = NewInvitation { code_hash: hash, ..invitation("a", None, 1) };
    let invitation = change.add_invitation(&scope, &code).await?.id;
    let provider = change.add_provider(org, &provider()).await?.id;
    change.remove_provider(org, provider).await?;
    change.commit().await?;
    Ok([
        ("node", node),
        ("site", site),
        ("organization", org.0),
        ("key", key.0),
        ("user", user.0),
        ("invitation", invitation.0),
        ("provider", provider.0),
        ("process", instance),
    ])
}

pub async fn a_new_life_knows_no_session_of_the_former_one(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    w.login(a1).await?;
    w.store.beat_edge("edge-1").await?;
    w.post(&[11, 12], &[a1, b1]).await?;
    let copy = Copy::take(w).await?;
    let store = copy.load().await?;
    let version = store.sites_version().await?;
    backup::begin_life(&copy.options, NOW_MS, &[]).await?;

    assert!(store.edges().await?.is_empty());
    assert!(store.connected(&[(w.site, a1), (w.site, b1)]).await?.is_empty());
    assert!(store.sites_version().await? > version);
    assert!(store.next_instance().await? > NOW_MS as u64);
    // The former life went on after the backup, and its edges may not know that it is over.
    for epoch in 0..50 {
        let former = w.session_of(a1, epoch);
        assert_eq!(store.standings("edge-1", std::slice::from_ref(&former)).await?, [Standing::Fenced]);
        ack(&*store, &former, &[11, 12]).await?;
    }
    let session = login(&*store, w, a1).await?;
    assert!(session.epoch > NOW_MS);
    assert_eq!(ids(&store.queues(&[w.read(&session)]).await?.remove(0)), [11, 12]);
    backup::begin_life(&copy.options, NOW_MS, &[]).await?;
    assert_eq!(store.standings("edge-1", &[session]).await?, [Standing::Fenced]);
    Ok(())
}

pub async fn a_new_life_takes_no_authorization_code_of_the_former_one(w: &World) -> Result<()> {
    let grant = Grant {
        code_hash: b"code".as_slice().into(),
        invitation: InvitationId(7),
        challenge: "c".to_owned(),
        redirect_uri: "http://127.0.0.1/".to_owned(),
        nonce: None,
        expires_ms: NOW_MS + 300_000,
    };
    let mut change = w.store.admin().begin().await?;
    change.add_grant(w.site, &grant).await?;
    change.commit().await?;
    let copy = Copy::take(w).await?;
    let store = copy.load().await?;
    backup::begin_life(&copy.options, NOW_MS, &[]).await?;
    let mut change = store.admin().begin().await?;
    assert_eq!(change.take_grant(w.site, b"code").await?, None);
    Ok(())
}

pub async fn messages_whose_bodies_are_gone_are_forgotten_and_no_others(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    let mut large = [w.message(11), w.message(12)];
    for (message, key) in large.iter_mut().zip(["blob-11", "blob-12"]) {
        message.body = Body::Blob { key: key.to_owned(), octets: 1 << 20 };
    }
    w.post_all(&large, &[a1, b1]).await?;
    w.post(&[13], &[a1]).await?;
    let copy = Copy::take(w).await?;
    let store = copy.load().await?;
    backup::begin_life(&copy.options, NOW_MS, &["blob-11".to_owned()]).await?;
    for (node, left) in [(a1, &[12, 13][..]), (b1, &[12])] {
        let session = login(&*store, w, node).await?;
        assert_eq!(ids(&store.queues(&[w.read(&session)]).await?.remove(0)), left);
    }
    let survey = backup::survey(&copy.options).await?;
    let keys: Vec<_> = survey.bodies.iter().map(|body| body.key.as_str()).collect();
    assert_eq!((survey.highest_id, keys), (13, vec!["blob-12", "blob-3"]));
    Ok(())
}

pub async fn a_backup_goes_only_into_an_empty_place_of_its_kind_and_age(w: &World) -> Result<()> {
    let copy = Copy::take(w).await?;
    let folder = copy.folder.path();
    let refusal = async |options: &StoreOptions, dump: &Dump| match backup::load(options, folder, dump).await
    {
        Err(Error::Backup(why)) => Ok(why),
        other => Err(anyhow!("not refused: {other:?}")),
    };
    assert!(!refusal(&w.options, &copy.dump).await?.is_empty());
    let newer = Dump { schema: 999_912_312_359, ..copy.dump.clone() };
    assert!(refusal(&copy.options, &newer).await?.contains("newer release"));
    let other = Dump { kind: "other".to_owned(), ..copy.dump.clone() };
    assert!(refusal(&copy.options, &other).await?.contains("other"));
    if let Some(file) = copy.options.url.strip_prefix("sqlite://") {
        // What a database that was killed left beside it.
        let left = std::path::PathBuf::from(format!("{file}-wal"));
        std::fs::create_dir_all(left.parent().context("a folder")?)?;
        std::fs::write(&left, "of another life")?;
        assert!(refusal(&copy.options, &copy.dump).await?.contains("-wal is there already"));
        std::fs::remove_file(&left)?;
    }
    copy.load().await.map(drop)
}

async fn login(store: &dyn Store, w: &World, node: NodeId) -> Result<tmtp_store::Session> {
    let mut tx = store.begin(&[]).await?;
    let begun = tx.begin_session(w.site, node, "edge-1", 5).await?;
    tx.commit().await?;
    Ok(w.session_of(node, begun.epoch))
}

pub async fn the_newest_backup_shows(w: &World) -> Result<()> {
    let last = async || Ok::<_, anyhow::Error>(admin(w).view().await?.last_backup().await?);
    assert_eq!(last().await?, None);
    for (noted, shown) in [(NOW_MS, NOW_MS), (NOW_MS + 5, NOW_MS + 5), (NOW_MS, NOW_MS + 5)] {
        backup::note(&w.options, noted).await?;
        assert_eq!(last().await?, Some(shown));
    }
    Ok(())
}
