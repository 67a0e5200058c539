//! SMPP 3.4 to an SMSC of other people's, the simulator that comes with jSMPP: messages arrive, receipts
//! come back, a session that breaks is begun again.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle};

use crate::app::{App, BOTH, message_is};
use crate::postgres::free_port;
use crate::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_go_by_smpp_and_receipts_come_back() {
    let smsc = Smsc::start();
    let wire = Wire::to(smsc.port).await;
    let site =
        Site::with_sms(&format!("smpp://portal:{PASSWORD}@127.0.0.1:{}?ids=hex", wire.port)).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({ "verifyPinLimit": "100/1s" })).await;

    // As it is in the SMSC's own log.
    let (_, sent) = app.send(&ids, "41793026727").await;
    let line = smsc.hears("Hello Ana, your PIN is ").await;
    let pin = line.split_once("your PIN is ").unwrap().1[..6].to_owned();
    message_is(&site, "delivered").await;
    let (_, answer) = app.verify(sent["pinId"].as_str().unwrap(), &pin).await;
    assert_eq!(answer["verified"], true, "{line}");
    assert_eq!(wire.first(BIND_TRANSCEIVER).version(), 0x34);

    // With the line for autofill; in Croatian; and too long for one message.
    let long = format!("{} {{{{pin}}}}", "Vaš jednokratni broj je ovdje. ".repeat(8).trim());
    for (text, coding) in [
        ("{{pin}} is your code.\n\n@portal.example #{{pin}}", 1),
        ("Vaša šifra je {{pin}} 🙂", 8),
        (long.as_str(), 8),
    ] {
        let template = json!({ "pinType": "NUMERIC", "pinLength": 6, "messageText": text });
        let path = format!("/2fa/2/applications/{}/messages", ids.0);
        let (_, template) = app.post(&path, template).await;
        let with = (ids.0.clone(), template["messageId"].as_str().unwrap().to_owned());
        let (_, sent) = app.send(&with, "385911234567").await;
        message_is(&site, "delivered").await;
        let submitted = wire.last(SUBMIT_SM);
        let (found, text_sent) = submitted.text();
        assert_eq!(found, coding, "{text}");
        let (before, after) = text.split_once("{{pin}}").unwrap();
        let rest = text_sent.strip_prefix(before).unwrap_or_else(|| panic!("{text_sent}"));
        let pin = &rest[..6];
        assert_eq!(&rest[6..], after.replace("{{pin}}", pin), "the whole text, unchanged");
        let (_, answer) = app.verify(sent["pinId"].as_str().unwrap(), pin).await;
        assert_eq!(answer["verified"], true);
    }
    // The session is kept alive: each is asked, and each is answered.
    wire.carries(ENQUIRE_LINK, 1).await;
    wire.carries(ENQUIRE_LINK_RESP, 1).await;
    // Every receipt is acknowledged, or the SMSC would send it again.
    wire.carries(DELIVER_SM_RESP, wire.count(DELIVER_SM)).await;
    assert!(wire.count(DELIVER_SM) >= 4);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_breaks_is_begun_again() {
    let mut smsc = Smsc::start();
    let wire = Wire::to(smsc.port).await;
    let site =
        Site::with_sms(&format!("smpp://portal:{PASSWORD}@127.0.0.1:{}?ids=hex", wire.port)).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    app.send(&ids, "41793026727").await;
    message_is(&site, "delivered").await;
    // The network breaks.
    wire.cut();
    app.send(&ids, "41763026728").await;
    message_is(&site, "delivered").await;
    assert!(wire.count(BIND_TRANSCEIVER) >= 2);
    // The SMSC is away for a while.
    smsc.stop();
    app.send(&ids, "385911234567").await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let line = site.portal.store().messages(None, 1).await.unwrap().remove(0);
    assert_eq!(line.state, "queued", "{}", line.reason);
    assert!(!line.reason.contains(PASSWORD) && line.reason.contains("SMSC"), "{}", line.reason);
    smsc.start_again();
    message_is(&site, "delivered").await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_comes_late_costs_no_second_message() {
    let smsc = Smsc::start();
    let wire = Wire::to(smsc.port).await;
    let site =
        Site::with_sms(&format!("smpp://portal:{PASSWORD}@127.0.0.1:{}?ids=hex", wire.port)).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    wire.carries(BIND_TRANSCEIVER_RESP, 1).await;
    wire.held.store(true, Ordering::SeqCst);
    app.send(&ids, "41793026727").await;
    let began = Instant::now();
    while site.portal.store().messages(None, 1).await.unwrap()[0].reason != "the SMSC timed out" {
        assert!(began.elapsed() < Duration::from_secs(20), "nobody is out of patience");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    wire.held.store(false, Ordering::SeqCst);
    let line = message_is(&site, "delivered").await;
    assert_eq!((line.tries, wire.count(SUBMIT_SM)), (1, 1));
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_is_wrong_is_told_without_it() {
    let smsc = Smsc::start();
    let site =
        Site::with_sms(&format!("smpp://portal:hunter2@127.0.0.1:{}?ids=hex", smsc.port)).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    app.send(&ids, "41793026727").await;
    let began = Instant::now();
    let reason = loop {
        let line = site.portal.store().messages(None, 1).await.unwrap().remove(0);
        if !line.reason.is_empty() {
            break line.reason;
        }
        assert!(began.elapsed() < Duration::from_secs(15), "nothing is told");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(reason, "the SMSC did not let us in");
    site.stop().await;
}

/// The SMSC as a program of its own.
struct Smsc {
    port: u16,
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Smsc {
    fn start() -> Self {
        let (port, log) = (free_port(), Arc::new(Mutex::new(Vec::new())));
        let child = spawn(port, &log);
        Self { port, child, log }
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn start_again(&mut self) {
        self.child = spawn(self.port, &self.log);
    }

    /// Waits until its log has this; the rest of the line.
    async fn hears(&self, text: &str) -> String {
        let began = Instant::now();
        loop {
            let log = self.log.lock().unwrap().clone();
            if let Some(line) = log.iter().find(|line| line.contains(text)) {
                return line.clone();
            }
            assert!(began.elapsed() < Duration::from_secs(20), "not in {log:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Smsc {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(port: u16, log: &Arc<Mutex<Vec<String>>>) -> Child {
    let jars = env::var("COUNTERSIGN_SMSC").expect("`cargo xtask test` sets it");
    let mut child = Command::new("java")
        .args([
            "-cp",
            &format!("{jars}/*"),
            "-Dfile.encoding=UTF-8",
            "-Djsmpp.client.systemId=portal",
        ])
        .arg(format!("-Djsmpp.client.password={PASSWORD}"))
        .arg(format!("-Djsmpp.simulator.port={port}"))
        .arg("org.jsmpp.examples.SMPPServerSimulator")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("java is installed");
    let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()), log.clone());
    let (listens, listening) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            if line.contains("Listening on port") {
                let _ = listens.send(());
            }
            kept.lock().unwrap().push(line);
        }
    });
    let began = listening.recv_timeout(Duration::from_secs(30));
    began.unwrap_or_else(|_| panic!("it does not listen: {:?}", log.lock().unwrap()));
    child
}

/// A wire to the SMSC that can be cut, and remembers what went through.
struct Wire {
    port: u16,
    carried: Arc<Mutex<Vec<Pdu>>>,
    open: Arc<Mutex<Vec<AbortHandle>>>,
    /// Whether what the SMSC says is held back.
    held: Arc<AtomicBool>,
    accepting: JoinHandle<()>,
}

/// One protocol data unit: its head of sixteen octets, and the rest.
#[derive(Debug, Clone)]
struct Pdu(Vec<u8>);

impl Wire {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (carried, open) = (Arc::default(), Arc::<Mutex<Vec<AbortHandle>>>::default());
        let (all, wires) = (Arc::clone(&carried), open.clone());
        let held = Arc::new(AtomicBool::new(false));
        let holds = held.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let Ok(there) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
                let (from_here, to_here) = here.into_split();
                let (from_there, to_there) = there.into_split();
                let free = Arc::default();
                let both = [(from_here, to_there, &free), (from_there, to_here, &holds)];
                for (from, to, held) in both {
                    let way = tokio::spawn(carry(from, to, held.clone(), Arc::clone(&all)));
                    wires.lock().unwrap().push(way.abort_handle());
                }
            }
        });
        Self { port: own, carried, open, held, accepting }
    }

    /// Cuts every connection.
    fn cut(&self) {
        self.open.lock().unwrap().drain(..).for_each(|way| way.abort());
    }

    fn all(&self, id: u32) -> Vec<Pdu> {
        let carried = self.carried.lock().unwrap();
        carried.iter().filter(|pdu| pdu.id() == id).cloned().collect()
    }

    fn count(&self, id: u32) -> usize {
        self.all(id).len()
    }

    fn first(&self, id: u32) -> Pdu {
        self.all(id).remove(0)
    }

    fn last(&self, id: u32) -> Pdu {
        self.all(id).pop().unwrap()
    }

    /// Waits until it carried so many of these.
    async fn carries(&self, id: u32, count: usize) {
        let began = Instant::now();
        while self.count(id) < count {
            assert!(began.elapsed() < Duration::from_secs(30), "{id:#x}: {}", self.count(id));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    holds: Arc<AtomicBool>,
    all: Arc<Mutex<Vec<Pdu>>>,
) {
    let mut held = Vec::new();
    let mut bytes = [0; 4_096];
    while let Ok(count) = from.read(&mut bytes).await {
        while holds.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if count == 0 || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
        held.extend_from_slice(&bytes[..count]);
        while let Some(length) = held.first_chunk().map(|head| u32::from_be_bytes(*head) as usize)
            && held.len() >= length
        {
            all.lock().unwrap().push(Pdu(held.drain(..length).collect()));
        }
    }
}

impl Pdu {
    fn id(&self) -> u32 {
        u32::from_be_bytes(self.0[4..8].try_into().unwrap())
    }

    /// The version of a bind (SMPP 3.4 §4.1.5).
    fn version(&self) -> u8 {
        let mut rest = &self.0[16..];
        for _ in ["system_id", "password", "system_type"] {
            rest = after_text(rest);
        }
        rest[0]
    }

    /// The data coding and the text of a submit_sm (SMPP 3.4 §4.4.1), in the one field or the other.
    fn text(&self) -> (u8, String) {
        let rest = after_text(&self.0[16..]); // service_type
        let rest = after_text(&rest[2..]); // source
        let rest = after_text(&rest[2..]); // destination
        let rest = after_text(&rest[3..]); // esm_class, protocol_id, priority_flag, schedule
        assert!(rest.starts_with(b"0000000014") || rest.starts_with(b"0000000015"), "{rest:?}");
        let rest = after_text(rest); // validity_period
        let (coding, length) = (rest[2], usize::from(rest[4]));
        let mut bytes = &rest[5..5 + length];
        let mut options = &rest[5 + length..];
        while let [tag @ .., _, _] = &options[..options.len().min(4)]
            && tag.len() == 2
        {
            let length = usize::from(u16::from_be_bytes([options[2], options[3]]));
            if tag == MESSAGE_PAYLOAD {
                bytes = &options[4..4 + length];
            }
            options = &options[4 + length..];
        }
        let text = if coding == 8 {
            let units = bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            String::from_utf16(&units.collect::<Vec<_>>()).unwrap()
        } else {
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        (coding, text)
    }
}

/// What comes after a text that ends with a NUL.
fn after_text(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap();
    &bytes[end + 1..]
}

const PASSWORD: &str = "s3cr3t";
const SUBMIT_SM: u32 = 0x0000_0004;
const DELIVER_SM: u32 = 0x0000_0005;
const DELIVER_SM_RESP: u32 = 0x8000_0005;
const BIND_TRANSCEIVER: u32 = 0x0000_0009;
const BIND_TRANSCEIVER_RESP: u32 = 0x8000_0009;
const ENQUIRE_LINK: u32 = 0x0000_0015;
const ENQUIRE_LINK_RESP: u32 = 0x8000_0015;
const MESSAGE_PAYLOAD: &[u8] = &[0x04, 0x24];
