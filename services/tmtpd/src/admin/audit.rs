//! Audit logs through the API.

use std::io::Write as _;

use anyhow::{Context, bail};

use super::{
    Desk,
    args::{AuditCommand, Deeds},
    http::joined,
};

impl Desk {
    pub(super) async fn audit(&self, command: AuditCommand) -> anyhow::Result<()> {
        match command {
            AuditCommand::List { deeds, most } => {
                let path = format!("{}/audit", self.owner_path(&deeds.owner).await?);
                let items = self.http.list(&path, &query(deeds), most).await?;
                self.all(&items, &["seq", "at", "actor", "address", "action", "site", "target", "became"]);
            }
            AuditCommand::Export(deeds) => {
                let path = format!("{}/audit/export", self.owner_path(&deeds.owner).await?);
                self.copy(&format!("{path}?{}", joined(&query(deeds)))).await?;
            }
            AuditCommand::Verify { owner } => {
                let verdict =
                    self.http.get(&format!("{}/audit/verify", self.owner_path(&owner).await?)).await?;
                self.one(&verdict);
                if verdict["whole"] != true {
                    bail!("the log was tampered with, from row {} on", verdict["broken_at"]);
                }
            }
        }
        Ok(())
    }

    /// Writes what a path gives as it is.
    pub(super) async fn copy(&self, path: &str) -> anyhow::Result<()> {
        let mut response = self.http.text(path).await?;
        while let Some(piece) =
            response.chunk().await.context("the export broke off: ask for less at a time")?
        {
            std::io::stdout().write_all(&piece)?;
        }
        Ok(())
    }
}

fn query(deeds: Deeds) -> Vec<(&'static str, String)> {
    let Deeds { action, actor, since, until, .. } = deeds;
    let pairs = [("action", action), ("actor", actor), ("since", since), ("until", until)];
    pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
