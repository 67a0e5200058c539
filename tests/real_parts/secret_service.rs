//! A real Secret Service, in a session and a home of its own: the desktop's key store opens the
//! vault, and its loss, its lock and its absence lose nothing.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::program;

#[test]
fn the_key_store_opens_the_vault_without_a_question() {
    let desk = Desk::new();
    let first = desk.unlocked(
        "echo GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ | countersign add --name alice --issuer Example",
    );
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.said.contains("added Example: alice"));
    assert!(first.told.contains("opens by the key store of this computer"));

    // Another session of the same user, after a restart.
    let second =
        desk.unlocked("countersign list && countersign codes --once && countersign doctor");
    assert_eq!(second.code, Some(1), "{second:?}"); // the doctor advises a second way in
    assert!(second.said.contains("#1  Example: alice"));
    assert!(second.said.contains("s left  Example: alice"));
    assert!(second.said.contains("holds the device key of this vault"));
    assert_eq!(second.told, "");
}

#[test]
fn a_lost_key_is_told_and_another_way_gets_it_back() {
    let desk = Desk::new();
    let made = desk.unlocked(
        "echo GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ | countersign add --name alice &&
         countersign recovery --yes > recovery",
    );
    assert_eq!(made.code, Some(0), "{made:?}");
    let vault = fs::read(desk.vault()).unwrap();
    desk.forget_keys();

    let lost = desk.unlocked("countersign list");
    assert_eq!(lost.code, Some(4), "{lost:?}");
    assert!(lost.told.contains("the device key of this vault is gone from the key store"));
    assert!(lost.told.contains("still opens by its recovery key"));
    let lost = desk.unlocked("echo MFRGGZDFMZTWQ2LK | countersign add --name bob");
    assert_eq!(lost.code, Some(4), "{lost:?}");
    assert_eq!(fs::read(desk.vault()).unwrap(), vault, "nothing was made over it");

    let mended =
        desk.unlocked("countersign --passphrase-file recovery device-key && countersign list");
    assert_eq!(mended.code, Some(0), "{mended:?}");
    assert!(mended.said.contains("#1  alice"));
}

#[test]
fn damage_to_what_names_the_key_is_survived() {
    let desk = Desk::new();
    let made = desk.unlocked(
        "echo GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ | countersign add --name alice &&
         countersign rename alice bob",
    );
    assert_eq!(made.code, Some(0), "{made:?}");
    let mut vault = fs::read(desk.vault()).unwrap();
    vault[30] ^= 1; // within the commitment, see `docs/vault.md`
    fs::write(desk.vault(), vault).unwrap();
    let opened = desk.unlocked("countersign list");
    assert_eq!(opened.code, Some(0), "{opened:?}");
    assert!(opened.said.contains("#1  alice"));
    assert!(opened.told.contains("the last change is lost"));
}

#[test]
fn a_locked_key_store_makes_no_new_key() {
    let desk = Desk::new();
    let made =
        desk.unlocked("echo GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ | countersign add --name alice");
    assert_eq!(made.code, Some(0), "{made:?}");
    let vault = fs::read(desk.vault()).unwrap();

    let locked = desk.locked("countersign list");
    assert_eq!(locked.code, Some(4), "{locked:?}");
    assert!(!locked.told.contains("is gone"), "{locked:?}");
    let locked = desk.locked("countersign device-key");
    assert_eq!(locked.code, Some(4), "{locked:?}");
    assert_eq!(fs::read(desk.vault()).unwrap(), vault);
    let unlocked = desk.unlocked("countersign list");
    assert!(unlocked.said.contains("#1  alice"), "{unlocked:?}");

    // Nor a vault that nobody could open: without a terminal there is no passphrase either.
    let other = "countersign --vault other/vault add --name bob";
    let refused = desk.locked(&format!("echo MFRGGZDFMZTWQ2LK | {other}"));
    assert_eq!(refused.code, Some(6), "{refused:?}");
    assert!(!desk.home.path().join("other/vault").exists());
}

/// How a script ended, and what it wrote to its two outputs.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    said: String,
    told: String,
}

/// A user's home, with a key store that has a password.
struct Desk {
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { home: TempDir::new().unwrap() }
    }

    fn vault(&self) -> std::path::PathBuf {
        self.home.path().join(".local/share/countersign/vault")
    }

    /// Runs a script in a session whose key store was opened at login.
    fn unlocked(&self, script: &str) -> Ended {
        self.session(
            "printf pw | gnome-keyring-daemon --unlock --components=secrets --daemonize",
            script,
        )
    }

    /// In a session whose key store nobody opened, and with nobody to answer its prompt.
    fn locked(&self, script: &str) -> Ended {
        self.session(
            "gnome-keyring-daemon --start --components=secrets --daemonize </dev/null",
            script,
        )
    }

    fn session(&self, daemon: &str, script: &str) -> Ended {
        let home = self.home.path();
        // A daemon may outlive its bus. One that finds its predecessor's socket leaves the new bus
        // to nobody, so each session has a runtime folder of its own and ends its own daemon. It is
        // waited for, too: a question asked before it serves the bus would start a second one.
        let run = TempDir::new_in(home).unwrap();
        // The bus and the daemon speak on the standard error too; what counts is apart from them.
        let script = format!(
            "{daemon} >/dev/null 2>&1 || exit 99
             for wait in $(seq 100); do
                 keeper=$(dbus-send --session --print-reply=literal \\
                     --dest=org.freedesktop.DBus / \\
                     org.freedesktop.DBus.GetConnectionUnixProcessID \\
                     string:org.freedesktop.secrets 2>/dev/null | grep -o '[0-9]*$') && break
                 sleep 0.1
             done
             [ \"$keeper\" ] || exit 98
             ({script}) 2>told
             status=$?
             kill $keeper
             exit $status"
        );
        let folder = program::path().parent().unwrap();
        let search = std::env::join_paths(
            [folder.to_owned()]
                .into_iter()
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        );
        let output = Command::new("timeout")
            .args(["--kill-after=5", "60", "dbus-run-session", "--", "bash", "-c", &script])
            .current_dir(home)
            .env("PATH", search.unwrap())
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", run.path())
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("COUNTERSIGN_VAULT")
            .env_remove("GNOME_KEYRING_CONTROL")
            .stdin(Stdio::null())
            .output()
            .expect("timeout starts");
        let why = match output.status.code() {
            Some(99) => "the key store does not start",
            Some(98) => "nobody keeps secrets on the session's bus",
            Some(124 | 137) => "the session did not end within a minute",
            _ => "",
        };
        assert_eq!(why, "", "{}", String::from_utf8_lossy(&output.stderr));
        Ended {
            code: output.status.code(),
            said: String::from_utf8(output.stdout).unwrap(),
            told: fs::read_to_string(home.join("told")).unwrap(),
        }
    }

    /// A new computer, or a key store that was reset: its files are gone.
    fn forget_keys(&self) {
        let folder = self.home.path().join(".local/share/keyrings");
        assert!(has_files(&folder), "the key store keeps its keys elsewhere");
        fs::remove_dir_all(folder).unwrap();
    }
}

fn has_files(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some())
}
