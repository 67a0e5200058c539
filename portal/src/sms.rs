//! PINs by SMS: an app's server asks, the number is looked up, a PIN is made and sent, a delivery
//! report comes back, and the PIN that somebody types gets a verdict.
//!
//! SMS is a restricted authenticator (NIST SP 800-63B-4 §3.1.3.3): numbers are taken over and
//! messages read by others. A device with codes of its own is the better second factor.

pub(crate) mod api;
mod configuration;
mod gateway;
mod limit;
mod lookup;
mod number;
mod own;
mod pin;
mod sender;
mod sending;
mod web;

pub(crate) use self::configuration::{
    Configuration, MessageTemplate, has_autofill, with_autofill, without_autofill,
};
pub(crate) use self::gateway::Gateway;
pub(crate) use self::limit::limit;
pub(crate) use self::lookup::Lookup;
pub(crate) use self::own::{Asked, OWN_APPLICATION, is_for_phones};
pub(crate) use self::pin::PinType;
pub(crate) use self::sender::{send_queued, take_reports};
pub(crate) use self::sending::Verdict;

use crate::config::SmsSettings;

/// What PINs by SMS need beside the database.
pub(crate) struct Sms {
    pub(crate) gateway: Gateway,
    pub(crate) lookup: Lookup,
    pub(crate) prices: number::Prices,
    /// Wakes the sender when there is something to send.
    pub(crate) queued: tokio::sync::Notify,
}

impl Sms {
    /// By the settings.
    ///
    /// # Errors
    /// A setting makes no sense.
    pub(crate) fn new(settings: &SmsSettings) -> anyhow::Result<Self> {
        Ok(Self {
            gateway: Gateway::by_url(settings.gateway.as_deref())?,
            lookup: Lookup::by_url(settings.lookup.as_deref())?,
            prices: number::Prices::read(settings.prices.as_deref())?,
            queued: tokio::sync::Notify::new(),
        })
    }
}
