//! What an SMSC says of a message that it took.

use rusmpp::pdus::DeliverSm;
use rusmpp::tlvs::TlvValue;
use rusmpp::values::{MessageState, MessageType};

use super::Ids;
use crate::sms::gateway::{Report, plain};

/// A delivery receipt that tells an end. Whatever else arrives, such as somebody's answer, is none:
/// only the SMSC says that it is one (SMPP 3.4 §5.2.12).
///
/// Its id and state are fields of their own (§5.3.2.12, §5.3.2.35), or only words of its text.
pub(super) fn receipt(delivered: &DeliverSm, ids: Ids) -> Option<Report> {
    let kind = delivered.esm_class.message_type;
    if kind != MessageType::ShortMessageContainsMCDeliveryReceipt {
        return None;
    }
    let mut text = delivered.short_message().as_ref();
    let (mut id, mut status) = (None, None);
    for value in delivered.tlvs().iter().filter_map(|tlv| tlv.value()) {
        match value {
            TlvValue::MessagePayload(field) => text = field.value.as_ref(),
            // As it was given, whatever the text writes.
            TlvValue::ReceiptedMessageId(field) => id = Some(ids.when_taken(field.as_str())),
            TlvValue::MessageState(field) => status = Some(state(*field).to_owned()),
            _ => {}
        }
    }
    let text = String::from_utf8_lossy(text);
    let id = id.or_else(|| word(&text, "id:").map(|id| ids.when_reported(&id)))?;
    Report::new(id, status.or_else(|| word(&text, "stat:"))?)
}

/// The word after this name (appendix B): `id:… sub:001 stat:DELIVRD …`.
fn word(text: &str, name: &str) -> Option<String> {
    let rest = text.split_once(name)?.1;
    rest.split_whitespace().next().map(plain)
}

/// A state by the word of appendix B.
fn state(state: MessageState) -> &'static str {
    match state {
        MessageState::Scheduled => "SCHEDLD",
        MessageState::Enroute => "ENROUTE",
        MessageState::Delivered => "DELIVRD",
        MessageState::Expired => "EXPIRED",
        MessageState::Deleted => "DELETED",
        MessageState::Undeliverable => "UNDELIV",
        MessageState::Accepted => "ACCEPTD",
        MessageState::Rejected => "REJECTD",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use rusmpp::tlvs::MessageDeliveryRequestTlvValue as Field;
    use rusmpp::types::{AnyOctetString, COctetString, OctetString};
    use rusmpp::values::{EsmClass, MessagePayload};

    use super::*;

    fn delivered(esm_class: u8, text: &str, fields: Vec<Field>) -> DeliverSm {
        DeliverSm::builder()
            .esm_class(EsmClass::from(esm_class))
            .short_message(OctetString::from_vec(text.into()).unwrap())
            .tlvs(fields)
            .build()
    }

    fn read(text: &str) -> Option<Report> {
        receipt(&delivered(RECEIPT, text, Vec::new()), Ids::Same)
    }

    #[test]
    fn a_receipt_is_read_and_nothing_else_is_one() {
        let text = "id:0123456789 sub:001 dlvrd:001 submit date:0809011130 done date:0809011131 \
                    stat:DELIVRD err:000 text:Hello";
        let report = read(text).unwrap();
        assert_eq!((report.gateway_id.as_str(), report.delivered), ("0123456789", true));
        let decimal = delivered(RECEIPT, text, Vec::new());
        assert_eq!(receipt(&decimal, Ids::Hexadecimal).unwrap().gateway_id, "75bcd15");
        let report = read("id:4c8f sub:001 dlvrd:000 stat:UNDELIV err:021").unwrap();
        assert_eq!((report.delivered, report.status.as_str()), (false, "UNDELIV"));
        assert_eq!(report.gateway_id, "4c8f");
        for text in ["", "STOP", "id:1", "stat:DELIVRD", "id: stat:", "id:1 stat:ENROUTE"] {
            assert_eq!(read(text), None, "{text}");
        }
        // Somebody answers a PIN with what looks like a receipt.
        assert_eq!(receipt(&delivered(0, "id:1 stat:DELIVRD", Vec::new()), Ids::Same), None);
        // The whole text may be in a field, as that of a long message is.
        let payload = AnyOctetString::from_vec(b"id:4c8f stat:DELIVRD".to_vec());
        let payload = Field::MessagePayload(MessagePayload::new(payload));
        let report = receipt(&delivered(RECEIPT, "", vec![payload]), Ids::Same).unwrap();
        assert_eq!((report.gateway_id.as_str(), report.delivered), ("4c8f", true));
    }

    #[test]
    fn a_receipt_that_is_all_fields_is_read() {
        let id = || Field::ReceiptedMessageId(COctetString::from_str("4c8f").unwrap());
        let of = |text, state| {
            let fields = vec![id(), Field::MessageState(state)];
            receipt(&delivered(RECEIPT, text, fields), Ids::Same)
        };
        let report = of("", MessageState::Delivered).unwrap();
        assert_eq!((report.gateway_id.as_str(), report.delivered), ("4c8f", true));
        // What the fields say goes before what the text does.
        let report = of("id:9 stat:DELIVRD", MessageState::Rejected).unwrap();
        assert_eq!((report.gateway_id.as_str(), report.status.as_str()), ("4c8f", "REJECTD"));
        assert!(!report.delivered);
        assert_eq!(of("", MessageState::Enroute), None);
        // The field has the id as it was given, the text in decimal.
        let id = Field::ReceiptedMessageId(COctetString::from_str("12345678").unwrap());
        let both = delivered(RECEIPT, "id:305419896 stat:DELIVRD", vec![id]);
        assert_eq!(receipt(&both, Ids::Hexadecimal).unwrap().gateway_id, "12345678");
    }

    const RECEIPT: u8 = 0b0000_0100;
}
