//! Letters, cases and documents.

use base::{CaseId, DocumentId, MessageId, Timestamp};
use portal::{
    AssuranceLevel, BrowserFamily, CaseAct, CaseActKind, CaseHistory, CaseView, DocumentSummary, DocumentView,
    InboxEntry, ListedDocument, MessageView, Preview, RetentionReason, ShownHold, SystemFamily, Whereabouts,
};

use super::sign_ins::{lulea, whereabouts};
use super::{NOW, days_ago, ids, midnight, time_zone};

/// A letter in an inbox.
fn entry(organisation: &str, title: &str, sent: i64, left: i64, documents: u32, unread: bool) -> InboxEntry {
    InboxEntry {
        case: ids().next::<CaseId>(),
        organisation: organisation.to_owned(),
        title: Some(title.to_owned()),
        sent_at: days_ago(sent),
        unread,
        documents,
        expires_at: midnight(left),
    }
}

/// An inbox as people have it.
pub(crate) fn inbox() -> Vec<InboxEntry> {
    vec![
        entry(
            "Socialförvaltningen i Exempelstad",
            "Beslut om hemtjänst",
            0,
            31,
            2,
            true,
        ),
        entry(
            "Region Mellanvik",
            "Kallelse till undersökning på ögonmottagningen",
            6,
            25,
            1,
            true,
        ),
        entry(
            "Överförmyndarnämnden",
            "Sammanträdesprotokoll med fastighetsvärderingsutlåtande och arvskiftesredovisning för huvudmannens dödsbo",
            26,
            3,
            12,
            false,
        ),
        entry("Exempelstads kommun", "Svar på din fråga", 29, 1, 0, false),
    ]
}

/// An inbox with so many letters that it scrolls for long.
pub(crate) fn full_inbox() -> Vec<InboxEntry> {
    (0..40)
        .map(|number| {
            entry(
                "Region Mellanvik",
                &format!("Provsvar nummer {}", 40 - number),
                number,
                60 - number,
                1,
                number < 5,
            )
        })
        .collect()
}

/// Any document.
pub(crate) fn document_id() -> DocumentId {
    ids().next()
}

/// A document in the list of a message.
fn listed(file_name: &str, media_type: &str, size: u64) -> ListedDocument {
    ListedDocument::Open(summary(file_name, media_type, size))
}

/// A document's line.
fn summary(file_name: &str, media_type: &str, size: u64) -> DocumentSummary {
    DocumentSummary {
        id: ids().next::<DocumentId>(),
        file_name: file_name.to_owned(),
        media_type: media_type.to_owned(),
        size,
        preview: Preview::of(media_type),
    }
}

fn message(title: &str, body: &str, sent: i64, left: i64, documents: Vec<ListedDocument>) -> MessageView {
    MessageView {
        id: ids().next::<MessageId>(),
        title: Some(title.to_owned()),
        body: Some(body.to_owned()),
        sent_at: days_ago(sent),
        expires_at: midnight(left),
        reason: RetentionReason {
            purpose: "Du ska hinna läsa och överklaga beslutet".to_owned(),
            legal_ground: "Förvaltningslagen (2017:900)".to_owned(),
        },
        days_after_closing: (left < 30).then_some(14),
        documents,
    }
}

/// A case with one letter.
pub(crate) fn case() -> CaseView {
    let body = "Hej Anna!\n\nVi har beviljat din ansökan om hemtjänst från och med den 1 december. Beslutet och \
        genomförandeplanen finns här nedanför.\n\nOm du inte är nöjd kan du överklaga. Hur du gör står på sista sidan i \
        beslutet.\n\nVänliga hälsningar\nKarin Ek\nbiståndshandläggare, 010-123 45 67";
    CaseView {
        id: ids().next::<CaseId>(),
        organisation: "Socialförvaltningen i Exempelstad".to_owned(),
        title: Some("Beslut om hemtjänst".to_owned()),
        expires_at: midnight(31),
        time_zone: time_zone(),
        hold: None,
        closed_at: None,
        extended: false,
        messages: vec![message(
            "Beslut om hemtjänst",
            body,
            0,
            31,
            vec![
                listed("Beslut om hemtjänst 2026-1187.pdf", "application/pdf", 248_300),
                listed(
                    "Genomförandeplan.docx",
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                    61_440,
                ),
            ],
        )],
    }
}

/// A case with a long story, hard names and little time left.
pub(crate) fn long_case() -> CaseView {
    CaseView {
        id: ids().next::<CaseId>(),
        organisation: "Överförmyndarnämnden".to_owned(),
        title: Some(
            "Sammanträdesprotokoll med fastighetsvärderingsutlåtande och arvskiftesredovisning för huvudmannens dödsbo"
                .to_owned(),
        ),
        expires_at: midnight(3),
        time_zone: time_zone(),
        hold: Some(ShownHold { keeps_until: None }),
        closed_at: Some(NOW),
        extended: true,
        messages: vec![
            message(
                "Komplettering av arvskiftesredovisningen",
                "Här kommer det som saknades.",
                3,
                28,
                vec![
                    listed(
                        "IMG_20261103_112233_arvskiftesredovisning_undertecknad_av_samtliga_dödsbodelägare_slutversion_2.jpeg",
                        "image/jpeg",
                        3_412_900,
                    ),
                    listed("läs mig.txt", "text/plain", 812),
                ],
            ),
            message(
                "Sammanträdesprotokoll",
                "",
                26,
                3,
                vec![
                    listed("Protokoll 14 §.pdf", "application/pdf", 12_483_000),
                    ListedDocument::Locked {
                        id: ids().next::<DocumentId>(),
                        level: AssuranceLevel::Four,
                    },
                ],
            ),
        ],
    }
}

/// A case with one letter of which a part was altered where it is stored.
pub(crate) fn damaged_case() -> CaseView {
    let mut case = case();
    let Some(message) = case.messages.first_mut() else {
        return case;
    };
    message.body = None;
    message.documents.push(ListedDocument::Damaged {
        id: ids().next::<DocumentId>(),
    });
    case
}

/// A case with one letter of which nothing opens.
pub(crate) fn lost_case() -> CaseView {
    let mut case = damaged_case();
    case.title = None;
    for message in &mut case.messages {
        message.title = None;
        message.documents.drain(..2);
    }
    case
}

/// A document's page.
pub(crate) fn document(file_name: &str, media_type: &str, size: u64) -> DocumentView {
    DocumentView {
        summary: summary(file_name, media_type, size),
        case: ids().next::<CaseId>(),
        case_title: Some("Beslut om hemtjänst".to_owned()),
        organisation: "Socialförvaltningen i Exempelstad".to_owned(),
        sent_at: days_ago(0),
        expires_at: midnight(31),
    }
}

/// The same where the organisation lets its recipients know the names of its staff, with what staff alone decide.
pub(crate) fn named_history() -> CaseHistory {
    let mut history = history();
    let karin = || "Karin Åkerström".to_owned();
    for act in &mut history.acts {
        act.by = match act.what {
            CaseActKind::ExtractMade | CaseActKind::CaseSeen => vec![karin()],
            CaseActKind::RulesDecided { .. } => vec!["Anna-Stina Överförmyndare-Öhrström".to_owned(), karin()],
            _ => Vec::new(),
        };
    }
    let decided = |hours: i64, what, by| CaseAct {
        at: Timestamp::from_millis(NOW.as_millis() - hours * 3_600_000),
        what,
        by,
        from: None,
        is_in_this_session: false,
    };
    let last_day = Some(jiff::civil::date(2027, 6, 30));
    // Of one nobody of that account is known any more, and one a system did.
    history
        .acts
        .insert(3, decided(1, CaseActKind::CaseClosed, vec![karin()]));
    history
        .acts
        .insert(4, decided(2, CaseActKind::CaseReopened, Vec::new()));
    history
        .acts
        .insert(5, decided(3, CaseActKind::CaseExtended { last_day }, vec![karin()]));
    history
        .acts
        .insert(6, decided(4, CaseActKind::CaseExtended { last_day }, Vec::new()));
    history
}

/// Everything that can have happened to a case.
pub(crate) fn history() -> CaseHistory {
    use BrowserFamily as B;
    use SystemFamily as S;
    let case = case();
    let at = |minutes: i64, what| CaseAct {
        at: Timestamp::from_millis(NOW.as_millis() - minutes * 60_000),
        what,
        by: Vec::new(),
        from: None,
        is_in_this_session: false,
    };
    let (title, name) = (case.title.clone(), Some("Beslut om hemtjänst 2026-1187.pdf".to_owned()));
    let here = whereabouts(B::Firefox, S::Windows, lulea());
    let phone = whereabouts(B::SamsungInternet, S::Android, lulea());
    let own = |act: CaseAct, from: &Whereabouts, is_in_this_session| CaseAct {
        from: Some(from.clone()),
        is_in_this_session,
        ..act
    };
    let rules = CaseActKind::RulesDecided { title: title.clone() };
    CaseHistory {
        case: case.id,
        organisation: case.organisation,
        acts: vec![
            own(
                at(3, CaseActKind::DocumentDownloaded { name: name.clone() }),
                &here,
                true,
            ),
            own(at(5, CaseActKind::DocumentViewed { name: name.clone() }), &here, true),
            own(at(6, CaseActKind::CaseOpened), &here, true),
            own(at(400, CaseActKind::HistorySeen), &here, false),
            at(650, CaseActKind::CaseSeen),
            at(700, CaseActKind::ExtractMade),
            at(1_200, rules),
            own(at(1_890, CaseActKind::DocumentViewed { name: None }), &phone, false),
            own(at(1_892, CaseActKind::Damaged { name }), &phone, false),
            own(at(1_894, CaseActKind::Damaged { name: None }), &phone, false),
            own(at(1_899, CaseActKind::CaseOpened), &phone, false),
            at(4_300, CaseActKind::Notified { title: title.clone() }),
            at(4_303, CaseActKind::Sent { title: title.clone() }),
        ],
        title,
        time_zone: time_zone(),
        is_cut: true,
    }
}
