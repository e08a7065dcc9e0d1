//! The tree and its files, held against an independent implementation (`ct-merkle`), the readers of `tlog_tiles`, and published
//! vectors.

#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
};

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash, mem_backed_tree::MemoryBackedTree};
use ledger::{
    Clock, Draft, Error, Kind, Ledger, Signer, Sqlite, Trust, tiles,
    tree::{Tiles, Tree},
};
use model::Instant;
use proptest::prelude::*;
use sha2_of_ct_merkle::Sha256;
use tlog_tiles::{Hash, TileHashReader, TileReader, check_record, check_tree, record_hash};

/// So many leaves, and the tree over them.
const LEAVES: u64 = 5_000;

#[derive(Default)]
struct Held {
    tree: Tree,
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    leaves: Vec<u8>,
}

impl Held {
    fn of<'a>(leaves: impl Iterator<Item = &'a [u8]>) -> Held {
        let mut held = Held::default();
        for leaf in leaves {
            let hash = record_hash(leaf);
            held.leaves.extend_from_slice(&hash.0);
            held.tree.push(&hash, &mut |tile| {
                held.tiles.insert((tile.level, tile.n), tile.hashes);
            });
        }
        held
    }

    fn root(&self, size: u64) -> Hash {
        self.tree.root_at(size, &mut &*self).unwrap()
    }

    fn inclusion(&self, size: u64, n: u64) -> Vec<Hash> {
        self.tree.inclusion(size, n, &mut &*self).unwrap()
    }

    fn consistency(&self, old: u64, new: u64) -> Vec<Hash> {
        self.tree.consistency(old, new, &mut &*self).unwrap()
    }
}

impl Tiles for &Held {
    fn full(&mut self, level: u8, n: u64) -> Result<Vec<u8>, Error> {
        Ok(self.tiles[&(level, n)].clone())
    }

    fn leaves(&mut self, from: u64, to: u64) -> Result<Vec<u8>, Error> {
        let range = usize::try_from(from * 32).unwrap()..usize::try_from(to * 32).unwrap();
        Ok(self.leaves[range].to_vec())
    }
}

fn content(n: u64) -> Vec<u8> {
    n.to_string().into_bytes()
}

fn hash(n: u64) -> Hash {
    record_hash(&content(n))
}

static HELD: LazyLock<Held> = LazyLock::new(|| {
    let leaves: Vec<Vec<u8>> = (0..LEAVES).map(content).collect();
    Held::of(leaves.iter().map(Vec::as_slice))
});

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.0).collect()
}

fn hashes(proof: &[u8]) -> Vec<Hash> {
    proof.chunks(32).map(|hash| Hash(hash.try_into().unwrap())).collect()
}

#[test]
fn another_implementation_makes_and_accepts_the_same_proofs() {
    let mut random = fastrand::Rng::with_seed(6962);
    let mut sizes: Vec<u64> = (0..60).map(|_| random.u64(1..=LEAVES)).collect();
    sizes.extend([1, 2, 3, 255, 256, 257, 511, 512, 4_096, 4_097, LEAVES]);
    sizes.sort_unstable();
    let mut theirs: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
    let mut earlier: Vec<(u64, RootHash<Sha256>)> = Vec::new();
    for size in sizes {
        for n in theirs.len()..size {
            theirs.push(content(n));
        }
        let root = theirs.root();
        assert_eq!(&HELD.root(size).0[..], &root.as_bytes()[..], "{size}");
        for _ in 0..20 {
            let n = random.u64(0..size);
            let (ours, proof) =
                (HELD.inclusion(size, n), theirs.prove_inclusion(usize::try_from(n).unwrap()));
            let read = InclusionProof::try_from_bytes(bytes(&ours)).unwrap();
            assert!(root.verify_inclusion(&content(n), n, &read).is_ok(), "{n} of {size}");
            assert!(
                check_record(&hashes(proof.as_bytes()), size, HELD.root(size), n, hash(n)).is_ok(),
                "{n} of {size}"
            );
        }
        for (old, old_root) in &earlier {
            let ours = HELD.consistency(*old, size);
            let proof = theirs.prove_consistency(usize::try_from(size - old).unwrap());
            let read = ConsistencyProof::try_from_bytes(bytes(&ours)).unwrap();
            assert!(root.verify_consistency(old_root, &read).is_ok(), "{old} to {size}");
            let read = hashes(proof.as_bytes());
            assert!(
                check_tree(&read, size, HELD.root(size), *old, HELD.root(*old)).is_ok(),
                "{old} to {size}"
            );
        }
        earlier.push((size, root));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is changed of a proof, of the leaf, of its place or of the checkpoint, it is refused.
    #[test]
    fn a_proof_of_inclusion_shows_one_thing(
        size in 1..=LEAVES, at in any::<u64>(), other in 1..=LEAVES, which in any::<prop::sample::Index>(), bit in 0_usize..256
    ) {
        let n = at % size;
        let (proof, root) = (HELD.inclusion(size, n), HELD.root(size));
        prop_assert!(check_record(&proof, size, root, n, hash(n)).is_ok());
        prop_assert!(check_record(&proof, size, root, n, hash(n + 1)).is_err());
        if other != size {
            prop_assert!(check_record(&proof, other, HELD.root(other), n, hash(n)).is_err());
        }
        if other - 1 != n {
            prop_assert!(check_record(&proof, size, root, other - 1, hash(n)).is_err());
        }
        let mut altered = proof.clone();
        altered.push(root);
        prop_assert!(check_record(&altered, size, root, n, hash(n)).is_err());
        if proof.is_empty() {
            return Ok(());
        }
        let mut altered = proof.clone();
        altered[which.index(proof.len())].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(check_record(&altered, size, root, n, hash(n)).is_err());
        let mut altered = proof.clone();
        altered.remove(which.index(proof.len()));
        prop_assert!(check_record(&altered, size, root, n, hash(n)).is_err());
    }

    #[test]
    fn a_proof_of_consistency_shows_one_thing(
        new in 2..=LEAVES, at in any::<u64>(), other in 1..=LEAVES, which in any::<prop::sample::Index>(), bit in 0_usize..256
    ) {
        let old = 1 + at % (new - 1);
        let (proof, root, before) = (HELD.consistency(old, new), HELD.root(new), HELD.root(old));
        prop_assert!(check_tree(&proof, new, root, old, before).is_ok());
        prop_assert!(check_tree(&proof, new, root, old, hash(1)).is_err());
        prop_assert!(check_tree(&proof, new, hash(1), old, before).is_err());
        if other != new && other >= old {
            prop_assert!(check_tree(&proof, other, HELD.root(other), old, before).is_err());
        }
        if other != old && other <= new {
            prop_assert!(check_tree(&proof, new, root, other, HELD.root(other)).is_err());
        }
        let mut altered = proof.clone();
        altered[which.index(proof.len())].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(check_tree(&altered, new, root, old, before).is_err());
        let mut altered = proof.clone();
        altered.remove(which.index(proof.len()));
        prop_assert!(check_tree(&altered, new, root, old, before).is_err());
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).unwrap()).collect()
}

/// The leaves, roots and proofs with which the Certificate Transparency project tests its trees (merkle_tree_test.cc; the same in
/// transparency-dev/merkle, testonly/reference_test.go).
#[test]
fn the_published_vectors_hold() {
    let leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
            .map(unhex);
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    .map(unhex);
    let held = Held::of(leaves.iter().map(Vec::as_slice));
    for (size, root) in (0..).zip(&roots) {
        let grown = Held::of(leaves[..size].iter().map(Vec::as_slice)).tree.root();
        assert_eq!(&grown.0[..], root, "{size}");
    }
    let leaf_of_00 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    let two_and_three = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    let last_four = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    let leaf_of_3031 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    let six_and_seven = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    let four_and_five = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    let [one, two, four] = [1, 2, 4].map(|size: usize| roots[size].clone());
    let [leaf_of_00, two_and_three, last_four, leaf_of_3031, six_and_seven, four_and_five] =
        [leaf_of_00, two_and_three, last_four, leaf_of_3031, six_and_seven, four_and_five].map(unhex);
    let inclusions: [(u64, u64, Vec<&Vec<u8>>); 7] = [
        (1, 0, vec![]),
        (2, 0, vec![&leaf_of_00]),
        (2, 1, vec![&one]),
        (3, 2, vec![&two]),
        (5, 1, vec![&one, &two_and_three, &leaf_of_3031]),
        (8, 0, vec![&leaf_of_00, &two_and_three, &last_four]),
        (8, 5, vec![&leaf_of_3031, &six_and_seven, &four]),
    ];
    for (size, n, proof) in inclusions {
        let proof = hashes(&proof.into_iter().flatten().copied().collect::<Vec<u8>>());
        assert_eq!(held.inclusion(size, n), proof, "{n} of {size}");
        let leaf = record_hash(&leaves[usize::try_from(n).unwrap()]);
        assert!(check_record(&proof, size, held.root(size), n, leaf).is_ok());
    }
    let consistencies: [(u64, u64, Vec<&Vec<u8>>); 4] = [
        (1, 1, vec![]),
        (1, 8, vec![&leaf_of_00, &two_and_three, &last_four]),
        (2, 5, vec![&two_and_three, &leaf_of_3031]),
        (6, 8, vec![&four_and_five, &six_and_seven, &four]),
    ];
    for (old, new, proof) in consistencies {
        let proof = hashes(&proof.into_iter().flatten().copied().collect::<Vec<u8>>());
        assert_eq!(held.consistency(old, new), proof, "{old} to {new}");
        assert!(check_tree(&proof, new, held.root(new), old, held.root(old)).is_ok());
    }
}

type Files = BTreeMap<String, Vec<u8>>;

/// A ledger of so many entries in a file, its trust, and its files for a web server.
fn published(folder: &std::path::Path, claims: usize) -> (Ledger, Trust, Files) {
    let hand = AtomicI64::new(1_763_000_000_000_000);
    let clock: Clock = Arc::new(move || Instant(hand.fetch_add(1_000_000, Ordering::SeqCst)));
    let file = folder.join(format!("{claims}.db"));
    let signer = Signer::generate("truce").unwrap();
    let ledger = Ledger::begin(Box::new(Sqlite::open(&file).unwrap()), "truce", signer, clock).unwrap();
    let claim = |n: usize| Draft {
        sealed: n % 100 == 5,
        ..Draft::open(Kind::Claim, "the “desk”", n.to_string().into_bytes())
    };
    if claims > 0 {
        ledger.append((0..claims).map(claim).collect()).unwrap();
    }
    if claims > 5 {
        ledger.erase(6, "desk", "consent was withdrawn", None).unwrap();
    }
    let mut files = Files::new();
    let mut store = Sqlite::open(&file).unwrap();
    let head = tiles::write(&mut store, &ledger.head().unwrap().1, &mut |name, bytes| {
        assert!(!files.contains_key("checkpoint"), "it comes last");
        files.insert(name.to_owned(), bytes.to_vec());
        Ok(())
    })
    .unwrap();
    assert_eq!(head, ledger.head().unwrap().0);
    let trust = ledger.trust().unwrap();
    (ledger, trust, files)
}

struct Reader<'a>(&'a Files);

impl TileReader for Reader<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        // By the names that C2SP gives.
        let name = |tile: &tlog_tiles::Tile| tile.path().replacen("tile/8/", "tile/", 1);
        Ok(tiles.iter().map(|tile| self.0[&name(tile)].clone()).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn the_files_are_those_that_readers_of_tiles_read() {
    let folder = tempfile::tempdir().unwrap();
    for claims in [0, 1, 253, 254, 255, 1_100, 66_000] {
        let (ledger, trust, files) = published(folder.path(), claims);
        let head = ledger.head().unwrap().0;
        let reader = Reader(&files);
        let reader = TileHashReader::new(head.size, head.root, &reader);
        assert_eq!(tlog_tiles::tree_hash(head.size, &reader).unwrap(), head.root);
        for n in [0, head.size / 2, head.size - 1] {
            let proof = tlog_tiles::prove_record(head.size, n, &reader).unwrap();
            assert_eq!(proof, ledger.inclusion(head.size, n).unwrap());
        }
        let mut leaves = Vec::new();
        let get = &mut |name: &str| Ok(files.get(name).cloned());
        let read = tiles::read(&trust, get, &mut |seq, leaf| {
            leaves.push((seq, leaf.to_vec()));
            Ok(())
        });
        assert_eq!(read.unwrap(), head);
        assert_eq!(leaves.len() as u64, head.size);
        for seq in [0, head.size / 3, head.size - 1] {
            assert_eq!(leaves[usize::try_from(seq).unwrap()], (seq, ledger.leaf(seq).unwrap().0));
        }
    }
}

/// The names for a tree of 70,000 are those of the example in C2SP tlog-tiles.
#[test]
fn the_files_are_named_as_c2sp_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _, files) = published(folder.path(), 69_998);
    let names = |start: &str| files.keys().filter(|name| name.starts_with(start)).count();
    assert_eq!((names("tile/0/"), names("tile/1/"), names("tile/2/"), names("tile/3/")), (274, 2, 1, 0));
    for (name, hashes) in [("tile/0/272", 256), ("tile/0/273.p/112", 112), ("tile/1/000", 256)] {
        assert_eq!(files[name].len(), hashes * 32, "{name}");
    }
    assert_eq!((files["tile/1/001.p/17"].len(), files["tile/2/000.p/1"].len()), (17 * 32, 32));
    assert_eq!(names("tile/entries/"), 274);
    assert!(files.contains_key("tile/entries/273.p/112") && files.contains_key("tile/entries/000"));
}

#[test]
fn a_changed_file_is_told_with_its_first_leaf() {
    let folder = tempfile::tempdir().unwrap();
    let (_, trust, files) = published(folder.path(), 700);
    let check =
        |files: &Files| tiles::read(&trust, &mut |name| Ok(files.get(name).cloned()), &mut |_, _| Ok(()));
    check(&files).unwrap();
    let mut random = fastrand::Rng::with_seed(8);
    for (name, bytes) in &files {
        let mut less = files.clone();
        less.remove(name);
        assert!(check(&less).unwrap_err().to_string().contains("is missing"), "{name}");
        for _ in 0..20 {
            let mut altered = files.clone();
            let at = random.usize(..bytes.len());
            altered.get_mut(name).unwrap()[at] ^= 1 << random.u8(..8);
            let told = check(&altered).map(|_| ()).unwrap_err();
            let Error::Damaged(damage) = &told else { panic!("{told}") };
            if name.starts_with("tile/0/") {
                let tile: u64 = name[7..10].parse().unwrap();
                assert_eq!(damage.entry, Some(tile * 256 + at as u64 / 32), "{name}: {told}");
            }
        }
    }
}

#[test]
fn the_files_stand_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, trust, files) = published(folder.path(), 300);
    let site = folder.path().join("site");
    let mut store = Sqlite::open(&folder.path().join("300.db")).unwrap();
    let note = ledger.head().unwrap().1;
    for _ in 0..2 {
        tiles::write(&mut store, &note, &mut tiles::into_folder(&site)).unwrap();
    }
    assert_eq!(std::fs::read(site.join("tile/0/000")).unwrap(), files["tile/0/000"]);
    let read = tiles::read(&trust, &mut tiles::from_folder(&site), &mut |_, _| Ok(())).unwrap();
    assert_eq!(read, ledger.head().unwrap().0);
    std::fs::remove_file(site.join("tile/entries/001.p/46")).unwrap();
    let told = tiles::read(&trust, &mut tiles::from_folder(&site), &mut |_, _| Ok(())).unwrap_err();
    assert!(told.to_string().contains("entry 256: tile/entries/001.p/46 is missing"), "{told}");
}
