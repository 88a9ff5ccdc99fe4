//! What the hint codes and failures mean for the person.

use bankid::{FailedHint, PendingHint};

use super::Language;
use crate::provider::sign_in::{Failure, Method};

/// What the person should do now, while an order is pending.
pub(crate) const fn pending(language: Language, hint: PendingHint, method: Method) -> &'static str {
    match language {
        Language::Swedish => pending_swedish(hint, method),
        Language::English => pending_english(hint, method),
    }
}

const fn pending_swedish(hint: PendingHint, method: Method) -> &'static str {
    match hint {
        PendingHint::OutstandingTransaction | PendingHint::NoClient | PendingHint::Unknown => match method {
            Method::Qr => "Skanna QR-koden med BankID-appen.",
            Method::ThisDevice => "Öppna BankID-appen med knappen.",
        },
        PendingHint::Started => {
            "Vi letar efter ett BankID i appen. Har du inget BankID på enheten kan du beställa ett hos din bank."
        }
        PendingHint::UserMrtd => "Skanna ditt pass eller nationella id-kort med BankID-appen.",
        PendingHint::UserFace => "Följ anvisningarna i BankID-appen och visa ditt ansikte.",
        PendingHint::UserStepUp => "Gör den extra kontroll som BankID-appen ber om.",
        PendingHint::UserCallConfirm => "Svara i BankID-appen om du pratar i telefon med någon just nu.",
        PendingHint::UserSign => "Läs texten i BankID-appen och skriv din säkerhetskod.",
        PendingHint::Processing => "BankID arbetar. Det tar några sekunder.",
    }
}

const fn pending_english(hint: PendingHint, method: Method) -> &'static str {
    match hint {
        PendingHint::OutstandingTransaction | PendingHint::NoClient | PendingHint::Unknown => match method {
            Method::Qr => "Scan the QR code with the BankID app.",
            Method::ThisDevice => "Open the BankID app with the button.",
        },
        PendingHint::Started => {
            "Looking for a BankID in the app. If you have none on the device, you can order one from your bank."
        }
        PendingHint::UserMrtd => "Scan your passport or national identity card with the BankID app.",
        PendingHint::UserFace => "Follow the instructions in the BankID app and show your face.",
        PendingHint::UserStepUp => "Do the extra check that the BankID app asks for.",
        PendingHint::UserCallConfirm => "Answer in the BankID app whether you are on the phone with somebody.",
        PendingHint::UserSign => "Read the text in the BankID app and enter your security code.",
        PendingHint::Processing => "BankID is working. It takes a few seconds.",
    }
}

/// Why it stopped, and what to do.
pub(crate) const fn failure(language: Language, failure: Failure) -> &'static str {
    match language {
        Language::Swedish => failure_swedish(failure),
        Language::English => failure_english(failure),
    }
}

const fn failure_swedish(failure: Failure) -> &'static str {
    match failure {
        Failure::Hint(hint) => match hint {
            FailedHint::ExpiredTransaction => "Tiden gick ut innan du var klar i BankID-appen. Försök igen.",
            FailedHint::CertificateErr => {
                "Ditt BankID är spärrat, för gammalt eller av en sort som inte går att använda här. Kontrollera det i \
                 BankID-appen eller beställ ett nytt hos din bank."
            }
            FailedHint::UserCancel => "Du avbröt i BankID-appen.",
            FailedHint::Cancelled => "Legitimeringen avbröts, kanske för att en annan påbörjades. Försök igen.",
            FailedHint::StartFailed => "BankID-appen öppnades inte i tid. Försök igen.",
            FailedHint::MrtdVerificationFailed => {
                "Ditt pass eller id-kort gick inte att kontrollera. Försök igen med en giltig handling."
            }
            FailedHint::FacialRecognitionFailed => "Ansiktet gick inte att kontrollera. Försök igen i bra ljus.",
            FailedHint::NfcNotSupportedByDevice => {
                "Telefonen kan inte läsa chippet i pass eller id-kort. Använd en annan telefon."
            }
            FailedHint::MultipleBankIdsOnDevice => {
                "Det finns flera BankID på enheten. Ta bort det som du inte använder och försök igen."
            }
            FailedHint::StepUpFailed => "Den extra kontrollen lyckades inte. Försök igen.",
            FailedHint::UserDeclinedCall => {
                "Du svarade att du pratar i telefon, eller svarade inte. Lägg på och försök igen. Legitimera dig aldrig \
                 på uppmaning av den som ringer."
            }
            FailedHint::NotSupportedByUserApp => "Din BankID-app är för gammal. Uppdatera den och försök igen.",
            FailedHint::Unknown => "BankID kunde inte slutföra legitimeringen. Försök igen.",
        },
        Failure::TookTooLong => "Ingen öppnade BankID i tid. Försök igen när du har telefonen till hands.",
        Failure::HighRisk => {
            "BankID bedömer att det är hög risk för bedrägeri, så vi släpper inte in dig den här gången. Försök från en \
             annan uppkoppling, eller kontakta tjänsten på annat sätt. Har någon annan bett dig att logga in? Kontakta \
             din bank."
        }
        Failure::Unavailable => "BankID går inte att nå just nu. Vänta en stund och försök igen.",
        Failure::Interrupted => "Något gick fel mellan oss och BankID. Försök igen.",
        Failure::TooMany => {
            "Det har påbörjats många legitimeringar från din internetanslutning. Vänta en minut och försök igen."
        }
    }
}

const fn failure_english(failure: Failure) -> &'static str {
    match failure {
        Failure::Hint(hint) => match hint {
            FailedHint::ExpiredTransaction => "Time ran out before you were done in the BankID app. Try again.",
            FailedHint::CertificateErr => {
                "Your BankID is blocked, too old, or of a kind that can't be used here. Check it in the BankID app or \
                 order a new one from your bank."
            }
            FailedHint::UserCancel => "You cancelled in the BankID app.",
            FailedHint::Cancelled => "It was cancelled, perhaps because another one was begun. Try again.",
            FailedHint::StartFailed => "The BankID app was not opened in time. Try again.",
            FailedHint::MrtdVerificationFailed => {
                "Your passport or identity card could not be verified. Try again with a valid one."
            }
            FailedHint::FacialRecognitionFailed => "Your face could not be verified. Try again in good light.",
            FailedHint::NfcNotSupportedByDevice => {
                "The phone can't read the chip of a passport or identity card. Use another phone."
            }
            FailedHint::MultipleBankIdsOnDevice => {
                "There are several BankIDs on the device. Remove the one that you do not use and try again."
            }
            FailedHint::StepUpFailed => "The extra check did not succeed. Try again.",
            FailedHint::UserDeclinedCall => {
                "You answered that you are on the phone, or did not answer. Hang up and try again. Never identify \
                 yourself because a caller tells you to."
            }
            FailedHint::NotSupportedByUserApp => "Your BankID app is too old. Update it and try again.",
            FailedHint::Unknown => "BankID could not complete the identification. Try again.",
        },
        Failure::TookTooLong => "Nobody opened BankID in time. Try again when you have your phone at hand.",
        Failure::HighRisk => {
            "BankID judges the risk of fraud as high, so you are not let in this time. Try from another connection, or \
             contact the service in another way. Did somebody else ask you to sign in? Contact your bank."
        }
        Failure::Unavailable => "BankID can't be reached right now. Wait a while and try again.",
        Failure::Interrupted => "Something went wrong between us and BankID. Try again.",
        Failure::TooMany => {
            "Many identifications were begun from your internet connection. Wait a minute and try again."
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_failure_has_words_of_its_own_in_each_language() {
        let failures: Vec<Failure> = FailedHint::ALL
            .iter()
            .map(|hint| Failure::Hint(*hint))
            .chain([
                Failure::Hint(FailedHint::Unknown),
                Failure::TookTooLong,
                Failure::HighRisk,
                Failure::Unavailable,
                Failure::Interrupted,
                Failure::TooMany,
            ])
            .collect();
        let mut texts = BTreeSet::new();
        for language in Language::ALL {
            texts.extend(failures.iter().map(|it| failure(language, *it)));
        }
        assert_eq!(texts.len(), failures.len() * 2);
    }
}
