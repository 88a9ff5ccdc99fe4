//! What the portal says when something inside it failed. The outside learns nothing but that; the inside stands in
//! `source()`, for the one place that logs it.

use std::error::Error;
use std::fmt;

use crate::blob::BlobError;
use crate::database::is_out_of_space;
use crate::vault::VaultError;

/// Something inside failed that the caller can't mend: a database, the vault, a disk.
#[derive(Debug)]
pub struct Fault(Box<dyn Error + Send + Sync>);

impl Fault {
    /// Wraps what happened. It must carry no secret and no personal data, since it ends in the log.
    pub(crate) fn new(inside: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(inside.into())
    }

    /// What happened, cause by cause, in one line for the log. `Debug` is not for the log: it also prints what a database
    /// says of the row at hand.
    #[must_use]
    pub fn causes(&self) -> String {
        let mut text = self.0.to_string();
        let mut cause = self.0.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }

    /// Whether a disk or quota was full.
    pub(crate) fn is_out_of_space(&self) -> bool {
        let inside = &*self.0;
        if let Some(error) = inside.downcast_ref::<sea_orm::DbErr>() {
            return is_out_of_space(error);
        }
        matches!(inside.downcast_ref(), Some(BlobError::OutOfSpace))
            || matches!(inside.downcast_ref(), Some(VaultError::Database(error)) if is_out_of_space(error))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("internal fault")
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

impl From<sea_orm::DbErr> for Fault {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::new(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_its_inside_only_as_its_source() {
        let fault = Fault::new("the disk is gone");
        assert_eq!(fault.to_string(), "internal fault");
        assert_eq!(fault.source().unwrap().to_string(), "the disk is gone");
    }

    #[test]
    fn the_log_gets_each_cause_once() {
        let inside = sea_orm::DbErr::Custom("no connection".to_owned());
        let text = inside.to_string();
        let fault = Fault::from(VaultError::from(inside));
        assert_eq!(fault.causes(), format!("the vault's database failed: {text}"));
    }
}
