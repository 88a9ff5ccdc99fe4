use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use base::{ManualClock, Personnummer};

use super::*;

const MONTH: Duration = Duration::from_secs(30 * 86_400);
const DAY: Duration = Duration::from_secs(86_400);

fn names(keys: &Keys) -> Vec<String> {
    keys.published()["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn signer(token: &str) -> String {
    let header = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn keys_survive_a_restart_and_only_their_owner_can_read_them() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(Timestamp::from_millis(0));
    let open = || Keys::open(folder.path(), MONTH, clock.clock()).unwrap();
    let (first, second) = (open(), open());
    assert_eq!(names(&first), names(&second));
    let number = Personnummer::from_digits("200001012384").unwrap();
    assert_eq!(
        first.subject().subject("x", &number),
        second.subject().subject("x", &number)
    );
    assert!(second.verify(&first.sign(&json!({ "a": 1 }))).is_some());
    for file in std::fs::read_dir(folder.path()).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().mode() & 0o777, 0o600);
    }
}

#[test]
fn the_next_key_is_known_before_it_signs_and_the_last_one_after() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(Timestamp::from_millis(0));
    let keys = Keys::open(folder.path(), MONTH, clock.clock()).unwrap();
    let first = names(&keys);
    let old_token = keys.sign(&json!({}));

    clock.advance(28 * DAY);
    keys.rotate().unwrap();
    let both = names(&keys);
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
    assert_eq!(signer(&keys.sign(&json!({}))), both[0]);

    clock.advance(2 * DAY);
    keys.rotate().unwrap();
    assert_eq!(signer(&keys.sign(&json!({}))), both[1]);
    assert!(keys.verify(&old_token).is_some());

    clock.advance(DAY);
    keys.rotate().unwrap();
    assert_eq!(names(&keys), both[1..]);
    assert!(keys.verify(&old_token).is_none());
    assert_eq!(
        names(&Keys::open(folder.path(), MONTH, clock.clock()).unwrap()),
        both[1..]
    );
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(Timestamp::from_millis(0));
    Keys::open(folder.path(), MONTH, clock.clock()).unwrap();
    let path = folder.path().join("subject.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Keys::open(folder.path(), MONTH, clock.clock()).err().unwrap();
    assert!(error.to_string().contains("chmod 600"), "{error}");
}
