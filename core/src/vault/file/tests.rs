use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

use super::super::key::DeviceKey;
use super::super::slot::KdfCost;
use super::*;

/// A folder with a vault in it, and the keys to seal its next generation.
struct Place {
    folder: TempDir,
    device_key: DeviceKey,
    keys: Keys,
    rng: ChaCha20Rng,
}

impl Place {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let device_key = DeviceKey::generate(&mut rng);
        let mut keys = Keys::new(&mut rng);
        keys.add_slot(Unlock::DeviceKey(&device_key), KdfCost::MINIMUM, &mut rng).unwrap();
        Self { folder: TempDir::new().unwrap(), device_key, keys, rng }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn saved(contents: &[&str]) -> Self {
        let mut place = Self::new();
        let mut file = VaultFile::lock(&place.path()).unwrap();
        for content in contents {
            file.save(&place.seal(content)).unwrap();
        }
        place
    }

    fn seal(&mut self, content: &str) -> Vec<u8> {
        self.keys.seal(content.as_bytes(), &mut self.rng).unwrap()
    }

    fn open(&self) -> Result<Option<Opened>, OpenFileError> {
        open_newest(&self.path(), Unlock::DeviceKey(&self.device_key))
    }

    fn read(&self, suffix: &str) -> Vec<u8> {
        fs::read(sibling(&self.path(), suffix)).unwrap()
    }

    fn overwrite(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.read("");
        change(&mut bytes);
        fs::write(self.path(), bytes).unwrap();
    }

    fn opened(&self) -> (String, Option<Recovered>) {
        let opened = self.open().unwrap().unwrap();
        (String::from_utf8(opened.content.to_vec()).unwrap(), opened.recovered)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn a_missing_vault_is_no_error() {
    let place = Place::new();
    assert!(place.open().unwrap().is_none());
    assert!(read(&place.folder.path().join("no/such/folder/vault")).unwrap().is_none());
    assert!(place.names().is_empty());
}

#[test]
fn a_save_keeps_the_previous_generation_and_nothing_else() {
    let mut place = Place::saved(&["one", "two"]);
    let two = place.read("");
    let mut file = VaultFile::lock(&place.path()).unwrap();
    file.open_newest(Unlock::DeviceKey(&place.device_key)).unwrap();
    let three = place.seal("three");
    file.save(&three).unwrap();
    assert_eq!((place.read(""), place.read(PREVIOUS)), (three, two));
    assert_eq!(place.names(), ["vault", "vault.bak", "vault.lock"]);
    assert_eq!(place.opened(), ("three".to_owned(), None));
}

#[test]
fn a_second_writer_is_kept_out_until_the_first_is_done() {
    let place = Place::new();
    let first = VaultFile::lock(&place.path()).unwrap();
    assert!(matches!(VaultFile::lock(&place.path()), Err(FileError::Busy)));
    drop(first);
    assert!(VaultFile::lock(&place.path()).is_ok());
}

#[test]
fn a_vault_that_was_not_opened_is_not_overwritten() {
    let mut place = Place::saved(&["one"]);
    let mut file = VaultFile::lock(&place.path()).unwrap();
    let two = place.seal("two");
    assert!(matches!(file.save(&two), Err(FileError::Unread)));
    fs::rename(place.path(), sibling(&place.path(), PREVIOUS)).unwrap();
    drop(file);
    let mut file = VaultFile::lock(&place.path()).unwrap();
    assert!(matches!(file.save(&two), Err(FileError::Unread)));
}

#[test]
fn keys_from_before_another_save_do_not_undo_it() {
    let mut place = Place::saved(&["one"]);
    let unlock = Unlock::DeviceKey(&place.device_key);
    let mut stale = place.open().unwrap().unwrap().keys;
    let mut file = VaultFile::lock(&place.path()).unwrap();
    file.open_newest(unlock).unwrap();
    let two = place.keys.seal(b"two", &mut place.rng).unwrap();
    file.save(&two).unwrap();
    drop(file);

    let mut file = VaultFile::lock(&place.path()).unwrap();
    file.open_newest(unlock).unwrap();
    let undo = stale.seal(b"undo", &mut place.rng).unwrap();
    assert!(matches!(file.save(&undo), Err(FileError::NotNext)));
    assert!(matches!(file.save(b"{}"), Err(FileError::NotNext)));
    assert_eq!(place.opened(), ("two".to_owned(), None));
}

#[test]
fn an_open_vault_does_not_print_its_content() {
    let place = Place::saved(&["one"]);
    let printed = format!("{:?}", place.open().unwrap().unwrap());
    assert_eq!(printed, "Opened { keys: Keys { generation: 1, .. }, recovered: None }");
}

#[test]
fn a_torn_vault_falls_back_to_the_previous_generation() {
    for length in [0, 5, 79, 500, 4000] {
        let place = Place::saved(&["one", "two"]);
        place.overwrite(|bytes| bytes.truncate(length));
        let torn = OpenError::Format(FormatError::Truncated);
        assert_eq!(place.opened(), ("one".to_owned(), Some(Recovered::Broken(torn))));
    }
}

#[test]
fn a_vault_altered_anywhere_falls_back_to_the_previous_generation() {
    let place = Place::saved(&["one", "two"]);
    let sound = place.read("");
    // The two bytes of the version make another version of it.
    for at in (0..sound.len()).filter(|at| !(8..10).contains(at)).step_by(7) {
        place.overwrite(|bytes| {
            bytes.clone_from(&sound);
            bytes[at] ^= 0x10;
        });
        let (content, recovered) = place.opened();
        assert_eq!(content, "one", "byte {at}");
        assert!(matches!(recovered, Some(Recovered::Broken(_))), "byte {at}");
    }
}

#[test]
fn a_save_after_recovery_keeps_the_good_and_the_bad_generation() {
    let mut place = Place::saved(&["one", "two"]);
    let one = place.read(PREVIOUS);
    place.overwrite(|bytes| bytes.truncate(99));
    let torn = place.read("");
    let mut file = VaultFile::lock(&place.path()).unwrap();
    file.open_newest(Unlock::DeviceKey(&place.device_key)).unwrap();
    file.save(&place.seal("three")).unwrap();
    assert_eq!((place.read(PREVIOUS), place.read(DAMAGED)), (one, torn));
    assert_eq!(place.opened(), ("three".to_owned(), None));
}

#[test]
fn an_outline_falls_back_to_the_previous_generation_but_never_from_a_newer_version() {
    let place = Place::saved(&["one", "two"]);
    let generation = || outline(&place.path()).map(|outline| outline.unwrap().generation);
    assert_eq!(generation().unwrap(), 2);
    place.overwrite(|bytes| bytes.truncate(50));
    assert_eq!(generation().unwrap(), 1);
    fs::remove_file(place.path()).unwrap();
    assert_eq!(generation().unwrap(), 1);

    let mut newer = place.read(PREVIOUS);
    newer[9] = 2;
    fs::write(place.path(), &newer).unwrap();
    let error = generation().unwrap_err();
    let newer = OpenError::Format(FormatError::NewerVersion { found: 2 });
    assert!(matches!(error, OpenFileError::Open(error) if error == newer));
    assert!(outline(&place.folder.path().join("other")).unwrap().is_none());
}

#[test]
fn a_vault_that_is_gone_falls_back_to_the_previous_generation() {
    let place = Place::saved(&["one", "two"]);
    fs::remove_file(place.path()).unwrap();
    assert_eq!(place.opened(), ("one".to_owned(), Some(Recovered::Missing)));
    assert_eq!(read(&place.path()).unwrap(), Some(place.read(PREVIOUS)));
}

#[test]
fn a_newer_version_does_not_fall_back() {
    let place = Place::saved(&["one", "two"]);
    place.overwrite(|bytes| bytes[9] = 2);
    let newer = OpenError::Format(FormatError::NewerVersion { found: 2 });
    assert!(matches!(place.open(), Err(OpenFileError::Open(error)) if error == newer));
}

#[test]
fn a_removed_slot_does_not_open_the_past() {
    let mut place = Place::new();
    let old = place.keys.slots()[0].id;
    let mut file = VaultFile::lock(&place.path()).unwrap();
    file.save(&place.seal("one")).unwrap();
    let other = DeviceKey::generate(&mut place.rng);
    place.keys.add_slot(Unlock::DeviceKey(&other), KdfCost::MINIMUM, &mut place.rng).unwrap();
    place.keys.remove_slot(old).unwrap();
    file.save(&place.seal("two")).unwrap();
    assert!(matches!(place.open(), Err(OpenFileError::Open(OpenError::CannotOpen))));
}

#[test]
fn another_vault_in_its_place_is_not_taken_for_damage() {
    let place = Place::saved(&["one", "two"]);
    let mut other = Place::new();
    let _ = DeviceKey::generate(&mut other.rng);
    let other_key = DeviceKey::generate(&mut other.rng);
    let mut keys = Keys::new(&mut other.rng);
    keys.add_slot(Unlock::DeviceKey(&other_key), KdfCost::MINIMUM, &mut other.rng).unwrap();
    let stranger = keys.seal(b"other", &mut other.rng).unwrap();
    place.overwrite(|bytes| *bytes = stranger);
    assert!(matches!(place.open(), Err(OpenFileError::Open(OpenError::CannotOpen))));
}

#[test]
fn what_a_killed_save_left_is_cleaned() {
    let mut place = Place::saved(&["one", "two"]);
    for suffix in [TEMPORARY, LINK_TEMPORARY] {
        fs::write(sibling(&place.path(), suffix), "left over").unwrap();
    }
    // Killed between its two renames, a save leaves one file under both names.
    fs::remove_file(sibling(&place.path(), PREVIOUS)).unwrap();
    fs::hard_link(place.path(), sibling(&place.path(), PREVIOUS)).unwrap();
    let mut file = VaultFile::lock(&place.path()).unwrap();
    file.open_newest(Unlock::DeviceKey(&place.device_key)).unwrap();
    file.save(&place.seal("three")).unwrap();
    assert_eq!(place.names(), ["vault", "vault.bak", "vault.lock"]);
}

#[test]
fn a_folder_or_a_bare_root_is_not_a_vault() {
    let place = Place::new();
    for path in [place.folder.path(), Path::new("/"), Path::new("..")] {
        assert!(matches!(VaultFile::lock(path), Err(FileError::NotAFile)), "{path:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_the_vault_and_to_its_lock() {
    let mut place = Place::saved(&["one"]);
    let link = place.folder.path().join("link");
    std::os::unix::fs::symlink(place.path(), &link).unwrap();
    let mut file = VaultFile::lock(&link).unwrap();
    assert!(matches!(VaultFile::lock(&place.path()), Err(FileError::Busy)));
    file.open_newest(Unlock::DeviceKey(&place.device_key)).unwrap();
    file.save(&place.seal("two")).unwrap();
    assert!(link.is_symlink());

    fs::remove_file(place.path()).unwrap();
    assert!(matches!(VaultFile::lock(&link), Err(FileError::BrokenLink)));
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_what_is_saved() {
    use std::os::unix::fs::PermissionsExt;

    let mut place = Place::new();
    let path = place.folder.path().join("new/folder/vault");
    VaultFile::lock(&path).unwrap().save(&place.seal("one")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&sibling(&path, LOCK)), 0o600);
    assert_eq!(mode(folder_of(&path)), 0o700);
    assert_eq!(mode(folder_of(folder_of(&path))), 0o700);
}

#[test]
fn a_vault_that_is_put_aside_keeps_all_generations_and_makes_room_for_a_new_one() {
    let mut place = Place::saved(&["one", "two"]);
    fs::write(sibling(&place.path(), DAMAGED), b"torn").unwrap();
    let first = VaultFile::lock(&place.path()).unwrap().set_aside().unwrap().unwrap();
    assert_eq!(first, place.folder.path().canonicalize().unwrap().join("vault.1.aside"));
    assert!(place.open().unwrap().is_none(), "there is none at the old place");
    assert_eq!(outline(&place.path()).unwrap().map(|outline| outline.generation), None);

    let mut file = VaultFile::lock(&place.path()).unwrap();
    assert!(file.set_aside().unwrap().is_none(), "nothing to put aside");
    file.save(&place.seal("three")).unwrap();
    let second = file.set_aside().unwrap().unwrap();
    assert!(second.ends_with("vault.2.aside"), "over nothing that was put aside before");
    file.save(&place.seal("four")).unwrap();
    assert_eq!(place.opened(), ("four".to_owned(), None));

    let unlock = Unlock::DeviceKey(&place.device_key);
    let content = |path: &Path| open_newest(path, unlock).unwrap().unwrap().content.to_vec();
    assert_eq!((content(&first), content(&second)), (b"two".to_vec(), b"three".to_vec()));
    fs::remove_file(&first).unwrap();
    assert_eq!(content(&first), b"one", "its previous generation is beside it");
    assert_eq!(fs::read(sibling(&first, DAMAGED)).unwrap(), b"torn");
}

#[test]
fn where_only_the_previous_generation_is_left_it_is_put_aside_too() {
    let place = Place::saved(&["one", "two"]);
    fs::remove_file(place.path()).unwrap();
    let aside = VaultFile::lock(&place.path()).unwrap().set_aside().unwrap().unwrap();
    assert!(place.open().unwrap().is_none());
    let opened = open_newest(&aside, Unlock::DeviceKey(&place.device_key)).unwrap().unwrap();
    assert_eq!((&opened.content[..], opened.recovered), (&b"one"[..], Some(Recovered::Missing)));
}
