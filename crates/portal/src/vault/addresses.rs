//! The e-mail addresses of a person: what a sender or a directory gave, what they gave themselves and proved, and what they have yet to
//! prove. Each is sealed under the person's key. Which of them is written to is the portal's to say.

use base::RecipientId;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::recipient;
use super::register::{Optional, field, locked};
use super::{Vault, VaultError, identifiers};
use crate::recipient::RecipientIdentifier;

/// Where somebody can be written to. Prints nothing, since it is personal.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// What a sender or a directory gave last.
    pub(crate) given: Option<String>,
    /// What they gave themselves and proved.
    pub(crate) own: Option<String>,
    /// What they gave themselves and have yet to prove.
    pub(crate) unproven: Option<String>,
}

impl Vault {
    /// A person's addresses; none when they were forgotten, or their last day is over.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails, and [`VaultError::Damaged`].
    pub(crate) async fn addresses(&self, recipient: RecipientId) -> Result<Addresses, VaultError> {
        let connection = self.database.reader();
        let row = recipient::Entity::find_by_id(*recipient.as_uuid())
            .one(connection)
            .await?;
        let Some(row) = row.filter(|row| {
            let sealed = [&row.sealed_email, &row.sealed_own_email, &row.sealed_unproven_email];
            sealed.into_iter().any(Option::is_some)
        }) else {
            return Ok(Addresses::default());
        };
        let Some(key) = self.recipient_key(connection, &row).await? else {
            return Ok(Addresses::default());
        };
        let open = |which: Optional, sealed: Option<Vec<u8>>| {
            let opened = sealed.map(|sealed| key.open_text(field(which.column(), &recipient), &sealed));
            opened.transpose().map_err(|_| VaultError::Damaged)
        };
        Ok(Addresses {
            given: open(Optional::Email, row.sealed_email)?,
            own: open(Optional::OwnEmail, row.sealed_own_email)?,
            unproven: open(Optional::UnprovenEmail, row.sealed_unproven_email)?,
        })
    }

    /// Sets or removes the address that senders and directories give; does nothing when the person was forgotten.
    ///
    /// # Errors
    ///
    /// When the vault or the provider fails, and [`VaultError::Damaged`].
    pub(crate) async fn set_email(&self, recipient: RecipientId, email: Option<&str>) -> Result<(), VaultError> {
        self.set_optional(recipient, Optional::Email, email).await
    }

    /// Sets or removes the address that a person has yet to prove; does nothing when they were forgotten.
    ///
    /// # Errors
    ///
    /// As [`Vault::set_email`].
    pub(crate) async fn set_unproven_email(
        &self,
        recipient: RecipientId,
        email: Option<&str>,
    ) -> Result<(), VaultError> {
        self.set_optional(recipient, Optional::UnprovenEmail, email).await
    }

    /// Sets the address that a person gave themselves and proved; does nothing when they were forgotten.
    ///
    /// # Errors
    ///
    /// As [`Vault::set_email`].
    pub(crate) async fn set_own_email(&self, recipient: RecipientId, email: Option<&str>) -> Result<(), VaultError> {
        self.set_optional(recipient, Optional::OwnEmail, email).await
    }

    /// Erases what is needed no more beside a person's own address: what senders gave. What a directory says of a work account stays, since
    /// senders know the account by it.
    ///
    /// # Errors
    ///
    /// As [`Vault::set_email`].
    pub(crate) async fn erase_other_emails(&self, recipient: RecipientId) -> Result<(), VaultError> {
        let transaction = self.database.write().await?;
        let Some(row) = locked(&transaction, recipient).await? else {
            return Ok(());
        };
        let Some(key) = self.recipient_key(&transaction, &row).await? else {
            return Ok(());
        };
        let known_by = identifiers::identifier(&key, recipient, &row)?;
        if matches!(known_by, RecipientIdentifier::WorkAccount(_)) {
            return Ok(());
        }
        let changed = recipient::ActiveModel {
            id: Set(row.id),
            sealed_email: Set(None),
            ..recipient::ActiveModel::default()
        };
        recipient::Entity::update(changed).exec(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Erases every address of a person, and of whoever turned out to be them, whatever key it is sealed under.
    ///
    /// # Errors
    ///
    /// When the vault fails; the call can be repeated.
    pub(crate) async fn erase_emails(&self, recipient: RecipientId) -> Result<(), VaultError> {
        let id = *recipient.as_uuid();
        let theirs = recipient::Column::Id.eq(id).or(recipient::Column::LinkedTo.eq(id));
        let transaction = self.database.write().await?;
        // In one order, so that nobody waits in a circle.
        recipient::Entity::find()
            .filter(theirs.clone())
            .order_by_asc(recipient::Column::Id)
            .lock_exclusive()
            .all(&transaction)
            .await?;
        let nothing = || Expr::value(None::<Vec<u8>>);
        recipient::Entity::update_many()
            .col_expr(recipient::Column::SealedEmail, nothing())
            .col_expr(recipient::Column::SealedOwnEmail, nothing())
            .col_expr(recipient::Column::SealedUnprovenEmail, nothing())
            .filter(theirs)
            .exec(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}
