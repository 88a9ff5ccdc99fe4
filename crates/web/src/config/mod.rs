//! Loading of configuration: a TOML file, then the environment, then the files that hold secrets, then presets for what is
//! left out.
//!
//! A section is a struct with `#[serde(deny_unknown_fields, default)]` that implements [`Validate`]. A secret is a
//! field of type [`base::SecretString`] whose key the program lists; for each listed key `x.y` the loader also accepts
//! `x.y_file`, the path of a file that holds the value. Errors name the key and never repeat a value.

mod check;
mod section;

use std::path::{Path, PathBuf};

use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Value};
use figment::{Figment, Provider};
use serde::de::DeserializeOwned;

pub use check::{Check, Validate};
pub use section::{DevelopmentSection, ListenSection, LogFormat, LogSection, Mode, ModeError};

/// A file that holds one secret may be this long.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// The configuration can't be used. Each line names a key and what is wrong with it, never its value.
#[derive(Debug, thiserror::Error)]
#[error("the configuration can't be used:{}", list(.0))]
pub struct ConfigError(Vec<String>);

fn list(problems: &[String]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

impl ConfigError {
    fn one(problem: String) -> Self {
        Self(vec![problem])
    }

    /// One problem a line.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

/// Where a program's configuration comes from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Prefix of environment variables without the separator, such as `POSTVALV`; `POSTVALV__DATABASE__URL` sets
    /// `database.url`.
    pub prefix: &'a str,
    /// Keys that are secrets, such as `database.url`; `*` stands for any one name, as in `providers.*.client_secret`.
    pub secrets: &'a [&'a str],
    /// Named records of defaults that a section may ask for.
    pub presets: Option<Presets<'a>>,
}

/// Named records of defaults: a section that says `KEY = "NAME"` gets every key that it leaves out from the record of that
/// name. A key that is given replaces the whole value in the record, also when that is a list or a table.
#[derive(Clone, Copy, Debug)]
pub struct Presets<'a> {
    /// The sections that may ask, such as `providers.*`.
    pub section: &'a str,
    /// The key with the name, which stays in the section.
    pub key: &'a str,
    /// The record (TOML) of this name; for none the section stays as it is, and its type refuses the name.
    pub defaults: fn(&str) -> Option<&'static str>,
}

impl Source<'_> {
    /// Loads and validates the configuration from the file at `path` and this process's environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the file can't be read, a key is unknown, missing, of the wrong type or out of range, or
    /// a secret's file can't be read.
    pub fn load<T: DeserializeOwned + Validate>(&self, path: &Path) -> Result<T, ConfigError> {
        self.load_from(
            path,
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// As [`Source::load`], with the environment given.
    ///
    /// # Errors
    ///
    /// As [`Source::load`].
    pub fn load_from<T: DeserializeOwned + Validate>(
        &self,
        path: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<T, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::one(format!("{}: can't be read: {error}", path.display())))?;
        let mut values = parse(&text).map_err(|problem| ConfigError::one(format!("{}: {problem}", path.display())))?;
        self.overlay(&mut values, environment);
        for pattern in self.secrets {
            let keys: Vec<&str> = pattern.split('.').collect();
            read_secret_files(&mut values, &keys, &mut Vec::new())?;
        }
        if let Some(presets) = &self.presets {
            let keys: Vec<&str> = presets.section.split('.').collect();
            presets.apply(&mut values, &keys).map_err(ConfigError::one)?;
        }
        let config: T = Figment::from(Serialized::defaults(values))
            .extract()
            .map_err(|error| describe(&error))?;
        let mut check = Check::default();
        config.validate(&mut check);
        match check.into_problems() {
            problems if problems.is_empty() => Ok(config),
            problems => Err(ConfigError(problems)),
        }
    }

    fn overlay(&self, values: &mut Dict, environment: impl IntoIterator<Item = (String, String)>) {
        let prefix = format!("{}__", self.prefix);
        for (name, value) in environment {
            let Some(key) = name.strip_prefix(&prefix) else {
                continue;
            };
            let keys: Vec<String> = key.split("__").map(str::to_lowercase).collect();
            // A secret that happens to look like a number is still a text.
            let value = if self.is_secret(&keys) {
                Value::from(value)
            } else {
                value.parse().unwrap_or_else(|never| match never {})
            };
            insert(values, &keys, value);
        }
    }

    fn is_secret(&self, keys: &[String]) -> bool {
        self.secrets.iter().any(|pattern| {
            let pattern: Vec<&str> = pattern.split('.').collect();
            pattern.len() == keys.len() && pattern.iter().zip(keys).all(|(want, key)| *want == "*" || want == key)
        })
    }
}

impl Presets<'_> {
    fn apply(&self, values: &mut Dict, section: &[&str]) -> Result<(), String> {
        let Some((first, rest)) = section.split_first() else {
            let name = values.get(self.key).and_then(Value::as_str);
            let Some(text) = name.and_then(self.defaults) else {
                return Ok(());
            };
            for (key, value) in parse(text)? {
                values.entry(key).or_insert(value);
            }
            return Ok(());
        };
        for (_, value) in values.iter_mut().filter(|(key, _)| *first == "*" || first == key) {
            if let Value::Dict(_, inner) = value {
                self.apply(inner, rest)?;
            }
        }
        Ok(())
    }
}

fn parse(text: &str) -> Result<Dict, String> {
    let mut profiles = Toml::string(text).data().map_err(|error| {
        // The first line says where; those after it quote the file, which may hold a secret.
        let message = error.to_string();
        message.lines().next().unwrap_or("is not TOML").to_owned()
    })?;
    Ok(profiles.remove(&figment::Profile::Default).unwrap_or_default())
}

fn insert(values: &mut Dict, keys: &[String], value: Value) {
    match keys {
        [] => {}
        [last] => {
            values.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let entry = values.entry(first.clone()).or_insert_with(|| Value::from(Dict::new()));
            if !matches!(entry, Value::Dict(..)) {
                *entry = Value::from(Dict::new());
            }
            if let Value::Dict(_, inner) = entry {
                insert(inner, rest, value);
            }
        }
    }
}

fn read_secret_files(values: &mut Dict, pattern: &[&str], above: &mut Vec<String>) -> Result<(), ConfigError> {
    match pattern {
        [] => Ok(()),
        [last] => {
            let file_key = format!("{last}_file");
            let Some(path) = values.remove(&file_key) else {
                return Ok(());
            };
            let name = |key: &str| {
                above
                    .iter()
                    .map(String::as_str)
                    .chain([key])
                    .collect::<Vec<_>>()
                    .join(".")
            };
            if values.contains_key(*last) {
                return Err(ConfigError::one(format!(
                    "{}: give it or {}, not both",
                    name(last),
                    name(&file_key)
                )));
            }
            let path = path
                .into_string()
                .ok_or_else(|| ConfigError::one(format!("{}: must be a path", name(&file_key))))?;
            let secret = read_secret(&PathBuf::from(path))
                .map_err(|problem| ConfigError::one(format!("{}: {problem}", name(&file_key))))?;
            values.insert((*last).to_owned(), Value::from(secret));
            Ok(())
        }
        [first, rest @ ..] => {
            for (key, value) in values.iter_mut().filter(|(key, _)| *first == "*" || first == key) {
                if let Value::Dict(_, inner) = value {
                    above.push(key.clone());
                    read_secret_files(inner, rest, above)?;
                    above.pop();
                }
            }
            Ok(())
        }
    }
}

fn read_secret(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path)
        .map_err(|error| format!("can't be read: {error}"))?
        .len();
    if length > MAX_SECRET_BYTES {
        return Err(format!("the file is longer than {MAX_SECRET_BYTES} bytes"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("can't be read: {error}"))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        Err("the file is empty".to_owned())
    } else {
        Ok(secret.to_owned())
    }
}

fn describe(error: &figment::Error) -> ConfigError {
    use figment::error::Kind;

    let problems = error.clone().into_iter().map(|error| {
        let key = |last: &str| {
            let path = error.path.iter().map(String::as_str);
            // Figment puts an unknown key on the path, but not a missing one.
            let named = last.is_empty() || error.path.last().is_some_and(|end| end == last);
            path.chain((!named).then_some(last)).collect::<Vec<_>>().join(".")
        };
        match &error.kind {
            Kind::MissingField(field) => format!("{}: is missing", key(field)),
            Kind::UnknownField(field, known) => {
                format!("{}: is not a key here; known are {}", key(field), known.join(", "))
            }
            Kind::UnknownVariant(_, known) => format!("{}: must be one of {}", key(""), known.join(", ")),
            Kind::DuplicateField(field) => format!("{}: stands twice", key(field)),
            Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
                format!("{}: must be {expected}", key(""))
            }
            // Own messages of a type's Deserialize, which say what is expected and not what was found.
            Kind::Message(message) => format!("{}: {message}", key("")),
            _ => format!("{}: can't be read", key("")),
        }
    });
    ConfigError(problems.collect())
}

#[cfg(test)]
mod tests;
