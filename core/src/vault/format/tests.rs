use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::super::key::{DeviceKey, RecoveryKey};
use super::super::slot::SlotKind;
use super::*;

const CONTENT: &[u8] = br#"{"accounts":[]}"#;
const VERSION_AT: usize = 8;
const SLOT_COUNT_AT: usize = 10;
const BODY_LENGTH_AT: usize = 12;
/// Where the cost stands when a passphrase slot is the first.
const COST_AT: usize = FIXED_LENGTH + 7 + 16;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn device_key() -> DeviceKey {
    DeviceKey::from_bytes(&[0x11; 32])
}

fn keys_with(unlock: Unlock<'_>) -> Keys {
    let mut keys = Keys::new(&mut rng(1));
    keys.add_slot(unlock, KdfCost::MINIMUM, &mut rng(2)).unwrap();
    keys
}

fn sealed_for(unlock: Unlock<'_>) -> Vec<u8> {
    keys_with(unlock).seal(CONTENT, &mut rng(3)).unwrap()
}

fn refusal(file: &[u8], unlock: Unlock<'_>) -> OpenError {
    Keys::open(file, unlock).unwrap_err()
}

proptest! {
    #[test]
    fn what_is_sealed_opens_again(
        content in prop::collection::vec(any::<u8>(), 0..9000),
        seed: u64,
    ) {
        let key = device_key();
        let mut keys = keys_with(Unlock::DeviceKey(&key));
        let file = keys.seal(&content, &mut rng(seed)).unwrap();
        let (_, opened) = Keys::open(&file, Unlock::DeviceKey(&key)).unwrap();
        prop_assert_eq!(opened.as_slice(), &content);
        prop_assert_eq!(file.len() % PADDING, (FIXED_LENGTH + 7 + 88 + TAG_LENGTH) % PADDING);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        magic: bool,
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let start: &[u8] = if magic { b"CSVAULT\x1a\0\x01\0\x01\0\0\x10\0" } else { b"" };
        let file = [start, &bytes].concat();
        prop_assert!(Keys::open(&file, Unlock::DeviceKey(&device_key())).is_err());
    }
}

#[test]
fn each_slot_opens_the_same_content() {
    let device_key = device_key();
    let recovery_key = RecoveryKey::generate(&mut rng(4));
    let mut keys = keys_with(Unlock::DeviceKey(&device_key));
    for unlock in [Unlock::Passphrase(b"correct horse"), Unlock::RecoveryKey(&recovery_key)] {
        keys.add_slot(unlock, KdfCost::MINIMUM, &mut rng(5)).unwrap();
    }
    let file = keys.seal(CONTENT, &mut rng(6)).unwrap();

    let typed = RecoveryKey::parse(&recovery_key.reveal()).unwrap();
    for unlock in [
        Unlock::DeviceKey(&device_key),
        Unlock::Passphrase(b"correct horse"),
        Unlock::RecoveryKey(&typed),
    ] {
        assert_eq!(Keys::open(&file, unlock).unwrap().1.as_slice(), CONTENT);
    }
    let kinds: Vec<_> = outline_of(&file).unwrap().slots.iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds, [SlotKind::DeviceKey, SlotKind::Passphrase, SlotKind::RecoveryKey]);
}

#[test]
fn every_slot_of_a_kind_is_tried() {
    let mut keys = keys_with(Unlock::Passphrase(b"first"));
    keys.add_slot(Unlock::Passphrase(b"second"), KdfCost::MINIMUM, &mut rng(7)).unwrap();
    let file = keys.seal(CONTENT, &mut rng(8)).unwrap();
    assert!(Keys::open(&file, Unlock::Passphrase(b"second")).is_ok());
}

#[test]
fn a_wrong_secret_and_a_missing_slot_are_two_things() {
    let file = sealed_for(Unlock::Passphrase(b"right"));
    assert_eq!(refusal(&file, Unlock::Passphrase(b"wrong")), OpenError::CannotOpen);
    assert_eq!(refusal(&file, Unlock::Passphrase(b"")), OpenError::CannotOpen);
    assert_eq!(refusal(&file, Unlock::DeviceKey(&device_key())), OpenError::NoSuchSlot);
}

#[test]
fn no_single_bit_can_be_changed() {
    let key = device_key();
    let file = sealed_for(Unlock::DeviceKey(&key));
    for bit in 0..file.len() * 8 {
        let mut altered = file.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(Keys::open(&altered, Unlock::DeviceKey(&key)).is_err(), "bit {bit}");
    }
}

#[test]
fn no_single_bit_of_a_passphrase_slot_can_be_changed() {
    let file = sealed_for(Unlock::Passphrase(b"right"));
    let key = device_key();
    // Kind, number, length, salt and cost; the rest is covered by the test above.
    for bit in FIXED_LENGTH * 8..(COST_AT + 12) * 8 {
        let mut altered = file.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        // Most costs one bit away are refused here. Those within bounds take up to 520 MiB to
        // try; the next test tries cheaper ones.
        if outline_of(&altered).is_ok() && (COST_AT..COST_AT + 12).contains(&(bit / 8)) {
            continue;
        }
        assert!(Keys::open(&altered, Unlock::Passphrase(b"right")).is_err(), "bit {bit}");
        assert!(Keys::open(&altered, Unlock::DeviceKey(&key)).is_err(), "bit {bit}");
    }
}

#[test]
fn a_cost_raised_or_lowered_in_the_file_does_not_open() {
    let cost = KdfCost::new(9 << 10, 2, 2).unwrap();
    let mut keys = Keys::new(&mut rng(1));
    keys.add_slot(Unlock::Passphrase(b"right"), cost, &mut rng(2)).unwrap();
    let file = keys.seal(CONTENT, &mut rng(3)).unwrap();
    let with_cost = |cost: [u32; 3]| {
        let mut altered = file.clone();
        let bytes: Vec<u8> = cost.into_iter().flat_map(u32::to_be_bytes).collect();
        altered[COST_AT..COST_AT + 12].copy_from_slice(&bytes);
        altered
    };

    assert!(Keys::open(&with_cost([9 << 10, 2, 2]), Unlock::Passphrase(b"right")).is_ok());
    for cost in
        [[8 << 10, 2, 2], [10 << 10, 2, 2], [9 << 10, 1, 2], [9 << 10, 3, 2], [9 << 10, 2, 1]]
    {
        let refused = refusal(&with_cost(cost), Unlock::Passphrase(b"right"));
        assert_eq!(refused, OpenError::CannotOpen, "{cost:?}");
    }
    for cost in
        [[8191, 1, 1], [u32::MAX, 1, 1], [1 << 13, 0, 1], [1 << 13, 17, 1], [1 << 13, 1, 17]]
    {
        let refused = outline_of(&with_cost(cost)).unwrap_err();
        assert_eq!(refused, FormatError::CostOutOfRange(CostOutOfRange), "{cost:?}");
    }
}

#[test]
fn every_truncation_is_found_without_a_key() {
    let file = sealed_for(Unlock::DeviceKey(&device_key()));
    for length in 0..file.len() {
        assert_eq!(outline_of(&file[..length]).unwrap_err(), FormatError::Truncated, "{length}");
    }
    let longer = [file.as_slice(), b"\0"].concat();
    assert_eq!(outline_of(&longer).unwrap_err(), FormatError::Malformed);
}

#[test]
fn another_file_is_not_a_vault() {
    for other in [&b"{}"[..], b"CSVAULT2", b"PK\x03\x04"] {
        assert_eq!(outline_of(other).unwrap_err(), FormatError::NotAVault);
    }
    assert_eq!(outline_of(&vec![0; MAX_FILE + 1]).unwrap_err(), FormatError::TooLarge);
}

#[test]
fn a_newer_version_is_refused_before_anything_else_is_read() {
    let mut file = sealed_for(Unlock::DeviceKey(&device_key()));
    file[VERSION_AT + 1] = 2;
    let newer = FormatError::NewerVersion { found: 2 };
    assert_eq!(outline_of(&file).unwrap_err(), newer);
    assert_eq!(outline_of(&file[..10]).unwrap_err(), newer);
}

#[test]
fn counts_and_lengths_are_bounded() {
    let file = sealed_for(Unlock::DeviceKey(&device_key()));
    let with = |at: usize, bytes: &[u8]| {
        let mut altered = file.clone();
        altered[at..at + bytes.len()].copy_from_slice(bytes);
        outline_of(&altered).unwrap_err()
    };
    for count in [0_u16, 33, u16::MAX] {
        assert_eq!(with(SLOT_COUNT_AT, &count.to_be_bytes()), FormatError::Malformed);
    }
    for length in [0_u32, 1, 4095, u32::MAX, 0xffff_f000] {
        assert_eq!(with(BODY_LENGTH_AT, &length.to_be_bytes()), FormatError::Malformed);
    }
    assert_eq!(with(BODY_LENGTH_AT, &8192_u32.to_be_bytes()), FormatError::Truncated);
    for length in [0_u16, 87, 1025, u16::MAX] {
        assert_eq!(with(FIXED_LENGTH + 5, &length.to_be_bytes()), FormatError::Malformed);
    }
}

#[test]
fn what_a_later_revision_wrote_is_kept() {
    let key = device_key();
    let mut keys = keys_with(Unlock::DeviceKey(&key));
    // A kind that nobody knows yet, and a device slot with two bytes more than we know.
    let mut longer = Vec::new();
    keys.slots[0].write(&mut longer);
    longer[6] += 2;
    longer.extend([0xee, 0xff]);
    let unknown = b"\xc8\0\0\0\x09\0\x03abc".to_vec();
    keys.slots = vec![
        Slot::read(&mut unknown.as_slice()).unwrap(),
        Slot::read(&mut longer.as_slice()).unwrap(),
    ];
    let file = keys.seal(CONTENT, &mut rng(9)).unwrap();

    let (mut keys, _) = Keys::open(&file, Unlock::DeviceKey(&key)).unwrap();
    let kinds: Vec<_> = keys.slots().iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds, [SlotKind::Unknown(0xc8), SlotKind::DeviceKey]);
    let again = keys.seal(CONTENT, &mut rng(10)).unwrap();
    let slots = FIXED_LENGTH..FIXED_LENGTH + unknown.len() + longer.len();
    assert_eq!(again[slots], [unknown, longer].concat());
}

#[test]
fn each_save_is_a_new_generation_under_a_new_nonce() {
    let key = device_key();
    let mut keys = keys_with(Unlock::DeviceKey(&key));
    let mut rng = rng(11);
    let first = keys.seal(CONTENT, &mut rng).unwrap();
    let second = keys.seal(CONTENT, &mut rng).unwrap();
    assert_eq!(Keys::open(&first, Unlock::DeviceKey(&key)).unwrap().0.generation(), 1);
    assert_eq!(Keys::open(&second, Unlock::DeviceKey(&key)).unwrap().0.generation(), 2);
    assert_ne!(first[56..80], second[56..80]);
}

#[test]
fn the_last_slot_that_opens_stays() {
    let mut keys = Keys::new(&mut rng(1));
    assert_eq!(keys.seal(CONTENT, &mut rng(1)).unwrap_err(), SealError::NoSlot);
    let key = device_key();
    let first = keys.add_slot(Unlock::DeviceKey(&key), KdfCost::MINIMUM, &mut rng(2)).unwrap();
    assert_eq!(keys.remove_slot(SlotId(99)), Err(SlotError::NoSuchSlot));
    assert_eq!(keys.remove_slot(first), Err(SlotError::LastSlot));
    let second = keys.add_slot(Unlock::Passphrase(b"x"), KdfCost::MINIMUM, &mut rng(3)).unwrap();
    assert_ne!(first, second);
    assert_eq!(keys.remove_slot(first), Ok(()));
    let file = keys.seal(CONTENT, &mut rng(4)).unwrap();
    assert_eq!(refusal(&file, Unlock::DeviceKey(&key)), OpenError::NoSuchSlot);
}

#[test]
fn slots_are_bounded_and_never_empty() {
    let key = device_key();
    let mut keys = Keys::new(&mut rng(1));
    let mut add = |unlock| keys.add_slot(unlock, KdfCost::MINIMUM, &mut rng(2));
    assert_eq!(add(Unlock::Passphrase(b"")), Err(SlotError::EmptyPassphrase));
    for number in 1..=32 {
        assert_eq!(add(Unlock::DeviceKey(&key)), Ok(SlotId(number)));
    }
    assert_eq!(add(Unlock::DeviceKey(&key)), Err(SlotError::TooManySlots));
}

#[test]
fn content_that_is_too_large_is_refused() {
    let mut keys = keys_with(Unlock::DeviceKey(&device_key()));
    let refused = keys.seal(&vec![0; MAX_FILE - 100], &mut rng(1)).unwrap_err();
    assert_eq!(refused, SealError::TooLarge);
    assert_eq!(keys.generation(), 0);
}

#[test]
fn damage_behind_a_slot_that_opens_is_told_as_damage() {
    let key = device_key();
    let mut file = sealed_for(Unlock::DeviceKey(&key));
    let last = file.len() - 1;
    file[last] ^= 1;
    assert_eq!(refusal(&file, Unlock::DeviceKey(&key)), OpenError::Damaged);
}

/// The file whose first bytes `docs/vault.md` explains.
#[test]
fn a_vault_of_version_1_opens_for_ever() {
    let file =
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/vault_v1.bin"));
    let vector =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/vault_v1.json"));
    let vector: serde_json::Value = serde_json::from_str(vector).unwrap();
    let text = |name: &str| vector[name].as_str().unwrap();
    assert_eq!(text("device_key_hex"), "11".repeat(32));
    let recovery_key = RecoveryKey::parse(text("recovery_key")).unwrap();
    for unlock in [
        Unlock::DeviceKey(&device_key()),
        Unlock::Passphrase(text("passphrase").as_bytes()),
        Unlock::RecoveryKey(&recovery_key),
    ] {
        let (keys, content) = Keys::open(file, unlock).unwrap();
        assert_eq!(content.as_slice(), text("content").as_bytes());
        assert_eq!(Some(keys.generation()), vector["generation"].as_u64());
    }
}

#[test]
fn the_example_in_the_docs_is_that_of_the_file() {
    let file =
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/vault_v1.bin"));
    let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/vault.md"));
    let example = page.split("```").nth(1).unwrap().strip_prefix("text\n").unwrap();
    let rows = example.lines().map(|row| row.split_once("  ").unwrap());
    let rows: Vec<_> =
        rows.map(|(at, row)| (usize::from_str_radix(at, 16).unwrap(), row)).collect();
    let ends = rows.iter().skip(1).map(|(at, _)| *at);
    for ((at, row), end) in rows.iter().zip(ends.chain([0xb6])) {
        let (bytes, _) = row.split_once("   ").unwrap();
        let hex = |text: &str| -> Vec<u8> {
            text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
        };
        let (first, last) = bytes.split_once('…').unwrap_or((bytes, ""));
        assert!(file[*at..end].starts_with(&hex(first)), "{row}");
        assert!(file[*at..end].ends_with(&hex(last)), "{row}");
        assert!(bytes.contains('…') || hex(first).len() == end - at, "{row}");
    }
}

#[test]
fn the_identity_of_a_vault_outlives_its_generations_and_slots() {
    let mut rng = rng(9);
    let mut keys = Keys::new(&mut rng);
    let key = DeviceKey::generate(&mut rng);
    keys.add_slot(Unlock::DeviceKey(&key), KdfCost::MINIMUM, &mut rng).unwrap();
    let first = outline_of(&keys.seal(b"one", &mut rng).unwrap()).unwrap();
    keys.add_slot(Unlock::Passphrase(b"two"), KdfCost::MINIMUM, &mut rng).unwrap();
    let second = outline_of(&keys.seal(b"two", &mut rng).unwrap()).unwrap();
    assert_eq!(first.identity, second.identity);
    assert_eq!((first.generation, second.generation), (1, 2));
    assert_eq!((first.slots.len(), second.slots.len()), (1, 2));

    let mut other = Keys::new(&mut rng);
    other.add_slot(Unlock::DeviceKey(&key), KdfCost::MINIMUM, &mut rng).unwrap();
    assert_ne!(outline_of(&other.seal(b"", &mut rng).unwrap()).unwrap().identity, first.identity);
}
