//! Documents in a bucket, over HTTP, with a real S3 server when `POSTVALV_TEST_S3` names one (`scripts/with-s3`).

use std::net::SocketAddr;

use axum::body::Body;
use base::{Clock, Ids, RequestId};
use http::{Request, StatusCode};
use serde_json::json;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::Url;

use crate::api_support::{PDF, Served, document, metadata, metadata_with, refused};
use crate::given::given;
use crate::harness::{ANNA, App};

/// A link to the S3 server that can be cut.
struct Link {
    server: SocketAddr,
    address: SocketAddr,
    tasks: JoinSet<()>,
}

impl Link {
    async fn to(server: SocketAddr, address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                open.spawn(async move {
                    let mut server = TcpStream::connect(server).await.unwrap();
                    let _ended = copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        Self { server, address, tasks }
    }

    /// Cuts what is open and refuses what comes.
    async fn cut(&mut self) {
        self.tasks.shutdown().await;
    }

    async fn mend(&mut self) {
        *self = Self::to(self.server, self.address).await;
    }
}

/// The program over a part of the bucket that nobody else uses; `None` when there is no S3 server.
async fn served() -> Option<(Served, Link)> {
    let server = given("POSTVALV_TEST_S3", "scripts/with-s3")?;
    let server = Url::parse(&server).unwrap();
    let address = server.socket_addrs(|| None).unwrap()[0];
    let link = Link::to(address, SocketAddr::from(([127, 0, 0, 1], 0))).await;
    let prefix: RequestId = Ids::new(Clock::system()).next();
    let section = format!(
        "[blobs.s3]\nendpoint = \"http://{}\"\nregion = \"eu-north-1\"\nbucket = \"postvalv-tests\"\n\
         prefix = \"server/{prefix}\"\naccess_key_id = \"{}\"\nsecret_access_key = \"{}\"\n",
        link.address,
        server.username(),
        server.password().unwrap(),
    );
    Some((Served::over(App::with_bucket(&section).await).await, link))
}

async fn readiness(app: &App) -> StatusCode {
    let request = Request::get("/readyz").body(Body::empty()).unwrap();
    app.send(request).await.status
}

#[tokio::test]
async fn a_document_is_sent_read_and_purged() {
    let Some((served, _link)) = served().await else { return };
    let mut content = PDF.to_vec();
    content.extend((0_u32..3_000_000).flat_map(u32::to_le_bytes));
    let system = served.system().await;
    let message = metadata_with(
        "/documents",
        json!([document("stor.pdf", "application/pdf", content.len())]),
    );
    let receipt = served.send(&system, "k", &message, &[&content]).await;
    assert_eq!(receipt.status(), 201);
    assert_eq!(readiness(&served.app).await, StatusCode::OK);

    let mut anna = served.app.signed_in(ANNA).await;
    let (_, id) = served.app.first_document(&mut anna).await;
    let path = format!("/documents/{id}/content");
    let whole = anna.get(&path).await;
    assert!(whole.body == content && !whole.broken);
    let (first, last) = (7_000_000, 7_200_000);
    let range = Request::get(&path).header("range", format!("bytes={first}-{last}"));
    let part = anna.send(range.body(Body::empty()).unwrap()).await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert!(part.body == content[first..=last]);

    served
        .app
        .clock
        .advance(std::time::Duration::from_secs(400 * 24 * 60 * 60));
    let purged = served.app.portal.run_jobs().await.unwrap();
    assert_eq!(purged.purge.documents, 1);
    let mut anna = served.app.signed_in(ANNA).await;
    assert_eq!(anna.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_store_that_stops_makes_the_portal_unready_and_loses_nothing() {
    let Some((served, mut link)) = served().await else {
        return;
    };
    let system = served.system().await;
    assert_eq!(served.send(&system, "before", &metadata(), &[PDF]).await.status(), 201);

    link.cut().await;
    assert_eq!(readiness(&served.app).await, StatusCode::SERVICE_UNAVAILABLE);
    let answer = served.send(&system, "meanwhile", &metadata(), &[PDF]).await;
    assert_eq!(refused(answer, "internal").await["status"], 500);
    assert_eq!(served.delivered(&system).await, 1);
    let mut anna = served.app.signed_in(ANNA).await;
    let (_, id) = served.app.first_document(&mut anna).await;
    let path = format!("/documents/{id}/content");
    let answer = anna.get(&path).await;
    assert!(answer.status.is_server_error(), "{}", answer.status);

    link.mend().await;
    assert_eq!(readiness(&served.app).await, StatusCode::OK);
    assert_eq!(anna.get(&path).await.body, PDF);
    let answer = served.send(&system, "meanwhile", &metadata(), &[PDF]).await;
    assert_eq!(answer.status(), 201);
    assert_eq!(served.delivered(&system).await, 2);
}
