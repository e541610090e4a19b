//! Certificates that sites' administrators brought.

use anyhow::{Context, Result};
use tmtp_store::{
    Certificate, Pair, PrivateKey,
    admin::{Claim, NewCertificate, OrgId, Tried},
};

use super::{admin, scope};
use crate::{peek::Peek, world::World};

fn new(chain: &str, key: &str, expires_ms: i64) -> NewCertificate {
    let (chain, made_by) = (chain.to_owned(), "key 1 (test)".to_owned());
    NewCertificate { chain, key: PrivateKey(key.as_bytes().to_vec()), expires_ms, made_by, now_ms: 7 }
}

fn pair(chain: &str, key: &str) -> Pair {
    Pair { chain: chain.to_owned(), key: PrivateKey(key.as_bytes().to_vec()) }
}

pub async fn a_certificate_is_its_own_sites_and_a_new_one_has_a_new_version(w: &World) -> Result<()> {
    w.writes_at_twin(&["certificates"]);
    assert_eq!(w.store.certificate_versions().await?, []);
    let mut change = admin(w).begin().await?;
    change.set_certificate(&scope(w, w.site).await?, &new("ours", "secret", 500)).await?;
    change.set_certificate(&scope(w, w.twin).await?, &new("theirs", "other", 400)).await?;
    change.commit().await?;
    let before = w.store.certificate_versions().await?;
    assert_eq!(before.iter().map(|(site, _)| *site).collect::<Vec<_>>(), [w.site, w.twin]);
    assert_eq!(w.store.sites_version().await?, before[1].1, "those who keep sites see it");
    let found = w.store.certificates(&[w.site]).await?;
    let (own, proofs) = (Some(pair("ours", "secret")), Vec::new());
    assert_eq!(found, [Certificate { site: w.site, version: before[0].1, own, proofs }]);
    // Neither as octets nor as text.
    let shown = format!("{found:?}");
    assert!(!shown.contains("115") && !shown.contains("secret"), "the key shows: {shown}");
    assert_eq!(admin(w).view().await?.first_certificate_end().await?, Some(400));

    let mut change = admin(w).begin().await?;
    assert!(change.remove_certificate(&scope(w, w.twin).await?).await?);
    change.set_certificate(&scope(w, w.twin).await?, &new("theirs", "other", 600)).await?;
    change.commit().await?;
    let after = w.store.certificate_versions().await?;
    assert!(after[1].1 > before[1].1 && after[0] == before[0], "{before:?} {after:?}");
    let shown = admin(w).view().await?.certificate(&scope(w, w.site).await?).await?.context("ours")?;
    assert_eq!((shown.chain.as_str(), shown.expires_ms, shown.created_ms), ("ours", 500, 7));
    Ok(())
}

pub async fn a_certificate_goes_with_its_site(w: &World) -> Result<()> {
    let (org, site) = super::second(w).await?;
    let scope = admin(w).view().await?.scope(org.id, site.site.id).await?.context("a scope")?;
    let mut change = admin(w).begin().await?;
    change.set_certificate(&scope, &new("theirs", "other", 400)).await?;
    change.set_certificate(&super::scope(w, w.site).await?, &new("ours", "secret", 500)).await?;
    change.issue(&scope, "key 1 (test)", 5).await?;
    change.set_proofs(&scope, &[("theirs.example".to_owned(), pair("proof", "other"))]).await?;
    change.set_closing(&scope, Some(1)).await?;
    change.commit().await?;
    let mut change = admin(w).begin().await?;
    assert!(change.erase_site(&scope, 10, 100).await?.is_over, "it is gone");
    change.commit().await?;
    assert_eq!(admin(w).begin().await?.claim_issuing(10, 20).await?, None);
    let left = w.store.certificate_versions().await?;
    assert_eq!(left.iter().map(|(site, _)| *site).collect::<Vec<_>>(), [w.site]);
    assert!(admin(w).view().await?.scope(OrgId::DEFAULT, w.site).await?.is_some());
    Ok(())
}

pub async fn what_an_authority_is_shown_is_told_like_a_certificate_and_taken_back(w: &World) -> Result<()> {
    w.writes_at_twin(&["certificates"]);
    let (ours, theirs) = (scope(w, w.site).await?, scope(w, w.twin).await?);
    let proof = ("ours.example".to_owned(), pair("proof", "its key"));
    let mut change = admin(w).begin().await?;
    change.set_certificate(&theirs, &new("theirs", "other", 400)).await?;
    change.set_proofs(&ours, std::slice::from_ref(&proof)).await?;
    change.commit().await?;
    let shown = w.store.certificate_versions().await?;
    assert_eq!(shown.iter().map(|(site, _)| *site).collect::<Vec<_>>(), [w.site, w.twin]);
    assert_eq!(w.store.sites_version().await?, shown[0].1, "those who keep sites see it");
    let certificate = |version, own, proofs| Certificate { site: w.site, version, own, proofs };
    let found = w.store.certificates(&[w.site]).await?;
    assert_eq!(found, [certificate(shown[0].1, None, vec![proof.clone()])]);

    let mut change = admin(w).begin().await?;
    change.set_certificate(&ours, &new("issued", "secret", 500)).await?;
    change.commit().await?;
    let both = w.store.certificate_versions().await?[0].1;
    let found = w.store.certificates(&[w.site]).await?;
    assert_eq!(found, [certificate(both, Some(pair("issued", "secret")), vec![proof])]);

    let mut change = admin(w).begin().await?;
    change.set_proofs(&ours, &[]).await?;
    change.commit().await?;
    let found = w.store.certificates(&[w.site, w.twin]).await?;
    assert_eq!(found[0], certificate(both, Some(pair("issued", "secret")), Vec::new()));
    assert_eq!(found[1].own, Some(pair("theirs", "other")));
    assert!(w.store.sites_version().await? > both);
    Ok(())
}

/// Takes what is due, for 100 ms.
async fn claim(w: &World, now_ms: i64) -> Result<Option<Claim>> {
    let mut change = admin(w).begin().await?;
    let claimed = change.claim_issuing(now_ms, now_ms + 100).await?;
    change.commit().await?;
    Ok(claimed)
}

async fn release(w: &World, claim: &Claim, next_ms: i64, tried: Tried) -> Result<()> {
    let mut change = admin(w).begin().await?;
    change.release_issuing(claim, next_ms, &tried).await?;
    Ok(change.commit().await?)
}

fn in_vain(problem: &str) -> Tried {
    Tried::InVain(problem.to_owned())
}

pub async fn a_site_to_issue_for_is_taken_by_one_at_a_time_when_it_is_due(w: &World) -> Result<()> {
    w.writes_at_twin(&["issuing"]);
    let (ours, theirs) = (scope(w, w.site).await?, scope(w, w.twin).await?);
    assert_eq!(claim(w, 10).await?, None);
    let mut change = admin(w).begin().await?;
    assert!(change.issue(&ours, "key 1 (test)", 10).await?);
    assert!(!change.issue(&ours, "key 2 (test)", 11).await?, "it does already");
    assert!(change.issue(&theirs, "key 1 (test)", 20).await?);
    change.commit().await?;
    assert_eq!(claim(w, 9).await?, None);
    let of_ours = claim(w, 25).await?.context("ours")?;
    assert_eq!(of_ours, Claim { org: OrgId::DEFAULT, site: w.site, until_ms: 125, next_ms: 10 });
    let of_theirs = claim(w, 25).await?.context("theirs")?;
    assert_eq!((of_theirs.site, claim(w, 25).await?), (w.twin, None));

    release(w, &of_ours, 500, in_vain("nobody answers")).await?;
    release(w, &of_theirs, 700, Tried::Well).await?;
    assert_eq!(claim(w, 499).await?, None);
    let of_ours = claim(w, 500).await?.context("ours again")?;
    release(w, &of_ours, 600, in_vain("nobody answers still")).await?;
    let mut view = admin(w).view().await?;
    let issuing = view.issuing(&ours).await?.context("ours")?;
    assert_eq!((issuing.made_by.as_str(), issuing.created_ms, issuing.next_ms), ("key 1 (test)", 10, 600));
    assert_eq!((issuing.failures, issuing.problem.as_deref()), (2, Some("nobody answers still")));
    assert_eq!(view.issuing_counts().await?, (2, 1));
    drop(view);

    // One that was not tried is no failure, and none that went well.
    let of_ours = claim(w, 600).await?.context("ours")?;
    release(w, &of_ours, 640, Tried::NotYet).await?;
    let issuing = admin(w).view().await?.issuing(&ours).await?.context("ours")?;
    assert_eq!((issuing.failures, issuing.next_ms), (2, 640));
    Ok(())
}

pub async fn host_names_that_change_have_a_site_looked_at_soon(w: &World) -> Result<()> {
    let ours = scope(w, w.site).await?;
    let soon = async |now_ms: i64| -> Result<()> {
        let mut change = admin(w).begin().await?;
        change.issue_soon(&ours, now_ms).await?;
        Ok(change.commit().await?)
    };
    let mut change = admin(w).begin().await?;
    change.issue(&ours, "key 1 (test)", 10).await?;
    change.commit().await?;
    release(w, &claim(w, 10).await?.context("ours")?, 600, in_vain("nobody answers")).await?;
    soon(50).await?;
    let under_way = claim(w, 50).await?.context("its host names are others")?;
    // They change once more while that try is under way: nobody else begins, and when it ends the next begins at once.
    soon(60).await?;
    assert_eq!(claim(w, 60).await?, None);
    release(w, &under_way, 900, Tried::Well).await?;
    assert_eq!(claim(w, 61).await?.map(|claim| claim.site), Some(w.site));
    Ok(())
}

pub async fn an_order_that_was_taken_over_or_is_not_wanted_any_more_does_nothing(w: &World) -> Result<()> {
    let ours = scope(w, w.site).await?;
    let holds =
        async |claim: &Claim| Ok::<_, anyhow::Error>(admin(w).begin().await?.holds_issuing(claim).await?);
    let mut change = admin(w).begin().await?;
    change.issue(&ours, "key 1 (test)", 10).await?;
    change.commit().await?;
    let late = claim(w, 10).await?.context("ours")?;
    assert!(holds(&late).await?);
    let next = claim(w, 110).await?.context("it took too long")?;
    assert!(!holds(&late).await? && holds(&next).await?);
    release(w, &late, 900, in_vain("too late")).await?;
    let issuing = admin(w).view().await?.issuing(&ours).await?.context("ours")?;
    assert_eq!((issuing.failures, issuing.next_ms), (0, 10), "who is late changes nothing");

    let mut change = admin(w).begin().await?;
    assert!(change.stop_issuing(&ours).await? && !change.stop_issuing(&ours).await?);
    change.commit().await?;
    assert!(!holds(&next).await?);
    release(w, &next, 1, Tried::Well).await?;
    assert_eq!(claim(w, 900).await?, None);
    Ok(())
}

pub async fn orders_are_remembered_for_as_long_as_they_count(w: &World) -> Result<()> {
    let (ours, theirs) = (scope(w, w.site).await?, scope(w, w.twin).await?);
    let mut change = admin(w).begin().await?;
    change.issue(&ours, "key 1 (test)", 1).await?;
    change.note_order(&ours, 10, 0).await?;
    change.note_order(&theirs, 20, 0).await?;
    change.note_order(&ours, 30, 0).await?;
    // The wish ends, and what was ordered is known still: off and on again is no way around a bound.
    change.stop_issuing(&ours).await?;
    change.commit().await?;
    let since = async |since_ms| -> Result<Vec<_>> {
        let past = admin(w).view().await?.orders_since(since_ms).await?;
        Ok(past.into_iter().map(|order| (order.at_ms, order.org, order.site)).collect())
    };
    let org = OrgId::DEFAULT;
    assert_eq!(since(0).await?, [(30, org, w.site), (20, org, w.twin), (10, org, w.site)]);
    assert_eq!(since(20).await?, [(30, org, w.site)]);
    let mut change = admin(w).begin().await?;
    change.note_order(&ours, 40, 20).await?;
    change.commit().await?;
    assert_eq!(since(0).await?, [(40, org, w.site), (30, org, w.site)]);
    Ok(())
}

pub async fn who_ends_the_wish_waits_for_an_order_that_writes_and_leaves_nothing_of_it(
    w: &World,
) -> Result<()> {
    let ours = scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    change.issue(&ours, "key 1 (test)", 10).await?;
    change.commit().await?;
    let claimed = claim(w, 10).await?.context("ours")?;
    let mut showing = admin(w).begin().await?;
    assert!(showing.holds_issuing(&claimed).await?);
    let ending = tokio::spawn({
        let (admin, ours) = (admin(w), ours);
        async move {
            let mut change = admin.begin().await?;
            change.stop_issuing(&ours).await?;
            change.commit().await
        }
    });
    // In SQLite nobody else so much as begins while somebody writes.
    if let Peek::Postgres(_) = w.peek {
        let waits = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                     WHERE NOT l.granted AND a.datname = current_database()";
        while w.peek.count(waits).await? == 0 {
            assert!(!ending.is_finished(), "it did not wait for the order");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    assert!(!ending.is_finished());
    showing.set_proofs(&ours, &[("ours.example".to_owned(), pair("proof", "its key"))]).await?;
    showing.commit().await?;
    ending.await??;
    assert_eq!(w.store.certificates(&[w.site]).await?, [], "a proof was left behind");
    Ok(())
}
