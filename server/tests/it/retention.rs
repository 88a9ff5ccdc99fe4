//! How an admin changes how long the organisation keeps what it sends: nothing before they saw what it does.

use http::StatusCode;
use portal::Role;

use crate::browser::{Answer, Browser};
use crate::harness::App;
use crate::staff_support::form;

const MINUTE: i64 = 60_000;

/// The form as it begins for an organisation that has decided nothing, with some fields filled in otherwise.
fn filled_in(otherwise: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("version", "0"),
        ("minimum_days", "1"),
        ("maximum_days", "365"),
        ("days", "30"),
        ("counted_from", "sent"),
        ("purpose", ""),
        ("legal_ground", ""),
        ("type_new", ""),
        ("days_new", ""),
        ("counted_from_new", "sent"),
        ("purpose_new", ""),
        ("legal_ground_new", ""),
    ];
    for (name, value) in otherwise {
        match fields.iter_mut().find(|field| field.0 == *name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    form(&fields)
}

/// What a hidden field of a page holds, as a browser would send it back.
pub(crate) fn hidden(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let start = format!("name=\"{name}\" value=\"");
    let from = text.find(&start).unwrap_or_else(|| panic!("no {name} in {text}")) + start.len();
    let value = text[from..].split('"').next().unwrap();
    value
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

pub(crate) async fn look(karin: &mut Browser<'_>, otherwise: &[(&str, &str)]) -> Answer {
    karin.post("/staff/retention/effect", &filled_in(otherwise)).await
}

/// Saves what a page of an effect shows.
pub(crate) async fn save(karin: &mut Browser<'_>, effect: &Answer) -> Answer {
    let values = ["version", "policy", "gone_today"].map(|name| (name, hidden(effect, name)));
    let mut fields: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let declared = effect
        .text()
        .contains("name=\"declared\"")
        .then(|| hidden(effect, "declared"));
    if let Some(declared) = &declared {
        fields.push(("declared", declared));
    }
    karin.post("/staff/retention", &form(&fields)).await
}

#[tokio::test]
async fn an_admin_sees_what_a_change_does_and_then_saves_it() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let before = karin.get("/staff/retention").await.text();
    assert!(before.contains("30 dagar från att det skickades"), "{before}");
    assert_eq!(karin.get("/staff/retention/change").await.status, StatusCode::OK);

    let rule = [
        ("days", "20"),
        ("purpose", "Handläggning"),
        ("type_new", "beslut"),
        ("days_new", "14"),
        ("counted_from_new", "first_opened"),
        ("legal_ground_new", "Arkivlagen <1990:782>"),
    ];
    let effect = look(&mut karin, &rule).await;
    assert_eq!(effect.status, StatusCode::OK);
    assert!(effect.text().contains("Inget är ändrat än"), "{}", effect.text());
    let still = karin.get("/staff/retention").await.text();
    assert!(still.contains("30 dagar från att det skickades"), "{still}");

    assert_eq!(save(&mut karin, &effect).await.location(), "/staff/retention");
    let after = karin.get("/staff/retention").await.text();
    for shown in [
        "Reglerna gäller nu",
        "20 dagar från att det skickades",
        "14 dagar från att mottagaren öppnade det första gången, dock som längst 365 dagar",
        "Handläggning",
        "Arkivlagen &lt;1990:782&gt;",
        "av Karin Åkerström",
    ] {
        assert!(after.contains(shown), "{shown} in {after}");
    }
}

#[tokio::test]
async fn what_was_wrong_comes_back_where_it_was_wrong() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let long = "x".repeat(201);
    let limits = "Skriv ett helt antal dagar mellan gränserna";
    for (otherwise, told) in [
        (vec![("minimum_days", "0")], "minst 1 och inte fler"),
        (vec![("minimum_days", "366")], "minst 1 och inte fler"),
        (vec![("maximum_days", "366")], "som mest 365"),
        (vec![("maximum_days", "-1")], "som mest 365"),
        (vec![("days", "")], limits),
        (vec![("days", "-3")], limits),
        (vec![("days", "400")], limits),
        (vec![("days", "99999999999999")], limits),
        (vec![("purpose", long.as_str())], "högst 200 tecken"),
        (
            vec![("type_new", "på svenska"), ("days_new", "3")],
            "Ett namn är högst 64 tecken",
        ),
        (vec![("days_new", "3")], "Ett namn är högst 64 tecken"),
        (vec![("type_new", "beslut"), ("days_new", "")], limits),
        (
            vec![
                ("type_0", "beslut"),
                ("days_0", ""),
                ("type_new", "Beslut"),
                ("days_new", "3"),
            ],
            "finns redan i listan",
        ),
        (vec![], "samma regler som gäller nu"),
    ] {
        let answer = look(&mut karin, &otherwise).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{otherwise:?}");
        assert!(answer.text().contains(told), "{otherwise:?}: {}", answer.text());
    }
    // What was filled in is still there.
    let again = look(&mut karin, &[("days", "400"), ("purpose", "Handläggning & svar")]).await;
    assert!(
        again.text().contains("value=\"Handläggning &amp; svar\""),
        "{}",
        again.text()
    );
    // A type that the form never named as known.
    let unknown = look(&mut karin, &[("type_0", "okand"), ("days_0", "3")]).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_decision_made_in_another_tab_is_not_undone_unseen() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let first = look(&mut karin, &[("days", "20")]).await;
    let second = look(&mut karin, &[("days", "10")]).await;
    assert_eq!(save(&mut karin, &first).await.location(), "/staff/retention");
    let refused = save(&mut karin, &second).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("ändrades av någon annan"), "{}", refused.text());
    assert!(karin.get("/staff/retention").await.text().contains("20 dagar"));
    // Sent twice, as by an impatient finger: the second time decides nothing.
    assert_eq!(save(&mut karin, &first).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_change_stays_on_the_page_while_its_admin_confirms() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let effect = look(&mut karin, &[("days", "20")]).await;
    app.clock.advance_millis(6 * MINUTE);
    let asked = save(&mut karin, &effect).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text().contains("href=\"/staff/confirm\" target=\"_blank\""));
    assert_eq!(hidden(&asked, "policy"), hidden(&effect, "policy"));
    let confirmed = form(&[("password", crate::staff_support::PASSWORD)]);
    karin.post("/staff/confirm", &confirmed).await;
    assert_eq!(save(&mut karin, &asked).await.location(), "/staff/retention");
}

#[tokio::test]
async fn what_no_page_of_ours_sends_decides_nothing() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let effect = look(&mut karin, &[("days", "20")]).await;
    let policy = hidden(&effect, "policy");
    for (version, policy, status) in [
        ("0", "", StatusCode::BAD_REQUEST),
        ("0", "{}", StatusCode::BAD_REQUEST),
        ("0", &*policy.replace("20", "-20"), StatusCode::BAD_REQUEST),
        ("0", &*policy.replace("20", "4000"), StatusCode::BAD_REQUEST),
        ("", &*policy, StatusCode::UNPROCESSABLE_ENTITY),
        ("-1", &*policy, StatusCode::UNPROCESSABLE_ENTITY),
        ("7", &*policy, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = karin
            .post("/staff/retention", &form(&[("version", version), ("policy", policy)]))
            .await;
        assert_eq!(answer.status, status, "{version} {policy}");
    }
    assert!(karin.get("/staff/retention").await.text().contains("30 dagar"));
}

#[tokio::test]
async fn an_auditor_sees_the_rules_and_no_way_to_change_them() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    let text = eva.get("/staff/retention").await.text();
    assert!(
        text.contains("30 dagar") && !text.contains("/staff/retention/change"),
        "{text}"
    );
}
