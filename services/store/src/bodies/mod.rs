//! The stores of large bodies.

mod chunks;
mod objects;
mod options;

use std::sync::Arc;

pub(crate) use chunks::Chunks;
pub use options::{BodyKind, BodyOptions, S3Options};

use crate::{Bodies, Error, Result, SiteId, Store};

/// Opens the store of large bodies. `store` is asked when they are to be in the database.
pub fn open_bodies(options: &BodyOptions, store: &dyn Store) -> Result<Arc<dyn Bodies>> {
    options.check()?;
    match (&options.kind, &options.s3) {
        (BodyKind::Directory, _) => Ok(Arc::new(objects::Objects::directory(&options.directory)?)),
        (BodyKind::S3, Some(s3)) => Ok(Arc::new(objects::Objects::s3(s3)?)),
        (BodyKind::S3, None) => Err(Error::Option("s3: missing".to_owned())),
        (BodyKind::Database, _) => {
            store.bodies().ok_or_else(|| Error::Option("kind: this store keeps no bodies".to_owned()))
        }
    }
}

/// The key of a new body.
fn fresh_key(site: SiteId) -> String {
    format!("{}/{:032x}", site.0, rand::random::<u128>())
}

/// Whether a text has the form of a key: a site's number, a slash, and 32 hex digits.
fn is_key(text: &str) -> bool {
    text.split_once('/').is_some_and(|(site, name)| {
        site.parse::<i64>().is_ok() && name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_is_a_key_and_a_path_out_of_the_folder_is_not() {
        assert!(is_key(&fresh_key(SiteId(7))));
        assert_ne!(fresh_key(SiteId(7)), fresh_key(SiteId(7)));
        for text in ["", "7", "7/../../../../../../../etc/passwd", "../7/0123456789abcdef0123456789abcdef"] {
            assert!(!is_key(text), "{text}");
        }
    }
}
