//! An SMSC by SMPP 3.4: one bound session, begun again when it breaks; delivery receipts come back
//! on it.

mod receipt;
mod text;

use std::collections::VecDeque;
use std::str::FromStr as _;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::{Stream, StreamExt as _};
use rusmpp::pdus::{BindTransceiver, DeliverSmResp, SubmitSm};
use rusmpp::tlvs::MessageSubmissionRequestTlvValue;
use rusmpp::types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{EsmClass, InterfaceVersion, MessagePayload, Npi, RegisteredDelivery, Ton};
use rusmpp::{CommandStatus, Pdu};
use rusmppc::error::Error;
use rusmppc::{Client, ConnectionBuilder, Event};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;
use zeroize::Zeroizing;

use self::receipt::receipt;
pub(crate) use self::text::parts;
use self::text::{Encoded, encoded};
use super::{Heard, Message, NotSent, Report, plain, port_of};
use crate::store::Seconds;

/// An SMSC by SMPP.
pub(crate) struct SmppGateway {
    address: String,
    system_id: String,
    password: Zeroizing<String>,
    ids: Ids,
    session: Mutex<Option<Session>>,
    /// Until when nobody tries to connect, after it failed, and why it did.
    rest: Mutex<Option<(Instant, NotSent)>>,
    heard: mpsc::UnboundedSender<Heard>,
    reports: Mutex<mpsc::UnboundedReceiver<Heard>>,
}

/// How an SMSC writes an id when it reports on a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ids {
    /// As when it took it.
    Same,
    /// In decimal, where it was in hexadecimal when it took it.
    Hexadecimal,
}

/// A bound session.
#[derive(Clone)]
struct Session {
    client: Client,
    late: Late,
}

/// The messages that were answered by nobody in time, by their sequence numbers: the answer may come yet.
type Late = Arc<std::sync::Mutex<VecDeque<(u32, String)>>>;

impl SmppGateway {
    /// By `smpp://system_id:password@host:port`, with `?ids=hex` for an SMSC that gives ids in hexadecimal
    /// and reports on them in decimal.
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        let rest = url.strip_prefix("smpp://").context("the SMSC's address is malformed")?;
        let (rest, ids) = match rest.rsplit_once("?ids=") {
            Some((rest, "hex")) => (rest, Ids::Hexadecimal),
            Some(_) => anyhow::bail!("after the SMSC's address there may be ?ids=hex alone"),
            None => (rest, Ids::Same),
        };
        let (who, at) = rest.rsplit_once('@').context("the SMSC's address names no system_id")?;
        let (system_id, password) = who.split_once(':').unwrap_or((who, ""));
        let (host, port) = port_of(at.trim_end_matches('/'))?;
        anyhow::ensure!(system_id.len() <= 15, "an SMPP system_id has at most 15 characters");
        anyhow::ensure!(password.len() <= 8, "an SMPP password has at most 8 characters");
        let (heard, reports) = mpsc::unbounded_channel();
        Ok(Self {
            address: format!("smpp://{host}:{port}"),
            system_id: system_id.to_owned(),
            password: Zeroizing::new(password.to_owned()),
            ids,
            session: Mutex::new(None),
            rest: Mutex::new(None),
            heard,
            reports: Mutex::new(reports),
        })
    }

    /// Hands a message over; gives the SMSC's id of it.
    ///
    /// A long text is one `message_payload`, and the SMSC splits it.
    pub(super) async fn send(&self, message: &Message<'_>) -> Result<String, NotSent> {
        let Session { client, late } = self.session().await?;
        let submit =
            submit(message).map_err(|_| NotSent::Never("a part of it is too long".into()))?;
        match client.submit_sm(submit).await {
            Ok(taken) => Ok(self.ids.when_taken(taken.message_id().as_str())),
            Err(Error::UnexpectedResponse { response }) => Err(refused(response.status())),
            // It is slow with one, and may have taken it; whether it lives is asked beside.
            Err(Error::ResponseTimeout { sequence_number, .. }) => {
                let mut late = late.lock().unwrap_or_else(PoisonError::into_inner);
                late.push_back((sequence_number, message.id.to_owned()));
                let forgotten = late.len().saturating_sub(MOST_LATE);
                late.drain(..forgotten);
                Err(NotSent::Unknown("the SMSC timed out".to_owned()))
            }
            Err(_) => {
                // The next who asks finds it closed, and begins another.
                let _ = client.close().await;
                Err(NotSent::Later("the SMSC broke off".to_owned()))
            }
        }
    }

    /// What the SMSC says next. A session is kept open for it, also where there is nothing to send.
    pub(super) async fn heard(&self) -> Heard {
        let mut reports = self.reports.lock().await;
        loop {
            drop(self.session().await);
            if let Ok(Some(heard)) = timeout(REST, reports.recv()).await {
                return heard;
            }
        }
    }

    async fn session(&self) -> Result<Session, NotSent> {
        let mut session = self.session.lock().await;
        if let Some(session) = session.as_ref().filter(|session| session.client.is_active()) {
            return Ok(session.clone());
        }
        // Who waits for the session does not wait for one failure after the other.
        let mut rest = self.rest.lock().await;
        if let Some((_, why)) = rest.as_ref().filter(|(until, _)| Instant::now() < *until) {
            return Err(why.clone());
        }
        let connected = match timeout(PATIENCE, self.connect()).await {
            Ok(connected) => connected,
            Err(_) => Err(NotSent::Later("the SMSC timed out".to_owned())),
        };
        *rest = connected.as_ref().err().map(|why| (Instant::now() + REST, why.clone()));
        *session = connected.as_ref().ok().cloned();
        connected
    }

    async fn connect(&self) -> Result<Session, NotSent> {
        let later = |what: &str| NotSent::Later(format!("the SMSC {what}"));
        let connect = ConnectionBuilder::new()
            .enquire_link_interval(Duration::from_secs(10))
            .response_timeout(PATIENCE)
            // By itself it gives up on the whole session sooner than on a message.
            .enquire_link_response_timeout(PATIENCE)
            // It speaks 5.0 by itself; what is used here is all of 3.4.
            .disable_interface_version_check()
            .connect(&self.address);
        let (client, events) = connect.await.map_err(|_| later("cannot be reached"))?;
        let name =
            |text: &str| COctetString::from_str(text).map_err(|_| later("has a bad account"));
        let bind = BindTransceiver::builder()
            .interface_version(InterfaceVersion::Smpp3_4)
            .system_id(name(&self.system_id)?)
            .password(
                COctetString::from_str(&self.password).map_err(|_| later("has a bad account"))?,
            )
            .addr_ton(Ton::Unknown)
            .addr_npi(Npi::Unknown)
            .build();
        client.bind_transceiver(bind).await.map_err(|_| later("did not let us in"))?;
        let session = Session { client, late: Late::default() };
        tokio::spawn(listen(session.clone(), self.ids, events, self.heard.clone()));
        Ok(session)
    }
}

/// Takes receipts, and answers that come late, until the session ends.
async fn listen(
    Session { client, late }: Session,
    ids: Ids,
    events: impl Stream<Item = Event> + Send + 'static,
    heard: mpsc::UnboundedSender<Heard>,
) {
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        let Event::Incoming(command) = event else { continue };
        let number = command.sequence_number();
        match command.pdu() {
            Some(Pdu::DeliverSm(delivered)) => match receipt(delivered, ids) {
                Some(report) => take(client.clone(), number, report, &heard),
                // A number is sent to, and never asked: what else arrives is taken and forgotten.
                None => drop(client.deliver_sm_resp(number, DeliverSmResp::default()).await),
            },
            Some(Pdu::SubmitSmResp(taken)) if command.status() == CommandStatus::EsmeRok => {
                let mut late = late.lock().unwrap_or_else(PoisonError::into_inner);
                let found = late.iter().position(|(sequence, _)| *sequence == number);
                if let Some((_, id)) = found.and_then(|at| late.remove(at)) {
                    let gateway_id = ids.when_taken(taken.message_id().as_str());
                    let _ = heard.send(Heard::Taken { id, gateway_id });
                }
            }
            _ => {}
        }
    }
}

/// Tells of a receipt. It is acknowledged when it is kept: one that is not comes again.
fn take(client: Client, number: u32, report: Report, heard: &mpsc::UnboundedSender<Heard>) {
    let (kept, is_kept) = oneshot::channel();
    // Nobody listens any more only when the whole portal ends.
    let _ = heard.send(Heard::Report(report, kept));
    tokio::spawn(async move {
        let status = match is_kept.await {
            Ok(()) => CommandStatus::EsmeRok,
            Err(_) => CommandStatus::EsmeRxTAppn,
        };
        let _ = client.status(status).deliver_sm_resp(number, DeliverSmResp::default()).await;
    });
}

impl Ids {
    /// The id of a message that was taken, in the one way in which it is kept.
    fn when_taken(self, id: &str) -> String {
        match self {
            Self::Same => plain(id),
            Self::Hexadecimal => plain(id).trim_start_matches('0').to_ascii_lowercase(),
        }
    }

    /// The same from the text of a receipt.
    fn when_reported(self, id: &str) -> String {
        match (self, id.parse::<u64>()) {
            (Self::Hexadecimal, Ok(number)) => format!("{number:x}"),
            _ => self.when_taken(id),
        }
    }
}

fn submit(message: &Message<'_>) -> anyhow::Result<SubmitSm> {
    let Encoded { coding, bytes, is_short } = encoded(message.text);
    let digits = message.from.strip_prefix('+').unwrap_or(message.from);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let (ton, npi) = match (is_number, digits.is_empty()) {
        (true, _) => (Ton::International, Npi::Isdn),
        (false, true) => (Ton::Unknown, Npi::Unknown),
        (false, false) => (Ton::Alphanumeric, Npi::Unknown),
    };
    let mut submit = SubmitSm::builder()
        .source_addr_ton(ton)
        .source_addr_npi(npi)
        .source_addr(COctetString::from_str(digits)?)
        .dest_addr_ton(Ton::International)
        .dest_addr_npi(Npi::Isdn)
        .destination_addr(COctetString::from_str(message.to)?)
        // The default of the library is an acknowledgement by the phone.
        .esm_class(EsmClass::from(0))
        .validity_period(EmptyOrFullCOctetString::from_str(&validity(message.valid_for))?)
        .registered_delivery(RegisteredDelivery::request_all())
        .data_coding(coding)
        .build();
    // What does not fit into one message is handed over whole, and the SMSC splits it (SMPP 3.4 §5.3.2.32).
    if is_short {
        submit.set_short_message(OctetString::from_vec(bytes)?);
    } else {
        anyhow::ensure!(bytes.len() <= usize::from(u16::MAX), "longer than a TLV can be");
        let payload = MessagePayload::new(AnyOctetString::from_vec(bytes));
        submit.push_tlv(MessageSubmissionRequestTlvValue::MessagePayload(payload));
    }
    Ok(submit)
}

/// A span of time from now, as SMPP writes it (SMPP 3.4 §7.1.1); at most four weeks.
fn validity(seconds: Seconds) -> String {
    let seconds = seconds.clamp(1, 28 * 86_400);
    let (minutes, hours, days) = (seconds / 60 % 60, seconds / 3_600 % 24, seconds / 86_400);
    format!("0000{days:02}{hours:02}{minutes:02}{:02}000R", seconds % 60)
}

/// What a status means for a message.
fn refused(status: CommandStatus) -> NotSent {
    let reason = format!("the SMSC answered {}", u32::from(status));
    match status {
        CommandStatus::EsmeRinvmsglen
        | CommandStatus::EsmeRinvsrcadr
        | CommandStatus::EsmeRinvdstadr
        | CommandStatus::EsmeRinvsrcton
        | CommandStatus::EsmeRinvsrcnpi
        | CommandStatus::EsmeRinvdstton
        | CommandStatus::EsmeRinvdstnpi
        | CommandStatus::EsmeRinvesmclass
        | CommandStatus::EsmeRinvtlvlen
        | CommandStatus::EsmeRinvtlvval
        | CommandStatus::EsmeRinvdcs => NotSent::Never(reason),
        // What it says of itself or of the account is mended; the PIN's end ends the tries.
        _ => NotSent::Later(reason),
    }
}

const REST: Duration = Duration::from_secs(2);
/// For a connection with its bind, and for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many answers that are late are waited for.
const MOST_LATE: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_smsc_says_of_itself_is_tried_again() {
        for status in [CommandStatus::EsmeRinvdstadr, CommandStatus::EsmeRinvmsglen] {
            assert!(matches!(refused(status), NotSent::Never(_)), "{status:?}");
        }
        for status in [
            CommandStatus::EsmeRthrottled,
            CommandStatus::EsmeRsubmitfail,
            CommandStatus::EsmeRinvbndsts,
            CommandStatus::Other(0x0400),
        ] {
            assert!(matches!(refused(status), NotSent::Later(_)), "{status:?}");
        }
    }

    #[test]
    fn ids_are_kept_in_one_way() {
        let url = |rest: &str| SmppGateway::new(&format!("smpp://me:pw@localhost:2775{rest}"));
        assert_eq!(url("").unwrap().ids, Ids::Same);
        let ids = url("?ids=hex").unwrap().ids;
        assert_eq!(ids.when_taken("075BCD15"), "75bcd15");
        assert_eq!(ids.when_reported("0123456789"), "75bcd15");
        assert_eq!(ids.when_reported("075BCD15"), "75bcd15", "in hexadecimal after all");
        assert_eq!(Ids::Same.when_reported("0123456789"), "0123456789");
        let error = url("?ids=octal").err().unwrap().to_string();
        assert!(error.contains("?ids=hex") && !error.contains("pw"), "{error}");
    }

    #[test]
    fn a_message_is_valid_as_long_as_its_pin() {
        assert_eq!(validity(900), "000000001500000R");
        assert_eq!(validity(90_061), "000001010101000R");
        assert_eq!(validity(-5), "000000000001000R");
        assert_eq!(validity(31_536_000), "000028000000000R");
    }
}
