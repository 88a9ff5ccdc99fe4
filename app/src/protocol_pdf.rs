//! A purge protocol as a document that an archivist files: A4, PDF/A-2a and PDF/UA-1, in the page's language. It is for reading; what is
//! signed is the protocol's JSON, whose root, signature and key it names.

use std::num::NonZeroU16;

use jiff::tz::TimeZone;
use krilla::tagging::TableHeaderScope;
use portal::{ProtocolStatement, SignedStatement};

use crate::pdf::{
    About, BRAND, CODE, Cell, PdfFailed, SMALL, SMALL_BOLD, Sheets, Style, TEXT, TITLE, WIDTH, date_time, heading,
    heading_height, pair,
};
use crate::texts::{Language, Texts, dates, purging, sizes};

/// What the document is made of.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolPdf<'a> {
    /// The protocol.
    pub signed: &'a SignedStatement,
    /// In which language.
    pub language: Language,
    /// Whose times it names.
    pub time_zone: &'a TimeZone,
    /// Where the public keys are.
    pub keys_address: &'a str,
}

/// The room between the paragraphs on how a protocol is checked, in points.
const BETWEEN: f32 = 5.0;

/// The columns of the table of rules: where each begins and how wide it is.
const COLUMNS: [(f32, f32); 5] = [
    (0.0, 100.0),
    (112.0, 168.0),
    (288.0, 58.0),
    (350.0, 68.0),
    (422.0, WIDTH - 422.0),
];

/// Makes the document. The same protocol and language give the same bytes.
///
/// # Errors
///
/// [`PdfFailed`].
pub fn protocol_pdf(of: &ProtocolPdf<'_>) -> Result<Vec<u8>, PdfFailed> {
    let texts = Texts::of(of.language);
    let stated = of.signed.statement();
    let title = texts.with("protocol-title", &[("number", stated.number.into())]);
    let mut sheets = Sheets::new()?;
    sheets.paragraph("Postvalv", BRAND);
    sheets.space(14.0);
    sheets.heading(NonZeroU16::MIN, &title, TITLE);
    sheets.space(8.0);
    sheets.paragraph(&texts.get("protocol-pdf-lead"), TEXT);
    sheets.space(12.0);
    facts(&mut sheets, texts, stated, of.time_zone);
    sheets.space(16.0);
    rules(&mut sheets, texts, stated)?;
    sheets.space(16.0);
    seal(&mut sheets, texts, of.signed)?;
    sheets.space(16.0);
    verify(&mut sheets, texts, of)?;
    let about = About {
        title: format!("{title} – {}", stated.organisation_name),
        description: texts.get("protocol-pdf-description"),
        language: of.language.tag(),
        author: stated.organisation_name.clone(),
        id: of.signed.hash().to_string(),
        made: date_time(stated.closed)?,
    };
    sheets.finish(about, |page, pages| {
        let page = texts.with("protocol-pdf-page", &[("page", page.into()), ("pages", pages.into())]);
        (format!("{title} · {}", stated.organisation_name), page)
    })
}

fn facts(sheets: &mut Sheets, texts: &Texts, stated: &ProtocolStatement, time_zone: &TimeZone) {
    let at = |at| dates::day_and_time(texts, at, time_zone);
    let (first, last) = (at(stated.first_purged), at(stated.last_purged));
    let period = if first == last {
        first
    } else {
        texts.with("protocol-period", &[("first", first.into()), ("last", last.into())])
    };
    let size = sizes::size(texts, stated.bytes);
    let documents = [("count", stated.documents.into()), ("size", size.into())];
    let messages = [("count", stated.messages.into())];
    sheets.begin_table();
    for (name, value) in [
        ("protocol-organisation", stated.organisation_name.clone()),
        ("protocol-nr", stated.number.to_string()),
        ("protocol-purged", period),
        ("protocol-closed", at(stated.closed)),
        ("protocol-documents", texts.with("protocol-documents-size", &documents)),
        ("protocol-messages", texts.with("protocol-messages-of", &messages)),
    ] {
        pair(sheets, &texts.get(name), &value, TEXT);
    }
}

/// What was purged by which rule, with the names of the columns again on each page.
fn rules(sheets: &mut Sheets, texts: &Texts, stated: &ProtocolStatement) -> Result<(), PdfFailed> {
    heading(sheets, &texts.get("protocol-rules"))?;
    sheets.begin_table();
    let names = [
        "protocol-pdf-type",
        "protocol-pdf-rule",
        "protocol-documents",
        "protocol-messages",
        "protocol-pdf-size",
    ]
    .map(|name| texts.get(name));
    let names = || cells(&names, SMALL_BOLD, true);
    sheets.row(&names());
    sheets.rule(4.0, 3.0);
    let line = |name: String, rule: String, documents: u64, messages: u64, bytes: u64| {
        [
            name,
            rule,
            documents.to_string(),
            messages.to_string(),
            sizes::size(texts, bytes),
        ]
    };
    for total in &stated.rules {
        let (name, rule) = (
            purging::document_type(texts, &total.rule),
            purging::rule(texts, &total.rule),
        );
        let line = line(name, rule, total.documents, total.messages, total.bytes);
        let cells = cells(&line, SMALL, false);
        if sheets.keep_together(sheets.height(&cells) + 10.0) {
            sheets.row(&names());
            sheets.rule(4.0, 3.0);
        }
        sheets.row(&cells);
        sheets.rule(4.0, 2.0);
    }
    let sum = texts.get("protocol-pdf-sum");
    let line = line(sum, String::new(), stated.documents, stated.messages, stated.bytes);
    sheets.row(&cells(&line, SMALL_BOLD, false));
    Ok(())
}

/// A row of the table of rules.
fn cells(texts: &[String; 5], style: Style, is_header: bool) -> Vec<Cell<'_>> {
    texts
        .iter()
        .zip(COLUMNS)
        .enumerate()
        .map(|(column, (text, (left, width)))| Cell {
            text,
            style,
            left,
            width,
            at_right: column >= 2,
            header: is_header.then_some(TableHeaderScope::Column),
        })
        .collect()
}

/// What the protocol can be checked by.
fn seal(sheets: &mut Sheets, texts: &Texts, signed: &SignedStatement) -> Result<(), PdfFailed> {
    heading(sheets, &texts.get("protocol-seal"))?;
    let previous = signed.statement().previous;
    let previous = previous.map_or_else(|| texts.get("protocol-first"), |hash| hash.to_string());
    let signature: String = signed
        .signature()
        .bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    sheets.begin_table();
    for (name, value) in [
        ("protocol-root", signed.statement().root.to_string()),
        ("protocol-previous", previous),
        ("protocol-key", signed.signature().key_id.clone()),
        ("protocol-signature", signature),
    ] {
        pair(sheets, &texts.get(name), &value, CODE);
    }
    Ok(())
}

/// How the protocol is checked, on one page as a whole, so that none is left with a line alone.
fn verify(sheets: &mut Sheets, texts: &Texts, of: &ProtocolPdf<'_>) -> Result<(), PdfFailed> {
    let title = texts.get("protocol-pdf-verify");
    let zone = of.time_zone.iana_name().unwrap_or("UTC");
    let paragraphs = [
        texts.get("protocol-pdf-verify-file"),
        texts.with("protocol-pdf-verify-keys", &[("address", of.keys_address.into())]),
        texts.get("protocol-pdf-verify-command"),
        texts.with("protocol-pdf-zone", &[("zone", zone.into())]),
    ];
    let heights = paragraphs.iter().map(|text| sheets.text_height(text, TEXT) + BETWEEN);
    // Below the last is nothing that needs room.
    let height = heading_height(sheets, &title) + heights.sum::<f32>() - BETWEEN;
    sheets.keep_together(height);
    heading(sheets, &title)?;
    for text in paragraphs {
        sheets.paragraph(&text, TEXT);
        sheets.space(BETWEEN);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use portal::{PublicKeys, PurgeProtocol, VerifiedFile};

    use super::*;

    const KEYS: &str = include_str!("../../crates/portal/vectors/postvalv-signing-keys.json");
    const PROTOCOL: &str = include_str!("../../crates/portal/vectors/purge-protocol.json");

    fn protocol() -> PurgeProtocol {
        match VerifiedFile::check(PROTOCOL, &PublicKeys::from_json(KEYS).unwrap()) {
            Ok(VerifiedFile::Protocol(protocol)) => protocol,
            other => panic!("{other:?}"),
        }
    }

    fn made(language: Language) -> Vec<u8> {
        protocol_pdf(&ProtocolPdf {
            signed: protocol().signed(),
            language,
            time_zone: &TimeZone::get("Europe/Stockholm").unwrap(),
            keys_address: "https://post.example.se/.well-known/postvalv-signing-keys.json",
        })
        .unwrap()
    }

    #[test]
    fn a_protocol_makes_the_same_document_each_time_in_each_language() {
        for language in Language::ALL {
            let document = made(language);
            assert!(document.starts_with(b"%PDF-1.7"));
            assert_eq!(made(language), document);
        }
        assert_ne!(made(Language::Swedish), made(Language::English));
    }
}
