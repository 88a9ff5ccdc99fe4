//! What the programs that measure have in common.

use std::path::Path;
use std::time::Duration;

use base::SecretString;
use portal::{
    BlobSettings, LedgerSettings, Limits, PasswordCost, ProviderSettings, SessionLimits, Settings, StaffSettings,
};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Reads `COUNT FOLDER [PORTAL VAULT]`: a number, and a portal in an empty folder, with its databases there unless the addresses of two
/// empty ones are given.
pub(crate) fn settings(arguments: &[String]) -> Option<(&str, Settings)> {
    let sqlite = |folder: &str, name: &str| format!("sqlite:{}", Path::new(folder).join(name).display());
    let (count, folder, portal, vault) = match arguments {
        [count, folder] => (
            count,
            folder,
            sqlite(folder, "portal.sqlite"),
            sqlite(folder, "vault.sqlite"),
        ),
        [count, folder, portal, vault] => (count, folder, portal.clone(), vault.clone()),
        _ => return None,
    };
    Some((count, settings_of(folder, portal, vault)))
}

fn settings_of(folder: &str, portal: String, vault: String) -> Settings {
    Settings {
        database_url: SecretString::new(portal),
        vault_url: SecretString::new(vault),
        provider: ProviderSettings::Folder(Path::new(folder).join("keys")),
        ledger: LedgerSettings::Folder(Path::new(folder).join("ledger")),
        blobs: BlobSettings::Folder(Path::new(folder).join("blobs")),
        retention_ceiling_days: Settings::DEFAULT_RETENTION_CEILING_DAYS,
        audit_retention_days: Settings::DEFAULT_AUDIT_RETENTION_DAYS,
        purge: portal::PurgeSettings {
            compares_clocks: false,
            ..portal::PurgeSettings::default()
        },
        warnings: portal::WarningSettings {
            unread: Duration::ZERO,
            read: Duration::ZERO,
        },
        limits: Limits::default(),
        sessions: SessionLimits::default(),
        ways_in: portal::WaysIn::default(),
        staff: StaffSettings {
            second_factor_required: false,
            // No password is tried here.
            password_cost: PasswordCost {
                memory_kib: 256,
                passes: 1,
            },
            ..StaffSettings::default()
        },
        origin: "https://localhost".to_owned(),
        sends_mail: false,
        audit_receivers: Vec::new(),
        terms: None,
        time_zone: jiff::tz::TimeZone::UTC,
    }
}

pub(crate) fn random() -> Result<[u8; 16], Failure> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    Ok(random)
}

/// The least that so many percent of them do not exceed.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}
