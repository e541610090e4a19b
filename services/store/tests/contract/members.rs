//! Members, nodes and names.

use std::collections::HashSet;

use anyhow::Result;
use tmtp_store::{Found, GroupStatus, Identity, Name, Owner, SignIn};
use tokio::time::timeout;

use crate::world::{ALICE, GROUP, SOON, World, new_node};

pub async fn members_are_found_unless_suspended(w: &World) -> Result<()> {
    let all = ["alice", "bob", "carol"].map(|uid| w.member(uid));
    let mut tx = w.tx().await?;
    tx.lock_members(&all).await?;
    assert_eq!(tx.active_members(&all).await?, HashSet::from([w.member("alice"), w.member("bob")]));
    assert!(tx.suspend_member(&w.member("bob"), true).await?);
    assert!(!tx.suspend_member(&w.member("carol"), true).await?);
    assert_eq!(tx.active_members(&all).await?, HashSet::from([w.member("alice")]));
    let secret = new_node(&w.member("bob"), "desk").secret_hash;
    assert_eq!(tx.find_node(&w.member("bob"), &secret).await?, None);
    assert!(tx.suspend_member(&w.member("bob"), false).await?);
    assert_eq!(tx.find_node(&w.member("bob"), &secret).await?, Some(w.nodes[3]));
    Ok(tx.commit().await?)
}

pub async fn members_are_counted_up_to_a_limit_and_who_holds_newcomers_is_waited_for(
    w: &World,
) -> Result<()> {
    let mut tx = w.tx().await?;
    tx.hold_newcomers(w.site).await?;
    assert_eq!(tx.count_members(w.site, 10).await?, 2);
    tx.add_member(&w.member("carol"), 1).await?;
    assert_eq!((tx.count_members(w.site, 10).await?, tx.count_members(w.site, 2).await?), (3, 2));
    let mut other = Box::pin(async {
        let mut tx = w.tx().await?;
        tx.hold_newcomers(w.site).await?;
        anyhow::Ok((tx.count_members(w.site, 10).await?, tx))
    });
    w.waits(&mut other).await?;
    tx.commit().await?;
    let (count, tx) = timeout(SOON, other).await??;
    assert_eq!(count, 3, "what the one before added is counted");
    drop(tx);
    Ok(())
}

pub async fn strangers_are_counted_since_a_moment_and_others_are_not(w: &World) -> Result<()> {
    let mut tx = w.tx().await?;
    for (uid, at) in [("dave", 10), ("erin", 20), ("frank", 30)] {
        tx.add_stranger(&w.member(uid), at).await?;
    }
    tx.add_member(&w.member("carol"), 30).await?;
    let mut of = async |since, most| tx.count_strangers(w.site, since, most).await;
    assert_eq!((of(9, 9).await?, of(10, 9).await?, of(30, 9).await?), (3, 2, 0));
    assert_eq!((of(0, 2).await?, of(0, 0).await?), (2, 0), "no further than asked for");
    assert_eq!(tx.count_strangers(w.twin, 0, 9).await?, 0);
    assert_eq!(tx.active_members(&[w.member("dave")]).await?.len(), 1, "a member as any other");
    Ok(tx.commit().await?)
}

pub async fn nodes_are_counted_up_to_the_limit_asked_for(w: &World) -> Result<()> {
    let [a1, a2, b1, b2] = w.nodes;
    let session = w.login(a1).await?;
    w.post(&[1, 2, 3], &[a1]).await?;
    w.post(&[4], &[a1, b1]).await?;
    let mut tx = w.tx().await?;
    let members = ["bob", "alice", "carol", "alice"].map(|uid| w.member(uid));
    let found = tx.nodes(&members).await?;
    assert_eq!(found.active, HashSet::from([w.member("alice"), w.member("bob")]));
    let nodes = found.nodes;
    assert_eq!(nodes.iter().map(|node| node.node).collect::<Vec<_>>(), [a1, a2, b1, b2]);
    let keys = w.nodes.map(|node| (w.site, node));
    let mut counts = tx.queued(&keys, 3).await?;
    counts.sort_by_key(|queued| queued.node);
    let counts: Vec<(u32, u64)> = counts.iter().map(|queued| (queued.entries, queued.octets)).collect();
    assert_eq!(counts, [(3, 18), (0, 0), (1, 6), (0, 0)]);
    assert!(tx.queued(&[], 3).await?.is_empty());
    assert_eq!((nodes[0].uid.as_str(), nodes[0].edge.as_deref()), ("alice", Some("edge-1")));
    assert_eq!((nodes[2].uid.as_str(), nodes[2].edge.as_deref()), ("bob", None));
    tx.revoke_node(w.site, a2).await?;
    assert_eq!(tx.nodes(&[w.member("alice")]).await?.nodes.len(), 1);
    assert_eq!(tx.nodes(&[]).await?, Found::default());
    tx.commit().await?;
    assert_eq!(w.waiting(&session).await?, [1, 2, 3, 4]);
    Ok(())
}

pub async fn a_node_is_found_by_its_secret_alone(w: &World) -> Result<()> {
    let secret = new_node(&w.member("alice"), "phone").secret_hash;
    let mut tx = w.tx().await?;
    assert_eq!(tx.find_node(&w.member("alice"), &secret).await?, Some(w.nodes[0]));
    assert_eq!(tx.find_node(&w.member("bob"), &secret).await?, None);
    assert_eq!(tx.find_node(&w.member("alice"), b"wrong").await?, None);
    tx.revoke_node(w.site, w.nodes[0]).await?;
    assert_eq!(tx.find_node(&w.member("alice"), &secret).await?, None);
    Ok(tx.commit().await?)
}

pub async fn a_hash_of_a_former_server_is_renewed_once(w: &World) -> Result<()> {
    let (alice, node) = (w.member("alice"), w.nodes[0]);
    let mut tx = w.tx().await?;
    assert!(!tx.has_former_hash(&alice).await?);
    assert!(!tx.renew_hash(w.site, node, b"ours").await?, "it is ours already");
    tx.mark_former_hash(w.site, node).await?;
    assert!(tx.has_former_hash(&alice).await? && !tx.has_former_hash(&w.member("bob")).await?);
    assert!(!tx.renew_hash(w.site, w.nodes[1], b"ours").await?, "another node's is ours");
    assert!(tx.renew_hash(w.site, node, b"ours").await?);
    assert!(!tx.renew_hash(w.site, node, b"again").await? && !tx.has_former_hash(&alice).await?);
    assert_eq!(tx.find_node(&alice, b"ours").await?, Some(node));
    assert_eq!(tx.find_node(&alice, &new_node(&alice, "phone").secret_hash).await?, None);
    // Of a node that was revoked nobody asks.
    tx.mark_former_hash(w.site, node).await?;
    tx.revoke_node(w.site, node).await?;
    assert!(!tx.has_former_hash(&alice).await?);
    Ok(tx.commit().await?)
}

pub async fn who_signed_in_and_when_is_a_nodes_own_and_passed_to_those_that_it_adds(w: &World) -> Result<()> {
    let (alice, [a1, a2, b1, ..]) = (w.member("alice"), w.nodes);
    let identity =
        |subject: u8| Identity { issuer: "https://idp.example".to_owned(), subject_hash: vec![subject; 32] };
    let mut tx = w.tx().await?;
    assert_eq!(tx.sign_in(&alice, a1).await?, SignIn::default());
    tx.note_sign_in(&alice, a1, &identity(1), 7_000).await?;
    assert_eq!(tx.sign_in(&alice, a1).await?, SignIn { identity: Some(identity(1)), at_ms: Some(7_000) });
    assert_eq!(tx.sign_in(&alice, a2).await?, SignIn { identity: Some(identity(1)), at_ms: None });
    assert_eq!(tx.sign_in(&w.member("bob"), b1).await?, SignIn::default());
    assert_eq!(tx.sign_in(&alice, b1).await?, SignIn::default(), "another's node");
    tx.pass_sign_in(w.site, a1, a2).await?;
    assert_eq!(tx.sign_in(&alice, a2).await?.at_ms, Some(7_000));
    tx.note_sign_in(&alice, a2, &identity(2), 9_000).await?;
    assert_eq!(tx.sign_in(&alice, a1).await?, SignIn { identity: Some(identity(2)), at_ms: Some(7_000) });
    // One that never did passes that on.
    tx.pass_sign_in(w.site, b1, a2).await?;
    assert_eq!(tx.sign_in(&alice, a2).await?.at_ms, None);
    Ok(tx.commit().await?)
}

pub async fn the_first_of_a_members_aliases_is_told(w: &World) -> Result<()> {
    let mut tx = w.tx().await?;
    assert_eq!(tx.alias_of(&w.member("alice")).await?.as_deref(), Some(ALICE));
    for name in ["Alice Baker", "Aaron's Alice"] {
        assert!(tx.take_name(&w.name(name, Owner::Member("alice".to_owned()))).await?);
    }
    assert!(tx.take_name(&w.name("Aaa", Owner::Retired)).await?);
    assert_eq!(tx.alias_of(&w.member("alice")).await?.as_deref(), Some("Aaron's Alice"));
    assert_eq!(tx.alias_of(&w.member("carol")).await?, None);
    Ok(tx.commit().await?)
}

pub async fn a_name_is_taken_once(w: &World) -> Result<()> {
    let mut tx = w.tx().await?;
    let retired = w.name("Retired alias", Owner::Retired);
    assert!(tx.take_name(&retired).await?);
    for name in [ALICE, GROUP, "Retired alias"] {
        assert!(!tx.take_name(&w.name(name, Owner::Member("bob".to_owned()))).await?, "{name}");
    }
    let wanted = [ALICE, GROUP, "Retired alias", "Nobody's name"].map(|name| (w.site, name.to_owned()));
    let mut found = tx.names(&wanted).await?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let alice = w.name(ALICE, Owner::Member("alice".to_owned()));
    assert_eq!(found, [alice, retired, w.name(GROUP, Owner::Group)]);
    Ok(tx.commit().await?)
}

pub async fn two_who_take_a_name_at_one_moment_do_not_both_get_it(w: &World) -> Result<()> {
    let name = |uid: &str| w.name("Wanted by two", Owner::Member(uid.to_owned()));
    let take = async |name: Name| {
        let mut tx = w.tx().await?;
        let taken = tx.take_name(&name).await?;
        tx.commit().await?;
        anyhow::Ok(taken)
    };
    let mut first = w.tx().await?;
    assert!(first.take_name(&name("alice")).await?);
    let mut second = Box::pin(take(name("bob")));
    w.waits(&mut second).await?;
    first.commit().await?;
    assert!(!timeout(SOON, second).await??);
    // One who gives up leaves the name to the other.
    let mut first = w.tx().await?;
    assert!(first.take_name(&w.name("Given up", Owner::Group)).await?);
    let mut second = Box::pin(take(w.name("Given up", Owner::Group)));
    w.waits(&mut second).await?;
    drop(first);
    assert!(timeout(SOON, second).await??);
    Ok(())
}

pub async fn what_no_database_can_hold_is_not_found_and_not_taken(w: &World) -> Result<()> {
    for (nodes, strange) in [(2, "nul \0 inside".to_owned()), (3, "long ".repeat(5_000))] {
        let mut tx = w.tx().await?;
        let (member, pair) = (w.member(&strange), (w.site, strange.clone()));
        let both = [member.clone(), w.member("alice")];
        tx.lock_members(&both).await?;
        assert_eq!(tx.active_members(&both).await?.len(), 1);
        assert_eq!(tx.nodes(&both).await?.nodes.len(), nodes);
        assert_eq!(tx.find_node(&member, b"x").await?, None);
        assert_eq!(tx.last_request(&member).await?.0, 0);
        assert!(!tx.suspend_member(&member, true).await?);
        assert!(tx.names(std::slice::from_ref(&pair)).await?.is_empty());
        assert!(tx.group_members(&[pair]).await?.is_empty());
        assert!(!tx.take_name(&w.name(&strange, Owner::Group)).await?);
        assert!(!tx.lock_group(w.site, &strange).await?);
        let to = [strange.clone(), "bob".to_owned()];
        assert_eq!(tx.add_ohi(&w.member("alice"), &to).await?, ["bob"]);
        assert_eq!(tx.drop_ohi(&w.member("alice"), &to).await?, ["bob"]);
        assert!(tx.add_ohi(&member, &to).await?.is_empty());
        assert!(tx.drop_ohi(&member, &to).await?.is_empty());
        assert!(tx.clear_ohi(std::slice::from_ref(&member)).await?.is_empty());
        assert!(tx.ohi_from(&member).await?.is_empty());
        tx.add_node(&new_node(&w.member("alice"), &strange)).await?;
        tx.commit().await?;
    }
    Ok(())
}

pub async fn names_differ_by_every_octet(w: &World) -> Result<()> {
    let mut tx = w.tx().await?;
    let alike = ["Résumé writers", "Re\u{301}sume\u{301} writers", "résumé writers", "Résumé writers "];
    for name in alike {
        assert!(tx.take_name(&w.name(name, Owner::Group)).await?, "{name:?}");
    }
    let found = tx.names(&alike.map(|name| (w.site, name.to_owned()))).await?;
    assert_eq!(found.len(), alike.len());
    for uid in ["%B", "%b", "%b "] {
        tx.add_member(&w.member(uid), 1).await?;
        let name = w.name(&format!("Alias of {uid}"), Owner::Member(uid.to_owned()));
        assert!(tx.take_name(&name).await?);
        tx.put_group_member(&w.in_group(uid, "An alias", GroupStatus::Joined)).await?;
    }
    assert_eq!(tx.active_members(&["%B", "%b", "%b "].map(|uid| w.member(uid))).await?.len(), 3);
    Ok(tx.commit().await?)
}

pub async fn holding_nodes_keeps_them_from_being_seized(w: &World) -> Result<()> {
    let mut holder = w.tx().await?;
    holder.hold_nodes(&[w.site, w.twin, w.site]).await?;
    if w.is_postgres() {
        // Others may hold them too.
        let mut other = w.tx().await?;
        timeout(SOON, other.hold_nodes(&[w.twin, w.site])).await??;
    }
    let mut seizing = Box::pin(async {
        let mut tx = w.tx().await?;
        tx.seize_nodes(w.site).await?;
        anyhow::Ok(tx)
    });
    w.waits(&mut seizing).await?;
    holder.commit().await?;
    let seized = timeout(SOON, seizing).await??;
    let mut late = Box::pin(async {
        let mut tx = w.tx().await?;
        tx.hold_nodes(&[w.site]).await?;
        anyhow::Ok(tx)
    });
    w.waits(&mut late).await?;
    seized.commit().await?;
    Ok(timeout(SOON, late).await??.commit().await?)
}

pub async fn locked_members_make_others_wait_until_the_end(w: &World) -> Result<()> {
    let lock = async |uids: &[&str]| {
        let mut tx = w.tx().await?;
        let members: Vec<_> = uids.iter().map(|uid| w.member(uid)).collect();
        tx.lock_members(&members).await?;
        anyhow::Ok(tx)
    };
    let first = lock(&["alice", "bob"]).await?;
    let mut second = Box::pin(lock(&["bob"]));
    w.waits(&mut second).await?;
    first.commit().await?;
    let second = timeout(SOON, second).await??;
    let mut third = Box::pin(lock(&["alice", "bob"]));
    w.waits(&mut third).await?;
    drop(second);
    Ok(timeout(SOON, third).await??.commit().await?)
}

pub async fn a_name_that_looks_like_anothers_is_told_and_ones_own_may_look_alike(w: &World) -> Result<()> {
    let alices = |name: &str| w.name(name, Owner::Member("alice".to_owned()));
    let bobs = |name: &str| w.name(name, Owner::Member("bob".to_owned()));
    let mut tx = w.tx().await?;
    for name in ["Alice of Acme", "ALICE OF ACME"] {
        assert_eq!(tx.claim_looks(&alices(name)).await?, None);
        assert!(tx.take_name(&alices(name)).await?);
    }
    tx.commit().await?;
    let mut tx = w.tx().await?;
    for lookalike in ["alice of acme", "AIice of Acme", "Alice of Acme"] {
        let other = tx.claim_looks(&bobs(lookalike)).await?;
        if lookalike == "Alice of Acme" {
            // The very name: that is for taking it to find out.
            assert!(other.is_none_or(|other| other == "ALICE OF ACME"));
        } else {
            assert!(other.is_some_and(|other| other.eq_ignore_ascii_case("Alice of Acme")), "{lookalike}");
        }
    }
    assert!(tx.claim_looks(&w.name("Alice Of Acme", Owner::Group)).await?.is_some());
    assert_eq!(tx.claim_looks(&bobs("Alice of Acre")).await?, None);
    assert_eq!(tx.claim_looks(&bobs(&"x".repeat(60_000))).await?, None, "it is taken by nobody");
    Ok(())
}

pub async fn two_who_claim_one_look_at_one_moment_do_not_both_get_it(w: &World) -> Result<()> {
    let name = |name: &str, uid: &str| w.name(name, Owner::Member(uid.to_owned()));
    let claim = async |name: Name| -> Result<Option<String>> {
        let mut tx = w.tx().await?;
        let other = tx.claim_looks(&name).await?;
        if other.is_none() {
            assert!(tx.take_name(&name).await?);
        }
        tx.commit().await?;
        Ok(other)
    };
    for (it, commits) in [("Carol of Acme", true), ("Dave of Acme", false)] {
        let (alices, bobs) = (name(it, "alice"), name(&it.to_uppercase(), "bob"));
        let mut first = w.tx().await?;
        assert_eq!(first.claim_looks(&alices).await?, None);
        assert!(first.take_name(&alices).await?);
        let mut second = Box::pin(claim(bobs));
        w.waits(&mut second).await?;
        if commits {
            first.commit().await?;
            assert_eq!(timeout(SOON, second).await??.as_deref(), Some(it));
        } else {
            // One who gives up leaves the look to the other.
            drop(first);
            assert_eq!(timeout(SOON, second).await??, None);
        }
    }
    Ok(())
}

pub async fn names_that_nobody_looked_at_are_looked_at_a_few_at_a_time(w: &World) -> Result<()> {
    w.writes_at_twin(&["looks"]);
    while w.store.look_at_names(100).await? > 0 {}
    // As they are taken where lookalikes are allowed, and were before there were looks.
    let mut tx = w.tx().await?;
    for (name, uid) in [("Carol of Acme", "alice"), ("CAROL of Acme", "bob"), ("Dave of Acme", "alice")] {
        assert!(tx.take_name(&w.name(name, Owner::Member(uid.to_owned()))).await?);
    }
    assert_eq!(tx.claim_looks(&w.name("dave of acme", Owner::Group)).await?, None, "nobody looked");
    drop(tx);
    let mut tx = w.tx().await?;
    for (name, uid) in [("Carol of Acme", "alice"), ("CAROL of Acme", "bob"), ("Dave of Acme", "alice")] {
        assert!(tx.take_name(&w.name(name, Owner::Member(uid.to_owned()))).await?);
    }
    tx.commit().await?;
    let steps =
        [w.store.look_at_names(2).await?, w.store.look_at_names(2).await?, w.store.look_at_names(2).await?];
    assert_eq!(steps, [2, 1, 0]);
    let mut tx = w.tx().await?;
    for lookalike in ["carol of acme", "dave of acme"] {
        assert!(tx.claim_looks(&w.name(lookalike, Owner::Group)).await?.is_some(), "{lookalike}");
    }
    assert_eq!(tx.claim_looks(&w.name("DAVE of Acme", Owner::Member("alice".to_owned()))).await?, None);
    Ok(())
}
