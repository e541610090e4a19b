//! Who a member is at a site, on this device.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Address, Error};

/// What one device needs to log in, and what it knows of itself. Serializes; keep it as safe as a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Where the site is.
    pub site: Address,
    /// What the site calls itself.
    #[serde(default)]
    pub site_name: String,
    /// The member.
    pub uid: String,
    /// The node's secret: a password.
    pub node: String,
    /// What this device is called.
    #[serde(default)]
    pub node_label: String,
    /// The aliases known to belong to the member.
    #[serde(default)]
    pub aliases: Vec<String>,
}

// The secret stays out of logs.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("site", &self.site.to_string())
            .field("uid", &self.uid)
            .field("aliases", &self.aliases)
            .finish_non_exhaustive()
    }
}

const TOKEN_START: &str = "tmtp-node:";

impl Account {
    /// One text that carries this account to another device: `tmtp-node:ADDRESS/UID/SECRET`.
    ///
    /// Meant for a node that was just added with [`crate::Client::add_node`]: two devices cannot share one.
    pub fn to_token(&self) -> String {
        format!("{TOKEN_START}{}/{}/{}", self.site, self.uid, self.node)
    }

    /// Takes what [`Account::to_token`] gave.
    ///
    /// # Errors
    /// [`Error::Request`] when it is not one.
    pub fn from_token(token: &str) -> Result<Self, Error> {
        let wrong = || Error::Request(format!("a node token looks like {TOKEN_START}ADDRESS/UID/SECRET"));
        let rest = token.trim().strip_prefix(TOKEN_START).ok_or_else(wrong)?;
        let mut parts = rest.split('/');
        let (Some(site), Some(uid), Some(node), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        if !is_uid(uid) || !is_base32_of(25, node) {
            return Err(wrong());
        }
        let (uid, node) = (uid.to_owned(), node.to_owned());
        let (site_name, node_label) = (String::new(), String::new());
        Ok(Self { site: site.parse()?, site_name, uid, node, node_label, aliases: Vec::new() })
    }
}

/// Whether a text has the form of a uid: base32 of 20 octets.
pub fn is_uid(text: &str) -> bool {
    is_base32_of(20, text)
}

fn is_base32_of(octets: usize, text: &str) -> bool {
    tmtp_wire::base32::decode(text).is_ok_and(|decoded| decoded.len() == octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            site: "=127.0.0.1:7443".parse().unwrap(),
            site_name: String::new(),
            uid: "1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%".into(),
            node: "1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%1BC2DF3G".into(),
            node_label: String::new(),
            aliases: Vec::new(),
        }
    }

    #[test]
    fn a_token_carries_an_account_to_another_device() {
        assert_eq!(Account::from_token(&account().to_token()).unwrap(), account());
    }

    #[test]
    fn a_damaged_token_is_refused() {
        let token = account().to_token();
        for wrong in
            [&token[1..], &token[..60], "tmtp-node:", "", &token.replace('/', " "), &format!("{token}/x")]
        {
            assert!(Account::from_token(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_secret_is_not_in_the_debug_output() {
        assert!(!format!("{:?}", account()).contains(&account().node));
    }
}
