//! What a code needs: the devices that could have made it, and the one statement that accepts it.
//! Both are asked together with what others ask at the moment.

use std::collections::BTreeMap;

use countersign::verify::Seen;
use sqlx::{AnyPool, AssertSqlSafe, Row as _};

use super::devices::{device, step};
use super::throttle::LIMIT;
use super::together::{Together, ask, start};
use super::{Device, Seconds, Store, StoreError};

/// The two questions.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    for_site: Together<Asked, Option<Vec<Device>>>,
    accept: Together<Shown, bool>,
}

/// By a site, about a login name.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    key_hash: Vec<u8>,
    login_key: String,
}

/// A code that fits.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    device_id: String,
    step: i64,
    drift: i64,
    now: Seconds,
    /// Whether it is taken only where the device has not to wait.
    waits: bool,
}

impl Codes {
    pub(super) fn start(reads: AnyPool, writes: AnyPool) -> Self {
        Self {
            for_site: start(move |asked| {
                let reads = reads.clone();
                async move { devices_for_sites(&reads, &asked).await }
            }),
            accept: start(move |shown| {
                let writes = writes.clone();
                async move { accept(&writes, &shown).await }
            }),
        }
    }
}

impl Store {
    /// The registered devices of the account with this login name, which may be none, on the
    /// condition that a site has the key of this hash. A locked account has none.
    ///
    /// In one question, because it is asked for each code that a site has verified.
    ///
    /// # Errors
    /// The database failed.
    pub async fn devices_for_site(
        &self,
        key_hash: &[u8; 32],
        login: &str,
    ) -> Result<Option<Vec<Device>>, StoreError> {
        let asked = Asked { key_hash: key_hash.to_vec(), login_key: login.to_lowercase() };
        ask(&self.codes.for_site, asked).await
    }

    /// Accepts the code of a step, once: of two at one moment, for one only is this true. Where it
    /// `waits`, for none while the device has to wait; a browser whose own wrong codes are counted does
    /// not wait for those of others.
    ///
    /// # Errors
    /// The database failed. Whether the code was accepted is then not known, as with any commit.
    pub async fn accept_code(
        &self,
        device: &Device,
        seen: Seen,
        waits: bool,
        now: Seconds,
    ) -> Result<bool, StoreError> {
        let (device_id, step, drift) = (device.id.clone(), step(seen), i64::from(seen.drift));
        ask(&self.codes.accept, Shown { device_id, step, drift, now, waits }).await
    }
}

async fn devices_for_sites(
    reads: &AnyPool,
    asked: &[Asked],
) -> Result<Vec<Option<Vec<Device>>>, StoreError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let rows = numbered(asked.len(), |row| format!("({row}, ${}, ${})", row * 2 + 1, row * 2 + 2));
    // A key alone, with nobody beside it, is a row of nothing; an unknown key is no row.
    let mut query = sqlx::query(AssertSqlSafe(format!(
        "select column1 as number, devices.* from (values {rows}) as asked
         join api_keys on hash = column2 and revoked_at is null and scopes = 'verify'
         left join users on login_key = column3 and locked_at is null
         left join devices on user_id = users.id and state = 'registered'
         order by devices.created_at, devices.id"
    )));
    for asked in asked {
        query = query.bind(&asked.key_hash).bind(&asked.login_key);
    }
    let mut answers: Vec<Option<Vec<Device>>> = asked.iter().map(|_| None).collect();
    for row in query.fetch_all(reads).await? {
        let number = usize::try_from(row.try_get::<i64, _>("number")?).unwrap_or(usize::MAX);
        let answer = answers.get_mut(number).ok_or(StoreError::RowNotFound)?;
        let devices = answer.get_or_insert_default();
        if row.try_get::<Option<String>, _>("id")?.is_some() {
            devices.push(device(&row)?);
        }
    }
    Ok(answers)
}

/// The one statement that uses steps up.
///
/// It meets each device once: of several codes of one device at one moment one is judged, the latest
/// step and before all one that waits for nobody, and the others are refused, as if they had come right
/// after it.
async fn accept(writes: &AnyPool, shown: &[Shown]) -> Result<Vec<bool>, StoreError> {
    if shown.is_empty() {
        return Ok(Vec::new());
    }
    let mut latest = BTreeMap::new();
    for (number, code) in shown.iter().enumerate() {
        let best = latest.entry(code.device_id.as_str()).or_insert(number);
        let before = &shown[*best];
        if (!code.waits, code.step) > (!before.waits, before.step) {
            *best = number;
        }
    }
    let rows = numbered(latest.len(), |row| {
        let [id, step, drift, now, waits] = [2, 3, 4, 5, 6].map(|column| row * 5 + column);
        format!("(${id}, ${step}, ${drift}, ${now}, ${waits})")
    });
    let mut query = sqlx::query(AssertSqlSafe(format!(
        "update devices
         set last_step = column2, drift = column3, last_used_at = column4, fails = 0, wait_until = 0
         from (values {rows}) as shown
         where id = column1 and last_step < column2 and state = 'registered'
           and (column5 = 0 or (fails < $1
                and (wait_until <= column4 or wait_until > column4 + 900)))
         returning id"
    )))
    .bind(LIMIT);
    // In the order of their ids, so that two portals seldom wait for each other.
    for code in latest.values().map(|&number| &shown[number]) {
        query = query.bind(&code.device_id).bind(code.step).bind(code.drift).bind(code.now);
        query = query.bind(i64::from(code.waits));
    }
    let mut verdicts = vec![false; shown.len()];
    for row in query.fetch_all(writes).await? {
        let accepted: String = row.try_get("id")?;
        if let Some(&number) = latest.get(accepted.as_str()) {
            verdicts[number] = true;
        }
    }
    Ok(verdicts)
}

/// Rows of a `values`, whose columns both databases call `column1`, `column2` and so on. Its text is
/// made of numbers alone.
fn numbered(count: usize, row: impl Fn(usize) -> String) -> String {
    (0..count).map(row).collect::<Vec<_>>().join(", ")
}
