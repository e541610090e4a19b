//! The certificates that edges and delivery processes show each other, by an authority of one's own: for installations where
//! nothing else makes them.

use std::path::Path;

use anyhow::{Context, ensure};
use jiff::{Timestamp, ToSpan, Zoned, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tmtp_platform::{Clock, SystemClock};

use crate::args::InternalCertificates;
use crate::certificate::put;
use crate::print;

/// What the authority is called. Its key alone makes it the same again.
const AUTHORITY: &str = "TMTP hosting, between edges and delivery";
/// How long it is good.
const AUTHORITY_DAYS: u16 = 3_650;

/// `tmtpd internal-certificates`.
pub fn run(args: &InternalCertificates) -> anyhow::Result<()> {
    make(args)?;
    let out = args.out.display();
    print::line(format_args!(
        "{out}/edge      for edges: edge.delivery_tls, or kubectl create secret generic tmtp-edge-tls --from-file={out}/edge
{out}/delivery  for delivery: delivery.tls, or kubectl create secret generic tmtp-delivery-tls --from-file={out}/delivery
{out}/ca.key    the authority's key: keep it where nobody else can read it, and run this again to renew, in {} days at most",
        args.days
    ));
    Ok(())
}

fn make(args: &InternalCertificates) -> anyhow::Result<()> {
    ensure!((1..=3_650).contains(&args.days), "--days is 1 to 3650");
    std::fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    let (ca_crt, ca_key) = (args.out.join("ca.crt"), args.out.join("ca.key"));
    let mut authority = params(AUTHORITY, AUTHORITY_DAYS)?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let (key, ca) = if ca_key.exists() {
        let read = |path: &Path| {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let key =
            KeyPair::from_pem(&read(&ca_key)?).with_context(|| format!("{} is no key", ca_key.display()))?;
        (key, read(&ca_crt)?)
    } else {
        let key = KeyPair::generate()?;
        let ca = authority.self_signed(&key)?.pem();
        // The key last: without it both are made anew.
        put(&ca_crt, &ca, 0o644)?;
        put(&ca_key, &key.serialize_pem(), 0o600)?;
        (key, ca)
    };
    let issuer = Issuer::new(authority, key);
    for (role, name, usage) in [
        ("delivery", args.server_name.as_str(), ExtendedKeyUsagePurpose::ServerAuth),
        ("edge", "edge", ExtendedKeyUsagePurpose::ClientAuth),
    ] {
        let folder = args.out.join(role);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut shown = params(name, args.days)?;
        shown.subject_alt_names = CertificateParams::new([name.to_owned()])
            .with_context(|| format!("`{name}` is no host name"))?
            .subject_alt_names;
        shown.extended_key_usages = vec![usage];
        let key = KeyPair::generate()?;
        put(&folder.join("ca.crt"), &ca, 0o644)?;
        put(&folder.join("tls.key"), &key.serialize_pem(), 0o600)?;
        put(&folder.join("tls.crt"), &shown.signed_by(&key, &issuer)?.pem(), 0o644)?;
    }
    Ok(())
}

/// Good from yesterday on, since clocks differ, for so many days.
fn params(name: &str, days: u16) -> anyhow::Result<CertificateParams> {
    let now = Timestamp::from_millisecond(SystemClock.unix_ms())?.to_zoned(TimeZone::UTC);
    let day = |at: Zoned| date_time_ymd(at.year().into(), at.month().unsigned_abs(), at.day().unsigned_abs());
    let mut params = CertificateParams::default();
    params.not_before = day(now.checked_sub(1.day())?);
    params.not_after = day(now.checked_add(i64::from(days).days())?);
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::ClientConfig;
    use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    use super::*;
    use crate::{internal_tls, settings::ServerTls};

    fn asked(out: &Path) -> InternalCertificates {
        InternalCertificates { server_name: "delivery.test".to_owned(), out: out.to_owned(), days: 30 }
    }

    /// Whether an edge with what is in the one folder gets a word from a delivery process with what is in the other.
    async fn meet(edge: &Path, delivery: &Path, server_name: &str) -> anyhow::Result<u8> {
        let of = |name: &str| delivery.join(name);
        let files = ServerTls { cert: of("tls.crt"), key: of("tls.key"), client_ca: of("ca.crt") };
        let acceptor = TlsAcceptor::from(internal_tls::read(&files)?);
        let roots = tmtp_platform::roots(&std::fs::read(edge.join("ca.crt"))?)?;
        let chain = vec![CertificateDer::from_pem_file(edge.join("tls.crt"))?];
        let key = PrivateKeyDer::from_pem_file(edge.join("tls.key"))?;
        let config =
            ClientConfig::builder().with_root_certificates(roots).with_client_auth_cert(chain, key)?;
        let connector = TlsConnector::from(Arc::new(config));
        let (near, far) = tokio::io::duplex(64 * 1024);
        let server = tokio::spawn(async move {
            let mut tls = acceptor.accept(far).await?;
            tls.write_u8(7).await?;
            tls.flush().await?;
            // Until the edge has read it and goes.
            tls.read_u8().await
        });
        let mut tls = connector.connect(ServerName::try_from(server_name.to_owned())?, near).await?;
        let word = tls.read_u8().await?;
        drop(tls);
        _ = server.await?;
        Ok(word)
    }

    #[tokio::test]
    async fn edges_and_delivery_trust_what_was_made_in_one_go_and_after_a_renewal_of_one_of_them() {
        _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let (ours, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        make(&asked(ours.path())).unwrap();
        make(&asked(others.path())).unwrap();
        let (edge, delivery) = (ours.path().join("edge"), ours.path().join("delivery"));
        assert_eq!(meet(&edge, &delivery, "delivery.test").await.unwrap(), 7);
        assert!(meet(&edge, &delivery, "other.test").await.is_err(), "another name");
        assert!(
            meet(&others.path().join("edge"), &delivery, "delivery.test").await.is_err(),
            "another authority"
        );
        let former = ours.path().join("former");
        std::fs::rename(&edge, &former).unwrap();
        make(&asked(ours.path())).unwrap();
        assert_eq!(meet(&former, &delivery, "delivery.test").await.unwrap(), 7);
        // What an edge shows is no certificate of delivery's.
        assert!(meet(&delivery, &edge, "edge").await.is_err());
    }
}
