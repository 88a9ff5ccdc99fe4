//! What one organisation has registered about a person, for that organisation, with what its staff may see of it.

use std::collections::HashMap;

use base::{OrganisationId, Personnummer, RecipientId, RegisterExtractId};
use keyring::{ContentOwner, Field};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{Scope, case, cases, holds, rows};
use crate::register_extract::by_organisation::OrganisationExtractError;
use crate::register_extract::handed::{Handed, HandedCase, HandedDocument, HandedMessage, LeftOut};
use crate::register_extract::organisation_part::OrganisationExtract;
use crate::register_extract::part::{DeliveryState, KeptCase, KeptDelivery, KeptDocument};
use crate::{Context, Denied, Fault, RetentionReason, StaffActor, audit, data_request, hold, message, organisation};

/// The most deliveries that an organisation's extract has, which is made while somebody waits.
const MAX_AT_ONCE: usize = 20_000;
/// Whether there is a hold that keeps, also in the days after it was lifted, all that an organisation sends somebody, also where they are not told.
const IS_HELD: &str = "SELECT 1 FROM hold WHERE recipient_id = $1 AND organisation_id = $2 AND (lifted_at IS NULL OR lifted_at > $3) LIMIT 1";

/// Everything that the organisation of who acts has registered about a person; `None` when it has nothing.
pub(in crate::register_extract) async fn of_organisation(
    context: &Context,
    actor: &StaffActor,
    recipient: RecipientId,
    number: &Personnummer,
    id: RegisterExtractId,
) -> Result<Option<OrganisationExtract>, OrganisationExtractError> {
    let (scope, on) = (Scope::of_organisation(actor, recipient), context.database.reader());
    let organisation = organisation::find(on, actor.organisation_id()).await?;
    let organisation = organisation.ok_or(Denied::OrganisationGone)?;
    let found = cases(context, scope).await?;
    let (requests, more_requests) = data_request::asked_of(context, actor, recipient).await?;
    let since = hold::protects_since(context.now()).as_millis().into();
    let held = [scope.recipient(), (*organisation.id.as_uuid()).into(), since];
    let is_held = !rows(context, IS_HELD, held, |_| Ok(())).await?.is_empty();
    let (acts, more_acts) = audit::acts_about(context, organisation.id, recipient).await?;
    // What only its log has still is registered about them too.
    if found.rows.is_empty() && requests.is_empty() && !is_held && acts.is_empty() {
        return Ok(None);
    }
    let mut extract = OrganisationExtract {
        id,
        organisation: organisation.name,
        number: number.clone(),
        made_at: context.now(),
        cases: Vec::with_capacity(found.rows.len()),
        shown: Vec::with_capacity(found.rows.len()),
        requests,
        holds: holds(context, scope).await?,
        acts,
        is_cut: found.is_cut || more_requests || more_acts,
    };
    let mut deliveries = 0;
    for row in &found.rows {
        if deliveries >= MAX_AT_ONCE {
            extract.is_cut = true;
            break;
        }
        let (case, is_cut) = case(context, row).await?;
        extract.is_cut |= is_cut;
        deliveries += case.deliveries.len();
        extract.shown.push(shown(context, organisation.id, &case).await?);
        extract.cases.push(case);
    }
    Ok(Some(extract))
}

/// What the organisation's staff may see of what was sent in a case and can be read: the titles, as on their page of the case.
async fn shown(context: &Context, organisation: OrganisationId, case: &KeptCase) -> Result<HandedCase, Fault> {
    let readable: Vec<&KeptDelivery> = case
        .deliveries
        .iter()
        .filter(|delivery| delivery.state == DeliveryState::Readable)
        .collect();
    let ids = readable.iter().map(|delivery| *delivery.message.as_uuid());
    let sealed: HashMap<Uuid, Option<Vec<u8>>> = message::entity::Entity::find()
        .filter(message::entity::Column::Id.is_in(ids))
        .filter(message::entity::Column::OrganisationId.eq(*organisation.as_uuid()))
        .all(context.database.reader())
        .await?
        .into_iter()
        .map(|row| (row.id, row.sealed_title))
        .collect();
    let owners: Vec<_> = readable
        .iter()
        .map(|delivery| (organisation, ContentOwner::Message(delivery.message)))
        .collect();
    let keys = context.vault.content_keys(&owners).await?;
    let messages = readable.into_iter().zip(keys).filter_map(|(delivery, key)| {
        let sealed = sealed.get(delivery.message.as_uuid())?.as_ref()?;
        let place = Field::new("message", "sealed_title", delivery.message.as_bytes());
        let title = key?.open_text(place, sealed).ok()?;
        Some(HandedMessage {
            message: delivery.message,
            title: Some(title),
            sent_at: delivery.sent_at,
            expires_at: delivery.expires_at,
            reason: RetentionReason {
                purpose: delivery.purpose.clone(),
                legal_ground: delivery.legal_ground.clone(),
            },
            text: Handed::Left(LeftOut::OnlyForThePerson),
            documents: delivery.documents.iter().map(only_for_the_person).collect(),
        })
    });
    Ok(HandedCase {
        case: case.id,
        // Of what can be read and is not there after all.
        left: Some(LeftOut::Damaged),
        messages: messages.collect(),
    })
}

const fn only_for_the_person(document: &KeptDocument) -> HandedDocument {
    HandedDocument {
        document: document.id,
        name: None,
        handed: Handed::Left(LeftOut::OnlyForThePerson),
    }
}
