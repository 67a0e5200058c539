//! How long the core takes for what a phone does all day. `cargo xtask bench` runs it.

#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has to stop")]

use std::alloc::System;
use std::hint::black_box;

use countersign::qr::{self, Frame};
use countersign::vault::{DeviceKey, KdfCost, Unlock, Vault};
use countersign::{Account, Otp, Secret, payload};
use countersign_cli::photo::{self, Conditions};
use divan::Bencher;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use zeroizing_alloc::ZeroAlloc;

/// As the programs have it.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() {
    divan::main();
}

const URI: &str = "otpauth://totp/Conversations:Ana%27s%20Pixel%208?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Conversations&algorithm=SHA1&digits=6&period=30";

#[divan::bench]
fn parse_a_uri(bencher: Bencher<'_, '_>) {
    bencher.bench(|| payload::parse(black_box(URI)));
}

#[divan::bench]
fn one_code(bencher: Bencher<'_, '_>) {
    let account = account(1);
    bencher.bench(|| account.code_at(black_box(1_741_011_292)));
}

/// A peer. Ours makes the next code as well, so twice this is fair.
#[divan::bench]
fn one_code_by_totp_rs(bencher: Bencher<'_, '_>) {
    let totp = totp_rs::Builder::new()
        .with_secret(account(1).secret().expose().to_vec())
        .build_noncompliant();
    bencher.bench(|| totp.generate(black_box(1_741_011_292)));
}

#[divan::bench]
fn codes_of_1000_accounts(bencher: Bencher<'_, '_>) {
    let vault = vault_of_1000();
    bencher.bench(|| vault.codes_at(black_box(1_741_011_292)));
}

#[divan::bench]
fn open_a_vault_of_1000_accounts(bencher: Bencher<'_, '_>) {
    let sealed = vault_of_1000().seal(&mut rng()).expect("a vault of that size");
    let key = device_key();
    bencher.bench(|| Vault::open(black_box(&sealed), Unlock::DeviceKey(&key)));
}

/// Sealed and on the disk: written, flushed, renamed, and the folder flushed.
#[divan::bench]
fn save_a_vault_of_1000_accounts(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file =
        countersign::vault::VaultFile::lock(&folder.path().join("vault")).expect("a lock");
    let mut vault = vault_of_1000();
    let mut rng = rng();
    bencher.bench_local(|| {
        let sealed = vault.seal(&mut rng).expect("a vault of that size");
        file.save(&sealed)
    });
}

#[divan::bench]
fn seal_a_vault_of_1000_accounts(bencher: Bencher<'_, '_>) {
    let mut vault = vault_of_1000();
    let mut rng = rng();
    bencher.bench_local(|| vault.seal(&mut rng));
}

#[divan::bench]
fn frame_1280x720_with_a_code(bencher: Bencher<'_, '_>) {
    let frame = camera_frame(Some(URI));
    assert_eq!(qr::scan(frame_of(&frame))[0].text(), URI);
    bencher.bench(|| qr::scan(black_box(frame_of(&frame))));
}

#[divan::bench]
fn frame_1280x720_without_a_code(bencher: Bencher<'_, '_>) {
    let frame = camera_frame(None);
    bencher.bench(|| qr::scan(black_box(frame_of(&frame))));
}

/// A peer; it does not read the code in this frame.
#[divan::bench]
fn frame_1280x720_with_a_code_by_rqrr(bencher: Bencher<'_, '_>) {
    let frame = camera_frame(Some(URI));
    bencher.bench(|| read_by_rqrr(black_box(&frame)));
}

#[divan::bench]
fn frame_1280x720_without_a_code_by_rqrr(bencher: Bencher<'_, '_>) {
    let frame = camera_frame(None);
    bencher.bench(|| read_by_rqrr(black_box(&frame)));
}

fn read_by_rqrr(frame: &CameraFrame) -> Vec<String> {
    let luma = |x: usize, y: usize| frame.luma[y * WIDTH + x];
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(WIDTH, HEIGHT, luma);
    let grids = image.detect_grids();
    grids.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([7; 32])
}

fn device_key() -> DeviceKey {
    DeviceKey::from_bytes(&[7; 32])
}

fn account(n: u16) -> Account {
    let mut bytes = vec![0xA5; 20];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    let secret = Secret::from_bytes(bytes).expect("20 bytes");
    Account::new(Some("Conversations"), &format!("agent.{n}@example.com"), Otp::DEFAULT, secret)
        .expect("a plain name")
}

fn vault_of_1000() -> Vault {
    let unlock = device_key();
    let mut vault = Vault::create(Unlock::DeviceKey(&unlock), KdfCost::DEFAULT, &mut rng())
        .expect("a device key");
    for n in 0..1000 {
        vault.add(account(n)).expect("each is another");
    }
    vault
}

/// What a camera sees: a screen in a dim room, out of focus, with the code in the middle or not.
struct CameraFrame {
    luma: Vec<u8>,
}

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;

fn frame_of(frame: &CameraFrame) -> Frame<'_> {
    Frame::new(&frame.luma, WIDTH, HEIGHT, WIDTH).expect("a whole frame")
}

/// Shaded from corner to corner, with stripes as of a keyboard and noise all over.
fn camera_frame(text: Option<&str>) -> CameraFrame {
    let mut noise = 1_u32;
    let mut luma = Vec::with_capacity(WIDTH * HEIGHT);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let stripe = if (x / 40 + y / 40) % 2 == 0 { 30 } else { 0 };
            let light = 60 + (x + y) * 110 / (WIDTH + HEIGHT) + stripe + (noise >> 28) as usize;
            luma.push(light as u8);
        }
    }
    if let Some(text) = text {
        let picture = photo::qr_picture(text, 5, 4).expect("a text that fits");
        let photograph = photo::photograph(&picture, &Conditions::BAD, 1);
        let (left, top) = (WIDTH / 3, HEIGHT / 5);
        for (x, y, pixel) in photograph.enumerate_pixels() {
            let (x, y) = (left + x as usize, top + y as usize);
            if x < WIDTH && y < HEIGHT {
                luma[y * WIDTH + x] = pixel.0[0];
            }
        }
    }
    CameraFrame { luma }
}
