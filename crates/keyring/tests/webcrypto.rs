//! A second implementation, on WebCrypto, opens what this crate seals. It runs in Node, which the site's build needs
//! anyway; the end-to-end tests run the same file in a browser.

use std::process::Command;

#[test]
fn webcrypto_opens_the_frozen_vectors() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/open.mjs");
    let output = Command::new("node").arg(script).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("vectors are as they should be"), "{text}");
}
