//! The database: whether it keeps what it confirms, and has room for us.

use std::collections::BTreeMap;
use std::path::Path;

use tmtp_platform::{Clock, SystemClock};
use tmtp_store::StoreOptions;

use super::finding::Finding;
use super::hosts::Hosted;
use crate::settings::Settings;

const VERSION_MIN: i64 = 150_000;
/// Ids hold the time: clocks that differ by more show times that make no sense to members.
const CLOCKS_APART_MS: i64 = 1000;

type Facts = BTreeMap<String, String>;

/// Looks at the server and the schema; the sites are for others to look at.
pub async fn examine(settings: &Settings) -> (Vec<Finding>, Vec<Hosted>) {
    if settings.store.check().is_err() {
        // Told as a fault of the settings.
        return (Vec::new(), Vec::new());
    }
    if let Some(path) = settings.store.url.strip_prefix("sqlite://").filter(|path| !Path::new(path).exists())
    {
        let seen = format!("SQLite: {path} is not there yet");
        let advice = "`tmtpd standalone` makes it; if it was there before, look at store.url";
        return (vec![Finding::doubtful("database", seen, advice)], Vec::new());
    }
    let before = SystemClock.unix_ms();
    let facts = match tmtp_store::examine(&settings.store).await {
        Ok(facts) => facts,
        Err(error) => {
            let seen = format!("{}: {error}", settings.store.shown_url());
            let advice = "look at store.url, the password, TLS, and whether the network lets us through";
            return (vec![Finding::bad("database", seen, advice)], Vec::new());
        }
    };
    let now = before.midpoint(SystemClock.unix_ms());
    let mut findings = if facts.is_empty() {
        vec![Finding::good("database", "SQLite: syncs what it confirms; for one process")]
    } else {
        server(&facts, i64::from(settings.store.connections), now)
    };
    let (schema, sites) = schema(settings).await;
    findings.push(schema);
    for (name, options) in &settings.shards {
        findings.extend(shard(name, options).await);
    }
    (findings, sites)
}

/// One of the further databases: whether it is that, and ready.
async fn shard(name: &str, options: &StoreOptions) -> Vec<Finding> {
    let before = SystemClock.unix_ms();
    let mut findings = match tmtp_store::examine(options).await {
        Ok(facts) => server(&facts, i64::from(options.connections), before.midpoint(SystemClock.unix_ms())),
        Err(error) => {
            let advice = format!("look at shards.{name}.url; until it answers, its sites have to wait");
            return vec![Finding::bad("shard", format!("{}: {error}", options.shown_url()), advice)];
        }
    };
    findings.push(match tmtp_store::shards::examine(name, options).await {
        Ok(()) => Finding::good("shard", format!("{name} is ready")),
        Err(error) => Finding::bad("shard", error, "run `tmtpd migrate`"),
    });
    findings
}

async fn schema(settings: &Settings) -> (Finding, Vec<Hosted>) {
    let mut options = settings.store.clone();
    options.connections = 1;
    let sites = match tmtp_store::open(&options).await {
        Ok(store) => Hosted::all(&*store).await,
        Err(error) => Err(error),
    };
    match sites {
        Ok(sites) => (Finding::good("schema", format!("up to date; {} sites", sites.len())), sites),
        Err(error) => (Finding::bad("schema", error, "run `tmtpd migrate`"), Vec::new()),
    }
}

fn server(facts: &Facts, ours: i64, now_ms: i64) -> Vec<Finding> {
    let number = |name: &str| facts.get(name).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    let mut findings = vec![
        version(number("server_version_num")),
        clock(number("now_ms") - now_ms),
        connections(
            ours,
            number("connections"),
            number("max_connections"),
            number("superuser_reserved_connections"),
        ),
    ];
    findings.extend(DURABLE.iter().map(|rule| rule.judge(facts)));
    if facts.get("encrypted").is_some_and(|on| on == "false")
        && facts.get("local").is_some_and(|on| on == "false")
    {
        let advice = "add sslmode=verify-full to store.url, unless the network is encrypted by other means";
        findings.push(Finding::doubtful("database", "it is reached without TLS", advice));
    }
    if facts.get("walled").is_some_and(|stands| stands == "false") {
        let advice = "run `tmtpd migrate`; if it says so too, see \"The second wall\" in deploy/README.md";
        let seen = "organizations are kept apart by our statements alone: row-level security is not set up";
        findings.push(Finding::doubtful("database", seen, advice));
    }
    findings
}

fn version(number: i64) -> Finding {
    let seen = format!("PostgreSQL {}", number / 10_000);
    if number < VERSION_MIN {
        return Finding::bad("database", seen, "15 or newer is needed");
    }
    Finding::good("database", seen)
}

fn clock(apart_ms: i64) -> Finding {
    let seen = format!("ours and the database's are {} ms apart", apart_ms.abs());
    if apart_ms.abs() > CLOCKS_APART_MS {
        return Finding::doubtful(
            "clock",
            seen,
            "see that both machines keep time (chrony, systemd-timesyncd)",
        );
    }
    Finding::good("clock", seen)
}

fn connections(ours: i64, used: i64, most: i64, reserved: i64) -> Finding {
    let free = most - reserved - used;
    let seen = format!("{used} of {most} in use; store.connections is {ours} for each process");
    if free < ours {
        let advice = "raise max_connections, or lower store.connections or the number of processes";
        return Finding::doubtful("connections", seen, advice);
    }
    Finding::good("connections", seen)
}

/// A setting, what it must not be, and what then.
struct Rule {
    name: &'static str,
    wrong: &'static str,
    is_bad: bool,
    advice: &'static str,
}

const DURABLE: &[Rule] = &[
    Rule {
        name: "synchronous_commit",
        wrong: "off",
        is_bad: true,
        advice: "turn it on: an ack would come before the message is on disk",
    },
    Rule {
        name: "fsync",
        wrong: "off",
        is_bad: true,
        advice: "turn it on: a crash would lose or spoil everything",
    },
    Rule {
        name: "full_page_writes",
        wrong: "off",
        is_bad: false,
        advice: "turn it on, unless the file system cannot tear a page",
    },
    Rule {
        name: "autovacuum",
        wrong: "off",
        is_bad: false,
        advice: "turn it on: queues are tables where rows come and go",
    },
    Rule {
        name: "in_recovery",
        wrong: "true",
        is_bad: true,
        advice: "this is a standby: store.url must lead to the primary",
    },
];

impl Rule {
    fn judge(&self, facts: &Facts) -> Finding {
        let value = facts.get(self.name).map_or("not told", String::as_str);
        let seen = format!("{} is {value}", self.name);
        match (value == self.wrong, self.is_bad) {
            (false, _) => Finding::good("database", seen),
            (true, true) => Finding::bad("database", seen, self.advice),
            (true, false) => Finding::doubtful("database", seen, self.advice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    fn facts(changed: (&str, &str)) -> Facts {
        let sound = [
            ("server_version_num", "150012"),
            ("synchronous_commit", "on"),
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("autovacuum", "on"),
            ("max_connections", "100"),
            ("superuser_reserved_connections", "3"),
            ("in_recovery", "false"),
            ("now_ms", "1000000"),
            ("connections", "20"),
            ("encrypted", "true"),
            ("local", "false"),
        ];
        sound.into_iter().chain([changed]).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn worst(changed: (&str, &str)) -> (State, usize) {
        let findings = server(&facts(changed), 10, 1_000_500);
        let not_good: Vec<_> = findings.iter().filter(|finding| finding.state != State::Good).collect();
        (not_good.first().map_or(State::Good, |finding| finding.state), not_good.len())
    }

    #[test]
    fn a_sound_server_gives_no_cause() {
        assert_eq!(worst(("fsync", "on")), (State::Good, 0));
    }

    #[test]
    fn each_thing_that_is_wrong_is_found_alone() {
        for bad in [
            ("synchronous_commit", "off"),
            ("fsync", "off"),
            ("in_recovery", "true"),
            ("server_version_num", "140009"),
        ] {
            assert_eq!(worst(bad), (State::Bad, 1), "{bad:?}");
        }
        let doubtful = [
            ("full_page_writes", "off"),
            ("autovacuum", "off"),
            ("connections", "90"),
            ("encrypted", "false"),
            ("now_ms", "5000000"),
        ];
        for doubtful in doubtful {
            assert_eq!(worst(doubtful), (State::Doubtful, 1), "{doubtful:?}");
        }
    }
}
