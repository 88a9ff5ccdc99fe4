//! Stores for tests: folders always, and buckets too when `POSTVALV_TEST_S3` holds the address of an S3 server with the
//! credentials of somebody who may make buckets (`scripts/with-s3`).

use base::{Clock, Ids, RequestId, SecretString};
use bytes::Bytes;
use futures::TryStreamExt;
use http::Method;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use url::Url;

use super::s3::Bucket;
use super::s3::testing::{delete_version, send, send_with, unfinished};
use super::{Blobs, Place};
use crate::S3Settings;
use crate::test_support::given;

/// The bucket that the tests share, each below a prefix of its own. It is made with the server.
const SHARED: &str = "postvalv-tests";

/// A part of a bucket that nobody else uses; `None` when the tests were given no server. It goes with the server, which
/// lives only as long as the test run.
pub(crate) fn bucket() -> Option<S3Settings> {
    settings(SHARED)
}

/// A new bucket whose versioning is in this state, `Enabled` or `Suspended`; `None` when there is no server.
pub(super) async fn versioned_bucket(state: &str) -> Option<S3Settings> {
    let settings = settings(&format!("versioned-{}", unique()))?;
    send(&settings, Method::PUT, &[], Bytes::new()).await.unwrap();
    let wanted = format!("<VersioningConfiguration><Status>{state}</Status></VersioningConfiguration>");
    send(&settings, Method::PUT, &[("versioning", "")], wanted.into())
        .await
        .unwrap();
    Some(settings)
}

/// A new bucket that locks objects, without a default retention yet; `None` when there is no server.
pub(crate) async fn locking_bucket() -> Option<S3Settings> {
    let settings = settings(&format!("locked-{}", unique()))?;
    let lock = [("x-amz-bucket-object-lock-enabled", "true")];
    send_with(&settings, Method::PUT, &lock).await.unwrap();
    Some(settings)
}

/// A part of a bucket that keeps each object for two years; `None` when there is no server. The tests share the bucket, since the
/// server has room for few with something in them.
pub(crate) async fn locked_bucket() -> Option<S3Settings> {
    let settings = settings("postvalv-tests-locked")?;
    let lock_all = [("x-amz-bucket-object-lock-enabled", "true")];
    // Another test may have made it.
    let _made = send_with(&settings, Method::PUT, &lock_all).await;
    lock(&settings, "COMPLIANCE", "<Years>2</Years>").await;
    Some(settings)
}

/// Sets a bucket's default retention.
pub(crate) async fn lock(settings: &S3Settings, mode: &str, period: &str) {
    let wanted = format!(
        "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ObjectLockEnabled>Enabled</ObjectLockEnabled>\
         <Rule><DefaultRetention><Mode>{mode}</Mode>{period}</DefaultRetention></Rule></ObjectLockConfiguration>"
    );
    send(settings, Method::PUT, &[("object-lock", "")], wanted.into())
        .await
        .unwrap();
}

/// The objects below the settings' prefix, in the order of their names.
pub(crate) async fn objects(settings: &S3Settings) -> Vec<(String, String)> {
    let store = Bucket::new(settings).unwrap().store(settings).unwrap();
    let found = store.list(None).map_ok(|object| object.location);
    let mut names: Vec<Path> = found.try_collect().await.unwrap();
    names.sort();
    let mut objects = Vec::new();
    for name in names {
        let read = store.get(&name).await.unwrap().bytes().await.unwrap();
        objects.push((name.to_string(), String::from_utf8(read.to_vec()).unwrap()));
    }
    objects
}

/// Writes an object over whatever is there.
pub(crate) async fn overwrite(settings: &S3Settings, name: &str, text: &str) {
    let store = Bucket::new(settings).unwrap().store(settings).unwrap();
    let text = text.to_owned();
    store.put(&Path::from(name), text.into()).await.unwrap();
}

/// Tries to delete the version of an object that is there, as the bucket's owner. Says how the store answers.
pub(crate) async fn delete_for_good(settings: &S3Settings, name: &str) -> Result<(), String> {
    let bucket = Bucket::new(settings).unwrap();
    let store = bucket.store(settings).unwrap();
    let version = store.get(&Path::from(name)).await.unwrap().meta.version.unwrap();
    let key = format!("{}/{name}", settings.prefix);
    let deleted = delete_version(&bucket, &key, &version).await;
    deleted.map_err(|problem| problem.to_string())
}

/// A bucket of that name on the server, with a prefix that nobody else uses.
fn settings(bucket: &str) -> Option<S3Settings> {
    let server = given("POSTVALV_TEST_S3", "scripts/with-s3")?;
    let mut endpoint = Url::parse(&server).unwrap();
    let access_key_id = SecretString::new(endpoint.username().to_owned());
    let secret_access_key = SecretString::new(endpoint.password().unwrap().to_owned());
    endpoint.set_username("").unwrap();
    endpoint.set_password(None).unwrap();
    Some(S3Settings {
        endpoint: endpoint.into(),
        region: "eu-north-1".to_owned(),
        bucket: bucket.to_owned(),
        prefix: format!("tests/{}", unique()),
        access_key_id,
        secret_access_key,
        path_style: true,
    })
}

fn unique() -> RequestId {
    Ids::new(Clock::system()).next()
}

/// The names of the documents' blobs in the store, and of what unfinished uploads left, which have a `#` in their names.
pub(crate) async fn names(blobs: &Blobs) -> Vec<String> {
    let mut names = match &blobs.place {
        Place::Folder(folder) => files(folder),
        Place::Bucket(bucket) => {
            let whole = blobs.store.list(Some(&Path::from("organisations")));
            let whole = whole.map_ok(|object| object.location.to_string());
            let mut names: Vec<String> = whole.try_collect().await.unwrap();
            names.extend(unfinished(bucket).await);
            names
        }
    };
    names.sort();
    names
}

fn files(root: &std::path::Path) -> Vec<String> {
    let (mut folders, mut found) = (vec![root.join("organisations")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
    found
}
