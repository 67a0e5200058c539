//! From a number to a queued message, and from a typed PIN to a verdict: the one way for the API of
//! apps' servers and for the portal's own phones.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::configuration::{Configuration, MessageTemplate};
use super::gateway::parts;
use super::limit::{DAY, limit};
use super::lookup::Reach;
use super::number::Number;
use super::pin;
use crate::Portal;
use crate::keys::Keys;
use crate::refusal::Refusal;
use crate::store::{
    Application, AuditEntry, NewMessage, NewPin, Pin, Reservation, Reserved, Seconds, new_id,
};

/// What a PIN is to be sent with.
pub(crate) struct Sending<'a> {
    pub(crate) application: &'a Application,
    /// The template and its id.
    pub(crate) template: (&'a MessageTemplate, &'a str),
    pub(crate) number: &'a Number,
    /// From whom, where not as the template has it.
    pub(crate) sender: Option<&'a str>,
    pub(crate) placeholders: &'a BTreeMap<String, String>,
    /// Whether the networks are asked first.
    pub(crate) look_up: bool,
    /// The account that confirms its number; none where an app's server asks.
    pub(crate) user_id: Option<&'a str>,
    /// What has to be free beside the application's own limits.
    pub(crate) also: Vec<Reservation>,
}

/// What came of sending.
pub(crate) enum Sent {
    /// The message is on the disk, and will be handed over.
    Queued { pin_id: String, message_id: String, length: usize, reach: Reach },
    /// The number cannot be reached: there is a record, and no message.
    NotReachable { pin_id: String },
    /// A limit is reached; there is room again in so many seconds.
    Wait(Seconds),
}

/// What is said of a typed PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is right, and the first that was.
    Right,
    /// It is wrong; so many more are looked at.
    Wrong(i64),
    /// It came too late.
    Expired,
    /// No more are looked at.
    UsedUp,
    /// Somebody typed the right one before.
    Taken,
    /// None was looked at: there may be one in so many seconds.
    Wait(Seconds),
}

impl Portal {
    /// Looks the number up, makes a PIN, and queues its message: all of it or nothing.
    pub(crate) async fn send_pin(&self, sending: Sending<'_>) -> Result<Sent, Refusal> {
        let Sending { application, template: (template, template_id), number, .. } = sending;
        let configuration = Configuration::of(application);
        let asks = sending.look_up && number.can_get_messages && self.sms.lookup.is_set_up();
        if asks {
            // Asking costs too, and a number that cannot be reached takes nothing of a limit below.
            let wanted = lookups(self, application, &configuration, number, &sending.also);
            if let Reserved::Full { scope, wait } = self.store.reserve_alone(&wanted).await? {
                return self.stopped(application, &scope, wait).await;
            }
        }
        let reach = match () {
            () if !number.can_get_messages => Reach::NotReachable,
            () if sending.look_up => self.sms.lookup.ask(&number.msisdn).await,
            () => Reach::Unknown,
        };
        let is_sent = reach != Reach::NotReachable;
        let (now, keys) = (self.clock.now(), &self.config.keys);
        let id = new_id()?.to_uppercase();
        let text = template.pin_type.generate(usize::try_from(template.pin_length).unwrap_or(6))?;
        let pin = Pin {
            hash: pin::hash(keys, keys.sealing_id(), &id, &text)?.to_vec(),
            key_id: keys.sealing_id().to_owned(),
            sealed: if is_sent { Some(keys.seal_bytes(text.as_bytes(), &id)?) } else { None },
            application_id: application.id.clone(),
            template_id: template_id.to_owned(),
            msisdn: number.msisdn.clone(),
            // Of a number that cannot be reached there is a record, and no PIN to guess.
            attempts_left: if is_sent { configuration.pin_attempts } else { 0 },
            expires_at: now + configuration.life(),
            verified_at: None,
            user_id: sending.user_id.map(str::to_owned),
            id,
        };
        let sender = sending.sender.or(template.sender_id.as_deref()).unwrap_or_default();
        let written = self.written(template, &text, sending.placeholders, number)?;
        let mut wanted = reservations(self, application, &configuration, number, written.cost);
        // Of what is not sent the application's own limit counts the record.
        wanted.truncate(if is_sent { wanted.len() } else { 1 });
        wanted.extend(sending.also);
        let message = is_sent.then(|| written.message(&pin, sender, keys));
        let new = NewPin { pin: &pin, message, reservations: &wanted };
        if let Reserved::Full { scope, wait } = self.store.send_pin(new, now).await? {
            return self.stopped(application, &scope, wait).await;
        }
        self.sms.queued.notify_one();
        let (pin_id, message_id, length) = (pin.id, written.id, text.len());
        Ok(if is_sent {
            Sent::Queued { pin_id, message_id, length, reach }
        } else {
            Sent::NotReachable { pin_id }
        })
    }

    /// Queues the message of a PIN once more; nothing if it is no longer right.
    pub(crate) async fn send_pin_again(
        &self,
        pin: Pin,
        application: &Application,
        template: &MessageTemplate,
        placeholders: &BTreeMap<String, String>,
        also: Vec<Reservation>,
    ) -> Result<Option<Sent>, Refusal> {
        let (now, keys) = (self.clock.now(), &self.config.keys);
        // Nor can it be sent under a key that was taken away.
        let live = over(&pin, now).is_none() && keys.has(&pin.key_id);
        let Some(sealed) = pin.sealed.as_ref().filter(|_| live) else { return Ok(None) };
        let text = keys.open_bytes(sealed, &pin.key_id, &pin.id)?;
        let text = std::str::from_utf8(&text).map_err(anyhow::Error::new)?;
        let number = Number::read(&pin.msisdn).ok_or(Refusal::NotFound)?;
        let written = self.written(template, text, placeholders, &number)?;
        let configuration = Configuration::of(application);
        let mut wanted = reservations(self, application, &configuration, &number, written.cost);
        wanted.extend(also);
        // As the first one was.
        let sender = self.store.sender_of(&pin.id).await?.unwrap_or_default();
        let message = written.message(&pin, &sender, keys);
        let reserved = self.store.resend_pin(message, &wanted, now).await?;
        if let Reserved::Full { scope, wait } = reserved {
            return self.stopped(application, &scope, wait).await.map(Some);
        }
        self.sms.queued.notify_one();
        let (pin_id, message_id, length) = (pin.id, written.id, text.len());
        Ok(Some(Sent::Queued { pin_id, message_id, length, reach: Reach::Unknown }))
    }

    /// Writes the message of a PIN.
    fn written(
        &self,
        template: &MessageTemplate,
        pin: &str,
        placeholders: &BTreeMap<String, String>,
        number: &Number,
    ) -> Result<Written, Refusal> {
        let id = message_id()?;
        let text = Zeroizing::new(template.text(pin, placeholders));
        let body = self.config.keys.seal_bytes(text.as_bytes(), &id)?;
        Ok(Written { id, body, cost: parts(&text) * self.sms.prices.of(&number.msisdn) })
    }

    /// Looks at a typed PIN. What it comes to is one conditional statement, so of any number at one
    /// moment one is right, and no more wrong ones are looked at than there are attempts.
    pub(crate) async fn verify_pin(
        &self,
        pin: &Pin,
        application: &Application,
        typed: &str,
    ) -> Result<Verdict, Refusal> {
        let (now, at) = (self.clock.now(), self.clock.milliseconds());
        // What is over takes nothing of the limit of a number whose PIN somebody waits for.
        // Nor does a PIN whose key was taken away, which is nobody's to verify any more.
        let keys = &self.config.keys;
        if !keys.has(&pin.key_id) {
            return Ok(Verdict::Expired);
        }
        if let Some(over) = over(pin, now) {
            self.figures.pin("refused");
            return Ok(over);
        }
        let configuration = Configuration::of(application);
        // An account may confirm its number anew.
        let only_one = !configuration.allow_multiple_pin_verifications && pin.user_id.is_none();
        if only_one && self.store.is_verified(&application.id, &pin.msisdn).await? {
            return Ok(Verdict::UsedUp);
        }
        let (most, window) = limit(&configuration.verify_pin_limit).unwrap_or((1, 3_000));
        let scope = format!("verify:{}:{}", application.id, pin.msisdn);
        let wanted = [Reservation { scope, most, window, at, weight: 1 }];
        if let Reserved::Full { wait, .. } = self.store.reserve_alone(&wanted).await? {
            return Ok(Verdict::Wait(seconds(wait)));
        }
        let right = pin::is_right(keys, &pin.key_id, &pin.id, typed, &pin.hash)?;
        if right && self.store.accept_pin(pin, only_one, now).await? {
            self.figures.pin("verified");
            return Ok(Verdict::Right);
        }
        let counted = !right && self.store.count_wrong_pin(&pin.id, now).await?;
        self.figures.pin("refused");
        let known = self.store.pin(&pin.id).await?.ok_or(Refusal::NotFound)?;
        Ok(match () {
            () if counted => Verdict::Wrong(known.attempts_left),
            () => over(&known, now).unwrap_or(Verdict::UsedUp),
        })
    }

    /// Says that a limit is reached: in the figures, and, of those that are against pumping, on the
    /// application's page and in the audit log.
    async fn stopped(
        &self,
        application: &Application,
        scope: &str,
        wait: i64,
    ) -> Result<Sent, Refusal> {
        let kind = scope.split(':').next().unwrap_or_default();
        self.figures.limit(kind);
        if AGAINST_PUMPING.contains(&kind) {
            let at = self.clock.milliseconds();
            let scope = format!("told-{kind}:{}", application.id);
            let telling = Reservation { scope, most: 1, window: HOUR, at, weight: 1 };
            let text = |text: &str| text.to_owned();
            let entry = AuditEntry {
                at: self.clock.now(),
                actor: text("countersign-portal"),
                action: text("pins-stopped"),
                subject: application.name.clone(),
                detail: text(kind),
                address: String::new(),
            };
            self.store.tell_stopped(&application.id, kind, telling, &entry).await?;
        }
        Ok(Sent::Wait(seconds(wait)))
    }
}

/// What is said of a PIN that is over; nothing of one that can still be right.
fn over(pin: &Pin, now: Seconds) -> Option<Verdict> {
    match () {
        () if pin.verified_at.is_some() => Some(Verdict::Taken),
        () if pin.expires_at <= now => Some(Verdict::Expired),
        () if pin.attempts_left <= 0 => Some(Verdict::UsedUp),
        () => None,
    }
}

/// What has to be free for one more message, the application's own limit first.
///
/// Beside the API's limits these are against pumping, where somebody earns by messages to numbers of
/// theirs: a run of neighbouring numbers, one country, and a day's cost.
fn reservations(
    portal: &Portal,
    application: &Application,
    configuration: &Configuration,
    number: &Number,
    cost: i64,
) -> Vec<Reservation> {
    let at = portal.clock.milliseconds();
    let id = &application.id;
    let one = |scope: String, (most, window)| Reservation { scope, most, window, at, weight: 1 };
    let read = |text: &str| limit(text).unwrap_or((1, DAY));
    let whole = read(&configuration.send_pin_per_application_limit);
    let number_limit = read(&configuration.send_pin_per_phone_number_limit);
    let block = &number.msisdn[..number.msisdn.len().saturating_sub(3)];
    let mut wanted = vec![
        one(format!("application:{id}"), whole),
        one(format!("number:{id}:{}", number.msisdn), number_limit),
        one(format!("block:{id}:{block}"), read(&application.block_limit)),
    ];
    if !application.country_limit.is_empty() {
        let country = format!("country:{id}:{}", number.country);
        wanted.push(one(country, read(&application.country_limit)));
    }
    if application.cost_ceiling > 0 {
        let (scope, most) = (format!("cost:{id}"), application.cost_ceiling);
        wanted.push(Reservation { scope, most, window: DAY, at, weight: cost });
    }
    wanted
}

/// What has to be free for asking about a number: as often as it may be sent to.
fn lookups(
    portal: &Portal,
    application: &Application,
    configuration: &Configuration,
    number: &Number,
    also: &[Reservation],
) -> Vec<Reservation> {
    let mut wanted = reservations(portal, application, configuration, number, 0);
    wanted.truncate(2);
    wanted.extend_from_slice(also);
    wanted.iter_mut().for_each(|one| one.scope.insert_str(0, "lookup-"));
    wanted
}

/// The message of a PIN, as it is queued.
struct Written {
    /// The idempotency key.
    id: String,
    /// Its text, sealed.
    body: Vec<u8>,
    cost: i64,
}

impl Written {
    fn message<'a>(&'a self, pin: &'a Pin, sender: &'a str, keys: &'a Keys) -> NewMessage<'a> {
        NewMessage {
            id: &self.id,
            pin_id: &pin.id,
            application_id: &pin.application_id,
            msisdn: &pin.msisdn,
            sender,
            body: &self.body,
            key_id: keys.sealing_id(),
            expires_at: pin.expires_at,
            cost: self.cost,
        }
    }
}

/// A new id of a message, written as a UUID is: the idempotency key.
fn message_id() -> Result<String, Refusal> {
    let id = new_id()?;
    Ok(format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]))
}

/// Milliseconds as whole seconds, at least one.
fn seconds(milliseconds: i64) -> Seconds {
    (milliseconds + 999).div_euclid(1_000).max(1)
}

/// A limit against pumping is told so often, in milliseconds.
const HOUR: i64 = DAY / 24;
/// The limits that nobody reaches who signs people in.
const AGAINST_PUMPING: &[&str] = &["block", "country", "cost"];
