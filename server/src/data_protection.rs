//! `GET /data-protection`, and what the configuration says for it and for the record of processing.

use app::{DataProtection, Language, Page, page};
use axum::extract::{Extension, State};
use portal::SessionKind;

use crate::config::Config;
use crate::state::AppState;
use crate::visitor::Visitor;

/// What the configuration says of personal data, with the providers' names in a language.
pub(crate) fn facts(config: &Config, language: Language) -> DataProtection {
    let is_file = |url: &str| url.starts_with("sqlite:");
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
        databases_on_server: !is_file(config.database.url.expose()) && !is_file(config.vault.url.expose()),
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
    }
}

/// The page, for anybody.
pub(crate) async fn show(State(state): State<AppState>, Extension(visitor): Extension<Visitor>) -> Page {
    let layout = &visitor.layout;
    page::data_protection(layout, state.data_protection(layout.language))
}
