//! Groups, and the roles that three of them give.

use std::collections::BTreeSet;

use base::{GroupId, StaffId};

use super::{user, with_role};
use crate::provisioning::{GroupKey, GroupMembers, Selection};
use crate::test_support::{TestPortal, on_both_databases};
use crate::{GroupAttributes, Portal, ProvisionedGroup, ProvisioningActor, ProvisioningError, Role};

fn named(name: &str) -> GroupAttributes {
    GroupAttributes {
        display_name: name.to_owned(),
        external_id: None,
    }
}

async fn change(
    test: &TestPortal,
    actor: &ProvisioningActor,
    id: GroupId,
    change: impl FnOnce(&mut GroupAttributes, &mut BTreeSet<StaffId>) + Send,
) -> Result<ProvisionedGroup, ProvisioningError> {
    let change = |before: &ProvisionedGroup| {
        let (mut attributes, mut members) = (before.attributes.clone(), before.members.clone());
        change(&mut attributes, &mut members);
        Ok((attributes, members))
    };
    test.portal.change_provisioned_group(actor, id, change).await
}

on_both_databases! {
    async fn a_group_is_made_changed_found_and_deleted(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, None).await;
        let olle = test.portal.provision_user(&actor, user("olle@norrby.example")).await.unwrap().id;
        let bo = test.portal.provision_user(&actor, user("bo@norrby.example")).await.unwrap().id;
        let made = test.portal.provision_group(&actor, &named("Socialtjänsten"), &BTreeSet::from([olle])).await.unwrap();
        let twice = test.portal.provision_group(&actor, &named("SOCIALTJÄNSTEN"), &BTreeSet::new()).await;
        assert!(matches!(twice, Err(ProvisioningError::Taken("displayName"))));
        let renamed = change(&test, &actor, made.id, |group, members| {
            group.display_name = "Skolan".to_owned();
            members.insert(bo);
        });
        assert_eq!(renamed.await.unwrap().members, BTreeSet::from([olle, bo]));
        let found = async |key, members| {
            test.portal.find_provisioned_groups(&actor, key, members, &Selection::default()).await.unwrap().shown
        };
        assert_eq!(found(GroupKey::DisplayName("skolan"), GroupMembers::Shown).await[0].members.len(), 2);
        assert_eq!(found(GroupKey::DisplayName("skolan"), GroupMembers::Unasked).await[0].members.len(), 0);
        assert!(found(GroupKey::DisplayName("Socialtjänsten"), GroupMembers::Shown).await.is_empty());
        assert_eq!(found(GroupKey::All, GroupMembers::Shown).await.len(), 1);
        let seen = test.portal.provisioned_user(&actor, bo).await.unwrap();
        assert_eq!(seen.groups.iter().map(|group| group.display_name.as_str()).collect::<Vec<_>>(), ["Skolan"]);
        // Who is given up is in no group any more.
        test.portal.remove_provisioned_user(&actor, bo).await.unwrap();
        assert_eq!(found(GroupKey::Id(made.id), GroupMembers::Shown).await[0].members, BTreeSet::from([olle]));
        let stranger = change(&test, &actor, made.id, |_, members| { members.insert(bo); }).await;
        assert!(matches!(stranger, Err(ProvisioningError::Invalid(_))));
        test.portal.remove_provisioned_group(&actor, made.id).await.unwrap();
        let gone = test.portal.remove_provisioned_group(&actor, made.id).await;
        assert!(matches!(gone, Err(ProvisioningError::NotFound)));
        assert!(found(GroupKey::Id(made.id), GroupMembers::Shown).await.is_empty());
        let log = test.directory_log().await;
        let of_groups: Vec<&str> = log.iter().map(String::as_str).filter(|line| line.starts_with("group")).collect();
        assert_eq!(of_groups, ["group.created", "group.changed", "group.deleted"]);
    }

    async fn the_members_of_a_group_with_a_roles_name_have_it_unless_they_have_one_of_their_own(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user("olle@norrby.example")).await.unwrap().id;
        let eva = with_role(&user("eva@norrby.example"), "auditor");
        let eva = test.portal.provision_user(&actor, eva).await.unwrap().id;
        let role = async |id| test.portal.staff_member(&admin, id).await.unwrap().role;
        let both = BTreeSet::from([olle, eva]);
        let admins = test.portal.provision_group(&actor, &named("Postvalv.Admin"), &both).await.unwrap().id;
        assert_eq!((role(olle).await, role(eva).await), (Role::Admin, Role::Auditor));
        // The name decides, whoever is in it already.
        change(&test, &actor, admins, |group, _| group.display_name = "auditor".to_owned()).await.unwrap();
        assert_eq!(role(olle).await, Role::Auditor);
        change(&test, &actor, admins, |group, _| group.display_name = "Auditor".to_owned()).await.unwrap();
        assert_eq!(role(olle).await, Role::Sender);
        change(&test, &actor, admins, |group, _| group.display_name = "admin".to_owned()).await.unwrap();
        assert_eq!(role(olle).await, Role::Admin);
        // Without a role of her own she gets the group's.
        test.say(&actor, eva, |user| user.roles.clear()).await.unwrap();
        assert_eq!(role(eva).await, Role::Admin);
        // Who leaves, or leaves while the group is renamed, has it no longer.
        change(&test, &actor, admins, |group, members| {
            members.remove(&olle);
            group.display_name = "sender".to_owned();
        }).await.unwrap();
        assert_eq!((role(olle).await, role(eva).await), (Role::Sender, Role::Sender));
        change(&test, &actor, admins, |group, _| group.display_name = "admin".to_owned()).await.unwrap();
        assert_eq!((role(olle).await, role(eva).await), (Role::Sender, Role::Admin));
        test.portal.remove_provisioned_group(&actor, admins).await.unwrap();
        assert_eq!(role(eva).await, Role::Sender);
    }

    async fn another_organisations_groups_and_people_are_not_there(test: TestPortal) {
        let norrby = test.organisation("Norrby kommun").await;
        let soderby = test.organisation("Söderby kommun").await;
        let (ours, theirs) = (test.directory(norrby, None).await, test.directory(soderby, None).await);
        let olle = test.portal.provision_user(&theirs, user("olle@norrby.example")).await.unwrap().id;
        let group = test.portal.provision_group(&theirs, &named("Skolan"), &BTreeSet::from([olle])).await.unwrap().id;
        let found = async |key| {
            test.portal.find_provisioned_groups(&ours, key, GroupMembers::Shown, &Selection::default()).await.unwrap().total
        };
        assert_eq!(found(GroupKey::All).await, 0);
        assert_eq!(found(GroupKey::Id(group)).await, 0);
        assert_eq!(found(GroupKey::DisplayName("Skolan")).await, 0);
        assert!(matches!(change(&test, &ours, group, |_, _| {}).await, Err(ProvisioningError::NotFound)));
        let removed = test.portal.remove_provisioned_group(&ours, group).await;
        assert!(matches!(removed, Err(ProvisioningError::NotFound)));
        let own = test.portal.provision_group(&ours, &named("Skolan"), &BTreeSet::from([olle])).await;
        assert!(matches!(own, Err(ProvisioningError::Invalid(_))));
        assert_eq!(test.rows("provisioned_group").await, 1);
    }

    async fn the_log_says_who_was_in_a_group_that_gives_a_role_and_when(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, None).await;
        let olle = test.portal.provision_user(&actor, user("olle@norrby.example")).await.unwrap().id;
        let bo = test.portal.provision_user(&actor, user("bo@norrby.example")).await.unwrap().id;
        let group = test.portal.provision_group(&actor, &named("Skolan"), &BTreeSet::from([olle])).await.unwrap().id;
        let rename = async |name: &str| {
            change(&test, &actor, group, |group, _| group.display_name = name.to_owned()).await.unwrap();
        };
        rename("admin").await;
        change(&test, &actor, group, |_, members| { members.insert(bo); }).await.unwrap();
        change(&test, &actor, group, |_, members| { members.remove(&olle); }).await.unwrap();
        rename("Skolan").await;
        change(&test, &actor, group, |_, members| { members.insert(olle); }).await.unwrap();
        rename("sender").await;
        test.portal.remove_provisioned_group(&actor, group).await.unwrap();
        let mut said = Vec::new();
        for row in test.audit_log().await {
            if let Some(what) = row.action.strip_prefix("group.member-") {
                assert_eq!(row.detail, Some(group.to_string()));
                let who = if row.target_id == Some(*olle.as_uuid()) { "olle" } else { "bo" };
                said.push(format!("{who} {what}"));
            }
        }
        let mut later = said.split_off(4);
        assert_eq!(said, ["olle added", "bo added", "olle removed", "bo removed"]);
        later.sort_unstable();
        assert_eq!(later, ["bo added", "bo removed", "olle added", "olle removed"]);
    }

    async fn of_the_groups_that_are_wanted_those_that_are_shown_come_with_their_members(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, None).await;
        let olle = test.portal.provision_user(&actor, user("olle@norrby.example")).await.unwrap().id;
        for number in 0..5 {
            test.clock.advance_millis(1);
            let members = if number == 3 { BTreeSet::new() } else { BTreeSet::from([olle]) };
            test.portal.provision_group(&actor, &named(&format!("g{number}")), &members).await.unwrap();
        }
        let found = async |members, selection: Selection<'_, ProvisionedGroup>| {
            let found = test.portal.find_provisioned_groups(&actor, GroupKey::All, members, &selection).await.unwrap();
            let one = |group: ProvisionedGroup| format!("{}:{}", group.attributes.display_name, group.members.len());
            (found.total, found.map(one).shown.join(" "))
        };
        let page = |skip, take| Selection { keep: None, skip, take };
        assert_eq!(found(GroupMembers::Shown, page(2, 2)).await, (5, "g2:1 g3:0".to_owned()));
        assert_eq!(found(GroupMembers::Unasked, page(4, 2)).await, (5, "g4:0".to_owned()));
        let has_members = |group: &ProvisionedGroup| !group.members.is_empty();
        let with_members = |skip, take| Selection { keep: Some(&has_members), skip, take };
        assert_eq!(found(GroupMembers::Tested, with_members(1, 3)).await, (4, "g1:1 g2:1 g4:1".to_owned()));
    }

    async fn groups_and_the_people_in_them_change_at_once_and_none_waits_for_another_for_good(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, None).await;
        let olle = test.portal.provision_user(&actor, user("olle@norrby.example")).await.unwrap().id;
        let bo = test.portal.provision_user(&actor, user("bo@norrby.example")).await.unwrap().id;
        let people = BTreeSet::from([olle, bo]);
        let mut groups = Vec::new();
        for (name, members) in [("admin", BTreeSet::from([olle])), ("auditor", BTreeSet::from([bo]))] {
            groups.push(test.portal.provision_group(&actor, &named(name), &members).await.unwrap().id);
        }
        let swap = |id| change(&test, &actor, id, |_, members| *members = &people ^ &*members);
        for round in 0..20 {
            let leave_and_come_back = async {
                test.portal.remove_provisioned_user(&actor, bo).await.unwrap();
                let back = test.portal.provision_user(&actor, user("bo@norrby.example")).await.unwrap();
                assert_eq!(back.id, bo);
            };
            let make_and_delete = async {
                let made = test.portal.provision_group(&actor, &named(&round.to_string()), &BTreeSet::from([olle])).await;
                test.portal.remove_provisioned_group(&actor, made.unwrap().id).await.unwrap();
            };
            let (first, second, said, (), ()) = futures::join!(
                swap(groups[0]),
                swap(groups[1]),
                test.say(&actor, olle, |user| user.active = !user.active),
                leave_and_come_back,
                make_and_delete,
            );
            said.unwrap();
            // Who is away can't be taken in.
            for swapped in [first, second] {
                assert!(matches!(swapped, Ok(_) | Err(ProvisioningError::Invalid(_))), "{swapped:?}");
            }
        }
        test.portal.remove_provisioned_user(&actor, bo).await.unwrap();
        let all = Selection::default();
        let left = test.portal.find_provisioned_groups(&actor, GroupKey::All, GroupMembers::Shown, &all).await.unwrap();
        assert!(left.shown.iter().all(|group| !group.members.contains(&bo)));
    }

    async fn groups_and_their_members_are_bounded(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, None).await;
        let many: BTreeSet<StaffId> = (0..=Portal::MAX_GROUP_MEMBERS).map(|_| test.portal.0.ids.next()).collect();
        let refused = test.portal.provision_group(&actor, &named("Alla"), &many).await;
        assert!(matches!(refused, Err(ProvisioningError::TooMany("members"))));
        for number in 0..500 {
            test.portal.provision_group(&actor, &named(&number.to_string()), &BTreeSet::new()).await.unwrap();
        }
        let refused = test.portal.provision_group(&actor, &named("one more"), &BTreeSet::new()).await;
        assert!(matches!(refused, Err(ProvisioningError::TooMany("groups"))));
    }
}
