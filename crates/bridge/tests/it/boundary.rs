//! The bridge does not know that there is a simulator.

use std::path::Path;

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn nothing_in_the_bridge_mentions_the_simulator_and_the_other_way_round() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let provider = sources(&source.join("provider"));
    assert!(provider.len() > 20);
    for (path, text) in provider {
        assert!(!text.to_lowercase().contains("simulat"), "{path}");
    }
    for (path, text) in sources(&source.join("simulator")) {
        assert!(!text.contains("provider::"), "{path}");
    }
}
