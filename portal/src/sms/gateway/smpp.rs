//! An SMSC by SMPP 3.4: one bound session, begun again when it breaks; delivery receipts come back
//! on it.

mod receipt;
mod text;

use std::str::FromStr as _;
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
use super::{Heard, Message, NotSent, plain, port_of};
use crate::store::Seconds;

/// An SMSC by SMPP.
pub(crate) struct SmppGateway {
    address: String,
    system_id: String,
    password: Zeroizing<String>,
    session: Mutex<Option<Client>>,
    /// Until when nobody tries to connect, after it failed, and why it did.
    rest: Mutex<Option<(Instant, NotSent)>>,
    heard: mpsc::UnboundedSender<Heard>,
    reports: Mutex<mpsc::UnboundedReceiver<Heard>>,
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

    /// The next receipt. A session is kept open for it, also where there is nothing to send.
    pub(super) async fn report(&self) -> Heard {
        let mut reports = self.reports.lock().await;
        loop {
            drop(self.session().await);
            if let Ok(Some(heard)) = timeout(REST, reports.recv()).await {
                return heard;
            }
        }
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
        let connected = timeout(Duration::from_secs(10), connect).await;
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

/// Takes receipts until the session ends. Each is acknowledged when it is kept: one that is not comes
/// again.
async fn listen(
    client: Client,
    events: impl Stream<Item = Event> + Send + 'static,
    heard: mpsc::UnboundedSender<Heard>,
) {
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        let Event::Incoming(command) = event else { continue };
        let Some(Pdu::DeliverSm(delivered)) = command.pdu() else { continue };
        let (client, number) = (client.clone(), command.sequence_number());
        let Some(report) = receipt(delivered) else {
            // A number is sent to, and never asked: what else arrives is taken and forgotten.
            let _ = client.deliver_sm_resp(number, DeliverSmResp::default()).await;
            continue;
        };
        let (kept, is_kept) = oneshot::channel();
        // Nobody listens any more only when the whole portal ends.
        let _ = heard.send(Heard { report, kept });
        tokio::spawn(async move {
            let status = match is_kept.await {
                Ok(()) => CommandStatus::EsmeRok,
                Err(_) => CommandStatus::EsmeRxTAppn,
            };
            let _ = client.status(status).deliver_sm_resp(number, DeliverSmResp::default()).await;
        });
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
    fn a_message_is_valid_as_long_as_its_pin() {
        assert_eq!(validity(900), "000000001500000R");
        assert_eq!(validity(90_061), "000001010101000R");
        assert_eq!(validity(-5), "000000000001000R");
        assert_eq!(validity(31_536_000), "000028000000000R");
    }
}
