//! What a sign-in asks for next. Pure: what was proven, what the account has, and what is asked of it.

use crate::session::Proven;

/// What a sign-in of staff asks for next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInStep {
    /// A passkey or a one-time code, or a recovery code in its place.
    SecondFactor,
    /// Another password, since this one is too old.
    ChangePassword,
    /// To set up a second factor, which is required.
    SetUpSecondFactor,
    /// Nothing: the person is in.
    Complete,
}

/// What an account has, and what is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Demands {
    pub(crate) has_second_factor: bool,
    pub(crate) second_factor_required: bool,
    pub(crate) password_too_old: bool,
}

/// The step after what was proven. Who has a second factor proves it before they can change anything.
/// Whose directory vouches for them has no password and no second factor here: the directory asks for what it asks for.
pub(crate) const fn next(proven: Proven, demands: Demands) -> SignInStep {
    if matches!(proven, Proven::WorkAccount) {
        SignInStep::Complete
    } else if demands.has_second_factor && matches!(proven, Proven::Password) {
        SignInStep::SecondFactor
    } else if demands.password_too_old {
        SignInStep::ChangePassword
    } else if demands.second_factor_required && !demands.has_second_factor {
        SignInStep::SetUpSecondFactor
    } else {
        SignInStep::Complete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_second_factor_then_password_then_set_up() {
        use Proven::{Password, SecondFactor, WorkAccount};
        use SignInStep as S;
        // proven, has a second factor, required, password too old → next
        let table = [
            (Password, false, false, false, S::Complete),
            (Password, false, false, true, S::ChangePassword),
            (Password, false, true, false, S::SetUpSecondFactor),
            (Password, false, true, true, S::ChangePassword),
            (Password, true, false, false, S::SecondFactor),
            (Password, true, false, true, S::SecondFactor),
            (Password, true, true, false, S::SecondFactor),
            (Password, true, true, true, S::SecondFactor),
            (SecondFactor, true, false, false, S::Complete),
            (SecondFactor, true, true, false, S::Complete),
            (SecondFactor, true, true, true, S::ChangePassword),
            // Their second factor was taken away meanwhile.
            (SecondFactor, false, true, false, S::SetUpSecondFactor),
            (SecondFactor, false, false, false, S::Complete),
            (WorkAccount, false, true, false, S::Complete),
        ];
        for (proven, has_second_factor, second_factor_required, password_too_old, step) in table {
            let demands = Demands {
                has_second_factor,
                second_factor_required,
                password_too_old,
            };
            assert_eq!(next(proven, demands), step, "{proven:?} {demands:?}");
        }
    }
}
