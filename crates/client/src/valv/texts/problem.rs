//! The portal's refusals. English is what the portal says itself; Swedish is said here.

use client::api::{Problem, ProblemCode};

use super::Language;

impl Language {
    /// What the portal refused and what to do about it.
    pub(super) fn problem(self, problem: &Problem) -> String {
        let text = match (self, problem.known_code()) {
            (Self::Swedish, Some(code)) => swedish(code).to_owned(),
            (Self::English, _) | (Self::Swedish, None) => match &problem.detail {
                Some(detail) => format!("{}. {detail}", problem.title),
                None => format!("{}.", problem.title),
            },
        };
        let mut text = match problem.pointer.as_deref().and_then(place) {
            Some((Thing::Recipient, place)) => self.pick(
                format!("Mottagare {place}: {text}"),
                format!("Recipient {place}: {text}"),
            ),
            Some((Thing::Document, place)) => {
                self.pick(format!("Fil {place}: {text}"), format!("File {place}: {text}"))
            }
            None => text,
        };
        if let Some(limit) = problem.limit {
            text.push_str(&self.pick(format!(" Gränsen är {limit}."), format!(" The limit is {limit}.")));
        }
        if let Some(seconds) = problem.retry_after {
            text.push_str(&self.pick(format!(" Vänta {seconds} s."), format!(" Wait {seconds} s.")));
        }
        text
    }
}

enum Thing {
    Recipient,
    Document,
}

/// Which recipient or file a pointer is about, counted from 1.
fn place(pointer: &str) -> Option<(Thing, usize)> {
    let mut steps = pointer.strip_prefix('/')?.split('/');
    let thing = match steps.next()? {
        "recipients" => Thing::Recipient,
        "documents" => Thing::Document,
        _ => return None,
    };
    let index: usize = steps.next()?.parse().ok()?;
    Some((thing, index.checked_add(1)?))
}

fn swedish(code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::MalformedRequest => "Portalen kunde inte tolka frågan. Är valv av rätt version?",
        ProblemCode::Interrupted => "Sändningen bröts. Inget är sparat.",
        ProblemCode::IdempotencyKeyMissing => "Meddelandet saknar idempotensnyckel.",
        ProblemCode::InvalidIdempotencyKey => {
            "Idempotensnyckeln går inte att använda. Ange 1 till 255 synliga ASCII-tecken."
        }
        ProblemCode::InvalidToken => "Inloggningen gäller inte längre. Kör kommandot igen.",
        ProblemCode::InsufficientScope => {
            "Systemet får inte göra det här. Be driftansvarig om ett system med rätt behörighet."
        }
        ProblemCode::NetworkNotAllowed => {
            "Systemet får inte användas från den här nätverksadressen. Be en administratör lägga till den."
        }
        ProblemCode::NotFound => "Det finns inget sådant meddelande, eller så hör det till en annan organisation.",
        ProblemCode::MethodNotAllowed => "Portalen tar inte emot den frågan. Är valv av rätt version?",
        ProblemCode::KeyReused => {
            "Idempotensnyckeln har redan använts för ett annat meddelande. Ge det här en egen nyckel."
        }
        ProblemCode::StillReceiving => "Portalen tar fortfarande emot samma meddelande från ett tidigare försök.",
        ProblemCode::MetadataTooLarge => {
            "Texten är för lång eller mottagarna för många för ett meddelande. Dela upp det."
        }
        ProblemCode::FileTooLarge => "Filen är för stor.",
        ProblemCode::UnsupportedMediaType => "Portalen tar inte emot den formen. Är valv av rätt version?",
        ProblemCode::InvalidMetadata => "Portalen kunde inte tolka meddelandet. Är valv av rätt version?",
        ProblemCode::InvalidTitle => "Rubriken går inte att använda. Skriv en rad med 1 till 200 tecken.",
        ProblemCode::InvalidBody => "Texten går inte att använda. Den är för lång eller har styrtecken.",
        ProblemCode::InvalidDocumentType => {
            "Dokumenttypen går inte att använda. Skriv 1 till 64 bokstäver, siffror, punkter, bindestreck eller understreck."
        }
        ProblemCode::InvalidPersonnummer => "Personnumret är fel. Skriv tolv siffror, ÅÅÅÅMMDDNNNN.",
        ProblemCode::InvalidRecipient => {
            "Mottagaren är inte angiven på rätt sätt. Skriv ett personnummer, ett prid (LAND:ID) eller KATALOG/E-POST."
        }
        ProblemCode::NoWayIn => {
            "Mottagaren kan inte logga in: portalen släpper inte in mottagare från den katalogen. Fråga den som driver portalen."
        }
        ProblemCode::LevelNotOffered => {
            "Mottagaren kan inte logga in på den tillitsnivån. Välj en lägre nivå med --minimum-level, eller utelämna den."
        }
        ProblemCode::InvalidEmail => "E-postadressen är fel. Rätta den, eller utelämna den och posta brevet.",
        ProblemCode::EmptyMessage => "Meddelandet är tomt. Skicka en text, minst en fil eller båda.",
        ProblemCode::NoRecipients => "Meddelandet har ingen mottagare.",
        ProblemCode::DuplicateRecipient => "Mottagaren är redan angiven.",
        ProblemCode::TooManyRecipients => "Mottagarna är för många. Dela upp dem på flera meddelanden.",
        ProblemCode::TooManyFiles => "Filerna är för många. Dela upp dem på flera meddelanden.",
        ProblemCode::InvalidFileName => {
            "Filens namn går inte att använda. Ge den ett vanligt namn utan sökväg, styrtecken och tecken som vänder texten."
        }
        ProblemCode::EmptyFile => "Filen är tom.",
        ProblemCode::InvalidDeclaration => {
            "Filens medietyp går inte att använda. Ange --media-type, till exempel application/pdf."
        }
        ProblemCode::TypeMismatch => {
            "Filen är inte av den typ som dess namn säger. Rätta namnet, eller ange typen med --media-type."
        }
        ProblemCode::SizeMismatch => "Filen ändrades medan den skickades. Kör kommandot igen.",
        ProblemCode::DigestMismatch => "Filen ändrades eller skadades på vägen. Kör kommandot igen.",
        ProblemCode::RetentionOutsideLimits => {
            "Meddelandet kan inte ligga så länge. Ange minst en dag och högst så många som gränsen."
        }
        ProblemCode::MissingPart => "En del av meddelandet saknades. Är valv av rätt version?",
        ProblemCode::UnexpectedPart => "En del av meddelandet kom i fel ordning. Är valv av rätt version?",
        ProblemCode::TooManyRequests => {
            "För många frågor med fel uppgifter har kommit från samma nätverk. Kontrollera systemets id och hemlighet."
        }
        ProblemCode::Internal => "Något gick fel i portalen. Består felet, ge driftansvarig ärendenumret.",
        ProblemCode::Unavailable => "Portalen kan inte svara just nu. Försök igen om en stund.",
        ProblemCode::OutOfSpace => "Portalen har ont om plats. Inget är sparat. Driftansvarig måste göra plats.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_file_and_the_limit() {
        let problem = Problem::new(ProblemCode::FileTooLarge).at("/documents/1").with_limit(7);
        assert_eq!(
            Language::Swedish.problem(&problem),
            "Fil 2: Filen är för stor. Gränsen är 7."
        );
        assert!(
            Language::English
                .problem(&problem)
                .starts_with("File 2: The document is too large.")
        );
        let problem = Problem::new(ProblemCode::InvalidPersonnummer).at("/recipients/0/personnummer");
        assert!(Language::Swedish.problem(&problem).starts_with("Mottagare 1: "));
    }

    #[test]
    fn an_unknown_refusal_is_told_as_the_portal_says_it() {
        let mut problem = Problem::new(ProblemCode::EmptyFile);
        problem.code = "new-code".to_owned();
        problem.title = "Something new".to_owned();
        problem.detail = None;
        assert_eq!(Language::Swedish.problem(&problem), "Something new.");
    }
}
