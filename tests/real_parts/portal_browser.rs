//! The whole flow in a real browser, with the real core as the phone.

use std::env;
use std::fs;
use std::path::PathBuf;

use countersign::enroll::{CodeNotice, Event, ManualForm, View};
use serde_json::json;

use crate::app::{App, BOTH, pin_in, text_to};
use crate::browser::Browser;
use crate::phone::{Phone, account_of};
use crate::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_register_new_device_to_device_registered() {
    let site = Site::start().await;
    next_step(&site);
    let mut phone = Phone::sign_in(&site.url, "ana", &site.ana).await;
    phone.ahead = ahead(&site);

    let web = Browser::open(&site.url, 1_000, false).await;
    web.sign_in("ana", &site.ana).await;
    web.says("Your account is protected by a password alone").await;
    web.begin_device("Ana’s phone").await;
    web.says("Not able to scan the QR code?").await;

    // The code as it is drawn on the screen, not as it was meant.
    let view = phone.scan(&web.screenshot().await).await;
    let account = account_of(&view);
    let view = phone.send(Event::Continue).await;
    let early = matches!(view, View::ShowCode { notice: Some(CodeNotice::EnterCodeFirst), .. });
    assert!(early, "{view:?}");

    let code = phone.code(account);
    web.fill("code", &wrong(&code)).await;
    web.press("Submit").await;
    web.says("This code does not fit").await;
    web.fill("code", &code).await;
    web.press("Submit").await;
    web.says("Device registered").await;
    web.says("Now tap “Continue” on your phone").await;
    let recovery = web.at(".once li").await;

    let view = phone.send(Event::Continue).await;
    assert!(matches!(view, View::DeviceRegistered { .. }), "{view:?}");
    phone.send(Event::Done).await;

    // From now on a code at every login, and the one just used is used.
    web.press("Sign out").await;
    web.sign_in("ana", &site.ana).await;
    web.says("Enter the code").await;
    web.says("last code is used").await;
    web.fill("code", &code).await;
    web.press("Submit").await;
    web.says("wrong or was used already").await;
    web.says("Wait ").await;
    next_step(&site);
    phone.ahead = ahead(&site);
    let code = phone.code(account);
    web.fill("code", &code).await;

    // The same code in two browsers at one moment: accepted once.
    let other = Browser::open(&site.url, 1_000, false).await;
    other.sign_in("ana", &site.ana).await;
    other.fill("code", &code).await;
    tokio::join!(web.press("Submit"), other.press("Submit"));
    let (web, other) = if web.is_let_in().await { (web, other) } else { (other, web) };
    web.says("1 registered device").await;
    other.says("wrong or was used already").await;

    // A recovery code lets in, once.
    other.press("Don’t have your phone?").await;
    other.fill("code", &recovery.to_lowercase()).await;
    other.press("Submit").await;
    other.says("User profile").await;
    other.press("Sign out").await;
    other.sign_in("ana", &site.ana).await;
    other.press("Don’t have your phone?").await;
    other.fill("code", &recovery).await;
    other.press("Submit").await;
    other.says("none of your unused recovery codes").await;

    other.close().await;
    web.close().await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_by_hand_and_a_name_in_the_wrong_case() {
    let site = Site::start().await;
    next_step(&site);
    let web = Browser::open(&site.url, 1_000, false).await;
    web.sign_in("ana", &site.ana).await;
    web.begin_device("Pixel").await;
    web.press("Not able to scan the QR code?").await;
    let (name, key) = (web.at("#device-name").await, web.at("#key").await);
    assert_eq!(name, "Pixel");
    assert_eq!(key.split(' ').map(str::len).collect::<Vec<_>>(), [4; 8], "{key}");

    for (typed, registered) in [("pixel", false), ("Pixel", true)] {
        let mut phone = Phone::sign_in(&site.url, "ana", &site.ana).await;
        phone.ahead = ahead(&site);
        phone.send(Event::EnterManually).await;
        let form = ManualForm { name: typed, key: &key, ..ManualForm::default() };
        let account = account_of(&phone.send(Event::Submit(form)).await);
        let view = phone.send(Event::Continue).await;
        let View::ShowCode { notice: Some(notice), .. } = view else { panic!("{view:?}") };
        let expected =
            if registered { CodeNotice::EnterCodeFirst } else { CodeNotice::UnknownDevice };
        assert_eq!(notice, expected, "{typed}");
        if registered {
            web.fill("code", &phone.code(account)).await;
            web.press("Submit").await;
            web.says("Device registered").await;
            let view = phone.send(Event::Continue).await;
            assert!(matches!(view, View::DeviceRegistered { .. }), "{view:?}");
        }
    }
    // A name that differs in case only is another device, and is said to be.
    web.begin_device("pixel").await;
    web.says("differs from this one in upper and lower case only").await;
    web.begin_device("Pixel").await;
    web.says("You have a device of this name already").await;
    web.close().await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pending_registration_is_taken_up_again_or_runs_out() {
    let site = Site::start().await;
    let web = Browser::open(&site.url, 1_000, false).await;
    web.sign_in("ana", &site.ana).await;
    web.begin_device("Pixel").await;
    web.says("Scan the QR code").await;
    let first = web.path().await;
    web.begin_device("Pixel").await;
    // The same registration.
    web.is_at(&first).await;
    web.go("/profile/access/mobile").await;
    web.says("Not finished").await;
    web.press("Go on").await;
    web.is_at(&first).await;

    site.portal.clock().advance(901);
    web.fill("code", "123456").await;
    web.press("Submit").await;
    // A quarter of an hour after the sign-in, whoever sits there says first that it is them.
    web.says("Confirm that it is you").await;
    web.fill("password", &site.ana).await;
    web.press("Confirm").await;
    web.says("No device is registered").await;
    web.go(&first).await;
    web.says("This registration is over").await;
    web.begin_device("Pixel").await;
    web.says("Scan the QR code").await;
    assert_ne!(web.path().await, first, "a new registration, with a new key");
    web.close().await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_resets_and_the_agent_begins_anew() {
    let site = Site::start().await;
    next_step(&site);
    let admin = Browser::open(&site.url, 1_000, false).await;
    admin.sign_in("admin", &site.admin).await;
    admin.says("Your password was for one use").await;
    admin.fill("new", "harbour pilots know").await;
    admin.fill("again", "harbour pilots know").await;
    admin.press("Save").await;
    admin.says("shown until your phone is registered, and not again").await;
    let mut admins_phone = Phone::sign_in(&site.url, "admin", "harbour pilots know").await;
    admins_phone.ahead = ahead(&site);
    let account = account_of(&admins_phone.scan(&admin.screenshot().await).await);
    admin.fill("code", &admins_phone.code(account)).await;
    admin.press("Submit").await;
    admin.says("Device registered").await;

    // The administrator requires a device of Ana: the QR page at her next sign-in, and only then.
    admin.go("/admin/users").await;
    admin.press("ana").await;
    admin.press("Require MFA").await;
    admin.press("Require MFA").await;
    admin.says("required from now on").await;
    let web = Browser::open(&site.url, 1_000, false).await;
    let mut phone = Phone::sign_in(&site.url, "ana", &site.ana).await;
    phone.ahead = ahead(&site);
    web.sign_in("ana", &site.ana).await;
    web.says("and not again").await;
    let account = account_of(&phone.scan(&web.screenshot().await).await);
    web.fill("code", &phone.code(account)).await;
    web.press("Submit").await;
    web.says("Device registered").await;
    web.go("/sign-in/set-up").await;
    // The QR code is not shown again.
    web.is_at("/profile").await;

    admin.go("/admin/users").await;
    admin.press("ana").await;
    admin.says("Registered").await;
    admin.press("Reset MFA").await;
    admin.says("as if for the first time").await;
    admin.press("Reset MFA").await;
    admin.says("is reset").await;

    // Her session is over, the phone is told, and she configures a device as if for the first time.
    web.go("/profile").await;
    web.is_at("/sign-in").await;
    let view = phone.send(Event::Continue).await;
    let told = matches!(view, View::ShowCode { notice: Some(CodeNotice::SignInAgain), .. });
    assert!(told, "{view:?}");
    web.sign_in("ana", &site.ana).await;
    web.says("An administrator reset your multi-factor authentication").await;
    web.says("and not again").await;

    admin.go("/admin/audit?who=ana").await;
    admin.says("reset-mfa").await;
    admin.says("device-registered").await;
    web.close().await;
    admin.close().await;
    site.stop().await;
}

/// Every page, in light and dark, wide and narrow, in every language: axe finds nothing, nothing is
/// wider than the window; some are kept as pictures.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_can_be_read_by_everyone() {
    let axe = PathBuf::from(env::var("COUNTERSIGN_AXE").expect("`cargo xtask test` sets it"));
    let keep = env::var("COUNTERSIGN_SCREENS").ok().map(PathBuf::from);
    let site = Site::with_sms("inbox:").await;
    next_step(&site);
    let template = with_pins(&site).await;
    let application = template.rsplit_once("/templates/").unwrap().0;
    let web = Browser::open(&site.url, 1_000, false).await;
    let mut complaints = Vec::new();
    // Each round has an account of its own, which knows nothing yet.
    for (language, width, dark, name) in [
        ("en", 1_000, false, "grace.moore"),
        ("en", 1_000, true, "liam.clark"),
        ("en", 360, false, "ruth.adams"),
        ("de", 360, true, "leo.weber"),
        ("es", 1_000, false, "elena.ruiz"),
        ("hr", 360, false, "marko.babic"),
        ("ar", 1_000, false, "layla.hassan"),
        ("ar", 360, true, "omar.said"),
    ] {
        let password = site.portal.add_account(name, true, false, true).await.unwrap().unwrap();
        web.go("/sign-in").await;
        let mut look = async |title: &str| {
            web.emulate(width, dark).await;
            let place =
                format!("{title} {language} {width} {}", if dark { "dark" } else { "light" });
            complaints.extend(web.axe(&axe).await.into_iter().map(|c| format!("{place}: {c}")));
            let script = "return document.documentElement.scrollWidth";
            let wide = web.client.execute(script, vec![]).await.unwrap().as_u64().unwrap();
            if wide > width.into() {
                complaints.push(format!("{place}: {wide} pixels wide"));
            }
            if let Some(folder) = &keep {
                let file = folder.join(format!("portal-{}.png", place.replace(' ', "-")));
                fs::write(file, web.whole_page(width).await).unwrap();
            }
        };
        web.go(&format!("/sign-in?lang={language}")).await;
        look("sign-in").await;
        web.fill("login", name).await;
        web.fill("password", "wrong").await;
        web.press_main().await;
        web.is_shown("#problem").await;
        look("refused").await;
        web.fill("password", &password).await;
        web.press_main().await;
        web.is_at("/profile").await;
        for path in [
            "/profile",
            "/profile/access",
            "/profile/access/mobile",
            "/profile/access/mobile/new",
            "/profile/access/recovery",
            "/profile/access/password",
            "/profile/access/confirm",
            "/admin/users",
            "/admin/audit",
            "/admin/keys",
            "/nowhere",
        ] {
            web.go(path).await;
            let title = path.trim_start_matches('/').replace('/', "-");
            look(&title).await;
        }
        for (path, title) in [
            ("/admin/pins", "pins"),
            ("/admin/pins/inbox", "inbox"),
            (application, "application"),
            (template.as_str(), "pin-template"),
        ] {
            web.go(path).await;
            look(title).await;
        }
        web.fill("length", "3").await;
        web.press_main().await;
        web.is_shown("#problem").await;
        look("pin-template-wrong").await;
        web.go("/profile/access/mobile/new").await;
        web.fill("name", "Ana’s phone").await;
        web.press_main().await;
        web.is_shown(".qr").await;
        look("device").await;
        web.client.find(fantoccini::Locator::Css("summary")).await.unwrap().click().await.unwrap();
        look("device-values").await;
        let mut phone = Phone::sign_in(&site.url, name, &password).await;
        phone.ahead = ahead(&site);
        phone.send(Event::EnterManually).await;
        let key = web.at("#key").await;
        let form = ManualForm { name: "Ana’s phone", key: &key, ..ManualForm::default() };
        let account = account_of(&phone.send(Event::Submit(form)).await);
        web.fill("code", "000000").await;
        web.press_main().await;
        web.is_shown("#problem").await;
        look("device-wrong-code").await;
        web.fill("code", &phone.code(account)).await;
        web.press_main().await;
        web.is_shown(".done").await;
        look("registered").await;
        web.go("/profile/access/mobile").await;
        look("devices").await;
        let id = site.portal.store().user_by_login(name).await.unwrap().unwrap().id;
        for (path, title) in [("", "user"), ("/reset-mfa", "sure")] {
            web.go(&format!("/admin/users/{id}{path}")).await;
            look(title).await;
        }
        web.client
            .find(fantoccini::Locator::Css("header form button"))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        web.fill("login", name).await;
        web.fill("password", &password).await;
        web.press_main().await;
        web.is_shown("input.code").await;
        look("code").await;
        web.go("/sign-in/recovery").await;
        look("recovery").await;
        web.client.delete_all_cookies().await.unwrap();
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    web.close().await;
    site.stop().await;
}

/// An application that sent some PINs, and was stopped: the page of its template.
async fn with_pins(site: &Site) -> String {
    let app = App::with(site, BOTH, None).await;
    let limits = json!({ "sendPinPerPhoneNumberLimit": "90/1d" });
    let ids = app.set_up(limits).await;
    for number in 0..22 {
        app.send(&ids, &format!("4179302{:04}", 6_700 + number)).await;
    }
    for number in ["385911234567", "4915112345678", "34612345678"] {
        let (_, sent) = app.send(&ids, number).await;
        let pin = pin_in(&text_to(site, number).await);
        app.verify(sent["pinId"].as_str().unwrap(), &pin).await;
    }
    format!("/admin/pins/{}/templates/{}", ids.0, ids.1)
}

/// A code that is not this one.
fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect()
}

/// Sets the portal's clock to the beginning of the next step, where nothing changes while a test types.
fn next_step(site: &Site) {
    let clock = site.portal.clock();
    clock.advance(30 - clock.now().rem_euclid(30));
}

/// By how many seconds the portal's clock is ahead of the system's.
fn ahead(site: &Site) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    site.portal.clock().now() - now.as_secs() as i64
}
