//! What is sent to start an order.

use std::net::IpAddr;

use base::Personnummer;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Serialize, Serializer};

/// The text that the app shows the person, in UTF-8; sent as base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibleText(String);

/// A visible text is longer than its order allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the visible text is too long for BankID")]
pub struct TooLong;

impl VisibleText {
    /// Most bytes of base64 in an identification.
    pub const MAX_AUTH: usize = 1_500;
    /// Most bytes of base64 in a signature.
    pub const MAX_SIGN: usize = 40_000;

    /// A text to show when somebody identifies.
    ///
    /// # Errors
    ///
    /// [`TooLong`] when its base64 is longer than 1,500 bytes.
    pub fn for_auth(text: &str) -> Result<Self, TooLong> {
        Self::within(text, Self::MAX_AUTH)
    }

    /// A text to sign.
    ///
    /// # Errors
    ///
    /// [`TooLong`] when its base64 is longer than 40,000 bytes.
    pub fn for_sign(text: &str) -> Result<Self, TooLong> {
        Self::within(text, Self::MAX_SIGN)
    }

    fn within(text: &str, max: usize) -> Result<Self, TooLong> {
        let encoded = BASE64_STANDARD.encode(text);
        if encoded.len() > max {
            Err(TooLong)
        } else {
            Ok(Self(encoded))
        }
    }
}

impl Serialize for VisibleText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// `/auth`: somebody identifies.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthRequest {
    /// The address of the person's browser as the relying party sees it.
    pub end_user_ip: IpAddr,
    /// What the app shows; names who asks and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_visible_data: Option<VisibleText>,
    /// `simpleMarkdownV1`, or nothing for plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_visible_data_format: Option<&'static str>,
    /// Where the app sends the browser when an order that was opened on the same device is done. Carries a nonce of
    /// the caller's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// Whether the completion tells the risk.
    pub return_risk: bool,
    /// What is known of the browser, for BankID's own judgement of risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<Web>,
    /// What the person must have or do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<Requirement>,
}

impl AuthRequest {
    /// `userVisibleDataFormat` for text with BankID's simple Markdown.
    pub const SIMPLE_MARKDOWN: &'static str = "simpleMarkdownV1";
}

/// `/sign`: somebody signs a text.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignRequest {
    /// As for an identification; the visible text is required here.
    #[serde(flatten)]
    pub order: AuthRequest,
    /// Data that is signed but not shown, as base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_non_visible_data: Option<String>,
}

/// What is known of the browser where the order was started.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Web {
    /// The host name that the person sees in the address bar.
    pub referring_domain: String,
    /// The browser's `User-Agent`.
    pub user_agent: String,
    /// Names the browser towards BankID, the same from order to order while the browser keeps its cookie.
    pub device_identifier: String,
}

/// What the person must have or do.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Requirement {
    /// The code must be entered even where a fingerprint or face would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_code: Option<bool>,
    /// The person must have an identity document whose chip was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mrtd: Option<bool>,
    /// The kind of card reader, for BankID on card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_reader: Option<CardReader>,
    /// Object identifiers of accepted certificate policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_policies: Option<Vec<String>>,
    /// Only this person may complete the order.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "personal_number")]
    pub personal_number: Option<Personnummer>,
}

/// The kind of card reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CardReader {
    /// The code is entered on the computer, or on the reader.
    Class1,
    /// The code is entered on the reader.
    Class2,
}

fn personal_number<S: Serializer>(number: &Option<Personnummer>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serializer.serialize_str(number.expose()),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auth() -> AuthRequest {
        AuthRequest {
            end_user_ip: IpAddr::from([192, 0, 2, 7]),
            user_visible_data: Some(VisibleText::for_auth("Hej").unwrap()),
            user_visible_data_format: Some(AuthRequest::SIMPLE_MARKDOWN),
            return_url: None,
            return_risk: true,
            web: None,
            requirement: Some(Requirement {
                personal_number: Some(Personnummer::from_digits("200001012384").unwrap()),
                ..Requirement::default()
            }),
        }
    }

    #[test]
    fn an_identification_is_written_as_the_api_wants_it() {
        assert_eq!(
            serde_json::to_value(auth()).unwrap(),
            serde_json::json!({
                "endUserIp": "192.0.2.7",
                "userVisibleData": "SGVq",
                "userVisibleDataFormat": "simpleMarkdownV1",
                "returnRisk": true,
                "requirement": { "personalNumber": "200001012384" },
            })
        );
    }

    #[test]
    fn a_signature_is_an_identification_with_more() {
        let sign = SignRequest {
            order: auth(),
            user_non_visible_data: Some("AA==".to_owned()),
        };
        let value = serde_json::to_value(sign).unwrap();
        assert_eq!(value["endUserIp"], "192.0.2.7");
        assert_eq!(value["userNonVisibleData"], "AA==");
    }

    #[test]
    fn a_visible_text_keeps_to_its_limit() {
        assert!(VisibleText::for_auth(&"a".repeat(1_125)).is_ok());
        assert_eq!(VisibleText::for_auth(&"a".repeat(1_126)), Err(TooLong));
    }

    #[test]
    fn a_request_does_not_print_the_number() {
        assert!(!format!("{:?}", auth()).contains("200001012384"));
    }
}
