//! How patient the portal is with wrong passwords and codes, and whom it keeps waiting.

use countersign_portal::store::{AuditFilter, Scope};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::devices::{prepare, site_key};
use super::requests::{Visitor, begin, code_on, id_of, register};
use super::site::Site;

#[tokio::test]
async fn a_known_browser_gets_in_at_an_address_that_is_full_of_wrong_passwords() {
    let site = Site::start().await;
    let known = Visitor::of(&site);
    known.sign_in("ana", &site.ana).await;
    known.submit("/profile", "/sign-out", &[]).await;
    let (store, clock) = (site.portal.store(), site.portal.clock());
    let from = Scope::Address("127.0.0.1".to_owned());
    // Until it has to wait for minutes, which this test does not take.
    for attempt in 0..215 {
        let wait = store.reserve_attempt(&from, clock.now()).await.unwrap();
        clock.advance(wait.unwrap_or(0));
        assert!(attempt > 200 || wait.is_none(), "attempt {attempt}");
    }
    let stranger = Visitor::of(&site);
    let refused = stranger.sign_in("ana", &site.ana).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(known.sign_in("ana", &site.ana).await.url().path(), "/profile");
    // Its own wrong passwords are counted still.
    known.submit("/profile", "/sign-out", &[]).await;
    for _ in 0..5 {
        assert_eq!(known.sign_in("ana", "wrong").await.status(), StatusCode::UNAUTHORIZED);
    }
    let refused = known.sign_in("ana", &site.ana).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    // The hour is over, and the address is as good as any.
    clock.advance(3_600);
    assert_eq!(stranger.sign_in("ana", &site.ana).await.url().path(), "/profile");
    site.stop().await;
}

#[tokio::test]
async fn whoever_knows_the_password_keeps_no_browser_of_the_owner_from_its_code() {
    const CODE: &str = "/sign-in/code";
    let site = Site::start().await;
    let clock = site.portal.clock();
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    let (path, page) = begin(&owner, "Pixel").await;
    let code = code_on(&site, &page).await;
    owner.submit(&path, &path, &[("code", &code)]).await;
    let thief = Visitor::of(&site);
    thief.sign_in("ana", &site.ana).await;
    for _ in 0..5 {
        let wrong = thief.submit(CODE, CODE, &[("code", "12345")]).await;
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    }
    let log_in = async |browser: &Visitor, code: &str| {
        browser.submit("/profile", "/sign-out", &[]).await;
        browser.sign_in("ana", &site.ana).await;
        browser.submit(CODE, CODE, &[("code", code)]).await
    };
    // The owner's browser was let in by the password alone so far, as the thief's might have been.
    clock.advance(30);
    let code = code_on(&site, &page).await;
    thief.submit(CODE, CODE, &[("code", "12345")]).await;
    assert_eq!(log_in(&owner, &code).await.status(), StatusCode::TOO_MANY_REQUESTS);
    clock.advance(900);
    let code = code_on(&site, &page).await;
    assert_eq!(log_in(&owner, &code).await.url().path(), "/profile");
    // From now on it has a way of its own.
    for _ in 0..6 {
        thief.submit(CODE, CODE, &[("code", "12345")]).await;
    }
    clock.advance(30);
    thief.submit(CODE, CODE, &[("code", "12345")]).await;
    let code = code_on(&site, &page).await;
    assert_eq!(log_in(&owner, &code).await.url().path(), "/profile");
    // Its own wrong codes are counted, and hold up nobody else.
    clock.advance(30);
    for status in [401, 401, 401, 401, 401, 429] {
        assert_eq!(log_in(&owner, "12345").await.status().as_u16(), status);
    }
    let code = code_on(&site, &page).await;
    assert_eq!(log_in(&Visitor::of(&site), &code).await.url().path(), "/profile");
    site.stop().await;
}

#[tokio::test]
async fn a_new_password_makes_strangers_of_all_browsers_but_its_own() {
    let site = Site::start().await;
    let (owner, thief) = (Visitor::of(&site), Visitor::of(&site));
    thief.sign_in("ana", &site.ana).await;
    owner.sign_in("ana", &site.ana).await;
    let form = "/profile/access/password";
    let new = "harbour lantern seven";
    let fields = [("old", site.ana.as_str()), ("new", new), ("again", new)];
    let changed = owner.submit(form, form, &fields).await;
    assert_eq!(changed.url().path(), "/profile/access");
    owner.submit("/profile", "/sign-out", &[]).await;
    // Who knew the old password guesses at the new one as a stranger does, and keeps nobody out.
    for _ in 0..5 {
        assert_eq!(thief.sign_in("ana", "wrong").await.status(), StatusCode::UNAUTHORIZED);
    }
    let stranger = Visitor::of(&site).sign_in("ana", new).await;
    assert_eq!(stranger.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(owner.sign_in("ana", new).await.url().path(), "/profile");
    site.stop().await;
}

#[tokio::test]
async fn wrong_recovery_codes_are_told_and_counted_where_no_device_is_left_too() {
    const RECOVERY: &str = "/sign-in/recovery";
    let site = Site::start().await;
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    let page = register(&site, &owner, "Pixel").await;
    let code = page.split_once("<code>").unwrap().1.split_once('<').unwrap().0.to_owned();
    let (store, clock) = (site.portal.store(), site.portal.clock());
    let id = id_of(&site, "ana").await;
    let visitor = Visitor::of(&site);
    let with_device = visitor.sign_in("ana", &site.ana).await;
    assert_eq!(with_device.url().path(), "/sign-in/code");
    let page = visitor.get(RECOVERY).await.text().await.unwrap();
    assert!(page.contains("Back to the code"), "{page}");
    // The last device is revoked: no page asks for its code any more.
    let device = store.devices(&id).await.unwrap().remove(0);
    store.reject_device(&id, &device.id, clock.now()).await.unwrap();
    assert_eq!(visitor.get("/sign-in/code").await.url().path(), RECOVERY);
    let page = visitor.get(RECOVERY).await.text().await.unwrap();
    assert!(!page.contains("Back to the code"), "{page}");
    for attempt in 0..5 {
        let answer = visitor.submit(RECOVERY, RECOVERY, &[("code", "WRONG")]).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{attempt}");
        let text = answer.text().await.unwrap();
        assert!(text.contains("none of your unused recovery codes"), "{text}");
    }
    let answer = visitor.submit(RECOVERY, RECOVERY, &[("code", &code)]).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS, "not even the right one");
    let refused = AuditFilter { action: "code-refused".to_owned(), ..AuditFilter::default() };
    assert_eq!(store.audit_log(&refused, 10).await.unwrap().len(), 5);
    clock.advance(2);
    let answer = visitor.submit(RECOVERY, RECOVERY, &[("code", &code)]).await;
    assert_eq!(answer.url().path(), "/profile");
    // And all is forgiven.
    let scope = Scope::Recovery(id);
    for _ in 0..4 {
        assert_eq!(store.reserve_attempt(&scope, clock.now()).await.unwrap(), None);
    }
    site.stop().await;
}

#[tokio::test]
async fn wrong_recovery_codes_keep_no_device_waiting() {
    const RECOVERY: &str = "/sign-in/recovery";
    const CODE: &str = "/sign-in/code";
    let site = Site::start().await;
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    let (path, page) = begin(&owner, "Pixel").await;
    owner.submit(&path, &path, &[("code", &code_on(&site, &page).await)]).await;
    let visitor = Visitor::of(&site);
    visitor.sign_in("ana", &site.ana).await;
    for status in [401, 401, 401, 401, 401, 429] {
        let answer = visitor.submit(RECOVERY, RECOVERY, &[("code", "WRONG")]).await;
        assert_eq!(answer.status().as_u16(), status);
    }
    site.portal.clock().advance(30);
    let code = code_on(&site, &page).await;
    let answer = visitor.submit(CODE, CODE, &[("code", &code)]).await;
    assert_eq!(answer.url().path(), "/profile");
    site.stop().await;
}

#[tokio::test]
async fn nobodys_wait_grows_as_an_accounts_does() {
    let site = Site::start().await;
    let device = prepare(&site.portal, "known", 1).await.remove(0);
    let (key, http) = (site_key(&site.portal).await, Client::new());
    // The seconds to wait as they are told, and whether the code was looked at.
    let told = async |login: &str| {
        let asked = http.post(format!("{}/api/v1/verify", site.url)).bearer_auth(&key);
        let asked = asked.json(&json!({ "login": login, "code": "12345" }));
        let answer = asked.send().await.unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let wait = answer.headers()["retry-after"].to_str().unwrap();
            return (false, wait.parse::<i64>().unwrap());
        }
        let said: Value = answer.json().await.unwrap();
        (true, said["next_code_in"].as_i64().unwrap())
    };
    let alike = async |attempt: usize| {
        let (known, nobody) = (told(&device.login).await, told("nobody").await);
        assert_eq!(known.0, nobody.0, "attempt {attempt}: {known:?} {nobody:?}");
        // A second may pass between the two, and the next step begin with it.
        let apart = (known.1 - nobody.1).abs();
        assert!(apart <= 2 || known.1.max(nobody.1) <= 30, "{known:?} {nobody:?}");
        nobody
    };
    for attempt in 1..=8 {
        let (looked_at, wait) = alike(attempt).await;
        assert!(looked_at && wait <= 30, "attempt {attempt}: {wait}");
        // While it waits for less than a step, the next code is what is waited for.
        if attempt == 5 {
            let (looked_at, wait) = alike(attempt).await;
            assert!(!looked_at && (1..=30).contains(&wait), "{wait}");
        }
        site.portal.clock().advance(30);
    }
    let (looked_at, wait) = alike(9).await;
    assert!(looked_at && wait == 32, "{wait}");
    let (looked_at, wait) = alike(9).await;
    assert!(!looked_at && wait > 28, "{wait}");
    for attempt in 10..=100 {
        site.portal.clock().advance(900);
        assert!(alike(attempt).await.0, "attempt {attempt}");
    }
    // None is looked at any more, and the wait has no end that it gets nearer to.
    for _ in 0..2 {
        site.portal.clock().advance(500);
        assert_eq!(alike(101).await, (false, 900));
    }
    site.stop().await;
}
