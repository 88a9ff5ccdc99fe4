//! Links that open the BankID app on the device where the person is.

use base::SecretString;
use url::Url;

/// The addresses that open the app. The person taps the link; a script that opens it is stopped by browsers.
#[derive(Clone, Debug)]
pub struct AutostartUrls {
    /// For phones and tablets: a universal link, `https://app.bankid.com/` unless configured.
    pub phone: Url,
    /// For desktops: the app's own scheme, `bankid:///` unless configured.
    pub desktop: Url,
}

impl AutostartUrls {
    /// The link for an order on a phone or tablet.
    #[must_use]
    pub fn on_phone(&self, autostart_token: &SecretString) -> String {
        with_token(&self.phone, autostart_token)
    }

    /// The link for an order on a desktop. `redirect=null` keeps the program from opening a page on its own; the
    /// order's return address still counts.
    #[must_use]
    pub fn on_desktop(&self, autostart_token: &SecretString) -> String {
        let mut link = with_token(&self.desktop, autostart_token);
        link.push_str("&redirect=null");
        link
    }
}

impl Default for AutostartUrls {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "constants")]
        let url = |text| Url::parse(text).expect("a constant address");
        Self {
            phone: url("https://app.bankid.com/"),
            desktop: url("bankid:///"),
        }
    }
}

fn with_token(base: &Url, autostart_token: &SecretString) -> String {
    let mut link = base.clone();
    link.query_pairs_mut()
        .append_pair("autostarttoken", autostart_token.expose());
    link.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_gets_the_universal_link_and_a_desktop_the_scheme() {
        let urls = AutostartUrls::default();
        let token = SecretString::new("a1b2-c3".to_owned());
        assert_eq!(urls.on_phone(&token), "https://app.bankid.com/?autostarttoken=a1b2-c3");
        assert_eq!(
            urls.on_desktop(&token),
            "bankid:///?autostarttoken=a1b2-c3&redirect=null"
        );
    }
}
