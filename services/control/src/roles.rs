//! What an API key may do.

use tmtp_store::admin::OrgId;

use crate::{Error, Result};

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything, everywhere: the provider's.
    Operator,
    /// Everything in one organization, but its plan.
    Owner,
    /// Sites and members, not keys.
    Admin,
    /// Members: look, suspend, resume, revoke nodes.
    Support,
    /// Look only, the audit log among the rest.
    Auditor,
}

/// What a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// See organizations, sites, members.
    Look,
    /// See the audit log.
    Audit,
    /// Suspend and resume members, revoke nodes.
    Help,
    /// Make and change sites, remove members.
    Administer,
    /// Make and revoke keys, rename the organization.
    Own,
    /// Make organizations and plans.
    Operate,
}

const ALL: [Role; 5] = [Role::Operator, Role::Owner, Role::Admin, Role::Support, Role::Auditor];

impl Role {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Support => "support",
            Self::Auditor => "auditor",
        }
    }

    /// The role of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it may do what needs this.
    pub fn may(self, need: Need) -> bool {
        match self {
            Self::Operator => true,
            Self::Owner => need != Need::Operate,
            Self::Admin => matches!(need, Need::Look | Need::Audit | Need::Help | Need::Administer),
            Self::Support => matches!(need, Need::Look | Need::Help),
            Self::Auditor => matches!(need, Need::Look | Need::Audit),
        }
    }

    /// Refuses a role that this owner of a key cannot give: the provider has no owners, an organization no operators.
    pub(crate) fn check_for(self, org: OrgId) -> Result<()> {
        let is_provider = org == OrgId::PROVIDER;
        let fits = match self {
            Self::Operator => is_provider,
            Self::Owner | Self::Admin => !is_provider,
            Self::Support | Self::Auditor => true,
        };
        let there_are =
            if is_provider { "operator, support, auditor" } else { "owner, admin, support, auditor" };
        let wrong =
            || Error::Role(format!("the role {} does not exist here; there are: {there_are}", self.name()));
        if fits { Ok(()) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_may_look_and_only_the_operator_makes_plans() {
        for role in ALL {
            assert!(role.may(Need::Look), "{role:?}");
            assert_eq!(role.may(Need::Operate), role == Role::Operator, "{role:?}");
            assert_eq!(Role::by_name(role.name()), Some(role));
        }
        assert!(
            !Role::Support.may(Need::Audit) && !Role::Admin.may(Need::Own) && !Role::Auditor.may(Need::Help)
        );
        assert_eq!(Role::by_name("Owner"), None);
    }

    #[test]
    fn an_organization_has_no_operators_and_the_provider_no_owners() {
        assert!(Role::Operator.check_for(OrgId::DEFAULT).is_err());
        assert!(Role::Owner.check_for(OrgId::PROVIDER).is_err());
        assert!(Role::Auditor.check_for(OrgId::PROVIDER).is_ok() && Role::Owner.check_for(OrgId(7)).is_ok());
    }
}
