//! `postvalv staff`

use anyhow::Context as _;
use base::{OrganisationId, StaffId};
use clap::{Args, Subcommand};
use portal::{Invitation, OperatorActor, Portal};

use super::{answer, operator};
use crate::config::Config;
use crate::staff::invitation_address;

/// What to do with an organisation's staff. Admins do the rest on their pages.
#[derive(Debug, Subcommand)]
pub enum StaffCommand {
    /// Invite an organisation's first admin, or another when none can get in, and print the link. It holds for 72 hours and
    /// once; hand it to the right person alone.
    InviteAdmin(InviteAdmin),
    /// Let somebody try again at once whose account is locked after wrong tries.
    Unlock(Who),
    /// Let an organisation's staff in with passwords again, where its rules ask for work accounts: the way back when its directory
    /// lets nobody in.
    AllowPasswords {
        /// The organisation.
        #[arg(long, value_name = "ID")]
        organisation: OrganisationId,
    },
    /// Invite somebody anew, and print the link: for an only admin who lost their password or their app. What they had to sign in
    /// with is void at once.
    Reset(Who),
}

/// Whom to invite.
#[derive(Debug, Args)]
pub struct InviteAdmin {
    /// The organisation.
    #[arg(long, value_name = "ID")]
    organisation: OrganisationId,
    /// The person's name.
    #[arg(long)]
    name: String,
    /// The e-mail address that they will sign in with. Nothing is sent to it.
    #[arg(long)]
    email: String,
}

/// Whose account.
#[derive(Debug, Args)]
pub struct Who {
    /// The organisation.
    #[arg(long, value_name = "ID")]
    organisation: OrganisationId,
    /// The e-mail address that they sign in with.
    #[arg(long)]
    email: String,
}

/// Prints an invitation: whom it is for, and its link.
fn tell(config: &Config, invitation: &Invitation) {
    let link = invitation_address(&config.origin, &invitation.token);
    answer(&format!(
        "staff      {}\ninvitation {}",
        invitation.staff,
        link.expose()
    ));
}

async fn find(portal: &Portal, actor: &OperatorActor, who: &Who) -> anyhow::Result<StaffId> {
    let found = portal.staff_with_email(actor, who.organisation, &who.email).await?;
    found.context("the organisation has no staff member with that e-mail address")
}

pub(super) async fn run(config: &Config, command: StaffCommand) -> anyhow::Result<()> {
    let (portal, clock) = super::open(config).await?;
    let actor = operator(&clock);
    match command {
        StaffCommand::InviteAdmin(new) => {
            let invitation = portal
                .invite_first_admin(&actor, new.organisation, &new.name, &new.email)
                .await?;
            tell(config, &invitation);
        }
        StaffCommand::Unlock(who) => {
            let staff = find(&portal, &actor, &who).await?;
            portal.unlock_any_staff(&actor, staff).await?;
        }
        StaffCommand::AllowPasswords { organisation } => {
            portal.allow_passwords(&actor, organisation).await?;
        }
        StaffCommand::Reset(who) => {
            let staff = find(&portal, &actor, &who).await?;
            tell(config, &portal.reset_staff(&actor, staff).await?);
        }
    }
    portal.close().await;
    Ok(())
}
