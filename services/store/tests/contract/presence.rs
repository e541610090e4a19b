//! Presence.

use anyhow::Result;

use crate::world::World;

fn texts(uids: &[&str]) -> Vec<String> {
    uids.iter().map(|uid| (*uid).to_owned()).collect()
}

pub async fn presence_lasts_as_long_as_a_session_that_sent_it(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    let alice = w.member("alice");
    let mut tx = w.tx().await?;
    assert!(tx.mark_ohi(&first).await?);
    assert!(tx.mark_ohi(&second).await?);
    assert_eq!(tx.add_ohi(&alice, &texts(&["bob"])).await?, ["bob"]);
    assert_eq!(tx.ohi_from(&w.member("bob")).await?, ["alice"]);
    assert_eq!(tx.end_sessions(std::slice::from_ref(&first)).await?, std::slice::from_ref(&first));
    assert!(tx.clear_ohi(std::slice::from_ref(&alice)).await?.is_empty());
    assert_eq!(tx.end_sessions(std::slice::from_ref(&second)).await?, [second]);
    let both = [alice.clone(), w.member("bob")];
    assert_eq!(tx.clear_ohi(&both).await?, [(alice, "bob".to_owned())]);
    assert!(tx.ohi_from(&w.member("bob")).await?.is_empty());

    // A login begins without presence, and an old session cannot bring it back.
    let begun = tx.begin_session(w.site, a1, "edge-2", 9).await?;
    assert!(!begun.former_ohi);
    assert!(!tx.mark_ohi(&first).await?);
    assert!(tx.mark_ohi(&w.session_of(a1, begun.epoch)).await?);
    let again = tx.begin_session(w.site, a1, "edge-3", 9).await?;
    assert_eq!((again.former_edge.as_deref(), again.former_ohi), (Some("edge-2"), true));
    Ok(tx.commit().await?)
}

pub async fn only_what_changed_is_told(w: &World) -> Result<()> {
    let alice = w.member("alice");
    let mut tx = w.tx().await?;
    let mut added = tx.add_ohi(&alice, &texts(&["x", "bob", "x"])).await?;
    added.sort();
    assert_eq!(added, ["bob", "x"]);
    assert_eq!(tx.add_ohi(&alice, &texts(&["bob", "y"])).await?, ["y"]);
    assert_eq!(tx.drop_ohi(&alice, &texts(&["bob", "z"])).await?, ["bob"]);
    assert_eq!(tx.add_ohi(&w.member("bob"), &texts(&["y"])).await?, ["y"]);
    assert_eq!(tx.ohi_from(&w.member("y")).await?, ["alice", "bob"]);
    assert!(tx.add_ohi(&alice, &[]).await?.is_empty());
    assert!(tx.clear_ohi(&[]).await?.is_empty());
    Ok(tx.commit().await?)
}
