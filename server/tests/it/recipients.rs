//! Recipients who are known by something else than a personnummer, or by more; and documents that ask for a higher level.

use std::collections::BTreeMap;

use base::Personnummer;
use http::StatusCode;
use portal::{AssuranceLevel, RecipientIdentifier, WorkInvitation};
use serde_json::{Map, Value, json};
use url::Url;

use crate::browser::{Answer, Browser};
use crate::harness::{ANNA, App, PROVIDER};
use crate::provider::LEVEL_3;
use crate::staff_support::form;

const PDF: &[u8] = b"%PDF-1.7\n%%EOF\n";
const OLD: &str = "197010632391";
const PRID: &str = "NO:05068907693";
const BINDING: &str = "http://id.swedenconnect.se/id-binding/process/swedish-eid";
const LEVEL_4: &str = "http://id.elegnamnden.se/loa/1.0/loa4";
const NORRBY: &str = "11111111-2222-4333-8444-555555555555";
const KARIN: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const EMAIL: &str = "karin.ek@norrby.example";

impl App {
    /// With a provider that says everything that the Swedish profile knows of a person, and a directory whose users may be recipients.
    async fn for_everybody() -> Self {
        Self::with(|text| {
            let (before, provider) = text.split_once(&format!("[providers.{PROVIDER}]")).unwrap();
            let issuer = provider
                .lines()
                .find_map(|line| line.trim().strip_prefix("issuer = \""));
            let issuer = issuer.unwrap().trim_end_matches('"');
            let level_3 = format!("\"{LEVEL_3}\" = 3");
            let provider = provider.replace(&level_3, &format!("{level_3}, \"{LEVEL_4}\" = 4"));
            format!(
                r#"{before}
                [providers.norrby]
                preset = "entra"
                kind = "recipient"
                label = "arbetskonto i Norrby"
                issuer = "{issuer}/{NORRBY}/v2.0"
                client_id = "postvalv"
                client_secret = "the secret at the directory"
                algorithms = ["ES256"]
                [providers.{PROVIDER}]
                previous_number = [{{ from = "user_info", claim = "before" }}]
                prid = [{{ from = "id_token", claim = "prid" }}]
                mapped_number = [{{ from = "user_info", claim = "mapped" }}]
                identity_binding = [{{ from = "user_info", claim = "binding" }}]
                identity_bindings = ["{BINDING}"]
                {provider}"#
            )
        })
        .await
    }

    /// With two providers up to level 4: one knows people by a number alone, the other by a prid, or by a number that is bound to it.
    async fn for_sweden_and_abroad() -> Self {
        Self::with(|text| {
            let (before, provider) = text.split_once(&format!("[providers.{PROVIDER}]")).unwrap();
            let level_3 = format!("\"{LEVEL_3}\" = 3");
            let provider = provider.replace(&level_3, &format!("{level_3}, \"{LEVEL_4}\" = 4"));
            let is_number = |line: &&str| line.trim().starts_with("number = ");
            let abroad: Vec<&str> = provider.lines().filter(|line| !is_number(line)).collect();
            let abroad = abroad.join("\n");
            format!(
                r#"{before}
                [providers.{PROVIDER}]
                {provider}
                [providers.abroad]
                prid = [{{ from = "id_token", claim = "prid" }}]
                mapped_number = [{{ from = "user_info", claim = "mapped" }}]
                identity_binding = [{{ from = "user_info", claim = "binding" }}]
                identity_bindings = ["{BINDING}"]
                {abroad}"#
            )
        })
        .await
    }

    /// What the provider says of whoever identifies next, in place of the number.
    fn says(&self, id_token: Value, user_info: Value) {
        self.provider.behave(|behaviour| {
            behaviour.claims = Box::new(move |claims| claims.extend(object(&id_token)));
            behaviour.user_info = Box::new(move |claims| {
                claims.remove("number");
                claims.extend(object(&user_info));
            });
        });
    }

    /// Who signs in to the directory next.
    fn at_norrby(&self, object: &str, email: &str) {
        let issuer = format!("{}/{NORRBY}/v2.0", self.provider.issuer());
        let said = json!({
            "iss": issuer, "tid": NORRBY, "oid": object, "sub": format!("pairwise of {object}"), "name": "Karin Ek",
            "preferred_username": email,
        });
        self.provider.behave(|behaviour| {
            behaviour.claims = Box::new(move |claims| {
                claims.remove("acr");
                claims.remove("country");
                claims.extend(self::object(&said));
            });
        });
    }
}

impl Browser<'_> {
    /// The titles of cases are all the same here, so the inbox says how many there are.
    async fn cases(&mut self) -> usize {
        self.get("/inbox").await.text().matches("href=\"/cases/").count()
    }

    async fn sign_in_at_norrby(&mut self, app: &App) -> Answer {
        let begun = self.post("/sign-in/norrby", "").await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
        let address = Url::parse(begun.location()).unwrap();
        let back = app.provider.answer_to(&address, "/sign-in/norrby/callback");
        self.get(&back).await
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn number(digits: &str) -> RecipientIdentifier {
    RecipientIdentifier::Number(Personnummer::from_digits(digits).unwrap())
}

fn invited(email: &str) -> RecipientIdentifier {
    RecipientIdentifier::Invitation(WorkInvitation::new(NORRBY.parse().unwrap(), email).unwrap())
}

#[tokio::test]
async fn who_has_a_personnummer_now_reads_what_came_to_their_samordningsnummer() {
    let app = App::for_everybody().await;
    let (sender, _) = app.sender("Norrby kommun").await;
    for to in [OLD, ANNA] {
        app.message_to(&sender, number(to), &[], |_| {}).await;
    }
    let mut browser = app.browser();
    app.says(json!({}), json!({ "number": ANNA, "before": OLD }));
    let address = browser.begin().await;
    let query: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
    let claims: Value = serde_json::from_str(&query["claims"]).unwrap();
    assert_eq!(claims["userinfo"], json!({ "before": null }));
    browser.get(&app.provider.identify(&address)).await;
    assert_eq!(browser.cases().await, 2);
    // Both: who she was, and who she is.
    assert_eq!(app.audited().await.get("recipient.linked/bankid"), Some(&2));
}

#[tokio::test]
async fn a_number_before_that_is_none_signs_nobody_in() {
    let app = App::for_everybody().await;
    for before in [json!("197701172392"), json!("1"), json!(7)] {
        let mut browser = app.browser();
        app.says(json!({}), json!({ "number": ANNA, "before": before }));
        let answer = browser.sign_in().await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(!browser.is_signed_in().await);
    }
    assert_eq!(
        app.audited().await.get("recipient.sign-in-refused/missing-claim"),
        Some(&3)
    );
}

#[tokio::test]
async fn a_foreign_e_id_reads_its_own_and_a_swedish_numbers_only_when_bound_to_it() {
    let app = App::for_everybody().await;
    let (sender, _) = app.sender("Norrby kommun").await;
    app.message_to(&sender, RecipientIdentifier::Prid(PRID.parse().unwrap()), &[], |_| {})
        .await;
    for _ in 0..2 {
        app.message_to(&sender, number(ANNA), &[], |_| {}).await;
    }
    for (user_info, cases) in [
        (json!({}), 1),
        (json!({ "mapped": ANNA }), 1),
        (json!({ "mapped": ANNA, "binding": "http://other.example" }), 1),
        (
            json!({ "mapped": ANNA, "binding": format!("http://other.example;{BINDING}") }),
            3,
        ),
    ] {
        let mut browser = app.browser();
        app.says(json!({ "prid": PRID }), user_info.clone());
        assert_eq!(browser.sign_in().await.location(), "/inbox", "{user_info}");
        assert_eq!(browser.cases().await, cases, "{user_info}");
    }
    let mut nobody = app.browser();
    app.says(json!({}), json!({ "mapped": ANNA, "binding": BINDING }));
    assert_eq!(nobody.sign_in().await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_work_account_answers_its_invitation_once_and_by_its_directory_alone() {
    let app = App::for_everybody().await;
    let (sender, _) = app.sender("Norrby kommun").await;
    app.message_to(&sender, invited(EMAIL), &[], |_| {}).await;

    let mut karin = app.browser();
    app.at_norrby(KARIN, "Karin.Ek@norrby.example");
    let answer = karin.sign_in_at_norrby(&app).await;
    assert_eq!(answer.location(), "/inbox", "{}", answer.text());
    assert_eq!(karin.cases().await, 1);

    // The address is somebody else's now.
    let mut heir = app.browser();
    app.at_norrby("aaaaaaaa-0000-4000-8000-000000000002", EMAIL);
    heir.sign_in_at_norrby(&app).await;
    assert_eq!(heir.cases().await, 0);
    let mut karin = app.browser();
    app.at_norrby(KARIN, "karin.berg@norrby.example");
    karin.sign_in_at_norrby(&app).await;
    assert_eq!(karin.cases().await, 1);

    // A token that names another directory, or no user, is nobody's.
    for (claim, value) in [
        ("tid", json!("99999999-2222-4333-8444-555555555555")),
        ("oid", json!(null)),
    ] {
        app.at_norrby(KARIN, EMAIL);
        app.provider.behave(|behaviour| {
            let honest = std::mem::replace(&mut behaviour.claims, Box::new(|_| {}));
            behaviour.claims = Box::new(move |claims| {
                honest(claims);
                claims.insert(claim.to_owned(), value.clone());
            });
        });
        let mut nobody = app.browser();
        assert_eq!(nobody.sign_in_at_norrby(&app).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_provider_for_recipients_is_no_way_in_for_staff_and_one_for_both_is() {
    let app = App::for_everybody().await;
    let norrby = app.organisation("Norrby kommun").await;
    let operator = portal::OperatorActor::on_this_host(app.request_info());
    let tenant = NORRBY.parse().unwrap();
    app.portal.add_tenant(&operator, norrby.id, tenant).await.unwrap();
    let mut browser = app.browser();
    let answer = browser
        .post("/staff/sign-in/norrby-kommun/work-account/norrby", "")
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    // And the one for staff is none for recipients.
    assert_eq!(browser.post("/sign-in/entra", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_document_that_asks_for_a_higher_level_shows_nothing_and_offers_the_way_to_it() {
    let app = App::for_everybody().await;
    let (sender, _) = app.sender("Norrby kommun").await;
    let files: [(&str, &str, &[u8]); 2] = [
        ("brev.pdf", "application/pdf", PDF),
        ("journal.pdf", "application/pdf", PDF),
    ];
    app.message_to(&sender, number(ANNA), &files, |draft| {
        draft.files[1].minimum_level = Some(AssuranceLevel::Four);
    })
    .await;
    let mut browser = app.signed_in(ANNA).await;
    let case = browser.get("/inbox").await.id_after("/cases/");
    let page = browser.get(&format!("/cases/{case}")).await;
    assert!(page.text().contains("brev.pdf") && !page.text().contains("journal.pdf"));
    let locked = page.text().rsplit_once("/documents/").unwrap().1[..36].to_owned();

    let document = browser.get(&format!("/documents/{locked}")).await;
    assert_eq!(document.status, StatusCode::FORBIDDEN);
    assert!(!document.text().contains("journal"));
    // The directory gives no such level, so its button is not there.
    assert!(document.text().contains("/sign-in/bankid") && !document.text().contains("/sign-in/norrby"));
    let content = browser.get(&format!("/documents/{locked}/content")).await;
    assert_eq!(
        (content.status, content.location()),
        (StatusCode::SEE_OTHER, &*format!("/documents/{locked}"))
    );

    // The form asks the provider for that level and brings the person back to the document.
    let fields = form(&[("document", &locked), ("level", "4")]);
    let begun = browser.post("/sign-in/bankid", &fields).await;
    let address = Url::parse(begun.location()).unwrap();
    let query: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
    let claims: Value = serde_json::from_str(&query["claims"]).unwrap();
    assert_eq!(claims["id_token"]["acr"]["values"], json!([LEVEL_4]));
    app.provider.behave(|behaviour| {
        behaviour.claims = Box::new(|claims| {
            claims.insert("acr".to_owned(), LEVEL_4.into());
        });
    });
    let back = browser.get(&app.provider.identify(&address)).await;
    assert_eq!(back.location(), format!("/documents/{locked}"));
    let document = browser.get(&format!("/documents/{locked}")).await;
    assert_eq!(document.status, StatusCode::OK);
    assert!(document.text().contains("journal.pdf"));
    let content = browser.get(&format!("/documents/{locked}/content")).await;
    assert_eq!(content.body, PDF);
}

#[tokio::test]
async fn a_locked_document_offers_the_ways_in_by_which_the_same_person_comes() {
    let app = App::for_sweden_and_abroad().await;
    let (sender, _) = app.sender("Norrby kommun").await;
    let prid = RecipientIdentifier::Prid(PRID.parse().unwrap());
    for to in [prid, number(ANNA)] {
        let files = [("journal.pdf", "application/pdf", PDF)];
        app.message_to(&sender, to, &files, |draft| {
            draft.files[0].minimum_level = Some(AssuranceLevel::Four);
        })
        .await;
    }
    let with_prid = json!({ "prid": PRID });
    for (through, id_token, user_info, offered) in [
        (PROVIDER, json!({}), json!({ "number": ANNA }), vec![PROVIDER]),
        ("abroad", with_prid.clone(), json!({}), vec!["abroad"]),
        // Whose number is bound to the e-ID is the same person through either.
        (
            "abroad",
            with_prid,
            json!({ "mapped": ANNA, "binding": BINDING }),
            vec!["abroad", PROVIDER],
        ),
    ] {
        app.says(id_token, user_info);
        let mut browser = app.browser();
        let begun = browser.post(&format!("/sign-in/{through}"), "").await;
        let address = Url::parse(begun.location()).unwrap();
        let back = app
            .provider
            .answer_to(&address, &format!("/sign-in/{through}/callback"));
        assert_eq!(browser.get(&back).await.location(), "/inbox");
        let case = browser.get("/inbox").await.id_after("/cases/");
        let locked = browser.get(&format!("/cases/{case}")).await.id_after("/documents/");
        let page = browser.get(&format!("/documents/{locked}")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        let is_offered = |way: &&str| page.text().contains(&format!("action=\"/sign-in/{way}\""));
        let ways: Vec<&str> = ["abroad", PROVIDER].into_iter().filter(is_offered).collect();
        assert_eq!(ways, offered, "{through}");
    }
}
