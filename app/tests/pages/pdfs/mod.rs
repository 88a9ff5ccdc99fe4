//! What people read in the PDFs that we make, by a program that is not ours.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy allows these in tests, but does not see that the helpers here are for nothing else"
)]

mod text;

use app::{ExtractPdf, Language, extract_pdf, organisation_extract_pdf};
use base::Timestamp;
use jiff::civil::date;
use portal::HandedMessage;

use self::text::{read, text_of};
use crate::{samples, staff};

/// The lines of each page as they stand on it, with what is between columns as one space.
fn pages_of(pdf: &[u8]) -> Vec<Vec<String>> {
    let spaced = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = |page: &str| page.lines().map(spaced).filter(|line| !line.is_empty()).collect();
    let pages: Vec<Vec<String>> = read(pdf, &["-layout"]).split('\u{c}').map(lines).collect();
    pages.into_iter().filter(|page| !page.is_empty()).collect()
}

/// Checks that some lines stand on the pages, each with what follows in its first line alone when it ends with `…`.
fn assert_has_lines(pages: &[Vec<String>], lines: &[&str]) {
    let is = |it: &str, line: &str| match line.strip_suffix('…') {
        Some(start) => it.starts_with(start),
        None => it == line,
    };
    for line in lines {
        assert!(pages.iter().flatten().any(|it| is(it, line)), "{line} in {pages:#?}");
    }
}

/// Checks that some words stand in a text.
fn assert_has(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "{words} in {text}");
    }
}

fn register_extract(cases: usize, language: Language) -> Vec<u8> {
    let (part, handed) = samples::register(cases);
    let made = extract_pdf(&ExtractPdf {
        part: &part,
        handed: &handed,
        requests: &samples::register_requests(),
        handed_at: samples::NOW,
        language,
        time_zone: &samples::time_zone(),
    });
    made.unwrap()
}

fn organisation_extract(cases: usize, language: Language) -> Vec<u8> {
    let extract = staff::extracts::extract(cases).unwrap();
    organisation_extract_pdf(&extract, language, &samples::time_zone()).unwrap()
}

#[test]
fn a_protocol_says_what_it_is_over_by_which_rules_and_what_proves_it() {
    let protocol = staff::protocols::protocol().unwrap();
    let signed = protocol.signed();
    let (root, key) = (signed.statement().root.to_string(), &signed.signature().key_id);
    let keys = "https://post.norrby.example/.well-known/postvalv-signing-keys.json";
    let of = |language| {
        let pdf = staff::protocols::document(language).unwrap();
        (pages_of(&pdf), text_of(&pdf))
    };

    let (pages, text) = of(Language::Swedish);
    let (of_tree, of_key) = (format!("Rot för hashträdet {root}"), format!("Nyckelns id {key}"));
    let lines = [
        "Gallringsprotokoll 2",
        "Organisation Norrby kommun – \"Åsele\"",
        "Nummer 2",
        "Dokument 4, tillsammans 4 kB",
        "decision Gallringsfristen var slut: 365 dagar efter 1 0 1 kB",
        "decision Avsändaren tog tillbaka det. Fristen var 1 0 1 kB",
        "Summa 4 1 4 kB",
        &of_tree,
        &of_key,
        "Tider anges i tidszonen Europe/Stockholm.",
        "Gallringsprotokoll 2 · Norrby kommun – \"Åsele\" Sida 1 av 1",
    ];
    assert_has_lines(&pages, &lines);
    assert_has(&text, &["Så kontrolleras protokollet", "har förstört nycklarna", keys]);

    let (pages, text) = of(Language::English);
    let (of_tree, of_key) = (format!("Root of the hash tree {root}"), format!("Key id {key}"));
    let lines = [
        "Purge protocol 2",
        "Organisation Norrby kommun – \"Åsele\"",
        "Number 2",
        "Documents 4, 4 kB together",
        "decision Its retention was over: 365 days after it 1 0 1 kB",
        "decision The sender took it back. Its retention 1 0 1 kB",
        "Sum 4 1 4 kB",
        &of_tree,
        &of_key,
        "Times are in the time zone Europe/Stockholm.",
        "Purge protocol 2 · Norrby kommun – \"Åsele\" Page 1 of 1",
    ];
    assert_has_lines(&pages, &lines);
    assert_has(&text, &["How to check the protocol", keys]);
}

#[test]
fn how_a_protocol_is_checked_stands_on_one_page_with_its_heading() {
    for (language, heading) in [
        (Language::Swedish, "Så kontrolleras protokollet"),
        (Language::English, "How to check the protocol"),
    ] {
        let pages = pages_of(&staff::protocols::document(language).unwrap());
        let last = pages.last().unwrap();
        assert!(last.iter().any(|line| line == heading), "{last:#?}");
        assert!(last.iter().any(|line| line.ends_with("Europe/Stockholm.")), "{last:#?}");
    }
}

#[test]
fn a_register_extract_has_everything_down_to_its_last_row() {
    for (language, lines) in [
        (
            Language::Swedish,
            [
                "Registerutdrag",
                "Personnummer 200001012384",
                "Namn Anna Andersson",
                "20. Överförmyndarnämnden i Östra Göinge kommun",
                "Ändamål Handläggning av ansökan om försörjningsstöd",
                "Rättslig grund 4 kap. 1 § socialtjänstlagen (2001:453)",
                "24 september 2026 kl. 09.19 Loggade in Myndigheten för…",
                "20 november 2026 kl. 08.19 Ett meddelande skickades Myndigheten för Systemet…",
                "Tider anges i tidszonen Europe/Stockholm.",
            ],
        ),
        (
            Language::English,
            [
                "Register extract",
                "Personal identity number 200001012384",
                "Name Anna Andersson",
                "20. Överförmyndarnämnden i Östra Göinge kommun",
                "Purpose Handläggning av ansökan om försörjningsstöd",
                "Legal ground 4 kap. 1 § socialtjänstlagen (2001:453)",
                "24 September 2026 at 09:19 Signed in Myndigheten för…",
                "20 November 2026 at 08:19 A message was sent Myndigheten för The system…",
                "Times are in the time zone Europe/Stockholm.",
            ],
        ),
    ] {
        let pages = pages_of(&register_extract(20, language));
        assert_has_lines(&pages, &lines);
        assert!(pages.len() > pages_of(&register_extract(0, language)).len());
    }
    let none = text_of(&register_extract(0, Language::Swedish));
    assert_has(&none, &["Det finns inga ärenden.", "samhällsskydd och"]);
}

#[test]
fn a_case_is_extended_to_a_day_of_its_organisation_whatever_day_it_is_here() {
    let (mut part, handed) = samples::register(1);
    // In Lisbon 31 December ends when 1 January has begun in Stockholm.
    part.cases[0].extended_until = Some(Timestamp::from_millis(1_798_761_600_000));
    part.cases[0].extended_to = Some(date(2026, 12, 31));
    let made = extract_pdf(&ExtractPdf {
        part: &part,
        handed: &handed,
        requests: &[],
        handed_at: samples::NOW,
        language: Language::Swedish,
        time_zone: &samples::time_zone(),
    });
    assert_has(
        &text_of(&made.unwrap()),
        &["ärendet finns kvar till och med 31 december 2026."],
    );
}

#[test]
fn a_request_is_kept_through_a_day_of_its_organisation_whatever_day_it_is_here() {
    let (part, _) = samples::register(0);
    let mut requests = samples::register_requests();
    requests.truncate(1);
    // In Lisbon 31 December ends when 1 January has begun in Stockholm.
    requests[0].request.kept_until = Some(Timestamp::from_millis(1_798_761_600_000));
    requests[0].request.last_day = Some(date(2026, 12, 31));
    let made = extract_pdf(&ExtractPdf {
        part: &part,
        handed: &[],
        requests: &requests,
        handed_at: samples::NOW,
        language: Language::Swedish,
        time_zone: &samples::time_zone(),
    });
    let text = text_of(&made.unwrap());
    assert_has(&text, &["31 december 2026"]);
    assert!(!text.contains("1 januari 2027"), "{text}");
}

#[test]
fn the_names_of_a_tables_columns_stand_above_its_first_row_and_a_heading_above_them() {
    let (mut part, _) = samples::register(0);
    let lines =
        "Myndigheten för samhällsskydd och beredskap och en del andra som har lika långa namn och står i samma ruta";
    part.acts.truncate(1);
    part.acts[0].organisation = Some(lines.to_owned());
    part.devices.truncate(1);
    part.devices[0].from.place = None;
    part.sessions.truncate(1);
    part.sign_ins.truncate(1);
    let number = part.identifiers[0].clone();
    // The tables begin further and further down.
    for _ in 0..60 {
        part.identifiers.push(number.clone());
        let made = extract_pdf(&ExtractPdf {
            part: &part,
            handed: &[],
            requests: &[],
            handed_at: samples::NOW,
            language: Language::Swedish,
            time_zone: &samples::time_zone(),
        });
        for page in pages_of(&made.unwrap()) {
            // The last line of a page is its foot.
            let last = page.iter().rev().nth(1).unwrap();
            for alone in [
                "När Händelse",
                "När Enhet",
                "Sedan, och",
                "Första gången",
                "Inloggningar de",
                "Pågående",
                "Sorters enheter",
                "Vad du har gjort",
            ] {
                assert!(!last.starts_with(alone), "{page:#?}");
            }
        }
    }
}

#[test]
fn an_organisations_register_extract_has_everything_down_to_its_last_row() {
    for (language, lines) in [
        (
            Language::Swedish,
            [
                "Registerutdrag",
                "Personnummer 200001012384",
                "Gjort av Överförmyndarnämnden i Östra Göinge kommun",
                "20. Överförmyndarnämnden i Östra Göinge kommun",
                "13 november 2026 kl. 09.30 Ett ärende öppnades Personen",
                "2 november 2026 kl. 09.30 Ett meddelande skickades Systemet…",
            ],
        ),
        (
            Language::English,
            [
                "Register extract",
                "Personal identity number 200001012384",
                "Made by Överförmyndarnämnden i Östra Göinge kommun",
                "20. Överförmyndarnämnden i Östra Göinge kommun",
                "13 November 2026 at 09:30 A case was opened The person",
                "2 November 2026 at 09:30 A message was sent The system…",
            ],
        ),
    ] {
        let pages = pages_of(&organisation_extract(20, language));
        assert_has_lines(&pages, &lines);
        assert!(pages.len() > pages_of(&organisation_extract(0, language)).len());
    }
}

#[test]
fn an_organisations_extract_promises_no_files() {
    let pages = pages_of(&organisation_extract(3, Language::Swedish));
    assert_has_lines(&pages, &["Sorts fil Storlek", "application/pdf 248 kB"]);
    let text = text_of(&organisation_extract(3, Language::Swedish));
    for absent in ["I ZIP-filen", "Kan bara öppnas"] {
        assert!(!text.contains(absent), "{absent} in {text}");
    }
}

#[test]
fn what_was_sent_can_be_read_to_the_end_of_its_last_day() {
    let pages = pages_of(&register_extract(1, Language::Swedish));
    assert_has_lines(&pages, &["Kan läsas till och med 31 december 2026"]);
    let pages = pages_of(&register_extract(1, Language::English));
    assert_has_lines(&pages, &["Can be read up to and 31 December 2026"]);
}

#[test]
fn a_request_names_its_case_as_the_extract_does() {
    let (part, handed) = samples::register(2);
    let mut requests = samples::register_requests();
    let elsewhere = requests[2].request.case.unwrap().to_string();
    requests[0].request.case = Some(part.cases[1].id);
    let made = extract_pdf(&ExtractPdf {
        part: &part,
        handed: &handed,
        requests: &requests,
        handed_at: samples::NOW,
        language: Language::Swedish,
        time_zone: &samples::time_zone(),
    });
    let elsewhere = format!("Ärende {elsewhere}");
    let lines = ["Ärende 2. Överförmyndarnämnden i Östra Göinge kommun", &elsewhere];
    assert_has_lines(&pages_of(&made.unwrap()), &lines);
}

#[test]
fn no_heading_stands_alone_at_the_foot_of_a_page() {
    let is_case = |line: &str| {
        let number = line.split_once(". ").map(|(number, _)| number);
        number.is_some_and(|number| number.parse::<usize>().is_ok())
    };
    let headings = [
        "Ärenden",
        "Det du har bett om",
        "Det personen har bett organisationen om",
        "Rättelse",
        "Radering",
        "Vad som har hänt",
        "Vad du har gjort",
    ];
    let told_of_a_case = ["Avsändaren har", "Avsändaren avslutade"];
    for cases in 0..8 {
        for pdf in [
            register_extract(cases, Language::Swedish),
            organisation_extract(cases, Language::Swedish),
        ] {
            for page in pages_of(&pdf) {
                // Below it is only the number of the page.
                let Some(last) = page.len().checked_sub(2).map(|place| &page[place]) else {
                    continue;
                };
                let is_heading = headings.contains(&last.as_str()) || is_case(last);
                let is_before_a_message = told_of_a_case.iter().any(|start| last.starts_with(start));
                assert!(!is_heading && !is_before_a_message, "{cases} cases: {page:#?}");
            }
        }
    }
}

#[test]
fn what_stands_in_columns_has_their_names_above_it_on_each_page() {
    let (mut part, mut handed) = samples::register(1);
    let (delivery, message) = (&mut part.cases[0].deliveries[0], &mut handed[0].messages[0]);
    let (kept, handed_over) = (delivery.documents[2].clone(), message.documents[2].clone());
    delivery.documents = vec![kept; 100];
    message.documents = vec![handed_over; 100];
    let late = HandedMessage {
        message: "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap(),
        title: Some("Ett sent meddelande".to_owned()),
        ..message.clone()
    };
    handed[0].messages.push(late);
    let pdf = extract_pdf(&ExtractPdf {
        part: &part,
        handed: &handed,
        requests: &[],
        handed_at: samples::NOW,
        language: Language::Swedish,
        time_zone: &samples::time_zone(),
    });
    let pages = pages_of(&pdf.unwrap());
    let mut pages_of_documents = 0;
    for page in pages {
        let place = |words: &str| page.iter().position(|line| line.contains(words));
        if let Some(document) = place("Utan namn här ") {
            pages_of_documents += 1;
            let names = place("Dokument Storlek I ZIP-filen");
            assert!(names.is_some_and(|names| names < document), "{page:#?}");
        }
        if let Some(act) = place(" Loggade in ") {
            let names = place("När Händelse Organisation Nätverksadress");
            assert!(names.is_some_and(|names| names < act), "{page:#?}");
        }
    }
    assert!(pages_of_documents > 5, "{pages_of_documents}");
}
