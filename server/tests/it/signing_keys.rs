//! What the installation's signatures are checked with, as others find it.

use http::StatusCode;
use portal::{OperatorActor, PublicKeys};

use crate::harness::App;

const PATH: &str = "/.well-known/postvalv-signing-keys.json";

#[tokio::test]
async fn the_public_keys_are_there_for_anybody_and_old_ones_stay() {
    let app = App::on_sqlite().await;
    let first = app.browser().get(PATH).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.header("content-type"), "application/jwk-set+json");
    let operator = OperatorActor::on_this_host(app.request_info());
    app.portal.rotate_signing_key(&operator).await.unwrap();
    let second = app.browser().get(PATH).await;
    let ids = |text: &str| {
        let keys = PublicKeys::from_json(text).unwrap();
        keys.iter().map(|key| key.id.clone()).collect::<Vec<_>>()
    };
    let (first, second) = (ids(&first.text()), ids(&second.text()));
    assert_eq!((first.len(), second.len()), (1, 2));
    assert_eq!(first[0], second[0]);
}
