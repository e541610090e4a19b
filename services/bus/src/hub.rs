//! Who in this process listens to what.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::mailbox::Mailbox;

/// Mailboxes by channel. Whoever owns the connection is told of changes, and brings what it is subscribed to in line.
#[derive(Debug)]
pub(crate) struct Hub {
    channels: Mutex<HashMap<String, Vec<Arc<Mailbox>>>>,
    changed: Notify,
    backlog: usize,
}

/// What must change for a connection to listen to what is wanted, and to nothing else.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) subscribe: Vec<String>,
    pub(crate) unsubscribe: Vec<String>,
}

impl Plan {
    pub(crate) fn is_empty(&self) -> bool {
        self.subscribe.is_empty() && self.unsubscribe.is_empty()
    }
}

impl Hub {
    /// Gives each mailbox room for `backlog` hints.
    pub(crate) fn new(backlog: usize) -> Self {
        Self { channels: Mutex::default(), changed: Notify::new(), backlog }
    }

    /// Adds a mailbox; it hears nothing before its channel is enlivened.
    pub(crate) fn add(&self, channel: &str) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox::new(self.backlog));
        self.lock().entry(channel.to_owned()).or_default().push(mailbox.clone());
        self.changed.notify_one();
        mailbox
    }

    /// Removes this very mailbox.
    pub(crate) fn remove(&self, channel: &str, mailbox: &Arc<Mailbox>) {
        let mut channels = self.lock();
        if let Some(mailboxes) = channels.get_mut(channel) {
            mailboxes.retain(|other| !Arc::ptr_eq(other, mailbox));
            if mailboxes.is_empty() {
                channels.remove(channel);
                self.changed.notify_one();
            }
        }
    }

    /// Puts a hint into every mailbox of a channel.
    pub(crate) fn deliver(&self, channel: &str, hint: &Bytes) {
        for mailbox in self.lock().get(channel).into_iter().flatten() {
            mailbox.push(hint.clone());
        }
    }

    /// Compares what is wanted with what a connection is subscribed to.
    pub(crate) fn plan(&self, subscribed: &HashSet<String>) -> Plan {
        let channels = self.lock();
        Plan {
            subscribe: channels.keys().filter(|channel| !subscribed.contains(*channel)).cloned().collect(),
            unsubscribe: subscribed
                .iter()
                .filter(|channel| !channels.contains_key(*channel))
                .cloned()
                .collect(),
        }
    }

    /// Says that hints of these channels arrive from now on.
    pub(crate) fn enliven(&self, subscribed: &HashSet<String>) {
        let channels = self.lock();
        let lists = subscribed.iter().filter_map(|channel| channels.get(channel));
        lists.flatten().for_each(|mailbox| mailbox.enliven());
    }

    /// Says that no hint arrives any more, for now.
    pub(crate) fn deafen(&self) {
        self.lock().values().flatten().for_each(|mailbox| mailbox.deafen());
    }

    /// Says that no hint will ever arrive again.
    pub(crate) fn close(&self) {
        self.lock().values().flatten().for_each(|mailbox| mailbox.close());
    }

    /// Whether nobody listens.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Resolves after a change since the last call. For one waiter.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Arc<Mailbox>>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_plan_brings_a_connection_in_line_with_what_is_wanted() {
        let hub = Hub::new(1);
        hub.add("new");
        hub.add("both");
        let subscribed = names(&["both", "old"]).into_iter().collect();
        let plan = Plan { subscribe: names(&["new"]), unsubscribe: names(&["old"]) };
        assert_eq!(hub.plan(&subscribed), plan);
    }

    #[test]
    fn a_channel_is_wanted_until_its_last_mailbox_is_gone() {
        let hub = Hub::new(1);
        let (first, second) = (hub.add("news"), hub.add("news"));
        hub.remove("news", &first);
        hub.remove("news", &first);
        assert_eq!(hub.plan(&HashSet::new()).subscribe, names(&["news"]));
        hub.remove("news", &second);
        assert!(hub.is_empty());
        assert!(hub.plan(&HashSet::new()).is_empty());
    }
}
