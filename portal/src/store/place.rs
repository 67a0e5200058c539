//! Where a database is, told without its password.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// SQLite's file.
    File(PathBuf),
    /// A server of PostgreSQL, and the name of the database there.
    Server(String),
}

impl Place {
    /// Of the database of this address; none if it is of neither kind.
    #[must_use]
    pub fn of(url: &str) -> Option<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url).ok()?;
            return Some(Self::File(options.get_filename().to_owned()));
        }
        if !url.starts_with("postgres") {
            return None;
        }
        let options = PgConnectOptions::from_str(url).ok()?;
        let server = match options.get_socket() {
            Some(folder) => folder.display().to_string(),
            None => format!("{}:{}", options.get_host(), options.get_port()),
        };
        // A database without a name has its user's.
        let name = options.get_database().unwrap_or_else(|| options.get_username());
        Some(Self::Server(format!("{server}/{name}")))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(place) => f.write_str(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_told_without_its_password() {
        let told = |url: &str| Place::of(url).map(|place| place.to_string());
        let url = "postgres://portal:hunter2@db.example:5433/codes?sslmode=require";
        assert_eq!(told(url).as_deref(), Some("db.example:5433/codes"));
        assert_eq!(told("sqlite:a%20b.db?mode=rwc").as_deref(), Some("a b.db"));
        assert_eq!(told("postgre://portal:hunter2@db.example/codes"), None);
    }
}
