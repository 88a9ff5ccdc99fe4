use std::collections::BTreeMap;

use base::SecretString;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    mode: Mode,
    database: Database,
    #[serde(default)]
    listen: ListenSection,
    #[serde(default)]
    providers: BTreeMap<String, ProviderSection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Database {
    url: SecretString,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderSection {
    client_secret: SecretString,
}

impl Validate for Program {
    fn validate(&self, check: &mut Check) {
        check.section("listen", &self.listen);
    }
}

const SOURCE: Source<'_> = Source {
    prefix: "POSTVALV",
    secrets: &["database.url", "providers.*.client_secret"],
    presets: None,
};

fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Program, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(folder.path().join("secret"), "from a file\n").unwrap();
    std::fs::write(folder.path().join("empty"), "\n").unwrap();
    std::fs::write(&path, toml.replace("FOLDER", folder.path().to_str().unwrap())).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    SOURCE
        .load_from(&path, environment)
        .map_err(|error| error.problems().join("; "))
}

const GOOD: &str = "mode = \"production\"\n[database]\nurl = \"sqlite:/x\"\n";

#[test]
fn the_environment_overrides_the_file_and_a_secret_of_digits_stays_a_text() {
    let program = load(
        GOOD,
        &[
            ("POSTVALV__DATABASE__URL", "12345"),
            ("POSTVALV__LISTEN__IDLE_SECONDS", "5"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(program.database.url.expose(), "12345");
    assert_eq!(program.listen.idle_seconds, 5);
    assert_eq!(program.mode, Mode::Production);
}

#[test]
fn a_secret_may_lie_in_a_file() {
    let program = load(
        "mode = \"development\"\n[database]\nurl_file = \"FOLDER/secret\"\n[providers.bankid]\nclient_secret_file = \"FOLDER/secret\"\n",
        &[],
    )
    .unwrap();
    assert_eq!(program.database.url.expose(), "from a file");
    assert_eq!(program.providers["bankid"].client_secret.expose(), "from a file");
}

#[test]
fn a_section_gets_from_its_preset_what_it_leaves_out() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Program {
        #[serde(default)]
        rooms: BTreeMap<String, Room>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Room {
        kind: Option<String>,
        #[serde(default)]
        doors: Vec<u8>,
        #[serde(default)]
        windows: BTreeMap<String, u8>,
    }
    impl Validate for Program {
        fn validate(&self, _: &mut Check) {}
    }

    let source = Source {
        presets: Some(Presets {
            section: "rooms.*",
            key: "kind",
            defaults: |name| (name == "hall").then_some("doors = [1, 2]\nwindows = { north = 1, south = 2 }"),
        }),
        ..SOURCE
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let text = "[rooms.a]\nkind = \"hall\"\n[rooms.b]\nkind = \"hall\"\ndoors = [3]\n[rooms.b.windows]\neast = 1\n\
                [rooms.c]\nkind = \"other\"\n[rooms.d]\n";
    std::fs::write(&path, text).unwrap();
    let program: Program = source.load_from(&path, []).unwrap();
    let windows = |windows: &[(&str, u8)]| {
        windows
            .iter()
            .map(|(side, count)| ((*side).to_owned(), *count))
            .collect()
    };
    let room = |name: &str| &program.rooms[name];
    assert_eq!(
        (&room("a").doors, &room("a").windows),
        (&vec![1, 2], &windows(&[("north", 1), ("south", 2)]))
    );
    assert_eq!(
        (&room("b").doors, &room("b").windows),
        (&vec![3], &windows(&[("east", 1)]))
    );
    assert_eq!(
        (room("a").kind.as_deref(), room("c").kind.as_deref()),
        (Some("hall"), Some("other"))
    );
    assert!(room("c").doors.is_empty() && room("d").doors.is_empty());
}

#[test]
fn errors_name_the_key_and_not_the_value() {
    for (toml, want) in [
        ("mode = \"production\"\n[database]\n", "database.url: is missing"),
        (
            "mode = \"hunter2\"\n[database]\nurl = \"x\"\n",
            "mode: must be one of development, production",
        ),
        (
            "mode = \"production\"\n[database]\nurl = 7\n",
            "database.url: must be a string",
        ),
        (
            "mode = \"production\"\n[database]\nurl = \"hunter2\"\nurl_file = \"FOLDER/secret\"\n",
            "database.url: give it or database.url_file, not both",
        ),
        (
            "mode = \"production\"\n[database]\nurl_file = \"FOLDER/empty\"\n",
            "database.url_file: the file is empty",
        ),
        (
            "mode = \"production\"\n[database]\nurl = \"x\"\nuri = \"hunter2\"\n",
            "database.uri: is not a key here; known are url",
        ),
        (
            "mode = \"production\"\n[database]\nurl = \"x\"\n[listen]\nidle_seconds = 0\nmax_connections = 0\n",
            "listen.max_connections: must be at least 1; listen.idle_seconds: must be at least 1",
        ),
        (
            "mode = \"production\"\n[database]\nurl = \"x\"\n[listen]\ntrusted_proxies = [\"everyone\"]\n",
            "listen.trusted_proxies.0: must be an address or a network such as 10.0.0.0/8",
        ),
    ] {
        let problem = load(toml, &[]).unwrap_err();
        assert_eq!(problem, want);
        assert!(!problem.contains("hunter2"));
    }
}

#[test]
fn a_broken_file_says_where_and_does_not_quote_itself() {
    let problem = load("mode = \"production\"\n[database]\nurl = hunter2\n", &[]).unwrap_err();
    assert!(problem.contains("line 3"), "{problem}");
    assert!(!problem.contains("hunter2"), "{problem}");
}

#[test]
fn a_production_clock_can_not_be_moved() {
    let section = DevelopmentSection {
        clock_offset_file: Some("/nowhere/offset".into()),
    };
    assert!(section.clock(Mode::Production).is_err());
    assert!(section.clock(Mode::Development).is_ok());
    let mut check = Check::default();
    section.validate(Mode::Production, &mut check);
    assert_eq!(check.into_problems().len(), 1);
}
