//! What a site must be like. Whatever passes here, an edge and a delivery process can work with.

use tmtp_platform::NoRoots;
use tmtp_store::{ProviderId, Registration, SiteSettings, admin::OrgLimits};

use crate::{Error, Result, providers::PROVIDERS_MAX};

/// Most octets of a host name (RFC 1035), and of one of its labels.
const HOST_OCTETS: usize = 253;
const LABEL_OCTETS: usize = 63;
/// Most octets of a site's name.
const NAME_OCTETS: usize = 200;
/// Most octets of a site's authorities: every edge has them of every site.
const AUTHORITIES_OCTETS: usize = 32 << 10;
/// Most members of a site, and most of their messages in a day, that can be allowed.
const MEMBERS: u64 = 10_000_000;
const MESSAGES: u64 = 100_000_000_000;
/// Most strangers an hour that a site can allow: what they are counted up to.
const OPEN_REGISTRATIONS: u64 = 1_000_000;

/// Checks a site's name.
pub(crate) fn name(name: &str) -> Result<()> {
    let fits = !name.trim().is_empty() && name.len() <= NAME_OCTETS && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Error::Name) }
}

/// Checks an e-mail address: what a mail server could take. Whether it is anybody's only a mail tells.
pub(crate) fn email(email: &str) -> Result<()> {
    let visible = email.bytes().all(|octet| octet.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&octet));
    match email.rsplit_once('@') {
        Some((who, host))
            if visible && (1..=64).contains(&who.len()) && !who.contains('@') && is_host(host) =>
        {
            Ok(())
        }
        _ => Err(Error::Email(email.to_owned())),
    }
}

/// Brings host names into the form in which they are looked up: lower case, no dot at the end, each once.
pub(crate) fn hosts(hosts: &[String]) -> Result<Vec<String>> {
    let mut checked = Vec::new();
    for given in hosts {
        let host = given.trim_end_matches('.').to_ascii_lowercase();
        if !is_host(&host) {
            return Err(Error::Host(given.clone()));
        }
        if !checked.contains(&host) {
            checked.push(host);
        }
    }
    if checked.is_empty() { Err(Error::NoHost) } else { Ok(checked) }
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_OCTETS).contains(&label.len())
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= HOST_OCTETS && host.split('.').all(is_label)
}

/// Checks that every limit is in its range.
pub(crate) fn settings(settings: &SiteSettings) -> Result<()> {
    let ranges = [
        ("name_octets_min", u64::from(settings.name_octets_min), 1, u64::from(settings.name_octets_max)),
        ("name_octets_max", u64::from(settings.name_octets_max), 1, 1000),
        ("message_octets_max", settings.message_octets_max, 1, 1 << 46),
        ("header_octets_max", u64::from(settings.header_octets_max), 1024, 65_535),
        ("members_max", u64::from(settings.members_max), 1, MEMBERS),
        (
            "open_registrations_per_hour_max",
            u64::from(settings.open_registrations_per_hour_max),
            1,
            OPEN_REGISTRATIONS,
        ),
        ("nodes_per_member_max", u64::from(settings.nodes_per_member_max), 1, 100),
        ("queued_messages_max", u64::from(settings.queued_messages_max), 1, 10_000_000),
        ("queued_octets_max", settings.queued_octets_max, 1, 1 << 50),
        ("messages_per_day_max", settings.messages_per_day_max, 1, MESSAGES),
        ("sign_in_again_days", u64::from(settings.sign_in_again_days), 0, 3_650),
        ("retention_days", u64::from(settings.retention_days), 1, 3_650),
        ("requests_per_second_max", u64::from(settings.requests_per_second_max), 1, 1_000_000),
        ("links_per_member_max", u64::from(settings.links_per_member_max), 1, 10_000),
    ];
    in_range(&ranges)?;
    sign_in_redirect(&settings.sign_in_redirect)?;
    provider_ids(&settings.providers)?;
    sign_in_again(settings)?;
    client_authorities(settings)
}

/// Who signs in again does so at a provider.
fn sign_in_again(settings: &SiteSettings) -> Result<()> {
    if settings.sign_in_again_days == 0 || settings.registration.can_sign_in_again() {
        return Ok(());
    }
    let rule = "sign_in_again_days is for sites where sign-in providers vouch for people: set registration to provider, \
                invitation_or_provider or closed, or this to 0";
    Err(Error::Setting(rule.to_owned()))
}

/// What an edge can hold clients' certificates against.
fn client_authorities(settings: &SiteSettings) -> Result<()> {
    let pem = &settings.client_authorities;
    let wrong = |why: String| Err(Error::Setting(format!("client_authorities: {why}")));
    if pem.len() > AUTHORITIES_OCTETS {
        return wrong(format!("these are {} octets of PEM, {AUTHORITIES_OCTETS} at most may be", pem.len()));
    }
    match (tmtp_platform::roots(pem.as_bytes()), pem.trim().is_empty(), settings.registration) {
        (Err(NoRoots::Empty), true, Registration::Certificate) => {
            wrong("give the authorities whose certificates let people register (PEM)".to_owned())
        }
        (Err(NoRoots::Empty), true, _) | (Ok(_), ..) => Ok(()),
        (Err(why), ..) => wrong(why.to_string()),
    }
}

/// Most octets of the ids of providers in a site's setting.
const PROVIDERS_OCTETS: usize = 500;

/// The ids of providers in a site's setting.
pub(crate) fn provider_ids(text: &str) -> Result<Vec<ProviderId>> {
    let wrong = || {
        let rule = "providers are ids of the organization's sign-in providers with commas between, as 3,7; or none, for all";
        Error::Setting(rule.to_owned())
    };
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if text.len() > PROVIDERS_OCTETS {
        return Err(wrong());
    }
    let ids: Vec<_> = text
        .split(',')
        .map(|id| id.trim().parse().map(ProviderId))
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| wrong())?;
    if ids.len() > PROVIDERS_MAX { Err(wrong()) } else { Ok(ids) }
}

/// A code must go to the member's own machine and to nobody else's (RFC 8252, 7.3).
fn sign_in_redirect(text: &str) -> Result<()> {
    let is_own = |host: &url::Host<&str>| match host {
        url::Host::Domain(name) => *name == "localhost",
        url::Host::Ipv4(ip) => ip.is_loopback(),
        // A page's policy cannot name it, and browsers would not follow.
        url::Host::Ipv6(_) => false,
    };
    let fits = |url: &url::Url| {
        url.scheme() == "http"
            && url.host().as_ref().is_some_and(is_own)
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && url.as_str() == text
    };
    if url::Url::parse(text).is_ok_and(|url| fits(&url)) && text.len() <= 200 {
        return Ok(());
    }
    Err(Error::Setting(format!(
        "sign_in_redirect is where a client waits on its own machine, as http://127.0.0.1:8123/, not `{text}`"
    )))
}

/// Checks that every limit of a plan is in its range.
pub(crate) fn limits(limits: &OrgLimits) -> Result<()> {
    in_range(&[
        ("sites_max", u64::from(limits.sites_max), 0, 1_000_000),
        ("message_octets_max", limits.message_octets_max, 1, 1 << 46),
        ("members_max", u64::from(limits.members_max), 1, MEMBERS),
        ("nodes_per_member_max", u64::from(limits.nodes_per_member_max), 1, 100),
        ("queued_octets_max", limits.queued_octets_max, 1, 1 << 50),
        ("messages_per_day_max", limits.messages_per_day_max, 1, MESSAGES),
    ])
}

fn in_range(ranges: &[(&str, u64, u64, u64)]) -> Result<()> {
    match ranges.iter().find(|(_, value, min, max)| value < min || value > max) {
        Some((key, value, min, max)) => {
            Err(Error::Setting(format!("{key} is {value}; it must be {min} to {max}")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_certificates_and_without_any_nobody_registers_by_one() {
        let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
        let of = |registration, client_authorities: &str| {
            let client_authorities = client_authorities.to_owned();
            settings(&SiteSettings { registration, client_authorities, ..SiteSettings::default() })
        };
        let both = format!("{}\n{}", made.cert.pem(), made.cert.pem());
        of(Registration::Certificate, &both).unwrap();
        of(Registration::Open, "").unwrap();
        for (registration, pem) in [
            (Registration::Certificate, ""),
            (Registration::Open, "hello"),
            (Registration::Open, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            (Registration::Open, &made.signing_key.serialize_pem()),
            (Registration::Open, &both.repeat(40)),
        ] {
            let error = of(registration, pem).unwrap_err().to_string();
            assert!(error.contains("client_authorities"), "{error}");
        }
    }

    fn owned(hosts: &[&str]) -> Vec<String> {
        hosts.iter().map(|&host| host.to_owned()).collect()
    }

    #[test]
    fn hosts_are_kept_in_lower_case_without_a_final_dot_and_once() {
        let checked = hosts(&owned(&["Demo.Example.", "demo.example", "b.example"])).unwrap();
        assert_eq!(checked, owned(&["demo.example", "b.example"]));
    }

    #[test]
    fn what_is_no_host_name_is_refused() {
        let long = "a".repeat(64);
        for bad in ["", ".", "a..b", "a b", "-a", "a-", "ä.example", "a/b", &long, "a:7443"] {
            assert!(matches!(hosts(&owned(&[bad])), Err(Error::Host(_))), "{bad}");
        }
        assert!(matches!(hosts(&[]), Err(Error::NoHost)));
    }

    #[test]
    fn a_name_is_not_empty_not_endless_and_has_no_control_characters() {
        for bad in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        assert!(name("Müller & Söhne").is_ok());
    }

    #[test]
    fn an_email_address_is_one_that_a_mail_server_could_take() {
        for good in ["a@b.example", "anna.o'neill+x@mail.example"] {
            assert!(email(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a b@c", "a@b@c", "a@b..c", "<a@b.example>", "a@b.example\n"] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_is_sent_to_the_members_own_machine_only() {
        let redirect = |text: &str| {
            settings(&SiteSettings { sign_in_redirect: text.to_owned(), ..SiteSettings::default() }).is_ok()
        };
        assert!(redirect("http://localhost:8123/back") && redirect("http://127.0.0.1/"));
        for bad in [
            "",
            "http://evil.example/",
            "https://127.0.0.1/",
            "http://127.0.0.1:8123",
            "http://a@127.0.0.1/",
            "http://[::1]/",
        ] {
            assert!(!redirect(bad), "{bad}");
        }
    }

    #[test]
    fn the_defaults_are_in_range_and_a_limit_out_of_range_is_named() {
        assert!(settings(&SiteSettings::default()).is_ok());
        let odd = SiteSettings { header_octets_max: 70_000, ..SiteSettings::default() };
        assert!(settings(&odd).unwrap_err().to_string().contains("header_octets_max is 70000"));
        let alone = SiteSettings {
            registration: Registration::Invitation,
            sign_in_again_days: 30,
            ..SiteSettings::default()
        };
        assert!(settings(&alone).unwrap_err().to_string().contains("registration to provider"));
        let with = SiteSettings { registration: Registration::Provider, ..alone };
        assert!(settings(&with).is_ok());
        let crossed = SiteSettings { name_octets_min: 401, ..SiteSettings::default() };
        assert!(settings(&crossed).unwrap_err().to_string().contains("name_octets_min"));
    }
}
