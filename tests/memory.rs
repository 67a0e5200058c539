//! What of a secret stays in memory when it is no longer used: nothing on the heap.
//!
//! A secret goes through everything that the library does with one. While it is held, a search of
//! the whole process finds it; once dropped, it finds nothing. The search leaves out the stack of
//! its own thread, where values that were moved leave traces until something else is put there.
//! Linux tells a process about its own memory, so this runs there.

#![cfg(target_os = "linux")]

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// What every program of ours has, and the native library.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

#[cfg(test)]
mod memory {
    use std::fs::{File, read_to_string};
    use std::io::{Read, Seek, SeekFrom};
    use std::ops::Range;

    use countersign::enroll::{Enrollment, Event, ManualForm};
    use countersign::payload::{self, migration, otpauth};
    use countersign::vault::{DeviceKey, KdfCost, Unlock, Vault};
    use countersign::{CodeNow, Secret, qr};
    use countersign_cli::photo;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use zeroize::Zeroize;

    #[test]
    fn no_secret_stays_on_the_heap() {
        let search = Search::new();
        assert_eq!(search.hits(), 0, "the search does not find itself");

        let held = Needle::secret();
        assert!(search.hits() > 0, "a secret that is held is found, or the search is blind");
        drop(held);
        assert_eq!(search.hits(), 0, "a secret");

        let text = Needle::payload();
        assert!(search.hits() > 0, "a text that is held is found too");
        drop(text);
        assert_eq!(search.hits(), 0, "a payload's text");

        let _ = payload::parse(&Needle::payload()).unwrap();
        assert_eq!(search.hits(), 0, "a payload that was parsed");

        let _ = payload::parse(&Needle::payload().replace("period", "period=0&x")).unwrap_err();
        assert_eq!(search.hits(), 0, "a payload that was refused");

        write_and_read_again();
        assert_eq!(search.hits(), 0, "payloads that were written");

        scan_a_picture();
        assert_eq!(search.hits(), 0, "a picture that was scanned");

        seal_and_open();
        assert_eq!(search.hits(), 0, "a vault that was sealed and opened");

        enroll_by_hand();
        assert_eq!(search.hits(), 0, "a key that was typed in");
    }

    fn write_and_read_again() {
        let account = payload::parse(&Needle::payload()).unwrap().accounts.remove(0);
        assert!(matches!(account.code_at(59), CodeNow::Timed(_)));
        let again = payload::parse(&otpauth::format(&account)).unwrap().accounts.remove(0);
        let export = migration::export([&again], 1);
        assert_eq!(payload::parse(&export.texts[0]).unwrap().accounts.len(), 1);
        assert!(!again.secret().reveal_base32().is_empty());
    }

    fn scan_a_picture() {
        let picture = photo::qr_picture(&Needle::payload(), 3, 4).unwrap();
        let payloads = qr::scan_picture(&photo::png(&picture).unwrap()).unwrap();
        assert_eq!(payloads[0].text(), Needle::payload());
    }

    fn seal_and_open() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let cheap = KdfCost::new(8 * 1024, 1, 1).unwrap();
        let key = DeviceKey::generate(&mut rng);
        let mut vault = Vault::create(Unlock::DeviceKey(&key), cheap, &mut rng).unwrap();
        let account = payload::parse(&Needle::payload()).unwrap().accounts.remove(0);
        vault.add(account).unwrap();
        vault.keys_mut().add_slot(Unlock::Passphrase(b"open sesame"), cheap, &mut rng).unwrap();
        let sealed = vault.seal(&mut rng).unwrap();
        drop(vault);
        let again = Vault::open(&sealed, Unlock::Passphrase(b"open sesame")).unwrap();
        assert_eq!(again.codes_at(59).len(), 1);
    }

    fn enroll_by_hand() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let key = DeviceKey::generate(&mut rng);
        let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng).unwrap();
        let mut flow = Enrollment::start(None, &vault);
        flow.on(Event::EnterManually, &mut vault);
        let typed = Needle::base32();
        let form = ManualForm { name: "a", key: &typed, ..ManualForm::default() };
        flow.on(Event::Submit(form), &mut vault);
        flow.on(Event::SaveFailed, &mut vault);
        flow.on(Event::Submit(form), &mut vault);
        flow.on(Event::Saved, &mut vault);
        flow.on(Event::Cancel, &mut vault);
        flow.on(Event::Saved, &mut vault);
        assert_eq!(vault.entries().len(), 0);
    }

    /// The secret that is looked for. It is nowhere in this program but made when it is needed.
    struct Needle;

    impl Needle {
        fn bytes() -> Vec<u8> {
            (1..=20_u8).map(|n| n.wrapping_mul(151) ^ 0x5A).collect()
        }

        fn secret() -> Secret {
            Secret::from_bytes(Self::bytes()).unwrap()
        }

        fn base32() -> String {
            Self::secret().reveal_base32().to_string()
        }

        fn payload() -> String {
            format!("otpauth://totp/Example:%22alice%22?secret={}&period=30", Self::base32())
        }
    }

    /// Looks for the secret's bytes and for its base32, of which it holds only a disguise.
    struct Search {
        disguised: [Vec<u8>; 2],
    }

    impl Search {
        fn new() -> Self {
            let disguise = |mut bytes: Vec<u8>| {
                bytes.truncate(16); // long enough not to be there by chance
                bytes.iter_mut().for_each(|byte| *byte ^= MASK);
                bytes
            };
            Self { disguised: [disguise(Needle::bytes()), disguise(Needle::base32().into_bytes())] }
        }

        /// How often one of them is in the memory of this process, but for this thread's stack.
        fn hits(&self) -> usize {
            let mut memory = File::open("/proc/self/mem").unwrap();
            let mut buffer = vec![0; 1 << 20];
            let on_stack = 0_u8;
            let stack = std::ptr::from_ref(&on_stack).addr();
            let own = buffer.as_ptr().addr()..buffer.as_ptr().addr() + buffer.len();
            let mut hits = 0;
            for region in writable_regions() {
                if region.contains(&stack) {
                    continue;
                }
                hits += self.hits_in(region, &mut memory, &mut buffer, &own);
            }
            buffer.zeroize();
            hits
        }

        fn hits_in(
            &self,
            region: Range<usize>,
            memory: &mut File,
            buffer: &mut [u8],
            own: &Range<usize>,
        ) -> usize {
            let mut hits = 0;
            let mut at = region.start;
            while at < region.end {
                // The buffer holds a copy of what was read before: it is stepped over.
                if own.contains(&at) {
                    at = own.end;
                    continue;
                }
                let end = if at < own.start { region.end.min(own.start) } else { region.end };
                let wanted = buffer.len().min(end - at);
                memory.seek(SeekFrom::Start(at as u64)).unwrap();
                let Ok(read) = memory.read(&mut buffer[..wanted]) else { break };
                if read == 0 {
                    break;
                }
                for needle in &self.disguised {
                    let found = |window: &[u8]| {
                        window.iter().zip(needle).all(|(byte, masked)| byte ^ MASK == *masked)
                    };
                    hits += buffer[..read].windows(needle.len()).filter(|w| found(w)).count();
                }
                buffer[..read].zeroize();
                // Pieces overlap, so that none is missed between two of them.
                at += if read == wanted && at + read < end { read - 15 } else { read };
            }
            hits
        }
    }

    fn writable_regions() -> Vec<Range<usize>> {
        let maps = read_to_string("/proc/self/maps").unwrap();
        let region = |line: &str| {
            let (range, rest) = line.split_once(' ')?;
            let (start, end) = range.split_once('-')?;
            let address = |hex| usize::from_str_radix(hex, 16).ok();
            let special = rest.contains("[v"); // the kernel's own: vvar, vdso, vsyscall
            (rest.starts_with("rw") && !special).then_some(address(start)?..address(end)?)
        };
        maps.lines().filter_map(region).collect()
    }

    const MASK: u8 = 0xC3;
}
