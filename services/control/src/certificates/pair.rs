//! Whether a chain and a key can serve a site.

use rustls::{client::verify_server_name, crypto::aws_lc_rs, server::ParsedCertificate, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use sha2::{Digest as _, Sha256};
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, parse_x509_certificate};

use crate::{Error, Result, api::shown, keys::hex};

/// Most certificates in a chain.
const CHAIN_MAX: usize = 10;
/// Most names shown of one.
const NAMES_SHOWN: usize = 100;

/// What a certificate says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The host names that it is for.
    pub names: Vec<String>,
    /// Who issued it.
    pub issuer: String,
    /// Nobody but itself: members must take it unverified.
    pub is_self_signed: bool,
    /// From when on it is good.
    pub begins_ms: i64,
    /// When the first certificate of its chain ends.
    pub expires_ms: i64,
    /// SHA-256 of the certificate, in hexadecimal.
    pub sha256: String,
}

impl Facts {
    /// Of a chain (PEM).
    pub fn of(chain: &str) -> Result<Self> {
        let chain = read_chain(chain)?;
        let all = chain.iter().map(parse).collect::<Result<Vec<_>>>()?;
        let (Some(der), Some(own)) = (chain.first(), all.first()) else { return Err(no_certificate()) };
        let ends = all.iter().map(|one| one.validity().not_after.timestamp()).min().unwrap_or_default();
        Ok(Self {
            names: names(own),
            issuer: own.issuer().to_string(),
            is_self_signed: own.issuer() == own.subject(),
            begins_ms: own.validity().not_before.timestamp().saturating_mul(1_000),
            expires_ms: ends.saturating_mul(1_000),
            sha256: hex(&Sha256::digest(der)),
        })
    }
}

/// Fails with what is wrong, in words for whoever brought them.
pub(super) fn check(chain: &str, key: &str, hosts: &[String], now_ms: i64) -> Result<Facts> {
    let ders = read_chain(chain)?;
    let facts = Facts::of(chain)?;
    check_order(&ders)?;
    check_key(ders, key)?;
    if facts.begins_ms > now_ms {
        return Err(wrong(format!("the certificate is good from {} on only", shown(facts.begins_ms))));
    }
    if facts.expires_ms <= now_ms {
        return Err(wrong(format!("a certificate of the chain ended at {}", shown(facts.expires_ms))));
    }
    let missing: Vec<_> = hosts.iter().filter(|host| !covers(chain, host)).map(String::as_str).collect();
    if !missing.is_empty() {
        let (missing, names) = (missing.join(", "), facts.names.join(", "));
        return Err(wrong(format!(
            "the certificate is for {names}, and not for the site's host names {missing}"
        )));
    }
    Ok(facts)
}

/// Whether the first certificate of a chain (PEM) is for this host.
pub fn covers(chain: &str, host: &str) -> bool {
    let Ok(chain) = read_chain(chain) else { return false };
    let Some(own) = chain.first() else { return false };
    let (Ok(own), Ok(name)) = (ParsedCertificate::try_from(own), ServerName::try_from(host)) else {
        return false;
    };
    verify_server_name(&own, &name).is_ok()
}

fn read_chain(chain: &str) -> Result<Vec<CertificateDer<'static>>> {
    // What no database can hold.
    if chain.contains('\0') {
        return Err(no_certificate());
    }
    let ders: Vec<_> = CertificateDer::pem_slice_iter(chain.as_bytes())
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| no_certificate())?;
    if ders.is_empty() {
        return Err(no_certificate());
    }
    if ders.len() > CHAIN_MAX {
        return Err(wrong(format!(
            "a chain has {CHAIN_MAX} certificates at most; this one has {}",
            ders.len()
        )));
    }
    Ok(ders)
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>> {
    parse_x509_certificate(der).map(|(_, parsed)| parsed).map_err(|_| no_certificate())
}

/// Each is issued by the next.
fn check_order(chain: &[CertificateDer<'_>]) -> Result<()> {
    let all = chain.iter().map(parse).collect::<Result<Vec<_>>>()?;
    for (at, pair) in all.windows(2).enumerate() {
        if let [one, next] = pair
            && one.issuer() != next.subject()
        {
            return Err(wrong(format!(
                "certificate {} of the chain is not issued by certificate {}: the site's own comes first, then its issuer, \
                 then that one's",
                at + 1,
                at + 2
            )));
        }
    }
    Ok(())
}

/// It is the first certificate's.
fn check_key(chain: Vec<CertificateDer<'static>>, key: &str) -> Result<()> {
    if key.contains("ENCRYPTED") {
        let text = "the key is locked with a passphrase: unlock it first, as by `openssl pkey -in KEY -out UNLOCKED`";
        return Err(wrong(text.to_owned()));
    }
    let der = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| {
        wrong("the key is no private key in PEM form (`-----BEGIN PRIVATE KEY-----`)".to_owned())
    })?;
    match CertifiedKey::from_der(chain, der, &aws_lc_rs::default_provider()) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => Err(wrong(
            "the key is not that of the first certificate: bring the key that the certificate was ordered with"
                .to_owned(),
        )),
        Err(error) => Err(wrong(format!("the key or the certificate cannot be used: {error}"))),
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.iter().flat_map(|names| &names.value.general_names);
    let hosts = names.filter_map(|name| match name {
        GeneralName::DNSName(host) => Some((*host).to_owned()),
        _ => None,
    });
    hosts.take(NAMES_SHOWN).collect()
}

fn no_certificate() -> Error {
    wrong("the chain holds no certificate in PEM form (`-----BEGIN CERTIFICATE-----`)".to_owned())
}

fn wrong(text: String) -> Error {
    Error::Certificate(text)
}
