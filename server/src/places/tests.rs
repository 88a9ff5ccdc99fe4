use std::fs;

use tempfile::TempDir;

use super::*;

fn of_tests(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn open(path: &Path) -> Result<Places, PlacesError> {
    let database = path.to_owned();
    Places::open(Some(&PlacesSection { database }))
}

/// City and country of an address, in Swedish.
fn words(places: &Places, address: &str) -> Option<(String, String)> {
    let place = places.of(Some(address.parse().unwrap()))?;
    let word = |name: Option<&portal::PlaceName>| name.map(|name| name.swedish().to_owned()).unwrap_or_default();
    Some((word(place.city()), word(place.country())))
}

fn is_near(places: &Places, address: &str, city: &str, country: &str) {
    assert_eq!(
        words(places, address),
        Some((city.to_owned(), country.to_owned())),
        "{address}"
    );
}

/// A folder with a copy of that file, where it may be replaced.
fn copied(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city.mmdb");
    fs::copy(of_tests(name), &path).unwrap();
    (folder, path)
}

#[test]
fn an_address_has_the_place_that_the_file_gives_its_network() {
    let places = open(&of_tests("places.mmdb")).unwrap();
    is_near(&places, "192.0.2.1", "Luleå", "Sverige");
    is_near(&places, "::ffff:192.0.2.1", "Luleå", "Sverige");
    is_near(&places, "192.0.2.200", "Göteborg", "Sverige");
    is_near(&places, "198.51.100.1", "", "Island");
    is_near(&places, "2001:db8:1::1", "Umeå", "Sverige");
}

#[test]
fn nothing_is_said_of_other_addresses_and_of_inner_networks() {
    let places = open(&of_tests("places.mmdb")).unwrap();
    for address in [
        "203.0.113.200",
        "8.8.8.8",
        "2001:db8:2::1",
        "10.0.0.1",
        "127.0.0.1",
        "::1",
        "::ffff:10.0.0.1",
    ] {
        assert_eq!(words(&places, address), None, "{address}");
    }
    assert!(places.of(None).is_none());
    let none = Places::open(None).unwrap();
    assert_eq!(words(&none, "192.0.2.1"), None);
}

#[test]
fn names_are_bounded_and_hold_nothing_that_is_not_seen() {
    let places = open(&of_tests("places.mmdb")).unwrap();
    let (city, _) = words(&places, "203.0.113.1").unwrap();
    assert!(city.starts_with("Nor rby <b><b>") && city.ends_with('…'), "{city}");
    assert!(city.len() <= 96);
}

#[test]
fn a_file_that_can_not_be_used_is_refused_and_the_refusal_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(of_tests("places.mmdb")).unwrap();
    let half = whole[..whole.len() / 2].to_vec();
    let mut without_tree = whole.clone();
    without_tree.drain(..500);
    let mut overwritten = whole.clone();
    let end = whole.len() - 400;
    overwritten[100..end].fill(0xff);
    for (name, content) in [
        ("empty", Vec::new()),
        ("half", half),
        ("without-tree", without_tree),
        ("overwritten", overwritten),
        ("packed", b"\x1f\x8b\x08 and so on".to_vec()),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let problem = open(&path).err().map(|error| error.to_string());
        let want = format!("places.database: {}: {}", path.display(), Unusable::Damaged);
        assert_eq!(problem, Some(want));
    }
    for name in ["owners.mmdb", "flat.mmdb"] {
        assert_eq!(
            open(&of_tests(name)).err().unwrap().problem,
            Unusable::WithoutPlaces,
            "{name}"
        );
    }
    assert_eq!(
        open(Path::new("/nowhere/city.mmdb")).err().unwrap().problem,
        Unusable::NotOpened
    );
    assert_eq!(open(folder.path()).err().unwrap().problem, Unusable::NotRead);
}

/// Wherever a byte is wrong, the file is refused or read without harm.
#[test]
fn no_damage_to_a_file_stops_anything() {
    let (_folder, path) = copied("places-newer.mmdb");
    let whole = fs::read(&path).unwrap();
    for position in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x95;
        fs::write(&path, &damaged).unwrap();
        if let Ok(places) = open(&path) {
            for address in ["192.0.2.1", "8.8.8.8", "2001:db8::1"] {
                let _any = words(&places, address);
            }
        }
    }
}

#[tokio::test]
async fn a_newer_file_takes_the_place_of_the_one_before() {
    let (_folder, path) = copied("places.mmdb");
    let places = open(&path).unwrap();
    places.renew().await;
    is_near(&places, "192.0.2.1", "Luleå", "Sverige");
    fs::copy(of_tests("places-newer.mmdb"), &path).unwrap();
    is_near(&places, "192.0.2.1", "Luleå", "Sverige");
    places.renew().await;
    is_near(&places, "192.0.2.1", "Kiruna", "Sverige");
}

#[tokio::test]
async fn a_newer_file_that_can_not_be_used_leaves_the_one_before_until_a_good_one_comes() {
    let (_folder, path) = copied("places.mmdb");
    let places = open(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 10]).unwrap();
    places.renew().await;
    is_near(&places, "192.0.2.1", "Luleå", "Sverige");
    fs::remove_file(&path).unwrap();
    places.renew().await;
    is_near(&places, "192.0.2.1", "Luleå", "Sverige");
    fs::copy(of_tests("places-newer.mmdb"), &path).unwrap();
    places.renew().await;
    is_near(&places, "192.0.2.1", "Kiruna", "Sverige");
}
