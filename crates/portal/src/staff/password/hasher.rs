//! Hashing passwords (argon2id, RFC 9106) without slowing down everything else: few at a time, few that wait, and for the rest a
//! word that it is busy.

use std::sync::Arc;
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{Fault, PasswordCost};

/// How many passwords are hashed at once: one core's worth, so that a storm of tries leaves the others to everybody else.
const AT_ONCE: usize = 1;
/// How many wait for their turn: six seconds' worth, since the place rests as long as it works while anybody waits.
const WAITING: usize = 32;
/// Random bytes in each hash (RFC 9106 section 3.1 recommends 16).
const SALT_BYTES: usize = 16;
/// Bytes of a hash.
const HASH_BYTES: usize = 32;

/// A password was not looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashingError {
    /// Too many wait already.
    #[error("too many passwords are being looked at")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What hashes and compares passwords.
pub(crate) struct Hasher {
    secret: Zeroizing<[u8; 32]>,
    cost: PasswordCost,
    /// A hash that no password has, for those who have none: trying one costs the same.
    nobodys: String,
}

/// What came of comparing a password with a hash.
pub(crate) struct Compared {
    pub(crate) matches: bool,
    /// The hash at today's cost, when the one that matched was made at another.
    pub(crate) renewed: Option<String>,
}

impl Hasher {
    fn new(secret: &[u8; 32], cost: PasswordCost) -> Result<Self, Fault> {
        let hasher = Self {
            secret: Zeroizing::new(*secret),
            cost,
            nobodys: String::new(),
        };
        let mut random = [0; HASH_BYTES];
        fill(&mut random)?;
        let mut hash = hasher.hash_of(b"", Params::MIN_M_COST, 1)?;
        let params = hasher.params()?;
        hash.params = argon2::password_hash::phc::ParamsString::try_from(&params).map_err(fault)?;
        hash.hash = Some(argon2::password_hash::phc::Output::new(&random).map_err(fault)?);
        Ok(Self {
            nobodys: hash.to_string(),
            ..hasher
        })
    }

    /// A new hash of a password in its one form.
    pub(crate) fn hash(&self, password: &str) -> Result<String, Fault> {
        let hash = self.hash_of(password.as_bytes(), self.cost.memory_kib, self.cost.passes)?;
        Ok(hash.to_string())
    }

    /// Compares a password in its one form with a stored hash, or with nobody's.
    pub(crate) fn compare(&self, password: Option<&str>, stored: Option<&str>) -> Result<Compared, Fault> {
        let hash = PasswordHash::new(stored.unwrap_or(&self.nobodys)).map_err(fault)?;
        let params = Params::try_from(&hash).map_err(fault)?;
        let matches = self
            .argon2(params.clone())?
            .verify_password(password.unwrap_or_default().as_bytes(), &hash);
        let matches = match matches {
            Ok(()) => password.is_some() && stored.is_some(),
            Err(argon2::password_hash::Error::PasswordInvalid) => false,
            Err(error) => return Err(fault(error)),
        };
        let is_of_today = params.m_cost() == self.cost.memory_kib && params.t_cost() == self.cost.passes;
        let renewed = match password {
            Some(password) if matches && !is_of_today => Some(self.hash(password)?),
            _ => None,
        };
        Ok(Compared { matches, renewed })
    }

    fn hash_of(&self, password: &[u8], memory_kib: u32, passes: u32) -> Result<PasswordHash, Fault> {
        let mut salt = [0; SALT_BYTES];
        fill(&mut salt)?;
        let params = Params::new(memory_kib, passes, 1, Some(HASH_BYTES)).map_err(fault)?;
        self.argon2(params)?
            .hash_password_with_salt(password, &salt)
            .map_err(fault)
    }

    fn params(&self) -> Result<Params, Fault> {
        Params::new(self.cost.memory_kib, self.cost.passes, 1, Some(HASH_BYTES)).map_err(fault)
    }

    fn argon2(&self, params: Params) -> Result<Argon2<'_>, Fault> {
        Argon2::new_with_secret(&*self.secret, Algorithm::Argon2id, Version::V0x13, params).map_err(fault)
    }
}

/// The place where passwords are hashed.
pub(crate) struct HashingPool {
    hasher: Arc<Hasher>,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl HashingPool {
    /// A pool whose hashes need `secret` and cost `cost`.
    pub(crate) fn new(secret: &[u8; 32], cost: PasswordCost) -> Result<Self, Fault> {
        Ok(Self {
            hasher: Arc::new(Hasher::new(secret, cost)?),
            running: Arc::new(Semaphore::new(AT_ONCE)),
            admitted: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
        })
    }

    /// Takes every place, as a storm of tries would.
    #[cfg(test)]
    pub(crate) fn fill(&self) -> impl Sized + use<> {
        let places = u32::try_from(AT_ONCE + WAITING).unwrap();
        Arc::clone(&self.admitted).try_acquire_many_owned(places).unwrap()
    }

    /// Runs a job on a thread that may take its time, when its turn has come. A job that has begun is not broken off, and keeps
    /// its place until it is done, also when nobody waits for it any more.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Hasher) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, HashingError> {
        let admitted = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_| HashingError::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(Fault::new)?;
        let hasher = Arc::clone(&self.hasher);
        let (tell, told) = tokio::sync::oneshot::channel();
        let (places, admitted_to) = (AT_ONCE + WAITING, Arc::clone(&self.admitted));
        tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let done = job(&hasher);
            let worked = began.elapsed();
            // Whoever has gone away is told nothing.
            let _ = tell.send(done);
            let others = places - admitted_to.available_permits() > 1;
            std::thread::sleep(rest(worked, others));
            drop((running, admitted));
        });
        Ok(told.await.map_err(Fault::new)??)
    }
}

/// How long the place rests after a job. While nobody waits, not at all; else as long as it worked, so that a storm of tries has
/// half a core and not all of one, whatever else that core is for.
const fn rest(worked: Duration, others_wait: bool) -> Duration {
    if others_wait { worked } else { Duration::ZERO }
}

fn fill(bytes: &mut [u8]) -> Result<(), Fault> {
    getrandom::fill(bytes).map_err(|problem| Fault::new(problem.to_string()))
}

/// The errors of argon2 say which parameter is wrong, and nothing of the password.
fn fault(error: impl std::fmt::Display) -> Fault {
    Fault::new(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordCost = PasswordCost {
        memory_kib: 64,
        passes: 1,
    };

    fn hasher() -> Hasher {
        Hasher::new(&[7; 32], CHEAP).unwrap()
    }

    #[test]
    fn a_hash_is_a_phc_string_of_argon2id_that_is_different_each_time() {
        let hash = hasher().hash("kruka sadel blixt tvål").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert_ne!(hash, hasher().hash("kruka sadel blixt tvål").unwrap());
    }

    #[test]
    fn only_its_own_password_matches_and_only_with_the_installations_secret() {
        let hash = hasher().hash("kruka sadel").unwrap();
        assert!(hasher().compare(Some("kruka sadel"), Some(&hash)).unwrap().matches);
        assert!(!hasher().compare(Some("Kruka sadel"), Some(&hash)).unwrap().matches);
        assert!(!hasher().compare(None, Some(&hash)).unwrap().matches);
        let stranger = Hasher::new(&[8; 32], CHEAP).unwrap();
        assert!(!stranger.compare(Some("kruka sadel"), Some(&hash)).unwrap().matches);
    }

    #[test]
    fn nobodys_hash_costs_what_others_do_and_matches_nothing() {
        let hasher = hasher();
        assert!(
            hasher.nobodys.starts_with("$argon2id$v=19$m=64,t=1,p=1$"),
            "{}",
            hasher.nobodys
        );
        for password in [Some(""), Some("kruka"), None] {
            assert!(!hasher.compare(password, None).unwrap().matches);
        }
        // The empty password of nobody must not match even if the hash happened to be its own.
        let empty = hasher.hash("").unwrap();
        assert!(!hasher.compare(None, Some(&empty)).unwrap().matches);
    }

    #[test]
    fn a_hash_of_another_cost_is_made_anew_when_its_password_comes() {
        let hash = hasher().hash("kruka sadel").unwrap();
        let dearer = Hasher::new(
            &[7; 32],
            PasswordCost {
                memory_kib: 128,
                passes: 2,
            },
        )
        .unwrap();
        assert!(dearer.compare(Some("wrong"), Some(&hash)).unwrap().renewed.is_none());
        let renewed = dearer
            .compare(Some("kruka sadel"), Some(&hash))
            .unwrap()
            .renewed
            .unwrap();
        assert!(renewed.starts_with("$argon2id$v=19$m=128,t=2,p=1$"));
        let again = dearer.compare(Some("kruka sadel"), Some(&renewed)).unwrap();
        assert!(again.matches && again.renewed.is_none());
    }

    #[test]
    fn the_place_rests_as_long_as_it_worked_when_others_wait_and_not_at_all_else() {
        let worked = Duration::from_millis(90);
        assert_eq!(rest(worked, true), worked);
        assert_eq!(rest(worked, false), Duration::ZERO);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_is_looked_at_at_a_time_some_wait_and_the_rest_are_told_at_once() {
        let pool = Arc::new(HashingPool::new(&[7; 32], CHEAP).unwrap());
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (began, has_begun) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move {
                let job = move |_: &Hasher| {
                    let _told = began.send(());
                    held.recv().map_err(Fault::new)
                };
                pool.run(job).await
            }
        });
        has_begun.await.unwrap();
        assert_eq!(pool.running.available_permits(), 0);

        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(pool.run(|_| Ok(())))).collect();
        for job in &mut waiting {
            assert!(futures::poll!(job.as_mut()).is_pending());
        }
        assert!(matches!(pool.run(|_| Ok(())).await, Err(HashingError::Busy)));
        // Whoever gives up makes room.
        drop(waiting.pop());
        let mut late = Box::pin(pool.run(|_| Ok(())));
        assert!(futures::poll!(late.as_mut()).is_pending());

        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        for job in waiting {
            job.await.unwrap();
        }
        late.await.unwrap();
        // Every place is free again, once the last has rested.
        let all = u32::try_from(AT_ONCE + WAITING).unwrap();
        pool.admitted.acquire_many(all).await.unwrap().forget();
    }
}
