//! A passphrase: out of a file, or typed unseen.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::console::Console;
use crate::failure::{Exit, Failure};

/// The first line of a file, without its end.
pub(super) fn from_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error| Failure::io("read the passphrase file", &error);
    let file = File::open(path).map_err(failed)?;
    // Both with room for all of it: what grows leaves copies behind.
    let mut line = Zeroizing::new(Vec::with_capacity(MOST_BYTES + 1));
    let reader = BufReader::with_capacity(MOST_BYTES + 1, file);
    reader.take(MOST_BYTES as u64 + 1).read_until(b'\n', &mut line).map_err(failed)?;
    if line.len() > MOST_BYTES {
        return Err(refused("the first line of the passphrase file is too long"));
    }
    for end in [b'\n', b'\r'] {
        if line.last() == Some(&end) {
            line.pop();
        }
    }
    if line.is_empty() {
        return Err(refused("the first line of the passphrase file is empty"));
    }
    Ok(line)
}

/// What somebody types unseen, as bytes.
pub(super) fn typed(console: &mut Console, question: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let text = console.unseen(question)?;
    Ok(Zeroizing::new(text.as_bytes().to_vec()))
}

/// A passphrase for a new slot: from a file, or typed twice.
///
/// # Errors
/// There is neither file nor terminal, or both times something else was typed.
pub fn new_passphrase(
    file: Option<&Path>,
    without: &str,
    console: &mut Console,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if let Some(file) = file {
        return from_file(file);
    }
    if !console.types_unseen() {
        return Err(Failure::new(Exit::Refused, without));
    }
    for _ in 0..3 {
        let first = typed(console, "New passphrase:")?;
        if first.is_empty() {
            console.note("a passphrase has at least one character");
            continue;
        }
        if first.len() < SHORT {
            console.note("this is short; four random words would take far longer to guess");
        }
        if first == typed(console, "Once more:")? {
            return Ok(first);
        }
        console.note("the two differ");
    }
    Err(Failure::new(Exit::Refused, "no passphrase was set"))
}

fn refused(message: &str) -> Failure {
    Failure::new(Exit::NotOpened, message)
}

const MOST_BYTES: usize = 4096;

/// Fewer bytes than this are guessed in hours even at the cost of a vault's slot.
const SHORT: usize = 10;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_first_line_of_a_file_is_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        for (text, passphrase) in
            [("a b \n", "a b "), ("a\r\nb\n", "a"), ("é", "é"), ("a\r\r\n", "a\r")]
        {
            fs::write(&path, text).unwrap();
            assert_eq!(*from_file(&path).unwrap(), passphrase.as_bytes(), "{text:?}");
        }
        for text in ["", "\n", "\r\n", &"x".repeat(MOST_BYTES + 1)] {
            fs::write(&path, text).unwrap();
            assert_eq!(from_file(&path).unwrap_err().exit(), Exit::NotOpened);
        }
        assert_eq!(from_file(folder.path()).unwrap_err().exit(), Exit::Failed);
    }
}
