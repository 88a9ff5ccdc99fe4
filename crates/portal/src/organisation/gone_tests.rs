//! What comes of an act whose organisation is deleted between the making of the actor and the act.

use std::collections::BTreeSet;

use base::{AllowedNetworks, CaseId, ObjectId, OrganisationId, Timestamp};
use uuid::Uuid;

use super::finder::lock_row_alone;
use super::{NotLocked, lock_row};
use crate::database::WriteTransaction;
use crate::test_support::{
    Norrby, PASSWORD, TestPortal, directory, draft, every_row, new_member, number, on_both_databases, policy_of,
    secret, whatever_goes,
};
use crate::{
    CaseError, ChangeRetentionError, ChangeStaffError, ChangeWebhookError, Decided, Denied, GroupAttributes,
    InviteError, NewOrganisationExtract, NewProvisioningToken, NewSystem, OrganisationExtractError, Portal,
    ProvisioningError, ProvisioningTokenError, Role, Scope, SecondFactorError, SeeStaffError, SendError, SessionKey,
    SignInRules, StaffActor, StaffSignInError, SystemActor, SystemError, SystemSetUpError, TenantError, UserAttributes,
    Validity, VouchedStaff, WebhookAddress, WorkAccount, WorkAccountError,
};

/// Whether somebody is told that their organisation is gone.
const GONE: Denied = Denied::OrganisationGone;

fn webhook(host: &str) -> WebhookAddress {
    WebhookAddress::parse(&format!("https://{host}/postvalv")).unwrap()
}

fn new_token() -> NewProvisioningToken {
    NewProvisioningToken {
        name: "Okta".to_owned(),
        tenant: None,
        days: 30,
    }
}

/// What an admin sees and changes, each with whether it says that the organisation is gone.
async fn acts_of_retention(portal: &Portal, karin: &StaffActor, olle: &StaffActor, sent: &NewOrganisationExtract) {
    let pending = portal.0.ids.next();
    let retention = [
        ("see", portal.retention(karin).await.map(drop)),
        ("weeks", portal.due_weeks(karin).await.map(drop)),
        (
            "effect",
            portal.retention_effect(karin, policy_of(5), None).await.map(drop),
        ),
        (
            "change",
            portal
                .change_retention(karin, whatever_goes(0), policy_of(5), None)
                .await
                .map(drop),
        ),
        (
            "approval",
            portal.require_retention_approval(karin, false).await.map(drop),
        ),
        ("see approval", portal.retention_approval(karin).await.map(drop)),
        ("approve", portal.approve_retention(olle, pending, u64::MAX).await),
        ("withdraw", portal.withdraw_retention(karin, pending).await),
    ];
    for (act, refused) in retention {
        assert!(
            matches!(refused, Err(ChangeRetentionError::Denied(GONE))),
            "{act}: {refused:?}"
        );
    }
    let webhooks = [
        portal.set_audit_webhook(karin, &webhook("other.example")).await,
        portal.remove_audit_webhook(karin).await,
    ];
    for refused in webhooks {
        assert!(matches!(refused, Err(ChangeWebhookError::Denied(GONE))), "{refused:?}");
    }
    let refused = portal.make_organisation_extract(karin, sent).await;
    assert!(matches!(refused, Err(OrganisationExtractError::Denied(GONE))));
    let refused = portal.organisation_extracts(karin).await;
    assert!(matches!(refused, Err(OrganisationExtractError::Denied(GONE))));
    let own = karin.organisation_id();
    let refused = portal.create_provisioning_token(karin, own, new_token()).await;
    assert!(matches!(refused, Err(ProvisioningTokenError::Denied(GONE))));
}

/// What an admin sees and changes of staff, and what the operator does.
async fn acts_on_staff(test: &TestPortal, karin: &StaffActor, olle: &StaffActor) {
    let (portal, operator, own) = (&test.portal, test.operator(), karin.organisation_id());
    let colleague = olle.staff_id();
    let changes = [
        portal.sign_in_rules(karin).await.map(drop),
        portal.change_sign_in_rules(karin, "", SignInRules::default()).await,
        portal
            .change_staff(karin, colleague, Role::Sender, Validity::default())
            .await,
        portal.deactivate_staff(karin, colleague).await,
    ];
    for refused in changes {
        assert!(matches!(refused, Err(ChangeStaffError::Denied(GONE))), "{refused:?}");
    }
    let new = || new_member("Lena Ek", "lena@norrby.example", Role::Sender);
    let invited = [
        portal.invite_staff(karin, new()).await,
        portal.invite_staff_anew(karin, colleague).await,
    ];
    for refused in invited {
        assert!(matches!(refused, Err(InviteError::Denied(GONE))), "{refused:?}");
    }
    let by_operator = [
        portal.reset_staff(&operator, colleague).await,
        portal
            .invite_first_admin(&operator, own, "Lena Ek", "lena@norrby.example")
            .await,
    ];
    for refused in by_operator {
        assert!(matches!(refused, Err(InviteError::NotFound)), "{refused:?}");
    }
    let refused = portal.own_account(karin).await;
    assert!(matches!(refused, Err(SeeStaffError::Denied(GONE))));
    let refused = portal.remove_second_factor(karin).await;
    assert!(matches!(refused, Err(SecondFactorError::Denied(GONE))), "{refused:?}");
    assert!(!portal.lets_passwords_in(own).await.unwrap());
}

/// What its staff and its system decide about cases, and what the system sends.
async fn acts_on_cases(test: &TestPortal, karin: &StaffActor, system: &SystemActor, open: CaseId, closed: CaseId) {
    let portal = &test.portal;
    let later = "2027-12-31".parse().unwrap();
    let by_staff = [
        portal.close_case(karin, open).await,
        portal.reopen_case(karin, closed).await,
        portal.extend_case(karin, open, later, "Överklagat").await,
    ];
    for refused in by_staff {
        assert!(matches!(refused, Err(CaseError::Denied(GONE))), "{refused:?}");
    }
    let by_system = [
        portal.close_case_by_system(system, open).await,
        portal.reopen_case_by_system(system, closed).await,
        portal.sender(system).await.map(drop),
    ];
    for refused in by_system {
        assert!(matches!(refused, Err(SystemError::SystemDisabled)), "{refused:?}");
    }
    let refused = test.begin(system, "later", draft(1)).await;
    assert!(matches!(refused, Err(SendError::SystemDisabled)), "{refused:?}");
}

/// What an admin, and the operator, set up and change of its systems.
async fn acts_on_systems(test: &TestPortal, karin: &StaffActor, system: &SystemActor) {
    let (portal, operator, own) = (&test.portal, test.operator(), karin.organisation_id());
    let system = system.system_id();
    let new = || NewSystem {
        name: "ärendesystem".to_owned(),
        scopes: Vec::new(),
        networks: AllowedNetworks::anywhere(),
    };
    let by_staff = [
        portal.create_system(karin, own, new()).await.map(drop),
        portal.add_secret(karin, system, None).await.map(drop),
        portal.set_scopes(karin, system, &[Scope::EventsRead]).await,
        portal.disable_system(karin, system).await,
    ];
    for refused in by_staff {
        assert!(matches!(refused, Err(SystemSetUpError::Denied(GONE))), "{refused:?}");
    }
    let refused = portal.create_system(&operator, own, new()).await;
    assert!(
        matches!(refused, Err(SystemSetUpError::NoSuchOrganisation)),
        "{refused:?}"
    );
    let by_operator = [
        portal.add_secret(&operator, system, None).await.map(drop),
        portal.disable_system(&operator, system).await,
    ];
    for refused in by_operator {
        assert!(matches!(refused, Err(SystemSetUpError::NoSuchSystem)), "{refused:?}");
    }
}

/// Marks it as deleted and nothing else, so that only what each act looks at itself keeps it from being done.
async fn mark_deleted(test: &TestPortal, organisation: OrganisationId) {
    being_deleted(test, organisation).await.commit().await.unwrap();
}

/// The same before it is committed.
async fn being_deleted(test: &TestPortal, organisation: OrganisationId) -> WriteTransaction {
    use super::entity::{ActiveModel, Entity};
    use sea_orm::{ActiveValue::Set, EntityTrait};
    let change = ActiveModel {
        id: Set(*organisation.as_uuid()),
        deleted_at: Set(Some(test.now().as_millis())),
        ..ActiveModel::default()
    };
    let transaction = test.portal.0.database.write().await.unwrap();
    lock_row_alone(&transaction, organisation).await.unwrap();
    Entity::update(change).exec(&transaction).await.unwrap();
    transaction
}

/// What comes of an act that begins while the organisation is there, and waits for who deletes it.
async fn while_it_is_deleted<T: Send + 'static>(
    test: &TestPortal,
    organisation: OrganisationId,
    act: impl Future<Output = T> + Send + 'static,
) -> T {
    let deletion = being_deleted(test, organisation).await;
    let act = tokio::spawn(act);
    test.connections_wait(1).await;
    deletion.commit().await.unwrap();
    act.await.unwrap()
}

on_both_databases! {
    async fn nothing_is_done_any_more_and_who_acts_is_told_why(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let case = norrby.send(&test, 1, 30).await.deliveries[0].case;
        let closed = norrby.send(&test, 1, 30).await.deliveries[0].case;
        let karin = norrby.admin(&test).await;
        test.member(&karin, "olle@norrby.example", Role::Admin).await;
        let key = SessionKey::of_staff(b"Olle");
        test.staff_sign_in(&key, norrby.id, "olle@norrby.example", PASSWORD).await.unwrap();
        let olle = test.staff_in(&key).await.unwrap();
        assert_eq!(test.portal.require_retention_approval(&karin, true).await.unwrap(), Decided::InForce);
        let waits = test.portal.change_retention(&karin, whatever_goes(0), policy_of(10), None).await;
        assert_eq!(waits.unwrap(), Decided::Waits);
        test.portal.set_audit_webhook(&karin, &webhook("hooks.example")).await.unwrap();
        test.portal.close_case(&karin, closed).await.unwrap();
        let address = norrby.id.to_string();
        let (password, request) = (secret(PASSWORD), test.request());
        let proof = test.portal.staff_password(&address, "olle@norrby.example", &password, &request).await.unwrap();
        let operator = test.operator();
        let token = test.portal.create_provisioning_token(&operator, norrby.id, new_token()).await.unwrap().token;
        let directory = test.portal.provisioning_actor(&token, test.request()).await.unwrap();
        let extract = NewOrganisationExtract {
            form: test.portal.new_extract_form(),
            number: number(0),
            reason: "Begäran per brev".to_owned(),
        };
        test.portal.chain_audit_log().await.unwrap();
        mark_deleted(&test, norrby.id).await;
        let before = every_row(&test.portal.0.database).await;

        acts_of_retention(&test.portal, &karin, &olle, &extract).await;
        acts_on_staff(&test, &karin, &olle).await;
        acts_on_cases(&test, &karin, &norrby.system, case, closed).await;
        acts_on_systems(&test, &karin, &norrby.system).await;
        let group = GroupAttributes { display_name: "Socialtjänsten".to_owned(), ..GroupAttributes::default() };
        let refused = test.portal.provision_group(&directory, &group, &BTreeSet::new()).await;
        assert!(matches!(refused, Err(ProvisioningError::OrganisationGone)));
        let user = UserAttributes {
            user_name: "lena@norrby.example".to_owned(),
            active: true,
            ..UserAttributes::default()
        };
        let refused = test.portal.provision_user(&directory, user).await;
        assert!(matches!(refused, Err(ProvisioningError::OrganisationGone)));
        let refused = test.portal.create_provisioning_token(&operator, norrby.id, new_token()).await;
        assert!(matches!(refused, Err(ProvisioningTokenError::NotFound)));
        let refused = test.portal.add_tenant(&operator, norrby.id, crate::test_support::directory()).await;
        assert!(matches!(refused, Err(TenantError::NotFound)));
        assert_eq!(crate::retention::follow(&test.portal.0).await.unwrap(), 0);
        assert_eq!(every_row(&test.portal.0.database).await, before);
        let refused = test.continue_to(&SessionKey::of_staff(b"Olle, later"), proof).await;
        assert!(matches!(refused, Err(StaffSignInError::Refused)), "{refused:?}");
    }

    async fn the_row_of_a_deleted_organisation_is_locked_for_nobody(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let transaction = test.portal.0.database.write().await.unwrap();
        assert_eq!(lock_row(&transaction, norrby.id).await.unwrap().name, "Norrby kommun");
        let nobody = lock_row(&transaction, test.portal.0.ids.next()).await;
        assert!(matches!(nobody, Err(NotLocked::Gone)));
        drop(transaction);
        mark_deleted(&test, norrby.id).await;
        let transaction = test.portal.0.database.write().await.unwrap();
        assert!(matches!(lock_row(&transaction, norrby.id).await, Err(NotLocked::Gone)));
    }
}

#[tokio::test]
async fn who_began_while_it_was_there_makes_no_account_in_it_and_extends_no_case_of_it() {
    // On SQLite whoever is before has the turn to write, and what is read after that is as it left it.
    let Some(test) = TestPortal::on_postgres().await else {
        return;
    };
    let (operator, request) = (test.operator(), test.request());

    let norrby = Norrby::new(&test).await;
    let case = norrby.send(&test, 1, 30).await.deliveries[0].case;
    let (karin, node) = (norrby.admin(&test).await, test.another_node().await);
    let later = "2026-12-31".parse().unwrap();
    let extends = async move { node.extend_case(&karin, case, later, "Överklagat").await };
    let refused = Box::pin(while_it_is_deleted(&test, norrby.id, extends)).await;
    assert!(matches!(refused, Err(CaseError::Denied(GONE))), "{refused:?}");
    assert_eq!(test.rows("case_extension").await, 0);

    let id = test.organisation("Söderby kommun").await;
    let (karin, node) = (test.first_admin_of(id).await, test.another_node().await);
    let accounts = test.rows("staff_member").await;
    let new = new_member("Lena Ek", "lena@soderby.example", Role::Sender);
    let invites = async move { node.invite_staff(&karin, new).await };
    let refused = Box::pin(while_it_is_deleted(&test, id, invites)).await;
    assert!(matches!(refused, Err(InviteError::Denied(GONE))), "{refused:?}");

    let (id, node) = (test.organisation("Västby kommun").await, test.another_node().await);
    let invites = async move {
        node.invite_first_admin(&operator, id, "Lena Ek", "lena@vastby.example")
            .await
    };
    let refused = Box::pin(while_it_is_deleted(&test, id, invites)).await;
    assert!(matches!(refused, Err(InviteError::NotFound)), "{refused:?}");

    let (id, node) = (test.organisation("Österby kommun").await, test.another_node().await);
    test.portal.add_tenant(&test.operator(), id, directory()).await.unwrap();
    let (address, vouched) = (id.to_string(), vouched(test.now()));
    let comes = async move { node.staff_work_account(&address, &vouched, &request).await };
    let refused = Box::pin(while_it_is_deleted(&test, id, comes)).await;
    assert!(matches!(refused, Err(WorkAccountError::OtherDirectory)), "{refused:?}");
    assert_eq!(test.rows("staff_member").await, accounts);
}

/// Somebody to whom their directory gives a role, and who has no account yet.
fn vouched(now: Timestamp) -> VouchedStaff {
    VouchedStaff {
        account: WorkAccount {
            tenant: directory(),
            object: ObjectId::from_uuid(Uuid::from_u128(1)),
        },
        role: Some(Role::Sender),
        name: Some("Lena Ek".to_owned()),
        email: None,
        authenticated_at: Some(now),
        began_at: now,
        provider: "entra".to_owned(),
        at_provider: None,
    }
}
