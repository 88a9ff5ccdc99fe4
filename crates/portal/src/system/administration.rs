//! How systems are set up, looked at and shut out.

use std::collections::HashMap;

use base::{AllowedNetworks, OrganisationId, SystemId, Timestamp};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::credential::{self, Credential};
use super::{Administrator, NO_SECRET, SystemSetUpError, access_token, entity, scopes};
use crate::actor::Scope;
use crate::audit::{AuditAction, AuditTarget};
use crate::database::WriteTransaction;
use crate::message::is_line;
use crate::organisation::{self, MAX_NAME_CHARS};
use crate::{Fault, Portal};

/// The most systems of an organisation that are not disabled.
const MAX_SYSTEMS: usize = 200;
/// The most systems that are listed.
const MAX_LISTED: u64 = 1000;

/// A system to create.
#[derive(Clone, Debug)]
pub struct NewSystem {
    /// What it is called in the audit log; 1 to 100 characters.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// From where it may come.
    pub networks: AllowedNetworks,
}

/// An organisation's machine client.
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
    /// From where it may come.
    pub networks: AllowedNetworks,
    /// By what it gets tokens, oldest first; what was withdrawn or has ended stays for 90 days.
    pub credentials: Vec<Credential>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was shut out, if it was.
    pub disabled_at: Option<Timestamp>,
}

impl System {
    fn from_row(row: entity::Model, credentials: Vec<Credential>) -> Result<Self, Fault> {
        Ok(Self {
            id: SystemId::from_uuid(row.id),
            organisation: OrganisationId::from_uuid(row.organisation_id),
            scopes: scopes::read_scopes(&row.scopes),
            networks: networks(&row)?,
            credentials,
            name: row.name,
            created_at: Timestamp::from_millis(row.created_at),
            disabled_at: row.disabled_at.map(Timestamp::from_millis),
        })
    }
}

/// From where a system may come. A list that can't be read lets nobody in.
pub(super) fn networks(row: &entity::Model) -> Result<AllowedNetworks, Fault> {
    row.allowed_networks.parse().map_err(Fault::new)
}

/// What the actor is told of an organisation that is no longer there; the operator, that there is none of what they asked for.
fn told_gone(by: &Administrator<'_>, operator: SystemSetUpError) -> SystemSetUpError {
    by.organisation_gone().map_or(operator, SystemSetUpError::Denied)
}

/// The system with that id, if the actor may know of it and its organisation stays, locked until the transaction ends.
pub(super) async fn locked_system(
    transaction: &WriteTransaction,
    by: &Administrator<'_>,
    system: SystemId,
) -> Result<entity::Model, SystemSetUpError> {
    let found = entity::Entity::find_by_id(*system.as_uuid()).one(transaction).await?;
    let organisation = found.map(|row| OrganisationId::from_uuid(row.organisation_id));
    let organisation = organisation.filter(|organisation| by.reaches(*organisation));
    // Before the system, as everybody does who asks for both.
    if !organisation::stays(transaction, organisation.ok_or(SystemSetUpError::NoSuchSystem)?).await? {
        return Err(told_gone(by, SystemSetUpError::NoSuchSystem));
    }
    let row = entity::Entity::find_by_id(*system.as_uuid()).lock_exclusive();
    row.one(transaction).await?.ok_or(SystemSetUpError::NoSuchSystem)
}

impl Portal {
    /// Creates a system of an organisation. It gets no token before it has a credential: see [`Portal::add_secret`].
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::InvalidName`], [`SystemSetUpError::NoSuchOrganisation`], [`SystemSetUpError::TooManySystems`],
    /// or as the actor may not do it.
    pub async fn create_system(
        &self,
        by: impl Into<Administrator<'_>>,
        organisation: OrganisationId,
        new: NewSystem,
    ) -> Result<SystemId, SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_change(&self.0).await?;
        let name = new.name.trim();
        if !is_line(name, MAX_NAME_CHARS) {
            return Err(SystemSetUpError::InvalidName);
        }
        if !by.reaches(organisation) {
            return Err(SystemSetUpError::NoSuchOrganisation);
        }
        let id: SystemId = context.ids.next();
        let now = context.now();
        let transaction = context.database.write().await?;
        organisation::lock_row(&transaction, organisation)
            .await
            .map_err(|problem| problem.or_gone(told_gone(&by, SystemSetUpError::NoSuchOrganisation)))?;
        let others = entity::Entity::find()
            .filter(entity::Column::OrganisationId.eq(*organisation.as_uuid()))
            .filter(entity::Column::DisabledAt.is_null())
            .count(&transaction)
            .await?;
        if usize::try_from(others).unwrap_or(usize::MAX) >= MAX_SYSTEMS {
            return Err(SystemSetUpError::TooManySystems { limit: MAX_SYSTEMS });
        }
        let row = entity::Model {
            id: *id.as_uuid(),
            organisation_id: *organisation.as_uuid(),
            name: name.to_owned(),
            secret_hash: NO_SECRET.to_vec(),
            scopes: scopes::write_scopes(&new.scopes),
            created_at: now.as_millis(),
            disabled_at: None,
            allowed_networks: new.networks.to_string(),
        };
        entity::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await?;
        let entry = by
            .entry(AuditAction::SystemCreated, *organisation.as_uuid())
            .about(AuditTarget::System(id));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The systems of an organisation with their credentials, oldest first.
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::NoSuchOrganisation`] for one that the actor may not know of, or as the actor may not look.
    pub async fn list_systems(
        &self,
        by: impl Into<Administrator<'_>>,
        organisation: OrganisationId,
    ) -> Result<Vec<System>, SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_see(&self.0).await?;
        if !by.reaches(organisation) {
            return Err(SystemSetUpError::NoSuchOrganisation);
        }
        let (reader, now) = (context.database.reader(), context.now());
        let rows = entity::Entity::find()
            .filter(entity::Column::OrganisationId.eq(*organisation.as_uuid()))
            .order_by_asc(entity::Column::CreatedAt)
            .order_by_asc(entity::Column::Id)
            .limit(MAX_LISTED)
            .all(reader)
            .await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let mut credentials: HashMap<_, Vec<Credential>> = HashMap::new();
        for row in credential::of_systems(reader, ids).await? {
            credentials
                .entry(row.system_id)
                .or_default()
                .extend(Credential::from_row(&row, now));
        }
        let with_credentials = |row: entity::Model| {
            let credentials = credentials.remove(&row.id).unwrap_or_default();
            System::from_row(row, credentials)
        };
        Ok(rows.into_iter().map(with_credentials).collect::<Result<_, Fault>>()?)
    }

    /// One system with its credentials.
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::NoSuchSystem`], also of another organisation's, or as the actor may not look.
    pub async fn find_system(
        &self,
        by: impl Into<Administrator<'_>>,
        system: SystemId,
    ) -> Result<System, SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_see(&self.0).await?;
        let (reader, now) = (context.database.reader(), context.now());
        let row = entity::Entity::find_by_id(*system.as_uuid()).one(reader).await?;
        let row = row
            .filter(|row| by.reaches(OrganisationId::from_uuid(row.organisation_id)))
            .ok_or(SystemSetUpError::NoSuchSystem)?;
        let rows = credential::of_systems(reader, vec![row.id]).await?;
        let credentials = rows.iter().filter_map(|row| Credential::from_row(row, now)).collect();
        Ok(System::from_row(row, credentials)?)
    }

    /// Says from where a system may come from now on, for its next token and for its next request alike.
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::NoSuchSystem`], also of another organisation's, or as the actor may not do it.
    pub async fn set_networks(
        &self,
        by: impl Into<Administrator<'_>>,
        system: SystemId,
        networks: AllowedNetworks,
    ) -> Result<(), SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_change(&self.0).await?;
        let transaction = context.database.write().await?;
        let row = locked_system(&transaction, &by, system).await?;
        let organisation = row.organisation_id;
        let mut change = row.into_active_model();
        change.allowed_networks = ActiveValue::Set(networks.to_string());
        change.update(&transaction).await?;
        let entry = by
            .entry(AuditAction::SystemNetworksChanged, organisation)
            .about(AuditTarget::System(system));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Says what a system may do from its next request on, also with the tokens that it has: a token allows what it was given for
    /// and the system may still do.
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::NoSuchSystem`], also of another organisation's; [`SystemSetUpError::Disabled`], or as the actor may
    /// not do it.
    pub async fn set_scopes(
        &self,
        by: impl Into<Administrator<'_>>,
        system: SystemId,
        scopes: &[Scope],
    ) -> Result<(), SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_change(&self.0).await?;
        let transaction = context.database.write().await?;
        let row = locked_system(&transaction, &by, system).await?;
        if row.disabled_at.is_some() {
            return Err(SystemSetUpError::Disabled);
        }
        let organisation = row.organisation_id;
        let scopes = scopes::write_scopes(scopes);
        let detail = format!("from: {}; to: {scopes}", row.scopes);
        let mut change = row.into_active_model();
        change.scopes = ActiveValue::Set(scopes);
        change.update(&transaction).await?;
        let entry = by
            .entry(AuditAction::SystemScopesChanged, organisation)
            .about(AuditTarget::System(system))
            .detail(&detail);
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Shuts a system out at once: it gets no more tokens and those that it has are void. Doing it again is no error.
    ///
    /// # Errors
    ///
    /// [`SystemSetUpError::NoSuchSystem`], also of another organisation's, or as the actor may not do it.
    pub async fn disable_system(
        &self,
        by: impl Into<Administrator<'_>>,
        system: SystemId,
    ) -> Result<(), SystemSetUpError> {
        let (by, context) = (by.into(), &*self.0);
        by.may_change(&self.0).await?;
        let transaction = context.database.write().await?;
        let row = locked_system(&transaction, &by, system).await?;
        if row.disabled_at.is_some() {
            return Ok(());
        }
        let organisation = row.organisation_id;
        let now = context.now();
        let mut change = row.into_active_model();
        change.disabled_at = ActiveValue::Set(Some(now.as_millis()));
        change.update(&transaction).await?;
        access_token::Entity::delete_many()
            .filter(access_token::Column::SystemId.eq(*system.as_uuid()))
            .exec(&transaction)
            .await?;
        let entry = by
            .entry(AuditAction::SystemDisabled, organisation)
            .about(AuditTarget::System(system));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The system, if it is let in: neither it is disabled nor its organisation deleted.
pub(super) async fn find_enabled(on: &impl ConnectionTrait, system: SystemId) -> Result<Option<entity::Model>, DbErr> {
    let row = entity::Entity::find_by_id(*system.as_uuid()).filter(entity::Column::DisabledAt.is_null());
    let found = organisation::with_living(row, entity::Column::OrganisationId);
    Ok(found.one(on).await?.map(|(row, _)| row))
}

/// Whether a system is still let in, and stays so until the transaction ends. Says nothing of its organisation.
pub(crate) async fn is_enabled(transaction: &WriteTransaction, system: SystemId) -> Result<bool, Fault> {
    let row = entity::Entity::find_by_id(*system.as_uuid())
        .lock_shared()
        .one(transaction)
        .await?;
    Ok(row.is_some_and(|row| row.disabled_at.is_none()))
}

#[cfg(test)]
mod tests {
    use base::AllowedNetworks;

    use crate::test_support::on_both_databases;
    use crate::{NewSystem, Scope, SystemSetUpError, TokenError};

    on_both_databases! {
        async fn a_disabled_system_is_out_at_once_and_stays_listed(test: TestPortal) {
            let (portal, operator) = (&test.portal, test.operator());
            let organisation = test.organisation("Norrby kommun").await;
            let scopes = [Scope::MessagesSend];
            let (id, secret) = test.system(organisation, &scopes).await;
            let issued = portal.issue_token(id, &secret, None, test.request()).await.unwrap();
            portal.system_actor(&issued.token, test.request()).await.unwrap();

            portal.disable_system(&operator, id).await.unwrap();
            portal.disable_system(&operator, id).await.unwrap();

            let with_token = portal.system_actor(&issued.token, test.request()).await;
            assert!(matches!(with_token, Err(TokenError::InvalidToken)));
            let with_secret = portal.issue_token(id, &secret, None, test.request()).await;
            assert!(matches!(with_secret, Err(TokenError::InvalidClient)));
            let more = portal.add_secret(&operator, id, None).await;
            assert!(matches!(more, Err(SystemSetUpError::Disabled)));
            let listed = portal.list_systems(&operator, organisation).await.unwrap();
            assert_eq!(
                (listed.len(), listed[0].id, listed[0].scopes.as_slice()),
                (1, id, scopes.as_slice())
            );
            assert!(listed[0].disabled_at.is_some());
        }

        async fn a_system_that_does_not_exist_cannot_be_changed(test: TestPortal) {
            let (portal, operator) = (&test.portal, test.operator());
            let nobody = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
            let refused = portal.disable_system(&operator, nobody).await;
            assert!(matches!(refused, Err(SystemSetUpError::NoSuchSystem)));
            let refused = portal.add_secret(&operator, nobody, None).await;
            assert!(matches!(refused, Err(SystemSetUpError::NoSuchSystem)));
            let refused = portal.set_networks(&operator, nobody, AllowedNetworks::anywhere()).await;
            assert!(matches!(refused, Err(SystemSetUpError::NoSuchSystem)));
            let refused = portal.set_scopes(&operator, nobody, &[]).await;
            assert!(matches!(refused, Err(SystemSetUpError::NoSuchSystem)));
        }

        async fn a_systems_scopes_change_for_the_tokens_that_it_has_too(test: TestPortal) {
            let (portal, operator) = (&test.portal, test.operator());
            let organisation = test.organisation("Norrby kommun").await;
            let (id, secret) = test.system(organisation, &[Scope::MessagesSend, Scope::MessagesRead]).await;
            let issued = portal.issue_token(id, &secret, None, test.request()).await.unwrap();
            let narrow = portal.issue_token(id, &secret, Some(&[Scope::MessagesRead]), test.request()).await.unwrap();
            let may = async |token| {
                let actor = portal.system_actor(token, test.request()).await.unwrap();
                Scope::ALL.into_iter().filter(|scope| actor.require(*scope).is_ok()).collect::<Vec<_>>()
            };

            portal.set_scopes(&operator, id, &[Scope::EventsRead, Scope::MessagesRead]).await.unwrap();
            assert_eq!(may(&issued.token).await, [Scope::MessagesRead]);
            assert_eq!(may(&narrow.token).await, [Scope::MessagesRead]);
            let refused = portal.issue_token(id, &secret, Some(&[Scope::MessagesSend]), test.request()).await;
            assert!(matches!(refused, Err(TokenError::InvalidScope)));
            let anew = portal.issue_token(id, &secret, None, test.request()).await.unwrap();
            assert_eq!(may(&anew.token).await, [Scope::MessagesRead, Scope::EventsRead]);

            // Back again: each token has no more than it was given.
            portal.set_scopes(&operator, id, &Scope::ALL).await.unwrap();
            assert_eq!(may(&narrow.token).await, [Scope::MessagesRead]);
            assert_eq!(may(&issued.token).await, [Scope::MessagesSend, Scope::MessagesRead]);

            let log = test.audit_log().await;
            let changes: Vec<_> = log.iter().filter(|row| row.action == "system.scopes-changed").collect();
            assert_eq!(
                changes[0].detail.as_deref(),
                Some("from: messages:send messages:read; to: messages:read events:read")
            );
            assert_eq!((changes.len(), changes[0].target_id), (2, Some(*id.as_uuid())));

            portal.disable_system(&operator, id).await.unwrap();
            let refused = portal.set_scopes(&operator, id, &Scope::ALL).await;
            assert!(matches!(refused, Err(SystemSetUpError::Disabled)));
        }

        async fn an_organisation_has_two_hundred_systems_at_most_and_disabled_ones_do_not_count(test: TestPortal) {
            let (portal, operator) = (&test.portal, test.operator());
            let organisation = test.organisation("Norrby kommun").await;
            let new = || NewSystem {
                name: "system".to_owned(),
                scopes: Vec::new(),
                networks: AllowedNetworks::anywhere(),
            };
            let mut last = None;
            for _ in 0..200 {
                last = Some(portal.create_system(&operator, organisation, new()).await.unwrap());
            }
            let refused = portal.create_system(&operator, organisation, new()).await;
            assert!(matches!(refused, Err(SystemSetUpError::TooManySystems { limit: 200 })));
            portal.disable_system(&operator, last.unwrap()).await.unwrap();
            portal.create_system(&operator, organisation, new()).await.unwrap();
        }
    }
}
