//! Sites' own certificates.

use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use super::{Desk, args::CertificateCommand};

impl Desk {
    pub(super) async fn certificate(&self, command: CertificateCommand) -> anyhow::Result<()> {
        match command {
            CertificateCommand::Show { site } => {
                let path = format!("{}/certificate", self.site_path(&site).await?);
                self.state(self.http.get(&path).await?);
            }
            CertificateCommand::Set { site, chain, private_key } => {
                let path = format!("{}/certificate", self.site_path(&site).await?);
                let body = json!({"chain": read(&chain)?, "key": read(&private_key)?});
                self.state(self.http.put(&path, &body).await?);
            }
            CertificateCommand::Remove { site } => {
                self.http.delete(&format!("{}/certificate", self.site_path(&site).await?)).await?;
                self.done("removed: the site is served with what the edges have in their folders");
            }
        }
        Ok(())
    }

    /// For people without the chain, which is long.
    fn state(&self, mut state: Value) {
        if self.json {
            self.one(&state);
        } else if state["own"].is_null() {
            self.done("none of its own: it is served with what the edges have in their folders");
        } else {
            state["own"].as_object_mut().and_then(|own| own.remove("chain"));
            self.one(&state["own"]);
        }
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
