//! Invitations to a site: who may register where it takes one.

use super::{Change, Page, Scope, View};
use crate::{
    Error, InvitationId, Lookalikes, Name, Owner, Result, SiteId,
    sql::{Row, values},
    steps::members::{claim_looks, drop_looks},
    text::storable,
};

/// An invitation to add.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// SHA-256 of its code.
    pub code_hash: Vec<u8>,
    /// What its member will be called; kept for it until then.
    pub alias: Option<String>,
    /// Where it is sent.
    pub email: Option<String>,
    /// Whom it is for.
    pub name: Option<String>,
    /// How many may register with it.
    pub uses_max: u32,
    /// Who made it.
    pub made_by: String,
    /// Now.
    pub now_ms: i64,
    /// When it ends, if it does.
    pub expires_ms: Option<i64>,
    /// Whether its alias may look like another's.
    pub lookalikes: Lookalikes,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// What its member will be called.
    pub alias: Option<String>,
    /// Where it was sent.
    pub email: Option<String>,
    /// Whom it is for.
    pub name: Option<String>,
    /// How many could register with it at first.
    pub uses_max: u32,
    /// How many still can.
    pub uses_left: u32,
    /// Who made it.
    pub made_by: String,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends, if it does.
    pub expires_ms: Option<i64>,
    /// When it was revoked, if it was.
    pub revoked_ms: Option<i64>,
}

/// How an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    /// It can be used.
    Pending,
    /// As many have registered as may.
    Used,
    /// It ended.
    Expired,
    /// It was revoked.
    Revoked,
}

impl Invitation {
    /// How it stands at this time.
    pub fn state(&self, now_ms: i64) -> InvitationState {
        // One that ended by itself lets go of its alias as if it were revoked at its end.
        let ends = self.expires_ms;
        if self.uses_left == 0 {
            InvitationState::Used
        } else if self.revoked_ms.is_some_and(|revoked| ends.is_none_or(|end| revoked < end)) {
            InvitationState::Revoked
        } else if ends.is_some_and(|end| end <= now_ms) {
            InvitationState::Expired
        } else {
            InvitationState::Pending
        }
    }
}

impl View {
    /// A site's invitations in ascending order of id; the search is for alias, e-mail and name.
    pub async fn invitations(
        &mut self,
        scope: &Scope,
        page: &Page<InvitationId>,
        state: Option<InvitationState>,
        now_ms: i64,
    ) -> Result<Vec<Invitation>> {
        let sql =
            "SELECT id, alias, email, name, uses_max, uses_left, made_by, created_ms, expires_ms, revoked_ms
                   FROM invitations
                   WHERE site = $1 AND id > $2
                     AND lower(coalesce(alias, '') || ' ' || coalesce(email, '') || ' ' || coalesce(name, ''))
                         LIKE $3 ESCAPE '\\'
                     AND (CAST($4 AS bigint) = -1 OR CAST($4 AS bigint) =
                          CASE WHEN uses_left = 0 THEN 1 WHEN revoked_ms > 0 AND (expires_ms = 0 OR revoked_ms < expires_ms) THEN 3
                               WHEN expires_ms > 0 AND expires_ms <= $5 THEN 2 ELSE 0 END)
                   ORDER BY id LIMIT $6";
        let state = state.map_or(-1, |state| state as i64);
        let search = super::pattern(&page.search);
        let values = values![scope.site, page.after.0, &search, state, now_ms, i64::from(page.limit)];
        self.at(scope.site).await?.all(sql, values).await?.iter().map(invitation).collect()
    }

    /// One of a site's invitations.
    pub async fn invitation(&mut self, scope: &Scope, id: InvitationId) -> Result<Option<Invitation>> {
        let sql =
            "SELECT id, alias, email, name, uses_max, uses_left, made_by, created_ms, expires_ms, revoked_ms
                   FROM invitations WHERE site = $1 AND id = $2";
        self.at(scope.site)
            .await?
            .first(sql, values![scope.site, id.0])
            .await?
            .as_ref()
            .map(invitation)
            .transpose()
    }

    /// The invitation with this code, whatever its state: for whoever holds the code, which is the right to it.
    pub async fn invitation_by_code(&mut self, site: SiteId, hash: &[u8]) -> Result<Option<Invitation>> {
        let sql =
            "SELECT id, alias, email, name, uses_max, uses_left, made_by, created_ms, expires_ms, revoked_ms
                   FROM invitations WHERE site = $1 AND code_hash = $2";
        self.at(site).await?.first(sql, values![site, hash]).await?.as_ref().map(invitation).transpose()
    }

    /// What an invitation has its member called.
    pub async fn kept_alias(&mut self, site: SiteId, id: InvitationId) -> Result<Option<String>> {
        let sql = "SELECT alias FROM invitations WHERE site = $1 AND id = $2";
        let row = self.at(site).await?.first(sql, values![site, id.0]).await?;
        row.map_or(Ok(None), |row| row.opt_text(0))
    }

    /// The newest invitation for this address, in lower case, that can still be used or was: not one that ended unused.
    pub async fn invitation_for(
        &mut self,
        scope: &Scope,
        email: &str,
        now_ms: i64,
    ) -> Result<Option<Invitation>> {
        let sql =
            "SELECT id, alias, email, name, uses_max, uses_left, made_by, created_ms, expires_ms, revoked_ms
                   FROM invitations WHERE site = $1 AND lower(email) = $2 AND email IS NOT NULL
                     AND (uses_left < uses_max OR (revoked_ms = 0 AND (expires_ms = 0 OR expires_ms > $3)))
                   ORDER BY id DESC LIMIT 1";
        let values = values![scope.site, email, now_ms];
        self.at(scope.site).await?.first(sql, values).await?.as_ref().map(invitation).transpose()
    }

    /// How many invitations of a site can still be used.
    pub async fn count_pending(&mut self, scope: &Scope, now_ms: i64) -> Result<u64> {
        let sql = "SELECT count(*) FROM invitations WHERE site = $1 AND uses_left > 0 AND revoked_ms = 0
                   AND (expires_ms = 0 OR expires_ms > $2)";
        let row = self.at(scope.site).await?.first(sql, values![scope.site, now_ms]).await?;
        row.ok_or_else(|| Error::Defect("no count".to_owned()))?.count(0)
    }
}

impl Change {
    /// Adds an invitation; its alias is kept for its member. [`Error::Taken`] when that is not to be had.
    pub async fn add_invitation(&mut self, scope: &Scope, new: &NewInvitation) -> Result<Invitation> {
        if let Some(alias) = &new.alias {
            self.keep_name(scope, alias, new.lookalikes).await?;
        }
        let sql = "INSERT INTO invitations
                       (site, code_hash, alias, email, name, uses_max, uses_left, made_by, created_ms, expires_ms)
                   VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)
                   RETURNING id, alias, email, name, uses_max, uses_left, made_by, created_ms, expires_ms, revoked_ms";
        let values = values![
            scope.site,
            new.code_hash.as_slice(),
            new.alias.as_deref(),
            new.email.as_deref(),
            new.name.as_deref(),
            i64::from(new.uses_max),
            &new.made_by,
            new.now_ms,
            new.expires_ms.unwrap_or(0),
        ];
        let row = self.at(scope.site).await?.first(sql, values).await?;
        invitation(&row.ok_or_else(|| Error::Defect("no id for an invitation".to_owned()))?)
    }

    /// Gives an invitation another code; the one before is none any more.
    pub async fn renew_invitation(
        &mut self,
        scope: &Scope,
        id: InvitationId,
        code_hash: &[u8],
    ) -> Result<()> {
        let sql = "UPDATE invitations SET code_hash = $3 WHERE site = $1 AND id = $2";
        self.at(scope.site).await?.run(sql, values![scope.site, id.0, code_hash]).await.map(drop)
    }

    /// Ends an invitation for good, and lets go of the alias that it kept; `None` when it had ended that way or was used
    /// up, or there is none.
    pub async fn revoke_invitation(
        &mut self,
        scope: &Scope,
        id: InvitationId,
        now_ms: i64,
    ) -> Result<Option<Invitation>> {
        let sql = "UPDATE invitations SET revoked_ms = $3
                   WHERE site = $1 AND id = $2 AND revoked_ms = 0 AND uses_left > 0
                   RETURNING id, alias, email, name, uses_max, uses_left, made_by, created_ms, expires_ms, revoked_ms";
        let row = self.at(scope.site).await?.first(sql, values![scope.site, id.0, now_ms]).await?;
        let Some(revoked) = row.as_ref().map(invitation).transpose()? else { return Ok(None) };
        if let Some(alias) = &revoked.alias {
            self.let_go(scope.site, alias).await?;
        }
        Ok(Some(revoked))
    }

    /// Lets go of the names that invitations kept which have ended by now, at most `limit`; returns how many there were.
    pub(super) async fn end_invitations(&mut self, now_ms: i64, limit: u32) -> Result<u64> {
        let sql = "UPDATE invitations SET revoked_ms = expires_ms
                   WHERE (site, id) IN (SELECT site, id FROM invitations WHERE alias IS NOT NULL AND uses_left > 0
                       AND revoked_ms = 0 AND expires_ms BETWEEN 1 AND $1
                       AND site NOT IN (SELECT id FROM sites WHERE away) ORDER BY site, id LIMIT $2)
                     AND uses_left > 0 AND revoked_ms = 0
                   RETURNING site, alias";
        let ended = self.conn().all(sql, values![now_ms, i64::from(limit)]).await?;
        for row in &ended {
            self.let_go(row.site(0)?, &row.text(1)?).await?;
        }
        Ok(ended.len() as u64)
    }

    async fn let_go(&mut self, site: SiteId, alias: &str) -> Result<()> {
        let sql = "DELETE FROM names WHERE site = $1 AND name = $2 AND kind = 2";
        self.at(site).await?.run(sql, values![site, alias]).await?;
        drop_looks(self.at(site).await?, site, alias).await
    }

    /// Keeps a name from everybody. [`Error::Taken`] when it is not to be had.
    pub(super) async fn keep_name(
        &mut self,
        scope: &Scope,
        name: &str,
        lookalikes: Lookalikes,
    ) -> Result<()> {
        let kept = Name { site: scope.site, name: name.to_owned(), owner: Owner::Retired };
        if lookalikes == Lookalikes::Refused
            && let Some(other) = claim_looks(self.at(scope.site).await?, &kept).await?
        {
            return Err(Error::Taken(other));
        }
        let sql =
            "INSERT INTO names (site, name, kind) VALUES ($1, $2, 2) ON CONFLICT (site, name) DO NOTHING";
        if !storable(name) || self.at(scope.site).await?.run(sql, values![scope.site, name]).await? == 0 {
            return Err(Error::Taken(name.to_owned()));
        }
        Ok(())
    }
}

/// A row of id, alias, email, name, uses_max, uses_left, made_by, created_ms, expires_ms, revoked_ms.
fn invitation(row: &Row) -> Result<Invitation> {
    let time = |at| row.int(at).map(|ms| Some(ms).filter(|ms| *ms > 0));
    let uses = |at| row.count(at).map(|uses| u32::try_from(uses).unwrap_or(u32::MAX));
    Ok(Invitation {
        id: InvitationId(row.int(0)?),
        alias: row.opt_text(1)?,
        email: row.opt_text(2)?,
        name: row.opt_text(3)?,
        uses_max: uses(4)?,
        uses_left: uses(5)?,
        made_by: row.text(6)?,
        created_ms: row.int(7)?,
        expires_ms: time(8)?,
        revoked_ms: time(9)?,
    })
}
