//! Three portals behind HAProxy on one PostgreSQL, one of them killed every few seconds.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_portal::store::DeviceState;
use tokio::task::JoinSet;

use super::clients::{Agent, Load, verify_pairs};
use super::devices::{prepare, site_key};
use super::postgres::{Postgres, free_port};
use super::process::{Process, Proxy, Start};

/// What a run came to; all checks were made.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) seconds: u64,
    pub(crate) kills: usize,
    /// Requests answered below 500.
    pub(crate) answered: usize,
    /// Requests that ended without an answer, or with one of 500 and above.
    pub(crate) unanswered: usize,
    pub(crate) accepted: usize,
    /// Codes sent once more after they were accepted, or at the same moment: none was accepted.
    pub(crate) refused_again: usize,
    pub(crate) registered: usize,
    pub(crate) logins: usize,
    /// How often a session begun before was found to live.
    pub(crate) sessions_alive: usize,
    /// The longest time in which somebody waited and nobody was answered.
    pub(crate) longest_wait: Duration,
}

impl Figures {
    /// Each with what it is.
    pub(crate) fn rows(&self) -> [(&'static str, String); 10] {
        [
            ("seconds", self.seconds.to_string()),
            ("portals killed with -9", self.kills.to_string()),
            ("requests answered", self.answered.to_string()),
            ("requests not answered, or with an error of the server", self.unanswered.to_string()),
            ("codes accepted, none twice", self.accepted.to_string()),
            ("the same codes once more, refused", self.refused_again.to_string()),
            ("devices registered, none lost", self.registered.to_string()),
            ("logins with a code", self.logins.to_string()),
            ("sessions found alive, none broken", self.sessions_alive.to_string()),
            (
                "longest wait in which nobody was answered",
                format!("{} ms", self.longest_wait.as_millis()),
            ),
        ]
    }
}

/// Runs it for so long, and checks what must hold: no code is accepted twice, no registration that
/// was answered is lost, and no session breaks.
pub(crate) async fn run(program: PathBuf, lasts: Duration) -> Figures {
    let postgres = Postgres::durable();
    let folder = tempfile::tempdir().unwrap();
    let front = free_port();
    let start = Start::new(program, postgres.database("cluster"), folder.path());
    let start = Start { public_url: Some(format!("http://127.0.0.1:{front}")), ..start };
    let mut portals: Vec<_> = (0..PORTALS).map(|_| Process::start(&start)).collect();
    for portal in &portals {
        portal.ready().await;
    }
    let url = start.public_url.clone().unwrap();
    let _proxy = Proxy::start(front, &portals, folder.path());
    let own = start.own().await;
    let load = Arc::new(Load::new(url, site_key(&own).await, lasts));

    let mut agents = JoinSet::new();
    for number in 0..AGENTS {
        let login = format!("agent{number}");
        let password = own.add_account(&login, false, false, true).await.unwrap().unwrap();
        agents.spawn(Agent::work(load.clone(), login, password.to_string()));
    }
    let mut verifiers = JoinSet::new();
    for number in 0..VERIFIERS {
        let devices = prepare(&own, &format!("verified{number}-"), DEVICES).await;
        verifiers.spawn(verify_pairs(load.clone(), devices));
    }

    let (mut kills, began) = (0, Instant::now());
    while began.elapsed() + KILL_EVERY < lasts {
        tokio::time::sleep(KILL_EVERY - DEAD_FOR).await;
        let portal = &mut portals[kills % PORTALS];
        portal.kill();
        kills += 1;
        tokio::time::sleep(DEAD_FOR).await;
        portal.start_again(&start);
        portal.ready().await;
    }

    let mut registered = Vec::new();
    while let Some(agent) = agents.join_next().await {
        registered.extend(agent.unwrap());
    }
    while let Some(verifier) = verifiers.join_next().await {
        verifier.unwrap();
    }
    for (login, name) in &registered {
        let user = own.store().user_by_login(login).await.unwrap().unwrap();
        let devices = own.store().devices(&user.id).await.unwrap();
        let device = devices.iter().find(|device| device.name == *name);
        let state = device.map(|device| device.state);
        assert_eq!(state, Some(DeviceState::Registered), "{login}: {name} was lost");
    }
    own.store().close().await;
    let figures = load.figures(lasts.as_secs(), kills);
    assert_eq!(figures.registered, registered.len());
    figures
}

const PORTALS: usize = 3;
const AGENTS: usize = 12;
const VERIFIERS: usize = 4;
const DEVICES: usize = 500;
const KILL_EVERY: Duration = Duration::from_secs(3);
const DEAD_FOR: Duration = Duration::from_millis(700);
