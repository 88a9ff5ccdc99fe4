//! What somebody agrees to who gives an address of their own for mails.

use portal::MailConsent;

use crate::texts::{Language, Texts};

/// What people call the text. Another text has another version.
const VERSION: &str = "1";

/// The text as it is now, in each language.
#[must_use]
pub fn mail_consent() -> MailConsent {
    let [swedish, english] =
        [Language::Swedish, Language::English].map(|language| Texts::of(language).get("mail-consent"));
    MailConsent {
        version: VERSION.to_owned(),
        swedish,
        english,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What somebody agreed to must be told apart by its version too. A text that allows more must be asked for anew of whoever agreed to
    /// less; see decision 0046.
    #[test]
    fn another_text_has_another_version() {
        let now = mail_consent();
        let known = ("1", "81285cfcdf03039c1b38309bd28711d7830ca7c4a32170dc14c42fbfb9c70ed6");
        assert_eq!((now.version.as_str(), now.hash().as_str()), known);
    }
}
