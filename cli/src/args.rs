//! The command line: commands, options, and what `help` says. No option takes a secret.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Shows one-time codes, and reads the QR codes that enroll them.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, after_help = EXIT_CODES, infer_subcommands = false)]
#[command(arg_required_else_help = true)]
pub struct Arguments {
    /// Where the vault is and how it opens.
    #[command(flatten)]
    pub vault: VaultOptions,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command that needs the vault.
#[derive(Debug, Args)]
pub struct VaultOptions {
    /// The vault's file, by default `countersign/vault` in your folder of application data
    #[arg(
        long,
        global = true,
        env = "COUNTERSIGN_VAULT",
        hide_env_values = true,
        value_name = "PATH",
        help_heading = "Vault"
    )]
    pub vault: Option<PathBuf>,
    /// A file whose first line is the passphrase, or a recovery key; /dev/fd/N works too
    ///
    /// With it, neither the desktop's key store nor a terminal is used.
    #[arg(long, global = true, value_name = "PATH", help_heading = "Vault")]
    pub passphrase_file: Option<PathBuf>,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read the QR codes in pictures, and say what each would enroll
    Scan(Scan),
    /// Say what payloads would do, one text a line from the standard input
    Inspect(Inspect),
    /// Enroll an account by typing its values in; the key is typed unseen
    Add(Add),
    /// Show all codes, live at a terminal
    Codes(Codes),
    /// Show the code of one account
    Code(Code),
    /// List the accounts, without codes
    List(List),
    /// Give an account another name
    Rename(Rename),
    /// Remove an account
    Remove(Remove),
    /// Write all accounts with their keys, to move them elsewhere
    Export(Export),
    /// Set or change the vault's passphrase
    Passphrase(Passphrase),
    /// Make a new recovery key, and let it replace the old one
    Recovery(Recovery),
    /// Let the key store of this computer open the vault
    DeviceKey(DeviceKey),
    /// Look after the vault, the key store and the clock
    Doctor(Doctor),
    /// Enroll a made-up account, from a bad photograph of its QR code to its code
    Demo(Demo),
    /// Write the completions for a shell
    Completions {
        /// For which
        shell: Shell,
    },
    /// Write the manual page
    Man,
}

/// Arguments of `scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// PNG, JPEG or WebP files; `-` is the standard input
    #[arg(required = true, value_name = "PICTURE")]
    pub pictures: Vec<PathBuf>,
    /// One JSON object a line for each QR code
    #[arg(long)]
    pub json: bool,
    /// Enroll the accounts: put them into the vault
    #[arg(long)]
    pub save: bool,
    /// Show the codes of this time instead of now
    #[arg(long, value_name = "UNIX_TIME")]
    pub at: Option<u64>,
    /// Draw what the reader saw in one picture, stage by stage, into a new PNG file
    ///
    /// For a picture that is not read. The drawing shows the code: it is as secret as the picture.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "save", "at"])]
    pub explain: Option<PathBuf>,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Show the codes of this time
    #[arg(long, value_name = "UNIX_TIME")]
    pub at: Option<u64>,
}

/// Arguments of `add`. There is none for the key: others could read it.
#[derive(Debug, Default, Args)]
pub struct Add {
    /// The account's or device's name, kept exactly as typed
    #[arg(long)]
    pub name: Option<String>,
    /// Whose account it is
    #[arg(long)]
    pub issuer: Option<String>,
    /// totp, hotp or steam [default: totp]
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<String>,
    /// SHA1, SHA256 or SHA512 [default: SHA1]
    #[arg(long)]
    pub algorithm: Option<String>,
    /// How many digits a code has, 6 to 10 [default: 6]
    #[arg(long)]
    pub digits: Option<String>,
    /// How many seconds a code lasts [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub period: Option<String>,
    /// The counter of the next code, for hotp [default: 0]
    #[arg(long)]
    pub counter: Option<String>,
}

/// Arguments of `codes`.
#[derive(Debug, Args)]
pub struct Codes {
    /// Once, not live; so too where the output is no terminal
    #[arg(long)]
    pub once: bool,
    /// Once, one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `code`.
#[derive(Debug, Args)]
pub struct Code {
    /// Its name, issuer, `issuer:name` or `#number`; the beginning or a part is enough
    pub name: String,
    /// Copy it to the clipboard, which is cleared after 30 seconds
    #[arg(long)]
    pub copy: bool,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `rename`.
#[derive(Debug, Args)]
pub struct Rename {
    /// Its name, `issuer:name` or `#number`, spelled exactly
    pub name: String,
    /// What it is to be called
    pub new: String,
    /// Whose account it is to be; empty for nobody's [default: as it is]
    #[arg(long)]
    pub issuer: Option<String>,
}

/// Arguments of `remove`.
#[derive(Debug, Args)]
pub struct Remove {
    /// Its name, `issuer:name` or `#number`, spelled exactly
    pub name: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// otpauth: one text a line. migration: QR codes that other authenticators scan
    #[arg(long, value_enum, default_value_t = ExportFormat::Otpauth)]
    pub format: ExportFormat,
    /// The file to write, which must not be there yet; a migration of several parts numbers it
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// What `export` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// The Key URI format.
    Otpauth,
    /// PNG pictures of `otpauth-migration://` payloads.
    Migration,
}

/// Arguments of `passphrase`.
#[derive(Debug, Args)]
pub struct Passphrase {
    /// A file whose first line is the new passphrase; without it, it is typed unseen
    #[arg(long, value_name = "PATH")]
    pub new_passphrase_file: Option<PathBuf>,
}

/// Arguments of `recovery`.
#[derive(Debug, Args)]
pub struct Recovery {
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// Arguments of `device-key`.
#[derive(Debug, Args)]
pub struct DeviceKey {
    /// Shut out all other devices, and the lost keys of this one
    #[arg(long)]
    pub only: bool,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Keep the two pictures in this folder: the QR code, and the photograph of it
    #[arg(long, value_name = "FOLDER")]
    pub keep: Option<PathBuf>,
    /// Play the phone and the browser against a portal that runs [default: http://localhost:8080]
    ///
    /// The account's password is typed unseen, or comes from `COUNTERSIGN_DEMO_PASSWORD` or the
    /// standard input. The device that it registers is removed at the end.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "http://localhost:8080", conflicts_with_all = ["seed", "picture"])]
    pub portal: Option<String>,
    /// The account of the portal, which has no device yet
    #[arg(long, default_value = "ana", requires = "portal")]
    pub login: String,
    /// The same demonstration each time, at a time that stands still
    #[arg(long, hide = true)]
    pub seed: Option<u64>,
    /// Write the README's picture of the live table to this file instead
    #[arg(long, hide = true, value_name = "FILE")]
    pub picture: Option<PathBuf>,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The `Date` header of an HTTP answer that has just come, to measure the clock by
    #[arg(long, value_name = "HTTP_DATE")]
    pub date: Option<String>,
}

/// The same error, which repeats no word of the command line but options: a key may have been typed
/// where none belongs, and errors end up in logs.
#[must_use]
pub fn without_what_was_typed(mut error: clap::Error) -> clap::Error {
    let typed = || ContextValue::String("…".to_owned());
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        if error.get(kind).is_some() {
            error.insert(kind, typed());
        }
    }
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) if !word.starts_with("--") && !word.starts_with('<') => {
            error.insert(ContextKind::InvalidArg, typed());
        }
        _ => {}
    }
    error.remove(ContextKind::Suggested);
    error
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed; the message says what
  2  the arguments are wrong
  3  nothing found: no code in a picture, no such account, no vault
  4  the vault could not be opened: wrong passphrase, or no way in
  5  the vault is in use by another process
  6  refused: an answer is needed that nobody was there to give";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_contradict_nothing() {
        Arguments::command().debug_assert();
    }
}
