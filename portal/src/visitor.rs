//! Who asks: the session behind a cookie, how far it got, and forms that only its own pages made.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Form;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::de::DeserializeOwned;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::Portal;
use crate::languages::Language;
use crate::password::{token, token_hash};
use crate::refusal::Refusal;
use crate::store::{AuditEntry, Session, Stage, User};

/// Whoever sent a request to a page: known by a cookie, signed in or not.
#[derive(Clone)]
pub struct Visitor {
    /// The token in the cookie. Before a sign-in it has no session, and only protects the forms.
    token: Arc<Zeroizing<String>>,
    /// The session, if it has one.
    session: Option<Session>,
    /// The hash of the token by which accounts know this browser.
    pub browser: Option<[u8; 32]>,
    /// The network address.
    pub address: String,
    /// The language of the answers.
    pub language: Language,
    /// The page, for the links that lead back to it.
    pub path: String,
}

/// Someone whose password was right.
pub(crate) struct HalfSignedIn(pub Visitor, pub User);

/// Someone who is all the way in.
pub(crate) struct SignedIn(pub Visitor, pub User);

/// Someone who is all the way in, and showed lately who they are.
pub(crate) struct Confirmed(pub Visitor, pub User);

/// An administrator who is all the way in.
pub(crate) struct Administrator(pub Visitor, pub User);

/// An administrator who showed lately who they are.
pub(crate) struct ConfirmedAdministrator(pub Visitor, pub User);

/// A form of ours: its token against forgery was right.
pub(crate) struct Ours<F>(pub F);

impl Visitor {
    /// The account, however far the sign-in got.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.session.as_ref().map(|session| &session.user)
    }

    /// The account, if it is all the way in.
    #[must_use]
    pub fn signed_in(&self) -> Option<&User> {
        let full = |session: &&Session| session.stage == Stage::Full;
        self.session.as_ref().filter(full).map(|session| &session.user)
    }

    /// Whether the owner of the session showed lately who they are, as somebody has to who changes how
    /// they sign in: a browser that was left open, or a stolen cookie, binds no phone.
    ///
    /// # Errors
    /// They did not: the page that asks for the password.
    pub fn confirmed(&self, portal: &Portal) -> Result<(), Refusal> {
        let at = self.session.as_ref().map_or(0, |session| session.confirmed_at);
        // The clocks of two portals differ a little; one that was set back confirms nothing.
        if (-60..=CONFIRMED_FOR).contains(&(portal.clock.now() - at)) {
            Ok(())
        } else if self.path.starts_with("/admin") {
            Err(Refusal::SignIn("/profile/access/confirm?for=admin"))
        } else if self.path.starts_with("/profile/access/recovery") {
            Err(Refusal::SignIn("/profile/access/confirm?for=recovery"))
        } else {
            Err(Refusal::SignIn("/profile/access/confirm?for=mobile"))
        }
    }

    /// The token that a form must carry: made of the cookie's, which no other site knows.
    #[must_use]
    pub fn csrf(&self) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(self.token.as_bytes()).map(|mut mac| {
            mac.update(b"csrf");
            mac.finalize().into_bytes()
        });
        mac.map(|bytes| BASE64URL_NOPAD.encode(&bytes[..16])).unwrap_or_default()
    }

    /// What the database knows of the token.
    #[must_use]
    pub fn token_hash(&self) -> [u8; 32] {
        token_hash(&self.token)
    }

    /// A line of the audit log, of this visitor.
    #[must_use]
    pub fn did(&self, portal: &Portal, action: &str, subject: &str, detail: &str) -> AuditEntry {
        AuditEntry {
            at: portal.clock.now(),
            actor: self.user().map(|user| user.login.clone()).unwrap_or_default(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
            address: self.address.clone(),
        }
    }
}

impl Portal {
    /// Begins a session in the visitor's browser, under a new token: the old one, whoever may have
    /// planted it, is worth nothing. `by_code` is whether more than a password was asked for.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin_session(
        &self,
        visitor: &Visitor,
        jar: CookieJar,
        user: &User,
        stage: Stage,
        by_code: bool,
    ) -> Result<CookieJar, Refusal> {
        let now = self.clock.now();
        let token = token()?;
        let expires_at = now + self.config.session_seconds;
        self.store.end_session(&visitor.token_hash()).await?;
        self.store.begin_session(&token_hash(&token), user, stage, now, expires_at).await?;
        let mut jar = jar.add(self.cookie(SESSION, token.to_string()));
        if stage == Stage::Full {
            let browser = match visitor.browser {
                Some(browser) => browser,
                None => {
                    let token = crate::password::token()?;
                    let hash = token_hash(&token);
                    let mut cookie = self.cookie(BROWSER, token.to_string());
                    cookie.make_permanent();
                    jar = jar.add(cookie);
                    hash
                }
            };
            self.store.know_browser(&browser, &user.id, by_code, now).await?;
        }
        Ok(jar)
    }

    /// Ends the visitor's session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_session(
        &self,
        visitor: &Visitor,
        jar: CookieJar,
    ) -> Result<CookieJar, Refusal> {
        self.store.end_session(&visitor.token_hash()).await?;
        Ok(jar.add(self.cookie(SESSION, token()?.to_string())))
    }

    fn cookie(&self, name: &str, value: String) -> Cookie<'static> {
        let secure = self.config.public_url.starts_with("https://");
        Cookie::build((cookie_name(name, secure), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(secure)
            .build()
    }
}

/// Finds out who asks, before anything else does.
pub(crate) async fn visit(
    State(portal): State<Arc<Portal>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match visitor(&portal, &parts).await {
        Ok((visitor, cookies)) => {
            parts.extensions.insert(visitor.clone());
            let answer = next.run(Request::from_parts(parts, body)).await;
            let mut response = (cookies, answer).into_response();
            // A refusal becomes a page further out, in this visitor's language.
            response.extensions_mut().insert(visitor);
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn visitor(portal: &Portal, request: &Parts) -> Result<(Visitor, CookieJar), Refusal> {
    let jar = CookieJar::from_headers(&request.headers);
    let secure = portal.config.public_url.starts_with("https://");
    let held = |name| {
        let value = jar.get(&cookie_name(name, secure)).map(Cookie::value);
        value.filter(|value| value.len() == TOKEN_LENGTH).map(ToOwned::to_owned)
    };
    let mut new = CookieJar::new();
    let token = match held(SESSION) {
        Some(token) => Zeroizing::new(token),
        None => {
            let token = token()?;
            new = new.add(portal.cookie(SESSION, token.to_string()));
            token
        }
    };
    let session = portal.store.session(&token_hash(&token), portal.clock.now()).await?;
    let asked = request.uri.query().and_then(|query| query.strip_prefix("lang="));
    let chosen = asked.and_then(Language::by_code);
    if let Some(language) = chosen {
        let mut cookie = portal.cookie(LANGUAGE, language.code().to_owned());
        cookie.make_permanent();
        new = new.add(cookie);
    }
    let language = chosen
        .or_else(|| Language::by_code(jar.get(&cookie_name(LANGUAGE, secure))?.value()))
        .unwrap_or_else(|| accepted_language(&request.headers));
    let visitor = Visitor {
        token: Arc::new(token),
        // A phone's token in a browser's cookie is no session of a browser.
        session: session.filter(|session| session.stage != Stage::Phone),
        browser: held(BROWSER).map(|token| token_hash(&token)),
        address: address(portal, &request.headers, &request.extensions),
        language,
        path: request.uri.path().to_owned(),
    };
    Ok((visitor, new))
}

/// The network address of whoever asks; of IPv6 the network, which is one subscriber's.
pub(crate) fn address(portal: &Portal, headers: &HeaderMap, extensions: &Extensions) -> String {
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?;
        let last = last.to_str().ok()?.rsplit(',').next()?.trim();
        let with_port = || last.parse::<SocketAddr>().ok().map(|peer| peer.ip());
        last.parse::<IpAddr>().ok().or_else(with_port)
    };
    let peer = || extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = if portal.config.behind_proxy { forwarded().or_else(peer) } else { peer() };
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(address) => address.to_string(),
        None => String::new(),
    }
}

/// The language that the browser asks for.
#[must_use]
pub(crate) fn accepted_language(headers: &HeaderMap) -> Language {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok());
    header.map_or(Language::ENGLISH, Language::negotiate)
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or(Refusal::Broken)
    }
}

impl<S: Sync> FromRequestParts<S> for HalfSignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let user = visitor.user().cloned().ok_or(Refusal::SignIn("/sign-in"))?;
        Ok(Self(visitor, user))
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let HalfSignedIn(visitor, user) = HalfSignedIn::from_request_parts(parts, state).await?;
        match visitor.signed_in() {
            // A password for one use opens nothing but the page where it is changed.
            Some(_) if user.one_time => Err(Refusal::SignIn("/sign-in/password")),
            Some(_) => Ok(Self(visitor, user)),
            None => Err(Refusal::SignIn("/sign-in/next")),
        }
    }
}

impl FromRequestParts<Arc<Portal>> for Confirmed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Refusal> {
        let SignedIn(visitor, user) = SignedIn::from_request_parts(parts, portal).await?;
        visitor.confirmed(portal)?;
        Ok(Self(visitor, user))
    }
}

impl<S: Sync> FromRequestParts<S> for Administrator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let SignedIn(visitor, user) = SignedIn::from_request_parts(parts, state).await?;
        if user.admin { Ok(Self(visitor, user)) } else { Err(Refusal::NotAdmin) }
    }
}

impl FromRequestParts<Arc<Portal>> for ConfirmedAdministrator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Refusal> {
        let Administrator(visitor, user) = Administrator::from_request_parts(parts, portal).await?;
        visitor.confirmed(portal)?;
        Ok(Self(visitor, user))
    }
}

impl<F: DeserializeOwned, S: Send + Sync> FromRequest<S> for Ours<F> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        #[derive(serde::Deserialize)]
        struct Fields<F> {
            csrf: String,
            #[serde(flatten)]
            form: F,
        }
        // A browser says where a form came from; one that was made elsewhere is refused unread.
        let site = request.headers().get("sec-fetch-site").map(|site| site.as_bytes().to_vec());
        let elsewhere = site.is_some_and(|site| site != b"same-origin");
        let visitor = request.extensions().get::<Visitor>().cloned().ok_or(Refusal::Broken)?;
        if elsewhere {
            return Err(Refusal::Forged);
        }
        let Form(fields) = Form::<Fields<F>>::from_request(request, state).await?;
        let same: bool = visitor.csrf().as_bytes().ct_eq(fields.csrf.as_bytes()).into();
        if same { Ok(Self(fields.form)) } else { Err(Refusal::Forged) }
    }
}

/// `__Host-` ties a cookie to this very host and to TLS, where there is TLS.
fn cookie_name(name: &str, secure: bool) -> String {
    let prefix = if secure { "__Host-" } else { "" };
    format!("{prefix}countersign-{name}")
}

/// How long it is lately, in seconds.
const CONFIRMED_FOR: i64 = 15 * 60;
const SESSION: &str = "session";
const BROWSER: &str = "browser";
const LANGUAGE: &str = "language";
/// 32 bytes in base64.
const TOKEN_LENGTH: usize = 43;
