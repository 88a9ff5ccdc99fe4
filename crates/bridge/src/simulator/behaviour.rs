//! How the simulator is told to misbehave.

use serde::{Deserialize, Serialize};

/// What is different from a BankID that works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Behaviour {
    /// How long each answer takes.
    pub(crate) delay_ms: u64,
    /// The risk of completed orders; low unless given.
    pub(crate) risk: Option<String>,
    /// Answers that are errors.
    pub(crate) refuse: Option<Refuse>,
}

/// Answers that are errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refuse {
    /// The HTTP status.
    pub(crate) status: u16,
    /// `errorCode` of the body; without one the body is HTML, as from a proxy.
    pub(crate) error_code: Option<String>,
    /// The methods that are refused; all unless given.
    pub(crate) methods: Option<Vec<String>>,
    /// How many calls are refused; all unless given.
    pub(crate) times: Option<u32>,
}

impl Behaviour {
    /// Whether this call is refused, and with what; counts it.
    pub(crate) fn refusal(&mut self, method: &str) -> Option<(u16, Option<String>)> {
        let refuse = self.refuse.as_mut()?;
        if refuse
            .methods
            .as_ref()
            .is_some_and(|methods| !methods.iter().any(|known| known == method))
        {
            return None;
        }
        let answer = (refuse.status, refuse.error_code.clone());
        if let Some(times) = &mut refuse.times {
            if *times == 0 {
                return None;
            }
            *times -= 1;
        }
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_calls_of_the_named_methods_are_refused() {
        let mut behaviour = Behaviour {
            refuse: Some(Refuse {
                status: 503,
                error_code: Some("Maintenance".to_owned()),
                methods: Some(vec!["collect".to_owned()]),
                times: Some(1),
            }),
            ..Behaviour::default()
        };
        assert_eq!(behaviour.refusal("auth"), None);
        assert_eq!(
            behaviour.refusal("collect"),
            Some((503, Some("Maintenance".to_owned())))
        );
        assert_eq!(behaviour.refusal("collect"), None);
    }
}
