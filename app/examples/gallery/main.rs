//! Writes every page, in both languages and in every state worth seeing, as HTML files into the folder that is named
//! on the command line: `cargo run -p app --example gallery -- target/gallery`. Reads the site's manifest from
//! `target/site`, so run `cargo xtask site` first to see them styled. Built alone: together with what runs in browsers, the preview would
//! want what runs there.

mod samples;
mod staff;

use std::fs;
use std::path::Path;

use app::page::{
    RefusedMail, SessionsOf, Shown, ShownExtracts, TermsProblem, case_history_page, case_page, document_page,
    given_mail_consent_page, inbox_page, landing_page, locked_document_page, new_request_page, own_mail_page,
    own_request_page, rights_page, sessions_page, sign_ins_page, signed_out, terms_page, your_data_page,
};
use app::{
    Assets, Audience, ErrorPage, ExtractPdf, Flash, Language, Page, error_page, extract_pdf, organisation_extract_pdf,
    preview_frame,
};
use portal::AssuranceLevel;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/gallery".to_owned());
    let manifest = fs::read_to_string("target/site/manifest.json").unwrap_or_default();
    let assets = Assets::from_manifest(&manifest).unwrap_or_default();
    for language in Language::ALL {
        let folder = Path::new(&folder).join(language.tag());
        fs::create_dir_all(&folder)?;
        for (name, page) in pages(language, &assets) {
            fs::write(folder.join(format!("{name}.html")), page.html)?;
        }
        let (part, handed) = samples::register(120);
        let pdf = extract_pdf(&ExtractPdf {
            part: &part,
            handed: &handed,
            requests: &samples::register_requests(),
            handed_at: samples::NOW,
            language,
            time_zone: &samples::time_zone(),
        });
        fs::write(folder.join("register-extract.pdf"), pdf.map_err(std::io::Error::other)?)?;
        let protocol = staff::protocols::document(language).ok_or_else(|| std::io::Error::other("no protocol"))?;
        fs::write(folder.join("purge-protocol.pdf"), protocol)?;
        let extract = staff::extracts::extract(5).map_err(std::io::Error::other)?;
        let pdf = organisation_extract_pdf(&extract, language, &samples::time_zone());
        fs::write(
            folder.join("organisation-extract.pdf"),
            pdf.map_err(std::io::Error::other)?,
        )?;
    }
    Ok(())
}

fn pages(language: Language, assets: &Assets) -> Vec<(String, Page)> {
    let guest = samples::layout(language, assets, "/", Audience::Visitor);
    let reader = samples::layout(language, assets, "/inbox", Audience::Recipient);
    let (now, zone) = (samples::NOW, samples::time_zone());
    let providers = samples::providers();
    let inbox = |entries: &[_]| inbox_page(&reader, Some("Anna Andersson"), &[], entries, now, &zone);
    let told = |new: &[_]| inbox_page(&reader, Some("Anna Andersson"), new, &samples::inbox(), now, &zone);
    let [phone, unknown] = samples::new_devices();
    let document = |name, media_type, size, shown| {
        document_page(&reader, &samples::document(name, media_type, size), &shown, now, &zone)
    };
    let locked =
        |providers: &[_]| locked_document_page(&reader, samples::document_id(), AssuranceLevel::Four, providers);
    let text = Shown::Text {
        text: "Hej!\n\nDet här är en vanlig textfil, med åäö och en rad som är så lång att den behöver brytas någonstans.\n".repeat(4),
        complete: false,
    };
    let mut pages = vec![
        ("landing".to_owned(), landing_page(&guest, &providers, None)),
        (
            "landing-told".to_owned(),
            landing_page(&guest, &providers, Some(Flash::SignInFirst)),
        ),
        (
            "landing-chooser".to_owned(),
            landing_page(&guest, &samples::chooser(), None),
        ),
        ("inbox".to_owned(), inbox(&samples::inbox())),
        ("inbox-new-device".to_owned(), told(std::slice::from_ref(&phone))),
        ("inbox-new-devices".to_owned(), told(&[phone, unknown])),
        ("inbox-empty".to_owned(), inbox(&[])),
        ("inbox-full".to_owned(), inbox(&samples::full_inbox())),
        ("case".to_owned(), case_page(&reader, &samples::case(), now)),
        ("case-long".to_owned(), case_page(&reader, &samples::long_case(), now)),
        (
            "case-damaged".to_owned(),
            case_page(&reader, &samples::damaged_case(), now),
        ),
        ("case-lost".to_owned(), case_page(&reader, &samples::lost_case(), now)),
        ("document-locked".to_owned(), locked(&samples::providers())),
        ("document-locked-no-way-in".to_owned(), locked(&[])),
        (
            "document-pdf".to_owned(),
            document(
                "Beslut om hemtjänst 2026-1187.pdf",
                "application/pdf",
                248_300,
                Shown::Pdf,
            ),
        ),
        (
            "document-image".to_owned(),
            document("Karta.png", "image/png", 84_200, Shown::Image),
        ),
        (
            "document-text".to_owned(),
            document("läs mig.txt", "text/plain", 812, text),
        ),
        (
            "document-other".to_owned(),
            document(
                "Genomförandeplan.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                61_440,
                Shown::Nothing,
            ),
        ),
        (
            "document-large".to_owned(),
            document(
                "Inspelning av alla sidor.pdf",
                "application/pdf",
                840_000_000,
                Shown::TooLarge,
            ),
        ),
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
            "sign-ins".to_owned(),
            sign_ins_page(&reader, &samples::past_sign_ins(), None, now, &zone),
        ),
        (
            "sign-ins-reported".to_owned(),
            sign_ins_page(
                &reader,
                &samples::past_sign_ins(),
                Some(Flash::SignInReported),
                now,
                &zone,
            ),
        ),
        (
            "case-history".to_owned(),
            case_history_page(&reader, &samples::history(), now),
        ),
        (
            "case-history-named".to_owned(),
            case_history_page(&reader, &samples::named_history(), now),
        ),
        ("signed-out".to_owned(), signed_out(&guest)),
        (
            "data-protection".to_owned(),
            app::page::data_protection(&guest, &samples::data_protection()),
        ),
        ("accessibility".to_owned(), app::page::accessibility(&guest)),
        ("preview".to_owned(), preview_frame(&reader)),
    ];
    let flash = Some(Flash::RequestMade);
    pages.push((
        "rights".to_owned(),
        rights_page(
            &reader,
            &samples::own_requests(),
            &samples::own_terms(),
            now,
            &zone,
            None,
        ),
    ));
    pages.push((
        "rights-none".to_owned(),
        rights_page(&reader, &[], &samples::no_terms(), now, &zone, None),
    ));
    for (number, request) in samples::own_requests().iter().enumerate() {
        pages.push((
            format!("request-{number}"),
            own_request_page(&reader, request, now, flash),
        ));
    }
    for (number, form) in samples::request_forms().iter().enumerate() {
        let page = new_request_page(&reader, &samples::requestable(), form);
        pages.push((format!("request-new-{number}"), page));
    }
    let terms = samples::terms();
    pages.push(("terms".to_owned(), terms_page(&reader, &terms, false, false, None)));
    let wrong = Some(TermsProblem::NotTicked);
    pages.push((
        "terms-wrong".to_owned(),
        terms_page(&reader, &terms, false, true, wrong),
    ));
    pages.push((
        "terms-accepted".to_owned(),
        terms_page(&reader, &terms, true, true, None),
    ));
    for (name, mail, problem) in samples::own_mails() {
        let flash = match name {
            "refused" => Some(Flash::MailRefused),
            "own" => Some(Flash::AddressProven),
            _ => None,
        };
        let refused = problem.map(|problem| RefusedMail {
            problem,
            address: "anna andersson, gmail".to_owned(),
        });
        let page = own_mail_page(&reader, &mail, &zone, refused.as_ref(), flash);
        pages.push((format!("mail-{name}"), page));
    }
    let consent = given_mail_consent_page(&reader, &samples::mail_consent_given(), &zone);
    pages.push(("mail-consent".to_owned(), consent));
    let [under_way, ready, broken] = samples::extracts();
    for (name, extracts, again, flash) in [
        ("none", &[][..], false, None),
        ("under-way", &[under_way, broken], false, Some(Flash::ExtractOrdered)),
        ("ready", &[ready, broken], false, None),
        ("sign-in-again", &[ready], true, Some(Flash::ExtractsTooMany)),
    ] {
        let accepted = name != "none";
        let made = samples::extracts_made();
        let page = your_data_page(
            &reader,
            ShownExtracts {
                ordered: extracts,
                by_organisations: if name == "ready" { &made } else { &[] },
            },
            again.then_some(&*providers),
            accepted,
            flash,
            now,
            &zone,
        );
        pages.push((format!("your-data-{name}"), page));
    }
    pages.extend(staff::pages(language, assets));
    let errors = ErrorPage::ALL.into_iter().enumerate();
    pages.extend(errors.map(|(number, error)| (format!("error-{number:02}"), error_page(&guest, error))));
    pages
}
