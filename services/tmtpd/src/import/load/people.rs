//! Members with their nodes, aliases, and groups.

use anyhow::Context as _;
use indicatif::ProgressBar;
use tmtp_control::own_names;
use tmtp_store::{GroupMember, MemberKey, Name, NewNode, Owner, Tx, admin::Change};

use super::{Came, Place};
use crate::import::survey::{Group, Survey, User};

/// Users or aliases in one transaction.
const AT_ONCE: usize = 200;

/// What an imported node is called: by the number that it had.
pub(super) fn label(num: u8) -> String {
    format!("imported {num:02x}")
}

impl Place<'_> {
    pub(super) async fn members(
        &self,
        survey: &Survey,
        came: &mut Came,
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        for users in survey.users.chunks(AT_ONCE) {
            let mut change = self.admin.begin().await?;
            let mut new = 0;
            for user in users {
                new += u64::from(self.member(&mut change, user).await?);
            }
            change.commit().await?;
            came.members += new;
            bar.inc(users.len() as u64);
        }
        Ok(())
    }

    /// `false` when it came before.
    async fn member(&self, change: &mut Change, user: &User) -> anyhow::Result<bool> {
        if change.member(&self.scope, &user.uid).await?.is_some() {
            return Ok(false);
        }
        let member = MemberKey { site: self.site.id, uid: user.uid.clone() };
        let tx = change.tx_at(self.site.id).await?;
        tx.add_member(&member, self.now_ms).await?;
        for node in &user.nodes {
            let new = NewNode {
                member: member.clone(),
                label: label(node.num),
                secret_hash: node.hash.clone(),
                now_ms: self.now_ms,
            };
            let id = tx.add_node(&new).await?;
            tx.mark_former_hash(self.site.id, id).await?;
        }
        Ok(true)
    }

    /// Lets go of those names that every site keeps from its beginning, where somebody who comes has one.
    pub(super) async fn make_way(&self, survey: &Survey) -> anyhow::Result<()> {
        let mut change = self.admin.begin().await?;
        let org = change.org(self.scope.org()).await?.context("the organization is gone")?;
        let comes = |name: &&str| {
            survey.aliases.iter().any(|(alias, _)| alias == name)
                || survey.groups.iter().any(|group| group.gid == *name)
        };
        for name in own_names(&org.name, &self.site.name).filter(comes) {
            change.free_name(&self.scope, name).await?;
        }
        change.commit().await?;
        Ok(())
    }

    pub(super) async fn aliases(
        &self,
        survey: &Survey,
        came: &mut Came,
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        for aliases in survey.aliases.chunks(AT_ONCE) {
            let mut tx = self.store.begin(&[self.site.id]).await?;
            let (mut new, mut taken) = (0, Vec::new());
            for (alias, uid) in aliases {
                match self.name(&mut *tx, alias, uid.clone().map_or(Owner::Retired, Owner::Member)).await? {
                    Some(true) => new += 1,
                    Some(false) => {}
                    None => taken.push(alias.clone()),
                }
            }
            tx.commit().await?;
            came.aliases += new;
            came.taken.extend(taken);
            bar.inc(aliases.len() as u64);
        }
        Ok(())
    }

    /// `Some(false)` when it came before, `None` when somebody else has it.
    async fn name(&self, tx: &mut dyn Tx, name: &str, owner: Owner) -> anyhow::Result<Option<bool>> {
        let wanted = Name { site: self.site.id, name: name.to_owned(), owner };
        if tx.take_name(&wanted).await? {
            return Ok(Some(true));
        }
        let found = tx.names(&[(self.site.id, name.to_owned())]).await?;
        Ok(found.contains(&wanted).then_some(false))
    }

    pub(super) async fn groups(
        &self,
        survey: &Survey,
        came: &mut Came,
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        for group in &survey.groups {
            let mut tx = self.store.begin(&[self.site.id]).await?;
            match self.name(&mut *tx, &group.gid, Owner::Group).await? {
                Some(true) => {
                    self.fill(&mut *tx, group).await?;
                    tx.commit().await?;
                    came.groups += 1;
                }
                // Whatever its members did since stands.
                Some(false) => {}
                None => came.taken.push(group.gid.clone()),
            }
            bar.inc(1);
        }
        Ok(())
    }

    async fn fill(&self, tx: &mut dyn Tx, group: &Group) -> anyhow::Result<()> {
        for one in &group.members {
            tx.put_group_member(&GroupMember {
                site: self.site.id,
                gid: group.gid.clone(),
                uid: one.uid.clone(),
                alias: one.alias.clone(),
                status: one.status,
            })
            .await?;
        }
        Ok(())
    }
}
