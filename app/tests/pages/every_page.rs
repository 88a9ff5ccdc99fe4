//! What holds for every page, in both languages, whatever it shows.

use std::collections::BTreeSet;

use app::page::{
    RefusedMail, SessionsOf, Shown, ShownExtracts, TermsProblem, accepted_terms_page, accessibility, case_history_page,
    case_page, data_protection, document_page, given_mail_consent_page, inbox_page, landing_page, locked_document_page,
    new_request_page, own_mail_page, own_request_page, rights_page, sessions_page, sign_ins_page, signed_out,
    terms_page, your_data_page,
};
use app::{Assets, Audience, ErrorPage, Flash, Language, Page, error_page};
use portal::AssuranceLevel;

use crate::{count, samples, staff};

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
            "damaged case".to_owned(),
            case_page(&reader, &samples::damaged_case(), now),
        ),
        ("lost case".to_owned(), case_page(&reader, &samples::lost_case(), now)),
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
            now,
            &zone,
            Some(Flash::RequestMade),
        ),
    ));
    pages.push((
        "rights without any".to_owned(),
        rights_page(&reader, &[], &samples::no_terms(), now, &zone, None),
    ));
    for request in &requests {
        let name = format!("rights, one {:?}", request.state);
        pages.push((name, own_request_page(&reader, request, now, None)));
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

/// What stands between `before` and the next quotation mark, each time.
fn values<'a>(html: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    let parts = html.split(before).skip(1);
    parts.filter_map(|rest| rest.split_once('"').map(|(value, _)| value))
}

/// A label for an id that something else has too is no label (HTML section 3.2.6).
#[test]
fn what_refers_to_a_part_of_the_page_means_one_that_is_there() {
    for_every_page(|name, _, html| {
        let mut ids = BTreeSet::new();
        for id in values(html, " id=\"") {
            assert!(ids.insert(id), "{name}: two parts are called {id}");
        }
        for attribute in [" for=\"", " aria-labelledby=\"", " aria-describedby=\"", " href=\"#"] {
            for id in values(html, attribute).flat_map(str::split_whitespace) {
                assert!(ids.contains(id), "{name}:{attribute}{id}\" is not there");
            }
        }
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

/// Whoever reads slowly, or by ear, loses their place when a page comes anew (WCAG 2.2.1).
#[test]
fn no_page_is_asked_for_again_by_itself() {
    for_every_page(|name, _, html| assert!(!html.contains("http-equiv"), "{name}"));
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
