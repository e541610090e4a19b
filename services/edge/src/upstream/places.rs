//! Places for large bodies on their way to delivery.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// So many at a time, and of each site so many: where members send slowly, others' large messages still find a place.
#[derive(Debug)]
pub struct Places {
    all: Semaphore,
    of_site_max: usize,
    /// Those of sites that have some taken, or did.
    sites: Mutex<HashMap<i64, Weak<Semaphore>>>,
}

/// Free again when dropped.
#[derive(Debug)]
pub struct Place<'p> {
    _of_site: OwnedSemaphorePermit,
    _of_all: SemaphorePermit<'p>,
}

impl Places {
    pub fn new(max: usize, of_site_max: usize) -> Self {
        Self { all: Semaphore::new(max), of_site_max, sites: Mutex::default() }
    }

    /// Waits for one.
    pub async fn take(&self, site: i64) -> Result<Place<'_>, AcquireError> {
        // The site's first: whoever waits for that keeps none from others.
        let of_site = self.of(site).acquire_owned().await?;
        Ok(Place { _of_site: of_site, _of_all: self.all.acquire().await? })
    }

    fn of(&self, site: i64) -> Arc<Semaphore> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sites.get(&site).and_then(Weak::upgrade) {
            return known;
        }
        sites.retain(|_, places| places.strong_count() > 0);
        let places = Arc::new(Semaphore::new(self.of_site_max));
        sites.insert(site, Arc::downgrade(&places));
        places
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_site_that_has_all_of_its_places_taken_takes_none_from_others() {
        let places = Places::new(3, 2);
        let soon = |site| timeout(Duration::from_secs(1), places.take(site));
        let (one, _two) = (soon(1).await.unwrap(), soon(1).await.unwrap());
        assert!(soon(1).await.is_err());
        let other = soon(2).await.unwrap();
        drop(one);
        let _again = soon(1).await.unwrap();
        assert!(soon(2).await.is_err(), "all are taken");
        drop(other);
        soon(3).await.unwrap().unwrap();
        assert_eq!(places.sites.lock().unwrap().len(), 2, "those without any are forgotten");
    }
}
