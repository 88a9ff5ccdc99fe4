//! `postvalv demonstration`: an organisation to try the portal with, and a profile for `valv`. Development mode only.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use base::{AllowedNetworks, Clock, Ids, SecretString, SystemId};
use clap::Args;
use portal::{
    InviteError, NewOrganisation, NewSystem, OperatorActor, Organisation, Portal, RequestInfo, Scope, TokenError,
};
use serde::Deserialize;

use super::{answer, operator};
use crate::config::Config;
use crate::staff::{Place, invitation_address};

/// The name of the demonstration organisation.
const NAME: &str = "Exempelkommunen";

/// Where to leave the credentials.
#[derive(Debug, Args)]
pub struct Demonstration {
    /// The file for `valv --profile`, which only its owner may read.
    #[arg(long, value_name = "FILE", default_value = "var/valv.toml")]
    profile: PathBuf,
}

/// What `valv login` would write.
#[derive(Deserialize)]
struct Profile {
    server: String,
    client_id: SystemId,
    client_secret: SecretString,
}

/// Creates the organisation and a system of it, unless the profile has one already that still gets in.
pub(super) async fn run(config: &Config, arguments: &Demonstration) -> anyhow::Result<()> {
    ensure!(
        config.mode.is_development(),
        "mode: a demonstration organisation is created in development mode alone"
    );
    let (portal, clock) = super::open(config).await?;
    let path = &arguments.profile;
    let server = config.origin.as_str();
    let actor = operator(&clock);
    if gets_in(&portal, &clock, path, server).await? {
        answer(&format!(
            "{NAME} is there; its system's credentials are in {}",
            path.display()
        ));
    } else {
        let (id, secret) = create(&portal, &actor).await?;
        write(path, server, id, &secret).with_context(|| format!("{} can't be written", path.display()))?;
        answer(&format!(
            "{NAME} has a system; its credentials are in {}",
            path.display()
        ));
    }
    invite(&portal, &actor, config).await?;
    portal.close().await;
    Ok(())
}

/// Says how to work as the organisation's staff: by a new invitation, until somebody has accepted one.
async fn invite(portal: &Portal, actor: &OperatorActor, config: &Config) -> anyhow::Result<()> {
    let organisation = organisation(portal, actor).await?;
    let invited = portal
        .invite_first_admin(
            actor,
            organisation.id,
            "Karin Åkerström",
            "karin@exempelkommunen.example",
        )
        .await;
    match invited {
        Ok(invitation) => {
            let link = invitation_address(&config.origin, &invitation.token);
            answer(&format!("{NAME} has no admin yet; become it at {}", link.expose()));
        }
        Err(InviteError::HasAdmin) => {
            let address = organisation.slug.unwrap_or_else(|| organisation.id.to_string());
            let page = config.origin.address_of(&Place::SignIn(address).to_string());
            answer(&format!("{NAME}'s staff sign in at {page}"));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn gets_in(portal: &Portal, clock: &Clock, path: &Path, server: &str) -> anyhow::Result<bool> {
    let Some(profile) = read(path) else { return Ok(false) };
    let request = RequestInfo {
        id: Ids::new(clock.clone()).next(),
        address: None,
    };
    match portal
        .issue_token(profile.client_id, &profile.client_secret, None, request)
        .await
    {
        Ok(_) => Ok(profile.server == server),
        Err(TokenError::Fault(fault)) => Err(fault.into()),
        Err(
            TokenError::InvalidClient
            | TokenError::InvalidScope
            | TokenError::InvalidToken
            | TokenError::InvalidAssertion(_)
            | TokenError::OutsideNetworks(_),
        ) => Ok(false),
    }
}

/// The profile at `path`; whatever is wrong with it, a new one takes its place.
fn read(path: &Path) -> Option<Profile> {
    let text = SecretString::new(fs::read_to_string(path).ok()?);
    toml::from_str(text.expose()).ok()
}

/// The demonstration organisation; creates it when it is missing.
async fn organisation(portal: &Portal, actor: &OperatorActor) -> anyhow::Result<Organisation> {
    let existing = portal.list_organisations(actor).await?;
    let is_there = |organisation: &Organisation| organisation.name == NAME && organisation.deleted_at.is_none();
    if let Some(organisation) = existing.into_iter().find(is_there) {
        return Ok(organisation);
    }
    let new = NewOrganisation {
        name: NAME.to_owned(),
        retention_days: None,
        time_zone: None,
    };
    Ok(portal.create_organisation(actor, new).await?)
}

async fn create(portal: &Portal, actor: &OperatorActor) -> anyhow::Result<(SystemId, SecretString)> {
    let organisation = organisation(portal, actor).await?;
    let new = NewSystem {
        name: "demonstration".to_owned(),
        scopes: Scope::ALL.to_vec(),
        networks: AllowedNetworks::anywhere(),
    };
    let system = portal.create_system(actor, organisation.id, new).await?;
    Ok((system, portal.add_secret(actor, system, None).await?.secret))
}

fn write(path: &Path, server: &str, id: SystemId, secret: &SecretString) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Made anew and moved into place, so that the mode of a file that was there before doesn't remain.
    let aside = path.with_extension("new");
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)?;
    let text = SecretString::new(format!(
        "# A system's access to Postvalv, written by `postvalv demonstration`.\n\
         server = \"{server}\"\nclient_id = \"{id}\"\nclient_secret = \"{}\"\n",
        secret.expose()
    ));
    file.write_all(text.expose().as_bytes())?;
    file.sync_all()?;
    fs::rename(&aside, path)
}
