use std::os::unix::fs::PermissionsExt;

use base::{Clock, Ids};
use tempfile::TempDir;

use super::files::FILE_SIZE;
use super::*;

const NAME: DaySecretName = DaySecretName {
    day: base::Day::from_number(20_809),
    version: 1,
};

struct Fixture {
    folder: TempDir,
    provider: FolderProvider,
}

async fn established() -> Fixture {
    let folder = TempDir::new().unwrap();
    let provider = FolderProvider::open(&folder.path().join("provider")).unwrap();
    provider.establish(mark()).await.unwrap();
    Fixture { folder, provider }
}

fn mark() -> InstallationMark {
    InstallationMark {
        id: Ids::new(Clock::system()).next(),
        generation: 1,
    }
}

impl Fixture {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("provider").join(name)
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn only_the_owner_can_read_what_is_in_the_folder() {
    let fixture = established().await;
    fixture.provider.find_or_create_day_secret(NAME).await.unwrap();
    for folder in ["", "days"] {
        assert_eq!(mode(&fixture.path(folder)), 0o700, "{folder}");
    }
    for file in [
        "installation",
        "root-v1.key",
        "index-v1.key",
        "installation-v1.key",
        "days/2026-12-22-v1.key",
    ] {
        assert_eq!(mode(&fixture.path(file)), 0o600, "{file}");
    }
    let names: Vec<String> = file_names(&fixture.path("days")).unwrap();
    assert_eq!(names, ["2026-12-22-v1.key"], "nothing temporary is left");
}

#[tokio::test]
async fn a_provider_belongs_to_one_installation() {
    let fixture = established().await;
    let first = fixture.provider.mark().await.unwrap().unwrap();
    let refused = fixture.provider.establish(mark()).await;
    assert!(matches!(refused, Err(ProviderError::Taken)));
    let again = FolderProvider::open(&fixture.path("")).unwrap();
    assert_eq!(again.mark().await.unwrap(), Some(first));
    fs::remove_file(fixture.path("installation")).unwrap();
    assert!(matches!(again.mark().await, Err(ProviderError::Missing(_))));
}

#[tokio::test]
async fn of_many_who_ask_at_once_all_get_the_same_secret() {
    let fixture = established().await;
    let nodes: Vec<FolderProvider> = (0..16)
        .map(|_| FolderProvider::open(&fixture.path("")).unwrap())
        .collect();
    let asked = nodes.iter().map(|node| node.find_or_create_day_secret(NAME));
    let secrets = futures::future::try_join_all(asked).await.unwrap();
    assert!(secrets.iter().all(|secret| secret.expose() == secrets[0].expose()));
    let found = fixture.provider.day_secret(NAME).await.unwrap().unwrap();
    assert_eq!(found.expose(), secrets[0].expose());
}

#[tokio::test]
async fn days_and_versions_have_secrets_of_their_own() {
    let fixture = established().await;
    let newer = DaySecretName { version: 2, ..NAME };
    let later = DaySecretName {
        day: NAME.day.plus_days(1),
        ..NAME
    };
    let mut secrets = Vec::new();
    for name in [NAME, newer, later] {
        secrets.push(*fixture.provider.find_or_create_day_secret(name).await.unwrap().expose());
    }
    assert!(secrets[0] != secrets[1] && secrets[1] != secrets[2] && secrets[0] != secrets[2]);
    let mut names = fixture.provider.day_secrets().await.unwrap();
    names.sort();
    assert_eq!(names, [NAME, newer, later]);
}

#[tokio::test]
async fn a_destroyed_secret_is_gone_and_its_file_was_overwritten() {
    let fixture = established().await;
    fixture.provider.find_or_create_day_secret(NAME).await.unwrap();
    // A second link to the file shows what became of its bytes.
    let witness = fixture.folder.path().join("witness");
    fs::hard_link(fixture.path("days/2026-12-22-v1.key"), &witness).unwrap();
    fixture.provider.destroy_day_secret(NAME).await.unwrap();
    assert!(fixture.provider.day_secret(NAME).await.unwrap().is_none());
    assert_eq!(fixture.provider.day_secrets().await.unwrap(), []);
    assert_eq!(fs::read(&witness).unwrap(), [0; FILE_SIZE]);
    fixture.provider.destroy_day_secret(NAME).await.unwrap();
}

#[tokio::test]
async fn a_secret_that_is_just_being_destroyed_reads_as_gone() {
    let fixture = established().await;
    fs::write(fixture.path("days/2026-12-22-v1.key"), [0; FILE_SIZE]).unwrap();
    assert!(fixture.provider.day_secret(NAME).await.unwrap().is_none());
    // It is still listed, so that the next run unlinks it.
    assert_eq!(fixture.provider.day_secrets().await.unwrap(), [NAME]);
}

#[tokio::test]
async fn a_damaged_file_is_an_error_that_names_it_and_not_what_it_holds() {
    let fixture = established().await;
    let path = fixture.path("days/2026-12-22-v1.key");
    for content in [
        "",
        "00",
        &"g".repeat(64),
        &"0".repeat(64),
        &format!("{}\n\n", "0".repeat(64)),
    ] {
        fs::write(&path, content).unwrap();
        let error = fixture.provider.day_secret(NAME).await.err().unwrap();
        assert!(
            matches!(&error, ProviderError::Damaged(damaged) if *damaged == path),
            "{content}"
        );
        assert!(content.is_empty() || !error.to_string().contains(content));
    }
}

#[tokio::test]
async fn keys_are_wrapped_by_the_newest_root_key_and_unwrapped_by_theirs() {
    let fixture = established().await;
    let organisation: OrganisationId = Ids::new(Clock::system()).next();
    let key = OrganisationKey::generate();
    let old = fixture
        .provider
        .wrap_organisation_key(&key, organisation, 1)
        .await
        .unwrap();
    assert_eq!(old.root_version, 1);
    assert!(create_secret(&fixture.path("root-v2.key"), RootKey::generate().expose()).unwrap());
    let new = fixture
        .provider
        .wrap_organisation_key(&key, organisation, 1)
        .await
        .unwrap();
    assert_eq!(new.root_version, 2);
    for wrapped in [&old, &new] {
        fixture
            .provider
            .unwrap_organisation_key(wrapped, organisation, 1)
            .await
            .unwrap();
        let other_version = fixture.provider.unwrap_organisation_key(wrapped, organisation, 2).await;
        assert!(matches!(other_version, Err(ProviderError::Unwrap)));
    }
    let register = fixture
        .provider
        .wrap_register_key(&RegisterKey::generate(), 1)
        .await
        .unwrap();
    fixture.provider.unwrap_register_key(&register, 1).await.unwrap();
    let mixed = fixture
        .provider
        .unwrap_organisation_key(&register, organisation, 1)
        .await;
    assert!(matches!(mixed, Err(ProviderError::Unwrap)));
}

#[tokio::test]
async fn other_files_in_the_folder_of_days_are_ignored() {
    let fixture = established().await;
    for name in [
        "README",
        "2026-12-22.key",
        "2026-13-22-v1.key",
        "2026-12-22-v1.abc.tmp",
        "2026-12-22-vx.key",
    ] {
        fs::write(fixture.path("days").join(name), "").unwrap();
    }
    assert_eq!(fixture.provider.day_secrets().await.unwrap(), []);
}

const LATER: Timestamp = Timestamp::from_millis(1_795_338_000_000);

#[tokio::test]
async fn of_many_who_make_the_first_signing_key_one_does_and_all_sign_with_it() {
    let fixture = established().await;
    let nodes: Vec<FolderProvider> = (0..16)
        .map(|_| FolderProvider::open(&fixture.path("")).unwrap())
        .collect();
    let made = nodes.iter().map(|node| node.add_signing_key(1, LATER));
    let made = futures::future::try_join_all(made).await.unwrap();
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
    let keys = fixture.provider.signing_keys().await.unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!((keys[0].version, keys[0].from), (1, LATER));
    for node in &nodes {
        let (key, signature) = node.sign("test v1", b"message").await.unwrap();
        assert_eq!(key, keys[0].key);
        assert!(key.verify("test v1", b"message", &signature));
    }
    let names = file_names(&fixture.path("signing")).unwrap();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(
        names
            .iter()
            .all(|name| mode(&fixture.path("signing").join(name)) == 0o600)
    );
}

#[tokio::test]
async fn a_new_signing_key_ends_the_secret_of_the_one_before_and_keeps_its_public_half() {
    let fixture = established().await;
    fixture.provider.add_signing_key(1, LATER).await.unwrap();
    let (first, _) = fixture.provider.sign("test v1", b"").await.unwrap();
    assert!(fixture.provider.add_signing_key(2, LATER).await.unwrap());
    assert!(!fixture.provider.add_signing_key(2, LATER).await.unwrap());
    let (second, _) = fixture.provider.sign("test v1", b"").await.unwrap();
    assert_ne!(first, second);
    let keys = fixture.provider.signing_keys().await.unwrap();
    assert_eq!(
        keys.iter().map(|record| record.key).collect::<Vec<_>>(),
        [first, second]
    );
    assert!(!fixture.provider.signing_secret_path(&first).exists());
    fs::remove_file(fixture.provider.signing_secret_path(&second)).unwrap();
    let refused = fixture.provider.sign("test v1", b"").await;
    assert!(matches!(refused, Err(ProviderError::Missing(_))));
    fs::write(fixture.provider.signing_path(2), "nothing\n").unwrap();
    assert!(matches!(
        fixture.provider.signing_keys().await,
        Err(ProviderError::Damaged(_))
    ));
}
