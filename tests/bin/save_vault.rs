//! Appends lines to a vault, each in a save of its own: `save_vault PATH LINE TIMES`.
//!
//! The tests kill it, fail its system calls, and run several at once.

use std::error::Error;
use std::path::Path;
use std::time::Duration;
use std::{env, thread};

use countersign::vault::{DeviceKey, FileError, Unlock, VaultFile};
use countersign_tests::{SHARED_DEVICE_KEY, system_rng};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [path, line, times] = arguments.as_slice() else {
        return Err("usage: save_vault PATH LINE TIMES".into());
    };
    for time in 0..times.parse()? {
        append(Path::new(path), &format!("{line} {time}\n"))?;
        // Lets another process have the lock, so that two of them truly take turns.
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn append(path: &Path, line: &str) -> Result<(), Box<dyn Error>> {
    let mut file = lock(path)?;
    let device_key = DeviceKey::from_bytes(&SHARED_DEVICE_KEY);
    let opened = file.open_newest(Unlock::DeviceKey(&device_key))?;
    let mut opened = opened.ok_or("there is no vault")?;
    let content = [opened.content.as_slice(), line.as_bytes()].concat();
    let sealed = opened.keys.seal(&content, &mut system_rng())?;
    Ok(file.save(&sealed)?)
}

fn lock(path: &Path) -> Result<VaultFile, FileError> {
    loop {
        match VaultFile::lock(path) {
            Err(FileError::Busy) => thread::yield_now(),
            locked => return locked,
        }
    }
}
