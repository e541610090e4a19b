//! `tmtp listen`: nothing is lost, nothing is shown twice, nothing leaves its folder.

use std::path::Path;

use tmtp_client::{Letter, Message, MsgId, Source};
use tokio::io::AsyncReadExt;

use crate::{
    command::stage::{Ran, Stage},
    double::{OTHER, Peer, delivery, ping},
};

async fn packed(letter: Letter) -> (Message, Vec<u8>) {
    let packed = letter.pack().unwrap().with_checksum().await.unwrap();
    let mut data = Vec::new();
    packed.source.open().await.unwrap().read_to_end(&mut data).await.unwrap();
    (Message::Delivery { datahead: packed.datahead, datasum: packed.datasum, notify: None }, data)
}

/// Queues messages for a listener that takes as many, and gives what was acked.
async fn queue(stage: &Stage, messages: &[(u64, Message, &[u8])]) -> Vec<String> {
    let mut peer = stage.site.welcome().await;
    for (id, message, data) in messages {
        peer.queued(*id, message, data).await;
    }
    peer.goodbye().await
}

async fn listen(stage: &Stage, count: usize, messages: &[(u64, Message, &[u8])]) -> (Ran, Vec<String>) {
    let count = count.to_string();
    let args = ["--json", "listen", "--count", &count, "--timeout", "20"];
    let (ran, acked) = tokio::join!(stage.run(&args), queue(stage, messages));
    assert_eq!(ran.code, 0, "{ran:?}");
    (ran, acked)
}

fn read(path: &serde_json::Value) -> Vec<u8> {
    std::fs::read(path.as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_letter_is_saved_shown_and_acked() {
    let stage = Stage::with_account().await;
    let files = Letter::new("See below.").subject("Lunch").attach("menu.txt", Source::bytes("Soup"));
    let (message, data) = packed(files.attach("menu.txt", Source::bytes(vec![9; 200_000]))).await;
    let (ran, acked) = listen(&stage, 1, &[(8, message, &data)]).await;
    assert_eq!(acked, [MsgId(8).to_string()]);
    let shown = &ran.events("message")[0];
    assert_eq!((&shown["subject"], &shown["text"]), (&"Lunch".into(), &"See below.".into()));
    assert_eq!(shown["thread"], MsgId(8).to_string());
    assert_eq!(shown["checksum_ok"], true);
    assert_eq!(read(&shown["files"][0]["path"]), b"Soup");
    assert_eq!(read(&shown["files"][1]["path"]), vec![9; 200_000]);
    assert_ne!(shown["files"][0]["path"], shown["files"][1]["path"], "one name, two files");
}

#[tokio::test]
async fn a_message_is_on_disk_when_its_ack_arrives() {
    let stage = Stage::with_account().await;
    let (message, data) = packed(Letter::new("x").attach("big", Source::bytes(vec![5; 3 << 20]))).await;
    let serve = async {
        let mut peer = stage.site.welcome().await;
        peer.queued(8, &message, &data).await;
        assert_eq!(peer.acked().await, MsgId(8).to_string());
        let folder = stage.folder().join("inbox").join(format!("{}.alice", MsgId(8)));
        assert_eq!(std::fs::metadata(folder.join("big")).unwrap().len(), 3 << 20);
        let history = std::fs::read_to_string(stage.folder().join("history.jsonl")).unwrap();
        assert!(history.contains(&MsgId(8).to_string()));
        peer.goodbye().await
    };
    let (ran, _) = tokio::join!(stage.run(&["listen", "--count", "1"]), serve);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[tokio::test]
async fn what_comes_again_is_acked_again_and_not_shown_again() {
    let stage = Stage::with_account().await;
    let messages = [(1, delivery(), &b"one"[..]), (2, ping(), b"two")];
    listen(&stage, 2, &messages).await;
    let again = [(1, delivery(), &b"one"[..]), (2, ping(), b"two"), (3, ping(), b"three")];
    let (ran, acked) = listen(&stage, 1, &again).await;
    assert_eq!(acked.len(), 3);
    let shown = ran.events("message");
    assert_eq!((shown.len(), &shown[0]["text"]), (1, &"three".into()));
}

#[tokio::test]
async fn a_crash_between_saving_and_the_history_shows_it_again_and_overwrites_nothing() {
    let stage = Stage::with_account().await;
    listen(&stage, 1, &[(1, delivery(), b"one")]).await;
    std::fs::remove_file(stage.folder().join("history.jsonl")).unwrap();
    let folder = stage.folder().join("inbox").join(format!("{}.alice", MsgId(1)));
    std::fs::write(folder.join("text.txt"), "edited by its owner").unwrap();
    let (ran, acked) = listen(&stage, 1, &[(1, delivery(), b"one")]).await;
    assert_eq!((ran.events("message").len(), acked.len()), (1, 1));
    assert_eq!(std::fs::read(folder.join("text.txt")).unwrap(), b"edited by its owner");
}

#[tokio::test]
async fn a_link_cut_in_the_middle_of_a_body_leaves_no_half_message() {
    let stage = Stage::with_account().await;
    let (message, data) = packed(Letter::new("whole").attach("f", Source::bytes(vec![3; 500_000]))).await;
    let serve = async {
        let mut peer = stage.site.welcome().await;
        peer.header(4, &message, data.len() as u64).await;
        peer.raw(&data[..200_000]).await;
        drop(peer);
        let mut peer = stage.site.welcome().await;
        peer.queued(4, &message, &data).await;
        peer.goodbye().await
    };
    let args = ["--json", "listen", "--count", "1", "--timeout", "30"];
    let (ran, acked) = tokio::join!(stage.run(&args), serve);
    assert_eq!((ran.code, acked.len()), (0, 1), "{ran:?}");
    let shown = ran.events("message");
    assert_eq!((shown.len(), &shown[0]["checksum_ok"]), (1, &true.into()));
    assert_eq!(ran.events("disconnected").len(), 1);
}

#[tokio::test]
async fn names_that_mean_harm_stay_in_the_folder() {
    let stage = Stage::with_account().await;
    let mut letter = Letter::new("x");
    let names = ["../../evil", "/etc/evil", "message.json", "text.txt", "..", "a\u{1b}[2J\nb", ".ssh"];
    for name in names {
        letter = letter.attach(name, Source::bytes("E"));
    }
    let (message, data) = packed(letter).await;
    let (ran, _) = listen(&stage, 1, &[(8, message, &data)]).await;
    let shown = &ran.events("message")[0];
    let folder = Path::new(shown["dir"].as_str().unwrap());
    let files = shown["files"].as_array().unwrap();
    assert_eq!(files.len(), names.len());
    for file in files {
        assert_eq!(Path::new(file["path"].as_str().unwrap()).parent(), Some(folder));
        assert_eq!(read(&file["path"]), b"E");
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), names.len() + 2, "with the text and the message");
}

#[tokio::test]
async fn texts_cannot_steer_the_terminal() {
    let stage = Stage::with_account().await;
    let evil = Message::Ping { alias: "Bob\u{202e}Bower".into(), to: "Alice Ames".into() };
    let messages = [(1, delivery(), &b"a\x1b[2Jb\nc\r"[..]), (2, evil, b"\x07")];
    let (ran, _) = tokio::join!(stage.run(&["listen", "--count", "2"]), queue(&stage, &messages));
    assert!(!ran.out.contains(['\u{1b}', '\u{202e}', '\u{7}', '\r']), "{:?}", ran.out);
    assert!(ran.out.contains("a\\u{1b}[2Jb\nc"), "{:?}", ran.out);
}

#[tokio::test]
async fn a_ping_teaches_its_senders_uid_and_nobody_can_take_it_over() {
    let stage = Stage::with_account().await;
    listen(&stage, 1, &[(1, ping(), b"hi")]).await;
    let ran = stage.run(&["--json", "contacts", "list"]).await;
    let contact = &ran.events("contact")[0];
    assert_eq!((&contact["alias"], &contact["uid"]), (&"Bob Bower".into(), &OTHER.into()));
}

#[tokio::test]
async fn data_of_other_programs_is_kept_as_it_is() {
    let stage = Stage::with_account().await;
    let foreign = Message::Delivery { datahead: Some(7), datasum: None, notify: Some(3) };
    let messages = [(1, foreign, &b"{\"a\":1}and text"[..]), (2, delivery(), b"\x00\xff binary")];
    let (ran, acked) = listen(&stage, 2, &messages).await;
    assert_eq!(acked.len(), 2);
    let shown = ran.events("message");
    assert_eq!((&shown[0]["text"], &shown[0]["notify"]), (&"and text".into(), &3.into()));
    let folder = Path::new(shown[0]["dir"].as_str().unwrap());
    assert_eq!(std::fs::read(folder.join("head.bin")).unwrap(), b"{\"a\":1}");
    assert_eq!(shown[1]["text"], "");
    assert_eq!(read(&shown[1]["files"][0]["path"]), b"\x00\xff binary");
}

#[tokio::test]
async fn listening_once_ends_when_nothing_more_waits_and_a_count_that_is_not_reached_is_an_error() {
    let stage = Stage::with_account().await;
    let messages = [(1, ping(), &b"hi"[..])];
    let args = ["listen", "--once", "--quiet", "0.4", "--count", "2"];
    let (ran, acked) = tokio::join!(stage.run(&args), queue(&stage, &messages));
    assert_eq!((ran.code, acked.len()), (4, 1), "{ran:?}");
    assert!(ran.out.contains("ping from Bob Bower to Alice Ames: hi"), "{}", ran.out);
    let history = stage.run(&["history"]).await;
    assert!(history.out.contains("ping from Bob Bower"), "{}", history.out);
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_it_in_order() {
    let stage = Stage::with_account().await;
    let child = stage.command(&["listen"]).spawn().unwrap();
    let serve = async {
        let mut peer: Peer = stage.site.welcome().await;
        peer.queued(1, &ping(), b"hi").await;
        assert_eq!(peer.acked().await, MsgId(1).to_string());
        let pid = child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        peer.goodbye().await;
        child.wait_with_output().await.unwrap()
    };
    assert_eq!(serve.await.status.code(), Some(0));
}
