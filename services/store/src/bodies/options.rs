//! Where large bodies go.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tmtp_platform::Secret;

use crate::{Error, Result};

/// Where large bodies go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BodyOptions {
    /// The kind of store.
    pub kind: BodyKind,
    /// The directory, for that kind. Made when it is not there. Delivery processes share it.
    pub directory: PathBuf,
    /// The bucket, for that kind.
    pub s3: Option<S3Options>,
}

/// The kinds of body store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// Files in a directory.
    #[default]
    Directory,
    /// Objects in a bucket of S3, or of what speaks its protocol.
    S3,
    /// Chunks in the database.
    Database,
}

/// A bucket. Give it a lifecycle rule that aborts incomplete multipart uploads after a day: what a process that died
/// left half-way cannot be seen from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Options {
    /// The bucket.
    pub bucket: String,
    /// What all keys begin with, such as `bodies`; may be empty.
    #[serde(default)]
    pub prefix: String,
    /// The endpoint's URL; AWS's own when there is none.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The region.
    #[serde(default = "default_region")]
    pub region: String,
    /// Whose keys are used; without one, the environment's or the machine's role.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// Its secret.
    #[serde(default)]
    pub secret_access_key: Option<Secret>,
    /// Allows an endpoint without TLS.
    #[serde(default)]
    pub allow_http: bool,
}

fn default_region() -> String {
    "us-east-1".to_owned()
}

impl BodyOptions {
    /// Whether these options make sense, without reaching for the store.
    pub fn check(&self) -> Result<()> {
        let wrong = |text: &str| Err(Error::Option(text.to_owned()));
        match (self.kind, &self.s3) {
            (BodyKind::Directory, _) if self.directory.as_os_str().is_empty() => wrong("directory: missing"),
            (BodyKind::S3, None) => wrong("s3: missing"),
            (BodyKind::S3, Some(s3)) if s3.bucket.is_empty() => wrong("s3.bucket: missing"),
            (BodyKind::S3, Some(s3)) if s3.access_key_id.is_some() != s3.secret_access_key.is_some() => {
                wrong("s3: access_key_id and secret_access_key go together")
            }
            (BodyKind::S3, Some(s3)) if !s3.allow_http && s3.is_plain() => {
                wrong("s3.endpoint: without TLS, and allow_http is not set")
            }
            _ => Ok(()),
        }
    }
}

impl S3Options {
    fn is_plain(&self) -> bool {
        self.endpoint.as_ref().is_some_and(|url| !url.starts_with("https://"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S3: &str = r#"{"kind":"s3","s3":{"bucket":"b","endpoint":"https://s3","access_key_id":"AK",
                         "secret_access_key":"hunter2"}}"#;

    #[test]
    fn a_secret_key_is_never_shown() {
        let options: BodyOptions = serde_json::from_str(S3).unwrap();
        assert!(options.check().is_ok());
        let shown = format!("{options:?} {}", serde_json::to_string(&options).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn options_that_make_no_sense_are_refused() {
        let refused = [
            r#"{}"#,
            r#"{"kind":"s3"}"#,
            r#"{"kind":"s3","s3":{"bucket":""}}"#,
            r#"{"kind":"s3","s3":{"bucket":"b","access_key_id":"AK"}}"#,
            r#"{"kind":"s3","s3":{"bucket":"b","endpoint":"http://s3"}}"#,
        ];
        for text in refused {
            let options: BodyOptions = serde_json::from_str(text).unwrap();
            assert!(options.check().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<BodyOptions>(r#"{"kind":"tape"}"#).is_err());
        assert!(serde_json::from_str::<BodyOptions>(r#"{"folder":"/x"}"#).is_err());
    }
}
