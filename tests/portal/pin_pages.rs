//! The administrator's pages of message templates: edited by administrators alone, by forms of ours,
//! and in the audit log.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::app::{App, BOTH, NUMBER};
use super::requests::Visitor;
use super::site::Site;

#[tokio::test]
async fn a_template_is_edited_and_gets_its_line_for_autofill() {
    let site = Site::with_sms("inbox:").await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let boss = Visitor::of(&site);
    boss.sign_in("boss", &password).await;
    let page = format!("/admin/pins/{}/templates/{}", ids.0, ids.1);
    let text = boss.get(&page).await.text().await.unwrap();
    assert!(text.contains("Hello {{firstName}}, your PIN is {{pin}}</textarea>"), "{text}");
    let form = |text, autofill: bool| {
        let mut form =
            vec![("text", text), ("sender", "Harbour"), ("kind", "NUMERIC"), ("length", "7")];
        form.extend(autofill.then_some(("autofill", "yes")));
        form
    };
    let template = async || {
        let path = format!("/2fa/2/applications/{}/messages/{}", ids.0, ids.1);
        app.call(Method::GET, &path, Value::Null).await.1
    };
    // Twice: the line is there once.
    for _ in 0..2 {
        let saved = boss.submit(&page, &page, &form("Your code:\r\n{{pin}}", true)).await;
        assert_eq!(saved.status(), StatusCode::OK);
        let saved = saved.text().await.unwrap();
        assert!(saved.contains("The message template is saved."), "{saved}");
        let kept = template().await;
        assert_eq!(kept["messageText"], "Your code:\n{{pin}}\n\n@localhost #{{pin}}");
        assert_eq!((&kept["senderId"], &kept["pinLength"]), (&json!("Harbour"), &json!(7)));
    }
    app.send(&ids, NUMBER).await;
    let text = app.read().await;
    let (_, code) = text.rsplit_once('#').unwrap();
    assert_eq!(text, format!("Your code:\n{code}\n\n@localhost #{code}"));
    boss.submit(&page, &page, &form("Your code:\r\n{{pin}}\r\n\r\n@localhost #{{pin}}", false))
        .await;
    assert_eq!(template().await["messageText"], "Your code:\n{{pin}}");

    for (text, kind, length) in
        [("no pin", "NUMERIC", "6"), ("{{pin}}", "ROMAN", "6"), ("{{pin}}", "NUMERIC", "3")]
    {
        let form = [("text", text), ("sender", ""), ("kind", kind), ("length", length)];
        let refused = boss.submit(&page, &page, &form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{text} {kind} {length}");
    }
    let new = format!("/admin/pins/{}/templates/new", ids.0);
    boss.submit(&new, &new, &form("{{pin}} <b>&amp;", true)).await;
    let list = boss.get(&format!("/admin/pins/{}", ids.0)).await.text().await.unwrap();
    assert!(list.contains("{{pin}} &#60;b&#62;&#38;amp;"), "{list}");
    assert!(list.contains("restricted authenticator") && list.contains("device that shows codes"));
    let log = boss.get("/admin/audit").await.text().await.unwrap();
    assert_eq!(log.matches(">template-changed</td>").count(), 4, "{log}");
    let other = app.set_up(json!({})).await;
    let wrong = boss.get(&format!("/admin/pins/{}/templates/{}", other.0, ids.1)).await;
    assert_eq!(wrong.status(), StatusCode::NOT_FOUND, "another application's");
    site.stop().await;
}

#[tokio::test]
async fn nobody_else_edits_and_no_other_site_does() {
    let site = Site::with_sms("inbox:").await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let pages = [
        "/admin/pins".to_owned(),
        "/admin/pins/inbox".to_owned(),
        format!("/admin/pins/{}", ids.0),
        format!("/admin/pins/{}/templates/{}", ids.0, ids.1),
        format!("/admin/pins/{}/templates/new", ids.0),
    ];
    let ana = Visitor::of(&site);
    ana.sign_in("ana", &site.ana).await;
    for page in &pages {
        assert_eq!(ana.get(page).await.status(), StatusCode::FORBIDDEN, "{page}");
        let landed = Visitor::of(&site).get(page).await;
        assert!(landed.url().path().ends_with("/sign-in"), "{page}");
    }
    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let boss = Visitor::of(&site);
    boss.sign_in("boss", &password).await;
    let form = [("text", "{{pin}}"), ("sender", ""), ("kind", "NUMERIC"), ("length", "6")];
    let forged = [form.as_slice(), &[("csrf", "AAAAAAAAAAAAAAAAAAAAAA")]].concat();
    let post = boss.http.post(format!("{}{}", site.url, pages[3])).form(&forged);
    assert_eq!(post.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let log = boss.get("/admin/audit").await.text().await.unwrap();
    assert!(!log.contains(">template-changed</td>"), "{log}");
    site.stop().await;
}

#[tokio::test]
async fn a_key_is_made_for_one_application_and_to_send_alone() {
    let site = Site::with_sms("inbox:").await;
    let owner = App::with(&site, BOTH, None).await;
    let (ids, other) = (owner.set_up(json!({})).await, owner.set_up(json!({})).await);
    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let boss = Visitor::of(&site);
    boss.sign_in("boss", &password).await;
    let keys = "/admin/keys";
    let make = async |purpose, application: &str| {
        let form = [("name", "shop"), ("use", purpose), ("application", application)];
        let made = boss.submit(keys, keys, &form).await;
        let (status, text) = (made.status(), made.text().await.unwrap());
        let key = text.split_once("<code").map(|(_, rest)| {
            let (_, rest) = rest.split_once('>').unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        });
        (status, key.unwrap_or_default())
    };
    let one = App::at(&site.url, &make("send", &ids.0).await.1);
    assert_eq!(one.send(&ids, NUMBER).await.0, StatusCode::OK);
    assert_eq!(one.send(&other, NUMBER).await.0, StatusCode::NOT_FOUND);
    let path = format!("/2fa/2/applications/{}", ids.0);
    assert_eq!(one.call(Method::GET, &path, Value::Null).await.0, StatusCode::FORBIDDEN);
    let manager = App::at(&site.url, &make("manage", &ids.0).await.1);
    assert_eq!(manager.call(Method::GET, &path, Value::Null).await.0, StatusCode::OK);
    let own = "00000000000000000000000000000000";
    assert_eq!(make("send", own).await.0, StatusCode::NOT_FOUND, "the portal's own");
    let text = boss.get(keys).await.text().await.unwrap();
    assert!(text.contains("Send and verify PINs by SMS</td><td><bdi>Login</bdi></td>"), "{text}");
    assert!(text.contains("manage applications</td><td>All applications</td>"), "{text}");
    // A gateway's key is of no application, and does one thing.
    let gateway = App::at(&site.url, &make("report", &ids.0).await.1);
    let report = json!({ "id": "1", "status": "DELIVRD" });
    assert_eq!(gateway.post("/sms/reports", report).await.0, StatusCode::NO_CONTENT);
    assert_eq!(gateway.send(&ids, NUMBER).await.0, StatusCode::FORBIDDEN);
    let text = boss.get(keys).await.text().await.unwrap();
    assert!(text.contains("delivery reports</td><td></td>"), "{text}");
    site.stop().await;
}
