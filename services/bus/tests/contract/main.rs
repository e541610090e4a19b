//! What every bus does, whatever it stands on.

#[cfg(test)]
mod redis;
#[cfg(test)]
mod stage;

use stage::{Stage, gap, heard_at_last, hint, listen, next};
use tmtp_bus::Event;

async fn a_hint_reaches_every_subscriber_of_its_channel_and_nobody_else(stage: Stage) {
    let (here, there) = (stage.bus().await, stage.bus().await);
    let mut first = listen(&here, "edge:one").await;
    let mut second = listen(&there, "edge:one").await;
    let mut third = listen(&there, "edge:one").await;
    let mut other = listen(&there, "edge:two").await;
    here.publish("edge:one", "for one".into());
    here.publish("edge:two", "for two".into());
    for subscription in [&mut first, &mut second, &mut third] {
        assert_eq!(hint(subscription).await, "for one");
    }
    assert_eq!(hint(&mut other).await, "for two");
    // What was meant for the other channel would be heard before this.
    here.publish("edge:one", "more for one".into());
    for subscription in [&mut first, &mut second, &mut third] {
        assert_eq!(hint(subscription).await, "more for one");
    }
}

async fn hints_of_one_publisher_keep_their_order(stage: Stage) {
    let (here, there) = (stage.bus().await, stage.bus().await);
    let mut subscription = listen(&there, "sites").await;
    for number in 0..3000 {
        here.publish("sites", number.to_string().into());
    }
    for number in 0..3000 {
        assert_eq!(hint(&mut subscription).await, number.to_string());
    }
}

async fn a_hint_that_left_shows_on_its_receipt(stage: Stage) {
    let bus = stage.bus().await;
    let mut subscription = listen(&bus, "edge:one").await;
    heard_at_last(&bus, "edge:one", &mut subscription, "connected").await;
    let receipts: Vec<_> = (0..50).map(|number| bus.publish("edge:one", number.to_string().into())).collect();
    for receipt in receipts {
        assert!(receipt.has_left().await);
    }
}

async fn any_octets_arrive_as_they_were(stage: Stage) {
    let bus = stage.bus().await;
    let mut subscription = listen(&bus, "edge:one").await;
    let octets: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    bus.publish("edge:one", octets.clone().into());
    bus.publish("edge:one", "".into());
    assert_eq!(next(&mut subscription).await, Event::Hint(octets.into()));
    assert_eq!(hint(&mut subscription).await, "");
}

async fn a_gap_tells_of_an_outage_and_then_hints_flow_again(stage: Stage) {
    let (here, there) = (stage.bus().await, stage.bus().await);
    let mut first = listen(&here, "edge:one").await;
    let mut second = listen(&there, "edge:two").await;
    if stage.strike() {
        gap(&mut first).await;
        gap(&mut second).await;
    }
    heard_at_last(&there, "edge:one", &mut first, "after").await;
    heard_at_last(&here, "edge:two", &mut second, "after").await;
    assert!(here.is_connected());
}

async fn hints_flow_on_after_everything_stored_was_flushed(stage: Stage) {
    let bus = stage.bus().await;
    let mut subscription = listen(&bus, "edge:one").await;
    stage.flush();
    bus.publish("edge:one", "after".into());
    assert_eq!(hint(&mut subscription).await, "after");
}

async fn a_slow_subscriber_hears_a_gap_and_does_not_slow_others(stage: Stage) {
    let bus = stage.bus().await;
    let mut slow = listen(&bus, "edge:one").await;
    let mut quick = listen(&bus, "edge:one").await;
    for wave in 0..6 {
        for number in 0..1000 {
            bus.publish("edge:one", format!("{wave} {number}").into());
        }
        for number in 0..1000 {
            assert_eq!(hint(&mut quick).await, format!("{wave} {number}"));
        }
    }
    assert_eq!(next(&mut slow).await, Event::Gap);
    let newest = async { while hint(&mut slow).await != "5 999" {} };
    newest.await;
}

async fn a_later_subscription_starts_with_a_gap_and_hears_nothing_older(stage: Stage) {
    let bus = stage.bus().await;
    let first = listen(&bus, "edge:one").await;
    bus.publish("edge:one", "old".into());
    drop(first);
    let mut witness = listen(&bus, "edge:two").await;
    bus.publish("edge:two", "passed".into());
    assert_eq!(hint(&mut witness).await, "passed");
    let mut later = listen(&bus, "edge:one").await;
    bus.publish("edge:one", "new".into());
    assert_eq!(hint(&mut later).await, "new");
}

async fn subscriptions_that_come_and_go_leave_the_last_one_listening(stage: Stage) {
    let bus = stage.bus().await;
    for round in 0..200 {
        let subscription = bus.subscribe("edge:one");
        if round % 3 == 0 {
            tokio::task::yield_now().await;
        }
        drop(subscription);
    }
    let mut last = listen(&bus, "edge:one").await;
    bus.publish("edge:one", "heard".into());
    assert_eq!(hint(&mut last).await, "heard");
}

/// One test for each sentence, for each implementation.
macro_rules! contract {
    ($($stage:ident),*) => { $( mod $stage {
        contract!(@ $stage:
            a_hint_reaches_every_subscriber_of_its_channel_and_nobody_else,
            hints_of_one_publisher_keep_their_order,
            a_hint_that_left_shows_on_its_receipt,
            any_octets_arrive_as_they_were,
            a_gap_tells_of_an_outage_and_then_hints_flow_again,
            hints_flow_on_after_everything_stored_was_flushed,
            a_slow_subscriber_hears_a_gap_and_does_not_slow_others,
            a_later_subscription_starts_with_a_gap_and_hears_nothing_older,
            subscriptions_that_come_and_go_leave_the_last_one_listening
        );
    } )* };
    (@ $stage:ident: $($sentence:ident),*) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $sentence() {
            super::$sentence(super::Stage::$stage()).await;
        }
    )* };
}

contract!(memory, single, sentinel, cluster);
