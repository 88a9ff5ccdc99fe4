use super::*;

#[tokio::test]
async fn a_content_key_is_found_again_by_any_node() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let (document, message) = (fixture.document(), fixture.message());
        let keys = fixture
            .vault
            .new_content_keys(fixture.organisation, &[document, message], TODAY)
            .await
            .unwrap();
        let node = fixture.other_node(databases).await;
        for (key, owner) in keys.iter().zip([document, message]) {
            let found = node.content_key(fixture.organisation, owner).await.unwrap().unwrap();
            assert!(same(key, &found), "{owner:?}");
        }
        assert!(!same(&keys[0], &keys[1]));
    })
    .await;
}

#[tokio::test]
async fn many_keys_are_answered_in_the_order_asked() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let owners: Vec<ContentOwner> = (0..BATCH + 7).map(|_| fixture.document()).collect();
        let keys = fixture
            .vault
            .new_content_keys(fixture.organisation, &owners, TODAY)
            .await
            .unwrap();
        let mut asked: Vec<_> = owners.iter().map(|owner| (fixture.organisation, *owner)).collect();
        asked.reverse();
        asked.insert(3, (fixture.organisation, fixture.document()));
        let mut found = fixture.vault.content_keys(&asked).await.unwrap();
        assert!(found.remove(3).is_none());
        for (key, found) in keys.iter().rev().zip(&found) {
            assert!(same(key, found.as_ref().unwrap()));
        }
        fixture.vault.destroy_content_keys(&owners).await.unwrap();
        assert!(
            fixture
                .vault
                .content_keys(&asked)
                .await
                .unwrap()
                .iter()
                .all(Option::is_none)
        );
    })
    .await;
}

#[tokio::test]
async fn another_organisation_gets_no_key() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let owner = fixture.document();
        fixture.new_key(owner, TODAY).await;
        let other = fixture.ids.next();
        fixture.vault.create_organisation_key(other).await.unwrap();
        assert!(fixture.vault.content_key(other, owner).await.unwrap().is_none());

        // Nor when the row is made to say that the key is theirs.
        let mut rows = fixture.raw_content_keys().await;
        rows[0].organisation_id = *other.as_uuid();
        fixture.restore_content_keys(rows).await;
        let refused = fixture.vault.content_key(other, owner).await;
        assert!(matches!(refused, Err(VaultError::Damaged)));
        assert!(fixture.vault.content_keys(&[(other, owner)]).await.unwrap()[0].is_none());
    })
    .await;
}

#[tokio::test]
async fn an_organisations_key_is_made_once() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let owner = fixture.document();
        let key = fixture.new_key(owner, TODAY).await;
        fixture
            .vault
            .create_organisation_key(fixture.organisation)
            .await
            .unwrap();
        let node = fixture.other_node(databases).await;
        let found = node.content_key(fixture.organisation, owner).await.unwrap().unwrap();
        assert!(same(&key, &found));

        let nobody = fixture.ids.next();
        let refused = fixture
            .vault
            .new_content_keys(nobody, &[fixture.document()], TODAY)
            .await;
        assert!(matches!(refused, Err(VaultError::NoOrganisationKey)));
    })
    .await;
}

#[tokio::test]
async fn an_owner_never_gets_a_second_key() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let owner = fixture.document();
        let key = fixture.new_key(owner, TODAY).await;
        let again = fixture
            .vault
            .new_content_keys(fixture.organisation, &[owner], TODAY)
            .await;
        assert!(matches!(again, Err(VaultError::Database(_))));
        let found = fixture
            .vault
            .content_key(fixture.organisation, owner)
            .await
            .unwrap()
            .unwrap();
        assert!(same(&key, &found));
    })
    .await;
}

#[tokio::test]
async fn a_longer_retention_wraps_for_a_later_day() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let (kept, other) = (fixture.document(), fixture.message());
        let key = fixture.new_key(kept, TODAY).await;
        fixture.new_key(other, TODAY).await;
        let copies = fixture.raw_content_keys().await;
        fixture
            .vault
            .rewrap_content_keys(&[kept], TODAY.plus_days(30))
            .await
            .unwrap();

        fixture.begin_day(TODAY.plus_days(1)).await;
        let found = fixture
            .vault
            .content_key(fixture.organisation, kept)
            .await
            .unwrap()
            .unwrap();
        assert!(same(&key, &found));
        assert!(!fixture.opens(other).await);

        // The copies from before are wrapped for the day that is over.
        fixture.restore_content_keys(copies).await;
        assert!(!fixture.opens(kept).await);
    })
    .await;
}

#[tokio::test]
async fn wrapping_again_does_not_bring_back_what_is_gone() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let (destroyed, expired) = (fixture.document(), fixture.document());
        fixture.new_key(destroyed, TODAY).await;
        fixture.new_key(expired, TODAY).await;
        fixture.vault.destroy_content_keys(&[destroyed]).await.unwrap();
        fixture.vault.destroy_content_keys(&[destroyed]).await.unwrap();
        let copies = fixture.raw_content_keys().await;
        fixture.begin_day(TODAY.plus_days(1)).await;
        fixture.restore_content_keys(copies).await;
        fixture
            .vault
            .rewrap_content_keys(&[destroyed, expired], TODAY.plus_days(30))
            .await
            .unwrap();
        assert!(!fixture.opens(destroyed).await);
        assert!(!fixture.opens(expired).await);
    })
    .await;
}

#[tokio::test]
async fn a_content_key_opens_as_long_as_it_lives_whatever_happens_around_it() {
    // A little model check: random steps, and after each the living open and the others don't.
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let mut random = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = |bound: u64| {
            // xorshift64: the steps are the same in each run.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % bound
        };
        let mut today = TODAY;
        let mut keys: Vec<(ContentOwner, Option<Day>)> = Vec::new();
        for _ in 0..60 {
            let day = today.plus_days(i32::try_from(next(5)).unwrap());
            let chosen = usize::try_from(next(keys.len().max(1) as u64)).unwrap();
            match next(6) {
                0 | 1 => {
                    let owner = fixture.document();
                    fixture.new_key(owner, day).await;
                    keys.push((owner, Some(day)));
                }
                2 => {
                    if let Some((owner, until)) = keys.get_mut(chosen) {
                        fixture.vault.rewrap_content_keys(&[*owner], day).await.unwrap();
                        *until = until.map(|_| day);
                    }
                }
                3 => {
                    if let Some((owner, until)) = keys.get_mut(chosen) {
                        fixture.vault.destroy_content_keys(&[*owner]).await.unwrap();
                        *until = None;
                    }
                }
                4 => {
                    fixture.vault.compact_marked_days().await.unwrap();
                }
                _ => {
                    today = today.plus_days(1);
                    fixture.begin_day(today).await;
                    for (_, until) in &mut keys {
                        *until = until.filter(|day| *day >= today);
                    }
                }
            }
            for (owner, until) in &keys {
                assert_eq!(fixture.opens(*owner).await, until.is_some(), "{owner:?} on {today}");
            }
        }
        assert!(keys.iter().any(|(_, until)| until.is_some()) && keys.iter().any(|(_, until)| until.is_none()));
    })
    .await;
}
