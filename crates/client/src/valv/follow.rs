//! `valv status`, `valv events` and `valv revoke`: what becomes of messages.

use std::time::Duration;

use base::MessageId;
use client::api::{Delivery, DeliveryState, Event};
use client::{Client, Outcome};
use serde_json::json;

use crate::arguments::Events;
use crate::failure::Failure;
use crate::output::Output;
use crate::texts::{Language, moment};

const PAGE: usize = 500;
const POLL: Duration = Duration::from_secs(3);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

pub(crate) async fn status(client: &Client, id: MessageId, output: Output) -> Result<(), Failure> {
    let status = client.message(id).await?;
    output.answer(&status, |language| {
        let deliveries = status.deliveries.iter().enumerate();
        let lines = deliveries.map(|(index, delivery)| language.delivery(index + 1, delivery.state, since(delivery)));
        std::iter::once(language.sent_at(status.sent_at)).chain(lines).collect()
    });
    Ok(())
}

/// When the delivery came to stand where it stands; for one that waits, until when.
fn since(delivery: &Delivery) -> base::Timestamp {
    match delivery.state {
        DeliveryState::Delivered | DeliveryState::Expired => None,
        DeliveryState::Opened => delivery.opened_at,
        DeliveryState::Revoked => delivery.revoked_at,
        DeliveryState::Purged => delivery.purged_at,
    }
    .unwrap_or(delivery.expires_at)
}

pub(crate) async fn revoke(client: &Client, id: MessageId, output: Output) -> Result<(), Failure> {
    client.revoke(id).await?;
    output.answer(&json!({ "id": id, "revoked": true }), |language| {
        vec![language.revoked().to_owned()]
    });
    Ok(())
}

/// Prints events from the cursor on. Following goes on while the portal is away: asking again harms nothing, and the
/// cursor neither skips nor repeats.
pub(crate) async fn events(client: &Client, arguments: &Events, output: Output) -> Result<(), Failure> {
    let mut after = arguments.after;
    let mut pause = POLL;
    loop {
        match client.events(after, PAGE).await {
            Ok(page) => {
                for event in &page.events {
                    output.answer(event, |language| vec![line(language, event)]);
                }
                after = page.next_after;
                pause = POLL;
                if page.more {
                    continue;
                }
            }
            Err(error) if arguments.follow && error.outcome() != Outcome::NotDone => {
                pause = (pause * 2).min(LONGEST_PAUSE);
                output.remark(&output.language.trying_again(pause.as_secs()));
            }
            Err(error) => return Err(error.into()),
        }
        if !arguments.follow || output.is_closed() {
            return Ok(());
        }
        tokio::time::sleep(pause).await;
    }
}

fn line(language: Language, event: &Event) -> String {
    let what = language.event(&event.kind);
    let about = match (event.message_id, &event.credential) {
        (Some(message), _) => message.to_string(),
        (None, Some(ending)) => language.ending(ending),
        (None, None) => event.request_id.map(|request| request.to_string()).unwrap_or_default(),
    };
    format!("{}  {}  {what}  {about}", event.sequence, moment(event.at))
}
