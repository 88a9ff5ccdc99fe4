//! What credentials promise.

use std::time::Duration;

use base::{AllowedNetworks, OrganisationId, SystemId};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, Statement};

use crate::system::{NO_SECRET, access_token, entity, secret};
use crate::test_support::{TestPortal, on_both_databases};
use crate::{
    Credential, CredentialState, EndingCredential, EventKind, IssuedToken, NewSecret, NewSystem, RequestInfo, Scope,
    SystemSetUpError, TokenError,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct Given {
    test: TestPortal,
    organisation: OrganisationId,
    system: SystemId,
}

impl Given {
    /// A system without credentials.
    async fn system(test: TestPortal) -> Self {
        let organisation = test.organisation("Norrby kommun").await;
        let new = NewSystem {
            name: "ärendesystem".to_owned(),
            scopes: vec![Scope::EventsRead],
            networks: AllowedNetworks::anywhere(),
        };
        let created = test.portal.create_system(&test.operator(), organisation, new).await;
        let system = created.unwrap();
        Self {
            test,
            organisation,
            system,
        }
    }

    async fn add(&self, days: Option<u32>) -> Result<NewSecret, SystemSetUpError> {
        self.test
            .portal
            .add_secret(&self.test.operator(), self.system, days)
            .await
    }

    async fn withdraw(&self, secret: &NewSecret) {
        let (portal, operator) = (&self.test.portal, self.test.operator());
        portal
            .withdraw_credential(&operator, self.system, secret.id)
            .await
            .unwrap();
    }

    async fn token(&self, secret: &NewSecret) -> Result<IssuedToken, TokenError> {
        self.token_from(secret, "192.0.2.7").await
    }

    async fn token_from(&self, secret: &NewSecret, address: &str) -> Result<IssuedToken, TokenError> {
        let (portal, request) = (&self.test.portal, self.request(address));
        portal.issue_token(self.system, &secret.secret, None, request).await
    }

    async fn holds(&self, token: &IssuedToken) -> bool {
        let acted = self.test.portal.system_actor(&token.token, self.test.request()).await;
        acted.is_ok()
    }

    fn request(&self, address: &str) -> RequestInfo {
        RequestInfo {
            address: Some(address.parse().unwrap()),
            ..self.test.request()
        }
    }

    async fn credentials(&self) -> Vec<Credential> {
        let (portal, operator) = (&self.test.portal, self.test.operator());
        let mut systems = portal.list_systems(&operator, self.organisation).await.unwrap();
        systems.remove(0).credentials
    }

    async fn restrict(&self, networks: &str) {
        let (portal, operator) = (&self.test.portal, self.test.operator());
        let networks = networks.parse().unwrap();
        portal.set_networks(&operator, self.system, networks).await.unwrap();
    }

    async fn audited(&self, action: &str) -> usize {
        let log = self.test.audit_log().await;
        log.iter().filter(|row| row.action == action).count()
    }
}

on_both_databases! {
    async fn a_system_without_credentials_gets_no_token(test: TestPortal) {
        let given = Given::system(test).await;
        let nothing = base::SecretString::new(String::new());
        let refused = given.test.portal.issue_token(given.system, &nothing, None, given.test.request()).await;
        assert!(matches!(refused, Err(TokenError::InvalidClient)));
        assert_eq!(given.credentials().await, []);
    }

    async fn a_secret_is_rotated_without_a_gap(test: TestPortal) {
        let given = Given::system(test).await;
        let old = given.add(None).await.unwrap();
        let by_old = given.token(&old).await.unwrap();
        given.test.clock.advance_millis(1);
        let new = given.add(None).await.unwrap();
        assert!(matches!(given.add(None).await, Err(SystemSetUpError::TooManySecrets { limit: 2 })));
        let by_new = given.token(&new).await.unwrap();
        assert!(given.token(&old).await.is_ok());

        given.withdraw(&old).await;
        given.withdraw(&old).await;

        assert!(matches!(given.token(&old).await, Err(TokenError::InvalidClient)));
        assert!(!given.holds(&by_old).await);
        assert!(given.holds(&by_new).await);
        assert!(given.token(&new).await.is_ok());
        given.test.clock.advance_millis(1);
        assert!(given.add(None).await.is_ok());
        assert_eq!((given.audited("credential.added").await, given.audited("credential.withdrawn").await), (3, 1));
        let states: Vec<_> = given.credentials().await.iter().map(|credential| credential.state).collect();
        assert_eq!(states, [CredentialState::Withdrawn, CredentialState::Valid, CredentialState::Valid]);
    }

    async fn of_many_secrets_asked_for_at_once_two_are_made(test: TestPortal) {
        let given = Given::system(test).await;
        // So that each has a connection waiting, and none is first because the others must make theirs.
        tokio::join!(given.credentials(), given.credentials(), given.credentials(), given.credentials());
        let asked = tokio::join!(given.add(None), given.add(None), given.add(None), given.add(Some(1)));
        let made = [asked.0, asked.1, asked.2, asked.3].into_iter().filter(Result::is_ok).count();
        assert_eq!(made, 2);
        assert_eq!(given.credentials().await.len(), 2);
    }

    async fn a_secret_ends_on_time_and_so_do_its_tokens(test: TestPortal) {
        let given = Given::system(test).await;
        let secret = given.add(Some(30)).await.unwrap();
        assert_eq!(secret.expires_at, Some(given.test.now() + DAY * 30));
        given.test.clock.advance(DAY * 30 - Duration::from_secs(60));
        let last = given.token(&secret).await.unwrap();
        assert_eq!(last.expires_in, Duration::from_secs(60));
        given.test.clock.advance(Duration::from_secs(60) - Duration::from_millis(1));
        assert!(given.holds(&last).await);
        given.test.clock.advance_millis(1);
        assert!(!given.holds(&last).await);
        assert!(matches!(given.token(&secret).await, Err(TokenError::InvalidClient)));
        assert_eq!(given.credentials().await[0].state, CredentialState::Ended);
        // What has ended makes room for two that hold.
        given.add(None).await.unwrap();
        given.add(Some(1)).await.unwrap();
    }

    async fn a_period_has_limits(test: TestPortal) {
        let given = Given::system(test).await;
        for days in [0, 3651, u32::MAX] {
            let refused = given.add(Some(days)).await;
            assert!(matches!(refused, Err(SystemSetUpError::InvalidPeriod { max_days: 3650 })), "{days}");
        }
        assert!(given.add(Some(3650)).await.is_ok());
    }

    async fn an_organisation_is_told_once_a_fortnight_before_a_secret_ends(test: TestPortal) {
        let given = Given::system(test).await;
        let forever = given.add(None).await.unwrap();
        let secret = given.add(Some(30)).await.unwrap();
        given.test.clock.advance(DAY * 16 - Duration::from_millis(1));
        assert_eq!(given.test.portal.run_jobs().await.unwrap().warnings, 0);
        given.test.clock.advance_millis(1);
        assert_eq!(given.test.portal.run_jobs().await.unwrap().warnings, 1);
        assert_eq!(given.test.portal.run_jobs().await.unwrap().warnings, 0);

        let token = given.token(&forever).await.unwrap();
        let actor = given.test.portal.system_actor(&token.token, given.test.request()).await.unwrap();
        let events = given.test.portal.events(&actor, 0, 10).await.unwrap();
        assert_eq!((events.len(), events[0].sequence, events[0].kind), (1, 1, EventKind::CredentialEnding));
        let ending = EndingCredential {
            system: given.system,
            credential: secret.id,
            expires_at: secret.expires_at.unwrap(),
        };
        assert_eq!((events[0].credential, events[0].message), (Some(ending), None));
        assert_eq!(given.audited("credential.ending").await, 1);
    }

    async fn nobody_is_told_of_what_ended_was_withdrawn_or_belongs_to_a_disabled_system(test: TestPortal) {
        let given = Given::system(test).await;
        let withdrawn = given.add(Some(10)).await.unwrap();
        given.withdraw(&withdrawn).await;
        given.add(Some(1)).await.unwrap();
        given.test.clock.advance(DAY);
        given.add(Some(5)).await.unwrap();
        given.test.portal.disable_system(&given.test.operator(), given.system).await.unwrap();
        assert_eq!(given.test.portal.run_jobs().await.unwrap().warnings, 0);
    }

    async fn events_of_messages_and_of_credentials_share_one_row_of_numbers(test: TestPortal) {
        let sender = test.sender().await;
        test.send(&sender, "first", 1).await;
        test.portal.add_secret(&test.operator(), sender.system_id(), Some(1)).await.unwrap();
        test.portal.run_jobs().await.unwrap();
        test.send(&sender, "second", 2).await;
        let all = test.portal.events(&sender, 0, 10).await.unwrap();
        let seen: Vec<_> = all.iter().map(|event| (event.sequence, event.kind)).collect();
        assert_eq!(
            seen,
            [
                (1, EventKind::Delivered),
                (2, EventKind::CredentialEnding),
                (3, EventKind::Delivered),
                (4, EventKind::Delivered),
            ]
        );
        for after in 0..4_usize {
            let next = test.portal.events(&sender, after.try_into().unwrap(), 1).await.unwrap();
            assert_eq!(next, all[after..=after]);
        }
    }

    async fn the_last_use_is_written_down_once_a_minute_at_most(test: TestPortal) {
        let given = Given::system(test).await;
        let secret = given.add(None).await.unwrap();
        assert_eq!(given.credentials().await[0].last_used_at, None);
        let first = given.test.now();
        given.token(&secret).await.unwrap();
        given.test.clock.advance(Duration::from_millis(59_999));
        given.token(&secret).await.unwrap();
        assert_eq!(given.credentials().await[0].last_used_at, Some(first));
        given.test.clock.advance_millis(1);
        given.token(&secret).await.unwrap();
        assert_eq!(given.credentials().await[0].last_used_at, Some(first + Duration::from_secs(60)));
    }

    async fn a_system_may_only_come_from_its_networks_for_a_token_and_for_every_request(test: TestPortal) {
        let given = Given::system(test).await;
        let secret = given.add(None).await.unwrap();
        let before = given.token(&secret).await.unwrap();
        given.restrict("198.51.100.0/24").await;
        assert!(matches!(given.token(&secret).await, Err(TokenError::OutsideNetworks(_))));
        let portal = &given.test.portal;
        let acted = portal.system_actor(&before.token, given.test.request()).await;
        assert!(matches!(acted, Err(TokenError::OutsideNetworks(_))));
        let unknown = RequestInfo { address: None, ..given.test.request() };
        assert!(matches!(portal.system_actor(&before.token, unknown).await, Err(TokenError::OutsideNetworks(_))));
        // A wrong secret is a wrong secret from wherever it comes.
        let wrong = base::SecretString::new("wrong".to_owned());
        let refused = portal.issue_token(given.system, &wrong, None, given.test.request()).await;
        assert!(matches!(refused, Err(TokenError::InvalidClient)));

        let inside = given.token_from(&secret, "::ffff:198.51.100.9").await.unwrap();
        portal.system_actor(&inside.token, given.request("198.51.100.200")).await.unwrap();
        given.restrict("").await;
        assert!(given.holds(&before).await);
        assert_eq!(given.audited("system.networks-changed").await, 2);
    }

    async fn a_refusal_for_the_network_stands_in_the_log_of_the_systems_organisation(test: TestPortal) {
        let given = Given::system(test).await;
        let secret = given.add(None).await.unwrap();
        given.restrict("198.51.100.0/24").await;
        let Err(TokenError::OutsideNetworks(outside)) = given.token(&secret).await else {
            panic!("let in");
        };
        given.test.portal.record_outside_networks(outside, &given.test.request()).await.unwrap();
        let log = given.test.audit_log().await;
        let row = log.iter().find(|row| row.action == "system.outside-networks").unwrap();
        assert_eq!(row.organisation_id, Some(*given.organisation.as_uuid()));
        assert_eq!((row.actor_id, row.target_id), (None, Some(*given.system.as_uuid())));
    }

    async fn a_token_that_was_given_while_its_credential_was_withdrawn_is_void(test: TestPortal) {
        let given = Given::system(test).await;
        let secret = given.add(None).await.unwrap();
        let token = given.token(&secret).await.unwrap();
        let database = &given.test.portal.0.database;
        let row = access_token::Entity::find().one(database.reader()).await.unwrap().unwrap();
        given.withdraw(&secret).await;
        assert_eq!(given.test.rows("access_token").await, 0);
        // As when giving it committed after withdrawing.
        let transaction = database.write().await.unwrap();
        let insert = access_token::Entity::insert(row.into_active_model());
        insert.exec_without_returning(&transaction).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(!given.holds(&token).await);
    }

    async fn a_credential_of_another_system_is_not_there(test: TestPortal) {
        let given = Given::system(test).await;
        let secret = given.add(None).await.unwrap();
        let (other, _) = given.test.system(given.organisation, &[]).await;
        let refused = given.test.portal.withdraw_credential(&given.test.operator(), other, secret.id).await;
        assert!(matches!(refused, Err(SystemSetUpError::NoSuchCredential)));
        assert!(given.token(&secret).await.is_ok());
    }

    async fn a_credential_is_listed_for_ninety_days_after_its_end(test: TestPortal) {
        let given = Given::system(test).await;
        let withdrawn = given.add(None).await.unwrap();
        given.withdraw(&withdrawn).await;
        given.add(Some(1)).await.unwrap();
        given.add(None).await.unwrap();
        given.test.clock.advance(DAY * 90 - Duration::from_millis(1));
        given.test.portal.run_jobs().await.unwrap();
        assert_eq!(given.credentials().await.len(), 3);
        given.test.clock.advance(DAY + Duration::from_millis(1));
        given.test.portal.run_jobs().await.unwrap();
        let left = given.credentials().await;
        assert_eq!((left.len(), left[0].state), (1, CredentialState::Valid));
    }

    async fn a_system_of_the_version_before_is_taken_over_with_its_secret(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let (id, secret) = (test.portal.0.ids.next::<SystemId>(), secret::generate(secret::SECRET_PREFIX).unwrap());
        let transaction = test.portal.0.database.write().await.unwrap();
        let insert = Statement::from_sql_and_values(
            transaction.get_database_backend(),
            "INSERT INTO system (id, organisation_id, name, secret_hash, scopes, created_at) \
             VALUES ($1, $2, 'old', $3, 'events:read', 1)",
            [(*id.as_uuid()).into(), (*organisation.as_uuid()).into(), secret::hash(&secret).into()],
        );
        transaction.execute_raw(insert).await.unwrap();
        transaction.commit().await.unwrap();
        for _ in 0..2 {
            test.portal.run_jobs().await.unwrap();
        }
        test.portal.issue_token(id, &secret, None, test.request()).await.unwrap();
        let system = test.portal.list_systems(&test.operator(), organisation).await.unwrap().remove(0);
        assert!(system.networks.is_anywhere());
        assert_eq!(system.credentials.len(), 1);
        // Once it is withdrawn, neither version takes it, and it isn't taken over again.
        let credential = system.credentials[0].id;
        test.portal.withdraw_credential(&test.operator(), id, credential).await.unwrap();
        test.clock.advance(DAY * 91);
        for _ in 0..2 {
            test.portal.run_jobs().await.unwrap();
        }
        let refused = test.portal.issue_token(id, &secret, None, test.request()).await;
        assert!(matches!(refused, Err(TokenError::InvalidClient)));
        let row = entity::Entity::find_by_id(*id.as_uuid()).one(test.portal.0.database.reader()).await;
        assert_eq!(row.unwrap().unwrap().secret_hash, NO_SECRET);
    }
}
