//! Merkle trees as RFC 9162 section 2.1 has them, with SHA-256: the root over a list, the proof that something is in it, and
//! whether such a proof holds. Pure; knows nothing of what the leaves say.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hexadecimal;

/// A SHA-256 hash. As text: 64 lower-case hexadecimal digits, and nothing else reads back.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(#[serde(with = "hexadecimal")] [u8; 32]);

impl Hash {
    /// The hash of bytes as they are, not as a leaf.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of a leaf with this content.
    pub(super) fn of_leaf(content: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(content).finalize().into())
    }

    fn of_node(left: Self, right: Self) -> Self {
        let digest = Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0);
        Self(digest.finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The root over leaves with these hashes, in their order.
pub(super) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [leaf] => *leaf,
        leaves => {
            let (left, right) = halves(leaves);
            Hash::of_node(root(left), root(right))
        }
    }
}

/// The proof that the leaf at `index` is among them, from the leaf up; `None` when there is no such leaf.
pub(super) fn proof(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    if leaves.len() == 1 {
        return Some(Vec::new());
    }
    let (left, right) = halves(leaves);
    let (mut path, sibling) = if index < left.len() {
        (proof(left, index)?, root(right))
    } else {
        (proof(right, index - left.len())?, root(left))
    };
    path.push(sibling);
    Some(path)
}

/// Whether `path` proves that `leaf` is at `index` of the `size` leaves under `root` (section 2.1.3.2).
pub(super) fn is_included(leaf: Hash, index: u64, size: u64, path: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf);
    for &sibling in path {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            hash = Hash::of_node(sibling, hash);
            while place % 2 == 0 && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            hash = Hash::of_node(hash, sibling);
        }
        place /= 2;
        last /= 2;
    }
    last == 0 && hash == root
}

/// Splits two or more at the largest power of two below their number.
fn halves(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
    let middle = leaves.len().next_power_of_two() / 2;
    leaves.split_at(middle.min(leaves.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The leaves and roots that implementations of RFC 6962, which has the same tree, are tested with.
    const LEAVES: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|number| Hash::of_leaf(&number.to_be_bytes())).collect()
    }

    #[test]
    fn roots_are_those_that_everybody_has() {
        let leaves = LEAVES.map(|leaf| Hash::of_leaf(&hex::decode(leaf).unwrap()));
        for (count, expected) in (1..).zip(ROOTS) {
            assert_eq!(root(&leaves[..count]).to_string(), expected, "{count}");
        }
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(root(&[]).to_string(), nothing);
    }

    #[test]
    fn each_leaf_of_small_trees_has_a_proof_that_holds_at_its_place_alone() {
        for size in 1..=33 {
            let leaves = leaves(size);
            let root = root(&leaves);
            for index in 0..size {
                let path = proof(&leaves, index).unwrap();
                for place in 0..size + 2 {
                    let holds = is_included(leaves[index], place as u64, size as u64, &path, root);
                    assert_eq!(holds, place == index, "{index} of {size} at {place}");
                }
            }
            assert_eq!(proof(&leaves, size), None);
        }
    }

    #[test]
    fn a_hash_reads_back_from_its_text_and_from_no_other() {
        let text = format!("\"{}\"", ROOTS[0]);
        let hash: Hash = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&hash).unwrap(), text);
        for wrong in [text.to_uppercase(), text.replace("6e", "6"), "\"\"".to_owned()] {
            assert!(serde_json::from_str::<Hash>(&wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_proof_holds_and_no_longer_when_anything_in_it_is_another(
            size in 1_usize..400, at in any::<prop::sample::Index>(), other in any::<[u8; 32]>(), step in any::<prop::sample::Index>(),
        ) {
            let leaves = leaves(size);
            let (index, root) = (at.index(size), root(&leaves));
            let path = proof(&leaves, index).unwrap();
            let holds = |leaf, path: &[Hash], root| is_included(leaf, index as u64, size as u64, path, root);
            prop_assert!(holds(leaves[index], &path, root));
            prop_assert!(path.len() <= 9);
            prop_assert!(!holds(Hash(other), &path, root));
            prop_assert!(!holds(leaves[index], &path, Hash(other)));
            let longer = [path.as_slice(), &[Hash(other)]].concat();
            prop_assert!(!holds(leaves[index], &longer, root));
            if !path.is_empty() {
                prop_assert!(!holds(leaves[index], &path[1..], root));
                let mut changed = path.clone();
                changed[step.index(path.len())] = Hash(other);
                prop_assert!(!holds(leaves[index], &changed, root));
            }
        }

        #[test]
        fn another_leaf_or_another_order_has_another_root(size in 2_usize..200, one in any::<prop::sample::Index>(), two in any::<prop::sample::Index>()) {
            let before = leaves(size);
            let mut after = before.clone();
            let (one, two) = (one.index(size), two.index(size));
            after.swap(one, two);
            prop_assert_eq!(root(&before) == root(&after), one == two);
            prop_assert_ne!(root(&before), root(&before[1..]));
        }
    }
}
