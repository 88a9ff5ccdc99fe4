//! What two nodes do at the same moment, on PostgreSQL, where they really do so. (SQLite has one writer at a time.)

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};

use base::{GroupId, StaffId};

use super::user;
use crate::test_support::TestPortal;
use crate::{GroupAttributes, Portal, ProvisionedGroup, ProvisioningActor, ProvisioningError, Role};

const OLLE: &str = "olle@norrby.example";
/// How often each is tried: which comes first is for chance.
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

/// Makes these a group's members, not before everybody at the barrier has come so far: the group is locked and read by then.
async fn set_members(
    node: Portal,
    actor: ProvisioningActor,
    group: GroupId,
    members: BTreeSet<StaffId>,
    barrier: Arc<Barrier>,
) -> Result<ProvisionedGroup, ProvisioningError> {
    let change = |before: &ProvisionedGroup| {
        tokio::task::block_in_place(|| barrier.wait());
        Ok((before.attributes.clone(), members))
    };
    node.change_provisioned_group(&actor, group, change).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_leaves_both_groups_that_give_a_role_at_once_has_it_no_longer() {
    let Some(test) = TestPortal::on_postgres().await else {
        return;
    };
    let admin = test.first_admin().await;
    let actor = test.directory(admin.organisation_id(), None).await;
    let nodes = [test.portal.clone(), test.another_node().await];
    let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap().id;
    let groups = groups(&test, &actor).await;
    for _ in 0..ROUNDS {
        for (members, role) in [(BTreeSet::from([olle]), Role::Admin), (BTreeSet::new(), Role::Sender)] {
            let barrier = Arc::new(Barrier::new(2));
            let change = |(node, group): (&Portal, &GroupId)| {
                let members = members.clone();
                tokio::spawn(set_members(
                    node.clone(),
                    actor.clone(),
                    *group,
                    members,
                    barrier.clone(),
                ))
            };
            let changes: Vec<_> = nodes.iter().zip(&groups).map(change).collect();
            for changed in changes {
                changed.await.unwrap().unwrap();
            }
            assert_eq!(test.portal.staff_member(&admin, olle).await.unwrap().role, role);
        }
    }
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
        let taken_in = set_members(
            node.clone(),
            actor.clone(),
            group,
            BTreeSet::from([olle]),
            barrier.clone(),
        );
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
