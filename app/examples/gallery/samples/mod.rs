//! Made-up people, letters and documents, chosen to be hard on the pages: long words, long names, none and many.

mod extract;
mod letters;
mod mails;
mod requests;
mod sign_ins;

use std::time::Duration;

use app::{
    Assets, Audience, Contact, DataProtection, DatabasesIn, DeviceMode, Language, Layout, ProviderChoice, SessionEndsIn,
};
use base::{Clock, Ids, ManualClock, RequestId, Timestamp};
use jiff::tz::TimeZone;
use portal::{AcceptedTerms, AssuranceLevel, IdentifierKind, OwnTerms, Terms};

pub(crate) use extract::{extracts, extracts_made, register, register_requests};
pub(crate) use letters::{
    case, damaged_case, document, document_id, full_inbox, history, inbox, long_case, lost_case, named_history,
};
pub(crate) use mails::{mail_consent_given, own_mails};
pub(crate) use requests::{own_requests, request_forms, requestable};
pub(crate) use sign_ins::{new_devices, past_sign_ins, place, sessions};

const DAY: i64 = 86_400_000;

/// 22 November 2026, 09:30 in Stockholm.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_336_200_000);

/// The zone of everything made up.
pub(crate) fn time_zone() -> TimeZone {
    TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC)
}

pub(crate) fn clock() -> Clock {
    ManualClock::at(NOW).clock()
}

fn ids() -> Ids {
    Ids::new(clock())
}

/// Midnight in Stockholm (winter) that many days after today's.
fn midnight(days: i64) -> Timestamp {
    let today = NOW.as_millis() - NOW.as_millis().rem_euclid(DAY) - 3_600_000;
    Timestamp::from_millis(today + days * DAY)
}

fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() - days * DAY - 71 * 60_000)
}

/// What surrounds a made-up page.
pub(crate) fn layout(language: Language, assets: &Assets, path: &str, audience: Audience) -> Layout {
    Layout {
        language,
        nonce: "gallery".to_owned(),
        assets: assets.clone(),
        path: path.to_owned(),
        request: ids().next::<RequestId>(),
        session_ends_in: matches!(audience, Audience::Recipient | Audience::Staff(_)).then_some(SessionEndsIn {
            left: Duration::from_secs(900),
            can_stay: true,
            leave_for: path.to_owned(),
        }),
        shown_once: false,
        audience,
        contact: Some(Contact {
            operator: "Exempelstads kommun".to_owned(),
            email: "tillganglighet@exempelstad.se".to_owned(),
        }),
    }
}

/// One way in.
pub(crate) fn providers() -> Vec<ProviderChoice> {
    vec![ProviderChoice {
        name: "bankid".to_owned(),
        label: "BankID".to_owned(),
        logo: None,
        last_used: false,
        seems_down: false,
        mode: None,
        highest_level: Some(AssuranceLevel::Three),
        identifies: vec![IdentifierKind::Number],
    }]
}

/// Two ways in: one was used before, and the other, which asks on which device one identifies, does not answer.
pub(crate) fn chooser() -> Vec<ProviderChoice> {
    let choice = |name: &str, label: &str, last_used| ProviderChoice {
        name: name.to_owned(),
        label: label.to_owned(),
        logo: None,
        last_used,
        seems_down: !last_used,
        mode: (!last_used).then_some(DeviceMode::OtherDevice),
        highest_level: Some(if last_used {
            AssuranceLevel::Four
        } else {
            AssuranceLevel::Three
        }),
        identifies: vec![IdentifierKind::Number],
    };
    vec![choice("freja", "Freja eID+", true), choice("bankid", "BankID", false)]
}

/// What a configuration says of personal data.
pub(crate) fn data_protection() -> DataProtection {
    DataProtection {
        databases: DatabasesIn::Postgres,
        documents_in_bucket: true,
        ceiling_days: 365,
        audit_days: 730,
        idle_minutes: 15,
        absolute_minutes: 60,
        providers: vec!["BankID".to_owned(), "Freja+".to_owned()],
        sends_mail: true,
        has_places: true,
        has_terms: true,
        hands_out_log: true,
        hands_out_checkpoints: true,
        backup_days: Some(7),
        place: Some("Exempeldrift AB:s datorhall i Luleå, Sverige".to_owned()),
        processors: vec![
            "Exempeldrift AB, Sverige (drift och säkerhetskopior)".to_owned(),
            "Mejlbolaget AS, Norge (utgående mejl)".to_owned(),
        ],
    }
}

/// Terms, with headings, several paragraphs and something hostile.
pub(crate) fn terms() -> Terms {
    Terms {
        version: "2026-11".to_owned(),
        swedish: "# Vad du får göra\n\nDu får läsa och ladda ner det som är till dig.\nHandlingarna är sekretessbelagda.\n\nDu ansvarar själv för det som du har laddat ner.\n\n# Vad vi gör\n\nVi visar det som har skickats till dig så länge avsändaren har bestämt, och sparar vem som har öppnat det. <script>alert(1)</script>".to_owned(),
        english: "# What you may do\n\nYou may read and download what is for you.\nIt is confidential.\n\nYou are responsible yourself for what you have downloaded.\n\n# What we do\n\nWe show what was sent to you for as long as its sender has decided, and keep who has opened it. <script>alert(1)</script>".to_owned(),
    }
}

/// An earlier text was accepted.
pub(crate) fn own_terms() -> OwnTerms {
    OwnTerms {
        in_force: Some(terms()),
        accepted: Some(AcceptedTerms {
            terms: Terms {
                version: "2026-01".to_owned(),
                ..terms()
            },
            at: days_ago(40),
            withdrawn_at: None,
            is_in_force: false,
        }),
    }
}

/// There are no terms and never were.
pub(crate) const fn no_terms() -> OwnTerms {
    OwnTerms {
        in_force: None,
        accepted: None,
    }
}
