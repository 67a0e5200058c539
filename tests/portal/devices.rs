//! Many accounts with one registered device each, put into the database by the thousand.

use countersign::{Otp, Secret};
use countersign_portal::Portal;
use countersign_portal::store::new_id;
use countersign_tests::system_rng;
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, Connection as _};

/// A registered device, and what the phone knows of it.
pub(crate) struct Prepared {
    pub(crate) login: String,
    pub(crate) device_id: String,
    secret: Secret,
}

impl Prepared {
    /// The next code of it, and its step.
    pub(crate) fn next_code(&self, steps: &mut Steps, now: i64) -> Option<(i64, String)> {
        next_code(&self.secret, steps, now)
    }

    /// The code of a step.
    pub(crate) fn code(&self, step: i64) -> String {
        code(&self.secret, step)
    }
}

/// The next code of a device, and its step. One that by chance is the code of a step nearby too is
/// passed over: it is rightly accepted twice, once for each.
pub(crate) fn next_code(secret: &Secret, steps: &mut Steps, now: i64) -> Option<(i64, String)> {
    loop {
        let step = steps.next(now)?;
        let typed = code(secret, step);
        let near = (step - NEAR..=step + NEAR).filter(|at| *at != step);
        if near.map(|at| code(secret, at)).all(|code| code != typed) {
            return Some((step, typed));
        }
        steps.used(step, now);
    }
}

/// The code of a secret at a step.
pub(crate) fn code(secret: &Secret, step: i64) -> String {
    Otp::DEFAULT.value(secret, u64::try_from(step).unwrap()).unwrap().to_string()
}

/// The step of 30 seconds at a time.
pub(crate) fn step_at(now: i64) -> i64 {
    now / 30
}

/// Which step of a device comes next: each once, and within the window around its drift, so that a
/// device shows several codes in a row and need not wait for 30 seconds after each.
pub(crate) struct Steps {
    last: i64,
    /// The step of the clock when `last` was used.
    at: i64,
}

impl Steps {
    /// Of a device of which no code was used yet.
    pub(crate) fn fresh(now: i64) -> Self {
        Self { last: step_at(now) - 1, at: step_at(now) }
    }

    /// The next one, unless it is too far ahead.
    pub(crate) fn next(&self, now: i64) -> Option<i64> {
        let next = self.last + (step_at(now) - self.at).max(1);
        (next <= step_at(now) + MOST_AHEAD).then_some(next)
    }

    /// A step was used, or may have been.
    pub(crate) fn used(&mut self, step: i64, now: i64) {
        *self = Self { last: step, at: step_at(now) };
    }
}

/// Below what the verifier takes for drift at all.
const MOST_AHEAD: i64 = 8;
/// Within so many steps a device may be thought to be.
const NEAR: i64 = 12;

/// Adds `count` accounts, each with a device that never showed a code yet.
///
/// In one transaction beside the store, which would wait for the disk three times a device.
pub(crate) async fn prepare(portal: &Portal, prefix: &str, count: usize) -> Vec<Prepared> {
    let (keys, now) = (&portal.config().keys, portal.clock().now());
    let mut connection = AnyConnection::connect(&portal.config().database).await.unwrap();
    let mut together = connection.begin().await.unwrap();
    let mut prepared = Vec::with_capacity(count);
    for number in 0..count {
        let login = format!("{prefix}{number}");
        let (user_id, device_id) = (new_id().unwrap(), new_id().unwrap());
        let secret = Secret::generate(&mut system_rng());
        sqlx::query(
            "insert into users (id, login, login_key, password_hash, one_time, admin, mfa_required, created_at)
             values ($1, $2, $2, 'none', 0, 0, 1, $3)",
        )
        .bind(&user_id)
        .bind(&login)
        .bind(now)
        .execute(&mut *together)
        .await
        .unwrap();
        sqlx::query(
            "insert into devices (id, user_id, name, state, secret, key_id, created_at, expires_at,
                                  begun_in, last_step, drift, fails, wait_until)
             values ($1, $2, 'Pixel', 'registered', $3, $4, $5, $5, $6, -1, 0, 0, 0)",
        )
        .bind(&device_id)
        .bind(&user_id)
        .bind(keys.seal(&secret, &device_id).unwrap())
        .bind(keys.sealing_id())
        .bind(now)
        .bind(Vec::new())
        .execute(&mut *together)
        .await
        .unwrap();
        prepared.push(Prepared { login, device_id, secret });
    }
    together.commit().await.unwrap();
    connection.close().await.unwrap();
    prepared
}

/// Adds a device with the same secret to the same account.
pub(crate) async fn twin(portal: &Portal, of: &Prepared) {
    let (keys, id) = (&portal.config().keys, new_id().unwrap());
    let mut connection = AnyConnection::connect(&portal.config().database).await.unwrap();
    sqlx::query(
        "insert into devices (id, user_id, name, state, secret, key_id, created_at, expires_at,
                              begun_in, last_step, drift, fails, wait_until)
         select $1, user_id, 'Twin', state, $2, key_id, created_at, expires_at, begun_in, -1, 0, 0, 0
         from devices where id = $3",
    )
    .bind(&id)
    .bind(keys.seal(&of.secret, &id).unwrap())
    .bind(&of.device_id)
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
}

/// Adds a site that may have codes verified: its key.
pub(crate) async fn site_key(portal: &Portal) -> String {
    let key = new_id().unwrap();
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let (id, now) = (new_id().unwrap(), portal.clock().now());
    portal.store().add_api_key(&id, &hash, "test", "verify", None, now).await.unwrap();
    key
}
