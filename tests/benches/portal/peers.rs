//! The conditional update of a verification, done by nothing but the database.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnection;
use sqlx::{AnyConnection, Connection as _, Executor as _};

use super::{CLIENTS, DEVICES, Peer};
use crate::http::Round;
use crate::postgres::Postgres;

/// Adds as many devices as the portal has, to the same table; their ids are numbers, which pgbench
/// can make.
pub(crate) async fn add_devices(url: &str) {
    let mut connection = AnyConnection::connect(url).await.unwrap();
    let mut together = connection.begin().await.unwrap();
    for number in 0..DEVICES {
        let id = (FIRST_ID + i64::try_from(number).unwrap()).to_string();
        let user = "insert into users (id, login, login_key, password_hash, one_time, admin, mfa_required, created_at)
                    values ($1, $1, $1, 'none', 0, 0, 1, 0)";
        sqlx::query(user).bind(&id).execute(&mut *together).await.unwrap();
        let device =
            "insert into devices (id, user_id, name, state, secret, key_id, created_at, expires_at,
                                           begun_in, last_step, drift, fails, wait_until)
                      values ($1, $1, 'Peer', 'registered', $2, 'k1', 0, 0, $2, -1, 0, 0, 0)";
        let secret = vec![0_u8; 60];
        sqlx::query(device).bind(&id).bind(secret).execute(&mut *together).await.unwrap();
    }
    together.commit().await.unwrap();
    connection.close().await.unwrap();
}

/// PostgreSQL's own benchmark, with as many connections as there are clients of the portal.
pub(crate) struct Pgbench {
    postgres: Postgres,
    database: &'static str,
    folder: PathBuf,
    rounds: usize,
}

impl Pgbench {
    pub(crate) fn new(postgres: Postgres, database: &'static str, folder: &Path) -> Self {
        let each = DEVICES / CLIENTS;
        // Each connection goes through devices of its own, and takes a later step at each turn.
        let script = format!(
            "\\set id {FIRST_ID} + :client_id * {each} + :n % {each}\n\
             \\set step :first + :n / {each}\n\\set n :n + 1\n{};\n",
            UPDATE
                .replace("$1", ":id")
                .replace("$2", ":step")
                .replace("$3", "0")
                .replace("$4", "1741011281")
                .replace("$5", "100")
        );
        fs::write(folder.join("update.sql"), script).unwrap();
        Self { postgres, database, folder: folder.to_owned(), rounds: 0 }
    }
}

impl Peer for Pgbench {
    async fn round(&mut self, lasts: Duration) -> Round {
        self.rounds += 1;
        let (clients, seconds) = (CLIENTS.to_string(), lasts.as_secs().to_string());
        let first = self.rounds * 1_000_000;
        let (first_step, prefix) = (format!("first={first}"), format!("log{}", self.rounds));
        // By TCP, as a portal comes.
        let arguments =
            ["-h", "127.0.0.1", "-n", "-M", "prepared", "-j", "2", "-c", &clients, "-T", &seconds];
        let script = ["-f", "update.sql", "-D", "n=0", "-D", &first_step];
        let log = ["-l", "--log-prefix", &prefix, self.database];
        let arguments = [&arguments[..], &script, &log].concat();
        let output = self.postgres.run("pgbench", &arguments).current_dir(&self.folder).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        let rate = |line: &str| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok();
        let per_second = text.lines().find_map(rate).expect("pgbench says its rate");
        let times = self.times(&prefix);
        // Each of them was accepted, or it would not be the same work.
        let count = format!(
            "select sum(last_step - {first} + 1) from devices where name = 'Peer' and last_step >= {first}"
        );
        let sum = self.postgres.run("psql", &["-Atd", self.database, "-c", &count]).output();
        let sum = String::from_utf8(sum.unwrap().stdout).unwrap();
        assert_eq!(sum.trim().parse::<usize>().unwrap(), times.len());
        Round { per_second, times }
    }
}

impl Pgbench {
    /// The times in the logs of a round, one of each of its threads.
    fn times(&self, prefix: &str) -> Vec<u32> {
        let mut times = Vec::new();
        for entry in fs::read_dir(&self.folder).unwrap().map(Result::unwrap) {
            if entry.file_name().to_str().unwrap().starts_with(&format!("{prefix}.")) {
                let log = fs::read_to_string(entry.path()).unwrap();
                let time = |line: &str| line.split(' ').nth(2)?.parse::<u32>().ok();
                times.extend(log.lines().filter_map(time));
            }
        }
        times
    }
}

/// SQLite in a loop, with the settings of the store: each commit is on the disk.
pub(crate) struct Plain {
    url: String,
    count: i64,
}

impl Plain {
    pub(crate) fn new(url: String) -> Self {
        Self { url, count: 0 }
    }
}

impl Peer for Plain {
    async fn round(&mut self, lasts: Duration) -> Round {
        let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
        let settings = "pragma journal_mode = wal; pragma synchronous = full; \
                        pragma busy_timeout = 10000; pragma foreign_keys = on";
        connection.execute(settings).await.unwrap();
        let (began, mut times) = (Instant::now(), Vec::new());
        let devices = i64::try_from(DEVICES).unwrap();
        while began.elapsed() < lasts {
            let one = Instant::now();
            let result = sqlx::query(UPDATE)
                .bind((FIRST_ID + self.count % devices).to_string())
                .bind(self.count / devices + 1)
                .bind(0)
                .bind(1_741_011_281)
                .bind(100)
                .execute(&mut connection)
                .await
                .unwrap();
            times.push(u32::try_from(one.elapsed().as_micros()).unwrap());
            assert_eq!(result.rows_affected(), 1);
            self.count += 1;
        }
        let count = u32::try_from(times.len()).unwrap();
        let per_second = f64::from(count) / began.elapsed().as_secs_f64();
        connection.close().await.unwrap();
        Round { per_second, times }
    }
}

const FIRST_ID: i64 = 1_000_000_000_000_000_000;

/// The statement of `Store::accept_code`.
const UPDATE: &str = "\
update devices set last_step = $2, drift = $3, last_used_at = $4, fails = 0, wait_until = 0 \
where id = $1 and last_step < $2 and state = 'registered' and fails < $5 \
and (wait_until <= $4 or wait_until > $4 + 900)";
