//! `postvalv organisation`

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
