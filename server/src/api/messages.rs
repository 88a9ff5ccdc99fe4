//! `POST /messages`, and how a message fares afterwards.

use ::api::{
    DOCUMENT_PART_PREFIX, Delivery, DeliveryReceipt, DeliveryState, IDEMPOTENCY_KEY_HEADER, MessageMetadata,
    MessageReceipt, MessageStatus, MessageUpload, Problem, ProblemCode,
};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use base::MessageId;
use http::{HeaderMap, StatusCode, header};
use portal::{
    AssuranceLevel, DeclaredFile, DeliveryStatus, IdempotencyKey, MessageDraft, RecipientAddress, Scope, SystemActor,
    Upload,
};

use super::authentication::Authenticated;
use super::body::read_json;
use super::recipients::identifier;
use super::upload::Parts;
use super::{ApiState, Refusal};

/// Send a message
///
/// The body is `multipart/form-data`: first the part `metadata` with `MessageMetadata` as JSON, then
/// one part for each declared document, named `document-0`, `document-1` and so on, in that order and nothing else.
/// The documents are encrypted as they arrive, and nothing is visible to anyone until all is stored.
///
/// `Idempotency-Key` makes it safe to send again when the answer was lost: the same key with the same message gives
/// the first answer, the same key with another message `key-reused`. A key is remembered for seven days.
#[utoipa::path(
    post,
    path = "/messages",
    tag = "messages",
    security(("system" = ["messages:send"])),
    params(("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters; a key of its own for each message")),
    request_body(content = MessageUpload, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The message is stored and visible to its recipients", body = MessageReceipt,
            headers(("Location" = String, description = "Where its status is"))),
        (status = 200, description = "A repeat: the receipt of the first time", body = MessageReceipt),
        (status = 400, description = "`malformed-request`, `interrupted`, `idempotency-key-missing`, `invalid-idempotency-key`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`invalid-token`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`insufficient-scope`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`key-reused`, `still-receiving` (with `Retry-After`)", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "`file-too-large`, `metadata-too-large`", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported-media-type`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "What is wrong with the message; see `ProblemCode`", body = Problem, content_type = "application/problem+json"),
        (status = 507, description = "`out-of-space`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn send(
    State(state): State<ApiState>,
    Authenticated(actor): Authenticated,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    // Opened before anything is refused, so that the sender's bytes are read for a while and the answer arrives.
    let mut parts = Parts::new(&head.headers, body)?;
    actor.require(Scope::MessagesSend)?;
    let key = idempotency_key(&head.headers)?;
    let metadata: MessageMetadata = read_json(&parts.metadata().await?, ProblemCode::InvalidMetadata)?;
    let documents = metadata.documents.len();
    let draft = draft(&state, metadata)?;
    let mut upload = state.portal.begin_message(&actor, key, draft).await?;
    receive(&mut parts, &mut upload, documents).await?;
    let receipt = upload.finish().await?;
    answer(&state, &actor, receipt).await
}

fn idempotency_key(headers: &HeaderMap) -> Result<IdempotencyKey, Refusal> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY_HEADER).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(Refusal::new(ProblemCode::IdempotencyKeyMissing)),
        (Some(value), None) => {
            let text = value
                .to_str()
                .map_err(|_| Refusal::new(ProblemCode::InvalidIdempotencyKey))?;
            Ok(IdempotencyKey::parse(text)?)
        }
        (Some(_), Some(_)) => Err(Refusal::new(ProblemCode::InvalidIdempotencyKey)),
    }
}

fn draft(state: &ApiState, metadata: MessageMetadata) -> Result<MessageDraft, Refusal> {
    let recipients = metadata.recipients.iter().enumerate().map(|(index, recipient)| {
        Ok(RecipientAddress {
            identifier: identifier(state, recipient, &format!("/recipients/{index}"))?,
            email: recipient.email.as_ref().map(|email| email.expose().clone()),
        })
    });
    let recipients = recipients.collect::<Result<Vec<_>, Refusal>>()?;
    let files = metadata.documents.into_iter().enumerate().map(|(index, document)| {
        Ok(DeclaredFile {
            sha256: document.sha256.as_deref().map(|text| digest(text, index)).transpose()?,
            minimum_level: document.minimum_level.map(|number| level(number, index)).transpose()?,
            name: document.file_name,
            media_type: document.media_type,
            size: document.size,
        })
    });
    Ok(MessageDraft {
        title: metadata.title,
        body: metadata.body,
        document_type: metadata.document_type,
        retention_days: metadata.retention_days,
        files: files.collect::<Result<Vec<_>, Refusal>>()?,
        recipients,
    })
}

fn digest(text: &str, index: usize) -> Result<[u8; 32], Refusal> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest)
        .map_err(|_| Problem::new(ProblemCode::InvalidDeclaration).at(format!("/documents/{index}/sha256")))?;
    Ok(digest)
}

/// The level that document number `index` asks for. Below 3 nobody with a number gets in, so nothing asks for that.
fn level(number: u8, index: usize) -> Result<AssuranceLevel, Refusal> {
    let level = AssuranceLevel::from_number(number.into()).filter(|level| *level >= AssuranceLevel::Three);
    level.ok_or_else(|| {
        let pointer = format!("/documents/{index}/minimum_level");
        Problem::new(ProblemCode::LevelNotOffered).at(pointer).into()
    })
}

async fn receive(parts: &mut Parts, upload: &mut Upload, documents: usize) -> Result<(), Refusal> {
    for index in 0..documents {
        let pointer = format!("/documents/{index}");
        let Some(mut part) = parts.next().await? else {
            return Err(Problem::new(ProblemCode::MissingPart).at(pointer).into());
        };
        if part.name() != Some(format!("{DOCUMENT_PART_PREFIX}{index}").as_str()) {
            return Err(Problem::new(ProblemCode::UnexpectedPart).at(pointer).into());
        }
        upload.document(index, &mut part).await?;
    }
    match parts.next().await? {
        None => Ok(()),
        Some(_) => Err(Refusal::new(ProblemCode::UnexpectedPart)),
    }
}

async fn answer(state: &ApiState, actor: &SystemActor, receipt: portal::MessageReceipt) -> Result<Response, Refusal> {
    let sender = state.portal.sender(actor).await?;
    let status = if receipt.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let location = format!("{}/messages/{}", ::api::BASE_PATH, receipt.id);
    let deliveries = receipt.deliveries.into_iter().map(|delivery| DeliveryReceipt {
        id: delivery.delivery,
        case_id: delivery.case,
        letter: app::letter(&app::Letter {
            organisation: &sender.name,
            portal: &state.address,
            expires_at: delivery.expires_at,
            time_zone: &sender.time_zone,
        }),
        expires_at: delivery.expires_at,
    });
    let receipt = MessageReceipt {
        id: receipt.id,
        sent_at: receipt.sent_at,
        repeated: receipt.repeated,
        deliveries: deliveries.collect(),
    };
    Ok((status, [(header::LOCATION, location)], Json(receipt)).into_response())
}

/// Ask how a message fares
///
/// One delivery for each recipient. A message of another organisation is `not-found`.
#[utoipa::path(
    get,
    path = "/messages/{id}",
    tag = "messages",
    security(("system" = ["messages:read"])),
    params(("id" = String, Path, description = "The message's id", format = "uuid")),
    responses(
        (status = 200, description = "How it fares", body = MessageStatus),
        (status = 401, description = "`invalid-token`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`insufficient-scope`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn status(
    State(state): State<ApiState>,
    Authenticated(actor): Authenticated,
    Path(id): Path<String>,
) -> Result<Json<MessageStatus>, Refusal> {
    actor.require(Scope::MessagesRead)?;
    let status = state.portal.message_status(&actor, message_id(&id)?).await?;
    Ok(Json(MessageStatus {
        id: status.id,
        sent_at: status.sent_at,
        document_type: status.document_type,
        deliveries: status.deliveries.iter().map(delivery).collect(),
    }))
}

fn delivery(status: &DeliveryStatus) -> Delivery {
    Delivery {
        id: status.delivery,
        case_id: status.case,
        state: delivery_state(status),
        notified_at: status.notified_at,
        opened_at: status.opened_at,
        expires_at: status.expires_at,
        revoked_at: status.revoked_at,
        purged_at: status.purged_at,
    }
}

/// The one word for where a delivery stands: what takes it furthest away from the recipient.
fn delivery_state(status: &DeliveryStatus) -> DeliveryState {
    if status.purged_at.is_some() {
        DeliveryState::Purged
    } else if status.revoked_at.is_some() {
        DeliveryState::Revoked
    } else if status.expired {
        DeliveryState::Expired
    } else if status.opened_at.is_some() {
        DeliveryState::Opened
    } else {
        DeliveryState::Delivered
    }
}

/// Take a message back
///
/// From now on nobody can read it, and the next purge destroys it. Doing it again is no error. A
/// message of another organisation is `not-found`.
#[utoipa::path(
    delete,
    path = "/messages/{id}",
    tag = "messages",
    security(("system" = ["messages:send"])),
    params(("id" = String, Path, description = "The message's id", format = "uuid")),
    responses(
        (status = 204, description = "It is taken back"),
        (status = 401, description = "`invalid-token`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`insufficient-scope`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn revoke(
    State(state): State<ApiState>,
    Authenticated(actor): Authenticated,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    actor.require(Scope::MessagesSend)?;
    state.portal.revoke_message(&actor, message_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is no id names no message.
fn message_id(text: &str) -> Result<MessageId, Refusal> {
    text.parse().map_err(|_| Refusal::new(ProblemCode::NotFound))
}
