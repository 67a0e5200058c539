//! Starting: what is refused with advice, and what is never lost.

use std::fs;

use countersign_portal::config::Settings;
use countersign_portal::keys::Keys;
use countersign_portal::store::Store;
use countersign_portal::{Clock, Portal};
use reqwest::StatusCode;

use super::requests::Visitor;
use super::site::Site;

fn refusal(settings: Settings) -> String {
    format!("{:#}", settings.settle().err().expect("it is refused"))
}

#[test]
fn without_a_good_key_it_does_not_start_and_says_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = || Some(folder.path().to_owned());
    let weak = folder.path().join("weak");
    fs::write(&weak, "k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\n").unwrap();
    for settings in [
        Settings { key_file: Some(weak), ..Settings::default() },
        Settings { key_file: Some(folder.path().join("missing")), ..Settings::default() },
        Settings {
            database: Some("postgres://localhost/x".into()),
            data: data(),
            ..Settings::default()
        },
    ] {
        let said = refusal(settings);
        assert!(said.contains("countersign-portal new-key"), "{said}");
        assert!(!said.contains("QUFB"), "{said}");
    }
    // A database whose key is gone gets no new one.
    fs::write(folder.path().join("portal.db"), "").unwrap();
    let said = refusal(Settings { data: data(), ..Settings::default() });
    assert!(said.contains("no sealing key for this database"), "{said}");
    assert!(!folder.path().join("portal.key").exists());
}

#[test]
fn settings_that_would_give_sessions_away_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let base = || Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
    let listen = "0.0.0.0:8080".parse().ok();
    assert!(refusal(Settings { listen, ..base() }).contains("https://"));
    assert!(
        refusal(Settings { public_url: Some("ftp://x".into()), ..base() }).contains("https://")
    );
    let public_url = Some("http://portal.example".to_owned());
    assert!(
        refusal(Settings { public_url, ..base() }).contains("https://"),
        "behind a proxy with TLS"
    );
    assert!(refusal(Settings { issuer: Some("a:b".into()), ..base() }).contains("colon"));
    assert!(refusal(Settings { window: Some(11), ..base() }).contains("window"));
    let public_url = Some("https://portal.example".to_owned());
    assert!(Settings { listen, public_url, ..base() }.settle().is_ok());
}

#[test]
fn a_file_of_settings_is_below_flags_and_is_never_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portal.toml");
    fs::write(&file, "issuer = \"Harbour\"\nwindow = 2\nlisten = \"127.0.0.1:9000\"\n").unwrap();
    let with = |settings: Settings| Settings {
        config: Some(file.clone()),
        data: Some(folder.path().to_owned()),
        ..settings
    };
    let config = with(Settings { window: Some(0), ..Settings::default() }).settle().unwrap();
    assert_eq!((config.issuer.as_str(), config.window), ("Harbour", 0));
    assert_eq!(config.public_url, "http://localhost:9000");
    fs::write(&file, "database = \"postgres://u:hunter2@h/d\"\nnonsense = 1\n").unwrap();
    let said = refusal(with(Settings::default()));
    assert!(said.contains("docs/portal.md") && !said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn another_key_does_not_open_this_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = Some(format!("sqlite:{}?mode=rwc", folder.path().join("db").display()));
    let site = Site::with(Settings { database: database.clone(), ..Settings::default() }).await;
    let visitor = Visitor::of(&site);
    visitor.sign_in("ana", &site.ana).await;
    let new = "/profile/access/mobile/new";
    assert_eq!(visitor.submit(new, new, &[("name", "Pixel")]).await.status(), StatusCode::OK);
    site.stop().await;
    // Of another name, and of the same.
    for (id, expected) in [("k2", "the key “k1”"), ("k1", "do not fit this database")] {
        let key_file = folder.path().join(id);
        fs::write(&key_file, Keys::generate(id).unwrap().as_str()).unwrap();
        let settings = Settings {
            database: database.clone(),
            key_file: Some(key_file),
            ..Settings::default()
        };
        let opened = Portal::open(settings.settle().unwrap(), Clock::default()).await;
        let said = format!("{:#}", opened.err().unwrap());
        assert!(said.contains(expected), "{said}");
    }
}

#[tokio::test]
async fn devices_are_sealed_anew_and_the_old_key_can_go() {
    let folder = tempfile::tempdir().unwrap();
    let database = Some(format!("sqlite:{}?mode=rwc", folder.path().join("db").display()));
    let (old, new) = (Keys::generate("old").unwrap(), Keys::generate("new").unwrap());
    let settings = |keys: &str| {
        let key_file = folder.path().join("keys");
        fs::write(&key_file, keys).unwrap();
        Settings { database: database.clone(), key_file: Some(key_file), ..Settings::default() }
    };
    let site = Site::with(settings(&old)).await;
    let visitor = Visitor::of(&site);
    visitor.sign_in("ana", &site.ana).await;
    let form = "/profile/access/mobile/new";
    visitor.submit(form, form, &[("name", "Pixel")]).await;
    site.stop().await;
    let open =
        async |keys: &str| Portal::open(settings(keys).settle().unwrap(), Clock::default()).await;
    let portal = open(&format!("{}{}", *new, *old)).await.unwrap();
    assert_eq!(portal.reseal().await.unwrap(), 1);
    assert_eq!(portal.reseal().await.unwrap(), 0);
    assert!(open(&new).await.is_ok());
    assert!(open(&old).await.is_err());
}

#[tokio::test]
async fn a_command_makes_no_key_and_no_database_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |settings: Settings| {
        format!("{:#}", settings.settle_existing().err().expect("nothing is there"))
    };
    let data = folder.path().join("data");
    let of_data = || Settings { data: Some(data.clone()), ..Settings::default() };
    let said = refused(of_data());
    assert!(said.contains("there is no database") && said.contains("portal.db"), "{said}");
    assert!(!data.exists());
    let file = folder.path().join("own.db");
    let database = Some(Store::file_url(&file));
    let said = refused(Settings { database: database.clone(), ..of_data() });
    assert!(said.contains("own.db") && said.contains("--database"), "{said}");
    assert!(!file.exists());
    // The database is there, and its key is not.
    fs::create_dir(&data).unwrap();
    fs::write(data.join("portal.db"), "").unwrap();
    let said = refused(of_data());
    assert!(said.contains("no sealing key for this database in"), "{said}");
    assert!(!data.join("portal.key").exists());
    // A database that no portal brought up to date is left as it is.
    Keys::create_file(&data.join("portal.key")).unwrap();
    let open = async |config| Portal::open(config, Clock::default()).await;
    let said = format!("{:#}", open(of_data().settle_existing().unwrap()).await.err().unwrap());
    assert!(said.contains("portal.db") && said.contains("let it serve once"), "{said}");
    let served = open(of_data().settle().unwrap()).await.unwrap();
    served.store().close().await;
    let portal = open(of_data().settle_existing().unwrap()).await.unwrap();
    assert_eq!(portal.reseal().await.unwrap(), 0);
    assert!(portal.config().place().ends_with("portal.db"));
}

#[test]
fn a_key_file_of_ones_own_is_enough_on_a_fresh_machine() {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("key");
    Keys::create_file(&key_file).unwrap();
    let data = folder.path().join("not/there/yet");
    let settings =
        Settings { data: Some(data.clone()), key_file: Some(key_file), ..Settings::default() };
    assert!(settings.settle().is_ok());
    assert!(data.is_dir());
}

#[tokio::test]
async fn a_cookie_is_for_this_host_and_for_tls_where_there_is_tls() {
    let public_url = Some("https://portal.example".to_owned());
    let site = Site::with(Settings { public_url, ..Settings::default() }).await;
    let answer = Visitor::of(&site).get("/sign-in").await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-countersign-session=") && cookie.contains("Secure"),
        "{cookie}"
    );
    assert!(answer.headers().contains_key("strict-transport-security"));
    site.stop().await;
}
