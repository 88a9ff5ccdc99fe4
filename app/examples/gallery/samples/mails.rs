//! What a person sees of their mails.

use std::time::Duration;

use app::page::MailProblem;
use portal::{GivenMailConsent, OwnMail, UnprovenAddress};

use super::{NOW, days_ago};

/// A person's mails, by what the state is called.
pub(crate) fn own_mails() -> Vec<(&'static str, OwnMail, Option<MailProblem>)> {
    let long = "anna.andersson.med.ett.ovanligt.langt.namn@forsknings-och-utvecklingsbolaget.example";
    let text = |text: &str| Some(text.to_owned());
    let none = OwnMail {
        is_sent: true,
        address: None,
        own_address: None,
        unproven: None,
        consent: None,
        refused_at: None,
    };
    let given = OwnMail {
        address: text(long),
        ..none.clone()
    };
    let waiting = OwnMail {
        unproven: Some(UnprovenAddress {
            address: "anna.andersson@example.se".to_owned(),
            until: NOW + Duration::from_secs(29 * 60),
            is_undeliverable: false,
        }),
        ..none.clone()
    };
    let undeliverable = OwnMail {
        unproven: waiting.unproven.clone().map(|unproven| UnprovenAddress {
            address: long.to_owned(),
            is_undeliverable: true,
            ..unproven
        }),
        ..given.clone()
    };
    let own = OwnMail {
        own_address: text("anna.andersson@example.se"),
        consent: Some(mail_consent_given()),
        ..none.clone()
    };
    let refused = OwnMail {
        refused_at: Some(days_ago(2)),
        ..none.clone()
    };
    let not_sent = OwnMail {
        is_sent: false,
        ..given.clone()
    };
    vec![
        ("given", given.clone(), None),
        ("none", none.clone(), None),
        ("not-ticked", none.clone(), Some(MailProblem::NotTicked)),
        ("no-address", given, Some(MailProblem::NotAnAddress)),
        ("too-many", none, Some(MailProblem::TooMany)),
        ("waiting", waiting.clone(), None),
        ("wrong-code", waiting, Some(MailProblem::WrongCode { left: 2 })),
        ("undeliverable", undeliverable, Some(MailProblem::NotACode)),
        ("own", own, None),
        ("refused", refused, None),
        ("not-sent", not_sent, None),
    ]
}

/// A consent to mails that somebody gave.
pub(crate) fn mail_consent_given() -> GivenMailConsent {
    GivenMailConsent {
        consent: app::mail_consent(),
        given_at: days_ago(3),
        withdrawn_at: None,
    }
}
