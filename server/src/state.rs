//! What every route has at hand.

use std::sync::Arc;

use app::{Contact, DataProtection, Language};
use base::Clock;
use jiff::tz::TimeZone;
use portal::Portal;
use web::{PublicOrigin, RateLimit};

use crate::assets::Assets;
use crate::config::Config;
use crate::data_protection;
use crate::fetch::Destinations;
use crate::handover;
use crate::key_sets::KeySets;
use crate::places::Places;
use crate::sign_in::Providers;
use crate::your_data::ExtractTurns;

/// The state of the router. Cloning gives the same state.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    portal: Portal,
    clock: Clock,
    origin: PublicOrigin,
    contact: Option<Contact>,
    /// In Swedish and in English.
    data_protection: [DataProtection; 2],
    time_zone: TimeZone,
    providers: Providers,
    places: Places,
    key_sets: KeySets,
    webhooks: Destinations,
    sign_ins: RateLimit,
    staff_tries: RateLimit,
    extract_turns: ExtractTurns,
    assets: Assets,
}

/// Who runs the portal, when the configuration says so.
pub(crate) fn contact(config: &Config) -> Option<Contact> {
    config.contact.as_ref().map(|contact| Contact {
        operator: contact.operator.clone(),
        email: contact.email.clone(),
    })
}

impl AppState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        config: &Config,
        portal: Portal,
        clock: Clock,
        providers: Providers,
        places: Places,
        key_sets: KeySets,
    ) -> Self {
        let contact = contact(config);
        Self(Arc::new(Inner {
            portal,
            clock,
            origin: config.origin.clone(),
            contact,
            data_protection: [Language::Swedish, Language::English]
                .map(|language| data_protection::facts(config, language)),
            time_zone: config.retention.time_zone(),
            providers,
            places,
            key_sets,
            webhooks: handover::destinations(config),
            sign_ins: RateLimit::per_minute(config.rates.sign_ins_per_minute),
            staff_tries: RateLimit::per_minute(config.rates.staff_tries_per_minute),
            extract_turns: ExtractTurns::default(),
            assets: Assets::load(),
        }))
    }

    /// The domain.
    #[must_use]
    pub fn portal(&self) -> &Portal {
        &self.0.portal
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Where people reach the portal.
    #[must_use]
    pub fn origin(&self) -> &PublicOrigin {
        &self.0.origin
    }

    /// Who runs the portal.
    #[must_use]
    pub fn contact(&self) -> Option<&Contact> {
        self.0.contact.as_ref()
    }

    /// What the configuration says of personal data.
    #[must_use]
    pub(crate) fn data_protection(&self, language: Language) -> &DataProtection {
        let [swedish, english] = &self.0.data_protection;
        match language {
            Language::Swedish => swedish,
            Language::English => english,
        }
    }

    /// The installation's time zone.
    #[must_use]
    pub fn time_zone(&self) -> &TimeZone {
        &self.0.time_zone
    }

    /// The OpenID providers.
    #[must_use]
    pub(crate) fn providers(&self) -> &Providers {
        &self.0.providers
    }

    /// Roughly where network addresses are.
    #[must_use]
    pub(crate) fn places(&self) -> &Places {
        &self.0.places
    }

    /// The key sets of systems.
    #[must_use]
    pub(crate) fn key_sets(&self) -> &KeySets {
        &self.0.key_sets
    }

    /// Where webhooks may lead.
    #[must_use]
    pub(crate) fn webhooks(&self) -> &Destinations {
        &self.0.webhooks
    }

    /// How many sign-ins an address may begin without ending them, and how many answers of no sign-in it may bring.
    #[must_use]
    pub(crate) fn sign_ins(&self) -> &RateLimit {
        &self.0.sign_ins
    }

    /// How many passwords and codes of staff an address may try without being right.
    #[must_use]
    pub(crate) fn staff_tries(&self) -> &RateLimit {
        &self.0.staff_tries
    }

    /// Whose register extracts are made and handed out now.
    #[must_use]
    pub fn extract_turns(&self) -> &ExtractTurns {
        &self.0.extract_turns
    }

    /// The files that pages load.
    #[must_use]
    pub(crate) fn assets(&self) -> &Assets {
        &self.0.assets
    }
}
