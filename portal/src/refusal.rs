//! Whatever a request can be refused for, and the one place that says so in HTTP.

use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::store::{Seconds, StoreError};

/// Why a request is refused. Its response is a bare status; a layer further out makes it a page or
/// JSON, in the words of whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is signed in, or not far enough: the page to go to.
    SignIn(&'static str),
    /// A phone or a site without a valid token.
    Token,
    /// Only an administrator may do this.
    NotAdmin,
    /// There is no such thing here.
    NotFound,
    /// The form was not made for this browser, or is too old.
    Forged,
    /// The request cannot be understood: its status.
    Malformed(StatusCode),
    /// Too many attempts: wait so many seconds.
    Wait(Seconds),
    /// Something is broken here. The reason is in the log.
    Broken,
}

impl Refusal {
    /// The status of HTTP.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::SignIn(_) => StatusCode::SEE_OTHER,
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::NotAdmin | Self::Forged => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Malformed(status) => status,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The key of its text, and the word in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::SignIn(_) | Self::Token => "refused-token",
            Self::NotAdmin => "refused-not-admin",
            Self::NotFound => "refused-not-found",
            Self::Forged => "refused-forged",
            Self::Malformed(StatusCode::PAYLOAD_TOO_LARGE) => "refused-too-large",
            Self::Malformed(StatusCode::METHOD_NOT_ALLOWED) => "refused-method",
            Self::Malformed(_) => "refused-malformed",
            Self::Wait(_) => "refused-wait",
            Self::Broken => "refused-broken",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::SignIn(page) = self {
            return Redirect::to(page).into_response();
        }
        let mut response = self.status().into_response();
        if let Self::Wait(seconds) = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self == Self::Token {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        // PostgreSQL keeps no NUL in a text (SQLSTATE 22021): the request holds what nobody types.
        if let StoreError::Database(database) = &error
            && database.code().is_some_and(|code| code == "22021")
        {
            return Self::Malformed(StatusCode::BAD_REQUEST);
        }
        // What a database says of a failure may repeat a value; its kind tells enough.
        let kind = match &error {
            StoreError::Database(database) => {
                format!("{:?} {:?}", database.kind(), database.code())
            }
            StoreError::Io(io) => format!("i/o: {}", io.kind()),
            StoreError::PoolTimedOut => "no connection was free in time".to_owned(),
            StoreError::PoolClosed => "closed".to_owned(),
            StoreError::RowNotFound => "a row is missing".to_owned(),
            StoreError::ColumnDecode { index, .. } => format!("column {index} cannot be read"),
            _ => "other".to_owned(),
        };
        tracing::error!(kind, "the database failed");
        Self::Broken
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(reason = format!("{error:#}"), "a request failed");
        Self::Broken
    }
}

impl From<getrandom::Error> for Refusal {
    fn from(error: getrandom::Error) -> Self {
        anyhow::Error::new(error).into()
    }
}

impl From<FormRejection> for Refusal {
    fn from(rejection: FormRejection) -> Self {
        Self::Malformed(rejection.status())
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        Self::Malformed(rejection.status())
    }
}

impl From<PathRejection> for Refusal {
    fn from(rejection: PathRejection) -> Self {
        Self::Malformed(rejection.status())
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::Malformed(rejection.status())
    }
}
