//! `add`: the values typed in, through the same enrollment as on a phone.

use std::io::{self, IsTerminal};

use countersign::CodeNow;
use countersign::enroll::{
    Effect, Enrollment, Event, Field, FieldError, ManualForm, Problem, View,
};
use countersign::vault::AccountId;
use zeroize::Zeroizing;

use crate::args::Add;
use crate::clock::now;
use crate::console::{Console, first_line_of_input};
use crate::describe::issuer_and_name;
use crate::failure::{Exit, Failure};
use crate::unlock::{Door, OpenVault};

/// Enrolls one account.
pub(super) fn run(options: Add, door: &mut Door, console: &mut Console) -> Result<Exit, Failure> {
    let mut form = Form::fill(options, console)?;
    let mut open = door.open_or_create(console)?;
    end_what_was_begun(&mut open, console)?;

    let mut flow = Enrollment::start(None, &open.vault);
    let mut view = send(&mut flow, Event::EnterManually, &mut open)?;
    loop {
        view = match view {
            View::ManualEntry { errors, save_failed } => {
                if save_failed {
                    return Err(Failure::new(Exit::Failed, "the account could not be saved"));
                }
                form.mend(&errors, console)?;
                send(&mut flow, Event::Submit(form.as_manual_form()), &mut open)?
            }
            View::Duplicate { existing, same_codes } => {
                let choice = choose(existing, same_codes, &open, console)?;
                send(&mut flow, choice, &mut open)?
            }
            View::ShowCode { account, short_secret, .. } => {
                if short_secret {
                    console
                        .note("note: the key is shorter than the standard demands; its codes work");
                }
                let decision = show_code(account, &mut open, console)?;
                send(&mut flow, decision, &mut open)?
            }
            View::DeviceRegistered { account } => {
                let name = issuer_and_name(open.vault.entry(account)?.account());
                console.line(format!("added {name}"))?;
                return Ok(Exit::Done);
            }
            View::Cancelled => return Err(Failure::new(Exit::Refused, "nothing was kept")),
            _ => return Err(Failure::new(Exit::Failed, "the enrollment could not go on")),
        };
    }
}

/// Sends an event, and saves where that is asked for. A failed save has its own message.
fn send(flow: &mut Enrollment, event: Event<'_>, open: &mut OpenVault) -> Result<View, Failure> {
    let (view, effects) = flow.on(event, &mut open.vault);
    if !effects.contains(&Effect::Save) {
        return Ok(view);
    }
    match open.save() {
        Ok(()) => Ok(flow.on(Event::Saved, &mut open.vault).0),
        Err(failure) => {
            flow.on(Event::SaveFailed, &mut open.vault);
            Err(failure)
        }
    }
}

/// An enrollment that was killed while it showed its code is ended first: the account is kept, as
/// it would have been, for there is nobody to ask whether it is registered.
fn end_what_was_begun(open: &mut OpenVault, console: &mut Console) -> Result<(), Failure> {
    while let Some(entry) = open.vault.pending(None) {
        let name = issuer_and_name(entry.account());
        let mut flow = Enrollment::start(None, &open.vault);
        send(&mut flow, Event::Continue, open)?;
        console.note(&format!("note: an enrollment was not ended; {name} was kept"));
    }
    Ok(())
}

fn choose(
    existing: AccountId,
    same_codes: bool,
    open: &OpenVault,
    console: &mut Console,
) -> Result<Event<'static>, Failure> {
    let name = issuer_and_name(open.vault.entry(existing)?.account());
    let what = if same_codes { "makes the same codes" } else { "has the same name" };
    if !console.answers() {
        return Err(Failure::new(
            Exit::Refused,
            format!("an account is in the vault already that {what}: {name}; nothing was added"),
        ));
    }
    let question =
        format!("{name} is in the vault already and {what}: (r)eplace it, (k)eep both, (c)ancel?");
    loop {
        match console.ask(&question)?.trim().to_lowercase().as_str() {
            "r" | "replace" => return Ok(Event::Replace),
            "k" | "keep" => return Ok(Event::KeepBoth),
            "c" | "cancel" | "" => return Ok(Event::Cancel),
            _ => {}
        }
    }
}

/// Shows the code to type at the site, anew for as long as somebody asks for it.
fn show_code(
    id: AccountId,
    open: &mut OpenVault,
    console: &mut Console,
) -> Result<Event<'static>, Failure> {
    loop {
        let at = now();
        let line = match open.vault.code_at(id, at)? {
            CodeNow::Timed(code) => {
                format!("code {}, {} s left", code.text(), code.valid_until().saturating_sub(at))
            }
            CodeNow::OnRequest { next } => {
                let code = open.vault.next_code(id)?;
                open.save()?; // before it is shown: no code is shown twice
                format!("code {}, counter {next}", code.as_str())
            }
            CodeNow::Unsupported => "codes of this kind cannot be made here".to_owned(),
        };
        console.line(line)?;
        if !console.answers() {
            return Ok(Event::Continue);
        }
        if let Some(event) = ask_whether_taken(console)? {
            return Ok(event);
        }
    }
}

/// What to do after the code was shown; nothing where another is wanted.
fn ask_whether_taken(console: &mut Console) -> Result<Option<Event<'static>>, Failure> {
    loop {
        let answer = console.ask("Did the site take it? [Y]es, (n)ew code, (c)ancel:")?;
        match answer.trim().to_lowercase().as_str() {
            "" | "y" | "yes" => return Ok(Some(Event::Continue)),
            "n" | "new" => return Ok(None),
            "c" | "cancel" => return Ok(Some(Event::Cancel)),
            _ => {}
        }
    }
}

/// What was typed so far.
struct Form {
    options: Add,
    key: Zeroizing<String>,
}

impl Form {
    /// Asks for what no option says.
    fn fill(mut options: Add, console: &mut Console) -> Result<Self, Failure> {
        if options.name.is_none() {
            options.name = Some(match console.answers() {
                true => console.ask("Name of the account or device:")?,
                false => {
                    let message = "the account needs a name; give it with --name";
                    return Err(Failure::new(Exit::Usage, message));
                }
            });
        }
        let key =
            if io::stdin().is_terminal() { console.unseen(KEY)? } else { first_line_of_input()? };
        Ok(Self { options, key })
    }

    fn as_manual_form(&self) -> ManualForm<'_> {
        let options = &self.options;
        ManualForm {
            name: options.name.as_deref().unwrap_or_default(),
            key: &self.key,
            issuer: options.issuer.as_deref().unwrap_or_default(),
            kind: options.kind.as_deref().unwrap_or_default(),
            algorithm: options.algorithm.as_deref().unwrap_or_default(),
            digits: options.digits.as_deref().unwrap_or_default(),
            period: options.period.as_deref().unwrap_or_default(),
            counter: options.counter.as_deref().unwrap_or_default(),
        }
    }

    /// Says what is wrong, and asks for each of these again.
    fn mend(&mut self, errors: &[FieldError], console: &mut Console) -> Result<(), Failure> {
        let told = errors.iter().map(words).collect::<Vec<_>>();
        if errors.is_empty() {
            return Ok(());
        }
        if !console.answers() {
            // The key is no argument; all else is.
            let key_alone = errors.iter().all(|error| error.field == Field::Key);
            let exit = if key_alone { Exit::Failed } else { Exit::Usage };
            return Err(Failure::new(exit, told.join("\ncountersign: ")));
        }
        for (error, told) in errors.iter().zip(told) {
            console.note(&told);
            let options = &mut self.options;
            let (field, question) = match error.field {
                Field::Key => {
                    self.key = console.unseen(KEY)?;
                    continue;
                }
                Field::Name => (&mut options.name, "Name of the account or device:"),
                Field::Issuer => (&mut options.issuer, "Issuer:"),
                Field::Kind => (&mut options.kind, "Type (totp, hotp or steam):"),
                Field::Algorithm => (&mut options.algorithm, "Algorithm (SHA1, SHA256 or SHA512):"),
                Field::Digits => (&mut options.digits, "Digits (6 to 10):"),
                Field::Period => (&mut options.period, "Period in seconds:"),
                Field::Counter => (&mut options.counter, "Counter:"),
            };
            *field = Some(console.ask(question)?);
        }
        Ok(())
    }
}

/// The field and what is wrong in it, without what was typed.
fn words(error: &FieldError) -> String {
    let field = match error.field {
        Field::Name => "name",
        Field::Key => "key",
        Field::Issuer => "issuer",
        Field::Kind => "type",
        Field::Algorithm => "algorithm",
        Field::Digits => "digits",
        Field::Period => "period",
        Field::Counter => "counter",
    };
    let problem = match (error.problem, error.field) {
        (Problem::Missing, _) => "is missing".to_owned(),
        (Problem::BadCharacter { position }, _) => format!(
            "has a character at place {position} that is not base32 (A to Z and 2 to 7); \
             was an O, I or B misread as 0, 1 or 8?"
        ),
        (Problem::Unprintable, _) => "has a control or direction character".to_owned(),
        (Problem::TooLong, _) => "is too long".to_owned(),
        (Problem::NotInRange, Field::Digits) => "is not 6 to 10".to_owned(),
        (Problem::NotInRange, Field::Period) => "is not 1 second to one year".to_owned(),
        (Problem::NotInRange, _) => "is no whole number from 0 to 2^64-1".to_owned(),
        (Problem::Unknown, Field::Kind) => "is not totp, hotp or steam".to_owned(),
        (Problem::Unknown, _) => "is not SHA1, SHA256 or SHA512".to_owned(),
    };
    format!("{field}: {problem}")
}

const KEY: &str = "Key:";
