//! `GET /data-protection`, and what the configuration says for it and for the record of processing.

use app::{DataProtection, DatabasesIn, Language, Page, page};
use axum::extract::{Extension, State};
use portal::SessionKind;

use crate::config::Config;
use crate::state::AppState;
use crate::visitor::Visitor;

/// What the configuration says of personal data, with the providers' names in a language.
pub(crate) fn facts(config: &Config, language: Language) -> DataProtection {
    let is_file = |url: &str| url.starts_with("sqlite:");
    let databases = match (
        is_file(config.database.url.expose()),
        is_file(config.vault.url.expose()),
    ) {
        (true, true) => DatabasesIn::Files,
        (false, false) => DatabasesIn::Postgres,
        (true, false) | (false, true) => DatabasesIn::FileAndPostgres,
    };
    let for_recipients = config
        .providers
        .values()
        .filter(|provider| provider.kind.lets_in(SessionKind::Recipient));
    let label = |provider: &crate::config::ProviderSection| match language {
        Language::Swedish => provider.label.clone(),
        Language::English => provider.label_en.as_ref().unwrap_or(&provider.label).clone(),
    };
    let longest_wait = match config.audit.syslog.is_empty() {
        true => 0,
        false => portal::Settings::AUDIT_WAIT_DAYS.into(),
    };
    DataProtection {
        databases,
        documents_in_bucket: config.blobs.s3.is_some(),
        ceiling_days: config.retention.ceiling_days,
        audit_days: config.retention.audit_days + longest_wait,
        idle_minutes: config.sessions.idle_minutes,
        absolute_minutes: config.sessions.absolute_minutes,
        providers: for_recipients.map(label).collect(),
        sends_mail: config.mail.is_some(),
        has_places: config.places.is_some(),
        has_terms: config.terms.is_some(),
        hands_out_log: !config.audit.syslog.is_empty(),
        hands_out_checkpoints: !config.audit.checkpoints.is_empty(),
        backup_days: config.backup.as_ref().map(|backup| backup.provider_archive_days),
        place: config.contact.as_ref().and_then(|contact| contact.place.clone()),
        processors: config
            .contact
            .as_ref()
            .map(|contact| contact.processors.clone())
            .unwrap_or_default(),
    }
}

/// The page, for anybody.
pub(crate) async fn show(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Page {
    let layout = &visitor.layout;
    page::data_protection(layout, state.data_protection(layout.language))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVELOPMENT: &str = include_str!("../../config/development.toml");

    fn of(text: &str) -> DataProtection {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let config = Config::load_from(file.path(), []).unwrap();
        facts(&config, Language::Swedish)
    }

    fn with(more: &str) -> DataProtection {
        of(&format!("{DEVELOPMENT}\n{more}\n"))
    }

    #[test]
    fn each_receiver_and_each_number_of_days_comes_from_the_configuration_in_force() {
        let plain = with("");
        assert_eq!(plain.backup_days, None);
        assert!(
            !plain.hands_out_log && !plain.hands_out_checkpoints && !plain.documents_in_bucket && !plain.sends_mail
        );
        let backup = "[backup]\nfolder = \"./var/backups\"\npassphrase = \"tolv tecken minst\"";
        assert_eq!(with(backup).backup_days, Some(7));
        assert_eq!(
            with(&format!("{backup}\nprovider_archive_days = 3")).backup_days,
            Some(3)
        );
        let s3 = "endpoint = \"https://s3.example.se\"\nregion = \"se\"\nbucket = \"locked\"\naccess_key_id = \"a\"\nsecret_access_key = \"b\"";
        let expected = DataProtection {
            hands_out_checkpoints: true,
            ..plain.clone()
        };
        assert_eq!(with(&format!("[audit.checkpoints.archive.s3]\n{s3}")), expected);
        let expected = DataProtection {
            hands_out_log: true,
            audit_days: plain.audit_days + u32::from(portal::Settings::AUDIT_WAIT_DAYS),
            ..plain.clone()
        };
        assert_eq!(with("[audit.syslog.siem]\nhost = \"siem.example.se\""), expected);
        // Where webhooks may lead says nothing of whether there are any.
        assert_eq!(with("[audit.webhook]\nallowed_networks = [\"10.1.0.0/16\"]"), plain);
    }

    #[test]
    fn each_database_is_where_the_configuration_says() {
        let (portal, vault) = ("sqlite:./var/portal.sqlite", "sqlite:./var/vault.sqlite");
        assert!(DEVELOPMENT.contains(portal) && DEVELOPMENT.contains(vault));
        let server = "postgres://postvalv@localhost/postvalv";
        let both = DEVELOPMENT.replace(portal, server);
        let all = both.replace(vault, &format!("{server}-vault"));
        assert_eq!(of(DEVELOPMENT).databases, DatabasesIn::Files);
        assert_eq!(of(&both).databases, DatabasesIn::FileAndPostgres);
        assert_eq!(
            of(&DEVELOPMENT.replace(vault, server)).databases,
            DatabasesIn::FileAndPostgres
        );
        assert_eq!(of(&all).databases, DatabasesIn::Postgres);
    }

    #[test]
    fn what_the_operator_says_of_where_the_portal_stands_and_of_processors_is_taken_as_it_is() {
        let contact = "[contact]\nplace = \"Luleå, Sverige\"\nprocessors = [\"Ett AB (drift)\", \"Två AB (mejl)\"]\n";
        let said = of(&DEVELOPMENT.replace("[contact]\n", contact));
        assert_eq!(said.place.as_deref(), Some("Luleå, Sverige"));
        assert_eq!(said.processors, ["Ett AB (drift)", "Två AB (mejl)"]);
        let plain = with("");
        assert_eq!((plain.place, plain.processors), (None, Vec::new()));
    }
}
