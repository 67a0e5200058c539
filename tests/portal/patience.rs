//! How patient the portal is with wrong passwords and codes, and whom it keeps waiting.

use countersign_portal::store::Scope;
use reqwest::StatusCode;

use super::requests::Visitor;
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
