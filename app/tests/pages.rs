//! What holds for every page, in both languages, whatever it shows.

mod pdfs;
#[path = "../examples/gallery/samples/mod.rs"]
mod samples;
#[path = "../examples/gallery/staff/mod.rs"]
mod staff;

use app::page::staff::sent_messages_page;
use app::page::{
    RefusedMail, SessionsOf, Shown, ShownExtracts, TermsProblem, accepted_terms_page, accessibility, case_history_page,
    case_page, data_protection, document_page, given_mail_consent_page, inbox_page, landing_page, locked_document_page,
    new_request_page, own_mail_page, own_request_page, rights_page, sessions_page, sign_ins_page, signed_out,
    terms_page, your_data_page,
};
use app::{Assets, Audience, ErrorPage, Flash, Language, Letter, Page, error_page, letter};
use portal::{AssuranceLevel, Preview};

const HOSTILE: &str = "<script>alert(1)</script>\"' onmouseover=x";

fn every_page(language: Language) -> Vec<(String, Page)> {
    let assets = Assets::default();
    let guest = samples::layout(language, &assets, "/", Audience::Visitor);
    let reader = samples::layout(language, &assets, "/inbox", Audience::Recipient);
    let (now, zone) = (samples::NOW, samples::time_zone());
    let only: Vec<_> = samples::sessions().into_iter().take(1).collect();
    let mut pages = vec![
        (
            "landing".to_owned(),
            landing_page(&guest, &samples::providers(), Some(Flash::SessionEnded)),
        ),
        (
            "landing when signed in".to_owned(),
            landing_page(&reader, &samples::providers(), None),
        ),
        (
            "landing with a choice".to_owned(),
            landing_page(&guest, &samples::chooser(), None),
        ),
        ("signed out".to_owned(), signed_out(&guest)),
        (
            "sessions".to_owned(),
            sessions_page(
                &reader,
                SessionsOf::Recipient,
                &samples::sessions(),
                Some(Flash::OneEnded),
                now,
                &zone,
            ),
        ),
        (
            "one of the sessions".to_owned(),
            sessions_page(&reader, SessionsOf::Recipient, &only, None, now, &zone),
        ),
        (
            "all sign-ins".to_owned(),
            sign_ins_page(
                &reader,
                &samples::past_sign_ins(),
                Some(Flash::SignInReported),
                now,
                &zone,
            ),
        ),
        (
            "case history".to_owned(),
            case_history_page(&reader, &samples::history(), now),
        ),
        (
            "case history with names".to_owned(),
            case_history_page(&reader, &samples::named_history(), now),
        ),
        (
            "data protection".to_owned(),
            data_protection(&guest, &samples::data_protection()),
        ),
        ("accessibility".to_owned(), accessibility(&guest)),
        (
            "empty inbox".to_owned(),
            inbox_page(&reader, None, &[], &[], now, &zone),
        ),
        (
            "full inbox".to_owned(),
            inbox_page(&reader, Some("Åsa Öberg"), &[], &samples::full_inbox(), now, &zone),
        ),
        (
            "inbox".to_owned(),
            inbox_page(
                &reader,
                Some(HOSTILE),
                &samples::new_devices(),
                &samples::inbox(),
                now,
                &zone,
            ),
        ),
        ("case".to_owned(), case_page(&reader, &samples::case(), now)),
        ("long case".to_owned(), case_page(&reader, &samples::long_case(), now)),
        (
            "locked document".to_owned(),
            locked_document_page(
                &reader,
                samples::document_id(),
                AssuranceLevel::Four,
                &samples::chooser(),
            ),
        ),
        (
            "locked document without a way in".to_owned(),
            locked_document_page(&reader, samples::document_id(), AssuranceLevel::Four, &[]),
        ),
    ];
    let text = Shown::Text {
        text: HOSTILE.to_owned(),
        complete: false,
    };
    for shown in [Shown::Pdf, Shown::Image, text, Shown::TooLarge, Shown::Nothing] {
        let document = samples::document("Beslut.pdf", "application/pdf", 248_300);
        pages.push((
            format!("document {shown:?}"),
            document_page(&reader, &document, &shown, now, &zone),
        ));
    }
    let requests = samples::own_requests();
    pages.push((
        "rights".to_owned(),
        rights_page(
            &reader,
            &requests,
            &samples::own_terms(),
            &zone,
            Some(Flash::RequestMade),
        ),
    ));
    pages.push((
        "rights without any".to_owned(),
        rights_page(&reader, &[], &samples::no_terms(), &zone, None),
    ));
    for request in &requests {
        let name = format!("rights, one {:?}", request.state);
        pages.push((name, own_request_page(&reader, request, None)));
    }
    for (accepted, problem) in [(false, None), (false, Some(TermsProblem::NotTicked)), (true, None)] {
        let page = terms_page(&reader, &samples::terms(), accepted, true, problem);
        pages.push((format!("terms {problem:?}"), page));
    }
    let accepted = accepted_terms_page(&reader, &samples::terms(), "i går".to_owned());
    pages.push(("terms that were accepted".to_owned(), accepted));
    for form in samples::request_forms() {
        let name = format!("rights, form {:?}", form.problem);
        pages.push((name, new_request_page(&reader, &samples::requestable(), &form)));
    }
    for (name, mail, problem) in samples::own_mails() {
        let refused = problem.map(|problem| RefusedMail {
            problem,
            address: "anna".to_owned(),
        });
        let page = own_mail_page(&reader, &mail, &zone, refused.as_ref(), Some(Flash::MailAllowed));
        pages.push((format!("mails {name}"), page));
    }
    let consent = given_mail_consent_page(&reader, &samples::mail_consent_given(), &zone);
    pages.push(("consent to mails".to_owned(), consent));
    let extracts = samples::extracts();
    for (name, again) in [("your data", false), ("your data after a while", true)] {
        let providers = samples::providers();
        let page = your_data_page(
            &reader,
            ShownExtracts {
                ordered: &extracts,
                by_organisations: &samples::extracts_made(),
            },
            again.then_some(&*providers),
            again,
            None,
            now,
            &zone,
        );
        pages.push((name.to_owned(), page));
    }
    pages.extend(staff::pages(language, &assets));
    pages.extend(ErrorPage::ALL.map(|error| (format!("{error:?}"), error_page(&guest, error))));
    pages
}

fn for_every_page(check: impl Fn(&str, Language, &str)) {
    for language in Language::ALL {
        for (name, page) in every_page(language) {
            check(&format!("{name} ({})", language.tag()), language, &page.html);
        }
    }
}

fn count(html: &str, text: &str) -> usize {
    html.matches(text).count()
}

#[test]
fn a_page_says_its_language_and_has_one_heading_one_main_part_and_a_way_past_the_header() {
    for_every_page(|name, language, html| {
        assert!(html.starts_with("<!DOCTYPE html><html"), "{name}");
        assert!(html.contains(&format!("lang=\"{}\"", language.tag())), "{name}");
        assert_eq!(count(html, "<h1"), 1, "{name}");
        assert_eq!(count(html, "<main id=\"main\""), 1, "{name}");
        assert!(html.contains("href=\"#main\""), "{name}");
    });
}

#[test]
fn only_pages_with_an_island_or_of_somebody_signed_in_carry_scripts_and_each_has_the_nonce() {
    for_every_page(|name, _, html| {
        let countdown = count(
            html,
            "<script type=\"module\" src=\"/assets/countdown.js\" nonce=\"gallery\"",
        );
        assert_eq!(countdown, usize::from(html.contains("/sign-out\">")), "{name}");
        let passkey = count(
            html,
            "<script type=\"module\" src=\"/assets/passkey.js\" nonce=\"gallery\"",
        );
        assert_eq!(passkey, count(html, "<form id=\"passkey\""), "{name}");
        let scripts = count(html, "<script") - countdown - passkey;
        assert_eq!(scripts, usize::from(name.starts_with("document Pdf")), "{name}");
        assert_eq!(
            count(
                html,
                "<script type=\"module\" src=\"/assets/islands.js\" nonce=\"gallery\""
            ),
            scripts,
            "{name}"
        );
        assert_eq!(count(html, "postvalv_bg.wasm"), scripts, "{name}");
    });
}

#[test]
fn nothing_is_styled_or_run_in_the_page_itself() {
    for_every_page(|name, _, html| {
        for forbidden in [" style=", "<style", " onclick", " onload", "javascript:"] {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
    });
}

#[test]
fn nothing_is_loaded_from_anybody_else() {
    for_every_page(|name, _, html| {
        let html = html.replace("href=\"https://www.digg.se/tdosanmalan\"", "");
        let html = html.replace("href=\"https://www.imy.se/\"", "");
        // Shown, to be copied or as it was filled in, and not to be followed: an invitation's link, where systems publish keys, and
        // where checkpoints go.
        let shown = [
            ">https://post.exempelkommunen.example/",
            ">https://nycklar.arendesystem.exempelkommunen.example/",
            " https://system.example.se/jwks",
            "value=\"https://10.0.0.7/jwks\"",
            "value=\"http://hooks.norrby.example\"",
            "value=\"https://10.1.2.3/logg\"",
            "value=\"https://hooks.norrby.example/logg\"",
            " med https://",
            " with https://",
        ];
        let html = shown.iter().fold(html, |html, shown| html.replace(shown, ""));
        assert!(
            !html.contains("http://") && !html.contains("https://") && !html.contains("\"//"),
            "{name}"
        );
    });
}

#[test]
fn what_a_sender_or_a_provider_wrote_stays_text() {
    for_every_page(|name, _, html| assert!(!html.contains("<script>alert"), "{name}"));
}

#[test]
fn the_language_form_offers_the_other_language_and_comes_back_to_the_page() {
    for_every_page(|name, language, html| {
        let other = if language == Language::Swedish { "en" } else { "sv" };
        // What is shown once would be gone.
        let once = [
            "staff-recovery-codes",
            "staff-invited",
            "staff-system-secret",
            "staff-provisioning-token",
        ]
        .iter()
        .any(|page| name.starts_with(page));
        if once {
            assert!(!html.contains("/language"), "{name}");
            return;
        }
        assert!(html.contains("<form method=\"post\" action=\"/language\">"), "{name}");
        assert!(
            html.contains(&format!("name=\"language\" value=\"{other}\" lang=\"{other}\"")),
            "{name}"
        );
        assert!(html.contains("name=\"to\" value=\"/"), "{name}");
    });
}

#[test]
fn whoever_is_signed_in_can_sign_out_by_a_form_on_each_page() {
    for_every_page(|name, _, html| {
        let reading = [
            "inbox",
            "case",
            "document",
            "sessions",
            "all sign-ins",
            "mails",
            "your data",
            "rights",
            "terms",
            "landing when",
        ]
        .iter()
        .any(|part| name.contains(part));
        assert_eq!(
            html.contains("<form method=\"post\" action=\"/sign-out\">"),
            reading && !name.starts_with("staff-"),
            "{name}"
        );
        let working = [
            "staff-case",
            "staff-recovery-codes",
            "staff-password (",
            "staff-account",
            "staff-confirm",
            "staff-passkey-new",
            "staff-member",
            "staff-invite (",
            "staff-invite-",
            "staff-invited",
            "staff-request",
            "staff-rules",
            "staff-system",
            "staff-provisioning",
            "staff-protocol",
            "staff-retention",
            "staff-hold",
            "staff-audit",
            "staff-extract",
        ]
        .iter()
        .any(|part| name.contains(part));
        assert_eq!(
            html.contains("<form method=\"post\" action=\"/staff/sign-out\">"),
            working,
            "{name}"
        );
    });
}

#[test]
fn the_landing_page_has_one_button_for_each_way_in() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/", Audience::Visitor);
    let html = landing_page(&layout, &samples::providers(), None).html;
    assert_eq!(count(&html, "<form method=\"post\" action=\"/sign-in/bankid\">"), 1);
    assert!(html.contains("Logga in med BankID"));
}

#[test]
fn the_landing_page_tells_which_way_in_was_used_last_and_which_seems_to_be_down() {
    for (language, used, down) in [
        (
            Language::Swedish,
            "Du använde det här sättet senast på den här enheten.",
            "BankID verkar inte fungera just nu. Du kan prova ändå",
        ),
        (
            Language::English,
            "You used this way last on this device.",
            "BankID does not seem to be working right now. You can try all the same",
        ),
    ] {
        let layout = samples::layout(language, &Assets::default(), "/", Audience::Visitor);
        let html = landing_page(&layout, &samples::chooser(), None).html;
        // The words belong to their button also for whoever only hears the page.
        assert_eq!(count(&html, "aria-describedby=\"freja-used\""), 1);
        assert!(html.contains(&format!("<p id=\"freja-used\">{used}</p>")), "{html}");
        assert_eq!(count(&html, "aria-describedby=\"bankid-down\""), 1);
        assert!(
            html.contains("<p id=\"bankid-down\" class=\"down\">") && html.contains(down),
            "{html}"
        );
        // Both can be used; one is the main action.
        assert_eq!(count(&html, "<form method=\"post\" action=\"/sign-in/"), 2);
        assert_eq!(count(&html, "class=\"button quiet\""), 1);
        let one = landing_page(&layout, &samples::providers(), None).html;
        assert!(!one.contains("aria-describedby") && !one.contains("button quiet"));
    }
}

#[test]
fn a_case_names_both_of_two_who_decided_on_its_rules_and_nobody_where_no_name_is_known() {
    for (language, named, unnamed) in [
        (
            Language::Swedish,
            "Handläggarna Anna-Stina Överförmyndare-Öhrström och Karin Åkerström vid ",
            "En handläggare vid ",
        ),
        (
            Language::English,
            "Anna-Stina Överförmyndare-Öhrström and Karin Åkerström, staff members of ",
            "A staff member of ",
        ),
    ] {
        let layout = samples::layout(language, &Assets::default(), "/", Audience::Recipient);
        let html = case_history_page(&layout, &samples::named_history(), samples::NOW).html;
        assert_eq!((count(&html, named), count(&html, unnamed)), (1, 1), "{html}");
        assert_eq!(count(&html, "Karin Åkerström"), 4, "{html}");
        let html = case_history_page(&layout, &samples::history(), samples::NOW).html;
        assert_eq!((count(&html, named), count(&html, "Karin")), (0, 0), "{html}");
    }
}

#[test]
fn the_inbox_marks_what_is_new_and_what_is_soon_gone() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/inbox", Audience::Recipient);
    let html = inbox_page(
        &layout,
        None,
        &[],
        &samples::inbox(),
        samples::NOW,
        &samples::time_zone(),
    )
    .html;
    assert_eq!(count(&html, ">Ny</strong>"), 2);
    assert_eq!(count(&html, "left soon"), 2);
    assert!(html.contains("försvinner om 3\u{a0}dagar"), "{html}");
    assert!(html.contains("kan läsas till och med 22\u{a0}december 2026"));
}

#[test]
fn a_case_whose_number_does_not_open_is_shown_with_words_in_its_place() {
    let assets = Assets::default();
    for (language, words) in [
        (Language::Swedish, "Mottagaren kan inte visas"),
        (Language::English, "The recipient can’t be shown"),
    ] {
        let layout = samples::layout(language, &assets, "/staff/cases", Audience::StaffVisitor);
        let (now, zone) = (samples::NOW, samples::time_zone());
        let html = sent_messages_page(&layout, &staff::cases::sent(), true, false, None, now, &zone).html;
        assert_eq!(count(&html, words), 1, "{html}");
        assert_eq!(count(&html, "20000101-2384"), 1, "{html}");
    }
}

#[test]
fn a_sign_in_is_told_in_words_and_ended_by_a_form_unless_it_is_this_one_or_has_no_name() {
    let sessions = samples::sessions();
    let (now, zone) = (samples::NOW, samples::time_zone());
    for (language, words) in [
        (
            Language::Swedish,
            [
                "Firefox på Windows",
                "Samsung Internet på Android",
                "Safari på Mac eller iPad",
                "Okänd webbläsare på iPhone",
                "Chrome på okänd enhet",
                ">Okänd enhet<",
                "Inloggad i dag kl.\u{a0}09.18",
                "Inloggad 21\u{a0}november 2026 kl.\u{a0}16.50",
            ],
        ),
        (
            Language::English,
            [
                "Firefox on Windows",
                "Samsung Internet on Android",
                "Safari on a Mac or iPad",
                "Unknown web browser on iPhone",
                "Chrome on an unknown device",
                ">Unknown device<",
                "Signed in today at\u{a0}09:18",
                "Signed in 21\u{a0}November 2026 at\u{a0}16:50",
            ],
        ),
    ] {
        let layout = samples::layout(language, &Assets::default(), "/sessions", Audience::Recipient);
        let html = sessions_page(&layout, SessionsOf::Recipient, &sessions, None, now, &zone).html;
        for text in words {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert_eq!(count(&html, "/end\""), 4);
        assert_eq!(count(&html, "action=\"/sessions/end-others\""), 1);
        assert!(!html.contains(&format!("/sessions/{}/end", sessions[0].id.unwrap())));
        let alone = sessions_page(&layout, SessionsOf::Recipient, &sessions[..1], None, now, &zone).html;
        assert_eq!(count(&alone, "action=\"/sessions/"), 0);
    }
}

#[test]
fn what_is_unusual_of_a_sign_in_is_marked_and_each_but_this_one_can_be_reported_once() {
    let mut sign_ins = samples::past_sign_ins();
    let (now, zone) = (samples::NOW, samples::time_zone());
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/sign-ins", Audience::Recipient);
    let html = sign_ins_page(&layout, &sign_ins, None, now, &zone).html;
    assert!(
        html.contains("En inloggning skiljer sig från dina tidigare. Var det du?"),
        "{html}"
    );
    assert_eq!(count(&html, "class=\"new unusual\""), 2, "{html}");
    assert_eq!(count(&html, "/report\""), 3, "{html}");
    assert!(
        html.contains("Anmäld av dig 20\u{a0}november 2026") && html.contains("mailto:"),
        "{html}"
    );
    sign_ins.sign_ins.truncate(1);
    let alone = sign_ins_page(&layout, &sign_ins, None, now, &zone).html;
    assert_eq!(count(&alone, "/report\""), 0);
    assert!(
        alone.contains("Ingen av dem sticker ut") && !alone.contains("loggas du ut överallt"),
        "{alone}"
    );
}

#[test]
fn a_document_can_be_downloaded_whatever_it_is_and_opened_only_when_it_is_safe() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/inbox", Audience::Recipient);
    for (shown, opens) in [
        (Shown::Pdf, true),
        (Shown::Image, true),
        (Shown::TooLarge, false),
        (Shown::Nothing, false),
    ] {
        let document = samples::document("Beslut.pdf", "application/pdf", 248_300);
        let html = document_page(&layout, &document, &shown, samples::NOW, &samples::time_zone()).html;
        let content = format!("/documents/{}/content", document.summary.id);
        assert!(html.contains(&format!("href=\"{content}?download\"")), "{shown:?}");
        assert_eq!(html.contains(&format!("href=\"{content}\"")), opens, "{shown:?}");
        assert!(html.contains("ligger kvar på din enhet"), "{shown:?}");
    }
    assert_eq!(Preview::of("text/html"), Preview::None);
}

#[test]
fn a_refusal_names_the_request_only_when_somebody_can_do_something_about_it() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/", Audience::Visitor);
    let request = layout.request.to_string();
    assert!(error_page(&layout, ErrorPage::Internal).html.contains(&request));
    // The same bytes for what is not there and for what is somebody else's, whichever request asked.
    assert!(!error_page(&layout, ErrorPage::NotFound).html.contains(&request));
}

#[test]
fn the_letter_names_the_portal_and_the_sender_and_holds_no_link() {
    let zone = samples::time_zone();
    let text = letter(&Letter {
        organisation: "Region Mellanvik",
        portal: "post.example.se",
        expires_at: samples::case().expires_at,
        time_zone: &zone,
    });
    assert_eq!(count(&text, "Region Mellanvik"), 4);
    assert_eq!(count(&text, "post.example.se"), 2);
    assert!(text.contains("22\u{a0}december 2026") && text.contains("22\u{a0}December 2026"));
    assert!(!text.contains("http"));
}
