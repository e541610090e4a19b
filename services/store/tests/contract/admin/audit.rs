//! Audit logs.

use anyhow::Result;
use tmtp_store::{
    SiteId,
    admin::{AuditFilter, OrgId, Verdict},
};

use super::{admin, deed, second};
use crate::world::World;

/// Five rows in the default organization's log; every other organization's has one.
async fn logged(w: &World) -> Result<OrgId> {
    let (org, _) = second(w).await?;
    for (n, action) in ["site.create", "site.change", "member.suspend", "member.resume", "key.create"]
        .into_iter()
        .enumerate()
    {
        let mut change = admin(w).begin().await?;
        let mut deed = deed(OrgId::DEFAULT, action);
        deed.at_ms = 1_000 + n as i64;
        deed.actor = if n < 3 { "a".to_owned() } else { "b".to_owned() };
        deed.site = Some(SiteId(n as i64)).filter(|site| site.0 > 0);
        change.record(&deed).await?;
        change.commit().await?;
    }
    Ok(org.id)
}

async fn found(w: &World, filter: AuditFilter, before: Option<i64>, limit: u32) -> Result<Vec<i64>> {
    let rows = admin(w).view().await?.audit(OrgId::DEFAULT, &filter, before, limit).await?;
    Ok(rows.iter().map(|row| row.seq).collect())
}

async fn verdict(w: &World) -> Result<Verdict> {
    Ok(admin(w).view().await?.verify_audit(OrgId::DEFAULT).await?)
}

/// Somebody with the database's own password at work.
async fn tamper(w: &World, statement: &str) -> Result<()> {
    if w.is_postgres() {
        w.peek.run("DROP TRIGGER IF EXISTS audit_append_only ON audit").await?;
    } else {
        w.peek.run("DROP TRIGGER IF EXISTS audit_not_updated").await?;
        w.peek.run("DROP TRIGGER IF EXISTS audit_not_deleted").await?;
    }
    w.peek.run(statement).await
}

pub async fn a_log_is_read_backwards_page_by_page_and_filtered(w: &World) -> Result<()> {
    logged(w).await?;
    let all = AuditFilter::default;
    assert_eq!(found(w, all(), None, 3).await?, [5, 4, 3]);
    assert_eq!(found(w, all(), Some(3), 3).await?, [2, 1]);
    assert_eq!(found(w, AuditFilter { action: "member.".to_owned(), ..all() }, None, 9).await?, [4, 3]);
    assert_eq!(found(w, AuditFilter { actor: "b".to_owned(), ..all() }, None, 9).await?, [5, 4]);
    assert_eq!(found(w, AuditFilter { site: Some(SiteId(2)), ..all() }, None, 9).await?, [3]);
    let between = AuditFilter { since_ms: Some(1_001), until_ms: Some(1_003), ..all() };
    assert_eq!(found(w, between, None, 9).await?, [3, 2]);
    let rows = admin(w).view().await?.audit(OrgId::DEFAULT, &all(), None, 1).await?;
    assert_eq!((rows[0].target.as_str(), rows[0].site), ("it", Some(SiteId(4))));
    assert_eq!((rows[0].was.as_deref(), rows[0].became.as_deref()), (None, Some("{\"name\":\"a\"}")));
    Ok(())
}

pub async fn a_log_of_another_organization_is_another_chain(w: &World) -> Result<()> {
    let other = logged(w).await?;
    let mut view = admin(w).view().await?;
    assert!(matches!(view.verify_audit(other).await?, Verdict::Whole { rows: 1, .. }));
    assert!(matches!(view.verify_audit(OrgId::DEFAULT).await?, Verdict::Whole { rows: 5, .. }));
    assert!(matches!(view.verify_audit(OrgId(4711)).await?, Verdict::Whole { rows: 0, .. }));
    Ok(())
}

pub async fn a_log_is_only_ever_appended_to(w: &World) -> Result<()> {
    logged(w).await?;
    for statement in ["UPDATE audit SET actor = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2"] {
        assert!(w.peek.run(statement).await.is_err(), "{statement}");
    }
    assert!(matches!(verdict(w).await?, Verdict::Whole { rows: 5, .. }));
    Ok(())
}

pub async fn a_changed_row_is_noticed(w: &World) -> Result<()> {
    logged(w).await?;
    tamper(w, "UPDATE audit SET became = '{}' WHERE org = 1 AND seq = 3").await?;
    assert_eq!(verdict(w).await?, Verdict::Broken { seq: 3 });
    Ok(())
}

pub async fn a_missing_row_is_noticed(w: &World) -> Result<()> {
    logged(w).await?;
    tamper(w, "DELETE FROM audit WHERE org = 1 AND seq = 2").await?;
    assert_eq!(verdict(w).await?, Verdict::Broken { seq: 2 });
    Ok(())
}

pub async fn a_log_cut_short_is_noticed(w: &World) -> Result<()> {
    logged(w).await?;
    tamper(w, "DELETE FROM audit WHERE org = 1 AND seq = 5").await?;
    assert_eq!(verdict(w).await?, Verdict::Broken { seq: 5 });
    Ok(())
}

pub async fn a_log_whose_end_is_not_on_record_is_noticed(w: &World) -> Result<()> {
    logged(w).await?;
    for (end, broken_at) in
        [("UPDATE audit_heads SET seq = 4 WHERE org = 1", 5), ("DELETE FROM audit_heads WHERE org = 1", 1)]
    {
        tamper(w, end).await?;
        assert_eq!(verdict(w).await?, Verdict::Broken { seq: broken_at }, "{end}");
    }
    Ok(())
}

pub async fn the_log_of_a_removed_organization_is_still_one(w: &World) -> Result<()> {
    let other = logged(w).await?;
    let named = |name: &str| Some(name.to_owned());
    let names = async || -> Result<Vec<(OrgId, Option<String>)>> {
        let mut view = admin(w).view().await?;
        let mut logs = view.audit_logs(OrgId::PROVIDER, 1).await?;
        logs.extend(view.audit_logs(OrgId::DEFAULT, 9).await?);
        Ok(logs)
    };
    let before = names().await?;
    assert_eq!(
        (before[0].0, before[1].0, &before[1].1),
        (OrgId::DEFAULT, other, &named("Second")),
        "{before:?}"
    );
    w.peek.run("DELETE FROM site_hosts WHERE host = 'second.example'").await?;
    w.peek.run(&format!("DELETE FROM sites WHERE org = {}", other.0)).await?;
    let mut change = admin(w).begin().await?;
    assert!(change.remove_org(other).await?);
    change.commit().await?;
    assert_eq!(names().await?[1], (other, None));
    tamper(w, &format!("DELETE FROM audit_heads WHERE org = {}", other.0)).await?;
    assert_eq!(names().await?[1], (other, None), "a log without an end");
    Ok(())
}

pub async fn many_who_append_at_one_moment_make_one_chain(w: &World) -> Result<()> {
    let appends = (0..20).map(|_| async {
        let mut change = admin(w).begin().await?;
        change.record(&deed(OrgId::DEFAULT, "site.change")).await?;
        change.commit().await
    });
    futures::future::try_join_all(appends).await?;
    assert!(matches!(verdict(w).await?, Verdict::Whole { rows: 20, .. }));
    Ok(())
}
