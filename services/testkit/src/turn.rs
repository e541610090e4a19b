//! Whose turn it is: the next member of a sentence goes to the next edge, whatever other sentences do at the same time.

use std::{cell::RefCell, collections::HashMap, future::Future};

use tokio::task_local;

type Turns = HashMap<String, usize>;

task_local! {
    static TURNS: RefCell<Turns>;
}

/// Runs a future whose turns are its own, counted from the first edge.
pub(crate) async fn of_its_own<F: Future>(future: F) -> F::Output {
    TURNS.scope(RefCell::default(), future).await
}

/// The number of the next turn at the site with this host name; `None` where turns are nobody's own. Counted site by site, so
/// that two members of a site are on two edges also where members of another came between them.
pub(crate) fn next(host: &str) -> Option<usize> {
    let count = |turns: &RefCell<Turns>| {
        let mut turns = turns.borrow_mut();
        let turn = turns.entry(host.to_owned()).or_default();
        *turn += 1;
        *turn - 1
    };
    TURNS.try_with(count).ok()
}

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

    use super::*;

    async fn three(host: &str) -> Vec<Option<usize>> {
        let mut turns = Vec::new();
        for _ in 0..3 {
            turns.push(next(host));
            yield_now().await;
        }
        turns
    }

    #[tokio::test]
    async fn those_who_run_at_once_take_turns_each_for_itself() {
        let (one, two) = tokio::join!(of_its_own(three("host")), of_its_own(three("host")));
        assert_eq!((one, two), (three_from(0), three_from(0)));
        assert_eq!(next("host"), None);
    }

    #[tokio::test]
    async fn each_site_has_turns_of_its_own() {
        let (one, two) = of_its_own(async { tokio::join!(three("one"), three("two")) }).await;
        assert_eq!((one, two), (three_from(0), three_from(0)));
        assert_eq!(of_its_own(async { [three("one").await, three("one").await].concat() }).await[5], Some(5));
    }

    fn three_from(first: usize) -> Vec<Option<usize>> {
        (first..first + 3).map(Some).collect()
    }
}
