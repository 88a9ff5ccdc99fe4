//! A notification as a mail: plain text, and the headers of mail that a program sends by itself (RFC 3834).

use base::NotificationId;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, Message};
use portal::TakenNotification;
use url::Host;

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
        let to = address_of(notification.address.expose())?;
        let address = origin.address_of("/");
        let told = app::Notification {
            kind: notification.kind,
            organisations: &notification.organisations,
            has_unnamed: notification.has_unnamed,
            code: notification.code.as_ref().map(|code| code.expose().as_str()),
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

/// An address as it was given. A domain with other letters than ASCII's is written as mail servers without SMTPUTF8 know it (RFC 5891).
fn address_of(text: &str) -> Result<Address, MailError> {
    let address: Address = text.parse().map_err(|_| MailError::Address)?;
    if address.domain().is_ascii() {
        return Ok(address);
    }
    let host = Host::parse(address.domain()).map_err(|_| MailError::Address)?;
    Address::new(address.user(), host.to_string()).map_err(|_| MailError::Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_written_as_every_mail_server_knows_it() {
        for (given, written) in [
            ("anna@example.se", "anna@example.se"),
            ("anna@Example.SE", "anna@Example.SE"),
            ("anna@exempel.åmål.se", "anna@exempel.xn--ml-xiab.se"),
        ] {
            assert_eq!(address_of(given).unwrap().to_string(), written);
        }
        for given in ["", "anna", "anna@", "anna@å b.se", "a\r\nb@example.se"] {
            assert!(matches!(address_of(given), Err(MailError::Address)), "{given}");
        }
    }
}
