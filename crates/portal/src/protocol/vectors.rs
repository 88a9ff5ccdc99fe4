//! The formats, frozen: what was handed out stays checkable by whatever read it then. `crates/portal/vectors/check.py` checks the same
//! files without any code of ours.

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyring::SigningKey;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::file::{PurgeProtocol, SignedStatement};
use super::leaf::tests::leaf;
use super::statement::{self, ProtocolStatement};
use super::{Hash, ProtocolRefused, PurgeReason, PurgedKind, VerifiedFile};
use crate::retention::CountedFrom;
use crate::{PublicKeys, Signature};

const PROTOCOL: &str = include_str!("../../vectors/purge-protocol.json");
const CSV: &str = include_str!("../../vectors/purge-protocol.csv");
const PROOF: &str = include_str!("../../vectors/purge-proof.json");
const KEYS: &str = include_str!("../../vectors/postvalv-signing-keys.json");

/// Never changes its meaning, as what is signed by it must stay checkable.
const PURPOSE: &str = "postvalv purge protocol v1";

fn instant(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn key_id() -> String {
    let x = URL_SAFE_NO_PAD.encode(key().verifying_key().as_bytes());
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

fn keys() -> PublicKeys {
    PublicKeys::from_json(KEYS).unwrap()
}

/// A protocol over five leaves, every one of them another.
fn protocol() -> PurgeProtocol {
    let mut leaves: Vec<_> = (0..5).map(leaf).collect();
    leaves[1].kind = PurgedKind::Message;
    leaves[1].bytes = None;
    leaves[2].document_type = None;
    leaves[3].reason = PurgeReason::Revoked;
    leaves[4].retention_days = 365;
    leaves[3].policy_version = None;
    leaves[2].counted_from = CountedFrom::FirstOpened;
    let leaves: Vec<String> = leaves.iter().map(|leaf| leaf.to_text().unwrap()).collect();
    let organisation = leaf(0).organisation;
    let sum = statement::sum(organisation, leaves.iter().map(String::as_str)).unwrap();
    let statement = ProtocolStatement {
        organisation,
        organisation_name: "Norrby kommun – \"Åsele\"".to_owned(),
        number: 2,
        first_purged: sum.first_purged,
        last_purged: sum.last_purged,
        closed: instant("2026-12-22T23:00:05Z"),
        documents: sum.documents,
        messages: sum.messages,
        bytes: sum.bytes,
        rules: sum.rules,
        root: sum.root,
        previous: Some(Hash::of(b"the statement before")),
    };
    let text = statement.to_text().unwrap();
    let signature = Signature {
        key_id: key_id(),
        bytes: key().sign(PURPOSE, text.as_bytes()),
    };
    PurgeProtocol {
        signed: SignedStatement {
            statement,
            text,
            signature,
        },
        leaves,
    }
}

#[test]
fn files_are_written_as_ever() {
    let protocol = protocol();
    assert_eq!(protocol.to_json(), PROTOCOL);
    assert_eq!(protocol.to_csv(), CSV);
    assert_eq!(protocol.proofs_of(&[leaf(3).id].into())[0].to_json(), PROOF);
}

#[test]
fn files_of_old_are_read_as_they_were_meant() {
    let Ok(VerifiedFile::Protocol(read)) = VerifiedFile::check(PROTOCOL, &keys()) else {
        panic!("the protocol holds");
    };
    assert_eq!(read, protocol());
    let Ok(VerifiedFile::Proof(proof)) = VerifiedFile::check(PROOF, &keys()) else {
        panic!("the proof holds");
    };
    assert_eq!([proof], *protocol().proofs_of(&[leaf(3).id].into()));
}

#[test]
fn a_refusal_says_what_does_not_hold() {
    let refused = |text: &str| VerifiedFile::check(text, &keys()).unwrap_err();
    assert_eq!(refused(""), ProtocolRefused::Unreadable);
    assert_eq!(refused("{}"), ProtocolRefused::Unreadable);
    assert_eq!(
        refused(&PROTOCOL.replacen("Norrby", "Norrbo", 1)),
        ProtocolRefused::Signature
    );
    assert_eq!(
        refused(&PROTOCOL.replacen("1003", "1004", 1)),
        ProtocolRefused::Signature
    );
    let other_leaf = PROTOCOL
        .rsplit_once("1004")
        .map(|(before, after)| format!("{before}1005{after}"));
    assert_eq!(refused(&other_leaf.unwrap()), ProtocolRefused::Leaves);
    assert_eq!(
        refused(&PROOF.replacen("\"index\": 3", "\"index\": 2", 1)),
        ProtocolRefused::Proof
    );
    let unknown = refused(&PROTOCOL.replacen(&key_id(), "another", 1));
    assert_eq!(unknown, ProtocolRefused::UnknownKey("another".to_owned()));
    let more = PROTOCOL.replacen("\"leaves\"", "\"more\": 1, \"leaves\"", 1);
    assert_eq!(refused(&more), ProtocolRefused::Unreadable);
    // A leaf less, a leaf twice, two the other way round.
    let file: serde_json::Value = serde_json::from_str(PROTOCOL).unwrap();
    let changes: [fn(&mut Vec<serde_json::Value>); 4] = [
        |leaves| drop(leaves.pop()),
        |leaves| leaves.push(leaves[4].clone()),
        |leaves| leaves.swap(1, 2),
        Vec::clear,
    ];
    for change in changes {
        let mut file = file.clone();
        change(file["leaves"].as_array_mut().unwrap());
        assert_eq!(refused(&file.to_string()), ProtocolRefused::Leaves);
    }
}

/// A statement after another, as it is signed.
fn statement(number: u64, previous: Option<Hash>, bytes: u64) -> SignedStatement {
    let mut signed = protocol().signed;
    (
        signed.statement.number,
        signed.statement.previous,
        signed.statement.bytes,
    ) = (number, previous, bytes);
    signed.text = signed.statement.to_text().unwrap();
    signed
}

#[test]
fn a_protocol_that_is_missing_or_was_replaced_shows_among_the_others() {
    let first = statement(1, None, 10);
    let second = statement(2, Some(first.hash()), 20);
    let third = statement(3, Some(second.hash()), 30);
    let check = |statements: &[&SignedStatement]| {
        let mut statements: Vec<_> = statements.iter().map(|signed| (*signed).clone()).collect();
        SignedStatement::check_order(&mut statements)
    };
    for hold in [
        vec![],
        vec![&second],
        vec![&third, &first, &second],
        vec![&first, &third],
        vec![&first, &first],
    ] {
        assert_eq!(check(&hold), Ok(()));
    }
    let replaced = statement(2, Some(first.hash()), 21);
    assert_eq!(
        check(&[&first, &replaced, &third]),
        Err(ProtocolRefused::Order { number: 3 })
    );
    assert_eq!(check(&[&second, &replaced]), Err(ProtocolRefused::Twice { number: 2 }));
    assert_eq!(
        check(&[&first, &statement(2, None, 20)]),
        Err(ProtocolRefused::Order { number: 2 })
    );
}

/// Each bit of each file, in turn: nothing is read that was not written.
#[test]
fn a_file_with_one_bit_changed_is_refused() {
    let keys = keys();
    for file in [PROTOCOL, PROOF] {
        for place in 0..file.len() * 8 {
            let mut bytes = file.as_bytes().to_vec();
            bytes[place / 8] ^= 1 << (place % 8);
            let holds = std::str::from_utf8(&bytes).is_ok_and(|text| VerifiedFile::check(text, &keys).is_ok());
            assert!(!holds, "bit {place}: {}", String::from_utf8_lossy(&bytes));
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_read_never_panics(text in "\\PC{0,200}", cut in any::<prop::sample::Index>()) {
        prop_assert!(VerifiedFile::check(&text, &keys()).is_err());
        let cut = cut.index(PROTOCOL.len());
        if let Some(part) = PROTOCOL.get(..cut) {
            prop_assert!(VerifiedFile::check(part, &keys()).is_err() || part.trim() == PROTOCOL.trim());
        }
    }
}
