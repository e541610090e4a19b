use tmtp_grpc::delivery::SubmitReply;

use super::*;
use crate::{session::answering::Question, upstream::Failure};

fn session() -> Session {
    let id = grpc::Session { site: 1, node: 2, epoch: 3, uid: "uid".to_owned() };
    Session::new(id, 4, Duration::from_secs(30))
}

fn entry(id: u64, urgent: bool) -> Entry {
    let head = Bytes::from(format!("[{id}]"));
    Entry { id, head, data_len: 0, data: Bytes::new(), urgent }
}

fn written(session: &Session) -> String {
    match session.next_step() {
        Step::Write(octets, marks) => {
            session.written(&marks);
            String::from_utf8_lossy(&octets).into_owned()
        }
        other => panic!("nothing to write but {other:?}"),
    }
}

/// The reader looks, and nothing has come from the client.
async fn nothing_comes(session: &Session) -> bool {
    let read = session.heard().between_requests(std::future::pending::<()>());
    tokio::time::timeout(Duration::from_millis(1), read).await.is_err()
}

#[tokio::test(start_paused = true)]
async fn urgent_messages_go_first_and_the_others_by_id() {
    let session = session();
    session.fetched(vec![entry(7, false), entry(5, false), entry(9, true)], false);
    assert_eq!(written(&session), "[9][5][7]");
}

#[tokio::test(start_paused = true)]
async fn answers_leave_before_messages() {
    let session = session();
    session.fetched(vec![entry(7, false)], false);
    assert!(session.answer(Bytes::from_static(b"answer"), 0));
    assert_eq!(written(&session), "answer[7]");
}

#[tokio::test(start_paused = true)]
async fn no_more_messages_are_fetched_than_the_window_has_room_for() {
    let session = session();
    assert_eq!(session.next_pull(Instant::now()), Pull::Fetch { skip: vec![], room: 4 });
    session.fetched(vec![entry(1, false), entry(2, false), entry(3, false)], true);
    written(&session);
    match session.next_pull(Instant::now()) {
        Pull::Fetch { mut skip, room } => {
            skip.sort_unstable();
            assert_eq!((skip, room), (vec![1, 2, 3], 1));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_not_acked_in_time_is_fetched_again_and_an_acked_one_is_not() {
    let session = session();
    let _ = session.next_pull(Instant::now());
    session.fetched(vec![entry(1, false), entry(2, false)], false);
    written(&session);
    assert!(session.acked(1));
    tokio::time::advance(Duration::from_secs(29)).await;
    assert!(matches!(session.next_pull(Instant::now()), Pull::Rest(Some(_))));
    tokio::time::advance(Duration::from_secs(1)).await;
    let pull = session.next_pull(Instant::now());
    assert_eq!(pull, Pull::Fetch { skip: vec![1], room: 4 }, "1 is acked, though not yet settled");
}

#[tokio::test(start_paused = true)]
async fn a_message_acked_before_it_was_written_is_not_written() {
    let session = session();
    session.fetched(vec![entry(1, false), entry(2, true), entry(3, false)], false);
    assert!(session.acked(1));
    assert!(session.acked(2));
    assert!(!session.acked(2), "a repeated ack is not sent on");
    assert_eq!(written(&session), "[3]");
}

#[tokio::test(start_paused = true)]
async fn a_settled_ack_makes_way_for_the_next_message() {
    let session = session();
    session.fetched((1..=4).map(|id| entry(id, false)).collect(), true);
    written(&session);
    assert!(matches!(session.next_pull(Instant::now()), Pull::Rest(Some(_))));
    assert!(session.acked(2));
    assert!(matches!(session.next_pull(Instant::now()), Pull::Fetch { room: 1, .. }));
    session.settle(&[2]);
    session.all_settled().await;
}

#[tokio::test(start_paused = true)]
async fn the_last_words_come_after_the_answers_and_nothing_after_them() {
    let session = session();
    session.fetched(vec![entry(1, false)], false);
    assert!(session.answer(Bytes::from_static(b"answer"), 0));
    session.close(Some("first".to_owned()));
    session.close(Some("second".to_owned()));
    assert_eq!(written(&session), "answer");
    assert!(matches!(session.next_step(), Step::Close(Some(text)) if text == "first"));
}

#[tokio::test(start_paused = true)]
async fn an_ack_was_heard_only_when_it_was_written() {
    let session = session();
    assert!(nothing_comes(&session).await);
    assert!(session.answer(Bytes::from_static(b"ack"), 77));
    assert_eq!(session.heard().through(), 0);
    written(&session);
    assert_eq!(session.heard().through(), 77);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_its_answers_is_found_out() {
    let session = session();
    let all_taken = (0..=ANSWERS_MAX).all(|_| session.answer(Bytes::from_static(b"x"), 0));
    assert!(!all_taken);
}

#[tokio::test(start_paused = true)]
async fn presence_keeps_only_the_newest_word_about_a_member() {
    let session = session();
    session.told_online(["a".to_owned()].iter());
    for (from, status) in [("a", 2), ("a", 1), ("b", 1), ("a", 2)] {
        session.ohi(from.to_owned(), status);
    }
    let text = written(&session);
    assert!(text.find("\"b\"") < text.find("\"a\""), "{text}");
    assert_eq!(text.matches("\"a\"").count(), 1, "{text}");
}

#[tokio::test(start_paused = true)]
async fn presence_is_set_right_where_words_were_lost_and_no_other_came_since() {
    let session = session();
    session.told_online(["stays".to_owned(), "went".to_owned()].iter());
    assert_eq!(session.contacts_in_doubt(), None);
    session.distrust();
    let words = session.contacts_in_doubt().unwrap();
    // Lost again before the answer is here: it may be older than that.
    session.distrust();
    assert!(!session.set_right(vec!["stays".to_owned()], words));
    let words = session.contacts_in_doubt().unwrap();
    // It was told before, and not written yet; by now it is gone again, and that word was lost.
    session.ohi("came and went".to_owned(), 1);
    assert!(!session.set_right(Vec::new(), words));
    let words = session.contacts_in_doubt().unwrap();
    assert!(session.set_right(vec!["stays".to_owned(), "came".to_owned()], words));
    assert_eq!(session.contacts_in_doubt(), None);
    let text = written(&session);
    assert!(text.contains("\"came\"") && text.contains("\"went\""), "{text}");
    assert!(!text.contains("stays") && !text.contains("came and went"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn words_that_a_slow_client_does_not_hear_put_the_rest_in_doubt() {
    let session = session();
    (0..=OHIS_MAX).for_each(|number| session.ohi(number.to_string(), 1));
    assert!(session.contacts_in_doubt().is_some());
}

#[tokio::test(start_paused = true)]
async fn acking_all_but_the_oldest_does_not_make_the_list_of_what_was_sent_grow() {
    let session = session();
    session.fetched(vec![entry(1, false)], false);
    written(&session);
    for id in 2..10_000 {
        session.fetched(vec![entry(id, false)], false);
        written(&session);
        assert!(session.acked(id));
        session.settle(&[id]);
    }
    assert!(session.lock().in_hand.noted_as_sent() < 200);
    tokio::time::advance(Duration::from_secs(30)).await;
    assert!(matches!(session.next_pull(Instant::now()), Pull::Fetch { skip, .. } if skip.is_empty()));
}

/// A session whose queue was looked at, and is empty.
fn quiet() -> Session {
    let session = session();
    assert!(matches!(session.next_pull(Instant::now()), Pull::Fetch { .. }));
    session.fetched(vec![], false);
    session
}

#[tokio::test(start_paused = true)]
async fn a_push_is_sent_at_once_where_nothing_else_can_be_waiting() {
    let session = quiet();
    assert!(session.push(3, &entry(7, false)));
    assert_eq!(written(&session), "[7]");
    assert!(matches!(session.next_pull(Instant::now()), Pull::Rest(Some(_))), "nothing is to be fetched");
}

#[tokio::test(start_paused = true)]
async fn before_and_during_a_fetch_a_push_is_but_a_wake() {
    let session = session();
    assert!(!session.push(3, &entry(7, false)), "nobody has looked yet");
    assert!(matches!(session.next_pull(Instant::now()), Pull::Fetch { .. }));
    assert!(!session.push(3, &entry(8, false)), "what the fetch finds may have to go before it");
    session.fetched(vec![entry(5, false)], false);
    assert!(matches!(session.next_step(), Step::Write(octets, _) if octets == "[5]"));
    assert!(matches!(session.next_pull(Instant::now()), Pull::Fetch { .. }), "7 and 8 are to be fetched");
}

#[tokio::test(start_paused = true)]
async fn after_hints_were_lost_a_push_is_but_a_wake() {
    let session = quiet();
    session.distrust();
    assert!(!session.push(3, &entry(7, false)));
    assert!(matches!(session.next_pull(Instant::now()), Pull::Fetch { .. }));
    session.fetched(vec![entry(6, false), entry(7, false)], false);
    assert_eq!(written(&session), "[6][7]");
    assert!(session.push(3, &entry(8, false)));
}

#[tokio::test(start_paused = true)]
async fn what_was_acked_is_not_sent_again_by_a_push_that_comes_late() {
    let session = quiet();
    session.fetched(vec![entry(7, false)], false);
    written(&session);
    assert!(session.acked(7));
    session.settle(&[7]);
    assert!(!session.push(3, &entry(7, false)));
    assert!(matches!(session.next_step(), Step::Rest));
}

#[tokio::test(start_paused = true)]
async fn a_push_for_another_session_of_the_node_is_but_a_wake() {
    let session = quiet();
    assert!(!session.push(2, &entry(7, false)) && !session.push(4, &entry(8, false)));
    assert!(matches!(session.next_step(), Step::Rest));
}

#[tokio::test(start_paused = true)]
async fn no_more_messages_are_pushed_than_the_window_has_room_for() {
    let session = quiet();
    let taken = (1..=6).filter(|id| session.push(3, &entry(*id, false))).count();
    assert_eq!(taken, 4);
    assert_eq!(written(&session), "[1][2][3][4]");
    assert!(session.acked(1));
    assert!(matches!(session.next_pull(Instant::now()), Pull::Fetch { room: 1, .. }));
}

#[tokio::test(start_paused = true)]
async fn after_a_request_without_an_answer_no_id_says_that_all_below_it_were_acked() {
    let session = session();
    assert!(nothing_comes(&session).await);
    let question = || Question { op: "post", id: "x".to_owned(), has_receipt: true, asked: Instant::now() };
    session.answer_to(question(), Ok(SubmitReply { msgid: 5, ..SubmitReply::default() }));
    session.follow(9);
    session.answer_to(question(), Err(Failure::Unreachable("gone".to_owned())));
    session.answer_to(question(), Ok(SubmitReply { msgid: 7, ..SubmitReply::default() }));
    let Step::Write(_, marks) = session.next_step() else { panic!("no answers") };
    session.written(&marks);
    assert_eq!(session.heard().through(), 0, "the one in between may have been carried out");
    assert_eq!((session.floor(), session.follows()), (7, 0));
}
