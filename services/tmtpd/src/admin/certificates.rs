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
            CertificateCommand::Automatic { site, off: false } => {
                let path = format!("{}/certificate/automatic", self.site_path(&site).await?);
                self.state(self.http.put(&path, &Value::Null).await?);
            }
            CertificateCommand::Automatic { site, off: true } => {
                self.http.delete(&format!("{}/certificate/automatic", self.site_path(&site).await?)).await?;
                self.done("no more certificates are issued; the one that there is serves on until it ends");
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
            return self.one(&state);
        }
        if state["own"].is_null() {
            self.done("none of its own: it is served with what the edges have in their folders");
        } else {
            state["own"].as_object_mut().and_then(|own| own.remove("chain"));
            self.one(&state["own"]);
        }
        let text = |name: &str| state["automatic"][name].as_str().unwrap_or_default().to_owned();
        match text("state").as_str() {
            "waiting" => self.done("an authority is asked to issue one; look again in a minute"),
            "good" => self
                .done(&format!("an authority issues it; the next one is asked for at {}", text("next_at"))),
            "failing" => {
                self.done(&format!(
                    "none was issued: {}\nThe next try is at {}",
                    text("problem"),
                    text("next_at")
                ));
            }
            _ => {}
        }
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
