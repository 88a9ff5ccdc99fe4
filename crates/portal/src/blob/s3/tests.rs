//! What a bucket alone can do to us: keep versions, refuse, vanish, be full, answer nonsense.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::{Clock, DocumentId, Ids, OrganisationId, SecretString};
use bytes::Bytes;
use object_store::ObjectStoreExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::*;
use crate::blob::Blobs;
use crate::blob::testing::{bucket, names, versioned_bucket};
use crate::{BlobSettings, Fault};

async fn open(settings: &S3Settings) -> Result<Blobs, BlobError> {
    Blobs::open(&BlobSettings::S3(settings.clone())).await
}

/// What the operator reads when the bucket can't be used.
async fn refusal(settings: &S3Settings) -> String {
    Fault::from(open(settings).await.unwrap_err()).causes()
}

fn ids() -> (OrganisationId, DocumentId) {
    let ids = Ids::new(Clock::system());
    (ids.next(), ids.next())
}

#[tokio::test]
async fn a_bucket_that_keeps_old_versions_or_once_did_is_refused() {
    for state in ["Enabled", "Suspended"] {
        let Some(settings) = versioned_bucket(state).await else {
            return;
        };
        assert_eq!(
            refusal(&settings).await,
            "the bucket keeps old versions of objects, or did once; content needs a bucket that never did"
        );
    }
}

#[tokio::test]
async fn versioning_that_is_turned_on_later_is_noticed() {
    let Some(settings) = versioned_bucket("Enabled").await else {
        return;
    };
    let bucket = Bucket::new(&settings).unwrap();
    let store = bucket.store(&settings).unwrap();
    let written = store.put(&Path::from("x"), "x".into()).await.unwrap();
    assert!(written.version.is_some());
    assert!(matches!(bucket.refuse_versions().await, Err(BlobError::Versioned)));
}

#[tokio::test]
async fn wrong_credentials_and_a_missing_bucket_are_refused_by_name() {
    let Some(settings) = bucket() else { return };
    let unsure = "the bucket does not say whether it keeps old versions of objects, and is not used";
    let wrong = |text: &str| SecretString::new(text.to_owned());
    for (wrong, answer) in [
        (
            S3Settings {
                secret_access_key: wrong("wrong"),
                ..settings.clone()
            },
            "403 SignatureDoesNotMatch",
        ),
        (
            S3Settings {
                access_key_id: wrong("unknown"),
                ..settings.clone()
            },
            "403 InvalidAccessKeyId",
        ),
        (
            S3Settings {
                bucket: "there-is-no-such-bucket".to_owned(),
                ..settings.clone()
            },
            "404 NoSuchBucket",
        ),
    ] {
        let expected = format!("{unsure}: the object store answered {answer}");
        assert_eq!(refusal(&wrong).await, expected);
    }
}

#[tokio::test]
async fn two_prefixes_of_a_bucket_are_two_stores() {
    let (Some(one), Some(two)) = (bucket(), bucket()) else {
        return;
    };
    let (one, two) = (open(&one).await.unwrap(), open(&two).await.unwrap());
    let (organisation, document) = ids();
    let mut writer = one.writer(organisation, document);
    writer.write(Bytes::from_static(b"one")).await.unwrap();
    writer.finish().await.unwrap();
    assert!(matches!(
        two.size(organisation, document).await,
        Err(BlobError::Missing)
    ));
    two.delete(organisation, document).await.unwrap();
    assert_eq!(one.size(organisation, document).await.unwrap(), 3);
    assert_eq!((names(&one).await.len(), names(&two).await.len()), (1, 0));
}

#[tokio::test]
async fn a_store_that_stops_in_the_middle_of_an_upload_leaves_nothing_half_done() {
    let Some(mut settings) = bucket() else { return };
    let server = Url::parse(&settings.endpoint).unwrap();
    let server: SocketAddr = server.socket_addrs(|| None).unwrap()[0];
    let link = Link::to(server, None).await;
    settings.endpoint = link.endpoint();
    let blobs = open(&settings).await.unwrap();
    let (organisation, document) = ids();
    let mut writer = blobs.writer(organisation, document);
    for _ in 0..2 {
        writer.write(Bytes::from(vec![7; PART_SIZE])).await.unwrap();
    }
    writer.settle().await.unwrap();

    let address = link.cut().await;
    assert!(matches!(writer.finish().await, Err(BlobError::Store(_))));
    assert!(matches!(blobs.read_mark().await, Err(BlobError::Store(_))));
    assert!(matches!(
        blobs.delete(organisation, document).await,
        Err(BlobError::Uploads(_))
    ));
    assert!(refusal(&settings).await.contains("the object store can't be reached"));

    let _link = Link::to(server, Some(address)).await;
    assert!(matches!(
        blobs.size(organisation, document).await,
        Err(BlobError::Missing)
    ));
    assert_eq!(names(&blobs).await.len(), 1);
    blobs.delete(organisation, document).await.unwrap();
    assert_eq!(names(&blobs).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_store_that_says_it_is_full_is_full_and_not_broken() {
    let refused =
        |code: &str| format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
    for (status, body, full) in [
        (507, String::new(), true),
        (507, refused("XMinioStorageFull"), true),
        (403, refused("QuotaExceeded"), true),
        (400, refused("XMinioAdminBucketQuotaExceeded"), true),
        (403, refused("AccessDenied"), false),
        (400, "QuotaExceeded".to_owned(), false),
    ] {
        let answers = Answers::start(status, body.clone()).await;
        let blobs = answers.blobs();
        for size in [10, PART_SIZE] {
            let (organisation, document) = ids();
            let mut writer = blobs.writer(organisation, document);
            let written = match writer.write(Bytes::from(vec![7; size])).await {
                Ok(()) => writer.finish().await,
                Err(problem) => Err(problem),
            };
            match written.unwrap_err() {
                BlobError::OutOfSpace => assert!(full, "{status} {body}"),
                BlobError::Store(_) => assert!(!full, "{status} {body}"),
                other => panic!("{other}"),
            }
        }
        assert_eq!(answers.given.load(Ordering::SeqCst), 2, "asking again does not help");
    }
}

#[tokio::test]
async fn a_bucket_that_does_not_say_whether_it_keeps_versions_is_refused() {
    for (status, body) in [
        (200, String::new()),
        (200, "Everything is fine".to_owned()),
        (200, "<html><body>Welcome</body></html>".to_owned()),
        (
            200,
            format!(
                "<VersioningConfiguration>{}</VersioningConfiguration>",
                "x".repeat(2 << 20)
            ),
        ),
        (501, String::new()),
        (302, String::new()),
    ] {
        let answers = Answers::start(status, body).await;
        let opened = open(&answers.settings()).await;
        assert!(matches!(opened, Err(BlobError::VersioningUnknown(_))), "{status}");
    }
    let never = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>";
    let answers = Answers::start(200, never.to_owned()).await;
    let bucket = Bucket::new(&answers.settings()).unwrap();
    assert!(bucket.refuse_versions().await.is_ok());
}

#[test]
fn the_buckets_name_stands_in_the_path_or_in_the_host() {
    let of = |endpoint: &str, path_style: bool| {
        let settings = S3Settings {
            endpoint: endpoint.to_owned(),
            path_style,
            ..example()
        };
        let address = address(&settings).unwrap();
        address.as_str().trim_end_matches('/').to_owned()
    };
    assert_eq!(of("https://s3.example.se", true), "https://s3.example.se/documents");
    assert_eq!(
        of("https://s3.example.se:8443/", true),
        "https://s3.example.se:8443/documents"
    );
    assert_eq!(
        of("https://s3.example.se:8443", false),
        "https://documents.s3.example.se:8443"
    );
}

#[test]
fn a_blob_of_the_largest_file_fits_in_the_parts_of_an_upload() {
    let chunks = S3Settings::MAX_FILE_BYTES / (64 * 1024);
    let sealed = S3Settings::MAX_FILE_BYTES + chunks * 16 + 1024;
    assert!(sealed <= 10_000 * PART_SIZE as u64);
}

fn example() -> S3Settings {
    S3Settings {
        endpoint: "https://s3.example.se".to_owned(),
        region: "eu-north-1".to_owned(),
        bucket: "documents".to_owned(),
        prefix: String::new(),
        access_key_id: SecretString::new("id".to_owned()),
        secret_access_key: SecretString::new("secret".to_owned()),
        path_style: true,
    }
}

/// A connection to a server that can be cut.
struct Link {
    address: SocketAddr,
    tasks: JoinSet<()>,
}

impl Link {
    async fn to(server: SocketAddr, at: Option<SocketAddr>) -> Self {
        let at = at.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        let listener = TcpListener::bind(at).await.unwrap();
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
        Self { address, tasks }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts what is open and refuses what comes.
    async fn cut(mut self) -> SocketAddr {
        self.tasks.shutdown().await;
        self.address
    }
}

/// A server that gives one answer to everything.
struct Answers {
    address: SocketAddr,
    given: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Answers {
    async fn start(status: u16, body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let given = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&given);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                read_request(&mut client).await;
                counted.fetch_add(1, Ordering::SeqCst);
                let length = body.len();
                let answer =
                    format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
                let _sent = client.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            address,
            given,
            _tasks: tasks,
        }
    }

    fn settings(&self) -> S3Settings {
        S3Settings {
            endpoint: format!("http://{}", self.address),
            ..example()
        }
    }

    /// A store that was not asked anything when it was opened.
    fn blobs(&self) -> Blobs {
        let settings = self.settings();
        let bucket = Bucket::new(&settings).unwrap();
        Blobs {
            store: bucket.store(&settings).unwrap(),
            place: crate::blob::Place::Bucket(bucket),
            part_size: PART_SIZE,
        }
    }
}

/// Reads a request's head and as much body as it announces.
async fn read_request(client: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    client.read_exact(&mut body).await.unwrap();
}
