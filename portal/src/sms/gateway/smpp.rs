//! An SMSC by SMPP 3.4: one bound session, begun again when it breaks; delivery receipts come back
//! on it.

use std::str::FromStr as _;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::{Stream, StreamExt as _};
use rusmpp::pdus::{BindTransceiver, DeliverSm, DeliverSmResp, SubmitSm};
use rusmpp::tlvs::MessageSubmissionRequestTlvValue;
use rusmpp::types::{AnyOctetString, COctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, MessagePayload, Npi, RegisteredDelivery, Ton};
use rusmpp::{CommandStatus, Pdu};
use rusmppc::error::Error;
use rusmppc::{Client, ConnectionBuilder, Event};
use tokio::sync::{Mutex, mpsc};
use zeroize::Zeroizing;

use super::{Message, NotSent, Report, plain, port_of};

/// An SMSC by SMPP.
pub(crate) struct SmppGateway {
    address: String,
    system_id: String,
    password: Zeroizing<String>,
    session: Mutex<Option<Client>>,
    heard: mpsc::UnboundedSender<Report>,
    reports: Mutex<mpsc::UnboundedReceiver<Report>>,
}

impl SmppGateway {
    /// By `smpp://system_id:password@host:port`.
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        let rest = url.strip_prefix("smpp://").context("the SMSC's address is malformed")?;
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
            session: Mutex::new(None),
            heard,
            reports: Mutex::new(reports),
        })
    }

    /// Hands a message over; gives the SMSC's id of it.
    ///
    /// A long text is one `message_payload`, and the SMSC splits it.
    pub(super) async fn send(&self, message: &Message<'_>) -> Result<String, NotSent> {
        let client = self.session().await?;
        let submit =
            submit(message).map_err(|_| NotSent::Never("a part of it is too long".into()))?;
        match client.submit_sm(submit).await {
            Ok(taken) => Ok(plain(taken.message_id().as_str())),
            Err(Error::UnexpectedResponse { response }) => Err(refused(response.status())),
            Err(_) => {
                *self.session.lock().await = None;
                Err(NotSent::Later("the SMSC broke off".to_owned()))
            }
        }
    }

    /// The receipts that came since the last call.
    pub(super) async fn reports(&self) -> Vec<Report> {
        // A session is there for receipts too, also where there is nothing to send.
        drop(self.session().await);
        let mut reports = self.reports.lock().await;
        let mut heard = Vec::new();
        while let Ok(report) = reports.try_recv() {
            heard.push(report);
        }
        heard
    }

    async fn session(&self) -> Result<Client, NotSent> {
        let mut session = self.session.lock().await;
        if let Some(client) = session.as_ref().filter(|client| client.is_active()) {
            return Ok(client.clone());
        }
        let later = |what: &str| NotSent::Later(format!("the SMSC {what}"));
        let connect = ConnectionBuilder::new()
            .enquire_link_interval(Duration::from_secs(20))
            .response_timeout(Duration::from_secs(10))
            .connect(&self.address);
        let connected = tokio::time::timeout(Duration::from_secs(10), connect).await;
        let (client, events) =
            connected.map_err(|_| later("timed out"))?.map_err(|_| later("cannot be reached"))?;
        let name =
            |text: &str| COctetString::from_str(text).map_err(|_| later("has a bad account"));
        let bind = BindTransceiver::builder()
            .system_id(name(&self.system_id)?)
            .password(
                COctetString::from_str(&self.password).map_err(|_| later("has a bad account"))?,
            )
            .addr_ton(Ton::Unknown)
            .addr_npi(Npi::Unknown)
            .build();
        client.bind_transceiver(bind).await.map_err(|_| later("did not let us in"))?;
        tokio::spawn(listen(client.clone(), events, self.heard.clone()));
        *session = Some(client.clone());
        Ok(client)
    }
}

/// Takes receipts until the session ends.
async fn listen(
    client: Client,
    events: impl Stream<Item = Event> + Send + 'static,
    heard: mpsc::UnboundedSender<Report>,
) {
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        let Event::Incoming(command) = event else { continue };
        let Some(Pdu::DeliverSm(delivered)) = command.pdu() else { continue };
        if let Some(report) = receipt(delivered) {
            // Nobody listens any more only when the whole portal ends.
            let _ = heard.send(report);
        }
        // A number is sent to, and never asked: what else arrives is taken and forgotten.
        let _ = client.deliver_sm_resp(command.sequence_number(), DeliverSmResp::default()).await;
    }
}

fn submit(message: &Message<'_>) -> anyhow::Result<SubmitSm> {
    let (coding, bytes) = encoded(message.text);
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
        .esm_class(EsmClass::default())
        .registered_delivery(RegisteredDelivery::request_all())
        .data_coding(coding)
        .build();
    // What does not fit into one message is handed over whole, and the SMSC splits it (SMPP 3.4 §5.3.2.32).
    if bytes.len() <= MOST_SHORT {
        submit.set_short_message(OctetString::from_vec(bytes)?);
    } else {
        let payload = MessagePayload::new(AnyOctetString::from_vec(bytes));
        submit.push_tlv(MessageSubmissionRequestTlvValue::MessagePayload(payload));
    }
    Ok(submit)
}

/// The octets of one message: 140, or 160 letters packed by the SMSC.
const MOST_SHORT: usize = 140;

/// The text in the SMSC's default alphabet where it is plain ASCII, else in UCS-2.
fn encoded(text: &str) -> (DataCoding, Vec<u8>) {
    // These are letters with accents in GSM 03.38, or need an escape.
    let plain = text
        .bytes()
        .all(|b| (b.is_ascii_graphic() || b" \n\r".contains(&b)) && !b"`[]{}\\^~|@$_".contains(&b));
    if plain {
        return (DataCoding::McSpecific, text.as_bytes().to_vec());
    }
    (DataCoding::Ucs2, text.encode_utf16().flat_map(u16::to_be_bytes).collect())
}

/// A delivery receipt (SMPP 3.4, appendix B): `id:… stat:DELIVRD …`.
fn receipt(delivered: &DeliverSm) -> Option<Report> {
    let text = String::from_utf8_lossy(delivered.short_message().as_ref()).into_owned();
    let field = |name: &str| {
        let rest = text.split_once(name)?.1;
        rest.split_whitespace().next().map(plain)
    };
    let (gateway_id, status) = (field("id:")?, field("stat:")?);
    // On its way is no end.
    let is_end = !matches!(status.as_str(), "ENROUTE" | "ACCEPTD");
    is_end.then(|| Report { gateway_id, delivered: status == "DELIVRD", status })
}

/// What a status means for a message.
fn refused(status: CommandStatus) -> NotSent {
    let reason = format!("the SMSC answered {}", u32::from(status));
    match status {
        CommandStatus::EsmeRthrottled
        | CommandStatus::EsmeRmsgqful
        | CommandStatus::EsmeRsyserr => NotSent::Later(reason),
        _ => NotSent::Never(reason),
    }
}
