//! The key sets that systems publish (RFC 7517 section 5): fetched from the addresses that their credentials name, and kept for a
//! while. An organisation's admin chooses those addresses, so they are reached by a way out of their own, and all that anybody
//! learns of a failure is a [`KeySetProblem`]. Judges no assertion.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::page::staff::KeySetProblem;
use base::{Clock, CredentialId, Timestamp};
use http::{StatusCode, header};
use portal::{FetchedKeySet, InvalidKeySet, KeySet, RequestInfo, System, WantedKeySet};
use tracing::Instrument as _;
use url::Url;
use web::{RateLimit, TooOften};

use crate::answer::chain;
use crate::config::{Config, is_endpoint};
use crate::fetch::{Destinations, Http, HttpError, HttpLimits, Kept, Patience};

/// How long a set is used before it is fetched again: how long a key that is gone from it may still be accepted at most.
const KEPT: Duration = Duration::from_secs(15 * 60);

/// How long an address that could not be fetched from is left alone: whoever knows a system's id can make it be asked.
const LEFT_ALONE: Duration = Duration::from_secs(60);

/// How long a set that nobody uses is remembered, and what was wrong with it.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 60);

/// How many addresses staff at one network address may try in a minute.
const TRIES_PER_MINUTE: u32 = 10;

/// What systems publish. Cloning gives the same.
#[derive(Clone, Debug)]
pub struct KeySets(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    way_out: WayOut,
    clock: Clock,
    sets: Mutex<BTreeMap<CredentialId, Arc<Published>>>,
    tries: RateLimit,
}

/// How sets are fetched.
#[derive(Clone, Debug)]
struct WayOut {
    http: Http,
    allow_loopback: bool,
}

/// One set, as this node knows it.
#[derive(Debug)]
struct Published {
    credential: CredentialId,
    address: String,
    way_out: WayOut,
    keys: Kept<KeySet>,
    /// What was wrong when it was last fetched.
    problem: Mutex<Option<KeySetProblem>>,
    /// When it was last asked for, in milliseconds.
    used_at: AtomicI64,
}

impl KeySets {
    /// How much is borne of an address.
    pub const LIMITS: HttpLimits = HttpLimits {
        total: Duration::from_secs(5),
        max_bytes: 64 * 1024,
    };

    /// Takes what the configuration allows, and fetches nothing.
    ///
    /// # Errors
    ///
    /// When the HTTP client can't be made, for want of certificates of authorities.
    pub fn new(config: &Config, clock: &Clock, limits: HttpLimits) -> Result<Self, reqwest::Error> {
        let allow_loopback = config.mode.is_development();
        let destinations = Destinations {
            networks: config.systems.key_set_networks.clone(),
            loopback: allow_loopback,
        };
        let way_out = WayOut {
            http: Http::restricted(limits, destinations)?,
            allow_loopback,
        };
        Ok(Self(Arc::new(Inside {
            way_out,
            clock: clock.clone(),
            sets: Mutex::default(),
            tries: RateLimit::per_minute(TRIES_PER_MINUTE),
        })))
    }

    /// Those of the wanted sets that have the key, fetched where they are not known, too old, or don't have it.
    pub(crate) async fn find(&self, wanted: Vec<WantedKeySet>) -> Vec<FetchedKeySet> {
        let finding = wanted.into_iter().map(|wanted| {
            let published = self.published(&wanted);
            // In a task of its own: who hangs up breaks off no fetch, which would only begin again for the next.
            let found = tokio::spawn(async move { published.with(&wanted.key_id).await }.in_current_span());
            async move {
                Some(FetchedKeySet {
                    credential: wanted.credential,
                    keys: found.await.ok()??,
                })
            }
        });
        let found = futures::future::join_all(finding).await;
        found.into_iter().flatten().collect()
    }

    /// What was wrong with a system's sets when this node last fetched them.
    pub(crate) fn troubles(&self, system: &System) -> Vec<(CredentialId, KeySetProblem)> {
        let sets = self.lock();
        let trouble = |id: CredentialId| Some((id, *sets.get(&id)?.problem()));
        let credentials = system.credentials.iter();
        let troubles = credentials.filter_map(|credential| trouble(credential.id));
        troubles.filter_map(|(id, problem)| Some((id, problem?))).collect()
    }

    /// Tries an address that is to be registered, and gives it in the form in which it is to be.
    pub(crate) async fn try_address(&self, address: &str) -> Result<String, KeySetProblem> {
        let address = self.0.way_out.endpoint(address)?;
        self.0.way_out.fetch(&address).await?;
        Ok(address.into())
    }

    /// Takes one from how often whoever asks may try an address.
    pub(crate) fn take_try(&self, request: &RequestInfo) -> Result<(), TooOften> {
        self.0.tries.take(request.address, self.0.clock.now())
    }

    /// What is known of a set, which is from now on remembered for a while.
    fn published(&self, wanted: &WantedKeySet) -> Arc<Published> {
        let now = self.0.clock.now();
        let mut sets = self.lock();
        if !sets.contains_key(&wanted.credential) {
            sets.retain(|_, set| !set.is_forgotten(now));
        }
        let set = sets.entry(wanted.credential).or_insert_with(|| {
            let patience = Patience {
                kept: KEPT,
                left_alone: LEFT_ALONE,
            };
            Arc::new(Published {
                credential: wanted.credential,
                address: wanted.address.clone(),
                way_out: self.0.way_out.clone(),
                keys: Kept::new(self.0.clock.clone(), patience),
                problem: Mutex::default(),
                used_at: AtomicI64::default(),
            })
        });
        set.used_at.store(now.as_millis(), Ordering::Relaxed);
        Arc::clone(set)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<CredentialId, Arc<Published>>> {
        self.0.sets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Published {
    /// The set, if it has a key of this name; fetched anew when what is known has none.
    async fn with(&self, key_id: &str) -> Option<Arc<KeySet>> {
        let known = self.keys.get(self.fetch()).await.ok()?;
        if known.names(key_id) {
            return Some(known);
        }
        let newer = self.keys.newer_than(&known, self.fetch()).await.ok()??;
        newer.names(key_id).then_some(newer)
    }

    async fn fetch(&self) -> Option<KeySet> {
        let fetched = async { self.way_out.fetch(&self.way_out.endpoint(&self.address)?).await };
        let fetched = fetched.await;
        *self.problem() = fetched.as_ref().err().copied();
        fetched
            .inspect_err(
                |problem| tracing::warn!(credential = %self.credential, %problem, "a system's key set can't be used"),
            )
            .ok()
    }

    fn is_forgotten(&self, now: Timestamp) -> bool {
        let used_at = Timestamp::from_millis(self.used_at.load(Ordering::Relaxed));
        now.since(used_at) >= FORGOTTEN_AFTER
    }

    fn problem(&self) -> MutexGuard<'_, Option<KeySetProblem>> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WayOut {
    /// The address as it is fetched from.
    fn endpoint(&self, address: &str) -> Result<Url, KeySetProblem> {
        let url = Url::parse(address).map_err(|_| KeySetProblem::Address)?;
        if is_endpoint(url.as_str(), self.allow_loopback) {
            Ok(url)
        } else {
            Err(KeySetProblem::Address)
        }
    }

    async fn fetch(&self, address: &Url) -> Result<KeySet, KeySetProblem> {
        let request = http::Request::get(address.as_str())
            .header(header::ACCEPT, "application/jwk-set+json, application/json")
            .body(Vec::new())
            .map_err(|_| KeySetProblem::Address)?;
        let answer = self.http.send(request).await.map_err(|error| {
            tracing::info!(error = chain(&error), "a key set could not be fetched");
            match error {
                // What an inner name resolves to is nobody's business: it looks like a name that does not answer.
                HttpError::NotAllowed(_) if address.domain().is_some() => KeySetProblem::Unreachable,
                HttpError::NotAllowed(_) => KeySetProblem::NotAllowed,
                HttpError::Request(_) => KeySetProblem::Address,
                HttpError::Connection(_) => KeySetProblem::Unreachable,
                HttpError::TooLong(_) | HttpError::Redirect => KeySetProblem::NoKeySet,
            }
        })?;
        if answer.status() != StatusCode::OK {
            return Err(KeySetProblem::NoKeySet);
        }
        KeySet::parse(answer.body()).map_err(|invalid| match invalid {
            InvalidKeySet::Form => KeySetProblem::NoKeySet,
            InvalidKeySet::NoFitKey => KeySetProblem::NoFitKey,
        })
    }
}
