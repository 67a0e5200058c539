//! What is sealed in a vault: the accounts as JSON.
//!
//! Read from the opened bytes without a copy of a secret, and written into a buffer that does not
//! grow. What a later version added is kept as it was written: fields that are not known, and
//! accounts of a type that is not known.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{AccountId, Entry, Keys, Standing, Unknown, Vault};
use crate::account::{Account, Extra};
use crate::otp::{Algorithm, Digits, Otp, TimeStep};
use crate::secret::Secret;

/// Reads the content, or nothing where it is no vault's.
pub(super) fn read(keys: Keys, content: &[u8]) -> Option<Vault> {
    let mut vault = Vault::empty(keys);
    replace(&mut vault, content)?;
    Some(vault)
}

/// Gives a vault this content for its own. Nothing, and nothing has changed, where it is no vault's.
pub(super) fn replace(vault: &mut Vault, content: &[u8]) -> Option<()> {
    let mut fields: Fields<'_> = serde_json::from_slice(content).ok()?;
    let next_id: u64 = fields.take("next_id").ok()??;
    let accounts: Vec<&RawValue> = fields.take("accounts").ok()??;
    let mut ids = Vec::with_capacity(accounts.len());
    let (mut entries, mut unread) = (Vec::with_capacity(accounts.len()), Vec::new());
    for raw in accounts {
        let mut fields: Fields<'_> = serde_json::from_str(raw.get()).ok()?;
        ids.extend(fields.peek::<u64>("id"));
        match entry(&mut fields) {
            Some(entry) => entries.push(entry),
            None => unread.push(raw.to_owned()),
        }
    }
    // A number is never given twice, whatever the file says.
    ids.sort_unstable();
    let distinct = ids.windows(2).all(|pair| pair[0] != pair[1]);
    if !distinct || entries.len() > Vault::MAX_ACCOUNTS {
        return None;
    }
    vault.next_id = next_id.max(ids.last().map_or(1, |highest| highest.saturating_add(1)));
    vault.entries = entries;
    vault.unread = unread;
    vault.extra = fields.unknown();
    Some(())
}

/// Writes the content.
pub(super) fn write(vault: &Vault) -> Zeroizing<Vec<u8>> {
    let mut json = Zeroizing::new(Vec::with_capacity(room(vault)));
    #[expect(clippy::expect_used, reason = "strings and numbers always make JSON, in memory")]
    serde_json::to_writer(&mut *json, vault).expect("JSON of strings and numbers");
    json
}

/// More than the JSON can take: a buffer that grows leaves its old block behind.
pub(super) fn room(vault: &Vault) -> usize {
    // A control character, six bytes escaped, is the longest that one byte can become.
    let account = |entry: &Entry| {
        let account = &entry.account;
        let asked_at = match &entry.standing {
            Standing::Pending { asked_at: Some(url), .. } => url.len(),
            _ => 0,
        };
        let names = account.issuer().map_or(0, str::len)
            + account.label_issuer().map_or(0, str::len)
            + account.name().len();
        let extra: usize = account.extra().0.iter().map(|(k, v)| k.len() + v.len() + 8).sum();
        6 * (names + extra + asked_at) + 2 * Secret::MAX_BYTES + 512 + room_of(&entry.extra)
    };
    let unread: usize = vault.unread.iter().map(|raw| raw.get().len() + 1).sum();
    vault.entries.iter().map(account).sum::<usize>() + unread + room_of(&vault.extra) + 256
}

fn room_of(unknown: &Unknown) -> usize {
    unknown.0.iter().map(|(key, value)| 6 * key.len() + value.get().len() + 8).sum()
}

/// The fields of one object, borrowed, in their order.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Takes a field out and reads it: nothing where it is absent, an error where it is no such thing.
    fn take<T: Deserialize<'a>>(&mut self, name: &str) -> Result<Option<T>, serde_json::Error> {
        let Some(place) = self.0.iter().position(|(key, _)| key == name) else { return Ok(None) };
        serde_json::from_str(self.0.remove(place).1.get()).map(Some)
    }

    /// Reads a field and leaves it there.
    fn peek<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        serde_json::from_str(value.get()).ok()
    }

    /// What was not taken.
    fn unknown(self) -> Unknown {
        let kept = |(key, value): (Cow<'_, str>, &RawValue)| (key.into_owned(), value.to_owned());
        Unknown(self.0.into_iter().map(kept).collect())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some((key, value)) = map.next_entry::<Name<'de>, _>()? {
                    fields.push((key.0, value));
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Object).map(Self)
    }
}

/// A name that is borrowed unless it has escapes; `Cow` by itself always copies.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// An account, or nothing where a later version wrote what this one does not know.
fn entry(fields: &mut Fields<'_>) -> Option<Entry> {
    let id = AccountId(fields.take("id").ok()??);
    let issuer: Option<Name<'_>> = fields.take("issuer").ok()?;
    let name: Name<'_> = fields.take("name").ok()??;
    let label_issuer: Option<Name<'_>> = fields.take("label_issuer").ok()?;
    let otp = otp(fields)?;
    let secret: &str = fields.take("secret").ok()??; // base32 has nothing to escape
    let secret = Secret::from_base32(secret).ok()?;
    let parameters: Option<Vec<(Name<'_>, Name<'_>)>> = fields.take("parameters").ok()?;
    let parameters = parameters.into_iter().flatten();
    let parameters =
        parameters.map(|(key, value)| (key.0.into_owned(), Zeroizing::new(value.0.into_owned())));

    let issuer = issuer.as_ref().map(|issuer| &*issuer.0);
    let mut account = Account::new(issuer, &name.0, otp, secret).ok()?;
    if let Some(issuer) = &label_issuer {
        account = account.with_label_issuer(&issuer.0).ok()?;
    }
    if fields.take("spent").ok()? == Some(true) {
        account.use_counter(u64::MAX);
    }
    let pending = fields.take("pending").ok()? == Some(true);
    let asked_at = fields.take("asked_at").ok()?;
    let replaces = fields.take("replaces").ok()?.map(AccountId);
    let standing =
        if pending { Standing::Pending { asked_at, replaces } } else { Standing::Registered };
    let account = account.with_extra(Extra(parameters.collect()));
    let extra = core::mem::replace(fields, Fields(Vec::new())).unknown();
    Some(Entry { id, account, standing, extra })
}

fn otp(fields: &mut Fields<'_>) -> Option<Otp> {
    let kind: &str = fields.take("type").ok()??;
    if kind == "steam" || kind == "yandex" {
        return Some(if kind == "steam" { Otp::Steam } else { Otp::Yandex });
    }
    let algorithm = Algorithm::by_name(fields.take("algorithm").ok()??)?;
    let digits = Digits::new(fields.take("digits").ok()??)?;
    match kind {
        "totp" => {
            let step = TimeStep::new(fields.take("period").ok()??)?;
            Some(Otp::Totp { algorithm, digits, step })
        }
        "hotp" => Some(Otp::Hotp { algorithm, digits, counter: fields.take("counter").ok()?? }),
        _ => None,
    }
}

impl Serialize for Vault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("next_id", &self.next_id)?;
        map.serialize_entry("accounts", &Accounts(self))?;
        self.extra.serialize_into(&mut map)?;
        map.end()
    }
}

/// All accounts: those that are known, and then those that are not.
struct Accounts<'a>(&'a Vault);

impl Serialize for Accounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;

        let mut list = serializer.serialize_seq(None)?;
        for entry in &self.0.entries {
            list.serialize_element(entry)?;
        }
        for raw in &self.0.unread {
            list.serialize_element(raw)?;
        }
        list.end()
    }
}

/// What does not belong to the account's type, or is not there, is left out.
impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let account = &self.account;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id.0)?;
        if let Some(issuer) = account.issuer() {
            map.serialize_entry("issuer", issuer)?;
        }
        map.serialize_entry("name", account.name())?;
        if let Some(issuer) = account.label_issuer() {
            map.serialize_entry("label_issuer", issuer)?;
        }
        map.serialize_entry("type", account.otp().kind())?;
        if let Otp::Totp { algorithm, digits, .. } | Otp::Hotp { algorithm, digits, .. } =
            account.otp()
        {
            map.serialize_entry("algorithm", algorithm.name())?;
            map.serialize_entry("digits", &digits.count())?;
        }
        match account.otp() {
            Otp::Totp { step, .. } => map.serialize_entry("period", &step.seconds())?,
            Otp::Hotp { counter, .. } => map.serialize_entry("counter", counter)?,
            Otp::Steam | Otp::Yandex => {}
        }
        if account.is_spent() {
            map.serialize_entry("spent", &true)?;
        }
        map.serialize_entry("secret", account.secret().reveal_base32().as_str())?;
        if !account.extra().0.is_empty() {
            let pairs = account.extra().0.iter().map(|(key, value)| (key, value.as_str()));
            map.serialize_entry("parameters", &pairs.collect::<Vec<_>>())?;
        }
        if let Standing::Pending { asked_at, replaces } = &self.standing {
            map.serialize_entry("pending", &true)?;
            if let Some(url) = asked_at {
                map.serialize_entry("asked_at", url)?;
            }
            if let Some(id) = replaces {
                map.serialize_entry("replaces", &id.0)?;
            }
        }
        self.extra.serialize_into(&mut map)?;
        map.end()
    }
}

impl Unknown {
    fn serialize_into<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.0.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))
    }
}
