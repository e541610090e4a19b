//! Certificates of sites.

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_bus::{Event, SITES};
use tmtp_platform::Clock as _;

use crate::stage::{Answer, OPERATOR, Stage, Tenant};

/// A chain and its key, both PEM.
pub struct Made {
    pub chain: String,
    pub key: String,
}

/// One that nobody else issued.
pub fn made(hosts: &[&str]) -> Result<Made> {
    made_with(hosts, |_| {})
}

fn made_with(hosts: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Result<Made> {
    let mut params = params(hosts)?;
    change(&mut params);
    let key = KeyPair::generate()?;
    Ok(Made { chain: params.self_signed(&key)?.pem(), key: key.serialize_pem() })
}

fn params(hosts: &[&str]) -> Result<CertificateParams> {
    Ok(CertificateParams::new(hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>())?)
}

async fn put(stage: &Stage, tenant: &Tenant, made: &Made) -> Result<Answer> {
    let body = json!({"chain": made.chain, "key": made.key});
    stage.send(tenant.key("admin"), Method::PUT, &tenant.in_site("/certificate"), &body).await
}

async fn refused(stage: &Stage, tenant: &Tenant, made: &Made) -> Result<String> {
    put(stage, tenant, made).await?.problem(422, "invalid")
}

pub async fn a_certificate_is_shown_without_its_key_and_taken_away_again(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let path = ours.in_site("/certificate");
    assert_eq!(
        stage.get(ours.key("auditor"), &path).await?.good()?,
        json!({"own": null, "automatic": null, "automatic_is_offered": false})
    );
    let first = made(&["ours.example", "*.ours.example"])?;
    put(stage, &ours, &first).await?.good()?;
    let shown = stage.get(ours.key("auditor"), &path).await?.good()?["own"].clone();
    assert_eq!(shown["names"], json!(["ours.example", "*.ours.example"]));
    assert_eq!((&shown["self_signed"], &shown["uncovered"]), (&json!(true), &json!([])));
    assert_eq!((&shown["chain"], &shown["state"]), (&json!(first.chain), &json!("good")));
    assert!(!shown.to_string().contains("PRIVATE"), "{shown}");
    let log = stage.get(OPERATOR, &ours.at("/audit?action=certificate.")).await?.good()?;
    assert_eq!(log["items"][0]["became"]["sha256"], shown["sha256"]);
    assert!(!log.to_string().contains("PRIVATE") && !log.to_string().contains("BEGIN"), "{log}");
    // Another one in its place, and hosts that it is not for.
    put(stage, &ours, &made(&["ours.example"])?).await?.good()?;
    let hosts = json!({"hosts": ["ours.example", "more.example"]});
    stage.send(ours.key("admin"), Method::PATCH, &ours.in_site(""), &hosts).await?.good()?;
    let shown = stage.get(ours.key("auditor"), &path).await?.good()?["own"].clone();
    assert_eq!(shown["uncovered"], json!(["more.example"]));
    assert_eq!(stage.send(ours.key("admin"), Method::DELETE, &path, &Value::Null).await?.status, 204);
    assert_eq!(
        stage.get(ours.key("auditor"), &path).await?.good()?,
        json!({"own": null, "automatic": null, "automatic_is_offered": false})
    );
    stage.send(ours.key("admin"), Method::DELETE, &path, &Value::Null).await?.problem(404, "absent")?;
    Ok(())
}

pub async fn a_certificate_that_cannot_serve_the_site_is_told_why(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let good = made(&["ours.example"])?;
    let other = made(&["ours.example"])?;
    let (ca_key, mut ca) = (KeyPair::generate()?, CertificateParams::default());
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::CommonName, "An issuer");
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let key = KeyPair::generate()?;
    let issued = params(&["ours.example"])?.signed_by(&key, &Issuer::new(ca, &ca_key))?.pem();
    let with = |chain: &str, key: &str| Made { chain: chain.to_owned(), key: key.to_owned() };
    let cases = [
        (with("nothing", &good.key), "holds no certificate"),
        (with(&good.chain, "nothing"), "no private key in PEM"),
        (with(&good.chain, "-----BEGIN ENCRYPTED PRIVATE KEY-----"), "passphrase"),
        (with(&good.chain, &other.key), "not that of the first certificate"),
        (made(&["elsewhere.example"])?, "not for the site's host names ours.example"),
        (made_with(&["ours.example"], |it| it.not_after = date_time_ymd(2020, 1, 1))?, "ended at 2020-01-01"),
        (made_with(&["ours.example"], |it| it.not_before = date_time_ymd(2090, 1, 1))?, "from 2090-01-01"),
        (
            with(&format!("{}{}", good.chain, ca_pem), &good.key),
            "certificate 1 of the chain is not issued by",
        ),
        (with(&good.chain.repeat(11), &good.key), "10 certificates at most"),
    ];
    for (made, said) in cases {
        let detail = refused(stage, &ours, &made).await?;
        assert!(detail.contains(said), "{said}: {detail}");
        assert!(!detail.contains("BEGIN PRIVATE KEY-----\n"), "{detail}");
    }
    assert_eq!(
        stage.get(OPERATOR, &ours.in_site("/certificate")).await?.good()?,
        json!({"own": null, "automatic": null, "automatic_is_offered": false})
    );
    put(stage, &ours, &with(&format!("{issued}{ca_pem}"), &key.serialize_pem())).await?.good()?;
    Ok(())
}

pub async fn a_certificate_that_ends_soon_is_told_everywhere(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let ends = date_time_ymd(2050, 1, 31);
    put(stage, &ours, &made_with(&["ours.example"], |it| it.not_after = ends)?).await?.good()?;
    let state = async || -> Result<Value> {
        let shown = stage.get(ours.key("auditor"), &ours.in_site("/certificate")).await?.good()?;
        Ok(shown["own"]["state"].clone())
    };
    let until = |days: i64| ends.unix_timestamp() * 1_000 - days * 86_400_000 - stage.clock.unix_ms();
    stage.clock.put_forward(until(22));
    assert_eq!(state().await?, "good");
    stage.clock.put_forward(until(20));
    assert_eq!(state().await?, "ends-soon");
    stage.clock.put_forward(until(-1));
    assert_eq!(state().await?, "ended");
    let text = stage.get(OPERATOR, &ours.at("/metrics")).await?.good()?;
    let text = text.as_str().context("text")?;
    let line = format!(
        "tmtp_site_certificate_expiry_timestamp_seconds{{site=\"{}\",host=\"ours.example\"}}",
        ours.site
    );
    assert!(text.contains(&format!("{line} {}", ends.unix_timestamp())), "{text}");
    Ok(())
}

pub async fn every_change_of_a_certificate_is_told_to_those_who_serve(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let mut heard = stage.bus.subscribe(SITES);
    assert_eq!(heard.next().await, Some(Event::Gap));
    let word = bytes_of(ours.site);
    put(stage, &ours, &made(&["ours.example"])?).await?.good()?;
    assert_eq!(heard.next().await, Some(word.clone()));
    stage.send(ours.key("admin"), Method::DELETE, &ours.in_site("/certificate"), &Value::Null).await?;
    assert_eq!(heard.next().await, Some(word));
    Ok(())
}

fn bytes_of(site: i64) -> Event {
    Event::Hint(format!("site {site}").into_bytes().into())
}
