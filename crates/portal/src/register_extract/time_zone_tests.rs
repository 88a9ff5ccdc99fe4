//! Last days are those of the organisation, whatever day it is where the installation is.

use std::time::Duration;

use super::tests::opened;
use crate::test_support::on_both_databases;
use crate::{DataRequestKind, NewDataRequest, NewOrganisation, Scope};

on_both_databases! {
    async fn the_last_day_of_an_extended_case_is_the_organisations_own(portal: TestPortal) {
        // Its midnight is an hour into the next day of the installation.
        let new = NewOrganisation {
            name: "Câmara de Norrby".to_owned(),
            retention_days: None,
            time_zone: Some(jiff::tz::TimeZone::get("Europe/Lisbon").unwrap()),
        };
        let id = portal.portal.create_organisation(&portal.operator(), new).await.unwrap().id;
        let karin = portal.first_admin_of(id).await;
        let (system, secret) = portal.system(id, &Scope::ALL).await;
        let issued = portal.portal.issue_token(system, &secret, None, portal.request()).await.unwrap();
        let system = portal.portal.system_actor(&issued.token, portal.request()).await.unwrap();
        let case = portal.send(&system, "1", 1).await.deliveries[0].case;
        let (_, last_day) = portal.portal.staff_case(&karin, case).await.unwrap().extensible.unwrap();
        portal.portal.extend_case(&karin, case, last_day, "Överklagat").await.unwrap();
        let anna = portal.sign_in(0).await;
        let kept = opened(&portal.portal, &anna).await.cases.remove(0);
        let here = kept.extended_until.unwrap().to_jiff().to_zoned(portal.settings.time_zone.clone());
        assert_eq!((here.date(), here.hour()), (last_day.tomorrow().unwrap(), 1));
        assert_eq!(kept.extended_to, Some(last_day));
    }

    async fn the_last_day_of_a_request_is_the_organisations_own(portal: TestPortal) {
        let new = NewOrganisation {
            name: "Câmara de Norrby".to_owned(),
            retention_days: None,
            time_zone: Some(jiff::tz::TimeZone::get("Europe/Lisbon").unwrap()),
        };
        let id = portal.portal.create_organisation(&portal.operator(), new).await.unwrap().id;
        let (system, secret) = portal.system(id, &Scope::ALL).await;
        let issued = portal.portal.issue_token(system, &secret, None, portal.request()).await.unwrap();
        let system = portal.portal.system_actor(&issued.token, portal.request()).await.unwrap();
        portal.send(&system, "1", 1).await;
        // Half an hour before midnight there, and after it here.
        portal.clock.set(portal.now().day().end() - Duration::from_secs(30 * 60));
        let anna = portal.sign_in(0).await;
        let new = NewDataRequest {
            form: portal.portal.new_request_form(),
            organisation: id,
            case: None,
            kind: DataRequestKind::Erasure,
            text: String::new(),
        };
        let request = portal.portal.make_request(&anna, &new).await.unwrap();
        assert_eq!(opened(&portal.portal, &anna).await.requests[0].last_day, None);
        portal.portal.withdraw_request(&anna, request).await.unwrap();
        let kept = opened(&portal.portal, &anna).await.requests.remove(0);
        let until = kept.kept_until.unwrap().to_jiff();
        let (there, here) = (until.in_tz("Europe/Lisbon").unwrap(), until.to_zoned(portal.settings.time_zone.clone()));
        assert_eq!(kept.last_day, Some(there.date()));
        assert_eq!(kept.last_day.unwrap().tomorrow().unwrap(), here.date());
    }
}
