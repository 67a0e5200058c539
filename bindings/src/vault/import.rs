//! Accounts out of another authenticator's export.

use countersign::payload::{self, migration};
use countersign::qr::{self, Frame, Payload};
use countersign::vault::Standing;

use super::{AccountId, Vault};
use crate::CountersignError;

/// What an import brought.
#[derive(uniffi::Record)]
pub struct Imported {
    /// The accounts that are new, all of them saved.
    pub added: Vec<AccountId>,
    /// Of these, the accounts that have the name of another one and another key. Both are kept, since
    /// nobody but the user knows which of them the relying party accepts: have one renamed or removed.
    pub named_alike: Vec<AccountId>,
    /// How many were here already, with the same key; these stay as they are.
    pub already_here: u32,
    /// How many could not be read.
    pub refused: u32,
    /// Which parts of an export in several parts these were: go on until each was read.
    pub parts: Vec<Part>,
}

/// Whose account a payload would bring.
#[derive(uniffi::Record)]
pub struct Preview {
    /// The relying party as it calls itself, if it does.
    pub issuer: Option<String>,
    /// The account name. It may be empty.
    pub name: String,
}

/// One part of an export in several.
#[derive(uniffi::Record)]
pub struct Part {
    /// What the parts of one export have in common.
    pub export: i32,
    /// Which part it is, counted from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

#[uniffi::export]
impl Vault {
    /// Adds the accounts of a payload, in UTF-8: an otpauth URI, or a part of an export of Google
    /// Authenticator. All that can be read are saved, or none is.
    pub fn import_text(&self, payload: &[u8]) -> Result<Imported, CountersignError> {
        let text = str::from_utf8(payload).map_err(|_| CountersignError::BadPayload)?;
        self.import(&[text])
    }

    /// Whose account the payload of a link would bring, and nothing where it brings none or several: to
    /// ask the user before another app's link is given to an enrollment. The vault may be locked.
    #[must_use]
    pub fn preview(&self, payload: &[u8]) -> Option<Preview> {
        let parsed = payload::parse(str::from_utf8(payload).ok()?).ok()?;
        let account = parsed.accounts.first().filter(|_| parsed.part.is_none())?;
        let issuer = account.issuer().map(str::to_owned);
        Some(Preview { issuer, name: account.name().to_owned() })
    }

    /// Adds the accounts of the QR codes in a picture that was chosen: a PNG, JPEG or WebP file.
    pub fn import_picture(&self, file: &[u8]) -> Result<Imported, CountersignError> {
        let payloads = qr::scan_picture(file).map_err(|_| CountersignError::BadPicture)?;
        self.import(&texts(&payloads))
    }

    /// Adds the accounts of the QR codes in a frame of the camera, as `Enrollment.frame` takes one;
    /// nothing where no code is read in it.
    pub fn import_frame(
        &self,
        luma: &[u8],
        width: u32,
        height: u32,
        row_stride: u32,
    ) -> Result<Option<Imported>, CountersignError> {
        let payloads = qr::scan(frame(luma, width, height, row_stride)?);
        if payloads.is_empty() { Ok(None) } else { self.import(&texts(&payloads)).map(Some) }
    }
}

impl Vault {
    fn import(&self, texts: &[&str]) -> Result<Imported, CountersignError> {
        let parsed: Vec<_> = texts.iter().filter_map(|text| payload::parse(text).ok()).collect();
        if parsed.is_empty() {
            return Err(CountersignError::BadPayload);
        }
        self.change(|vault| {
            let mut imported = Imported {
                added: vec![],
                named_alike: vec![],
                already_here: 0,
                refused: 0,
                parts: vec![],
            };
            for parsed in parsed {
                imported.refused += u32::try_from(parsed.refused.len()).unwrap_or(u32::MAX);
                imported.parts.extend(parsed.part.map(Part::from));
                for account in parsed.accounts {
                    let like_it = vault.find_duplicate(&account);
                    if like_it.is_some_and(|like_it| like_it.same_codes) {
                        imported.already_here += 1;
                        continue;
                    }
                    let id = vault.add_beside(account, Standing::Registered)?;
                    imported.added.push(id);
                    if like_it.is_some() {
                        imported.named_alike.push(id);
                    }
                }
            }
            Ok(imported)
        })
    }
}

impl From<migration::Part> for Part {
    fn from(part: migration::Part) -> Self {
        let migration::Part { id, index, size } = part;
        Self { export: id, number: index.saturating_add(1), of: size }
    }
}

fn texts(payloads: &[Payload]) -> Vec<&str> {
    payloads.iter().map(Payload::text).collect()
}

/// A frame of these sizes, which come from outside.
pub(crate) fn frame(
    luma: &[u8],
    width: u32,
    height: u32,
    row_stride: u32,
) -> Result<Frame<'_>, CountersignError> {
    let [width, height, row_stride] =
        [width, height, row_stride].map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    Ok(Frame::new(luma, width, height, row_stride)?)
}
