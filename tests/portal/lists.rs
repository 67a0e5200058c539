//! Lists that are longer than a page: what is left out is said.

use countersign_portal::store::{NewUser, new_id};

use super::requests::Visitor;
use super::site::Site;

#[tokio::test]
async fn a_list_of_users_that_is_cut_says_so() {
    const CUT: &str = "At most 200 users are shown";
    let site = Site::start().await;
    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let boss = Visitor::of(&site);
    boss.sign_in("boss", &password).await;
    let add = async |number: usize| {
        let user = NewUser {
            id: &new_id().unwrap(),
            login: &format!("many{number:03}"),
            password_hash: "none",
            admin: false,
            mfa_required: false,
        };
        assert!(site.portal.store().add_user(user, 0).await.unwrap());
    };
    for number in 0..200 {
        add(number).await;
    }
    let page = boss.get("/admin/users?search=many").await.text().await.unwrap();
    assert!(page.contains("many199") && !page.contains(CUT), "{page}");
    add(200).await;
    let page = boss.get("/admin/users?search=many").await.text().await.unwrap();
    assert!(!page.contains("many200") && page.contains(CUT), "{page}");
    assert_eq!(page.matches("<bdi>many").count(), 200);
    site.stop().await;
}
