//! One-time codes (TOTP, RFC 6238): SHA-1, six digits, a new one every 30 seconds, as every authenticator app knows them. Pure.

use base::{SecretString, Timestamp};
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::Fault;

/// Bytes of a secret: RFC 4226 section 4 recommends 160 bits.
pub(super) const SECRET_BYTES: usize = 20;
/// How long a code is shown.
const STEP_SECONDS: i64 = 30;
/// How many steps before and after the present one count too, since clocks differ and people type slowly.
const WINDOW: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;

/// A fresh secret.
pub(super) fn new_secret() -> Result<Zeroizing<[u8; SECRET_BYTES]>, Fault> {
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    getrandom::fill(&mut *secret).map_err(|problem| Fault::new(problem.to_string()))?;
    Ok(secret)
}

/// A code as somebody typed it, without the spaces that apps show; `None` for what can't be one.
pub(super) fn tidied(typed: &str) -> Option<String> {
    let digits: String = typed
        .chars()
        .filter(|character| !character.is_whitespace())
        .take(DIGITS + 1)
        .collect();
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// The step whose code this is, if it is near the present one and later than the last that was accepted.
pub(super) fn step_of(secret: &[u8], code: &str, last: Option<i64>, now: Timestamp) -> Result<Option<i64>, Fault> {
    let totp = totp(secret, None)?;
    let present = now.as_seconds().div_euclid(STEP_SECONDS);
    let mut accepted = None;
    // All of them are looked at, so that the time does not tell which it was.
    for step in present - WINDOW..=present + WINDOW {
        let Ok(seconds) = u64::try_from(step * STEP_SECONDS) else {
            continue;
        };
        let is_new = last.is_none_or(|last| step > last);
        if totp.check(code, seconds).is_some() && is_new {
            accepted = accepted.or(Some(step));
        }
    }
    Ok(accepted)
}

/// What an authenticator app is given: the `otpauth:` address for a QR code, and the secret in base32 to type in.
pub(super) fn for_app(secret: &[u8], issuer: &str, account: &str) -> Result<(SecretString, SecretString), Fault> {
    // A colon divides the two in the address (Key URI Format), so neither may have one.
    let plain = |text: &str| text.replace(':', " ");
    let totp = totp(secret, Some((plain(issuer), plain(account))))?;
    let address = totp.to_url().map_err(|problem| Fault::new(problem.to_string()))?;
    Ok((SecretString::new(address), SecretString::new(totp.secret().to_base32())))
}

/// The code of one step, as an app shows it.
#[cfg(test)]
pub(crate) fn code_at(secret: &[u8], now: Timestamp) -> String {
    let seconds = u64::try_from(now.as_seconds()).unwrap();
    totp(secret, None).unwrap().generate(seconds).to_string()
}

fn totp(secret: &[u8], names: Option<(String, String)>) -> Result<Totp, Fault> {
    let (issuer, account) = names.unzip();
    Builder::new()
        .with_secret(Secret::new(secret.into()))
        .with_skew(0)
        .with_issuer(issuer)
        .with_account_name(account.unwrap_or_else(|| "account".to_owned()))
        .build()
        .map_err(|problem| Fault::new(problem.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The secret of RFC 6238 appendix B.
    const SECRET: &[u8; SECRET_BYTES] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // The appendix gives eight digits; six are the last of them.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = step_of(SECRET, code, None, at(seconds)).unwrap();
            assert_eq!(step, Some(seconds / 30), "{seconds}");
            assert_eq!(code_at(SECRET, at(seconds)), code);
        }
    }

    #[test]
    fn a_code_counts_one_step_before_and_after_its_own() {
        let code = code_at(SECRET, at(300));
        let step = |seconds| step_of(SECRET, &code, None, at(seconds)).unwrap();
        assert_eq!(
            (step(269), step(270), step(300), step(359), step(360)),
            (None, Some(10), Some(10), Some(10), None)
        );
    }

    #[test]
    fn a_code_counts_once_and_none_before_it_afterwards() {
        let (earlier, code, later) = (
            code_at(SECRET, at(270)),
            code_at(SECRET, at(300)),
            code_at(SECRET, at(330)),
        );
        let accepted = step_of(SECRET, &code, None, at(300)).unwrap();
        assert_eq!(step_of(SECRET, &code, accepted, at(300)).unwrap(), None);
        assert_eq!(step_of(SECRET, &earlier, accepted, at(300)).unwrap(), None);
        assert_eq!(step_of(SECRET, &later, accepted, at(300)).unwrap(), Some(11));
    }

    #[test]
    fn codes_are_read_as_apps_show_them() {
        assert_eq!(tidied(" 287 082 ").as_deref(), Some("287082"));
        for wrong in ["", "28708", "2870820", "28708a", "+28708", "２87082", "287-082"] {
            assert_eq!(tidied(wrong), None, "{wrong}");
        }
        assert_eq!(tidied(&"1".repeat(1_000_000)), None);
    }

    #[test]
    fn an_app_is_given_an_address_and_a_text() {
        let (address, text) = for_app(SECRET, "Norrby: kommun", "karin@norrby.example").unwrap();
        assert_eq!(text.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            address.expose(),
            "otpauth://totp/Norrby%20%20kommun:karin%40norrby.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Norrby%20%20kommun"
        );
    }

    proptest! {
        /// However codes come in, in whatever order and however often, the accepted steps only grow.
        #[test]
        fn accepted_steps_only_grow(tries in proptest::collection::vec((0_i64..600, -2_i64..=2), 1..60)) {
            let mut times = tries;
            times.sort_unstable();
            let mut last = None;
            for (seconds, offset) in times {
                let code = code_at(SECRET, at((seconds + 30 * offset).max(0)));
                if let Some(step) = step_of(SECRET, &code, last, at(seconds)).unwrap() {
                    prop_assert!(last.is_none_or(|last| step > last));
                    prop_assert!((step - seconds / 30).abs() <= 1);
                    last = Some(step);
                }
            }
        }
    }
}
