//! The process that `tmtpd control` is.

use std::{net::TcpListener, sync::Arc, time::Duration};

use tmtp_platform::clock::DAY_MS;
use tmtp_store::Store;
use tokio_util::sync::CancellationToken;

use crate::{
    First, Options, Registry, api, backlog, certificates::Issuer, door::Door, mail::Mailer, provider_watch,
    usage,
};

/// How often it counts what there is, and forgets what is old.
const COUNT_EVERY: Duration = Duration::from_secs(15);
/// How long an answer to a creation is remembered.
const REPLIES_MS: i64 = DAY_MS;
/// Answers forgotten in one statement.
const FORGET_AT_ONCE: u32 = 1_000;

/// A control process: serves the API, and counts sites and what waits for the operator's dashboards.
pub struct Control {
    store: Arc<dyn Store>,
    registry: Registry,
    options: Options,
    door: Arc<Door>,
}

impl Control {
    /// A control process over this store.
    pub fn new(store: Arc<dyn Store>, registry: Registry, options: Options) -> Self {
        metrics::describe_gauge!("tmtp_control_sites", "Sites, by whether they are suspended.");
        metrics::describe_gauge!("tmtp_backup_timestamp_seconds", "The moment of the last backup.");
        metrics::describe_counter!("tmtp_control_requests_total", "Requests to the API, by status.");
        metrics::describe_gauge!(
            "tmtp_control_certificates_automatic",
            "Sites whose certificates an authority issues, by whether its last try failed."
        );
        metrics::describe_counter!(
            "tmtp_control_certificates_issued_total",
            "Certificates that an authority was asked for, by whether it issued them."
        );
        metrics::describe_gauge!(
            "tmtp_control_providers",
            "Providers that vouch for newcomers, by whether their keys could be had last."
        );
        backlog::describe();
        let letters = options.mail.is_set().then_some(options.letters_per_day_max);
        let registry =
            registry.allowing_private_providers(options.private_providers).sending_letters(letters);
        let door = Arc::new(Door::new(registry.clone(), &options));
        Self { store, registry, options, door }
    }

    /// A key and a link for the first operator, where there is neither a key in the settings nor an operator.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn first_key(&self) -> crate::Result<Option<First>> {
        if self.options.listen.is_empty() || !self.options.operator_key.is_empty() {
            return Ok(None);
        }
        self.registry.first_operator().await
    }

    /// Runs until it is told to stop. A store that is away for a while is no reason to end.
    ///
    /// # Errors
    /// When a listener cannot be used.
    pub async fn run(&self, listeners: Vec<TcpListener>, stop: CancellationToken) -> std::io::Result<()> {
        let (mailer, outbox) = Mailer::new(&self.options.mail).map_err(std::io::Error::other)?;
        let outbox = outbox.noting(self.registry.clone());
        let router = api::router(self.registry.clone(), Arc::clone(&self.door), &self.options, mailer);
        let serving = listeners.into_iter().map(|listener| {
            api::serve(listener, router.clone(), self.options.trusted_proxies.clone(), stop.clone())
        });
        let counting = async {
            let backlog = Box::pin(backlog::watch(self.store.clone(), self.registry.clock.clone(), &stop));
            let usage = Box::pin(usage::watch(self.store.admin(), self.registry.clock.clone(), &stop));
            let providers = Box::pin(provider_watch::watch(&self.registry, &stop));
            futures::future::join4(self.count_until(&stop), backlog, usage, providers).await;
            Ok(())
        };
        let mailing = async {
            outbox.run(stop.clone()).await;
            Ok(())
        };
        let issuing = async {
            let (store, registry, options) =
                (self.store.clone(), self.registry.clone(), self.options.acme.clone());
            Issuer { store, registry, options }.run(stop.clone()).await;
            Ok(())
        };
        tokio::try_join!(futures::future::try_join_all(serving), counting, mailing, Box::pin(issuing))
            .map(drop)
    }

    async fn count_until(&self, stop: &CancellationToken) {
        let mut ticks = tokio::time::interval(COUNT_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {
                    self.count().await;
                    self.tell_dates().await;
                    self.forget().await;
                    self.erase().await;
                }
            }
        }
    }

    async fn erase(&self) {
        if let Err(error) = self.registry.erase_closed().await {
            tracing::info!(%error, "closed sites could not be erased");
        }
    }

    async fn forget(&self) {
        let now = self.registry.now_ms();
        if let Err(error) = self.forget_before(now).await {
            tracing::info!(%error, "what is old could not be forgotten");
        }
    }

    async fn forget_before(&self, now_ms: i64) -> tmtp_store::Result<()> {
        let admin = &self.registry.admin;
        // One that fails, perhaps in one of several databases, keeps none of the others from being done.
        let done = [
            admin.forget_replies(now_ms - REPLIES_MS, FORGET_AT_ONCE).await.map(drop),
            admin.forget_grants(now_ms, FORGET_AT_ONCE).await.map(drop),
            admin.forget_letters(now_ms / DAY_MS, FORGET_AT_ONCE).await.map(drop),
            admin.end_invitations(now_ms, FORGET_AT_ONCE).await.map(drop),
            self.door.forget(FORGET_AT_ONCE).await,
        ];
        done.into_iter().collect()
    }

    async fn tell_dates(&self) {
        if let Err(error) = self.look_at_dates().await {
            tracing::info!(%error, "certificates and backups could not be looked at");
        }
    }

    /// When the first of sites' own certificates ends, how those go that an authority issues, which sign-in providers are
    /// down, and of which moment the last backup is.
    async fn look_at_dates(&self) -> crate::Result<()> {
        let mut view = self.registry.view().await?;
        let first_end = view.first_certificate_end().await?;
        let seconds = first_end.map_or(f64::INFINITY, |ms| ms as f64 / 1_000.0);
        metrics::gauge!("tmtp_certificate_expiry_timestamp_seconds", "use" => "sites").set(seconds);
        let (issuing, failing) = view.issuing_counts().await?;
        let failing = if self.options.acme.is_set() { failing } else { issuing };
        let automatic =
            |state: &'static str| metrics::gauge!("tmtp_control_certificates_automatic", "state" => state);
        automatic("good").set((issuing - failing) as f64);
        automatic("failing").set(failing as f64);
        let (providers, down) = view.provider_counts().await?;
        let provider = |state: &'static str| metrics::gauge!("tmtp_control_providers", "state" => state);
        provider("good").set((providers - down) as f64);
        provider("down").set(down as f64);
        // Who makes backups by other means has no such figure.
        if let Some(ms) = view.last_backup().await? {
            metrics::gauge!("tmtp_backup_timestamp_seconds").set(ms as f64 / 1_000.0);
        }
        Ok(())
    }

    async fn count(&self) {
        match self.store.sites().await {
            Ok((_, sites)) => {
                let suspended = sites.iter().filter(|site| site.suspended).count();
                let gauge = |state: &'static str| metrics::gauge!("tmtp_control_sites", "state" => state);
                gauge("suspended").set(suspended as f64);
                gauge("active").set((sites.len() - suspended) as f64);
            }
            Err(error) => tracing::info!(%error, "sites could not be counted"),
        }
    }
}
