//! Logging to standard error, as text or JSON.
//!
//! What is logged is decided where it is logged: ids, routes and states; never names, numbers, titles, tokens or query
//! strings. A library that writes more than that is not heard, whatever the filter says.

use std::io::IsTerminal as _;

use tracing::Subscriber;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::{LogFormat, LogSection};

/// What the targets begin with of those who write credentials, challenges and whatever came: of what they refuse, the audit log
/// says so.
const NOT_HEARD: &str = "webauthn_rs";

/// Starts logging. A second call in one process changes nothing.
pub fn start(section: &LogSection) {
    let _started = logging(section, std::io::stderr, std::io::stderr().is_terminal()).try_init();
}

fn logging<W>(section: &LogSection, writer: W, ansi: bool) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&section.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt::layer().with_writer(writer).with_ansi(ansi).with_target(true);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match section.format {
        LogFormat::Plain => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    Registry::default()
        .with(lines)
        .with(filter)
        .with(filter_fn(|metadata| !metadata.target().starts_with(NOT_HEARD)))
}

pub(crate) fn is_filter(text: &str) -> bool {
    EnvFilter::try_new(text).is_ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn credentials_are_not_logged_whatever_the_filter_says() {
        for (format, filter) in [
            (LogFormat::Plain, "trace"),
            (LogFormat::Json, "info,webauthn_rs_core::core=trace,webauthn_rs=debug"),
        ] {
            let written = Written::default();
            let section = LogSection {
                format,
                filter: filter.to_owned(),
            };
            let writer = written.clone();
            tracing::subscriber::with_default(logging(&section, move || writer.clone(), false), || {
                tracing::error!(target: "webauthn_rs_core::internals", "a credential");
                tracing::trace!(target: "webauthn_rs_core::core", "a challenge");
                tracing::debug_span!(target: "webauthn_rs", "a span").in_scope(|| tracing::info!("ours"));
            });
            let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
            assert!(written.contains("ours"), "{written}");
            for what in ["credential", "challenge", "span\""] {
                assert!(!written.contains(what), "{written}");
            }
        }
    }
}
