//! `target/site`: the files that the server sends to browsers.
//!
//! ```text
//! manifest.json   {"main.css": "main.3f2a….css", …}: logical name → file name in assets/
//! assets/         the files, with .br and .gz beside those that shrink
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use crate::assets::{self, Files};
use crate::{tool, wasm};

/// Files of pdf.js that the preview frame loads, from the npm package to their logical name.
const PDF_JS: [(&str, &str); 2] = [
    ("legacy/build/pdf.min.mjs", "pdfjs/pdf.mjs"),
    ("legacy/build/pdf.worker.min.mjs", "pdfjs/pdf.worker.mjs"),
];

/// Fonts and decoders that pdf.js asks for while it draws, by their place in the npm package. `app` hands over what this
/// list names, so it reads the same one.
const PDF_JS_DATA: &str = include_str!("../../../app/pdfjs.txt");

/// Builds the site; what did not change is kept.
pub(crate) fn build(root: &Path) -> anyhow::Result<()> {
    tool::install_node_modules(root)?;
    let scratch = root.join("target/site-build");
    fs::create_dir_all(&scratch)?;

    let mut files = Files::new();
    collect(&root.join("public"), "", &mut files)?;
    files.insert("main.css".to_owned(), style(root, &scratch)?);
    wasm::build(root, &scratch)?;
    for name in ["postvalv.js", "postvalv_bg.wasm"] {
        files.insert(name.to_owned(), fs::read(scratch.join(name))?);
    }
    let pdf_js = root.join("node_modules/pdfjs-dist");
    for (from, name) in PDF_JS {
        files.insert(name.to_owned(), read(&pdf_js.join(from))?);
    }
    for place in PDF_JS_DATA.lines() {
        let (_, name) = place
            .split_once('/')
            .context("a line of app/pdfjs.txt names no folder")?;
        files.insert(format!("pdfjs/{name}"), read(&pdf_js.join(place))?);
    }
    write(&root.join("target/site"), &assets::hash(files)?)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} can't be read", path.display()))
}

fn style(root: &Path, scratch: &Path) -> anyhow::Result<Vec<u8>> {
    let sass = root.join("node_modules/.bin/sass");
    let out = scratch.join("main.css");
    let source = root.join("style/main.scss");
    tool::run(
        root,
        &sass.to_string_lossy(),
        &[
            "--no-source-map",
            "--style=compressed",
            &source.to_string_lossy(),
            &out.to_string_lossy(),
        ],
    )?;
    fs::read(out).context("Sass wrote no style sheet")
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Writes the files whose names are new, removes those that nothing names any more, and the manifest last.
fn write(site: &Path, hashed: &assets::Hashed) -> anyhow::Result<()> {
    let folder = site.join("assets");
    fs::create_dir_all(&folder)?;
    let mut wanted = BTreeSet::new();
    for (name, content) in &hashed.files {
        for (suffix, compress) in [
            ("", None),
            (".br", Some(brotli as Compress)),
            (".gz", Some(gzip as Compress)),
        ] {
            let path = folder.join(format!("{name}{suffix}"));
            if suffix.is_empty() || compressible(name) {
                wanted.insert(format!("{name}{suffix}"));
                if !path.exists() {
                    let bytes = compress.map_or_else(|| Ok(content.clone()), |compress| compress(content))?;
                    write_whole(&path, &bytes)?;
                }
            }
        }
    }
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        if !wanted.contains(entry.file_name().to_string_lossy().as_ref()) {
            fs::remove_file(entry.path())?;
        }
    }
    let manifest = serde_json::to_vec_pretty(&hashed.manifest)?;
    let path = site.join("manifest.json");
    if !fs::read(&path).is_ok_and(|written| written == manifest) {
        write_whole(&path, &manifest)?;
    }
    Ok(())
}

/// Under a temporary name first, so that a build that was broken off leaves no half file that looks whole.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = path.with_extension("partial");
    fs::write(&partial, bytes)?;
    fs::rename(&partial, path).with_context(|| format!("{} can't be written", path.display()))
}

type Compress = fn(&[u8]) -> anyhow::Result<Vec<u8>>;

fn compressible(name: &str) -> bool {
    let compressed = ["woff2", "png", "jpg", "webp", "ico"];
    !name
        .rsplit('.')
        .next()
        .is_some_and(|extension| compressed.contains(&extension))
}

fn brotli(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, 11, 22);
    writer.write_all(content)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

fn gzip(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_holds_only_what_the_manifest_names_and_its_compressed_forms() {
        let folder = tempfile::tempdir().unwrap();
        let build = |text: &str| {
            let files = Files::from([("main.css".to_owned(), text.repeat(100).into_bytes())]);
            write(folder.path(), &assets::hash(files).unwrap()).unwrap();
            let mut names: Vec<_> = fs::read_dir(folder.path().join("assets"))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let first = build("one");
        assert_eq!(first.len(), 3);
        assert!(
            first[1].ends_with(".css.br") && first[2].ends_with(".css.gz"),
            "{first:?}"
        );
        let second = build("two");
        assert_eq!(second.len(), 3);
        assert_ne!(first, second);
    }
}
