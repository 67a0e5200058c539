//! An SMSC by SMPP 3.4: one bound session, begun again when it breaks; delivery receipts come back
//! on it.

use std::str::FromStr as _;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::{Stream, StreamExt as _};
use rusmpp::pdus::{BindTransceiver, DeliverSm, DeliverSmResp, SubmitSm};
use rusmpp::tlvs::MessageSubmissionRequestTlvValue;
use rusmpp::types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{
    DataCoding, EsmClass, InterfaceVersion, MessagePayload, MessageType, Npi, RegisteredDelivery,
    Ton,
};
use rusmpp::{CommandStatus, Pdu};
use rusmppc::error::Error;
use rusmppc::{Client, ConnectionBuilder, Event};
use tokio::sync::{Mutex, mpsc};
use zeroize::Zeroizing;

use super::{Message, NotSent, Report, plain, port_of};
use crate::store::Seconds;

/// An SMSC by SMPP.
pub(crate) struct SmppGateway {
    address: String,
    system_id: String,
    password: Zeroizing<String>,
    session: Mutex<Option<Client>>,
    /// Until when nobody tries to connect, after it failed, and why it did.
    rest: Mutex<Option<(Instant, NotSent)>>,
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
            rest: Mutex::new(None),
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
            // It is slow with one; whether it lives is asked beside.
            Err(Error::ResponseTimeout { .. }) => {
                Err(NotSent::Later("the SMSC timed out".to_owned()))
            }
            Err(_) => {
                // The next who asks finds it closed, and begins another.
                let _ = client.close().await;
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
        // Who waits for the session does not wait for one failure after the other.
        let mut rest = self.rest.lock().await;
        if let Some((_, why)) = rest.as_ref().filter(|(until, _)| Instant::now() < *until) {
            return Err(why.clone());
        }
        let connected = self.connect().await;
        *rest = connected.as_ref().err().map(|why| (Instant::now() + REST, why.clone()));
        *session = connected.as_ref().ok().cloned();
        connected
    }

    async fn connect(&self) -> Result<Client, NotSent> {
        let later = |what: &str| NotSent::Later(format!("the SMSC {what}"));
        let connect = ConnectionBuilder::new()
            .enquire_link_interval(Duration::from_secs(10))
            .response_timeout(Duration::from_secs(10))
            // It speaks 5.0 by itself; what is used here is all of 3.4.
            .disable_interface_version_check()
            .connect(&self.address);
        let connected = tokio::time::timeout(Duration::from_secs(10), connect).await;
        let (client, events) =
            connected.map_err(|_| later("timed out"))?.map_err(|_| later("cannot be reached"))?;
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
        tokio::spawn(listen(client.clone(), events, self.heard.clone()));
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
        // Whatever somebody answers, only the SMSC says that it is a receipt (SMPP 3.4 §5.2.12).
        let kind = delivered.esm_class.message_type;
        let is_receipt = kind == MessageType::ShortMessageContainsMCDeliveryReceipt;
        if let Some(report) = receipt(delivered).filter(|_| is_receipt) {
            // Nobody listens any more only when the whole portal ends.
            let _ = heard.send(report);
        }
        // A number is sent to, and never asked: what else arrives is taken and forgotten.
        let _ = client.deliver_sm_resp(command.sequence_number(), DeliverSmResp::default()).await;
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

/// A text as an SMSC takes it.
struct Encoded {
    coding: DataCoding,
    bytes: Vec<u8>,
    /// Whether it fits into one message to the phone: 160 letters of GSM 03.38, or 140 octets.
    is_short: bool,
}

/// In the SMSC's own alphabet where that is ASCII in every SMSC; as ASCII where the letters are in
/// GSM 03.38 but elsewhere, so that the line for autofill with its `@` costs no second message; else in
/// UCS-2.
fn encoded(text: &str) -> Encoded {
    let is_plain = |byte: u8| byte.is_ascii_graphic() || b" \n\r".contains(&byte);
    // An accent that GSM 03.38 has not.
    if !text.bytes().all(|byte| is_plain(byte) && byte != b'`') {
        let bytes: Vec<_> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let is_short = bytes.len() <= 140;
        return Encoded { coding: DataCoding::Ucs2, bytes, is_short };
    }
    let escaped = escaped(text);
    let moved = escaped > 0 || text.bytes().any(|byte| b"@$_".contains(&byte));
    let coding = if moved { DataCoding::Ia5 } else { DataCoding::McSpecific };
    let is_short = text.len() + escaped <= 160;
    Encoded { coding, bytes: text.as_bytes().to_vec(), is_short }
}

/// How many messages to a phone a text is: of 160 letters or 70 characters of UCS-2, or, where they are
/// joined, of 153 or 67 (3GPP TS 23.040 §9.2.3.24.1).
pub(crate) fn parts(text: &str) -> i64 {
    let Encoded { coding, bytes, is_short } = encoded(text);
    let parts = match coding {
        _ if is_short => 1,
        DataCoding::Ucs2 => bytes.len().div_ceil(134),
        _ => (bytes.len() + escaped(text)).div_ceil(153),
    };
    i64::try_from(parts).unwrap_or(i64::MAX)
}

/// How many letters of a text GSM 03.38 writes as two.
fn escaped(text: &str) -> usize {
    text.bytes().filter(|byte| b"[]{}\\^~|".contains(byte)).count()
}

/// A delivery receipt (SMPP 3.4, appendix B): `id:… stat:DELIVRD …`. Whatever else arrives, such as
/// somebody's answer, is none.
fn receipt(delivered: &DeliverSm) -> Option<Report> {
    read_receipt(&String::from_utf8_lossy(delivered.short_message().as_ref()))
}

fn read_receipt(text: &str) -> Option<Report> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_in_the_narrowest_alphabet_that_has_it() {
        let told = |text: &str| {
            let Encoded { coding, bytes, is_short } = encoded(text);
            (coding, bytes.len(), is_short)
        };
        assert_eq!(told("123456 is your PIN"), (DataCoding::McSpecific, 18, true));
        assert_eq!(told("1\n\n@portal.example #1"), (DataCoding::Ia5, 21, true));
        assert_eq!(told("Šifra: 1"), (DataCoding::Ucs2, 16, true));
        assert_eq!(told("`1`"), (DataCoding::Ucs2, 6, true));
        assert_eq!(told(&"a".repeat(160)), (DataCoding::McSpecific, 160, true));
        assert_eq!(told(&"a".repeat(161)), (DataCoding::McSpecific, 161, false));
        assert_eq!(told(&"{".repeat(81)), (DataCoding::Ia5, 81, false), "each is two letters");
        assert_eq!(told(&"č".repeat(71)), (DataCoding::Ucs2, 142, false));
        assert_eq!(told("🙂"), (DataCoding::Ucs2, 4, true));
    }

    #[test]
    fn a_long_text_is_several_messages() {
        for (letter, count, expected) in
            [("a", 160, 1), ("a", 161, 2), ("a", 307, 3), ("{", 81, 2), ("č", 70, 1), ("č", 135, 3)]
        {
            assert_eq!(parts(&letter.repeat(count)), expected, "{count} {letter}");
        }
    }

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
    fn a_message_is_valid_as_long_as_its_pin() {
        assert_eq!(validity(900), "000000001500000R");
        assert_eq!(validity(90_061), "000001010101000R");
        assert_eq!(validity(-5), "000000000001000R");
        assert_eq!(validity(31_536_000), "000028000000000R");
    }

    #[test]
    fn a_receipt_is_read_and_nothing_else_is_one() {
        let text = "id:0123456789 sub:001 dlvrd:001 submit date:0809011130 done date:0809011131 \
                    stat:DELIVRD err:000 text:Hello";
        let report = read_receipt(text).unwrap();
        assert_eq!((report.gateway_id.as_str(), report.delivered), ("0123456789", true));
        assert_eq!(report.ids(), ["0123456789", "75bcd15", "75BCD15"]);
        let report = read_receipt("id:4c8f sub:001 dlvrd:000 stat:UNDELIV err:021").unwrap();
        assert_eq!((report.delivered, report.status.as_str()), (false, "UNDELIV"));
        assert_eq!(report.ids(), ["4c8f"]);
        for text in ["", "STOP", "id:1", "stat:DELIVRD", "id: stat:", "id:1 stat:ENROUTE"] {
            assert!(read_receipt(text).is_none_or(|report| !report.delivered), "{text}");
        }
    }
}
