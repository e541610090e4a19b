//! TLS towards a site: verified against certificate authorities, or self-signed.

use std::{fs, path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        ResolvesClientCert, Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    sign::{CertifiedKey, SingleCertAndKey},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject};
use tokio_rustls::TlsConnector;

use crate::{Error, address::Trust};

/// TLS settings for both kinds of address. Cheap to clone; links made with the same one share session tickets.
#[derive(Clone)]
pub struct Tls {
    verified: Arc<ClientConfig>,
    self_signed: Arc<ClientConfig>,
}

impl Tls {
    /// Trusts the certificate authorities that browsers trust.
    ///
    /// # Errors
    /// [`Error::TlsSetup`], when the cryptography cannot be used.
    pub fn new() -> Result<Self, Error> {
        Self::with_roots(public_roots())
    }

    /// Trusts the authorities of a PEM file as well, for `+` addresses.
    ///
    /// # Errors
    /// [`Error::TlsSetup`], when the file cannot be read or holds no certificate.
    pub fn with_extra_ca(file: &Path) -> Result<Self, Error> {
        let failed = |why: String| Error::TlsSetup(format!("{}: {why}", file.display()));
        let pem = fs::read(file).map_err(|error| failed(error.to_string()))?;
        let extra = tmtp_platform::roots(&pem).map_err(|error| failed(error.to_string()))?;
        let mut roots = public_roots();
        roots.roots.extend(extra.roots);
        Self::with_roots(roots)
    }

    /// Shows this certificate where a site asks for one: a chain and its key, PEM files. For sites that take newcomers by the
    /// certificates of their organization's authorities.
    ///
    /// # Errors
    /// [`Error::TlsSetup`], when the files cannot be read or do not go together.
    pub fn showing(self, chain: &Path, key: &Path) -> Result<Self, Error> {
        let failed = |file: &Path, why: String| Error::TlsSetup(format!("{}: {why}", file.display()));
        let certificates = CertificateDer::pem_file_iter(chain)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| failed(chain, error.to_string()))?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(key, error.to_string()))?;
        let shown = CertifiedKey::from_der(certificates, private, &aws_lc_rs::default_provider())
            .map_err(|error| failed(chain, error.to_string()))?;
        let shown = Arc::new(SingleCertAndKey::from(shown));
        let with = |config: &ClientConfig| {
            let mut config = config.clone();
            config.client_auth_cert_resolver = Arc::clone(&shown) as Arc<dyn ResolvesClientCert>;
            // Nothing is resumed that began without it.
            config.resumption = Resumption::default();
            Arc::new(config)
        };
        Ok(Self { verified: with(&self.verified), self_signed: with(&self.self_signed) })
    }

    fn with_roots(roots: RootCertStore) -> Result<Self, Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = || {
            ClientConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
                .map_err(|e| Error::TlsSetup(e.to_string()))
        };
        let verified = builder()?.with_root_certificates(roots).with_no_client_auth();
        let any = Arc::new(AnyCertificate { provider: Arc::clone(&provider) });
        let self_signed = builder()?.dangerous().with_custom_certificate_verifier(any).with_no_client_auth();
        Ok(Self { verified: Arc::new(verified), self_signed: Arc::new(self_signed) })
    }

    pub(crate) fn connector(&self, trust: Trust) -> TlsConnector {
        TlsConnector::from(Arc::clone(match trust {
            Trust::Verified => &self.verified,
            Trust::SelfSigned => &self.self_signed,
        }))
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// For `=` addresses: takes whatever certificate there is. The handshake's signatures are still checked,
/// so the other side does hold that certificate's key.
#[derive(Debug)]
struct AnyCertificate {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
