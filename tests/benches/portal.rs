//! Codes verified by a portal over HTTP beside what the database alone can commit, and a cluster of
//! portals under kills. `cargo xtask bench portal` reads what this prints.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark says what it found, and stops where it cannot be set up"
)]

#[path = "../portal/clients.rs"]
mod clients;
#[path = "../portal/cluster.rs"]
mod cluster;
#[expect(dead_code, reason = "no two devices are alike here")]
#[path = "../portal/devices.rs"]
mod devices;
#[path = "portal/http.rs"]
mod http;
#[path = "portal/peers.rs"]
mod peers;
#[expect(dead_code, reason = "the contract runs on one that does not wait for the disk")]
#[path = "../portal/postgres.rs"]
mod postgres;
#[path = "../portal/process.rs"]
mod process;
#[expect(dead_code, reason = "the terminal program is not measured")]
#[path = "../program.rs"]
mod program;

use std::path::Path;
use std::time::Duration;

use countersign_portal::store::Store;

use crate::devices::{prepare, site_key};
use crate::http::{Clients, Round, p99};
use crate::peers::{Pgbench, Plain, add_devices};
use crate::postgres::Postgres;
use crate::process::{Process, Start};

#[tokio::main]
async fn main() {
    let program = program::built("countersign-portal", "countersign-portal");
    let only = std::env::args().nth(1).filter(|word| !word.starts_with("--"));
    let wanted = |name: &str| only.as_ref().is_none_or(|only| only == name);
    if wanted("postgresql") {
        let postgres = Postgres::durable();
        let database = postgres.database("bench");
        let peer = |folder: &Path| Pgbench::new(postgres, "bench", folder);
        compare("PostgreSQL", "pgbench", &program, database, peer).await;
    }
    if wanted("sqlite") {
        let folder = tempfile::tempdir().unwrap();
        let database = Store::file_url(&folder.path().join("bench.db"));
        let url = database.clone();
        compare("SQLite", "a plain loop", &program, database, |_| Plain::new(url)).await;
    }
    if wanted("cluster") {
        for (what, figure) in cluster::run(program, CLUSTER).await.rows() {
            println!("cluster: {what} | {figure}");
        }
    }
}

/// The other side of a comparison: the same conditional update, by nothing but the database.
pub(crate) trait Peer {
    async fn round(&mut self, lasts: Duration) -> Round;
}

/// Rounds of both sides in turn, on one database, so that both meet the same disk and neighbours.
async fn compare<P: Peer>(
    name: &str,
    peer_name: &str,
    program: &Path,
    database: String,
    peer: impl FnOnce(&Path) -> P,
) {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::new(program.to_owned(), database, folder.path());
    let own = start.own().await;
    let devices = prepare(&own, "bench", DEVICES).await;
    let key = site_key(&own).await;
    own.store().close().await;
    add_devices(&start.database).await;
    let mut peer = peer(folder.path());
    let process = Process::start(&start);
    process.ready().await;
    let mut clients = Clients::new(process.port, &key, devices, CLIENTS);

    peer.round(WARM_UP).await;
    clients.round(WARM_UP);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for number in 0..ROUNDS {
        theirs.push(peer.round(ROUND).await);
        ours.push(clients.round(ROUND));
        let (ours, theirs) = (ours[number].per_second, theirs[number].per_second);
        println!("{name}, round {number}: {ours:.0}/s, {peer_name} {theirs:.0}/s");
    }
    let (ours, our_p99) = summed(ours);
    let (theirs, their_p99) = summed(theirs);
    let ratio = ours / theirs;
    println!(
        "bench: {name} | {ours:.0} | {our_p99:.1} ms | {peer_name} | {theirs:.0} | {their_p99:.1} ms | {ratio:.2}"
    );
}

/// The median of the rounds' rates, and the 99th percentile of all times in milliseconds.
fn summed(rounds: Vec<Round>) -> (f64, f64) {
    let mut rates: Vec<_> = rounds.iter().map(|round| round.per_second).collect();
    rates.sort_by(f64::total_cmp);
    let times = rounds.into_iter().flat_map(|round| round.times).collect();
    (rates[rates.len() / 2], p99(times))
}

const CLIENTS: usize = 64;
/// Each shows some nine codes in a row, and then one every 30 seconds.
const DEVICES: usize = 48_000;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(4);
const WARM_UP: Duration = Duration::from_secs(2);
const CLUSTER: Duration = Duration::from_secs(120);
