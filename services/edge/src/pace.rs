//! Does something to many, so many a second.

use std::time::Duration;

use tokio::time::interval;

/// Does it to each, the first at once, and by no moment to more than the rate allows since the beginning. Timers are
/// late, by a millisecond or by more under load: what was missed is made up for, or a drain would take longer than
/// its rate says, and over a thousand a second could not be had at all.
pub async fn each<T>(items: Vec<T>, per_second: u32, mut act: impl FnMut(T)) {
    let mut turns = interval(Duration::from_secs(1) / per_second.max(1));
    for item in items {
        turns.tick().await;
        act(item);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    /// When each of so many had its turn, since the beginning.
    async fn turns(count: usize, per_second: u32) -> Vec<Duration> {
        let began = Instant::now();
        let mut at = Vec::new();
        each(vec![(); count], per_second, |()| at.push(began.elapsed())).await;
        at
    }

    #[tokio::test(start_paused = true)]
    async fn at_no_moment_were_more_let_go_than_the_rate_allows() {
        for per_second in [1, 7, 200, 300, 3000] {
            for (before, at) in turns(50, per_second).await.into_iter().enumerate() {
                assert!(
                    at.as_secs_f64() + 1e-6 >= before as f64 / f64::from(per_second),
                    "{before} at {at:?}"
                );
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_takes_as_long_as_the_rate_says_also_where_a_turn_is_shorter_than_a_timer_can_be() {
        for (count, per_second, seconds) in [(601, 300, 2), (6001, 3000, 2), (20_001, 20_000, 1), (3, 1, 2)] {
            let last = turns(count, per_second).await.pop().unwrap();
            let late = last.checked_sub(Duration::from_secs(seconds)).unwrap_or_default();
            assert!(late <= Duration::from_millis(2), "{count} at {per_second} a second took {last:?}");
        }
    }
}
