//! Portals as processes of their own, which can be killed, and a proxy in front of them.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use countersign_portal::config::Settings;
use countersign_portal::keys::Keys;
use countersign_portal::{Clock, Portal};

use super::postgres::free_port;

/// How to start the program: the same each time.
pub(crate) struct Start {
    pub(crate) program: PathBuf,
    pub(crate) database: String,
    pub(crate) key_file: PathBuf,
    /// Where browsers find it: the proxy, if there is one.
    pub(crate) public_url: Option<String>,
    /// The folder of its log.
    pub(crate) folder: PathBuf,
}

impl Start {
    /// Of this program on this database, with a key of its own in this folder.
    pub(crate) fn new(program: PathBuf, database: String, folder: &Path) -> Self {
        let key_file = folder.join("keys");
        fs::write(&key_file, Keys::generate("k1").unwrap().as_str()).unwrap();
        Self { program, database, key_file, public_url: None, folder: folder.to_owned() }
    }

    /// A portal in this process that serves nobody: it makes accounts and keys, and looks in the end.
    pub(crate) async fn own(&self) -> Portal {
        let settings = Settings {
            database: Some(self.database.clone()),
            key_file: Some(self.key_file.clone()),
            ..Settings::default()
        };
        Portal::open(settings.settle().unwrap(), Clock::default()).await.unwrap()
    }
}

/// A portal of its own, dead or alive.
pub(crate) struct Process {
    pub(crate) port: u16,
    child: Child,
    /// Settings beside those of all, by the names in the environment.
    environment: Vec<(&'static str, String)>,
}

impl Process {
    /// Starts it at a free port, and does not wait until it answers.
    pub(crate) fn start(start: &Start) -> Self {
        Self::start_with(start, Vec::new())
    }

    /// Starts it with these variables in its environment.
    pub(crate) fn start_with(start: &Start, environment: Vec<(&'static str, String)>) -> Self {
        let port = free_port();
        Self { port, child: spawn(start, port, &environment), environment }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// kill -9: nothing is said to anybody, nothing is finished.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again where it was.
    pub(crate) fn start_again(&mut self, start: &Start) {
        self.child = spawn(start, self.port, &self.environment);
    }

    /// Waits until it takes requests.
    pub(crate) async fn ready(&self) {
        let (http, began) = (reqwest::Client::new(), Instant::now());
        loop {
            let answer = http.get(format!("{}/health/ready", self.url())).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "the portal does not get ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(start: &Start, port: u16, environment: &[(&str, String)]) -> Child {
    let log = start.folder.join(format!("{port}.log"));
    let log = fs::File::options().append(true).create(true).open(log).unwrap();
    let own_url = format!("http://localhost:{port}");
    Command::new(&start.program)
        .args(["--listen", &format!("127.0.0.1:{port}"), "--database", &start.database])
        .args(["--public-url", start.public_url.as_ref().unwrap_or(&own_url)])
        .arg("--key-file")
        .arg(&start.key_file)
        .args(start.public_url.is_some().then_some("--behind-proxy"))
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the portal starts")
}

/// A real HAProxy in front of portals.
pub(crate) struct Proxy(Child);

impl Proxy {
    /// Listens at `port`, and sends each request to a portal that is ready.
    pub(crate) fn start(port: u16, portals: &[Process], folder: &Path) -> Self {
        let mut text = format!("{SETTINGS}\nfrontend front\n    bind 127.0.0.1:{port}\n");
        text += "    default_backend portals\n\nbackend portals\n";
        text += "    http-request disable-l7-retry unless METH_GET\n";
        for (number, portal) in portals.iter().enumerate() {
            text += &format!("    server portal{number} 127.0.0.1:{} check\n", portal.port);
        }
        let file = folder.join("haproxy.cfg");
        fs::write(&file, text).unwrap();
        let log = fs::File::create(folder.join("haproxy.log")).unwrap();
        let proxy = Command::new("haproxy")
            .args(["-db", "-q", "-f"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("haproxy is installed");
        let mut proxy = Self(proxy);
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = proxy.0.try_wait().unwrap().is_some();
            assert!(!ended, "{}", fs::read_to_string(folder.join("haproxy.log")).unwrap());
            assert!(began.elapsed() < Duration::from_secs(10), "haproxy does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        proxy
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A request that no portal took is sent to another one. One that a portal may have begun to answer
/// is sent again only if it asks and changes nothing: of a code that was sent twice by a proxy, the
/// second answer would be “used already”.
const SETTINGS: &str = "\
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
    timeout check 1s
    balance roundrobin
    option forwardfor
    option httpchk GET /health/ready
    default-server inter 250ms fall 1 rise 1 on-marked-down shutdown-sessions
    retries 3
    option redispatch 1
    retry-on conn-failure empty-response response-timeout
";
