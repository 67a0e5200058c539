//! Three portals behind a proxy on one PostgreSQL, one killed with -9 every few seconds.

use std::time::Duration;

use crate::cluster;
use crate::program;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_portals_lose_no_registration_break_no_session_and_accept_no_code_twice() {
    let program = program::built("countersign-portal", "countersign-portal");
    let figures = cluster::run(program, Duration::from_secs(30)).await;
    println!("{:?}", figures.rows());
    // It was a load, and the kills were felt.
    assert!(figures.kills >= 5 && figures.unanswered > 0, "{figures:?}");
    assert!(figures.registered >= 12 && figures.logins >= 12, "{figures:?}");
    assert!(figures.accepted >= 200 && figures.refused_again >= 200, "{figures:?}");
    assert!(figures.sessions_alive >= 24, "{figures:?}");
    assert!(figures.longest_wait < Duration::from_secs(5), "two were there all the time");
}
