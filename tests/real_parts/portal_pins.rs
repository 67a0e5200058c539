//! The official client of the API for PINs, as its makers ship it, against the portal.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::app::{App, BOTH, newest_text, pin_in};
use crate::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_client_goes_the_whole_way() {
    let python = env::var_os("COUNTERSIGN_INFOBIP").expect("`cargo xtask test` sets it");
    let site = Site::with_sms("inbox:").await;
    let key = App::key(&site.portal, BOTH, None).await;

    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/portal/official_client.py");
    let mut client = Command::new(python)
        .args([script, &site.url, &key, "41793026727"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = client.stdin.take().unwrap();
    let mut output = BufReader::new(client.stdout.take().unwrap()).lines();
    let mut next = |step: &str| {
        let line = output.next().unwrap_or_else(|| panic!("it ended before “{step}”")).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(told["step"], step);
        told["answer"].clone()
    };
    // It blocks on its pipe, and the portal goes on beside it.
    tokio::task::block_in_place(|| {
        assert_eq!(next("application")["configuration"]["pinAttempts"], 5);
        assert_eq!(next("applications").as_array().unwrap().len(), 1);
        assert_eq!(next("one application")["name"], "Login");
        let renamed = next("renamed");
        assert_eq!(
            (&renamed["name"], &renamed["configuration"]["pinAttempts"]),
            (&"Sign-in".into(), &5.into())
        );
        assert_eq!(next("template")["pinLength"], 6);
        assert_eq!(next("templates").as_array().unwrap().len(), 1);
        assert_eq!(next("one template")["pinPlaceholder"], "{{pin}}");
        assert_eq!(next("changed template")["pinLength"], 8);
        let sent = next("sent");
        assert_eq!(
            (&sent["to"], &sent["smsStatus"]),
            (&"41793026727".into(), &"MESSAGE_SENT".into())
        );
        assert_eq!(next("resent")["pinId"], sent["pinId"]);
        let wrong = next("wrong");
        assert_eq!((&wrong["verified"], &wrong["attemptsRemaining"]), (&false.into(), &4.into()));
    });
    let pin = pin_in(&newest_text(&site).await);
    assert_eq!(pin.len(), 8);
    writeln!(input, "{pin}").unwrap();
    tokio::task::block_in_place(|| {
        assert_eq!(next("right")["verified"], true);
        assert_eq!(next("again")["verified"], false);
        let known = next("verifications");
        assert_eq!(known["verifications"][0]["msisdn"], "41793026727");
        let none = next("no such application");
        assert_eq!(none["status"], 404);
        assert!(none["body"]["requestError"]["serviceException"]["messageId"].is_string());
    });
    assert!(client.wait().unwrap().success());
    site.stop().await;
}
