//! A portal of its own for each test.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use base::{
    AllowedNetworks, CaseId, Clock, DocumentId, Ids, ManualClock, Personnummer, SecretString, SystemId, Timestamp,
};
use bytes::Bytes;
use http::Request;
use portal::{
    DeclaredFile, IdempotencyKey, MessageDraft, MessageReceipt, NewSystem, OperatorActor, Organisation, Portal,
    RecipientAddress, RecipientIdentifier, RequestInfo, Scope, SystemActor,
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use server::config::Config;
use server::routes::Route;
use server::{AppState, HttpLimits, KeySets, Places, Providers, router};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::browser::{Answer, Browser};
use crate::given::given;
use crate::provider::Provider;

/// Where people reach the portal in these tests.
pub(crate) const ORIGIN: &str = "http://localhost:3000";

/// The provider's name in the configuration.
pub(crate) const PROVIDER: &str = "bankid";

/// The name in the configuration of the provider for staff, which is the same server in another guise.
pub(crate) const DIRECTORY: &str = "entra";

/// Skatteverket's test numbers.
pub(crate) const ANNA: &str = "200001012384";
pub(crate) const BENGT: &str = "197701172392";

/// Patience with a provider that is silent on purpose; far more than an honest one takes to sign on a busy machine.
const PATIENCE: Duration = Duration::from_secs(2);

/// Writes each test twice: on SQLite, and on PostgreSQL when `POSTVALV_TEST_POSTGRES` names a server.
macro_rules! on_both_databases {
    ($(async fn $name:ident($app:ident: App) $body:block)+) => {
        $(async fn $name($app: $crate::harness::App) $body)+

        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::harness::App::on_sqlite().await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                if let Some(app) = $crate::harness::App::on_postgres().await {
                    super::$name(app).await;
                }
            })+
        }
    };
}
pub(crate) use on_both_databases;

/// The addresses of two fresh databases of the PostgreSQL server; `None` when there is no server.
pub(crate) async fn fresh_databases() -> Option<(String, String)> {
    let server = given("POSTVALV_TEST_POSTGRES", "scripts/with-postgres")?;
    let connection = sea_orm::Database::connect(server.as_str()).await.unwrap();
    let id: base::RequestId = Ids::new(ManualClock::at(Timestamp::from_millis(0)).clock()).next();
    let id = id.to_string().replace('-', "");
    let mut urls = Vec::new();
    for name in [format!("portal_{id}"), format!("vault_{id}")] {
        let create = Statement::from_string(DbBackend::Postgres, format!("CREATE DATABASE {name}"));
        connection.execute_raw(create).await.unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        urls.push(url.to_string());
    }
    connection.close().await.unwrap();
    let vault = urls.pop()?;
    Some((urls.pop()?, vault))
}

/// The program, without a socket.
pub(crate) struct App {
    pub(crate) state: AppState,
    pub(crate) router: Router,
    pub(crate) routes: Vec<Route>,
    pub(crate) portal: Portal,
    pub(crate) clock: ManualClock,
    pub(crate) provider: Provider,
    pub(crate) providers: Providers,
    database_url: String,
    folder: TempDir,
}

impl App {
    pub(crate) async fn on_sqlite() -> Self {
        Self::with(|text| text).await
    }

    /// On SQLite, with a changed configuration.
    pub(crate) async fn with(change: impl FnOnce(String) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
        let urls = (url("portal.sqlite"), url("vault.sqlite"));
        Self::start(folder, urls, change).await
    }

    /// On SQLite, with `from` in the provider's section replaced by `to`.
    pub(crate) async fn with_provider(changes: &[(&str, &str)]) -> Self {
        Self::with(|mut text| {
            for (from, to) in changes {
                assert!(text.contains(from), "{from}");
                text = text.replace(from, to);
            }
            text
        })
        .await
    }

    /// With the folder of blobs inside `place`.
    pub(crate) async fn with_blobs_in(place: &Path) -> Self {
        let blobs = place.join("blobs");
        Self::with(|text| with_blobs(&text, &format!("[blobs]\nfolder = \"{}\"\n", blobs.display()))).await
    }

    /// With both SQLite databases inside `place`.
    pub(crate) async fn with_databases_in(place: &Path) -> Self {
        let url = |name: &str| format!("sqlite:{}", place.join(name).display());
        let urls = (url("portal.sqlite"), url("vault.sqlite"));
        Self::start(tempfile::tempdir().unwrap(), urls, |text| text).await
    }

    /// With the blobs in a bucket, as this section `[blobs.s3]` says.
    pub(crate) async fn with_bucket(section: &str) -> Self {
        Self::with(|text| with_blobs(&text, section)).await
    }

    /// On two fresh databases of the PostgreSQL server; `None` when there is no server.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let urls = fresh_databases().await?;
        Some(Self::start(tempfile::tempdir().unwrap(), urls, |text| text).await)
    }

    async fn start(folder: TempDir, urls: (String, String), change: impl FnOnce(String) -> String) -> Self {
        let clock = ManualClock::at(Timestamp::from_jiff("2026-11-22T09:00:00Z".parse().unwrap()));
        let provider = Provider::start(clock.clock()).await;
        let text = change(configuration(folder.path(), &urls, provider.issuer()));
        let path = folder.path().join("postvalv.toml");
        std::fs::write(&path, text).unwrap();
        let config = Config::load_from(&path, []).unwrap();
        let portal = Portal::open(config.settings(), clock.clock()).await.unwrap();
        let limits = HttpLimits {
            total: PATIENCE,
            ..HttpLimits::default()
        };
        let providers = Providers::new(&config.providers, &clock.clock(), limits, true).unwrap();
        let places = Places::open(config.places.as_ref()).unwrap();
        let limits = HttpLimits {
            total: PATIENCE,
            ..KeySets::LIMITS
        };
        let key_sets = KeySets::new(&config, &clock.clock(), limits).unwrap();
        let state = AppState::new(
            &config,
            portal.clone(),
            clock.clock(),
            providers.clone(),
            places,
            key_sets,
        );
        let (router, routes) = router(&state, &config);
        Self {
            state,
            router,
            routes,
            portal,
            clock,
            provider,
            providers,
            database_url: urls.0,
            folder,
        }
    }

    /// Where the blobs are unless a test said otherwise.
    pub(crate) fn blob_folder(&self) -> PathBuf {
        self.folder.path().join("blobs")
    }

    /// Where the configuration stands, for commands.
    pub(crate) fn configuration_file(&self) -> PathBuf {
        self.folder.path().join("postvalv.toml")
    }

    /// The configuration of other places, of the same kind and with nothing in them: below that folder, or in fresh databases.
    pub(crate) async fn configuration_below(&self, folder: &Path) -> PathBuf {
        let text = std::fs::read_to_string(self.configuration_file()).unwrap();
        let here = self.folder.path().display().to_string();
        let mut text = text.replace(&here, &folder.display().to_string());
        if self.is_on_postgres() {
            let (portal, vault) = fresh_databases().await.unwrap();
            let before = self.database_url.replace("/portal_", "/vault_");
            text = text.replace(&self.database_url, &portal).replace(&before, &vault);
        }
        let file = folder.join("postvalv.toml");
        std::fs::write(&file, text).unwrap();
        file
    }

    /// A browser that has never been here.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// A browser in which somebody is signed in.
    pub(crate) async fn signed_in(&self, number: &str) -> Browser<'_> {
        let mut browser = self.browser();
        self.provider.person(number);
        let answer = browser.sign_in().await;
        assert_eq!(answer.location(), "/inbox");
        browser
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) fn request_info(&self) -> RequestInfo {
        RequestInfo {
            id: Ids::new(self.clock.clock()).next(),
            address: None,
        }
    }

    /// A system with every scope, of a new organisation with that name: its id and secret.
    pub(crate) async fn system(&self, name: &str) -> (SystemId, SecretString) {
        self.system_of(&self.organisation(name).await).await
    }

    async fn system_of(&self, organisation: &Organisation) -> (SystemId, SecretString) {
        let operator = OperatorActor::on_this_host(self.request_info());
        let new = NewSystem {
            name: "ärendesystem".to_owned(),
            scopes: Scope::ALL.to_vec(),
            networks: AllowedNetworks::anywhere(),
        };
        let created = self.portal.create_system(&operator, organisation.id, new);
        let id = created.await.unwrap();
        let secret = self.portal.add_secret(&operator, id, None).await.unwrap();
        (id, secret.secret)
    }

    /// A system as [`App::system`] makes it, and its access token.
    pub(crate) async fn sender(&self, name: &str) -> (SystemActor, String) {
        self.sender_of(&self.organisation(name).await).await
    }

    /// The same of an organisation that there is.
    pub(crate) async fn sender_of(&self, organisation: &Organisation) -> (SystemActor, String) {
        let (system, secret) = self.system_of(organisation).await;
        let issued = self
            .portal
            .issue_token(system, &secret, None, self.request_info())
            .await
            .unwrap();
        let actor = self
            .portal
            .system_actor(&issued.token, self.request_info())
            .await
            .unwrap();
        (actor, issued.token.expose().clone())
    }

    /// Sends a message with these files (name, media type, content) to one person.
    pub(crate) async fn message(
        &self,
        actor: &SystemActor,
        number: &str,
        files: &[(&str, &str, &[u8])],
    ) -> MessageReceipt {
        let number = Personnummer::from_digits(number).unwrap();
        self.message_to(actor, RecipientIdentifier::Number(number), files, |_| {})
            .await
    }

    /// As [`App::message`] to somebody known by anything, changed before it is sent.
    pub(crate) async fn message_to(
        &self,
        actor: &SystemActor,
        identifier: RecipientIdentifier,
        files: &[(&str, &str, &[u8])],
        change: impl FnOnce(&mut MessageDraft),
    ) -> MessageReceipt {
        let mut draft = MessageDraft {
            title: "Beslut om förskoleplats".to_owned(),
            body: "Hej! Här är beslutet.".to_owned(),
            document_type: None,
            retention_days: None,
            recipients: vec![RecipientAddress {
                identifier,
                email: None,
            }],
            files: files
                .iter()
                .map(|(name, media_type, content)| DeclaredFile {
                    name: (*name).to_owned(),
                    media_type: (*media_type).to_owned(),
                    size: content.len().try_into().unwrap(),
                    sha256: None,
                    minimum_level: None,
                })
                .collect(),
        };
        change(&mut draft);
        let id: base::RequestId = Ids::new(self.clock.clock()).next();
        let key = IdempotencyKey::parse(&id.to_string()).unwrap();
        let mut upload = self.portal.begin_message(actor, key, draft).await.unwrap();
        for (index, (_, _, content)) in files.iter().enumerate() {
            let pieces: Vec<Result<Bytes, Infallible>> = content
                .chunks(1000)
                .map(|piece| Ok(Bytes::copy_from_slice(piece)))
                .collect();
            upload.document(index, futures::stream::iter(pieces)).await.unwrap();
        }
        upload.finish().await.unwrap()
    }

    /// The first case and document that a signed-in browser sees.
    pub(crate) async fn first_document(&self, browser: &mut Browser<'_>) -> (CaseId, DocumentId) {
        let inbox = browser.get("/inbox").await;
        let case: CaseId = inbox.id_after("/cases/").parse().unwrap();
        let page = browser.get(&format!("/cases/{case}")).await;
        (case, page.id_after("/documents/").parse().unwrap())
    }

    /// How many rows a table of the portal's database has.
    pub(crate) async fn rows(&self, table: &str) -> i64 {
        let connection = sea_orm::Database::connect(self.database_url.as_str()).await.unwrap();
        let query = format!("SELECT COUNT(*) FROM {table}");
        let statement = Statement::from_string(connection.get_database_backend(), query);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        connection.close().await.unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// Whether the databases are PostgreSQL's.
    pub(crate) fn is_on_postgres(&self) -> bool {
        !self.database_url.starts_with("sqlite:")
    }

    /// Changes the portal's database as no path of the program would.
    pub(crate) async fn execute(&self, sql: &str) {
        let connection = sea_orm::Database::connect(self.database_url.as_str()).await.unwrap();
        connection.execute_unprepared(sql).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The program on this host, by the tests' clock as it stands now.
    pub(crate) fn program(&self) -> Command {
        let offset = self.folder.path().join("clock-offset");
        let ahead = self.clock.clock().now().as_millis() - Clock::system().now().as_millis();
        std::fs::write(&offset, ahead.to_string()).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_postvalv"));
        program
            .arg("--config")
            .arg(self.configuration_file())
            .env("POSTVALV__DEVELOPMENT__CLOCK_OFFSET_FILE", offset);
        program
    }

    /// Runs the program with these arguments, to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.program().args(arguments).output().unwrap()
    }

    /// What the portal's database holds: on SQLite its files as they are, on PostgreSQL each row as text.
    pub(crate) async fn stored(&self) -> Vec<u8> {
        let Some(path) = self.database_url.strip_prefix("sqlite:") else {
            return self.rows_as_text().await;
        };
        let files = ["", "-wal"].map(|ending| std::fs::read(format!("{path}{ending}")));
        files.into_iter().flatten().flatten().collect()
    }

    async fn rows_as_text(&self) -> Vec<u8> {
        let connection = sea_orm::Database::connect(self.database_url.as_str()).await.unwrap();
        let query = |sql: String| connection.query_all_raw(Statement::from_string(DbBackend::Postgres, sql));
        let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
        let mut text = Vec::new();
        for table in query(tables.to_owned()).await.unwrap() {
            let table: String = table.try_get_by_index(0).unwrap();
            for row in query(format!("SELECT t::text FROM \"{table}\" t")).await.unwrap() {
                let row: String = row.try_get_by_index(0).unwrap();
                text.extend_from_slice(row.as_bytes());
            }
        }
        connection.close().await.unwrap();
        text
    }

    /// How often each thing was audited: by action and detail, such as `recipient.sign-in-refused/mismatch`.
    pub(crate) async fn audited(&self) -> BTreeMap<String, usize> {
        let connection = sea_orm::Database::connect(self.database_url.as_str()).await.unwrap();
        let query = "SELECT action, COALESCE(detail, '') AS detail FROM audit_event";
        let statement = Statement::from_string(connection.get_database_backend(), query);
        let mut counts = BTreeMap::new();
        for row in connection.query_all_raw(statement).await.unwrap() {
            let (action, detail): (String, String) =
                (row.try_get("", "action").unwrap(), row.try_get("", "detail").unwrap());
            *counts.entry(format!("{action}/{detail}")).or_default() += 1;
        }
        connection.close().await.unwrap();
        counts
    }
}

/// The configuration with another section on blobs.
fn with_blobs(text: &str, section: &str) -> String {
    let (before, rest) = text.split_once("[blobs]").unwrap();
    let (_, after) = rest.split_once("[providers").unwrap();
    format!("{before}{section}[providers{after}")
}

/// The configuration of these tests, with one provider for recipients and one for staff.
pub(crate) fn configuration(folder: &Path, urls: &(String, String), issuer: &str) -> String {
    let folder = folder.display();
    let places = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/places.mmdb");
    let (database, vault) = urls;
    format!(
        r#"
        mode = "development"
        origin = "{ORIGIN}"
        [places]
        database = "{places}"
        [database]
        url = "{database}"
        [vault]
        url = "{vault}"
        [keys]
        folder = "{folder}/keys"
        [purge]
        longest_clock_step_days = 36525
        [blobs]
        folder = "{folder}/blobs"
        [providers.{DIRECTORY}]
        preset = "entra"
        issuer = "{issuer}/{{tenantid}}/v2.0"
        client_id = "postvalv"
        client_secret = "the secret at the directory"
        algorithms = ["ES256"]
        [providers.{PROVIDER}]
        label = "BankID"
        issuer = "{issuer}"
        client_id = "postvalv"
        client_secret = "the client's secret"
        number = [{{ from = "user_info", claim = "number" }}, {{ from = "id_token", claim = "number" }}]
        name = [{{ from = "user_info", claim = "name" }}]
        required = [{{ from = "id_token", claim = "country", value = "SE" }}]
        levels = {{ "http://id.elegnamnden.se/loa/1.0/loa3" = 3 }}
        algorithms = ["ES256"]
        essential_acr = true
        logout = "end_session"
        "#
    )
}
