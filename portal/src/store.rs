//! What the portal remembers: one text of SQL for SQLite and for PostgreSQL.
//!
//! Whatever decides something is one conditional statement, and the count of its rows is the verdict:
//! so it holds at any number of requests at one moment, and of portals at one database.

mod accounts;
mod applications;
mod audit;
mod codes;
mod devices;
mod limits;
mod messages;
mod numbers;
mod pins;
mod place;
mod sessions;
mod throttle;
mod together;

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use getrandom::SysRng;
use rand_core::TryRng as _;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, AnyQueryResult};
use sqlx::migrate::{Migrate as _, MigrateError, Migrator};
use sqlx::{Any, AnyPool, Executor as _, Transaction};

pub use self::accounts::{NewUser, User, UserSummary};
pub use self::applications::{Application, Template};
pub use self::audit::{AuditEntry, AuditFilter};
use self::codes::Codes;
pub use self::devices::{Begun, Device, DeviceState, NewDevice};
pub use self::limits::{Reservation, Reserved};
pub use self::messages::{Claimed, MessageLine, NewMessage, Tally};
pub use self::numbers::PhoneNumber;
pub use self::pins::{NewPin, Pin, Verification};
pub use self::place::Place;
pub use self::sessions::{ApiKey, Session, Stage};
pub use self::throttle::{Attempt, Policy, Scope};

/// Seconds since the Unix epoch.
pub type Seconds = i64;

/// A database failed: it cannot be reached, or refused what it was told.
pub type StoreError = sqlx::Error;

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    reads: AnyPool,
    /// Of one connection where the database is a file: writers who wait for each other in turn get
    /// on faster than writers who try again and again.
    writes: AnyPool,
    codes: Codes,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

impl Store {
    /// Opens the database of this address, `sqlite:…` or `postgres://…`, and brings it up to date.
    ///
    /// # Errors
    /// The address is of neither kind, the database cannot be reached, or was changed by a newer
    /// portal, or by hand.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let store = Self::connect(url).await?;
        store.migrations().run(&store.writes).await?;
        Ok(store)
    }

    /// Opens the database of this address and changes nothing about it; none if a portal would first
    /// have to bring it up to date, or is older than what brought it up to date last.
    ///
    /// # Errors
    /// The address is of neither kind, or the database cannot be reached.
    pub async fn open_as_it_is(url: &str) -> Result<Option<Self>, StoreError> {
        let store = Self::connect(url).await?;
        let mut connection = store.writes.acquire().await?;
        let applied = match connection.list_applied_migrations(MIGRATIONS_TABLE).await {
            Ok(applied) => applied,
            // There is no such table: the database is empty, or somebody else's.
            Err(MigrateError::Execute(StoreError::Database(_))) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        drop(connection);
        let wanted = store.migrations().iter().map(|one| (one.version, &one.checksum));
        let same = wanted.eq(applied.iter().map(|one| (one.version, &one.checksum)));
        Ok(same.then_some(store))
    }

    async fn connect(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let options = AnyConnectOptions::from_str(url)?;
        let (reads, writes, kind) = if url.starts_with("postgres") {
            let pool = postgres(pool(16)).connect_with(options).await?;
            (pool.clone(), pool, Kind::Postgres)
        } else {
            let writes = sqlite(pool(1)).connect_with(options.clone()).await?;
            let reads = sqlite(pool(4)).connect_with(options).await?;
            (reads, writes, Kind::Sqlite)
        };
        let codes = Codes::start(reads.clone(), writes.clone());
        Ok(Self { reads, writes, codes, kind })
    }

    fn migrations(&self) -> &'static Migrator {
        match self.kind {
            Kind::Sqlite => &SQLITE,
            Kind::Postgres => &POSTGRES,
        }
    }

    /// The address of a database in this file.
    #[must_use]
    pub fn file_url(path: &Path) -> String {
        let path = path.to_string_lossy();
        let path = percent_encoding::utf8_percent_encode(&path, percent_encoding::CONTROLS);
        format!("sqlite:{path}?mode=rwc")
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("select 1").execute(&self.reads).await.map(drop)
    }

    /// Waits for what is under way, and lets go.
    pub async fn close(&self) {
        self.writes.close().await;
        self.reads.close().await;
    }

    /// Several changes that are made together or not at all.
    async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        match self.kind {
            Kind::Sqlite => self.writes.begin_with("begin immediate").await,
            Kind::Postgres => self.writes.begin().await,
        }
    }
}

/// A new identifier: 128 random bits in hex.
///
/// # Errors
/// The system gives no random numbers.
pub fn new_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    SysRng.try_fill_bytes(&mut bytes)?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}

fn pool(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
}

fn postgres(options: AnyPoolOptions) -> AnyPoolOptions {
    // A row that somebody holds, be it a portal that was cut off, holds up nothing for long.
    const START: &str = "set lock_timeout = '5s'; set idle_in_transaction_session_timeout = '15s'";
    options.after_connect(|connection, _| {
        Box::pin(async move { connection.execute(START).await.map(drop) })
    })
}

fn sqlite(options: AnyPoolOptions) -> AnyPoolOptions {
    // Each commit is on the disk before it is answered: a code that was accepted stays accepted.
    const START: &str = "pragma journal_mode = wal; pragma synchronous = full; \
                         pragma busy_timeout = 10000; pragma foreign_keys = on";
    options.after_connect(|connection, _| {
        Box::pin(async move { connection.execute(START).await.map(drop) })
    })
}

/// Whether it changed a row: the verdict of a conditional statement.
fn one(result: &AnyQueryResult) -> bool {
    result.rows_affected() == 1
}

/// Where the migrator writes down what it did.
const MIGRATIONS_TABLE: &str = "_sqlx_migrations";
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
