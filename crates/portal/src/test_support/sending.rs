//! Organisations, systems and messages for tests.

use std::convert::Infallible;

use base::{AllowedNetworks, OrganisationId, Personnummer, SecretString, SystemId};
use bytes::Bytes;
use futures::stream;

use super::TestPortal;
use crate::{
    DeclaredFile, IdempotencyKey, MessageDraft, MessageReceipt, NewOrganisation, NewSystem, RecipientAddress,
    RecipientIdentifier, Scope, SendError, SystemActor, Upload,
};

/// The smallest thing that begins as a PDF does.
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

/// Two of Skatteverket's test numbers, and a third person.
const NUMBERS: [&str; 3] = ["200001012384", "197701172392", "200001012392"];

/// Test person number `index`, from 0.
pub(crate) fn number(index: usize) -> Personnummer {
    Personnummer::from_digits(NUMBERS[index]).unwrap()
}

/// A file as its sender declares it.
pub(crate) fn file(name: &str, media_type: &str, content: &[u8]) -> DeclaredFile {
    DeclaredFile {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        size: u64::try_from(content.len()).unwrap(),
        sha256: None,
        minimum_level: None,
    }
}

/// A message to the first so many test persons, with [`PDF`] as its only file.
pub(crate) fn draft(recipients: usize) -> MessageDraft {
    MessageDraft {
        title: "Beslut om förskoleplats".to_owned(),
        body: "Hej! Här är beslutet.".to_owned(),
        document_type: Some("decision".to_owned()),
        retention_days: None,
        recipients: (0..recipients)
            .map(|index| RecipientAddress {
                identifier: RecipientIdentifier::Number(number(index)),
                email: None,
            })
            .collect(),
        files: vec![file("beslut.pdf", "application/pdf", PDF)],
    }
}

/// Content as it comes over a connection, in pieces of that many bytes.
pub(crate) fn pieces(content: &[u8], size: usize) -> stream::Iter<std::vec::IntoIter<Result<Bytes, Infallible>>> {
    let pieces: Vec<_> = content
        .chunks(size)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces)
}

impl TestPortal {
    /// A new organisation with that name.
    pub(crate) async fn organisation(&self, name: &str) -> OrganisationId {
        let new = NewOrganisation {
            name: name.to_owned(),
            retention_days: None,
            time_zone: None,
        };
        let created = self.portal.create_organisation(&self.operator(), new).await;
        created.unwrap().id
    }

    /// A system of an organisation with these scopes, which may come from anywhere, and a secret of it that never ends.
    pub(crate) async fn system(&self, organisation: OrganisationId, scopes: &[Scope]) -> (SystemId, SecretString) {
        let new = NewSystem {
            name: "ärendesystem".to_owned(),
            scopes: scopes.to_vec(),
            networks: AllowedNetworks::anywhere(),
        };
        let operator = self.operator();
        let system = self.portal.create_system(&operator, organisation, new).await.unwrap();
        let secret = self.portal.add_secret(&operator, system, None).await.unwrap();
        (system, secret.secret)
    }

    /// A system with every scope, of a new organisation with that name.
    pub(crate) async fn sender_named(&self, name: &str) -> SystemActor {
        self.sender_with(name, &Scope::ALL).await
    }

    /// A system with every scope, of the organisation "Norrby kommun".
    pub(crate) async fn sender(&self) -> SystemActor {
        self.sender_named("Norrby kommun").await
    }

    /// A system with these scopes, of a new organisation with that name.
    pub(crate) async fn sender_with(&self, name: &str, scopes: &[Scope]) -> SystemActor {
        let organisation = self.organisation(name).await;
        self.system_actor_of(organisation, scopes).await
    }

    /// A new system with these scopes, of an organisation, with a token.
    pub(crate) async fn system_actor_of(&self, organisation: OrganisationId, scopes: &[Scope]) -> SystemActor {
        let (system, secret) = self.system(organisation, scopes).await;
        let issued = self
            .portal
            .issue_token(system, &secret, None, self.request())
            .await
            .unwrap();
        self.portal.system_actor(&issued.token, self.request()).await.unwrap()
    }

    /// Begins to send under an idempotency key.
    pub(crate) async fn begin(&self, actor: &SystemActor, key: &str, draft: MessageDraft) -> Result<Upload, SendError> {
        let key = IdempotencyKey::parse(key).unwrap();
        self.portal.begin_message(actor, key, draft).await
    }

    /// Sends a whole message under an idempotency key, with a content for each of its files.
    pub(crate) async fn send_all(
        &self,
        actor: &SystemActor,
        key: &str,
        draft: MessageDraft,
        contents: &[&[u8]],
    ) -> Result<MessageReceipt, SendError> {
        let mut upload = self.begin(actor, key, draft).await?;
        for (index, content) in contents.iter().enumerate() {
            upload.document(index, pieces(content, 1000)).await?;
        }
        upload.finish().await
    }

    /// Sends [`draft`] to the first so many test persons.
    pub(crate) async fn send(&self, actor: &SystemActor, key: &str, recipients: usize) -> MessageReceipt {
        self.send_all(actor, key, draft(recipients), &[PDF]).await.unwrap()
    }
}
