//! Hint codes of `collect`: how far a pending order has come, and why a failed one failed.
//!
//! BankID adds codes over time, so an unknown one counts as the general case of its status.

macro_rules! hints {
    ($(#[$doc:meta])* $name:ident { $($(#[$hint_doc:meta])* $hint:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$hint_doc])* $hint,)+
            /// A code that this version does not know; treat it as the general case.
            Unknown,
        }

        impl $name {
            /// Every known hint, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$hint),+];

            /// The hint for a code; [`Self::Unknown`] for any other text.
            #[must_use]
            pub fn from_code(code: &str) -> Self {
                match code {
                    $($code => Self::$hint,)+
                    _ => Self::Unknown,
                }
            }

            /// The code as BankID writes it; `unknown` for [`Self::Unknown`].
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$hint => $code,)+
                    Self::Unknown => "unknown",
                }
            }
        }
    };
}

hints! {
    /// How far a pending order has come.
    PendingHint {
        /// Nobody has opened the order yet.
        OutstandingTransaction = "outstandingTransaction",
        /// Nobody has opened the order yet, and the BankID app has not been seen.
        NoClient = "noClient",
        /// The app was opened with the order, and looks for a usable BankID.
        Started = "started",
        /// The person reads the chip of an identity document.
        UserMrtd = "userMrtd",
        /// The person shows their face to the camera.
        UserFace = "userFace",
        /// The person goes through an extra check.
        UserStepUp = "userStepUp",
        /// The person says whether they are in a call.
        UserCallConfirm = "userCallConfirm",
        /// The person reads the text and is about to enter the code.
        UserSign = "userSign",
        /// The code was entered; BankID works.
        Processing = "processing",
    }
}

hints! {
    /// Why an order failed.
    FailedHint {
        /// The order ran out: the person did not finish in time.
        ExpiredTransaction = "expiredTransaction",
        /// The person's BankID is revoked, too old or of the wrong kind.
        CertificateErr = "certificateErr",
        /// The person cancelled in the app.
        UserCancel = "userCancel",
        /// The order was cancelled, by us or because another order for the same person was started.
        Cancelled = "cancelled",
        /// Nobody opened the order in time (30 seconds); start a new one.
        StartFailed = "startFailed",
        /// The identity document could not be verified.
        MrtdVerificationFailed = "mrtdVerificationFailed",
        /// The face did not match.
        FacialRecognitionFailed = "facialRecognitionFailed",
        /// The device can't read the chip of an identity document.
        NfcNotSupportedByDevice = "nfcNotSupportedByDevice",
        /// The device holds several BankIDs that fit.
        MultipleBankIdsOnDevice = "multipleBankIdsOnDevice",
        /// The extra check failed.
        StepUpFailed = "stepUpFailed",
        /// The person said that they are in a call, or declined to answer.
        UserDeclinedCall = "userDeclinedCall",
        /// The app is too old for what was required.
        NotSupportedByUserApp = "notSupportedByUserApp",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_as_its_hint() {
        for hint in PendingHint::ALL {
            assert_eq!(PendingHint::from_code(hint.code()), *hint);
        }
        for hint in FailedHint::ALL {
            assert_eq!(FailedHint::from_code(hint.code()), *hint);
        }
        assert_eq!((PendingHint::ALL.len(), FailedHint::ALL.len()), (9, 12));
    }

    #[test]
    fn a_code_from_the_future_is_the_general_case() {
        assert_eq!(PendingHint::from_code("userSings"), PendingHint::Unknown);
        assert_eq!(FailedHint::from_code(""), FailedHint::Unknown);
    }
}
