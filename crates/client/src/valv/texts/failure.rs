//! What went wrong and what to do about it.

use std::io;
use std::path::Path;

use base::InvalidPersonnummer;
use client::ClientError;
use client::api::{ProblemCode, TokenErrorCode};

use super::Language;
use crate::failure::Failure;

impl Language {
    /// Says what failed and what to do.
    pub(crate) fn failure(self, failure: &Failure) -> String {
        match failure {
            Failure::File { path, cause } => self.file(path, cause),
            Failure::NoHome => self
                .pick(
                    "Det går inte att veta var dina filer ligger. Ange --profile, eller sätt HOME.",
                    "There is no telling where your files are. Give --profile, or set HOME.",
                )
                .to_owned(),
            Failure::NoProfile(path) => {
                let path = path.display();
                self.pick(
                    format!("Det finns inga inloggningsuppgifter i {path}. Kör först: valv login --server URL --client-id ID"),
                    format!("There are no credentials in {path}. First run: valv login --server URL --client-id ID"),
                )
            }
            Failure::ProfileReadable(path) => {
                let path = path.display();
                self.pick(
                    format!("Andra kan läsa {path}, där hemligheten står. Kör: chmod 600 {path}\nHar någon obehörig kunnat läsa den bör du be om en ny hemlighet."),
                    format!("Others can read {path}, which holds the secret. Run: chmod 600 {path}\nIf somebody may have read it, ask for a new secret."),
                )
            }
            Failure::ProfileBroken(path) => {
                let path = path.display();
                self.pick(
                    format!("{path} ser inte ut som en fil från valv login. Kör valv login igen."),
                    format!("{path} is not a file that valv login wrote. Run valv login again."),
                )
            }
            Failure::KeyReadable(path) => {
                let path = path.display();
                self.pick(
                    format!("Andra kan läsa {path}, där systemets privata nyckel ligger. Kör: chmod 600 {path}\nHar någon obehörig kunnat läsa den bör du byta nyckel."),
                    format!("Others can read {path}, which holds the system's private key. Run: chmod 600 {path}\nIf somebody may have read it, change the key."),
                )
            }
            Failure::KeyBroken(path) => {
                let path = path.display();
                self.pick(
                    format!("{path} är ingen privat P-256-nyckel i PEM (PKCS #8)."),
                    format!("{path} is no private P-256 key in PEM (PKCS #8)."),
                )
            }
            Failure::NoSecret => self
                .pick("Hemligheten är tom.", "The secret is empty.")
                .to_owned(),
            Failure::Recipient { place, problem } => self.recipient(*place, *problem),
            Failure::NotARecipient { place } => self.pick(
                format!("Mottagare {place} är varken ett prid (LAND:ID) eller ett arbetskonto (KATALOG/E-POST)."),
                format!("Recipient {place} is neither a prid (CC:IDENTIFIER) nor a work account (DIRECTORY/E-MAIL)."),
            ),
            Failure::NoRecipients => self
                .pick(
                    "Ingen mottagare stod på standard in. Skriv ett personnummer per rad.",
                    "Standard input named no recipient. Write one personnummer on each line.",
                )
                .to_owned(),
            Failure::EmailCount => self
                .pick(
                    "Ange --email en gång för varje --to, i samma ordning, eller inte alls.",
                    "Give --email once for each --to, in the same order, or not at all.",
                )
                .to_owned(),
            Failure::EmptyFile(path) => {
                let path = path.display();
                self.pick(format!("{path} är tom."), format!("{path} is empty."))
            }
            Failure::NotAFile(path) => {
                let path = path.display();
                self.pick(format!("{path} är ingen fil."), format!("{path} is not a file."))
            }
            Failure::TooOldToContinue => self
                .pick(
                    "Ett tidigare försök att skicka samma meddelande bröts för mer än sex dagar sedan, och det går inte längre att \
                     avgöra om det kom fram. Se efter med valv events. Kom det inte fram, kör samma kommando med --again.",
                    "An earlier attempt to send the same message broke off more than six days ago, and there is no telling any \
                     more whether it arrived. Look with valv events. If it did not arrive, run the same command with --again.",
                )
                .to_owned(),
            Failure::Letters { message, cause, path } => {
                let file = self.file(path, cause);
                self.pick(
                    format!("Meddelandet {message} är skickat, men breven kunde inte skrivas. {file}\nSkicka inte igen: breven står i svaret här ovanför."),
                    format!("The message {message} is sent, but the letters could not be written. {file}\nDo not send it again: the letters are in the answer above."),
                )
            }
            Failure::Client(error) => self.client(error),
            Failure::Continue(error) => {
                let what = self.client(error);
                self.pick(
                    format!("{what}\nKör samma kommando igen: det fortsätter, och meddelandet kommer fram bara en gång."),
                    format!("{what}\nRun the same command again: it continues, and the message arrives only once."),
                )
            }
        }
    }

    fn file(self, path: &Path, cause: &io::Error) -> String {
        let path = path.display();
        let what = match cause.kind() {
            io::ErrorKind::NotFound => self.pick("finns inte", "does not exist"),
            io::ErrorKind::PermissionDenied => self.pick("får inte läsas eller skrivas", "may not be read or written"),
            io::ErrorKind::InvalidData => self.pick(
                "har ett innehåll som inte går att använda",
                "has content that can't be used",
            ),
            io::ErrorKind::StorageFull => self.pick("får inte plats på disken", "has no room on the disk"),
            io::ErrorKind::AlreadyExists => self.pick("finns redan", "exists already"),
            _ => {
                return self.pick(
                    format!("{path} gick inte att använda: {cause}"),
                    format!("{path} can't be used: {cause}"),
                );
            }
        };
        format!("{path} {what}.")
    }

    fn recipient(self, place: usize, problem: InvalidPersonnummer) -> String {
        let what = match problem {
            InvalidPersonnummer::Form => {
                self.pick("skriv tolv siffror, ÅÅÅÅMMDDNNNN", "write twelve digits, YYYYMMDDNNNN")
            }
            InvalidPersonnummer::Date => self.pick("födelsedatumet finns inte", "the date of birth does not exist"),
            InvalidPersonnummer::CheckDigit => self.pick(
                "kontrollsiffran stämmer inte, så någon siffra är fel",
                "the check digit does not match, so some digit is wrong",
            ),
        };
        self.pick(
            format!("Mottagare {place} har inget giltigt personnummer: {what}."),
            format!("Recipient {place} has no valid personnummer: {what}."),
        )
    }

    fn client(self, error: &ClientError) -> String {
        match error {
            ClientError::Unreachable(cause) => {
                let cause = innermost(cause);
                self.pick(
                    format!("Portalen går inte att nå ({cause}). Kontrollera adressen och nätet."),
                    format!("The portal can't be reached ({cause}). Check the address and the network."),
                )
            }
            ClientError::BrokenOff(_) => self
                .pick(
                    "Förbindelsen bröts innan portalen hann svara.",
                    "The connection broke before the portal answered.",
                )
                .to_owned(),
            ClientError::NotSignedIn(TokenErrorCode::ServerError) => self
                .pick("Portalen kan inte logga in någon just nu.", "The portal can't log anyone in just now.")
                .to_owned(),
            ClientError::NotSignedIn(TokenErrorCode::UnauthorizedClient) => self
                .pick(
                    "Systemet får inte användas från den här nätverksadressen. Be en administratör lägga till den.",
                    "The system may not be used from this network address. Ask an admin to add it.",
                )
                .to_owned(),
            ClientError::NotSignedIn(_) => self
                .pick(
                    "Systemets id, hemlighet eller nyckel är fel, eller så är systemet avstängt. Kör valv login med rätt uppgifter.",
                    "The system's id, secret or key is wrong, or the system is disabled. Run valv login with the right ones.",
                )
                .to_owned(),
            ClientError::Refused(problem) => {
                let mut text = self.problem(problem);
                if let (Some(ProblemCode::Internal), Some(id)) = (problem.known_code(), problem.request_id) {
                    text.push_str(&self.pick(format!(" Ärendenummer: {id}"), format!(" Request id: {id}")));
                }
                text
            }
            ClientError::Unexpected { status } => self.pick(
                format!("Svaret (HTTP {status}) kom inte från Postvalv. Kontrollera adressen i valv login, och om en proxy svarar i stället."),
                format!("The answer (HTTP {status}) did not come from Postvalv. Check the address given to valv login, and whether a proxy answers instead."),
            ),
            ClientError::NoRandomNumbers(_) => self
                .pick(
                    "Datorn gav inga slumptal, och utan dem går det inte att skriva under.",
                    "The computer gave no random numbers, and nothing can be signed without them.",
                )
                .to_owned(),
            ClientError::Document { index, cause } => {
                let place = index + 1;
                self.pick(
                    format!("Fil {place} gick inte att läsa: {cause}"),
                    format!("File {place} can't be read: {cause}"),
                )
            }
        }
    }
}

/// The cause that says most, such as "Connection refused", in place of the layers around it.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
