//! A real PostgreSQL of one test: a cluster in a folder of its own, ended with the test.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running server, which listens at a socket in its folder and at a port of this machine alone.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    server: Child,
}

impl Postgres {
    /// Starts one that waits for the disk at each commit, as one in use has to.
    pub(crate) fn durable() -> Self {
        Self::start(true)
    }

    /// Starts one that does not wait for the disk: nobody asks what it knew after a power cut.
    pub(crate) fn quick() -> Self {
        Self::start(false)
    }

    fn start(durable: bool) -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        give_away(&[folder.path(), &data]);
        let made = as_other_user(&programs.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"])
            .args(["--locale=C", "--pgdata"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "initdb makes a cluster");
        let port = free_port();
        let server = as_other_user(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"])
            .arg(folder.path())
            .args(["-c", if durable { "fsync=on" } else { "fsync=off" }])
            .args(["-c", "max_connections=200", "-c", "log_min_messages=fatal"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("PostgreSQL starts");
        let postgres = Self { programs, folder, port, server };
        let began = Instant::now();
        while !postgres.run("pg_isready", &["-q"]).status().unwrap().success() {
            assert!(began.elapsed() < Duration::from_secs(30), "PostgreSQL does not get ready");
            sleep(Duration::from_millis(50));
        }
        postgres
    }

    /// The address of a new and empty database.
    pub(crate) fn database(&self, name: &str) -> String {
        assert!(self.run("createdb", &[name]).status().unwrap().success(), "{name} is new");
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// A program of PostgreSQL's, told where the server is.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command
            .arg("-h")
            .arg(self.folder.path())
            .args(["-p", &self.port.to_string(), "-U", "postgres"])
            .args(arguments);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is its fast way down: connections are cut, no memory of it is left behind.
        let told = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        let began = Instant::now();
        while told.is_ok() && began.elapsed() < Duration::from_secs(10) {
            if self.server.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            sleep(Duration::from_millis(20));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Where Debian keeps the programs of the newest version.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("postgresql is installed");
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let paths = versions.map_while(Result::ok).map(|entry| entry.path());
    let newest = paths.max_by_key(|path| version(path)).expect("a version is there");
    newest.join("bin")
}

/// PostgreSQL refuses to be run by root: then it runs as the user that its package made.
fn as_other_user(program: &Path) -> Command {
    if !root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    // Where root stands, another may not.
    command.current_dir("/");
    command
}

fn give_away(folders: &[&Path]) {
    if root() {
        let given = Command::new("chown").arg("postgres").args(folders).status();
        assert!(given.unwrap().success());
    }
}

fn root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}
