//! What the operator may see of systems, and how one is shut out.

use base::{OrganisationId, SystemId, Timestamp};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{access_token, credentials, entity};
use crate::actor::{OperatorActor, Scope};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::organisation::SetUpError;
use crate::{Fault, Portal};

/// An organisation's machine client, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// Its id, which is its client id too.
    pub id: SystemId,
    /// The organisation that it acts for.
    pub organisation: OrganisationId,
    /// What it is called in the audit log.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was shut out, if it was.
    pub disabled_at: Option<Timestamp>,
}

impl From<entity::Model> for System {
    fn from(row: entity::Model) -> Self {
        Self {
            id: SystemId::from_uuid(row.id),
            organisation: OrganisationId::from_uuid(row.organisation_id),
            scopes: credentials::read_scopes(&row.scopes),
            name: row.name,
            created_at: Timestamp::from_millis(row.created_at),
            disabled_at: row.disabled_at.map(Timestamp::from_millis),
        }
    }
}

impl Portal {
    /// Every system of an organisation, oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub async fn list_systems(
        &self,
        _actor: &OperatorActor,
        organisation: OrganisationId,
    ) -> Result<Vec<System>, Fault> {
        let rows = entity::Entity::find()
            .filter(entity::Column::OrganisationId.eq(*organisation.as_uuid()))
            .order_by_asc(entity::Column::CreatedAt)
            .order_by_asc(entity::Column::Id)
            .all(self.0.database.reader())
            .await?;
        Ok(rows.into_iter().map(System::from).collect())
    }

    /// Shuts a system out at once: it gets no more tokens and those that it has are void. Doing it again is no error.
    ///
    /// # Errors
    ///
    /// [`SetUpError::NoSuchSystem`], [`SetUpError::Fault`].
    pub async fn disable_system(&self, actor: &OperatorActor, system: SystemId) -> Result<(), SetUpError> {
        let context = &*self.0;
        let transaction = context.database.write().await?;
        let row = entity::Entity::find_by_id(*system.as_uuid()).one(&transaction).await?;
        let row = row.ok_or(SetUpError::NoSuchSystem)?;
        if row.disabled_at.is_some() {
            return Ok(());
        }
        let organisation = OrganisationId::from_uuid(row.organisation_id);
        let now = context.now();
        let mut change = row.into_active_model();
        change.disabled_at = ActiveValue::Set(Some(now.as_millis()));
        change.update(&transaction).await?;
        access_token::Entity::delete_many()
            .filter(access_token::Column::SystemId.eq(*system.as_uuid()))
            .exec(&transaction)
            .await?;
        let entry = AuditEntry::by_operator(actor, AuditAction::SystemDisabled)
            .within(organisation)
            .about(AuditTarget::System(system));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Whether a system is still let in, and stays so until the transaction ends.
pub(crate) async fn is_enabled(transaction: &WriteTransaction, system: SystemId) -> Result<bool, DbErr> {
    let row = entity::Entity::find_by_id(*system.as_uuid())
        .lock_shared()
        .one(transaction)
        .await?;
    Ok(row.is_some_and(|row| row.disabled_at.is_none()))
}

#[cfg(test)]
mod tests {
    use crate::test_support::on_both_databases;
    use crate::{NewOrganisation, Scope, SetUpError, TokenError};

    on_both_databases! {
        async fn a_disabled_system_is_out_at_once_and_stays_listed(test: TestPortal) {
            let new = NewOrganisation {
                name: "Norrby kommun".to_owned(),
                retention_days: None,
                time_zone: None,
            };
            let (portal, operator) = (&test.portal, test.operator());
            let organisation = portal.create_organisation(&operator, new).await.unwrap().id;
            let scopes = [Scope::MessagesSend];
            let (id, secret) = portal
                .create_system(&operator, organisation, "a", &scopes)
                .await
                .unwrap();
            let issued = portal.issue_token(id, &secret, None, test.request()).await.unwrap();
            portal.system_actor(&issued.token, test.request()).await.unwrap();

            portal.disable_system(&operator, id).await.unwrap();
            portal.disable_system(&operator, id).await.unwrap();

            let with_token = portal.system_actor(&issued.token, test.request()).await;
            assert!(matches!(with_token, Err(TokenError::InvalidToken)));
            let with_secret = portal.issue_token(id, &secret, None, test.request()).await;
            assert!(matches!(with_secret, Err(TokenError::InvalidClient)));
            let listed = portal.list_systems(&operator, organisation).await.unwrap();
            assert_eq!(
                (listed.len(), listed[0].id, listed[0].scopes.as_slice()),
                (1, id, scopes.as_slice())
            );
            assert!(listed[0].disabled_at.is_some());
        }

        async fn a_system_that_does_not_exist_cannot_be_disabled(test: TestPortal) {
            let nobody = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
            let refused = test.portal.disable_system(&test.operator(), nobody).await;
            assert!(matches!(refused, Err(SetUpError::NoSuchSystem)));
        }
    }
}
