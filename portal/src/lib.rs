//! The web side of the enrollment: a relying party and verifier to use, to try a login against, and
//! to copy from.
//!
//! | what | where |
//! |---|---|
//! | pages of agents and administrators | `pages`, `templates/`, `locales/` |
//! | the JSON API of phones and sites | [`api`] |
//! | who asks: cookies, sessions, forged forms | `visitor` |
//! | a login name and a password | `sign_in` |
//! | a code: right, once, not too often | `verifier` |
//! | PINs by SMS: the API, limits, gateways | `sms` |
//! | one text of SQL for two databases | [`store`] |
//! | secrets sealed at rest | [`keys`] |
//!
//! What is right about a code is the core's to say, in [`countersign::verify`].

pub mod api;
mod clock;
pub mod config;
mod figures;
pub mod keys;
mod languages;
mod page;
mod pages;
mod password;
mod refusal;
mod serve;
mod sign_in;
mod sms;
mod start;
pub mod store;
mod verifier;
mod visitor;

pub use clock::Clock;
pub use serve::{router, serve};
pub use start::Portal;
