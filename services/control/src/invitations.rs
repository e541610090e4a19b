//! Invitations: made, shown once, kept as a hash, redeemed by delivery when their member registers.

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tmtp_platform::{Secret, clock::DAY_MS};
use tmtp_store::{
    InvitationId, Registration, SiteId, SiteSettings,
    admin::{Change, Invitation, InvitationState, MailOf, MailState, NewInvitation, OrgId, Scope},
};

use crate::{
    By, Created, Error, Once, Registry, Result,
    aliases::or_taken,
    check,
    letters::as_it_stands,
    registry::{Done, recall, remember},
};

/// Random octets of a code: 16 letters, which people can type.
const CODE_OCTETS: usize = 10;
/// Letters of a code between two hyphens.
const CODE_GROUP: usize = 4;
/// How long an invitation is good when nothing is said, and at most.
const DAYS: i64 = 14;
const DAYS_MAX: i64 = 366;
/// Most who may register with one invitation.
const USES_MAX: u32 = 10_000;
/// Most invitations of a site that can be used at one time.
const PENDING_MAX: u64 = 100_000;

/// An invitation to make.
#[derive(Debug, Clone)]
pub struct InvitationPlan {
    /// What its member will be called; nobody else can take that name meanwhile. Without, the member chooses.
    pub alias: Option<String>,
    /// Where it is sent.
    pub email: Option<String>,
    /// Whom it is for.
    pub name: Option<String>,
    /// How many may register with it.
    pub uses: u32,
    /// When it ends, milliseconds since 1970; without, after two weeks.
    pub expires_ms: Option<i64>,
    /// Not where an invitation for this address is pending, or was used: an import that is repeated invites nobody twice.
    pub unless_invited: bool,
}

/// What would come of invitations.
#[derive(Debug)]
pub struct Checked {
    /// Who may register at the site.
    pub registration: Registration,
    /// How many members more there may be.
    pub members_free: u32,
    /// What is wrong with each; `None` for one that can be made.
    pub faults: Vec<Option<Error>>,
}

/// SHA-256 of a code as somebody typed it: letters in either case, hyphens and spaces or none.
pub fn code_hash(code: &str) -> [u8; 32] {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).map(as_meant).collect();
    Sha256::digest(letters.as_bytes()).into()
}

/// A letter as it was meant: codes have no 0, 1 and 8.
fn as_meant(letter: char) -> char {
    match letter.to_ascii_uppercase() {
        '0' => 'O',
        '1' => 'I',
        '8' => 'B',
        letter => letter,
    }
}

fn new_code() -> String {
    let octets: [u8; CODE_OCTETS] = rand::random();
    let mut code = String::new();
    for (at, letter) in BASE32_NOPAD.encode(&octets).chars().enumerate() {
        if at > 0 && at % CODE_GROUP == 0 {
            code.push('-');
        }
        code.push(letter);
    }
    code
}

impl Registry {
    /// Invites somebody to a site. The code is given once; not when the same request had made it before.
    ///
    /// # Errors
    /// When something about it cannot be, the alias is taken, there is no such site, or the store fails.
    pub async fn create_invitation(
        &self,
        by: &By,
        once: Option<&Once>,
        (org, site): (OrgId, SiteId),
        plan: &InvitationPlan,
    ) -> Result<(Created<Invitation>, Option<Secret>)> {
        let now = self.now_ms();
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        if let Some(id) = recall(&mut change, by, once).await? {
            let found = change.invitation(&scope, InvitationId(id)).await?;
            return Ok((Created::Before(found.ok_or(Error::Absent("invitation"))?), None));
        }
        let settings = change.org_site(org, site).await?.ok_or(Error::Absent("site"))?.site.settings;
        let pending = change.count_pending(&scope, now).await?;
        let (made, code) = self.invite(&mut change, by, &scope, (&settings, pending), plan).await?;
        remember(&mut change, by, once, made.id.0, now).await?;
        self.record_invitation(&mut change, by, &scope, "invitation.create", &made, true).await?;
        change.commit().await?;
        Ok((Created::New(made), Some(code)))
    }

    /// What would come of these invitations, made one after the other: they are made, and nothing of it is kept.
    ///
    /// # Errors
    /// When there is no such site, or the store fails.
    pub async fn check_invitations(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        plans: &[InvitationPlan],
    ) -> Result<Checked> {
        let now = self.now_ms();
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        let settings = change.org_site(org, site).await?.ok_or(Error::Absent("site"))?.site.settings;
        let mut pending = change.count_pending(&scope, now).await?;
        let members = change.tx_at(site).await?.count_members(site, settings.members_max).await?;
        let mut faults = Vec::new();
        for plan in plans {
            faults.push(match self.invite(&mut change, by, &scope, (&settings, pending), plan).await {
                Ok(_) => {
                    pending += 1;
                    None
                }
                Err(Error::Store(error)) => return Err(error.into()),
                Err(fault) => Some(fault),
            });
        }
        // Dropped with all that was made in it.
        drop(change);
        let members_free = settings.members_max.saturating_sub(members);
        Ok(Checked { registration: settings.registration, members_free, faults })
    }

    /// Makes an invitation where so many are pending, and its code.
    async fn invite(
        &self,
        change: &mut Change,
        by: &By,
        scope: &Scope,
        (settings, pending): (&SiteSettings, u64),
        plan: &InvitationPlan,
    ) -> Result<(Invitation, Secret)> {
        let now = self.now_ms();
        checked(plan, settings, now)?;
        if pending >= PENDING_MAX {
            let text = format!("a site has at most {PENDING_MAX} invitations at a time; revoke some");
            return Err(Error::Plan(text));
        }
        if let Some(email) = plan.email.as_ref().filter(|_| plan.unless_invited)
            && let Some(before) = change.invitation_for(scope, &email.to_lowercase(), now).await?
        {
            return Err(Error::Invited(format!(
                "{email} was invited before: invitation {}",
                told(&before, now)
            )));
        }
        let code = new_code();
        let new = NewInvitation {
            code_hash: code_hash(&code).to_vec(),
            alias: plan.alias.clone(),
            email: plan.email.clone(),
            name: plan.name.clone(),
            uses_max: plan.uses,
            made_by: by.actor.clone(),
            now_ms: now,
            expires_ms: Some(plan.expires_ms.unwrap_or(now + DAYS * DAY_MS)),
            lookalikes: settings.lookalikes,
        };
        let made = change.add_invitation(scope, &new).await;
        let wanted = plan.alias.as_deref().unwrap_or_default();
        let made = or_taken(change, scope, wanted, made).await?;
        if let Some(to) = &plan.email {
            self.count_letter(change, scope.org(), to).await?;
            self.begin_mail(change, mail_of(scope, made.id)).await?;
        }
        Ok((made, code.into()))
    }

    /// Has the mail of a pending invitation sent again. Codes are kept as hashes only, so it gets another one, and the one
    /// before is none any more.
    ///
    /// # Errors
    /// When the site has no such invitation, it cannot be mailed as it stands, or the store fails.
    pub async fn mail_invitation_again(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        id: InvitationId,
    ) -> Result<(Invitation, Secret)> {
        let now = self.now_ms();
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        let found = change.invitation(&scope, id).await?.ok_or(Error::Absent("invitation"))?;
        let no = |why: &str| Err(Error::State(why.to_owned()));
        if self.letters_per_day_max.is_none() {
            return no("this server sends no mail: make another invitation, and hand its link over");
        }
        if found.state(now) != InvitationState::Pending {
            return no("only a pending invitation can be used: make another one");
        }
        let Some(to) = found.email.clone() else { return no("this invitation has no e-mail address") };
        let of = mail_of(&scope, id);
        let before = change.mails(org, of.site, id.0..=id.0).await?.remove(&id.0);
        if before.is_some_and(|mail| as_it_stands(mail, now).state == MailState::Waiting) {
            return no("its mail waits to be sent still");
        }
        let code = new_code();
        change.renew_invitation(&scope, id, &code_hash(&code)).await?;
        self.count_letter(&mut change, org, &to).await?;
        self.begin_mail(&mut change, of).await?;
        self.record_invitation(&mut change, by, &scope, "invitation.mail", &found, true).await?;
        change.commit().await?;
        Ok((found, code.into()))
    }

    /// Ends an invitation for good; the alias that it kept can be had again. Once is as good as twice.
    ///
    /// # Errors
    /// When the site has no such invitation, or the store fails.
    pub async fn revoke_invitation(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        id: InvitationId,
    ) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        change.invitation(&scope, id).await?.ok_or(Error::Absent("invitation"))?;
        let Some(revoked) = change.revoke_invitation(&scope, id, self.now_ms()).await? else { return Ok(()) };
        self.record_invitation(&mut change, by, &scope, "invitation.revoke", &revoked, false).await?;
        change.commit().await?;
        Ok(())
    }

    async fn record_invitation(
        &self,
        change: &mut Change,
        by: &By,
        scope: &Scope,
        action: &'static str,
        invitation: &Invitation,
        is_new: bool,
    ) -> Result<()> {
        let Invitation { id, alias, email, name, uses_max, expires_ms, .. } = invitation;
        let value =
            json!({"alias": alias, "email": email, "name": name, "uses": uses_max, "expires_ms": expires_ms});
        let (was, became) = if is_new { (Value::Null, value) } else { (value, Value::Null) };
        let target = id.0.to_string();
        let done = Done { org: scope.org(), action, site: Some(scope.site()), target: &target, was, became };
        self.record(change, by, done).await.map(drop)
    }
}

/// Whose mail an invitation's is.
pub(crate) fn mail_of(scope: &Scope, id: InvitationId) -> MailOf {
    MailOf { org: scope.org(), site: Some(scope.site()), id: id.0 }
}

/// Which invitation, and how it stands.
fn told(invitation: &Invitation, now_ms: i64) -> String {
    let state = if invitation.state(now_ms) == InvitationState::Pending { "is pending" } else { "was used" };
    format!("{} {state}", invitation.id.0)
}

fn checked(plan: &InvitationPlan, settings: &SiteSettings, now_ms: i64) -> Result<()> {
    if let Some(alias) = &plan.alias {
        let why = settings.name_fault(alias);
        why.map_or(Ok(()), |why| Err(Error::Alias(format!("the alias \"{alias}\" {why}"))))?;
        if plan.uses != 1 {
            return Err(Error::Alias(
                "an invitation with an alias is for one person: `uses` is 1".to_owned(),
            ));
        }
    }
    plan.name.as_deref().map_or(Ok(()), check::name)?;
    plan.email.as_deref().map_or(Ok(()), check::email)?;
    if !(1..=USES_MAX).contains(&plan.uses) {
        return Err(Error::Setting(format!("uses is {}; it must be 1 to {USES_MAX}", plan.uses)));
    }
    let Some(end) = plan.expires_ms else { return Ok(()) };
    if end <= now_ms || end > now_ms + DAYS_MAX * DAY_MS {
        return Err(Error::Time(format!("an invitation ends in the future, within {DAYS_MAX} days")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_people_type_it() {
        let code = new_code();
        assert_eq!(code.len(), 19);
        assert_ne!(code, new_code());
        let hash = code_hash(&code);
        assert_eq!(code_hash(&code.to_lowercase()), hash);
        assert_eq!(code_hash(&format!(" {} ", code.replace('-', " "))), hash);
        assert_eq!(code_hash("OIBA"), code_hash("o18a"));
        assert_eq!(code_hash("OIBA"), code_hash("01BA"));
        assert_ne!(code_hash("OIBA"), code_hash("OIBB"));
    }
}
