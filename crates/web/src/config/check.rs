//! Collecting what is wrong with a configuration, each problem with its key.

/// A section that can say what is wrong with its values.
pub trait Validate {
    /// Reports every problem to `check`; reporting none means the section can be used.
    fn validate(&self, check: &mut Check);
}

/// Where [`Validate`] reports problems.
#[derive(Debug, Default)]
pub struct Check {
    above: Vec<String>,
    problems: Vec<String>,
}

impl Check {
    /// Reports `problem` (such as "must be at least 1") for `key` unless `holds`.
    pub fn that(&mut self, holds: bool, key: &str, problem: &str) {
        if !holds {
            self.problem(key, problem);
        }
    }

    /// Reports `problem` for `key`.
    pub fn problem(&mut self, key: &str, problem: &str) {
        let path: Vec<&str> = self.above.iter().map(String::as_str).chain([key]).collect();
        self.problems.push(format!("{}: {problem}", path.join(".")));
    }

    /// Validates the section that lies under `key`.
    pub fn section(&mut self, key: &str, section: &impl Validate) {
        self.under(key, |check| section.validate(check));
    }

    /// Runs `checks` with `key` put before the keys that they report.
    pub fn under(&mut self, key: &str, checks: impl FnOnce(&mut Self)) {
        self.above.push(key.to_owned());
        checks(self);
        self.above.pop();
    }

    pub(super) fn into_problems(self) -> Vec<String> {
        self.problems
    }
}
