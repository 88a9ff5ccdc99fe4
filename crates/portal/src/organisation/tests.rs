//! Setting up organisations.

use jiff::tz::{Offset, TimeZone};

use super::{NewOrganisation, SetUpError};
use crate::test_support::{PDF, draft, on_both_databases};
use crate::{Portal, Scope};

fn named(name: &str) -> NewOrganisation {
    NewOrganisation {
        name: name.to_owned(),
        retention_days: None,
        time_zone: None,
    }
}

on_both_databases! {
    async fn an_organisation_has_the_portals_defaults_unless_it_says_otherwise(portal: TestPortal) {
        let operator = portal.operator();
        let plain = portal.portal.create_organisation(&operator, named(" Norrby kommun ")).await.unwrap();
        assert_eq!(plain.name, "Norrby kommun");
        assert_eq!(plain.retention_days, 30);
        assert_eq!(plain.time_zone.iana_name(), Some("Europe/Stockholm"));
        portal.clock.advance_millis(1);
        let own = NewOrganisation {
            retention_days: Some(40),
            time_zone: Some(TimeZone::get("Europe/Helsinki").unwrap()),
            ..named("Österby stad")
        };
        portal.portal.create_organisation(&operator, own).await.unwrap();
        let listed = portal.portal.list_organisations(&operator).await.unwrap();
        let listed: Vec<_> = listed
            .iter()
            .map(|organisation| (organisation.name.as_str(), organisation.retention_days))
            .collect();
        assert_eq!(listed, [("Norrby kommun", 30), ("Österby stad", 40)]);
    }

    async fn an_organisation_is_found_by_its_name_in_addresses_or_its_id_also_when_two_have_one_name(portal: TestPortal) {
        let node = portal.another_node().await;
        let operator = portal.operator();
        let both = futures::future::join(
            portal.portal.create_organisation(&operator, named("Östersunds kommun")),
            node.create_organisation(&operator, named("Östersunds kommun")),
        );
        let (one, other) = both.await;
        let (one, other) = (one.unwrap(), other.unwrap());
        let mut slugs = [one.slug.clone().unwrap(), other.slug.clone().unwrap()];
        slugs.sort();
        assert_eq!(slugs, ["ostersunds-kommun", "ostersunds-kommun-2"]);
        for organisation in [&one, &other] {
            for address in [organisation.slug.clone().unwrap(), organisation.id.to_string()] {
                assert_eq!(portal.portal.organisation_at(&address).await.unwrap().unwrap().id, organisation.id);
            }
        }
        for nowhere in ["", "ostersunds", "Ostersunds-Kommun", "0192f0c1-2345-7abc-8def-0123456789ab"] {
            assert!(portal.portal.organisation_at(nowhere).await.unwrap().is_none(), "{nowhere}");
        }
    }

    async fn a_mistake_creates_nothing(portal: TestPortal) {
        let operator = portal.operator();
        for name in ["", "  ", "två\nrader", &"å".repeat(101)] {
            let refused = portal.portal.create_organisation(&operator, named(name)).await;
            assert!(matches!(refused, Err(SetUpError::InvalidName)), "{name:?}");
        }
        for days in [0, 41] {
            let new = NewOrganisation { retention_days: Some(days), ..named("Norrby") };
            let refused = portal.portal.create_organisation(&operator, new).await;
            assert!(matches!(refused, Err(SetUpError::RetentionOutsideLimits { ceiling_days: 40 })));
        }
        let offset = TimeZone::fixed(Offset::constant(1));
        let new = NewOrganisation { time_zone: Some(offset), ..named("Norrby") };
        let refused = portal.portal.create_organisation(&operator, new).await;
        assert!(matches!(refused, Err(SetUpError::UnnamedTimeZone)));
        assert!(portal.portal.list_organisations(&operator).await.unwrap().is_empty());
    }

    async fn a_message_ends_at_the_midnight_of_its_organisation(portal: TestPortal) {
        let new = NewOrganisation {
            retention_days: Some(7),
            time_zone: Some(TimeZone::get("America/New_York").unwrap()),
            ..named("Överseas")
        };
        let organisation = portal.portal.create_organisation(&portal.operator(), new).await.unwrap();
        let (system, secret) = portal.system(organisation.id, &[Scope::MessagesSend]).await;
        let token = portal.portal.issue_token(system, &secret, None, portal.request()).await.unwrap();
        let sender = portal.portal.system_actor(&token.token, portal.request()).await.unwrap();
        let receipt = portal.send_all(&sender, "key", draft(1), &[PDF]).await.unwrap();
        assert_eq!(receipt.deliveries[0].expires_at.to_rfc3339(), "2026-11-30T05:00:00Z");
        assert_eq!(portal.portal.sender(&sender).await.unwrap().name, "Överseas");
    }

    async fn a_ceiling_that_was_lowered_cuts_what_organisations_chose_before(portal: TestPortal) {
        let sender = portal.sender().await;
        let mut settings = portal.settings.clone();
        settings.retention_ceiling_days = 3;
        let node = Portal::open(settings, portal.clock.clock()).await.unwrap();
        let key = crate::IdempotencyKey::parse("key").unwrap();
        let mut text_only = draft(1);
        text_only.files.clear();
        let receipt = node.begin_message(&sender, key, text_only).await.unwrap().finish().await.unwrap();
        assert_eq!(receipt.deliveries[0].expires_at.to_rfc3339(), "2026-11-25T23:00:00Z");
    }
}
