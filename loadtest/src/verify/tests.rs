//! A forged loss, duplicate and the like must be found.

use std::time::Duration;

use super::*;

/// Two members; each lane leads to the member with its number.
struct Run {
    lanes: Vec<Lane>,
    outboxes: Vec<Outbox>,
    inboxes: Vec<Inbox>,
}

impl Run {
    /// Member 0 posts three messages to member 1, all acked.
    fn with_three_acked() -> Self {
        let lane = |to: u32| Lane { to: String::new(), receivers: vec![to] };
        let mut run = Self {
            lanes: vec![lane(0), lane(1)],
            outboxes: vec![Outbox::default(), Outbox::default()],
            inboxes: vec![Inbox::default(), Inbox::default()],
        };
        for request in ["0", "1", "2"] {
            run.outboxes[0].post(1, Duration::ZERO);
            run.outboxes[0].answered(request, None);
        }
        run
    }

    fn arrive(mut self, sequences: &[u32]) -> Self {
        for sequence in sequences {
            self.inboxes[1].note(0, 1, *sequence, 0);
        }
        self
    }

    fn verdict(mut self) -> Verdict {
        Verdict::of(&self.lanes, &mut self.outboxes, &self.inboxes)
    }
}

#[test]
fn all_that_was_acked_came_once_and_in_order() {
    let verdict = Run::with_three_acked().arrive(&[0, 1, 2]).verdict();
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!((verdict.posted, verdict.promised, verdict.delivered), (3, 3, 3));
}

#[test]
fn a_lost_message_is_found_in_the_middle_and_at_the_end() {
    for came in [&[0, 2][..], &[0, 1], &[1, 2]] {
        let verdict = Run::with_three_acked().arrive(came).verdict();
        assert_eq!((verdict.lost, verdict.is_good()), (1, false), "{came:?}");
    }
    assert_eq!(Run::with_three_acked().verdict().lost, 3);
}

#[test]
fn a_duplicate_is_found_and_does_not_make_up_for_a_loss() {
    let verdict = Run::with_three_acked().arrive(&[0, 0, 2]).verdict();
    assert_eq!((verdict.lost, verdict.duplicated, verdict.is_good()), (1, 1, false));
}

#[test]
fn a_message_out_of_order_is_found() {
    let verdict = Run::with_three_acked().arrive(&[0, 2, 1]).verdict();
    assert_eq!((verdict.lost, verdict.reordered, verdict.is_good()), (0, 1, false));
    assert!(verdict.troubles[0].contains("number 1"), "{:?}", verdict.troubles);
}

#[test]
fn a_message_without_an_ack_may_come_or_not_and_makes_up_for_none() {
    let mut run = Run::with_three_acked();
    run.outboxes[0].post(1, Duration::ZERO);
    let verdict = run.arrive(&[0, 1, 3]).verdict();
    assert_eq!((verdict.lost, verdict.unanswered, verdict.acked), (1, 1, 3));
}

#[test]
fn a_refused_message_is_no_loss_but_not_good() {
    let mut run = Run::with_three_acked();
    run.outboxes[0].post(1, Duration::ZERO);
    run.outboxes[0].answered("3", Some("too many"));
    let verdict = run.arrive(&[0, 1, 2]).verdict();
    assert_eq!((verdict.lost, verdict.refused, verdict.is_good()), (0, 1, false));
    assert_eq!(verdict.troubles, ["a post was refused: too many"]);
}

#[test]
fn what_nobody_sent_is_foreign() {
    let mut run = Run::with_three_acked().arrive(&[0, 1, 2]);
    run.inboxes[1].foreign += 1;
    assert!(!run.verdict().is_good());
}

#[test]
fn a_group_owes_a_copy_to_each_but_the_sender() {
    let mut run = Run::with_three_acked();
    run.lanes[1].receivers = vec![0, 1, 2];
    run.inboxes.push(Inbox::default());
    run.inboxes[2].note(0, 1, 0, 0);
    let verdict = run.arrive(&[0, 1, 2]).verdict();
    assert_eq!((verdict.promised, verdict.delivered, verdict.lost), (6, 4, 2));
}

#[test]
fn that_queues_are_full_is_owed_to_whoever_posts_too_much_and_nothing_else_is() {
    let refused = |why: &[&str]| {
        let mut run = Run::with_three_acked().arrive(&[0, 1, 2]);
        for (request, why) in (3..).zip(why) {
            run.outboxes[0].post(1, Duration::ZERO);
            run.outboxes[0].answered(&request.to_string(), Some(why));
        }
        run.verdict()
    };
    let full = "queue of recipient \"BOB\" is full";
    let mut verdict = refused(&[full]);
    assert!(!verdict.is_good());
    assert_eq!(verdict.take_full_queues(), 1);
    assert!(verdict.is_good(), "{verdict:?}");
    let mut verdict = refused(&[full, "to \"BOB\" is unknown"]);
    assert_eq!((verdict.take_full_queues(), verdict.refused, verdict.is_good()), (0, 2, false));
}
