//! The portal as a program: settings, the first administrator, and an end at the first signal.

use std::alloc::System;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use countersign_portal::config::{Arguments, Command, Config};
use countersign_portal::keys::Keys;
use countersign_portal::{Clock, Portal, api, serve};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use zeroizing_alloc::ZeroAlloc;

/// What is freed is erased.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "countersign-portal: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    match &arguments.command {
        Some(Command::NewKey { id }) => return say(&Keys::generate(id)?),
        Some(Command::Openapi) => return say(&format!("{}\n", api::document())),
        _ => {}
    }
    let filter = EnvFilter::try_from_env("COUNTERSIGN_PORTAL_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let serves = arguments.command.is_none();
        let settings = arguments.settings;
        let config = if serves { settings.settle()? } else { settings.settle_existing()? };
        let portal = Portal::open(config, Clock::default()).await?;
        match arguments.command {
            Some(Command::Reseal) => {
                let count = portal.reseal().await?;
                let place = portal.config().place();
                say(&format!("{count} devices in {place} were sealed anew; older keys can go.\n"))
            }
            Some(Command::Reset { login }) => match portal.reset_account(&login).await? {
                Some(password) => {
                    say(&format!("Sign in as “{login}” with the one-time password {}\n", *password))
                }
                None => anyhow::bail!("there is no account “{login}”"),
            },
            Some(Command::Check) => say("Settings, keys and database are in order.\n"),
            _ => start(portal, arguments.demo).await,
        }
    })
}

async fn start(portal: Portal, demo: bool) -> anyhow::Result<()> {
    let listen = portal.config().listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("failed to listen at {listen}; name another with --listen"))?;
    greet(&portal, demo).await?;
    serve(Arc::new(portal), listener, end()).await
}

/// What somebody who starts it has to know: the address, and each new password once.
async fn greet(portal: &Portal, demo: bool) -> anyhow::Result<()> {
    let Config { public_url, notes, .. } = portal.config();
    let mut text = format!("The portal is at {public_url}\n");
    for note in notes {
        text += &format!("{note}\n");
    }
    if let Some(password) = portal.first_administrator().await? {
        text += &format!("Sign in as “admin” with the one-time password {}\n", *password);
    }
    if demo {
        match portal.add_account("ana", false, false, true).await? {
            Some(password) => {
                text += &format!("The agent is “ana”, with the password {}\n", *password);
            }
            None => text += "The agent “ana” is here already, with the password of before.\n",
        }
    }
    say(&text)
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("failed to write")
}

/// Ctrl-C, or the signal by which a service manager ends it.
async fn end() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
