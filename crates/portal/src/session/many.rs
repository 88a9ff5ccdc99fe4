//! Many signed-in sessions at once, for measuring how one of them is found among them. Behind the feature `bench`, which no
//! program of ours turns on: nobody has identified, and the audit log says nothing of it.

use base::StaffId;

use super::{
    Proven, ProviderSessionCodes, SessionKey, SignInOrigin, SignedIn, StaffBinding, Whereabouts, bind_staff, fresh,
    limits, sign_in, store,
};
use crate::{AssuranceLevel, Context, Fault, Portal, SessionKind};

/// How many sessions are stored in one transaction, since each waits for the disk.
const AT_ONCE: usize = 1000;

impl Portal {
    /// Stores a session for each key, as a sign-in leaves it: with `data`, and somebody of its own who is signed in.
    ///
    /// # Errors
    ///
    /// A fault; then some are stored.
    pub async fn store_recipient_sessions(&self, keys: &[SessionKey], data: &[u8]) -> Result<(), Fault> {
        let context = &*self.0;
        for keys in keys.chunks(AT_ONCE) {
            let transaction = context.database.write().await?;
            for key in keys {
                let created = store::insert(&transaction, fresh(context, key, data)).await?;
                let person = SignedIn {
                    recipient: context.ids.next_recipient(),
                    level: AssuranceLevel::Three,
                    name: Some("Alma Exempelsson".to_owned()),
                    sign_in: None,
                };
                let origin = SignInOrigin {
                    whereabouts: &Whereabouts::UNKNOWN,
                    address: None,
                    provider: "bankid-bridge",
                    at_provider: None,
                };
                let signed_in = sign_in(context, &transaction, key, &person, origin).await?;
                stored(created && signed_in.is_some())?;
            }
            transaction.commit().await?;
        }
        Ok(())
    }

    /// As [`Portal::store_recipient_sessions`], all of one staff member's, whose sign-in is complete in each.
    ///
    /// # Errors
    ///
    /// A fault; then some are stored.
    pub async fn store_staff_sessions(&self, staff: StaffId, keys: &[SessionKey], data: &[u8]) -> Result<(), Fault> {
        let context = &*self.0;
        for keys in keys.chunks(AT_ONCE) {
            let transaction = context.database.write().await?;
            for key in keys {
                let created = store::insert(&transaction, fresh(context, key, data)).await?;
                let signed_in = bind_staff(context, &transaction, key, &signed_in_now(context, staff)).await?;
                stored(created && signed_in)?;
            }
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Asks the portal's database nothing, over the connections that look sessions up: the yardstick for that.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn ask_nothing(&self) -> Result<(), Fault> {
        Ok(self.0.database.ping().await?)
    }
}

fn stored(is_stored: bool) -> Result<(), Fault> {
    let taken = || Fault::new("a session is there already, or is of another kind");
    is_stored.then_some(()).ok_or_else(taken)
}

fn signed_in_now(context: &Context, staff: StaffId) -> StaffBinding<'static> {
    let now = context.clock_time();
    StaffBinding {
        staff,
        proven: Proven::Password,
        id: context.ids.next(),
        whereabouts: &Whereabouts::UNKNOWN,
        address: None,
        at_provider: ProviderSessionCodes::default(),
        signed_in_at: now,
        confirmed_at: Some(now),
        expires_at: now + limits(context, SessionKind::Staff).absolute,
    }
}
