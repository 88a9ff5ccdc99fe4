use std::path::PathBuf;

use super::*;

fn of_project(path: &str) -> String {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

pub(super) fn development() -> String {
    of_project("config/development.toml")
}

pub(super) fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postvalv.toml");
    std::fs::write(&path, text).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load_from(&path, environment).map_err(|error| error.problems().to_vec())
}

/// The development configuration with everything that its preset sets written out.
fn written_out() -> String {
    let text = development();
    assert!(text.contains("preset = \"bankid-bridge\"\n"));
    text.replace(
        "preset = \"bankid-bridge\"\n",
        preset::defaults("bankid-bridge").unwrap(),
    )
}

#[test]
fn the_development_configuration_is_valid() {
    let config = load(&development(), &[]).unwrap();
    assert_eq!(config.providers.len(), 1);
    assert_eq!(config.settings().sessions, portal::SessionLimits::default());
}

#[test]
fn the_deployment_that_the_manual_describes_has_a_valid_configuration() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "a secret\n").unwrap();
    let text = of_project("deploy/postvalv.toml");
    let place = "/etc/postvalv/bankid-client-secret";
    assert!(text.contains(place));
    let config = load(&text.replace(place, secret.path().to_str().unwrap()), &[]).unwrap();
    assert_eq!(config.mode, Mode::Production);
}

#[test]
fn our_key_at_a_provider_lies_in_a_file_and_is_checked_at_start() {
    let text = development();
    let secret = "client_secret = \"development-only\"";
    assert!(text.contains(secret));
    let load_with = |pem: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), pem).unwrap();
        let key = format!(
            "client_authentication = \"private_key_jwt\"\nclient_key_file = \"{}\"",
            file.path().display()
        );
        load(&text.replace(secret, &key), &[])
    };
    let good = include_str!("../sign_in/client_test_key.pem");
    let config = load_with(good).unwrap();
    assert!(config.providers["bankid-bridge"].client_key.is_some());
    assert!(!format!("{config:?}").contains("PRIVATE"));
    for bad in ["a secret", include_str!("../../tests/it/rsa_test_key.pem"), &good[..90]] {
        let problems = load_with(bad).unwrap_err();
        assert_eq!(
            problems,
            ["providers.bankid-bridge.client_key: must be a private key on the curve P-256, as PKCS #8 in PEM"]
        );
    }
}

#[test]
fn a_logotype_that_is_no_png_is_refused_at_start() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    for (path, problem) in [
        (file.path().to_str().unwrap(), "the file must be a PNG picture"),
        ("/nowhere/logo.png", "the file can't be opened"),
    ] {
        let problems = load(&development(), &[("POSTVALV__PROVIDERS__BANKID-BRIDGE__LOGO", path)]).unwrap_err();
        assert_eq!(problems, [format!("providers.bankid-bridge.logo: {problem}")]);
    }
}

#[test]
fn production_refuses_what_only_development_may_have() {
    let problems = load(&development(), &[("POSTVALV__MODE", "production")]).unwrap_err();
    let keys: Vec<&str> = problems
        .iter()
        .filter_map(|problem| problem.split_once(": "))
        .map(|(key, _)| key)
        .collect();
    assert_eq!(
        keys,
        [
            "origin",
            "development.clock_offset_file",
            "providers.bankid-bridge.issuer"
        ]
    );
}

#[test]
fn a_provider_that_proves_too_little_is_refused() {
    let with = |from: &str, to: &str| {
        let text = written_out();
        assert!(text.contains(from), "{from}");
        load(&text.replace(from, to), &[]).unwrap_err().join("; ")
    };
    let provider = "providers.bankid-bridge";
    for (from, to, want) in [
        ("loa3\" = 3", "loa2\" = 2", "levels: must be 3 or 4"),
        (
            "levels = { \"http://id.elegnamnden.se/loa/1.0/loa3\" = 3 }",
            "",
            "levels: must accept at least one acr value",
        ),
        (
            "levels = { \"http://id.elegnamnden.se/loa/1.0/loa3\" = 3 }",
            "level_without_acr = 3",
            "level_without_acr: needs a claim in `required` that says how the person was identified",
        ),
        (
            "algorithms = [\"ES256\"]",
            "algorithms = []",
            "algorithms: must name at least one of ES256, PS256, RS256",
        ),
        (
            "{ from = \"user_info\", claim = \"https://id.oidc.se/claim/coordinationNumber\" }",
            "{ from = \"id_token\", claim = \"ssn\" }",
            "logout: can't be end_session_with_hint when the ID token holds the number, which would stand in an address",
        ),
        (
            "essential_acr = true",
            "parameters = { state = \"mine\" }",
            "parameters: must not set state",
        ),
    ] {
        assert_eq!(with(from, to), format!("{provider}.{want}"));
    }
    for algorithm in ["none", "HS256"] {
        let problem = with("\"ES256\"", &format!("\"{algorithm}\""));
        assert!(problem.starts_with(&format!("{provider}.algorithms")), "{problem}");
    }
}

#[test]
fn the_vault_is_a_database_of_its_own() {
    let problems = load(
        &development(),
        &[("POSTVALV__VAULT__URL", "sqlite:./var/portal.sqlite")],
    )
    .unwrap_err();
    assert_eq!(problems, ["vault.url: must name another database than database.url"]);
}

/// The development configuration with its blobs in a bucket, after a change of the section.
fn with_bucket(change: impl Fn(String) -> String) -> String {
    let section = change(
        r#"[blobs.s3]
endpoint = "https://s3.example.se"
region = "eu-north-1"
bucket = "documents"
prefix = "postvalv/production"
access_key_id = "id"
secret_access_key = "secret"
"#
        .to_owned(),
    );
    let folder = "[blobs]\nfolder = \"./var/blobs\"\n";
    let text = development();
    assert!(text.contains(folder));
    text.replace(folder, &section)
}

#[test]
fn documents_may_lie_in_a_bucket() {
    let portal::BlobSettings::S3(settings) = load(&with_bucket(|text| text), &[]).unwrap().settings().blobs else {
        panic!("a folder")
    };
    assert_eq!(settings.endpoint, "https://s3.example.se");
    assert_eq!(settings.prefix, "postvalv/production");
    assert_eq!(settings.secret_access_key.expose(), "secret");
    assert!(settings.path_style);
}

#[test]
fn a_buckets_secret_may_lie_in_a_file_and_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "from-the-file\n").unwrap();
    let text = with_bucket(|text| {
        text.replace(
            "secret_access_key = \"secret\"",
            &format!("secret_access_key_file = \"{}\"", path.display()),
        )
    });
    let config = load(&text, &[]).unwrap();
    let portal::BlobSettings::S3(settings) = config.settings().blobs else {
        panic!("a folder")
    };
    assert_eq!(settings.secret_access_key.expose(), "from-the-file");
    assert!(!format!("{config:?} {settings:?}").contains("from-the-file"));
}

#[test]
fn a_bucket_that_can_not_be_used_is_refused_by_key() {
    for (from, to, want) in [
        ("https://s3.example.se", "http://s3.example.se", "blobs.s3.endpoint"),
        (
            "https://s3.example.se",
            "https://s3.example.se/path",
            "blobs.s3.endpoint",
        ),
        (
            "https://s3.example.se",
            "https://me:key@s3.example.se",
            "blobs.s3.endpoint",
        ),
        ("https://s3.example.se", "s3.example.se", "blobs.s3.endpoint"),
        ("\"eu-north-1\"", "\"\"", "blobs.s3.region"),
        ("\"documents\"", "\"Documents\"", "blobs.s3.bucket"),
        ("\"documents\"", "\"a/b\"", "blobs.s3.bucket"),
        ("postvalv/production", "/postvalv", "blobs.s3.prefix"),
        ("postvalv/production", "postvalv/../other", "blobs.s3.prefix"),
        ("\"id\"", "\"\"", "blobs.s3.access_key_id"),
        ("\"secret\"", "\"\"", "blobs.s3.secret_access_key"),
        ("bucket = \"documents\"\n", "", "blobs.s3.bucket: is missing"),
        (
            "\"documents\"",
            "\"a.b\"\npath_style = false",
            "blobs.s3.bucket: must not have a dot when path_style = false",
        ),
        (
            "[blobs.s3]",
            "[blobs]\nfolder = \"x\"\n[blobs.s3]",
            "blobs.folder: give it or the section",
        ),
        (
            "secret_access_key = \"secret\"",
            "secret_access_key = \"secret\"\n[limits]\nmax_file_bytes = 51539607553",
            "limits.max_file_bytes",
        ),
    ] {
        let text = with_bucket(|text| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        let problems = load(&text, &[]).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].starts_with(want),
            "{to}: {problems:?}"
        );
    }
    for endpoint in ["http://127.0.0.1:8333", "http://localhost:8333", "http://[::1]:8333"] {
        let text = with_bucket(|text| text.replace("https://s3.example.se", endpoint));
        assert!(load(&text, &[]).is_ok(), "{endpoint}");
    }
    let neither = with_bucket(|_| "[blobs]\n".to_owned());
    assert_eq!(
        load(&neither, &[]).unwrap_err(),
        ["blobs.folder: is missing; give it or the section blobs.s3"]
    );
}

/// The development configuration with a mail server, after a change of the section.
fn with_mail(from: &str, to: &str) -> Result<Config, Vec<String>> {
    let section = "[mail]\nhost = \"mail.example.se\"\nuser_name = \"postvalv\"\npassword = \"secret\"\nfrom = \"post@example.se\"\n";
    assert!(section.contains(from), "{from}");
    load(&format!("{}\n{}", development(), section.replace(from, to)), &[])
}

#[test]
fn a_mail_server_is_reached_over_tls_and_its_password_never_shown() {
    let config = with_mail("", "").unwrap();
    assert!(config.settings().sends_mail && !load(&development(), &[]).unwrap().settings().sends_mail);
    assert!(!format!("{config:?}").contains("\"secret\""));
    let mail = config.mail.unwrap();
    assert_eq!((mail.encryption, mail.port()), (Encryption::Tls, 465));
    let mail = with_mail("[mail]\n", "[mail]\nencryption = \"starttls\"\n")
        .unwrap()
        .mail
        .unwrap();
    assert_eq!((mail.encryption, mail.port()), (Encryption::StartTls, 587));
    let here = "host = \"127.0.0.1\"\nencryption = \"none\"";
    assert_eq!(
        with_mail("host = \"mail.example.se\"", here)
            .unwrap()
            .mail
            .unwrap()
            .port(),
        25
    );
}

#[test]
fn a_mail_server_that_can_not_be_used_is_refused_by_key() {
    for (from, to, want) in [
        ("[mail]\n", "[mail]\nencryption = \"none\"\n", "mail.encryption"),
        ("mail.example.se", "smtp://mail.example.se", "mail.host"),
        ("mail.example.se", "mail.example.se:25", "mail.host"),
        ("[mail]\n", "[mail]\nport = 0\n", "mail.port"),
        ("user_name = \"postvalv\"\n", "", "mail.password"),
        ("password = \"secret\"\n", "", "mail.password"),
        ("post@example.se", "post", "mail.from"),
        ("post@example.se", "a@example.se, b@example.se", "mail.from"),
        ("post@example.se", "a@example.se\\r\\nBcc: b@example.se", "mail.from"),
        ("[mail]\n", "[mail]\nfrom_name = \"a\\nb\"\n", "mail.from_name"),
        ("[mail]\n", "[mail]\ntimeout_seconds = 121\n", "mail.timeout_seconds"),
    ] {
        let problems = with_mail(from, to).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].starts_with(want),
            "{to}: {problems:?}"
        );
    }
}

#[test]
fn a_receiver_of_the_log_that_can_not_be_used_is_refused_by_key() {
    let made = rcgen::generate_simple_self_signed(["siem.example.se".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let good = format!(
        "[audit.syslog.siem]\nhost = \"siem.example.se\"\nauthorities = \"\"\"{certificate}\"\"\"\n\
         client_certificate = \"\"\"{certificate}\"\"\"\nclient_key = \"\"\"{key}\"\"\"\n"
    );
    let load_with = |text: &str| load(&format!("{}\n{text}", development()), &[]);
    let config = load_with(&good).unwrap();
    let receiver = &config.settings().audit_receivers[0];
    assert_eq!(
        (receiver.place.as_str(), receiver.logs),
        ("siem.example.se:6514", portal::AuditLogs::Of(None))
    );
    assert!(!format!("{config:?}").contains("PRIVATE"));
    for (from, to, want) in [
        ("siem.example.se", "https://siem.example.se", "audit.syslog.siem.host"),
        ("siem.example.se", "siem.example.se:6514", "audit.syslog.siem.host"),
        ("syslog.siem", "syslog.SIEM", "audit.syslog.SIEM"),
        ("host =", "port = 0\nhost =", "audit.syslog.siem.port"),
        (
            &format!("authorities = \"\"\"{certificate}\"\"\""),
            "authorities = \"x\"",
            "audit.syslog.siem.authorities",
        ),
        (key.as_str(), "x", "audit.syslog.siem.client_key"),
        (
            &format!("client_key = \"\"\"{key}\"\"\"\n"),
            "",
            "audit.syslog.siem.client_key",
        ),
    ] {
        let Err(problems) = load_with(&good.replace(from, to)) else {
            panic!("{to}")
        };
        assert!(problems[0].starts_with(want), "{to}: {problems:?}");
    }
}

#[test]
fn a_bucket_for_checkpoints_that_can_not_be_used_is_refused_by_key() {
    let good = "[audit.checkpoints.archive.s3]\nendpoint = \"https://s3.example.se\"\nregion = \"eu-north-1\"\n\
        bucket = \"checkpoints\"\nprefix = \"postvalv\"\naccess_key_id = \"id\"\nsecret_access_key = \"xyzzy\"\n";
    let load_with = |text: &str| load(&format!("{}\n{text}", development()), &[]);
    let config = load_with(good).unwrap();
    let receiver = &config.settings().audit_receivers[0];
    assert_eq!(
        (receiver.place.as_str(), receiver.logs),
        ("s3.example.se/checkpoints/postvalv", portal::AuditLogs::Every)
    );
    assert!(!format!("{config:?}").contains("xyzzy"));
    let organisation = "0192f0c1-2345-7abc-8def-0123456789ac";
    let of_one = format!("[audit.checkpoints.archive]\norganisation = \"{organisation}\"\n{good}");
    let config = load_with(&of_one).unwrap();
    assert_eq!(
        config.settings().audit_receivers[0].logs,
        portal::AuditLogs::Of(Some(organisation.parse().unwrap()))
    );
    for (from, to, want) in [
        (
            "checkpoints.archive",
            "checkpoints.Archive",
            "audit.checkpoints.Archive",
        ),
        ("archive.s3]", "archive]", "audit.checkpoints.archive"),
        ("https://", "http://", "audit.checkpoints.archive.s3.endpoint"),
        ("\"checkpoints\"", "\"a/b\"", "audit.checkpoints.archive.s3.bucket"),
        ("\"xyzzy\"", "\"\"", "audit.checkpoints.archive.s3.secret_access_key"),
    ] {
        let Err(problems) = load_with(&good.replace(from, to)) else {
            panic!("{to}")
        };
        assert!(problems[0].starts_with(want), "{to}: {problems:?}");
    }
}

#[test]
fn where_webhooks_may_lead_that_can_not_be_read_is_refused_by_key() {
    let load_with = |text: &str| load(&format!("{}\n[audit.webhook]\n{text}", development()), &[]);
    let config = load_with("allowed_networks = [\"10.1.0.0/16\", \"::1\"]").unwrap();
    assert_eq!(config.audit.webhook.allowed_networks.len(), 2);
    assert!(load_with("").unwrap().audit.webhook.allowed_networks.is_empty());
    for (text, want) in [
        ("allowed_networks = [\"intranet\"]", "audit.webhook.allowed_networks"),
        ("authorities = \"x\"", "audit.webhook.authorities"),
    ] {
        let Err(problems) = load_with(text) else {
            panic!("{text}")
        };
        assert!(problems[0].starts_with(want), "{text}: {problems:?}");
    }
}

#[test]
fn where_the_portal_stands_and_who_are_processors_are_a_few_short_lines() {
    let load_with = |more: &str| {
        load(
            &development().replace("[contact]\n", &format!("[contact]\n{more}\n")),
            &[],
        )
    };
    let (long, longest) = ("å".repeat(201), "å".repeat(200));
    let processors = |count: usize| format!("processors = [{}]", vec!["\"Ett AB (drift)\""; count].join(", "));
    assert!(load_with(&format!("place = \"{longest}\"\n{}", processors(20))).is_ok());
    for (text, key) in [
        (format!("place = \"{long}\""), "contact.place"),
        ("place = \" \"".to_owned(), "contact.place"),
        ("place = \"Luleå\\nSverige\"".to_owned(), "contact.place"),
        (processors(21), "contact.processors"),
        (format!("processors = [\"{long}\"]"), "contact.processors"),
        ("processors = [\"Ett AB\", \"\"]".to_owned(), "contact.processors"),
    ] {
        let Err(problems) = load_with(&text) else {
            panic!("{text}")
        };
        assert!(problems[0].starts_with(key), "{text}: {problems:?}");
    }
}

/// Each struct refuses an unknown key with a list of those that it knows: that list is what must be documented.
#[test]
fn every_key_is_described_in_the_operators_manual() {
    let manual = of_project("docs/operations.md");
    let provider = "providers.bankid-bridge";
    let mut checked = 0;
    for section in [
        "",
        "contact",
        "listen",
        "log",
        "development",
        "database",
        "vault",
        "keys",
        "ledger",
        "blobs",
        "blobs.s3",
        "backup",
        "audit.syslog.norrby",
        "audit.checkpoints.archive",
        "audit.checkpoints.archive.s3",
        "audit.webhook",
        "retention",
        "purge",
        "limits",
        "rates",
        "sessions",
        "systems",
        "jobs",
        "places",
        "metrics",
        "mail",
        provider,
    ] {
        let environment = format!(
            "POSTVALV__{}NOT_A_KEY",
            if section.is_empty() {
                String::new()
            } else {
                format!("{}__", section.replace('.', "__"))
            }
        );
        let problem = load(&development(), &[(&environment, "1")]).unwrap_err().remove(0);
        let known = problem
            .split_once("known are ")
            .unwrap_or_else(|| panic!("{problem}"))
            .1;
        for key in known.split(", ") {
            let name = match section {
                "" => key.to_owned(),
                section if section == provider => key.to_owned(),
                "audit.syslog.norrby" => format!("audit.syslog.NAME.{key}"),
                "audit.checkpoints.archive" => format!("audit.checkpoints.NAME.{key}"),
                "audit.checkpoints.archive.s3" => format!("audit.checkpoints.NAME.s3.{key}"),
                section => format!("{section}.{key}"),
            };
            let is_section = section.is_empty() && !["mode", "origin"].contains(&key);
            let described = if is_section {
                manual.contains(&format!("{key}.")) || manual.contains(&format!("[{key}."))
            } else {
                manual.contains(&format!("`{name}`"))
            };
            assert!(described, "docs/operations.md does not describe {name}");
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}
