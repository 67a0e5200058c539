//! `countersign demo --portal`: the real program against a portal that runs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Output, Stdio};

use countersign::verify::Seen;
use countersign_portal::store::{Begun, DeviceState, NewDevice};

use super::site::Site;
use crate::program;

#[tokio::test]
async fn the_demonstration_goes_to_its_end_and_leaves_the_account_as_it_was() {
    let site = Site::start().await;
    let (url, password) = (site.url.clone(), site.ana.clone());
    let output = run(&url, "ana", &password).await;
    let (told, errors) = (text(&output.stdout), text(&output.stderr));
    assert_eq!((errors, output.status.code()), ("", Some(0)), "{told}");
    let mut rest = told;
    for step in [
        " 1  The phone signs in",
        " 2  On the web: Register new device → Next",
        " 3  Somebody photographs it badly",
        " 4  The photograph is read",
        " 5  Verify device → Scan QR",
        " 6  Continue, too early",
        " 7  The code is typed on the web → Submit",
        " 8  Continue → Device registered",
        " 9  Sign out, and log in with the next code",
        "10  The device is removed",
    ] {
        rest = rest.split_once(&format!("\n{step}")).unwrap_or_else(|| panic!("{step}: {told}")).1;
    }
    assert!(!told.contains(&password));
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    assert!(is_as_it_was(&site).await);
    site.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn whoever_stops_it_leaves_no_device_behind() {
    let site = Site::start().await;
    let (url, password) = (site.url.clone(), site.ana.clone());
    let (told, errors) = tokio::task::spawn_blocking(move || {
        let mut child = demo(&url, "ana").env_remove(PASSWORD).spawn().unwrap();
        // The password comes through the standard input here.
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut told: Vec<_> = lines.by_ref().take_while(|line| !line.contains("Submit")).collect();
        let stop = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(stop.unwrap().success());
        told.extend(lines);
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{told:#?}");
        (told.join("\n"), errors)
    })
    .await
    .unwrap();
    assert!(told.ends_with("is removed again."), "{told}\n{errors}");
    assert_eq!(errors, "countersign: stopped, as you asked\n");
    assert!(is_as_it_was(&site).await);
    site.stop().await;
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_with_what_to_do() {
    let site = Site::start().await;
    let says = async |login: &str, password: &str, advice: &str| {
        let output = run(&site.url, login, password).await;
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(errors.contains(advice) && !errors.contains(password), "{errors}");
    };
    says("ana", "hunter2", "New password").await;
    says("nobody", "hunter2", "New password").await;
    says("admin", &site.admin, "choose your own").await;

    let must = site.portal.add_account("eve", false, true, true).await.unwrap().unwrap();
    says("eve", &must, "must have a device").await;
    let eve = site.portal.store().user_by_login("eve").await.unwrap().unwrap();
    assert!(site.portal.store().devices(&eve.id).await.unwrap().is_empty(), "none was begun");

    register_a_device(&site).await;
    says("ana", &site.ana, "Mobile authentication → Remove").await;

    let output = run(&site.url.replace("http:", "https:"), "ana", &site.ana).await;
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    site.stop().await;
}

async fn run(url: &str, login: &str, password: &str) -> Output {
    let mut command = demo(url, login);
    command.env(PASSWORD, password);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn demo(url: &str, login: &str) -> Command {
    let mut command = Command::new(program::path());
    command.args(["demo", "--portal", url, "--login", login]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Whether the agent has neither a device nor recovery codes that nobody has kept.
async fn is_as_it_was(site: &Site) -> bool {
    let store = site.portal.store();
    let ana = store.user_by_login("ana").await.unwrap().unwrap();
    let devices = store.devices(&ana.id).await.unwrap();
    devices.iter().all(|device| device.state == DeviceState::Rejected)
        && store.recovery_codes_left(&ana.id).await.unwrap() == 0
}

async fn register_a_device(site: &Site) {
    let store = site.portal.store();
    let ana = store.user_by_login("ana").await.unwrap().unwrap();
    let now = site.portal.clock().now();
    let new = NewDevice {
        id: "1",
        user_id: &ana.id,
        name: "Pixel",
        secret: b"sealed",
        key_id: "k1",
        begun_in: &[0; 32],
        expires_at: now + 900,
    };
    assert_eq!(store.begin_device(new, now).await.unwrap(), Begun::New);
    let device = store.devices(&ana.id).await.unwrap().pop().unwrap();
    let seen = Seen { last_step: Some(1), drift: 0 };
    assert!(store.register_device(&device, seen, now).await.unwrap());
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const PASSWORD: &str = "COUNTERSIGN_DEMO_PASSWORD";
