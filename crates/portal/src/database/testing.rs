//! Databases for tests: SQLite files always, and PostgreSQL too when `POSTVALV_TEST_POSTGRES` holds the address of a server
//! where databases can be created (`scripts/with-postgres`).

use base::SecretString;
use sea_orm::{ConnectionTrait, Database as Connector};
use tempfile::TempDir;

use crate::test_support::given;

/// Empty databases for one test, with a folder for its other files.
pub(crate) struct TestDatabases {
    pub(crate) folder: TempDir,
    pub(crate) portal: SecretString,
    pub(crate) vault: SecretString,
}

/// Runs a test on SQLite, and on PostgreSQL when there is one.
pub(crate) async fn on_each_database(test: impl AsyncFn(&TestDatabases)) {
    let folder = TempDir::new().unwrap();
    let url = |name: &str| SecretString::new(format!("sqlite:{}", folder.path().join(name).display()));
    let (portal, vault) = (url("portal.sqlite"), url("vault.sqlite"));
    test(&TestDatabases { folder, portal, vault }).await;

    let Some(server) = given("POSTVALV_TEST_POSTGRES", "scripts/with-postgres") else {
        return;
    };
    let mut random = [0; 8];
    getrandom::fill(&mut random).unwrap();
    let name = |part: &str| format!("{part}_{}", hex::encode(random));
    let administrator = Connector::connect(&server).await.unwrap();
    let mut urls = Vec::new();
    for name in [name("portal"), name("vault")] {
        let create = format!("CREATE DATABASE {name}");
        administrator.execute_unprepared(&create).await.unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        urls.push(SecretString::new(url.into()));
    }
    let [portal, vault] = <[SecretString; 2]>::try_from(urls).unwrap();
    let folder = TempDir::new().unwrap();
    test(&TestDatabases { folder, portal, vault }).await;
    for name in [name("portal"), name("vault")] {
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        administrator.execute_unprepared(&drop).await.unwrap();
    }
}
