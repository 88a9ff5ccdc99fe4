//! The protocols of what was purged: those that the formats are frozen by.

use app::page::staff::{IdProblem, proofs_page, protocol_page, protocols_page};
use app::{Assets, Language, ProtocolPdf, protocol_pdf};
use portal::{PublicKeys, PurgeProtocol, PurgeProtocols, VerifiedFile};

use super::{Pages, inside};
use crate::samples::time_zone;

const KEYS: &str = include_str!("../../../../crates/portal/vectors/postvalv-signing-keys.json");
const PROTOCOL: &str = include_str!("../../../../crates/portal/vectors/purge-protocol.json");
const PROOF: &str = include_str!("../../../../crates/portal/vectors/purge-proof.json");

fn check(text: &str) -> Option<VerifiedFile> {
    VerifiedFile::check(text, &PublicKeys::from_json(KEYS).ok()?).ok()
}

/// The protocol that the format is frozen by.
pub(crate) fn protocol() -> Option<PurgeProtocol> {
    match check(PROTOCOL)? {
        VerifiedFile::Protocol(protocol) => Some(protocol),
        VerifiedFile::Proof(_) => None,
    }
}

/// It as a document.
pub(crate) fn document(language: Language) -> Option<Vec<u8>> {
    let document = protocol_pdf(&ProtocolPdf {
        signed: protocol()?.signed(),
        language,
        time_zone: &time_zone(),
        keys_address: "https://post.norrby.example/.well-known/postvalv-signing-keys.json",
    });
    document.ok()
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let (Some(protocol), Some(VerifiedFile::Proof(proof))) = (protocol(), check(PROOF)) else {
        return Vec::new();
    };
    let zone = time_zone();
    let there = inside(language, assets, "/staff/protocols");
    let one = inside(language, assets, "/staff/protocols/2");
    let list = |count, looked_for| {
        let protocols = PurgeProtocols {
            statements: vec![protocol.signed().clone(); count],
            before: (count > 0).then_some(2),
        };
        protocols_page(&there, &protocols, true, looked_for, &zone)
    };
    vec![
        ("protocols", list(3, None)),
        ("protocols-empty", list(0, None)),
        ("protocols-wrong-id", list(2, Some(("4711", IdProblem::Malformed)))),
        (
            "protocols-unknown-id",
            list(1, Some(("0192f0c1-2345-7abc-8def-0123456789ab", IdProblem::Unknown))),
        ),
        ("protocol", protocol_page(&one, protocol.signed(), &zone)),
        (
            "protocol-proofs",
            proofs_page(&one, proof.leaf().id, &[proof.clone(), proof.clone()], &zone),
        ),
    ]
}
