//! Who gets a message, from the arguments or from standard input.

use std::io::BufRead;
use std::path::Path;

use base::{Day, Prid, SecretString};
use client::api::{Recipient, WorkAccountAddress, parse_personnummer};

use crate::failure::Failure;

/// The most lines that are read; more than the portal ever takes.
const MAX_LINES: usize = 10_000;

/// The recipients that `--to` and `--email` name; with a single `-`, those that `input` names, one on each line with an
/// e-mail address after the number if there is one. `today` is for the check of the date of birth.
pub(crate) fn read(
    to: &[String],
    emails: &[String],
    input: impl BufRead,
    today: Day,
) -> Result<Vec<Recipient>, Failure> {
    if to.iter().any(|number| number == "-") {
        if to.len() > 1 || !emails.is_empty() {
            return Err(Failure::EmailCount);
        }
        return from_lines(input, today);
    }
    if !emails.is_empty() && emails.len() != to.len() {
        return Err(Failure::EmailCount);
    }
    to.iter()
        .enumerate()
        .map(|(index, number)| recipient(index + 1, number, emails.get(index).map(String::as_str), today))
        .collect()
}

fn from_lines(input: impl BufRead, today: Day) -> Result<Vec<Recipient>, Failure> {
    let mut recipients = Vec::new();
    for line in input.lines().take(MAX_LINES) {
        let line = line.map_err(|error| Failure::file(Path::new("-"), error))?;
        let line = SecretString::new(line);
        // The number itself may be written with spaces, an address can't.
        let text = line.expose().trim();
        if text.is_empty() {
            continue;
        }
        let (number, email) = match text.rsplit_once(char::is_whitespace) {
            Some((number, email)) if email.contains('@') => (number, Some(email)),
            _ => (text, None),
        };
        recipients.push(recipient(recipients.len() + 1, number, email, today)?);
    }
    if recipients.is_empty() {
        return Err(Failure::NoRecipients);
    }
    Ok(recipients)
}

/// Somebody by number, by prid (`CC:IDENTIFIER`), or by directory and address of a work account (`DIRECTORY/E-MAIL`). No number
/// has a colon or a slash.
fn recipient(place: usize, text: &str, email: Option<&str>, today: Day) -> Result<Recipient, Failure> {
    let secret = |text: &str| SecretString::new(text.to_owned());
    let mut recipient = Recipient {
        email: email.map(secret),
        ..Recipient::default()
    };
    if let Some((directory, address)) = text.split_once('/') {
        let tenant = directory.parse().map_err(|_| Failure::NotARecipient { place })?;
        let email = secret(address);
        recipient.work_account = Some(WorkAccountAddress { tenant, email });
    } else if text.contains(':') {
        let prid: Prid = text.parse().map_err(|_| Failure::NotARecipient { place })?;
        recipient.prid = Some(secret(prid.expose()));
    } else {
        let number = parse_personnummer(text, today).map_err(|problem| Failure::Recipient { place, problem })?;
        recipient.personnummer = Some(secret(number.expose()));
    }
    Ok(recipient)
}

#[cfg(test)]
mod tests {
    use base::InvalidPersonnummer;
    use serde_json::json;

    use super::*;

    fn list(to: &[&str], emails: &[&str], input: &str) -> Result<Vec<String>, Failure> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let recipients = read(
            &owned(to),
            &owned(emails),
            input.as_bytes(),
            "2026-11-22".parse().unwrap(),
        )?;
        let told = |recipient: &Recipient| {
            let email = recipient.email.as_ref().map(|email| email.expose().as_str());
            let number = recipient.personnummer.as_ref().map(|number| number.expose().as_str());
            format!("{} {}", number.unwrap_or("-"), email.unwrap_or("-"))
        };
        Ok(recipients.iter().map(told).collect())
    }

    #[test]
    fn recipients_stand_in_the_arguments_with_their_addresses() {
        assert_eq!(
            list(
                &["20000101-2384", "200001012392"],
                &["a@example.se", "b@example.se"],
                ""
            )
            .unwrap(),
            ["200001012384 a@example.se", "200001012392 b@example.se"]
        );
        assert!(matches!(
            list(&["20000101-2384", "200001012392"], &["a@example.se"], ""),
            Err(Failure::EmailCount)
        ));
    }

    #[test]
    fn recipients_come_on_standard_input_one_a_line() {
        let input = "20000101-2384\n\n  20000101 2392\tb@example.se \r\n";
        assert_eq!(
            list(&["-"], &[], input).unwrap(),
            ["200001012384 -", "200001012392 b@example.se"]
        );
        assert!(matches!(list(&["-"], &[], "\n"), Err(Failure::NoRecipients)));
    }

    #[test]
    fn a_recipient_may_be_a_prid_or_a_work_account() {
        let read = |text: &str| {
            let read = read(&[text.to_owned()], &[], "".as_bytes(), "2026-11-22".parse().unwrap());
            read.map(|recipients| serde_json::to_value(&recipients[0]).unwrap())
        };
        assert_eq!(read("NO:05068907693").unwrap(), json!({ "prid": "NO:05068907693" }));
        let tenant = "11111111-2222-4333-8444-555555555555";
        assert_eq!(
            read(&format!("{tenant}/karin@norrby.example")).unwrap(),
            json!({ "work_account": { "tenant": tenant, "email": "karin@norrby.example" } })
        );
        for bad in ["no:1", "norrby/karin@norrby.example", "NO:"] {
            assert!(matches!(read(bad), Err(Failure::NotARecipient { place: 1 })), "{bad}");
        }
    }

    #[test]
    fn a_wrong_number_is_named_by_its_place_alone() {
        let failure = list(&["-"], &[], "200001012384\n200001012385\n").unwrap_err();
        assert!(matches!(
            failure,
            Failure::Recipient {
                place: 2,
                problem: InvalidPersonnummer::CheckDigit
            }
        ));
        assert!(!format!("{failure:?}").contains("2000"));
    }
}
