//! Hashed names: each file is served under a name that holds the hash of its content and so can be cached for ever.
//!
//! A text file names another asset as `asset:NAME`, such as `url("asset:fonts/text.woff2")` in a style sheet; the
//! marker is replaced by the other file's address before the file itself is hashed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

const MARKER: &str = "asset:";
const TEXT: [&str; 7] = ["css", "html", "js", "mjs", "svg", "webmanifest", "txt"];

/// Files by their logical name, such as `fonts/text.woff2`.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What is served: logical name → hashed name, and hashed name → content.
#[derive(Debug, Default)]
pub(crate) struct Hashed {
    pub(crate) manifest: BTreeMap<String, String>,
    pub(crate) files: Files,
}

/// Gives each file its hashed name and resolves the references between files.
///
/// # Errors
///
/// When a file names an asset that does not exist, or files name each other in a circle.
pub(crate) fn hash(mut waiting: Files) -> anyhow::Result<Hashed> {
    let mut hashed = Hashed::default();
    while !waiting.is_empty() {
        let ready: Vec<String> = waiting
            .iter()
            .filter(|(name, content)| {
                references(name, content)
                    .iter()
                    .all(|name| hashed.manifest.contains_key(name))
            })
            .map(|(name, _)| name.clone())
            .collect();
        if ready.is_empty() {
            let left: Vec<_> = waiting.keys().collect();
            bail!("these assets name missing assets or each other in a circle: {left:?}");
        }
        for name in ready {
            let content = waiting.remove(&name).context("the file is waiting")?;
            let content = resolve(&name, content, &hashed.manifest);
            let hashed_name = hashed_name(&name, &content);
            hashed.files.insert(hashed_name.clone(), content);
            hashed.manifest.insert(name, hashed_name);
        }
    }
    Ok(hashed)
}

/// `fonts/text.woff2` becomes `text.0123456789abcdef.woff2`: names are flat, since the hash keeps them apart.
fn hashed_name(name: &str, content: &[u8]) -> String {
    let hash = hex::encode(Sha256::digest(content).get(..8).unwrap_or_default());
    let file = name.rsplit('/').next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{file}.{hash}"),
    }
}

fn text<'a>(name: &str, content: &'a [u8]) -> Option<&'a str> {
    let extension = name.rsplit('.').next()?;
    if TEXT.contains(&extension) {
        std::str::from_utf8(content).ok()
    } else {
        None
    }
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "._-/".contains(character)
}

fn references(name: &str, content: &[u8]) -> BTreeSet<String> {
    let text = text(name, content).unwrap_or_default();
    text.split(MARKER)
        .skip(1)
        .filter_map(|rest| rest.split(|character| !is_name(character)).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn resolve(name: &str, content: Vec<u8>, manifest: &BTreeMap<String, String>) -> Vec<u8> {
    let Some(text) = text(name, &content) else {
        return content;
    };
    let mut resolved = text.to_owned();
    // Longest first, so that a name that begins another does not eat it.
    let mut names: Vec<String> = references(name, text.as_bytes()).into_iter().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in names {
        if let Some(hashed) = manifest.get(&name) {
            resolved = resolved.replace(&format!("{MARKER}{name}"), &format!("/assets/{hashed}"));
        }
    }
    resolved.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Files {
        files
            .iter()
            .map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn a_reference_becomes_the_address_of_the_hashed_file() {
        let site = files(&[
            ("main.css", "src: url(\"asset:fonts/text.woff2\")"),
            ("fonts/text.woff2", "font"),
        ]);
        let hashed = hash(site).unwrap();
        let font = &hashed.manifest["fonts/text.woff2"];
        assert!(font.starts_with("text.") && font.ends_with(".woff2"), "{font}");
        let css = String::from_utf8(hashed.files[&hashed.manifest["main.css"]].clone()).unwrap();
        assert_eq!(css, format!("src: url(\"/assets/{font}\")"));
    }

    #[test]
    fn a_changed_font_changes_the_name_of_the_style_sheet() {
        let name = |font: &str| {
            hash(files(&[("main.css", "asset:text.woff2"), ("text.woff2", font)]))
                .unwrap()
                .manifest["main.css"]
                .clone()
        };
        assert_ne!(name("one"), name("two"));
        assert_eq!(name("one"), name("one"));
    }

    #[test]
    fn a_missing_asset_and_a_circle_are_refused() {
        assert!(hash(files(&[("main.css", "asset:gone.woff2")])).is_err());
        assert!(hash(files(&[("a.js", "asset:b.js"), ("b.js", "asset:a.js")])).is_err());
    }
}
