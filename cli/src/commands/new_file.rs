//! A file that a command writes: for its owner only, and never over another.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::console::shown;
use crate::failure::{Exit, Failure};

/// Writes a file for its owner only, which is not there yet: nothing is overwritten, and no link
/// that somebody laid is followed. A file that could not be written whole is taken away. `what` is
/// said in a failure.
pub(super) fn write(path: &Path, bytes: &[u8], what: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => in_the_way(path),
        _ => Failure::io(&format!("make the file of {what}"), &error),
    })?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| {
        let _ = fs::remove_file(path);
        Failure::io(&format!("write {what}"), &error)
    })
}

pub(super) fn in_the_way(path: &Path) -> Failure {
    Failure::new(Exit::Refused, format!("{} is there already; name another file", shown(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten_and_nobody_else_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.txt");
        write(&path, b"one", "it").unwrap();
        assert_eq!(write(&path, b"two", "it").unwrap_err().exit(), Exit::Refused);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt, symlink};
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            let link = folder.path().join("link");
            symlink(folder.path().join("elsewhere"), &link).unwrap();
            assert!(write(&link, b"three", "it").is_err());
        }
    }
}
