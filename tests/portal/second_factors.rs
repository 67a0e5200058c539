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
