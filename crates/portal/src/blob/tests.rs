use base::{Clock, Ids};
use futures::StreamExt;
use tempfile::TempDir;

use super::*;

struct Fixture {
    folder: TempDir,
    blobs: Blobs,
    organisation: OrganisationId,
    document: DocumentId,
}

async fn fixture() -> Fixture {
    let folder = TempDir::new().unwrap();
    let blobs = Blobs::open(&BlobSettings::Folder(folder.path().join("blobs")))
        .await
        .unwrap();
    let ids = Ids::new(Clock::system());
    Fixture {
        folder,
        blobs,
        organisation: ids.next(),
        document: ids.next(),
    }
}

/// Bytes that differ from place to place.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|position| (position % 251).to_le_bytes()[0]).collect()
}

impl Fixture {
    async fn write(&self, content: &[u8], piece: usize) {
        let mut writer = self.blobs.writer(self.organisation, self.document).await.unwrap();
        for piece in content.chunks(piece) {
            writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        writer.finish().await.unwrap();
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

    fn document_folder(&self) -> PathBuf {
        self.folder
            .path()
            .join(format!("blobs/organisations/{}/documents", self.organisation))
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.document_folder()).map_or(0, Iterator::count)
    }
}

#[tokio::test]
async fn what_is_written_is_read_as_a_whole_and_in_parts() {
    let fixture = fixture().await;
    let content = content(3 * FOLDER_PART_SIZE + 17);
    let length = content.len() as u64;
    fixture.write(&content, 65_552).await;
    let size = fixture
        .blobs
        .size(fixture.organisation, fixture.document)
        .await
        .unwrap();
    assert_eq!(size, length);
    for (range, piece) in [
        (0..length, 65_552),
        (0..length, 1 << 20),
        (5..6, 10),
        (length - 100..length, 64),
    ] {
        let expected = &content[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        assert!(
            fixture.read(range.clone(), piece).await.unwrap() == expected,
            "{range:?}"
        );
    }
    let beyond = fixture.read(length - 3..length + 100, 64).await.unwrap();
    assert_eq!(beyond, content[content.len() - 3..]);
}

#[tokio::test]
async fn nothing_is_there_before_it_is_finished() {
    let fixture = fixture().await;
    let mut writer = fixture
        .blobs
        .writer(fixture.organisation, fixture.document)
        .await
        .unwrap();
    writer.write(Bytes::from(content(2 * FOLDER_PART_SIZE))).await.unwrap();
    let size = fixture.blobs.size(fixture.organisation, fixture.document).await;
    assert!(matches!(size, Err(BlobError::Missing)));
    assert!(matches!(fixture.read(0..10, 10).await, Err(BlobError::Missing)));
    writer.abort().await.unwrap();
    assert_eq!(fixture.files(), 0);
}

#[tokio::test]
async fn deleting_leaves_nothing_not_even_of_a_broken_upload() {
    let fixture = fixture().await;
    fixture.write(b"whole", 5).await;
    let blob = fixture.document_folder().join(fixture.document.to_string());
    for number in 1..4 {
        std::fs::write(format!("{}#{number}", blob.display()), "broken").unwrap();
    }
    assert_eq!(fixture.files(), 4);
    fixture
        .blobs
        .delete(fixture.organisation, fixture.document)
        .await
        .unwrap();
    assert_eq!(fixture.files(), 0);
    fixture
        .blobs
        .delete(fixture.organisation, fixture.document)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_blob_that_became_shorter_while_it_is_read_is_noticed() {
    let fixture = fixture().await;
    fixture.write(&content(1000), 1000).await;
    let mut reader = fixture
        .blobs
        .read(fixture.organisation, fixture.document, 0..1000)
        .await
        .unwrap();
    assert_eq!(reader.next(500).await.unwrap().unwrap().len(), 500);
    let blob = fixture.document_folder().join(fixture.document.to_string());
    std::fs::File::options()
        .write(true)
        .open(blob)
        .unwrap()
        .set_len(600)
        .unwrap();
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
        let mut reader = BlobReader::new(
            Source::Stream(futures::stream::iter(stream).boxed(), Bytes::new()),
            9_999,
        );
        let mut read = Vec::new();
        while let Some(bytes) = reader.next(asked).await.unwrap() {
            read.extend_from_slice(&bytes);
        }
        assert!(read == content[..9_999]);
    }
}

#[test]
fn a_full_disk_and_a_full_quota_are_told_apart_from_other_failures() {
    let store = |kind: io::ErrorKind| object_store::Error::Generic {
        store: "LocalFileSystem",
        source: Box::new(io::Error::from(kind)),
    };
    for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
        assert!(matches!(BlobError::from(store(kind)), BlobError::OutOfSpace));
        assert!(matches!(BlobError::from(io::Error::from(kind)), BlobError::OutOfSpace));
    }
    let other = BlobError::from(store(io::ErrorKind::PermissionDenied));
    assert!(matches!(other, BlobError::Store(_)));
}

#[test]
fn a_write_to_a_full_device_is_out_of_space() {
    let mut full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let problem = io::Write::write_all(&mut full, b"x").unwrap_err();
    assert!(matches!(BlobError::from(problem), BlobError::OutOfSpace));
}

#[test]
fn a_store_that_keeps_versions_is_refused() {
    assert!(refuse_versions(None).is_ok());
    assert!(matches!(
        refuse_versions(Some("null".to_owned())),
        Err(BlobError::Versioned)
    ));
}

#[tokio::test]
async fn the_mark_is_what_was_written() {
    let fixture = fixture().await;
    assert_eq!(fixture.blobs.read_mark().await.unwrap(), None);
    let mark = InstallationMark {
        id: Ids::new(Clock::system()).next(),
        generation: 3,
    };
    fixture.blobs.write_mark(mark).await.unwrap();
    assert_eq!(fixture.blobs.read_mark().await.unwrap(), Some(mark));
    std::fs::write(fixture.folder.path().join("blobs/installation"), "something else").unwrap();
    assert!(matches!(fixture.blobs.read_mark().await, Err(BlobError::Mark)));
}
