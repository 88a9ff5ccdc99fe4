//! What both kinds of store promise, and what a folder alone can show.

use base::{Clock, Ids};
use futures::StreamExt;
use tempfile::TempDir;

use super::testing::{bucket, names};
use super::*;

struct Fixture {
    /// The folder, when the store is one.
    folder: Option<TempDir>,
    blobs: Blobs,
    organisation: OrganisationId,
    document: DocumentId,
}

impl Fixture {
    async fn over(folder: Option<TempDir>, settings: BlobSettings) -> Self {
        let ids = Ids::new(Clock::system());
        Self {
            folder,
            blobs: Blobs::open(&settings).await.unwrap(),
            organisation: ids.next(),
            document: ids.next(),
        }
    }

    async fn in_folder() -> Self {
        let folder = TempDir::new().unwrap();
        let settings = BlobSettings::Folder(folder.path().join("blobs"));
        Self::over(Some(folder), settings).await
    }

    /// `None` when there is no S3 server.
    async fn in_bucket() -> Option<Self> {
        Some(Self::over(None, BlobSettings::S3(bucket()?)).await)
    }

    fn writer(&self) -> BlobWriter {
        self.blobs.writer(self.organisation, self.document)
    }

    async fn write(&self, content: &[u8], piece: usize) {
        let mut writer = self.writer();
        for piece in content.chunks(piece) {
            writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        writer.finish().await.unwrap();
    }

    async fn size(&self) -> Result<u64, BlobError> {
        self.blobs.size(self.organisation, self.document).await
    }

    async fn read(&self, range: Range<u64>, piece: usize) -> Result<Vec<u8>, BlobError> {
        let mut reader = self.blobs.read(self.organisation, self.document, range).await?;
        let mut read = Vec::new();
        while let Some(bytes) = reader.next(piece).await? {
            assert!(bytes.len() <= piece);
            read.extend_from_slice(&bytes);
        }
        Ok(read)
    }

    async fn delete(&self) -> Result<(), BlobError> {
        self.blobs.delete(self.organisation, self.document).await
    }

    async fn names(&self) -> Vec<String> {
        names(&self.blobs).await
    }

    /// The blob's file in the folder.
    fn file(&self) -> PathBuf {
        let path = path_of(self.organisation, self.document);
        self.folder.as_ref().unwrap().path().join("blobs").join(path.as_ref())
    }
}

/// Bytes that differ from place to place.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|position| (position % 251).to_le_bytes()[0]).collect()
}

/// Writes each test twice: in a folder, and in a bucket when `POSTVALV_TEST_S3` names a server.
macro_rules! in_both_stores {
    ($(async fn $name:ident($fixture:ident: Fixture) $body:block)+) => {
        $(async fn $name($fixture: Fixture) $body)+

        mod folder {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Fixture::in_folder().await).await;
            })+
        }

        mod bucket {
            $(#[tokio::test]
            async fn $name() {
                if let Some(fixture) = super::Fixture::in_bucket().await {
                    super::$name(fixture).await;
                }
            })+
        }
    };
}

in_both_stores! {
    async fn what_is_written_is_read_as_a_whole_and_in_parts(fixture: Fixture) {
        let part = fixture.blobs.part_size;
        for length in [1000, part, 2 * part + 17] {
            let content = content(length);
            let length = content.len() as u64;
            fixture.write(&content, 65_552).await;
            assert_eq!(fixture.size().await.unwrap(), length);
            for (range, piece) in [
                (0..length, 65_552),
                (0..length, 1 << 20),
                (5..6, 10),
                (length - 100..length, 64),
                (length / 2 - 70..length / 2 + 70, 100),
            ] {
                let expected = &content[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
                assert!(fixture.read(range.clone(), piece).await.unwrap() == expected, "{range:?} of {length}");
            }
            let beyond = fixture.read(length - 3..length + 100, 64).await.unwrap();
            assert_eq!(beyond, content[content.len() - 3..]);
            assert_eq!(fixture.names().await, [path_of(fixture.organisation, fixture.document).as_ref()]);
        }
    }

    async fn nothing_is_there_before_it_is_finished(fixture: Fixture) {
        let mut writer = fixture.writer();
        for _ in 0..3 {
            writer.write(Bytes::from(content(fixture.blobs.part_size))).await.unwrap();
        }
        assert!(matches!(fixture.size().await, Err(BlobError::Missing)));
        assert!(matches!(fixture.read(0..10, 10).await, Err(BlobError::Missing)));
        let unfinished = fixture.names().await;
        assert!(unfinished.len() == 1 && unfinished[0].contains('#'), "{unfinished:?}");
        writer.abort().await.unwrap();
        assert_eq!(fixture.names().await, Vec::<String>::new());
    }

    async fn deleting_leaves_nothing_not_even_of_a_broken_upload(fixture: Fixture) {
        for broken in 0..3 {
            let mut writer = fixture.writer();
            for _ in 0..2 {
                writer.write(Bytes::from(content(fixture.blobs.part_size))).await.unwrap();
            }
            assert_eq!(fixture.names().await.len(), broken + 1);
            // Forgetting is what a crash does: nothing is dropped or aborted.
            std::mem::forget(writer);
        }
        fixture.write(b"whole", 5).await;
        assert_eq!(fixture.names().await.len(), 4);
        fixture.delete().await.unwrap();
        assert_eq!(fixture.names().await, Vec::<String>::new());
        assert!(matches!(fixture.size().await, Err(BlobError::Missing)));
        fixture.delete().await.unwrap();
    }

    async fn deleting_touches_no_other_document(fixture: Fixture) {
        fixture.write(b"this", 5).await;
        let other = Ids::new(Clock::system()).next();
        let mut writer = fixture.blobs.writer(fixture.organisation, other);
        writer.write(Bytes::from_static(b"other")).await.unwrap();
        writer.finish().await.unwrap();
        fixture.delete().await.unwrap();
        assert_eq!(fixture.names().await, [path_of(fixture.organisation, other).as_ref()]);
    }

    async fn the_mark_is_what_was_written(fixture: Fixture) {
        assert_eq!(fixture.blobs.read_mark().await.unwrap(), None);
        let mark = InstallationMark {
            id: Ids::new(Clock::system()).next(),
            generation: 3,
        };
        fixture.blobs.write_mark(mark).await.unwrap();
        assert_eq!(fixture.blobs.read_mark().await.unwrap(), Some(mark));
        fixture.blobs.store.put(&mark_path(), "something else".into()).await.unwrap();
        assert!(matches!(fixture.blobs.read_mark().await, Err(BlobError::Mark)));
    }
}

#[tokio::test]
async fn a_blob_that_became_shorter_while_it_is_read_is_noticed() {
    let fixture = Fixture::in_folder().await;
    fixture.write(&content(1000), 1000).await;
    let mut reader = fixture
        .blobs
        .read(fixture.organisation, fixture.document, 0..1000)
        .await
        .unwrap();
    assert_eq!(reader.next(500).await.unwrap().unwrap().len(), 500);
    let file = std::fs::File::options().write(true).open(fixture.file()).unwrap();
    file.set_len(600).unwrap();
    assert!(matches!(reader.next(500).await, Err(BlobError::Short)));
    assert!(reader.next(500).await.is_err());
}

#[tokio::test]
async fn a_stream_is_cut_into_the_pieces_that_are_asked_for() {
    let content = content(10_000);
    for (pieces, asked) in [(1, 3000), (7, 64), (10_000, 10_000), (333, 1)] {
        let stream: Vec<_> = content
            .chunks(pieces)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        let mut reader = BlobReader::new(Source::Stream(stream::iter(stream).boxed(), Bytes::new()), 9_999);
        let mut read = Vec::new();
        while let Some(bytes) = reader.next(asked).await.unwrap() {
            read.extend_from_slice(&bytes);
        }
        assert!(read == content[..9_999]);
    }
}

#[test]
fn a_store_that_keeps_versions_is_refused() {
    assert!(refuse_versions(None).is_ok());
    assert!(matches!(
        refuse_versions(Some("null".to_owned())),
        Err(BlobError::Versioned)
    ));
}
