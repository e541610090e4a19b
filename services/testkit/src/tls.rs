//! TLS as a careless client does it: any certificate will do.

use std::sync::{Arc, LazyLock};

use rustls::{
    ALL_VERSIONS, ClientConfig, DigitallySignedStruct, Error, SignatureScheme, SupportedProtocolVersion,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs},
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::TlsConnector;

static CONFIG: LazyLock<Result<Arc<ClientConfig>, Error>> = LazyLock::new(|| config(ALL_VERSIONS));

fn config(versions: &[&'static SupportedProtocolVersion]) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions)?;
    let trusting = Arc::new(Trusting(provider));
    Ok(Arc::new(config.dangerous().with_custom_certificate_verifier(trusting).with_no_client_auth()))
}

/// Connects without asking who is there; no ALPN.
///
/// # Errors
/// When the cryptography that we build with knows no version of TLS.
pub fn connector() -> Result<TlsConnector, Error> {
    CONFIG.clone().map(TlsConnector::from)
}

/// The same with a full handshake each time, so that every link costs the same.
///
/// # Errors
/// As for [`connector`].
pub fn connector_without_resumption() -> Result<TlsConnector, Error> {
    let mut config = ClientConfig::clone(&*CONFIG.clone()?);
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The same with one version of TLS alone.
///
/// # Errors
/// When the cryptography that we build with does not know it.
pub fn connector_of(version: &'static SupportedProtocolVersion) -> Result<TlsConnector, Error> {
    config(&[version]).map(TlsConnector::from)
}

#[derive(Debug)]
struct Trusting(Arc<CryptoProvider>);

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
