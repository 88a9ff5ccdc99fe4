//! Which of many users or groups are wanted, and which of those are shown: pure.

use std::ops::Range;

/// Which ones are wanted, and which of those are shown.
pub struct Selection<'a, T> {
    /// Whether one is wanted; all of them when there is no condition.
    pub keep: Option<&'a (dyn Fn(&T) -> bool + Send + Sync)>,
    /// How many of those that are wanted are passed over.
    pub skip: usize,
    /// How many are shown at most.
    pub take: usize,
}

/// What was selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected<T> {
    /// How many are wanted.
    pub total: usize,
    /// Those that are shown, oldest first.
    pub shown: Vec<T>,
}

impl<T> Default for Selected<T> {
    /// Nothing.
    fn default() -> Self {
        Self {
            total: 0,
            shown: Vec::new(),
        }
    }
}

impl<T> Selected<T> {
    /// The same, each of those that are shown turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Selected<U> {
        Selected {
            total: self.total,
            shown: self.shown.into_iter().map(turn).collect(),
        }
    }
}

impl<T> Default for Selection<'_, T> {
    /// All of them.
    fn default() -> Self {
        Self {
            keep: None,
            skip: 0,
            take: usize::MAX,
        }
    }
}

impl<T> Selection<'_, T> {
    /// What is shown of so many that are wanted.
    pub(super) fn page(&self, total: usize) -> Range<usize> {
        self.skip.min(total)..self.skip.saturating_add(self.take).min(total)
    }

    /// As [`Self::of`], with turns for others between: a condition may look at everybody.
    pub(super) async fn of_many(&self, all: Vec<T>) -> Selected<T> {
        let Some(keep) = self.keep else {
            return self.of(all);
        };
        let mut kept = Vec::new();
        for (number, one) in all.into_iter().enumerate() {
            let_others(number).await;
            if keep(&one) {
                kept.push(one);
            }
        }
        Selection { keep: None, ..*self }.of(kept)
    }

    /// Selects of all that there are.
    #[must_use]
    pub fn of(&self, mut all: Vec<T>) -> Selected<T> {
        if let Some(keep) = self.keep {
            all.retain(keep);
        }
        let (total, page) = (all.len(), self.page(all.len()));
        let shown = all.drain(page).collect();
        Selected { total, shown }
    }
}

/// Lets others have their turn before each tenth of many, so that no request keeps a thread for itself.
pub(super) async fn let_others(number: usize) {
    if number.is_multiple_of(10) {
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn a_page_holds_what_is_there_of_it() {
        for (skip, take, total, page) in [
            (0, 3, 7, 0..3),
            (5, 3, 7, 5..7),
            (9, 3, 7, 7..7),
            (2, 0, 7, 2..2),
            (usize::MAX, usize::MAX, 7, 7..7),
            (0, 3, 0, 0..0),
        ] {
            let selection = Selection::<u8> { keep: None, skip, take };
            assert_eq!(selection.page(total), page, "{skip} {take}");
        }
    }
}
