//! Members, devices, aliases and groups.

use std::io::Write as _;

use anyhow::Context;
use serde_json::json;

use super::{
    Desk,
    args::{
        AliasCommand, GroupCommand, InSite, MemberCommand, NodeCommand, OneAlias, OneGroup, OneMember,
        Some as Which,
    },
    http::encoded,
    search,
};

const NODE_FIELDS: [&str; 7] = ["id", "uid", "label", "connected", "seen_at", "queued", "oldest_at"];

impl Desk {
    pub(super) async fn member(&self, command: MemberCommand) -> anyhow::Result<()> {
        match command {
            MemberCommand::List { site, some, suspended } => {
                let path = format!("{}/members", self.site_path(&site).await?);
                let mut query = search(some.search);
                query.extend(suspended.then(|| ("suspended", "true".to_owned())));
                let items = self.http.list(&path, &query, some.most).await?;
                self.all(&items, &["uid", "aliases", "suspended", "node_count", "created_at"]);
            }
            MemberCommand::Show(member) => self.one(&self.http.get(&self.member_path(&member).await?).await?),
            MemberCommand::Suspend(member) => self.act_on_member(&member, "suspend").await?,
            MemberCommand::Resume(member) => self.act_on_member(&member, "resume").await?,
            MemberCommand::ForgetSignIn(member) => self.act_on_member(&member, "forget-sign-in").await?,
            MemberCommand::Export { member, out } => {
                let path = format!("{}/export", self.member_path(&member).await?);
                let mut file = std::fs::File::create_new(&out).with_context(|| {
                    format!("cannot make {}: choose a file that is not there", out.display())
                })?;
                file.write_all(&self.http.fetch(&path).await?)?;
                self.done(&format!("written to {}", out.display()));
            }
            MemberCommand::Erase(member) => self.act_on_member(&member, "erase").await?,
            MemberCommand::Remove(member) => {
                self.http.delete(&self.member_path(&member).await?).await?;
                self.done("removed");
            }
        }
        Ok(())
    }

    async fn member_path(&self, member: &OneMember) -> anyhow::Result<String> {
        Ok(format!("{}/members/{}", self.site_path(&member.site).await?, encoded(&member.uid)))
    }

    async fn act_on_member(&self, member: &OneMember, word: &str) -> anyhow::Result<()> {
        let path = format!("{}/{word}", self.member_path(member).await?);
        self.one(&self.http.act(&path).await?);
        Ok(())
    }

    pub(super) async fn node(&self, command: NodeCommand) -> anyhow::Result<()> {
        match command {
            NodeCommand::List { site, state, most } => {
                let path = format!("{}/nodes", self.site_path(&site).await?);
                let query: Vec<_> = state.map(|state| ("state", state)).into_iter().collect();
                self.all(&self.http.list(&path, &query, most).await?, &NODE_FIELDS);
            }
            NodeCommand::Show { site, node } => {
                self.one(&self.http.get(&format!("{}/nodes/{node}", self.site_path(&site).await?)).await?);
            }
            NodeCommand::Revoke { site, node } => {
                self.http.delete(&format!("{}/nodes/{node}", self.site_path(&site).await?)).await?;
                self.done("revoked");
            }
        }
        Ok(())
    }

    pub(super) async fn aliases(&self, site: &InSite, which: &Which) -> anyhow::Result<()> {
        let path = format!("{}/aliases", self.site_path(site).await?);
        let items = self.http.list(&path, &search(which.search.clone()), which.most).await?;
        self.all(&items, &["alias", "uid", "reserved"]);
        Ok(())
    }

    pub(super) async fn alias(&self, command: AliasCommand) -> anyhow::Result<()> {
        match command {
            AliasCommand::Reserve(alias) => self.keep_alias(&alias, None).await?,
            AliasCommand::Assign { alias, to } => self.keep_alias(&alias, Some(&to)).await?,
            AliasCommand::Retire(alias) => {
                self.one(&self.http.act(&format!("{}/retire", self.alias_path(&alias).await?)).await?);
            }
            AliasCommand::Free(alias) => {
                self.http.delete(&self.alias_path(&alias).await?).await?;
                self.done("let go");
            }
        }
        Ok(())
    }

    async fn keep_alias(&self, alias: &OneAlias, uid: Option<&str>) -> anyhow::Result<()> {
        let path = format!("{}/aliases", self.site_path(&alias.site).await?);
        self.one(&self.http.create(&path, &json!({"alias": alias.alias, "uid": uid})).await?);
        Ok(())
    }

    async fn alias_path(&self, alias: &OneAlias) -> anyhow::Result<String> {
        Ok(format!("{}/aliases/{}", self.site_path(&alias.site).await?, encoded(&alias.alias)))
    }

    pub(super) async fn groups(&self, site: &InSite, which: &Which, gid: Option<&str>) -> anyhow::Result<()> {
        let path = format!("{}/groups", self.site_path(site).await?);
        match gid {
            Some(gid) => {
                let path = format!("{path}/{}/members", encoded(gid));
                self.all(&self.http.list(&path, &[], which.most).await?, &["uid", "alias", "status"]);
            }
            None => {
                let items = self.http.list(&path, &search(which.search.clone()), which.most).await?;
                self.all(&items, &["gid", "joined", "on_record"]);
            }
        }
        Ok(())
    }

    pub(super) async fn group(&self, command: GroupCommand) -> anyhow::Result<()> {
        match command {
            GroupCommand::Drop { group, uid } => {
                let path = format!("{}/members/{}", self.group_path(&group).await?, encoded(&uid));
                self.http.delete(&path).await?;
                self.done("taken out");
            }
            GroupCommand::Remove(group) => {
                self.http.delete(&self.group_path(&group).await?).await?;
                self.done("removed");
            }
        }
        Ok(())
    }

    async fn group_path(&self, group: &OneGroup) -> anyhow::Result<String> {
        Ok(format!("{}/groups/{}", self.site_path(&group.site).await?, encoded(&group.gid)))
    }
}
