use super::*;

#[tokio::test]
async fn when_a_day_is_over_raw_copies_of_its_keys_do_not_open() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let (today, tomorrow) = (fixture.document(), fixture.document());
        fixture.new_key(today, TODAY).await;
        fixture.new_key(tomorrow, TODAY.plus_days(1)).await;
        let person = fixture.vault.recipient(&number("200001012384"), TODAY).await.unwrap();
        let (keys, people) = (fixture.raw_content_keys().await, fixture.raw_recipients().await);
        assert!(fixture.opens(today).await);
        assert!(fixture.vault.personal(person).await.unwrap().is_some());

        assert_eq!(fixture.begin_day(TODAY.plus_days(1)).await, [TODAY]);
        assert!(fixture.raw_recipients().await.is_empty());
        fixture.restore_content_keys(keys).await;
        fixture.restore_recipients(people).await;
        let node = fixture.other_node(databases).await;
        for vault in [&fixture.vault, &node] {
            assert!(vault.content_key(fixture.organisation, today).await.unwrap().is_none());
            assert!(vault.personal(person).await.unwrap().is_none());
            assert!(
                vault
                    .content_key(fixture.organisation, tomorrow)
                    .await
                    .unwrap()
                    .is_some()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_day_that_is_over_never_comes_back() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let owner = fixture.document();
        fixture.new_key(owner, TODAY).await;
        fixture.begin_day(TODAY.plus_days(3)).await;
        // The clock goes back by two days: the days stay over.
        fixture.clock.set(TODAY.plus_days(1).start());
        for day in [TODAY.plus_days(-1), TODAY, TODAY.plus_days(1), TODAY.plus_days(2)] {
            let owners = [fixture.document()];
            let keys = fixture.vault.new_content_keys(fixture.organisation, &owners, day).await;
            assert!(matches!(keys, Err(VaultError::DayOver)), "{day}");
            let person = fixture.vault.recipient(&number("200001012384"), day).await;
            assert!(matches!(person, Err(VaultError::DayOver)), "{day}");
            let rewrapped = fixture.vault.rewrap_content_keys(&[owner], day).await;
            assert!(matches!(rewrapped, Err(VaultError::DayOver)), "{day}");
        }
        fixture.vault.prepare_days(TODAY.plus_days(4)).await.unwrap();
        let days: Vec<Day> = fixture
            .vault
            .provider
            .day_secrets()
            .await
            .unwrap()
            .iter()
            .map(|name| name.day)
            .collect();
        assert!(days.iter().all(|day| *day >= TODAY.plus_days(3)), "{days:?}");
        fixture.new_key(fixture.document(), TODAY.plus_days(3)).await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_wrapped_for_a_day_before_today() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let yesterday = TODAY.plus_days(-1);
        let owners = [fixture.document()];
        let keys = fixture
            .vault
            .new_content_keys(fixture.organisation, &owners, yesterday)
            .await;
        assert!(matches!(keys, Err(VaultError::DayOver)));
        assert!(fixture.raw_content_keys().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn days_are_prepared_once_by_all_nodes_together() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let node = fixture.other_node(databases).await;
        let last = TODAY.plus_days(9);
        let (one, other) = tokio::join!(fixture.vault.prepare_days(last), node.prepare_days(last));
        one.unwrap();
        other.unwrap();
        let mut names = node.provider.day_secrets().await.unwrap();
        names.sort();
        let days: Vec<Day> = names.iter().map(|name| name.day).collect();
        assert_eq!(days, (0..10).map(|day| TODAY.plus_days(day)).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn ending_days_can_be_interrupted_and_repeated() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        fixture.new_key(fixture.document(), TODAY).await;
        fixture.vault.prepare_days(TODAY.plus_days(2)).await.unwrap();
        // As if an earlier run had destroyed one secret and stopped.
        let first = fixture
            .vault
            .provider
            .day_secrets()
            .await
            .unwrap()
            .into_iter()
            .min()
            .unwrap();
        fixture.vault.provider.destroy_day_secret(first).await.unwrap();
        assert_eq!(fixture.begin_day(TODAY.plus_days(2)).await, [TODAY.plus_days(1)]);
        assert_eq!(fixture.begin_day(TODAY.plus_days(2)).await, []);
        assert!(fixture.raw_content_keys().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn compaction_ends_what_was_destroyed_before_its_day() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let day = TODAY.plus_days(30);
        let (revoked, living) = (fixture.document(), fixture.message());
        fixture.new_key(revoked, day).await;
        let key = fixture.new_key(living, day).await;
        let person = fixture.vault.recipient(&number("200001012384"), day).await.unwrap();
        let copies = fixture.raw_content_keys().await;
        fixture.vault.destroy_content_keys(&[revoked]).await.unwrap();

        // Until the compaction, somebody who copied the vault and the provider's secret could still open it.
        fixture.restore_content_keys(copies.clone()).await;
        assert!(fixture.opens(revoked).await);
        fixture.vault.destroy_content_keys(&[revoked]).await.unwrap();

        assert_eq!(fixture.vault.compact_marked_days().await.unwrap(), [day]);
        let node = fixture.other_node(databases).await;
        let found = node.content_key(fixture.organisation, living).await.unwrap().unwrap();
        assert!(same(&key, &found));
        assert!(node.personal(person).await.unwrap().is_some());
        assert_eq!(fixture.vault.compact_marked_days().await.unwrap(), []);

        // What comes later is wrapped for the new secret, and the copies open with nothing that is left.
        let later = fixture.document();
        fixture.new_key(later, day).await;
        assert!(
            fixture
                .raw_content_keys()
                .await
                .iter()
                .all(|row| row.secret_version == 2)
        );
        fixture.restore_content_keys(copies).await;
        assert!(!fixture.opens(revoked).await);
        assert!(!fixture.opens(living).await);
    })
    .await;
}

#[tokio::test]
async fn an_interrupted_compaction_is_finished_by_the_next() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let day = TODAY.plus_days(30);
        let (revoked, living) = (fixture.document(), fixture.document());
        fixture.new_key(revoked, day).await;
        fixture.new_key(living, day).await;
        fixture.vault.destroy_content_keys(&[revoked]).await.unwrap();
        // As if an earlier run had given the day its new secret and stopped.
        let next = crate::provider::DaySecretName { day, version: 2 };
        fixture.vault.provider.find_or_create_day_secret(next).await.unwrap();
        let transaction = fixture.vault.database.write().await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&transaction, "UPDATE day SET secret_version = 2, marked = false")
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        assert!(fixture.opens(living).await);

        assert_eq!(fixture.vault.compact_marked_days().await.unwrap(), [day]);
        assert!(fixture.opens(living).await);
        assert_eq!(fixture.vault.provider.day_secrets().await.unwrap(), [next]);
    })
    .await;
}

#[tokio::test]
async fn a_shortened_retention_marks_the_day_that_it_left() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let owner = fixture.document();
        fixture.new_key(owner, TODAY.plus_days(30)).await;
        let copies = fixture.raw_content_keys().await;
        fixture.vault.rewrap_content_keys(&[owner], TODAY).await.unwrap();
        assert_eq!(
            fixture.vault.compact_marked_days().await.unwrap(),
            [TODAY.plus_days(30)]
        );
        assert!(fixture.opens(owner).await);
        fixture.restore_content_keys(copies).await;
        assert!(!fixture.opens(owner).await);
    })
    .await;
}

#[tokio::test]
async fn a_lengthened_retention_marks_the_day_that_it_left_too() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let (first, second) = (TODAY.plus_days(7), TODAY.plus_days(30));
        let (revoked, living) = (fixture.document(), fixture.document());
        fixture.new_key(revoked, first).await;
        fixture.new_key(living, first).await;
        let copies = fixture.raw_content_keys().await;
        fixture.vault.rewrap_content_keys(&[revoked], second).await.unwrap();
        fixture.vault.destroy_content_keys(&[revoked]).await.unwrap();
        assert_eq!(fixture.vault.compact_marked_days().await.unwrap(), [first, second]);
        assert!(fixture.opens(living).await);
        fixture.restore_content_keys(copies).await;
        assert!(!fixture.opens(revoked).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_do_everything_at_once_never_stand_in_each_others_way() {
    on_each_database(async |databases| {
        let fixture = Arc::new(Fixture::new(databases).await);
        let node = Arc::new(fixture.other_node(databases).await);
        let owners: Vec<ContentOwner> = (0..12).map(|_| fixture.document()).collect();
        let vault = fixture.vault.clone();
        vault
            .new_content_keys(fixture.organisation, &owners, TODAY.plus_days(2))
            .await
            .unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for round in 0..10_i32 {
            let backwards: Vec<ContentOwner> = owners.iter().rev().copied().collect();
            let (owners, organisation) = (owners.clone(), fixture.organisation);
            let fresh = [fixture.document(), fixture.message()];
            for vault in [fixture.vault.clone(), (*node).clone()] {
                let (owners, backwards) = (owners.clone(), backwards.clone());
                tasks.spawn({
                    let vault = vault.clone();
                    async move { vault.rewrap_content_keys(&owners, TODAY.plus_days(round % 4)).await }
                });
                tasks.spawn({
                    let vault = vault.clone();
                    async move {
                        vault
                            .rewrap_content_keys(&backwards, TODAY.plus_days((round + 1) % 4))
                            .await
                    }
                });
                tasks.spawn({
                    let vault = vault.clone();
                    async move { vault.destroy_content_keys(&fresh).await }
                });
                tasks.spawn({
                    let vault = vault.clone();
                    async move {
                        let person = vault
                            .recipient(&number("200001012384"), TODAY.plus_days(round % 5))
                            .await?;
                        vault.forget_recipients(&[person], vault.clock.now()).await.map(drop)
                    }
                });
                tasks.spawn(async move { vault.compact_marked_days().await.map(drop) });
            }
            let vault = fixture.vault.clone();
            tasks.spawn(async move {
                vault
                    .new_content_keys(organisation, &fresh, TODAY.plus_days(round % 4))
                    .await
                    .map(drop)
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap().unwrap();
        }
        for owner in owners {
            assert!(fixture.opens(owner).await);
        }
    })
    .await;
}
