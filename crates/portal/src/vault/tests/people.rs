use std::time::Duration;

use super::*;

const ANNA: &str = "200001012384";
const BO: &str = "197701172392";

#[tokio::test]
async fn a_person_is_found_by_number() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let vault = &fixture.vault;
        assert_eq!(vault.find_recipients(&[number(ANNA)]).await.unwrap(), [None]);
        let anna = vault.recipient(&number(ANNA), TODAY).await.unwrap();
        let bo = vault.recipient(&number(BO), TODAY).await.unwrap();
        assert_ne!(anna, bo);
        assert_eq!(vault.recipient(&number(ANNA), TODAY.plus_days(3)).await.unwrap(), anna);
        let asked = [number(BO), number("200001012392"), number(ANNA)];
        let node = fixture.other_node(databases).await;
        assert_eq!(
            node.find_recipients(&asked).await.unwrap(),
            [Some(bo), None, Some(anna)]
        );
    })
    .await;
}

#[tokio::test]
async fn two_nodes_that_meet_a_person_at_once_agree_on_who_it_is() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let node = fixture.other_node(databases).await;
        let (anna, bo) = (number(ANNA), number(BO));
        let (one, other, third) = tokio::join!(
            Box::pin(fixture.vault.recipient(&anna, TODAY)),
            Box::pin(node.recipient(&anna, TODAY.plus_days(1))),
            Box::pin(node.recipient(&bo, TODAY)),
        );
        assert_eq!(one.unwrap(), other.unwrap());
        third.unwrap();
        assert_eq!(fixture.raw_recipients().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_known_of_a_person_comes_back() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let vault = &fixture.vault;
        let anna = vault.recipient(&number(ANNA), TODAY).await.unwrap();
        let bo = vault.recipient(&number(BO), TODAY).await.unwrap();
        vault.set_name(anna, Some("Anna Åkesson")).await.unwrap();
        vault.set_email(anna, Some("anna@example.se")).await.unwrap();
        let personal = vault.personal(anna).await.unwrap().unwrap();
        assert_eq!(personal.identifier, number(ANNA));
        assert_eq!(personal.name.as_deref(), Some("Anna Åkesson"));
        assert_eq!(personal.addresses.given.as_deref(), Some("anna@example.se"));
        assert_eq!(vault.have_email(&[bo, anna]).await.unwrap(), [false, true]);
        vault.set_email(anna, None).await.unwrap();
        let personal = vault.personal(anna).await.unwrap().unwrap();
        assert_eq!(personal.name.as_deref(), Some("Anna Åkesson"));
        assert_eq!(personal.addresses.given, None);
    })
    .await;
}

#[tokio::test]
async fn a_damaged_number_is_left_out_and_logged_once_by_id() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let vault = &fixture.vault;
        let anna = vault.recipient(&number(ANNA), TODAY).await.unwrap();
        let bo = vault.recipient(&number(BO), TODAY).await.unwrap();
        let people = fixture.raw_recipients().await;
        let whole = people.iter().find(|row| row.id == *anna.as_uuid()).unwrap();
        let damages: [fn(&mut recipient::Model); 2] =
            [|row| row.sealed_personnummer[20] ^= 1, |row| row.wrapped_key[20] ^= 1];
        for damage in damages {
            let mut damaged = whole.clone();
            damage(&mut damaged);
            fixture.replace_recipient(damaged).await;
            let log = Log::new();
            let listening = log.listen();
            let numbers = vault.known_as(&[anna, bo, anna]).await.unwrap();
            drop(listening);
            assert_eq!(numbers.keys().collect::<Vec<_>>(), [&bo]);
            assert!(matches!(&numbers[&bo], KnownAs::Number(number) if number.expose() == BO));
            let log = log.text();
            assert_eq!(log.matches(&anna.to_string()).count(), 1, "{log}");
            assert!(!log.contains(ANNA) && !log.contains(BO), "{log}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_persons_last_day_moves_with_their_last_case() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let vault = &fixture.vault;
        let anna = vault.recipient(&number(ANNA), TODAY).await.unwrap();
        let bo = vault.recipient(&number(BO), TODAY).await.unwrap();
        vault.recipient(&number(ANNA), TODAY.plus_days(1)).await.unwrap();
        vault.recipient(&number(ANNA), TODAY).await.unwrap();
        vault.recipient(&number(BO), TODAY.plus_days(2)).await.unwrap();
        vault.recipient(&number(BO), TODAY.plus_days(1)).await.unwrap();
        fixture.begin_day(TODAY.plus_days(1)).await;
        assert!(vault.personal(anna).await.unwrap().is_some());
        fixture.begin_day(TODAY.plus_days(2)).await;
        assert!(vault.personal(anna).await.unwrap().is_none());
        assert!(vault.personal(bo).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn a_person_whose_last_day_is_over_begins_anew() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let vault = &fixture.vault;
        let before = vault.recipient(&number(ANNA), TODAY).await.unwrap();
        vault.set_name(before, Some("Anna")).await.unwrap();
        // The secret is gone but the row is not yet, as when a run was interrupted.
        let people = fixture.raw_recipients().await;
        let secret = vault.provider.day_secrets().await.unwrap().remove(0);
        vault.provider.destroy_day_secret(secret).await.unwrap();
        assert_eq!(people.len(), 1);
        fixture.clock.set(TODAY.plus_days(1).start());
        let after = vault.recipient(&number(ANNA), TODAY.plus_days(1)).await.unwrap();
        assert_ne!(before, after);
        assert_eq!(vault.personal(after).await.unwrap().unwrap().name, None);
        assert!(vault.personal(before).await.unwrap().is_none());
        assert_eq!(vault.find_recipients(&[number(ANNA)]).await.unwrap(), [Some(after)]);
    })
    .await;
}

#[tokio::test]
async fn people_are_forgotten_but_not_while_somebody_is_about_to_refer_to_them() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let vault = &fixture.vault;
        let day = TODAY.plus_days(30);
        let anna = vault.recipient(&number(ANNA), day).await.unwrap();
        let bo = vault.recipient(&number(BO), day).await.unwrap();
        fixture.clock.advance_millis(59 * 60_000);
        vault.recipient(&number(BO), TODAY).await.unwrap();
        assert_eq!(
            vault.forget_recipients(&[anna, bo], vault.clock.now()).await.unwrap(),
            []
        );
        assert!(vault.personal(anna).await.unwrap().is_some());
        let copies = fixture.raw_recipients().await;

        fixture.clock.advance_millis(60_000);
        assert_eq!(
            vault.forget_recipients(&[anna, bo], vault.clock.now()).await.unwrap(),
            [anna]
        );
        assert_eq!(
            vault.forget_recipients(&[anna], vault.clock.now()).await.unwrap(),
            [anna]
        );
        assert!(vault.personal(anna).await.unwrap().is_none());
        assert!(vault.personal(bo).await.unwrap().is_some());
        assert_eq!(
            vault.find_recipients(&[number(ANNA), number(BO)]).await.unwrap(),
            [None, Some(bo)]
        );
        vault.set_name(anna, Some("Anna")).await.unwrap();
        assert!(vault.personal(anna).await.unwrap().is_none());

        // Their day has not come, but after the compaction a raw copy does not open.
        assert_eq!(vault.compact_marked_days().await.unwrap(), [day]);
        fixture.restore_recipients(copies).await;
        assert!(vault.personal(anna).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn each_day_that_a_forgotten_persons_key_was_ever_wrapped_for_is_compacted() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let vault = &fixture.vault;
        let days = [2, 7, 30].map(|days| TODAY.plus_days(days));
        let bo = vault.recipient(&number(BO), days[1]).await.unwrap();
        let mut anna = bo;
        let mut copies = Vec::new();
        for day in days {
            anna = vault.recipient(&number(ANNA), day).await.unwrap();
            let of_anna = fixture
                .raw_recipients()
                .await
                .into_iter()
                .filter(|row| row.id != *bo.as_uuid());
            copies.extend(of_anna);
        }
        // A day that is over needs no compaction, and is not remembered.
        fixture.begin_day(days[0].plus_days(1)).await;
        assert_eq!(fixture.earlier_days().await, [days[1]]);
        // Nor does a life that is lengthened cost one.
        assert_eq!(vault.compact_marked_days().await.unwrap(), []);

        assert_eq!(
            vault.forget_recipients(&[anna], vault.clock.now()).await.unwrap(),
            [anna]
        );
        assert_eq!(vault.compact_marked_days().await.unwrap(), days[1..]);
        assert_eq!(fixture.earlier_days().await, []);
        assert_eq!(copies.len(), 3);
        for copy in copies {
            let node = fixture.other_node(databases).await;
            fixture.restore_recipients(vec![copy]).await;
            assert!(node.personal(anna).await.unwrap().is_none());
            vault.forget_recipients(&[anna], vault.clock.now()).await.unwrap();
        }
        assert!(vault.personal(bo).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_person_stands_in_the_database_in_clear() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let anna = fixture.vault.recipient(&number(ANNA), TODAY).await.unwrap();
        fixture.vault.set_name(anna, Some("Kanariefågel")).await.unwrap();
        fixture.vault.set_email(anna, Some("canary@example.se")).await.unwrap();
        for file in std::fs::read_dir(databases.folder.path()).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for canary in [ANNA.as_bytes(), "Kanariefågel".as_bytes(), b"canary@example.se"] {
                assert!(
                    !bytes.windows(canary.len()).any(|window| window == canary),
                    "{}",
                    path.display()
                );
            }
        }
        let rows = format!("{:?}", fixture.raw_recipients().await);
        assert!(!rows.contains("canary") && !rows.contains(ANNA));
    })
    .await;
}

#[tokio::test]
async fn two_numbers_of_one_person_find_one_whom_the_later_day_keeps() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let vault = &fixture.vault;
        let anna = vault.recipient(&number(ANNA), TODAY).await.unwrap();
        let before = vault.recipient(&number(BO), TODAY.plus_days(9)).await.unwrap();
        vault.set_email(before, Some("anna@example.se")).await.unwrap();
        let other = [number(BO)];
        let person = || Person {
            id: anna,
            linked: vec![before],
            begins: false,
        };
        let sign_in = async |told: Option<&Person>| {
            let until = TODAY.plus_days(1);
            vault.person(&number(ANNA), &other, until, told).await.unwrap()
        };
        // Nothing is done that was not told, nor when something else was.
        let alone = Person {
            linked: Vec::new(),
            ..person()
        };
        for told in [None, Some(&alone)] {
            assert_eq!(sign_in(told).await, Identified::Untold(person()));
            let known = vault.find_recipients(&[number(ANNA), number(BO)]).await.unwrap();
            assert_eq!(known, [Some(anna), Some(before)]);
        }
        assert_eq!(sign_in(Some(&person())).await, Identified::Known(person()));
        assert_eq!(
            vault.find_recipients(&[number(ANNA), number(BO)]).await.unwrap(),
            [Some(anna), Some(anna)]
        );
        let personal = vault.personal(anna).await.unwrap().unwrap();
        assert_eq!(personal.addresses.given.as_deref(), Some("anna@example.se"));
        let row = fixture
            .raw_recipients()
            .await
            .into_iter()
            .find(|row| row.id == *anna.as_uuid());
        assert_eq!(row.unwrap().day, TODAY.plus_days(9).number());
        // Each later sign-in tells of who they were, until that is forgotten; and they themselves are not before.
        let again = vault.person(&number(BO), &[], TODAY, None).await.unwrap();
        assert_eq!(again, Identified::Known(person()));
        fixture.clock.advance(Duration::from_secs(2 * 60 * 60));
        assert!(
            vault
                .forget_recipients(&[anna], vault.clock.now())
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            vault.forget_recipients(&[before], vault.clock.now()).await.unwrap(),
            [before]
        );
        assert_eq!(
            vault.forget_recipients(&[anna], vault.clock.now()).await.unwrap(),
            [anna]
        );
        assert!(fixture.raw_recipients().await.is_empty());
    })
    .await;
}

/// Somebody who signs in, told of for as long as that is news.
async fn told_and_known(
    vault: &Vault,
    identifier: &RecipientIdentifier,
    others: &[RecipientIdentifier],
    until: Day,
) -> Person {
    let mut told = None;
    loop {
        match vault.person(identifier, others, until, told.as_ref()).await.unwrap() {
            Identified::Known(person) => return person,
            Identified::Untold(person) => told = Some(person),
        }
    }
}

#[tokio::test]
async fn who_begins_under_two_numbers_has_the_id_that_was_told() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let (vault, others) = (&fixture.vault, [number(BO)]);
        let first = vault.person(&number(ANNA), &others, TODAY, None).await.unwrap();
        let Identified::Untold(first) = first else {
            panic!("that somebody has two numbers is news");
        };
        assert!(first.begins && fixture.raw_recipients().await.is_empty());
        let known = vault.person(&number(ANNA), &others, TODAY, Some(&first)).await.unwrap();
        let id = first.id;
        assert_eq!(known, Identified::Known(first));
        assert_eq!(vault.find_recipients(&[number(BO)]).await.unwrap(), [Some(id)]);
    })
    .await;
}

#[tokio::test]
async fn two_nodes_that_link_two_people_at_once_agree() {
    on_each_database(async |databases| {
        let fixture = Fixture::new(databases).await;
        let node = fixture.other_node(databases).await;
        let (anna, bo) = (number(ANNA), number(BO));
        let first = fixture.vault.recipient(&anna, TODAY.plus_days(3)).await.unwrap();
        fixture.vault.recipient(&bo, TODAY.plus_days(2)).await.unwrap();
        let others = [bo.clone()];
        let (one, other, third) = tokio::join!(
            Box::pin(told_and_known(&fixture.vault, &anna, &others, TODAY)),
            Box::pin(told_and_known(&node, &anna, &others, TODAY.plus_days(1))),
            Box::pin(node.recipient(&bo, TODAY.plus_days(4))),
        );
        assert_eq!((one.id, other.id), (first, first));
        // Whoever asked for the other meanwhile has one of the two, and who they turned out to be is kept as long from the next
        // sign-in on.
        third.unwrap();
        told_and_known(&fixture.vault, &anna, &others, TODAY).await;
        let row = fixture
            .raw_recipients()
            .await
            .into_iter()
            .find(|row| row.id == *first.as_uuid());
        assert!(row.unwrap().day >= TODAY.plus_days(4).number());
        assert_eq!(
            fixture.vault.find_recipients(&[anna, bo]).await.unwrap(),
            [Some(first), Some(first)]
        );
    })
    .await;
}
