//! What two nodes do at the same moment, on PostgreSQL, where they really do so. (SQLite has one writer at a time.)

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};

use base::{GroupId, StaffId};
use sea_orm::{EntityTrait, QuerySelect};

use super::user;
use crate::staff;
use crate::test_support::TestPortal;
use crate::{GroupAttributes, Portal, ProvisionedGroup, ProvisioningActor, ProvisioningError, Role};

const OLLE: &str = "olle@norrby.example";
/// How often it is tried where chance says which comes first.
const ROUNDS: usize = 10;

/// Two groups that give their members a role.
const GROUPS: [&str; 2] = ["Postvalv.Admin", "admin"];

async fn groups(test: &TestPortal, actor: &ProvisioningActor) -> Vec<GroupId> {
    let mut made = Vec::new();
    for name in GROUPS {
        let group = GroupAttributes {
            display_name: name.to_owned(),
            external_id: None,
        };
        let group = test.portal.provision_group(actor, &group, &BTreeSet::new()).await;
        made.push(group.unwrap().id);
    }
    made
}

/// Makes these a group's members; `read` is called when the group is locked and read.
async fn set_members(
    node: Portal,
    actor: ProvisioningActor,
    group: GroupId,
    members: BTreeSet<StaffId>,
    read: impl FnOnce() + Send,
) -> Result<ProvisionedGroup, ProvisioningError> {
    let change = |before: &ProvisionedGroup| {
        read();
        Ok((before.attributes.clone(), members))
    };
    node.change_provisioned_group(&actor, group, change).await
}

#[tokio::test]
async fn who_leaves_both_groups_that_give_a_role_at_once_has_it_no_longer() {
    let Some(test) = TestPortal::on_postgres().await else {
        return;
    };
    let admin = test.first_admin().await;
    let actor = test.directory(admin.organisation_id(), None).await;
    let nodes = [test.portal.clone(), test.another_node().await];
    let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap().id;
    let groups = groups(&test, &actor).await;
    let set = |(node, group): (&Portal, &GroupId), members: BTreeSet<StaffId>| {
        tokio::spawn(set_members(node.clone(), actor.clone(), *group, members, || ()))
    };
    for place in nodes.iter().zip(&groups) {
        set(place, BTreeSet::from([olle])).await.unwrap().unwrap();
    }
    assert_eq!(test.portal.staff_member(&admin, olle).await.unwrap().role, Role::Admin);

    // Both come as far as the account, which is held; then each in its turn sees what the other did.
    let holder = test.portal.0.database.write().await.unwrap();
    let account = staff::entity::Entity::find_by_id(*olle.as_uuid()).lock_exclusive();
    assert!(account.one(&holder).await.unwrap().is_some());
    let leave = |place| set(place, BTreeSet::new());
    let changes: Vec<_> = nodes.iter().zip(&groups).map(leave).collect();
    test.connections_wait(2).await;
    drop(holder);
    for changed in changes {
        changed.await.unwrap().unwrap();
    }
    assert_eq!(test.portal.staff_member(&admin, olle).await.unwrap().role, Role::Sender);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_given_up_while_a_group_takes_them_in_has_no_role_of_it_when_they_come_back() {
    let Some(test) = TestPortal::on_postgres().await else {
        return;
    };
    let admin = test.first_admin().await;
    let actor = test.directory(admin.organisation_id(), None).await;
    let (node, other) = (test.portal.clone(), test.another_node().await);
    let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap().id;
    let group = groups(&test, &actor).await[0];
    for _ in 0..ROUNDS {
        let barrier = Arc::new(Barrier::new(2));
        let meets = Arc::clone(&barrier);
        let read = move || {
            tokio::task::block_in_place(|| meets.wait());
        };
        let taken_in = set_members(node.clone(), actor.clone(), group, BTreeSet::from([olle]), read);
        let taken_in = tokio::spawn(taken_in);
        // Off the runtime's threads, so that the group is read while this waits.
        tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap();
        other.remove_provisioned_user(&actor, olle).await.unwrap();
        let taken_in = taken_in.await.unwrap();
        assert!(
            matches!(taken_in, Ok(_) | Err(ProvisioningError::Invalid(_))),
            "{taken_in:?}"
        );
        let back = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        assert_eq!((back.id, back.groups.len()), (olle, 0));
        let seen = test.portal.provisioned_user(&actor, olle).await.unwrap();
        assert!(seen.groups.is_empty());
        assert_eq!(test.portal.staff_member(&admin, olle).await.unwrap().role, Role::Sender);
    }
}
