//! What an organisation's systems and directories do, and what is done with them.

use std::collections::BTreeSet;

use base::{AllowedNetworks, TenantId};
use uuid::Uuid;

use super::{act, acts, each_is_done_with_its_row_alone};
use crate::provisioning::{GroupAttributes, UserAttributes};
use crate::test_support::{Norrby, number, on_both_databases};
use crate::{NewProvisioningToken, NewSystem, ProvisionedGroup, ProvisionedUser, ProvisioningError, Scope};

fn user(name: &str) -> UserAttributes {
    UserAttributes {
        user_name: name.to_owned(),
        active: true,
        ..UserAttributes::default()
    }
}

fn group(name: &str) -> GroupAttributes {
    GroupAttributes {
        display_name: name.to_owned(),
        external_id: None,
    }
}

fn directory_token() -> NewProvisioningToken {
    NewProvisioningToken {
        name: "Katalogen".to_owned(),
        tenant: None,
        days: 30,
    }
}

on_both_databases! {
    async fn nothing_is_done_with_systems_or_directories_or_by_them_without_its_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (admin, operator, portal) = (norrby.admin(&test).await, test.operator(), &test.portal);
        let (closes, reopens) = (norrby.send(&test, 1, 30).await, norrby.send(&test, 1, 30).await);
        let [closes, reopens] = [closes, reopens].map(|sent| sent.deliveries[0].case);
        portal.close_case(&admin, reopens).await.unwrap();
        let (system, secret) = test.system(norrby.id, &Scope::ALL).await;
        let second = portal.add_secret(&admin, system, Some(30)).await.unwrap().id;
        let (gone, _) = test.system(norrby.id, &Scope::ALL).await;
        let new = NewSystem {
            name: "ärendesystem".to_owned(),
            scopes: vec![Scope::MessagesSend],
            networks: AllowedNetworks::anywhere(),
        };
        let networks: AllowedNetworks = "192.0.2.0/24".parse().unwrap();
        let made = portal.create_provisioning_token(&operator, norrby.id, directory_token()).await.unwrap();
        let directory = portal.provisioning_actor(&made.token, test.request()).await.unwrap();
        let spare = portal.create_provisioning_token(&operator, norrby.id, directory_token()).await.unwrap().id;
        let olle = portal.provision_user(&directory, user("olle@norrby.example")).await.unwrap().id;
        let bo = portal.provision_user(&directory, user("bo@norrby.example")).await.unwrap().id;
        let (none, olles) = (BTreeSet::new(), BTreeSet::from([olle]));
        let school = portal.provision_group(&directory, &group("Skolan"), &none).await.unwrap().id;
        let care = portal.provision_group(&directory, &group("Omsorgen"), &none).await.unwrap().id;
        let new_group = group("Socialtjänsten");
        let say = |before: &ProvisionedUser| {
            let mut after = before.attributes.clone();
            after.user_name = "olle.berg@norrby.example".to_owned();
            Ok::<_, ProvisioningError>(after)
        };
        let rename = |before: &ProvisionedGroup| {
            let mut after = before.attributes.clone();
            after.display_name = "Skolorna".to_owned();
            Ok::<_, ProvisioningError>((after, before.members.clone()))
        };
        let (leaving, coming) = (TenantId::from_uuid(Uuid::from_u128(1)), TenantId::from_uuid(Uuid::from_u128(2)));
        portal.add_tenant(&operator, norrby.id, leaving).await.unwrap();
        let request = test.request();
        let numbers = vec![number(0)];

        each_is_done_with_its_row_alone(&test, acts! {
            TokenIssued: portal.issue_token(system, &secret, None, request.clone());
            RecipientsMatched: portal.match_recipients(&norrby.system, numbers.clone());
            CaseClosed: portal.close_case_by_system(&norrby.system, closes);
            CaseReopened: portal.reopen_case_by_system(&norrby.system, reopens);
            SystemCreated: portal.create_system(&admin, norrby.id, new.clone());
            SystemNetworksChanged: portal.set_networks(&admin, system, networks.clone());
            SystemScopesChanged: portal.set_scopes(&admin, system, &[Scope::MessagesSend]);
            CredentialWithdrawn: portal.withdraw_credential(&admin, system, second);
            SystemDisabled: portal.disable_system(&admin, gone);
            CredentialAdded: portal.add_secret(&admin, system, Some(30));
            ProvisioningTokenWithdrawn: portal.withdraw_provisioning_token(&admin, norrby.id, spare);
            ProvisioningTokenCreated: portal.create_provisioning_token(&admin, norrby.id, directory_token());
            StaffProvisioned: portal.provision_user(&directory, user("eva@norrby.example"));
            StaffProvisioningChanged: portal.change_provisioned_user(&directory, olle, say);
            StaffProvisioningEnded: portal.remove_provisioned_user(&directory, bo);
            GroupCreated: portal.provision_group(&directory, &new_group, &olles);
            GroupChanged: portal.change_provisioned_group(&directory, school, rename);
            GroupDeleted: portal.remove_provisioned_group(&directory, care);
            TenantRemoved: portal.remove_tenant(&operator, norrby.id, leaving);
            TenantAdded: portal.add_tenant(&operator, norrby.id, coming);
        })
        .await;
    }
}
