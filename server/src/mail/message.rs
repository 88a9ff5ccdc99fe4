//! A notification as a mail: plain text, and the headers of mail that a program sends by itself (RFC 3834).

use base::NotificationId;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, Message};
use portal::TakenNotification;

use super::{Inner, MailError, Mailer};

/// Tells programs that answer mail not to (RFC 3834 section 5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

impl Mailer {
    /// The mail of a notification, and whom it goes to. Everything in its headers but the address is ours, and an address is
    /// parsed before it stands there.
    pub(super) fn compose(&self, notification: &TakenNotification) -> Result<(Address, Message), MailError> {
        let Inner {
            section,
            from,
            origin,
            clock,
            ids,
            ..
        } = &*self.0;
        let to: Address = notification.address.expose().parse().map_err(|_| MailError::Address)?;
        let address = origin.address_of("/");
        let told = app::Notification {
            kind: notification.kind,
            organisations: &notification.organisations,
            address: &address,
            at: notification.at,
            time_zone: &notification.time_zone,
        };
        let id: NotificationId = ids.next();
        let message = Message::builder()
            .from(Mailbox::new(Some(section.from_name.clone()), from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(told.subject())
            .date(clock.now().to_jiff().into())
            .message_id(Some(format!("<{}@{}>", id, from.domain())))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
            .singlepart(SinglePart::plain(told.text()))
            .map_err(|_| MailError::Address)?;
        Ok((to, message))
    }
}
