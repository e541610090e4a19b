use tmtp_store::SiteId;

use super::*;

/// Members a (nodes 1, 2), b (3), c (4, 5), d suspended. Group g: a and c joined, b invited, d joined.
/// Group h: b joined, a barred. Aliases: "Ann" of a, "Bob" of b, "Dan" of d.
fn view() -> View {
    let mut view = View::default();
    for (uid, nodes) in [("a", vec![1, 2]), ("b", vec![3]), ("c", vec![4, 5])] {
        view.members.insert(uid.into(), nodes.into_iter().map(|id| node(uid, id)).collect());
    }
    let names = [("Ann", "a"), ("Bob", "b"), ("Dan", "d")];
    view.names.extend(names.map(|(name, uid)| (name.into(), Owner::Member(uid.into()))));
    view.names.insert("g".into(), Owner::Group);
    use GroupStatus::{Barred, Invited, Joined};
    let members = [("a", Joined), ("b", Invited), ("c", Joined), ("d", Joined)];
    view.groups.insert("g".into(), members.map(|(uid, status)| member("g", uid, status)).into());
    let members = [("b", Joined), ("a", Barred)];
    view.groups.insert("h".into(), members.map(|(uid, status)| member("h", uid, status)).into());
    view
}

fn node(uid: &str, id: i64) -> Node {
    Node { site: SiteId(1), uid: uid.into(), node: NodeId(id), edge: None }
}

fn member(gid: &str, uid: &str, status: GroupStatus) -> GroupMember {
    GroupMember { site: SiteId(1), gid: gid.into(), uid: uid.into(), alias: format!("{uid}-alias"), status }
}

fn session(uid: &str, node: i64) -> Session {
    Session { site: SiteId(1), node: NodeId(node), epoch: 1, uid: uid.into() }
}

fn to(recipients: &[(&str, u8)]) -> Vec<Recipient> {
    let kind = |number| match number {
        1 => RecipientKind::Member,
        2 => RecipientKind::Group,
        _ => RecipientKind::GroupNotSelf,
    };
    recipients.iter().map(|(id, number)| Recipient { id: (*id).into(), kind: kind(*number) }).collect()
}

fn ids(nodes: Vec<&Node>) -> Vec<i64> {
    nodes.into_iter().map(|node| node.node.0).collect()
}

/// Nodes that get a Post of a's node 1 (or another sender's).
fn posted(sender: &Session, recipients: &[(&str, u8)]) -> Result<Vec<i64>, String> {
    let view = view();
    let addressed = address(&view, sender, &[&to(recipients)]).map_err(|refusal| refusal.to_string())?;
    Ok(ids(addressed.with_sender(&view, sender)))
}

#[test]
fn a_post_goes_to_the_member_and_to_the_senders_other_nodes() {
    assert_eq!(posted(&session("a", 1), &[("b", 1)]), Ok(vec![2, 3]));
}

#[test]
fn a_post_to_nobody_still_goes_to_the_senders_other_nodes() {
    assert_eq!(posted(&session("a", 1), &[]), Ok(vec![2]));
    assert_eq!(posted(&session("b", 3), &[]), Ok(vec![]));
}

#[test]
fn the_posting_node_gets_a_copy_when_the_senders_uid_or_group_is_addressed() {
    assert_eq!(posted(&session("a", 1), &[("a", 1)]), Ok(vec![1, 2]));
    assert_eq!(posted(&session("a", 1), &[("g", 2)]), Ok(vec![1, 2, 4, 5]));
}

#[test]
fn a_group_without_the_sender_leaves_out_the_posting_node_only() {
    assert_eq!(posted(&session("a", 1), &[("g", 3)]), Ok(vec![2, 4, 5]));
}

#[test]
fn an_invited_sender_reaches_the_joined_members_and_is_not_addressed_itself() {
    assert_eq!(posted(&session("b", 3), &[("g", 2)]), Ok(vec![1, 2, 4, 5]));
}

#[test]
fn a_node_addressed_several_times_gets_one_copy() {
    let many = [("b", 1), ("b", 1), ("g", 2), ("g", 3), ("c", 1), ("a", 1)];
    assert_eq!(posted(&session("a", 1), &many), Ok(vec![1, 2, 3, 4, 5]));
}

#[test]
fn one_unknown_recipient_refuses_all() {
    let refused = |to: &[(&str, u8)]| posted(&session("a", 1), to).unwrap_err();
    assert_eq!(refused(&[("b", 1), ("x", 1)]), "recipient \"x\" is unknown");
    assert_eq!(refused(&[("d", 1)]), "recipient \"d\" is unknown");
    assert_eq!(refused(&[("b", 1), ("x", 2)]), "group \"x\" is unknown");
    assert_eq!(refused(&[("g", 1)]), "recipient \"g\" is unknown");
    assert_eq!(refused(&[("b", 2)]), "group \"b\" is unknown");
}

#[test]
fn a_group_that_the_sender_is_not_in_looks_like_one_that_does_not_exist() {
    assert_eq!(posted(&session("a", 1), &[("h", 2)]).unwrap_err(), "group \"h\" is unknown");
    assert_eq!(posted(&session("c", 4), &[("h", 3)]).unwrap_err(), "group \"h\" is unknown");
}

#[test]
fn a_suspended_member_of_a_group_gets_nothing() {
    assert!(!posted(&session("a", 1), &[("g", 2)]).unwrap().contains(&6));
}

#[test]
fn without_the_sender_none_of_its_nodes_gets_the_message() {
    let (view, sender) = (view(), session("a", 1));
    let addressed = address(&view, &sender, &[&to(&[("a", 1), ("g", 2)])]).unwrap();
    assert_eq!(ids(addressed.without_sender()), [4, 5]);
}

#[test]
fn a_ping_goes_to_the_target_and_the_senders_other_nodes() {
    let view = view();
    assert_eq!(ping(&view, &session("a", 1), "Ann", "Bob").map(ids), Ok(vec![2, 3]));
    assert_eq!(ping(&view, &session("a", 1), "Ann", "Ann").map(ids), Ok(vec![1, 2]));
}

#[test]
fn a_ping_names_its_sender_and_somebody_who_exists() {
    let view = view();
    let refused = |from, to| ping(&view, &session("a", 1), from, to).unwrap_err().to_string();
    for from in ["Bob", "g", "nobody"] {
        assert_eq!(refused(from, "Bob"), "from must identify sender");
    }
    for to in ["nobody", "g", "Dan"] {
        assert_eq!(refused("Ann", to), format!("to \"{to}\" is unknown"));
    }
}

#[test]
fn a_suspended_member_or_a_revoked_node_may_not_act() {
    let view = view();
    assert!(check_sender(&view, &session("a", 1)).is_ok());
    assert_eq!(check_sender(&view, &session("d", 6)).unwrap_err(), Refusal::session_over());
    assert_eq!(check_sender(&view, &session("a", 3)).unwrap_err(), Refusal::session_over());
}
