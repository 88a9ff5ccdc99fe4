//! What BankID answers: a started order, and what `collect` says of it.

use std::fmt;
use std::net::IpAddr;

use base::{Personnummer, SecretString};
use serde::Deserialize;

use crate::error::CallError;
use crate::hint::{FailedHint, PendingHint};

/// Names an order towards BankID. Whoever holds it can collect the order with the relying party's certificate, so it
/// stays on the server; it does not print.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct OrderRef(SecretString);

impl OrderRef {
    /// The text, for the request body.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for OrderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderRef([secret])")
    }
}

/// An order that waits to be opened.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartedOrder {
    /// For `collect` and `cancel`.
    pub order_ref: OrderRef,
    /// For the link that opens the app on this device. Give it to the browser that began and to nobody else.
    pub auto_start_token: SecretString,
    /// The public part of the QR code.
    pub qr_start_token: SecretString,
    /// The key of the QR code; never leaves the server.
    pub qr_start_secret: SecretString,
}

/// What `collect` says of an order.
#[derive(Debug)]
pub enum Collected {
    /// Not done yet.
    Pending(PendingHint),
    /// Over without success. The order is gone.
    Failed(FailedHint),
    /// The person has identified or signed. The order is gone: this answer comes once.
    Complete(Box<Completion>),
}

/// Who completed the order, and how.
#[derive(Debug)]
pub struct Completion {
    /// Who.
    pub user: User,
    /// On which device.
    pub device: Device,
    /// When the BankID was issued, as a date.
    pub bank_id_issue_date: Option<String>,
    /// BankID's judgement, when it was asked for and could be made.
    pub risk: Option<Risk>,
    /// The XML signature (base64), which proves the identification later.
    pub signature: Option<SecretString>,
    /// The answer on the certificate's validity (base64), to keep beside the signature.
    pub ocsp_response: Option<SecretString>,
    /// Whether an extra check by identity document was made.
    pub mrtd_step_up: Option<bool>,
}

/// The person of a completed order. Nothing of it prints.
#[derive(Clone)]
pub struct User {
    /// The number, checked.
    pub personal_number: Personnummer,
    /// The full name.
    pub name: String,
    /// First names.
    pub given_name: String,
    /// Last names.
    pub surname: String,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User([secret])")
    }
}

/// The device where the app ran.
#[derive(Clone)]
pub struct Device {
    /// Its address as BankID saw it.
    pub ip_address: Option<IpAddr>,
    /// BankID's stable name of the device (unique hardware identifier).
    pub uhi: Option<String>,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Device([secret])")
    }
}

/// BankID's judgement of how likely fraud is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Nothing unusual.
    Low,
    /// Something unusual.
    Moderate,
    /// Much speaks for fraud: refuse.
    High,
}

impl Risk {
    /// The judgement for a word, whatever its case; a word that is not known counts as high, since it can't be
    /// weighed.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "low" => Self::Low,
            "moderate" => Self::Moderate,
            _ => Self::High,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CollectBody {
    status: String,
    #[serde(default)]
    hint_code: String,
    completion_data: Option<CompletionBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompletionBody {
    user: UserBody,
    #[serde(default)]
    device: DeviceBody,
    bank_id_issue_date: Option<String>,
    step_up: Option<StepUpBody>,
    signature: Option<SecretString>,
    ocsp_response: Option<SecretString>,
    risk: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserBody {
    personal_number: SecretString,
    name: String,
    given_name: String,
    surname: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeviceBody {
    ip_address: Option<IpAddr>,
    uhi: Option<String>,
}

#[derive(Deserialize)]
struct StepUpBody {
    mrtd: Option<bool>,
}

/// Longest name that is taken over, in bytes.
const MAX_NAME: usize = 400;

pub(crate) fn collected(body: &[u8]) -> Result<Collected, CallError> {
    let body: CollectBody =
        serde_json::from_slice(body).map_err(|_| CallError::Unexpected("collect is not the expected JSON"))?;
    match body.status.as_str() {
        "pending" => Ok(Collected::Pending(PendingHint::from_code(&body.hint_code))),
        "failed" => Ok(Collected::Failed(FailedHint::from_code(&body.hint_code))),
        "complete" => {
            let data = body
                .completion_data
                .ok_or(CallError::Unexpected("complete without completionData"))?;
            Ok(Collected::Complete(Box::new(completion(data)?)))
        }
        _ => Err(CallError::Unexpected("collect with an unknown status")),
    }
}

fn completion(body: CompletionBody) -> Result<Completion, CallError> {
    let personal_number = Personnummer::from_digits(body.user.personal_number.expose())
        .map_err(|_| CallError::Unexpected("personalNumber is not a personnummer"))?;
    if [&body.user.name, &body.user.given_name, &body.user.surname]
        .iter()
        .any(|name| name.len() > MAX_NAME || name.chars().any(char::is_control))
    {
        return Err(CallError::Unexpected("a name is too long or holds control characters"));
    }
    Ok(Completion {
        user: User {
            personal_number,
            name: body.user.name,
            given_name: body.user.given_name,
            surname: body.user.surname,
        },
        device: Device {
            ip_address: body.device.ip_address,
            uhi: body.device.uhi,
        },
        bank_id_issue_date: body.bank_id_issue_date,
        risk: body.risk.as_deref().map(Risk::from_word),
        signature: body.signature,
        ocsp_response: body.ocsp_response,
        mrtd_step_up: body.step_up.and_then(|step_up| step_up.mrtd),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(risk: &str) -> String {
        format!(
            r#"{{"orderRef":"x","status":"complete","completionData":{{
                "user":{{"personalNumber":"200001012384","name":"Tolvan Test","givenName":"Tolvan","surname":"Test"}},
                "device":{{"ipAddress":"192.0.2.1","uhi":"abc"}},
                "bankIdIssueDate":"2020-02-01","signature":"c2ln","ocspResponse":"b2NzcA==","risk":"{risk}"}}}}"#
        )
    }

    #[test]
    fn a_pending_order_tells_how_far_it_has_come() {
        let answer = br#"{"orderRef":"x","status":"pending","hintCode":"userSign"}"#;
        assert!(matches!(
            collected(answer),
            Ok(Collected::Pending(PendingHint::UserSign))
        ));
        let answer = br#"{"orderRef":"x","status":"pending","hintCode":"somethingNew"}"#;
        assert!(matches!(
            collected(answer),
            Ok(Collected::Pending(PendingHint::Unknown))
        ));
    }

    #[test]
    fn a_failed_order_tells_why() {
        let answer = br#"{"orderRef":"x","status":"failed","hintCode":"userCancel"}"#;
        assert!(matches!(
            collected(answer),
            Ok(Collected::Failed(FailedHint::UserCancel))
        ));
    }

    #[test]
    fn a_complete_order_tells_who() {
        let Ok(Collected::Complete(completion)) = collected(complete("low").as_bytes()) else {
            panic!("not complete");
        };
        assert_eq!(completion.user.personal_number.expose(), "200001012384");
        assert_eq!(completion.user.name, "Tolvan Test");
        assert_eq!(completion.device.ip_address, Some(IpAddr::from([192, 0, 2, 1])));
        assert_eq!(completion.risk, Some(Risk::Low));
        let printed = format!("{completion:?}");
        for secret in ["2000", "Tolvan", "c2ln", "192.0.2.1"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn a_risk_that_is_not_known_counts_as_high() {
        let Ok(Collected::Complete(completion)) = collected(complete("extreme").as_bytes()) else {
            panic!("not complete");
        };
        assert_eq!(completion.risk, Some(Risk::High));
    }

    #[test]
    fn an_answer_that_is_not_whole_is_an_error() {
        let wrong_number = complete("low").replace("200001012384", "200001012385");
        let no_data = r#"{"orderRef":"x","status":"complete"}"#.to_owned();
        let unknown = r#"{"orderRef":"x","status":"perhaps"}"#.to_owned();
        for answer in [wrong_number, no_data, unknown, String::new(), "[]".to_owned()] {
            assert!(matches!(collected(answer.as_bytes()), Err(CallError::Unexpected(_))));
        }
    }
}
