//! Where databases and documents lie.

use super::{development, load};

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
