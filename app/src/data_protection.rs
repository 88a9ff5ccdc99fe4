//! What the portal does with personal data, from the configuration in force: one list of parts, shown as a page and written as the
//! record of processing that article 30 of Regulation (EU) 2016/679 asks for. Says what follows from the configuration and from how
//! the portal is built, and nothing of what only the operator can know.

use portal::PAST_SIGN_IN_DAYS;

use crate::context::Contact;
use crate::texts::{Language, Texts};

/// What the configuration says of where data lies, for how long, and who else gets it. No addresses and no secrets: receivers by their
/// kind, and what the operator says of who hosts the portal in their own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataProtection {
    /// Where the two databases are.
    pub databases: DatabasesIn,
    /// Whether the encrypted documents are in a bucket; else in a folder.
    pub documents_in_bucket: bool,
    /// The longest retention, in days, that anything sent may have.
    pub ceiling_days: u32,
    /// How long the audit log is kept, in days.
    pub audit_days: u32,
    /// Minutes after which a recipient who does nothing is signed out.
    pub idle_minutes: u32,
    /// Minutes after which a recipient is signed out whatever happens.
    pub absolute_minutes: u32,
    /// What the providers are called through which recipients identify, in the order to name them.
    pub providers: Vec<String>,
    /// Whether mails are sent.
    pub sends_mail: bool,
    /// Whether sign-ins are given a rough place.
    pub has_places: bool,
    /// Whether recipients accept terms.
    pub has_terms: bool,
    /// Whether the audit log goes to systems that watch over security.
    pub hands_out_log: bool,
    /// Whether checkpoints of the audit log go to a bucket.
    pub hands_out_checkpoints: bool,
    /// How many days backups of the keys live; `None` when the portal makes no backups.
    pub backup_days: Option<u32>,
    /// With whom and in which country the portal stands, as the operator says it.
    pub place: Option<String>,
    /// Who processes data for the operator, as they say it, in the order to name them.
    pub processors: Vec<String>,
}

/// Where the two databases are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabasesIn {
    /// In SQLite files on the portal's own machine.
    Files,
    /// One in such a file, and one in PostgreSQL.
    FileAndPostgres,
    /// In PostgreSQL.
    Postgres,
}

/// One part of the list.
pub(crate) struct Part {
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    /// Where the person sees what of it is so for them, and the key of that page's name.
    pub(crate) own: Option<(&'static str, &'static str)>,
}

impl Part {
    fn with_own(self, href: &'static str, name: &'static str) -> Self {
        Self {
            own: Some((href, name)),
            ..self
        }
    }
}

/// The parts, in the order to show them.
pub(crate) fn parts(texts: &Texts, facts: &DataProtection, contact: Option<&Contact>) -> Vec<Part> {
    let plain = |key: &str| texts.get(key);
    let part = |title: &str, lines: Vec<String>| Part {
        title: texts.get(title),
        lines,
        own: None,
    };
    let operator = match contact {
        Some(contact) => texts.with(
            "data-who-operator",
            &[
                ("operator", contact.operator.clone().into()),
                ("email", contact.email.clone().into()),
            ],
        ),
        None => plain("data-who-no-operator"),
    };
    let device = if facts.has_places {
        "data-what-sign-ins-places"
    } else {
        "data-what-sign-ins"
    };
    let databases = match facts.databases {
        DatabasesIn::Files => "data-where-databases-files",
        DatabasesIn::FileAndPostgres => "data-where-databases-both",
        DatabasesIn::Postgres => "data-where-databases-server",
    };
    let documents = if facts.documents_in_bucket {
        "data-where-documents-bucket"
    } else {
        "data-where-documents-folder"
    };
    let days = |key: &str, days: u32| texts.with(key, &[("days", days.into())]);
    let session = texts.with(
        "data-how-long-session",
        &[
            ("idle", facts.idle_minutes.into()),
            ("absolute", facts.absolute_minutes.into()),
        ],
    );
    let providers = if facts.providers.is_empty() {
        plain("data-others-no-provider")
    } else {
        texts.with(
            "data-others-providers",
            &[("providers", facts.providers.join(", ").into())],
        )
    };
    let place = match &facts.place {
        Some(place) => texts.with("data-where-place", &[("place", place.as_str().into())]),
        None => plain("data-where-no-place"),
    };
    let backups = facts.backup_days.map_or_else(
        || plain("data-how-long-no-backups"),
        |backup_days| days("data-how-long-backups", backup_days),
    );
    let processors = facts
        .processors
        .iter()
        .map(|processor| texts.with("data-others-processor", &[("processor", processor.as_str().into())]));
    let mail = if facts.sends_mail {
        "data-others-mail"
    } else {
        "data-others-no-mail"
    };
    vec![
        part("data-who", vec![operator, plain("data-who-sender")]),
        part("data-why", vec![plain("data-why-body")]),
        part(
            "data-what",
            [
                Some("data-what-recipients"),
                facts.has_terms.then_some("data-what-terms"),
                facts.sends_mail.then_some("data-what-mail"),
                Some(device),
                Some("data-what-requests"),
                Some("data-what-staff"),
                Some("data-what-log"),
            ]
            .into_iter()
            .flatten()
            .map(plain)
            .collect(),
        ),
        part(
            "data-where",
            [
                Some(plain(databases)),
                Some(plain(documents)),
                facts.backup_days.map(|_| plain("data-where-backups")),
                Some(place),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        part(
            "data-how-long",
            [
                Some(days("data-how-long-sent", facts.ceiling_days)),
                Some(plain("data-how-long-own")),
                Some(plain("data-how-long-person")),
                facts.sends_mail.then(|| plain("data-how-long-mail")),
                Some(plain("data-how-long-requests")),
                Some(days("data-how-long-sign-ins", PAST_SIGN_IN_DAYS)),
                Some(session),
                Some(plain("data-how-long-extracts")),
                facts
                    .backup_days
                    .map(|backup_days| days("data-how-long-copies", backup_days)),
                Some(backups),
                Some(plain("data-how-long-staff")),
                Some(plain("data-how-long-left")),
                Some(days("data-how-long-log", facts.audit_days)),
            ]
            .into_iter()
            .flatten()
            .collect(),
        )
        .with_own("/inbox", "data-how-long-inbox"),
        part(
            "data-others",
            [
                Some(plain("data-others-sender")),
                Some(providers),
                Some(plain(mail)),
                facts.documents_in_bucket.then(|| plain("data-others-documents")),
                facts.hands_out_log.then(|| plain("data-others-log")),
                facts.hands_out_checkpoints.then(|| plain("data-others-checkpoints")),
                Some(plain("data-others-webhooks")),
            ]
            .into_iter()
            .flatten()
            .chain(processors)
            .chain([plain("data-others-nobody")])
            .collect(),
        ),
        part(
            "data-protected",
            vec![plain("data-protected-body"), plain("data-protected-limit")],
        ),
    ]
}

/// The record of processing as Markdown.
#[must_use]
pub fn record_of_processing(facts: &DataProtection, contact: Option<&Contact>, language: Language) -> String {
    let texts = Texts::of(language);
    let add = match facts.processors.is_empty() {
        true => "data-record-add",
        false => "data-record-add-beside-processors",
    };
    let mut record = format!(
        "# {}\n\n{} {}\n",
        texts.get("data-record-title"),
        texts.get("data-record-body"),
        texts.get(add)
    );
    for part in parts(texts, facts, contact) {
        record.push_str(&format!("\n## {}\n\n", part.title));
        for line in part.lines {
            record.push_str(&format!("- {}\n", one_line(&line)));
        }
    }
    record
}

/// What the configuration brings into a line can't begin another.
fn one_line(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> DataProtection {
        DataProtection {
            databases: DatabasesIn::Files,
            documents_in_bucket: false,
            ceiling_days: 365,
            audit_days: 730,
            idle_minutes: 15,
            absolute_minutes: 60,
            providers: vec!["BankID".to_owned(), "Freja\n# x".to_owned()],
            sends_mail: true,
            has_places: true,
            has_terms: true,
            hands_out_log: true,
            hands_out_checkpoints: true,
            backup_days: Some(7),
            place: Some("Exempeldrift AB:s datorhall i Luleå,\n# Sverige".to_owned()),
            processors: vec![
                "Exempeldrift AB, Sverige (drift)".to_owned(),
                "Mejlbolaget AS, Norge (mejl)".to_owned(),
            ],
        }
    }

    /// The record of a portal that has everything, without something, in Swedish.
    fn without(change: impl FnOnce(&mut DataProtection)) -> String {
        let mut facts = DataProtection {
            documents_in_bucket: true,
            ..facts()
        };
        change(&mut facts);
        record_of_processing(&facts, None, Language::Swedish)
    }

    #[test]
    fn the_record_says_how_long_backups_live_where_the_portal_stands_and_who_else_has_what() {
        let all = without(|_| {});
        let (place, processor) = (
            "Exempeldrift AB:s datorhall i Luleå, # Sverige",
            "- Personuppgiftsbiträde: ",
        );
        for words in [
            "i 7 dagar",
            place,
            "S3-bucket) har dokumenten",
            "Krypterade säkerhetskopior av databaserna och dokumenten görs också.",
            "öppna ur dem efter 7 dagar",
            "till ett låst lagringsutrymme",
        ] {
            assert!(all.contains(words), "{words} in {all}");
        }
        assert_eq!(all.matches(processor).count(), 2, "{all}");
        assert!(
            all.contains("Personuppgiftsbiträde: Mejlbolaget AS, Norge (mejl)"),
            "{all}"
        );
        assert!(!all.contains("personuppgiftsbiträden"), "{all}");
        // Each alone.
        let in_files = "i två databaser i SQLite-filer på portalens egen server";
        assert!(all.contains(in_files), "{all}");
        for (databases, words) in [
            (
                DatabasesIn::FileAndPostgres,
                "i två databaser, en på PostgreSQL och en i en SQLite-fil på portalens egen server",
            ),
            (DatabasesIn::Postgres, "i två databaser på PostgreSQL"),
        ] {
            let other = without(|facts| facts.databases = databases);
            assert_eq!(other, all.replace(in_files, words));
        }
        let other = without(|facts| facts.backup_days = Some(30));
        let of_thirty = all.replace("i 7 dagar", "i 30 dagar");
        assert_eq!(other, of_thirty.replace("efter 7 dagar", "efter 30 dagar"));
        let other = without(|facts| facts.backup_days = Some(1));
        assert!(
            other.contains("i 1 dag,") && other.contains("öppna ur dem efter 1 dag."),
            "{other}"
        );
        let other = without(|facts| facts.backup_days = None);
        assert!(
            other.contains("inte inställd för säkerhetskopior")
                && !other.contains("i 7 dagar")
                && !other.contains("Krypterade säkerhetskopior"),
            "{other}"
        );
        let other = without(|facts| facts.place = None);
        assert!(
            other.contains("I vilket land och hos vem") && !other.contains(place),
            "{other}"
        );
        let other = without(|facts| facts.processors.clear());
        assert!(
            other.contains("personuppgiftsbiträden") && !other.contains(processor),
            "{other}"
        );
        let other = without(|facts| facts.documents_in_bucket = false);
        assert!(
            !other.contains("har dokumenten") && other.contains("till ett låst"),
            "{other}"
        );
        let other = without(|facts| facts.hands_out_checkpoints = false);
        assert!(
            !other.contains("till ett låst") && other.contains("har dokumenten"),
            "{other}"
        );
        // Which webhooks there are, organisations decide.
        assert!(other.contains("till en adress som den själv väljer"), "{other}");
    }

    #[test]
    fn the_record_says_what_the_configuration_says() {
        let contact = Contact {
            operator: "Exempelstad".to_owned(),
            email: "post@exempelstad.se".to_owned(),
        };
        let record = record_of_processing(&facts(), Some(&contact), Language::Swedish);
        for words in [
            "Exempelstad",
            "post@exempelstad.se",
            "365",
            "180",
            "BankID, Freja # x",
            "SQLite",
            "system för säkerhetsövervakning",
            "tills du tar tillbaka ditt ja",
            "Loggen: 730 dagar. Om något av det som ska raderas ur en logg har ändrats sedan det skrevs, raderas inget",
        ] {
            assert!(record.contains(words), "{words} in {record}");
        }
        assert_eq!(record.matches("\n# ").count(), 0, "{record}");
        let other = DataProtection {
            databases: DatabasesIn::Postgres,
            documents_in_bucket: true,
            ceiling_days: 30,
            audit_days: 90,
            providers: Vec::new(),
            sends_mail: false,
            has_places: false,
            hands_out_log: false,
            place: None,
            processors: Vec::new(),
            ..facts()
        };
        let other = record_of_processing(&other, None, Language::English);
        assert!(
            other.contains("PostgreSQL") && other.contains("bucket") && other.contains("30 days"),
            "{other}"
        );
        assert!(
            !other.contains("SQLite") && !other.contains("BankID") && !other.contains("roughly where"),
            "{other}"
        );
        let log = "The log: 90 days. If something that is to be deleted from a log was changed since it was written, nothing is";
        assert!(other.contains(log), "{other}");
        assert!(
            other.contains("No e-mails are sent")
                && !other.contains("monitor security")
                && !other.contains("withdraw your yes"),
            "{other}"
        );
    }
}
