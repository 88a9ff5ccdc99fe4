//! Staff for tests: organisations, invitations, and browsers in which somebody works.

use http::StatusCode;
use jiff::tz::TimeZone;
use portal::{MessageReceipt, NewOrganisation, OperatorActor, Organisation, Role};

use crate::api_support::PDF;
use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App};

/// A password that nobody guesses.
pub(crate) const PASSWORD: &str = "blåbär cykelställ 7 tegelsten";
/// The e-mail address of the first admin.
pub(crate) const KARIN: &str = "karin@norrby.example";

/// Fields of a form as a browser sends them.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// A form that any of the routes can read, and none can do anything with.
pub(crate) fn any_form() -> String {
    form(&[
        ("name", "Bo Ek"),
        ("email", "no address"),
        ("role", "sender"),
        ("first_day", "never"),
        ("last_day", "never"),
        ("password", "wrong"),
        ("code", "000000"),
        ("current_password", "wrong"),
        ("new_password", "a"),
        ("repeated_password", "b"),
        ("days", "none"),
        ("key", "none"),
        ("directory", "none"),
        ("networks", "nowhere"),
        ("address", "nowhere"),
        ("key_set_days", "none"),
        ("password_days", "none"),
        ("version", "none"),
        ("failed_tries", "0"),
        ("until", "0"),
    ])
}

impl Browser<'_> {
    /// Says that what the account's page tells is seen.
    pub(crate) async fn say_seen(&mut self) -> Answer {
        let page = self.get("/staff/account").await.text();
        let field = |name: &str| {
            let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
            rest.split_once('"').unwrap().0.to_owned()
        };
        let seen = form(&[("failed_tries", &field("failed_tries")), ("until", &field("until"))]);
        self.post("/staff/account/notices", &seen).await
    }
}

/// The fields of a new password.
pub(crate) fn new_password(password: &str) -> String {
    form(&[("new_password", password), ("repeated_password", password)])
}

impl App {
    /// A portal whose operator leaves it to the organisations whether a second factor is needed.
    pub(crate) async fn without_second_factor() -> Self {
        Self::with(|text| format!("{text}\n[staff]\nsecond_factor_required = false\n")).await
    }

    /// A message of "Norrby kommun" to Anna, and an admin of it.
    pub(crate) async fn sent_to_anna(&self) -> (MessageReceipt, Browser<'_>) {
        let (system, _) = self.sender("Norrby kommun").await;
        let receipt = self
            .message(&system, ANNA, &[("beslut.pdf", "application/pdf", PDF)])
            .await;
        let organisation = self.portal.organisation_at("norrby-kommun").await.unwrap().unwrap();
        let link = self.invitation(&organisation).await;
        let mut admin = self.browser();
        assert_eq!(admin.post(&link, &new_password(PASSWORD)).await.location(), "/staff");
        (receipt, admin)
    }

    /// An organisation with that name.
    pub(crate) async fn organisation(&self, name: &str) -> Organisation {
        self.organisation_in(name, None).await
    }

    /// The same in another time zone than the portal.
    pub(crate) async fn organisation_in(&self, name: &str, time_zone: Option<TimeZone>) -> Organisation {
        let operator = OperatorActor::on_this_host(self.request_info());
        let new = NewOrganisation {
            name: name.to_owned(),
            retention_days: None,
            time_zone,
        };
        self.portal.create_organisation(&operator, new).await.unwrap()
    }

    /// The address of an invitation for an organisation's first admin, Karin.
    pub(crate) async fn invitation(&self, organisation: &Organisation) -> String {
        let operator = OperatorActor::on_this_host(self.request_info());
        let invitation = self
            .portal
            .invite_first_admin(&operator, organisation.id, "Karin Åkerström", KARIN)
            .await
            .unwrap();
        format!("/staff/invitations/{}", invitation.token.expose())
    }

    /// A browser in which Karin, the admin of Norrby kommun, works; nobody needs a second factor.
    pub(crate) async fn admin(&self) -> Browser<'_> {
        let norrby = self.organisation("Norrby kommun").await;
        let link = self.invitation(&norrby).await;
        let mut karin = self.browser();
        assert_eq!(karin.post(&link, &new_password(PASSWORD)).await.location(), "/staff");
        karin
    }
}

impl App {
    /// A browser in which somebody works whom the admin invites with that role.
    pub(crate) async fn colleague(&self, admin: &mut Browser<'_>, name: &str, role: Role) -> Browser<'_> {
        let email = format!("{}@norrby.example", name.to_lowercase());
        let fields = form(&[
            ("name", name),
            ("email", &email),
            ("role", role.as_str()),
            ("first_day", ""),
            ("last_day", ""),
        ]);
        let answer = admin.post("/staff/members", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let link = answer.link();
        let mut colleague = self.browser();
        assert_eq!(
            colleague.post(&link, &new_password(PASSWORD)).await.location(),
            "/staff"
        );
        colleague
    }
}

impl Answer {
    /// The path of the invitation that the page shows.
    pub(crate) fn link(&self) -> String {
        let text = self.text();
        let start = text
            .find("/staff/invitations/")
            .unwrap_or_else(|| panic!("no link in {text}"));
        let link = text[start..].split(['<', '"']).next().unwrap();
        link.to_owned()
    }
}

impl Browser<'_> {
    /// Gives an e-mail address and a password on Norrby kommun's page.
    pub(crate) async fn give_password(&mut self, email: &str, password: &str) -> Answer {
        let fields = form(&[("email", email), ("password", password)]);
        self.post("/staff/sign-in/norrby-kommun", &fields).await
    }

    /// Sends these rules, as the page would that shows those of now.
    pub(crate) async fn post_rules(&mut self, fields: &[(&str, &str)]) -> Answer {
        let page = self.get("/staff/sign-in-rules").await.text();
        let version = page.split("name=\"version\" value=\"").nth(1);
        let version = version.and_then(|rest| rest.split('"').next()).unwrap();
        let fields: Vec<_> = fields.iter().copied().chain([("version", version)]).collect();
        self.post("/staff/sign-in-rules", &form(&fields)).await
    }

    /// Whether a staff member is signed in.
    pub(crate) async fn is_staff(&mut self) -> bool {
        self.copy().get("/staff/sessions").await.status == StatusCode::OK
    }
}
