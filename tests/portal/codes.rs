//! Codes at a login: each lets in once, whoever sends it twice, and whatever the clock does.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::devices::{prepare, site_key, step_at, twin};
use super::requests::{Visitor, begin, code_on};
use super::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_browsers_with_one_code_at_one_moment_one_gets_in() {
    let site = Site::start().await;
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    let (path, page) = begin(&owner, "Pixel").await;
    let code = code_on(&site, &page).await;
    owner.submit(&path, &path, &[("code", &code)]).await;
    for _ in 0..5 {
        site.portal.clock().advance(30);
        let code = code_on(&site, &page).await;
        let (one, other) = (Visitor::of(&site), Visitor::of(&site));
        one.sign_in("ana", &site.ana).await;
        other.sign_in("ana", &site.ana).await;
        let form = "/sign-in/code";
        let fields = [("code", code.as_str())];
        let (one, other) =
            tokio::join!(one.submit(form, form, &fields), other.submit(form, form, &fields));
        let mut paths = [one.url().path(), other.url().path()];
        paths.sort_unstable();
        assert_eq!(paths, ["/profile", "/sign-in/code"]);
    }
    site.stop().await;
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_and_back_locks_nobody_out() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site);
    site.portal.clock().advance(86_400);
    for _ in 0..6 {
        visitor.sign_in("ana", "wrong").await;
    }
    site.portal.clock().advance(-86_400);
    let answer = visitor.sign_in("ana", &site.ana).await;
    assert_eq!(answer.url().path(), "/profile", "a wait until tomorrow is no wait of ours");
    site.portal.clock().advance(-3_600);
    assert_eq!(visitor.get("/profile").await.status(), StatusCode::OK);
    site.stop().await;
}

#[tokio::test]
async fn a_clock_that_jumps_loses_no_registration_and_uses_no_code_twice() {
    let site = Site::start().await;
    let clock = site.portal.clock();
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    let (path, page) = begin(&owner, "Pixel").await;
    // Set wrong by ten minutes, and right again, while the registration is pending.
    clock.advance(-600);
    clock.advance(600);
    assert_eq!(owner.get(&path).await.url().path(), path);
    let code = code_on(&site, &page).await;
    let told = owner.submit(&path, &path, &[("code", &code)]).await.text().await.unwrap();
    assert!(told.contains("Device registered"), "{told}");

    let log_in = async |code: &str| {
        let browser = Visitor::of(&site);
        browser.sign_in("ana", &site.ana).await;
        let answer = browser.submit("/sign-in/code", "/sign-in/code", &[("code", code)]).await;
        (answer.status(), answer.url().path().to_owned())
    };
    let let_in = (StatusCode::OK, "/profile".to_owned());
    let refused = (StatusCode::UNAUTHORIZED, "/sign-in/code".to_owned());
    clock.advance(30);
    let next = code_on(&site, &page).await;
    // A portal whose clock is a day ahead takes no code of today, and forgets none.
    clock.advance(86_400);
    assert_eq!(log_in(&next).await, refused);
    clock.advance(-86_400);
    assert_eq!(log_in(&next).await, let_in);
    assert_eq!(log_in(&next).await, refused, "a second time");
    // Set back over the steps that were used, it takes none of them again.
    clock.advance(-60);
    for _ in 0..3 {
        let used = code_on(&site, &page).await;
        assert_eq!(log_in(&used).await, refused);
        clock.advance(30);
    }
    let fresh = code_on(&site, &page).await;
    assert_eq!(log_in(&fresh).await, let_in);
    site.stop().await;
}

#[tokio::test]
async fn a_code_that_was_used_is_not_taken_for_another_devices() {
    let site = Site::start().await;
    let device = prepare(&site.portal, "twin", 1).await.remove(0);
    twin(&site.portal, &device).await;
    let (key, http) = (site_key(&site.portal).await, reqwest::Client::new());
    let verdict = async |code: &str| {
        let asked = http.post(format!("{}/api/v1/verify", site.url)).bearer_auth(&key);
        let asked = asked.json(&json!({ "login": device.login, "code": code }));
        let answer: Value = asked.send().await.unwrap().json().await.unwrap();
        answer["verdict"].as_str().unwrap().to_owned()
    };
    let code = device.code(step_at(site.portal.clock().now()));
    assert_eq!(verdict(&code).await, "accepted");
    assert_eq!(verdict(&code).await, "refused", "of the twin it is fresh");
    site.portal.clock().advance(30);
    let code = device.code(step_at(site.portal.clock().now()));
    assert_eq!(verdict(&code).await, "accepted", "the next one");
    site.stop().await;
}
