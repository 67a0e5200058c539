//! The Countersign core for Kotlin and Swift: the only crate that knows the language boundary.
//!
//! | file | what crosses |
//! |---|---|
//! | `vault` | the vault: made, opened, locked, saved; `vault/slots`, `vault/accounts`, `vault/import` |
//! | `vault/reveal` | every way by which a secret gets out, and each is called `reveal…` |
//! | `enroll` | the enrollment flow, and what the camera sees; `enroll/view`, `enroll/event` |
//! | `error` | the one error, with a case for each thing that somebody can do |
//!
//! Calls are plain, synchronous and coarse: no callbacks, nothing that waits, no trait that a shell
//! implements. State stays in here; a shell holds numbers and draws views. What is exported is
//! listed in `exported.txt`, and a test fails where it changes. `docs/decisions/0010-bindings.md`
//! says why it is so.
//!
//! The text of an exported item becomes its Kotlin and its Swift documentation, so there it is in
//! plain words and without links.

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

mod enroll;
mod error;
mod vault;

pub use self::enroll::{
    CodeNotice, Corners, Effect, Enrollment, Event, Field, FieldError, Hint, ManualForm,
    NumberNotice, PayloadError, PinNotice, Point, Problem, RelyingParty, Request, Response,
    ScanNotice, Sight, Source, Step, View, Warning,
};
pub use self::error::CountersignError;
pub use self::vault::{AccountId, Code, CodeNow, Codes, Entry, Opened, Outline, Recovered, Vault};
pub use self::vault::{Imported, Part, Preview, Revealed, RevealedCode, RevealedMigration};
pub use self::vault::{Slot, SlotId, SlotKind};

uniffi::setup_scaffolding!();

/// Erases every block that is given back, those in which arguments cross the boundary too
/// (`docs/decisions/0002-erasing-allocator.md`).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);
