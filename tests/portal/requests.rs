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
        (" '; drop table users; --", 200),
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
async fn health_is_told_and_figures_are_counted() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site);
    assert_eq!(visitor.get("/health/live").await.status(), StatusCode::OK);
    assert_eq!(visitor.get("/health/ready").await.status(), StatusCode::OK);
    let answer = visitor.get("/metrics").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND, "figures are not for everyone");
    site.portal.store().close().await;
    assert_eq!(visitor.get("/health/ready").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let broken = visitor.get("/profile").await;
    assert_eq!(broken.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let text = broken.text().await.unwrap();
    assert!(text.contains("Something is broken on our side"), "{text}");
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
