//! Every way by which a secret leaves. Nothing else in this crate gives one out.

use std::fmt;

use countersign::Account;
use countersign::payload::{migration, otpauth};
use countersign::vault::{RecoveryKey, Unlock};
use getrandom::rand_core::Rng;
use qrcode::{Color, EcLevel, QrCode};

use super::{AccountId, Vault, system_rng};
use crate::CountersignError;

/// A payload that holds secrets: to be shown for as long as it takes to read it, and never kept. As a
/// text it does not say the payload, so that a log does not have it.
#[derive(uniffi::Record)]
#[uniffi::export(Display)]
pub struct Revealed {
    /// The text.
    pub text: String,
    /// The same as a QR code; nothing where it is longer than one holds.
    pub code: Option<RevealedCode>,
}

/// A QR code, to be drawn dark on light with an empty border of four modules. As a text it does not say
/// its modules.
#[derive(uniffi::Record)]
#[uniffi::export(Display)]
pub struct RevealedCode {
    /// How many modules a side has.
    pub side: u32,
    /// A byte for each module, row by row: 1 is dark, 0 is light.
    pub modules: Vec<u8>,
}

/// Accounts as another authenticator imports them.
#[derive(uniffi::Record)]
pub struct RevealedMigration {
    /// The parts, to be read one after the other, each with up to ten accounts.
    pub parts: Vec<Revealed>,
    /// The accounts that the format has no words for: reveal these one by one.
    pub left_out: Vec<AccountId>,
}

#[uniffi::export]
impl Vault {
    /// Adds a slot for a new recovery key, and reveals that key: nine groups of four characters to
    /// write down. It cannot be had again.
    pub fn reveal_new_recovery_key(&self) -> Result<String, CountersignError> {
        let key = RecoveryKey::generate(&mut system_rng());
        self.add(Unlock::RecoveryKey(&key))?;
        Ok(key.reveal().to_string())
    }

    /// Reveals one account as an otpauth URI, to be read by another authenticator. Whoever has it
    /// makes the same codes for ever.
    pub fn reveal_account(&self, id: AccountId) -> Result<Revealed, CountersignError> {
        self.with(|open| Ok(revealed(&otpauth::format(open.vault.entry(id)?.account()))))
    }

    /// Reveals all accounts as the migration payloads of Google Authenticator, to be read by another
    /// authenticator. Whoever has them makes the same codes for ever.
    pub fn reveal_migration(&self) -> Result<RevealedMigration, CountersignError> {
        self.with(|open| {
            let (ids, accounts): (Vec<_>, Vec<&Account>) =
                open.vault.entries().map(|entry| (entry.id(), entry.account())).unzip();
            // So that the parts of two exports are not mixed.
            let batch = system_rng().next_u32().cast_signed();
            let export = migration::export(accounts, batch);
            let left_out = export.left_out.iter().filter_map(|(place, _)| ids.get(*place).copied());
            Ok(RevealedMigration {
                parts: export.texts.iter().map(|text| revealed(text)).collect(),
                left_out: left_out.collect(),
            })
        })
    }
}

impl fmt::Display for Revealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Revealed(..)")
    }
}

impl fmt::Display for RevealedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevealedCode({} ..)", self.side)
    }
}

fn revealed(text: &str) -> Revealed {
    // The least correction: a screen is not torn, and larger modules are read from farther away.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok();
    let code = code.map(|code| RevealedCode {
        side: u32::try_from(code.width()).unwrap_or_default(),
        modules: code
            .to_colors()
            .into_iter()
            .map(|colour| (colour == Color::Dark).into())
            .collect(),
    });
    Revealed { text: text.to_owned(), code }
}
