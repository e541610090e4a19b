//! An authority that issues certificates by itself, and what it is asked (RFC 8555): to look at every host name by its
//! handshake (RFC 8737), which edges answer, and then for a certificate.

use std::{fmt::Write as _, path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use instant_acme::{
    Account, AccountBuilder, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType, HttpClient,
    Identifier, Key, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use reqwest::{Certificate, Client, redirect::Policy};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use tmtp_store::{Pair, PrivateKey, Store};
use tokio::time::timeout;
use url::Url;

/// How long an answer may take, its connection included.
const ANSWER: Duration = Duration::from_secs(20);
/// Most octets of an answer.
const ANSWER_MAX: usize = 256 << 10;
/// How long the authority may take to look, and then to issue.
const PATIENCE: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(90));
/// How long each step of an order may take as a whole, with all its questions.
const STEP_MAX: Duration = Duration::from_secs(150);
/// What an administrator can look at where a host name was not proven.
const LEADS_HERE: &str = "Does the name lead to the edges, and does port 443 of that address?";
/// Of which secret of the store the account with the authority is.
const ACCOUNT_KEY: &str = "key of the account with the certificate authority";

/// Section `control.acme`: an authority that issues certificates for sites that want that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthorityOptions {
    /// Where its directory is, as `https://acme-v02.api.letsencrypt.org/directory`. Empty, the default: there is none. Whoever
    /// sets it agrees to the authority's terms.
    pub directory: String,
    /// A PEM file of authorities that vouch for its own certificate, beside those of the system: for one of your own.
    pub ca: PathBuf,
}

impl AuthorityOptions {
    /// Whether there is an authority.
    pub fn is_set(&self) -> bool {
        !self.directory.is_empty()
    }

    /// What is wrong with these options, each in words that name it.
    pub fn faults(&self) -> Vec<String> {
        if !self.is_set() {
            return Vec::new();
        }
        if !Url::parse(&self.directory).is_ok_and(|url| url.scheme() == "https" && url.has_host()) {
            return vec![
                "control.acme.directory must be the https:// address of an authority's directory".to_owned(),
            ];
        }
        client(self).err().into_iter().map(|error| error.to_string()).collect()
    }
}

/// Why there is no certificate, in words for a site's administrator.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The file with authorities is of no use.
    #[error("control.acme.ca: {} is of no use: {why}", path.display())]
    Ca {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It refuses, or does not answer.
    #[error("the certificate authority: {}", words(.0))]
    Authority(#[from] instant_acme::Error),
    /// It looked at a host name, and did not find what it was to find.
    #[error("{0}")]
    NotProven(String),
    /// It wants to be shown something else.
    #[error(
        "the certificate authority does not look at {0} by TLS (tls-alpn-01), the one way that is spoken here"
    )]
    OtherWay(String),
    /// Its answers came too slowly.
    #[error("the certificate authority takes too long")]
    TooLong,
    /// No certificate could be made to show.
    #[error("nothing to show could be made: {0}")]
    Making(#[from] rcgen::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] tmtp_store::Error),
}

impl AuthorityError {
    /// Whether the provider is to mend it, and tenants have nothing to do with the reason.
    pub fn is_ours(&self) -> bool {
        use instant_acme::Error as Acme;
        match self {
            Self::Ca { .. } | Self::Making(_) | Self::Store(_) => true,
            // A directory that is none, or an account of no use.
            Self::Authority(
                Acme::Crypto
                | Acme::KeyRejected
                | Acme::Http(_)
                | Acme::InvalidUri(_)
                | Acme::Json(_)
                | Acme::Str(_),
            ) => true,
            Self::Authority(_) | Self::NotProven(_) | Self::OtherWay(_) | Self::TooLong => false,
        }
    }
}

/// The innermost reason, which says most.
fn words(error: &instant_acme::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// An order, and what the authority is to find when it looks.
pub struct Ordered {
    order: Order,
    /// By host name.
    pub proofs: Vec<(String, Pair)>,
}

/// Orders a certificate for these hosts.
pub async fn order(
    store: &Arc<dyn Store>,
    options: &AuthorityOptions,
    hosts: &[String],
) -> Result<Ordered, AuthorityError> {
    in_time(begin(store, options, hosts)).await
}

async fn in_time<T>(step: impl Future<Output = Result<T, AuthorityError>>) -> Result<T, AuthorityError> {
    timeout(STEP_MAX, step).await.unwrap_or(Err(AuthorityError::TooLong))
}

async fn begin(
    store: &Arc<dyn Store>,
    options: &AuthorityOptions,
    hosts: &[String],
) -> Result<Ordered, AuthorityError> {
    let account = account(store, options).await?;
    let identifiers: Vec<_> = hosts.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
    let mut proofs = Vec::new();
    let mut looks = order.authorizations();
    while let Some(look) = looks.next().await {
        let mut look = look?;
        if look.status == AuthorizationStatus::Valid {
            continue;
        }
        let host = look.identifier().to_string();
        let Some(challenge) = look.challenge(ChallengeType::TlsAlpn01) else {
            return Err(AuthorityError::OtherWay(host));
        };
        let proof = proof(&host, challenge.key_authorization().digest().as_ref())?;
        proofs.push((host, proof));
    }
    Ok(Ordered { order, proofs })
}

impl Ordered {
    /// Lets the authority look, now that it finds the proofs, and takes what it issues.
    pub async fn fulfil(&mut self) -> Result<Pair, AuthorityError> {
        in_time(self.prove()).await
    }

    async fn prove(&mut self) -> Result<Pair, AuthorityError> {
        let mut looks = self.order.authorizations();
        while let Some(look) = looks.next().await {
            let mut look = look?;
            if look.status == AuthorizationStatus::Pending
                && let Some(mut challenge) = look.challenge(ChallengeType::TlsAlpn01)
            {
                challenge.set_ready().await?;
            }
        }
        let looked = self.order.poll_ready(&PATIENCE).await;
        if !matches!(looked, Ok(OrderStatus::Ready)) {
            let found = what_it_found(&mut self.order).await;
            if found.is_empty() {
                looked?;
            }
            return Err(AuthorityError::NotProven(found + LEADS_HERE));
        }
        let key = PrivateKey(self.order.finalize().await?.into_bytes());
        Ok(Pair { chain: self.order.poll_certificate(&PATIENCE).await?, key })
    }
}

impl Ordered {
    /// Has the authority forget that the host names were proven, or were to be. Where it does not, it forgets by itself after
    /// some weeks.
    pub async fn forget(&mut self) {
        let _ = timeout(STEP_MAX, self.deactivate()).await;
    }

    async fn deactivate(&mut self) {
        let mut looks = self.order.authorizations();
        while let Some(Ok(mut look)) = looks.next().await {
            let is_known = match look.refresh().await {
                Ok(now) => matches!(now.status, AuthorizationStatus::Valid | AuthorizationStatus::Pending),
                Err(_) => false,
            };
            if is_known && let Err(error) = look.deactivate().await {
                tracing::debug!(%error, "an authority does not forget a host name");
            }
        }
    }
}

/// What the authority says of the host names where it did not find what it was to find.
async fn what_it_found(order: &mut Order) -> String {
    let mut found = String::new();
    let mut looks = order.authorizations();
    while let Some(Ok(mut look)) = looks.next().await {
        let host = look.identifier().to_string();
        let Ok(state) = look.refresh().await else { continue };
        let errors = state.challenges.iter().filter_map(|challenge| challenge.error.as_ref());
        for detail in errors.filter_map(|error| error.detail.as_deref()) {
            let _ = write!(found, "{host}: {detail}. ");
        }
    }
    found
}

/// What shows to the authority that whoever answers for a host is who asked for its certificate.
fn proof(host: &str, digest: &[u8]) -> Result<Pair, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([host.to_owned()])?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key)?;
    Ok(Pair { chain: certificate.pem(), key: PrivateKey(key.serialize_pem().into_bytes()) })
}

/// The account with the authority: made when it is first needed, and the same for every process.
async fn account(store: &Arc<dyn Store>, options: &AuthorityOptions) -> Result<Account, AuthorityError> {
    let (_, fresh) = Key::generate_pkcs8()?;
    let kept = store.secret(ACCOUNT_KEY, fresh.secret_pkcs8_der()).await?;
    let der = PrivatePkcs8KeyDer::from(kept.to_vec());
    let key = Key::from_pkcs8_der(der.clone_key())?;
    let builder: AccountBuilder = Account::builder_with_http(Box::new(Http(client(options)?)));
    let made = builder.create_from_key((key, PrivateKeyDer::Pkcs8(der)), options.directory.clone()).await?;
    Ok(made.0)
}

fn client(options: &AuthorityOptions) -> Result<Client, AuthorityError> {
    let useless = |why: String| AuthorityError::Ca { path: options.ca.clone(), why };
    let mut builder = Client::builder().timeout(ANSWER).redirect(Policy::none()).no_proxy().https_only(true);
    if !options.ca.as_os_str().is_empty() {
        let pem = std::fs::read(&options.ca).map_err(|error| useless(error.to_string()))?;
        let all = Certificate::from_pem_bundle(&pem).map_err(|error| useless(error.to_string()))?;
        builder = builder.tls_certs_merge(all);
    }
    builder.build().map_err(|error| useless(error.to_string()))
}

/// Our own client, with bounds.
struct Http(Client);

type Answer = Result<BytesResponse, instant_acme::Error>;

impl HttpClient for Http {
    fn request(
        &self,
        request: http::Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
        let client = self.0.clone();
        Box::pin(async move { ask(client, request).await.map_err(instant_acme::Error::Other) })
    }
}

async fn ask(
    client: Client,
    request: http::Request<BodyWrapper<Bytes>>,
) -> Result<BytesResponse, Box<dyn std::error::Error + Send + Sync>> {
    let request = request.map(reqwest::Body::wrap).try_into()?;
    let mut response = client.execute(request).await?;
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        octets.extend_from_slice(&chunk);
        if octets.len() > ANSWER_MAX {
            return Err(format!("it answers more than {ANSWER_MAX} octets").into());
        }
    }
    let (parts, _) = http::Response::<reqwest::Body>::from(response).into_parts();
    Ok(BytesResponse { parts, body: Box::new(Bytes::from(octets)) })
}
