use tmtp_store::SiteId;

use super::*;

fn member(uid: &str, status: GroupStatus) -> GroupMember {
    let alias = format!("{uid}-alias");
    GroupMember { site: SiteId(1), gid: "g".into(), uid: uid.into(), alias, status }
}

fn members() -> Vec<GroupMember> {
    use GroupStatus::{Barred, Invited, Joined};
    [("a", Joined), ("b", Invited), ("c", Joined), ("d", Barred)]
        .map(|(uid, status)| member(uid, status))
        .into()
}

fn judged(asker: &str, act: &GroupAct) -> Result<Verdict, String> {
    judge(&members(), asker, "g", act).map_err(|refusal| refusal.to_string())
}

fn drop_of(to: &str) -> GroupAct {
    GroupAct::Drop { to: to.into() }
}

/// Who changed to which status and alias, and the message's act, alias and newalias.
fn changed(verdict: Result<Verdict, String>) -> (String, GroupStatus, String, Message) {
    match verdict {
        Ok(Verdict::Change { after, message }) => (after.uid, after.status, after.alias, message),
        other => panic!("{other:?}"),
    }
}

fn word(act: &'static str, alias: &str, newalias: Option<&str>) -> Message {
    Message::Member { act, gid: "g".into(), alias: alias.into(), newalias: newalias.map(Into::into) }
}

#[test]
fn an_invited_member_joins_under_the_alias_invited_or_a_new_one() {
    let joined = changed(judged("b", &GroupAct::Join { newalias: None }));
    assert_eq!(joined, ("b".into(), GroupStatus::Joined, "b-alias".into(), word("join", "b-alias", None)));
    let joined = changed(judged("b", &GroupAct::Join { newalias: Some("other".into()) }));
    assert_eq!(joined, ("b".into(), GroupStatus::Joined, "other".into(), word("join", "other", None)));
}

#[test]
fn joining_again_changes_nothing() {
    assert_eq!(judged("a", &GroupAct::Join { newalias: None }), Ok(Verdict::Already));
    assert_eq!(judged("a", &GroupAct::Join { newalias: Some("a-alias".into()) }), Ok(Verdict::Already));
    assert!(judged("a", &GroupAct::Join { newalias: Some("other".into()) }).is_err());
}

#[test]
fn a_barred_member_and_a_stranger_see_no_group() {
    for asker in ["d", "x"] {
        for act in [GroupAct::Join { newalias: None }, drop_of("a-alias")] {
            assert_eq!(judged(asker, &act), Err("group \"g\" is unknown".into()));
        }
    }
}

#[test]
fn a_new_alias_is_told_with_the_former_one() {
    let renamed = changed(judged("a", &GroupAct::Alias { newalias: "other".into() }));
    let told = word("alias", "a-alias", Some("other"));
    assert_eq!(renamed, ("a".into(), GroupStatus::Joined, "other".into(), told));
    assert!(judged("b", &GroupAct::Alias { newalias: "other".into() }).is_err());
    assert_eq!(judged("a", &GroupAct::Alias { newalias: "a-alias".into() }), Ok(Verdict::Already));
}

#[test]
fn who_leaves_is_invited_again() {
    let left = changed(judged("a", &drop_of("a-alias")));
    assert_eq!(left, ("a".into(), GroupStatus::Invited, "a-alias".into(), word("drop", "a-alias", None)));
    assert_eq!(judged("b", &drop_of("b-alias")), Ok(Verdict::Already));
}

#[test]
fn who_is_dropped_by_another_is_barred() {
    for target in ["b", "c"] {
        let dropped = changed(judged("a", &drop_of(&format!("{target}-alias"))));
        assert_eq!((dropped.0.as_str(), dropped.1), (target, GroupStatus::Barred));
    }
    assert_eq!(judged("a", &drop_of("d-alias")), Ok(Verdict::Already));
}

#[test]
fn only_a_joined_member_drops_another_and_only_one_on_record() {
    assert!(judged("b", &drop_of("a-alias")).is_err());
    assert_eq!(judged("a", &drop_of("nobody")), Err("to \"nobody\" is unknown".into()));
}
