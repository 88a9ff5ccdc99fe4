//! What directories do, on both databases.

mod groups;
mod tokens;
mod two_nodes;
mod users;
mod work_accounts;

use base::{OrganisationId, SecretString, StaffId, TenantId};

use super::{Email, NewProvisioningToken, ProvisionedUser, ProvisioningError, RoleValue, UserAttributes};
use crate::test_support::TestPortal;
use crate::{ProvisioningActor, Role, SessionKey, StaffActor, VouchedStaff, Whereabouts, WorkAccount};

const TENANT: &str = "11111111-2222-4333-8444-555555555555";
const OBJECT: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const OTHER_OBJECT: &str = "aaaaaaaa-bbbb-4ccc-8ddd-ffffffffffff";

fn tenant() -> TenantId {
    TENANT.parse().unwrap()
}

/// A user with that name, who is active.
fn user(name: &str) -> UserAttributes {
    UserAttributes {
        user_name: name.to_owned(),
        active: true,
        ..UserAttributes::default()
    }
}

/// A user with a work account.
fn work_user(object: &str, name: &str) -> UserAttributes {
    UserAttributes {
        external_id: Some(object.to_owned()),
        ..user(name)
    }
}

fn with_role(attributes: &UserAttributes, role: &str) -> UserAttributes {
    UserAttributes {
        roles: vec![RoleValue {
            value: role.to_owned(),
            ..RoleValue::default()
        }],
        ..attributes.clone()
    }
}

fn with_email(attributes: &UserAttributes, email: &str) -> UserAttributes {
    UserAttributes {
        emails: vec![Email {
            value: email.to_owned(),
            kind: Some("work".to_owned()),
            primary: Some(true),
        }],
        ..attributes.clone()
    }
}

impl TestPortal {
    /// A directory of an organisation, and its token.
    async fn directory_and_token(
        &self,
        organisation: OrganisationId,
        tenant: Option<TenantId>,
    ) -> (ProvisioningActor, SecretString) {
        if let Some(tenant) = tenant {
            let operator = self.operator();
            self.portal.add_tenant(&operator, organisation, tenant).await.unwrap();
        }
        let new = NewProvisioningToken {
            name: "Entra".to_owned(),
            tenant,
            days: 365,
        };
        let operator = self.operator();
        let made = self.portal.create_provisioning_token(&operator, organisation, new);
        let made = made.await.unwrap();
        let actor = self.portal.provisioning_actor(&made.token, self.request());
        (actor.await.unwrap(), made.token)
    }

    async fn directory(&self, organisation: OrganisationId, tenant: Option<TenantId>) -> ProvisioningActor {
        self.directory_and_token(organisation, tenant).await.0
    }

    /// Says something else of a user.
    async fn say(
        &self,
        actor: &ProvisioningActor,
        id: StaffId,
        change: impl FnOnce(&mut UserAttributes) + Send,
    ) -> Result<ProvisionedUser, ProvisioningError> {
        let change = |before: &ProvisionedUser| {
            let mut after = before.attributes.clone();
            change(&mut after);
            Ok(after)
        };
        self.portal.change_provisioned_user(actor, id, change).await
    }

    /// Signs somebody in through Entra ID whose directory gives them that role.
    async fn work_sign_in(
        &self,
        key: &SessionKey,
        organisation: OrganisationId,
        object: &str,
        role: Role,
    ) -> Option<StaffActor> {
        let vouched = VouchedStaff {
            account: WorkAccount {
                tenant: tenant(),
                object: object.parse().unwrap(),
            },
            role: Some(role),
            name: Some("Karin Ek".to_owned()),
            email: Some("karin@norrby.example".to_owned()),
            authenticated_at: Some(self.now()),
            began_at: self.now(),
            provider: "entra".to_owned(),
            at_provider: None,
        };
        let request = self.request();
        let organisation = organisation.to_string();
        let proof = self.portal.staff_work_account(&organisation, &vouched, &request).await;
        self.continue_from(Whereabouts::UNKNOWN, key, proof.ok()?)
            .await
            .unwrap();
        self.staff_in(key).await
    }

    /// What the audit log says that directories did, in order.
    async fn directory_log(&self) -> Vec<String> {
        let log = self.audit_log().await;
        let of_directory = log.iter().filter(|row| row.actor_kind == "directory");
        of_directory
            .map(|row| match &row.detail {
                Some(detail) => format!("{} {detail}", row.action),
                None => row.action.clone(),
            })
            .collect()
    }
}
