//! What happens to devices, recovery codes and registrations on the pages of their owner.

use countersign_portal::store::AuditFilter;
use reqwest::StatusCode;

use super::requests::{Visitor, id_of, register};
use super::site::Site;

const MOBILE: &str = "/profile/access/mobile";
const NEW: &str = "/profile/access/mobile/new";

#[tokio::test]
async fn a_registration_that_is_cancelled_leaves_the_recovery_codes() {
    let site = Site::start().await;
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    register(&site, &owner, "Pixel").await;
    let (store, id) = (site.portal.store(), id_of(&site, "ana").await);
    assert_eq!(store.recovery_codes_left(&id).await.unwrap(), 10);
    // An administrator revokes the device; the recovery codes stand in, and a new device is begun.
    let device = store.devices(&id).await.unwrap().remove(0);
    store.reject_device(&id, &device.id, site.portal.clock().now()).await.unwrap();
    let begun = owner.submit(NEW, NEW, &[("name", "Tablet")]).await;
    assert_eq!(begun.status(), StatusCode::OK);
    let remove = format!("{}/remove", begun.url().path());
    let sure = owner.get(&remove).await.text().await.unwrap();
    assert!(sure.contains("Your other devices and your recovery codes stay."), "{sure}");
    let answer = owner.submit(&remove, &remove, &[]).await;
    assert_eq!(answer.url().path(), MOBILE);
    assert!(answer.text().await.unwrap().contains("The registration is cancelled."));
    assert_eq!(store.recovery_codes_left(&id).await.unwrap(), 10);
    let log = store.audit_log(&AuditFilter::default(), 1).await.unwrap();
    assert_eq!(log[0].action, "registration-cancelled");
    site.stop().await;
}

#[tokio::test]
async fn the_last_device_that_is_removed_takes_the_recovery_codes_along() {
    let site = Site::start().await;
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    register(&site, &owner, "Pixel").await;
    let (store, id) = (site.portal.store(), id_of(&site, "ana").await);
    let device = store.devices(&id).await.unwrap().remove(0);
    let remove = format!("{MOBILE}/{}/remove", device.id);
    let answer = owner.submit(&remove, &remove, &[]).await;
    assert!(answer.text().await.unwrap().contains("The device is removed."));
    assert_eq!(store.recovery_codes_left(&id).await.unwrap(), 0);
    site.stop().await;
}

#[tokio::test]
async fn a_name_that_readers_change_or_that_is_no_utf_8_is_refused() {
    let site = Site::start().await;
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    let answer = owner.submit(NEW, NEW, &[("name", "Pixel ")]).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text().await.unwrap();
    assert!(text.contains("must not begin or end with a space"), "{text}");
    let page = owner.get(NEW).await.text().await.unwrap();
    let csrf = page.split_once("name=\"csrf\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let form = owner.http.post(format!("{}{NEW}", site.url));
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let answer = form.body(format!("csrf={csrf}&name=Pi%FFxel")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("was lost on the way"));
    assert!(site.portal.store().devices(&id_of(&site, "ana").await).await.unwrap().is_empty());
    // The phone that asks for such a name asks for none.
    let body = serde_json::json!({ "login": "ana", "password": site.ana });
    let signed_in = owner.http.post(format!("{}/api/v1/sign-in", site.url)).json(&body);
    let told: serde_json::Value = signed_in.send().await.unwrap().json().await.unwrap();
    let asked = owner.http.get(format!("{}/api/v1/device?device=Pi%FFxel", site.url));
    let asked = asked.bearer_auth(told["token"].as_str().unwrap());
    assert_eq!(asked.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    site.stop().await;
}

#[tokio::test]
async fn of_several_devices_one_whose_code_was_just_used_is_enough_to_be_told() {
    let site = Site::start().await;
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    register(&site, &owner, "Pixel").await;
    // To the beginning of a step, which what follows does not outlast.
    let late = site.portal.clock().now().rem_euclid(30);
    site.portal.clock().advance(60 - late);
    register(&site, &owner, "Tablet").await;
    let page = Visitor::of(&site).sign_in("ana", &site.ana).await.text().await.unwrap();
    assert!(page.contains("last code is used"), "{page}");
    site.portal.clock().advance(60);
    let page = Visitor::of(&site).sign_in("ana", &site.ana).await.text().await.unwrap();
    assert!(!page.contains("last code is used"), "{page}");
    site.stop().await;
}

#[tokio::test]
async fn a_registration_that_is_taken_up_in_another_session_says_that_its_qr_code_is_new() {
    const NEW_CODE: &str = "This is a new QR code.";
    let site = Site::start().await;
    let (one, other) = (Visitor::of(&site), Visitor::of(&site));
    one.sign_in("ana", &site.ana).await;
    other.sign_in("ana", &site.ana).await;
    let begun = one.submit(NEW, NEW, &[("name", "Pixel")]).await;
    let path = begun.url().path().to_owned();
    assert!(!begun.text().await.unwrap().contains(NEW_CODE));
    let taken_up = other.get(&path).await;
    assert_ne!(taken_up.url().path(), path, "another registration of the name");
    assert!(taken_up.text().await.unwrap().contains(NEW_CODE));
    site.stop().await;
}

#[tokio::test]
async fn the_first_set_up_says_in_another_session_that_its_qr_code_is_new() {
    const NEW_CODE: &str = "This is a new QR code.";
    let site = Site::start().await;
    site.portal.store().set_mfa_required(&id_of(&site, "ana").await, true).await.unwrap();
    let page = async |visitor: &Visitor| {
        let answer = visitor.sign_in("ana", &site.ana).await;
        assert_eq!(answer.url().path(), "/sign-in/set-up");
        answer.text().await.unwrap()
    };
    assert!(!page(&Visitor::of(&site)).await.contains(NEW_CODE));
    let again = Visitor::of(&site);
    assert!(page(&again).await.contains(NEW_CODE));
    let reloaded = again.get("/sign-in/set-up").await.text().await.unwrap();
    assert!(!reloaded.contains(NEW_CODE), "it is the one that was just shown");
    site.stop().await;
}
