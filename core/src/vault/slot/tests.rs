use argon2::{AssociatedData, ParamsBuilder};
use proptest::prelude::*;

use super::*;

/// RFC 9106 §5.3. Our own use has neither secret nor associated data, so the vector tests the
/// crate, and the reader in `docs/` our use of it.
#[test]
fn argon2id_gives_the_tag_of_the_rfc() {
    let mut params = ParamsBuilder::new();
    params.m_cost(32).t_cost(3).p_cost(4).output_len(32);
    params.data(AssociatedData::new(&[4; 12]).unwrap());
    let params = params.build().unwrap();
    let secret = [3; 8];
    let argon2 =
        Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    let expected = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53,
        0xc9, 0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01,
        0xe6, 0x59,
    ];
    assert_eq!(tag, expected);
}

proptest! {
    #[test]
    fn a_cost_is_accepted_only_within_its_bounds(memory: u32, passes in 0..40u32, lanes in 0..40u32) {
        let fits = (8192..=1_048_576).contains(&memory)
            && (1..=16).contains(&passes)
            && (1..=16).contains(&lanes);
        prop_assert_eq!(KdfCost::new(memory, passes, lanes).is_ok(), fits);
    }
}

#[test]
fn the_bounds_themselves_are_within() {
    assert_eq!(KdfCost::new(8 << 10, 1, 1), Ok(KdfCost::MINIMUM));
    assert!(KdfCost::new(1 << 20, 16, 16).is_ok());
    assert_eq!(KdfCost::new((8 << 10) - 1, 1, 1), Err(CostOutOfRange));
    assert_eq!(KdfCost::new((1 << 20) + 1, 1, 1), Err(CostOutOfRange));
}
