//! Signing keys of a site: made when they are first needed, and anew every month.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tmtp_platform::clock::DAY_MS;
use tmtp_store::{
    SiteId,
    admin::{SigningKey, View},
};

use crate::{Error, Registry, Result};

/// How old a key may be that signs.
const FRESH_MS: i64 = 30 * DAY_MS;
/// How old a key may be that is published: longer, so that what it signed last is good to its end.
const KNOWN_MS: i64 = FRESH_MS + DAY_MS;

impl Registry {
    /// The key that signs a site's tokens now. Of those who want to make one at the same moment, one does.
    pub(super) async fn signing_key(&self, site: SiteId) -> Result<SigningKey> {
        let now = self.now_ms();
        if let Some(key) = fresh_key(&mut self.view().await?, site, now).await? {
            return Ok(key);
        }
        let mut change = self.admin.begin().await?;
        change.lock_signing_keys(site).await?;
        // Somebody else may have made it while the lock was theirs.
        if let Some(key) = fresh_key(&mut change, site, now).await? {
            return Ok(key);
        }
        let key = new_key(now)?;
        change.add_signing_key(site, &key).await?;
        change.drop_signing_keys(site, now - KNOWN_MS).await?;
        change.commit().await?;
        Ok(key)
    }
}

async fn fresh_key(view: &mut View, site: SiteId, now_ms: i64) -> Result<Option<SigningKey>> {
    let newest = view.signing_keys(site).await?.into_iter().next();
    Ok(newest.filter(|key| now_ms - key.created_ms < FRESH_MS))
}

fn new_key(now_ms: i64) -> Result<SigningKey> {
    let failed = |_| Error::Store(tmtp_store::Error::Defect("no key could be made".to_owned()));
    let random = SystemRandom::new();
    let private = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(failed)?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private.as_ref())
        .map_err(|error| Error::Store(tmtp_store::Error::Defect(error.to_string())))?;
    // 4, then the coordinates x and y, 32 octets each (SEC 1).
    let point = pair.public_key().as_ref();
    let coordinate = |at: std::ops::Range<usize>| BASE64URL_NOPAD.encode(point.get(at).unwrap_or_default());
    let kid = HEXLOWER.encode(&Sha256::digest(point)[..8]);
    let public_key = json!({
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid,
        "x": coordinate(1..33), "y": coordinate(33..65),
    })
    .to_string();
    Ok(SigningKey { kid, private_key: private.as_ref().to_vec().into(), public_key, created_ms: now_ms })
}
