//! `postvalv organisation`

use anyhow::bail;
use base::{OrganisationId, TenantId};
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use portal::{ErasureObstacle, ErasureWait, NewOrganisation, OperatorActor, Organisation, Portal};

use super::{answer, operator};
use crate::config::Config;

/// What to do with organisations.
#[derive(Debug, Subcommand)]
pub enum OrganisationCommand {
    /// Create an organisation with a key of its own, and print its id.
    Create(Create),
    /// Say whose directories of Entra ID are an organisation's, so that its staff sign in with work accounts.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// List the organisations: id, retention in days, time zone and name, oldest first; of one that was deleted, since when.
    List,
    /// Delete an organisation with everything that it has. Without --confirm, say what that is and change nothing.
    Delete(Delete),
}

/// The organisation to delete.
#[derive(Debug, Args)]
pub struct Delete {
    /// Its slug or its id.
    #[arg(value_name = "ORGANISATION")]
    organisation: String,
    /// Delete it, if it has at most so many messages. Nothing of it can be had back.
    #[arg(long, value_name = "MESSAGES")]
    confirm: Option<u64>,
}

/// The organisation to create.
#[derive(Debug, Args)]
pub struct Create {
    /// The name that recipients see.
    #[arg(long)]
    name: String,
    /// For how many days its messages may be read, unless they say otherwise.
    #[arg(long, value_name = "DAYS")]
    retention_days: Option<u32>,
    /// Where its days end, by its name in the IANA time zone database [default: retention.time_zone].
    #[arg(long, value_name = "ZONE", value_parser = time_zone)]
    time_zone: Option<TimeZone>,
}

/// What to do with an organisation's directories.
#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a directory one of the organisation's: whoever has a role in it there gets in.
    Add(Tenant),
    /// Take a directory from the organisation: whoever came by it gets in no longer, from their next request on.
    Remove(Tenant),
    /// List the organisation's directories.
    List {
        /// The organisation's id.
        #[arg(long, value_name = "ID")]
        organisation: OrganisationId,
    },
}

/// A directory of an organisation.
#[derive(Debug, Args)]
pub struct Tenant {
    /// The organisation's id.
    #[arg(long, value_name = "ID")]
    organisation: OrganisationId,
    /// The directory's id: "Tenant ID" in the Entra admin centre.
    #[arg(long, value_name = "ID")]
    tenant: TenantId,
}

fn time_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "not a time zone such as Europe/Stockholm".to_owned())
}

pub(super) async fn run(config: &Config, command: OrganisationCommand) -> anyhow::Result<()> {
    let (portal, clock) = super::open(config).await?;
    let done = carry_out(&portal, &operator(&clock), command).await;
    portal.close().await;
    done
}

async fn carry_out(portal: &Portal, actor: &OperatorActor, command: OrganisationCommand) -> anyhow::Result<()> {
    match command {
        OrganisationCommand::Create(new) => {
            let new = NewOrganisation {
                name: new.name,
                retention_days: new.retention_days,
                time_zone: new.time_zone,
            };
            answer(&portal.create_organisation(actor, new).await?.id.to_string());
        }
        OrganisationCommand::Tenant(TenantCommand::Add(Tenant { organisation, tenant })) => {
            portal.add_tenant(actor, organisation, tenant).await?;
        }
        OrganisationCommand::Tenant(TenantCommand::Remove(Tenant { organisation, tenant })) => {
            portal.remove_tenant(actor, organisation, tenant).await?;
        }
        OrganisationCommand::Tenant(TenantCommand::List { organisation }) => {
            for tenant in portal.tenants(actor, organisation).await? {
                answer(&tenant.to_string());
            }
        }
        OrganisationCommand::List => {
            for organisation in portal.list_organisations(actor).await? {
                let zone = organisation.time_zone.iana_name().unwrap_or("-");
                answer(&format!(
                    "{}  {:>3}  {zone}  {}{}",
                    organisation.id,
                    organisation.retention_days,
                    organisation.name,
                    state(&organisation)
                ));
            }
        }
        OrganisationCommand::Delete(arguments) => delete(portal, actor, &arguments).await?,
    }
    Ok(())
}

/// What a list says of an organisation that was deleted.
fn state(organisation: &Organisation) -> String {
    match (organisation.deleted_at, organisation.erased_at) {
        (None, _) => String::new(),
        (Some(at), None) => format!("  (deleted {}, being purged)", at.to_rfc3339()),
        (Some(at), Some(erased)) => format!("  (deleted {}, erased {})", at.to_rfc3339(), erased.to_rfc3339()),
    }
}

/// What is said of what a deleted organisation waits for, a line for each.
fn waits(waits: &[ErasureWait]) -> Vec<String> {
    if waits.is_empty() {
        return vec!["waits for    nothing; the next round of jobs erases the rest".to_owned()];
    }
    let line = |wait: &ErasureWait| {
        let what = match wait.obstacle {
            ErasureObstacle::Upload => "uploads that were begun and that the sweeper has not forgotten yet",
            ErasureObstacle::Delivery => "deliveries that are not purged yet",
            ErasureObstacle::Message => "messages whose texts are not erased yet",
            ErasureObstacle::Document => "documents that are not purged yet",
            ErasureObstacle::ProtocolLine => "messages and documents that were purged and stand in no protocol yet",
            ErasureObstacle::Request => "requests that those who made them may read",
            ErasureObstacle::Hold => "lifted holds of which the reasons are kept",
            ErasureObstacle::Webhook => "webhooks that have no checkpoint yet that tells of the deletion",
            ErasureObstacle::ContentKey => "content keys; those that nothing names go with the orphans",
        };
        let until = wait
            .until
            .map(|until| format!(", at the latest until {}", until.to_rfc3339()))
            .unwrap_or_default();
        format!("waits for    {} {what}{until}", wait.count)
    };
    waits.iter().map(line).collect()
}

async fn delete(portal: &Portal, actor: &OperatorActor, arguments: &Delete) -> anyhow::Result<()> {
    let address = &arguments.organisation;
    let (organisation, content) = portal.organisation_content(actor, address).await?;
    answer(&format!(
        "organisation {} {}{}\nmessages     {}\ndocuments    {}\ncases        {}\nrecipients   {}\nstaff        {}\nsystems      {}\n\
         holds        {}\nheld         {}",
        organisation.id,
        organisation.name,
        state(&organisation),
        content.messages,
        content.documents,
        content.cases,
        content.recipients,
        content.staff,
        content.systems,
        content.holds,
        content.held
    ));
    if organisation.deleted_at.is_some() {
        if organisation.erased_at.is_none() {
            for line in waits(&portal.erasure_waits(actor, organisation.id).await?) {
                answer(&line);
            }
        }
        return Ok(());
    }
    let Some(confirmed) = arguments.confirm else {
        if content.held > 0 {
            bail!(
                "nothing was deleted, and nothing can be: holds keep {} of its messages",
                content.held
            );
        }
        bail!(
            "nothing was deleted; to delete all of this: postvalv organisation delete {address} --confirm {}",
            content.messages
        );
    };
    portal.delete_organisation(actor, address, confirmed).await?;
    answer("deleted      the purge destroys what it had in the next rounds of jobs");
    Ok(())
}

#[cfg(test)]
mod tests {
    use base::Timestamp;

    use super::*;

    #[test]
    fn what_is_waited_for_is_said_with_how_many_and_until_when() {
        let wait = |obstacle, count, until: Option<i64>| ErasureWait {
            obstacle,
            count,
            until: until.map(Timestamp::from_millis),
        };
        let said = waits(&[
            wait(ErasureObstacle::Document, 412, None),
            wait(ErasureObstacle::Request, 2, Some(1_795_348_800_000)),
        ]);
        let expected = [
            "waits for    412 documents that are not purged yet",
            "waits for    2 requests that those who made them may read, at the latest until 2026-11-22T12:00:00Z",
        ];
        assert_eq!(said, expected);
        assert_eq!(waits(&[]).len(), 1);
    }
}
