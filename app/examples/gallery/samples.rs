//! Made-up people, letters and documents, chosen to be hard on the pages: long words, long names, none and many.

use std::time::Duration;

use app::page::{NewRequestForm, NewRequestProblem};
use app::{Assets, Audience, Contact, DataProtection, DeviceMode, Language, Layout, ProviderChoice, SessionEndsIn};
use base::{CaseId, Clock, DocumentId, Ids, ManualClock, MessageId, RequestId, SessionId, Timestamp};
use jiff::tz::TimeZone;
use portal::{
    AcceptedTerms, AssuranceLevel, BrowserFamily, CaseAct, CaseActKind, CaseHistory, CaseView, DataRequestKind,
    DataRequestState, DeliveryState, Device, DocumentSummary, DocumentView, ExtractState, Handed, HandedCase,
    HandedDocument, HandedMessage, HandedRequest, IdentifierKind, InboxEntry, KeptAct, KeptCase, KeptDelivery,
    KeptDevice, KeptDocument, KeptHold, KeptIdentifier, KeptRequest, KeptSession, KeptSignIn, KeptTerms, LeftOut,
    ListedDocument, MessageView, NewDevice, OwnDataRequest, OwnExtract, OwnMail, OwnSession, OwnTerms, PastSignIn,
    PastSignIns, Place, PlaceName, Preview, RegisterPart, RequestableCase, RequestableOrganisation, RetentionReason,
    SystemFamily, Terms, WaitingMail, Whereabouts,
};

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

/// A letter in an inbox.
pub(crate) fn entry(organisation: &str, title: &str, sent: i64, left: i64, documents: u32, unread: bool) -> InboxEntry {
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
        title: title.to_owned(),
        body: body.to_owned(),
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
        title: "Beslut om hemtjänst".to_owned(),
        expires_at: midnight(31),
        time_zone: time_zone(),
        held: false,
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
        title:
            "Sammanträdesprotokoll med fastighetsvärderingsutlåtande och arvskiftesredovisning för huvudmannens dödsbo"
                .to_owned(),
        expires_at: midnight(3),
        time_zone: time_zone(),
        held: true,
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

/// A document's page.
pub(crate) fn document(file_name: &str, media_type: &str, size: u64) -> DocumentView {
    DocumentView {
        summary: summary(file_name, media_type, size),
        case: ids().next::<CaseId>(),
        case_title: "Beslut om hemtjänst".to_owned(),
        organisation: "Socialförvaltningen i Exempelstad".to_owned(),
        sent_at: days_ago(0),
        expires_at: midnight(31),
    }
}

/// A place that is called so in Swedish and English.
pub(crate) fn place(city: Option<[&str; 2]>, country: Option<[&str; 2]>) -> Option<Place> {
    let name = |[swedish, english]: [&str; 2]| PlaceName::new(swedish, english);
    Place::new(city.and_then(name), country.and_then(name))
}

/// Only a sign-in in Samsung's browser came from the network of this one.
fn session(browser: BrowserFamily, system: SystemFamily, minutes: i64, is_this: bool) -> OwnSession {
    OwnSession {
        id: Some(ids().next::<SessionId>()),
        device: Device { browser, system },
        place: None,
        is_of_this_network: is_this || browser == BrowserFamily::SamsungInternet,
        signed_in_at: Timestamp::from_millis(NOW.as_millis() - minutes * 60_000),
        last_used_at: Timestamp::from_millis(NOW.as_millis() - minutes * 20_000),
        is_this,
    }
}

/// Sign-ins from new kinds of devices, the latest first, the first near a place.
pub(crate) fn new_devices() -> [NewDevice; 2] {
    let device = |browser, system, minutes: i64, place| NewDevice {
        device: Device { browser, system },
        place,
        at: Timestamp::from_millis(NOW.as_millis() - minutes * 60_000),
    };
    let lulea = place(Some(["Luleå", "Luleå"]), Some(["Sverige", "Sweden"]));
    [
        device(BrowserFamily::Safari, SystemFamily::Iphone, 31, lulea),
        device(BrowserFamily::Unknown, SystemFamily::Unknown, 4_000, None),
    ]
}

/// Sign-ins on several devices, known and unknown, near and far, the last of them from before its name was kept and from
/// yesterday.
pub(crate) fn sessions() -> Vec<OwnSession> {
    use BrowserFamily as B;
    use SystemFamily as S;
    let mut sessions = vec![
        session(B::Firefox, S::Windows, 12, true),
        session(B::SamsungInternet, S::Android, 31, false),
        session(B::Safari, S::MacOrIpad, 45, false),
        session(B::Unknown, S::Iphone, 50, false),
        session(B::Chrome, S::Unknown, 55, false),
        session(B::Unknown, S::Unknown, 1_000, false),
    ];
    let sweden = Some(["Sverige", "Sweden"]);
    let places = [
        place(Some(["Luleå", "Luleå"]), sweden),
        place(Some(["Skellefteå", "Skellefteå"]), sweden),
        place(
            Some([
                "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
                "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
            ]),
            Some(["Storbritannien", "United Kingdom"]),
        ),
        place(
            None,
            Some([
                "Sydgeorgien och Sydsandwichöarna",
                "South Georgia & South Sandwich Islands",
            ]),
        ),
        place(Some(["Göteborg", "Gothenburg"]), None),
    ];
    for (session, place) in sessions.iter_mut().zip(places) {
        session.place = place;
    }
    if let Some(last) = sessions.last_mut() {
        last.id = None;
    }
    sessions
}

/// From where somebody was signed in.
fn whereabouts(browser: BrowserFamily, system: SystemFamily, place: Option<Place>) -> Whereabouts {
    Whereabouts {
        device: Device { browser, system },
        place,
    }
}

fn lulea() -> Option<Place> {
    place(Some(["Luleå", "Luleå"]), Some(["Sverige", "Sweden"]))
}

/// All sign-ins: the one that asks, one that is unusual in two ways, one that was reported, and one of which nothing is known.
pub(crate) fn past_sign_ins() -> PastSignIns {
    use BrowserFamily as B;
    use SystemFamily as S;
    let sign_in = |minutes: i64, from| PastSignIn {
        id: ids().next::<SessionId>(),
        at: Timestamp::from_millis(NOW.as_millis() - minutes * 60_000),
        from,
        is_new_device: false,
        is_new_country: false,
        reported_at: None,
        is_this: false,
    };
    let far = place(
        None,
        Some([
            "Sydgeorgien och Sydsandwichöarna",
            "South Georgia & South Sandwich Islands",
        ]),
    );
    PastSignIns {
        sign_ins: vec![
            PastSignIn {
                is_this: true,
                ..sign_in(12, whereabouts(B::Firefox, S::Windows, lulea()))
            },
            PastSignIn {
                is_new_device: true,
                is_new_country: true,
                ..sign_in(190, whereabouts(B::Chrome, S::Linux, far))
            },
            sign_in(1_900, whereabouts(B::SamsungInternet, S::Android, lulea())),
            PastSignIn {
                is_new_device: true,
                reported_at: Some(days_ago(2)),
                ..sign_in(3_300, whereabouts(B::Unknown, S::Iphone, None))
            },
            sign_in(90_000, whereabouts(B::Unknown, S::Unknown, None)),
        ],
        has_more: true,
    }
}

/// Everything that can have happened to a case.
pub(crate) fn history() -> CaseHistory {
    use BrowserFamily as B;
    use SystemFamily as S;
    let case = case();
    let at = |minutes: i64, what| CaseAct {
        at: Timestamp::from_millis(NOW.as_millis() - minutes * 60_000),
        what,
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
    let rules = CaseActKind::RulesDecided {
        title: title.clone(),
        expires_at: midnight(31),
    };
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

/// A person's mails: to an address that is hard to set, to none, and refused.
pub(crate) fn own_mails() -> [OwnMail; 3] {
    let mail = |address: Option<&str>, refused_at: Option<Timestamp>| OwnMail {
        is_sent: refused_at.is_none(),
        address: address.map(str::to_owned),
        refused_at,
    };
    [
        mail(
            Some("anna.andersson.med.ett.ovanligt.langt.namn@forsknings-och-utvecklingsbolaget.example"),
            None,
        ),
        mail(None, None),
        mail(None, Some(days_ago(2))),
    ]
}

/// What a configuration says of personal data.
pub(crate) fn data_protection() -> DataProtection {
    DataProtection {
        databases_on_server: true,
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
    }
}

/// Orders of the copy of what is held about a person, in every state.
pub(crate) fn extracts() -> [OwnExtract; 3] {
    let order = |days, state| OwnExtract {
        id: ids().next(),
        ordered_at: days_ago(days),
        state,
    };
    let until = days_ago(-1);
    [
        order(0, ExtractState::UnderWay { done: 40, total: 120 }),
        order(0, ExtractState::Ready { until }),
        order(1, ExtractState::Broken),
    ]
}

/// What an extract is made of, with so many cases: long words, long names, and something of each kind.
pub(crate) fn register(cases: usize) -> (RegisterPart, Vec<HandedCase>) {
    let near = PlaceName::new("Luleå", "Luleå");
    let from = || Whereabouts {
        device: Device {
            browser: BrowserFamily::Firefox,
            system: SystemFamily::Windows,
        },
        place: Place::new(near.clone(), PlaceName::new("Sverige", "Sweden")),
    };
    let act = |days, action: &str| KeptAct {
        at: days_ago(days),
        action: action.to_owned(),
        organisation: Some("Myndigheten för samhällsskydd och beredskap".to_owned()),
        target_kind: None,
        target: None,
        address: Some("2001:db8:4006:812::200e".to_owned()),
    };
    let cases: Vec<_> = (0..cases).map(register_case).collect();
    let (cases, handed): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let part = RegisterPart {
        gathered_at: days_ago(0),
        identifiers: vec![KeptIdentifier {
            kind: "personnummer".to_owned(),
            value: "200001012384".to_owned(),
        }],
        name: Some("Anna Andersson".to_owned()),
        email: Some("anna.andersson@forsknings-och-utvecklingsbolaget.example".to_owned()),
        mail_refused_at: None,
        waiting_mails: vec![WaitingMail {
            kind: "waiting".to_owned(),
            since: days_ago(0),
        }],
        sessions: vec![KeptSession {
            signed_in_at: days_ago(0),
            last_used_at: NOW,
            from: from(),
        }],
        devices: vec![KeptDevice {
            first_seen_at: days_ago(80),
            from: from(),
        }],
        sign_ins: (0..30)
            .map(|days| KeptSignIn {
                at: days_ago(days),
                from: from(),
                is_new_device: false,
                reported_at: (days == 3).then(|| days_ago(2)),
            })
            .collect(),
        terms: Some(KeptTerms {
            version: terms().version,
            hash: terms().hash(),
            accepted_at: days_ago(90),
            withdrawn_at: Some(days_ago(1)),
        }),
        requests: vec![register_request(0).request],
        holds: vec![KeptHold {
            organisation: "Överförmyndarnämnden i Östra Göinge kommun".to_owned(),
            since: days_ago(12),
        }],
        cases,
        acts: [
            "case.opened",
            "document.viewed",
            "document.downloaded",
            "recipient.signed-in",
        ]
        .into_iter()
        .cycle()
        .zip(0..60)
        .map(|(action, days)| act(days, action))
        .collect(),
        extracts: Vec::new(),
        is_cut: true,
    };
    (part, handed.into_iter().flatten().collect())
}

fn register_case(number: usize) -> (KeptCase, Option<HandedCase>) {
    let (organisation, state) = match number % 3 {
        0 => ("Norrby kommun", DeliveryState::Readable),
        1 => ("Överförmyndarnämnden i Östra Göinge kommun", DeliveryState::Readable),
        _ => ("Region Norr", DeliveryState::Revoked),
    };
    let documents: Vec<_> = (0..3)
        .map(|size| KeptDocument {
            id: ids().next(),
            media_type: "application/pdf".to_owned(),
            size: 248_300 * (size + 1),
            minimum_level: None,
        })
        .collect();
    let delivery = KeptDelivery {
        id: ids().next(),
        message: ids().next(),
        document_type: Some("decision".to_owned()),
        sent_at: days_ago(20),
        notified_at: Some(days_ago(20)),
        opened_at: number.is_multiple_of(2).then(|| days_ago(19)),
        expires_at: midnight(40),
        state,
        purpose: "Handläggning av ansökan om försörjningsstöd".to_owned(),
        legal_ground: "4 kap. 1 § socialtjänstlagen (2001:453)".to_owned(),
        documents,
    };
    let folder = format!("{:03} {organisation}", number + 1);
    let handed = (state == DeliveryState::Readable).then(|| HandedMessage {
        message: delivery.message,
        title: "Beslut om sjukpenninggrundande inkomst och arbetslöshetsförsäkringsersättningsberäkningsunderlag"
            .to_owned(),
        sent_at: delivery.sent_at,
        expires_at: delivery.expires_at,
        reason: RetentionReason::default(),
        file: format!("{folder}/2026-11-02 Beslut.txt"),
        documents: delivery
            .documents
            .iter()
            .enumerate()
            .map(|(place, document)| HandedDocument {
                document: document.id,
                name: (place < 2)
                    .then(|| "Underlag för arbetslöshetsförsäkringsersättning och sjukpenning.pdf".to_owned()),
                handed: match place {
                    0 => Handed::File(format!(
                        "{folder}/2026-11-02 Underlag för arbetslöshetsförsäkringsersättning och.pdf"
                    )),
                    1 => Handed::Left(LeftOut::Damaged),
                    _ => Handed::Left(LeftOut::LevelTooLow),
                },
            })
            .collect(),
    });
    let case = KeptCase {
        id: ids().next(),
        organisation: organisation.to_owned(),
        created_at: days_ago(20),
        closed_at: (number == 1).then(|| days_ago(2)),
        extended_until: number.is_multiple_of(3).then(|| midnight(40)),
        held: number == 1,
        deliveries: vec![delivery],
    };
    let handed = handed.map(|message| HandedCase {
        case: case.id,
        left: None,
        messages: vec![message],
    });
    (case, handed)
}

/// The requests that are handed out with an extract.
pub(crate) fn register_requests() -> Vec<HandedRequest> {
    (1..4).map(register_request).collect()
}

fn register_request(number: usize) -> HandedRequest {
    let (kind, state) = match number {
        0 | 1 => (DataRequestKind::Rectification, DataRequestState::Handling),
        2 => (DataRequestKind::Erasure, DataRequestState::Granted),
        _ => (DataRequestKind::Erasure, DataRequestState::Declined),
    };
    HandedRequest {
        request: KeptRequest {
            id: ids().next(),
            organisation: "Överförmyndarnämnden i Östra Göinge kommun".to_owned(),
            case: (number != 2).then(|| ids().next()),
            kind,
            state,
            waits: number == 2,
            received_at: days_ago(20),
            answer_by: NOW.to_jiff().to_zoned(time_zone()).date(),
            extended_at: (number == 1).then(|| days_ago(10)),
            answered_at: (!state.is_open()).then(|| days_ago(2)),
            done_at: (number == 3).then(|| days_ago(2)),
            kept_until: (number == 3).then(|| midnight(28)),
        },
        text: (number != 2).then(|| "Adressen är fel.\nDet ska vara Storgatan 2.".to_owned()),
        extension: (number == 1).then(|| "Vi behöver fråga en annan myndighet.".to_owned()),
        answer: (number == 3).then(|| {
            "Vi måste bevara beslutet enligt arkivlagen.\n\nDu kan klaga hos Integritetsskyddsmyndigheten.".to_owned()
        }),
    }
}

/// A person's requests: in hand, waiting for a hold, declined.
pub(crate) fn own_requests() -> Vec<OwnDataRequest> {
    let request = |state: DataRequestState, waits, number| OwnDataRequest {
        id: ids().next(),
        organisation: "Länsstyrelsen i Västernorrlands län".to_owned(),
        time_zone: time_zone(),
        case: (number % 2 == 1).then(|| ids().next()),
        kind: if number == 3 {
            DataRequestKind::Rectification
        } else {
            DataRequestKind::Erasure
        },
        state,
        waits,
        text: (number != 2).then(|| "Adressen är fel.\nDet ska vara Storgatan 2 <script>alert(1)</script>.".to_owned()),
        received_at: days_ago(20),
        answer_by: NOW.to_jiff().to_zoned(time_zone()).date(),
        extension: (number == 1).then(|| "Vi behöver fråga en annan myndighet.".to_owned()),
        answered_at: (!state.is_open()).then(|| days_ago(2)),
        answer: (number > 2).then(|| "Beslutet är rätt, eftersom adressen gällde den dagen.".to_owned()),
        done_at: (number == 3).then(|| days_ago(2)),
        kept_until: (number == 3).then(|| days_ago(-28)),
    };
    vec![
        request(DataRequestState::Handling, false, 1),
        request(DataRequestState::Granted, true, 2),
        request(DataRequestState::Declined, false, 3),
        request(DataRequestState::Granted, false, 4),
    ]
}

/// Whom a person can ask.
pub(crate) fn requestable() -> Vec<RequestableOrganisation> {
    let case = |title: Option<&str>| RequestableCase {
        id: ids().next(),
        title: title.map(str::to_owned),
        sent_at: days_ago(3),
    };
    vec![
        RequestableOrganisation {
            id: ids().next(),
            name: "Exempelkommunen".to_owned(),
            time_zone: time_zone(),
            cases: vec![case(Some("Beslut om förskoleplats")), case(None)],
        },
        RequestableOrganisation {
            id: ids().next(),
            name: "Länsstyrelsen i Västernorrlands län".to_owned(),
            time_zone: time_zone(),
            cases: Vec::new(),
        },
    ]
}

/// Forms of requests: empty, and with each thing that can be wrong.
pub(crate) fn request_forms() -> Vec<NewRequestForm> {
    let form = |problem: Option<NewRequestProblem>| NewRequestForm {
        form: ids().next(),
        about: String::new(),
        kind: problem.map(|_| DataRequestKind::Rectification),
        text: String::new(),
        problem,
    };
    [
        None,
        Some(NewRequestProblem::About),
        Some(NewRequestProblem::Kind),
        Some(NewRequestProblem::Text),
        Some(NewRequestProblem::TooMany),
        Some(NewRequestProblem::NothingThere),
    ]
    .map(form)
    .into()
}

/// Terms, with a heading and something hostile.
pub(crate) fn terms() -> Terms {
    Terms {
        version: "2026-11".to_owned(),
        swedish: "# Vad du får göra\n\nDu får läsa och ladda ner det som är till dig.\nHandlingarna är sekretessbelagda.\n\n<script>alert(1)</script>".to_owned(),
        english: "# What you may do\n\nYou may read and download what is for you.\n\n<script>alert(1)</script>".to_owned(),
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
