//! Commands that make one request.

use tmtp_client::{GroupAct, Message, OhiChange, RecipientKind, letter::LetterHead};
use tmtp_wire::Request;

use crate::{
    command::stage::Stage,
    double::{OTHER, delivery, ping},
};

#[tokio::test]
async fn a_command_acks_nothing_but_its_own_login() {
    let stage = Stage::with_account().await;
    let queue = [(1, Message::Login, &b""[..]), (2, ping(), b"hi"), (3, delivery(), b"text")];
    let args = ["--json", "ping", "--to", "Bob Bower", "hello"];
    let (ran, (asked, acked)) = tokio::join!(stage.run(&args), stage.serve(&queue));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        matches!(&asked.request, Request::Ping { from, to, .. } if from == "Alice Ames" && to == "Bob Bower")
    );
    assert_eq!(asked.data, b"hello");
    assert_eq!(acked, ["0000000000000001"], "the login alone");
    let history = std::fs::read_to_string(stage.folder().join("history.jsonl")).unwrap();
    assert!(history.contains("0000000000000001") && !history.contains("0000000000000002"));
    assert_eq!(ran.events("sent")[0]["id"], "000000000000004d");
}

#[tokio::test]
async fn a_post_carries_subject_text_and_files_in_order() {
    let stage = Stage::with_account().await;
    let (a, b) = (stage.dir.path().join("a.txt"), stage.dir.path().join("b.bin"));
    std::fs::write(&a, "AAA").unwrap();
    std::fs::write(&b, vec![1; 100_000]).unwrap();
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    let thread = "16b3c2a0f1e2d3c4";
    let args = [
        "post",
        "--to",
        OTHER,
        "--group",
        "a group",
        "--group-not-me",
        "b group",
        "--subject",
        "Lunch",
        "--thread",
        thread,
        "the text",
        "--attach",
        a,
        b,
    ];
    let (ran, (asked, _)) = tokio::join!(stage.run(&args), stage.serve(&[]));
    assert_eq!(ran.code, 0, "{ran:?}");
    let Request::Post { post, .. } = asked.request else { panic!() };
    let kinds: Vec<_> = post.to.iter().map(|to| to.kind).collect();
    assert_eq!(kinds, [RecipientKind::Member, RecipientKind::Group, RecipientKind::GroupNotSelf]);
    assert_eq!(post.datasum, Some(crc32c::crc32c(&asked.data)));
    let (head, rest) = asked.data.split_at(post.datahead.unwrap() as usize);
    let head = LetterHead::parse(head, rest.len() as u64).unwrap();
    assert_eq!((head.subject.as_deref(), head.thread.as_deref()), (Some("Lunch"), Some(thread)));
    assert_eq!(head.attach[1].name, "b.bin");
    assert_eq!(&rest[..11], b"the textAAA");
}

#[tokio::test]
async fn a_text_comes_from_standard_input_and_a_notification_goes_along() {
    let stage = Stage::with_account().await;
    let args = ["post", "--to", OTHER, "--notify", "news", "--notify-to", OTHER, "--for-not-self"];
    let (ran, (asked, _)) = tokio::join!(stage.run_with_stdin(&args, b"from a pipe"), stage.serve(&[]));
    assert_eq!(ran.code, 0, "{ran:?}");
    let Request::PostNotify { note, .. } = asked.request else { panic!() };
    assert!(note.for_not_self && note.to.len() == 1);
    let (short, long) = asked.data.split_at(note.len as usize);
    assert!(short.ends_with(b"news") && long.ends_with(b"from a pipe"));
}

#[tokio::test]
async fn an_unknown_alias_is_explained_before_anything_is_sent() {
    let stage = Stage::with_account().await;
    let ran = stage.run(&["post", "--to", "Bob Bower", "hello"]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("Bob Bower") && ran.err.contains("ping"), "{}", ran.err);
    assert_eq!(stage.run(&["contacts", "add", "Bob Bower", OTHER]).await.code, 0);
    let (ran, (asked, _)) =
        tokio::join!(stage.run(&["post", "--to", "Bob Bower", "hello"]), stage.serve(&[]));
    assert_eq!(ran.code, 0);
    assert!(matches!(asked.request, Request::Post { post, .. } if post.to[0].id == OTHER));
}

#[tokio::test]
async fn a_missing_file_and_a_long_ping_are_refused_here() {
    let stage = Stage::with_account().await;
    let missing = stage.dir.path().join("none");
    let ran = stage.run(&["post", "--to", OTHER, "x", "--attach", missing.to_str().unwrap()]).await;
    assert_eq!(ran.code, 5);
    assert!(ran.err.contains("cannot attach"), "{}", ran.err);
    let long = "x".repeat(141);
    let ran = stage.run(&["ping", "--to", "Bob Bower", &long]).await;
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[tokio::test]
async fn what_the_site_refuses_is_quoted() {
    let stage = Stage::with_account().await;
    let refuse = async {
        let mut peer = stage.site.welcome().await;
        let asked = peer.asked().await;
        let id = asked.request.id().unwrap().to_owned();
        peer.answer(tmtp_wire::Answer::Ack { id, result: Err("to: unknown\u{1b}[2J".into()) }).await;
        peer.goodbye().await;
    };
    let (ran, ()) = tokio::join!(stage.run(&["ping", "--to", "Bob Bower"]), refuse);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("to: unknown\\u{1b}[2J"), "{}", ran.err);
}

#[tokio::test]
async fn the_alias_in_a_group_is_remembered_for_leaving_it() {
    let stage = Stage::with_account().await;
    let args = ["group", "join", "the group", "--alias", "Alice In It"];
    let (ran, (asked, _)) = tokio::join!(stage.run(&args), stage.serve(&[]));
    assert_eq!(ran.code, 0, "{ran:?}");
    let join = GroupAct::Join { newalias: Some("Alice In It".into()) };
    assert!(matches!(asked.request, Request::GroupEdit { act, .. } if act == join));
    let (ran, (asked, _)) = tokio::join!(stage.run(&["group", "leave", "the group"]), stage.serve(&[]));
    assert_eq!(ran.code, 0);
    let leave = GroupAct::Drop { to: "Alice In It".into() };
    assert!(matches!(asked.request, Request::GroupEdit { act, .. } if act == leave));
    assert_eq!(stage.run(&["--json", "group", "list"]).await.out, "");
}

#[tokio::test]
async fn members_told_of_coming_and_going_are_kept_for_listen() {
    let stage = Stage::with_account().await;
    let (ran, (asked, _)) = tokio::join!(stage.run(&["ohi", "add", OTHER]), stage.serve(&[]));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(matches!(asked.request, Request::OhiEdit { change: OhiChange::Add, .. }));
    let serve = async {
        let mut peer = stage.site.welcome().await;
        let asked = peer.asked().await;
        assert!(
            matches!(&asked.request, Request::OhiEdit { change: OhiChange::Init, who, .. } if *who == [OTHER])
        );
        peer.ack(&asked, None).await;
        peer.goodbye().await
    };
    let (ran, _) = tokio::join!(stage.run(&["listen", "--once", "--quiet", "0.3"]), serve);
    assert_eq!(ran.code, 0, "{ran:?}");
}
