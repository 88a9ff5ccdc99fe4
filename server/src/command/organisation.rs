//! `postvalv organisation`

use base::{OrganisationId, TenantId};
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use portal::NewOrganisation;

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
    /// List the organisations: id, retention in days, time zone and name, oldest first.
    List,
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
    let actor = operator(&clock);
    match command {
        OrganisationCommand::Create(new) => {
            let new = NewOrganisation {
                name: new.name,
                retention_days: new.retention_days,
                time_zone: new.time_zone,
            };
            answer(&portal.create_organisation(&actor, new).await?.id.to_string());
        }
        OrganisationCommand::Tenant(TenantCommand::Add(Tenant { organisation, tenant })) => {
            portal.add_tenant(&actor, organisation, tenant).await?;
        }
        OrganisationCommand::Tenant(TenantCommand::Remove(Tenant { organisation, tenant })) => {
            portal.remove_tenant(&actor, organisation, tenant).await?;
        }
        OrganisationCommand::Tenant(TenantCommand::List { organisation }) => {
            for tenant in portal.tenants(&actor, organisation).await? {
                answer(&tenant.to_string());
            }
        }
        OrganisationCommand::List => {
            for organisation in portal.list_organisations(&actor).await? {
                let zone = organisation.time_zone.iana_name().unwrap_or("-");
                answer(&format!(
                    "{}  {:>3}  {zone}  {}",
                    organisation.id, organisation.retention_days, organisation.name
                ));
            }
        }
    }
    portal.close().await;
    Ok(())
}
