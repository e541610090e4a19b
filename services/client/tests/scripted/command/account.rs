//! Accounts, and what happens when something is wrong.

use tmtp_client::{Message, UserEdit};
use tmtp_wire::Request;

use crate::{
    command::stage::Stage,
    double::{OTHER, SECRET, UID},
};

#[tokio::test]
async fn registering_makes_an_account_that_whoami_shows_without_its_secret() {
    let stage = Stage::with_account().await;
    let ran = stage.run(&["--json", "whoami"]).await;
    let account = &ran.events("account")[0];
    assert_eq!(account["uid"], UID);
    assert_eq!(account["aliases"][0], "Alice Ames");
    assert_eq!(account["site_name"], "Double");
    assert_eq!(account["default"], true);
    assert!(!ran.out.contains(SECRET));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = stage.folder().join("account.json");
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn an_alias_that_is_refused_leaves_an_account_and_says_what_to_do() {
    let stage = Stage::new().await;
    let site = stage.site.address().to_string();
    let args = ["register", "--site", &site, "--alias", "Taken Name"];
    let (ran, _) = tokio::join!(stage.run(&args), stage.admit(Some("Taken Name is taken")));
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("is taken") && ran.err.contains("alias add"), "{}", ran.err);
    let whoami = stage.run(&["--json", "whoami"]).await;
    assert_eq!(whoami.events("account")[0]["aliases"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn without_a_site_nothing_is_left_behind_and_the_exit_code_says_so() {
    let stage = Stage::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = stage.run(&["register", "--site", &format!("={free}"), "--alias", "Alice Ames"]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("is the site up"), "{}", ran.err);
    assert_eq!(stage.run(&["whoami"]).await.code, 2);
    assert_eq!(stage.run(&["--json", "account", "list"]).await.out, "");
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense_is_a_usage_error() {
    let stage = Stage::new().await;
    assert_eq!(stage.run(&["register", "--site", "example.org:443"]).await.code, 2);
    assert_eq!(stage.run(&["post", "hello"]).await.code, 2);
    let help = stage.run(&["--help"]).await;
    assert!(help.code == 0 && help.out.contains("Exit codes"));
    let script = stage.run(&["completions", "bash"]).await;
    assert!(script.code == 0 && script.out.contains("complete"));
}

#[tokio::test]
async fn a_site_that_does_not_answer_is_given_up_in_time() {
    let stage = Stage::with_account().await;
    // Long enough for any machine to log in.
    let args = ["--json", "--timeout", "5", "ping", "--to", "Bob Bower", "hi"];
    let (ran, _peer) = tokio::join!(stage.run(&args), stage.site.welcome());
    assert_eq!(ran.code, 4, "{ran:?}");
    let error: serde_json::Value = serde_json::from_str(ran.err.trim()).unwrap();
    assert_eq!((&error["event"], &error["kind"]), (&"error".into(), &"timed_out".into()));
}

#[tokio::test]
async fn two_processes_do_not_use_one_node() {
    let stage = Stage::with_account().await;
    let listening = stage.command(&["listen"]).spawn().unwrap();
    let _peer = stage.site.welcome().await;
    let ran = stage.run(&["ping", "--to", "Bob Bower"]).await;
    assert_eq!(ran.code, 5);
    assert!(ran.err.contains(&format!("process {}", listening.id().unwrap())), "{}", ran.err);
}

#[tokio::test]
async fn a_node_added_here_is_used_there() {
    let stage = Stage::with_account().await;
    let secret = SECRET.replace("1BC", "9BC");
    let serve = async {
        let mut peer = stage.site.welcome().await;
        let user = |nodeid: &str| Message::UserNode { newnode: "phone".into(), nodeid: nodeid.into() };
        // An old one that nobody has taken yet.
        peer.queued(4, &user(SECRET), b"").await;
        let asked = peer.asked().await;
        assert!(
            matches!(&asked.request, Request::UserEdit { edit: UserEdit::NewNode(l), .. } if l == "phone")
        );
        peer.ack(&asked, None).await;
        peer.queued(5, &user(&secret), b"").await;
        peer.goodbye().await
    };
    let (ran, acked) = tokio::join!(stage.run(&["--json", "node", "add", "phone"]), serve);
    assert_eq!(acked, ["0000000000000005"], "{ran:?}");
    let node = &ran.events("node")[0];
    assert_eq!(node["node"], secret);
    let token = node["token"].as_str().unwrap();
    let ran = stage.run(&["node", "use", token, "--account", "phone"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let there = stage.run(&["--json", "--account", "phone", "whoami"]).await;
    assert_eq!(there.events("account")[0]["uid"], UID);
    let list = stage.run(&["--json", "node", "list"]).await;
    assert_eq!(list.events("node")[0]["token"], token, "the token can be shown again");
}

#[tokio::test]
async fn accounts_are_listed_chosen_and_removed() {
    let stage = Stage::with_account().await;
    let token = format!("tmtp-node:=127.0.0.1:9/{OTHER}/{SECRET}");
    assert_eq!(
        stage.run_with_stdin(&["account", "add", "-", "--account", "b"], token.as_bytes()).await.code,
        0
    );
    let list = stage.run(&["--json", "account", "list"]).await;
    assert_eq!(list.events("account").len(), 2);
    assert_eq!(stage.run(&["account", "use", "b"]).await.code, 0);
    let ran = stage.run(&["--json", "whoami"]).await;
    assert_eq!(ran.events("account")[0]["uid"], OTHER);
    assert_eq!(stage.run(&["account", "remove", "b"]).await.code, 2, "not without --yes");
    assert_eq!(stage.run(&["account", "remove", "b", "--yes"]).await.code, 0);
    assert_eq!(stage.run(&["--json", "account", "list"]).await.events("account").len(), 1);
}
