//! What is repeated within a few minutes is told once: a browser fetches one document in several pieces.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use base::Timestamp;

/// Within how short a time.
const TOGETHER: Duration = Duration::from_secs(10 * 60);

/// Leaves out of acts, the latest first, what the same one had done a few minutes after. `act` says when each was, and what by whom.
pub(super) fn once<T, A: Eq + Hash>(acts: Vec<T>, act: impl Fn(&T) -> (Timestamp, A)) -> Vec<T> {
    let mut told: HashMap<A, Timestamp> = HashMap::new();
    let is_news = |each: &T| {
        let (at, act) = act(each);
        let is_news = told.get(&act).is_none_or(|after| after.since(at) > TOGETHER);
        if is_news {
            told.insert(act, at);
        }
        is_news
    };
    acts.into_iter().filter(is_news).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    type Act = (i64, &'static str, Option<u32>);

    /// The minutes of the acts that are told.
    fn minutes(acts: Vec<Act>) -> Vec<i64> {
        let told = once(acts, |&(minute, what, by)| {
            (Timestamp::from_millis(minute * MINUTE), (what, by))
        });
        told.into_iter().map(|(minute, ..)| minute).collect()
    }

    #[test]
    fn what_one_sign_in_repeats_within_ten_minutes_is_told_once_and_what_goes_on_is_told_again() {
        let repeated = (0..30).rev().map(|minute| (minute, "document.viewed", Some(1)));
        assert_eq!(minutes(repeated.collect()), [29, 18, 7]);
        let different = vec![
            (3, "document.viewed", Some(1)),
            (3, "document.viewed", Some(2)),
            (2, "document.downloaded", Some(1)),
            (1, "document.viewed", None),
            (0, "document.viewed", Some(1)),
        ];
        assert_eq!(minutes(different), [3, 3, 2, 1]);
    }
}
