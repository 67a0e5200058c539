//! Schemathesis, which makes requests out of the OpenAPI document: none breaks the portal, and each
//! answer is one that the document knows.

use std::env;
use std::fs;
use std::process::Command;

use countersign_portal::config::{Settings, SmsSettings};
use serde_json::{Value, json};

use crate::app::{App, BOTH};
use crate::devices::{prepare, site_key};
use crate::postgres::Postgres;
use crate::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_made_of_the_document_breaks_the_portal() {
    // PostgreSQL takes less than SQLite does.
    let postgres = Postgres::quick();
    let database = Some(postgres.database("openapi"));
    let sms = SmsSettings { gateway: Some("inbox:".to_owned()), ..SmsSettings::default() };
    let site = Site::with(Settings { database, sms, ..Settings::default() }).await;
    let http = reqwest::Client::new();
    let key = site_key(&site.portal).await;
    prepare(&site.portal, "0", 1).await;
    let credentials = json!({ "login": "ana", "password": site.ana });
    let phone = async || {
        let request = http.post(format!("{}/api/v1/sign-in", site.url)).json(&credentials);
        let session: Value = request.send().await.unwrap().json().await.unwrap();
        session["token"].as_str().unwrap().to_owned()
    };
    // Each call with the token that it wants; one of them ends its session.
    let mut settings = String::new();
    for (call, token) in [("verify", key), ("device", phone().await), ("sign-out", phone().await)] {
        settings += &format!(
            "[[operations]]\ninclude-path = \"/api/v1/{call}\"\n\
             headers = {{ Authorization = \"Bearer {token}\" }}\n\n"
        );
    }
    // What the document calls a number or a configuration may yet be none: these refuse more than it
    // says.
    let strict = "checks.positive_data_acceptance.enabled = false\n\n";
    for call in ["numbers", "numbers/{id}/resend", "numbers/{id}/verify"] {
        let token = phone().await;
        settings += &format!(
            "[[operations]]\ninclude-path = \"/api/v1/{call}\"\n\
             headers = {{ Authorization = \"Bearer {token}\" }}\n{strict}"
        );
    }
    let key = App::key(&site.portal, BOTH, None).await;
    settings += &format!(
        "[[operations]]\ninclude-path-regex = \"^/(2fa|sms)/\"\n\
         headers = {{ Authorization = \"App {key}\" }}\n{strict}"
    );
    check(&site.url, &settings).await;
    let ready = http.get(format!("{}/health/ready", site.url)).send().await.unwrap();
    assert_eq!(ready.status(), 200, "it is as well as before");
    site.stop().await;
}

async fn check(url: &str, settings: &str) {
    let program = env::var_os("COUNTERSIGN_SCHEMATHESIS").expect("`cargo xtask test` sets it");
    // It reads its settings, and keeps what it found, where it is started.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("schemathesis.toml"), settings).unwrap();
    let mut command = Command::new(program);
    command
        .args(["run", &format!("{url}/api/v1/openapi.json"), "--phases", "coverage,fuzzing"])
        .args(["--max-time", "90", "--seed", "1", "--continue-on-failure", "--no-color"])
        .current_dir(folder.path());
    // The portal answers in this process, so its threads are not to wait.
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    // It found every call, and had answers to look at.
    assert!(text.contains("Tested: 20"), "{text}");
    let passed = text.lines().find(|line| line.contains(" generated, "));
    let passed = passed.unwrap_or_else(|| panic!("{text}")).trim();
    println!("{passed}");
    let count = passed.split(' ').next().and_then(|count| count.parse::<usize>().ok());
    assert!(count.is_some_and(|count| count >= 100), "{text}");
}
