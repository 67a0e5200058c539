//! How the portal is set up: flags, then the environment, then a file, then what serves a first try.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Parser, Subcommand};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::keys::Keys;
use crate::store::{Place, Store};

/// A relying party and verifier: registers devices, asks for codes at login, resets them.
#[derive(Parser)]
#[command(name = "countersign-portal", version)]
pub struct Arguments {
    /// What to do; without one, serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to be set up.
    #[command(flatten)]
    pub settings: Settings,
    /// Add an agent “ana” with a password that is printed, to try the portal with.
    #[arg(long)]
    pub demo: bool,
}

/// What else the program does.
#[derive(Subcommand)]
pub enum Command {
    /// Print a new sealing key.
    NewKey {
        /// What to call it.
        #[arg(default_value = "k1")]
        id: String,
    },
    /// Seal all devices under the first key; older keys can then be taken away.
    Reseal,
    /// Give an account a way in again: a new one-time password, no lock, devices configured anew.
    Reset {
        /// Its login name.
        login: String,
    },
    /// Check the settings, the keys and the database, change nothing, and end.
    Check,
    /// Print the OpenAPI document of the JSON API.
    Openapi,
}

/// Every setting, each of which may come from a flag, the environment or the file.
#[derive(Args, Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// A file of these settings, in TOML.
    #[arg(long, env = "COUNTERSIGN_PORTAL_CONFIG", global = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// The address to listen at [default: 127.0.0.1:8080].
    #[arg(long, env = "COUNTERSIGN_PORTAL_LISTEN", global = true)]
    pub listen: Option<SocketAddr>,
    /// Where browsers find it [default: http://localhost and the port].
    #[arg(long, env = "COUNTERSIGN_PORTAL_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
    /// sqlite:FILE or postgres://… [default: a file in the data folder].
    #[arg(long, env = "COUNTERSIGN_PORTAL_DATABASE", hide_env_values = true, global = true)]
    pub database: Option<String>,
    /// The folder of the database and the key of a first try [default: countersign-portal-data].
    #[arg(long, env = "COUNTERSIGN_PORTAL_DATA", global = true)]
    pub data: Option<PathBuf>,
    /// The file of the sealing keys; or the keys themselves in COUNTERSIGN_PORTAL_KEYS.
    #[arg(long, env = "COUNTERSIGN_PORTAL_KEY_FILE", global = true)]
    pub key_file: Option<PathBuf>,
    /// The name that authenticators show [default: Conversations].
    #[arg(long, env = "COUNTERSIGN_PORTAL_ISSUER", global = true)]
    pub issuer: Option<String>,
    /// How long a registration stays pending, in seconds [default: 900].
    #[arg(long, env = "COUNTERSIGN_PORTAL_PENDING_SECONDS", global = true)]
    pub pending_seconds: Option<u32>,
    /// The longest session, in seconds [default: 43200].
    #[arg(long, env = "COUNTERSIGN_PORTAL_SESSION_SECONDS", global = true)]
    pub session_seconds: Option<u32>,
    /// How many steps of 30 seconds either way a code is accepted [default: 1].
    #[arg(long, env = "COUNTERSIGN_PORTAL_WINDOW", global = true)]
    pub window: Option<u8>,
    /// The address at which Prometheus finds the figures [default: none].
    #[arg(long, env = "COUNTERSIGN_PORTAL_METRICS", global = true)]
    pub metrics: Option<SocketAddr>,
    /// PINs by SMS.
    #[command(flatten)]
    #[serde(default)]
    pub sms: SmsSettings,
    /// Believe the last address of X-Forwarded-For: a proxy of ours sets it.
    #[arg(long, env = "COUNTERSIGN_PORTAL_BEHIND_PROXY", global = true)]
    #[serde(default)]
    pub behind_proxy: bool,
}

/// How PINs are sent by SMS.
#[derive(Args, Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SmsSettings {
    /// inbox:, https://… or smpp://system_id:password@host:port [default: none, nothing is sent].
    #[arg(
        long = "sms-gateway",
        env = "COUNTERSIGN_PORTAL_SMS_GATEWAY",
        hide_env_values = true,
        global = true
    )]
    pub gateway: Option<String>,
    /// The number lookup, https://…/number/1/query [default: none].
    #[arg(
        long = "sms-lookup",
        env = "COUNTERSIGN_PORTAL_SMS_LOOKUP",
        hide_env_values = true,
        global = true
    )]
    pub lookup: Option<String>,
    /// A file with a prefix and the price of a message a line [default: none, all are free].
    #[arg(long = "sms-prices", env = "COUNTERSIGN_PORTAL_SMS_PRICES", global = true)]
    pub prices: Option<PathBuf>,
}

/// The settings, settled. It has no `Debug`: the address of a database may hold a password.
pub struct Config {
    /// The address to listen at.
    pub listen: SocketAddr,
    /// Where browsers find it, without a slash at the end.
    pub public_url: String,
    /// The address of the database.
    pub database: String,
    /// The sealing keys.
    pub keys: Keys,
    /// The name that authenticators show.
    pub issuer: String,
    /// How long a registration stays pending, in seconds.
    pub pending_seconds: i64,
    /// The longest session, in seconds.
    pub session_seconds: i64,
    /// How many steps either way a code is accepted.
    pub window: u8,
    /// The address of the figures.
    pub metrics: Option<SocketAddr>,
    /// How PINs are sent by SMS.
    pub sms: SmsSettings,
    /// Believe the last address of `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Whether what is missing is made: the tables of a database that is new, or an older portal's.
    pub makes: bool,
    /// What somebody who starts it should read.
    pub notes: Vec<String>,
}

impl Config {
    /// The domain of the public address, without its port.
    #[must_use]
    pub fn host(&self) -> &str {
        host_of(&self.public_url)
    }

    /// Where the database is, without its password.
    #[must_use]
    pub fn place(&self) -> String {
        Place::of(&self.database).map_or_else(|| "the database".to_owned(), |at| at.to_string())
    }
}

impl Settings {
    /// Settles every setting, to serve: on a very first try a key is made, and later a database.
    ///
    /// # Errors
    /// One of them makes no sense, or the keys are missing or weak: a message that says what to do.
    pub fn settle(self) -> anyhow::Result<Config> {
        self.settled(true)
    }

    /// Settles every setting, for a command on a portal that is there: nothing is made.
    ///
    /// # Errors
    /// As of [`Self::settle`], or there is no such database.
    pub fn settle_existing(self) -> anyhow::Result<Config> {
        self.settled(false)
    }

    fn settled(mut self, makes: bool) -> anyhow::Result<Config> {
        if let Some(path) = self.config.take() {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("failed to read {}", path.display()))?;
            // What the reader of TOML says repeats the line, which may hold the database's password.
            let Ok(file) = toml::from_str::<Self>(&text) else {
                bail!(
                    "{} is no file of settings; see docs/portal.md for their names",
                    path.display()
                );
            };
            self = self.or(file);
        }
        let listen = self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let public_url = self
            .public_url
            .unwrap_or_else(|| format!("http://localhost:{}", listen.port()))
            .trim_end_matches('/')
            .to_owned();
        let secure = public_url.starts_with("https://");
        ensure!(
            secure || public_url.starts_with("http://"),
            "the public URL has to begin with https:// (or http:// on this machine alone)"
        );
        let is_here = matches!(host_of(&public_url), "localhost" | "127.0.0.1" | "[::1]");
        ensure!(
            secure || (listen.ip().is_loopback() && is_here),
            "other machines may reach this portal, so its public URL has to be https://…: \
             put a proxy that speaks TLS in front, and name its address with --public-url"
        );
        let issuer = self.issuer.unwrap_or_else(|| "Conversations".to_owned());
        ensure!(
            !issuer.trim().is_empty() && issuer.chars().count() <= 64 && !issuer.contains(':'),
            "the issuer needs 1 to 64 characters and no colon"
        );
        let window = self.window.unwrap_or(1);
        ensure!(window <= 10, "a window of more than 10 steps either way gives guessers too much");
        let mut notes = Vec::new();
        let data = self.data.unwrap_or_else(|| PathBuf::from("countersign-portal-data"));
        let (database, fresh) = match self.database {
            Some(database) => (database, None),
            None => {
                let file = data.join("portal.db");
                (Store::file_url(&file), Some(file))
            }
        };
        // A command that was given the wrong folder would find all in order in a new one.
        if !makes {
            is_there(&database)?;
        }
        let fresh = fresh.filter(|_| makes);
        let keys = read_keys(self.key_file.as_deref(), &data, fresh.as_deref(), &mut notes)?;
        Ok(Config {
            listen,
            public_url,
            database,
            keys,
            issuer,
            pending_seconds: self.pending_seconds.unwrap_or(900).into(),
            session_seconds: self.session_seconds.unwrap_or(43_200).into(),
            window,
            metrics: self.metrics,
            sms: self.sms,
            behind_proxy: self.behind_proxy,
            makes,
            notes,
        })
    }

    fn or(self, file: Self) -> Self {
        Self {
            config: None,
            listen: self.listen.or(file.listen),
            public_url: self.public_url.or(file.public_url),
            database: self.database.or(file.database),
            data: self.data.or(file.data),
            key_file: self.key_file.or(file.key_file),
            issuer: self.issuer.or(file.issuer),
            pending_seconds: self.pending_seconds.or(file.pending_seconds),
            session_seconds: self.session_seconds.or(file.session_seconds),
            window: self.window.or(file.window),
            metrics: self.metrics.or(file.metrics),
            sms: SmsSettings {
                gateway: self.sms.gateway.or(file.sms.gateway),
                lookup: self.sms.lookup.or(file.sms.lookup),
                prices: self.sms.prices.or(file.sms.prices),
            },
            behind_proxy: self.behind_proxy || file.behind_proxy,
        }
    }
}

fn host_of(url: &str) -> &str {
    let host = url.split('/').nth(2).unwrap_or_default();
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

/// Looks whether the file of an SQLite database is there.
fn is_there(database: &str) -> anyhow::Result<()> {
    if let Some(Place::File(file)) = Place::of(database) {
        ensure!(
            file.is_file(),
            "there is no database {}: name its folder with --data, or the database itself with \
             --database; only a portal that serves makes one",
            file.display()
        );
    }
    Ok(())
}

/// The keys of the environment, of the file, or, on a very first try, new ones.
fn read_keys(
    file: Option<&Path>,
    data: &Path,
    database: Option<&Path>,
    notes: &mut Vec<String>,
) -> anyhow::Result<Keys> {
    // Where nothing is new nothing is made.
    if database.is_some() {
        make_folder(data).with_context(|| format!("failed to make {}", data.display()))?;
    }
    if let (None, Ok(text)) = (file, env::var("COUNTERSIGN_PORTAL_KEYS")) {
        let text = Zeroizing::new(text);
        return Keys::read(&text).with_context(|| format!("COUNTERSIGN_PORTAL_KEYS: {HOW}"));
    }
    let path = file.map_or_else(|| data.join("portal.key"), Path::to_owned);
    if file.is_none() && !path.exists() {
        match database {
            // Never a new key over old data: it would open none of it.
            Some(database) if !database.exists() => {
                Keys::create_file(&path)?;
                notes.push(format!(
                    "A new sealing key is in {}: keep a copy of it away from the database.",
                    path.display()
                ));
            }
            _ => bail!("there is no sealing key for this database in {}: {HOW}", path.display()),
        }
    }
    let text = fs::read_to_string(&path)
        .map(Zeroizing::new)
        .with_context(|| format!("failed to read the keys in {}: {HOW}", path.display()))?;
    warn_of_readers(&path, notes);
    Keys::read(&text).with_context(|| format!("{}: {HOW}", path.display()))
}

/// A folder that its owner alone may look into.
fn make_folder(path: &Path) -> std::io::Result<()> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

#[cfg(unix)]
fn warn_of_readers(path: &Path, notes: &mut Vec<String>) {
    use std::os::unix::fs::PermissionsExt as _;
    // What a service manager hands over is in a folder that nobody else may enter (systemd.exec(5)).
    let handed_over =
        env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|folder| path.starts_with(folder));
    if !handed_over && fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0) {
        notes.push(format!("Others can read {}: chmod 600 it.", path.display()));
    }
}

#[cfg(not(unix))]
fn warn_of_readers(_: &Path, _: &mut Vec<String>) {}

const HOW: &str = "make one with `countersign-portal new-key`, and give it by --key-file or \
                   COUNTERSIGN_PORTAL_KEYS; an existing database needs the key it was sealed with";
