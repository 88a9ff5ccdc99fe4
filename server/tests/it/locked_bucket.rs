//! A bucket whose objects nobody can change or delete for two years, of a real S3 server when `POSTVALV_TEST_S3` names one
//! (`scripts/with-s3`).

use base::{Clock, Ids, RequestId};
use http::{Method, Request, StatusCode};
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::{HttpRequest, HttpRequestBody};
use url::Url;

use crate::given::given;

const BUCKET: &str = "postvalv-tests-locked";
const REGION: &str = "eu-north-1";
const LOCK: &str = "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
    <ObjectLockEnabled>Enabled</ObjectLockEnabled>\
    <Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>2</Years></DefaultRetention></Rule></ObjectLockConfiguration>";

/// A part of it that nobody else uses. The tests share the bucket, since the server has room for few with something in them.
pub(crate) struct LockedBucket {
    server: Url,
    credential: AwsCredential,
    prefix: RequestId,
}

impl LockedBucket {
    /// `None` when there is no S3 server.
    pub(crate) async fn new() -> Option<Self> {
        let mut server = Url::parse(&given("POSTVALV_TEST_S3", "scripts/with-s3")?).unwrap();
        let credential = AwsCredential {
            key_id: server.username().to_owned(),
            secret_key: server.password().unwrap().to_owned(),
            token: None,
        };
        server.set_username("").unwrap();
        server.set_password(None).unwrap();
        let bucket = Self {
            server,
            credential,
            prefix: Ids::new(Clock::system()).next(),
        };
        // Another test may have made it.
        let made = Request::put(bucket.address("", &[])).header("x-amz-bucket-object-lock-enabled", "true");
        bucket.send(made.body(HttpRequestBody::empty()).unwrap()).await;
        let lock = Request::put(bucket.address("", &[("object-lock", "")]));
        let (status, answer) = bucket.send(lock.body(LOCK.to_owned().into()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        Some(bucket)
    }

    /// The section of the configuration by which checkpoints go there.
    pub(crate) fn section(&self, name: &str) -> String {
        format!(
            "[audit.checkpoints.{name}.s3]\nendpoint = \"{}\"\nregion = \"{REGION}\"\nbucket = \"{BUCKET}\"\n\
             prefix = \"server/{}\"\naccess_key_id = \"{}\"\nsecret_access_key = \"{}\"\n",
            self.server.as_str().trim_end_matches('/'),
            self.prefix,
            self.credential.key_id,
            self.credential.secret_key
        )
    }

    /// What it holds, in the order of the objects' names.
    pub(crate) async fn objects(&self) -> Vec<String> {
        let below = format!("server/{}/", self.prefix);
        let listed = self.get("", &[("list-type", "2"), ("prefix", &below)]).await;
        let mut objects = Vec::new();
        for key in listed.split("<Key>").skip(1) {
            objects.push(self.get(key.split_once('<').unwrap().0, &[]).await);
        }
        objects
    }

    async fn get(&self, key: &str, query: &[(&str, &str)]) -> String {
        let request = Request::builder().method(Method::GET).uri(self.address(key, query));
        let (status, answer) = self.send(request.body(HttpRequestBody::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    fn address(&self, key: &str, query: &[(&str, &str)]) -> String {
        let mut address = self.server.join(&format!("{BUCKET}/{key}")).unwrap();
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        address.into()
    }

    async fn send(&self, mut request: HttpRequest) -> (StatusCode, String) {
        AwsAuthorizer::new(&self.credential, "s3", REGION)
            .try_authorize(&mut request, None)
            .unwrap();
        let (head, body) = request.into_parts();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let sent = client
            .request(head.method, head.uri.to_string())
            .headers(head.headers)
            .body(body.as_bytes().cloned().unwrap_or_default())
            .send();
        let answer = sent.await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }
}
