//! What strangers send: refused in words, with a clear status, and without a trace of what it was.

use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::{Value, json};

use super::site::Site;

/// A browser without a screen: it keeps cookies and reads forms.
pub(super) struct Visitor {
    pub(super) http: Client,
    url: String,
}

impl Visitor {
    pub(super) fn of(site: &Site) -> Self {
        let http = Client::builder()
            .cookie_store(true)
            .redirect(redirect::Policy::limited(5))
            .build()
            .unwrap();
        Self { http, url: site.url.clone() }
    }

    pub(super) async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// Sends the form of a page, with the token that the page has in it.
    pub(super) async fn submit(&self, page: &str, to: &str, fields: &[(&str, &str)]) -> Response {
        let text = self.get(page).await.text().await.unwrap();
        let (_, rest) = text.split_once("name=\"csrf\" value=\"").expect("a form is there");
        let (csrf, _) = rest.split_once('"').unwrap();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf)]).collect();
        self.http.post(format!("{}{to}", self.url)).form(&fields).send().await.unwrap()
    }

    pub(super) async fn sign_in(&self, login: &str, password: &str) -> Response {
        self.submit("/sign-in", "/sign-in", &[("login", login), ("password", password)]).await
    }
}

#[tokio::test]
async fn an_unknown_name_a_wrong_password_and_a_used_code_read_alike() {
    let site = Site::start().await;
    let of = async |login: &str| {
        let answer = Visitor::of(&site).sign_in(login, "wrong").await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        let (head, rest) = text.split_once("name=\"csrf\" value=\"").unwrap();
        let (_, tail) = rest.split_once('"').unwrap();
        (status, format!("{head}{tail}").replace(login, "…"))
    };
    let (known, unknown) = (of("ana").await, of("nobody").await);
    assert_eq!(known, unknown);
    assert_eq!(known.0, StatusCode::UNAUTHORIZED);
    site.stop().await;
}

#[tokio::test]
async fn a_stranger_waits_and_a_known_browser_does_not() {
    let site = Site::start().await;
    let known = Visitor::of(&site);
    assert!(known.sign_in("ana", &site.ana).await.url().path().ends_with("/profile"));
    known.submit("/profile", "/sign-out", &[]).await;
    let stranger = Visitor::of(&site);
    for _ in 0..5 {
        let answer = stranger.sign_in("ana", "wrong").await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    let answer = stranger.sign_in("ana", &site.ana).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS, "not even the right one");
    assert!(known.sign_in("ana", &site.ana).await.url().path().ends_with("/profile"));
    site.portal.clock().advance(2);
    let answer = stranger.sign_in("ana", &site.ana).await;
    assert!(answer.url().path().ends_with("/profile"), "after the wait");
    site.stop().await;
}

#[tokio::test]
async fn forms_that_were_made_elsewhere_are_refused() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site);
    visitor.get("/sign-in").await;
    let post =
        |fields: &[(&str, &str)]| visitor.http.post(format!("{}/sign-in", site.url)).form(fields);
    let fields =
        [("login", "ana"), ("password", site.ana.as_str()), ("csrf", "AAAAAAAAAAAAAAAAAAAAAA")];
    assert_eq!(post(&fields).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let fields = [("login", "ana"), ("password", site.ana.as_str())];
    let status = post(&fields).send().await.unwrap().status();
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "no token at all");
    let page = visitor.get("/sign-in").await.text().await.unwrap();
    let csrf = page.split_once("value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let fields = [("login", "ana"), ("password", site.ana.as_str()), ("csrf", csrf.as_str())];
    let cross = post(&fields).header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(cross.status(), StatusCode::FORBIDDEN);
    let other = Visitor::of(&site);
    let stolen = other.http.post(format!("{}/sign-in", site.url)).form(&fields);
    assert_eq!(stolen.send().await.unwrap().status(), StatusCode::FORBIDDEN, "another browser's");
    site.stop().await;
}

#[tokio::test]
async fn whoever_is_not_far_enough_sees_nothing() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site);
    let pages = [
        "/profile",
        "/profile/access",
        "/profile/access/mobile",
        "/profile/access/mobile/new",
        "/profile/access/mobile/0123",
        "/profile/access/recovery",
        "/admin/users",
        "/admin/audit",
        "/admin/audit.csv",
        "/admin/keys",
        "/sign-in/code",
        "/sign-in/set-up",
        "/sign-in/password",
    ];
    for page in pages {
        assert_eq!(visitor.get(page).await.url().path(), "/sign-in", "{page}");
    }
    // An agent sees nothing of the administrators.
    visitor.sign_in("ana", &site.ana).await;
    for page in [
        "/admin/users",
        "/admin/users/1",
        "/admin/users/1/lock",
        "/admin/audit",
        "/admin/audit.csv",
        "/admin/keys",
    ] {
        assert_eq!(visitor.get(page).await.status(), StatusCode::FORBIDDEN, "{page}");
    }
    let answer = visitor.submit("/profile", "/admin/users", &[("login", "eve")]).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    // The administrator with a password for one use sees no page but the one to change it.
    let admin = Visitor::of(&site);
    admin.sign_in("admin", &site.admin).await;
    for page in pages.into_iter().filter(|page| !page.starts_with("/sign-in")) {
        assert_eq!(admin.get(page).await.url().path(), "/sign-in/password", "{page}");
    }
    site.stop().await;
}

#[tokio::test]
async fn bad_requests_get_a_clear_status_in_html_and_in_json() {
    let site = Site::start().await;
    let http = Client::new();
    let at = |path: &str| format!("{}{path}", site.url);
    let long = "x".repeat(10_000_000);
    let api = at("/api/v1/sign-in");
    let json_type = ("content-type", "application/json");
    for (name, request, expected) in [
        ("10 MB", http.post(&api).json(&json!({ "login": long, "password": "p" })), 413),
        ("no JSON", http.post(&api).header(json_type.0, json_type.1).body("{"), 400),
        (
            "not UTF-8",
            http.post(&api).header(json_type.0, json_type.1).body(&b"{\"login\":\"\xFF\"}"[..]),
            400,
        ),
        ("wrong types", http.post(&api).json(&json!({ "login": 1, "password": [] })), 422),
        ("no type", http.post(&api).body("login=ana"), 415),
        ("missing", http.post(&api).json(&json!({ "login": "ana" })), 422),
        ("deep", http.post(&api).header(json_type.0, json_type.1).body("[".repeat(60_000)), 422),
        ("method", http.delete(&api), 405),
        ("no token", http.get(at("/api/v1/device?device=a")), 401),
        ("bad token", http.get(at("/api/v1/device?device=a")).bearer_auth("é"), 401),
        ("no key", http.post(at("/api/v1/verify")).json(&json!({})), 401),
        ("nowhere", http.get(at("/api/v2/")), 404),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{name}");
        let body: Value = answer.json().await.unwrap();
        assert!(body["error"].is_string() && body["message"].is_string(), "{name}: {body}");
    }
    let visitor = Visitor::of(&site);
    visitor.sign_in("ana", &site.ana).await;
    for (name, answer, expected) in [
        ("nowhere", visitor.get("/nowhere").await, 404),
        ("method", visitor.http.delete(at("/profile")).send().await.unwrap(), 405),
        (
            "10 MB",
            visitor
                .submit(
                    "/profile/access/mobile/new",
                    "/profile/access/mobile/new",
                    &[("name", &long)],
                )
                .await,
            413,
        ),
        ("not UTF-8 path", visitor.get("/profile/access/mobile/%FF").await, 400),
        (
            "no form",
            visitor.http.post(at("/profile/access/mobile/new")).body("x").send().await.unwrap(),
            415,
        ),
        ("no number", visitor.get("/profile/access/mobile/../../../etc/passwd").await, 404),
    ] {
        assert_eq!(answer.status().as_u16(), expected, "{name}");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let text = answer.text().await.unwrap();
        assert!(text.contains("<h1>"), "{name}: {text}");
    }
    site.stop().await;
}

#[tokio::test]
async fn strange_names_are_kept_or_refused_and_never_markup() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site);
    visitor.sign_in("ana", &site.ana).await;
    let new = "/profile/access/mobile/new";
    let script = "<script>alert(1)</script>\"'&";
    let answer = visitor.submit(new, new, &[("name", script)]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let text = answer.text().await.unwrap();
    assert!(!text.contains("<script>alert"), "{text}");
    for (name, expected) in [
        ("", 422),
        ("   ", 422),
        ("a:b", 422),
        ("a\u{202e}b", 422),
        ("a\u{0}b", 422),
        ("a\r\nSet-Cookie: x=y", 422),
        (&"x".repeat(65), 422),
        (" Pixel", 422),
        ("Pixel\u{a0}", 422),
        ("Pi\u{fffd}xel", 422),
        ("'; drop table users; --", 200),
        ("📱 é", 200),
        ("ana%00", 200),
    ] {
        let answer = visitor.submit(new, new, &[("name", name)]).await;
        assert_eq!(answer.status().as_u16(), expected, "{name:?}");
        assert!(answer.headers().get("set-cookie").is_none());
    }
    let list = visitor.get("/profile/access/mobile").await.text().await.unwrap();
    for kept in ["drop table users; --", "📱 é", "ana%00", "&#60;script&#62;"] {
        assert!(list.contains(kept), "{kept}: {list}");
    }
    site.stop().await;
}

#[tokio::test]
async fn a_page_is_kept_to_itself() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site);
    let answer = visitor.get("/sign-in").await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-security-policy").starts_with("default-src 'none'"));
    assert!(!header("content-security-policy").contains("inline"));
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    let cookie = header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let id = header("x-request-id");
    assert_eq!(id.len(), 36, "{id}");
    // A request id that could disturb a log is replaced.
    let strange =
        visitor.http.get(format!("{}/sign-in", site.url)).header("x-request-id", "a b\"}");
    let answer = strange.send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"].len(), 36);
    site.stop().await;
}

#[tokio::test]
async fn a_session_is_another_after_each_step_and_gone_after_the_last() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site);
    let cookie = |answer: &Response| {
        answer.cookies().find(|c| c.name() == "countersign-session").map(|c| c.value().to_owned())
    };
    let before = cookie(&visitor.get("/sign-in").await).unwrap();
    visitor.sign_in("ana", &site.ana).await;
    let planted = Client::new().get(format!("{}/profile", site.url));
    let planted = planted.header("cookie", format!("countersign-session={before}"));
    assert_eq!(planted.send().await.unwrap().url().path(), "/sign-in", "worth nothing");
    visitor.submit("/profile", "/sign-out", &[]).await;
    assert_eq!(visitor.get("/profile").await.url().path(), "/sign-in");
    site.portal.clock().advance(0);
    visitor.sign_in("ana", &site.ana).await;
    site.portal.clock().advance(1_801);
    assert_eq!(visitor.get("/profile").await.url().path(), "/sign-in", "nobody was there");
    site.stop().await;
}

#[tokio::test]
async fn after_a_while_the_password_is_asked_for_again_before_a_device_is_changed() {
    const NEW: &str = "/profile/access/mobile/new";
    let site = Site::start().await;
    let visitor = Visitor::of(&site);
    visitor.sign_in("ana", &site.ana).await;
    site.portal.clock().advance(900);
    register(&site, &visitor, "Pixel").await;
    let devices = site.portal.store().devices(&id_of(&site, "ana").await).await.unwrap();
    let remove = format!("/profile/access/mobile/{}/remove", devices[0].id);
    site.portal.clock().advance(1);
    for page in [NEW, &remove, "/profile/access/recovery"] {
        let answer = visitor.get(page).await;
        assert_eq!(answer.url().path(), "/profile/access/confirm", "{page}");
    }
    // A form that was opened before changes nothing either.
    let from = "/profile/access/confirm?for=mobile";
    let late = visitor.submit(from, NEW, &[("name", "Tablet")]).await;
    assert_eq!(late.url().path(), "/profile/access/confirm");
    let wrong = visitor.submit(from, from, &[("password", "harbour")]).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let right = visitor.submit(from, from, &[("password", &site.ana)]).await;
    assert_eq!(right.url().path(), "/profile/access/mobile");
    assert!(!right.text().await.unwrap().contains("Tablet"));
    assert_eq!(visitor.get(NEW).await.url().path(), NEW);
    // A clock that was set back confirms nothing, and an administrator is asked as well.
    site.portal.clock().advance(-7_200);
    assert_eq!(visitor.get(NEW).await.url().path(), "/profile/access/confirm");
    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let boss = Visitor::of(&site);
    boss.sign_in("boss", &password).await;
    site.portal.clock().advance(-6_299);
    let users = "/admin/users";
    let refused = boss.submit(users, users, &[("login", "eve"), ("admin", "yes")]).await;
    assert_eq!(refused.url().path(), "/profile/access/confirm");
    let from = "/profile/access/confirm?for=admin";
    let back = boss.submit(from, from, &[("password", &password)]).await;
    assert_eq!(back.url().path(), users);
    assert!(!back.text().await.unwrap().contains("eve"));
    site.stop().await;
}

#[tokio::test]
async fn a_site_is_told_the_same_of_nobody_as_of_a_wrong_code() {
    let site = Site::start().await;
    let devices = super::devices::prepare(&site.portal, "known", 2).await;
    let key = super::devices::site_key(&site.portal).await;
    let http = Client::new();
    let verify = async |key: &str, body: Value| {
        let request = http.post(format!("{}/api/v1/verify", site.url)).bearer_auth(key);
        let answer = request.json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        let mut body: Value = answer.json().await.unwrap();
        // The clock goes on between two answers.
        let seconds = body.get_mut("next_code_in").map(|seconds| seconds.take().as_i64());
        assert!(seconds.is_none_or(|seconds| matches!(seconds, Some(1..=30))));
        (status, body)
    };
    let locked = site.portal.store().user_by_login(&devices[1].login).await.unwrap().unwrap();
    site.portal.store().set_locked(&locked.id, Some(1)).await.unwrap();
    let typed = |login: &str| json!({ "login": login, "code": "12345" });
    for attempt in 0..6 {
        let known = verify(&key, typed(&devices[0].login)).await;
        assert_eq!(known.0, if attempt < 5 { 200 } else { 429 }, "{known:?}");
        for other in ["nobody", "", "known1", "ana"] {
            let other_answer = verify(&key, typed(other)).await;
            assert_eq!(other_answer, known, "attempt {attempt} of {other}");
        }
    }
    // Without a key nothing is told, whatever the body is.
    for body in [typed("ana"), json!({}), json!("ana")] {
        assert_eq!(verify("no key", body).await.0, 401);
    }
    assert_eq!(verify(&key, json!({})).await.0, 422);
    site.stop().await;
}

/// A page's first code, as the phone that scanned it would show it.
pub(super) async fn code_on(site: &Site, page: &str) -> String {
    let uri = page.split_once("<a href=\"otpauth").expect("a link for this phone").1;
    let uri = format!("otpauth{}", uri.split_once('"').unwrap().0.replace("&#38;", "&"));
    let account = countersign::payload::parse(&uri).unwrap().accounts.remove(0);
    match account.code_at(site.portal.clock().now() as u64) {
        countersign::CodeNow::Timed(code) => code.text().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// Begins to register a device: the path of its page, and the page.
pub(super) async fn begin(visitor: &Visitor, name: &str) -> (String, String) {
    let new = "/profile/access/mobile/new";
    let answer = visitor.submit(new, new, &[("name", name)]).await;
    (answer.url().path().to_owned(), answer.text().await.unwrap())
}

/// Registers a device; the page that says so.
pub(super) async fn register(site: &Site, visitor: &Visitor, name: &str) -> String {
    let (path, page) = begin(visitor, name).await;
    let code = code_on(site, &page).await;
    let answer = visitor.submit(&path, &path, &[("code", &code)]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_secret_is_shown_in_the_session_that_began_it_and_in_no_other() {
    let site = Site::start().await;
    site.portal.store().set_mfa_required(&id_of(&site, "ana").await, true).await.unwrap();
    let (thief, victim) = (Visitor::of(&site), Visitor::of(&site));
    let key = |page: &str| {
        page.split_once("id=\"key\">").unwrap().1.split_once('<').unwrap().0.to_owned()
    };
    let seen = thief.sign_in("ana", &site.ana).await.text().await.unwrap();
    let own = victim.sign_in("ana", &site.ana).await.text().await.unwrap();
    assert_ne!(key(&seen), key(&own), "a thief with the password has another secret");
    let again = victim.get("/sign-in/set-up").await.text().await.unwrap();
    assert_eq!(key(&again), key(&own), "and the owner keeps theirs");
    let code = code_on(&site, &again).await;
    let set_up = "/sign-in/set-up";
    let answer = victim.submit(set_up, set_up, &[("code", &code)]).await;
    assert!(answer.text().await.unwrap().contains("Device registered"));
    assert_eq!(thief.get("/profile").await.url().path(), "/sign-in/code", "the thief needs a code");
    site.stop().await;
}

#[tokio::test]
async fn the_first_device_ends_sessions_of_the_password_alone() {
    let site = Site::start().await;
    let (thief, owner) = (Visitor::of(&site), Visitor::of(&site));
    thief.sign_in("ana", &site.ana).await;
    owner.sign_in("ana", &site.ana).await;
    register(&site, &owner, "Pixel").await;
    assert_eq!(thief.get("/profile").await.url().path(), "/sign-in");
    assert_eq!(owner.get("/profile").await.url().path(), "/profile");
    // Revoked, the device leaves the recovery codes to ask for, and not the password alone.
    let id = id_of(&site, "ana").await;
    let device = site.portal.store().devices(&id).await.unwrap().remove(0);
    let now = site.portal.clock().now();
    assert!(site.portal.store().reject_device(&id, &device.id, now).await.unwrap());
    assert_eq!(thief.sign_in("ana", &site.ana).await.url().path(), "/sign-in/recovery");
    site.stop().await;
}

#[tokio::test]
async fn a_password_for_one_use_opens_nothing_else_with_a_device_either() {
    let site = Site::start().await;
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    let page = register(&site, &owner, "Pixel").await;
    let recovery = page.split_once("<code>").unwrap().1.split_once('<').unwrap().0.to_owned();
    let account = site.portal.store().user_by_login("ana").await.unwrap().unwrap();
    let hash = account.password_hash.as_str();
    // The same password, for one use from now on.
    assert!(site.portal.store().change_password(&account.id, hash, hash, true).await.unwrap());
    let password = site.ana.clone();
    assert_eq!(owner.get("/profile").await.url().path(), "/sign-in", "its sessions are over");
    owner.sign_in("ana", &password).await;
    let recovery_page = "/sign-in/recovery";
    owner.submit(recovery_page, recovery_page, &[("code", &recovery)]).await;
    for page in ["/profile", "/profile/access/mobile", "/profile/access/recovery"] {
        assert_eq!(owner.get(page).await.url().path(), "/sign-in/password", "{page}");
    }
    site.stop().await;
}

#[tokio::test]
async fn after_a_reset_a_device_is_set_up_whatever_the_policy() {
    let site = Site::start().await;
    let owner = Visitor::of(&site);
    owner.sign_in("ana", &site.ana).await;
    register(&site, &owner, "Pixel").await;
    let now = site.portal.clock().now();
    site.portal.store().reset_mfa(&id_of(&site, "ana").await, now).await.unwrap();
    let page = owner.sign_in("ana", &site.ana).await;
    assert_eq!(page.url().path(), "/sign-in/set-up");
    assert!(page.text().await.unwrap().contains("An administrator reset"));
    site.stop().await;
}

#[tokio::test]
async fn a_phone_that_is_known_is_not_kept_out_by_a_stranger() {
    let site = Site::start().await;
    let http = Client::new();
    let api = format!("{}/api/v1/sign-in", site.url);
    let sign_in = async |password: &str, known_as: Option<&str>| {
        let body = json!({ "login": "ana", "password": password, "known_as": known_as });
        let answer = http.post(&api).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, first) = sign_in(&site.ana, None).await;
    assert_eq!(status, 200);
    let known_as = first["known_as"].as_str().unwrap();
    for _ in 0..5 {
        assert_eq!(sign_in("wrong", None).await.0, 401);
    }
    assert_eq!(sign_in(&site.ana, None).await.0, 429);
    let (status, second) = sign_in(&site.ana, Some(known_as)).await;
    assert_eq!((status, second["known_as"].as_str()), (200, Some(known_as)));
    // A made-up one is worth nothing.
    for _ in 0..5 {
        sign_in("wrong", None).await;
    }
    assert_eq!(sign_in(&site.ana, Some("A".repeat(43).as_str())).await.0, 429);
    site.stop().await;
}

#[tokio::test]
async fn an_administrator_locks_unlocks_and_exports_what_was_done() {
    let site = Site::start().await;
    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let (boss, ana) = (Visitor::of(&site), Visitor::of(&site));
    boss.sign_in("boss", &password).await;
    ana.sign_in("ana", &site.ana).await;
    let page = format!("/admin/users/{}", id_of(&site, "ana").await);
    let act = async |action: &str| {
        let path = format!("{page}/{action}");
        boss.submit(&path, &path, &[]).await.text().await.unwrap()
    };
    assert!(act("lock").await.contains("The account is locked."));
    assert_eq!(ana.get("/profile").await.url().path(), "/sign-in", "signed out at once");
    assert_eq!(ana.sign_in("ana", &site.ana).await.status(), StatusCode::FORBIDDEN);
    assert!(act("unlock").await.contains("The account is unlocked."));
    assert_eq!(ana.sign_in("ana", &site.ana).await.url().path(), "/profile");
    let own = format!("/admin/users/{}", id_of(&site, "boss").await);
    for action in ["lock", "new-password"] {
        let answer = boss.submit(&own, &format!("{own}/{action}"), &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{action} oneself");
    }
    let log = boss.get("/admin/audit.csv?who=boss").await.text().await.unwrap();
    assert!(
        !log.contains("\"boss\",\"new-password\"") && !log.contains("\"lock\",\"boss\""),
        "{log}"
    );
    let csv = boss.get("/admin/audit.csv?who=ana&action=lock").await.text().await.unwrap();
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 2, "{csv}");
    assert!(lines[1].contains("\"boss\",\"lock\",\"ana\""), "{csv}");
    // What a stranger typed is not kept: it may be a password in the wrong field.
    let stranger = Visitor::of(&site);
    stranger.sign_in("my secret password", "x").await;
    let log = boss.get("/admin/audit").await.text().await.unwrap();
    assert!(!log.contains("my secret password") && log.contains("sign-in-refused"));
    site.stop().await;
}

#[tokio::test]
async fn what_can_be_no_login_name_is_refused_and_costs_the_address() {
    let site = Site::start().await;
    let http = Client::new();
    let api = format!("{}/api/v1/sign-in", site.url);
    for login in ["a\0b", "x\u{202e}y", &"x".repeat(60_000), ""] {
        let body = json!({ "login": login, "password": "p" });
        let answer = http.post(&api).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{}", login.len());
    }
    let from = countersign_portal::store::Scope::Address("127.0.0.1".to_owned());
    let now = site.portal.clock().now();
    for _ in 0..196 {
        site.portal.store().reserve_attempt(&from, now).await.unwrap();
    }
    let body = json!({ "login": "ana", "password": &site.ana });
    let answer = http.post(&api).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "the 201st attempt");
    for _ in 0..2 {
        site.portal.store().reserve_attempt(&from, now).await.unwrap();
    }
    let answer = http.post(&api).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    site.stop().await;
}

pub(super) async fn id_of(site: &Site, login: &str) -> String {
    site.portal.store().user_by_login(login).await.unwrap().unwrap().id
}
